"""Tests of the wiring and of the card of a network that others trained."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nuke_plugin.contract.card import ImportedCard, ModelCard
from nuke_plugin.contract.errors import CardInvalid
from nuke_plugin.contract.strict_json import read_record
from nuke_plugin.contract.wiring import NEUTRAL
from tests.nuke_plugin.contract.card_examples import card_json

SHA = "0" * 64


def imported_json(**changes: Any) -> dict[str, Any]:
    """Return a valid card of an imported network; changes as ``card_json`` takes them."""
    wiring = {
        "image_mean": [0.485, 0.456, 0.406],
        "image_deviation": [0.229, 0.224, 0.225],
        "output_mean": [0.0, 0.0, 0.0],
        "output_deviation": [1.0, 1.0, 1.0],
        "sizing": "whole",
        "fixed_width_px": 0,
        "fixed_height_px": 0,
        "long_side_px": 0,
        "style_shape": [2],
        "strength_shape": None,
        "style_picture": None,
    }
    return card_json(
        **{
            "format": 2,
            "network__opset": 11,
            "image__layout": "NHWC",
            "image__channels": "BGR",
            "image__range": [0.0, 255.0],
            "training_scale_px": 0,
            "local": False,
            "imported": wiring,
            **changes,
        }
    )


def read(folder: Path, card: dict[str, Any]) -> ModelCard:
    """Return the card of this JSON, by way of a file."""
    file = folder / "card.json"
    file.write_text(json.dumps(card), encoding="utf-8")
    return ModelCard.from_file(file)


def test_a_trained_network_has_the_neutral_wiring() -> None:
    """A card of format 1 has no wiring of its own, and the worker does nothing round it."""
    card = read_record(ModelCard, card_json())
    assert card.wiring == NEUTRAL
    assert not card.wiring.is_mixed_by_worker
    assert not card.wiring.is_fixed_size
    assert "imported" not in card.to_json()


def test_an_imported_card_is_read_back_equal(tmp_path: Path) -> None:
    """Format 2 gives an imported card, which writes itself as it was."""
    picture = {"name": "painting", "file": "style_image.png", "sha256": SHA}
    card = read(tmp_path, imported_json(imported__style_picture=picture))
    assert isinstance(card, ImportedCard)
    assert card.wiring.is_mixed_by_worker
    assert card.image.layout == "NHWC"
    assert json.loads(card.to_json()) == imported_json(imported__style_picture=picture)
    assert "style_image.png" in list(card.files())


def test_only_a_network_that_is_not_local_is_cautioned_of(tmp_path: Path) -> None:
    """The caution names the model; a local one has none."""
    assert "masters" in read(tmp_path, imported_json()).caution
    assert read(tmp_path, imported_json(local=True)).caution == ""


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        ("format", 1, "imported"),
        ("network__opset", 6, "network.opset"),
        ("image__layout", "HWC", "image.layout"),
        ("image__channels", "GBR", "image.channels"),
        ("image__range", [1.0, 0.0], "image.range"),
        ("imported__image_deviation", [1.0, 0.0, 1.0], "imported.image_deviation"),
        ("imported__sizing", "crop", "imported.sizing"),
        ("imported__sizing", "tiles", "imported.sizing"),
        ("imported__sizing", "resized", "imported.long_side_px"),
        ("imported__fixed_width_px", 64, "imported.fixed_height_px"),
        ("imported__fixed_width_px", 1 << 20, "imported.fixed_width_px"),
        ("imported__long_side_px", 512, "imported.long_side_px"),
        ("imported__style_shape", [3], "imported.style_shape"),
        ("imported__style_shape", None, "styles"),
        ("imported__strength_shape", [1] * 9, "imported.strength_shape"),
        ("imported__style_picture", {"name": "p", "file": "../p.png", "sha256": SHA}, "file"),
    ],
)
def test_a_wiring_that_cannot_be_is_refused(
    tmp_path: Path, path: str, value: object, key: str
) -> None:
    """A value that no import writes is refused with its key."""
    with pytest.raises(CardInvalid) as caught:
        read(tmp_path, imported_json(**{path: value}))
    assert caught.value.key.endswith(key)


@pytest.mark.parametrize(
    ("sizing", "local", "side_px"), [("tiles", True, 123), ("resized", False, 32)]
)
def test_a_size_of_which_nothing_is_left_is_refused(
    tmp_path: Path, sizing: str, local: bool, side_px: int
) -> None:
    """Halos of 60 px leave nothing of tiles of 123 px, borders of 16 px nothing of 32 px."""
    changes: dict[str, Any] = {"local": local, "imported__sizing": sizing}
    for extra_px, is_fine in ((0, False), (1, True)):
        for side in ("width", "height"):
            changes[f"imported__fixed_{side}_px"] = side_px + extra_px
        if is_fine:
            read(tmp_path, imported_json(**changes))
        else:
            with pytest.raises(CardInvalid, match="which is cut off"):
                read(tmp_path, imported_json(**changes))
