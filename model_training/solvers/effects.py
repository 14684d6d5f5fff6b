"""Holds what the solvers know of each effect: its channels, its controls and their ranges."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nuke_plugin.contract.effect_card import CHANNELS, FIRE, SMOKE, WATER, WIND

FPS = 24
"""Frames a second of everything here; velocities are pixels in one such frame."""


@dataclass(frozen=True)
class ControlRange:
    """One art-direction value that a run is solved with."""

    name: str
    least: float
    most: float
    is_ratio: bool = False
    """Whether it is spread by its logarithm: 0.5 is as far from 1 as 2 is."""

    def drawn(self, random: np.random.Generator) -> float:
        """A value, evenly spread over the range."""
        return round(self.value(float(random.uniform(-1, 1))), 4)

    def normalised(self, value: float) -> float:
        """-1 at the least, 1 at the most, 0 in the middle; what the network gets."""
        least, most = self._spread(self.least), self._spread(self.most)
        return 2 * (self._spread(value) - least) / (most - least) - 1

    def value(self, normalised: float) -> float:
        """What `normalised` came from."""
        least, most = self._spread(self.least), self._spread(self.most)
        spread = least + (normalised + 1) / 2 * (most - least)
        return math.exp(spread) if self.is_ratio else spread

    def _spread(self, value: float) -> float:
        return math.log(value) if self.is_ratio else value


@dataclass(frozen=True)
class SolvedEffect:
    """One effect that can be solved."""

    name: str
    channels: tuple[str, ...]
    """What a generator learns, in the order of the files; the matte stands before them."""
    controls: tuple[ControlRange, ...]
    """In the order of the network's input."""
    has_velocity: bool
    """Whether velocity.x and velocity.y, px a frame, stand behind the channels."""
    is_rising: bool
    """Whether it needs room above its matte."""

    @property
    def stored(self) -> tuple[str, ...]:
        """Channels of `channels.npy`, in order."""
        velocity = ("velocity.x", "velocity.y") if self.has_velocity else ()
        return ("matte", *self.channels, *velocity)

    def normalised(self, controls: Mapping[str, float]) -> tuple[float, ...]:
        """The network's control values, each -1..1, in order."""
        return tuple(control.normalised(controls[control.name]) for control in self.controls)


_GAS_CONTROLS = (
    ControlRange("cooling", 0.5, 2.0, is_ratio=True),
    ControlRange("turbulence", 0.0, 2.0),
    ControlRange(WIND, -3.0, 3.0),
)

EFFECTS = {
    effect.name: effect
    for effect in (
        SolvedEffect(FIRE, CHANNELS[FIRE], _GAS_CONTROLS, True, True),
        SolvedEffect(SMOKE, CHANNELS[SMOKE], _GAS_CONTROLS, True, True),
        SolvedEffect(
            WATER,
            CHANNELS[WATER],
            (ControlRange(WIND, -3.0, 3.0), ControlRange("choppiness", 0.0, 2.0)),
            False,
            False,
        ),
    )
}
"""Every effect by its name. Cooling, turbulence and choppiness are multiples of the settings that
look right (1 neutral); wind is px a frame to the right."""
