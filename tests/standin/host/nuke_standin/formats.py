"""Holds image formats: size, pixel aspect and name."""

from __future__ import annotations

from typing import Optional

from nuke_standin.numbers import number_text


class Format:
    """An image format; x, y, r, t bound the image area inside width x height pixels."""

    def __init__(
        self, width: int, height: int, x: int, y: int, r: int, t: int, pixelAspect: float
    ) -> None:
        self._width, self._height = width, height
        self._x, self._y, self._r, self._t = x, y, r, t
        self._pixel_aspect = pixelAspect
        self._name: Optional[str] = None

    def width(self) -> int:
        return self._width

    def height(self) -> int:
        return self._height

    def pixelAspect(self) -> float:
        return self._pixel_aspect

    def name(self) -> Optional[str]:
        return self._name

    def setName(self, name: str) -> None:
        self._name = name

    def x(self) -> int:
        return self._x

    def y(self) -> int:
        return self._y

    def r(self) -> int:
        return self._r

    def t(self) -> int:
        return self._t

    def _script_text(self) -> str:
        numbers = [
            self._width,
            self._height,
            self._x,
            self._y,
            self._r,
            self._t,
            self._pixel_aspect,
        ]
        return " ".join([number_text(number) for number in numbers] + [self._name or ""]).strip()


def format_of_text(text: str) -> Format:
    """Read '960 540 0 0 960 540 1 name', '960 540 name' or the name of a known format."""
    words = text.split()
    numbers: list[float] = []
    while words:
        try:
            numbers.append(float(words[0]))
        except ValueError:
            break
        words.pop(0)
    if not numbers:
        return find_format(text)
    if len(numbers) not in (2, 3, 6, 7):
        raise RuntimeError(f"bad format: {text!r}")
    width, height = int(numbers[0]), int(numbers[1])
    aspect = numbers[-1] if len(numbers) in (3, 7) else 1.0
    box = [int(n) for n in numbers[2:6]] if len(numbers) >= 6 else [0, 0, width, height]
    made = Format(width, height, box[0], box[1], box[2], box[3], aspect)
    made._name = " ".join(words) or None
    return made


def find_format(name: str) -> Format:
    """Return the known format of this name; a text with numbers makes an unnamed one."""
    for known in FORMATS:
        if known.name() == name:
            return known
    if name[:1].isdigit() and " " in name:
        return format_of_text(name)
    raise RuntimeError(f"no format named {name!r}")


def addFormat(s: str) -> Format:
    """Add a format such as '960 540 1 shot'; return it."""
    made = format_of_text(s)
    if made.name() is None:
        raise RuntimeError(f"bad format: {s!r} has no name")
    FORMATS[:] = [known for known in FORMATS if known.name() != made.name()] + [made]
    return made


def formats() -> list[Format]:
    return list(FORMATS)


_SHIPPED = [
    "2048 1556 1 2K_Super_35(full-ap)",
    "1920 1080 1 HD_1080",
    "1280 720 1 HD_720",
    "256 256 1 square_256",
]
FORMATS: list[Format] = [format_of_text(text) for text in _SHIPPED]
