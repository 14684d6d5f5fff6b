"""Holds the client of the pixel server: a long-lived helper process that computes pictures.

The helper needs numpy and OpenEXR, which the Pythons inside Nuke do not have. It is this
interpreter if it has them, else the repository's .venv, else the worker's (IMPASTO_PYTHON);
IMPASTO_STANDIN_PYTHON names another.
"""

from __future__ import annotations

import atexit
import importlib.util
import json
import os
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any, Optional

from nuke_standin.node import Node
from nuke_standin.picture_tree import PictureTree, format_values
from nuke_standin.session import session

_SERVER = Path(__file__).resolve().parents[2] / "pixel_server"
_REPOSITORY = Path(__file__).resolve().parents[4]
_process: Optional[subprocess.Popen] = None  # type: ignore[type-arg]


def helper_python() -> str:
    """Return the Python that computes the pixels."""
    named = os.environ.get("IMPASTO_STANDIN_PYTHON")
    if named:
        return named
    if all(importlib.util.find_spec(module) is not None for module in ("numpy", "OpenEXR")):
        return sys.executable
    for relative in ("bin/python", "Scripts/python.exe"):
        candidate = _REPOSITORY / ".venv" / relative
        if candidate.exists():
            return str(candidate)
    worker = os.environ.get("IMPASTO_PYTHON")
    if worker:
        return worker
    raise RuntimeError(
        "the stand-in needs a Python with numpy and OpenEXR: set IMPASTO_STANDIN_PYTHON"
    )


