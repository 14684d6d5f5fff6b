"""The configuration's promises: shipped files are valid, a typo is named before training."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from model_training.effects.config import read_effect_config
from model_training.losses.adversarial import FORMS
from model_training.training.config import decided, read_config
from model_training.training.config_file import ConfigInvalid

SHIPPED = sorted((Path(__file__).parents[3] / "model_training" / "configs").glob("*.toml"))


EFFECTS = ("fire", "smoke", "water")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_shipped_configurations_are_valid(path: Path) -> None:
    """Every configuration in the repository can be read, as what it trains."""
    if path.stem.split("_")[0] in EFFECTS:
        assert read_effect_config(path).model.id == path.stem
    else:
        assert read_config(path).styles


CONFIGS = SHIPPED[0].parent


@pytest.mark.parametrize("name", ["gallery", "gallery_fast"])
def test_a_twin_differs_by_its_norm_alone(name: str) -> None:
    """Start, losses, teacher and steps of what ships and of its twin are the same."""
    ours, twin = (read_config(CONFIGS / f"{file}.toml") for file in (name, f"{name}_twin"))
    assert ours.generator.norm == "weight"
    normed = ours.generator.model_copy(update={"norm": "instance"})
    assert twin == ours.model_copy(update={"generator": normed})


def test_the_plain_twin_is_trained_as_public_networks_are() -> None:
    """Content, Gram matrices and total variation alone weigh anything; all else is the twin's."""
    twin, plain = (
        read_config(CONFIGS / f"{file}.toml") for file in ("gallery_twin", "gallery_twin_plain")
    )
    assert plain == twin.model_copy(update={"losses": plain.losses})
    settings = ("stroke_bands_px", "boil_floor", "boil_gate", "grain_floor", "r1")
    weights = plain.losses.model_dump(exclude=set(settings))
    assert {name for name, weight in weights.items() if weight > 0.0} == {
        "content",
        "style",
        "total_variation",
    }
    assert (plain.losses.content, plain.losses.style) == (twin.losses.content, twin.losses.style)


def test_there_is_a_shipped_configuration() -> None:
    """The test above has something to look at."""
    assert SHIPPED


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("batch = 2", "batchsize = 2", "schedule.batchsize"),
        ("crop_px = 64", "crop_px = 65", "data.crop_px"),
        ('id = "second"', 'id = "first"', "first"),
        ("trunk = 16", 'trunk = "wide"', "generator.trunk"),
        ("adversarial_full = 0.4", "adversarial_full = 0.1", "adversarial_from"),
        ("batch = 2", "batch = 2\nstrokes_from = 0.4", "strokes_from"),
        ("[generator]", "[generator", "TOML"),
    ],
)
def test_a_mistake_is_named_with_its_file(
    config_file: Path, old: str, new: str, named: str
) -> None:
    """An unknown key, a value out of range or a broken file is one sentence with file and key."""
    text = config_file.read_text(encoding="utf-8")
    assert old in text
    config_file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigInvalid) as caught:
        read_config(config_file)
    assert named in str(caught.value)
    assert str(config_file) in str(caught.value)


def test_words_on_the_card_do_not_decide_a_run(config_file: Path) -> None:
    """A title may be mended after training; a loss weight may not."""
    before = read_config(config_file).deciding()
    text = config_file.read_text(encoding="utf-8")
    config_file.write_text(text.replace('title = "First"', 'title = "Premier"'), encoding="utf-8")
    assert read_config(config_file).deciding() == before
    config_file.write_text(text + "\n[losses]\nstyle = 31.0\n", encoding="utf-8")
    assert read_config(config_file).deciding() != before


def test_a_saved_configuration_takes_todays_defaults_for_what_it_lacks(config_file: Path) -> None:
    """A run that was saved before a field existed is still the same run; another value is not."""
    config = read_config(config_file)
    old = json.loads(config.deciding())
    del old["distil"], old["losses"]["palette"], old["generator"]["kind"]
    assert decided(json.dumps(old)).deciding() == config.deciding()
    old["losses"]["palette"] = 1.0
    assert decided(json.dumps(old)).deciding() != config.deciding()
    old["losses"]["of_tomorrow"] = 1.0
    with pytest.raises(ConfigInvalid, match=r"losses\.of_tomorrow"):
        decided(json.dumps(old))


def test_a_saved_generator_keeps_the_layers_that_it_had(config_file: Path) -> None:
    """A network saved before splines and contour lines has none, whatever is the default today."""
    old = json.loads(read_config(config_file).deciding())
    for key in ("upsample", "contours", "half_blocks", "grain"):
        del old["generator"][key]
    size = decided(json.dumps(old)).generator.generator_size()
    assert (size.upsample, size.contours, size.half_blocks, size.grain) == ("nearest", False, 0, 0)


@pytest.mark.parametrize("form", ["minimax", "non_saturating", "lsgan", "hinge"])
def test_every_adversarial_form_can_be_chosen(config_file: Path, form: str) -> None:
    """The names in a configuration are those of the losses, and another one is refused."""
    text = config_file.read_text(encoding="utf-8")
    config_file.write_text(f'{text}\n[adversary]\nform = "{form}"\n', encoding="utf-8")
    assert read_config(config_file).adversary.form in FORMS
    config_file.write_text(f'{text}\n[adversary]\nform = "{form}s"\n', encoding="utf-8")
    with pytest.raises(ConfigInvalid, match=r"adversary\.form"):
        read_config(config_file)
