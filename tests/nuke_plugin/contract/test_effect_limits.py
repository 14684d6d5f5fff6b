"""The promise of an effect's limits: what is missed is said, with the values."""

from __future__ import annotations

from nuke_plugin.contract.effect_limits import missed, missed_effect_limits


def test_a_missed_limit_stands_on_the_card_and_a_met_one_does_not() -> None:
    """Each baseline that is not beaten is named with both values; noise that is ignored is too."""
    good = {"tof": 1.0, "spatial_spectrum": 0.1, "temporal_spectrum": 0.1, "seeds": 0.9}
    worse = {"tof": 2.0, "spatial_spectrum": 0.4, "temporal_spectrum": 0.5}
    gates = {
        "made": good,
        "hand_made": worse,
        "l1": worse,
        "coupling": {"empty": 0.0, "outside": 0.0},
    }
    assert missed_effect_limits(gates) == ""
    gates["made"] = {**good, "tof": 2.0, "seeds": float("nan")}
    gates["coupling"] = {"empty": 0.01, "outside": 0.0}
    assert set(missed(gates)) == {"tof.hand_made", "tof.l1", "seeds", "coupling.empty"}
    assert "motion (tOF) 2 beside 2 of L1 alone" in missed_effect_limits(gates)
