"""Promises of the search and the categories."""

from __future__ import annotations

import pytest

from nuke_plugin.panel.style_filter import categories, matching
from tests.nuke_plugin.panel.style_examples import entry

STYLES = (
    entry("starry_night", boil=0.2),
    entry("rhinoceros", model_id="prints", model_title="Prints", artist="Albrecht Dürer",
          credit="Albrecht Dürer, 1515", century=16),
    entry("great_wave", model_id="prints", model_title="Prints", artist="Hokusai",
          credit="Hokusai, c. 1831", is_local=False, kmac_per_pixel=20.0),
)  # fmt: skip
(EVERYTHING, STARRED), *OTHERS = categories(STYLES, {("painters", "starry_night")})


def found(typed: str) -> list[str]:
    """Return what a search finds."""
    return [style.style_id for style in matching(STYLES, typed, EVERYTHING)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", ["starry_night", "rhinoceros", "great_wave"]),
        ("STARRY", ["starry_night"]),
        ("durer", ["rhinoceros"]),
        ("1831", ["great_wave"]),
        ("prints 16th", ["rhinoceros"]),
        ("steady", ["rhinoceros", "great_wave"]),
        ("whole picture", ["great_wave"]),
        ("gogh wave", []),
    ],
)
def test_a_search_reads_all_that_is_known(typed: str, expected: list[str]) -> None:
    """Every word typed must be in title, artist, year, model or a tag, whatever case or accent."""
    assert found(typed) == expected


def test_categories_come_from_the_cards() -> None:
    """Models, artists, centuries and measurements are offered, each with its styles."""
    offered = [[(one.title, len(one.styles)) for one in group] for group in OTHERS]

    assert offered == [
        [("Painters", 1), ("Prints", 2)],
        [("Albrecht Dürer", 1), ("Hokusai", 1), ("Vincent van Gogh", 1)],
        [("16th century", 1), ("19th century", 2)],
        [("Steady in motion", 2), ("Light to paint", 1), ("Looks at the whole picture", 1)],
    ]
    assert STARRED.styles == {("painters", "starry_night")}


def test_a_category_and_a_search_narrow_together() -> None:
    """Within a category only its styles are searched."""
    prints = OTHERS[0][1]
    assert [style.style_id for style in matching(STYLES, "1", prints)] == [
        "rhinoceros",
        "great_wave",
    ]
    assert matching(STYLES, "starry", prints) == []


def test_what_narrows_nothing_is_not_offered() -> None:
    """One model by one artist of one century is no choice."""
    assert len(categories(STYLES[:1], ())) == 1
