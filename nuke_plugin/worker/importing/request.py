"""Holds what is asked of an import, and what it answers; both cross to the process that tries."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nuke_plugin.contract.errors import FieldInvalid, OptionInvalid
from nuke_plugin.contract.field_checks import check_id
from nuke_plugin.contract.wiring import SIZINGS, Triple

LAYOUTS = ("NCHW", "NHWC")
CHANNELS = ("RGB", "BGR")


@dataclass(frozen=True)
class ImportRequest:
    """A network and what a person knows of it; None or empty where it is to be found out."""

    file: str
    """The ONNX file."""

    folder: str
    """Folder that is filled: beside its final place, under a name that is no model's."""

    id: str
    """Id of the model."""

    is_dry_run: bool
    """Whether only to look and tell, writing nothing."""

    title: str = ""
    """Name shown to the user; by default made of the id."""

    description: str = ""
    """What it is good for."""

    licence: str = ""
    """Licence of the network; must be given."""

    source: str = ""
    """Where it came from: an address, a package and version; must be given."""

    author: str = ""
    """Who made it."""

    styles: tuple[str, ...] = ()
    """Ids of the styles, in the order of the weights."""

    layout: str | None = None
    """``NCHW`` or ``NHWC``."""

    channels: str | None = None
    """``RGB`` or ``BGR``."""

    input_range: str | None = None
    """Name of what the input's numbers mean, one of ``number_kinds.KINDS``."""

    output_range: str | None = None
    """The same of the output."""

    mean: Triple | None = None
    """Taken off the input, in its range's units, in the order of its channels."""

    deviation: Triple | None = None
    """Divided by after that."""

    sizing: str | None = None
    """``whole``, ``tiles`` or ``resized``."""

    long_side_px: int = 0
    """Long side to resize frames to, for a network of free size."""

    content_input: str | None = None
    """Name of the input that takes the plate."""

    output: str | None = None
    """Name of the output that is the painting."""

    style_image: str | None = None
    """File with the painting that a network of two image inputs looks at."""

    def check(self) -> None:
        """Raise ``OptionInvalid`` for a value that cannot be meant."""
        _check_id("--id", self.id)
        for name in self.styles:
            _check_id("--styles", name)
        twice = sorted({name for name in self.styles if self.styles.count(name) > 1})
        if twice:
            raise OptionInvalid("--styles", f"{twice[0]!r} is given twice")
        for option, value, choices in (
            ("--layout", self.layout, LAYOUTS),
            ("--channels", self.channels, CHANNELS),
            ("--sizing", self.sizing, SIZINGS),
        ):
            if value is not None and value not in choices:
                raise OptionInvalid(option, f"{value!r} is none of {', '.join(choices)}")
        if self.deviation is not None and min(self.deviation) <= 0:
            raise OptionInvalid("--std", "every number must be above 0")
        if not 0 <= self.long_side_px <= 16384:
            raise OptionInvalid("--long-side", f"{self.long_side_px} is not 1 to 16384")


@dataclass(frozen=True)
class Finding:
    """One thing that was found of a network."""

    what: str
    """What it is about, in a word or two."""

    value: str
    """What was found."""

    why: str
    """What says so: the evidence, with its figures."""


@dataclass(frozen=True)
class ImportReport:
    """What came of an import."""

    id: str
    """Id of the model."""

    folder: str | None
    """The model folder; None after a dry run."""

    findings: tuple[Finding, ...]
    """All that was found, in the order it was."""

    needs: tuple[str, ...]
    """What must still be given, after a dry run."""

    styles: tuple[str, ...]
    """Ids of the styles."""

    warnings: tuple[str, ...]
    """What the user should know before painting with it."""


def parse_triple(option: str, text: str) -> Triple:
    """Return three numbers of a text such as ``0.485,0.456,0.406``; else ``OptionInvalid``."""
    try:
        numbers = tuple(float(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if len(numbers) != 3 or not all(map(math.isfinite, numbers)):
        raise OptionInvalid(option, f"{text!r} is not three numbers such as 0.485,0.456,0.406")
    return numbers[0], numbers[1], numbers[2]


def _check_id(option: str, text: str) -> None:
    try:
        check_id(option, text)
    except FieldInvalid as error:
        raise OptionInvalid(option, error.reason) from error
