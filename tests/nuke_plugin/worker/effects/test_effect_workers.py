"""Tests of one range of an effect made by several processes: the same pixels, marks and errors."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nuke_plugin.contract.effect_card import FIRE
from nuke_plugin.contract.effect_settings import EffectSettings
from nuke_plugin.contract.errors import EffectControlInvalid, FrameMissing
from nuke_plugin.contract.library import InstalledEffect, ModelLibrary
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.colour import ColourConfig
from nuke_plugin.worker.effects.effect_run import EffectRequest, render_effect
from nuke_plugin.worker.effects.effect_workers import render_effect_by_many
from nuke_plugin.worker.finished_frames import fingerprint_of
from nuke_plugin.worker.frame_run import Progress
from nuke_plugin.worker.render_records import RenderReport
from nuke_plugin.worker.studio import Studio
from tests.exr_files import bits, read_exr, write_exr

FRAMES = (1, 2, 3, 4)
SETTINGS = EffectSettings(3, 0.5, 1.0, 0.9, {"wind": 1.5, "turbulence": 0.5}, loop_frames=6)


@pytest.fixture
def asked(
    tmp_path: Path, tiny_effects: dict[str, InstalledEffect], monkeypatch: pytest.MonkeyPatch
) -> EffectRequest:
    """Four small mattes, and a workplace whose workers know the effects."""
    monkeypatch.setenv("IMPASTO_MODELS", str(tiny_effects[FIRE].folder.parent))
    monkeypatch.delenv("OCIO", raising=False)
    for frame in FRAMES:
        matte = np.zeros((36, 48), np.float16)
        matte[-12:-6, 4 * frame : 4 * frame + 16] = 1
        write_exr(tmp_path / f"roto.{frame:04d}.exr", {"A": matte})
    return EffectRequest(
        mattes=str(tmp_path / "roto.%04d.exr"),
        results=str(tmp_path / "one" / "fire.%04d.exr"),
        settings=SETTINGS,
        resume=True,
        use_gpu=False,
    )


def by_two(
    asked: EffectRequest,
    tiny_effects: dict[str, InstalledEffect],
    on_progress: Progress = lambda done: None,
) -> RenderReport:
    """Return what came of it by two workers."""
    library = ModelLibrary((tiny_effects[FIRE].folder.parent,))
    studio = Studio(library, ColourConfig.from_environment({}))
    return render_effect_by_many(
        asked, "tiny_fire", 2, studio, cancellation=Cancellation(), on_progress=on_progress
    )


def test_two_make_what_one_makes(
    asked: EffectRequest, tiny_effects: dict[str, InstalledEffect], tmp_path: Path
) -> None:
    """Every pixel and mark is the same, in a loop, in slow motion; one goes on where two began."""
    one = render_effect(asked, tiny_effects[FIRE])
    shared = replace(asked, results=str(tmp_path / "two" / "fire.%04d.exr"))
    seen: list[int] = []
    two = by_two(shared, tiny_effects, lambda done: seen.append(done.frame))
    assert (two.written, two.failed, two.kept) == (one.written, (), ())
    assert sorted(seen) == list(FRAMES)
    for frame in FRAMES:
        ours, theirs = (Path(asking.results % frame) for asking in (shared, asked))
        assert fingerprint_of(ours) == fingerprint_of(theirs) != ""
        mine, others = read_exr(ours).channels, read_exr(theirs).channels
        assert mine.keys() == others.keys()
        assert all((bits(mine[name]) == bits(others[name])).all() for name in mine)
        assert mine["fire.temperature"].max() > 0
    assert render_effect(shared, tiny_effects[FIRE]).kept == FRAMES
    Path(shared.results % 2).unlink()
    again = by_two(shared, tiny_effects)
    assert (again.written, again.kept) == ((2,), (1, 3, 4))


def test_what_one_refuses_is_refused(
    asked: EffectRequest, tiny_effects: dict[str, InstalledEffect], tmp_path: Path
) -> None:
    """A control out of range and a matte that is gone are found before any worker starts."""
    wild = replace(SETTINGS, controls={"turbulence": 9.0})
    with pytest.raises(EffectControlInvalid):
        by_two(replace(asked, settings=wild), tiny_effects)
    (tmp_path / "roto.0003.exr").unlink()
    with pytest.raises(FrameMissing):
        by_two(replace(asked, frames="1-4"), tiny_effects)
    assert not (tmp_path / "one").exists()
