"""Holds what every look is, of a style or of an effect: a name, its maker, and its text.

A look holds numbers and ids only, never an expression or a path: it comes from other people, and
Nuke's expressions may run programs. What a newer Impasto adds is kept as it was read and written
again, so that an older machine in the show loses nothing of a look that passes through it.
"""

from __future__ import annotations

import dataclasses
import getpass
import json
import re
from abc import ABC, abstractmethod
from datetime import datetime, timezone
from typing import Any, ClassVar, Optional, TypeVar

from nuke_plugin.contract.errors import FieldInvalid, LookInvalid
from nuke_plugin.contract.field_checks import check
from nuke_plugin.contract.strict_json import KeptKeys, parse_object, read_record, write_record
from nuke_plugin.looks import names

LARGEST_LOOK_BYTES = 64 * 1024
"""A look is about one kilobyte; what is larger is something else."""

_LONGEST_AUTHOR = 200
_SHA256 = re.compile(r"[0-9a-f]{64}")
_DATE = "%Y-%m-%dT%H:%M:%SZ"
_JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')

Record = TypeVar("Record", bound="LookRecord")


class LookRecord(ABC):
    """A frozen dataclass that has these fields among its own."""

    MARK: ClassVar[str]
    """Its first key, which holds the version of its layout and marks a text as such a look."""

    FORMAT: ClassVar[int]
    """Version of the layout written here. A newer one may add keys, and changes none that are."""

    name: str
    author: str
    date: str
    newer: KeptKeys

    @abstractmethod
    def newer_keys(self) -> list[str]:
        """Return the paths of the keys that this version only passes on."""

    @classmethod
    def in_this_format(cls, value: dict[str, Any]) -> dict[str, Any]:
        """Return a look's JSON object as this format has it; an older one says less."""
        return value

    @property
    def format(self) -> int:
        """Version of the look's own layout."""
        return int(getattr(self, self.MARK))

    def check_look(self) -> None:
        """Raise ``FieldInvalid`` for what no look can be: for a record's own check."""
        check(self.format >= 1, self.MARK, self.format, "1 or higher")
        check(names.is_name(self.name), "name", self.name, "1 to 100 characters on one line")
        of_author = not self.author or (
            len(self.author) <= _LONGEST_AUTHOR and names.tidy(self.author) != ""
        )
        check(of_author, "author", self.author, "empty, or at most 200 characters")
        check(_is_date(self.date), "date", self.date, "as 2026-11-22T23:16:25Z")
        if self.format <= self.FORMAT and self.newer_keys():
            raise FieldInvalid(self.newer_keys()[0], "this key is not known")

    @classmethod
    def from_json(cls: type[Record], text: str, source: str) -> Record:
        """Return the look in a text; ``source`` says where it stands: ``The file rain.json``.

        Raises ``LookInvalid`` with the key for anything that is not exactly a look of this kind.
        """
        check_length(text, source)
        found_format: object = None
        try:
            value = parse_object(text)
            if cls.MARK not in value:
                raise FieldInvalid(cls.MARK, "this key, which every look has, is missing")
            found_format = value[cls.MARK]
            return read_record(cls, cls.in_this_format(value))
        except FieldInvalid as error:
            reason = error.reason
            if isinstance(found_format, int) and found_format > cls.FORMAT:
                reason = f"{reason}. It was made by a newer Impasto (format {found_format})"
            raise LookInvalid(source, error.key, reason) from error

    def to_json(self) -> str:
        """Return the text of the look: two spaces of indent, a final newline.

        Braces inside strings are escaped. Who pastes a look into the node graph by mistake hands it
        to Nuke as Tcl, for which it is then one word in braces and can run nothing.
        """
        text = json.dumps(write_record(self), indent=2, ensure_ascii=False, allow_nan=False)
        return _JSON_STRING.sub(_without_braces, text) + "\n"

    def renamed(self: Record, name: str) -> Record:
        """Return the same look under another name."""
        return dataclasses.replace(self, name=name)  # type: ignore[type-var]


def check_length(text: str, source: str) -> None:
    """Raise ``LookInvalid`` for a text that is longer than any look."""
    if len(text) > LARGEST_LOOK_BYTES:
        found = f"it holds {len(text)} characters, and a look at most {LARGEST_LOOK_BYTES}"
        raise LookInvalid(source, "", found)


def check_model_sha256(sha256: Optional[str]) -> None:
    """Raise ``FieldInvalid`` unless it is a SHA-256, or None for a model that was not there."""
    is_one = sha256 is None or bool(_SHA256.fullmatch(sha256))
    check(is_one, "model_sha256", sha256, "a SHA-256")


def now() -> str:
    """Return this moment as a look's date."""
    return datetime.now(timezone.utc).strftime(_DATE)


def this_author() -> str:
    """Return who is working here, as far as the system tells."""
    try:
        return names.tidy(getpass.getuser())
    except (KeyError, OSError, ImportError):  # no variable names the user, and no password entry
        return ""


def _is_date(text: str) -> bool:
    try:
        return datetime.strptime(text, _DATE).strftime(_DATE) == text
    except ValueError:
        return False


def _without_braces(string: re.Match[str]) -> str:
    return string[0].replace("{", "\\u007b").replace("}", "\\u007d")
