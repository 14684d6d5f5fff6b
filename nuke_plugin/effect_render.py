"""Holds what one press of Render on an ImpastoEffect asks for, read from its knobs and checked."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Optional

import nuke

from nuke_plugin import effect_knobs, node_knobs
from nuke_plugin.contract.effect_card import WIND, EffectCard
from nuke_plugin.contract.effect_request import EffectMoment, RenderEffect
from nuke_plugin.contract.effect_settings import EffectSettings
from nuke_plugin.contract.errors import ControlInvalid, FieldInvalid
from nuke_plugin.contract.execution_settings import ExecutionSettings
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.contract.library import ModelLibrary
from nuke_plugin.contract.messages import Rendering
from nuke_plugin.contract.settings_digest import effect_request_digests
from nuke_plugin.effect_knobs import INTENSITY, LOOP, SCALE, SEED
from nuke_plugin.effect_time import EffectTime
from nuke_plugin.job_settings import (
    JobSettings,
    check_ready,
    frames_of,
    groups_of_values,
    patterns_of,
    tile_px_of,
)

CHANNEL = "A"
"""The matte's channel in the files that the Write inside writes, whatever it was outside."""

_KNOB_OF = {"seed": SEED, "scale": SCALE, "intensity": INTENSITY, "loop": LOOP}


@dataclass(frozen=True)
class Shot:
    """Frames for which an effect is asked in the same way, each at its own moment."""

    frames: FrameRange
    """The frames."""

    settings: EffectSettings
    """What is asked of the effect; the speed is in the moments."""

    moments: Mapping[str, EffectMoment]
    """By frame, in digits, what each shows."""

    loop: Optional[EffectMoment]
    """The turn after which it begins again; None for never."""


@dataclass(frozen=True)
class EffectRender(JobSettings):
    """One render of one ImpastoEffect node."""

    model: str
    """Id of the effect's model."""

    model_sha256: str
    """Of its network's file."""

    shots: tuple[Shot, ...]
    """What the knobs ask for, in the order of the first frame."""

    execution: ExecutionSettings
    """On what and in how large pieces the network runs."""

    @classmethod
    def from_node(cls, node: nuke.Group, frames: Optional[FrameRange] = None) -> EffectRender:
        """Return what the node's knobs ask for, over its own frames or those that are given.

        Raises ``NodeNewer``, ``NodeOlder``, ``NodeEdited``, ``MatteNotConnected``,
        ``ScriptNotSaved``, ``FrameRangeInvalid``, ``PatternInvalid``, ``ControlInvalid``, or what
        is wrong with the effect or its controls.
        """
        check_ready(node, effect_knobs.FOR_A_RENDER)
        model = str(node[node_knobs.MODEL].value())
        card = ModelLibrary.from_environment(os.environ).find_effect(model).card
        frames = frames_of(node) if frames is None else frames
        shots = tuple(_shots(node, card, frames))
        views = tuple(nuke.views())
        plates, results = patterns_of(node, views)
        return cls(
            node_name=node.fullName(),
            knobs=effect_knobs.rendered_values(node),
            frames=frames,
            views=views,
            plates=plates,
            results=results,
            model=card.id,
            model_sha256=card.network.sha256,
            shots=shots,
            execution=ExecutionSettings(
                use_gpu=bool(node[node_knobs.USE_GPU].value()), tile_px=tile_px_of(node)
            ),
        )

    def requests(self) -> Iterator[RenderEffect]:
        """Yield the worker's requests: one for each view and setting that occurs."""
        for plates, results in zip(self.plates, self.results):
            for shot in self.shots:
                yield RenderEffect(
                    id=0,  # the client numbers its requests
                    plates=plates,
                    results=results,
                    frames=shot.frames.to_text(),
                    model=self.model,
                    channel=CHANNEL,
                    seed=shot.settings.seed,
                    scale=shot.settings.scale,
                    intensity=shot.settings.intensity,
                    controls=shot.settings.controls,
                    moments=shot.moments,
                    loop=shot.loop,
                    colorspace=None,
                    keep_going=False,
                    overwrite=True,
                    execution=self.execution,
                )

    def digests(self, request: Rendering) -> Iterator[tuple[int, str]]:
        """Yield each frame of a request with the front half of its fingerprint."""
        assert isinstance(request, RenderEffect)
        return effect_request_digests(request, self.model_sha256)

    def note_rendered(self, node: nuke.Group, is_mixed: bool) -> None:
        """Remember on the node that its results were made with these settings."""
        node_knobs.note(node, effect_knobs.RENDERED, self.knobs, is_mixed)


def _shots(node: nuke.Group, card: EffectCard, frames: FrameRange) -> Iterator[Shot]:
    """Yield what the knobs ask for; raises what cannot be asked of the effect."""
    slots = dict(zip(effect_knobs.control_ids(node), effect_knobs.SLOTS))
    has_wind = any(control.id == WIND for control in card.controls)
    knob_of = {
        control.id: WIND if control.id == WIND else slots[control.id]
        for control in card.controls
        if control.id in slots or control.id == WIND
    }
    time = EffectTime(node, has_wind)
    names = (SEED, SCALE, INTENSITY, LOOP, *knob_of.values())
    for values, of in groups_of_values(node, names, frames).items():
        seed, scale, intensity, loop, *told = values
        controls = dict(zip(knob_of, told))
        settings = _settings(node, seed, scale, intensity, loop, controls)
        card.control_vector(controls)
        moments, turn = time.moments(of, settings.loop_frames or 0)
        yield Shot(FrameRange.from_frames(of), settings, moments, turn)


def _settings(
    node: nuke.Group,
    seed: float,
    scale: float,
    intensity: float,
    loop: float,
    controls: Mapping[str, float],
) -> EffectSettings:
    """Return what is asked for; raise ``ControlInvalid`` with the knob's label."""
    for name, number in ((SEED, seed), (LOOP, loop)):
        if not float(number).is_integer():
            raise _invalid(node, name, f"it is {number:g} and must be a whole number")
    try:
        return EffectSettings(
            seed=int(seed),
            scale=scale,
            intensity=intensity,
            controls=controls,
            loop_frames=int(loop) or None,
        )
    except FieldInvalid as error:
        slots = dict(zip(effect_knobs.control_ids(node), effect_knobs.SLOTS))
        name = _KNOB_OF.get(error.key) or slots.get(error.key, WIND)
        raise _invalid(node, name, error.reason) from error


def _invalid(node: nuke.Group, knob: str, reason: str) -> ControlInvalid:
    return ControlInvalid(node.fullName(), node[knob].label(), reason)
