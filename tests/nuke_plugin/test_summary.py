"""Promises of the short of a card's text."""

from __future__ import annotations

import pytest

from nuke_plugin.summary import first_sentence


@pytest.mark.parametrize(
    ("text", "short"),
    [
        (
            "Twelve painters: dots and ink. Boil above 0.20: all, 0.281 to 0.3.",
            "Twelve painters: dots and ink.",
        ),
        (
            "Flames at 0.5 of the size, e.g. a candle. Limits missed: none.",
            "Flames at 0.5 of the size, e.g. a candle.",
        ),
        ("Really? Yes.", "Really?"),
        ("One sentence.", "One sentence."),
        ("No end", "No end"),
        ("", ""),
        ("Fire. 3 limits missed.", "Fire."),
    ],
)
def test_the_first_sentence_stands_for_the_text(text: str, short: str) -> None:
    """Numbers and abbreviations end no sentence; a text of one comes back whole."""
    assert first_sentence(text) == short
