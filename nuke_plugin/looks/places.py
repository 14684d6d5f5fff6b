"""Holds where looks are kept: in a folder beside the script for the shot, and in the show library.

The shot's looks do not stand in ``impasto/`` beside the script, which holds plates and results and
is deleted to free the disk, nor in a folder named after the script's file, whose next version would
begin without looks.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from nuke_plugin.contract.errors import LookHasNoPlace
from nuke_plugin.looks import names
from nuke_plugin.looks.shot_name import shot_name
from nuke_plugin.looks.store import LookFolder

LIBRARY_VARIABLE = "IMPASTO_LOOKS"
FOLDER_BESIDE_SCRIPT = "impasto_looks"


def shot_looks(script: str, environ: Mapping[str, str]) -> LookFolder:
    """Return the looks of the shot that a script belongs to; the folder may not exist yet.

    Raises ``LookHasNoPlace`` for a script that was never saved, and ``ShotPatternInvalid``.
    """
    if not script.strip():
        raise LookHasNoPlace("of this shot", "the script is not saved, so nothing is beside it")
    beside = Path(os.path.abspath(script)).parent
    shot = names.folder_of(shot_name(script, environ))
    return LookFolder(beside / FOLDER_BESIDE_SCRIPT / shot, beside)


def show_library(environ: Mapping[str, str]) -> LookFolder:
    """Return the looks that the show shares; raises ``LookHasNoPlace`` when no folder is named."""
    named = environ.get(LIBRARY_VARIABLE, "").strip()
    if not named:
        raise LookHasNoPlace("of the show", f"{LIBRARY_VARIABLE} is not set")
    folder = Path(os.path.abspath(named))
    return LookFolder(folder, folder)  # never made here: it may be a drive that is not mounted
