"""Holds a folder of looks: loading, saving and removing them, by many people at once.

There is no lock, which on a network folder goes stale, and no file is ever written over. A look
that replaces another is written beside it, then the other is put away: a rename, in which exactly
one of several savers succeeds. The others find it gone, and their looks get a numbered name of
their own. So whatever two people do at once, both looks are there, and both are told.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from nuke_plugin.contract.errors import LookError, LookInvalid, LookNotSaved, LookUnreadable
from nuke_plugin.looks import facts, listing, look_files, names
from nuke_plugin.looks.any_look import AnyLook
from nuke_plugin.looks.facts import Fact
from nuke_plugin.looks.listing import (
    Listing,
    StoredLook,
    look_files_in,
    read_stored,
    sha256_of,
)
from nuke_plugin.looks.look_files import THUMBNAIL_ENDING

_MOST_MOVES = 20


@dataclass(frozen=True)
class Saved:
    """What came of saving."""

    stored: StoredLook
    """The look as it stands now; under another name where the facts say so."""

    facts: tuple[Fact, ...]
    """What the artist should know; empty when all went as asked."""


@dataclass(frozen=True)
class LookFolder:
    """A folder of looks; several programs on several machines may use it at once."""

    folder: Path
    """Where the looks are."""

    standing: Path
    """The folder itself or one above it, which must exist; what lies below it is made."""

    def looks(self) -> Listing:
        """Return everything in the folder; what is wrong with one file hides no other."""
        return listing.of_folder(self.folder, self.standing)

    def load(self, path: Path) -> StoredLook:
        """Return one look; raises ``LookUnreadable`` or ``LookInvalid``."""
        try:
            return read_stored(path)
        except OSError as error:
            raise LookUnreadable(path, error.strerror or str(error)) from error

    def save(
        self,
        look: AnyLook,
        replaces: Optional[StoredLook] = None,
        thumbnail: Optional[bytes] = None,
    ) -> Saved:
        """Save a look: a new one, or ``replaces``, the look it was made from, in this folder.

        ``thumbnail`` is a PNG of up to 2048 pixels a side; without it a replaced look's is kept. A
        name that is taken, and a look that was changed by someone since ``replaces`` was read, lead
        to a look beside it under a numbered name, which is said. Raises ``LookNotSaved``, or
        ``LookInvalid`` for a thumbnail that is none; then nothing was changed.
        """
        if replaces is not None and replaces.path.parent != self.folder:
            raise ValueError(f"{replaces.path} is in another folder than {self.folder}")
        if thumbnail is not None:
            look_files.check_thumbnail(thumbnail, f"The picture of the look {look.name!r}")
        try:
            if not self.standing.is_dir():
                raise LookNotSaved(
                    look.name, self.folder, f"the folder {self.standing} does not exist"
                )
            self.folder.mkdir(parents=True, exist_ok=True)
            return self._save(look, replaces, thumbnail)
        except LookError:
            raise
        except OSError as error:
            raise LookNotSaved(look.name, self.folder, error.strerror or str(error)) from error

    def remove(self, stored: StoredLook) -> tuple[Fact, ...]:
        """Put a look away among the earlier ones; say so when it was changed since it was read."""
        try:
            is_away = _put_away(stored)
        except OSError as error:
            return (_not_put_away(stored, error),)
        if is_away:
            return ()
        text = "It was changed or removed by someone since it was read, so it was left as it is."
        return (Fact(facts.CHANGED_SINCE_READ, stored.look.name, text),)

    def _save(
        self, look: AnyLook, replaces: Optional[StoredLook], thumbnail: Optional[bytes]
    ) -> Saved:
        said: list[Fact] = []
        is_replacing = replaces is not None and _is_unchanged(replaces)
        was_beaten = False
        if thumbnail is None and replaces is not None:
            thumbnail = _picture_of(replaces)
        stored = self._written(look, thumbnail, replaces if is_replacing else None)
        if replaces is not None and is_replacing:
            try:
                is_replacing = _put_away(replaces)
                was_beaten = not is_replacing
            except OSError as error:
                said.append(_not_put_away(replaces, error))
        if not (is_replacing and replaces is not None and _same_name(replaces.look, stored.look)):
            stored = self._settled(stored, thumbnail, was_beaten)
        if replaces is not None and not is_replacing:
            said.append(self._changed_since_read(replaces.look, stored))
        elif stored.look.name != look.name:
            said.append(self._name_taken(look, stored))
        return Saved(stored, tuple(said))

    def _written(
        self, look: AnyLook, thumbnail: Optional[bytes], replaces: Optional[StoredLook] = None
    ) -> StoredLook:
        """Write a look under the first free name, or under that of the look it replaces."""
        taken: set[str] = set()
        name = look.name
        # Who keeps the name contends for it when the replaced look is put away.
        keeps_name = replaces is not None and _same_name(replaces.look, look)
        while not keeps_name and self._files_named(name):
            taken.add(names.key_of(name))
            name = names.numbered(name, taken)
        named = look.renamed(name)
        path = look_files.publish(self.folder, named, thumbnail)
        picture = path.with_suffix(THUMBNAIL_ENDING) if thumbnail is not None else None
        return StoredLook(named, path, sha256_of(named.to_json().encode("utf-8")), picture)

    def _settled(
        self, stored: StoredLook, thumbnail: Optional[bytes], yields_to_all: bool
    ) -> StoredLook:
        """Give a look that was just written another name while one that came before has its name.

        Two new looks of one name may be written in the same moment: each finds the other only now,
        and the later one goes aside. A look that came too late to replace one yields to all.
        """
        for _ in range(_MOST_MOVES):
            others = self._files_named(stored.look.name, stored.path.name)
            age = look_files.age_in(stored.path.name)
            if not yields_to_all:
                others = [other for other in others if look_files.age_in(other) < age]
            if not others:
                break
            moved = self._written(stored.look, thumbnail)
            with suppress(OSError):  # it stays under its old name too, and the list says so
                _put_away(stored)
            stored, yields_to_all = moved, False
        return stored

    def _files_named(self, name: str, besides: str = "") -> list[str]:
        """Return the files whose look has this name; only those that may have it are read."""
        slug, key = names.slug_of(name), names.key_of(name)
        candidates = [
            file
            for file in look_files_in(self.folder)
            if file != besides and look_files.slug_in(file) == slug
        ]
        named = ((file, self._look_in(file)) for file in candidates)
        return [file for file, look in named if look is not None and names.key_of(look.name) == key]

    def _look_in(self, file: str) -> Optional[AnyLook]:
        try:
            return read_stored(self.folder / file).look
        except (OSError, LookError):
            return None  # gone or damaged: it has no name that could be taken

    def _changed_since_read(self, read: AnyLook, stored: StoredLook) -> Fact:
        theirs = self._makers_of(read.name, stored)
        if theirs:
            what = f"The look {read.name!r} was changed by {theirs} since you read it"
        else:
            what = f"The look {read.name!r} was removed or renamed by someone since you read it"
        text = f"{what}. Yours was saved beside it as {stored.look.name!r}; nothing was lost."
        return Fact(facts.SAVED_BESIDE, "", text)

    def _name_taken(self, look: AnyLook, stored: StoredLook) -> Fact:
        theirs = self._makers_of(look.name, stored) or "someone"
        text = (
            f"There is a look {look.name!r} by {theirs} already. Yours was saved beside it as "
            f"{stored.look.name!r}; nothing was lost."
        )
        return Fact(facts.SAVED_BESIDE, "", text)

    def _makers_of(self, name: str, besides: StoredLook) -> str:
        """Return who made the looks of this name, and when."""
        there = [self._look_in(file) for file in self._files_named(name, besides.path.name)]
        makers = {f"{look.author or 'someone'} ({look.date})" for look in there if look is not None}
        return " and ".join(sorted(makers))


def _is_unchanged(stored: StoredLook) -> bool:
    try:
        return sha256_of(look_files.read_bounded(stored.path)) == stored.sha256
    except FileNotFoundError:
        return False


def _put_away(stored: StoredLook) -> bool:
    """Put a look away; return False, with everything as it was, when it changed since it was read.

    What is compared is what was taken, so that no change slips in between.
    """
    try:
        put = look_files.put_away(stored.path)
    except FileNotFoundError:
        return False
    if sha256_of(look_files.read_bounded(put)) == stored.sha256:
        return True
    look_files.bring_back(put, stored.path)
    return False


def _picture_of(stored: StoredLook) -> Optional[bytes]:
    if stored.thumbnail is None:
        return None
    try:
        data = stored.thumbnail.read_bytes()
        look_files.check_thumbnail(data, str(stored.thumbnail))
    except (OSError, LookInvalid):
        return None  # it is gone or damaged, and a look is one without it too
    return data


def _same_name(one: AnyLook, other: AnyLook) -> bool:
    return names.key_of(one.name) == names.key_of(other.name)


def _not_put_away(stored: StoredLook, error: OSError) -> Fact:
    text = (
        f"Its earlier file {stored.path.name} could not be moved to the folder "
        f"{look_files.EARLIER!r} ({error.strerror or error}), so it still stands in the list."
    )
    return Fact(facts.NOT_PUT_AWAY, stored.look.name, text)
