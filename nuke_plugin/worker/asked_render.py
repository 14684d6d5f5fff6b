"""Holds the render of a request, of a style or of an effect, with what a studio keeps ready."""

from __future__ import annotations

from nuke_plugin.contract.effect_request import RenderEffect
from nuke_plugin.contract.messages import Rendering
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.effects.asked_effect import render_asked_effect
from nuke_plugin.worker.frame_run import Progress, Warn
from nuke_plugin.worker.pipeline import render
from nuke_plugin.worker.render_records import RenderReport
from nuke_plugin.worker.studio import Studio
from nuke_plugin.worker.wire_settings import settings_of


def render_asked(
    request: Rendering,
    studio: Studio,
    *,
    cancellation: Cancellation,
    on_progress: Progress = lambda done: None,
    on_warning: Warn = lambda frame, text: None,
) -> RenderReport:
    """Make the frames of a request; raise what ``render`` or ``render_effect`` raises."""
    if isinstance(request, RenderEffect):
        return render_asked_effect(
            request,
            studio,
            cancellation=cancellation,
            on_progress=on_progress,
            on_warning=on_warning,
        )
    return render(
        settings_of(request),
        studio,
        cancellation=cancellation,
        on_progress=on_progress,
        on_warning=on_warning,
    )
