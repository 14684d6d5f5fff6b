"""Holds the files that an effect's channels lie in, and the result that is written of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO as oiio

from nuke_plugin.contract.effect_card import FIRE, SMOKE, WATER
from nuke_plugin.contract.effect_shading import PIXEL_SCALE_ATTRIBUTE, UNIT_FRAME_PX
from nuke_plugin.contract.errors import EffectChannelsMissing
from nuke_plugin.worker.effects.shading.scattering import Plane
from nuke_plugin.worker.effects.shading.shade import CHANNELS, MATTE, Shaded, broken_pixels
from nuke_plugin.worker.effects.shading.water import NORMAL
from nuke_plugin.worker.exr_output import ResultPart, write_exr
from nuke_plugin.worker.image_file import PlatePart, read_parts, unit_values

_LOOKED_FOR = (WATER, FIRE, SMOKE)
"""Fire before smoke: a fire has all that smoke is made of."""

_MATTES = (MATTE, "support", "a", "alpha")
_PICTURE = frozenset(
    layer + name
    for layer in ("", "rgba.", "rgb.")
    for name in ("r", "g", "b", "a", "red", "green", "blue", "alpha")
)
_OWN = "impasto/"
_FIRST = "r red g green b blue y real imag a alpha ar ra ag ga ab ba z depth zback".split()
_HALF_MAX = np.float32(np.finfo(np.float16).max)


@dataclass(frozen=True)
class ChannelFile:
    """One frame of an effect's channels in memory."""

    parts: tuple[PlatePart, ...]
    """All parts of the file."""

    index: int
    """Which of them has the channels."""

    planes: Mapping[str, Plane]
    """By the names that shading knows, float32 (H, W); water's ``matte`` among them."""

    layer: str
    """What stands before the channels' names in the file: ``fire.``, or nothing."""

    has_matte: bool
    """Whether water's matte was in the file; else it is 1 everywhere."""

    broken_pixels: int
    """How many pixels hold a NaN or an infinity in one of the planes."""

    @classmethod
    def read(cls, path: Path, effect: str) -> ChannelFile:
        """Return the channels of an effect in a file.

        They may lie in any layer, that of the effect's own name first. Raises
        ``EffectChannelsMissing``, ``PlateUnreadable`` or ``OutOfMemory``.
        """
        parts = read_parts(path)
        for index, part in enumerate(parts):
            found = _found(part.spec.channelnames, effect)
            if found is None:
                continue
            planes = {
                name: unit_values(part.channels[at]).astype(np.float32)
                for name, at in found.items()
            }
            has_matte = MATTE in planes
            if effect == WATER and not has_matte:
                planes[MATTE] = np.ones_like(planes[CHANNELS[WATER][0]])
            first = part.spec.channelnames[found[CHANNELS[effect][0]]]
            layer = first[: first.rfind(".") + 1]
            return cls(parts, index, planes, layer, has_matte, broken_pixels(planes))
        names = [name for part in parts for name in part.spec.channelnames]
        raise EffectChannelsMissing(path, {effect: CHANNELS[effect]}, names)

    @property
    def part(self) -> PlatePart:
        """The part that has the channels."""
        return self.parts[self.index]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the data window, in pixels."""
        return int(self.part.spec.width), int(self.part.spec.height)

    @property
    def pixel_scale(self) -> float:
        """How many pixels of this frame are one of the network's: as its header says, or its size.

        Without a word in the header an effect is taken to be as large beside the frame as it was
        trained.
        """
        spec = self.part.spec
        said = float(spec.get_float_attribute(PIXEL_SCALE_ATTRIBUTE, 0.0))
        if said > 0:
            return said
        shorter = min(spec.full_width or spec.width, spec.full_height or spec.height)
        return float(shorter) / UNIT_FRAME_PX

    def write(self, path: Path, shaded: Shaded, attributes: Mapping[str, str | float]) -> None:
        """Write an EXR with all that this file has, its picture and derived layers new ones.

        The picture is R, G, B and A of half floats, at most 65504, in the channels' part, and no
        other part keeps one. What the header says of the effect's making stays. Raises ``DiskFull``
        or ``ResultFolderUnwritable``.
        """
        made: dict[str, Any] = dict(zip("RGBA", shaded.rgba, strict=True))
        for name, plane in shaded.layers.items():
            made[name if name in NORMAL else self.layer + name] = plane
        made = {name: _half(plane) for name, plane in made.items()}
        replaced = _PICTURE | {name.lower() for name in made}
        parts = []
        for index, part in enumerate(self.parts):
            names = part.spec.channelnames
            kept = {
                name: channel
                for name, channel in zip(names, part.channels, strict=True)
                if name.lower() not in replaced
            }
            own = index == self.index
            channels = {**made, **kept} if own else kept
            if channels:
                extra = {**_said(part.spec), **attributes} if own else _said(part.spec)
                channels = dict(sorted(channels.items(), key=_openimageio_order))
                spec = _spec_of(part.spec, list(channels))
                parts.append(ResultPart(spec, tuple(channels.values()), extra))
        write_exr(path, parts)


def effect_in(paths: Iterable[Path]) -> str | None:
    """Return which effect's channels lie in files, by the first that can be opened; None for none.

    Raises ``EffectChannelsMissing`` where the first has none of them.
    """
    for path in paths:
        names = list(_channel_names(path))
        if not names:
            continue
        for effect in _LOOKED_FOR:
            if any(_found(part, effect) is not None for part in names):
                return effect
        found = [name for part in names for name in part]
        raise EffectChannelsMissing(path, CHANNELS, found)
    return None


def _channel_names(path: Path) -> Iterator[tuple[str, ...]]:
    """Yield the channels' names of each part of a file; nothing for no picture."""
    file = oiio.ImageInput.open(str(path))
    if file is None:
        oiio.geterror()  # clears it for the next caller
        return
    try:
        part = 0
        while file.seek_subimage(part, 0):
            yield tuple(file.spec().channelnames)
            part += 1
        file.geterror()
    finally:
        file.close()


