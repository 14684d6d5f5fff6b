"""Holds the moments that an effect's frames show: speed and wind, summed up over the frames.

Of a speed that stays a frame's time is ``speed * frame``, as the command has it. Of one that moves
it is the integral from frame 0, by trapezoids between whole frames: where the speed changes the
time goes on from where it was, and any frame is found without the others.
"""

from __future__ import annotations

from collections.abc import Iterable

import nuke

from nuke_plugin import effect_knobs
from nuke_plugin.contract.effect_card import WIND
from nuke_plugin.contract.effect_request import EffectMoment
from nuke_plugin.contract.effect_settings import MOST_SPEED
from nuke_plugin.contract.errors import ControlInvalid
from nuke_plugin.job_settings import Sampled


class EffectTime:
    """What a node's speed and wind come to, asked frame by frame."""

    def __init__(self, node: nuke.Group, has_wind: bool) -> None:
        """Take a node; without ``has_wind`` its effect knows none, whatever the knob says."""
        self._node = node
        self._speed = Sampled(node[effect_knobs.SPEED])
        self._wind = Sampled(node[WIND]) if has_wind else None
        wind_moves = self._wind is not None and self._wind.moves
        self._moves = self._speed.moves or wind_moves

    def moments(
        self, frames: Iterable[int], loop: int = 0
    ) -> tuple[dict[str, EffectMoment], EffectMoment | None]:
        """Return each frame's moment, by its digits, and the turn of the loop, None without one.

        Raises ``ControlInvalid`` for a speed that is none, and a loop whose speed or wind moves.
        """
        wanted = sorted(frames)
        if self._moves:
            if loop:
                reason = "a loop closes only where speed and wind stay as they are"
                raise ControlInvalid(self._node.fullName(), "Loop", reason)
            return self._summed(wanted), None
        speed, wind = self._at(0)
        made = {}
        for frame in wanted:
            time = speed * (frame % loop if loop else frame)
            made[str(frame)] = EffectMoment(time, wind * time)
        turn = speed * loop
        return made, EffectMoment(turn, wind * turn) if turn else None

    def _summed(self, frames: list[int]) -> dict[str, EffectMoment]:
        made = {}
        for step in (1, -1):
            wanted = [frame for frame in frames if (frame >= 0) == (step > 0)]
            time = drift = 0.0
            at, (speed, wind) = 0, self._at(0)
            for frame in wanted[::step]:
                while at != frame:
                    at += step
                    next_speed, next_wind = self._at(at)
                    time += step * (speed + next_speed) / 2
                    drift += step * (speed * wind + next_speed * next_wind) / 2
                    speed, wind = next_speed, next_wind
                made[str(frame)] = EffectMoment(time, drift)
        return made

    def _at(self, frame: int) -> tuple[float, float]:
        """Return speed and wind at a frame."""
        speed = self._speed.at(frame)
        if not abs(speed) <= MOST_SPEED:  # also true for NaN
            reason = (
                f"it is {speed:g} at frame {frame} and must be {-MOST_SPEED:g} to {MOST_SPEED:g}"
            )
            raise ControlInvalid(self._node.fullName(), "Speed", reason)
        return speed, self._wind.at(frame) if self._wind is not None else 0.0
