"""Holds the way between a plate's colour space and linear light with Rec.709 primaries.

OpenColorIO with ``$OCIO`` where it is set, else one pinned built-in config: ``latest`` would let
names and pixels move under a running show. Configs name the same space differently, so a space is
found by name, alias, role, or one of the names it is known by elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import PyOpenColorIO as ocio

from nuke_plugin.contract.errors import ColourConfigInvalid, ColourSpaceUnknown
from nuke_plugin.worker.planes import Planes

BUILT_IN_CONFIG = "ocio://cg-config-v2.1.0_aces-v1.3_ocio-v2.3"

# OpenColorIO's classes: a missing file, of the config or of a LUT, is not one of its Exception.
_OCIO_ERRORS = (ocio.Exception, ocio.ExceptionMissingFile)

_EXCHANGE_ROLES = ("aces_interchange", "cie_xyz_d65_interchange")
"""Roles by which spaces of two configs can be compared."""

_BUILT_IN_LINEAR = "Linear Rec.709 (sRGB)"
_LINEAR_REC709 = (
    _BUILT_IN_LINEAR,
    "lin_rec709_scene",
    "lin_rec709",
    "lin_srgb",
    "scene-linear Rec.709-sRGB",
    "Utility - Linear - sRGB",
    "Utility - Linear - Rec.709",
    "Linear Rec.709",
    "Linear sRGB",
)
_VAGUE_LINEAR = "linear"
"""A name that is linear Rec.709 in Nuke's old config and whatever it likes in a studio's."""

_SRGB_TEXTURE = (
    "sRGB - Texture",
    "srgb_tx",
    "srgb_texture",
    "srgb_rec709_scene",
    "sRGB Encoded Rec.709 (sRGB)",
    "Utility - sRGB - Texture",
    "Input - Generic - sRGB - Texture",
    "sRGB",
)
_ACESCG = ("ACEScg", "ACES - ACEScg", "lin_ap1_scene", "lin_ap1")
_SAME_SPACE = (_LINEAR_REC709, _SRGB_TEXTURE, _ACESCG)


@dataclass(frozen=True)
class ColourTransform:
    """One conversion between two colour spaces."""

    processor: Any
    """OpenColorIO's CPU processor; it may be used by several threads at once."""

    @property
    def is_identity(self) -> bool:
        """Whether applying it changes nothing."""
        return bool(self.processor.isNoOp())

    def apply(self, planes: Planes) -> None:
        """Convert contiguous float32 planes, (3, H, W), in place."""
        if not self.is_identity:
            height, width = planes.shape[1:]
            self.processor.apply(ocio.PlanarImageDesc(*planes, width, height))


@dataclass(frozen=True)
class PlateColour:
    """What one kind of plate needs on its way to a network and back."""

    space: str
    """The plate's colour space, as the config calls it."""

    result_space: str
    """The result's: the plate's own, or linear Rec.709 for plates of whole numbers."""

    to_linear: ColourTransform
    """From the plate's space to linear Rec.709."""

    from_linear: ColourTransform
    """From linear Rec.709 to the result's space."""

    is_linear: bool = False
    """Whether the config says that the plate's space is scene-linear."""


