"""Holds the Render and Cancel buttons: plates by Nuke, painting by the worker, results shown.

Only frames that are stale or missing are painted, unless all are asked for. Nuke renders the plates
in slices (``plate_feeder``) while the worker paints on a thread, and all that the thread wants of a
node goes through ``main_thread``.
"""

from __future__ import annotations

import contextlib
import os
import time
import traceback
from collections.abc import Iterator
from typing import Callable, Optional

import nuke

from nuke_plugin import (
    effect_results,
    frame_states,
    frame_strip,
    main_thread,
    node_knobs,
    node_upgrade,
    plate_feeder,
    rich_text,
    running_jobs,
    undo,
    worker_client,
)
from nuke_plugin.contract.errors import ImpastoError, NodeBusy, RenderCancelled, WorkerUnexpected
from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.frame_fingerprint import Picture, pictures_of
from nuke_plugin.impasto_nodes import claim_results, is_attached, is_effect_node
from nuke_plugin.job_settings import JobSettings, results_on_disk
from nuke_plugin.node_parts import PLATE_WRITE, RESULT_READ, inner
from nuke_plugin.node_settings import settings_of
from nuke_plugin.plate_render import PlateRender
from nuke_plugin.render_job import RenderJob
from nuke_plugin.worker_python import find_worker_python

_SHOW_EVERY_SECONDS = 1.0
_SHOW_FRAMES_EVERY_SECONDS = 5.0
"""Finished frames are shown while others are painted, but a Viewer starts anew each time."""


def press_render(node: nuke.Group) -> None:
    """Run the Render button: whatever the user can mend is said in a message, nothing raises."""
    _press(node)


def press_render_all(node: nuke.Group) -> None:
    """Run the Render all button: fresh frames are painted again too."""
    _press(node, force=True)


def press_render_frame(node: nuke.Group) -> None:
    """Run the Render this frame button: the frame in the Viewer alone."""
    _press(node, frames=FrameRange((int(nuke.frame()),)))


def press_cancel(node: nuke.Group) -> None:
    """Run the Cancel button."""
    job = running_job(node)
    if job is None:
        _set_status(node, "Nothing is rendering.")
    else:
        _set_status(node, "Cancelling...")
        job.cancel()


def start(node: nuke.Group, frames: Optional[FrameRange] = None, force: bool = False) -> RenderJob:
    """Start to render what is stale or missing, or with ``force`` everything, and return at once.

    ``frames`` are the node's own range unless others are given. The job waits until those that were
    started before it have ended. Raises the error of everything that can be known to go wrong.
    """
    settings, pictures = _prepare(node, frames, force)
    listener = _NodeListener(node)
    job = RenderJob(settings, worker_client.session(), listener, len(pictures))
    plates = PlateRender(node, settings, pictures, uses_old=not force)
    if pictures:
        listener.task = nuke.ProgressTask(f"Impasto: {settings.node_name}")
    running_jobs.remember(node, job)  # only now: a job that never starts would never end
    job.start()
    plate_feeder.start(job, plates)
    return job


def render_and_wait(
    node: nuke.Group,
    frames: Optional[FrameRange] = None,
    force: bool = False,
    on_progress: Callable[[RenderJob], None] = lambda job: None,
) -> RenderJob:
    """Render to the end before returning, for scripts in terminal mode; raises what goes wrong.

    ``on_progress`` is called on another thread and may touch no node.
    """
    settings, pictures = _prepare(node, frames, force)
    job = RenderJob(settings, worker_client.session(), _Bystander(on_progress), len(pictures))
    running_jobs.remember(node, job)
    job.start()
    try:
        plate_feeder.feed(job, PlateRender(node, settings, pictures, uses_old=not force))
        while not job.ended.wait(0.2):  # in pieces, so that Ctrl+C is heard
            pass
    except BaseException:
        job.cancel()
        job.ended.wait()
        raise
    _show_end(node, job)
    if job.error is not None:
        raise job.error
    return job


def running_job(node: nuke.Group) -> Optional[RenderJob]:
    """Return the job that paints this node's results now, started by it or by another script."""
    return running_jobs.job_of(node) or running_jobs.job_writing(results_on_disk(node))


