"""Promises of an effect that is asked for over the wire: the command's pixels, time by frame."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nuke_plugin.contract.effect_card import FIRE
from nuke_plugin.contract.effect_request import EffectMoment, RenderEffect
from nuke_plugin.contract.effect_settings import EffectSettings
from nuke_plugin.contract.errors import FieldInvalid
from nuke_plugin.contract.execution_settings import ExecutionSettings
from nuke_plugin.contract.library import InstalledEffect
from nuke_plugin.contract.messages import (
    FINGERPRINT_ATTRIBUTE,
    Cancel,
    Cancelled,
    Failure,
    Hello,
    Progress,
    Render,
    Result,
)
from nuke_plugin.contract.settings_digest import effect_request_digests
from nuke_plugin.worker.effects.effect_run import EffectRequest, render_effect
from tests.exr_files import half_rgba, read_exr, write_exr
from tests.nuke_plugin.worker.test_server import Worker
from tests.tiny_model import write_tiny_model

FRAMES = (1, 2, 3)
WIND = 1.5
ON_CPU = ExecutionSettings(use_gpu=False)


@pytest.fixture
def asked(tmp_path: Path) -> RenderEffect:
    """A request for three frames at half speed in a wind, with the id 1."""
    for frame in FRAMES:
        matte = np.zeros((48, 64), np.float32)
        matte[-14:-8, 10 + 4 * frame : 30 + 4 * frame] = 1
        write_exr(tmp_path / f"roto.{frame:04d}.exr", {"A": matte})
    return RenderEffect(
        id=1,
        plates=str(tmp_path / "roto.%04d.exr"),
        results=str(tmp_path / "wire" / "fire.%04d.exr"),
        frames="1-3",
        model="tiny_fire",
        channel="A",
        seed=2,
        scale=0.5,
        intensity=0.9,
        controls={"wind": WIND, "turbulence": 0.5},
        moments={str(f): EffectMoment(0.5 * f, 0.5 * f * WIND) for f in FRAMES},
        loop=None,
        colorspace=None,
        keep_going=False,
        overwrite=False,
        execution=ON_CPU,
        fingerprints={"2": "two"},
    )


@pytest.fixture(scope="module")
def worker(
    tiny_effects: dict[str, InstalledEffect], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Worker]:
    """A worker process with the small effects and a small model of styles."""
    styles = tmp_path_factory.mktemp("styles")
    write_tiny_model(styles)
    places = os.pathsep.join([str(tiny_effects[FIRE].folder.parent), str(styles)])
    worker = Worker({"IMPASTO_MODELS": places})
    assert isinstance(worker.hear(), Hello)
    yield worker
    worker.process.kill()
    worker.process.wait()


def file_of(request: RenderEffect, frame: int) -> Path:
    """Return the file of a frame's result."""
    return Path(request.results % frame)


def test_the_wire_gives_the_commands_pixels(
    worker: Worker, asked: RenderEffect, tiny_effects: dict[str, InstalledEffect], tmp_path: Path
) -> None:
    """Frames made at the moments a steady speed gives equal the command's, with their headers."""
    worker.say(asked)
    told, end = worker.hear_end()
    assert isinstance(end, Result), end
    assert end.written == FRAMES
    assert [m.frame for m in told if isinstance(m, Progress)] == list(FRAMES)
    command = EffectRequest(
        mattes=asked.plates,
        results=str(tmp_path / "command" / "fire.%04d.exr"),
        settings=EffectSettings(
            2, speed=0.5, scale=0.5, intensity=0.9, controls={"wind": WIND, "turbulence": 0.5}
        ),
        use_gpu=False,
    )
    render_effect(command, tiny_effects[FIRE])
    for frame in FRAMES:
        made, wanted = read_exr(file_of(asked, frame)), read_exr(Path(command.results % frame))
        assert made.channels.keys() == wanted.channels.keys()
        for name, plane in wanted.channels.items():
            np.testing.assert_array_equal(made.channels[name], plane)
    header = read_exr(file_of(asked, 2)).header
    assert header[FINGERPRINT_ATTRIBUTE] == "two"
    assert header["impasto/drift"] == pytest.approx(WIND)
    assert FINGERPRINT_ATTRIBUTE not in read_exr(file_of(asked, 1)).header


