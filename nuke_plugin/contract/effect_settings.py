"""Holds what can be asked of an effect, and which moment of it each frame shows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Optional

from nuke_plugin.contract.field_checks import check
from nuke_plugin.contract.stroke_settings import LARGEST_SCALE, SMALLEST_SCALE

MOST_SPEED = 100.0
MOST_INTENSITY = 100.0
LONGEST_LOOP = 1_000_000
_SMALLEST_SEED, _LARGEST_SEED = -(2**63), 2**63 - 1


@dataclass(frozen=True)
class EffectSettings:
    """What is asked of an effect, the same for all frames of a render."""

    seed: int = 0
    """Which of the effects: any whole number of 64 bits."""

    speed: float = 1.0
    """Frames of 24 a second that go by in a frame: 0.5 is slow motion, below 0 runs back."""

    scale: float = 1.0
    """Size of the flames or waves beside the frame, 0.25 to 4: 1 as in training."""

    intensity: float = 1.0
    """Factor on the matte before all else, 0 to 100: 0 burns nothing. The product is cut at 1."""

    controls: Mapping[str, float] = field(default_factory=dict)
    """By id, what the network learned to be told, ``wind`` too; what is missing is neutral."""

    loop_frames: Optional[int] = None
    """After how many frames it begins again, exactly; null for never."""

    def __post_init__(self) -> None:
        # All are false for NaN.
        inside = _SMALLEST_SEED <= self.seed <= _LARGEST_SEED
        check(inside, "seed", self.seed, "a whole number of 64 bits")
        fast = abs(self.speed) <= MOST_SPEED
        check(fast, "speed", self.speed, f"-{MOST_SPEED:g} to {MOST_SPEED:g}")
        sized = SMALLEST_SCALE <= self.scale <= LARGEST_SCALE
        check(sized, "scale", self.scale, f"{SMALLEST_SCALE:g} to {LARGEST_SCALE:g}")
        strong = 0 <= self.intensity <= MOST_INTENSITY
        check(strong, "intensity", self.intensity, f"0 to {MOST_INTENSITY:g}")
        for name, value in self.controls.items():
            check(math.isfinite(value), name, value, "a finite number")
        if self.loop_frames is not None:
            long = 1 <= self.loop_frames <= LONGEST_LOOP
            check(long, "loop", self.loop_frames, f"1 to {LONGEST_LOOP} frames")
