"""Holds the look of a style: a named set of styles, strength and live controls, and its JSON."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, ClassVar, Optional

from nuke_plugin.contract.field_checks import check, check_id
from nuke_plugin.contract.strict_json import KeptKeys
from nuke_plugin.contract.stroke_settings import StrokeSettings
from nuke_plugin.looks.look_record import LookRecord, check_model_sha256

LOOK_FORMAT = 2
"""Version of the layout written here. 1 had no ``plate_grain`` and no ``strokes``."""

MOST_STYLES = 3

_LARGEST_WEIGHT = 1000.0


@dataclass(frozen=True)
class LookStyle:
    """One style of a look."""

    model: str
    """Id of the model that paints it."""

    model_sha256: Optional[str]
    """SHA-256 of the model's network when the look was made, 64 lower-case hexadecimal digits; null
    when the model was not installed there."""

    style: str
    """Id of the style in that model."""

    weight: float
    """Its share beside the look's other styles, 0 to 1000; only the proportions matter."""

    newer: KeptKeys = field(default_factory=KeptKeys)
    """What a newer Impasto says of it; empty in a look of this format."""

    def __post_init__(self) -> None:
        check_id("model", self.model)
        check_id("style", self.style)
        check_model_sha256(self.model_sha256)
        check(0 <= self.weight <= _LARGEST_WEIGHT, "weight", self.weight, "0 to 1000")


@dataclass(frozen=True)
class LookStrokes:
    """How large the strokes of a look are."""

    scale: Optional[float]
    """Size of the strokes beside the frame, 0.25 to 4; null paints the plate's own pixels."""

    detail: float
    """How much of the plate's fine detail comes back where strokes are enlarged: 0 none, 1 all."""

    newer: KeptKeys = field(default_factory=KeptKeys)
    """What a newer Impasto says of the strokes; empty in a look of this format."""

    def __post_init__(self) -> None:
        StrokeSettings(self.scale, self.detail)


@dataclass(frozen=True)
class LiveControls:
    """The controls that act without a render; null where the look leaves one alone."""

    mix: Optional[float]
    """Fade between plate and painting: 0 the plate, 1 the painting; neutral at 1."""

    keep_plate_colour: Optional[float]
    """How much of the plate's colour stays under the painting's brightness: 0 none, the painting as
    it is, 1 all of it; neutral at 0. The formula stands in ``contract/plate_colour.py``."""

    plate_grain: Optional[float]
    """How much of the plate's grain lies on the painting: 0 none, 1 all of it; neutral at 0."""

    newer: KeptKeys = field(default_factory=KeptKeys)
    """Controls that a newer Impasto has; empty in a look of this format."""

    def __post_init__(self) -> None:
        for name, value in self.values().items():
            check(0 <= value <= 1, name, value, "0 to 1")

    def values(self) -> dict[str, float]:
        """Return the controls that the look sets, by name."""
        found = {
            "mix": self.mix,
            "keep_plate_colour": self.keep_plate_colour,
            "plate_grain": self.plate_grain,
        }
        return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True)
class Look(LookRecord):
    """A named set of styles, strength and live controls."""

    MARK: ClassVar[str] = "impasto_look"
    FORMAT: ClassVar[int] = LOOK_FORMAT

    impasto_look: int
    """Version of the layout, 1 or higher; the key marks a text as a look."""

    name: str
    """What people call it: 1 to 100 characters on one line."""

    styles: tuple[LookStyle, ...]
    """One to three different styles, at least one with a weight above 0."""

    strength: float
    """How strongly the network paints: 0 gives the plate, 1 the full style."""

    strokes: Optional[LookStrokes]
    """How large the strokes are; null leaves them as a node has them."""

    controls: LiveControls
    """The live controls."""

    author: str
    """Who made it, as the system names them; may be empty, 200 characters at most."""

    date: str
    """When, in UTC: ``2026-11-22T23:16:25Z``."""

    newer: KeptKeys = field(default_factory=KeptKeys)
    """What a newer Impasto says of the look; empty in a look of this format."""

    def __post_init__(self) -> None:
        count = len(self.styles)
        check(1 <= count <= MOST_STYLES, "styles", f"{count} styles", "one to three")
        ids = [(style.model, style.style) for style in self.styles]
        check(len(set(ids)) == count, "styles", [style.style for style in self.styles], "different")
        weights = [style.weight for style in self.styles]
        check(math.fsum(weights) > 0, "styles", weights, "weights that are not all 0")
        check(0 <= self.strength <= 1, "strength", self.strength, "0 to 1")
        self.check_look()

    @classmethod
    def in_this_format(cls, value: dict[str, Any]) -> dict[str, Any]:
        """Return a look's JSON object as this format has it; an older one says less."""
        controls = value.get("controls")
        if value[cls.MARK] != 1 or type(value[cls.MARK]) is not int:
            return value
        if isinstance(controls, dict):
            value = {**value, "controls": {"plate_grain": None, **controls}}
        return {"strokes": None, **value, cls.MARK: LOOK_FORMAT}

    def newer_keys(self) -> list[str]:
        """Return the paths of the keys that this version only passes on."""
        found = list(self.newer)
        for index, style in enumerate(self.styles):
            found.extend(f"styles[{index}].{name}" for name in style.newer)
        if self.strokes is not None:
            found.extend(f"strokes.{name}" for name in self.strokes.newer)
        found.extend(f"controls.{name}" for name in self.controls.newer)
        return found