def _press(node: nuke.Group, frames: Optional[FrameRange] = None, force: bool = False) -> None:
    try:
        start(node, frames, force)
    except ImpastoError as error:
        _tell_not_rendered(node, error)
    except Exception as fault:  # noqa: BLE001  a button is a process edge
        traceback.print_exc()
        _tell_not_rendered(node, WorkerUnexpected(type(fault).__name__, str(fault)))


def _prepare(
    node: nuke.Group, frames: Optional[FrameRange], force: bool
) -> tuple[JobSettings, list[Picture]]:
    """Return what is to be painted, with everything checked that can be."""
    if running_jobs.job_of(node) is not None:
        raise NodeBusy(node.fullName(), "it is rendering already")
    if nuke.executing():
        raise NodeBusy(node.fullName(), "Nuke is rendering something else")
    node_upgrade.ensure_current(node)
    with undo.not_recorded():
        claim_results(node)
    settings = settings_of(node, frames)
    writing = running_jobs.job_writing(settings.results)
    if writing is not None:
        reason = f"{writing.settings.node_name} is rendering to the same files already"
        raise NodeBusy(node.fullName(), reason)
    find_worker_python(os.environ)  # before Nuke spends minutes on the plates
    inner(node, PLATE_WRITE)
    if force:
        return settings, list(pictures_of(settings))
    states = frame_states.picture_states(node, settings)
    return settings, [picture for picture, state in states if state != frame_states.FRESH]


class _Bystander:
    """Passes on that a job goes on; what waits for its end shows it."""

    def __init__(self, on_progress: Callable[[RenderJob], None]) -> None:
        self._on_progress = on_progress

    def job_progressed(self, job: RenderJob) -> None:
        self._on_progress(job)

    def job_waits(self, job: RenderJob) -> None:
        pass

    def job_ended(self, job: RenderJob) -> None:
        pass


class _NodeListener:
    """Shows a job on its node; called on the job's thread."""

    def __init__(self, node: nuke.Group) -> None:
        self._node = node
        self.task: Optional[nuke.ProgressTask] = None
        """Nuke's progress bar; it closes when the object dies."""
        self._shown_at = 0.0
        self._frames_shown = 0
        self._frames_shown_at = time.monotonic()

    def job_progressed(self, job: RenderJob) -> None:
        self._show(job)

    def job_waits(self, job: RenderJob) -> None:
        if self.task is not None and self.task.isCancelled():
            job.cancel()
        if time.monotonic() - self._shown_at > _SHOW_EVERY_SECONDS:
            self._show(job)

    def job_ended(self, job: RenderJob) -> None:
        self.task = None
        main_thread.post(_show_end, self._node, job)

    def _show(self, job: RenderJob) -> None:
        self._shown_at = time.monotonic()
        text = _progress_text(job)
        if self.task is not None:
            self.task.setMessage(text)
            self.task.setProgress(int(100 * job.done / max(job.total, 1)))
        main_thread.post(_show_progress, self._node, job, text)
        since = time.monotonic() - self._frames_shown_at
        if job.done > self._frames_shown and since > _SHOW_FRAMES_EVERY_SECONDS:
            self._frames_shown, self._frames_shown_at = job.done, time.monotonic()
            main_thread.post(_show_frames, self._node, job)


def _show_progress(node: nuke.Group, job: RenderJob, text: str) -> None:
    if not job.ended.is_set() and not _set_status(node, text):
        job.cancel()  # the node was deleted: nobody waits for the frames


def _show_frames(node: nuke.Group, job: RenderJob) -> None:
    """Show the frames that are finished while others are painted."""
    if job.ended.is_set() or not is_attached(node) or nuke.executing():
        return
    with contextlib.suppress(ImpastoError):  # the end says what is wrong
        show_files(node)
        frame_strip.show_soon(node)


