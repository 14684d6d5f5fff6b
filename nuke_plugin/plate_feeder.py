"""Holds the loop that lets Nuke render a job's plates slice by slice while the worker paints.

In the GUI it turns on a thread of its own and hops to the main thread for each slice, so that no
timer and no Qt is needed and the event loop has room between two. In terminal mode nobody turns an
event loop: the calling thread, which is the main one, renders the slices itself.
"""

from __future__ import annotations

import threading
import time
import traceback

from nuke_plugin import main_thread, running_jobs
from nuke_plugin.contract.errors import ImpastoError, NodeBusy, WorkerUnexpected
from nuke_plugin.plate_render import PlateRender
from nuke_plugin.render_job import RenderJob

BREATH_SECONDS = 0.03
"""Between two slices: what the interface has waiting is done meanwhile."""

_TRY_AGAIN_SECONDS = 0.2


def start(job: RenderJob, plates: PlateRender) -> None:
    """Feed a job from a thread of its own and return at once."""
    threading.Thread(target=feed, args=(job, plates), name="impasto-plates", daemon=True).start()


def feed(job: RenderJob, plates: PlateRender) -> None:
    """Wait for the job's turn, then render its plates and hand them over until none is left.

    What goes wrong ends the job; nothing raises.
    """
    try:
        while not job.is_cancelled and not running_jobs.is_first(job):
            time.sleep(_TRY_AGAIN_SECONDS)
        while not (plates.is_done or job.is_cancelled or job.ended.is_set()):
            try:
                done = main_thread.run(plates.render_next)
            except NodeBusy:
                time.sleep(_TRY_AGAIN_SECONDS)
                continue
            job.take_plates(done.written)
            for picture, error in done.failed:
                job.give_up(picture.frame, error.message)
            time.sleep(BREATH_SECONDS)
    except ImpastoError as error:
        job.stop(error)
    except Exception as fault:  # noqa: BLE001  on a thread it would end unseen
        traceback.print_exc()
        job.stop(WorkerUnexpected(type(fault).__name__, str(fault)))
    finally:
        job.all_plates_taken()