def test_each_frame_shows_its_own_moment(worker: Worker, asked: RenderEffect) -> None:
    """Only the frame whose moment is another changes, also where a loop is asked for."""
    asked = replace(asked, frames="1-2", overwrite=True)
    pictures = []
    for time in (1.0, 9.0):
        moments = {**asked.moments, "2": EffectMoment(time)}
        worker.say(replace(asked, moments=moments))
        assert isinstance(worker.hear_end()[1], Result)
        pictures.append([read_exr(file_of(asked, f)).channels["fire.soot"] for f in (1, 2)])
    np.testing.assert_array_equal(pictures[0][0], pictures[1][0])
    assert np.abs(pictures[0][1] - pictures[1][1]).max() > 0.01
    begin_and_end = {"1": EffectMoment(0.0), "2": EffectMoment(12.0)}
    write_exr(Path(asked.plates % 2), {"A": read_exr(Path(asked.plates % 1)).channels["A"]})
    worker.say(replace(asked, moments=begin_and_end, loop=EffectMoment(12.0)))
    assert isinstance(worker.hear_end()[1], Result)
    first, last = (read_exr(file_of(asked, f)).channels["fire.soot"] for f in (1, 2))
    np.testing.assert_array_equal(first, last)


def test_styles_and_effects_share_a_worker_and_are_told_apart(
    worker: Worker, asked: RenderEffect, tmp_path: Path
) -> None:
    """A model of the other kind fails by its own sentence; both kinds are made by one process."""
    write_exr(tmp_path / "plate.0001.exr", half_rgba(32, 24))
    style = Render(
        id=2,
        plates=str(tmp_path / "plate.%04d.exr"),
        results=str(tmp_path / "painted" / "p.%04d.exr"),
        frames="1",
        model="tiny",
        styles={"warm": 1.0},
        strength=1.0,
        colorspace=None,
        keep_going=False,
        overwrite=True,
        execution=ON_CPU,
    )
    worker.say(replace(asked, model="tiny"))
    worker.say(replace(style, model="tiny_fire"))
    worker.say(replace(asked, id=3, controls={"cooling": 1.0}))
    worker.say(replace(asked, id=4, frames="1-3", moments={"1": EffectMoment(1.0)}))
    worker.say(replace(style, id=5))
    worker.say(replace(asked, id=6))
    ends = [worker.hear_end()[1] for _ in range(6)]
    assert [end.error for end in ends[:4] if isinstance(end, Failure)] == [
        "ModelIsStyle",
        "ModelIsEffect",
        "EffectControlUnknown",
        "FieldInvalid",
    ]
    assert [type(end) for end in ends[4:]] == [Result, Result]


def test_a_waiting_effect_is_cancelled(worker: Worker, asked: RenderEffect) -> None:
    """A cancel ends it, with what had been written, and the worker goes on."""
    worker.say(replace(asked, overwrite=True))
    worker.say(replace(asked, id=2, results=asked.results.replace("wire", "other")))
    worker.say(Cancel(3, 2))
    ends = {end.id: end for end in (worker.hear_end()[1] for _ in range(2))}
    assert ends[2] == Cancelled(2, ())
    assert isinstance(ends[1], Result)
    assert not file_of(replace(asked, results=asked.results.replace("wire", "other")), 1).exists()


def digest_of(asked: RenderEffect, frame: int, model: str) -> str:
    """Return the front half of one frame's fingerprint."""
    return dict(effect_request_digests(asked, model))[frame]


def test_a_fingerprint_knows_its_own_frame_alone(asked: RenderEffect) -> None:
    """Another moment of this frame, seed or model changes it; another frame's or folder do not."""
    own = digest_of(asked, 2, "model")
    others = {**asked.moments, "3": EffectMoment(77.0)}
    same = [
        replace(asked, moments=others),
        replace(asked, results="elsewhere.%04d.exr", frames="2"),
        replace(asked, execution=ExecutionSettings(tile_px=512)),
    ]
    assert {digest_of(one, 2, "model") for one in same} == {own}
    changed = [
        replace(asked, moments={"2": EffectMoment(5.0)}),
        replace(asked, seed=3),
        replace(asked, loop=EffectMoment(24.0)),
        replace(asked, channel="R"),
        replace(asked, controls={}),
    ]
    digests = {digest_of(one, 2, "model") for one in changed}
    assert len({*digests, own, digest_of(asked, 2, "other")}) == len(changed) + 2


@pytest.mark.parametrize(
    ("key", "value"),
    [("scale", 9.0), ("intensity", -1.0), ("seed", 2**63), ("channel", " ")],
)
def test_what_cannot_be_asked_is_refused(asked: RenderEffect, key: str, value: object) -> None:
    """A number outside its range, or no channel, is refused before it crosses the wire."""
    with pytest.raises(FieldInvalid, match=key):
        replace(asked, **{key: value})  # type: ignore[arg-type]
    with pytest.raises(FieldInvalid, match=r"loop\.time"):
        replace(asked, loop=EffectMoment(0.0))
    with pytest.raises(FieldInvalid, match="drift"):
        EffectMoment(0.0, 2e9)
