"""Holds the model card: everything a program must know of a trained network before it runs it.

A model is a folder of data (``model.onnx``, ``card.json``, ``preview.png``): installing one touches
no code. The training writes the card with the network, the worker and Nuke's side read it. JSON
keys equal the field names here, and a missing or unknown key is refused with the file and the key.

The network's graph, for the kind ``style``::

    image     float32 (N, 3, H, W)   RGB in [0, 1], display encoded; H, W multiples of size_multiple
    style     float32 (1, K)         one weight per style slot, 0 or more, summing to 1
    strength  float32 (1, 1)         0 gives the image back, 1 is the full style
    painted   float32 (N, 3, H, W)   RGB in [0, 1], encoded as the image
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nuke_plugin.contract.card_parts import (
    ImageInput,
    ImageOutput,
    NetworkFile,
    ScalarInput,
    Source,
    StyleSlot,
    VectorInput,
    padded_px,
)
from nuke_plugin.contract.errors import (
    AnyPath,
    CardInvalid,
    CardMissing,
    FieldInvalid,
    ModelIsEffect,
    StrengthOutOfRange,
    StyleNotFound,
    StyleWeightsInvalid,
)
from nuke_plugin.contract.field_checks import (
    check,
    check_file_name,
    check_id,
    check_range,
    check_text,
)
from nuke_plugin.contract.strict_json import NumberTree, parse_object, read_record, write_record
from nuke_plugin.contract.wiring import NEUTRAL, TILES, WHOLE, Wiring

CARD_FORMAT = 1
IMPORTED_FORMAT = 2
"""Format of the card of a network that others trained: the same, and how it is run."""

CARD_FILE = "card.json"
KINDS = ("style",)

_LARGEST_MULTIPLE = 1024
_LARGEST_HALO_PX = 4096
_LARGEST_SCALE_PX = 65536


@dataclass(frozen=True)
class ModelCard:
    """What is known of one trained network."""

    format: int
    """Version of this card's own layout: 1, and 2 for an ``ImportedCard``."""

    id: str
    """Name of the model and of its folder: lower-case letters, digits, ``_`` and ``-``."""

    title: str
    """Name shown to the user."""

    kind: str
    """What the network does: ``style``."""

    description: str
    """What it is good for, in a sentence or two for the user."""

    network: NetworkFile
    """The network's file."""

    image: ImageInput
    """The plate as the network sees it, (N, 3, H, W)."""

    output: ImageOutput
    """The painted picture, (N, 3, H, W); same range and encoding as ``image``."""

    style: VectorInput
    """The mix of styles, (1, K)."""

    strength: ScalarInput
    """How much of the style, (1, 1)."""

    styles: tuple[StyleSlot, ...]
    """The styles, in the order of the style vector; as many as ``style.length``."""

    size_multiple: int
    """Width and height that the network accepts are multiples of this, in pixels; 1 to 1024."""

    halo_px: int
    """How far from an output pixel an input pixel can matter, in pixels; 0 to 4096."""

    border_px: int
    """Pixels reflected round the whole frame before the network, cropped after it, so that the
    network's own zero padding stays out of sight; 0 to ``halo_px``. A tile needs the halo, the edge
    of the frame only this much: it is what a whole frame costs beside its own pixels."""

    local: bool
    """Whether nothing beyond ``halo_px`` matters, so that a tile equals the whole frame."""

    training_scale_px: int
    """Short side of the frames in training, in pixels, 1 to 65536: strokes are as large beside a
    frame of it as they were learned. 0 in an imported card, where it is not known."""

    licence: str
    """Licence of the network."""

    sources: tuple[Source, ...]
    """Every image group the training read."""

    gates: NumberTree
    """What was measured before release: numbers by name, nested freely."""

    preview: str
    """File name, inside the model folder, of the picture that shows the model."""

    def __post_init__(self) -> None:
        self._check_graph()
        check_id("id", self.id)
        check_text("title", self.title)
        check(self.kind in KINDS, "kind", self.kind, " or ".join(KINDS))
        count = f"{len(self.styles)}, the number of styles"
        check(self.style.length == len(self.styles), "style.length", self.style.length, count)
        ids = [slot.id for slot in self.styles]
        check(len(set(ids)) == len(ids), "styles", ids, "styles with different ids")
        check_range("size_multiple", self.size_multiple, 1, _LARGEST_MULTIPLE)
        check_range("halo_px", self.halo_px, 0, _LARGEST_HALO_PX)
        border = self.border_px
        check(0 <= border <= self.halo_px, "border_px", border, "0 to halo_px")
        check_text("licence", self.licence)
        check_file_name("preview", self.preview)

    @property
    def wiring(self) -> Wiring:
        """How the worker runs the network: the graph of the module's text needs nothing else."""
        return NEUTRAL

    @property
    def tiles_fade(self) -> bool:
        """Whether tiles that are asked for fade into each other, since none equals the frame."""
        return not self.local and self.wiring.sizing == WHOLE

    @property
    def caution(self) -> str:
        """What a user of a network that is not local should know; empty for a local one."""
        if self.local:
            return ""
        return (
            f"The model {self.id} looks at the whole picture at once: a crop, a tile or a part of "
            "a frame comes out in other colours than the whole frame, and one bright object may "
            "re-tint all of it."
        )

    def _check_graph(self) -> None:
        """Refuse what a network with the graph of the module's text cannot be."""
        check(self.format == CARD_FORMAT, "format", self.format, str(CARD_FORMAT))
        check(self.network.opset >= 18, "network.opset", self.network.opset, "18 or higher")
        for key, tensor in (("image", self.image), ("output", self.output)):
            check(tensor.layout == "NCHW", f"{key}.layout", tensor.layout, "NCHW")
            check(tensor.channels == "RGB", f"{key}.channels", tensor.channels, "RGB")
            check(tensor.range == (0.0, 1.0), f"{key}.range", list(tensor.range), "[0, 1]")
        check_range("training_scale_px", self.training_scale_px, 1, _LARGEST_SCALE_PX)

    @classmethod
    def from_file(cls, path: AnyPath) -> ModelCard:
        """Return the card in a file, an ``ImportedCard`` when its format is 2.

        Raises ``CardMissing`` when there is none, ``ModelIsEffect`` for an effect's card,
        ``CardInvalid`` with file and key when it is not readable, not JSON, or not a card.
        """
        file = Path(path)
        try:
            value = parse_object(file.read_text(encoding="utf-8"))
            if value.get("kind") == "effect":
                raise ModelIsEffect(file.parent.name)
            is_imported = value.get("format") == IMPORTED_FORMAT
            return read_record(ImportedCard if is_imported else ModelCard, value)
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
        """Return the width and height in pixels of a frame made ready for the network.

        The frame gains the border on all four sides, then grows at the right and the bottom up to
        the next multiple of ``size_multiple``.
        """
        return (
            padded_px(width, self.border_px, self.size_multiple),
            padded_px(height, self.border_px, self.size_multiple),
        )

    def slot(self, name: str) -> StyleSlot:
        """Return the style of this id, or of this title in any case; else ``StyleNotFound``."""
        for slot in self.styles:
            if name == slot.id:
                return slot
        for slot in self.styles:
            if name.casefold() in (slot.id.casefold(), slot.title.casefold()):
                return slot
        raise StyleNotFound(name, [slot.id for slot in self.styles], self.id)

    def style_vector(self, weights: Mapping[str, float]) -> tuple[float, ...]:
        """Return the style input for a mix such as ``{"starry_night": 0.6, "great_wave": 0.4}``.

        The K weights come back in the order of ``styles``, each in [0, 1], summing to 1. Raises
        ``StyleNotFound`` for an unknown style, ``StyleWeightsInvalid`` for a negative or infinite
        weight or a mix of nothing.
        """
        by_id = {slot.id: 0.0 for slot in self.styles}
        for name, weight in weights.items():
            if not math.isfinite(weight) or weight < 0:
                raise StyleWeightsInvalid(weights, f"the weight of {name!r} is {weight:g}")
            by_id[self.slot(name).id] += weight
        total = sum(by_id.values())
        if total == 0:
            raise StyleWeightsInvalid(weights, "every weight is 0")
        if not math.isfinite(total):
            raise StyleWeightsInvalid(weights, "the weights add up to more than a number can hold")
        return tuple(weight / total for weight in by_id.values())

    def check_strength(self, strength: float) -> None:
        """Raise ``StrengthOutOfRange`` unless ``strength`` lies in the range that was trained."""
        if not self.strength.minimum <= strength <= self.strength.maximum:  # also false for NaN
            raise StrengthOutOfRange(strength, self.strength.minimum, self.strength.maximum)

    def files(self) -> Iterator[str]:
        """Yield the names of the files, beside the card itself, that make up the model's folder."""
        half = self.network.half
        networks = (self.network.file,) if half is None else (self.network.file, half.file)
        previews = (self.preview, *(slot.preview for slot in self.styles))
        yield from dict.fromkeys((*networks, *previews))


