"""Holds what is dropped on the node graph: callbacks are asked, the one added last first."""

from __future__ import annotations

from typing import Any, Callable

from nuke_standin.session import session


def addDropDataCallback(callback: Callable[[str, str], Any]) -> None:
    session.drop_callbacks.insert(0, callback)


def dropData(mimeType: str, text: str) -> Any:
    """Hand a text to the callbacks until one has taken it: True, or None when nobody has."""
    for callback in list(session.drop_callbacks):
        if callback(mimeType, text) is True:
            return True
    return None


def drop(mime_type: str, text: str) -> bool:
    """Drop a text on the node graph as a mouse does; False when nobody took it."""
    if not session.on_main_thread():
        raise RuntimeError("what is dropped arrives on the main thread")
    return bool(dropData(mime_type, text))