def _show_end(node: nuke.Group, job: RenderJob) -> None:
    """Show what is on disk now and say how it ended."""
    if not is_attached(node):
        return
    if job.done or not job.total:  # others, such as a farm, may have painted what is fresh
        try:
            show_results(node, job)
        except ImpastoError as error:  # the node was edited, or the results' folder is gone
            job.error = job.error or error
    frame_strip.note_failed(node, FrameRange.from_frames(job.failed))
    frame_strip.show(node)
    _set_status(node, _end_text(job))
    if not nuke.GUI:
        for warning in job.warnings:
            nuke.tprint(f"Impasto: {warning}")
    if nuke.GUI and not isinstance(job.error, RenderCancelled):
        if job.error is not None:
            nuke.message(job.error.message)
        elif job.failed:
            nuke.message(next(iter(job.failed.values())))


def show_files(node: nuke.Group) -> None:
    """Let the node read the results that are on disk now."""
    read, patterns = inner(node, RESULT_READ), results_on_disk(node)
    on_disk = FramePattern.parse(patterns[0]).existing_frames() if patterns else FrameRange(())
    with undo.not_recorded():
        if len(on_disk):
            first, last = on_disk.frames[0], on_disk.frames[-1]
            with _project_range_kept():
                # Typed as a user would, so that Nuke takes range and format from the files.
                read["file"].fromUserText(f"{read['file'].value()} {first}-{last}")
        read["reload"].execute()
        if is_effect_node(node):
            effect_results.note_kinds(node)


@contextlib.contextmanager
def _project_range_kept() -> Iterator[None]:
    """Put back the project's frame range, which Nuke stretches to a file that is typed in."""
    knobs = [nuke.root()[name] for name in ("first_frame", "last_frame")]
    before = [knob.toScript() for knob in knobs]
    yield
    for knob, text in zip(knobs, before):
        if knob.toScript() != text:
            knob.fromScript(text)


def show_results(node: nuke.Group, job: RenderJob) -> None:
    """Let the node read the results that are on disk, and remember what they were painted with."""
    settings = job.settings
    is_mixed = _has_older_frames(node, settings)
    show_files(node)
    with undo.not_recorded():
        settings.note_rendered(node, is_mixed)


def _has_older_frames(node: nuke.Group, settings: JobSettings) -> bool:
    """Whether a frame on disk, in any view, was painted with other settings than the node's."""
    on_disk = FrameRange.from_frames(
        frame
        for results in settings.results
        for frame in FramePattern.parse(results).existing_frames()
    )
    try:
        return frame_states.has_other_settings(settings_of(node, on_disk))
    except ImpastoError:  # the node was set meanwhile to what cannot be rendered
        return True


def _progress_text(job: RenderJob) -> str:
    ahead = running_jobs.ahead_of(job)
    if ahead is not None:
        return f"Waiting for {ahead.settings.node_name} to finish."
    if not job.is_painting:
        return "Writing the plates..."
    each, left = job.seconds_each, job.seconds_left
    if each is None or left is None:
        return f"Painting {_pictures(job.total)}: the worker is starting..."
    return (
        f"Frame {job.last_frame}: {job.done} of {job.total}, {each:.1f} s each, "
        f"about {_duration(left)} left."
    )


def _end_text(job: RenderJob) -> str:
    frames = _pictures(job.done)
    if isinstance(job.error, RenderCancelled):
        end = f"Cancelled: {frames} of {job.total} rendered."
    elif job.error is not None:
        end = f"<b>Stopped after {frames}.</b> {rich_text.of(job.error.message)}"
    elif not job.total:
        end = "Nothing to render: every frame is fresh."
    else:
        end = f"{frames} rendered in {_duration(job.seconds)}"
        end += f" on {job.provider}." if job.provider else "."
    return "<br>".join((end, *_failure_lines(job), *map(rich_text.of, job.warnings)))


def _failure_lines(job: RenderJob) -> list[str]:
    """Return what to say of the frames that could not be painted, each sentence once."""
    if not job.failed:
        return []
    frames = FrameRange.from_frames(job.failed).to_text()
    reasons = [text for text in dict.fromkeys(job.failed.values()) if text not in job.warnings]
    return [
        f"<b>Failed, showing the plate unless an older painting is there: {frames}.</b>",
        *map(rich_text.of, reasons[:3]),
    ]


def _pictures(count: int) -> str:
    return f"{count} frame{'' if count == 1 else 's'}"


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
        node[node_knobs.STATUS].setValue(text)
    return True
