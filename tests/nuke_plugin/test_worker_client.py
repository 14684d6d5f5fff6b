"""Promises of the worker's client, on real processes that behave and misbehave on purpose."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Callable, Optional

import pytest

from nuke_plugin.contract.errors import (
    MessageInvalid,
    ModelNotFound,
    ProtocolMismatch,
    WorkerDied,
    WorkerNotInstalled,
    WorkerTimeout,
)
from nuke_plugin.contract.messages import Cancelled, Progress, Render, Result
from nuke_plugin.contract.worker_start import PLUGIN_ROOT, cleaned_environment
from nuke_plugin.worker_client import Patience, WorkerClient

REQUEST = Render(
    id=0,
    plates="/shot/plate.%04d.exr",
    results="/shot/painted.%04d.exr",
    frames="1001-1003",
    model="tiny",
    styles={"warm": 1.0},
    strength=1.0,
    colorspace=None,
    keep_going=False,
    overwrite=True,
)

MakeClient = Callable[..., WorkerClient]


@pytest.fixture
def make_client() -> Iterator[MakeClient]:
    """Return a maker of clients whose workers are ended after the test."""
    clients: list[WorkerClient] = []

    def make(behaviour: str, patience: Optional[Patience] = None) -> WorkerClient:
        module = "tests.nuke_plugin.scripted_worker"
        client = WorkerClient(
            lambda: [sys.executable, "-m", module, behaviour], patience or Patience()
        )
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.stop()


def test_render_yields_progress_then_the_result(make_client: MakeClient) -> None:
    """A render's messages come in order and end with its result."""
    events = list(make_client("paints").render(REQUEST))

    assert [event.frame for event in events if isinstance(event, Progress)] == [1001, 1002, 1003]
    assert isinstance(events[-1], Result)
    assert events[-1].written == (1001, 1002, 1003)


def test_one_process_serves_the_session(make_client: MakeClient) -> None:
    """Two renders are two requests to the same process, with rising ids."""
    client = make_client("paints")
    first = client.render(REQUEST)
    list(first)
    pid = client.pid
    second = client.render(REQUEST)
    list(second)

    assert client.pid == pid
    assert second.request.id > first.request.id


def test_death_is_explained(make_client: MakeClient) -> None:
    """A worker that dies is told with its exit code and what it printed last."""
    events = []
    with pytest.raises(WorkerDied) as caught:
        events.extend(make_client("dies").render(REQUEST))

    assert caught.value.exit_code == 134
    assert "std::bad_alloc" in caught.value.message
    assert caught.value.last_lines[-1] == "terminate called after throwing 'std::bad_alloc'"


def test_a_killed_worker_is_replaced(make_client: MakeClient) -> None:
    """After a death the next request starts another process and is served."""
    client = make_client("hangs")
    conversation = client.render(REQUEST)
    first_pid = client.pid
    assert first_pid is not None
    threading.Timer(0.5, os.kill, (first_pid, 9)).start()
    with pytest.raises(WorkerDied) as caught:
        list(conversation)
    assert caught.value.exit_code != 0

    client._command = lambda: [  # the same session, with a worker that is well
        sys.executable,
        "-m",
        "tests.nuke_plugin.scripted_worker",
        "paints",
    ]
    assert isinstance(list(client.render(REQUEST))[-1], Result)
    assert client.pid != first_pid


def test_failure_is_raised_as_the_worker_s_own_error(make_client: MakeClient) -> None:
    """A failure on the wire is raised as the class it names, with its sentence."""
    with pytest.raises(ModelNotFound, match="No model named 'x' is installed"):
        list(make_client("fails").render(REQUEST))


def test_cancel_ends_the_conversation(make_client: MakeClient) -> None:
    """A cancel from another thread ends the iteration with the frames that are finished."""
    client = make_client("waits-for-cancel")
    conversation = client.render(REQUEST)
    threading.Timer(0.3, client.cancel, (conversation,)).start()
    events = list(conversation)

    assert isinstance(events[-1], Cancelled)
    assert events[-1].written == (1001,)


def test_a_wish_to_cancel_is_heard_between_fast_frames(make_client: MakeClient) -> None:
    """Whoever waits is asked at every message too, so that no stream of frames drowns a cancel."""
    client = make_client("streams")
    conversation = client.render(REQUEST)
    conversation.while_waiting = lambda: client.cancel(conversation)

    assert isinstance(list(conversation)[-1], Cancelled)


def test_an_ignored_cancel_stops_the_worker(make_client: MakeClient) -> None:
    """A worker that does not answer a cancel is stopped after the time for it."""
    client = make_client("hangs", Patience(cancel_seconds=0.5))
    conversation = client.render(REQUEST)
    client.cancel(conversation)
    with pytest.raises(WorkerTimeout, match=r"end of the cancelled render within 0\.5 seconds"):
        list(conversation)

    assert client.pid is None


