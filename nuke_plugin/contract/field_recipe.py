"""Holds the recipe of an effect's fields: all that its network sees, said as numbers of a card.

The fields are closed-form in place, time and seed, so that any frame can be made on its own. They
are made by ``worker/effects/fields.py``, for the training as for a render. All lengths are pixels
of the network's own frame; x points right, y down, and fire rises towards row 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from nuke_plugin.contract.field_checks import check, check_range
from nuke_plugin.contract.strict_json import OPTIONAL

UP, ROUND = "up", "round"
FLOWS = (UP, ROUND)

MOST_FIELDS = 64
LARGEST_REACH_PX = 2048
LARGEST_SLOPE = 1.5
"""Most that wind tilts a flame: pixels to the side for one upwards."""

WARP_BOUND = 2.5
"""How far a warp carries at most, in its amplitudes: what goes further is held there."""

_MOST_SMEARS = 8
_MOST_WARPS = 8
_LARGEST_AMPLITUDE_PX = 128
_LARGEST_WARP_PX = 512
_SMALLEST_WAVELENGTH_PX, _LARGEST_WAVELENGTH_PX = 4, 4096
_LARGEST_SPEED_PX = 256
_LONGEST_EVOLUTION = 1_000_000
_LARGEST_STRETCH = 8


@dataclass(frozen=True)
class Octave:
    """Noise of one size, in independent channels that travel and change."""

    wavelength_px: float
    """Length of its waves from crest to crest, across; 4 to 4096."""

    velocities: tuple[tuple[float, float], ...]
    """How fast each channel travels, (x, y) in pixels a frame at speed 1; one or more."""

    evolution_frames: float
    """Frames at speed 1 after which the noise is another one, above 0."""

    stretch: float = 1.0
    """How much taller than wide its waves are, 0.125 to 8; 1 is round."""

    drift: float = 1.0
    """Share of the wind's way that the noise goes too, 0 to 1; water's waves do not."""

    def __post_init__(self) -> None:
        _check_waves(self)
        check(bool(self.velocities), "velocities", [], "one or more, one a channel")
        for index, velocity in enumerate(self.velocities):
            _check_velocity(f"velocities[{index}]", velocity)

    @property
    def channels(self) -> int:
        """How many independent channels it has."""
        return len(self.velocities)

    @classmethod
    def rising(
        cls,
        wavelength_px: float,
        rise_px: float,
        evolution_frames: float,
        channels: int = 1,
        stretch: float = 1.0,
    ) -> Octave:
        """Return noise that rises by ``rise_px`` a frame, as in fire and smoke."""
        velocities = ((0.0, -float(rise_px)),) * channels
        return cls(float(wavelength_px), velocities, float(evolution_frames), float(stretch))

    @classmethod
    def waves(
        cls,
        wavelength_px: float,
        directions_degrees: tuple[float, ...],
        gravity_px: float,
        evolution_frames: float,
    ) -> Octave:
        """Return noise that travels as waves of deep water do, one channel a direction.

        Directions are counted from the right, clockwise as y points down; ``gravity_px`` is in
        pixels a frame squared. Source: the dispersion of deep water, c = sqrt(g wavelength / 2 pi)
        (Lamb, Hydrodynamics, art. 229).
        """
        speed = math.sqrt(gravity_px * wavelength_px / (2 * math.pi))
        angles = [math.radians(degrees) for degrees in directions_degrees]
        velocities = tuple((speed * math.cos(at), speed * math.sin(at)) for at in angles)
        return cls(float(wavelength_px), velocities, float(evolution_frames), drift=0.0)


@dataclass(frozen=True)
class Warp:
    """A flow of eddies of one size, along which smears are carried: the curl of noise.

    Source: Bridson et al., Curl-Noise for Procedural Fluid Flow, 2007, eq. 1 and 2.
    """

    wavelength_px: float
    """Size of its eddies: the length of the noise's waves across; 4 to 4096."""

    amplitude_px: float
    """How far it carries to the side, root mean square, above 0, to 128; upwards it is
    ``stretch`` times as much. Nothing is carried further than ``WARP_BOUND`` times that."""

    velocity: tuple[float, float]
    """How fast the eddies travel, (x, y) in pixels a frame at speed 1."""

    evolution_frames: float
    """Frames at speed 1 after which the eddies are other ones, above 0."""

    stretch: float = 1.0
    """How much taller than wide eddies are, 0.125 to 8."""

    drift: float = 1.0
    """Share of the wind's way that the eddies go too, 0 to 1."""

    def __post_init__(self) -> None:
        _check_waves(self)
        carries = 0 < self.amplitude_px <= _LARGEST_AMPLITUDE_PX
        check(carries, "amplitude_px", self.amplitude_px, f"above 0, to {_LARGEST_AMPLITUDE_PX}")
        _check_velocity("velocity", self.velocity)

    @property
    def bounds_px(self) -> tuple[float, float]:
        """How far it carries at most, across and upwards or downwards."""
        most = WARP_BOUND * self.amplitude_px
        return most, most * self.stretch


def _check_waves(waves: Octave | Warp) -> None:
    """Refuse noise that no picture shows."""
    length = waves.wavelength_px
    inside = _SMALLEST_WAVELENGTH_PX <= length <= _LARGEST_WAVELENGTH_PX
    expected = f"{_SMALLEST_WAVELENGTH_PX} to {_LARGEST_WAVELENGTH_PX}"
    check(inside, "wavelength_px", length, expected)
    frames = waves.evolution_frames
    changes = 0 < frames <= _LONGEST_EVOLUTION
    check(changes, "evolution_frames", frames, f"above 0, to {_LONGEST_EVOLUTION}")
    shaped = 1 / _LARGEST_STRETCH <= waves.stretch <= _LARGEST_STRETCH
    check(shaped, "stretch", waves.stretch, f"0.125 to {_LARGEST_STRETCH}")
    check(0 <= waves.drift <= 1, "drift", waves.drift, "0 to 1")


