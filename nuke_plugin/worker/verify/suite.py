"""Holds the suite: every check of one model folder, in an order that tells causes first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from nuke_plugin.contract.effect_card import EFFECT_KIND
from nuke_plugin.contract.errors import ImpastoError, RenderCancelled
from nuke_plugin.contract.library import InstalledEffect
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.verify import (
    behaviour,
    effect_behaviour,
    effect_published,
    published,
)
from nuke_plugin.worker.verify.effect_subject import EffectSubject
from nuke_plugin.worker.verify.finding import FAILED, OK, Finding, Verification
from nuke_plugin.worker.verify.folder import check_card, check_files, check_previews
from nuke_plugin.worker.verify.subject import Subject

STYLE_KIND = "style"

FOLDER_CHECKS = ("card", "files", "previews", "graph")
"""What is tried of every folder first; the network is open once they are done."""

STYLE_CHECKS: Mapping[str, Callable[[Subject], Finding]] = {
    "sizes": behaviour.check_sizes,
    "halo": behaviour.check_halo,
    "tiles": behaviour.check_tiles,
    "broken pixels": behaviour.check_broken_pixels,
    "strength": behaviour.check_strength,
    "determinism": behaviour.check_determinism,
    "mixes": behaviour.check_mixes,
    "extremes": behaviour.check_extremes,
    "styles": behaviour.check_styles_differ,
    "half precision": behaviour.check_half_precision,
    "limits": published.check_limits,
    "gates": published.check_gates,
}
EFFECT_CHECKS: Mapping[str, Callable[[EffectSubject], Finding]] = {
    "sizes": effect_behaviour.check_sizes,
    "halo": effect_behaviour.check_halo,
    "tiles": effect_behaviour.check_tiles,
    "broken pixels": effect_behaviour.check_broken_pixels,
    "empty matte": effect_behaviour.check_empty_matte,
    "support": effect_behaviour.check_support,
    "determinism": effect_behaviour.check_determinism,
    "seeds": effect_behaviour.check_seeds,
    "loop": effect_behaviour.check_loop,
    "controls": effect_behaviour.check_controls,
    "extremes": effect_behaviour.check_extremes,
    "half precision": effect_behaviour.check_half_precision,
    "limits": effect_published.check_limits,
    "gates": effect_published.check_gates,
}
CHECKS: Mapping[str, Mapping[str, Callable[[Any], Finding]]] = {
    STYLE_KIND: STYLE_CHECKS,
    EFFECT_KIND: EFFECT_CHECKS,
}
"""What is tried once the network is open, by the card's kind and by name."""


def verify(
    folder: Path,
    *,
    is_quick: bool = False,
    cancellation: Cancellation | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Verification:
    """Try all that a model folder promises.

    A model that cannot be opened has only the findings up to that. ``on_progress`` hears how many
    checks are done and how many there are. Raises ``RenderCancelled``.
    """
    findings: list[Finding] = []
    cancellation = cancellation or Cancellation()
    checks: Mapping[str, Callable[[Any], Finding]] = STYLE_CHECKS

    def note(finding: Finding) -> None:
        findings.append(finding)
        on_progress(len(findings), len(FOLDER_CHECKS) + len(checks))

    step = "card"
    try:
        installed, finding = check_card(folder)
        checks = CHECKS[installed.card.kind]
        note(finding)
        step = "files"
        note(check_files(installed))
        step = "previews"
        note(check_previews(installed))
        step = "graph"
        subject: Subject | EffectSubject
        if isinstance(installed, InstalledEffect):
            subject = EffectSubject.open(installed, is_quick, cancellation)
        else:
            subject = Subject.open(installed, is_quick, cancellation)
        text = "standard operators, no data outside the file, inputs and outputs as the card says"
        note(Finding(step, OK, text))
    except ImpastoError as error:
        note(Finding(step, FAILED, error.message))
        return Verification(str(folder), tuple(findings))
    for name, check in checks.items():
        try:
            note(check(subject))
        except RenderCancelled:
            raise
        except ImpastoError as error:
            note(Finding(name, FAILED, error.message))
    return Verification(str(folder), tuple(findings))
