"""The stand-in's nukescripts.utils."""

from __future__ import annotations

from nuke_standin.main_thread import (
    executeDeferred,
    executeInMainThread,
    executeInMainThreadWithResult,
)

__all__ = ["executeDeferred", "executeInMainThread", "executeInMainThreadWithResult"]
