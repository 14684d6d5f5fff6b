"""Holds the gates of a style that pixels alone decide, under the names that a card gives them.

One function measures them for a release and for ``impasto verify``, so the two can be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nuke_plugin.contract.strict_json import NumberTree
from nuke_plugin.worker.measure import locality
from nuke_plugin.worker.measure.exact_motion import (
    FRAMES,
    MOVES,
    Frame,
    Painter,
    Shot,
    painted_shot,
)
from nuke_plugin.worker.measure.richness import flat_texture
from nuke_plugin.worker.measure.stability import (
    Stability,
    grain_gain,
    measured_shots,
    stability,
)
from nuke_plugin.worker.measure.stills import shipped_stills
from nuke_plugin.worker.measure.warping_error import real_clip, warping_error

QUICK_STILLS, QUICK_FRAMES = 2, 2
"""Stills, and frames of a shot, of a quick look: a sixth of the frames."""


@dataclass(frozen=True)
class MeasuredSet:
    """The pictures that styles are measured on; rendered once, for all styles."""

    stills: tuple[Frame, ...]
    """What the cameras look at, each at least ``stills.LEAST_SIZE``."""

    frames: int = FRAMES
    """Frames of a shot, 2 or more."""

    @classmethod
    def shipped(cls) -> MeasuredSet:
        """The set that cards are measured on."""
        return cls(tuple(shipped_stills().values()))

    @classmethod
    def quick(cls) -> MeasuredSet:
        """A part of it, for a quick look: its numbers are near the card's, not equal to them."""
        return cls(tuple(shipped_stills().values())[1 : 1 + QUICK_STILLS], QUICK_FRAMES)

    @cached_property
    def shots(self) -> dict[str, list[Shot]]:
        """The shots by move: ``pan``, ``push``, ``roll`` and ``occlusion``."""
        return measured_shots(self.stills, self.frames)

    @cached_property
    def clip(self) -> list[Frame]:
        """Neighbouring frames of a real shot."""
        return real_clip(self.frames)


def measure_gates(
    paint: Painter,
    styles: Sequence[str],
    halo_px: int | None,
    measured: MeasuredSet | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> NumberTree:
    """The gates by style, and the plate's own under ``plate``, on the shipped set unless given.

    A style gets what ``measure_motion`` gives, and ``identity_mean_abs``, ``far_field`` and, where
    there is a halo that leaves room for a tile, ``tile_max_abs``. ``say`` hears of each style
    before it is measured.
    """
    pictures = MeasuredSet.shipped() if measured is None else measured
    gates = NumberTree(plate=measure_plate(pictures))
    for style in styles:
        say(f"measuring {style}")
        gates[style] = measure_style(paint, style, halo_px, pictures)
    return gates


def measure_plate(measured: MeasuredSet) -> NumberTree:
    """The set's own numbers, untouched: what no style can be steadier than."""
    plate = measure_motion(lambda frame, style, strength: frame, "plate", measured)
    del plate["grain_gain"]  # 1 by definition
    return plate


def measure_style(
    paint: Painter,
    style: str,
    halo_px: int | None,
    measured: MeasuredSet,
    has_strength: bool = True,
) -> NumberTree:
    """The gates of one style; without a strength ``identity_mean_abs`` is not among them."""
    own = measure_motion(paint, style, measured)
    still = measured.stills[0]
    if has_strength:
        own["identity_mean_abs"] = locality.identity_difference(still, style, paint)
    tile = None if halo_px is None else locality.tile_difference(still, style, paint, halo_px)
    if tile is not None:
        own["tile_max_abs"] = tile
    own["far_field"] = locality.far_field(still, style, paint, halo_px)
    return own


def measure_motion(paint: Painter, style: str, measured: MeasuredSet) -> NumberTree:
    """What moving pictures say of one style at full strength.

    ``e_stab``, ``boil`` and ``texture`` by move, each the mean over the move's shots;
    ``grain_gain``; ``e_warp`` on a real clip; ``flat_texture`` where a plate is flat anywhere.
    """
    found: dict[str, list[Stability]] = {}
    plates: list[Frame] = []
    firsts: list[Frame] = []
    for name, shots in measured.shots.items():
        found[name] = []
        for shot in shots:
            painted = painted_shot(paint, shot.plates, style)
            found[name].append(stability(painted, shot))
            if name == next(iter(MOVES)):
                plates.append(shot.plates[0])
                firsts.append(painted[0])
    gates = NumberTree()
    for key in ("e_stab", "boil", "texture"):
        gates[key] = {
            name: float(np.mean([getattr(value, key) for value in values]))
            for name, values in found.items()
        }
    gates["grain_gain"] = grain_gain(measured.stills[0], style, paint, measured.frames)
    gates["e_warp"] = warping_error(measured.clip, painted_shot(paint, measured.clip, style))
    flat = flat_texture(plates, firsts)
    if flat is not None:
        gates["flat_texture"] = flat
    return gates
