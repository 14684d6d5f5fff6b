"""Holds the state of the one Nuke session a process has: scripts, modes, logs for tests."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable, Optional

from nuke_standin.undo_log import UndoLog

_NUKE_OF_PYTHON = {(3, 9): 14, (3, 10): 15, (3, 11): 16}


class Session:
    """One running Nuke: its script, its mode, and what it would have shown to the user."""

    def __init__(self) -> None:
        self.main_thread = threading.main_thread()
        self.version_major = _NUKE_OF_PYTHON.get(sys.version_info[:2], 16)
        self.begin(gui=True)

    def begin(self, gui: bool) -> None:
        """Start over: an empty script, empty logs, in GUI or terminal mode."""
        self.gui = gui
        self.root: Any = None
        self.group_stack: list[Any] = []
        self.contexts: list[dict[str, Any]] = []
        self.running_callbacks: list[str] = []
        self.clipboard = ""
        self.executing = False
        self.cancelled = False
        self.loading = False
        self.answers: list[Any] = []
        self.messages: list[str] = []
        self.shows_dialogs = False
        self.progress_tasks: list[Any] = []
        self.panels: dict[str, Callable[[], Any]] = {}
        self.open_panels: list[Any] = []
        self.drop_callbacks: list[Callable[[str, str], Any]] = []
        self.plugin_paths: list[str] = []
        self.undo = UndoLog()
        self.main_calls: list[Callable[[], None]] = []
        self.main_calls_lock = threading.Lock()
        self.namespace: dict[str, Any] = {"__name__": "__main__"}
        self.raw_args: list[str] = [os.path.join("Nuke", "Nuke")]

    # -- rules -----------------------------------------------------------------
    def on_main_thread(self) -> bool:
        return threading.current_thread() is self.main_thread

    def main_thread_only(self, what: str) -> None:
        """Refuse other threads: Nuke would corrupt itself."""
        if not self.on_main_thread():
            raise RuntimeError(
                f"{what}: nodes can only be created and edited on the main thread, "
                f"this is {threading.current_thread().name!r}; use nuke.executeInMainThread"
            )

    def edit(self, what: str) -> None:
        """Record an edit of the script that Undo takes back."""
        self.main_thread_only(what)
        if not self.loading:
            self.undo.record(what)
            if self.root is not None:
                self.root.setModified(True)

    # -- contexts --------------------------------------------------------------
    @contextmanager
    def context(self, callback: Optional[str] = None, **entries: Any) -> Iterator[None]:
        """Make thisNode, thisKnob, thisGroup ... answer `entries` while a callback runs."""
        self.contexts.append(entries)
        if callback is not None:
            self.running_callbacks.append(callback)
        try:
            yield
        finally:
            self.contexts.pop()
            if callback is not None:
                self.running_callbacks.pop()

    def this(self, what: str) -> Any:
        for entries in reversed(self.contexts):
            if what in entries:
                return entries[what]
        return None

    @property
    def group(self) -> Any:
        """The Group new nodes go into: the innermost begin(), else the root."""
        return self.group_stack[-1] if self.group_stack else self.root

    def run_text(self, code: str, source: str) -> None:
        """Execute Python text stored in a knob, in Nuke's __main__ namespace."""
        import nuke
        import nukescripts

        self.namespace.setdefault("nuke", nuke)
        self.namespace.setdefault("nukescripts", nukescripts)
        exec(compile(code, f"<{source}>", "exec"), self.namespace)

    def evaluate_text(self, expression: str, source: str) -> Any:
        """Evaluate a Python expression stored in a knob, in a bare scope."""
        return eval(compile(expression, f"<{source}>", "eval"), {"__name__": "__main__"})


session = Session()
