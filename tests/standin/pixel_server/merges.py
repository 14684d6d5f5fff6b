"""Holds the operations on two pictures: B is input 0, A is input 1.

Formulas are those of Foundry's reference guide.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from mixing import Extra, NotModelled, Operation, blend, box_of, masked, metadata_of
from picture import Picture, channel_name, selected, union


def keymix(operation: Operation, pictures: list[Picture], extra: Extra) -> Picture:
    """Show A over B where the mask (input 2) is not black: A m + B (1 - m), m = mask x mix."""
    b, a, mask = pictures
    box = box_of(operation["bbox"], b, a)
    present = list(dict.fromkeys([*b.channels, *a.channels]))
    names = [name for name in selected(operation["channels"], present) if name in present]
    plane = np.clip(mask.over(box, channel_name(operation["mask_channel"])), 0.0, 1.0)
    weight = ((1.0 - plane) if operation["invert"] else plane) * np.float32(operation["mix"])
    channels = {name: b.over(box, name) for name in present if name in b.channels or name in names}
    for name in names:
        channels[name] = blend(b.over(box, name), a.over(box, name), weight)
    return Picture(channels, box, b.format, b.metadata)


def dissolve(operation: Operation, pictures: list[Picture], extra: Extra) -> Picture:
    """Fade from input 0 to input 1: exactly input 0 at 0, exactly input 1 at 1."""
    first, second = pictures
    which = min(max(float(operation["which"]), 0.0), 1.0)
    if which == 0.0:
        return first
    box = union(first.bbox, second.bbox)
    present = list(dict.fromkeys([*first.channels, *second.channels]))
    names = [name for name in selected(operation["channels"], present) if name in present]
    channels = {name: first.over(box, name) for name in first.channels}
    for name in names:
        channels[name] = blend(first.over(box, name), second.over(box, name), which)
    made = Picture(channels, box, first.format, first.metadata)
    return masked({**operation, "mix": 1.0}, extra, made, first, names)


_MERGES: dict[str, Callable[[Any, Any, Any, Any], Any]] = {
    "over": lambda A, B, a, b: A + B * (1 - a),
    "under": lambda A, B, a, b: A * (1 - b) + B,
    "copy": lambda A, B, a, b: A,
    "plus": lambda A, B, a, b: A + B,
    "minus": lambda A, B, a, b: A - B,
    "from": lambda A, B, a, b: B - A,
    "multiply": lambda A, B, a, b: np.where((A < 0) & (B < 0), A, A * B),
    "max": lambda A, B, a, b: np.maximum(A, B),
    "min": lambda A, B, a, b: np.minimum(A, B),
    "average": lambda A, B, a, b: (A + B) / 2,
    "difference": lambda A, B, a, b: np.abs(A - B),
    "divide": lambda A, B, a, b: np.divide(A, B, out=np.zeros_like(A), where=B != 0),
    "in": lambda A, B, a, b: A * b,
    "out": lambda A, B, a, b: A * (1 - b),
    "mask": lambda A, B, a, b: B * a,
    "stencil": lambda A, B, a, b: B * (1 - a),
    "atop": lambda A, B, a, b: A * b + B * (1 - a),
    "xor": lambda A, B, a, b: A * (1 - b) + B * (1 - a),
    "matte": lambda A, B, a, b: A * a + B * (1 - a),
    "screen": lambda A, B, a, b: np.where((A <= 1) | (B <= 1), A + B - A * B, np.maximum(A, B)),
}


def merge(operation: Operation, pictures: list[Picture], extra: Extra) -> Picture:
    """Combine A with B channel by channel; a and b are their alphas."""
    b, a = pictures
    formula = _MERGES.get(operation["operation"])
    if formula is None:
        raise NotModelled(f"Merge2 operation {operation['operation']!r}")
    box = box_of(operation["bbox"], b, a)
    present = list(dict.fromkeys([*b.channels, *a.channels]))
    wanted = f"{operation['channels']} {operation['also']}"
    names = [name for name in selected(wanted, present) if name in present]
    alpha_a, alpha_b = a.over(box, "rgba.alpha"), b.over(box, "rgba.alpha")
    channels = {name: b.over(box, name) for name in b.channels}
    for name in names:
        made = formula(a.over(box, name), b.over(box, name), alpha_a, alpha_b)
        channels[name] = np.asarray(made, np.float32)
    picture = Picture(channels, box, b.format, metadata_of(operation["metadata"], b, a))
    return masked(operation, extra, picture, b, names)


def copy(operation: Operation, pictures: list[Picture], extra: Extra) -> Picture:
    """Copy channels of A into B's picture."""
    b, a = pictures
    box = box_of(operation["bbox"], b, a)
    channels = {name: b.over(box, name) for name in b.channels}
    written: list[str] = []
    for name in selected(operation["channels"], list(a.channels)):
        channels[name] = a.over(box, name)
        written.append(name)
    for source, target in operation["pairs"]:
        channels[channel_name(target)] = a.over(box, channel_name(source))
        written.append(channel_name(target))
    made = Picture(channels, box, b.format, metadata_of(operation["metadata"], b, a))
    return masked(operation, extra, made, b, written)


_CHANNEL_MERGES: dict[str, Callable[[Any, Any], Any]] = {
    "union": lambda A, B: A + B - A * B,
    "plus": lambda A, B: A + B,
    "minus": lambda A, B: A - B,
    "from": lambda A, B: B - A,
    "multiply": lambda A, B: A * B,
    "max": np.maximum,
    "min": np.minimum,
    "in": lambda A, B: A * B,
    "out": lambda A, B: A * (1 - B),
    "stencil": lambda A, B: B * (1 - A),
    "absminus": lambda A, B: np.abs(A - B),
    "xor": lambda A, B: A * (1 - B) + B * (1 - A),
    "b if not a": lambda A, B: np.where(A != 0, A, B),
}


def channel_merge(operation: Operation, pictures: list[Picture], extra: Extra) -> Picture:
    """Combine one channel of A with one of B."""
    b, a = pictures
    formula = _CHANNEL_MERGES.get(operation["operation"])
    if formula is None:
        raise NotModelled(f"ChannelMerge operation {operation['operation']!r}")
    box = box_of(operation["bbox"], b, a)
    output = channel_name(operation["output"])
    channels = {name: b.over(box, name) for name in b.channels}
    made = formula(
        a.over(box, channel_name(operation["a"])), b.over(box, channel_name(operation["b"]))
    )
    channels[output] = np.asarray(made, np.float32)
    return masked(operation, extra, Picture(channels, box, b.format, b.metadata), b, [output])


def copy_bbox(operation: Operation, pictures: list[Picture], extra: Extra) -> Picture:
    """Give B the bounding box of A."""
    b, a = pictures
    return b.moved_to(a.bbox)


def copy_metadata(operation: Operation, pictures: list[Picture], extra: Extra) -> Picture:
    """Give the image (input 0) the metadata of input 1, or both pictures'."""
    image, meta = pictures
    merged = {
        "Image+Meta": {**meta.metadata, **image.metadata},
        "Meta+Image": {**image.metadata, **meta.metadata},
        "Meta only": meta.metadata,
        "Image only": image.metadata,
    }[operation["mode"]]
    return Picture(image.channels, image.bbox, image.format, merged)
