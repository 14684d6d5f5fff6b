"""Holds the painting of one frame in memory: plate pixels in, painted pixels out, nothing on disk.

The three steps are apart because they run on three threads of a render: ``see`` when a plate was
read, ``paint`` (the network), ``finish`` before a result is written. ``paint_frame`` does all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.errors import OutOfMemory
from nuke_plugin.contract.light_settings import CLIP, DEFAULT_LIGHT, LightSettings
from nuke_plugin.contract.stroke_settings import DEFAULT_STROKES, StrokeSettings
from nuke_plugin.contract.wiring import RESIZED
from nuke_plugin.worker.asked_tiles import way_to_less_memory
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.colour import PlateColour
from nuke_plugin.worker.coverage import Coverage, uncover
from nuke_plugin.worker.light import POLICIES, CarriedLight
from nuke_plugin.worker.memory import memory_for, opencv_memory
from nuke_plugin.worker.network import Network
from nuke_plugin.worker.network_run import ProcessorTookOver, in_turn
from nuke_plugin.worker.planes import Planes
from nuke_plugin.worker.plate_colour import keep_plate_colour
from nuke_plugin.worker.resizing import resized
from nuke_plugin.worker.strokes import as_seen, enlarged, network_scale
from nuke_plugin.worker.tiles import WINDOW_LIMIT_PX, FrameGeometry, Window

HALF_MAX = 65504.0
"""Largest number of a half float; results are held to it."""

_BAND_PX = 32768
"""Pixels worked on at a time outside the network: what they need stays in a core's own cache."""


_STAND_IN = 1.0
"""What the network sees of positive infinity: white, for a brighter one would light up its
neighbours. Of NaN and negative infinity it sees black."""


@dataclass(frozen=True)
class SeenFrame:
    """A plate as the network sees it, and what goes round the network."""

    image: NDArray[np.float32]
    """Display-encoded RGB in [0, 1], padded: (1, 3, padded H, padded W)."""

    geometry: FrameGeometry
    """Where the frame lies in ``image``."""

    carried: tuple[CarriedLight, ...]
    """Light the network cannot see, by bands of rows."""

    colour: PlateColour
    """The plate's way to linear light and back."""

    is_broken: NDArray[np.bool_] | None
    """Pixels with a NaN or infinite colour, (H, W); None when there is none."""

    broken_colours: NDArray[np.float32] | None
    """The plate's colours of those pixels, (3, count)."""

    coverage: Coverage | None = None
    """The way back to premultiplied colours; None where they were not made straight."""

    @property
    def broken_pixels(self) -> int:
        """How many pixels are NaN or infinite."""
        return 0 if self.is_broken is None else int(self.is_broken.sum())


