"""Holds the fingerprint of a result: what it was painted from and how, as one text of digits.

The front half is that of the settings (``settings_digest``), the other that of the plate, so that a
stale frame can be told why it is stale.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from nuke_plugin.contract.messages import Rendering
from nuke_plugin.job_settings import JobSettings


@dataclasses.dataclass(frozen=True)
class Picture:
    """One frame in one view, and how it is to be painted."""

    frame: int
    """The frame."""

    view: str
    """Name of the view."""

    request: Rendering
    """The request it is part of; its ``frames`` are all of them."""

    settings_digest: str
    """Front half of its fingerprint."""

    def fingerprint(self, plate_digest: str) -> str:
        """Return the fingerprint of the picture painted from a plate."""
        return self.settings_digest + plate_digest


def pictures_of(settings: JobSettings) -> Iterator[Picture]:
    """Yield every picture that a node asks for.

    Raises what is wrong with the model: its file is part of the fingerprint.
    """
    view_of = dict(zip(settings.results, settings.views))
    for request in settings.requests():
        for frame, digest in settings.digests(request):
            yield Picture(frame, view_of[request.results], request, digest)
