"""Holds the gates of a style that pixels alone decide, under the names that a card gives them.

One function measures them for a release and for ``impasto verify``, so the two can be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nuke_plugin.contract.strict_json import NumberTree
from nuke_plugin.worker.measure import locality, stability
from nuke_plugin.worker.measure.exact_motion import FRAMES, Frame, Painter
from nuke_plugin.worker.measure.stills import shipped_stills


def measure_gates(
    paint: Painter,
    styles: Sequence[str],
    halo_px: int,
    stills: Sequence[Frame] | None = None,
    frames: int = FRAMES,
    say: Callable[[str], None] = lambda text: None,
) -> NumberTree:
    """The gates by style, and the plate's own under ``plate``.

    ``stills`` are the shipped ones unless given; ``frames`` of a shot, 2 or more, fewer being
    quicker and less exact. A style gets ``e_stab``, ``boil`` and ``texture`` by move,
    ``grain_gain``, ``identity_mean_abs``, ``tile_max_abs`` and ``far_field``. ``say`` hears of
    each style before it is measured.
    """
    pictures = list(shipped_stills().values()) if stills is None else stills
    gates = NumberTree()
    for style in styles:
        say(f"measuring {style}")
        moving = stability.measure_stability(pictures, [style], paint, frames)
        own = NumberTree(moving[style])
        own["grain_gain"] = stability.grain_gain(pictures[0], style, paint, frames)
        own["identity_mean_abs"] = locality.identity_difference(pictures[0], style, paint)
        own["tile_max_abs"] = locality.tile_difference(pictures[0], style, paint, halo_px)
        own["far_field"] = locality.far_field(pictures[0], style, paint, halo_px)
        gates[style] = own
        gates["plate"] = NumberTree(moving["plate"])
    return gates
