"""Holds the fingerprint of a result: what it was painted from and how, as one text of digits.

The front half is that of the settings (``settings_digest``), the other that of the plate, so that a
stale frame can be told why it is stale.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator

from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.contract.library import ModelLibrary
from nuke_plugin.contract.messages import Render
from nuke_plugin.contract.settings_digest import settings_digest
from nuke_plugin.render_settings import RenderSettings


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
