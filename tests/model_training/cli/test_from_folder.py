"""The folder recipe: names become styles, a table says more, nothing is guessed twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from model_training.cli.from_folder import PaintingsInvalid, folder_config, read_styles
from model_training.training.config import TrainingConfig, read_config
from model_training.training.config_file import ConfigInvalid
from model_training.training.step import learning_rate, ramp

CONFIGS = Path(__file__).parents[3] / "model_training" / "configs"


@pytest.fixture
def show(tmp_path: Path) -> Path:
    """A show's folder: three paintings (one of two images), photos, features; none is opened."""
    for name in (
        "paintings/The_Scream.jpg",
        "paintings/1905 – Été.PNG",
        "paintings/night sky/a.png",
        "paintings/night sky/b.jpg",
        "paintings/.hidden.jpg",
        "paintings/notes.txt",
        "photos/0.jpg",
        "vgg.safetensors",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "paintings" / "empty").mkdir()
    return tmp_path


def configured(show: Path, **more: object) -> tuple[TrainingConfig, Path]:
    """The configuration of the show's folder."""
    return folder_config(
        show / "paintings",
        show / "photos",
        show / "vgg.safetensors",
        "my_show",
        **more,  # type: ignore[arg-type]
    )


def test_files_and_subfolders_become_styles(show: Path) -> None:
    """Ids are made of Latin letters, a subfolder's images are one style, other files are not."""
    config, data = configured(show)
    assert data == show.resolve()
    named = [(s.id, s.title, [p.as_posix() for p in s.paintings]) for s in config.styles]
    assert named == [
        ("style_1905_ete", "1905 – Été", ["paintings/1905 – Été.PNG"]),
        ("the_scream", "The Scream", ["paintings/The_Scream.jpg"]),
        ("night_sky", "Night Sky", ["paintings/night sky/a.png", "paintings/night sky/b.jpg"]),
    ]
    assert all((data / path).is_file() for style in config.styles for path in style.paintings)
    assert (data / config.data.features).is_file()
    assert config.model.preview.is_file()
    assert TrainingConfig.model_validate(json.loads(config.model_dump_json())) == config


def test_defaults_suit_the_machine_and_can_be_overruled(show: Path) -> None:
    """A GPU gets larger batches than a CPU, and what is asked for goes before both."""
    cpu, cuda = (configured(show, device=name)[0] for name in ("cpu", "cuda"))
    assert cuda.schedule.batch > cpu.schedule.batch
    assert cpu.generator.kind == "full"
    asked, _ = configured(show, steps=7, batch=3, crop_px=64, size="fast", licence="CC0")
    assert (asked.schedule.steps, asked.schedule.batch, asked.data.crop_px) == (7, 3, 64)
    assert asked.generator.kind == "fast"
    assert {asked.model.licence, *(s.licence for s in asked.styles)} == {"CC0"}


@pytest.mark.parametrize(
    ("size", "shipped"), [("full", "gallery.toml"), ("fast", "gallery_fast_taught.toml")]
)
def test_the_recipe_is_that_of_the_shipped_models(show: Path, size: str, shipped: str) -> None:
    """Network, losses and the paintings' scale are those that passed the gates, for both sizes."""
    config, _ = configured(show, size=size)
    assert config.generator == read_config(CONFIGS / shipped).generator
    gallery = read_config(CONFIGS / "gallery.toml")
    assert config.losses == gallery.losses
    assert config.data.painting_short_side_px == gallery.data.painting_short_side_px
    assert config.data.photo_short_side_px == gallery.data.photo_short_side_px


def test_one_run_is_rich_first_and_calm_then(show: Path) -> None:
    """A third goes by before calm and strokes count; from the half on they do, the rate falling."""
    schedule = configured(show)[0].schedule
    for share, phase in ((0.0, 0.0), (0.33, 0.0), (0.5, 1.0), (1.0, 1.0)):
        assert ramp(share, schedule.stability_from, schedule.stability_full) == phase
        assert ramp(share, schedule.strokes_from, schedule.strokes_full) == phase
    assert learning_rate(schedule, 0.33) > 0.5 * schedule.learning_rate
    assert learning_rate(schedule, 0.99) < 0.05 * schedule.learning_rate


def test_the_table_beside_the_paintings_says_more(show: Path) -> None:
    """Title, artist, year, origin, licence and weight come from paintings.tsv, columns as given."""
    (show / "paintings" / "paintings.tsv").write_text(
        "file\tartist\tyear\tweight\n"
        "The_Scream.jpg\tEdvard Munch\t1893\t0.6\n"
        "night sky\tNobody\t\t\n",
        encoding="utf-8",
    )
    config, _ = configured(show)
    said = {s.id: (s.artist, s.year, s.weight) for s in config.styles}
    assert said["the_scream"] == ("Edvard Munch", "1893", 0.6)
    assert said["night_sky"] == ("Nobody", "", 0.8)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("file\tpainter\n", "painter"),
        ("artist\n", "must hold 'file'"),
        ("file\tyear\nThe_Scream.jpg\n", "Line 2"),
        ("file\nThe_Scream.jpg\nThe_Scream.jpg\n", "second time"),
        ("file\nThe_Screm.jpg\n", "Did you mean 'The_Scream.jpg'"),
        ("", "nothing"),
    ],
)
def test_a_wrong_table_is_told(show: Path, table: str, told: str) -> None:
    """Unknown columns, short lines, repeated and unknown files are named."""
    (show / "paintings" / "paintings.tsv").write_text(table, encoding="utf-8")
    with pytest.raises(PaintingsInvalid, match=told):
        configured(show)


def test_two_names_that_make_one_id_are_told(show: Path) -> None:
    """Both files are named; neither is trained in the other's place."""
    (show / "paintings" / "the scream.png").touch()
    with pytest.raises(PaintingsInvalid, match=r"'The_Scream\.jpg' and 'the scream\.png'"):
        configured(show)


def test_a_folder_without_paintings_is_told(show: Path) -> None:
    """A folder of text makes no style."""
    with pytest.raises(PaintingsInvalid, match="no painting"):
        read_styles(show / "paintings" / "empty", "CC0")


@pytest.mark.parametrize(
    ("more", "told"),
    [({"size": "big"}, "size 'big'"), ({"crop_px": 65}, "data.crop_px"), ({"batch": 999}, "batch")],
)
def test_a_value_out_of_range_is_told(show: Path, more: dict[str, object], told: str) -> None:
    """Options are held to the configuration's own ranges."""
    with pytest.raises(ConfigInvalid, match=told):
        configured(show, **more)
