"""Holds the card of an effect: fire, smoke or water that a network makes from a matte.

An effect's folder is as a style's: ``model.onnx``, ``card.json``, ``preview.png``. The network's
graph, for the kind ``effect``::

    fields    float32 (N, F, H, W)   as the recipe orders them; H, W multiples of size_multiple
    controls  float32 (N, A)         the card's controls in their order, each in [-1, 1]
    channels  float32 (N, C, H, W)   the card's channels in their order

The network is local and knows no statistics of its picture. The last field is the support, 0 to 1,
and the graph multiplies by it itself: where the matte cannot reach, every channel is 0 exactly.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

from nuke_plugin.contract.card_parts import NetworkFile, Source, padded_px
from nuke_plugin.contract.errors import (
    AnyPath,
    CardInvalid,
    CardMissing,
    EffectControlInvalid,
    EffectControlUnknown,
    FieldInvalid,
    ModelIsStyle,
)
from nuke_plugin.contract.field_checks import (
    check,
    check_file_name,
    check_id,
    check_range,
    check_text,
)
from nuke_plugin.contract.field_recipe import FieldRecipe
from nuke_plugin.contract.strict_json import (
    OPTIONAL,
    NumberTree,
    parse_object,
    read_record,
    write_record,
)
from nuke_plugin.contract.wiring import NEUTRAL, Wiring

EFFECT_KIND = "effect"
EFFECT_FORMAT = 1

FRAMES_PER_SECOND = 24
"""Of what the network learned: at speed 1 a frame is a 24th of a second."""

FIRE, SMOKE, WATER = "fire", "smoke", "water"
CHANNELS: Mapping[str, tuple[str, ...]] = {
    FIRE: ("temperature", "soot", "density"),
    SMOKE: ("density", "temperature"),
    WATER: ("height", "foam"),
}
"""What each effect's network gives, in its order. Shading makes the picture of them.

Fire: ``temperature`` 0 to 1 (0 ambient, 1 the hottest that the solver knows), ``soot`` and
``density`` (of burning fuel) 0 to 1. Smoke: ``density`` 0 to 1, ``temperature`` (its lift) 0 to 1.
Water: ``height`` in pixels, above and below 0, and ``foam`` 0 to 1.
"""

WIND = "wind"
"""Id of the control that also tilts the fields and carries the noise: pixels a frame, right."""

FIELDS_TENSOR, CONTROLS_TENSOR, CHANNELS_TENSOR = "fields", "controls", "channels"

MOST_CONTROLS = 16
_LARGEST_MULTIPLE = 1024
_LARGEST_HALO_PX = 4096
_LARGEST_SCALE_PX = 65536
_MOST_SPRITES = 1024


@dataclass(frozen=True)
class EffectControl:
    """One art-direction value that the network learned."""

    id: str
    """What commands call it: ``turbulence``; lower-case letters, digits, ``_`` and ``-``."""

    title: str
    """Name shown to the user."""

    minimum: float
    """Lowest value that was trained; -1 to the network."""

    maximum: float
    """Highest value that was trained; 1 to the network."""

    neutral: float
    """What it is unless something else is asked for."""

    meaning: str
    """What it does to the picture and in which unit, in a sentence for the user."""

    def __post_init__(self) -> None:
        check_id("id", self.id)
        check_text("title", self.title)
        check(self.minimum < self.maximum, "maximum", self.maximum, "above the minimum")
        inside = self.minimum <= self.neutral <= self.maximum
        check(inside, "neutral", self.neutral, "between minimum and maximum")
        check_text("meaning", self.meaning)

    def normalised(self, value: float) -> float:
        """Return the network's number for a value: -1 at the minimum, 1 at the maximum.

        Raises ``EffectControlInvalid`` for a value out of the range, or no number.
        """
        if not self.minimum <= value <= self.maximum:  # also false for NaN
            raise EffectControlInvalid(self.id, value, self.minimum, self.maximum)
        return 2 * (value - self.minimum) / (self.maximum - self.minimum) - 1


@dataclass(frozen=True)
class EffectChannel:
    """One physical channel that the network gives."""

    name: str
    """What the EXR's layer is called: ``temperature``."""

    minimum: float
    """Least value it is held to."""

    maximum: float
    """Largest value it is held to."""

    meaning: str
    """What it is and in which unit, in a sentence for the user."""

    def __post_init__(self) -> None:
        check_id("name", self.name)
        check(self.minimum < self.maximum, "maximum", self.maximum, "above the minimum")
        check(self.minimum <= 0 <= self.maximum, "minimum", self.minimum, "0 or less: 0 is nothing")
        check_text("meaning", self.meaning)


