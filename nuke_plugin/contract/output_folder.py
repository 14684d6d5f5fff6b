"""Holds the look at a folder that a job is to write to, before anything is rendered for it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from nuke_plugin.contract.errors import FarmOutputUnreachable
from nuke_plugin.contract.farm_job import FarmPainting
from nuke_plugin.contract.frame_pattern import FramePattern


def check_folder(folder: Path, is_made: bool, host: str) -> None:
    """Raise ``FarmOutputUnreachable`` unless this host can write to a folder; nothing stays there.

    ``is_made`` says that the folder is made with its first file: the nearest one that is there is
    tried in its place.
    """
    place = folder
    try:
        while is_made and not place.exists() and place != place.parent:
            place = place.parent
        with tempfile.TemporaryFile(dir=place, prefix=".impasto-"):
            pass
    except OSError as error:
        raise FarmOutputUnreachable(host, folder, error.strerror or str(error)) from error


def check_results(paintings: Iterable[FarmPainting], host: str) -> None:
    """Raise ``FarmOutputUnreachable`` unless this host can write what is painted."""
    folders = (FramePattern.parse(painting.request.results).folder for painting in paintings)
    for folder in dict.fromkeys(folders):
        check_folder(folder, True, host)
