"""What is asked of the strokes' size, from plate files to result files and on the command."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from nuke_plugin.contract.library import InstalledModel
from nuke_plugin.worker.cli import app
from tests.exr_files import read_exr, write_exr


@pytest.fixture
def plate(tmp_path: Path, tiny_model: InstalledModel, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plate of noise, and the small model installed."""
    monkeypatch.setenv("IMPASTO_MODELS", str(tiny_model.folder.parent))
    planes = np.random.default_rng(0).uniform(0, 0.8, (3, 48, 64)).astype(np.float16)
    write_exr(tmp_path / "plate.exr", dict(zip("RGB", planes, strict=True)))
    return tmp_path / "plate.exr"


def call(plate: Path, out: Path, *options: str) -> Result:
    """Render the plate with the small model."""
    words = ("render", str(plate), str(out), "--model", "tiny", "--style", "warm", *options)
    return CliRunner().invoke(app, words)


def test_the_command_sizes_strokes(plate: Path, tmp_path: Path) -> None:
    """Scale and detail change the picture and stand in its header; the plate's own pixels, none."""
    plain, sized = tmp_path / "plain.exr", tmp_path / "sized.exr"
    done = call(plate, plain, "--stroke-scale", "native")
    assert done.exit_code == 0, done.output
    done = call(plate, sized, "--stroke-scale", "4", "--detail", "0.5")
    assert done.exit_code == 0, done.output
    header = read_exr(sized).header
    assert (header["impasto/stroke_scale"], header["impasto/detail"]) == (4.0, 0.5)
    assert "impasto/stroke_scale" not in read_exr(plain).header
    assert not np.array_equal(read_exr(plain).channels["R"], read_exr(sized).channels["R"])


def test_strokes_follow_the_frame_by_default(plate: Path, tmp_path: Path) -> None:
    """Without a word a frame is painted as with a stroke scale of 1, and its header says so."""
    silent, asked = tmp_path / "silent.exr", tmp_path / "asked.exr"
    assert call(plate, silent).exit_code == 0
    assert call(plate, asked, "--stroke-scale", "1").exit_code == 0
    assert read_exr(silent).header["impasto/stroke_scale"] == 1.0
    assert np.array_equal(read_exr(silent).channels["R"], read_exr(asked).channels["R"])


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--stroke-scale", "big", "--stroke-scale: 'big' is neither a number nor 'native'"),
        ("--stroke-scale", "5", "--stroke-scale: it is 5.0 and must be 0.25 to 4"),
        ("--stroke-scale", "nan", "--stroke-scale: it is nan and must be 0.25 to 4"),
        ("--detail", "2", "--detail: it is 2.0 and must be 0 to 1"),
    ],
)
def test_a_size_out_of_range_is_one_sentence(
    plate: Path, tmp_path: Path, option: str, value: str, said: str
) -> None:
    """The option, what was given and what there is are said; nothing is written; exit code 2."""
    out = tmp_path / "out.exr"
    done = call(plate, out, option, value)
    assert done.exit_code == 2
    assert said in " ".join(done.output.split())
    assert not out.exists()
