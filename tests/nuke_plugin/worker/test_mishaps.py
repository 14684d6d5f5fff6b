"""Tests of what goes wrong in the middle of a render: memory, graphics cards; no frame is lost."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from nuke_plugin.contract.errors import OptionInvalid, OutOfMemory
from nuke_plugin.contract.library import ModelLibrary
from nuke_plugin.contract.stroke_settings import StrokeSettings
from nuke_plugin.worker import memory_plan, pipeline, ready_painter, steady_frames
from nuke_plugin.worker import painter as painter_module
from nuke_plugin.worker.memory_plan import PlateFacts
from nuke_plugin.worker.network import Network
from nuke_plugin.worker.painter import Painter
from nuke_plugin.worker.pipeline import RenderSettings, Studio, render
from nuke_plugin.worker.providers import working_providers
from nuke_plugin.worker.sessions import Runner
from nuke_plugin.worker.steady import PaintedFrame
from tests.exr_files import half_rgba, read_exr, write_exr
from tests.nuke_plugin.worker.test_gpu_devices import LISTED, driver_tool
from tests.nuke_plugin.worker.test_network import dying_card
from tests.tiny_model import write_tiny_model

ROOT = Path(__file__).resolve().parents[3]
FRAMES = (1, 2, 3, 4)
CARD = "CoreMLExecutionProvider"


@pytest.fixture
def shot(tmp_path: Path) -> RenderSettings:
    """Four small plates, and the settings that paint them."""
    for frame in FRAMES:
        write_exr(tmp_path / "plates" / f"plate.{frame:04d}.exr", half_rgba(90, 60, seed=frame))
    return RenderSettings(
        plates=str(tmp_path / "plates" / "plate.%04d.exr"),
        results=str(tmp_path / "results" / "painted.%04d.exr"),
        model="tiny",
        styles={"warm": 1.0},
    )


@pytest.fixture(autouse=True)
def _plates(tmp_path: Path) -> None:
    (tmp_path / "plates").mkdir()


def rendered(
    settings: RenderSettings, studio: Studio, warned: threading.Event | None = None
) -> tuple[Any, list[tuple[Any, str]]]:
    """Render; return the report and the warnings with their frames; set an event at each."""
    warnings: list[tuple[Any, str]] = []

    def take(frame: Any, text: str) -> None:
        warnings.append((frame, text))
        if warned is not None:
            warned.set()

    return render(settings, studio, on_warning=take), warnings


def events(settings: RenderSettings, frame: int) -> str:
    """Return what a result's header says of mishaps."""
    header = read_exr(Path(settings.results % frame)).header
    return str(header.get("impasto/events", ""))


def fresh(studio: Studio) -> Studio:
    """Return a studio that has loaded nothing."""
    return Studio(ModelLibrary(studio.library.places), studio.colours)


