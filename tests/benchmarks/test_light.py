"""The promises of the measurements of light: their tables are of the real thing."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from benchmarks import light_picture, light_round_trip, soft_edge
from nuke_plugin.contract.light_settings import LIGHTS
from nuke_plugin.worker.pipeline import Studio
from tests.tiny_model import MODEL_ID, write_tiny_model


@pytest.fixture(autouse=True)
def _environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the small model is named, and the built-in colours are used."""
    write_tiny_model(tmp_path)
    monkeypatch.setenv("IMPASTO_MODELS", str(tmp_path))
    monkeypatch.delenv("OCIO", raising=False)


def test_the_round_trip_is_told_by_policy_space_and_range(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each policy has a line for each space and range, and none loses more than float32 does."""
    monkeypatch.setattr("sys.argv", ["light_round_trip"])
    light_round_trip.main()
    rows = [line.split() for line in capsys.readouterr().out.splitlines()[2:]]
    assert len(rows) == len(LIGHTS) * len(light_round_trip.SPACES) * len(light_round_trip.RANGES)
    assert {row[0] for row in rows} == set(LIGHTS)
    assert max(float(row[-1]) for row in rows) < 1e-4


def test_the_round_trip_through_a_network_is_the_networks() -> None:
    """With a model the plate passes its painter: at full strength the error is a painting's."""
    trips = {"carry": light_round_trip.model_trip(MODEL_ID, "carry", 1.0)}
    assert max(loss.relative for loss in light_round_trip.losses(trips)) > 0.1
    trips = {"carry": light_round_trip.model_trip(MODEL_ID, "carry", 1e-6)}
    assert max(loss.relative for loss in light_round_trip.losses(trips)) < 1e-3


def test_a_fringe_is_measured_against_the_painting_without_an_edge(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Painting by alpha has almost none; painting the multiplied colours has one, and a veil."""
    monkeypatch.setattr(soft_edge, "SIDE_PX", 96)
    studio = Studio.from_environment(os.environ)
    colour = studio.colours.plate_colour(None, is_integer=False)
    found = list(soft_edge.fringes(studio.network(MODEL_ID), "warm", colour))
    for fringe in found:
        is_off = fringe.premult == "off"
        assert (fringe.in_edge > 0.02) == is_off
        assert (fringe.outside > 0.02) == is_off
    assert soft_edge.page(found, "tiny").draw().shape[2] == 3


def test_the_picture_has_the_sun_that_it_tells_of() -> None:
    """The plate holds the sun's light and the shipped frame's; the page a panel for each policy."""
    plate = light_picture.bright_plate(96, 54, 1010)
    assert plate.max() >= light_picture.SUN
    assert np.median(plate) < 1
    page = light_picture.page(plate, MODEL_ID, "warm")
    captions = [panel.caption for panel in page.panels]
    assert captions[1 : 1 + len(LIGHTS)] == list(LIGHTS)
    assert len(captions) == 2 * (1 + len(LIGHTS))