def test_silence_stops_the_worker(make_client: MakeClient) -> None:
    """A worker that says nothing for too long is stopped and its last lines are shown."""
    client = make_client("hangs", Patience(silence_seconds=0.5))
    with pytest.raises(WorkerTimeout, match="scripted worker: starting"):
        list(client.render(REQUEST))

    assert client.pid is None


def test_a_worker_that_never_greets_is_given_up(make_client: MakeClient) -> None:
    """The start of the worker is waited for only so long."""
    client = make_client("mute", Patience(greeting_seconds=0.5))
    began = time.monotonic()
    with pytest.raises(WorkerTimeout, match="its first message"):
        client.render(REQUEST)

    assert time.monotonic() - began < 10


def test_missing_packages_say_what_to_run(make_client: MakeClient) -> None:
    """A Python without the worker's packages is told as not installed, with the command."""
    with pytest.raises(WorkerNotInstalled, match=r"No module named 'onnxruntime'.*Run: "):
        make_client("no-packages").render(REQUEST)


def test_a_program_that_cannot_be_started_says_what_to_run() -> None:
    """A Python that is not there is told as not installed."""
    client = WorkerClient(lambda: ["/nowhere/python", "-m", "nuke_plugin.worker"])
    with pytest.raises(WorkerNotInstalled, match="/nowhere/python"):
        client.render(REQUEST)


def test_another_protocol_is_refused(make_client: MakeClient) -> None:
    """A worker of another version is told as such and not used."""
    client = make_client("newer")
    with pytest.raises(ProtocolMismatch, match="two versions are installed"):
        client.render(REQUEST)

    assert client.pid is None


def test_noise_on_the_wire_is_refused(make_client: MakeClient) -> None:
    """A line that is no message is an error that quotes it, not something to skip."""
    with pytest.raises(MessageInvalid, match="a library prints into the wire"):
        list(make_client("noisy").render(REQUEST))


def test_nuke_s_own_environment_stays_out(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker does not see the variables that lead to Nuke's own Python, Qt and libraries."""
    dropped = ("PYTHONHOME", "PYTHONPATH", "LD_LIBRARY_PATH", "QT_PLUGIN_PATH", "DYLD_LIBRARY_PATH")
    for name in dropped:
        monkeypatch.setenv(name, "/opt/Nuke")
    monkeypatch.setenv("IMPASTO_MODELS", "/models")
    client = make_client("shows-environment")
    with pytest.raises(WorkerDied) as caught:
        list(client.render(REQUEST))

    shown = caught.value.last_lines[-1]
    assert "'IMPASTO_MODELS'" in shown
    assert not [name for name in dropped if f"'{name}'" in shown]


def test_relative_places_mean_the_same_for_the_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Relative models and OCIO configs are handed on as they mean in Nuke's folder."""
    monkeypatch.chdir(tmp_path)
    models = os.pathsep.join(("models", "", str(tmp_path / "shared")))
    kept = cleaned_environment({"IMPASTO_MODELS": models, "OCIO": "show/config.ocio"})

    expected = os.pathsep.join((str(tmp_path / "models"), "", str(tmp_path / "shared")))
    assert kept["IMPASTO_MODELS"] == expected
    assert kept["OCIO"] == str(tmp_path / "show" / "config.ocio")
    assert cleaned_environment({"OCIO": "ocio://default"})["OCIO"] == "ocio://default"


def test_stop_lets_the_worker_leave_by_itself(make_client: MakeClient) -> None:
    """At the end of the session the worker is asked to leave and no process stays behind."""
    client = make_client("paints")
    list(client.render(REQUEST))
    process = client._process
    assert process is not None
    client.stop()

    assert process._process.returncode == 0
    assert client.pid is None


@pytest.mark.skipif(os.name == "nt", reason="signal 0, which asks whether a process lives, ends it")
@pytest.mark.parametrize("end", ["closes", "is killed"])
def test_the_worker_ends_with_nuke(end: str, worker_python: Path) -> None:
    """The real worker leaves when Nuke closes, and when Nuke is gone without a word."""
    code = (
        "import sys; from nuke_plugin.worker_client import session;"
        "session()._running_process(); print(session().pid, flush=True); sys.stdin.readline()"
    )
    nuke = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=PLUGIN_ROOT,
        env={**os.environ, "IMPASTO_PYTHON": str(worker_python)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert nuke.stdout is not None
    worker_pid = int(nuke.stdout.readline())
    os.kill(worker_pid, 0)  # it lives
    if end == "closes":
        nuke.communicate("\n", timeout=30)
        assert nuke.returncode == 0
    else:
        nuke.kill()
        nuke.communicate(timeout=30)
    deadline = time.monotonic() + 15
    while _lives(worker_pid):
        assert time.monotonic() < deadline, "the worker outlived Nuke"
        time.sleep(0.05)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A process whose parent is gone stays listed as a zombie until someone collects it.
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.is_file() and stat.read_text().rpartition(")")[2].split()[0] == "Z")
