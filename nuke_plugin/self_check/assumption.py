"""Holds what an assumption about Nuke is, and the three ways in which trying one can end."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Callable, Union

from nuke_plugin.self_check.bench import Bench

ANYWHERE, IN_GUI, IN_TERMINAL = "anywhere", "gui", "terminal"
"""Where an assumption can be tried. In terminal mode the check has a whole script to itself."""

HELD, BROKEN, NOT_APPLICABLE = "held", "broken", "not applicable"

Waiting = Generator[None, None, str]
"""A check that takes several turns of the event loop: it yields while it waits."""

Check = Callable[[Bench], Union[str, Waiting]]
"""Tries an assumption and returns what was found; raises ``Broken`` or ``NotApplicable``."""


class Broken(Exception):
    """Nuke does otherwise; the text is what was found."""


class NotApplicable(Exception):
    """It cannot be tried here; the text is the reason."""


@dataclass(frozen=True)
class Assumption:
    """One thing that the code takes for true of Nuke."""

    id: str
    """Short name, in lower case with hyphens."""

    sentence: str
    """What is assumed."""

    rests_on_it: tuple[str, ...]
    """The code that would be wrong: ``module:name``, seen from ``nuke_plugin``."""

    when_false: str
    """What a user would meet, and what to do until the code is mended."""

    check: Check
    """How it is tried."""

    where: str = ANYWHERE
    """``ANYWHERE``, ``IN_GUI`` or ``IN_TERMINAL``."""


def holds(is_true: bool, found: str) -> str:
    """Return what was found, or raise ``Broken`` with it."""
    if not is_true:
        raise Broken(found)
    return found
