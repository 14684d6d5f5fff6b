"""Holds the render of one range of an effect by several workers, as a style's is."""

from __future__ import annotations

import contextlib

from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.effects.asked_effect import asked_of
from nuke_plugin.worker.effects.effect_painter import EffectPainter
from nuke_plugin.worker.effects.effect_run import EffectRequest, effect_digest
from nuke_plugin.worker.effects.shading.result_space import ResultSpace
from nuke_plugin.worker.finished_frames import plates_digest
from nuke_plugin.worker.frame_run import Progress, Warn
from nuke_plugin.worker.many_workers import finished, paint_by_many
from nuke_plugin.worker.plate_sequence import PlateSequence
from nuke_plugin.worker.render_records import RenderReport
from nuke_plugin.worker.result_sequence import ResultSequence
from nuke_plugin.worker.studio import Studio


def render_effect_by_many(
    request: EffectRequest,
    model: str,
    count: int,
    studio: Studio,
    colorspace: str | None = None,
    *,
    cancellation: Cancellation,
    on_progress: Progress = lambda done: None,
    on_warning: Warn = lambda frame, text: None,
) -> RenderReport:
    """Render as ``render_effect`` does, by ``count`` workers; return what came of it all.

    ``colorspace`` is that of the results. Frames are marked as one worker would mark them, so that
    either may go on with what the other began. Raises what one worker would raise, and
    ``WorkerDied``; then no worker is left, and the frames that were written stay.
    """
    mattes = PlateSequence.find(request.mattes, request.frames)
    if not request.keep_going:
        mattes.check_complete()
    painter = EffectPainter(studio.effect_network(model, use_gpu=False), request.settings)
    space = ResultSpace.of(studio.colours, colorspace)
    may_exist = request.overwrite or request.resume
    results = ResultSequence.prepare(request.results, mattes, may_exist)
    digest = effect_digest(painter, request.channel, space)
    fingerprints: dict[str, str] = {}
    for frame in mattes.frames:
        with contextlib.suppress(OSError):  # the reading says what is wrong with the matte
            fingerprints[str(frame)] = digest + plates_digest(mattes.pattern, frame, 0)
    return paint_by_many(
        asked_of(request, painter, mattes.frames, colorspace, fingerprints),
        mattes.frames,
        finished(results, fingerprints) if request.resume else (),
        count,
        cancellation=cancellation,
        on_progress=on_progress,
        on_warning=on_warning,
    )
