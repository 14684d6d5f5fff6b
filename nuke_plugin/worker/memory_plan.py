"""Holds the plan for memory, made before the first frame: how large a window, how many frames.

What a frame takes is known from its header, what a window takes was measured. Frames read ahead and
written behind cost memory and save little where frames are large, for there the network takes
nearly all the time; so they are given up first, and windows are made smaller only then: each costs
its halo twice. Figures are upper bounds, since the system kills a process that has too little.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import OpenImageIO as oiio

from nuke_plugin.contract.card import ImportedCard, ModelCard
from nuke_plugin.contract.network_card import NetworkCard
from nuke_plugin.contract.stroke_settings import StrokeSettings
from nuke_plugin.worker.asked_tiles import way_to_less_memory
from nuke_plugin.worker.processor_memory import has_one_region
from nuke_plugin.worker.strokes import network_scale
from nuke_plugin.worker.tiles import WINDOW_LIMIT_PX, FrameGeometry

PROCESS_BYTES = 250_000_000
"""Python, its packages and a network, before the first frame."""

WINDOW_BYTES_PER_PX = 300
"""What the network takes for a pixel of a window, in and out included. Measured: 296 of the shipped
gallery, 2768x2332, float32, ONNX Runtime 1.32.0 on x86-64, in one region of memory."""

SCATTERED_BYTES_PER_PX = 390
"""The same where its memory lies in pieces. Measured: 386 at 1984x1144, 374 at 2400x2000."""

CARD_BYTES_PER_PX = 640
"""The same on a graphics card, with room for the convolutions' workspace; estimated."""

READING_BYTES_PER_PX = 64
"""What a plate takes beside its own channels while it is made ready: estimated from its arrays."""

WAITING_BYTES_PER_PX = 28
"""The same once it is ready."""

PAINTING_BYTES_PER_PX = 40
"""The same while it is painted."""

ENLARGING_BYTES_PER_PX = 24
"""What comes to that where strokes are enlarged."""

FADING_BYTES_PER_PX = 16
"""What comes to that where tiles fade into each other: their sum, and that of their weights."""

WRITING_BYTES_PER_PX = 46
"""The same while it is written, beside its own channels twice."""

STEADY_BYTES_PER_PX = 96
"""What a frame takes while it is steadied: estimated from its arrays."""

NEIGHBOUR_BYTES_PER_PX = 7
"""What each painting that is kept for it takes: 16 bits a channel, and the plate's luma."""

WANTED_BYTES = 2_000_000_000
WANTED_BYTES_PER_PX = 56
"""What a render takes of a machine that has it: 2.1 GB at 1080p, 2.5 at UHD, 3.9 at 8K."""

SHARE_OF_AVAILABLE = 0.8
"""What it takes at most of the memory that is free."""

MOST_FRAMES = 6
"""Frames in memory at once: two read ahead, one painted, three to be written."""

_LARGE_LIMITS_PX = (6_600_000, 6_000_000)
"""Windows of 8K: six or eight, of 1.07 or 1.11 times the pixels of 16 frames of HD. With
``WINDOW_LIMIT_PX`` they would be a sixth more."""

_LIMITS_PX = (*_LARGE_LIMITS_PX, *(WINDOW_LIMIT_PX >> halved for halved in range(6)))
_CARD_LIMITS_PX = (36_000_000, 16_000_000, 9_000_000, *_LIMITS_PX)


@dataclass(frozen=True)
class PlateFacts:
    """What a plate's header says of its size."""

    width: int
    """Of the data window, in pixels."""

    height: int
    """Likewise."""

    frame_px: int
    """Short side of the format."""

    bytes_per_px: float
    """Of all channels of all parts, as they lie in memory, for a pixel of the picture."""


