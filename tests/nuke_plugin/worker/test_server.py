"""Tests of the worker as a process: spoken to through its pipes, as Nuke's side does."""

from __future__ import annotations

import io
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nuke_plugin.contract.errors import ModelNotFound, StrengthOutOfRange
from nuke_plugin.contract.messages import (
    Cancel,
    Cancelled,
    Failure,
    Hello,
    Message,
    Preview,
    Progress,
    Render,
    Result,
    Shutdown,
    decode,
    encode,
)
from nuke_plugin.contract.messages import Warning as WireWarning
from nuke_plugin.contract.stroke_settings import StrokeSettings
from nuke_plugin.contract.version import PROTOCOL, VERSION
from nuke_plugin.worker import server
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.colour import ColourConfig
from nuke_plugin.worker.image_file import read_plate
from nuke_plugin.worker.providers import working_providers
from nuke_plugin.worker.view import View
from tests.exr_files import half_rgba, read_exr, write_exr
from tests.tiny_model import write_endless_model, write_tiny_model

ROOT = Path(__file__).resolve().parents[3]

PRINTING_WORKER = """
import os, runpy, sys
import onnxruntime.capi.onnxruntime_pybind11_state as state

class NoisyOptions(state.RunOptions):
    def __init__(self):
        print("a library prints with print")
        sys.stdout.flush()
        os.write(1, b"a library prints from C\\n")
        super().__init__()

import onnxruntime
onnxruntime.RunOptions = NoisyOptions
runpy.run_module("nuke_plugin.worker", run_name="__main__")
"""
"""A worker whose libraries print to standard output at each frame."""


class Worker:
    """A worker process and the messages it has sent."""

    def __init__(self, environ: dict[str, str], *command: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *(command or ("-m", "nuke_plugin.worker"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, **environ},
        )
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.decode("ascii"))

    def say(self, message: Message | str) -> None:
        """Send a message, or any line."""
        line = message if isinstance(message, str) else encode(message)
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def hear(self, timeout_seconds: float = 60) -> Message:
        """Return the next message."""
        return decode(self._lines.get(timeout=timeout_seconds))

    def hear_end(self, timeout_seconds: float = 60) -> tuple[list[Message], Message]:
        """Return the messages up to the end of a request, and the end."""
        messages: list[Message] = []
        while True:
            message = self.hear(timeout_seconds)
            if isinstance(message, (Result, Cancelled, Failure)):
                return messages, message
            messages.append(message)

    def leave(self) -> int:
        """Close the worker's input and return its exit code."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait(timeout=20)


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment with the small network and one that does not end, if asked to, installed."""
    models = tmp_path_factory.mktemp("models")
    write_tiny_model(models)
    write_endless_model(models)
    return {"IMPASTO_MODELS": str(models)}


@pytest.fixture
def worker(environ: dict[str, str]) -> Iterator[Worker]:
    """A worker that has said hello."""
    worker = Worker(environ)
    assert isinstance(worker.hear(), Hello)
    yield worker
    worker.process.kill()
    worker.process.wait()


@pytest.fixture
def endless(request_1: Render) -> Render:
    """The same request with a second frame that never ends."""
    path = Path(request_1.plates % 1)
    write_exr(path, half_rgba(160, 90))
    return replace(request_1, model="endless")


@pytest.fixture
def request_1(tmp_path: Path) -> Render:
    """A request for three frames, with the id 1."""
    for frame in (1, 2, 3):
        write_exr(tmp_path / f"plate.{frame:04d}.exr", half_rgba(320, 180, seed=frame))
    return Render(
        id=1,
        plates=str(tmp_path / "plate.%04d.exr"),
        results=str(tmp_path / "results" / "painted.%04d.exr"),
        frames="1-3",
        model="tiny",
        styles={"warm": 1.0},
        strength=1.0,
        colorspace=None,
        keep_going=False,
        overwrite=False,
    )


def result_names(request: Render) -> list[str]:
    """Return the names in the results' folder, hidden ones too."""
    return sorted(os.listdir(Path(request.results).parent))


def wait_for_first_frame(worker: Worker) -> None:
    """Wait until the first frame was written, so that the second is in flight."""
    assert isinstance(worker.hear(), Progress)


