"""Tests of the ways between settings and requests: nothing that is asked for is lost on them."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

from nuke_plugin.contract.execution_settings import ExecutionSettings
from nuke_plugin.contract.light_settings import LightSettings
from nuke_plugin.contract.messages import Render
from nuke_plugin.contract.stroke_settings import StrokeSettings
from nuke_plugin.worker.wire_settings import request_of, settings_of

REQUEST = Render(
    id=0,
    plates="/show/plate.%04d.exr",
    results="/show/painted.%04d.exr",
    frames="1001-1003",
    model="tiny",
    styles={"warm": 0.5, "cold": 0.5},
    strength=0.5,
    colorspace="ACEScg",
    keep_going=True,
    overwrite=True,
    resume=True,
    light=LightSettings("clip", "on", 0.5),
    execution=ExecutionSettings(use_gpu=False, half_precision=True, tile_px=512, fold=False),
    strokes=StrokeSettings(2.0, 0.5),
    steady=2,
    fingerprints={"1001": "ab"},
)


def test_a_request_comes_back_as_it_was() -> None:
    """Every field goes both ways, also one that was added since: none has its default here."""
    plain = Render(0, "", "", "", "", {}, 1.0, None, False, False)
    for field in fields(Render):
        if field.name != "id":
            assert getattr(REQUEST, field.name) != getattr(plain, field.name), field.name
    assert request_of(settings_of(REQUEST)) == REQUEST


def test_a_range_that_is_not_named_is_left_open() -> None:
    """All plates there are, and paths that mean the same from any folder."""
    settings = replace(settings_of(REQUEST), frames=None, plates="plate.%04d.exr")
    assert request_of(settings).frames == ""
    assert Path(request_of(settings).plates).is_absolute()
