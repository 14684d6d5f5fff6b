"""Holds the previews of every style on the artist's own frame: when it is taken, what is painted.

Taking the frame is the one thing that holds up Nuke, because only Nuke can render it: it is done
when the artist has stopped moving about, never in the middle of a drag, and no more by itself once
a frame of this comp has taken long. Everything after that happens on the worker and on a thread.
"""

from __future__ import annotations

import atexit
import queue
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Optional

import nuke

from nuke_plugin import worker_client
from nuke_plugin.contract.errors import ImpastoError, ModelError, NodeBusy, RenderCancelled
from nuke_plugin.contract.messages import Preview
from nuke_plugin.panel.own_frame import Moment, OwnFrame, render_small
from nuke_plugin.panel.preview_painter import PreviewPainter
from nuke_plugin.qt import Qt, QtCore, QtGui, Signal

SETTLED_SECONDS = 0.6
"""How long node and frame must have stayed the same before a frame is taken."""

SLOW_SECONDS = 1.5
"""A comp whose frame took longer is rendered for previews only when it is asked for."""

_MOST_FRAMES = 8
_LOOK_EVERY_MS = 100

_LOOKING_SHARE = 0.02
"""Share of the time that may be spent on looking upstream for changes."""


class FramePreviews(QtCore.QObject):
    """The previews of one panel; ``changed`` is sent when there is something new to show."""

    changed = Signal()

    def __init__(self, parent: Optional[QtCore.QObject] = None) -> None:
        super().__init__(parent)
        self.is_on = True
        """Whether previews are wanted at all."""
        self.frame: Optional[OwnFrame] = None
        """The frame that is shown; None when there is none."""
        self.error: Optional[ImpastoError] = None
        """Why there is none, or why painting stopped."""
        self.is_waiting_for_user = False
        """Whether this comp is too slow to be rendered without being asked."""
        self._moment: Optional[Moment] = None
        self._changed_at = 0.0
        self._look_upstream_at = 0.0
        self._is_slow: set[str] = set()
        self._folder: Optional[Path] = None
        self._recent: list[Path] = []
        self._painter: Optional[PreviewPainter] = None
        self._painted: set[str] = set()
        self._failed: dict[str, ImpastoError] = {}
        self._is_stopped = False
        self._looker = QtCore.QTimer(self)
        self._looker.setInterval(_LOOK_EVERY_MS)
        self._looker.timeout.connect(self._fetch)

    # -- which frame --------------------------------------------------------------------
    def follow(self, node: Optional[nuke.Group]) -> None:
        """Look at what a node shows now; called twice a second, and cheap unless it changed."""
        try:
            moment = Moment.of(node) if node is not None and self.is_on else None
        except ImpastoError as error:  # a control that no render would take
            self._moment = None
            if self.error is None or self.error.message != error.message:
                self._show(None, error)
            return
        now = time.monotonic()
        if moment != self._moment:
            self._moment = moment
            self._changed_at = now
            self._look_upstream_at = 0.0
            self.is_waiting_for_user = False
            self._show(None)
        elif (
            moment is not None
            and now - self._changed_at >= SETTLED_SECONDS
            and now >= self._look_upstream_at
            and QtGui.QGuiApplication.mouseButtons() == Qt.MouseButton.NoButton
        ):
            self._take(node, moment, is_asked=False)

    def take_now(self, node: Optional[nuke.Group]) -> None:
        """Take the frame because the user asked for it, also in a slow comp."""
        try:
            moment = Moment.of(node) if node is not None else None
        except ImpastoError as error:
            self._show(None, error)
            return
        if moment is not None:
            self._moment = moment
            self._take(node, moment, is_asked=True)

    def _take(self, node: nuke.Group, moment: Moment, is_asked: bool) -> None:
        began = time.monotonic()
        plate = node.input(0)
        frame = OwnFrame.of(plate, moment, self._previews_folder())
        spent = time.monotonic() - began
        self._look_upstream_at = began + max(1.0, spent / _LOOKING_SHARE)
        if self.frame is not None and frame.folder == self.frame.folder and not is_asked:
            return
        if not frame.file.is_file():
            if moment.plate in self._is_slow and not is_asked:
                self.is_waiting_for_user = True
                self._show(None)
                return
            if not self._render(plate, frame):
                return
        self.is_waiting_for_user = False
        self._keep_recent(frame.folder)
        self._show(frame)

    def _render(self, plate: nuke.Node, frame: OwnFrame) -> bool:
        try:
            seconds = render_small(plate, frame.moment, frame.file)
        except NodeBusy:
            self._look_upstream_at = 0.0  # soon again
            return False
        except RenderCancelled:
            self.is_waiting_for_user = True
            self._is_slow.add(frame.moment.plate)
            self._show(None)
            return False
        except ImpastoError as error:
            self._show(None, error)
            self._look_upstream_at = float("inf")  # until something changes
            return False
        if seconds > SLOW_SECONDS:
            self._is_slow.add(frame.moment.plate)
        return True

    def _show(self, frame: Optional[OwnFrame], error: Optional[ImpastoError] = None) -> None:
        self.frame, self.error = frame, error
        self._failed = {}
        self._is_stopped = False
        if frame is None:
            self.want([])
        self.changed.emit()

    # -- what is painted ----------------------------------------------------------------
    def want(self, wishes: Sequence[Preview]) -> None:
        """Have these pictures painted, most urgent first, and no others."""
        missing = [
            wish
            for wish in wishes
            if wish.picture not in self._painted and wish.picture not in self._failed
        ]
        if self._is_stopped:
            missing = []
        if self._painter is None:
            if not missing:
                return
            self._painter = PreviewPainter(worker_client.session())
        self._painter.want(missing)
        if missing:
            self._looker.start()

    def painted(self, picture: Path) -> bool:
        """Whether a picture of the frame can be shown."""
        return str(picture) in self._painted

    def failure(self, picture: Path) -> Optional[ImpastoError]:
        """Return why a picture could not be painted."""
        return self._failed.get(str(picture))

    def is_painting(self) -> bool:
        """Whether pictures are still on their way."""
        return self._painter is not None and not self._painter.is_idle()

    def _fetch(self) -> None:
        assert self._painter is not None
        is_idle = self._painter.is_idle()  # asked first: what ended before is in the queue
        has_new = False
        while True:
            try:
                done = self._painter.done.get_nowait()
            except queue.Empty:
                break
            has_new = True
            if done.error is None:
                self._painted.add(done.picture)
            else:
                self._failed[done.picture] = done.error
                self.error = done.error
                # A missing worker, or frame, is met by every style; a model's fault by its own.
                self._is_stopped = self._is_stopped or not isinstance(done.error, ModelError)
        if is_idle:
            self._looker.stop()
        if has_new or is_idle:
            self.changed.emit()

    # -- where --------------------------------------------------------------------------
    def _previews_folder(self) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="impasto_previews_"))
            atexit.register(shutil.rmtree, self._folder, ignore_errors=True)
        return self._folder

    def _keep_recent(self, folder: Path) -> None:
        """Keep the pictures of the last frames, so that going back to one costs nothing."""
        self._recent = [*(one for one in self._recent if one != folder), folder]
        while len(self._recent) > _MOST_FRAMES:
            oldest = self._recent.pop(0)
            inside = str(oldest)
            self._painted = {one for one in self._painted if not one.startswith(inside)}
            shutil.rmtree(oldest, ignore_errors=True)
