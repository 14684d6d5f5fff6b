"""The demo, small: the whole way from the shipped film to frames, sheet and movie."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import OpenEXR
import OpenImageIO
import pytest

from nuke_plugin.contract.errors import (
    DemoFolderTaken,
    FrameRangeInvalid,
    RenderCancelled,
    ResultFolderUnwritable,
)
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.demo import Demo, DemoFiles, DemoReport
from nuke_plugin.worker.movie import count_frames
from nuke_plugin.worker.pipeline import Studio
from nuke_plugin.worker.providers import working_providers
from nuke_plugin.worker.shot import DemoShot
from nuke_plugin.worker.style_choice import choose_style

FRAMES = FrameRange.parse("1001,1009,1017-1019,1031")
SHOWN = (1001, 1017, 1018, 1031)


class Bars:
    """Notes which stages showed a bar, and how far it came; stops the demo at one, if asked."""

    def __init__(self, cancellation: Cancellation, stop_at: str = "") -> None:
        self.cancellation = cancellation
        self.stop_at = stop_at
        self.seen: dict[str, list[tuple[int, int]]] = {}

    @contextmanager
    def __call__(self, label: str) -> Iterator[Callable[[int, int], None]]:
        """Run a stage."""
        steps = self.seen[label] = []

        def advance(done: int, total: int) -> None:
            steps.append((done, total))
            if label == self.stop_at:
                self.cancellation.request()

        yield advance


def _demo(folder: Path, studio: Studio, stop_at: str = "") -> tuple[Demo, Bars]:
    cancellation = Cancellation()
    bars = Bars(cancellation, stop_at)
    choice = choose_style(studio.library, None, "cold", None)

    def no_warning(frame: int | None, text: str) -> None:
        raise AssertionError(text)

    files, shot = DemoFiles(folder), DemoShot(192, 108)
    return Demo(files, studio, choice, cancellation, bars, no_warning, shot), bars


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory, studio: Studio) -> DemoReport:
    """What one run of the demo made, in a folder whose name has spaces and an umlaut."""
    folder = tmp_path_factory.mktemp("demo") / "ein Ordner ü"
    demo, bars = _demo(folder, studio)
    made = demo.run(FRAMES)
    assert bars.seen["plates"][-1] == bars.seen["painting"][-1] == (6, 6)
    assert bars.seen["half strength"][-1] == (4, 4)
    return made


def _half_float(path: Path, name: str) -> np.ndarray:
    with OpenEXR.File(str(path), separate_channels=True) as file:
        pixels: np.ndarray = file.channels()[name].pixels
        return pixels


def test_everything_is_written_and_nothing_else(report: DemoReport) -> None:
    """Plates, painted frames, the sheet's frames at half strength, a sheet and a movie."""
    files = report.files
    assert tuple(files.plates.existing_frames()) == tuple(FRAMES)
    assert tuple(files.painted.existing_frames()) == tuple(FRAMES)
    assert tuple(files.half.existing_frames()) == SHOWN
    expected = {"plates", "painted", "half_strength", "contact_sheet.png", "before_after.webm"}
    found = {entry.name for entry in files.folder.iterdir()}
    assert found == {*expected, "impasto_demo.txt"}
    assert "Blender Foundation" in files.mark.read_text(encoding="utf-8")
    assert not list(files.folder.rglob(".*"))


def test_frames_say_how_they_were_painted(report: DemoReport) -> None:
    """Painted frames carry strength 1, the others 0.5, both the style and the film's credit."""
    for pattern, strength in ((report.files.painted, 1.0), (report.files.half, 0.5)):
        spec = OpenImageIO.ImageBuf(str(pattern.path(1001))).spec()
        assert spec.get_float_attribute("impasto/strength") == strength
        assert spec.get_string_attribute("impasto/style") == "cold"
        assert "Blender Foundation" in spec.get_string_attribute("Copyright")


