"""Holds nuke.execute and executeMultiple: rendering Write nodes frame by frame."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from typing import Any, Optional, Union

from nuke_standin import callbacks
from nuke_standin.frame_ranges import FrameRange, FrameRanges
from nuke_standin.node import Node
from nuke_standin.session import session

_BUSY = "I'm already executing something else"

_Movies = dict[str, tuple[Node, list[dict[str, Any]]]]
"""By file, the Write and its pictures so far."""


def executing() -> bool:
    return session.executing


def cancel() -> None:
    """Stop the execution under way, as the progress bar's Cancel does."""
    session.cancelled = True


def execute(
    nameOrNode: Union[Node, str],
    start: Any = None,
    end: Optional[int] = None,
    incr: Optional[int] = None,
    views: Optional[list[str]] = None,
    continueOnError: bool = False,
) -> None:
    """Render one Write over start-end by incr, or over a FrameRange(s) given in place of start."""
    from nuke_standin.scripts import toNode

    node = toNode(nameOrNode) if isinstance(nameOrNode, str) else nameOrNode
    if node is None:
        raise RuntimeError(f"{nameOrNode}: no such node")
    if isinstance(start, (FrameRange, FrameRanges)):
        ranges = start if isinstance(start, FrameRanges) else FrameRanges([start])
    else:
        first = session.root.firstFrame() if start is None else int(start)
        last = (session.root.lastFrame() if start is None else first) if end is None else int(end)
        ranges = FrameRanges([FrameRange(first, last, int(incr or 1))])
    executeMultiple([node], ranges, views, continueOnError)


def executeMultiple(
    nodes: Iterable[Any],
    ranges: Any = None,
    views: Optional[list[str]] = None,
    continueOnError: bool = False,
) -> None:
    """Render Writes, in render_order, over FrameRanges or [(first, last, increment), ...].

    A movie is one file of all these frames, in place of the file that was there.
    """
    from nuke_standin.pixels import write_movie

    writes = list(nodes)
    for node in writes:
        if not isinstance(node, Node):
            raise TypeError(f"executeMultiple: a node is needed, found {node!r}")
    frames = _frames_of(ranges)
    wanted_views = _views_of(views)
    _refuse_if_busy()
    creators = [node for node in writes if node.Class() == "CatFileCreator"]
    writes = [node for node in writes if node not in creators]
    for node in creators:
        _make_cat_file(node)
    for node in writes:
        _refuse_if_not_renderable(node)
    writes.sort(key=lambda node: node["render_order"].value())
    session.executing, session.cancelled = True, False
    failures: list[str] = []
    movies: _Movies = {}
    try:
        for node in writes:
            callbacks.run("beforeRender", node)
        for frame in frames:
            for node in writes:
                if session.cancelled:
                    raise RuntimeError("Cancelled")
                try:
                    _render_frame(node, frame, wanted_views, movies)
                except RuntimeError as failure:
                    if not continueOnError:
                        raise
                    failures.append(str(failure))
        for name, (node, pictures) in movies.items():
            write_movie(node, name, pictures)
        for node in writes:
            callbacks.run("afterRender", node)
        if session.cancelled:
            raise RuntimeError("Cancelled")
    finally:
        session.executing = False
        session.root._render_frame = None
    session.messages.extend(failures)


def _make_cat_file(node: Node) -> None:
    """Do what a CatFileCreator does when it is executed, but for compiling: copy the network."""
    source, made = node["torchScriptFile"].evaluate(), node["catFile"].evaluate()  # type: ignore[attr-defined]
    if not os.path.isfile(source):
        raise RuntimeError(f"{node.name()}: could not load the TorchScript file {source!r}")
    shutil.copyfile(source, made)


def _frames_of(ranges: Any) -> list[int]:
    if ranges is None:
        return list(FrameRange(session.root.firstFrame(), session.root.lastFrame(), 1))
    if isinstance(ranges, FrameRanges):
        return ranges.toFrameList()
    if isinstance(ranges, (list, tuple)) and all(
        isinstance(one, (list, tuple)) and len(one) == 3 for one in ranges
    ):
        return [frame for first, last, step in ranges for frame in FrameRange(first, last, step)]
    raise TypeError(
        f"executeMultiple: FrameRanges or [(first, last, increment)] are needed, found {ranges!r}"
    )


def _views_of(views: Optional[list[str]]) -> list[str]:
    from nuke_standin.scripts import views as project_views

    if views is None:
        return project_views()
    if isinstance(views, str):
        raise TypeError(f"views: a list of names is needed, found {views!r}")
    for view in views:
        if view not in project_views():
            raise RuntimeError(f"no view named {view!r}")
    return list(views)


def _refuse_if_busy() -> None:
    if not session.on_main_thread():
        raise RuntimeError("nodes are executed on the main thread only")
    if session.executing or "knobChanged" in session.running_callbacks:
        raise RuntimeError(_BUSY)


def _refuse_if_not_renderable(node: Node) -> None:
    name = node.name()
    if node.Class() != "Write":
        raise RuntimeError(f"{name} cannot be executed")
    if node["disable"].value():
        raise RuntimeError(f"{name} is disabled")
    if node.input(0) is None:
        raise RuntimeError(f"{name}: Missing input channel")
    if not node["file"].value():
        raise RuntimeError(f"{name}: no output file name specified")
    if node["reading"].value():
        raise RuntimeError(f"{name} is set to read its file")
    if session.root.proxy() and not node["proxy"].value():
        raise RuntimeError(f"{name}: no proxy file name specified and the project is in proxy mode")


def _render_frame(node: Node, frame: int, views: list[str], movies: _Movies) -> None:
    from nuke_standin.pixels import is_movie, movie_picture, write_picture

    if node["use_limit"].value() and not node["first"].value() <= frame <= node["last"].value():
        return
    session.root._render_frame = float(frame)
    callbacks.run("beforeFrameRender", node)
    file_knob = node["proxy"] if session.root.proxy() else node["file"]
    names: list[tuple[str, str]] = [(view, file_knob._file_at(frame, view)) for view in views]
    for view, name in names:
        folder = os.path.dirname(name)
        if node["create_directories"].value():
            os.makedirs(folder, exist_ok=True)
        elif not os.path.isdir(folder):
            raise RuntimeError(
                f"{node.name()}: {name}: can't open file for writing: no such directory"
            )
        with session.context(view=view):
            if is_movie(node):
                _, pictures = movies.setdefault(name, (node, []))
                pictures.append(movie_picture(node, frame, view))
            else:
                write_picture(node, frame, view, name)
    callbacks.run("afterFrameRender", node)
