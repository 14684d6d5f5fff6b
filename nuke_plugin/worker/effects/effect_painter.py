"""Holds the making of one frame's effect in memory: a matte in, physical channels out.

The matte is brought to the network's size on the grid of the whole format, so that a crop has the
pixels of the frame. Smears are made of all of it, since they reach far; what moves, window by
window.
Beyond the picture the matte is 0 and the noise goes on, so no border is made up.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.effect_card import WIND
from nuke_plugin.contract.effect_settings import EffectSettings
from nuke_plugin.contract.errors import OutOfMemory
from nuke_plugin.contract.stroke_settings import StrokeSettings
from nuke_plugin.worker.aligned_resizing import extended, rescaled
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.effects.effect_network import EffectNetwork
from nuke_plugin.worker.effects.fields import EffectFields, StillFields
from nuke_plugin.worker.effects.moment import Moment
from nuke_plugin.worker.memory import memory_for, opencv_memory
from nuke_plugin.worker.network_run import ProcessorTookOver, in_turn
from nuke_plugin.worker.strokes import network_scale
from nuke_plugin.worker.tiles import WINDOW_LIMIT_PX, FrameGeometry, Window

Channels = NDArray[np.float32]
"""Physical channels in the card's order, float32 (C, H, W)."""


@dataclass(frozen=True)
class SeenMatte:
    """A matte as the network sees it, at one moment."""

    still: StillFields
    """What needs no time, (padded h, padded w), at the network's size."""

    moment: Moment
    """What noise and warps show."""

    geometry: FrameGeometry
    """Where the frame lies in ``still``."""

    origin: tuple[int, int]
    """Where ``still`` begins in the network's frame of the whole format, x and y."""

    scale: Fraction
    """The network's pixels for one of the frame."""

    cut: tuple[slice, slice]
    """Rows and columns of the picture that was asked for, in what is brought back to its size."""

    @property
    def is_empty(self) -> bool:
        """Whether the matte cannot reach anything."""
        return not self.still.support.any()


