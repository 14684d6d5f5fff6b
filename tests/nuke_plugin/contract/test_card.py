"""Tests of the model card."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuke_plugin.contract.card import ModelCard
from nuke_plugin.contract.errors import (
    CardInvalid,
    CardMissing,
    StrengthOutOfRange,
    StyleNotFound,
    StyleWeightsInvalid,
)
from nuke_plugin.contract.strict_json import read_record
from tests.nuke_plugin.contract.card_examples import card_json

CARD = read_record(ModelCard, card_json())
HALF = {"file": "model.fp16.onnx", "sha256": "0" * 64, "size_bytes": 1}


def write_card(folder: Path, card: dict[str, Any]) -> Path:
    """Write a card file and return its path."""
    file = folder / "card.json"
    file.write_text(json.dumps(card), encoding="utf-8")
    return file


def test_round_trip(tmp_path: Path) -> None:
    """A card that is written as JSON is read back equal, painters' accents included."""
    card = read_record(ModelCard, card_json(styles__0__artist="Eugène Delacroix – 北斎"))
    file = tmp_path / "card.json"
    file.write_text(card.to_json(), encoding="utf-8")
    assert ModelCard.from_file(file) == card
    assert "Eugène" in card.to_json()


@pytest.mark.parametrize("key", list(card_json()))
def test_missing_key(tmp_path: Path, key: str) -> None:
    """A card without one of its keys is refused with the file and the key."""
    card = card_json()
    del card[key]
    file = write_card(tmp_path, card)
    with pytest.raises(CardInvalid, match="this key is missing") as caught:
        ModelCard.from_file(file)
    assert (caught.value.file, caught.value.key) == (str(file), key)


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("colour", "colour"),
        ("network__bytes", "network.bytes"),
        ("styles__1__notes", "styles[1].notes"),
    ],
)
def test_unknown_key(tmp_path: Path, path: str, key: str) -> None:
    """A key that is not known is refused at any depth: it might have been meant to do something."""
    file = write_card(tmp_path, card_json(**{path: 1}))
    with pytest.raises(CardInvalid, match="this key is not known") as caught:
        ModelCard.from_file(file)
    assert caught.value.key == key


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        ("format", 3, "format"),
        ("id", "Masters of Paint", "id"),
        ("id", "../masters", "id"),
        ("title", " ", "title"),
        ("kind", "upscale", "kind"),
        ("network__file", "../model.onnx", "network.file"),
        ("network__file", "C:model.onnx", "network.file"),
        ("network__file", "..", "network.file"),
        ("network__sha256", "ABC", "network.sha256"),
        ("network__size_bytes", 0, "network.size_bytes"),
        ("network__half", {**HALF, "file": "model.onnx"}, "network.half.file"),
        ("network__half", {**HALF, "file": "../half.onnx"}, "network.half.file"),
        ("network__half", {**HALF, "sha256": ""}, "network.half.sha256"),
        ("network__half", {**HALF, "size_bytes": 0}, "network.half.size_bytes"),
        ("network__opset", 11, "network.opset"),
        ("image__layout", "NHWC", "image.layout"),
        ("image__channels", "BGR", "image.channels"),
        ("image__range", [0, 255], "image.range"),
        ("image__encoding", "linear", "image.encoding"),
        ("output__name", "", "output.name"),
        ("style__length", 3, "style.length"),
        ("style__length", 0, "style.length"),
        ("style__length", 1025, "style.length"),
        ("strength__maximum", 0, "strength.maximum"),
        ("strength__neutral", 2, "strength.neutral"),
        ("strength__meaning", "", "strength.meaning"),
        ("styles__1__id", "starry_night", "styles"),
        ("styles__1__preview", "", "styles[1].preview"),
        ("size_multiple", 0, "size_multiple"),
        ("size_multiple", 1025, "size_multiple"),
        ("halo_px", -1, "halo_px"),
        ("halo_px", 100_000_000, "halo_px"),
        ("border_px", 61, "border_px"),
        ("border_px", -1, "border_px"),
        ("training_scale_px", 0, "training_scale_px"),
        ("training_scale_px", 65537, "training_scale_px"),
        ("training_scale_px", 512.0, "training_scale_px"),
        ("local", "yes", "local"),
        ("licence", "", "licence"),
        ("sources__0__licence", "", "sources[0].licence"),
        ("gates__tile__max_difference", "small", "gates.tile.max_difference"),
        ("preview", "a/b.png", "preview"),
    ],
)
def test_value_that_cannot_be(tmp_path: Path, path: str, value: object, key: str) -> None:
    """A value outside what its field allows is refused with the file and the key's whole path."""
    file = write_card(tmp_path, card_json(**{path: value}))
    with pytest.raises(CardInvalid) as caught:
        ModelCard.from_file(file)
    assert (caught.value.file, caught.value.key) == (str(file), key)


