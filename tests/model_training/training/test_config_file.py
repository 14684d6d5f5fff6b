"""The configuration file's promises: what a run builds on is read with it, its own wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from model_training.training.config import read_config
from model_training.training.config_file import ConfigInvalid, read_values


def test_a_run_says_only_its_own(config_file: Path) -> None:
    """Keys of a run replace the base's one by one; everything else is the base's."""
    base = read_config(config_file)
    own = config_file.with_name("own.toml")
    own.write_text(
        f'base = "{config_file.name}"\nlosses.boil = 7.5\n'
        '[[styles]]\nid = "second"\nweight = 0.5\n',
        encoding="utf-8",
    )
    config = read_config(own)
    assert config.losses == base.losses.model_copy(update={"boil": 7.5})
    assert config.styles[0] == base.styles[0]
    assert config.styles[1] == base.styles[1].model_copy(update={"weight": 0.5})
    assert config.model_copy(update={"losses": base.losses, "styles": base.styles}) == base


def test_new_styles_stand_behind_the_bases(config_file: Path) -> None:
    """A style that the base does not know is added whole; other lists replace the base's."""
    own = config_file.with_name("own.toml")
    own.write_text(
        f'base = "{config_file.name}"\ndata.photos = ["others"]\n[[styles]]\nid = "third"\n',
        encoding="utf-8",
    )
    values = read_values(own)
    assert [style["id"] for style in values["styles"]] == ["first", "second", "third"]
    assert values["data"]["photos"] == ["others"]


def test_an_id_twice_in_the_runs_own_styles_is_refused(config_file: Path) -> None:
    """Merging by id hides no id that stands there twice."""
    own = config_file.with_name("own.toml")
    style = '[[styles]]\nid = "first"\n'
    own.write_text(f'base = "{config_file.name}"\n{style}{style}', encoding="utf-8")
    with pytest.raises(ConfigInvalid, match=r"own\.toml.*styles"):
        read_config(own)


def test_a_bases_paths_start_at_the_base(config_file: Path, tmp_path: Path) -> None:
    """A base may lie in another folder; the table that it names lies beside it."""
    text = config_file.read_text(encoding="utf-8")
    config_file.write_text(
        text.replace("[data]", '[data]\npictures = "table.tsv"'), encoding="utf-8"
    )
    own = tmp_path / "show" / "own.toml"
    own.parent.mkdir()
    own.write_text(f'base = "../{config_file.name}"\n', encoding="utf-8")
    assert read_config(own).data.pictures == config_file.resolve().parent / "table.tsv"


@pytest.mark.parametrize(
    ("base", "named"),
    [
        ('"gone.toml"', r"gone\.toml.*cannot be read"),
        ('"own.toml"', "builds on it"),
        ("3", r"wrong at base.*'3'"),
    ],
)
def test_a_base_that_cannot_be_is_named(config_file: Path, base: str, named: str) -> None:
    """A base that is missing, the run's own file, or no name is one sentence."""
    own = config_file.with_name("own.toml")
    own.write_text(f"base = {base}\n", encoding="utf-8")
    with pytest.raises(ConfigInvalid, match=named):
        read_config(own)