def test_painted_frames_keep_what_is_not_colour(report: DemoReport) -> None:
    """Alpha and sky key are the plate's bit for bit; the colour is not."""
    plate, painted = report.files.plates.path(1017), report.files.painted.path(1017)
    for name in ("A", "matte.sky"):
        np.testing.assert_array_equal(_half_float(plate, name), _half_float(painted, name))
    assert np.abs(_half_float(plate, "G").astype(float) - _half_float(painted, "G")).mean() > 0.05


def test_sheet_shows_three_columns_of_four_frames(report: DemoReport) -> None:
    """The contact sheet is a page of 3 by 4 panels that differ along each row."""
    page = cv2.imdecode(np.frombuffer(report.files.sheet.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    assert page is not None
    assert page.shape[1] == 3 * 640 + 2 * 20 + 2 * 40
    panels = [[page[200 + 426 * row :][:200, 60 + 660 * column :][:, :600] for column in range(3)]
              for row in range(4)]  # fmt: skip
    means = np.array([[panel.mean(axis=(0, 1)) for panel in row] for row in panels])
    to_half = np.abs(means[:, 0] - means[:, 1]).max(axis=-1)
    to_full = np.abs(means[:, 0] - means[:, 2]).max(axis=-1)
    assert (to_half > 5).all()
    assert (to_full > to_half).all()


def test_movie_holds_the_shot_four_times(report: DemoReport) -> None:
    """The movie has all frames: plate, wipe, and twice painted."""
    assert count_frames(report.files.movie) == 4 * len(FRAMES)


def test_times_and_provider_are_reported(report: DemoReport) -> None:
    """Each stage has its seconds, and the provider that ran is named."""
    stages = ["plates", "painting", "half strength", "contact sheet", "movie"]
    assert list(report.stages) == stages
    assert all(seconds > 0 for seconds in report.stages.values())
    assert report.render.provider == working_providers()[0]


def test_a_second_run_replaces_the_first(report: DemoReport, studio: Studio) -> None:
    """The demo's own folder is no obstacle to running it again."""
    before = report.files.movie.stat().st_mtime_ns
    demo, _ = _demo(report.files.folder, studio)
    demo.run(FRAMES)
    assert report.files.movie.stat().st_mtime_ns > before


@pytest.mark.parametrize("stage", ["plates", "painting", "movie"])
def test_any_stage_can_be_cancelled(stage: str, tmp_path: Path, studio: Studio) -> None:
    """A cancel stops plates, painting and movie, and leaves no unfinished file."""
    demo, _ = _demo(tmp_path, studio, stop_at=stage)
    with pytest.raises(RenderCancelled):
        demo.run(FrameRange.parse("1001-1006"))
    assert not demo.files.movie.exists()
    assert not list(tmp_path.rglob(".*"))


def test_a_frame_the_shot_has_not_is_named(tmp_path: Path, studio: Studio) -> None:
    """Frames outside the shot are an error before anything is painted."""
    demo, _ = _demo(tmp_path, studio)
    with pytest.raises(FrameRangeInvalid, match="the shot has 1001-1032"):
        demo.run(FrameRange((1001, 2000)))
    assert list(tmp_path.iterdir()) == []


def test_a_shot_of_the_users_own_is_left_alone(tmp_path: Path, studio: Studio) -> None:
    """A folder that holds files of the demo's names, but no demo made, is refused untouched."""
    plate = tmp_path / "plates" / "plate.1001.exr"
    plate.parent.mkdir()
    plate.write_bytes(b"a day's work")
    demo, _ = _demo(tmp_path, studio)
    with pytest.raises(DemoFolderTaken, match="it holds plates"):
        demo.run(FrameRange((1001,)))
    assert plate.read_bytes() == b"a day's work"
    assert [path.name for path in tmp_path.iterdir()] == ["plates"]


def test_a_demo_does_not_go_into_a_file(tmp_path: Path, studio: Studio) -> None:
    """A file where the folder should be is told as that."""
    (tmp_path / "demo").write_text("a file")
    demo, _ = _demo(tmp_path / "demo", studio)
    with pytest.raises(ResultFolderUnwritable, match="demo"):
        demo.run(FrameRange((1001,)))
