"""The command's promises: any tool's frames are measured, and what goes wrong is one sentence."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from model_training.evaluation.command_painter import (
    CommandFailed,
    CommandInvalid,
    CommandPainter,
)
from nuke_plugin.worker.measure.exact_motion import Frame

TOOL = """
import shutil, sys
from pathlib import Path
source, result, mode = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
files = sorted(source.iterdir()) if source.is_dir() else [source]
for number, file in enumerate(files):
    if mode == "miss" and number == 0:
        continue
    if mode == "fail":
        sys.exit("no licence\\nfor this machine")
    target = result / file.name if source.is_dir() else result
    if mode == "small":
        import cv2
        cv2.imwrite(str(target), cv2.imread(str(file), -1)[::2, ::2])
    elif mode == "text":
        target.write_text("no picture")
    elif mode == "reverse":
        shutil.copy(files[-1 - number], target)
    else:
        shutil.copy(file, target)
"""


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tool that copies its frames, and can go wrong, in a folder with a space and a quote."""
    file = tmp_path_factory.mktemp("peer's tools") / "copy tool.py"
    file.write_text(TOOL, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def frames() -> list[Frame]:
    """Two frames of a gradient with a known corner."""
    ramp = np.linspace(0, 1, 3 * 24 * 32, dtype=np.float32).reshape(24, 32, 3)
    return [ramp, (1 - ramp).astype(np.float32)]


def painter(tool: Path, mode: str, places: str = "{in} {out}", kind: str = "png") -> CommandPainter:
    """The tool as a painter."""
    return CommandPainter.parse(
        f'"{sys.executable}" "{tool}" {places} {mode}', "exr" if kind == "exr" else "png"
    )


@pytest.mark.parametrize(
    ("places", "kind", "most"),
    [
        ("{in} {out}", "png", 1e-5),
        ("{in_file} {out_file}", "png", 1e-5),
        ("{in} {out}", "exr", 1e-3),
    ],
)
def test_frames_come_back_as_they_went(
    tool: Path, frames: list[Frame], places: str, kind: str, most: float
) -> None:
    """A tool that copies gives the frames back, in order, to 16 bits or to a half float."""
    back = painter(tool, "copy", places, kind).paint_shot(frames, "command", 1.0)
    for found, frame in zip(back, frames, strict=True):
        assert found.shape == frame.shape
        assert np.abs(found - frame).max() < most


def test_the_order_is_the_files_own(tool: Path, frames: list[Frame]) -> None:
    """A tool that swaps the frames is not put right: what it wrote first comes first."""
    back = painter(tool, "reverse").paint_shot(frames, "command", 1.0)
    assert np.abs(back[0] - frames[1]).max() < 1e-5


@pytest.mark.parametrize(
    ("mode", "sentence"),
    [
        ("fail", "exit code 1: for this machine"),
        ("miss", "given 2 frames and wrote 1"),
        ("small", "frames of 32x24 and wrote frame.0001.png with 16x12"),
        ("text", "no picture"),
    ],
)
def test_what_goes_wrong_is_told(tool: Path, frames: list[Frame], mode: str, sentence: str) -> None:
    """A failure, a missing frame, another size and a file that is none: each its sentence."""
    with pytest.raises(CommandFailed, match=sentence):
        painter(tool, mode).paint_shot(frames, "command", 1.0)


def test_a_program_that_is_not_there(frames: list[Frame]) -> None:
    """A mistyped name is told, with what the system says."""
    with pytest.raises(CommandFailed, match=r"no_such_tool.*cannot be started"):
        CommandPainter.parse("no_such_tool {in} {out}").paint_shot(frames, "command", 1.0)


def test_a_tool_that_hangs_is_stopped(frames: list[Frame]) -> None:
    """Waiting has an end."""
    words = (sys.executable, "-c", "import time; time.sleep(60)", "{in}", "{out}")
    with pytest.raises(CommandFailed, match=r"did not end within 0\.2 s"):
        CommandPainter(words, timeout_seconds=0.2).paint_shot(frames, "command", 1.0)


def test_no_shell_reads_the_command(frames: list[Frame], tmp_path: Path) -> None:
    """What a shell would run stays a word."""
    trap = tmp_path / "trap"
    words = f"'{sys.executable}' -c 'import sys; sys.exit(sys.argv[-1])' {{in}} {{out}}"
    with pytest.raises(CommandFailed, match=r"; touch"):
        CommandPainter.parse(f"{words} '; touch {trap}'").paint_shot(frames, "command", 1.0)
    assert not trap.exists()


@pytest.mark.parametrize(
    "text", ["", "tool", "tool {in}", "tool {out}", "tool 'a {in} {out}", "t {in} {out} {in_file}"]
)
def test_a_command_without_its_places_is_refused(text: str) -> None:
    """Before a frame is painted it is seen that the frames could not go in or come out."""
    with pytest.raises(CommandInvalid):
        CommandPainter.parse(text)
