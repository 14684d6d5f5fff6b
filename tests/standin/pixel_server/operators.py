"""Holds the table from operation names to the functions that compute them."""

from __future__ import annotations

from collections.abc import Callable

import adjustments
import merges
import sources
from mixing import Extra, Operation
from picture import Picture

OPERATORS: dict[str, Callable[[Operation, list[Picture], Extra], Picture]] = {
    "black": sources.nothing,
    "blur": adjustments.blur,
    "channel_merge": merges.channel_merge,
    "checkerboard": sources.checkerboard,
    "clamp": adjustments.clamp,
    "constant": sources.constant,
    "copy": merges.copy,
    "copy_bbox": merges.copy_bbox,
    "copy_metadata": merges.copy_metadata,
    "crop": adjustments.crop,
    "dissolve": merges.dissolve,
    "expression": adjustments.expression,
    "grade": adjustments.grade,
    "invert": adjustments.invert,
    "keymix": merges.keymix,
    "merge": merges.merge,
    "premult": adjustments.premult,
    "reformat": adjustments.reformat,
    "remove": adjustments.remove,
    "unpremult": adjustments.unpremult,
}
