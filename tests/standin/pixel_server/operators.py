"""Holds the pixel arithmetic of the node classes, one function per operation.

Formulas are those of Foundry's reference guide; B is input 0, A is input 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from picture import Box, Format, Picture, black, channel_name, intersection, selected, union

Operation = dict[str, Any]


class NotModelled(Exception):
    """A setting this server does not compute."""


def _components(values: list[float], name: str) -> float:
    """Return the value of an RGBA knob for a channel; other layers go by their last part."""
    order = ["red", "green", "blue", "alpha"]
    part = name.split(".")[-1]
    return values[order.index(part)] if part in order else values[0]


def _masked(
    operation: Operation, inputs: dict[str, Picture], made: Picture, base: Picture, names: list[str]
) -> Picture:
    """Blend `made` over `base` by mask and mix, on the channels `names`."""
    mask, mix = operation.get("mask"), float(operation.get("mix", 1.0))
    if mask is None and mix == 1.0:
        return made
    weight: Any = mix
    if mask is not None:
        plane = np.clip(inputs["mask"].over(made.bbox, channel_name(mask["channel"])), 0.0, 1.0)
        weight = ((1.0 - plane) if mask["invert"] else plane) * np.float32(mix)
    channels = dict(made.channels)
    for name in names:
        before = base.over(made.bbox, name)
        channels[name] = _blend(before, channels[name], weight)
    return Picture(channels, made.bbox, made.format, made.metadata)


def _blend(before: np.ndarray, after: np.ndarray, weight: Any) -> np.ndarray:
    """Return before where weight is 0 and after where it is 1, exactly; a mix between."""
    weight = np.broadcast_to(np.asarray(weight, np.float32), before.shape)
    mixed = before * (1 - weight) + after * weight
    return np.where(weight == 0, before, np.where(weight == 1, after, mixed)).astype(np.float32)


def _box_of(choice: str, b: Picture, a: Picture) -> Box:
    if choice.startswith("B"):
        return b.bbox
    if choice.startswith("A"):
        return a.bbox
    return intersection(b.bbox, a.bbox) if choice == "intersection" else union(b.bbox, a.bbox)


def _metadata_of(choice: str, b: Picture, a: Picture) -> dict[str, Any]:
    return {"B": b.metadata, "A": a.metadata, "All": {**a.metadata, **b.metadata}}[choice]


# -- sources ------------------------------------------------------------------
def constant(operation: Operation, pictures: list[Picture], extra: dict[str, Picture]) -> Picture:
    """Fill the format with one colour."""
    format = Format(**operation["size"])
    names = selected(operation["channels"], [])
    names = names or selected("rgb", [])
    values = {name: _components(operation["color"], name) for name in names}
    planes = {
        name: np.full((format.height, format.width), value, np.float32)
        for name, value in values.items()
    }
    return Picture(planes, format.box, format)


def checkerboard(
    operation: Operation, pictures: list[Picture], extra: dict[str, Picture]
) -> Picture:
    """Draw boxes of alternating colours from the middle of the format outwards.

    Which box comes first is not documented; nothing may depend on it.
    """
    format = Format(**operation["size"])
    if operation["line"][0][0] or operation["line"][0][1]:
        raise NotModelled("CheckerBoard2 lines")
    y, x = np.mgrid[0 : format.height, 0 : format.width]
    y = format.height - 1 - y
    width, height = operation["box"]
    column = np.floor((x + 0.5 - format.width / 2) / width).astype(int) % 2
    row = np.floor((y + 0.5 - format.height / 2) / height).astype(int) % 2
    index = row * 2 + np.where(row == 0, column, 1 - column)
    colors = np.array(operation["colors"], np.float32)
    table = colors[[0, 1, 2, 3]]
    centre_width, centre_color = operation["center"]
    on_line = (np.abs(x + 0.5 - format.width / 2) < centre_width[0] / 2) | (
        np.abs(y + 0.5 - format.height / 2) < centre_width[1] / 2
    )
    planes = {}
    for i, name in enumerate(selected("rgba", [])):
        plane = table[index, i]
        planes[name] = np.where(on_line, np.float32(centre_color[i]), plane).astype(np.float32)
    return Picture(planes, format.box, format)


# -- two pictures ---------------------------------------------------------------
def keymix(operation: Operation, pictures: list[Picture], extra: dict[str, Picture]) -> Picture:
    """Show A over B where the mask (input 2) is not black: A m + B (1 - m), m = mask x mix."""
    b, a, mask = pictures
    box = _box_of(operation["bbox"], b, a)
    present = list(dict.fromkeys([*b.channels, *a.channels]))
    names = [name for name in selected(operation["channels"], present) if name in present]
    plane = np.clip(mask.over(box, channel_name(operation["mask_channel"])), 0.0, 1.0)
    weight = ((1.0 - plane) if operation["invert"] else plane) * np.float32(operation["mix"])
    channels = {name: b.over(box, name) for name in present if name in b.channels or name in names}
    for name in names:
        channels[name] = _blend(b.over(box, name), a.over(box, name), weight)
    return Picture(channels, box, b.format, b.metadata)


def dissolve(operation: Operation, pictures: list[Picture], extra: dict[str, Picture]) -> Picture:
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
        channels[name] = _blend(first.over(box, name), second.over(box, name), which)
    made = Picture(channels, box, first.format, first.metadata)
    return _masked({**operation, "mix": 1.0}, extra, made, first, names)


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


def merge(operation: Operation, pictures: list[Picture], extra: dict[str, Picture]) -> Picture:
    """Combine A with B channel by channel; a and b are their alphas."""
    b, a = pictures
    formula = _MERGES.get(operation["operation"])
    if formula is None:
        raise NotModelled(f"Merge2 operation {operation['operation']!r}")
    box = _box_of(operation["bbox"], b, a)
    present = list(dict.fromkeys([*b.channels, *a.channels]))
    names = [name for name in selected(f"rgba {operation['also']}", present) if name in present]
    alpha_a, alpha_b = a.over(box, "rgba.alpha"), b.over(box, "rgba.alpha")
    channels = {name: b.over(box, name) for name in b.channels}
    for name in names:
        made = formula(a.over(box, name), b.over(box, name), alpha_a, alpha_b)
        channels[name] = np.asarray(made, np.float32)
    picture = Picture(channels, box, b.format, _metadata_of(operation["metadata"], b, a))
    return _masked(operation, extra, picture, b, names)


def copy(operation: Operation, pictures: list[Picture], extra: dict[str, Picture]) -> Picture:
    """Copy channels of A into B's picture."""
    b, a = pictures
    box = _box_of(operation["bbox"], b, a)
    channels = {name: b.over(box, name) for name in b.channels}
    written: list[str] = []
    for name in selected(operation["channels"], list(a.channels)):
        channels[name] = a.over(box, name)
        written.append(name)
    for source, target in operation["pairs"]:
        channels[channel_name(target)] = a.over(box, channel_name(source))
        written.append(channel_name(target))
    made = Picture(channels, box, b.format, _metadata_of(operation["metadata"], b, a))
    return _masked(operation, extra, made, b, written)


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


