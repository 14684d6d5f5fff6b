"""Promises of a folder of looks: whatever several people do at once, nothing is lost."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Callable

import pytest

from nuke_plugin.contract.errors import LookInvalid, LookNotSaved, LookUnreadable
from nuke_plugin.looks import facts, listing, look_files
from nuke_plugin.looks.listing import StoredLook
from nuke_plugin.looks.store import LookFolder
from tests.nuke_plugin.looks.look_examples import look, picture

ROOT = Path(__file__).resolve().parents[3]

SAVER = """
import sys
from pathlib import Path
from nuke_plugin.looks.store import LookFolder
from tests.nuke_plugin.looks.look_examples import look

folder = LookFolder(Path(sys.argv[1]), Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    shared = []
    while not shared:
        shared = [stored for stored in folder.looks().looks if stored.look.name == "Shared"]
    first = shared[0]
    folder.save(look("Shared", author=f"{sys.argv[2]} {number}"), replaces=first)
    folder.save(look("New", author=f"{sys.argv[2]} new {number}"))
"""


@pytest.fixture
def folder(tmp_path: Path) -> LookFolder:
    """Return an empty folder of looks."""
    return LookFolder(tmp_path / "looks", tmp_path)


def names_in(folder: LookFolder) -> list[str]:
    """Return the names in the list, which must have nothing wrong with it."""
    found = folder.looks()
    assert found.facts == ()
    return [stored.look.name for stored in found.looks]


def authors_ever(folder: LookFolder) -> set[str]:
    """Return the authors of every look that is or was in the folder."""
    files = [*folder.folder.glob("*.json"), *(folder.folder / "earlier").glob("*.json")]
    return {folder.load(file).look.author for file in files}


def between(
    monkeypatch: pytest.MonkeyPatch, name: str, act: Callable[[], object], before: bool
) -> None:
    """Let someone else act once, just before or after a step of saving."""
    real = getattr(look_files, name)
    acted: list[bool] = []

    def step(*arguments: Any) -> Any:
        if before and not acted:
            acted.append(True)
            act()
        result = real(*arguments)
        if not before and not acted:
            acted.append(True)
            act()
        return result

    monkeypatch.setattr(look_files, name, step)


def test_what_is_saved_is_listed(folder: LookFolder) -> None:
    """A look comes back as it was, with its thumbnail, from one file of its own."""
    saved = folder.save(look("Été 雨"), thumbnail=picture())
    (stored,) = folder.looks().looks

    assert saved.facts == ()
    assert stored == saved.stored == folder.load(stored.path)
    assert stored.look == look("Été 雨")
    assert stored.thumbnail is not None
    assert stored.thumbnail.read_bytes() == picture()
    assert stored.path.name.startswith("ete.")
    assert len(list(folder.folder.iterdir())) == 2


def test_saving_again_replaces_it(folder: LookFolder) -> None:
    """A changed look stands alone in the list, keeps its thumbnail, and the earlier one is kept."""
    first = folder.save(look(), thumbnail=picture()).stored
    second = folder.save(look(strength=0.1), replaces=first)

    assert second.facts == ()
    assert [stored.look.strength for stored in folder.looks().looks] == [0.1]
    assert second.stored.thumbnail is not None
    assert second.stored.thumbnail.read_bytes() == picture()
    earlier = folder.folder / "earlier" / first.path.name
    assert folder.load(earlier).look == first.look


def test_a_look_that_changed_since_it_was_read_is_not_replaced(folder: LookFolder) -> None:
    """The second of two who changed one look gets its own name and is told whose came first."""
    read = folder.save(look()).stored
    folder.save(look(author="ben", strength=0.2), replaces=read)
    mine = folder.save(look(author="cleo", strength=0.3), replaces=read)

    assert names_in(folder) == ["Rain", "Rain (2)"]
    assert [stored.look.author for stored in folder.looks().looks] == ["ben", "cleo"]
    (fact,) = mine.facts
    assert fact.kind == facts.SAVED_BESIDE
    assert "changed by ben (2026-11-22T23:16:25Z) since you read it" in fact.text
    assert "as 'Rain (2)'" in fact.text


def test_a_look_that_was_edited_by_hand_is_not_replaced(folder: LookFolder) -> None:
    """A file that a TD changed in an editor counts as changed, though its name is the same."""
    read = folder.save(look()).stored
    read.path.write_text(look(author="td").to_json(), encoding="utf-8")
    folder.save(look(author="cleo"), replaces=read)

    assert {stored.look.author for stored in folder.looks().looks} == {"td", "cleo"}
    assert names_in(folder) == ["Rain", "Rain (2)"]
    assert not (folder.folder / "earlier").exists()  # no file was moved, not for a moment


def test_a_look_that_was_removed_since_is_saved_again(folder: LookFolder) -> None:
    """A look that someone removed keeps its name when it is saved again, and that is said."""
    read = folder.save(look()).stored
    assert folder.remove(read) == ()
    again = folder.save(look(strength=0.3), replaces=read)

    assert names_in(folder) == ["Rain"]
    assert "removed or renamed by someone" in again.facts[0].text


@pytest.mark.parametrize("name", ["Rain", "RAIN", "rain "])
def test_a_new_look_of_a_taken_name_is_saved_beside(folder: LookFolder, name: str) -> None:
    """Saving a new look never replaces one of the same name, whatever its case."""
    folder.save(look())
    beside = folder.save(look(name, author="ben"))

    assert beside.stored.look.name == f"{name.strip()} (2)"
    assert "There is a look" in beside.facts[0].text
    assert "by ana" in beside.facts[0].text
    assert len(names_in(folder)) == 2


def test_renaming(folder: LookFolder) -> None:
    """A look saved under another name replaces the old one; a name that is taken is numbered."""
    rain = folder.save(look()).stored
    snow = folder.save(look("Snow"), replaces=rain)
    assert (names_in(folder), snow.facts) == (["Snow"], ())
    folder.save(look("Fog"))
    folder.save(look("fog"), replaces=snow.stored)

    assert names_in(folder) == ["Fog", "fog (2)"]


def test_someone_replaces_it_while_it_is_written(
    folder: LookFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the check and the end of saving someone else may win: both looks are there."""
    read = folder.save(look()).stored
    between(
        monkeypatch,
        "put_away",
        lambda: folder.save(look(author="ben"), replaces=read),
        before=True,
    )
    mine = folder.save(look(author="cleo"), replaces=read, thumbnail=picture())

    assert names_in(folder) == ["Rain", "Rain (2)"]
    assert [stored.look.author for stored in folder.looks().looks] == ["ben", "cleo"]
    assert mine.stored.thumbnail is not None
    assert mine.stored.thumbnail.is_file()
    assert "changed by ben" in mine.facts[0].text


def test_someone_edits_it_by_hand_while_it_is_put_away(
    folder: LookFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is compared is what was taken: an edit in the last moment comes back to its place."""
    read = folder.save(look()).stored
    edited = look(author="td").to_json()
    between(
        monkeypatch,
        "put_away",
        lambda: read.path.write_text(edited, encoding="utf-8"),
        before=True,
    )
    folder.save(look(author="cleo"), replaces=read)

    assert {s.look.author for s in folder.looks().looks} == {"td", "cleo"}
    assert names_in(folder) == ["Rain", "Rain (2)"]


@pytest.mark.parametrize("before", [True, False])
def test_someone_writes_a_new_look_of_the_name_in_the_same_moment(
    folder: LookFolder, monkeypatch: pytest.MonkeyPatch, before: bool
) -> None:
    """Two new looks of one name, written at once, end as two names."""
    between(monkeypatch, "publish", lambda: folder.save(look(author="ben")), before)
    folder.save(look(author="cleo"))

    assert {stored.look.author for stored in folder.looks().looks} == {"ben", "cleo"}
    assert names_in(folder) == ["Rain", "Rain (2)"]


def test_a_clock_that_stands_tells_them_apart_all_the_same(
    folder: LookFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Saved in one millisecond, or by a clock that is behind: the later one goes aside."""
    chances = iter(uuid.UUID(int=(64 - turn) << 112) for turn in range(64))
    monkeypatch.setattr(look_files.uuid, "uuid4", lambda: next(chances))
    now = datetime(2026, 11, 23, 16, 43, 22, 427_999, tzinfo=timezone.utc)
    monkeypatch.setattr(look_files, "datetime", _Clock(now))
    folder.save(look(author="ben"))
    between(monkeypatch, "publish", lambda: folder.save(look("Fog", author="ben")), True)
    folder.save(look("Fog", author="cleo"))
    monkeypatch.setattr(look_files, "datetime", _Clock(now - timedelta(hours=1)))
    folder.save(look(author="cleo"))

    assert names_in(folder) == ["Fog", "Fog (2)", "Rain", "Rain (2)"]


class _Clock:
    """Stands for `datetime`, and stands still."""

    strptime = staticmethod(datetime.strptime)

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self, zone: timezone) -> datetime:
        """Return the one moment."""
        return self._moment.astimezone(zone)


def test_a_look_replaced_while_the_list_is_read_is_in_it(
    folder: LookFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list that was read while a look was replaced holds what replaced it."""
    read = folder.save(look()).stored
    between(
        monkeypatch,
        "read_bounded",
        lambda: folder.save(look(author="ben"), replaces=read),
        before=True,
    )
    (stored,) = folder.looks().looks

    assert stored.look.author == "ben"


def test_a_name_that_slips_through_while_the_folder_changes_is_found(
    folder: LookFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A system lists neither the old nor the new file when they change as it reads: read again."""
    read = folder.save(look()).stored
    real = listing.look_files_in
    asked: list[Path] = []

    def slips_once(place: Path) -> list[str]:
        asked.append(place)
        if len(asked) > 1:
            return real(place)
        folder.save(look(author="ben"), replaces=read)
        return []

    monkeypatch.setattr(listing, "look_files_in", slips_once)

    assert [stored.look.author for stored in folder.looks().looks] == ["ben"]


def test_processes_that_save_at_once_lose_nothing(folder: LookFolder) -> None:
    """Three programs that change one look and make new ones at full speed lose not one of them."""
    folder.folder.mkdir()
    folder.save(look("Shared", author="first"))
    rounds = 6
    savers = [
        subprocess.Popen(
            [sys.executable, "-c", SAVER, str(folder.folder), who, str(rounds)],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        for who in ("ana", "ben", "cleo")
    ]
    errors = [saver.communicate(timeout=60)[1].decode() for saver in savers]

    assert errors == ["", "", ""]
    expected = {"first"}
    for who in ("ana", "ben", "cleo"):
        expected |= {f"{who} {number}" for number in range(rounds)}
        expected |= {f"{who} new {number}" for number in range(rounds)}
    assert authors_ever(folder) == expected
    listed = [stored.look.author for stored in folder.looks().looks]
    assert {author for author in expected if " new " in author} <= set(listed)
    assert not list(folder.folder.glob(".*"))


def test_one_bad_file_hides_no_other(folder: LookFolder) -> None:
    """Corrupt, hostile and foreign files are told by name, and the looks beside them are listed."""
    good = folder.save(look()).stored
    bad = {
        "cut.json": good.path.read_bytes()[:40],
        "empty.json": b"",
        "deep.json": b"[" * 50_000,
        "binary.JSON": bytes(range(256)),
        "huge.json": b" " * 200_000,
        "other.json": b'{"nodes": []}',
    }
    for name, data in bad.items():
        (folder.folder / name).write_bytes(data)
    (folder.folder / "notes.txt").write_text("not a look")
    (folder.folder / ".hidden.json").write_text("{")
    (folder.folder / "folder.json").mkdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder.folder / "pipe.json")
    found = folder.looks()

    assert [stored.look for stored in found.looks] == [look()]
    assert sorted(fact.subject for fact in found.facts) == sorted(bad)
    assert {fact.kind for fact in found.facts} == {facts.FILE_UNUSABLE}
    assert all(str(folder.folder / fact.subject) in fact.text for fact in found.facts)
    assert len(look_files.read_bounded(folder.folder / "huge.json")) <= 70_000


def test_a_file_copied_by_hand_is_a_look_of_the_same_name(folder: LookFolder) -> None:
    """Two files of one name are both listed, and said with their names."""
    stored = folder.save(look()).stored
    (folder.folder / "Copy of rain.json").write_bytes(stored.path.read_bytes())
    found = folder.looks()

    assert len(found.looks) == 2
    (fact,) = found.facts
    assert (fact.kind, fact.subject) == (facts.SAME_NAME, "Rain")
    assert "Copy of rain.json" in fact.text


def test_removing(folder: LookFolder) -> None:
    """A removed look is kept among the earlier ones; one that someone changed is left alone."""
    stored = folder.save(look(), thumbnail=picture()).stored
    changed = folder.save(look(strength=0.2), replaces=stored).stored
    (fact,) = folder.remove(stored)
    assert fact.kind == facts.CHANGED_SINCE_READ
    assert names_in(folder) == ["Rain"]

    assert folder.remove(changed) == ()
    assert names_in(folder) == []
    assert sorted(path.suffix for path in (folder.folder / "earlier").iterdir()) == [
        ".json",
        ".json",
        ".png",
        ".png",
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"GIF89a" + bytes(40), "not a PNG"),
        (picture()[:20], "not a PNG"),
        (picture(size_px=1).replace(b"\0\0\0\1\0\0\0\1", b"\0\1\0\0\0\0\0\1", 1), "65536 by 1"),
        (picture() + bytes(5_000_000), "bytes"),
    ],
    ids=["of another kind", "cut off", "too wide", "too many bytes"],
)
def test_a_thumbnail_is_a_small_png(folder: LookFolder, data: bytes, reason: str) -> None:
    """What is no PNG, or too large to be a thumbnail, is refused and nothing is saved."""
    with pytest.raises(LookInvalid, match=reason):
        folder.save(look(), thumbnail=data)
    assert not folder.folder.exists()


