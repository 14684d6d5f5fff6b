"""The suite's and the command's promises: one line a check, exit code 1 for a broken promise."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nuke_plugin.contract.effect_card import FIRE, WATER
from nuke_plugin.contract.library import InstalledModel
from nuke_plugin.contract.strict_json import NumberTree
from nuke_plugin.worker.measure.exact_motion import MOVES
from nuke_plugin.worker.measure.gates import MeasuredSet, measure_gates
from nuke_plugin.worker.measure.model_painter import ModelPainter
from nuke_plugin.worker.verify import published
from nuke_plugin.worker.verify.command import verification_lines
from nuke_plugin.worker.verify.finding import FAILED, NOT_RUN, OK, Verification
from nuke_plugin.worker.verify.suite import EFFECT_CHECKS, FOLDER_CHECKS, STYLE_CHECKS, verify
from tests.nuke_plugin.worker.verify.conftest import Plant, PlantEffect, opened, write_card


def outcomes(verification: Verification) -> dict[str, str]:
    """Return each check's outcome by name."""
    return {finding.check: finding.outcome for finding in verification.findings}


def test_a_good_model(plant: Plant) -> None:
    """Every check of a good model is told, in order, and none failed."""
    seen: list[tuple[int, int]] = []
    verification = verify(
        plant().folder, is_quick=True, on_progress=lambda done, total: seen.append((done, total))
    )
    assert list(outcomes(verification)) == [*FOLDER_CHECKS, *STYLE_CHECKS]
    assert not verification.failed
    total = len(FOLDER_CHECKS) + len(STYLE_CHECKS)
    assert seen == [(done, total) for done in range(1, total + 1)]


@pytest.mark.parametrize("effect", [FIRE, WATER])
def test_a_good_effect(plant_effect: PlantEffect, effect: str) -> None:
    """The card says that it is an effect: its own checks are told, in order, and none failed."""
    seen: list[tuple[int, int]] = []
    verification = verify(
        plant_effect(effect=effect).folder,
        on_progress=lambda done, total: seen.append((done, total)),
    )
    assert list(outcomes(verification)) == [*FOLDER_CHECKS, *EFFECT_CHECKS]
    assert not verification.failed, verification.failed
    not_run = {name for name, outcome in outcomes(verification).items() if outcome == NOT_RUN}
    assert not_run == {"half precision", "limits", "gates"}
    total = len(FOLDER_CHECKS) + len(EFFECT_CHECKS)
    assert seen == [(done, total) for done in range(1, total + 1)]


def break_hash(folder: Path) -> None:
    """Change one byte of the network."""
    file = folder / "model.onnx"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(bytes(content))


def break_preview(folder: Path) -> None:
    """Cut a picture short to nothing that can be shown."""
    (folder / "preview.png").write_bytes(b"\x89PNG no picture")


def lose_preview(folder: Path) -> None:
    """Take a picture away."""
    (folder / "preview_cold.png").unlink()


def break_card(folder: Path) -> None:
    """Add a key that nobody knows."""
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    (folder / "card.json").write_text(json.dumps({**card, "colour": 1}), encoding="utf-8")


def rename_input(folder: Path) -> None:
    """Let the card name an input that the graph does not have."""
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    card["image"]["name"] = "picture"
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")


@pytest.mark.parametrize(
    ("harm", "check", "said"),
    [
        (break_hash, "files", "SHA-256"),
        (break_preview, "previews", "preview.png is no picture"),
        (lose_preview, "previews", "preview_cold.png is missing"),
        (break_card, "card", "colour"),
        (rename_input, "graph", "picture"),
    ],
)
def test_a_broken_folder(plant: Plant, harm: Any, check: str, said: str) -> None:
    """What is wrong with the files is found under its own name, with what is wrong."""
    folder = plant().folder
    harm(folder)
    (failed,) = verify(folder, is_quick=True).failed
    assert failed.check == check
    assert said in failed.text


def break_movie(folder: Path) -> None:
    """Write a movie that no player plays."""
    (folder / "preview.webm").write_bytes(b"no movie")


def lose_movie(folder: Path) -> None:
    """Take the movie away."""
    (folder / "preview.webm").unlink()


def turn_into_smoke(folder: Path) -> None:
    """Let the card name channels that the graph does not make."""
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    card.update(effect="smoke", channels=[card["channels"][2], card["channels"][0]])
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")