def channel_merge(
    operation: Operation, pictures: list[Picture], extra: dict[str, Picture]
) -> Picture:
    """Combine one channel of A with one of B."""
    b, a = pictures
    formula = _CHANNEL_MERGES.get(operation["operation"])
    if formula is None:
        raise NotModelled(f"ChannelMerge operation {operation['operation']!r}")
    box = _box_of(operation["bbox"], b, a)
    output = channel_name(operation["output"])
    channels = {name: b.over(box, name) for name in b.channels}
    made = formula(
        a.over(box, channel_name(operation["a"])), b.over(box, channel_name(operation["b"]))
    )
    channels[output] = np.asarray(made, np.float32)
    return _masked(operation, extra, Picture(channels, box, b.format, b.metadata), b, [output])


def copy_bbox(operation: Operation, pictures: list[Picture], extra: dict[str, Picture]) -> Picture:
    """Give B the bounding box of A."""
    b, a = pictures
    return b.moved_to(a.bbox)


def copy_metadata(
    operation: Operation, pictures: list[Picture], extra: dict[str, Picture]
) -> Picture:
    """Give the image (input 0) the metadata of input 1, or both pictures'."""
    image, meta = pictures
    merged = {
        "Image+Meta": {**meta.metadata, **image.metadata},
        "Meta+Image": {**image.metadata, **meta.metadata},
        "Meta only": meta.metadata,
        "Image only": image.metadata,
    }[operation["mode"]]
    return Picture(image.channels, image.bbox, image.format, merged)


# -- one picture ------------------------------------------------------------------
def _each(
    operation: Operation, pictures: list[Picture], extra: dict[str, Picture], change: Any
) -> Picture:
    picture = pictures[0]
    names = [
        name
        for name in selected(operation["channels"], list(picture.channels))
        if name in picture.channels
    ]
    channels = dict(picture.channels)
    for name in names:
        channels[name] = np.asarray(change(name, channels[name]), np.float32)
    made = Picture(channels, picture.bbox, picture.format, picture.metadata)
    return _masked(operation, extra, made, picture, names)


