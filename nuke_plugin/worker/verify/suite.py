"""Holds the suite: every check of one model folder, in an order that tells causes first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from nuke_plugin.contract.errors import ImpastoError, RenderCancelled
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.verify import behaviour, published
from nuke_plugin.worker.verify.finding import FAILED, Finding, Verification
from nuke_plugin.worker.verify.folder import check_files, check_previews, open_networks, read_card
from nuke_plugin.worker.verify.subject import Subject

CHECKS: dict[str, Callable[[Subject], Finding]] = {
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
"""What is tried once the network is open, by name."""


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

    def note(finding: Finding) -> None:
        findings.append(finding)
        on_progress(len(findings), len(CHECKS) + 4)

    step = "card"
    try:
        installed, finding = read_card(folder)
        note(finding)
        step = "files"
        note(check_files(installed))
        step = "previews"
        note(check_previews(installed))
        step = "graph"
        network, half, finding = open_networks(installed)
        note(finding)
    except ImpastoError as error:
        note(Finding(step, FAILED, error.message))
        return Verification(str(folder), tuple(findings))
    subject = Subject(installed, network, half, is_quick, cancellation or Cancellation())
    for name, check in CHECKS.items():
        try:
            note(check(subject))
        except RenderCancelled:
            raise
        except ImpastoError as error:
            note(Finding(name, FAILED, error.message))
    return Verification(str(folder), tuple(findings))
