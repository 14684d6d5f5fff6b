"""Holds file patterns: one text that names a sequence of frames, or a single file.

``plate.%04d.exr`` is Nuke's and printf's form, ``plate.####.exr`` what Nuke shows and artists
type. Only the file's name may hold the frame number: a ``#`` in a folder's name is just a ``#``.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from nuke_plugin.contract.errors import PatternInvalid, PlateUnreadable
from nuke_plugin.contract.frame_range import FrameRange

_PERCENT = re.compile(r"%(?:0(\d))?d")
_HASHES = re.compile(r"#+")
_VIEW = re.compile(r"%[vV]")
_TRAILING_NUMBER = re.compile(r"(?:^|[._ -])(\d{1,9})$")


@dataclass(frozen=True)
class FramePattern:
    """A sequence of frames, or one file, on disk."""

    text: str
    """The pattern as it was written."""

    folder: Path
    """The folder that holds the files; as written, so it may be relative."""

    before: str
    """The file name up to the frame number; the whole name of a single file."""

    digits: int | None
    """Least number of digits of the frame number, 1 or more; None for a single file."""

    after: str
    """The file name behind the frame number; empty for a single file."""

    @classmethod
    def parse(cls, text: str) -> FramePattern:
        """Return the pattern a text such as ``shot/plate.%04d.exr`` means.

        Raises ``PatternInvalid`` when no file is named or the frame number stands in it twice.
        """
        path = Path(text)
        if not text.strip() or not path.name or text[-1] in ("/", os.sep):
            raise PatternInvalid(text, "it names no file")
        if "\0" in text:
            raise PatternInvalid(text, "it holds a zero character")
        if _VIEW.search(text):
            raise PatternInvalid(text, "it stands for several views; name one view's files")
        tokens = list(_PERCENT.finditer(path.name)) or list(_HASHES.finditer(path.name))
        if len(tokens) > 1:
            raise PatternInvalid(text, "the frame number stands in it more than once")
        if not tokens:
            return cls(text, path.parent, path.name, None, "")
        token = tokens[0]
        digits = len(token[0]) if token[0].startswith("#") else int(token[1] or 1)
        before, after = path.name[: token.start()], path.name[token.end() :]
        return cls(text, path.parent, before, max(digits, 1), after)

    @property
    def is_sequence(self) -> bool:
        """Whether the pattern has a place for the frame number."""
        return self.digits is not None

    def name(self, frame: int) -> str:
        """Return the file name of one frame."""
        if self.digits is None:
            return self.before
        return f"{self.before}{frame:0{self.digits}d}{self.after}"

    def path(self, frame: int) -> Path:
        """Return the path of one frame; every frame of a single file is that file."""
        return self.folder / self.name(frame)

    def existing_frames(self) -> FrameRange:
        """Return the frames that are on disk; empty when there is none or no such folder.

        A single file that exists is one frame: the number at the end of its name
        (``plate.1001.exr``), or 1. Raises ``PlateUnreadable`` when the folder cannot be listed.
        """
        if self.digits is None:
            exists = (self.folder / self.before).is_file()
            return FrameRange((self._number_in_name(),) if exists else ())
        number = re.compile(f"{re.escape(self.before)}(-?[0-9]+){re.escape(self.after)}")
        try:
            names = os.listdir(self.folder)
        except (FileNotFoundError, NotADirectoryError):
            return FrameRange(())
        except OSError as error:
            raise PlateUnreadable(self.text, f"its folder cannot be listed ({error})") from error
        frames = (int(match[1]) for match in map(number.fullmatch, names) if match)
        # plate.1.exr is no frame of plate.%04d.exr, though the number can be read.
        on_disk = set(names)
        return FrameRange.from_frames(frame for frame in frames if self.name(frame) in on_disk)

    def _number_in_name(self) -> int:
        match = _TRAILING_NUMBER.search(Path(self.before).stem)
        return int(match[1]) if match else 1