def test_it_greets_with_what_it_is(environ: dict[str, str]) -> None:
    """The first line says protocol, version, process and provider; it leaves with code 0."""
    worker = Worker(environ)
    hello = worker.hear()
    expected = Hello(PROTOCOL, VERSION, worker.process.pid, working_providers())
    assert hello == expected
    assert worker.leave() == 0


def test_a_request_is_answered_by_progress_and_a_result(worker: Worker, request_1: Render) -> None:
    """Each frame is told when it is on disk, then the result tells the sum."""
    worker.say(request_1)
    told, end = worker.hear_end()
    assert [(m.frame, m.done, m.total) for m in told if isinstance(m, Progress)] == [
        (1, 1, 3),
        (2, 2, 3),
        (3, 3, 3),
    ]
    assert isinstance(end, Result)
    assert (end.id, end.written, end.failed) == (1, (1, 2, 3), ())
    assert end.provider == working_providers()[0]
    assert set(end.stages) == {"read", "colour", "network", "write"}
    assert result_names(request_1) == [f"painted.{frame:04d}.exr" for frame in (1, 2, 3)]


def test_failed_frames_are_told_as_warnings_and_in_the_result(
    worker: Worker, request_1: Render
) -> None:
    """With keep_going a missing frame is a warning at once and a failure in the result."""
    worker.say(replace(request_1, frames="1-4", keep_going=True))
    told, end = worker.hear_end()
    (warning,) = [message for message in told if isinstance(message, WireWarning)]
    assert warning.frame == 4
    assert isinstance(end, Result)
    assert end.written == (1, 2, 3)
    assert [(failure.frame, failure.error) for failure in end.failed] == [(4, "FrameMissing")]


def test_a_broken_model_place_ahead_is_a_warning(
    environ: dict[str, str], request_1: Render
) -> None:
    """A model that may have been hidden by a place that is gone is painted with, and told."""
    places = os.pathsep.join(["/nowhere/models", environ["IMPASTO_MODELS"]])
    worker = Worker({"IMPASTO_MODELS": places})
    worker.hear()
    worker.say(request_1)
    told, end = worker.hear_end()
    (warning,) = [message for message in told if isinstance(message, WireWarning)]
    assert (warning.id, warning.frame) == (1, None)
    assert "The place /nowhere/models cannot be searched" in warning.text
    assert isinstance(end, Result)
    assert worker.leave() == 0


def test_an_error_crosses_as_itself_and_the_worker_lives_on(
    worker: Worker, request_1: Render
) -> None:
    """Each wrong request fails with its own error; the next request is painted."""
    worker.say(replace(request_1, id=1, model="tony"))
    worker.say(replace(request_1, id=2, strength=2.0))
    worker.say(replace(request_1, id=3, frames="1-9"))
    worker.say(replace(request_1, id=4))
    ends = [worker.hear_end()[1] for _ in range(4)]
    assert [end.id for end in ends] == [1, 2, 3, 4]
    assert isinstance(ends[0], Failure)
    assert isinstance(ends[0].to_error(), ModelNotFound)
    assert isinstance(ends[1], Failure)
    assert isinstance(ends[1].to_error(), StrengthOutOfRange)
    assert isinstance(ends[2], Failure)
    assert (ends[2].error, ends[2].frame) == ("FrameMissing", 4)
    assert isinstance(ends[3], Result)


def test_a_broken_colour_config_fails_the_request_only(
    environ: dict[str, str], request_1: Render
) -> None:
    """With $OCIO wrong the worker starts, says so at the request, and goes on living."""
    worker = Worker({**environ, "OCIO": "/nowhere/config.ocio"})
    worker.hear()
    for request_id in (1, 2):
        worker.say(replace(request_1, id=request_id))
        _, end = worker.hear_end()
        assert isinstance(end, Failure)
        assert end.error == "ColourConfigInvalid"
    assert worker.leave() == 0


def test_what_is_no_message_is_answered_and_survived(worker: Worker, request_1: Render) -> None:
    """Text, a half message and a worker's own message get a failure without an id."""
    worker.say("hello?")
    worker.say(encode(request_1)[:-20])
    worker.say(encode(Cancelled(1, ())))
    for _ in range(3):
        failure = worker.hear()
        assert isinstance(failure, Failure)
        assert (failure.id, failure.error) == (None, "MessageInvalid")
    worker.say(request_1)
    assert isinstance(worker.hear_end()[1], Result)


