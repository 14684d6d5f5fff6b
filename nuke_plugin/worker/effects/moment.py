"""Holds a moment of an effect: all that its noise knows beside the place."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from nuke_plugin.contract.effect_settings import EffectSettings
from nuke_plugin.contract.field_checks import check

_LONGEST = 1e9
_SMALLEST_SEED, _LARGEST_SEED = -(2**63), 2**63 - 1


@dataclass(frozen=True)
class Loop:
    """A span of time after which an effect begins again."""

    time: float
    """Its length in frames of 24 a second times speed; not 0, and below 0 where time runs back."""

    drift: float = 0.0
    """How far the wind goes in it, in pixels."""

    def __post_init__(self) -> None:
        check(0 < abs(self.time) <= _LONGEST, "loop", self.time, "frames, and not 0")
        check(abs(self.drift) <= _LONGEST, "drift", self.drift, "-1e9 to 1e9")


@dataclass(frozen=True)
class Moment:
    """One moment of an effect. Fractions and negative times are as good as others."""

    time: float
    """Frames of 24 a second times speed: the integral of the speed, -1e9 to 1e9."""

    drift: float = 0.0
    """How far the wind has gone: the integral of the wind, in pixels to the right."""

    seed: int = 0
    """Which of the effects; any whole number of 64 bits."""

    loop: Loop | None = None
    """After which it begins again; None for never."""

    def __post_init__(self) -> None:
        check(abs(self.time) <= _LONGEST, "time", self.time, "-1e9 to 1e9")  # also false for NaN
        check(abs(self.drift) <= _LONGEST, "drift", self.drift, "-1e9 to 1e9")
        inside = _SMALLEST_SEED <= self.seed <= _LARGEST_SEED
        check(inside, "seed", self.seed, "a whole number of 64 bits")

    @classmethod
    def of_frame(cls, frame: int, settings: EffectSettings, wind: float) -> Moment:
        """Return what a frame shows at a steady speed and in a steady wind, pixels a frame.

        The wind goes its way in the effect's own time: slow motion slows it too. In a loop the
        frame's number is taken within the first turn, so that a turn later is the same to the bit.
        """
        frames = settings.loop_frames
        if frames is not None:
            frame %= frames
        time = settings.speed * frame
        loop = None
        if frames is not None and settings.speed != 0:
            turn = settings.speed * frames
            loop = Loop(turn, wind * turn)
        return cls(time, wind * time, settings.seed, loop)

    def parts(self) -> Iterator[tuple[float, Moment]]:
        """Yield one or two moments of endless noise, with their weights; the squares sum to 1.

        In a loop: this moment of its first turn with a weight that falls from 1 to 0, and the one a
        turn earlier. At the end of the turn only that is left, which is the beginning.
        """
        if self.loop is None:
            yield 1.0, self
            return
        turns = math.floor(self.time / self.loop.time)
        first = replace(
            self,
            time=self.time - turns * self.loop.time,
            drift=self.drift - turns * self.loop.drift,
            loop=None,
        )
        phase = min(max(first.time / self.loop.time, 0.0), 1.0)
        weight = 1 - phase * phase * (3 - 2 * phase)
        yield weight, first
        if weight == 1:
            return
        earlier = replace(
            first, time=first.time - self.loop.time, drift=first.drift - self.loop.drift
        )
        yield math.sqrt(1 - weight * weight), earlier
