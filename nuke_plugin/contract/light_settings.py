"""Holds what can be asked of a plate's light, alpha and colour: a part of every render request.

What the names do stands in ``worker/light.py``, ``worker/coverage.py`` and ``plate_colour.py``.
"""

from __future__ import annotations

from dataclasses import dataclass

from nuke_plugin.contract.field_checks import check

CARRY, COMPRESS, CLIP = "carry", "compress", "clip"
LIGHTS = (CARRY, COMPRESS, CLIP)

AUTO, ON, OFF = "auto", "on", "off"
PREMULTS = (AUTO, ON, OFF)


@dataclass(frozen=True)
class LightSettings:
    """What is shown to the network of a plate, and what becomes of the rest."""

    policy: str = CARRY
    """What becomes of light that the network cannot see: ``carry`` takes it round the network,
    ``compress`` squeezes all light into what it sees, ``clip`` cuts it off, also in the result."""

    premult: str = AUTO
    """Whether colours are divided by their alpha for the painting and multiplied again after it:
    ``auto`` as the file and its pixels say, ``on`` always, ``off`` never."""

    plate_colour: float = 0.0
    """How much of the plate's colour is kept: 0 is the style's own, at 1 only luma is painted."""

    def __post_init__(self) -> None:
        check(self.policy in LIGHTS, "policy", self.policy, " or ".join(LIGHTS))
        check(self.premult in PREMULTS, "premult", self.premult, " or ".join(PREMULTS))
        check(0 <= self.plate_colour <= 1, "plate_colour", self.plate_colour, "0 to 1")


DEFAULT_LIGHT = LightSettings()
"""What is done where nothing is asked for."""
