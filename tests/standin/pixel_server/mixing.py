"""Holds what the operations share: masks and mixes, which box and metadata a merge keeps."""

from __future__ import annotations

from typing import Any

import numpy as np
from picture import Box, Picture, channel_name, intersection, union

Operation = dict[str, Any]
Extra = dict[str, Picture]
"""Further pictures of an operation: its mask."""


class NotModelled(Exception):
    """A setting this server does not compute."""


def components(values: list[float], name: str) -> float:
    """Return the value of an RGBA knob for a channel; other layers go by their last part."""
    order = ["red", "green", "blue", "alpha"]
    part = name.split(".")[-1]
    return values[order.index(part)] if part in order else values[0]


def masked(
    operation: Operation, inputs: dict[str, Picture], made: Picture, base: Picture, names: list[str]
) -> Picture:
    """Blend `made` over `base` by mask and mix, on the channels `names`."""
    mask, mix = operation.get("mask"), float(operation.get("mix", 1.0))
    if mask is None and mix == 1.0:
        return made
    weight: Any = mix
    if mask is not None:
        plane = np.clip(inputs["mask"].over(made.bbox, channel_name(mask["channel"])), 0.0, 1.0)
        plane = (1.0 - plane) if mask["invert"] else plane
        # The fringe of a mask, by users who rebuilt it: 1 halfway, 0 inside and outside.
        plane = 4 * plane * (1 - plane) if mask["fringe"] else plane
        weight = plane * np.float32(mix)
    channels = dict(made.channels)
    for name in names:
        before = base.over(made.bbox, name)
        channels[name] = blend(before, channels[name], weight)
    return Picture(channels, made.bbox, made.format, made.metadata)


def blend(before: np.ndarray, after: np.ndarray, weight: Any) -> np.ndarray:
    """Return before where weight is 0 and after where it is 1, exactly; a mix between."""
    weight = np.broadcast_to(np.asarray(weight, np.float32), before.shape)
    mixed = before * (1 - weight) + after * weight
    return np.where(weight == 0, before, np.where(weight == 1, after, mixed)).astype(np.float32)


def box_of(choice: str, b: Picture, a: Picture) -> Box:
    """Return the box a merge's bbox menu asks for."""
    if choice.startswith("B"):
        return b.bbox
    if choice.startswith("A"):
        return a.bbox
    return intersection(b.bbox, a.bbox) if choice == "intersection" else union(b.bbox, a.bbox)


def metadata_of(choice: str, b: Picture, a: Picture) -> dict[str, Any]:
    """Return the metadata a merge's metainput menu asks for."""
    return {"B": b.metadata, "A": a.metadata, "All": {**a.metadata, **b.metadata}}[choice]