def _request(message: dict[str, Any]) -> dict[str, Any]:
    global _process
    if _process is None or _process.poll() is not None:
        environment = {
            key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "QT_"))
        }
        _process = subprocess.Popen(
            [helper_python(), "-X", "utf8", str(_SERVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=environment,
        )
        atexit.register(_stop)
    assert _process.stdin is not None
    assert _process.stdout is not None
    _process.stdin.write(json.dumps(message) + "\n")
    _process.stdin.flush()
    line = _process.stdout.readline()
    if not line:
        raise RuntimeError(f"the pixel server died with exit code {_process.wait()}")
    answer: dict[str, Any] = json.loads(line)
    return answer


def _stop() -> None:
    if _process is not None and _process.poll() is None and _process.stdin is not None:
        _process.stdin.close()
        _process.wait(timeout=10)


def _ask(message: dict[str, Any]) -> dict[str, Any]:
    answer = _request(message)
    if "not_modelled" in answer:
        from nuke_standin.errors import NotModelled

        raise NotModelled(answer["not_modelled"])
    if "error" in answer:
        raise RuntimeError(f"{answer['node']}: {answer['error']}")
    return answer


def _tree(node: Node, frame: float, view: str = "main") -> dict[str, Any]:
    tree = PictureTree(view)
    target = tree.add(node, frame)
    size = format_values(session.root.format())
    return {"operations": tree.operations, "target": target, "format": size}


def forget_pictures() -> None:
    """Drop what Reads have cached, as closing a script does."""
    if _process is not None and _process.poll() is None:
        _request({"do": "forget"})


def picture_info(node: Node, frame: float) -> dict[str, Any]:
    """Return {"channels", "bbox", "format", "metadata"} of what the node shows."""
    return _ask({"do": "info", **_tree(node, frame)})


def sample(
    node: Node, channel: str, x: float, y: float, dx: Optional[float], dy: Optional[float]
) -> float:
    """Return the mean of a channel over dx by dy pixels round (x, y), or of the one pixel there."""
    message = {"do": "sample", "channel": channel, "x": x, "y": y, "dx": dx, "dy": dy}
    return float(_ask({**message, **_tree(node, session.root._frame_now())})["value"])


def pixel_rows(node: Node, channel: str, frame: Optional[float] = None) -> list[list[float]]:
    """Return a channel over the format, top row first: for tests."""
    at = session.root._frame_now() if frame is None else frame
    return list(_ask({"do": "rows", "channel": channel, **_tree(node, at)})["rows"])


def is_movie(node: Node) -> bool:
    """Whether a Write makes one file of all its frames."""
    return str(node._knobs["file_type"]._value) == "mov"


def movie_picture(node: Node, frame: float, view: str) -> dict[str, Any]:
    """Return what the pixel server needs for one picture of a Write's movie."""
    _refuse_colours(node)
    return _tree(node, frame, view)


def write_movie(node: Node, name: str, pictures: list[dict[str, Any]]) -> None:
    """Write a movie of pictures, in place of one that is there."""
    rate = session.root.realFps()
    _ask({"do": "movie", "node": node.name(), "file": name, "rate": rate, "pictures": pictures})


def write_picture(node: Node, frame: float, view: str, name: str) -> None:
    """Write what a Write's input shows to a file."""
    knobs = node._knobs
    if str(knobs["file_type"]._value) != "exr":
        from nuke_standin.errors import NotModelled

        raise NotModelled(
            f"{node.fullName()}: file_type {knobs['file_type']._value!r}; the stand-in writes exr "
            "and mov"
        )
    _refuse_colours(node)
    message = {
        "do": "write",
        "node": node.name(),
        "file": name,
        "channels": str(knobs["channels"]._value),
        "version": f"{session.version_major}.0v1",
        **{
            key: knobs[key].value()
            for key in ("datatype", "compression", "metadata", "autocrop", "interleave")
        },
    }
    _ask({**message, **_tree(node, frame, view)})


def _refuse_colours(write: Node) -> None:
    knobs = write._knobs
    if not knobs["raw"].value() and str(knobs["colorspace"]._value) not in (
        "default",
        "linear",
        "scene_linear",
    ):
        from nuke_standin.errors import NotModelled

        raise NotModelled(
            f"{write.fullName()}: colorspace {knobs['colorspace']._value!r}; set raw on"
        )


def store_exr(
    path: str,
    channels: dict[str, list[list[float]]],
    size: Optional[tuple[int, int]] = None,
    origin: tuple[int, int] = (0, 0),
    types: Optional[dict[str, str]] = None,
    attributes: Optional[dict[str, Any]] = None,
) -> None:
    """Write an EXR file for a test: rows of each channel, top first, by the file's own names.

    `size` is the display window's, `origin` the data window's upper left corner, `types` are
    half (default), float or uint. A text 'hh:mm:ss:ff' becomes a timecode, a list a rational.
    """
    described = {"size": size, "origin": origin, "channels": channels}
    kept = {"types": types or {}, "attributes": attributes or {}}
    _ask({"do": "store", "file": path, **described, **kept})


def load_exr(path: str) -> dict[str, Any]:
    """Return channels, types, windows and attributes of an EXR file, for a test."""
    return _ask({"do": "load", "file": path})


def error_of(node: Node, frame: float, own_only: bool) -> Optional[str]:
    """Return why the node has no picture, or None; with own_only, not for its inputs' sake."""
    try:
        picture_info(node, frame)
    except RuntimeError as failure:
        text = str(failure)
        return text if not own_only or text.startswith(f"{node.name()}:") else None
    return None


def tree_hash(node: Node, frame: float) -> int:
    return zlib.crc32(json.dumps(_tree(node, frame), sort_keys=True).encode())


def frame_range(node: Optional[Node]) -> tuple[int, int]:
    """Return the first and last frame a node offers."""
    if node is not None and node.Class() == "Group":
        return frame_range(node.output())  # type: ignore[attr-defined]
    if node is not None and node.Class() == "Input":
        group = node._group
        node = group.input(group._input_nodes().index(node))
        return frame_range(node)
    if node is not None and node.Class() == "Read":
        return int(node["first"].value()), int(node["last"].value())
    if node is not None and node.input(0) is not None:
        first, last = frame_range(node.input(0))
        shift = int(node["time_offset"].value()) if node.Class() == "TimeOffset" else 0
        return first + shift, last + shift
    return session.root.firstFrame(), session.root.lastFrame()