def test_a_cancel_is_heard_while_a_frame_is_in_flight(worker: Worker, endless: Render) -> None:
    """A cancel ends a frame that would never end, and only whole frames are on disk."""
    worker.say(endless)
    wait_for_first_frame(worker)
    worker.say(Cancel(id=2, target=1))
    assert worker.hear_end()[1] == Cancelled(1, (1,))
    assert result_names(endless) == ["painted.0001.exr"]
    assert read_exr(Path(endless.results % 1)).channels["R"].shape == (90, 160)


def test_a_waiting_request_is_cancelled_before_it_begins(worker: Worker, endless: Render) -> None:
    """Of two requests the second ends at once when it is taken back, while the first is painted."""
    worker.say(endless)
    wait_for_first_frame(worker)
    worker.say(replace(endless, id=2, frames="1", results=endless.results + ".again.exr"))
    worker.say(Cancel(id=3, target=2))
    assert worker.hear_end()[1] == Cancelled(2, ())
    worker.say(Cancel(id=4, target=99))
    worker.say(Cancel(id=5, target=1))
    assert worker.hear_end()[1] == Cancelled(1, (1,))
    assert result_names(endless) == ["painted.0001.exr"]


@pytest.fixture
def preview_1(tmp_path: Path) -> Preview:
    """A request for a picture of a small frame, with the id 1."""
    write_exr(tmp_path / "frame.exr", half_rgba(96, 54))
    return Preview(
        id=1,
        plate=str(tmp_path / "frame.exr"),
        picture=str(tmp_path / "pictures" / "warm.png"),
        model="tiny",
        styles={"warm": 1.0},
        strength=1.0,
        colorspace=None,
    )


def test_a_preview_is_a_picture_for_the_screen(worker: Worker, preview_1: Preview) -> None:
    """A preview is an 8-bit PNG of the frame's size, painted; at strength 0 the frame itself."""
    plain = replace(preview_1, id=2, strength=0.0, picture=preview_1.picture + ".plain.png")
    worker.say(preview_1)
    worker.say(plain)
    for request in (preview_1, plain):
        told, end = worker.hear_end()
        assert told == []
        assert isinstance(end, Result)
        assert (end.id, end.written, end.failed) == (request.id, (), ())
    painted, own = (read_plate(Path(one.picture)).colours() for one in (preview_1, plain))
    shown_as_sheets_do = View(ColourConfig.from_environment({})).picture(Path(preview_1.plate))

    assert painted.shape == own.shape == (3, 54, 96)
    assert np.abs(painted - own).mean() > 0.02
    assert np.array_equal(
        np.round(own * 255).astype(np.uint8), np.moveaxis(shown_as_sheets_do, -1, 0)
    )
    assert sorted(os.listdir(Path(preview_1.picture).parent)) == ["warm.png", "warm.png.plain.png"]


def test_a_preview_has_the_strokes_that_are_asked_for(worker: Worker, preview_1: Preview) -> None:
    """Strokes of another size give another picture."""
    other = f"{preview_1.picture}.2.png"
    large = replace(preview_1, id=2, strokes=StrokeSettings(2.0), picture=other)
    worker.say(preview_1)
    worker.say(large)
    assert [type(worker.hear_end()[1]) for _ in range(2)] == [Result, Result]
    assert Path(preview_1.picture).read_bytes() != Path(large.picture).read_bytes()


def test_a_preview_that_fails_leaves_no_picture(worker: Worker, preview_1: Preview) -> None:
    """A missing style or frame is that error, nothing is written, and the next one is painted."""
    worker.say(replace(preview_1, id=1, styles={"hot": 1.0}))
    worker.say(replace(preview_1, id=2, plate=preview_1.plate + ".gone"))
    ends = [worker.hear_end()[1] for _ in range(2)]
    assert [end.error for end in ends if isinstance(end, Failure)] == [
        "StyleNotFound",
        "PlateUnreadable",
    ]
    assert not Path(preview_1.picture).parent.exists()
    worker.say(replace(preview_1, id=3))
    assert isinstance(worker.hear_end()[1], Result)


