"""Holds the Render and Cancel buttons: plates by Nuke, painting by the worker, results shown.

Only the plates hold up Nuke, behind its own progress bar; a Python button is a legal place for
that. Painting runs on a thread, and all it wants of a node goes through ``main_thread``.
"""

from __future__ import annotations

import os
import traceback
from typing import Optional

import nuke

from nuke_plugin import main_thread, rich_text, running_jobs, style_knobs, undo, worker_client
from nuke_plugin.contract.errors import ImpastoError, NodeBusy, RenderCancelled, WorkerUnexpected
from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.plate_render import render_plates
from nuke_plugin.render_job import RenderJob
from nuke_plugin.render_settings import RenderSettings, results_on_disk
from nuke_plugin.style_graph import RESULT_READ, inner
from nuke_plugin.style_node import claim_results, is_attached
from nuke_plugin.worker_python import find_worker_python


def press_render(node: nuke.Group) -> None:
    """Run the Render button: whatever the user can mend is said in a message, nothing raises."""
    try:
        start(node)
    except RenderCancelled:
        _set_status(node, "Cancelled.")
    except ImpastoError as error:
        _tell_not_rendered(node, error)
    except Exception as fault:  # noqa: BLE001  a button is a process edge
        traceback.print_exc()
        _tell_not_rendered(node, WorkerUnexpected(type(fault).__name__, str(fault)))


def press_cancel(node: nuke.Group) -> None:
    """Run the Cancel button."""
    job = running_job(node)
    if job is None:
        _set_status(node, "Nothing is rendering.")
    else:
        _set_status(node, "Cancelling...")
        job.cancel()


def start(node: nuke.Group) -> RenderJob:
    """Render the plates, hand them to the worker and return at once.

    Raises the error of everything that goes wrong before the worker starts to paint.
    """
    job, progress = _prepare(node)
    progress.task = nuke.ProgressTask(f"Impasto: {job.settings.node_name}")
    running_jobs.remember(node, job)  # only now: a job that never starts would never end
    job.start()
    return job


def render_and_wait(node: nuke.Group) -> RenderJob:
    """Render to the end before returning, for scripts in terminal mode; raises what goes wrong."""
    job, _ = _prepare(node)
    running_jobs.remember(node, job)
    job.run()
    if job.error is not None:
        raise job.error
    return job


def running_job(node: nuke.Group) -> Optional[RenderJob]:
    """Return the job that paints this node's results now, started by it or by another script."""
    return running_jobs.job_of(node) or running_jobs.job_writing(results_on_disk(node))


def _prepare(node: nuke.Group) -> tuple[RenderJob, _NodeListener]:
    if running_jobs.job_of(node) is not None:
        raise NodeBusy(node.fullName(), "it is rendering already")
    with undo.not_recorded():
        claim_results(node)
    settings = RenderSettings.from_node(node)
    writing = running_jobs.job_writing(settings.results)
    if writing is not None:
        reason = f"{writing.settings.node_name} is rendering to the same files already"
        raise NodeBusy(node.fullName(), reason)
    find_worker_python(os.environ)  # before Nuke spends minutes on the plates
    _set_status(node, "Writing the plates...")
    render_plates(node, settings)
    listener = _NodeListener(node)
    return RenderJob(settings, worker_client.session(), listener), listener


class _NodeListener:
    """Shows a job on its node; called on the job's thread."""

    def __init__(self, node: nuke.Group) -> None:
        self._node = node
        self.task: Optional[nuke.ProgressTask] = None
        """Nuke's progress bar; it closes when the object dies."""

    def job_progressed(self, job: RenderJob) -> None:
        text = _progress_text(job)
        if self.task is not None:
            self.task.setMessage(text)
            self.task.setProgress(int(100 * job.done / job.total))
        main_thread.post(_show_progress, self._node, job, text)

    def job_waits(self, job: RenderJob) -> None:
        if self.task is not None and self.task.isCancelled():
            job.cancel()

    def job_ended(self, job: RenderJob) -> None:
        self.task = None
        main_thread.post(_show_end, self._node, job)


def _show_progress(node: nuke.Group, job: RenderJob, text: str) -> None:
    if not job.ended.is_set() and not _set_status(node, text):
        job.cancel()  # the node was deleted: nobody waits for the frames


def _show_end(node: nuke.Group, job: RenderJob) -> None:
    """Show what is on disk now and say how it ended."""
    if not is_attached(node):
        return
    if job.done:
        try:
            show_results(node, job)
        except ImpastoError as error:  # the node was edited, or the results' folder is gone
            job.error = job.error or error
    _set_status(node, _end_text(job))
    if not nuke.GUI:
        for warning in job.warnings:
            nuke.tprint(f"Impasto: {warning}")
    if job.error is not None and not isinstance(job.error, RenderCancelled) and nuke.GUI:
        nuke.message(job.error.message)


def show_results(node: nuke.Group, job: RenderJob) -> None:
    """Let the node read the results that are on disk, and remember what they were painted with."""
    settings = job.settings
    on_disk = FramePattern.parse(settings.results[0]).existing_frames()
    read = inner(node, RESULT_READ)
    is_mixed = _has_older_frames(job) and not _was_rendered_with(node, settings)
    with undo.not_recorded():
        if len(on_disk):
            first, last = on_disk.frames[0], on_disk.frames[-1]
            # Typed as a user would, so that Nuke takes range and format from the files.
            read["file"].fromUserText(f"{read['file'].value()} {first}-{last}")
        read["reload"].execute()
        style_knobs.note_rendered(node, settings.knobs, is_mixed)


def _has_older_frames(job: RenderJob) -> bool:
    """Whether frames lie beside those the job wrote, in any view."""
    return any(
        not written.issuperset(FramePattern.parse(results).existing_frames())
        for results, written in job.written.items()
    )


def _was_rendered_with(node: nuke.Group, settings: RenderSettings) -> bool:
    """Whether the results that the node remembers were painted as these settings say."""
    texts = style_knobs.RENDERED_TEXTS
    return all(
        (node[kept].value() if name in texts else node[kept].toScript()) == settings.knobs[name]
        for name, kept in style_knobs.RENDERED.items()
    )


def _progress_text(job: RenderJob) -> str:
    if not job.done:
        return f"Painting {job.total} frames: the worker is starting..."
    per_frame = job.seconds / job.done
    left = (job.total - job.done) * per_frame
    return (
        f"Frame {job.last_frame}: {job.done} of {job.total}, {per_frame:.1f} s each, "
        f"about {_duration(left)} left."
    )


def _end_text(job: RenderJob) -> str:
    frames = f"{job.done} frame{'' if job.done == 1 else 's'}"
    if isinstance(job.error, RenderCancelled):
        end = f"Cancelled: {frames} of {job.total} rendered."
    elif job.error is not None:
        end = f"<b>Stopped after {frames}.</b> {rich_text.of(job.error.message)}"
    else:
        end = f"{frames} rendered in {_duration(job.seconds)} on {job.provider}."
    return "<br>".join((end, *(rich_text.of(warning) for warning in job.warnings)))


def _duration(seconds: float) -> str:
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min"


def _tell_not_rendered(node: nuke.Group, error: ImpastoError) -> None:
    _set_status(node, f"<b>Not rendered.</b> {rich_text.of(error.message)}")
    nuke.message(error.message)


def _set_status(node: nuke.Group, text: str) -> bool:
    """Show a text on the node; False when the node was deleted meanwhile."""
    if not is_attached(node):
        return False
    with undo.not_recorded():
        node[style_knobs.STATUS].setValue(text)
    return True