def grade(operation: Operation, pictures: list[Picture], extra: dict[str, Picture]) -> Picture:
    """Apply gain and offset from black and white points, then clamps, then gamma."""

    def change(name: str, plane: np.ndarray) -> np.ndarray:
        value = {key: _components(operation[key], name) for key in _GRADE_KNOBS}
        slope = (
            value["multiply"]
            * (value["white"] - value["black"])
            / (value["whitepoint"] - value["blackpoint"])
        )
        offset = value["add"] + value["black"] - slope * value["blackpoint"]
        out = plane * np.float32(slope) + np.float32(offset)
        if operation["black_clamp"]:
            out = np.maximum(out, 0)
        if operation["white_clamp"]:
            out = np.minimum(out, 1)
        if value["gamma"] != 1.0:
            out = np.where(out > 0, np.power(np.maximum(out, 0), 1.0 / value["gamma"]), out)
        return out

    return _each(operation, pictures, extra, change)


_GRADE_KNOBS = ("blackpoint", "whitepoint", "black", "white", "multiply", "add", "gamma")


def clamp(operation: Operation, pictures: list[Picture], extra: dict[str, Picture]) -> Picture:
    """Limit channels to minimum and maximum."""

    def change(name: str, plane: np.ndarray) -> np.ndarray:
        if operation["minimum"] is not None:
            plane = np.maximum(plane, _components(operation["minimum"], name))
        if operation["maximum"] is not None:
            plane = np.minimum(plane, _components(operation["maximum"], name))
        return plane

    return _each(operation, pictures, extra, change)


def invert(operation: Operation, pictures: list[Picture], extra: dict[str, Picture]) -> Picture:
    """Show 1 - value."""

    def change(name: str, plane: np.ndarray) -> np.ndarray:
        return np.clip(1 - plane, 0, 1) if operation["clamp"] else 1 - plane

    return _each(operation, pictures, extra, change)


def premult(operation: Operation, pictures: list[Picture], extra: dict[str, Picture]) -> Picture:
    """Multiply channels by alpha."""
    alpha = pictures[0].over(pictures[0].bbox, channel_name(operation["alpha"]))
    return _each(operation, pictures, extra, lambda name, plane: plane * alpha)


def unpremult(operation: Operation, pictures: list[Picture], extra: dict[str, Picture]) -> Picture:
    """Divide channels by alpha; unchanged where alpha is 0."""
    alpha = pictures[0].over(pictures[0].bbox, channel_name(operation["alpha"]))

    def change(name: str, plane: np.ndarray) -> np.ndarray:
        return np.divide(plane, alpha, out=plane.copy(), where=alpha != 0)

    return _each(operation, pictures, extra, change)


def remove(operation: Operation, pictures: list[Picture], extra: dict[str, Picture]) -> Picture:
    """Drop or keep channels."""
    picture = pictures[0]
    named = selected(operation["channels"], list(picture.channels))
    channels = {
        name: plane
        for name, plane in picture.channels.items()
        if (name in named) == operation["keep"]
    }
    return Picture(channels, picture.bbox, picture.format, picture.metadata)


def crop(operation: Operation, pictures: list[Picture], extra: dict[str, Picture]) -> Picture:
    """Cut to a box; black outside."""
    picture = pictures[0]
    x, y, r, t = (round(value) for value in operation["box"])
    box = intersection(picture.bbox, (x, y, r, t)) if operation["intersect"] else (x, y, r, t)
    return picture.moved_to(box)


def nothing(operation: Operation, pictures: list[Picture], extra: dict[str, Picture]) -> Picture:
    """Show what an unconnected input shows."""
    return black(Format(**operation["format"]))


OPERATORS: dict[str, Callable[[Operation, list[Picture], dict[str, Picture]], Picture]] = {
    "black": nothing,
    "channel_merge": channel_merge,
    "checkerboard": checkerboard,
    "clamp": clamp,
    "constant": constant,
    "copy": copy,
    "copy_bbox": copy_bbox,
    "copy_metadata": copy_metadata,
    "crop": crop,
    "dissolve": dissolve,
    "grade": grade,
    "invert": invert,
    "keymix": keymix,
    "merge": merge,
    "premult": premult,
    "remove": remove,
    "unpremult": unpremult,
}