def _found(names: Iterable[str], effect: str) -> dict[str, int] | None:
    """Return where the channels of an effect stand among names; None unless all are there."""
    listed = [name.lower() for name in names]
    found = {name: _place(listed, name, effect) for name in CHANNELS[effect]}
    if effect == WATER:
        found[MATTE] = next(
            (at for at in (_place(listed, name, effect) for name in _MATTES) if at is not None),
            None,
        )
        if found[MATTE] is None:
            del found[MATTE]
    places = {name: at for name, at in found.items() if at is not None}
    return places if len(places) == len(found) else None


def _place(listed: list[str], name: str, effect: str) -> int | None:
    """Return where a channel stands: of the effect's layer, of none, or of any."""
    for candidate in (f"{effect}.{name}", name):
        if candidate in listed:
            return listed.index(candidate)
    ending = f".{name}"
    return next((at for at, other in enumerate(listed) if other.endswith(ending)), None)


def _openimageio_order(channel: tuple[str, Any]) -> tuple[str, int, str]:
    """Return what OpenImageIO sorts the channels of an EXR by.

    Ids among colours go through a file that it reads back (``exr_output``), by number.
    """
    layer, _, suffix = channel[0].rpartition(".")
    first = _FIRST.index(suffix.lower()) if suffix.lower() in _FIRST else len(_FIRST)
    return layer, first, suffix


def _half(plane: Plane) -> Any:
    return np.clip(plane, -_HALF_MAX, _HALF_MAX).astype(np.float16)


def _said(spec: Any) -> dict[str, str | float]:
    """Return what a header says of its own making; writing would leave it out."""
    return {
        attribute.name: attribute.value
        for attribute in spec.extra_attribs
        if attribute.name.startswith(_OWN)
    }


def _spec_of(spec: Any, names: list[str]) -> Any:
    """Return a part's description with other channels."""
    made = oiio.ImageSpec(spec)
    made.nchannels = len(names)
    made.channelnames = tuple(names)
    made.alpha_channel = names.index("A") if "A" in names else -1
    made.z_channel = names.index("Z") if "Z" in names else -1
    return made