@dataclass(frozen=True)
class Sprites:
    """A loop as one picture: its frames side by side, row after row, for panels that play no movie.

    All cells are of one size; the last row may have empty ones.
    """

    file: str
    """File name, inside the model folder, of the picture: PNG."""

    count: int
    """Frames of the loop, 1 to 1024."""

    columns: int
    """Cells in a row, 1 to ``count``."""

    frames_per_second: float
    """How fast they follow one another, 1 to 60."""

    def __post_init__(self) -> None:
        check_file_name("file", self.file)
        check_range("count", self.count, 1, _MOST_SPRITES)
        check_range("columns", self.columns, 1, self.count)
        rate = self.frames_per_second
        check(1 <= rate <= 60, "frames_per_second", rate, "1 to 60")

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return -(-self.count // self.columns)


@dataclass(frozen=True)
class EffectCard:
    """What is known of one trained effect."""

    format: int
    """Version of this card's own layout: 1."""

    id: str
    """Name of the model and of its folder: lower-case letters, digits, ``_`` and ``-``."""

    title: str
    """Name shown to the user."""

    kind: str
    """What the network does: ``effect``."""

    effect: str
    """What it makes: ``fire``, ``smoke`` or ``water``; its channels follow from it."""

    description: str
    """What it is good for, in a sentence or two for the user."""

    network: NetworkFile
    """The network's file."""

    recipe: FieldRecipe
    """What the network sees."""

    controls: tuple[EffectControl, ...]
    """The art-direction values in the network's order, 1 to 16."""

    channels: tuple[EffectChannel, ...]
    """What the network gives, in its order: that of ``CHANNELS``."""

    size_multiple: int
    """Width and height that the network accepts are multiples of this, in pixels; 1 to 1024."""

    halo_px: int
    """How far from an output pixel a field's pixel can matter, in pixels; 0 to 4096."""

    border_px: int
    """Pixels of the fields round the whole frame that the network sees too, so that its own zero
    padding stays out of sight; 0 to ``halo_px``."""

    training_scale_px: int
    """Short side of the frame beside which the effect has the size it was trained at, in pixels,
    1 to 65536: at scale 1 every frame is seen at this size."""

    licence: str
    """Licence of the network."""

    sources: tuple[Source, ...]
    """What the training read: solver runs, plates."""

    gates: NumberTree
    """What was measured before release: numbers by name, nested freely."""

    preview: str
    """File name, inside the model folder, of the picture that shows the effect."""

    movie: str
    """File name likewise of the movie that shows it."""

    sprites: Optional[Sprites] = field(default=None, metadata=OPTIONAL)
    """The movie for the panel; null for none."""

    def __post_init__(self) -> None:
        check(self.format == EFFECT_FORMAT, "format", self.format, str(EFFECT_FORMAT))
        check_id("id", self.id)
        check_text("title", self.title)
        check(self.kind == EFFECT_KIND, "kind", self.kind, EFFECT_KIND)
        check(self.effect in CHANNELS, "effect", self.effect, ", ".join(CHANNELS))
        check(self.network.opset >= 18, "network.opset", self.network.opset, "18 or higher")
        check_range("controls", len(self.controls), 1, MOST_CONTROLS)
        ids = [control.id for control in self.controls]
        check(len(set(ids)) == len(ids), "controls", ids, "controls with different ids")
        names = tuple(channel.name for channel in self.channels)
        wanted = CHANNELS[self.effect]
        check(names == wanted, "channels", list(names), f"{', '.join(wanted)} for {self.effect}")
        check_range("size_multiple", self.size_multiple, 1, _LARGEST_MULTIPLE)
        check_range("halo_px", self.halo_px, 0, _LARGEST_HALO_PX)
        border = self.border_px
        check(0 <= border <= self.halo_px, "border_px", border, "0 to halo_px")
        check_range("training_scale_px", self.training_scale_px, 1, _LARGEST_SCALE_PX)
        check_text("licence", self.licence)
        check_file_name("preview", self.preview)
        check_file_name("movie", self.movie)

    @property
    def local(self) -> bool:
        """Whether nothing beyond ``halo_px`` matters: always, so that a tile equals the whole."""
        return True

    @property
    def tiles_fade(self) -> bool:
        """Whether tiles fade into each other: never, for the same reason."""
        return False

    @property
    def wiring(self) -> Wiring:
        """How the worker runs the network: the graph of the module's text needs nothing else."""
        return NEUTRAL

    @classmethod
    def from_file(cls, path: AnyPath) -> EffectCard:
        """Return the card in a file.

        Raises ``CardMissing`` when there is none, ``ModelIsStyle`` for a style's card,
        ``CardInvalid`` with file and key when it is not readable, not JSON, or not a card.
        """
        file = Path(path)
        try:
            value = parse_object(file.read_text(encoding="utf-8"))
            if value.get("kind") == "style":
                raise ModelIsStyle(file.parent.name)
            return read_record(cls, value)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise CardMissing(file.parent) from error
        except FieldInvalid as error:
            raise CardInvalid(file, error.key, error.reason) from error
        except UnicodeDecodeError as error:
            raise CardInvalid(file, "", f"it is not UTF-8 text ({error})") from error
        except OSError as error:
            raise CardInvalid(file, "", f"it cannot be read ({error})") from error

    def to_json(self) -> str:
        """Return the text of ``card.json``: UTF-8, two spaces of indent, a final newline."""
        return json.dumps(write_record(self), indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    def padded_size(self, width: int, height: int) -> tuple[int, int]:
        """Return the width and height in pixels of a frame's fields: with border, on the grid."""
        return (
            padded_px(width, self.border_px, self.size_multiple),
            padded_px(height, self.border_px, self.size_multiple),
        )

    def control(self, name: str) -> EffectControl:
        """Return the control of this id; raise ``EffectControlUnknown``."""
        for control in self.controls:
            if control.id == name:
                return control
        raise EffectControlUnknown(name, [control.id for control in self.controls], self.id)

    def control_vector(self, values: Mapping[str, float]) -> tuple[float, ...]:
        """Return the network's controls, A numbers in [-1, 1], for values by id.

        Those that are not named are neutral. Raises ``EffectControlUnknown`` or
        ``EffectControlInvalid``.
        """
        for name in values:
            self.control(name)
        return tuple(
            control.normalised(values.get(control.id, control.neutral)) for control in self.controls
        )

    def files(self) -> Iterator[str]:
        """Yield the names of the files, beside the card itself, that make up the model's folder."""
        half = self.network.half
        networks = (self.network.file,) if half is None else (self.network.file, half.file)
        sprites = () if self.sprites is None else (self.sprites.file,)
        yield from dict.fromkeys((*networks, self.preview, self.movie, *sprites))
