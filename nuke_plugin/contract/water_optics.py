"""Holds what is known of water, for the command and for live nodes alike."""

from __future__ import annotations

REFRACTIVE_INDEX = 1.333
"""Of water at 20 degrees in yellow light (IAPWS R9-97)."""

F0 = ((REFRACTIVE_INDEX - 1) / (REFRACTIVE_INDEX + 1)) ** 2
"""Share of the light that a surface mirrors which it meets head on: 0.0204 (Fresnel)."""

CAUSTIC_FLOOR = 0.2
"""Where rays cross, no picture is infinitely bright: 5 times the daylight at most."""
