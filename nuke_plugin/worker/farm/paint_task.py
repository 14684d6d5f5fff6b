"""Holds the task that paints: the frames of one chunk, of every node of the job.

One process paints a whole chunk, so the network is loaded once for all its frames. A frame that is
on disk whole, with the fingerprint it is to have, is kept; each other one is claimed before it is
painted. So a task may be run again, twice at once, or be killed at any moment.
"""

from __future__ import annotations

from dataclasses import replace

from nuke_plugin.contract.farm_job import CPU, FarmJob, FarmPainting
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.contract.messages import Rendering
from nuke_plugin.worker.asked_render import render_asked
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.farm.host import Host
from nuke_plugin.worker.farm.task_lines import TaskLines
from nuke_plugin.worker.render_records import FrameDone
from nuke_plugin.worker.studio import Studio


def paint(
    job: FarmJob, host: Host, frames: FrameRange, cancellation: Cancellation, lines: TaskLines
) -> None:
    """Paint what the job asks for at these frames and is not on disk as it must be.

    Raises any ``ImpastoError`` of the render; ``RenderCancelled`` when it is stopped.
    """
    shares = [(painting, _share(painting, frames)) for painting in job.paintings]
    total = sum(len(share) for _, share in shares)
    written = before = 0
    studio: Studio | None = None
    model = ""
    lines.progress(0, total)
    for painting, share in shares:
        if not share:
            continue
        if studio is None or model != painting.request.model:
            model = painting.request.model
            studio = host.studio(model)
        done_before = before

        def tell(done: FrameDone, painting: FarmPainting = painting, at: int = done_before) -> None:
            lines.progress(at + done.done, total)
            lines.status(f"{_name(painting)}frame {done.frame}, {done.done} of {done.total}")

        report = render_asked(
            _asked(job, painting, share),
            studio,
            cancellation=cancellation,
            on_progress=tell,
            on_warning=lines.warn,
        )
        written += len(report.written)
        before += len(share)
    kept = total - written
    lines.status(f"{written} of {total} frames painted" + (f", {kept} kept" if kept else ""))
    lines.progress(1, 1)


def _share(painting: FarmPainting, frames: FrameRange) -> FrameRange:
    wanted = set(frames)
    return FrameRange(tuple(frame for frame in painting.frames if frame in wanted))


def _asked(job: FarmJob, painting: FarmPainting, frames: FrameRange) -> Rendering:
    request = painting.request
    execution = request.execution
    uses_gpu = execution.use_gpu and job.device != CPU
    return replace(
        request,
        frames=frames.to_text(),
        keep_going=job.keep_going,
        overwrite=False,
        resume=True,
        execution=replace(execution, use_gpu=uses_gpu),
    )


def _name(painting: FarmPainting) -> str:
    return f"{painting.node}: " if painting.node else ""
