"""Holds the two ways between a render's settings here and the request that asks for them elsewhere.

The worker reads requests, and whoever lets others paint (several workers, a farm) writes them: a
setting that one of them forgot would quietly paint something else.
"""

from __future__ import annotations

import os

from nuke_plugin.contract.execution_settings import ExecutionSettings
from nuke_plugin.contract.messages import Render
from nuke_plugin.worker.render_records import RenderSettings


def settings_of(request: Render) -> RenderSettings:
    """Return what a request asks for."""
    execution = request.execution
    return RenderSettings(
        plates=request.plates,
        results=request.results,
        model=request.model,
        styles=request.styles,
        strength=request.strength,
        frames=request.frames,
        colorspace=request.colorspace,
        keep_going=request.keep_going,
        overwrite=request.overwrite,
        resume=request.resume,
        marks_frames=request.resume,
        half_precision=execution.half_precision,
        use_gpu=execution.use_gpu,
        tile_px=execution.tile_px,
        fold=execution.fold,
        strokes=request.strokes,
        steady=request.steady,
        light=request.light,
        fingerprints=request.fingerprints,
    )


def request_of(settings: RenderSettings) -> Render:
    """Return the request, numbered 0, for what settings ask for; its paths are absolute.

    Which graphics card, the one who is asked decides.
    """
    return Render(
        id=0,
        plates=os.path.abspath(settings.plates),
        results=os.path.abspath(settings.results),
        frames=settings.frames or "",
        model=settings.model,
        styles=dict(settings.styles),
        strength=settings.strength,
        colorspace=settings.colorspace,
        keep_going=settings.keep_going,
        overwrite=settings.overwrite,
        resume=settings.resume,
        light=settings.light,
        execution=ExecutionSettings(
            use_gpu=settings.use_gpu,
            half_precision=settings.half_precision,
            tile_px=settings.tile_px,
            fold=settings.fold,
        ),
        strokes=settings.strokes,
        steady=settings.steady,
        fingerprints=settings.fingerprints,
    )
