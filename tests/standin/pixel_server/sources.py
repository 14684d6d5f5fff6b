"""Holds the operations that make a picture from nothing."""

from __future__ import annotations

import numpy as np
from mixing import Extra, NotModelled, Operation, components
from picture import Format, Picture, black, selected


def nothing(operation: Operation, pictures: list[Picture], extra: Extra) -> Picture:
    """Show what an unconnected input shows."""
    return black(Format(**operation["format"]))


def constant(operation: Operation, pictures: list[Picture], extra: Extra) -> Picture:
    """Fill the format with one colour."""
    format = Format(**operation["size"])
    names = selected(operation["channels"], [])
    names = names or selected("rgb", [])
    values = {name: components(operation["color"], name) for name in names}
    planes = {
        name: np.full((format.height, format.width), value, np.float32)
        for name, value in values.items()
    }
    return Picture(planes, format.box, format)


def checkerboard(operation: Operation, pictures: list[Picture], extra: Extra) -> Picture:
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
