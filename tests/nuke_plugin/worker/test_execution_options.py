"""Tests of the words that say on what a network runs, and of those that exclude each other."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from nuke_plugin.contract.errors import OptionInvalid
from nuke_plugin.contract.library import InstalledModel
from nuke_plugin.worker import pipeline
from nuke_plugin.worker.cli import app
from nuke_plugin.worker.execution_options import device_of
from nuke_plugin.worker.render_records import RenderSettings
from tests.exr_files import half_rgba, write_exr


def test_a_device_is_a_number_or_the_processor() -> None:
    """Nothing means the first card that works; a name is refused with what it could be."""
    assert device_of(None) == (True, None)
    assert device_of("2") == (True, 2)
    assert device_of("cpu") == device_of("CPU") == (False, None)
    for text in ("gpu", "-1", ""):
        with pytest.raises(OptionInvalid, match="neither a card's number nor 'cpu'"):
            device_of(text)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tiny_model: InstalledModel) -> list[RenderSettings]:
    """What the command asks a render for; the render itself is left out."""
    monkeypatch.setenv("IMPASTO_MODELS", str(tiny_model.folder.parent))
    found: list[RenderSettings] = []

    def render(settings: RenderSettings, *others: object, **more: object) -> None:
        found.append(settings)
        raise OptionInvalid("--nothing", "this is as far as it goes")

    monkeypatch.setattr(pipeline, "render", render)
    return found


def command(folder: Path, *options: str) -> list[str]:
    """Return the words of a render of one plate."""
    write_exr(folder / "plate.exr", half_rgba(8, 6))
    out = str(folder / "painted.exr")
    return ["render", str(folder / "plate.exr"), out, "--style", "warm", *options]


def test_the_options_reach_the_render(asked: list[RenderSettings], tmp_path: Path) -> None:
    """Card, size of tiles and resume are in the settings; every render marks its frames."""
    options = ["--device", "1", "--tile-size", "512", "--resume"]
    CliRunner().invoke(app, command(tmp_path, *options))
    CliRunner().invoke(app, command(tmp_path, "--device", "cpu"))
    first, second = asked
    assert (first.use_gpu, first.device, first.tile_px, first.resume) == (True, 1, 512, True)
    assert (second.use_gpu, second.device, second.tile_px, second.resume) == (
        False,
        None,
        None,
        False,
    )
    assert first.marks_frames
    assert second.marks_frames


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--resume", "--overwrite"), "cannot keep what --overwrite replaces"),
        (("--device", "one"), "neither a card's number"),
        (("--device", "0", "--workers", "2"), "a card of its own"),
    ],
)
def test_what_cannot_be_together_is_refused(
    asked: list[RenderSettings], tmp_path: Path, options: tuple[str, ...], told: str
) -> None:
    """One sentence, exit code 2, before anything is asked for."""
    answer = CliRunner().invoke(app, command(tmp_path, *options))
    assert answer.exit_code == 2
    assert told in answer.stderr
    assert asked == []
