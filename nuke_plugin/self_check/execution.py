"""Holds the tries of how Nuke executes, and the way of one real frame through a node."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import nuke

from nuke_plugin import frame_states, main_thread, render, style_graph, style_knobs, style_node
from nuke_plugin.contract.errors import ImpastoError
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.node_parts import RESULT_READ
from nuke_plugin.render_job import RenderJob
from nuke_plugin.self_check.assumption import Broken, NotApplicable, Waiting, holds
from nuke_plugin.self_check.bench import FIRST, Bench, execute, seen, shown

WAIT_SECONDS = 20.0
"""How long Nuke's main thread may take to run what another thread asks for."""

RENDER_SECONDS = 300.0
"""How long one small frame may take, the start of the worker included."""


def frame_ranges(bench: Bench) -> str:
    """Make frame ranges of texts, as a render's frames are given."""
    ranges = nuke.FrameRanges(["1-3", "7", "10-14x2"])
    found = [int(frame) for frame in ranges.toFrameList()]
    return holds(found == [1, 2, 3, 7, 10, 12, 14], f"{found}")


def executing_flag(bench: Bench) -> str:
    """Ask before, during and after an execution whether Nuke executes."""
    during: list[bool] = []
    write = _small_write(bench)
    before = bool(nuke.executing())
    with _before_each_frame(lambda: during.append(bool(nuke.executing()))):
        execute(write)
    found = before, during, bool(nuke.executing())
    return holds(
        found == (False, [True], False), f"before {found[0]}, during {during}, after {found[2]}"
    )


def cancelling(bench: Bench) -> str:
    """Cancel an execution from within, as the button of its progress bar does."""
    write = _small_write(bench)
    try:
        with _before_each_frame(nuke.cancel):
            execute(write, range(FIRST, FIRST + 5))
    except RuntimeError as error:
        return holds(str(error).startswith("Cancelled"), f"RuntimeError: {error}")
    raise NotApplicable("nuke.cancel() from within stopped nothing, so nothing is known")


def failing_frame(bench: Bench) -> str:
    """Execute a Write on a Read whose file is not there."""
    source = bench.read(bench.file("absent.%04d.exr"))
    try:
        execute(bench.write(source, bench.file("failed.%04d.exr")))
    except RuntimeError as error:
        return holds(not str(error).startswith("Cancelled"), f"RuntimeError: {error}")
    return holds(False, "the execution ended without an error")


def disabled_write(bench: Bench) -> str:
    """Execute a Write that is disabled."""
    write = _small_write(bench, "disabled.%04d.exr")
    write["disable"].setValue(True)
    try:
        execute(write)
        said = "no error"
    except RuntimeError as error:
        said = str(error)
    has_file = any(bench.folder.glob("disabled.*.exr"))
    return holds(not has_file, f"a file was written: {has_file} ({said})")


def progress_bar(bench: Bench) -> str:
    """Use a progress bar as a render does."""
    task = nuke.ProgressTask("Impasto self-check")
    task.setMessage("Trying")
    task.setProgress(50)
    found = bool(task.isCancelled())
    del task
    return holds(not found, "not cancelled" if not found else "cancelled by nobody")


def hop_to_the_main_thread(bench: Bench) -> Waiting:
    """Execute a Write for another thread, as a render's plates are."""
    write = _small_write(bench, "hopped.%04d.exr")
    outcome: list[Any] = []

    def ask() -> None:
        try:
            outcome.append(main_thread.run(_entered, bench, write))
        except Exception as error:  # noqa: BLE001  it is what was found
            outcome.append(error)

    threading.Thread(target=ask, name="impasto-self-check", daemon=True).start()
    yield from _patience(lambda: bool(outcome))
    found = outcome[0] if outcome else f"nothing within {WAIT_SECONDS:g} s"
    is_written = any(bench.folder.glob("hopped.*.exr"))
    return holds(found == "done" and is_written, f"{found}, file written: {is_written}")


def error_over_the_hop(bench: Bench) -> Waiting:
    """Raise an error on the main thread for another thread."""
    outcome: list[str] = []

    def fail() -> None:
        raise LookupError("tried")

    def ask() -> None:
        try:
            main_thread.run(fail)
        except Exception as error:  # noqa: BLE001  it is what was found
            outcome.append(f"{type(error).__name__}: {error}")

    threading.Thread(target=ask, name="impasto-self-check", daemon=True).start()
    yield from _patience(lambda: bool(outcome))
    found = outcome[0] if outcome else f"nothing within {WAIT_SECONDS:g} s"
    return holds(found == "LookupError: tried", found)