def test_a_card_that_is_lost_loses_no_frame(
    shot: RenderSettings, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the frame at which it failed the processor paints; warning and headers say so.

    Also where the frame before is still being saved by then.
    """
    has_failed = threading.Event()
    write = pipeline._Job._write

    def write_late(self: Any, loaded: Any, *rest: Any) -> None:
        assert loaded.frame != 2 or has_failed.wait(timeout=60)
        write(self, loaded, *rest)

    expected, _ = rendered(replace(shot, results=shot.results + ".exr", fold=False), studio)
    monkeypatch.setattr(onnxruntime, "InferenceSession", dying_card(fails_at=3))
    monkeypatch.setattr("nuke_plugin.worker.network.working_providers", lambda: (CARD, "CPU"))
    monkeypatch.setattr(pipeline._Job, "_write", write_late)
    report, warnings = rendered(replace(shot, fold=False), fresh(studio), has_failed)
    assert report.written == expected.written == FRAMES
    assert report.provider == "CPUExecutionProvider"
    (frame, text) = warnings[-1]
    assert frame == 3
    assert f"{CARD} failed" in text
    assert "CPUExecutionProvider goes on" in text
    assert [CARD in events(shot, frame) for frame in FRAMES] == [False, False, True, True]
    providers = [read_exr(Path(shot.results % at)).header["impasto/provider"] for at in FRAMES]
    assert providers == [CARD, CARD, "CPUExecutionProvider", "CPUExecutionProvider"]
    for frame in FRAMES:
        painted = read_exr(Path(shot.results % frame)).channels["R"]
        whole = read_exr(Path((shot.results + ".exr") % frame)).channels["R"]
        np.testing.assert_array_equal(painted, whole)


def test_a_lost_card_takes_its_large_windows_along(
    shot: RenderSettings, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The processor gets the windows that it would have had without a card, read ahead or not."""
    plain = replace(shot, fold=False, strokes=StrokeSettings(None))
    expected, _ = rendered(replace(plain, results=shot.results + ".exr"), studio)
    monkeypatch.setattr(onnxruntime, "InferenceSession", dying_card(fails_at=3))
    monkeypatch.setattr("nuke_plugin.worker.network.working_providers", lambda: (CARD, "CPU"))
    monkeypatch.setattr(ready_painter, "memory_there", lambda *_: (8_000_000_000, 8_000_000_000))
    monkeypatch.setattr(memory_plan, "_LIMITS_PX", (4000,))
    given: list[tuple[str, int]] = []
    run = Runner.run

    def noted(runner: Runner, output: str, inputs: Any, options: Any) -> Any:
        image = next(value for value in inputs.values() if value.ndim == 4)
        given.append((runner.provider, image.shape[2] * image.shape[3]))
        return run(runner, output, inputs, options)

    monkeypatch.setattr(Runner, "run", noted)
    report, warnings = rendered(plain, fresh(studio))
    assert report.written == expected.written == FRAMES
    on_card = {px for provider, px in given if provider == CARD}
    on_processor = {px for provider, px in given if provider == "CPUExecutionProvider"}
    assert min(on_card) > 4000
    assert max(on_processor) <= 4000
    assert [text for frame, text in warnings if "pieces are of at most 0.004 mega" in text]
    assert not [text for _, text in warnings if "Memory ran out" in text]
    for frame in FRAMES:
        painted = read_exr(Path(shot.results % frame)).channels["R"].astype(np.float32)
        whole = read_exr(Path((shot.results + ".exr") % frame)).channels["R"].astype(np.float32)
        np.testing.assert_allclose(painted, whole, rtol=1e-3, atol=1e-3)


def test_a_lost_card_is_tried_again_by_the_next_render(
    shot: RenderSettings, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One failure, such as a driver that was restarted, does not cost the card for ever."""
    dying, living = dying_card(fails_at=1), dying_card(fails_at=99)
    monkeypatch.setattr(onnxruntime, "InferenceSession", dying)
    monkeypatch.setattr("nuke_plugin.worker.network.working_providers", lambda: (CARD, "CPU"))
    ours = fresh(studio)
    rendered(replace(shot, fold=False), ours)
    monkeypatch.setattr(onnxruntime, "InferenceSession", living)
    report, _ = rendered(replace(shot, fold=False, overwrite=True), ours)
    assert report.provider == CARD


def test_memory_that_runs_out_is_told_everywhere(
    shot: RenderSettings, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows are halved until they fit; the frame's warning and the headers from there say so."""
    run = Network.run

    def small_machine(network: Network, image: Any, *others: Any) -> Any:
        if image.shape[2] * image.shape[3] > 4000:
            raise MemoryError("Failed to allocate memory")
        return run(network, image, *others)

    monkeypatch.setattr(Network, "run", small_machine)
    report, warnings = rendered(shot, fresh(studio))
    assert report.written == FRAMES
    assert [frame for frame, text in warnings if "Memory ran out" in text] == [1]
    assert all("pieces of" in events(shot, frame) for frame in FRAMES)


def test_a_plate_that_finds_no_memory_is_tried_alone(
    shot: RenderSettings, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plates read ahead give way, then it is read again; once is told, and nothing is lost."""
    see = Painter.see
    turns = [0]

    def full_at_the_third(painter: Painter, *arguments: Any) -> Any:
        turns[0] += 1
        if turns[0] == 3:
            raise MemoryError("Unable to allocate 93.1 GiB")
        return see(painter, *arguments)

    monkeypatch.setattr(Painter, "see", full_at_the_third)
    report, warnings = rendered(replace(shot, marks_frames=True), studio)
    assert report.written == FRAMES
    assert [text for _, text in warnings if "one frame is held at a time" in text]
    assert "one frame is held" in events(shot, 4)


def test_a_plate_that_finds_no_memory_alone_ends_the_render(
    shot: RenderSettings, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing can give way the error names the frame's size."""

    def full(*arguments: Any) -> Any:
        raise MemoryError

    monkeypatch.setattr(Painter, "see", full)
    with pytest.raises(OutOfMemory, match="90 by 60"):
        render(shot, studio)


def fails_once(step: Any, at: int) -> Any:
    """Return a step that finds no memory at one of its turns."""
    turns = [0]

    def failing(*arguments: Any, **named: Any) -> Any:
        turns[0] += 1
        if turns[0] == at:
            raise MemoryError("Unable to allocate 93.1 GiB")
        return step(*arguments, **named)

    return failing


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (Painter, "finish"),  # while a frame is saved
        (pipeline, "write_result"),
        (painter_module, "enlarged"),  # while it is painted
        (steady_frames, "steadied"),
        (PaintedFrame, "of"),
    ],
)
def test_memory_that_runs_out_anywhere_is_survived(
    shot: RenderSettings,
    studio: Studio,
    monkeypatch: pytest.MonkeyPatch,
    owner: Any,
    name: str,
) -> None:
    """The frame is begun again, alone; every frame is on disk with the pixels it has else."""
    settings = replace(shot, steady=1, strokes=StrokeSettings(1.0), marks_frames=True)
    whole = replace(settings, results=shot.results.replace("results", "whole"))
    rendered(whole, studio)
    monkeypatch.setattr(owner, name, fails_once(getattr(owner, name), at=3))
    report, warnings = rendered(settings, studio)
    assert report.written == FRAMES
    told = [frame for frame, text in warnings if "one frame is held at a time" in text]
    assert len(told) == 1
    assert told[0] in FRAMES
    for frame in FRAMES:
        painted = read_exr(Path(settings.results % frame)).channels["R"]
        expected = read_exr(Path(whole.results % frame)).channels["R"]
        np.testing.assert_array_equal(painted, expected)
    left = sorted(path.name for path in Path(settings.results).parent.iterdir())
    assert left == [f"painted.{frame:04d}.exr" for frame in FRAMES]


def test_memory_that_runs_out_beside_a_frame_is_survived(
    shot: RenderSettings, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A neighbour of a steadied frame that cannot be read for want of memory ends no render."""
    monkeypatch.setattr(Painter, "see", fails_once(Painter.see, at=2))
    report, _ = rendered(replace(shot, frames="2", steady=1), studio)
    assert report.written == (2,)


@pytest.mark.parametrize("name", ["_paint", "_write"])
def test_a_frame_that_finds_no_memory_alone_is_named(
    shot: RenderSettings, studio: Studio, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The error says which frame it was; those before it are on disk."""
    step = getattr(pipeline._Job, name)

    def full_at_the_third(job: Any, loaded: Any, *others: Any) -> Any:
        if loaded.frame == 3:
            raise OutOfMemory(90, 60)
        return step(job, loaded, *others)

    monkeypatch.setattr(pipeline._Job, name, full_at_the_third)
    with pytest.raises(OutOfMemory, match="frame 3, of 90 by 60") as caught:
        render(shot, studio)
    assert caught.value.frame == 3
    assert Path(shot.results % 2).is_file()


def test_a_card_that_is_not_there_is_refused(
    shot: RenderSettings, studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cards that are there are named, before anything is painted."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    driver_tool(tmp_path / "driver", monkeypatch, LISTED)
    with pytest.raises(OptionInvalid, match=r"no graphics card 7; there are 0 \(NVIDIA H200\)"):
        render(replace(shot, device=7), studio)


def test_a_wish_for_a_card_where_none_works_is_told(
    shot: RenderSettings, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The processor paints, which is said; where no card is wanted nothing is."""
    if working_providers()[0] != "CPUExecutionProvider":
        pytest.skip("this ONNX Runtime has another provider")
    monkeypatch.setattr(ready_painter, "gpu_devices", lambda: ())
    _, warnings = rendered(replace(shot, device=0), studio)
    assert [text for _, text in warnings if "--device 0 means nothing" in text]
    _, warnings = rendered(replace(shot, device=0, use_gpu=False, overwrite=True), studio)
    assert warnings == []


def test_a_stroke_scale_that_is_held_is_told(shot: RenderSettings, studio: Studio) -> None:
    """Finer strokes than at twice the frame's size are not to be had, and the limit is named."""
    write_exr(Path(shot.plates % 1), half_rgba(180, 160))
    small = replace(shot, frames="1", strokes=StrokeSettings(0.5), overwrite=True)
    held = [text for _, text in rendered(small, studio)[1] if "is held to" in text]
    assert len(held) == 1
    assert "0.5 is held to 0.8 at 160 pixels" in held[0]
    for scale in (0.8, 1.0, None):
        _, warnings = rendered(replace(small, strokes=StrokeSettings(scale)), studio)
        assert not [text for _, text in warnings if "is held to" in text]


def test_a_network_that_cannot_be_folded_is_told(
    shot: RenderSettings, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The frames are painted by the network as it is, and one warning says why."""
    monkeypatch.setattr("nuke_plugin.worker.network.with_constants", lambda *_: b"no model")
    report, warnings = rendered(shot, fresh(studio))
    assert report.written == FRAMES
    assert ["could not be written into the network" in text for _, text in warnings] == [True]


def test_8k_with_2_gb_free_is_warned_of_and_painted(
    shot: RenderSettings, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Need, room and remedy come before the first frame, which is tried in the smallest pieces."""
    facts = PlateFacts(7680, 4320, 4320, 8)
    monkeypatch.setattr(ready_painter, "plate_facts", lambda _: facts)
    monkeypatch.setattr(ready_painter, "memory_there", lambda *_: (2_000_000_000, None))
    progress: list[Any] = []
    told: list[tuple[int | None, str, int]] = []
    report = render(
        shot,
        studio,
        on_progress=progress.append,
        on_warning=lambda frame, text: told.append((frame, text, len(progress))),
    )
    assert report.written == FRAMES
    ((frame, text, done),) = told
    assert (frame, done) == (None, 0)
    assert "7680 by 4320 pixels takes about" in text
    assert "2.0 GB are free: memory may run out. Close other programs" in text


@pytest.mark.parametrize(("width", "height"), [(1, 1), (16384, 16), (16, 3000)])
def test_odd_shapes_are_painted(
    shot: RenderSettings, studio: Studio, width: int, height: int
) -> None:
    """A pixel, a ribbon and a tower come back in their size, the large ones in tiles too."""
    write_exr(Path(shot.plates % 1), half_rgba(width, height))
    painted = []
    for index, tile_px in enumerate((None, 100)):
        results = shot.results.replace("results", f"results{index}")
        render(replace(shot, frames="1", results=results, tile_px=tile_px), studio)
        painted.append(read_exr(Path(results % 1)).channels["R"].astype(np.float32))
    assert painted[0].shape == (height, width)
    np.testing.assert_allclose(painted[1], painted[0], rtol=1e-3, atol=1e-3)


def test_a_tile_below_the_halo_is_the_least_that_works(
    shot: RenderSettings, studio: Studio
) -> None:
    """A wish for tiles of 8 pixels, less than two halos, is met as far as it goes."""
    render(shot, studio)
    tiny = replace(shot, results=shot.results.replace("results", "tiny"), tile_px=8)
    assert render(tiny, studio).written == FRAMES
    for frame in FRAMES:
        np.testing.assert_allclose(
            read_exr(Path(tiny.results % frame)).channels["R"].astype(np.float32),
            read_exr(Path(shot.results % frame)).channels["R"].astype(np.float32),
            rtol=1e-3,
            atol=1e-3,
        )


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is read and set as on Linux")
def test_a_real_lack_of_memory_is_survived(tmp_path: Path) -> None:
    """At a limit of the system ONNX Runtime's own refusal leads to smaller windows."""
    write_tiny_model(tmp_path / "models", channels=64)
    code = (
        "import resource, numpy as np\n"
        "from pathlib import Path\n"
        "from nuke_plugin.contract.library import ModelLibrary\n"
        "from nuke_plugin.worker.cancellation import Cancellation\n"
        "from nuke_plugin.worker.colour import ColourConfig\n"
        "from nuke_plugin.worker.network import Network\n"
        "from nuke_plugin.worker.painter import Painter\n"
        f"model = ModelLibrary((Path({str(tmp_path / 'models')!r}),)).find('tiny')\n"
        "painter = Painter(Network.open(model, threads=1), {'warm': 1.0}, 1.0)\n"
        "linear = ColourConfig.from_environment({}).plate_colour(None, False)\n"
        "painter.paint_frame(np.full((3, 64, 64), 0.5, np.float32), linear)\n"
        "seen = painter.see(np.full((3, 1000, 1000), 0.5, np.float32), linear)\n"
        "limit = int(open('/proc/self/statm').read().split()[0]) * 4096 + (110 << 20)\n"
        "resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))\n"
        "painted = painter.paint(seen, Cancellation())\n"
        "resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)\n"
        "print(painted.shape, painter.window_limit_px)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    shape, window_px = done.stdout.rsplit(" ", 1)
    assert shape == "(3, 1000, 1000)"
    assert int(window_px) < 1_000_000
