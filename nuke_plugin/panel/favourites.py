"""Holds a user's favourite styles: a small file beside Nuke's own settings, the same for all shows.

The file is read again before it is changed, so that two Nukes keep each other's stars, and is
replaced whole. One that is damaged is told and left alone: it may be mended by hand.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from nuke_plugin.contract.errors import FavouritesUnusable, FieldInvalid
from nuke_plugin.contract.strict_json import parse_object, read_record, write_record

FILE_VARIABLE = "IMPASTO_FAVOURITES"
"""Names another file, for a studio whose homes are not kept."""

_MOST_BYTES = 1024 * 1024

StyleKey = tuple[str, str]


@dataclass(frozen=True)
class _Record:
    """The file."""

    impasto_favourites: int
    """Version of the layout: 1."""

    styles: tuple[str, ...]
    """Each as ``model/style``, in the order they were marked."""


class Favourites:
    """The styles that one user marked."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._styles: dict[StyleKey, None] = {}

    @classmethod
    def of_user(cls, environ: Mapping[str, str] = os.environ) -> Favourites:
        """Return this user's, not read yet."""
        named = environ.get(FILE_VARIABLE, "").strip()
        return cls(Path(named) if named else Path.home() / ".nuke" / "impasto_favourites.json")

    def __contains__(self, style: object) -> bool:
        return style in self._styles

    def __len__(self) -> int:
        return len(self._styles)

    @property
    def styles(self) -> frozenset[StyleKey]:
        """The marked styles, as they were read last."""
        return frozenset(self._styles)

    def read(self) -> None:
        """Read the file, if there is one; raises ``FavouritesUnusable``, keeping what was known."""
        try:
            with open(self.path, "rb") as stream:
                data = stream.read(_MOST_BYTES + 1)
        except FileNotFoundError:
            self._styles = {}
            return
        except OSError as error:
            raise FavouritesUnusable(self.path, error.strerror or str(error)) from error
        self._styles = dict.fromkeys(self._parsed(data))

    def mark(self, style: StyleKey, is_favourite: bool) -> None:
        """Mark a style or take its mark away; raises ``FavouritesUnusable``, nothing changed."""
        self.read()
        wanted = {**self._styles, style: None}
        if not is_favourite:
            del wanted[style]
        if wanted.keys() == self._styles.keys():
            return
        record = _Record(1, tuple(f"{model}/{name}" for model, name in wanted))
        text = json.dumps(write_record(record), indent=2) + "\n"
        try:
            _write_whole(self.path, text.encode("utf-8"))
        except OSError as error:
            raise FavouritesUnusable(self.path, error.strerror or str(error)) from error
        self._styles = wanted

    def _parsed(self, data: bytes) -> list[StyleKey]:
        try:
            if len(data) > _MOST_BYTES:
                raise FieldInvalid("", f"it has more than {_MOST_BYTES} bytes")
            record = read_record(_Record, parse_object(data.decode("utf-8-sig")))
            if record.impasto_favourites != 1:
                version = record.impasto_favourites
                raise FieldInvalid("impasto_favourites", f"it is {version}, and 1 is known here")
        except FieldInvalid as error:
            where = f"key {error.key!r}: " if error.key else ""
            raise FavouritesUnusable(self.path, f"{where}{error.reason}") from error
        except UnicodeDecodeError as error:
            raise FavouritesUnusable(self.path, f"it is not UTF-8 text ({error})") from error
        pairs = (style.partition("/") for style in record.styles)
        return [(model, name) for model, slash, name in pairs if slash]


def _write_whole(path: Path, data: bytes) -> None:
    """Replace a file, whole or not at all; raises ``OSError``, leaving nothing beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    hidden = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        with open(hidden, "xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(hidden, path)
    finally:
        with suppress(FileNotFoundError):
            hidden.unlink()