def posted_in_order(bench: Bench) -> Waiting:
    """Post two calls to the main thread from another one."""
    called: list[tuple[int, bool]] = []

    def note(number: int) -> None:
        called.append((number, threading.current_thread() is threading.main_thread()))

    def ask() -> None:
        for number in (1, 2):
            main_thread.post(note, number)

    threading.Thread(target=ask, name="impasto-self-check", daemon=True).start()
    yield from _patience(lambda: len(called) == 2)
    return holds(called == [(1, True), (2, True)], f"(call, on the main thread): {called}")


def timer_may_execute(bench: Bench) -> Waiting:
    """Execute a Write from a timer of Qt, as the panel does for its previews."""
    from nuke_plugin.qt import QtCore

    write = _small_write(bench, "timed.%04d.exr")
    outcome: list[str] = []

    def fire() -> None:
        try:
            outcome.append(_entered(bench, write))
        except Exception as error:  # noqa: BLE001  it is what was found
            outcome.append(f"{type(error).__name__}: {error}")

    QtCore.QTimer.singleShot(0, fire)
    yield from _patience(lambda: bool(outcome))
    found = outcome[0] if outcome else f"nothing within {WAIT_SECONDS:g} s"
    return holds(found == "done", found)


def a_real_frame(bench: Bench) -> Waiting:
    """Render one frame by a whole ImpastoStyle node: plates by Nuke, painting by the worker."""
    board = nuke.nodes.CheckerBoard2()
    board["color0"].setValue([4.0, 2.0, 0.5, 1.0])  # light above white, as in a real plate
    plate = bench.small(board)
    plate.selectOnly()
    node = style_node.create()
    node.hideControlPanel()
    results = bench.file("painted.%04d.exr")
    style_graph.inner(node, RESULT_READ)["file"].setValue(results)
    frames = FrameRange((int(nuke.frame()),))  # the one that the label speaks of
    try:
        if nuke.GUI:
            job = render.start(node, frames)
            yield from _until_shown(node, job)
        else:
            job = render.render_and_wait(node, frames)
    except ImpastoError as error:
        raise Broken(error.message) from error
    if job.error is not None or job.failed:
        said = job.error.message if job.error is not None else next(iter(job.failed.values()))
        raise Broken(said)
    painted, before = seen(node), seen(plate)
    state = frame_states.of(node, frames)
    label = node["label"].evaluate().splitlines()[0]
    style_graph.inner(node, style_graph.MASKED)["mix"].setValue(0)
    is_plate = seen(node) == before
    facts = {
        "painted": painted[:3] != before[:3],
        "the alpha is the plate's": painted[3] == before[3],
        "fresh": len(state.fresh) == 1,
        "the label says the style": label == node[style_knobs.STYLE].value(),
        "mix 0 is the plate": is_plate,
    }
    wrong = [name for name, is_so in facts.items() if not is_so]
    found = (
        f"{shown(before[:3])} became {shown(painted[:3])} in {job.seconds:.1f} s, {job.provider}"
    )
    return holds(not wrong, f"{found}; not so: {', '.join(wrong)}" if wrong else found)


def _until_shown(node: nuke.Group, job: RenderJob) -> Waiting:
    """Wait until a job has ended and its node was told; give up, and say so, in the end."""
    yield from _patience(job.ended.is_set, RENDER_SECONDS)
    if not job.ended.is_set():
        job.cancel()
        raise Broken(f"the frame was not rendered within {RENDER_SECONDS:g} s")
    status = node[style_knobs.STATUS]
    yield from _patience(lambda: str(status.value()).partition(" ")[0] in ("1", "0") or job.error)
    return ""


def _small_write(bench: Bench, name: str = "plate.%04d.exr") -> nuke.Node:
    return bench.write(bench.small(bench.constant(0.25, 0.25, 0.25)), bench.file(name))


def _entered(bench: Bench, write: nuke.Node) -> str:
    with bench.entered():
        execute(write)
    return "done"


def _patience(is_done: Callable[[], object], seconds: float = WAIT_SECONDS) -> Waiting:
    """Yield until something is so, or the time is up."""
    ends_at = time.monotonic() + seconds
    while not is_done() and time.monotonic() < ends_at:
        yield
    return ""


class _before_each_frame:  # noqa: N801  it reads as the words of a with statement
    """Lets Nuke call something before each frame that a Write renders."""

    def __init__(self, call: Callable[[], object]) -> None:
        self._call = call

    def __enter__(self) -> None:
        nuke.addBeforeFrameRender(self._call)

    def __exit__(self, *failure: object) -> None:
        nuke.removeBeforeFrameRender(self._call)
