"""Tests of the commands `impasto effect` and `impasto effects`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from nuke_plugin.contract.errors import OptionInvalid
from nuke_plugin.contract.library import InstalledEffect, InstalledModel
from nuke_plugin.worker.cli import app
from nuke_plugin.worker.effects.effect_command import controls_of
from tests.exr_files import read_exr, write_exr


@pytest.fixture(autouse=True)
def _installed(
    monkeypatch: pytest.MonkeyPatch,
    tiny_model: InstalledModel,
    tiny_effects: dict[str, InstalledEffect],
    tmp_path: Path,
) -> None:
    """A style and three effects are installed, and nothing else."""
    places = os.pathsep.join(
        str(found.folder.parent) for found in (tiny_effects["fire"], tiny_model)
    )
    monkeypatch.setenv("IMPASTO_MODELS", places)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("OCIO", raising=False)
    (tmp_path / "shipped").mkdir()
    monkeypatch.setattr("nuke_plugin.contract.library.SHIPPED_MODELS", tmp_path / "shipped")


@pytest.fixture
def matte(tmp_path: Path) -> str:
    """One matte, with the mask in its alpha and its opposite in another layer."""
    mask = np.zeros((24, 32), np.float32)
    mask[16:20, 8:20] = 1
    write_exr(tmp_path / "roto.exr", {"A": mask, "hold.out": 0 * mask})
    return str(tmp_path / "roto.exr")


def call(*arguments: str) -> Result:
    """Call the command in this process."""
    return CliRunner().invoke(app, list(arguments))


def answered(capfd: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """Return what the command printed as JSON, on the real standard output."""
    capfd.readouterr()
    answer = call(*arguments, "--json")
    assert answer.exit_code == 0, answer.output
    return json.loads(capfd.readouterr().out)


def test_an_effect_is_made_as_the_words_say(
    matte: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Frames, seed, wind and the card's own control arrive; the answer is that of a render."""
    out = str(tmp_path / "fire.%04d.exr")
    words = ["--effect", "fire", "--frames", "1-2", "--seed", "-3", "--wind", "-1.5", "--loop", "9"]
    words += ["--device", "cpu"]
    fields = answered(capfd, "effect", matte, out, *words, "--turbulence", "0.5")
    assert fields["written"] == [1, 2]
    header = read_exr(tmp_path / "fire.0001.exr").header
    assert json.loads(header["impasto/controls"]) == {"turbulence": 0.5, "wind": -1.5}
    assert (header["impasto/seed"], header["impasto/loop"]) == ("-3", 9)
    again = call("effect", matte, out, *words, "--turbulence=0.5", "--resume")
    assert "Kept" in again.stdout


def test_a_named_channel_is_the_matte(matte: str, tmp_path: Path) -> None:
    """Another layer's empty mask makes an empty frame, and one that is not there is an error."""
    out = str(tmp_path / "smoke.exr")
    answer = call("effect", matte, out, "--effect", "smoke", "--channel", "hold.out")
    assert answer.exit_code == 0, answer.output
    assert not read_exr(tmp_path / "smoke.exr").channels["A"].any()
    wrong = call("effect", matte, out, "--effect", "smoke", "--channel", "roto", "--overwrite")
    assert wrong.exit_code == 2
    assert "no channel 'roto'" in wrong.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "give one of the two"),
        (["--model", "tiny"], "The model 'tiny' paints plates in a style and makes no effect"),
        (["--effect", "fier"], "No effect named 'fier' is installed"),
        (["--effect", "smoke", "--model", "tiny_fire"], "makes fire, not smoke"),
        (["--effect", "fire", "--turbulance", "1"], "Did you mean turbulence"),
        (["--effect", "fire", "--turbulence", "9"], "Give a number from 0 to 2"),
        (["--effect", "fire", "--turbulence", "much"], "'much' is not a number"),
        (["--effect", "fire", "--wind", "nan"], "a finite number"),
        (["--effect", "fire", "--speed", "1e9"], "-100 to 100"),
        (["--effect", "fire", "--scale", "0"], "0.25 to 4"),
        (["--effect", "fire", "--intensity", "-1"], "0 to 100"),
        (["--effect", "fire", "--loop", "0"], "--loop"),
        (["--effect", "fire", "--frames", "1.5-3"], "is not a frame range"),
        (["--effect", "fire", "--resume", "--overwrite"], "--resume"),
        (["--effect", "fire", "--colorspace", "ACEScct"], "is not scene-linear"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    matte: str, tmp_path: Path, words: list[str], said: str
) -> None:
    """Exit code 2, one message that names value and remedy, and nothing is written."""
    answer = call("effect", matte, str(tmp_path / "out.exr"), *words)
    assert answer.exit_code == 2, answer.output
    assert said in " ".join(answer.stderr.split())
    assert not (tmp_path / "out.exr").exists()


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["render", "MATTE", "OUT", "--model", "tiny_fire", "--style", "warm"], "tiny_fire"),
        (["render", "MATTE", "OUT", "--model", "tiny_fire"], "tiny_fire"),
        (["render", "MATTE", "OUT", "--style", "tiny_fire"], "tiny_fire"),
        (["render", "MATTE", "OUT", "--style", "Tiny Fire"], "Tiny Fire"),
        (["render", "MATTE", "OUT", "--style", "fire"], "fire"),
        (["render", "MATTE", "OUT", "--mix-styles", "fire:1,warm:1"], "fire"),
        (["bench", "--model", "tiny_fire"], "tiny_fire"),
        (["demo", "--out", "OUT", "--model", "tiny_fire"], "tiny_fire"),
    ],
)
def test_an_effect_is_no_style(matte: str, tmp_path: Path, words: list[str], name: str) -> None:
    """The commands of styles refuse an effect by the name that it was called by."""
    out = tmp_path / "out.exr"
    told = [{"MATTE": matte, "OUT": str(out)}.get(word, word) for word in words]
    answer = call(*told)
    assert answer.exit_code == 2, answer.output
    said = " ".join(answer.stderr.split())
    assert f"The model '{name}' makes an effect from a matte and paints in no style." in said
    assert not out.exists()


def test_effects_are_listed_with_what_they_can_be_told(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Each has its controls with their ranges and its layers; styles are not among them."""
    answer = call("effects")
    assert answer.exit_code == 0
    assert "tiny_fire: Tiny fire, fire." in answer.stdout
    assert "--turbulence 0..2, by default 1" in answer.stdout
    assert "water.height" in answer.stdout
    assert "warm" not in answer.stdout
    fields = answered(capfd, "effects")
    assert [found["effect"] for found in fields["effects"]] == ["fire", "smoke", "water"]


def test_effects_are_not_among_the_styles(capfd: pytest.CaptureFixture[str]) -> None:
    """The list of styles holds styles only."""
    styles = answered(capfd, "styles")
    assert {style["model"] for style in styles["styles"]} == {"tiny"}


def test_controls_are_pairs_of_words() -> None:
    """A number may stand behind a sign of equality or in the next word, below 0 too."""
    assert controls_of(["--a", "1", "--b=-2.5", "--c", "-3"]) == {"a": 1, "b": -2.5, "c": -3}
    for words in (["--a"], ["a", "1"], ["--a", "1", "--a", "2"], ["--a", "b"]):
        with pytest.raises(OptionInvalid):
            controls_of(words)
