"""Holds what is asked of a frame on disk: whether it is there, whole, and painted as it must be.

The frames themselves are the only truth. Each carries a fingerprint in its header: how it was
painted (``settings_digest``), then which state of the plate's file it was painted from.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import OpenImageIO as oiio

from nuke_plugin.contract.errors import PlateError
from nuke_plugin.contract.execution_settings import ExecutionSettings
from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.contract.messages import FINGERPRINT_ATTRIBUTE, Render
from nuke_plugin.contract.settings_digest import SETTINGS_DIGITS, settings_digest
from nuke_plugin.worker.image_file import read_plate
from nuke_plugin.worker.painter import Painter

MISSING, STALE, UNREADABLE, FINISHED = "missing", "stale", "unreadable", "finished"


def painting_digest(painter: Painter, colorspace: str | None, steady: int = 0) -> str:
    """Return the front half of the fingerprint of what a painter paints.

    Styles count by id and share, so that a title or weights of another sum make no other painting;
    half precision counts by the file of its network.
    """
    card = painter.network.card
    shares = zip(card.styles, painter.style, strict=True)
    request = Render(
        id=0,
        plates="",
        results="",
        frames="",
        model=card.id,
        styles={slot.id: round(float(share), 9) for slot, share in shares if share},
        strength=float(painter.strength),
        colorspace=colorspace,
        keep_going=False,
        overwrite=False,
        light=painter.light,
        strokes=painter.strokes,
        steady=steady,
        execution=ExecutionSettings(tile_px=painter.fading_px),
    )
    return settings_digest(request, card.network.sha256, card.tiles_fade)


def file_digest(plate: Path) -> str:
    """Return the back half for a plate on disk: its size and the time it was written.

    Not its path, so that a farm may see the same files elsewhere. The time counts in microseconds:
    Windows knows no finer than 100 ns, and hosts of a farm must agree. Raises ``OSError``.
    """
    found = plate.stat()
    text = f"{found.st_size} {found.st_mtime_ns // 1000}"
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:SETTINGS_DIGITS]


def plates_digest(plates: FramePattern, frame: int, steady: int) -> str:
    """Return the back half for a frame: of its plate and of those that are mixed in beside it.

    Raises ``OSError`` where the frame's own plate is not there.
    """
    own = file_digest(plates.path(frame))
    if steady == 0:
        return own
    states = []
    for at in range(frame - steady, frame + steady + 1):
        try:
            states.append(own if at == frame else file_digest(plates.path(at)))
        except OSError:
            states.append("none")
    text = " ".join(states)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:SETTINGS_DIGITS]


def result_state(result: Path, fingerprint: str) -> str:
    """Return what stands under a result's name: MISSING, STALE, UNREADABLE or FINISHED.

    A finished one is read to its last pixel: a file that a copy cut short, or a disk damaged, has
    a header that looks right.
    """
    if not result.exists():
        return MISSING
    known = fingerprint_of(result)
    if known is None:
        return UNREADABLE
    if known != fingerprint:
        return STALE
    try:
        read_plate(result)
    except PlateError:
        return UNREADABLE
    return FINISHED


def fingerprint_of(result: Path) -> str | None:
    """Return the fingerprint in a file's header, empty for none; None for no picture at all."""
    file = oiio.ImageInput.open(str(result))
    if file is None:
        oiio.geterror()  # clears it for the next caller
        return None
    try:
        return _fingerprint_in(file)
    finally:
        file.close()


def _fingerprint_in(file: oiio.ImageInput) -> str:
    """Return the fingerprint of the first part that has one, empty for none."""
    part = 0
    while file.seek_subimage(part, 0):
        known = str(file.spec().get_string_attribute(FINGERPRINT_ATTRIBUTE))
        if known:
            return known
        part += 1
    file.geterror()
    return ""
