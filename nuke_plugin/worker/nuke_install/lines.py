"""Holds the lines in Nuke's ``init.py`` that lead to the plugin, between two marks.

The file is a person's: it is handled as bytes, so that encoding, line endings and a missing final
newline stay as they are, and the lines go to its end, where they come between no two of theirs (nor
before a ``from __future__``). They are ASCII, whatever the paths hold: Nuke on Windows may read the
file in another encoding than Python does.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nuke_plugin.contract.errors import (
    InstallLinesEdited,
    ResultError,
    StartupFileBroken,
    StartupFileUnreadable,
    StartupFileUnwritable,
)
from nuke_plugin.contract.worker_start import PYTHON_VARIABLE
from nuke_plugin.worker.whole_file import whole_file

FIRST_MARK = "# >>> impasto nuke-install >>>"
LAST_MARK = "# <<< impasto nuke-install <<<"

_LITERAL = r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_PYTHON_LINE = re.compile(rf'os\.environ\["{PYTHON_VARIABLE}"\] = .* or {_LITERAL}')
_PATH_LINE = re.compile(rf"nuke\.pluginAddPath\({_LITERAL}\)")


@dataclass(frozen=True)
class InstallLines:
    """What Nuke is told."""

    plugin_folder: str
    """The folder that holds ``menu.py``, with forward slashes, absolute."""

    python: str
    """The worker's Python, with forward slashes, absolute."""

    def to_lines(self) -> list[str]:
        """Return the lines, both marks included, each without its ending.

        A variable that is set already stays: a show's environment goes before a user's file.
        """
        variable = f'"{PYTHON_VARIABLE}"'
        return [
            f"{FIRST_MARK} taken out again by: impasto nuke-install --remove",
            "import os",
            "import nuke",
            f"os.environ[{variable}] = os.environ.get({variable}) or {self.python!a}",
            f"nuke.pluginAddPath({self.plugin_folder!a})",
            LAST_MARK,
        ]

    @classmethod
    def from_lines(cls, lines: list[str]) -> InstallLines | None:
        """Return what the lines say, or None when they are not exactly what ``to_lines`` gives."""
        python = [match[1] for line in lines if (match := _PYTHON_LINE.fullmatch(line))]
        folder = [match[1] for line in lines if (match := _PATH_LINE.fullmatch(line))]
        if len(python) != 1 or len(folder) != 1:
            return None
        try:
            found = cls(ast.literal_eval(folder[0]), ast.literal_eval(python[0]))
        except (SyntaxError, ValueError):
            return None
        return found if found.to_lines() == lines else None


@dataclass(frozen=True)
class Placed:
    """Where the lines stand in a file."""

    first: int
    """Index of the line with the first mark, from 0."""

    last: int
    """Index of the line with the last mark."""

    lines: InstallLines
    """What they say."""


