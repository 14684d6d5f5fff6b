"""Lettering: text is drawn, measured and shortened without any font on the machine."""

from __future__ import annotations

import numpy as np
import pytest

from nuke_plugin.worker.lettering import Lettering


def _inked_columns(text: str, left: int = 20, width: int = 900) -> np.ndarray:
    picture = np.zeros((80, width, 3), np.uint8)
    Lettering(32).draw(picture, text, left, 50)
    return np.flatnonzero(picture.max(axis=(0, 2)))


@pytest.mark.parametrize("text", ["Starry Night", "Größe · 0.5", "神奈川沖浪裏"])
def test_text_takes_the_width_that_was_measured(text: str) -> None:
    """Drawn text begins at its left, ends at its measured width, Latin or not."""
    ink = _inked_columns(text)
    assert 20 <= ink[0] <= 26
    assert ink[-1] == pytest.approx(20 + Lettering(32).width(text), abs=4)


def test_letters_differ() -> None:
    """Different letters give different pictures: nothing is drawn as the same empty box."""
    pictures = []
    for letter in "AgÜ浪":
        picture = np.zeros((60, 60, 3), np.uint8)
        Lettering(32).draw(picture, letter, 10, 40)
        pictures.append(picture.tobytes())
    assert len(set(pictures)) == 4


def test_text_past_the_edge_is_cut_and_not_wrapped() -> None:
    """Text that is too long leaves the picture at the right and never starts a second line."""
    picture = np.zeros((200, 120, 3), np.uint8)
    Lettering(24).draw(picture, "a very long label that goes on and on", 10, 40)
    assert picture[:50].any()
    assert not picture[60:].any()


def test_fitted_text_fits() -> None:
    """A text that fits is left alone; a longer one ends in an ellipsis and fits."""
    letters = Lettering(24)
    assert letters.fitted("short", 500) == "short"
    for width in (30, 80, 200):
        fitted = letters.fitted("The Great Wave off Kanagawa", width)
        assert fitted.endswith("…")
        assert letters.width(fitted) <= width


def test_right_aligned_text_ends_where_it_should() -> None:
    """Right-aligned text ends at the given place."""
    picture = np.zeros((60, 400, 3), np.uint8)
    Lettering(24).draw_right(picture, "frame 1001", 380, 40)
    assert 372 <= np.flatnonzero(picture.max(axis=(0, 2)))[-1] <= 380
