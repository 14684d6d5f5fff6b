"""Promises of the look at a folder: what cannot be written is told, and nothing is left behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nuke_plugin.contract.errors import FarmOutputUnreachable
from nuke_plugin.contract.output_folder import check_folder


def test_a_folder_that_can_be_written(tmp_path: Path) -> None:
    """One that is there, and one that is made with its first file; neither is touched."""
    check_folder(tmp_path, False, "node7")
    check_folder(tmp_path / "shot" / "comp", True, "node7")
    assert os.listdir(tmp_path) == []


def test_a_folder_that_cannot(tmp_path: Path) -> None:
    """One that is not there and nobody makes, and one that would stand below a file."""
    with pytest.raises(FarmOutputUnreachable, match=r"The host node7 cannot write to .*comp: "):
        check_folder(tmp_path / "comp", False, "node7")
    (tmp_path / "file").write_text("", encoding="utf-8")
    for is_made in (False, True):
        with pytest.raises(FarmOutputUnreachable, match="file"):
            check_folder(tmp_path / "file" / "comp", is_made, "node7")
