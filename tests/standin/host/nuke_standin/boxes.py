"""Holds bounding boxes in pixels: origin bottom left, right and top exclusive."""

from __future__ import annotations


class Box:
    """nuke.Box: x, y, r, t."""

    def __init__(self, x: int, y: int, r: int, t: int) -> None:
        self._box = (int(x), int(y), int(r), int(t))

    def x(self) -> int:
        return self._box[0]

    def y(self) -> int:
        return self._box[1]

    def r(self) -> int:
        return self._box[2]

    def t(self) -> int:
        return self._box[3]

    def w(self) -> int:
        return self._box[2] - self._box[0]

    def h(self) -> int:
        return self._box[3] - self._box[1]
