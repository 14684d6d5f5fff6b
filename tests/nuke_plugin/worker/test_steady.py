"""Promises of what smooths boil over neighbouring frames, on plates whose motion is known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from nuke_plugin.worker.planes import Planes
from nuke_plugin.worker.steady import PaintedFrame, steadied
from nuke_plugin.worker.steady_frames import SteadyFrames

SIZE = (160, 96)
STEP_PX = 2.5
FRAMES = 7


def ground(seed: int) -> Planes:
    """Return a broad picture with detail of several sizes, (3, 160, 320) in [0, 1]."""
    random = np.random.default_rng(seed)
    planes = np.zeros((3, 160, 320), np.float32)
    for sigma in (1.5, 4.0, 12.0):
        noise = random.normal(0, 1, (160, 320)).astype(np.float32)
        planes += cv2.GaussianBlur(noise, (0, 0), sigma) * sigma
    return np.clip(0.5 + 0.12 * planes, 0, 1)


def seen_at(picture: Planes, frame: int) -> Planes:
    """Return what a camera that pans over a picture sees at a frame, (3, 96, 160)."""
    matrix = np.float32([[1, 0, 40 + STEP_PX * frame], [0, 1, 30]])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.stack([cv2.warpAffine(plane, matrix, SIZE, flags=flags) for plane in picture])


def boiling(plate: Planes, frame: int) -> Planes:
    """Return a painting: the plate, darker, under strokes that are thrown anew each frame."""
    strokes = np.random.default_rng(100 + frame).normal(0, 0.05, plate.shape).astype(np.float32)
    return np.clip(0.8 * plate + strokes, 0, 1)


@pytest.fixture(scope="module")
def shot() -> list[PaintedFrame]:
    """Return a panning shot, painted with strokes that boil."""
    picture = ground(1)
    plates = [seen_at(picture, frame) for frame in range(FRAMES)]
    return [PaintedFrame.of(plate, boiling(plate, frame)) for frame, plate in enumerate(plates)]


def neighbours(shot: list[PaintedFrame], frame: int, reach: int) -> list[tuple[int, PaintedFrame]]:
    """Return the frames round one, with how far they lie off."""
    near = range(max(0, frame - reach), min(len(shot), frame + reach + 1))
    return [(at - frame, shot[at]) for at in near if at != frame]


def spread(planes: Planes, calm: Planes) -> float:
    """Return how far a painting lies off the one without boil, away from the frame's edge."""
    return float((planes - calm)[:, 16:-16, 16:-16].std())


@pytest.mark.parametrize(("reach", "at_most"), [(1, 0.67), (2, 0.56)])
def test_what_boils_goes(shot: list[PaintedFrame], reach: int, at_most: float) -> None:
    """The mean over moved neighbours has less boil, as of so many thrown dice, and the drawing."""
    calm = 0.8 * seen_at(ground(1), 3)
    before = spread(shot[3].planes(), calm)
    after = spread(steadied(shot[3], neighbours(shot, 3, reach)), calm)
    assert after < at_most * before


def test_a_cut_mixes_nothing(shot: list[PaintedFrame]) -> None:
    """Across a cut a frame stays as its own painting has it."""
    other = seen_at(ground(2), 0)
    behind = PaintedFrame.of(other, np.zeros_like(other))
    result = steadied(shot[3], [(-1, behind), (1, behind)])
    apart = np.abs(result - shot[3].planes())
    assert float(np.mean(apart)) < 0.02
    assert float(np.quantile(apart, 0.95)) < 0.1


def test_covered_ground_is_not_mixed() -> None:
    """What a neighbour hides behind something that moves is taken from the frame itself."""
    picture = ground(3)
    plates, paintings = [], []
    for frame in range(2):
        plate = seen_at(picture, 0).copy()
        left = 40 + 24 * frame
        plate[:, 30:66, left : left + 36] = 0.05
        painting = 0.8 * plate
        painting[0, 30:66, left : left + 36] = 1.0  # what moves is painted red
        plates.append(plate)
        paintings.append(painting)
    first, second = (PaintedFrame.of(*pair) for pair in zip(plates, paintings, strict=True))
    result = steadied(first, [(1, second)])
    bare = result[0, 34:62, 80:96]  # bare in the first frame, red in the second
    assert float(np.abs(bare - paintings[0][0, 34:62, 80:96]).mean()) < 0.06


def test_a_still_frame_without_boil_stays(shot: list[PaintedFrame]) -> None:
    """Where nothing moves and nothing boils the mean is the painting, to a step of 16 bits."""
    result = steadied(shot[0], [(-1, shot[0]), (1, shot[0])])
    assert float(np.abs(result - shot[0].planes()).max()) < 2e-3


@pytest.mark.parametrize("size", [(1, 1), (5, 300), (31, 31)])
def test_small_frames_stay_as_they_are(size: tuple[int, int]) -> None:
    """A frame too small for a flow is its own painting."""
    plate = np.random.default_rng(0).random((3, *size), np.float32)
    frame = PaintedFrame.of(plate, plate)
    assert np.array_equal(steadied(frame, [(1, frame)]), frame.planes())


def test_a_neighbour_of_another_size_does_not_count(shot: list[PaintedFrame]) -> None:
    """A plate that changes size in the range is no neighbour."""
    small = shot[2].planes()[:, :64]
    other = PaintedFrame.of(np.ascontiguousarray(small), np.ascontiguousarray(small))
    assert np.array_equal(steadied(shot[3], [(-1, other)]), shot[3].planes())


def test_a_large_frame_is_moved_by_the_flow_of_a_small_one() -> None:
    """Beyond the size at which the flow is found, boil goes all the same."""
    picture = np.stack([cv2.resize(plane, (2400, 1200)) for plane in ground(4)])
    plates = [np.ascontiguousarray(picture[:, 40:700, at : at + 1300]) for at in (0, 9, 18)]
    shot = [PaintedFrame.of(plate, boiling(plate, at)) for at, plate in enumerate(plates)]
    result = steadied(shot[1], [(-1, shot[0]), (1, shot[2])])
    calm = 0.8 * plates[1]
    assert max(shot[1].luma.shape) == 1024
    assert spread(result, calm) < 0.7 * spread(shot[1].planes(), calm)


def test_any_order_gives_the_same_frames(shot: list[PaintedFrame]) -> None:
    """Backwards, from the middle or in two halves: every frame is the same to the last bit."""

    def rendered(order: list[int]) -> tuple[dict[int, Planes], list[int]]:
        asked: list[int] = []

        def paint(frame: int) -> PaintedFrame | None:
            asked.append(frame)
            return shot[frame] if 0 <= frame < FRAMES else None

        frames = SteadyFrames(2, paint)
        results = {}
        for frame in order:
            own = frames.known(frame) or shot[frame]
            results[frame] = frames.result(frame, own)
        return results, asked

    forward, asked = rendered(list(range(FRAMES)))
    assert sorted(set(asked)) == [*range(-2, 0), *range(1, FRAMES + 2)]
    assert len(asked) == len(set(asked))  # each neighbour is painted once
    for order in ([6, 5, 4, 3, 2, 1, 0], [3, 0, 6, 1, 5, 2, 4]):
        other, _ = rendered(order)
        assert all(np.array_equal(forward[frame], other[frame]) for frame in range(FRAMES))
