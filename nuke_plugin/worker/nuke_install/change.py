"""Holds what is to become of Nuke's ``init.py``: it can be shown before it is done."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

from nuke_plugin.worker.nuke_install.folders import STARTUP_FILE
from nuke_plugin.worker.nuke_install.lines import InstallLines, StartupFile


@dataclass(frozen=True)
class Change:
    """What is to become of Nuke's ``init.py``."""

    file: StartupFile
    """The file as it is."""

    content: bytes | None
    """What it will hold; None when there will be no such file."""

    @classmethod
    def install(cls, folder: Path, lines: InstallLines) -> Change:
        """Return what puts the lines into a folder's ``init.py``."""
        file = StartupFile.read(folder / STARTUP_FILE)
        return cls(file, file.with_lines(lines))

    @classmethod
    def remove(cls, folder: Path) -> Change:
        """Return what takes the lines out of it."""
        file = StartupFile.read(folder / STARTUP_FILE)
        return cls(file, file.without_lines())

    @property
    def is_none(self) -> bool:
        """Whether everything is so already."""
        return self.content == self.file.content

    def lines(self) -> list[str]:
        """Return the lines that come (``+``) and go (``-``)."""
        before, after = (
            (content or b"").decode("utf-8", "replace").splitlines()
            for content in (self.file.content, self.content)
        )
        compared = difflib.unified_diff(before, after, n=0, lineterm="")
        return [line for line in list(compared)[2:] if not line.startswith("@@")]

    def apply(self) -> None:
        """Write it, unless everything is so already; raises ``StartupFileUnwritable``."""
        if not self.is_none:
            self.file.write(self.content)
