"""Holds *steady*: what is left of boil goes by a mean over the frames before and after.

Each neighbour's painting is moved onto the frame by the plates' optical flow (DIS, Kroeger et al.
2016) and counts where the two plates show the same thing there: where the flow forth and back meet
(Sundaram, Brox & Keutzer 2010, eq. 2) and the plates agree. Elsewhere, at cuts, covered ground and
the frame's edge, the frame's own painting stands. The window is symmetric and every neighbour is
the network's own painting, never a smoothed one, so a frame is the same in any order and chunk.

All pictures are display encoded: the light that goes round the network is the frame's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.plate_colour import LUMA_WEIGHTS
from nuke_plugin.worker.planes import Planes

FLOW_PX = 1024
"""Longest side of the plates at which the flow is found: finer is grain, and takes long."""

SMALLEST_FLOW_PX = 32
"""Shortest side at which a flow can be found: below it no neighbour counts."""

PATCH_PX = 8
"""Side of the flow's patches."""

MEETING_SHARE, MEETING_PX = 0.01, 0.5
"""How far apart forth and back may end: this share of their squared lengths and so many squared
pixels (Sundaram et al. give 0.01 and 0.5)."""

AGREEMENT = 0.06
"""Difference of the plates' luma, display units, at which a neighbour counts e^-1/2 of its most."""

AGREEMENT_BLUR_PX = 1.5
"""Blur of that difference, so that grain does not decide."""

CUT_SHARES = 0.25, 0.5
"""Mean agreement up to which a neighbour belongs to another shot, and from which it counts in full:
between unrelated pictures a flow finds likeness here and there too."""

FADING = 0.35
"""Share of its weight that a frame loses for each frame that lies further off."""

_STEPS = 65535.0


@dataclass(frozen=True)
class PaintedFrame:
    """A painting and the plate it was made of, as small as they can be kept."""

    painted: NDArray[np.uint16]
    """Display encoded, 0 to 65535 for 0 to 1, (3, H, W)."""

    luma: NDArray[np.uint8]
    """The plate as the network saw it, for the flow: its longest side is at most ``FLOW_PX``."""

    @classmethod
    def of(cls, seen: Planes, painted: Planes) -> PaintedFrame:
        """Keep a painting of a plate, both float32 (3, H, W), display encoded in [0, 1]."""
        height, width = seen.shape[1:]
        shrink = max(1.0, max(height, width) / FLOW_PX)
        luma = np.tensordot(np.array(LUMA_WEIGHTS, np.float32), seen, 1)
        if shrink > 1.0:
            size = (max(1, round(width / shrink)), max(1, round(height / shrink)))
            luma = np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), np.float32)
        kept = np.clip(painted * _STEPS + 0.5, 0, _STEPS).astype(np.uint16)
        return cls(kept, np.clip(luma * 255 + 0.5, 0, 255).astype(np.uint8))

    def planes(self) -> Planes:
        """Return the painting, float32 (3, H, W)."""
        return self.painted.astype(np.float32) / np.float32(_STEPS)


def steadied(frame: PaintedFrame, neighbours: Iterable[tuple[int, PaintedFrame]]) -> Planes:
    """Return a frame's painting with its neighbours' mixed in, float32 (3, H, W) in [0, 1].

    ``neighbours`` come with how many frames they lie off, before or after, from the first to the
    last: floating sums depend on their order. One of another size does not count.
    """
    total = frame.planes()
    weights = np.ones(total.shape[1:], np.float32)
    if min(frame.luma.shape) < SMALLEST_FLOW_PX:
        return total
    for distance, other in neighbours:
        if other.painted.shape != frame.painted.shape:
            continue
        flow, counts = _way(frame.luma, other.luma)
        moved, counts = _moved(other, flow, counts)
        counts *= (1.0 - FADING) ** (abs(distance) - 1)
        weights += counts
        moved *= counts
        total += moved
    total /= weights
    return total


def _way(
    here: NDArray[np.uint8], there: NDArray[np.uint8]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return where each pixel lies in the other plate, as a flow (h, w, 2), and whether it does.

    The second is (h, w) in [0, 1]: 0 where it is covered, left the frame or looks otherwise.
    """
    finder = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    finder.setPatchSize(PATCH_PX)
    nothing = np.zeros((*here.shape, 2), np.float32)
    forth: NDArray[np.float32] = np.asarray(finder.calc(here, there, nothing.copy()), np.float32)
    back: NDArray[np.float32] = np.asarray(finder.calc(there, here, nothing), np.float32)
    places = _places(forth)
    returned = _sampled(back, places)
    apart = np.square(forth + returned).sum(-1)
    lengths = np.square(forth).sum(-1) + np.square(returned).sum(-1)
    height, width = here.shape
    x, y = places[..., 0], places[..., 1]
    meets = apart < MEETING_SHARE * lengths + MEETING_PX
    meets &= (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    difference = here.astype(np.float32) - _sampled(there.astype(np.float32), places)
    apart_in_light = cv2.GaussianBlur(difference, (0, 0), AGREEMENT_BLUR_PX)
    agrees = np.exp(-0.5 * np.square(apart_in_light / (255 * AGREEMENT)))
    soft = cv2.blur(cv2.erode(meets.astype(np.float32), np.ones((3, 3), np.uint8)), (3, 3))
    counts: NDArray[np.float32] = np.asarray(agrees * soft, np.float32)
    low, high = CUT_SHARES
    return forth, counts * np.float32(np.clip((counts.mean() - low) / (high - low), 0, 1))


def _moved(
    other: PaintedFrame, flow: NDArray[np.float32], counts: NDArray[np.float32]
) -> tuple[Planes, NDArray[np.float32]]:
    """Return a neighbour's painting moved onto the frame, and how much each pixel counts."""
    height, width = other.painted.shape[1:]
    if flow.shape[:2] != (height, width):
        stretch = np.array([width / flow.shape[1], height / flow.shape[0]], np.float32)
        flow = _resized(flow, width, height) * stretch
        counts = _resized(counts, width, height)
    places = _places(flow)
    moved = np.stack([_sampled(plane, places, cv2.INTER_LANCZOS4) for plane in other.planes()])
    return np.clip(moved, 0, 1, out=moved), counts


def _places(flow: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return where each pixel is looked up, (h, w, 2) in pixels, x first."""
    height, width = flow.shape[:2]
    places = flow.copy()
    places[..., 0] += np.arange(width, dtype=np.float32)
    places[..., 1] += np.arange(height, dtype=np.float32)[:, None]
    return places


def _sampled(
    picture: NDArray[np.float32], places: NDArray[np.float32], how: int = cv2.INTER_LINEAR
) -> NDArray[np.float32]:
    x, y = np.ascontiguousarray(places[..., 0]), np.ascontiguousarray(places[..., 1])
    return np.asarray(cv2.remap(picture, x, y, how, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _resized(picture: NDArray[np.float32], width: int, height: int) -> NDArray[np.float32]:
    return np.asarray(
        cv2.resize(picture, (width, height), interpolation=cv2.INTER_LINEAR), np.float32
    )
