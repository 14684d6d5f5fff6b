"""Holds the look of an effect: the effect, how it burns or rolls, and how its light is turned.

The seed and the loop are a node's own: ten fires of one look shall not lick alike, and a loop is as
long as the shot needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Optional

from nuke_plugin.contract.effect_card import CHANNELS, MOST_CONTROLS
from nuke_plugin.contract.effect_settings import EffectSettings
from nuke_plugin.contract.effect_shading import SHADINGS, Colour, shading_of
from nuke_plugin.contract.errors import FieldInvalid
from nuke_plugin.contract.field_checks import check, check_id
from nuke_plugin.contract.strict_json import KeptKeys
from nuke_plugin.looks.look_record import LookRecord, check_model_sha256

EFFECT_LOOK_FORMAT = 1


@dataclass(frozen=True)
class EffectLook(LookRecord):
    """A named effect with all that makes it look as it does."""

    MARK: ClassVar[str] = "impasto_effect_look"
    FORMAT: ClassVar[int] = EFFECT_LOOK_FORMAT

    impasto_effect_look: int
    """Version of the layout, 1 or higher; the key marks a text as a look of an effect."""

    name: str
    """What people call it: 1 to 100 characters on one line."""

    effect: str
    """What it makes: ``fire``, ``smoke`` or ``water``."""

    model: str
    """Id of the model that makes it."""

    model_sha256: Optional[str]
    """SHA-256 of the model's network when the look was made, as in a style's look."""

    speed: float
    """Frames of 24 a second that go by in a frame, -100 to 100."""

    scale: float
    """Size of the effect beside the frame, 0.25 to 4."""

    intensity: float
    """Factor on the matte, 0 to 100."""

    controls: Mapping[str, float]
    """By id, what the network learned to be told, ``wind`` too."""

    mix: Optional[float]
    """Fade of the effect, live: 0 nothing, 1 the effect; null where the look leaves it alone."""

    numbers: Mapping[str, float]
    """By name, the numbers that turn its light live: ``exposure``."""

    colours: Mapping[str, Colour]
    """By name, the colours likewise: ``light``."""

    author: str
    """Who made it, as the system names them; may be empty, 200 characters at most."""

    date: str
    """When, in UTC: ``2026-11-22T23:16:25Z``."""

    newer: KeptKeys = field(default_factory=KeptKeys)
    """What a newer Impasto says of the look; empty in a look of this format."""

    def __post_init__(self) -> None:
        check(self.effect in CHANNELS, "effect", self.effect, ", ".join(CHANNELS))
        check_id("model", self.model)
        check_model_sha256(self.model_sha256)
        count = len(self.controls)
        check(count <= MOST_CONTROLS, "controls", f"{count} controls", f"at most {MOST_CONTROLS}")
        for name in self.controls:
            check_id("controls", name)
        EffectSettings(0, self.speed, self.scale, self.intensity, self.controls)
        check(self.mix is None or 0 <= self.mix <= 1, "mix", self.mix, "0 to 1")
        self.check_look()
        if self.format <= EFFECT_LOOK_FORMAT:  # a newer one's light may be turned further
            self._check_light()

    def _check_light(self) -> None:
        known = SHADINGS[self.effect]
        for name in self.numbers:
            if isinstance(getattr(known, name, 0.0), tuple):
                raise FieldInvalid(f"numbers.{name}", "it is a number and must be a colour")
        for name in self.colours:
            if not isinstance(getattr(known, name, ()), tuple):
                raise FieldInvalid(f"colours.{name}", "it is a colour and must be a number")
        shading_of(self.effect, {**self.numbers, **self.colours})

    def newer_keys(self) -> list[str]:
        """Return the paths of the keys that this version only passes on."""
        return list(self.newer)