@dataclass(frozen=True)
class StartupFile:
    """Nuke's ``init.py`` in one folder, as it was when it was read."""

    path: Path
    """Where it is, or would be."""

    content: bytes | None
    """What it holds; None when there is no such file."""

    @classmethod
    def read(cls, path: Path) -> StartupFile:
        """Read the file; raises ``StartupFileUnreadable``, but not when there is none."""
        try:
            return cls(path, path.read_bytes())
        except FileNotFoundError:
            return cls(path, None)
        except OSError as error:
            raise StartupFileUnreadable(path, error.strerror or str(error)) from error

    @cached_property
    def placed(self) -> Placed | None:
        """The lines of this command in it, if any; raises ``InstallLinesEdited``."""
        lines = [line.decode("ascii", "replace").rstrip("\r\n") for line in self._lines]
        firsts = [index for index, line in enumerate(lines) if line.startswith(FIRST_MARK)]
        lasts = [index for index, line in enumerate(lines) if line.startswith(LAST_MARK)]
        if not firsts and not lasts:
            return None
        begin = min(firsts + lasts) + 1
        for marks, name in ((firsts, "first"), (lasts, "last")):
            if len(marks) != 1:
                count = f"stands there {len(marks)} times" if marks else "is missing"
                raise InstallLinesEdited(self.path, begin, f"the {name} mark {count}")
        if firsts[0] > lasts[0]:
            raise InstallLinesEdited(self.path, begin, "the last mark stands before the first")
        between = lines[firsts[0] : lasts[0] + 1]
        found = InstallLines.from_lines(between)
        if found is None:
            reason = "what stands between the marks is not what was written"
            raise InstallLinesEdited(self.path, begin, reason)
        return Placed(firsts[0], lasts[0], found)

    def with_lines(self, lines: InstallLines) -> bytes:
        """Return the content with these lines in it, in place of earlier ones or at the end.

        Raises ``InstallLinesEdited``, and ``StartupFileBroken`` when Nuke would not run them.
        """
        placed, kept = self.placed, self._lines
        if placed is None:
            ending = _ending_of(kept[-1:]) or _ending_of(kept[-2:-1]) or b"\n"
            # A file without a final newline is given none: the lines take it in front of them.
            has_final = self.content is None or bool(_ending_of(kept[-1:]))
            block = ending.join(line.encode("ascii") for line in lines.to_lines())
            text = b"".join(kept)
            content = text + block + ending if has_final else text + ending * bool(text) + block
        else:
            old = kept[placed.first : placed.last + 1]
            new = [
                line.encode("ascii") + _ending_of([was])
                for was, line in zip(old, lines.to_lines(), strict=True)
            ]
            content = b"".join([*kept[: placed.first], *new, *kept[placed.last + 1 :]])
        parse_startup_file(self.path, content)
        return content

    def without_lines(self) -> bytes | None:
        """Return the content as it was before the lines; None when there was no file."""
        placed = self.placed
        if placed is None:
            return self.content
        before, after = self._lines[: placed.first], self._lines[placed.last + 1 :]
        has_final = bool(_ending_of(self._lines[-1:]))
        if not after and not has_final and before:
            before[-1] = before[-1].rstrip(b"\r\n")
        if not before and not after and has_final:
            return None
        return b"".join(before + after)

    def write(self, content: bytes | None) -> None:
        """Put the content in the file's place, whole; None takes the file away.

        A link stays a link, and the file keeps its permissions. Raises ``StartupFileUnwritable``,
        also when somebody changed the file since it was read; then nothing is changed.
        """
        target = Path(os.path.realpath(self.path))
        if target.exists() and not os.access(target, os.W_OK):
            raise StartupFileUnwritable(self.path, "it is write-protected")
        try:
            if content is None:
                self._refuse_if_changed()
                target.unlink()
                return
            with whole_file(target) as temporary:
                temporary.write_bytes(content)
                if target.exists():
                    shutil.copymode(target, temporary)
                self._refuse_if_changed()
        except StartupFileUnwritable:
            raise
        except (OSError, ResultError) as error:
            cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
            reason = getattr(cause, "strerror", None) or str(cause)
            raise StartupFileUnwritable(self.path, reason) from error

    def _refuse_if_changed(self) -> None:
        if StartupFile.read(self.path).content != self.content:
            raise StartupFileUnwritable(self.path, "another program is just changing it")

    @property
    def _lines(self) -> list[bytes]:
        return (self.content or b"").splitlines(keepends=True)


def parse_startup_file(path: Path, content: bytes) -> ast.Module:
    """Return the parsed file; raises ``StartupFileBroken`` when it is not Python 3."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of how a person writes, which is not asked here
            return ast.parse(content, str(path))
    except SyntaxError as error:
        raise StartupFileBroken(path, error.lineno or 1, error.msg) from error
    except ValueError as error:  # a zero byte, as in UTF-16
        raise StartupFileBroken(path, 1, str(error)) from error


def _ending_of(last_lines: list[bytes]) -> bytes:
    """Return the line ending of the one line given; empty when it has none or there is no line."""
    for line in last_lines:
        return line[len(line.rstrip(b"\r\n")) :]
    return b""
