"""Promises of a render that mixes neighbouring frames in: any order, split or second run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from nuke_plugin.contract.errors import MessageInvalid
from nuke_plugin.contract.library import InstalledModel
from nuke_plugin.contract.messages import Render, decode, encode
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.cli import app
from nuke_plugin.worker.many_workers import render_by_many
from nuke_plugin.worker.pipeline import RenderSettings, Studio, render
from tests.exr_files import read_exr, write_exr

FRAMES = range(1, 7)


@pytest.fixture
def shot(
    tmp_path: Path, tiny_model: InstalledModel, monkeypatch: pytest.MonkeyPatch
) -> RenderSettings:
    """Six plates with grain that a still camera sees, painted with the frame on each side."""
    monkeypatch.setenv("IMPASTO_MODELS", str(tiny_model.folder.parent))
    monkeypatch.delenv("OCIO", raising=False)
    (tmp_path / "plates").mkdir()
    rows, columns = np.mgrid[0:48, 0:64]
    ground = 0.3 + 0.2 * np.sin(rows / 5) * np.cos(columns / 7)
    for frame in FRAMES:
        grain = np.random.default_rng(frame).normal(0, 0.03, (3, 48, 64))
        planes = np.clip(ground + grain, 0, 1).astype(np.float16)
        write_exr(plate(tmp_path, frame), dict(zip("RGB", planes, strict=True)))
    return RenderSettings(
        plates=str(plate(tmp_path, 0)).replace("0000", "%04d"),
        results=str(tmp_path / "steady" / "painted.%04d.exr"),
        model="tiny",
        styles={"warm": 1.0},
        steady=1,
        marks_frames=True,
        resume=True,
    )


def plate(folder: Path, frame: int) -> Path:
    """Return the path of a plate."""
    return folder / "plates" / f"plate.{frame:04d}.exr"


def picture(settings: RenderSettings, frame: int) -> np.ndarray:
    """Return a result's green."""
    return read_exr(Path(settings.results % frame)).channels["G"]


def elsewhere(settings: RenderSettings, name: str) -> RenderSettings:
    """Return the same render into another folder."""
    return replace(settings, results=settings.results.replace("steady", name))


def test_grain_is_calmer_and_the_header_says_why(shot: RenderSettings, studio: Studio) -> None:
    """Neighbouring results differ less than without, and say how many frames were mixed in."""
    render(shot, studio)
    plain = elsewhere(replace(shot, steady=0), "plain")
    render(plain, studio)

    def restless(settings: RenderSettings) -> float:
        return float(np.std(picture(settings, 3) - picture(settings, 4)))

    assert restless(shot) < 0.67 * restless(plain)
    assert read_exr(Path(shot.results % 3)).header["impasto/steady"] == 1
    assert "impasto/steady" not in read_exr(Path(plain.results % 3)).header


def test_any_split_gives_the_same_frames(shot: RenderSettings, studio: Studio) -> None:
    """Two halves, one frame alone, every other frame, two processes: the same to the last bit."""
    render(shot, studio)
    parts = {"halves": ("1-3", "4-6"), "alone": ("4",), "others": ("2-6x2",)}
    for name, ranges in parts.items():
        for frames in ranges:
            part = replace(elsewhere(shot, name), frames=frames)
            for frame in render(part, studio).written:
                assert np.array_equal(picture(part, frame), picture(shot, frame)), (name, frame)
    many = elsewhere(shot, "many")
    assert render_by_many(many, 2, studio, cancellation=Cancellation()).written == tuple(FRAMES)
    for frame in FRAMES:
        assert np.array_equal(picture(many, frame), picture(shot, frame))


def test_a_changed_neighbour_makes_a_frame_stale(
    shot: RenderSettings, studio: Studio, tmp_path: Path
) -> None:
    """A second run paints the frames round a plate that changed, and no others."""
    render(shot, studio)
    assert render(shot, studio).written == ()
    planes = np.full((3, 48, 64), 0.5, np.float16)
    write_exr(plate(tmp_path, 3), dict(zip("RGB", planes, strict=True)))
    assert render(shot, studio).written == (2, 3, 4)
    assert render(replace(shot, steady=2), studio).written == tuple(FRAMES)


def test_a_neighbour_that_cannot_be_read_is_told(
    shot: RenderSettings, studio: Studio, tmp_path: Path
) -> None:
    """A broken plate beside the range costs its share and a warning, never the frame."""
    plate(tmp_path, 3).write_bytes(b"no picture")
    told: list[tuple[int | None, str]] = []
    report = render(
        replace(shot, frames="1-2"),
        studio,
        on_warning=lambda frame, text: told.append((frame, text)),
    )
    assert report.written == (1, 2)
    assert [frame for frame, text in told if "steadies no other frame" in text] == [3]


def test_a_single_file_has_no_neighbours(
    shot: RenderSettings, studio: Studio, tmp_path: Path
) -> None:
    """A plate that is one file is its own painting."""
    single = {"plates": str(plate(tmp_path, 3)), "frames": None}
    pictures = []
    for steady in (0, 2):
        out = str(tmp_path / f"single_{steady}.exr")
        render(replace(shot, **single, results=out, steady=steady), studio)  # type: ignore[arg-type]
        pictures.append(read_exr(Path(out)).channels["G"].astype(np.float32))
    assert float(np.abs(pictures[0] - pictures[1]).max()) < 2e-3  # 16 bits between


def test_more_than_there_is_is_refused(shot: RenderSettings, tmp_path: Path) -> None:
    """The command and the wire take 0 to 4 frames."""
    words = ["render", shot.plates, shot.results, "--style", "warm", "--steady", "5"]
    assert CliRunner().invoke(app, words).exit_code == 2
    request = Render(1, "a.%04d.exr", "b.%04d.exr", "1", "tiny", {}, 1.0, None, False, False)
    line = encode(request).replace('"steady": 0', '"steady": 5')
    with pytest.raises(MessageInvalid, match="steady"):
        decode(line)
