"""Holds the pictures of the panel: read and shrunk on a thread, kept at the size they are drawn.

A picture is asked for while a cell is painted, so the answer must be there at once: the picture, or
nothing yet. What was asked for last is read first, because that is what is on the screen now.
"""

from __future__ import annotations

import queue
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Optional

from nuke_plugin.qt import Qt, QtCore, QtGui, Signal

_LOOK_EVERY_MS = 15
_MOST_BYTES = 96 * 1024 * 1024
_MOST_WAITING = 400

_THUMBNAIL_PX = (320, 180)

_Key = tuple[str, int, int]


class Thumbnails(QtCore.QObject):
    """Pictures by file and size; ``arrived`` is sent when some that were asked for are there."""

    arrived = Signal()

    def __init__(self, parent: Optional[QtCore.QObject] = None) -> None:
        super().__init__(parent)
        self._pictures: OrderedDict[_Key, QtGui.QPixmap] = OrderedDict()
        self._bytes = 0
        self._reader: Optional[_Reader] = None
        self._asked: set[_Key] = set()
        self._looker = QtCore.QTimer(self)
        self._looker.setInterval(_LOOK_EVERY_MS)
        self._looker.timeout.connect(self._fetch)

    def picture(self, file: Path, size: QtCore.QSize) -> Optional[QtGui.QPixmap]:
        """Return a picture that fills ``size``, in device pixels; None while it is being read.

        It keeps its shape, so one side may be longer. A null one could not be read.
        """
        key = (str(file), size.width(), size.height())
        found = self._pictures.get(key)
        if found is not None:
            self._pictures.move_to_end(key)
        elif key not in self._asked:
            self._asked.add(key)
            if self._reader is None:
                self._reader = _Reader()
            for forgotten in self._reader.ask(key):
                self._asked.discard(forgotten)
            self._looker.start()
        return found

    def forget(self) -> None:
        """Read every picture again when it is asked for next: files may have changed."""
        self._pictures.clear()
        self._bytes = 0

    def is_idle(self) -> bool:
        """Whether nothing that was asked for is still being read."""
        return not self._asked

    def _fetch(self) -> None:
        has_new = False
        while self._reader is not None:
            try:
                key, image = self._reader.done.get_nowait()
            except queue.Empty:
                break
            self._asked.discard(key)
            self._keep(key, QtGui.QPixmap.fromImage(image))
            has_new = True
        if not self._asked:
            self._looker.stop()
        if has_new:
            self.arrived.emit()

    def _keep(self, key: _Key, picture: QtGui.QPixmap) -> None:
        self._pictures[key] = picture
        self._bytes += _bytes_of(picture)
        while self._bytes > _MOST_BYTES and len(self._pictures) > 1:
            _, oldest = self._pictures.popitem(last=False)
            self._bytes -= _bytes_of(oldest)


class _Reader:
    """The thread that reads; it lives as long as the process and sleeps when nothing is asked."""

    def __init__(self) -> None:
        self.done: queue.SimpleQueue[tuple[_Key, QtGui.QImage]] = queue.SimpleQueue()
        self._wanted: list[_Key] = []
        self._condition = threading.Condition()
        threading.Thread(target=self._read_for_ever, name="impasto-thumbnails", daemon=True).start()

    def ask(self, key: _Key) -> list[_Key]:
        """Put a picture before those asked for earlier; return what is given up for it."""
        with self._condition:
            self._wanted.append(key)
            given_up = self._wanted[:-_MOST_WAITING]
            del self._wanted[:-_MOST_WAITING]
            self._condition.notify()
        return given_up

    def _read_for_ever(self) -> None:
        while True:
            with self._condition:
                while not self._wanted:
                    self._condition.wait()
                key = self._wanted.pop()
            self.done.put((key, _read(*key)))


def png_of(file: Path) -> Optional[bytes]:
    """Return a picture as the PNG of a look's thumbnail; None when it cannot be read."""
    image = _read(str(file), *_THUMBNAIL_PX)
    if image.isNull():
        return None
    buffer = QtCore.QBuffer()
    buffer.open(QtCore.QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # PySide2 wants a text, the stub bytes
    return bytes(buffer.data().data())


def _read(file: str, width: int, height: int) -> QtGui.QImage:
    """Return a file's picture, as small as it may be to fill a size; null when unreadable."""
    reader = QtGui.QImageReader(file)
    reader.setAutoTransform(True)
    own = reader.size()
    expanding = Qt.AspectRatioMode.KeepAspectRatioByExpanding
    if own.isValid() and own.width() > width and own.height() > height:
        reader.setScaledSize(own.scaled(width, height, expanding))
    return reader.read()


def _bytes_of(picture: QtGui.QPixmap) -> int:
    return picture.width() * picture.height() * 4
