"""The checks of an effect's published numbers: complete, within bounds or said, found again."""

from __future__ import annotations

from typing import Any

import pytest

from nuke_plugin.contract.effect_limits import missed_effect_limits
from nuke_plugin.contract.library import InstalledEffect
from nuke_plugin.contract.strict_json import NumberTree
from nuke_plugin.worker.verify import effect_published
from nuke_plugin.worker.verify.finding import FAILED, NOT_RUN, OK
from tests.nuke_plugin.worker.verify.conftest import (
    PlantEffect,
    opened_effect,
    write_effect_card,
)


def good_gates(installed: InstalledEffect) -> NumberTree:
    """Return gates of the tiny effect: measured where they can be, else as a good one's."""
    gates = NumberTree(effect_published.measured(opened_effect(installed, is_quick=False)))
    better, worse = (
        NumberTree(tof=v, spatial_spectrum=v, temporal_spectrum=v, seeds=0.9) for v in (0.1, 0.4)
    )
    gates.update(made=better, hand_made=worse, onnx_max_abs=1e-6, kmac_per_pixel=1.0)
    return gates


def changed(gates: NumberTree, key: str, value: Any) -> NumberTree:
    """Return gates with another value, or without one, by a name such as ``made.tof``."""
    name, _, rest = key.partition(".")
    other = NumberTree(gates)
    if rest:
        other[name] = changed(gates[name], rest, value)
    elif value is None:
        del other[name]
    else:
        other[name] = value
    return other


def limits(installed: InstalledEffect, gates: NumberTree, said: str = "") -> tuple[str, str]:
    """Return what comes of a card with these gates and this said at its description's end."""
    described = f"For tests. {said}".strip()
    subject = opened_effect(write_effect_card(installed, gates=gates, description=described))
    finding = effect_published.check_limits(subject)
    return finding.outcome, finding.text


def test_gates_are_measured_again(plant_effect: PlantEffect) -> None:
    """True gates are found again, a flattered one is found out by name with both numbers."""
    installed = plant_effect()
    assert effect_published.check_gates(opened_effect(installed)).outcome == NOT_RUN
    gates = good_gates(installed)
    subject = opened_effect(write_effect_card(installed, gates=gates), is_quick=False)
    finding = effect_published.check_gates(subject)
    assert finding.outcome == OK, finding.text
    assert 0.5 < gates["coupling"]["follows"] < 1.5
    assert gates["tile_max_abs"] <= 1e-5
    loose = changed(gates, "coupling.follows", gates["coupling"]["follows"] + 0.3)
    subject = opened_effect(write_effect_card(installed, gates=loose), is_quick=False)
    finding = effect_published.check_gates(subject)
    assert finding.outcome == FAILED
    assert f"coupling.follows is {gates['coupling']['follows']:.4g}, the card says" in finding.text
    leaking = changed(gates, "coupling.outside", 0.25)
    finding = effect_published.check_gates(
        opened_effect(write_effect_card(installed, gates=leaking))
    )
    assert finding.outcome == FAILED
    assert "coupling.outside is 0, the card says 0.25" in finding.text


def test_limits(plant_effect: PlantEffect) -> None:
    """A card that lacks a number or is beyond a limit is told; one of no gates is not looked at."""
    installed = plant_effect()
    assert limits(installed, NumberTree())[0] == NOT_RUN
    gates = good_gates(installed)
    assert limits(installed, gates) == (OK, "the gates are in bounds")
    for key in ("coupling.follows", "made.tof", "hand_made", "loop_max_abs", "onnx_max_abs"):
        outcome, text = limits(installed, changed(gates, key, None))
        assert outcome == FAILED
        assert key in text
    for key, value in (("frame_max_abs", 1e-9), ("tile_max_abs", 2e-5), ("fp16_max_abs", 0.01)):
        outcome, text = limits(installed, changed(gates, key, value))
        assert outcome == FAILED
        assert f"{key} is {value:.3g}, above" in text


def test_what_is_missed_is_said(plant_effect: PlantEffect) -> None:
    """The description says what an effect misses, as the export writes it, and nothing else."""
    installed = plant_effect()
    gates = changed(good_gates(installed), "made.seeds", 0.2)
    said = missed_effect_limits(gates)
    assert "0.2 of the solver's" in said
    assert limits(installed, gates, said) == (OK, said)
    outcome, text = limits(installed, gates)
    assert outcome == FAILED
    assert said in text
    outcome, text = limits(installed, good_gates(installed), said)
    assert outcome == FAILED
    assert "none is" in text


@pytest.mark.parametrize("key", ["tof", "spatial_spectrum", "temporal_spectrum"])
def test_each_comparison_counts(plant_effect: PlantEffect, key: str) -> None:
    """A generator that is no nearer to the solver than the hand-made field has to say so."""
    installed = plant_effect()
    gates = changed(good_gates(installed), f"made.{key}", 0.5)
    assert limits(installed, gates)[0] == FAILED
    assert limits(installed, gates, missed_effect_limits(gates))[0] == OK