def test_a_preview_in_flight_is_cancelled(worker: Worker, preview_1: Preview) -> None:
    """A cancel ends a preview that would never end, and no picture is left."""
    write_exr(Path(preview_1.plate), half_rgba(320, 180))
    worker.say(replace(preview_1, model="endless"))
    worker.say(Cancel(id=2, target=1))
    assert worker.hear_end()[1] == Cancelled(1, ())
    assert not Path(preview_1.picture).exists()


@pytest.mark.parametrize("way", ["shutdown", "closed input"])
def test_it_leaves_when_told_or_left_alone(worker: Worker, endless: Render, way: str) -> None:
    """A shutdown, or the client's death, ends a render in flight and the process, with code 0."""
    worker.say(endless)
    wait_for_first_frame(worker)
    if way == "shutdown":
        worker.say(Shutdown(id=2))
        assert worker.process.wait(timeout=20) == 0
    else:
        assert worker.leave() == 0
    assert result_names(endless) == ["painted.0001.exr"]


class Ending(dict[int, Cancellation]):
    """The requests of a server whose work ends just when a cancel of them is heard."""

    def __contains__(self, request_id: object) -> bool:
        found = super().__contains__(request_id)
        self.clear()
        return found


@pytest.fixture
def _slow_exit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a server in this process from ending this process."""
    monkeypatch.setattr(server, "LEAVE_SECONDS", 1e6)


@pytest.mark.usefixtures("_slow_exit")
def test_a_cancel_of_what_ends_meanwhile_is_survived() -> None:
    """A request that ends between the look for it and its cancel does not deafen the worker."""
    requests = [encode(Cancel(id=2, target=1)), encode(Cancel(id=3, target=1)), "hello?"]
    answers = io.StringIO()
    served = server.Server(io.StringIO("\n".join(requests)), answers, {})
    served._cancellations = Ending({1: Cancellation()})
    served.serve()
    last = decode(answers.getvalue().splitlines()[-1])
    assert isinstance(last, Failure)
    assert last.error == "MessageInvalid"


class BrokenPipe(io.StringIO):
    """The end of a pipe that breaks in the middle of a read."""

    def __next__(self) -> str:
        raise OSError("the pipe is broken")


@pytest.mark.usefixtures("_slow_exit")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_worker_that_cannot_hear_leaves() -> None:
    """When its input breaks the worker ends, as if the client had gone; it does not stay deaf."""
    serving = threading.Thread(
        target=server.Server(BrokenPipe(), io.StringIO(), {}).serve, daemon=True
    )
    serving.start()
    serving.join(timeout=60)
    assert not serving.is_alive()
    for thread in threading.enumerate():
        if thread.name == "impasto-wire":
            thread.join(timeout=60)  # its error is expected, and told when it ends


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_worker_leaves_no_half_frame_under_a_final_name(
    worker: Worker, request_1: Render
) -> None:
    """What is there under a result's name after a kill is whole, and a new worker goes on."""
    worker.say(request_1)
    wait_for_first_frame(worker)
    worker.process.send_signal(signal.SIGKILL)
    assert worker.process.wait() == -signal.SIGKILL
    for name in result_names(request_1):
        if not name.startswith("."):
            path = Path(request_1.results).parent / name
            assert read_exr(path).channels["R"].shape == (180, 320)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_control_c_in_nukes_terminal_does_not_end_it(worker: Worker, request_1: Render) -> None:
    """The signal that a terminal sends to all its programs is left to Nuke."""
    worker.process.send_signal(signal.SIGINT)
    worker.say(request_1)
    assert isinstance(worker.hear_end()[1], Result)


def test_what_libraries_print_stays_out_of_the_wire(
    environ: dict[str, str], request_1: Render, capfd: pytest.CaptureFixture[str]
) -> None:
    """Prints from Python and from C go to standard error; the wire has messages only."""
    worker = Worker(environ, "-c", PRINTING_WORKER)
    worker.hear()
    worker.say(request_1)
    _, end = worker.hear_end()
    assert isinstance(end, Result)
    assert worker.leave() == 0
    printed = capfd.readouterr().err
    assert "a library prints with print" in printed
    assert "a library prints from C" in printed
