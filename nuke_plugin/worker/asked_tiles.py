"""Holds what a tile size that was asked for means to a network, in words for whoever asked.

A local network paints the same pixels in tiles of any size. One that is not has no such tiles: it
gets them all the same where a person names their size, faded into each other, and says so.
"""

from __future__ import annotations

from nuke_plugin.contract.card import ModelCard
from nuke_plugin.contract.execution_settings import SMALLEST_TILE_PX
from nuke_plugin.contract.wiring import RESIZED, TILES


def tile_warning(card: ModelCard, tile_px: int | None) -> str:
    """Return what to expect of tiles of this side, in sentences; empty for no surprise."""
    if tile_px is None:
        return ""
    if card.tiles_fade:
        return (
            f"The model {card.id} looks at the whole picture at once and is given tiles of "
            f"{tile_px} pixels, as asked: each has colours of its own and fades into the next "
            "within a quarter of its side. Leave the tile size to Impasto for the whole frame."
        )
    wiring = card.wiring
    if wiring.sizing == RESIZED:
        return (
            f"The tile size of {tile_px} pixels means nothing to the model {card.id}: each frame "
            "is resized to what it takes."
        )
    if wiring.sizing == TILES:
        return (
            f"The tile size of {tile_px} pixels means nothing to the model {card.id}: it takes "
            f"tiles of {wiring.fixed_width_px} by {wiring.fixed_height_px} only."
        )
    return ""


def way_to_less_memory(card: ModelCard, tile_px: int | None) -> str:
    """Return what helps where a frame does not fit, as a clause; empty where nothing more does.

    A local network has been given the smallest windows by then.
    """
    if card.tiles_fade and tile_px is None:
        return (
            "give a tile size (--tile-size 1024, or the node's Tile size): its tiles fade into "
            "each other, each in colours of its own"
        )
    if card.tiles_fade and tile_px is not None and tile_px > SMALLEST_TILE_PX:
        return f"give a smaller tile size than {tile_px}"
    if card.wiring.sizing == RESIZED and card.wiring.long_side_px:
        return f"import the model again with a --long-side below {card.wiring.long_side_px}"
    return ""
