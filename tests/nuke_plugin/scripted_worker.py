"""Holds a worker that speaks the wire and paints nothing: it behaves as its argument says.

It is a process of its own, as the real one is, so that the client's pipes, threads, time-outs and
signals are the real ones. ``python -m tests.nuke_plugin.scripted_worker BEHAVIOUR``
"""

from __future__ import annotations

import os
import sys
import time

from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.contract.messages import (
    Cancel,
    Cancelled,
    Failure,
    Hello,
    Message,
    Progress,
    Render,
    Result,
    Shutdown,
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
    frames = FrameRange.parse(request.frames).frames
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


def _say(message: Message) -> None:
    sys.stdout.write(encode(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
