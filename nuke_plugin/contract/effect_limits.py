"""Holds what an effect's numbers should be, and what a card says of those that it misses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LEAST_SEEDS = 0.5
"""Variance over seeds beside the solver's."""

COMPARED = {
    "tof": "motion (tOF)",
    "spatial_spectrum": "spatial spectrum",
    "temporal_spectrum": "temporal spectrum",
}
"""What the generator must be nearer to the solver in than each baseline."""

BASELINES = {"hand_made": "the hand-made field", "l1": "L1 alone"}

LIMITS = {"empty": 0.0, "outside": 0.0}
"""Largest values of the coupling: nothing without a matte, nothing where it cannot reach."""


def missed(gates: Mapping[str, Any]) -> dict[str, str]:
    """What an effect misses: a short reason by the number's name; a NaN is a miss."""
    found: dict[str, str] = {}
    made = gates["made"]
    for baseline, title in BASELINES.items():
        if baseline not in gates:
            continue
        for name in COMPARED:
            if not made[name] < gates[baseline][name]:
                found[f"{name}.{baseline}"] = f"not below that of {title}"
    if "seeds" in made and not made["seeds"] >= LEAST_SEEDS:
        found["seeds"] = f"below {LEAST_SEEDS:g}"
    for name, limit in LIMITS.items():
        if not gates["coupling"][name] <= limit:
            found[f"coupling.{name}"] = f"above {limit:g}"
    return found


def missed_effect_limits(gates: Mapping[str, Any]) -> str:
    """A sentence on what an effect misses, with its values; or nothing."""
    misses = missed(gates)
    said = []
    for key in misses:
        name, _, baseline = key.partition(".")
        if name in COMPARED:
            ours, theirs = gates["made"][name], gates[baseline][name]
            said.append(f"{COMPARED[name]} {ours:.3g} beside {theirs:.3g} of {BASELINES[baseline]}")
        elif name == "seeds":
            said.append(f"variance over seeds {gates['made']['seeds']:.2g} of the solver's")
        else:
            said.append(f"{baseline} {gates['coupling'][baseline]:.2g}, which should be 0")
    return f"Limits missed: {'; '.join(said)}." if said else ""
