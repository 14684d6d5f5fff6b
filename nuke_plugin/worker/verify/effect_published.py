"""Holds the checks of the numbers that an effect's card publishes.

Motion, spectra and the variance over seeds hang on the solver's held-out runs, which do not ship:
they are looked at, not measured again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nuke_plugin.contract.effect_limits import COMPARED, missed_effect_limits
from nuke_plugin.contract.strict_json import NumberTree
from nuke_plugin.worker.measure import effect_coupling
from nuke_plugin.worker.measure.effect_coupling import Probe
from nuke_plugin.worker.verify import published
from nuke_plugin.worker.verify.behaviour import TILE_TOLERANCE
from nuke_plugin.worker.verify.effect_subject import EffectSubject, letter
from nuke_plugin.worker.verify.finding import FAILED, NOT_RUN, OK, Finding

LIMITS = {
    **published.LIMITS,
    "tile_max_abs": TILE_TOLERANCE,
    "loop_max_abs": 1e-5,
    "frame_max_abs": 0.0,
}
"""Largest values of what no effect may ship with."""

NEEDED = (
    "onnx_max_abs",
    "kmac_per_pixel",
    "loop_max_abs",
    "frame_max_abs",
    "coupling.empty",
    "coupling.outside",
    "coupling.follows",
    *(f"{maker}.{name}" for maker in ("made", "hand_made") for name in COMPARED),
)
"""What every card of an effect publishes."""

MISSED = "Limits missed:"
"""How the sentence begins that a description has of what an effect misses."""

FOLLOWS_TOLERANCE = 0.2
"""How far ``coupling.follows`` may lie from the card's, which was measured in another frame."""

_MEASURED_SIZE = (256, 320)
"""Width and height of the frame that is measured in, as of the solver's runs."""


def check_limits(subject: EffectSubject) -> Finding:
    """What the card publishes is complete, within bounds, or said in the description."""
    gates, description = subject.card.gates, subject.card.description
    if not gates:
        return Finding("limits", NOT_RUN, "the card publishes no gates")
    needed = (*NEEDED, *(("fp16_max_abs",) if subject.card.network.half else ()))
    wrong = [f"{key} is missing" for key in needed if published.number_at(gates, key) is None]
    if wrong:
        return Finding("limits", FAILED, f"{'; '.join(wrong)}. Export again.")
    wrong = list(published.above(gates, LIMITS))
    if wrong:
        return Finding("limits", FAILED, f"{'; '.join(wrong)}. Train on, or export again.")
    missed = missed_effect_limits(gates)
    if missed not in description:
        text = f"the description does not say what is missed. Export again, or add: {missed}"
        return Finding("limits", FAILED, text)
    if not missed and MISSED in description:
        text = "the description says that limits are missed and none is. Export again."
        return Finding("limits", FAILED, text)
    return Finding("limits", OK, missed or "the gates are in bounds")


def check_gates(subject: EffectSubject) -> Finding:
    """What hangs on no solved run is found again.

    A quick look leaves out how far the effect goes with its matte.
    """
    gates = subject.card.gates
    if "coupling" not in gates:
        return Finding("gates", NOT_RUN, "the card publishes no gates of its effect")
    tolerances: dict[tuple[str, ...], float] = {("coupling", "follows"): FOLLOWS_TOLERANCE}
    return published.found_again(gates, measured(subject), tolerances)


def measured(subject: EffectSubject) -> Mapping[str, Any]:
    """Return the gates that are measured here, as a card names them."""
    width, height = _MEASURED_SIZE
    if subject.is_quick:
        height //= 2
    controls, wind = subject.told()
    probe = Probe(subject.card.recipe, subject.usual, letter(height, width), controls, wind)
    found = NumberTree(effect_coupling.random_access(subject.make, probe))
    coupling = effect_coupling.coupling(subject.make, probe)
    if not subject.is_quick:
        coupling["follows"] = effect_coupling.follows(subject.make, probe)
    found["coupling"] = coupling
    card = subject.card
    tile = effect_coupling.tile_difference(
        subject.generate, probe, card.halo_px, card.size_multiple
    )
    if tile is not None:
        found["tile_max_abs"] = tile
    return found
