"""Holds how an effect moves: dense optical flow of made frames beside that of solved ones.

tOF is the mean distance between the two flows (Chu et al. 2020, TecoGAN, section 5). There a made
frame has one true counterpart; here it is another throw of the dice, so the solver's own tOF
between two of its moments stands beside it: below that no generator need go.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

PRESENT = 0.05
"""Share of a channel's usual value from which there is something that can be seen to move."""

Planes = NDArray[np.float32]


def flows(frames: Planes) -> Iterator[Planes]:
    """Flow from each frame to the next, (2, H, W) pixels, x first, of frames (T, H, W), 0 to 1.

    Dense inverse search (Kroeger et al. 2016) at its medium setting.
    """
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    pictures = (np.clip(frames, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
    for before, after in itertools.pairwise(pictures):
        yield np.asarray(search.calc(before, after, np.empty(0, np.float32)), np.float32).transpose(
            2, 0, 1
        )


def flow_difference(made: Planes, solved: Planes) -> float:
    """TOF of two shots (T, H, W), 0 to 1: mean distance of their flows, pixels a frame.

    Counted where there is something in either; nothing moves in a picture of nothing.
    """
    total, places = 0.0, 0
    pairs = zip(flows(made), flows(solved), made, solved, strict=False)
    for ours, theirs, our_frame, their_frame in pairs:
        present = (our_frame > PRESENT) | (their_frame > PRESENT)
        total += float(np.hypot(*(ours - theirs))[present].sum())
        places += int(present.sum())
    return total / max(1, places)


def warping_error(frames: Planes) -> float:
    """Mean |O_t - W(O_{t+1})| over mean O_t, W along the shot's own flow: what does not travel.

    `frames` (T, H, W), 0 to 1. The e_stab of the styles' gates, along the effect's own motion.
    """
    height, width = frames.shape[1:]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    apart, there = 0.0, 0.0
    for flow, before, after in zip(flows(frames), frames[:-1], frames[1:], strict=True):
        moved = cv2.remap(after, x + flow[0], y + flow[1], cv2.INTER_LINEAR)
        apart += float(np.abs(before - moved).mean())
        there += float(before.mean())
    return apart / max(there, 1e-6)


def largest_pop(frames: Planes) -> float:
    """The largest change from a frame to the next over the median one: near 1 where none pops.

    `frames` (T, H, W); 0 for a shot that stands still.
    """
    changes = np.abs(np.diff(frames, axis=0)).mean((1, 2))
    usual = float(np.median(changes))
    return float(changes.max()) / usual if usual > 0.0 else 0.0