def _check_velocity(key: str, velocity: tuple[float, float]) -> None:
    """Refuse noise that is gone before it is seen."""
    slow = max(map(abs, velocity)) <= _LARGEST_SPEED_PX
    check(slow, key, list(velocity), f"at most {_LARGEST_SPEED_PX} each way")


@dataclass(frozen=True)
class FieldRecipe:
    """What a network sees: the matte, the matte spread along the flow, noise, and the support."""

    flow: str
    """Where the matte is spread: ``up``, as fire and smoke go, or ``round``, as waves do."""

    smears_px: tuple[int, ...]
    """How far it is spread, one field each, rising; 1 to 8 of them, 1 to 2048."""

    spread: float
    """How wide it is at the end of its way up, as a share of the way, 0 to 1; 0 where it goes all
    round."""

    rise_px: float
    """Pixels a frame that the flow goes up: wind of as many tilts it by 45 degrees. Above 0."""

    below_px: int
    """How far the effect may reach beyond the matte against the flow, 0 to 256."""

    octaves: tuple[Octave, ...]
    """The noise, the longest waves first as a rule; one or more."""

    warps: tuple[Warp, ...] = field(default=(), metadata=OPTIONAL)
    """What the smears are carried along, 0 to 8. Each is itself carried by those before it, so the
    largest eddies come first as a rule."""

    root_px: int = field(default=0, metadata=OPTIONAL)
    """Within so many pixels of the matte warps fade out towards it: flames are rooted there, and
    torn higher up. 0 to 256; 0 for warps everywhere."""

    torn_noise: int = field(default=0, metadata=OPTIONAL)
    """How many channels of each octave, its first ones, are carried along the warps too."""

    def __post_init__(self) -> None:
        check(self.flow in FLOWS, "flow", self.flow, " or ".join(FLOWS))
        check_range("smears_px", len(self.smears_px), 1, _MOST_SMEARS)
        for reach in self.smears_px:
            check_range("smears_px", reach, 1, LARGEST_REACH_PX)
        rising = all(a < b for a, b in zip(self.smears_px, self.smears_px[1:]))
        check(rising, "smears_px", list(self.smears_px), "lengths that rise")
        check(0 <= self.spread <= 1, "spread", self.spread, "0 to 1")
        check(0 < self.rise_px <= _LARGEST_SPEED_PX, "rise_px", self.rise_px, "above 0, to 256")
        check_range("below_px", self.below_px, 0, 256)
        check(bool(self.octaves), "octaves", [], "one or more")
        check_range("warps", len(self.warps), 0, _MOST_WARPS)
        check(max(self.warp_px) <= _LARGEST_WARP_PX, "warps", max(self.warp_px), "512 px at most")
        check_range("root_px", self.root_px, 0, 256)
        most = max(octave.channels for octave in self.octaves) if self.warps else 0
        check_range("torn_noise", self.torn_noise, 0, most)
        check(self.count <= MOST_FIELDS, "octaves", self.count, f"{MOST_FIELDS} fields at most")

    @property
    def names(self) -> tuple[str, ...]:
        """The fields in the network's order: ``matte``, ``smear_24``, ``noise_96_0``, ``support``.

        Of two octaves of one wavelength the second goes on counting.
        """
        smears = [f"smear_{reach}" for reach in self.smears_px]
        counted: dict[str, int] = {}
        noise = []
        for octave in self.octaves:
            for _ in range(octave.channels):
                wave = f"noise_{octave.wavelength_px:g}"
                noise.append(f"{wave}_{counted.setdefault(wave, 0)}")
                counted[wave] += 1
        return ("matte", *smears, *noise, "support")

    @property
    def count(self) -> int:
        """How many fields there are, F."""
        noise = sum(octave.channels for octave in self.octaves)
        return 2 + len(self.smears_px) + noise

    @property
    def warp_px(self) -> tuple[int, int]:
        """How far anything is carried by all warps together at most, across and up or down."""
        bounds = [warp.bounds_px for warp in self.warps]
        across, along = (math.ceil(sum(way)) for way in zip((0.0, 0.0), *bounds))
        return across, along

    def slope(self, wind_px: float) -> float:
        """Return how far the flow goes to the right for a pixel up, in a wind of pixels a frame."""
        if self.flow == ROUND:
            return 0.0
        return max(-LARGEST_SLOPE, min(LARGEST_SLOPE, wind_px / self.rise_px))

    def margins_px(self, wind_px: float = 0.0) -> tuple[int, int, int, int]:
        """Return how far from a pixel the matte matters to it: left, top, right, bottom.

        The fields of a crop are those of the whole frame, bit for bit, once the matte is given so
        much beyond it.
        """
        reach, least = self.smears_px[-1], self.below_px
        across, along = self.warp_px
        # The support is wider by what warps carry, and they fade with the matte round it.
        root = self.root_px if self.warps else 0
        if self.flow == ROUND:
            aside, up = max(reach, least) + across, max(reach, least) + along
            return max(aside, root), max(up, root), max(aside, root), max(up, root)
        # Each of its steps is half the one before and widens by the root of it; all are rounded.
        aside = math.ceil(self.spread * reach / (math.sqrt(2) - 1)) + 16 + across
        reach += along
        lean = math.ceil(abs(self.slope(wind_px)) * reach)
        left, right = (lean, 0) if wind_px > 0 else (0, lean)
        least = max(least, root)
        aside = max(aside, least)
        return aside + left, max(least, along), aside + right, max(least, reach)
