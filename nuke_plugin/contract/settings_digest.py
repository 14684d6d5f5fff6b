"""Holds the digest of what a request paints: the front half of a result's fingerprint.

All that a request says counts, whatever is added to it later, and which file the model's name means
today. The node makes it to tell stale frames, a farm's tasks to tell frames of another job.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from nuke_plugin.contract.effect_request import RenderEffect
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.contract.messages import Render
from nuke_plugin.contract.strict_json import write_record

SETTINGS_DIGITS = 32
"""Hexadecimal digits of the front half: 128 bits."""

PAINTED_AS = 1
"""Raised when the worker paints other pixels from the same request: every older result is stale."""

EFFECT_MADE_AS = 1
"""Raised when the worker makes other pixels of the same request for an effect, likewise."""

_NO_SETTING = (
    *("id", "plates", "results", "frames"),
    *("keep_going", "overwrite", "resume", "fingerprints"),
)
"""What of a request decides no pixel."""

_NO_PIXELS_OF_EXECUTION = ("use_gpu", "tile_px", "fold")
"""What of the way the network runs is none of the painting: tiles equal the whole frame, and a GPU
paints what a processor paints, as far as a picture shows."""


def settings_digest(request: Render, model_sha256: str, tiles_fade: bool = False) -> str:
    """Return the front half of the fingerprint of what a request paints with a model's file.

    ``tiles_fade`` is the card's: then a tile size that is asked for is seen in the pixels.
    """
    said = _pixels_of(write_record(request))
    for name in _NO_PIXELS_OF_EXECUTION:
        said["execution"].pop(name)
    if tiles_fade and request.execution.tile_px is not None:
        said["execution"]["tile_px"] = request.execution.tile_px
    return _digest(PAINTED_AS, model_sha256, said)


def effect_request_digests(request: RenderEffect, model_sha256: str) -> Iterator[tuple[int, str]]:
    """Yield the same for each frame of an effect; of the moments only the frame's own counts."""
    said = _pixels_of(write_record(replace(request, moments={})))
    said.pop("execution")
    for frame in FrameRange.parse(request.frames):
        moment = request.moments.get(str(frame))
        said["moments"] = None if moment is None else write_record(moment)
        yield frame, _digest(EFFECT_MADE_AS, model_sha256, said)


def _pixels_of(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in _NO_SETTING}


def _digest(made_as: int, model_sha256: str, said: dict[str, Any]) -> str:
    text = json.dumps([made_as, model_sha256, said], sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:SETTINGS_DIGITS]
