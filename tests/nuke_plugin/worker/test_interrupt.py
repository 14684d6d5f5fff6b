"""Work that a signal stops."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from nuke_plugin.contract.errors import PlateNotFound, RenderCancelled
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.interrupt import Interrupted, run_interruptible

pytestmark = pytest.mark.skipif(os.name == "nt", reason="os.kill ends the process on Windows")


def _press_soon(number: signal.Signals) -> None:
    threading.Timer(0.2, os.kill, (os.getpid(), number)).start()


def _wait_for_cancel(cancellation: Cancellation) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        cancellation.check()
        time.sleep(0.01)


def test_the_work_gives_its_value_or_its_error() -> None:
    """Without a signal the work's value is returned and its error raised, as they are."""
    assert run_interruptible(lambda cancellation: 7) == 7

    def fail(cancellation: Cancellation) -> None:
        raise PlateNotFound("a.exr")

    with pytest.raises(PlateNotFound):
        run_interruptible(fail)


@pytest.mark.parametrize(
    ("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=str
)
def test_a_signal_cancels_the_work(number: signal.Signals, exit_code: int) -> None:
    """Control-C and SIGTERM cancel, and tell the exit code a shell expects."""
    _press_soon(number)
    with pytest.raises(Interrupted) as caught:
        run_interruptible(_wait_for_cancel)
    assert caught.value.exit_code == exit_code


def test_a_signal_is_heard_while_the_work_is_busy_in_one_call() -> None:
    """The cancellation is requested at once, not when a long call of the work returns."""
    heard_after: list[float] = []

    def work(cancellation: Cancellation) -> None:
        started = time.monotonic()
        released = threading.Event()
        watcher = threading.Thread(target=lambda: _watch(cancellation, heard_after, started))
        watcher.start()
        released.wait(2.0)  # one call that nothing wakes, as the network's is
        watcher.join()
        cancellation.check()

    _press_soon(signal.SIGINT)
    with pytest.raises(Interrupted):
        run_interruptible(work)
    assert heard_after[0] < 1.5


def _watch(cancellation: Cancellation, heard_after: list[float], started: float) -> None:
    while not cancellation.is_requested and time.monotonic() - started < 10:
        time.sleep(0.01)
    heard_after.append(time.monotonic() - started)


def test_a_cancel_without_a_signal_stays_what_it_is() -> None:
    """``RenderCancelled`` that no signal caused is not told as an interruption."""

    def cancel(cancellation: Cancellation) -> None:
        raise RenderCancelled(3)

    with pytest.raises(RenderCancelled):
        run_interruptible(cancel)


def test_signals_mean_afterwards_what_they_meant_before() -> None:
    """The process's own handlers are back when the work has ended, however it ended."""
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    run_interruptible(lambda cancellation: None)
    _press_soon(signal.SIGINT)
    with pytest.raises(Interrupted):
        run_interruptible(_wait_for_cancel)
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
