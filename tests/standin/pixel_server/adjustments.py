"""Holds the operations on one picture.

Formulas are those of Foundry's reference guide.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from mixing import Extra, NotModelled, Operation, components, masked
from picture import Format, Picture, channel_name, intersection, selected
from pixel_expression import ExpressionInvalid, evaluate


def _each(operation: Operation, pictures: list[Picture], extra: Extra, change: Any) -> Picture:
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
    return masked(operation, extra, made, picture, names)


def grade(operation: Operation, pictures: list[Picture], extra: Extra) -> Picture:
    """Apply gain and offset from black and white points, then clamps, then gamma."""

    def change(name: str, plane: np.ndarray) -> np.ndarray:
        value = {key: components(operation[key], name) for key in _GRADE_KNOBS}
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


def clamp(operation: Operation, pictures: list[Picture], extra: Extra) -> Picture:
    """Limit channels to minimum and maximum."""

    def change(name: str, plane: np.ndarray) -> np.ndarray:
        if operation["minimum"] is not None:
            plane = np.maximum(plane, components(operation["minimum"], name))
        if operation["maximum"] is not None:
            plane = np.minimum(plane, components(operation["maximum"], name))
        return plane

    return _each(operation, pictures, extra, change)


def invert(operation: Operation, pictures: list[Picture], extra: Extra) -> Picture:
    """Show 1 - value."""

    def change(name: str, plane: np.ndarray) -> np.ndarray:
        return np.clip(1 - plane, 0, 1) if operation["clamp"] else 1 - plane

    return _each(operation, pictures, extra, change)


def premult(operation: Operation, pictures: list[Picture], extra: Extra) -> Picture:
    """Multiply channels by alpha."""
    alpha = pictures[0].over(pictures[0].bbox, channel_name(operation["alpha"]))
    return _each(operation, pictures, extra, lambda name, plane: plane * alpha)


def unpremult(operation: Operation, pictures: list[Picture], extra: Extra) -> Picture:
    """Divide channels by alpha; unchanged where alpha is 0."""
    alpha = pictures[0].over(pictures[0].bbox, channel_name(operation["alpha"]))

    def change(name: str, plane: np.ndarray) -> np.ndarray:
        return np.divide(plane, alpha, out=plane.copy(), where=alpha != 0)

    return _each(operation, pictures, extra, change)


_SHORT_NAMES = {"r": "red", "g": "green", "b": "blue", "a": "alpha"}


def expression(operation: Operation, pictures: list[Picture], extra: Extra) -> Picture:
    """Work out a text for each of four sets of channels, with up to four variables before.

    A channel that the picture has not is black. What an empty text does is told differently by
    guide and users, so it is refused.
    """
    picture = pictures[0]
    names: dict[str, Any] = {"frame": operation["frame"], **_planes(picture)}
    names.update(operation["knobs"])
    written: list[str] = []
    channels = dict(picture.channels)
    try:
        for name, text in operation["variables"]:
            names[name] = evaluate(text, names)
        for targets, text in operation["expressions"]:
            if not text:
                raise NotModelled("an empty text in an Expression")
            plane = evaluate(text, names)
            for target in selected(targets, list(picture.channels)):
                shape = picture.over(picture.bbox, target).shape
                channels[target] = np.broadcast_to(plane, shape).astype(np.float32)
                written.append(target)
    except ExpressionInvalid as failure:
        raise NotModelled(str(failure)) from failure
    made = Picture(channels, picture.bbox, picture.format, picture.metadata)
    return masked(operation, extra, made, picture, written)


def _planes(picture: Picture) -> dict[str, Any]:
    """Return the planes that an expression may name: by full name, and r, g, b, a."""
    short = {
        letter: picture.over(picture.bbox, channel_name(name))
        for letter, name in _SHORT_NAMES.items()
    }
    return {**picture.channels, **short}


def blur(operation: Operation, pictures: list[Picture], extra: Extra) -> Picture:
    """Blur by a Gaussian; the picture is black outside its box.

    How wide a size is stands in no guide: here its half is the standard deviation. Nothing may
    depend on it.
    """
    if operation["filter"] != "gaussian":
        raise NotModelled(f"Blur filter {operation['filter']!r}")
    x, y = (_kernel(size / 2) for size in operation["size"])
    left, bottom, right, top = pictures[0].bbox
    box = (left - len(x) // 2, bottom - len(y) // 2, right + len(x) // 2, top + len(y) // 2)
    if operation["crop"]:
        box = intersection(box, pictures[0].format.box)
    grown = pictures[0].moved_to(box)

    def change(name: str, plane: np.ndarray) -> np.ndarray:
        rows = np.apply_along_axis(np.convolve, 1, plane.astype(np.float64), x, "same")
        return np.apply_along_axis(np.convolve, 0, rows, y, "same")

    return _each(operation, [grown], extra, change)


def _kernel(sigma: float) -> np.ndarray:
    reach = int(np.ceil(3 * sigma))
    if not reach:
        return np.ones(1)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    return weights / weights.sum()


def remove(operation: Operation, pictures: list[Picture], extra: Extra) -> Picture:
    """Drop or keep channels."""
    picture = pictures[0]
    named = selected(operation["channels"], list(picture.channels))
    channels = {
        name: plane
        for name, plane in picture.channels.items()
        if (name in named) == operation["keep"]
    }
    return Picture(channels, picture.bbox, picture.format, picture.metadata)


def crop(operation: Operation, pictures: list[Picture], extra: Extra) -> Picture:
    """Cut to a box; black outside."""
    picture = pictures[0]
    x, y, r, t = (round(value) for value in operation["box"])
    box = intersection(picture.bbox, (x, y, r, t)) if operation["intersect"] else (x, y, r, t)
    return picture.moved_to(box)


def reformat(operation: Operation, pictures: list[Picture], extra: Extra) -> Picture:
    """Fit the format into a width with square pixels; what lies outside of it is cut off.

    Each new pixel is the nearest one of the old picture: Nuke's filters are not modelled.
    """
    picture = pictures[0]
    old = picture.format
    width = operation["width"]
    height = max(1, round(width * old.height / (old.width * old.aspect)))
    columns = ((np.arange(width) + 0.5) * old.width / width).astype(int)
    rows = ((np.arange(height) + 0.5) * old.height / height).astype(int)
    channels = {
        name: picture.over(old.box, name)[rows][:, columns].astype(np.float32)
        for name in picture.channels
    }
    made = Format(width, height, 1.0)
    return Picture(channels, made.box, made, picture.metadata)
