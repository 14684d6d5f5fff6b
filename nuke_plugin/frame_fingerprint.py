"""Holds the fingerprint of a result: what it was painted from and how, as one text of digits.

The front half is that of the settings, the other that of the plate, so that a stale frame can be
told why it is stale. Of the settings counts all that a request says, whatever is added to it later,
and which file the model's name means today.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Iterator

from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.contract.library import ModelLibrary
from nuke_plugin.contract.messages import Render
from nuke_plugin.contract.strict_json import write_record
from nuke_plugin.render_settings import RenderSettings

SETTINGS_DIGITS = 32
"""Hexadecimal digits of the front half: 128 bits."""

PAINTED_AS = 1
"""Raised when the worker paints other pixels from the same request: every older result is stale."""

_NO_SETTING = ("id", "plates", "results", "frames", "keep_going", "overwrite", "fingerprints")
"""What of a request decides no pixel."""

_NO_PIXELS_OF_EXECUTION = ("use_gpu", "tile_px")
"""What of the way the network runs is none of the painting: tiles equal the whole frame, and a GPU
paints what a processor paints, as far as a picture shows."""


@dataclasses.dataclass(frozen=True)
class Picture:
    """One frame in one view, and how it is to be painted."""

    frame: int
    """The frame."""

    view: str
    """Name of the view."""

    request: Render
    """The request it is part of; its ``frames`` are all of them."""

    settings_digest: str
    """Front half of its fingerprint."""

    def fingerprint(self, plate_digest: str) -> str:
        """Return the fingerprint of the picture painted from a plate."""
        return self.settings_digest + plate_digest


def pictures_of(settings: RenderSettings) -> Iterator[Picture]:
    """Yield every picture that a node asks for.

    Raises what is wrong with the model: its file is part of the fingerprint.
    """
    library = ModelLibrary.from_environment(os.environ)
    model_files: dict[str, str] = {}
    view_of = dict(zip(settings.results, settings.views))
    for request in settings.requests():
        if request.model not in model_files:
            model_files[request.model] = library.find(request.model).card.network.sha256
        digest = settings_digest(request, model_files[request.model])
        for frame in FrameRange.parse(request.frames):
            yield Picture(frame, view_of[request.results], request, digest)


def settings_digest(request: Render, model_sha256: str) -> str:
    """Return the front half of the fingerprint of what a request paints with a model's file."""
    said = {name: value for name, value in write_record(request).items() if name not in _NO_SETTING}
    for name in _NO_PIXELS_OF_EXECUTION:
        said["execution"].pop(name)
    text = json.dumps([PAINTED_AS, model_sha256, said], sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:SETTINGS_DIGITS]
