"""Holds the render of an effect as it is asked for over the wire, and the asking."""

from __future__ import annotations

import os
from collections.abc import Mapping

from nuke_plugin.contract.effect_request import EffectMoment, RenderEffect
from nuke_plugin.contract.execution_settings import ExecutionSettings
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.effects.effect_painter import EffectPainter
from nuke_plugin.worker.effects.effect_run import EffectRequest, render_with_network
from nuke_plugin.worker.effects.moment import Loop, Moment
from nuke_plugin.worker.effects.shading.result_space import ResultSpace
from nuke_plugin.worker.frame_run import Progress, Warn
from nuke_plugin.worker.render_records import RenderReport
from nuke_plugin.worker.studio import Studio


def render_asked_effect(
    request: RenderEffect,
    studio: Studio,
    *,
    cancellation: Cancellation,
    on_progress: Progress,
    on_warning: Warn,
) -> RenderReport:
    """Make the frames of a request with what the studio keeps ready; as ``render_effect``."""
    for problem in studio.library.problems_ahead_of(request.model):
        on_warning(None, problem.message)
    space = ResultSpace.of(studio.colours, request.colorspace)
    network = studio.effect_network(request.model, request.execution.use_gpu)
    return render_with_network(
        effect_request_of(request),
        network,
        space,
        cancellation=cancellation,
        on_progress=on_progress,
        on_warning=on_warning,
    )


def asked_of(
    request: EffectRequest,
    painter: EffectPainter,
    frames: FrameRange,
    colorspace: str | None,
    fingerprints: Mapping[str, str],
) -> RenderEffect:
    """Return the message, numbered 0, for what is asked at these frames; its paths are absolute."""
    said = {frame: request.moment(frame, painter) for frame in frames}
    loop = next((moment.loop for moment in said.values()), None)
    settings = request.settings
    return RenderEffect(
        id=0,
        plates=os.path.abspath(request.mattes),
        results=os.path.abspath(request.results),
        frames=frames.to_text(),
        model=painter.network.card.id,
        channel=request.channel,
        seed=settings.seed,
        scale=settings.scale,
        intensity=settings.intensity,
        controls=settings.controls,
        moments={str(frame): EffectMoment(one.time, one.drift) for frame, one in said.items()},
        loop=None if loop is None else EffectMoment(loop.time, loop.drift),
        colorspace=colorspace,
        keep_going=request.keep_going,
        overwrite=request.overwrite,
        resume=request.resume,
        execution=ExecutionSettings(use_gpu=request.use_gpu, tile_px=request.tile_px),
        fingerprints=fingerprints,
    )


def effect_request_of(request: RenderEffect) -> EffectRequest:
    """Return what a message asks for."""
    loop = None if request.loop is None else Loop(request.loop.time, request.loop.drift)

    def moment(said: EffectMoment) -> Moment:
        return Moment(said.time, said.drift, request.seed, loop)

    return EffectRequest(
        mattes=request.plates,
        results=request.results,
        settings=request.settings,
        channel=request.channel,
        frames=request.frames,
        keep_going=request.keep_going,
        overwrite=request.overwrite,
        resume=request.resume,
        use_gpu=request.execution.use_gpu,
        tile_px=request.execution.tile_px,
        moments={int(frame): moment(said) for frame, said in request.moments.items()},
        fingerprints=request.fingerprints,
    )
