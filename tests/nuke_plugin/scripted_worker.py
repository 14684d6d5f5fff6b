"""Holds a worker that speaks the wire and paints nothing: it behaves as its argument says.

It is a process of its own, as the real one is, so that the client's pipes, threads, time-outs and
signals are the real ones. ``python -m tests.nuke_plugin.scripted_worker BEHAVIOUR``
"""

from __future__ import annotations

import os
import sys
import threading
import time

from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.contract.messages import (
    Cancel,
    Cancelled,
    Failure,
    FrameFailure,
    Hello,
    Message,
    Progress,
    Render,
    Result,
    Shutdown,
    Warning,
    decode,
    encode,
)
from nuke_plugin.contract.version import PROTOCOL, VERSION


def main(behaviour: str) -> None:
    """Behave until the input ends."""
    print("scripted worker: starting", file=sys.stderr, flush=True)
    if behaviour == "no-packages":
        raise ModuleNotFoundError("No module named 'onnxruntime'")
    if behaviour == "mute":
        time.sleep(60)
    if behaviour == "slow-start":
        time.sleep(4)
    if behaviour == "noisy":
        sys.stdout.write("a library prints into the wire\n")
    protocol = PROTOCOL + 1 if behaviour == "newer" else PROTOCOL
    _say(Hello(protocol, VERSION, os.getpid(), ("CPUExecutionProvider",)))
    for line in sys.stdin:
        message = decode(line)
        if isinstance(message, Shutdown):
            return
        if isinstance(message, Render):
            _render(message, behaviour)


def _render(request: Render, behaviour: str) -> None:
    if behaviour == "fails":
        _say(Failure(request.id, "ModelNotFound", "No model named 'x' is installed.", None))
        return
    if behaviour.startswith("warns"):
        _say(Warning(request.id, None, "The place <b>/old</b> cannot be searched for models."))
    if behaviour == "warns-and-fails":
        _say(Failure(request.id, "DiskFull", "The disk is full.", None))
        return
    if behaviour == "dies-at-once":
        os._exit(134)
    frames = FrameRange.parse(request.frames).frames
    if behaviour == "cannot-read":
        lost = FrameFailure(frames[0], "FrameMissing", f"Frame {frames[0]} is missing.")
        _say(Result(request.id, frames[1:], (lost,), "CPUExecutionProvider", {}, 0.1))
        return
    if behaviour == "streams":
        _stream_until_cancelled(request, frames)
        return
    for done, frame in enumerate(frames, start=1):
        if behaviour == "dies" and done == 2:
            print("terminate called after throwing 'std::bad_alloc'", file=sys.stderr, flush=True)
            os._exit(134)
        if behaviour == "hangs" and done == 2:
            time.sleep(60)
        if behaviour == "waits-for-cancel" and done == 2:
            message = decode(sys.stdin.readline())
            assert isinstance(message, Cancel)
            assert message.target == request.id
            _say(Cancelled(request.id, frames[:1]))
            return
        if behaviour == "shows-environment":
            print(sorted(os.environ), file=sys.stderr, flush=True)
            os._exit(0)
        _say(Progress(request.id, frame, done, len(frames), 0.1 * done))
    _say(Result(request.id, frames, (), "CPUExecutionProvider", {"network": 0.1}, 0.1))


def _stream_until_cancelled(request: Render, frames: tuple[int, ...]) -> None:
    """Tell of a frame every 20 ms, as small frames on a GPU do, for at most 20 seconds."""
    reader = threading.Thread(target=sys.stdin.readline, daemon=True)
    reader.start()
    for number in range(1000):
        if not reader.is_alive():
            _say(Cancelled(request.id, frames[:1]))
            return
        done = min(number + 1, len(frames))
        _say(Progress(request.id, frames[done - 1], done, len(frames), 0.02 * number))
        time.sleep(0.02)
    _say(Result(request.id, frames, (), "CPUExecutionProvider", {"network": 0.1}, 20.0))


def _say(message: Message) -> None:
    sys.stdout.write(encode(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
