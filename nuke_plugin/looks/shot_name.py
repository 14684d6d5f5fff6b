r"""Holds the rule that finds a shot's name from its script.

1. ``IMPASTO_SHOT`` is the name, when it is set.
2. ``IMPASTO_SHOT_PATTERN`` is a regular expression, searched in the script's whole path (forward
   slashes on every system). Its group ``shot``, else its first group, is the name.
3. Else the script's file name without its version and ending: ``sh010_comp_v003.nk`` is
   ``sh010_comp``, so that the next version of a script finds the looks of the one before.

A pattern that is set and finds nothing is an error, never a reason to take another name: looks
would be kept where nobody looks for them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from nuke_plugin.contract.errors import LookHasNoPlace, ShotPatternInvalid
from nuke_plugin.looks import names

SHOT_VARIABLE = "IMPASTO_SHOT"
PATTERN_VARIABLE = "IMPASTO_SHOT_PATTERN"

DEFAULT_PATTERN = r"(?P<shot>[^/]+?)(?:[._-]v\d+[^/]*)?(?:\.[^./]+)?$"


def shot_name(script: str, environ: Mapping[str, str]) -> str:
    """Return the name of the shot that a script belongs to.

    ``script`` is its path, empty when it was never saved. Raises ``LookHasNoPlace`` when nothing
    names the shot, ``ShotPatternInvalid`` when the pattern is wrong or finds nothing.
    """
    named = names.tidy(environ.get(SHOT_VARIABLE, ""))
    if named:
        return named
    path = script.replace("\\", "/").strip()
    if not path:
        raise LookHasNoPlace("of this shot", "the script is not saved, so its shot has no name")
    pattern = environ.get(PATTERN_VARIABLE, "").strip()
    return _found(pattern or DEFAULT_PATTERN, path)


def _found(pattern: str, path: str) -> str:
    try:
        expression = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise ShotPatternInvalid(pattern, f"it is no regular expression ({error})") from error
    if not expression.groups:
        raise ShotPatternInvalid(pattern, "it has no group to hold the name")
    match = expression.search(path)
    if match is None:
        raise ShotPatternInvalid(pattern, f"it does not match the script {path}")
    name = names.tidy(match["shot" if "shot" in expression.groupindex else 1] or "")
    if not name:
        raise ShotPatternInvalid(pattern, f"its group is empty for the script {path}")
    return name
