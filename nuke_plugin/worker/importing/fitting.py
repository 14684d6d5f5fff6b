"""Holds how frames of any size are fitted to a network: whole, in tiles, or resized; with a border.

What is chosen follows from what was found. A local network of one size paints in tiles that equal
the whole; one that is not local, or looks too far for its size, gets the frame resized.
"""

from __future__ import annotations

from dataclasses import dataclass

from nuke_plugin.contract.errors import NetworkRefused, OptionInvalid
from nuke_plugin.contract.wiring import RESIZED, TILES, WHOLE
from nuke_plugin.worker.importing.evidence import Evidence
from nuke_plugin.worker.importing.known_pictures import photo_of
from nuke_plugin.worker.importing.reach import Paint, Reach
from nuke_plugin.worker.importing.request import ImportRequest
from nuke_plugin.worker.importing.signature import PicturePort
from nuke_plugin.worker.importing.trial import RunFailed, Trial

_BORDERS_PX = (16, 32, 64, 128)
"""Borders that are tried; the first with which even a single pixel can be painted is taken."""


@dataclass(frozen=True)
class Fitting:
    """How frames are fitted; the fields are those of a card and its wiring."""

    sizing: str
    size_multiple: int
    halo_px: int
    border_px: int
    local: bool
    long_side_px: int
    sentence: str
    """What a user should know of it; may be empty."""


def choose_fitting(
    trial: Trial,
    paint: Paint,
    port: PicturePort,
    reach: Reach,
    request: ImportRequest,
    evidence: Evidence,
) -> Fitting:
    """Return how frames are fitted; raise ``OptionInvalid`` for a way that cannot be."""
    if port.width:
        return _of_fixed_size(port, reach, request, evidence)
    if request.sizing == TILES:
        raise OptionInvalid("--sizing", "tiles are for networks of one size; this takes any")
    if (request.sizing == RESIZED) != bool(request.long_side_px):
        raise OptionInvalid("--long-side", "it goes with --sizing resized, which needs it")
    if request.long_side_px and request.long_side_px < reach.size_multiple:
        reason = f"{request.long_side_px} px is less than its grid of {reach.size_multiple} px"
        raise OptionInvalid("--long-side", reason)
    border = _border(trial, paint, reach)
    halo = max(reach.halo_px, border)
    if request.sizing == RESIZED:
        side = request.long_side_px
        sentence = f"Frames are resized to {side} px on the long side and back."
        evidence.found("sizing", f"{RESIZED}, {side} px", "--sizing says so")
        return Fitting(RESIZED, reach.size_multiple, halo, border, False, side, sentence)
    why = "it is local: large frames are cut into windows" if reach.is_local else "it is not local"
    evidence.found("sizing", WHOLE, f"it takes any size, and {why}")
    return Fitting(WHOLE, reach.size_multiple, halo, border, reach.is_local, 0, "")


def _of_fixed_size(
    port: PicturePort, reach: Reach, request: ImportRequest, evidence: Evidence
) -> Fitting:
    """Return how frames are fitted to a network of one size."""
    size, shortest = f"{port.width}x{port.height}", min(port.width, port.height)
    if request.sizing == WHOLE or request.long_side_px:
        option = "--long-side" if request.long_side_px else "--sizing"
        raise OptionInvalid(option, f"the network takes {size} only: give tiles or resized")
    has_room = shortest >= 2 * reach.halo_px + reach.size_multiple
    is_exact = reach.is_local and has_room
    sizing = request.sizing or (TILES if is_exact else RESIZED)
    if request.sizing:
        why = "--sizing says so"
    elif is_exact:
        why = f"it takes {size} only, and a tile less its halo equals the whole"
    else:
        far = f"it looks {reach.halo_px} px far" if reach.is_local else "it is not local"
        why = f"it takes {size} only, and {far}, so tiles would not fit together"
    evidence.found("sizing", sizing, why)
    if sizing == TILES and is_exact:
        border = min(16, reach.halo_px)
        sentence = f"Frames are painted in tiles of {size} pixels."
        return Fitting(TILES, reach.size_multiple, reach.halo_px, border, True, 0, sentence)
    border = min(16, shortest // 16)
    if sizing == TILES:
        sentence = f"Frames are painted in tiles of {size} pixels that fade into each other."
    else:
        sentence = f"Frames are resized to fit {size} pixels and back, so strokes are soft."
    return Fitting(sizing, reach.size_multiple, border, border, False, 0, sentence)


def _border(trial: Trial, paint: Paint, reach: Reach) -> int:
    """Return the least border, in pixels, with which a frame of one pixel runs."""
    failed = ""
    for border in _BORDERS_PX:
        side = -(-(1 + 2 * border) // reach.size_multiple) * reach.size_multiple
        try:
            paint(photo_of(side, side))
        except RunFailed as error:
            failed = str(error)
            continue
        return border
    raise NetworkRefused(trial.file, f"it does not run on small pictures: {failed}")
