"""Promises of what a card tells of a style, on a real card."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from nuke_plugin.contract.card import ModelCard
from nuke_plugin.contract.card_parts import Source
from nuke_plugin.contract.strict_json import NumberTree
from nuke_plugin.style_facts import century_of, facts_of, ordinal


@pytest.fixture
def card(tiny_models: Path) -> ModelCard:
    """Return the tiny model's card, with gates and paintings."""
    gates = NumberTree(
        kmac_per_pixel=100.0,
        warm=NumberTree(boil=NumberTree(pan=0.1, roll=0.25)),
        cold=NumberTree(boil=0.05),
    )
    sources = (
        Source("nobody_warm.jpg", "museum one", "public domain", "Nobody"),
        Source("nobody_cold.jpg", "museum two", "CC0", "Nobody"),
    )
    card = ModelCard.from_file(tiny_models / "tiny" / "card.json")
    return dataclasses.replace(card, gates=gates, sources=sources)


def test_the_worst_move_and_the_cost_are_told(card: ModelCard) -> None:
    """Boil is the worst of the moves measured; the cost is the network's."""
    warm, cold = (facts_of(card, slot) for slot in card.styles)

    assert (warm.boil, warm.steadiness) == (0.25, "moderate")
    assert (cold.boil, cold.steadiness) == (0.05, "steady")
    assert warm.kmac_per_pixel == 100.0
    assert warm.gmac_per_hd_frame == pytest.approx(100.0 * 1920 * 1080 / 1e6)
    assert warm.weight == "medium"
    assert {"steady", "medium cost", "21st century"} == set(cold.tags)


def test_the_painting_is_found_among_the_sources(card: ModelCard) -> None:
    """Of several sources by the artist, the one named like the style is the painting."""
    warm, cold = (facts_of(card, slot) for slot in card.styles)
    assert (warm.origin, cold.origin) == ("museum one", "museum two")
    assert cold.painting_licence == "CC0"


def test_a_doubtful_painting_is_not_told(card: ModelCard) -> None:
    """Where two sources could be the painting, none is claimed."""
    doubtful = tuple(
        dataclasses.replace(one, file=f"{i}.jpg") for i, one in enumerate(card.sources)
    )
    facts = facts_of(dataclasses.replace(card, sources=doubtful), card.styles[0])
    assert facts.origin == facts.painting_licence == ""


def test_what_was_not_measured_stays_unknown(card: ModelCard) -> None:
    """A card without gates, as of an imported network, claims neither steadiness nor cost."""
    imported = NumberTree({"import": NumberTree(far_field=0.0)})
    facts = facts_of(dataclasses.replace(card, gates=imported, local=False), card.styles[0])

    assert facts.steadiness == facts.weight == "not measured"
    assert facts.gmac_per_hd_frame is None
    assert facts.tags == ("21st century", "whole picture")


@pytest.mark.parametrize(
    ("year", "century"),
    [("1889", 19), ("c. 1831", 19), ("1900", 19), ("1901", 20), ("1503-1506", 16), ("", None)],
)
def test_the_century_of_a_year(year: str, century: int | None) -> None:
    """A year's century is found in the texts that cards hold."""
    assert century_of(year) == century


def test_ordinals() -> None:
    """Numbers are counted as in English."""
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st",
    ]  # fmt: skip
