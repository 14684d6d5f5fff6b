"""Holds the guess that a plate was encoded for a display although it is said to be linear.

Nothing in such a file tells, and painting it goes wrong in a way that looks like a poor style: all
too pale. It is only a guess, so it is only told: a scene with a sky or a lamp in it has light above
1, one without is mostly darker than 0.35, and only what was cut off stands at exactly 1.
"""

from __future__ import annotations

import numpy as np

from nuke_plugin.worker.planes import Planes

_MIDDLE = 0.35
"""Brightness that half of the pixels exceed: display-encoded pictures lie at 0.4 to 0.5."""

_CUT_OFF = 0.002
"""Share of the pixels that stand at exactly 1."""

_BEGINNING = "The plate is taken for "

_STEP = 4
"""Every which pixel of a row and of a column is looked at."""


def looks_display_encoded(planes: Planes) -> bool:
    """Return whether colours, (3, H, W), that are said to be linear look encoded for a display."""
    brightest = planes[:, ::_STEP, ::_STEP].max(axis=0)
    if not np.isfinite(brightest).all() or brightest.max() != 1:
        return False
    return bool(_MIDDLE < np.median(brightest) < 1 and (brightest == 1).mean() > _CUT_OFF)


def display_hint(space: str) -> str:
    """Return the sentence that tells it of a plate that is taken for a space."""
    return (
        f"{_BEGINNING}{space}, but looks encoded for a display: half of it is brighter "
        f"than {_MIDDLE:g} and nothing is brighter than 1. If the painting is too pale, name its "
        "colour space, such as sRGB."
    )


def is_display_hint(text: str) -> bool:
    """Whether a warning is this hint, which is told once of a range, whoever paints its frames."""
    return text.startswith(_BEGINNING)