@dataclass(frozen=True)
class ColourConfig:
    """An OpenColorIO config and the names that a plate's colour space may go by in it."""

    name: str
    """Path or address of the config."""

    config: Any
    """OpenColorIO's config."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> ColourConfig:
        """Return the config of ``$OCIO`` in ``environ``, or the built-in one.

        Raises ``ColourConfigInvalid`` when the config that is named cannot be read.
        """
        name = environ.get("OCIO", "").strip() or BUILT_IN_CONFIG
        try:
            return cls(name, ocio.Config.CreateFromFile(name))
        except _OCIO_ERRORS as error:
            raise ColourConfigInvalid(name, str(error)) from error

    def plate_colour(self, name: str | None, is_integer: bool) -> PlateColour:
        """Return the conversions for plates in the space called ``name``.

        None means the default: sRGB texture for whole numbers (PNG, JPEG), else linear Rec.709.
        Results are EXR, which everyone reads as scene-linear: what came in as encoded whole
        numbers goes out as linear light. Raises ``ColourSpaceUnknown`` or ``ColourConfigInvalid``.
        """
        if name is not None:
            space = self.resolve(name)
        else:
            space = self.texture_name() if is_integer else self.linear_name()
        result_space = self.linear_name() if is_integer else space
        to_linear, from_linear = self.to_linear(space), self.from_linear(result_space)
        return PlateColour(space, result_space, to_linear, from_linear, self._is_linear(space))

    def linear_name(self) -> str:
        """Return this config's name of linear Rec.709, the default of scene-referred plates."""
        return (
            self._find_one_of(_LINEAR_REC709)
            or self._identify_linear()
            or self._vague_linear()
            or _BUILT_IN_LINEAR
        )

    def texture_name(self) -> str:
        """Return this config's name of sRGB-encoded Rec.709, the default of PNG and JPEG."""
        found = self._find_one_of(_SRGB_TEXTURE) or self._find("texture_paint")
        if found is None:
            raise ColourSpaceUnknown(_SRGB_TEXTURE[0], self.names(), self.name)
        return found

    def resolve(self, name: str) -> str:
        """Return the config's own name of the colour space called ``name``.

        A role, an alias, and a name that another config gives the same space are understood.
        Raises ``ColourSpaceUnknown`` with the nearest names.
        """
        found = self._find(name)
        for group in _SAME_SPACE:
            also = (*group, _VAGUE_LINEAR) if group is _LINEAR_REC709 else group
            if found is None and name.casefold() in (other.casefold() for other in also):
                found = self._find_one_of(group)
                if found is None and group is _LINEAR_REC709:
                    found = self.linear_name()
        if found is None:
            raise ColourSpaceUnknown(name, self.names(), self.name)
        return found

    def names(self) -> list[str]:
        """Return the names of the config's colour spaces."""
        return [str(name) for name in self.config.getColorSpaceNames()]

    def to_linear(self, space: str) -> ColourTransform:
        """Return the conversion from a space of this config to linear Rec.709."""
        return self._transform(space, to_linear=True)

    def from_linear(self, space: str) -> ColourTransform:
        """Return the conversion from linear Rec.709 to a space of this config."""
        return self._transform(space, to_linear=False)

    def _transform(self, space: str, to_linear: bool) -> ColourTransform:
        linear = self.linear_name()
        try:
            if self._find(linear) is not None:
                ends = (space, linear) if to_linear else (linear, space)
                processor = self.config.getProcessor(*ends)
            elif space == linear:
                processor = self.config.getProcessor(ocio.MatrixTransform())
            else:  # the config has no such space: join it to the built-in one, by what they share
                built_in = ocio.Config.CreateFromFile(BUILT_IN_CONFIG)
                mine, theirs = (self.config, space), (built_in, linear)
                join = ocio.Config.GetProcessorFromConfigs
                processor = join(*mine, *theirs) if to_linear else join(*theirs, *mine)
            # The default would approximate powers and logarithms, visibly so in a round trip.
            lossless = processor.getOptimizedCPUProcessor(ocio.OPTIMIZATION_LOSSLESS)
        except _OCIO_ERRORS as error:
            raise ColourConfigInvalid(self.name, str(error)) from error
        return ColourTransform(lossless)

    def _is_linear(self, space: str) -> bool:
        """Return whether a space is scene-linear; one that the config lacks is the built-in's."""
        if self._find(space) is None:
            return True
        return bool(self.config.isColorSpaceLinear(space, ocio.REFERENCE_SPACE_SCENE))

    def _find(self, name: str) -> str | None:
        space = self.config.getColorSpace(name)
        return None if space is None else str(space.getName())

    def _find_one_of(self, names: tuple[str, ...]) -> str | None:
        return next((found for found in map(self._find, names) if found is not None), None)

    def _vague_linear(self) -> str | None:
        """Return the space called "linear" of a config that does not say what its spaces are.

        A config with roles for exchange was asked, and has said that it is not Rec.709.
        """
        is_known = all(self._find(role) is not None for role in _EXCHANGE_ROLES)
        return None if is_known else self._find(_VAGUE_LINEAR)

    def _identify_linear(self) -> str | None:
        """Return the space that behaves as linear Rec.709 whatever its name, if there is one."""
        built_in = ocio.Config.CreateFromFile(BUILT_IN_CONFIG)
        try:
            identify = ocio.Config.IdentifyBuiltinColorSpace
            return str(identify(self.config, built_in, _BUILT_IN_LINEAR))
        except _OCIO_ERRORS:
            return None
