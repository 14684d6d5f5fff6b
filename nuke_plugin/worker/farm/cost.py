"""Holds what a frame costs, measured here, and how many of them make a task of a farm.

Every task starts a process, loads a network and asks an engine for its turn: a frame a task spends
more on that than on painting, and a shot a task leaves machines idle and loses much when one fails.
``docs/farm_scale.md`` says why minutes.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import OpenImageIO as oiio

from nuke_plugin.contract.errors import PlateError, PlateUnreadable
from nuke_plugin.contract.farm_job import CPU, TASK_SECONDS, FarmJob, FarmPainting
from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.worker.asked_render import render_asked
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.studio import Studio

MOST_FRAMES = 1000
"""A chunk is not longer than this, whatever it costs."""


def seconds_a_frame(
    job: FarmJob, studio: Callable[[str], Studio], cancellation: Cancellation
) -> float:
    """Return how long this machine takes for all that the job paints at one frame.

    One frame of the job is painted, once to warm up if that is quick, and thrown away: of its plate
    where there is one, else noise of the largest size. Raises what the painting raises, so that a
    job that cannot be painted is found out before it is sent.
    """
    at_busiest = busiest_frame(job)
    return sum(
        _seconds_of(job, painting, studio(painting.request.model), cancellation)
        for painting in job.paintings
        if at_busiest in painting.frames
    )


def frames_per_task(seconds_a_frame: float, task_seconds: float = TASK_SECONDS) -> int:
    """Return how many frames take about ``task_seconds``, 1 to ``MOST_FRAMES``."""
    return max(1, min(MOST_FRAMES, round(task_seconds / max(seconds_a_frame, 1e-6))))


def busiest_frame(job: FarmJob) -> int:
    """Return the first frame at which the job paints most; a job has one frame or more."""
    paintings = Counter(frame for painting in job.paintings for frame in painting.frames)
    return max(sorted(paintings), key=paintings.__getitem__)


def _seconds_of(
    job: FarmJob, painting: FarmPainting, studio: Studio, cancellation: Cancellation
) -> float:
    request = painting.request
    with tempfile.TemporaryDirectory(prefix="impasto-cost-") as folder:
        plate = _plate(painting) or _noise(Path(folder) / "plate.exr", *job.largest_px)
        execution = request.execution
        uses_gpu = execution.use_gpu and job.device != CPU
        asked = replace(
            request,
            plates=str(plate),  # one file stands for every frame
            results=str(Path(folder) / "painted.%d.exr"),
            frames=str(painting.frames.frames[0]),
            overwrite=True,
            resume=False,
            execution=replace(execution, use_gpu=uses_gpu),
            fingerprints={},
        )
        seconds = render_asked(asked, studio, cancellation=cancellation).seconds
        if seconds < 5:  # the first one loads the network and fills caches
            began = time.perf_counter()
            render_asked(asked, studio, cancellation=cancellation)
            seconds = time.perf_counter() - began
        return seconds


def _plate(painting: FarmPainting) -> Path | None:
    """Return a plate of the painting that is on disk already, None where Nuke has to render it."""
    try:
        pattern = FramePattern.parse(painting.request.plates)
        existing = set(pattern.existing_frames())
    except PlateError:
        return None
    there = [frame for frame in painting.frames if frame in existing or not pattern.is_sequence]
    return pattern.path(there[0]) if there and existing else None


def _noise(file: Path, width: int, height: int) -> Path:
    """Write a plate of noise as Nuke would write it: it compresses worse than any picture."""
    pixels = np.random.default_rng(0).random((height, width, 4), np.float32).astype(np.float16)
    picture = oiio.ImageBuf(oiio.ImageSpec(width, height, 4, "half"))
    picture.set_pixels(oiio.ROI(), pixels)
    if not picture.write(str(file)):
        raise PlateUnreadable(file, f"it cannot be written ({picture.geterror()})")
    return file
