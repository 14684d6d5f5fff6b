"""Holds the options that say on what and in how large pieces a network runs."""

from __future__ import annotations

from typing import Annotated

import typer

from nuke_plugin.contract.errors import OptionInvalid
from nuke_plugin.contract.execution_settings import SMALLEST_TILE_PX

Device = Annotated[
    str | None,
    typer.Option(
        metavar="N|cpu",
        help="Number of the graphics card, or the processor; by default the first card that works.",
    ),
]
TileSize = Annotated[
    int | None,
    typer.Option(
        min=SMALLEST_TILE_PX,
        metavar="PX",
        help="Side of the pieces in which large frames are painted; by default what fits into "
        "memory. The pixels stay, except of a model that looks at the whole frame.",
    ),
]

Workers = Annotated[
    int,
    typer.Option(
        min=1,
        metavar="N",
        help="Paint by N processes, each on a graphics card of its own where there are "
        "several; the frames are the same.",
    ),
]


def device_of(text: str | None, workers: int = 1) -> tuple[bool, int | None]:
    """Return whether a graphics card may be used and which; raise ``OptionInvalid``."""
    if text is None:
        return True, None
    if text.lower() == "cpu":
        return False, None
    if not text.isdecimal():
        raise OptionInvalid("--device", f"{text!r} is neither a card's number nor 'cpu'")
    if workers > 1:
        raise OptionInvalid("--device", "with --workers each one has a card of its own")
    return True, int(text)
