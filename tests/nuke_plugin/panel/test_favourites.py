"""Promises of the file of favourite styles."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from nuke_plugin.contract.errors import FavouritesUnusable
from nuke_plugin.panel.favourites import Favourites

NIGHT, WAVE = ("painters", "starry_night"), ("prints", "great_wave")


def test_a_mark_is_there_in_the_next_session(tmp_path: Path) -> None:
    """A marked style is read again, its mark can be taken away, and nothing is left beside."""
    file = tmp_path / "nuke" / "favourites.json"
    favourites = Favourites(file)
    favourites.mark(NIGHT, True)
    favourites.mark(WAVE, True)
    favourites.mark(NIGHT, False)
    later = Favourites(file)
    later.read()

    assert later.styles == {WAVE}
    assert NIGHT not in later
    assert os.listdir(file.parent) == ["favourites.json"]


def test_no_file_is_no_favourite(tmp_path: Path) -> None:
    """Before the first star there is no file, and reading makes none."""
    favourites = Favourites(tmp_path / "favourites.json")
    favourites.read()
    assert len(favourites) == 0
    assert os.listdir(tmp_path) == []


def test_two_nukes_keep_each_other_s_marks(tmp_path: Path) -> None:
    """What another session marked since the file was read is kept."""
    one, other = (Favourites(tmp_path / "favourites.json") for _ in range(2))
    one.read()
    other.read()
    one.mark(NIGHT, True)
    other.mark(WAVE, True)

    assert other.styles == {NIGHT, WAVE}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "JSON"),
        (b"\xff", "UTF-8"),
        (b'{"impasto_favourites": 1}', "styles"),
        (json.dumps({"impasto_favourites": 2, "styles": []}).encode(), "1 is known here"),
    ],
)
def test_a_damaged_file_is_told_and_left(tmp_path: Path, content: bytes, reason: str) -> None:
    """A file that is none of ours is an error that names it, and a mark does not replace it."""
    file = tmp_path / "favourites.json"
    file.write_bytes(content)
    favourites = Favourites(file)
    with pytest.raises(FavouritesUnusable, match=reason):
        favourites.read()
    with pytest.raises(FavouritesUnusable) as failed:
        favourites.mark(NIGHT, True)

    assert str(file) in failed.value.message
    assert file.read_bytes() == content


def test_a_file_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    """When the folder is none, the mark is refused and nothing is remembered."""
    (tmp_path / "home").write_text("a file", encoding="utf-8")
    favourites = Favourites(tmp_path / "home" / "favourites.json")
    with pytest.raises(FavouritesUnusable):
        favourites.mark(NIGHT, True)
    assert len(favourites) == 0


def test_a_studio_names_the_file(tmp_path: Path) -> None:
    """The environment names another file than the one in the user's Nuke folder."""
    named = tmp_path / "named.json"
    assert Favourites.of_user({"IMPASTO_FAVOURITES": str(named)}).path == named
    assert Favourites.of_user({}).path.parent.name == ".nuke"
