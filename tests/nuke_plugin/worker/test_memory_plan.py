"""Tests of the plan for memory: sizes of windows and numbers of frames before the first one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nuke_plugin.contract.card import ModelCard
from nuke_plugin.contract.stroke_settings import DEFAULT_STROKES, StrokeSettings
from nuke_plugin.worker import memory_plan
from nuke_plugin.worker.memory_plan import MOST_FRAMES, MemoryPlan, PlateFacts, plate_facts
from nuke_plugin.worker.tiles import FrameGeometry
from tests.exr_files import half_rgba, write_exr
from tests.tiny_model import tiny_card

GB = 1_000_000_000
HD = PlateFacts(1920, 1080, 1080, 8)
UHD = PlateFacts(3840, 2160, 2160, 8)
UHD_8K = PlateFacts(7680, 4320, 4320, 8)
NATIVE = StrokeSettings(None)


@pytest.fixture
def card() -> ModelCard:
    """A local model with the halo of those that ship."""
    return replace(tiny_card(b"network"), halo_px=140, border_px=32, training_scale_px=800)


def planned(card: ModelCard, plate: PlateFacts, **others: object) -> MemoryPlan:
    """Return the plan for a plate painted in its own pixels."""
    given = {"available_bytes": 16 * GB, "card_bytes": None, "tile_px": None} | others
    return MemoryPlan.of(card, NATIVE, plate, **given)  # type: ignore[arg-type]


def test_hd_is_painted_whole_with_frames_ahead(card: ModelCard) -> None:
    """Where there is memory, everything overlaps."""
    plan = planned(card, HD)
    assert plan.frames == MOST_FRAMES
    assert len(list(FrameGeometry.of(card, 1920, 1080, plan.window_limit_px).windows())) == 1
    assert plan.problem == ""
    assert not plan.gives_memory_back


@pytest.mark.parametrize(
    ("plate", "has_region", "most"),
    [(UHD, True, 1.10), (UHD_8K, True, 1.10), (UHD, False, 1.10), (UHD_8K, False, 1.105)],
)
def test_large_frames_compute_little_twice(
    card: ModelCard,
    plate: PlateFacts,
    has_region: bool,
    most: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Windows are so large that 8K costs the network a tenth more than 16 times HD, at most.

    Where networks have no memory of one piece, as on Windows, it is half a hundredth more.
    """
    monkeypatch.setattr(memory_plan, "has_one_region", lambda: has_region)
    computed = []
    for size in (HD, plate):
        limit_px = planned(card, size).window_limit_px
        geometry = FrameGeometry.of(card, size.width, size.height, limit_px)
        px = len(list(geometry.windows())) * geometry.window_px
        computed.append(px / (size.width * size.height))
    assert computed[1] / computed[0] <= most


@pytest.mark.parametrize(("plate", "most"), [(HD, 2.1), (UHD, 2.5), (UHD_8K, 4.0)])
@pytest.mark.parametrize("strokes", [NATIVE, DEFAULT_STROKES, StrokeSettings(1.0)])
def test_large_frames_stay_beside_nuke(
    card: ModelCard, plate: PlateFacts, most: float, strokes: StrokeSettings
) -> None:
    """UHD is planned within 2.5 GB and 8K within 4, whatever there is."""
    plan = MemoryPlan.of(card, strokes, plate, 256 * GB)
    assert plan.bytes <= most * GB
    assert plan.problem == ""


def test_less_memory_means_fewer_frames_then_smaller_windows(card: ModelCard) -> None:
    """The plan follows what is free, down to one frame in small windows, and then warns."""
    plans = [planned(card, UHD, available_bytes=int(free * GB)) for free in (8, 2.5, 2, 1.6, 1.2)]
    keys = [(plan.window_limit_px, plan.frames) for plan in plans]
    assert keys == sorted(keys, reverse=True)
    assert len(set(keys)) >= 3
    for plan, free in zip(plans[:-1], (8, 2.5, 2, 1.6), strict=True):
        assert plan.bytes <= 0.8 * free * GB or plan.frames == 1


def test_8k_on_2_gb_is_told_before_the_first_frame(card: ModelCard) -> None:
    """The smallest plan is taken, and the warning names need, room and remedy."""
    plan = planned(card, UHD_8K, available_bytes=2 * GB)
    assert plan.frames == 1
    assert "7680 by 4320" in plan.problem
    assert "2.0 GB are free" in plan.problem
    window_px = FrameGeometry.of(card, 7680, 4320, plan.window_limit_px).window_px
    assert window_px < FrameGeometry.of(card, 7680, 4320).window_px


def test_a_wished_tile_is_kept(card: ModelCard) -> None:
    """Whoever names a size gets it; only the number of frames is planned."""
    assert planned(card, UHD, tile_px=512).window_limit_px == 512**2
    small = planned(card, UHD, tile_px=4096, available_bytes=2 * GB)
    assert (small.window_limit_px, small.frames) == (4096**2, 1)


def test_a_small_card_gets_smaller_windows(card: ModelCard) -> None:
    """The graphics card's free memory bounds the window, the machine's own the frames."""
    large, small = (planned(card, UHD, card_bytes=free) for free in (140 * GB, GB))
    assert large.window_limit_px > 8_000_000
    assert small.window_limit_px * 640 <= 0.8 * GB
    assert large.bytes < planned(card, UHD).bytes or large.frames > planned(card, UHD).frames


def test_what_follows_a_lost_card_is_planned_too(card: ModelCard) -> None:
    """The plan for the processor is the one that a machine without a card gets."""
    plan = planned(card, UHD_8K, available_bytes=4 * GB, card_bytes=140 * GB)
    assert plan.window_limit_px == 36_000_000
    assert plan.on_processor == planned(card, UHD_8K, available_bytes=4 * GB)
    assert planned(card, UHD_8K).on_processor is None


@pytest.mark.parametrize(("width", "height"), [(1, 1), (16384, 16), (3, 5000)])
def test_every_shape_has_a_plan(card: ModelCard, width: int, height: int) -> None:
    """The smallest and the longest frames are planned without a warning."""
    plan = planned(card, PlateFacts(width, height, min(width, height), 16))
    assert plan.frames >= 1
    assert plan.problem == ""


def test_what_a_plate_takes_is_in_its_header(tmp_path: Path) -> None:
    """Size and bytes are those of the file; what cannot be read has none."""
    channels = half_rgba(40, 30)
    channels["Z"] = np.zeros((30, 40), np.float32)
    write_exr(tmp_path / "plate.exr", channels)
    assert plate_facts(tmp_path / "plate.exr") == PlateFacts(40, 30, 30, 12.0)
    assert plate_facts(tmp_path / "nothing.exr") is None
    (tmp_path / "text.exr").write_text("no picture")
    assert plate_facts(tmp_path / "text.exr") is None