class Painter:
    """Paints frames with one network, one mix of styles and one strength."""

    def __init__(
        self,
        network: Network,
        styles: Mapping[str, float],
        strength: float,
        light: LightSettings = DEFAULT_LIGHT,
        strokes: StrokeSettings = DEFAULT_STROKES,
        tile_px: int | None = None,
    ) -> None:
        """Take weights by style id or title, and a strength within the range of the model's card.

        ``tile_px`` is the tile that a person asked for: where tiles of this network fade into each
        other it decides the pixels. Raises ``StyleNotFound``, ``StyleWeightsInvalid`` or
        ``StrengthOutOfRange``.
        """
        network.card.check_strength(strength)
        self.network = network
        self.style = network.card.style_vector(styles)
        self.strength = strength
        self.light = light
        self.strokes = strokes
        self._policy = POLICIES[self.light.policy]
        self.window_limit_px = WINDOW_LIMIT_PX
        """Most pixels given to the network at once; halved when memory runs out."""
        self.fading_px = tile_px if network.card.tiles_fade else None
        """Side of the tiles that fade into each other; None where none do."""

    @property
    def is_neutral(self) -> bool:
        """Whether the strength is the one that gives the plate back: then no network is run."""
        return self.strength == self.network.card.strength.neutral

    def paint_frame(
        self,
        planes: Planes,
        colour: PlateColour,
        cancellation: Cancellation | None = None,
        alpha: NDArray[np.float32] | None = None,
        frame_px: int | None = None,
        origin: tuple[int, int] = (0, 0),
    ) -> Planes:
        """Return the painted colours of a plate's, both float32 (3, H, W).

        ``planes`` stays as it is; ``alpha``, (H, W), is what it is multiplied by; ``frame_px`` is
        the short side of the format, by which strokes are sized, the plate's own if None; and
        ``origin`` is where in the format the plate begins, x and y. At
        neutral strength the colours come back as they are, only moved to the result's space where
        that differs.
        """
        if self.is_neutral:
            return self.unpainted(planes.copy(), colour)
        with memory_for(planes.shape[2], planes.shape[1]):
            seen = self.see(planes.copy(), colour, alpha, frame_px, origin)
            painted = self.paint(seen, cancellation or Cancellation())
            plate = planes.copy() if self.light.plate_colour else None
            return self.finish(seen, painted, plate=plate).astype(np.float32, copy=False)

    def see(
        self,
        planes: Planes,
        colour: PlateColour,
        alpha: NDArray[np.float32] | None = None,
        frame_px: int | None = None,
        origin: tuple[int, int] = (0, 0),
    ) -> SeenFrame:
        """Return what the network sees of a plate's colours, (3, H, W); ``planes`` is used up.

        ``alpha``, (H, W), is what they are multiplied by; None for colours that stand alone.
        ``frame_px`` is the short side of the format; None for the plate's own. ``origin`` is where
        in the format the plate begins, x and y.
        """
        is_broken = broken_mask(planes)
        broken_colours = None
        if is_broken is not None:
            plate_colours = planes[:, is_broken]  # (3, count)
            broken_colours = held_to_half(plate_colours)
            # A stand-in, so that no neighbour meets a NaN inside the network.
            planes[:, is_broken] = _finite(plate_colours)
        height, width = planes.shape[1:]
        scale = network_scale(self.network.card, self.strokes, frame_px or min(width, height))
        geometry = FrameGeometry.seen_at(
            self.network.card, width, height, scale, self.window_limit_px, origin, self.fading_px
        )
        padded = (1, 3, geometry.padded_height, geometry.padded_width)
        image: NDArray[np.float32] = np.empty(padded, np.float32)
        frame = geometry.frame_of(image)[0]  # (3, H, W), a view
        carried = []
        coverage = None
        if alpha is not None:
            for rows in _bands(height, width):
                colour.to_linear.apply(planes[:, rows])
            coverage = uncover(planes, alpha, self.light.premult)
        for rows in _bands(height, width):
            if alpha is None:
                colour.to_linear.apply(planes[:, rows])
            carried.append(self._policy.show(planes[:, rows]))
            frame[:, rows] = planes[:, rows]
        geometry.reflect_into_pad(image)
        return SeenFrame(
            image, geometry, tuple(carried), colour, is_broken, broken_colours, coverage
        )

    def paint(self, seen: SeenFrame, cancellation: Cancellation) -> Planes:
        """Run the network; return the painted frame, display encoded in [0, 1], (3, H, W).

        Where memory runs out a local network is given smaller windows, from then on; so where its
        card is lost. Raises ``RenderCancelled`` or ``OutOfMemory``.
        """
        geometry = seen.geometry
        while True:
            # It may have been read before another frame needed smaller ones.
            geometry = geometry.within(self.network.card, self.window_limit_px)
            try:
                with opencv_memory():
                    return self.run_windows(seen.image, geometry, cancellation)
            except ProcessorTookOver as error:
                self.window_limit_px = min(self.window_limit_px, error.limit_px)
            except MemoryError as error:
                window_px = geometry.window_px
                smaller = geometry.in_smaller_windows(self.network.card, window_px // 2)
                if smaller.window_px >= window_px:
                    way_on = way_to_less_memory(self.network.card, self.fading_px)
                    raise OutOfMemory(geometry.width, geometry.height, way_on=way_on) from error
                self.window_limit_px = window_px // 2
                geometry = smaller

    def finish(
        self,
        seen: SeenFrame,
        painted: Planes,
        dtype: type[np.floating[Any]] = np.float32,
        plate: Planes | None = None,
    ) -> NDArray[np.floating[Any]]:
        """Return the result's colours, (3, H, W) of ``dtype``, finite ones within half's range.

        ``plate`` is wanted where its colour is kept: its own colours, which are used up.
        """
        result = np.empty(painted.shape, dtype)
        height, width = painted.shape[1:]
        is_clipped = self.light.policy == CLIP
        for rows, carried in zip(_bands(height, width), seen.carried, strict=True):
            band = self._policy.restore(painted[:, rows], carried)
            if seen.coverage is not None:
                seen.coverage.restore(band, rows)
            if is_clipped:
                np.clip(band, 0, 1, out=band)
            seen.colour.from_linear.apply(band)
            if plate is not None:
                plate_band = self.unpainted(plate[:, rows], seen.colour)
                keep_plate_colour(band, _finite(plate_band), self.light.plate_colour)
                if is_clipped:
                    np.clip(band, 0, 1, out=band)
            np.clip(band, -HALF_MAX, HALF_MAX, out=band)
            result[:, rows] = band
        if seen.is_broken is not None:
            result[:, seen.is_broken] = seen.broken_colours
        return result

    def unpainted(self, planes: Planes, colour: PlateColour) -> Planes:
        """Return a plate's own colours in the result's space; ``planes`` (3, H, W) is used up."""
        if colour.space != colour.result_space:
            colour.to_linear.apply(planes)
            colour.from_linear.apply(planes)
        return planes

    def run_windows(
        self, image: NDArray[np.float32], geometry: FrameGeometry, cancellation: Cancellation
    ) -> Planes:
        """Run the network on a padded picture, window by window; return the frame, (3, H, W).

        ``image`` is display encoded in [0, 1], (1, 3, padded H, padded W). Raises
        ``RenderCancelled``, and ``MemoryError`` when a window is too large for the machine.
        """
        painted = self._run_fitted(image, geometry, cancellation)
        shown = geometry.frame_of(image)[0]
        self._policy.hold(painted, shown)
        if self.network.card.wiring.is_mixed_by_worker and self.strength != 1:
            painted = self._policy.mix(painted, shown, self.strength)
        return painted

    def _run_fitted(
        self, image: NDArray[np.float32], geometry: FrameGeometry, cancellation: Cancellation
    ) -> Planes:
        """Return the painted frame, (3, H, W), resized to the network and back if need be."""
        scaled = geometry.scaled
        if scaled is None:
            return self._run_each(image, geometry, cancellation)
        padded = (1, 3, scaled.padded_height, scaled.padded_width)
        small: NDArray[np.float32] = np.empty(padded, np.float32)
        shown = scaled.frame_of(small)[0]
        if self.network.card.wiring.sizing == RESIZED:
            shown[:] = resized(image[0], scaled.width, scaled.height)
            scaled.reflect_into_pad(small)
            painted = self._run_each(small, scaled, cancellation)
            return resized(painted, geometry.width, geometry.height)
        scale = Fraction(scaled.width, geometry.padded_width)
        with memory_for(geometry.width, geometry.height):  # smaller windows would not help here
            shown[:] = as_seen(image[0], scale)
        scaled.reflect_into_pad(small)
        painted = self._run_each(small, scaled, cancellation)
        with memory_for(geometry.width, geometry.height):
            whole = enlarged(painted, shown, image[0], scale, self.strokes.detail)
            return np.ascontiguousarray(geometry.frame_of(whole))

    def _run_each(
        self, image: NDArray[np.float32], geometry: FrameGeometry, cancellation: Cancellation
    ) -> Planes:
        """Return the painted frame, (3, H, W), put together of the windows."""
        if geometry.ramp_px:
            return self._run_fading(image, geometry, cancellation)
        painted: Planes = np.empty((3, geometry.height, geometry.width), np.float32)
        for window in in_turn(self.network, geometry.windows()):
            result = self._run_window(image, geometry, window, cancellation)
            painted[:, *window.outer] = result[:, *window.inner]
        return painted

    def _run_fading(
        self, image: NDArray[np.float32], geometry: FrameGeometry, cancellation: Cancellation
    ) -> Planes:
        """Return the painted frame, (3, H, W), each pixel a mean of the windows that hold it."""
        weights = geometry.weights()  # (window H, window W)
        canvas: Planes = np.zeros(image.shape[1:], np.float32)
        total: NDArray[np.float32] = np.zeros(image.shape[2:], np.float32)
        for window in in_turn(self.network, geometry.windows()):
            result = self._run_window(image, geometry, window, cancellation)
            rows = slice(window.y, window.y + geometry.window_height)
            columns = slice(window.x, window.x + geometry.window_width)
            canvas[:, rows, columns] += result * weights
            total[rows, columns] += weights
        canvas /= total
        return np.ascontiguousarray(geometry.frame_of(canvas))

    def _run_window(
        self,
        image: NDArray[np.float32],
        geometry: FrameGeometry,
        window: Window,
        cancellation: Cancellation,
    ) -> Planes:
        """Return one window as the network painted it, (3, window H, window W)."""
        rows = slice(window.y, window.y + geometry.window_height)
        columns = slice(window.x, window.x + geometry.window_width)
        part = np.ascontiguousarray(image[..., rows, columns])  # (1, 3, window H, window W)
        painted = self.network.run(part, self.style, self.strength, cancellation)
        return np.asarray(painted[0], np.float32)


def broken_mask(planes: Planes) -> NDArray[np.bool_] | None:
    """Return which pixels of (3, H, W) have a NaN or infinite colour, (H, W); None for none."""
    if np.isfinite(planes.min()) and np.isfinite(planes.max()):
        return None
    return np.logical_not(np.isfinite(planes).all(axis=0))


def held_to_half(colours: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return colours whose finite values a half float can hold; NaN and infinities stay."""
    held = np.clip(colours, -HALF_MAX, HALF_MAX)
    return np.where(np.isfinite(colours), held, colours)


def _finite(colours: Planes) -> Planes:
    """Return colours with a number for what is none; those pixels come back as they were anyway."""
    return np.nan_to_num(colours, nan=0, posinf=_STAND_IN, neginf=0)


def _bands(height: int, width: int) -> Iterator[slice]:
    """Yield the rows of a frame in bands of about ``_BAND_PX`` pixels."""
    rows = max(1, _BAND_PX // width)
    for first in range(0, height, rows):
        yield slice(first, min(first + rows, height))