@dataclass(frozen=True)
class MemoryPlan:
    """How much memory a render may take, and how."""

    frames: int
    """Frames in memory at once, 1 to ``MOST_FRAMES``."""

    window_limit_px: int
    """Most pixels given to a local network at once."""

    bytes: int
    """What that takes at most, as far as it is known."""

    problem: str = ""
    """What is to be feared, in a sentence; empty when it fits."""

    on_processor: MemoryPlan | None = None
    """What to go on with where the graphics card fails; None where none was planned for."""

    @property
    def gives_memory_back(self) -> bool:
        """Whether the network lets go of its memory after the last window of a frame.

        Its windows and the reading of the next frame then never need memory at the same time.
        """
        return self.frames == 1

    @property
    def processor_limit_px(self) -> int | None:
        """Most pixels of a window where the graphics card fails; None where none was planned."""
        return None if self.on_processor is None else self.on_processor.window_limit_px

    @classmethod
    def unknown(cls, tile_px: int | None = None) -> MemoryPlan:
        """Return the plan for plates of which nothing is known."""
        limit_px = WINDOW_LIMIT_PX if tile_px is None else tile_px**2
        return cls(2, limit_px, PROCESS_BYTES + limit_px * SCATTERED_BYTES_PER_PX)

    @classmethod
    def of(
        cls,
        card: NetworkCard,
        strokes: StrokeSettings,
        plate: PlateFacts,
        available_bytes: int | None,
        card_bytes: int | None = None,
        tile_px: int | None = None,
        steady: int = 0,
    ) -> MemoryPlan:
        """Return the plan for plates of one size.

        ``available_bytes`` is the memory that is free, ``card_bytes`` that of the graphics card,
        None where it is not known or there is none; ``tile_px`` is what a person wants, the side of
        a square window, which is kept; ``steady`` is how many frames on each side are mixed in.
        """
        of_plate = (card, strokes, plate, available_bytes)
        plan = cls._best(*of_plate, card_bytes, tile_px, steady)
        if card_bytes is None:
            return plan
        return replace(plan, on_processor=cls._best(*of_plate, None, tile_px, steady))

    @classmethod
    def _best(
        cls,
        card: NetworkCard,
        strokes: StrokeSettings,
        plate: PlateFacts,
        available_bytes: int | None,
        card_bytes: int | None,
        tile_px: int | None,
        steady: int,
    ) -> MemoryPlan:
        """Return the plan for the graphics card, or without one."""
        wanted = WANTED_BYTES + WANTED_BYTES_PER_PX * plate.width * plate.height
        limits = _LIMITS_PX if tile_px is None else (tile_px**2,)
        if card_bytes is not None and tile_px is None:
            most = int(SHARE_OF_AVAILABLE * card_bytes) // CARD_BYTES_PER_PX
            limits = tuple(limit for limit in _CARD_LIMITS_PX if limit <= most) or limits[-1:]
        on_card = card_bytes is not None
        steadying = _steady_bytes(plate, steady)
        wanted += steadying
        if available_bytes is not None:
            wanted = min(wanted, int(SHARE_OF_AVAILABLE * available_bytes))
        plans = []
        for limit in limits:
            geometry = _geometry(card, strokes, plate, limit, tile_px)
            window = 0 if on_card else geometry.window_px * _window_bytes_per_px(card)
            for frames in (MOST_FRAMES, 4, 3, 2, 1):
                taken = _bytes(plate, geometry, window, frames) + steadying
                plans.append(cls(frames, limit, taken))
                if taken <= wanted:
                    return plans[-1]
        least = min(plans, key=lambda plan: plan.bytes)
        if available_bytes is None or least.bytes <= available_bytes:
            return least
        problem = (
            f"A frame of {plate.width} by {plate.height} pixels takes about "
            f"{least.bytes / 1e9:.1f} GB and {available_bytes / 1e9:.1f} GB are free: memory may "
            f"run out. Close other programs, {_remedy(card, tile_px)}."
        )
        return cls(least.frames, least.window_limit_px, least.bytes, problem)


def _remedy(card: NetworkCard, tile_px: int | None) -> str:
    """Return what to do about a frame that is too large, as the end of a sentence."""
    way_on = way_to_less_memory(card, tile_px) if isinstance(card, ModelCard) else ""
    return f"render smaller plates, or {way_on}" if way_on else "or render smaller plates"


def plate_facts(path: Path) -> PlateFacts | None:
    """Return what a plate's header says; None for a file that cannot be read."""
    file = oiio.ImageInput.open(str(path))
    if file is None:
        oiio.geterror()
        return None
    try:
        first = file.spec()
        own_bytes, part = 0, 0
        while file.seek_subimage(part, 0):
            spec = file.spec()
            own_bytes += spec.pixel_bytes(True) * spec.width * spec.height
            part += 1
            if file.format_name() != "openexr":
                break
        file.geterror()
    finally:
        file.close()
    width, height = int(first.width), int(first.height)
    frame_px = int(min(first.full_width, first.full_height)) or min(width, height)
    return PlateFacts(width, height, frame_px, own_bytes / max(1, width * height))


def _geometry(
    card: NetworkCard,
    strokes: StrokeSettings,
    plate: PlateFacts,
    limit_px: int,
    tile_px: int | None,
) -> FrameGeometry:
    """Return how such plates are cut into windows within a limit."""
    scale = network_scale(card, strokes, plate.frame_px)
    size = (plate.width, plate.height)
    fading_px = tile_px if card.tiles_fade else None
    return FrameGeometry.seen_at(card, *size, scale, limit_px, fading_px=fading_px)


def _bytes(plate: PlateFacts, geometry: FrameGeometry, window: int, frames: int) -> int:
    """Return what a render takes at most with ``window`` bytes a window and so many frames."""
    px, own = plate.width * plate.height, plate.bytes_per_px
    enlarging = 0 if geometry.scaled is None else ENLARGING_BYTES_PER_PX
    reading = own + READING_BYTES_PER_PX
    fading = FADING_BYTES_PER_PX if geometry.given.ramp_px else 0
    painting = own + PAINTING_BYTES_PER_PX + enlarging + fading
    writing = 2 * own + WRITING_BYTES_PER_PX
    if frames == 1:  # one after the other, and each gives its memory back
        return int(PROCESS_BYTES + max(px * painting + window, px * reading, px * writing))
    stages = sorted((reading, painting, writing), reverse=True)
    held = sum(stages[:frames]) + max(0, frames - 3) * (own + WAITING_BYTES_PER_PX)
    return int(PROCESS_BYTES + px * held + window)


def _window_bytes_per_px(card: NetworkCard) -> int:
    """Return what the processor takes for a pixel of a window.

    What paints in the one region are styles that were trained here.
    """
    is_own = isinstance(card, ModelCard) and not isinstance(card, ImportedCard)
    return WINDOW_BYTES_PER_PX if is_own and has_one_region() else SCATTERED_BYTES_PER_PX


def _steady_bytes(plate: PlateFacts, steady: int) -> int:
    """Return what the neighbours of a frame take, and mixing them in."""
    if steady == 0:
        return 0
    kept = NEIGHBOUR_BYTES_PER_PX * (2 * steady + 1)
    return plate.width * plate.height * (kept + STEADY_BYTES_PER_PX)
