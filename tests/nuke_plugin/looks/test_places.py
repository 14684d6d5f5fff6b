"""Promises of where looks are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from nuke_plugin.contract.errors import LookHasNoPlace, LookNotSaved
from nuke_plugin.looks.places import shot_looks, show_library
from tests.nuke_plugin.looks.look_examples import look


def test_the_next_version_of_a_script_finds_the_shot_s_looks(tmp_path: Path) -> None:
    """A look saved from one version of a script is there in the next, and not in another shot."""
    shot_looks(str(tmp_path / "Sh010_v001.nk"), {}).save(look())

    assert [s.look for s in shot_looks(str(tmp_path / "sh010_v002.nk"), {}).looks().looks] == [
        look()
    ]
    assert shot_looks(str(tmp_path / "sh020_v001.nk"), {}).looks().looks == ()
    assert (tmp_path / "impasto_looks" / "sh010").is_dir()
    assert not (tmp_path / "impasto").exists()


def test_a_shot_without_looks_is_empty(tmp_path: Path) -> None:
    """Where nothing was saved yet nothing is wrong, and looking makes no folder."""
    listing = shot_looks(str(tmp_path / "sh010.nk"), {}).looks()

    assert (listing.looks, listing.facts) == ((), ())
    assert list(tmp_path.iterdir()) == []


def test_an_unsaved_script_has_no_looks() -> None:
    """A script that was never saved has no folder, though the environment may name its shot."""
    with pytest.raises(LookHasNoPlace, match="not saved"):
        shot_looks("", {"IMPASTO_SHOT": "sh010"})


def test_a_script_whose_folder_is_gone_makes_none(tmp_path: Path) -> None:
    """Saving makes no tree of folders where the script's own folder does not exist."""
    with pytest.raises(LookNotSaved, match="does not exist"):
        shot_looks(str(tmp_path / "gone" / "sh010.nk"), {}).save(look())
    assert list(tmp_path.iterdir()) == []


def test_the_show_library_is_the_folder_that_is_named(tmp_path: Path) -> None:
    """IMPASTO_LOOKS names the library; unset, it is told what to set."""
    assert show_library({"IMPASTO_LOOKS": str(tmp_path)}).folder == tmp_path
    with pytest.raises(LookHasNoPlace, match="IMPASTO_LOOKS is not set"):
        show_library({"IMPASTO_LOOKS": " "})


def test_a_library_that_is_not_mounted_is_never_made(tmp_path: Path) -> None:
    """A library that is not there is said in the list, and saving makes no folder in its place."""
    library = show_library({"IMPASTO_LOOKS": str(tmp_path / "mount")})

    assert "is the drive mounted?" in library.looks().facts[0].text
    with pytest.raises(LookNotSaved, match="does not exist"):
        library.save(look())
    assert list(tmp_path.iterdir()) == []