class EffectPainter:
    """Makes the channels of frames with one network and one set of settings."""

    def __init__(self, network: EffectNetwork, settings: EffectSettings) -> None:
        """Take an effect and what is asked of it.

        Raises ``EffectControlUnknown`` or ``EffectControlInvalid``.
        """
        card = network.card
        self.network = network
        self.settings = settings
        self.controls = card.control_vector(settings.controls)
        neutral = next((known.neutral for known in card.controls if known.id == WIND), 0.0)
        self.wind = float(settings.controls.get(WIND, neutral))
        """Pixels a frame to the right; tilts the fields and carries the noise."""
        self.window_limit_px = WINDOW_LIMIT_PX
        """Most pixels given to the network at once; halved when memory runs out."""
        self._fields = EffectFields(card.recipe)

    def moment(self, frame: int) -> Moment:
        """Return the moment that a frame shows."""
        return Moment.of_frame(frame, self.settings, self.wind)

    def scale(self, frame_px: int) -> Fraction:
        """Return the network's pixels for one of a frame whose format has this short side."""
        return network_scale(self.network.card, StrokeSettings(self.settings.scale), frame_px)

    def paint_frame(
        self,
        matte: NDArray[np.float32],
        moment: Moment,
        cancellation: Cancellation | None = None,
        frame_px: int | None = None,
        origin: tuple[int, int] = (0, 0),
    ) -> Channels:
        """Return the channels, float32 (C, H, W), of a matte, (H, W) in [0, 1].

        ``frame_px`` is the short side of the format, by which the effect is sized, the matte's own
        if None; ``origin`` is where in the format the matte begins, x and y.
        """
        height, width = matte.shape
        with memory_for(width, height):
            seen = self.see(matte, moment, frame_px, origin)
            return self.paint(seen, cancellation or Cancellation())

    def see(
        self,
        matte: NDArray[np.float32],
        moment: Moment,
        frame_px: int | None = None,
        origin: tuple[int, int] = (0, 0),
    ) -> SeenMatte:
        """Return what the network sees of a matte; the arguments are ``paint_frame``'s."""
        card, (height, width) = self.network.card, matte.shape
        scale = self.scale(frame_px or min(width, height))
        lead_x, whole_width = extended(origin[0], width, scale)
        lead_y, whole_height = extended(origin[1], height, scale)
        cut = (slice(lead_y, lead_y + height), slice(lead_x, lead_x + width))
        whole: NDArray[np.float32] = np.zeros((whole_height, whole_width), np.float32)
        np.clip(matte * np.float32(self.settings.intensity), 0, 1, out=whole[cut])
        small = np.clip(rescaled(whole, scale), 0, 1)
        # Exact: both lie on whole groups of the scale's pixels.
        begins = (int((origin[0] - lead_x) * scale), int((origin[1] - lead_y) * scale))
        geometry = FrameGeometry.of(
            card, small.shape[1], small.shape[0], self.window_limit_px, begins
        )
        padded: NDArray[np.float32] = np.zeros(
            (geometry.padded_height, geometry.padded_width), np.float32
        )
        geometry.frame_of(padded)[...] = small
        at = (
            begins[0] - card.border_px - geometry.lead_x,
            begins[1] - card.border_px - geometry.lead_y,
        )
        still = self._fields.still(padded, self.wind)
        return SeenMatte(still, moment, geometry, at, scale, cut)

    def paint(self, seen: SeenMatte, cancellation: Cancellation) -> Channels:
        """Run the network; return the channels at the matte's own size, (C, H, W).

        Where memory runs out the network is given smaller windows, from then on; so where its card
        is lost. Raises ``RenderCancelled`` or ``OutOfMemory``.
        """
        card, geometry = self.network.card, seen.geometry
        rows, columns = seen.cut
        if seen.is_empty:
            shape = (len(card.channels), rows.stop - rows.start, columns.stop - columns.start)
            nothing: Channels = np.zeros(shape, np.float32)
            return nothing
        while True:
            # It may have been read before another frame needed smaller ones.
            geometry = geometry.within(card, self.window_limit_px)
            try:
                with opencv_memory():
                    small = self._run_windows(seen, geometry, cancellation)
                break
            except ProcessorTookOver as error:
                self.window_limit_px = min(self.window_limit_px, error.limit_px)
            except MemoryError as error:
                limit_px = geometry.window_px // 2
                smaller = geometry.in_smaller_windows(card, limit_px)
                if smaller.window_px >= geometry.window_px:
                    size = columns.stop - columns.start, rows.stop - rows.start
                    raise OutOfMemory(*size) from error
                self.window_limit_px = limit_px
                geometry = smaller
        with memory_for(columns.stop - columns.start, rows.stop - rows.start):
            return self._brought_back(small, seen)

    def _run_windows(
        self, seen: SeenMatte, geometry: FrameGeometry, cancellation: Cancellation
    ) -> Channels:
        """Return the channels at the network's size, (C, h, w), put together of the windows."""
        shape = (len(self.network.card.channels), geometry.height, geometry.width)
        small: Channels = np.zeros(shape, np.float32)
        support = geometry.frame_of(seen.still.support)
        # Without support all of a window is 0, as the graph would make it.
        busy = (window for window in geometry.windows() if support[window.outer].any())
        for window in in_turn(self.network, busy):
            made = self._run_window(seen, geometry, window, cancellation)
            small[:, *window.outer] = made[:, *window.inner]
        return small

    def _run_window(
        self,
        seen: SeenMatte,
        geometry: FrameGeometry,
        window: Window,
        cancellation: Cancellation,
    ) -> Channels:
        """Return one window as the network made it, (C, window h, window w)."""
        rows = slice(window.y, window.y + geometry.window_height)
        columns = slice(window.x, window.x + geometry.window_width)
        at = (seen.origin[0] + window.x, seen.origin[1] + window.y)
        fields = self._fields.of(seen.still.part(rows, columns), seen.moment, at)[None]
        made: Channels = self.network.run(fields, self.controls, cancellation)[0]
        return made

    def _brought_back(self, small: Channels, seen: SeenMatte) -> Channels:
        """Return channels, (C, h, w), at the size of the matte, (C, H, W)."""
        if seen.scale == 1:
            return np.ascontiguousarray(small[:, *seen.cut])
        back = 1 / seen.scale
        sized = np.stack([rescaled(channel, back)[seen.cut] for channel in small])
        return self.network.held(sized)  # a cubic goes beyond what it joins
