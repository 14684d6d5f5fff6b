"""Holds the card of a network that was imported, made of all that was found and said of it."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from pathlib import Path

from nuke_plugin.contract.card import IMPORTED_FORMAT, ImportedCard
from nuke_plugin.contract.card_parts import (
    ImageInput,
    ImageOutput,
    NetworkFile,
    ScalarInput,
    Source,
    StyleSlot,
    VectorInput,
)
from nuke_plugin.contract.strict_json import NumberTree
from nuke_plugin.contract.wiring import StylePicture, Wiring
from nuke_plugin.worker.importing.fitting import Fitting
from nuke_plugin.worker.importing.number_trials import Numbers
from nuke_plugin.worker.importing.painting_file import Pixels
from nuke_plugin.worker.importing.reach import Reach
from nuke_plugin.worker.importing.request import ImportRequest
from nuke_plugin.worker.importing.signature import Signature
from nuke_plugin.worker.onnx_graph import OnnxGraph

NETWORK, PREVIEW, STYLE_PICTURE = "model.onnx", "preview.png", "style_image.png"


@dataclass(frozen=True)
class Found:
    """All that the trials showed."""

    graph: OnnxGraph
    """What the file says of itself."""

    signature: Signature
    """What goes in and comes out."""

    numbers: Numbers
    """What the numbers mean."""

    reach: Reach
    """How far it looks."""

    fitting: Fitting
    """How frames are fitted to it."""

    painting: Pixels | None
    """The painting it looks at, (h, w, 3); None for none."""

    unsteady: float
    """Largest difference of two runs on one picture, in display units."""

    broken_pictures: int
    """How many known pictures came back with something that is no number."""


def style_ids(request: ImportRequest, signature: Signature) -> tuple[str, ...]:
    """Return the ids of the styles: those given, the model's own for one, else by number."""
    if request.styles:
        return request.styles
    if signature.style is None:
        return (request.id,)
    digits = max(2, len(str(signature.style.length - 1)))
    return tuple(f"style_{index:0{digits}}" for index in range(signature.style.length))


def make_card(
    request: ImportRequest,
    network: bytes,
    found: Found,
    styles: tuple[str, ...],
    painting_digest: str,
) -> ImportedCard:
    """Return the card of what was found."""
    signature, numbers, fitting = found.signature, found.numbers, found.fitting
    port, picture = signature.image, signature.style_picture
    image = numbers.image.values(ImageInput(port.name, port.layout, numbers.channels))
    output = numbers.output.values(
        ImageOutput(signature.output, signature.output_layout, numbers.channels)
    )
    name = Path(request.file).name
    sentences = (request.description.strip() or f"Imported from {name}.", fitting.sentence)
    strength = "0 gives the plate back, 1 paints in full"
    if signature.strength is None:
        strength += "; between them painting and plate are mixed as light"
    source = Source(name, request.source.strip(), request.licence.strip(), request.author.strip())
    sources = [source]
    if request.style_image is not None:
        file = Path(request.style_image).name
        sources.append(Source(file, "given with --style-image", "as its owner states", ""))
    return ImportedCard(
        format=IMPORTED_FORMAT,
        id=request.id,
        title=request.title.strip() or _title_of(request.id),
        kind="style",
        description=" ".join(text for text in sentences if text),
        network=NetworkFile(
            NETWORK, hashlib.sha256(network).hexdigest(), len(network), found.graph.opset
        ),
        image=_as_input(image.tensor),
        output=_as_output(output.tensor),
        style=VectorInput(
            "style" if signature.style is None else signature.style.name, len(styles)
        ),
        strength=ScalarInput(
            "strength" if signature.strength is None else signature.strength.name,
            0.0,
            1.0,
            0.0,
            f"{strength}.",
        ),
        styles=tuple(
            # Who painted what a style was made after is not known.
            StyleSlot(style, _title_of(style), "", "", f"preview_{style}.png")
            for style in styles
        ),
        size_multiple=fitting.size_multiple,
        halo_px=fitting.halo_px,
        border_px=fitting.border_px,
        local=fitting.local,
        training_scale_px=0,
        licence=request.licence.strip(),
        sources=tuple(sources),
        gates=NumberTree({"import": NumberTree(_gates(found))}),
        preview=PREVIEW,
        imported=Wiring(
            image_mean=image.mean,
            image_deviation=image.deviation,
            output_mean=output.mean,
            output_deviation=output.deviation,
            sizing=fitting.sizing,
            fixed_width_px=port.width,
            fixed_height_px=port.height,
            long_side_px=fitting.long_side_px,
            style_shape=None if signature.style is None else signature.style.shape,
            strength_shape=None if signature.strength is None else signature.strength.shape,
            style_picture=None
            if picture is None
            else StylePicture(picture.name, STYLE_PICTURE, painting_digest),
        ),
    )


def _gates(found: Found) -> dict[str, float]:
    """Return what was measured, by name."""
    return {
        "determinism_max_abs": found.unsteady,
        "broken_pictures": float(found.broken_pictures),
        "far_field": found.reach.far_field,
    }


def _as_input(tensor: object) -> ImageInput:
    return ImageInput(**dataclasses.asdict(tensor))  # type: ignore[call-overload]


def _as_output(tensor: object) -> ImageOutput:
    return ImageOutput(**dataclasses.asdict(tensor))  # type: ignore[call-overload]


def _title_of(name: str) -> str:
    """Return an id as a title: ``starry_night`` becomes ``Starry Night``."""
    return name.replace("_", " ").replace("-", " ").strip().title()