@pytest.mark.parametrize(
    ("harm", "check", "said"),
    [
        (break_hash, "files", "SHA-256"),
        (break_preview, "previews", "preview.png is no picture"),
        (break_movie, "previews", "preview.webm is no movie"),
        (lose_movie, "previews", "preview.webm is missing"),
        (break_card, "card", "colour"),
        (turn_into_smoke, "graph", "channels"),
    ],
)
def test_a_broken_effects_folder(
    plant_effect: PlantEffect, harm: Any, check: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is wrong with an effect's files is found under its own name likewise."""
    monkeypatch.setattr("nuke_plugin.worker.verify.suite.CHECKS", {"effect": {}})
    folder = plant_effect().folder
    harm(folder)
    (failed,) = verify(folder).failed
    assert failed.check == check
    assert said in failed.text


def test_a_folder_under_another_name(plant: Plant) -> None:
    """A model whose folder was renamed would not be found by its id: that is told."""
    folder = plant().folder
    renamed = folder.rename(folder.with_name("another"))
    (failed,) = verify(renamed).failed
    assert "named 'another'" in failed.text


@pytest.fixture(scope="module")
def measured() -> MeasuredSet:
    """One still, two frames of a shot."""
    return MeasuredSet(MeasuredSet.shipped().stills[:1], frames=2)


@pytest.fixture
def few_pictures(monkeypatch: pytest.MonkeyPatch, measured: MeasuredSet) -> None:
    """Measure on few pictures: what is compared is the card with what is found."""
    monkeypatch.setattr(published.MeasuredSet, "shipped", lambda: measured)


def gates_of(installed: InstalledModel, measured: MeasuredSet) -> NumberTree:
    """Return the tiny model's gates; one style's stand for both."""
    paint = ModelPainter.open(installed.folder, threads=1)
    gates = measure_gates(paint, ["warm"], paint.card.halo_px, measured)
    return NumberTree({**gates, "cold": gates["warm"]})


def falsified(gates: NumberTree, key: str, value: Any) -> NumberTree:
    """Return gates with another value of the first style."""
    return NumberTree({**gates, "warm": NumberTree({**gates["warm"], key: value})})


@pytest.mark.usefixtures("few_pictures")
def test_gates_are_measured_again(plant: Plant, measured: MeasuredSet) -> None:
    """True gates are found again; a flattered one is found out, by name, with both numbers."""
    installed = plant()
    gates = gates_of(installed, measured)
    assert published.check_gates(opened(write_card(installed, gates=gates))).outcome == OK
    boil = gates["warm"]["boil"]
    better = falsified(gates, "boil", NumberTree({**boil, "pan": 0.9 * boil["pan"]}))
    finding = published.check_gates(opened(write_card(installed, gates=better)))
    assert finding.outcome == FAILED
    assert f"warm.boil.pan is {boil['pan']:.4g}" in finding.text
    assert f"the card says {0.9 * boil['pan']:.4g}" in finding.text
    grown = falsified(gates, "far_field", 0.25)
    whole = opened(write_card(installed, gates=grown), is_quick=False)
    assert "warm.far_field" in published.check_gates(whole).text


def test_limits(plant: Plant) -> None:
    """A card without a style's gates, beyond a limit, or with a sweep that turns, is told."""
    installed = plant()
    moves = NumberTree(dict.fromkeys(MOVES, 0.1))
    good = NumberTree(e_stab=moves, boil=moves, texture=moves, grain_gain=0.5, far_field=0.0)
    good.update(tile_max_abs=0.0, identity_mean_abs=0.005)
    gates = NumberTree(warm=good, cold=good)

    def check(gates: NumberTree) -> tuple[str, str]:
        finding = published.check_limits(opened(write_card(installed, gates=gates)))
        return finding.outcome, finding.text

    assert check(NumberTree())[0] == NOT_RUN
    assert check(gates)[0] == OK
    outcome, text = check(NumberTree(warm=good))
    assert outcome == FAILED
    assert "cold.grain_gain is missing" in text
    assert "warm.grain_gain is 1.2, above 1" in check(falsified(gates, "grain_gain", 1.2))[1]
    assert "fp16_max_abs" in check(NumberTree({**gates, "fp16_max_abs": 0.01}))[1]
    sweep = NumberTree(style_distance=NumberTree({"0": 1.0, "0.5": 0.4, "1": 0.6}))
    outcome, text = check(falsified(gates, "strength_sweep", sweep))
    assert "warm.strength_sweep.style_distance does not fall" in text


def test_a_line_a_check(plant: Plant) -> None:
    """The answer has a line for each check and ends with what came of all of them."""
    folder = plant(halo_px=4, border_px=0).folder
    lines = verification_lines(verify(folder, is_quick=True))
    assert len(lines) == len(FOLDER_CHECKS) + len(STYLE_CHECKS) + 1
    (halo,) = (line for line in lines if " halo " in line)
    assert halo.startswith("failed")
    assert "the card says 4" in halo
    assert "halo" in lines[-1]


def test_the_command(plant: Plant) -> None:
    """A program gets one JSON object; exit code 1 says that a promise is broken."""
    folder = plant().folder
    break_hash(folder)
    done = subprocess.run(
        [sys.executable, "-m", "nuke_plugin.worker.cli", "verify", str(folder), "--json"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    answer = json.loads(done.stdout)
    assert answer["is_ok"] is False
    assert [finding["outcome"] for finding in answer["findings"]] == ["ok", "failed"]


def test_the_command_reads_the_kind_from_the_card(plant_effect: PlantEffect) -> None:
    """An effect's folder is verified by the same words, and a broken promise of it is told."""
    folder = plant_effect(size_multiple=2).folder
    done = subprocess.run(
        [sys.executable, "-m", "nuke_plugin.worker.cli", "verify", str(folder), "--quick"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "fire with 2 controls" in done.stdout
    assert "size_multiple" in done.stdout
