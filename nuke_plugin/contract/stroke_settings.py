"""Holds what can be asked of the strokes' size; ``worker/strokes.py`` does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from nuke_plugin.contract.field_checks import check

SMALLEST_SCALE, LARGEST_SCALE = 0.25, 4.0


@dataclass(frozen=True)
class StrokeSettings:
    """How large strokes are beside the frame, and how much of the plate's detail comes back."""

    scale: Optional[float] = None
    """Size of the strokes beside the frame, 0.25 to 4: at 1 they cover as much of it as the model's
    painting had in training, whatever the resolution. None paints the plate's own pixels, where a
    stroke is as many pixels at every resolution."""

    detail: float = 1.0
    """How much of what is finer than the network saw is taken from the plate: 0 none, 1 all."""

    def __post_init__(self) -> None:
        if self.scale is not None:
            inside = SMALLEST_SCALE <= self.scale <= LARGEST_SCALE  # also false for NaN
            check(inside, "scale", self.scale, f"{SMALLEST_SCALE:g} to {LARGEST_SCALE:g}")
        check(0 <= self.detail <= 1, "detail", self.detail, "0 to 1")


DEFAULT_STROKES = StrokeSettings()
"""What a request means that says nothing: the plate's own pixels, as before there was a choice."""

FRAME_STROKES = StrokeSettings(1.0)
"""What a new node and the commands ask for: one look at every resolution."""