def test_no_card(tmp_path: Path) -> None:
    """A folder without a card is named."""
    with pytest.raises(CardMissing) as caught:
        ModelCard.from_file(tmp_path / "masters" / "card.json")
    assert caught.value.folder == str(tmp_path / "masters")


def test_a_number_of_thousands_of_digits(tmp_path: Path) -> None:
    """A number that Python will not read makes an invalid card, no end of the program."""
    text = json.dumps(card_json(halo_px="LONG")).replace('"LONG"', "9" * 5000)
    (tmp_path / "card.json").write_text(text, encoding="utf-8")
    with pytest.raises(CardInvalid, match=r"card\.json"):
        ModelCard.from_file(tmp_path / "card.json")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe{}", b"null"])
def test_not_a_card(tmp_path: Path, content: bytes) -> None:
    """A file that is not JSON, or not text, is an invalid card of that name."""
    file = tmp_path / "card.json"
    file.write_bytes(content)
    with pytest.raises(CardInvalid, match="is not valid: it is"):
        ModelCard.from_file(file)


def test_card_that_is_a_folder(tmp_path: Path) -> None:
    """A card that cannot be read is an invalid card, not a traceback."""
    (tmp_path / "card.json").mkdir()
    with pytest.raises(CardInvalid, match="it cannot be read"):
        ModelCard.from_file(tmp_path / "card.json")


@given(st.integers(1, 20_000), st.integers(1, 20_000), st.integers(1, 64), st.integers(0, 300))
def test_padded_size(width: int, height: int, multiple: int, border_px: int) -> None:
    """A padded frame holds frame and border on every side, on the grid, and nothing more."""
    card = read_record(
        ModelCard, card_json(size_multiple=multiple, halo_px=border_px, border_px=border_px)
    )
    for size_px, padded_px in zip((width, height), card.padded_size(width, height)):
        assert padded_px % multiple == 0
        assert 0 <= padded_px - (size_px + 2 * border_px) < multiple


def test_slot_by_id_or_title() -> None:
    """A style is found by its id, and by its title in any case."""
    assert CARD.slot("great_wave").id == "great_wave"
    assert CARD.slot("the starry night").id == "starry_night"
    with pytest.raises(StyleNotFound, match="'masters' has no style named 'star_night'"):
        CARD.slot("star_night")


def test_style_vector_order() -> None:
    """Weights come in the order of the card's styles, whatever the order they are given in."""
    assert CARD.style_vector({"great_wave": 1}) == (0.0, 1.0)
    assert CARD.style_vector({"great_wave": 2, "starry_night": 6}) == (0.75, 0.25)
    assert CARD.style_vector({"great_wave": 1, "Under the Wave off Kanagawa": 1}) == (0.0, 1.0)


@given(st.tuples(*[st.floats(0, 1e12)] * 2).filter(lambda pair: sum(pair) > 0))
def test_style_vector_sums_to_one(pair: tuple[float, float]) -> None:
    """Any weights are brought to a sum of 1, each in [0, 1]."""
    vector = CARD.style_vector({"starry_night": pair[0], "great_wave": pair[1]})
    assert math.isclose(sum(vector), 1)
    assert all(0 <= weight <= 1 for weight in vector)


@pytest.mark.parametrize(
    "weights",
    [
        {},
        {"starry_night": 0},
        {"starry_night": -1, "great_wave": 2},
        {"starry_night": math.nan},
        {"starry_night": math.inf},
        {"starry_night": 1e308, "great_wave": 1e308},
    ],
)
def test_style_vector_refuses(weights: dict[str, float]) -> None:
    """A mix of nothing, or with a weight below 0 or beyond numbers, is refused."""
    with pytest.raises(StyleWeightsInvalid):
        CARD.style_vector(weights)


def test_style_vector_of_unknown_style() -> None:
    """A mix with a style the model does not have is refused, not painted without it."""
    with pytest.raises(StyleNotFound):
        CARD.style_vector({"starry_night": 1, "guernica": 1})


@pytest.mark.parametrize("strength", [-0.01, 1.01, math.nan, math.inf])
def test_strength_out_of_range(strength: float) -> None:
    """A strength the network was not trained for is refused, as is one that is no number."""
    with pytest.raises(StrengthOutOfRange):
        CARD.check_strength(strength)


@pytest.mark.parametrize("strength", [0, 0.5, 1])
def test_strength_in_range(strength: float) -> None:
    """The whole trained range is allowed, both its ends included."""
    CARD.check_strength(strength)


def test_files() -> None:
    """The card names every file of its folder once."""
    previews = ["preview.png", "starry_night.png", "great_wave.png"]
    assert list(CARD.files()) == ["model.onnx", *previews]
    both = read_record(ModelCard, card_json(network__half=HALF))
    assert list(both.files()) == ["model.onnx", "model.fp16.onnx", *previews]