@dataclass(frozen=True)
class ImportedCard(ModelCard):
    """The card of a network that others trained, which ``impasto import`` wrote: format 2."""

    imported: Wiring
    """How the worker runs the network."""

    def __post_init__(self) -> None:
        super().__post_init__()
        shape = self.imported.style_shape
        if shape is None:
            check(len(self.styles) == 1, "styles", len(self.styles), "1: there is no style input")
        else:
            length = math.prod(side or self.style.length for side in shape)
            expected = f"{self.style.length} numbers, one a style"
            check(length == self.style.length, "imported.style_shape", list(shape), expected)
        # What a run of the fixed size leaves of a frame.
        cut_px = 2 * self.border_px
        if self.imported.sizing == TILES and self.local:
            cut_px = 2 * self.halo_px + self.size_multiple - 1
        for key in ("width", "height"):
            size_px = getattr(self.imported, f"fixed_{key}_px")
            room = not size_px or size_px > max(cut_px, 3)
            check(room, f"imported.fixed_{key}_px", size_px, f"above {cut_px}, which is cut off")

    @property
    def wiring(self) -> Wiring:
        """How the worker runs the network, as found when it was imported."""
        return self.imported

    def files(self) -> Iterator[str]:
        """Yield the names of the files of the model's folder, the style picture among them."""
        yield from super().files()
        if self.imported.style_picture is not None:
            yield self.imported.style_picture.file

    def _check_graph(self) -> None:
        check(self.format == IMPORTED_FORMAT, "format", self.format, str(IMPORTED_FORMAT))
        check_range("training_scale_px", self.training_scale_px, 0, _LARGEST_SCALE_PX)
