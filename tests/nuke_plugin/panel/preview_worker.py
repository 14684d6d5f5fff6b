"""Holds a worker that answers previews only: it notes what it was asked, in order, and behaves.

A style called ``endless`` is painted until it is cancelled, ``fails`` fails as a broken model does,
``dies`` takes the worker with it. ``python -m tests.nuke_plugin.panel.preview_worker NOTES``
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from nuke_plugin.contract.errors import ModelFileMissing
from nuke_plugin.contract.messages import (
    Cancel,
    Cancelled,
    Failure,
    Hello,
    Message,
    Preview,
    Result,
    Shutdown,
    decode,
    encode,
)
from nuke_plugin.contract.version import PROTOCOL, VERSION


def main(notes: Path) -> None:
    """Answer until the input ends."""
    _say(Hello(PROTOCOL, VERSION, os.getpid(), ("CPUExecutionProvider",)))
    for line in sys.stdin:
        message = decode(line)
        if isinstance(message, Shutdown):
            return
        if isinstance(message, Preview):
            (style,) = message.styles
            with notes.open("a", encoding="utf-8") as stream:
                stream.write(f"{style}\n")
            _answer(message, style)


def _answer(request: Preview, style: str) -> None:
    if style == "fails":
        _say(Failure.from_error(request.id, ModelFileMissing("/models/model.onnx")))
    elif style == "dies":
        os._exit(134)
    elif style == "endless":
        cancel = decode(sys.stdin.readline())
        assert isinstance(cancel, Cancel)
        assert cancel.target == request.id
        _say(Cancelled(request.id, ()))
    else:
        Path(request.picture).write_bytes(b"a picture")
        _say(Result(request.id, (), (), "CPUExecutionProvider", {}, 0.1))


def _say(message: Message) -> None:
    sys.stdout.write(encode(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
