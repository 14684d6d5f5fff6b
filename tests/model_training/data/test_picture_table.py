"""The picture table's promises: every shipped row can go on a card, a broken table is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from model_training.data.picture_table import PictureTableInvalid, read_picture_table
from model_training.training.config import read_config

CONFIGS = Path(__file__).parents[3] / "model_training" / "configs"


def test_the_shipped_table_names_every_picture_used() -> None:
    """The features, the stills and the preview of the shipped model have a row each."""
    config = read_config(CONFIGS / "painters.toml")
    assert config.data.pictures is not None
    named = {source.file for source in read_picture_table(config.data.pictures)}
    used = [config.data.features, config.model.preview, *config.data.stills]
    assert {path.as_posix() for path in used} <= named


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "first line"),
        ("file\torigin\n", "first line"),
        ("file\torigin\tlicence\tauthor\na\tb\n", "line 2"),
    ],
)
def test_a_broken_table_is_named(tmp_path: Path, text: str, named: str) -> None:
    """The message names the file and the line."""
    path = tmp_path / "pictures.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PictureTableInvalid, match=named) as caught:
        read_picture_table(path)
    assert str(path) in str(caught.value)


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    """A path to nothing is a sentence, not a traceback."""
    with pytest.raises(PictureTableInvalid, match="nothing"):
        read_picture_table(tmp_path / "nothing.tsv")
