"""Holds the reading of a network's inputs and outputs: which is the picture, which the style."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nuke_plugin.contract.errors import NetworkRefused, OptionInvalid
from nuke_plugin.worker.importing.evidence import Evidence
from nuke_plugin.worker.importing.request import ImportRequest

_FLOATS = ("tensor(float)", "tensor(float16)")
_STRENGTH_NAMES = ("strength", "alpha", "amount", "intensity")
_STYLE_NAMES = ("style", "weight")
_CONTENT_NAMES = ("content", "image", "input", "plate")
_MOST_STYLES = 1024


@dataclass(frozen=True)
class PicturePort:
    """An image that goes in or comes out."""

    name: str
    """Name of the tensor."""

    layout: str
    """``NCHW`` or ``NHWC``."""

    width: int
    """Its only width in pixels, 0 for any."""

    height: int
    """Its only height in pixels, 0 for any."""


@dataclass(frozen=True)
class VectorPort:
    """A vector or a number that goes in."""

    name: str
    """Name of the tensor."""

    shape: tuple[int, ...]
    """Its shape."""

    length: int
    """How many numbers it holds."""


@dataclass(frozen=True)
class Signature:
    """What goes into a network and what comes out."""

    image: PicturePort
    """Where the plate goes in."""

    output: str
    """Name of the output that is the painting."""

    style_picture: PicturePort | None
    """Where a painting goes in that the network looks at; None for none."""

    style: VectorPort | None
    """Where the style weights go in; None for none."""

    strength: VectorPort | None
    """Where the strength goes in; None for none."""

    output_layout: str = "NCHW"
    """Layout of the painting, as a run shows it."""


def read_signature(
    file: Path,
    inputs: Sequence[Any],
    outputs: Sequence[Any],
    request: ImportRequest,
    evidence: Evidence,
) -> Signature | None:
    """Return what ONNX Runtime's inputs and outputs are for; None when ``evidence`` has needs.

    Raises ``NetworkRefused`` for a network that takes or gives something else than pictures.
    """
    for tensor in inputs:
        if tensor.type not in _FLOATS:
            reason = f"its input {tensor.name!r} is {tensor.type}, and only floats can be given"
            raise NetworkRefused(file, reason)
    pictures = [tensor for tensor in inputs if _may_be_picture(tensor)]
    vectors = [tensor for tensor in inputs if tensor not in pictures]
    content, painting = _content_and_painting(file, pictures, request, evidence)
    output = _output(file, outputs, request, evidence)
    if content is None or output is None:
        return None
    image = _port(file, content, request, evidence)
    picture = None if painting is None else _port(file, painting, request, Evidence())
    style, strength = _vectors(file, vectors, request, evidence)
    if image is None or evidence.needs:
        return None
    if picture is not None and picture.layout != image.layout:
        reason = f"its two pictures have two layouts, {image.layout} and {picture.layout}"
        raise NetworkRefused(file, reason)
    size = f"{image.width}x{image.height}" if image.width else "any size"
    shape = _shape_text(content)
    evidence.found("layout", image.layout, f"the input {image.name!r} is {shape}")
    evidence.found("size", size, "its sides are " + ("numbers" if image.width else "left open"))
    evidence.found("painting", output, "the output that is a picture")
    return Signature(image, output, picture, style, strength)


def _may_be_picture(tensor: Any) -> bool:
    """Return whether a tensor has four axes, more than one of which can be long."""
    long = [side for side in tensor.shape if not isinstance(side, int) or side > 1]
    return len(tensor.shape) == 4 and len(long) > 1


def _content_and_painting(
    file: Path, pictures: list[Any], request: ImportRequest, evidence: Evidence
) -> tuple[Any, Any]:
    """Return the input for the plate and the one for a painting, each None when not known."""
    names = [tensor.name for tensor in pictures]
    wanted = request.content_input
    if wanted is not None and wanted not in names:
        raise OptionInvalid("--content-input", f"{wanted!r} is none of {', '.join(names)}")
    if not pictures:
        raise NetworkRefused(file, "none of its inputs is a picture of four axes")
    if len(pictures) > 2:
        raise NetworkRefused(file, f"it takes {len(pictures)} pictures ({', '.join(names)})")
    if len(pictures) == 1:
        if request.style_image is not None:
            reason = "the network has one image input only, so no painting can be given"
            raise OptionInvalid("--style-image", reason)
        return pictures[0], None
    content = [tensor for tensor in pictures if tensor.name == wanted]
    why = "--content-input says so"
    if wanted is None:
        content = [tensor for tensor in pictures if _is_named(tensor.name, _STYLE_NAMES)]
        why = "the other one's name speaks of style"
        if len(content) == 1:
            content = [tensor for tensor in pictures if tensor is not content[0]]
        else:
            content = [tensor for tensor in pictures if _is_named(tensor.name, _CONTENT_NAMES)]
            why = "its name says so, and the other's does not"
    if len(content) != 1:
        evidence.need(f"--content-input {' or '.join(names)} (which one takes the plate)")
        return None, None
    painting = pictures[1] if content[0] is pictures[0] else pictures[0]
    evidence.found("plate", content[0].name, why)
    if request.style_image is None:
        evidence.need(f"--style-image FILE (the painting for its input {painting.name!r})")
    else:
        evidence.found("style image", painting.name, f"it is given {request.style_image}")
    return content[0], painting


def _output(
    file: Path, outputs: Sequence[Any], request: ImportRequest, evidence: Evidence
) -> str | None:
    """Return the name of the output that is the painting."""
    names = [tensor.name for tensor in outputs]
    if request.output is not None:
        if request.output not in names:
            raise OptionInvalid("--output", f"{request.output!r} is none of {', '.join(names)}")
        return request.output
    pictures = [
        tensor.name
        for tensor in outputs
        if tensor.type in _FLOATS and (len(tensor.shape) == 4 or not tensor.shape)
    ]
    if not pictures:
        raise NetworkRefused(file, "none of its outputs is a picture of four axes, in floats")
    if len(pictures) > 1:
        evidence.need(f"--output {' or '.join(pictures)} (which one is the painting)")
        return None
    return str(pictures[0])


def _port(
    file: Path, tensor: Any, request: ImportRequest, evidence: Evidence
) -> PicturePort | None:
    """Return an image input with its layout and size, or None when the layout must be asked for."""
    shape = tensor.shape
    fits = {
        "NCHW": _may_be(shape[1], shape[2:4]),
        "NHWC": _may_be(shape[3], shape[1:3]),
    }
    says = {"NCHW": shape[1] == 3, "NHWC": shape[3] == 3}
    found = [name for name in fits if says[name]] or [name for name in fits if fits[name]]
    layout = request.layout
    if not found or (layout is not None and not fits[layout]):
        wanted = "3 channels" if layout is None else f"3 channels as {layout} has them"
        raise NetworkRefused(
            file, f"its input {tensor.name!r} is {_shape_text(tensor)}, which has no {wanted}"
        )
    if layout is None and len(found) > 1:
        evidence.need(f"--layout NCHW or NHWC (its input {tensor.name!r} is {_shape_text(tensor)})")
        return None
    layout = layout or found[0]
    if isinstance(shape[0], int) and shape[0] != 1:
        raise NetworkRefused(file, f"its input {tensor.name!r} takes {shape[0]} pictures at a time")
    height_first = (shape[2], shape[3]) if layout == "NCHW" else (shape[1], shape[2])
    sides = [side if isinstance(side, int) else 0 for side in reversed(height_first)]
    if bool(sides[0]) != bool(sides[1]):
        reason = f"its input {tensor.name!r} is {_shape_text(tensor)}: one side fixed, one free"
        raise NetworkRefused(file, reason)
    if max(sides) > 8192:
        raise NetworkRefused(file, f"it takes pictures of {sides[0]}x{sides[1]} only")
    return PicturePort(tensor.name, layout, sides[0], sides[1])


def _may_be(channels: object, sides: Sequence[object]) -> bool:
    """Return whether an axis may be the channels, and two others the sides of a picture."""
    is_three = channels == 3 or not isinstance(channels, int)
    return is_three and not any(isinstance(side, int) and side < 16 for side in sides)


def _vectors(
    file: Path, vectors: list[Any], request: ImportRequest, evidence: Evidence
) -> tuple[VectorPort | None, VectorPort | None]:
    """Return the inputs for style weights and for strength, each None when there is none."""
    style: VectorPort | None = None
    strength: VectorPort | None = None
    for tensor in vectors:
        open_sides = [side for side in tensor.shape if not isinstance(side, int)]
        named = len(request.styles)
        if len(open_sides) > 1 or len(tensor.shape) > 4:
            reason = f"its input {tensor.name!r} is {_shape_text(tensor)}: no picture and no vector"
            raise NetworkRefused(file, reason)
        if open_sides and not named:
            evidence.need(f"--styles a,b,c (one id for each number of its input {tensor.name!r})")
            continue
        shape = tuple(side if isinstance(side, int) else named for side in tensor.shape)
        port = VectorPort(tensor.name, shape, math.prod(shape))
        if port.length == 1 and strength is None and _is_named(tensor.name, _STRENGTH_NAMES):
            strength = port
            evidence.found("strength", tensor.name, "an input of one number with that name")
        elif style is None and _is_style(port, request, evidence):
            style = port
        elif not evidence.needs:
            reason = f"it is not known what to give its input {tensor.name!r} {list(shape)}"
            raise NetworkRefused(file, reason)
    if strength is None:
        why = "no input of that meaning"
        evidence.found("strength", "mixed by the worker, in linear light", why)
    named = len(request.styles)
    expected = 1 if style is None else style.length
    if named and named != expected:
        raise OptionInvalid("--styles", f"it names {named} and the network has {expected}")
    return style, strength


def _is_style(port: VectorPort, request: ImportRequest, evidence: Evidence) -> bool:
    """Return whether a vector holds the weights of the styles."""
    if port.length > _MOST_STYLES:
        return False
    if request.styles:
        evidence.found("styles", str(port.length), f"--styles names them for {port.name!r}")
        return True
    if port.length > 1 and _is_named(port.name, _STYLE_NAMES):
        why = f"the input {port.name!r} {list(port.shape)} by its name"
        evidence.found("styles", str(port.length), why)
        return True
    if port.length > 1:
        evidence.need(
            f"--styles a,b,c (if the {port.length} numbers of its input {port.name!r} are weights "
            "of styles; a code made by another network cannot be given)"
        )
    return False


def _is_named(name: str, words: Sequence[str]) -> bool:
    return any(word in name.casefold() for word in words)


def _shape_text(tensor: Any) -> str:
    return f"({', '.join('?' if side is None else str(side) for side in tensor.shape)})"