@pytest.mark.parametrize("failing", ["rename", "fsync", "open"])
def test_a_disk_that_fails_leaves_nothing_behind(
    folder: LookFolder, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    """When a look cannot be written the one before stands, nothing else is left, and it is said."""
    first = folder.save(look()).stored

    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        if failing == "rename":
            broken.setattr(Path, "rename", refuse)
        elif failing == "fsync":
            broken.setattr(os, "fsync", refuse)
        else:
            broken.setattr(look_files, "_write_through", refuse)
        with pytest.raises(LookNotSaved, match="No space left on device"):
            folder.save(look(strength=0.1), replaces=first, thumbnail=picture())

    assert [stored.look for stored in folder.looks().looks] == [look()]
    assert [path.name for path in folder.folder.iterdir()] == [first.path.name]


def test_an_earlier_file_that_cannot_be_moved_is_said(
    folder: LookFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the replaced file is held open, as on Windows, both stand in the list and it is said."""
    first = folder.save(look()).stored

    def refuse(path: Path) -> Path:
        raise PermissionError(13, "Access is denied")

    monkeypatch.setattr(look_files, "put_away", refuse)
    saved = folder.save(look(strength=0.1), replaces=first)

    assert [fact.kind for fact in saved.facts] == [facts.NOT_PUT_AWAY]
    assert "Access is denied" in saved.facts[0].text
    assert {stored.look.strength for stored in folder.looks().looks} == {0.8, 0.1}


def test_loading_says_what_is_wrong(folder: LookFolder) -> None:
    """One look that is gone or broken is an error with its file's name."""
    stored: StoredLook = folder.save(look()).stored
    stored.path.write_text("{}", encoding="utf-8")
    with pytest.raises(LookInvalid, match="impasto_look"):
        folder.load(stored.path)
    stored.path.unlink()
    with pytest.raises(LookUnreadable, match=stored.path.name):
        folder.load(stored.path)


def test_a_folder_of_looks_replaces_only_its_own(tmp_path: Path) -> None:
    """A look read in the show library is not taken out of it by saving it with a shot."""
    library, shot = (LookFolder(tmp_path / name, tmp_path) for name in ("library", "shot"))
    stored = library.save(look(), thumbnail=picture()).stored
    with pytest.raises(ValueError, match="another folder"):
        shot.save(look(), replaces=stored)

    assert names_in(library) == ["Rain"]
