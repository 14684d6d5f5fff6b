"""Holds the look itself: a named set of styles, strength and live controls, and its JSON.

A look holds numbers and ids only, never an expression or a path: it comes from other people, and
Nuke's expressions may run programs. What a newer Impasto adds is kept as it was read and written
again, so that an older machine in the show loses nothing of a look that passes through it.
"""

from __future__ import annotations

import dataclasses
import getpass
import json
import math
import re
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Optional

from nuke_plugin.contract.errors import FieldInvalid, LookInvalid
from nuke_plugin.contract.field_checks import check, check_id
from nuke_plugin.contract.strict_json import KeptKeys, parse_object, read_record, write_record
from nuke_plugin.contract.stroke_settings import StrokeSettings
from nuke_plugin.looks import names

LOOK_FORMAT = 2
"""Version of the layout written here. A newer one may add keys, and changes none that are here.
1 had no ``plate_grain`` and no ``strokes``."""

MOST_STYLES = 3
LARGEST_LOOK_BYTES = 64 * 1024
"""A look is about one kilobyte; what is larger is something else."""

_LARGEST_WEIGHT = 1000.0
_LONGEST_AUTHOR = 200
_SHA256 = re.compile(r"[0-9a-f]{64}")
_DATE = "%Y-%m-%dT%H:%M:%SZ"
_JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


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
        sha256 = self.model_sha256
        check(
            sha256 is None or bool(_SHA256.fullmatch(sha256)), "model_sha256", sha256, "a SHA-256"
        )
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
class Look:
    """A named set of styles, strength and live controls."""

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
        check(self.impasto_look >= 1, "impasto_look", self.impasto_look, "1 or higher")
        check(names.is_name(self.name), "name", self.name, "1 to 100 characters on one line")
        count = len(self.styles)
        check(1 <= count <= MOST_STYLES, "styles", f"{count} styles", "one to three")
        ids = [(style.model, style.style) for style in self.styles]
        check(len(set(ids)) == count, "styles", [style.style for style in self.styles], "different")
        weights = [style.weight for style in self.styles]
        check(math.fsum(weights) > 0, "styles", weights, "weights that are not all 0")
        check(0 <= self.strength <= 1, "strength", self.strength, "0 to 1")
        of_author = not self.author or (
            len(self.author) <= _LONGEST_AUTHOR and names.tidy(self.author) != ""
        )
        check(of_author, "author", self.author, "empty, or at most 200 characters")
        check(_is_date(self.date), "date", self.date, "as 2026-11-22T23:16:25Z")
        if self.impasto_look <= LOOK_FORMAT and self.newer_keys():
            raise FieldInvalid(self.newer_keys()[0], "this key is not known")

    @classmethod
    def from_json(cls, text: str, source: str) -> Look:
        """Return the look in a text; ``source`` says where it stands: ``The file rain.json``.

        Raises ``LookInvalid`` with the key for anything that is not exactly a look.
        """
        if len(text) > LARGEST_LOOK_BYTES:
            found = f"it holds {len(text)} characters, and a look at most {LARGEST_LOOK_BYTES}"
            raise LookInvalid(source, "", found)
        found_format: object = None
        try:
            value = parse_object(text)
            if "impasto_look" not in value:
                raise FieldInvalid("impasto_look", "this key, which every look has, is missing")
            found_format = value["impasto_look"]
            return read_record(cls, _in_this_format(value))
        except FieldInvalid as error:
            reason = error.reason
            if isinstance(found_format, int) and found_format > LOOK_FORMAT:
                reason = f"{reason}. It was made by a newer Impasto (format {found_format})"
            raise LookInvalid(source, error.key, reason) from error

    @classmethod
    def from_bytes(cls, data: bytes, source: str) -> Look:
        """Return the look in a file's bytes: UTF-8, with the mark some editors put first or not.

        Raises ``LookInvalid``.
        """
        if len(data) > LARGEST_LOOK_BYTES:
            raise LookInvalid(source, "", f"it has more than {LARGEST_LOOK_BYTES} bytes")
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise LookInvalid(source, "", f"it is not UTF-8 text ({error.reason})") from error
        return cls.from_json(text, source)

    def to_json(self) -> str:
        """Return the text of the look: two spaces of indent, a final newline.

        Braces inside strings are escaped. Who pastes a look into the node graph by mistake hands it
        to Nuke as Tcl, for which it is then one word in braces and can run nothing.
        """
        text = json.dumps(write_record(self), indent=2, ensure_ascii=False, allow_nan=False)
        return _JSON_STRING.sub(_without_braces, text) + "\n"

    def renamed(self, name: str) -> Look:
        """Return the same look under another name."""
        return dataclasses.replace(self, name=name)

    def newer_keys(self) -> list[str]:
        """Return the paths of the keys that this version only passes on."""
        found = list(self.newer)
        for index, style in enumerate(self.styles):
            found.extend(f"styles[{index}].{name}" for name in style.newer)
        if self.strokes is not None:
            found.extend(f"strokes.{name}" for name in self.strokes.newer)
        found.extend(f"controls.{name}" for name in self.controls.newer)
        return found


def now() -> str:
    """Return this moment as a look's date."""
    return datetime.now(timezone.utc).strftime(_DATE)


def this_author() -> str:
    """Return who is working here, as far as the system tells."""
    try:
        return names.tidy(getpass.getuser())
    except (KeyError, OSError, ImportError):  # no variable names the user, and no password entry
        return ""


def _in_this_format(value: dict[str, Any]) -> dict[str, Any]:
    """Return a look's JSON object as this format has it; an older one says less."""
    controls = value.get("controls")
    if value["impasto_look"] != 1 or type(value["impasto_look"]) is not int:
        return value
    if isinstance(controls, dict):
        value = {**value, "controls": {"plate_grain": None, **controls}}
    return {"strokes": None, **value, "impasto_look": LOOK_FORMAT}


def _is_date(text: str) -> bool:
    try:
        return datetime.strptime(text, _DATE).strftime(_DATE) == text
    except ValueError:
        return False


def _without_braces(string: re.Match[str]) -> str:
    return string[0].replace("{", "\\u007b").replace("}", "\\u007d")
