"""Holds the lettering of sheets and movies: text drawn with the TrueType font inside OpenCV.

No font is looked for on the machine, so a farm node without fonts draws the same letters.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""A picture as people see it: (H, W, 3), RGB, sRGB-encoded."""

_FONT = "sans"
_ELLIPSIS = "…"
_NEVER_WRAP = 1_000_000
"""Width in pixels at which a line would go on below; OpenCV's default is the picture's edge."""


@dataclass(frozen=True)
class Lettering:
    """A size, weight and colour of text."""

    size_px: int
    """Height of a line's capitals with ascenders, in pixels."""

    weight: int = 400
    """400 is regular, 700 bold."""

    colour: tuple[int, int, int] = (235, 235, 235)
    """RGB, 0 to 255."""

    def width(self, text: str) -> int:
        """Return how wide a text is, in pixels."""
        font = cv2.FontFace(_FONT)
        box = cv2.getTextSize(
            (1, 1), text, (0, 0), font, self.size_px, self.weight, wrap=(0, _NEVER_WRAP)
        )
        return int(box[0] + box[2])

    def fitted(self, text: str, width_px: int) -> str:
        """Return the text, its end replaced by an ellipsis if it is wider than ``width_px``."""
        if self.width(text) <= width_px:
            return text
        kept = text
        while kept and self.width(kept.rstrip() + _ELLIPSIS) > width_px:
            kept = kept[:-1]
        return kept.rstrip() + _ELLIPSIS

    def draw(self, picture: Picture, text: str, left: int, baseline: int) -> None:
        """Draw one line of text into a picture, in place; what lies outside is cut off."""
        font = cv2.FontFace(_FONT)
        cv2.putText(
            picture,
            text,
            (left, baseline),
            self.colour,
            font,
            self.size_px,
            self.weight,
            wrap=(left, left + _NEVER_WRAP),
        )

    def draw_right(self, picture: Picture, text: str, right: int, baseline: int) -> None:
        """Draw one line of text that ends at ``right``."""
        self.draw(picture, text, right - self.width(text), baseline)
