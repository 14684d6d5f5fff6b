"""The command's promises: a model and any other tool are measured alike, and misuse is told."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import pytest

from model_training.cli.evaluate import COMMAND_STYLE, EvaluationInvalid, evaluate_model
from nuke_plugin.contract.errors import CardMissing, StyleNotFound
from tests.tiny_model import write_tiny_model

COPY = "import shutil, sys; shutil.copytree(sys.argv[1], sys.argv[2], dirs_exist_ok=True)"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small real model."""
    return write_tiny_model(tmp_path_factory.mktemp("models")).folder


def test_a_model_is_measured_beside_its_twin(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """JSON, page and terminal tell the same numbers; a model that is its own twin equals it."""
    numbers, page = tmp_path / "numbers.json", tmp_path / "page.html"
    evaluate_model(
        model, styles="warm", twin=model, json_file=numbers, report=page, quick=True, threads=1
    )
    gates = json.loads(numbers.read_text(encoding="utf-8"))["gates"]
    own = gates["warm"]
    assert "cold" not in gates
    assert own["twin"]["boil"] == own["boil"]
    assert own["tile_max_abs"] < 1e-5
    assert gates["kmac_per_pixel"] > 0
    assert gates["ms_per_megapixel"] > 0
    assert f"{own['e_stab']['pan']:.3f}" in page.read_text(encoding="utf-8")
    said = capsys.readouterr().out
    assert said.startswith("plate")
    assert "above half of the twin's" in said or "above 0.2" in said


def test_a_command_is_measured_on_the_same_set(tmp_path: Path) -> None:
    """A tool that copies its frames is as steady as the plate, to the last of 16 bits."""
    numbers = tmp_path / "numbers.json"
    command = f"{shlex.join([sys.executable, '-c', COPY])} {{in}} {{out}}"
    evaluate_model(command=command, json_file=numbers, quick=True)
    gates = json.loads(numbers.read_text(encoding="utf-8"))["gates"]
    for key in ("e_stab", "texture"):
        assert gates[COMMAND_STYLE][key] == pytest.approx(gates["plate"][key], rel=1e-3)
    assert gates[COMMAND_STYLE]["grain_gain"] == pytest.approx(1.0, rel=1e-3)
    assert "identity_mean_abs" not in gates[COMMAND_STYLE]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "a model folder, or a command"),
        ({"model": Path("m"), "command": "t {in} {out}"}, "one of the two"),
        ({"model": Path("m"), "data": Path("d")}, "both --data and --config"),
        ({"model": Path("m"), "report": Path("page.pdf")}, r"page\.pdf"),
        ({"command": "t {in} {out}", "styles": "a"}, "leave out --styles"),
        ({"command": "t {in} {out}", "frames_as": "dpx"}, "'dpx'"),
    ],
)
def test_what_cannot_be_measured_is_told(options: dict[str, object], sentence: str) -> None:
    """Options that contradict one another are refused before anything is painted."""
    with pytest.raises(EvaluationInvalid, match=sentence):
        evaluate_model(**options)  # type: ignore[arg-type]


def test_an_unknown_style_and_an_empty_folder_are_told(model: Path, tmp_path: Path) -> None:
    """The errors are those of every other command."""
    with pytest.raises(StyleNotFound, match="wram"):
        evaluate_model(model, styles="wram")
    with pytest.raises(CardMissing):
        evaluate_model(tmp_path)
