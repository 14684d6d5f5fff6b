"""Tests of the strict JSON reader, on records of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuke_plugin.contract.errors import FieldInvalid
from nuke_plugin.contract.strict_json import (
    KeptKeys,
    NumberTree,
    parse_object,
    read_record,
    write_record,
)


@dataclass(frozen=True)
class Brush:
    """A part of a record."""

    width_px: int
    hair: str

    def __post_init__(self) -> None:
        if self.width_px < 1:
            raise FieldInvalid("width_px", "too thin")


@dataclass(frozen=True)
class Painter:
    """A record with a field of every type that is read."""

    name: str
    alive: bool
    height: float
    brushes: tuple[Brush, ...]
    window: tuple[float, float]
    colours: Mapping[str, float]
    teacher: Optional[str]
    measured: NumberTree


def painter(**changes: object) -> dict[str, object]:
    """Return the JSON object of a painter, with some keys changed."""
    return {
        "name": "Vincent",
        "alive": False,
        "height": 1.7,
        "brushes": [{"width_px": 12, "hair": "hog"}],
        "window": [0, 1],
        "colours": {"ochre": 0.4},
        "teacher": None,
        "measured": {"pan": {"boil": 0.2}, "total": 3},
        **changes,
    }


def test_reads_every_type() -> None:
    """Each field comes back in its own type; whole numbers are taken where a number is asked."""
    read = read_record(Painter, painter())
    assert read == Painter(
        name="Vincent",
        alive=False,
        height=1.7,
        brushes=(Brush(12, "hog"),),
        window=(0.0, 1.0),
        colours={"ochre": 0.4},
        teacher=None,
        measured=NumberTree(pan=NumberTree(boil=0.2), total=3.0),
    )
    assert write_record(read)["brushes"] == ({"width_px": 12, "hair": "hog"},)


@pytest.mark.parametrize(
    ("changes", "key", "reason"),
    [
        ({"extra": 1}, "extra", "this key is not known"),
        ({"name": 3}, "name", "it is a whole number, not a text"),
        ({"name": None}, "name", "it is null, not a text"),
        ({"alive": 1}, "alive", "it is a whole number, not true or false"),
        ({"height": "tall"}, "height", "it is a text, not a number"),
        ({"height": True}, "height", "it is true or false, not a number"),
        ({"height": float("inf")}, "height", "the number is too large"),
        ({"height": 10**400}, "height", "the number is too large"),
        ({"brushes": {}}, "brushes", "it is an object, not a list"),
        ({"brushes": [3]}, "brushes[0]", "it is a whole number, not an object"),
        ({"brushes": [{"width_px": 1}]}, "brushes[0].hair", "this key is missing"),
        (
            {"brushes": [{"width_px": True, "hair": ""}]},
            "brushes[0].width_px",
            "it is true or false",
        ),
        ({"brushes": [{"width_px": 0, "hair": ""}]}, "brushes[0].width_px", "too thin"),
        ({"window": [0]}, "window", "it holds 1 values, not 2"),
        ({"window": [0, "1"]}, "window[1]", "it is a text, not a number"),
        ({"colours": {"ochre": "much"}}, "colours.ochre", "it is a text, not a number"),
        ({"teacher": 4}, "teacher", "it is a whole number, not a text"),
        ({"measured": {"pan": {"boil": "low"}}}, "measured.pan.boil", "it is a text, not a number"),
        ({"measured": []}, "measured", "it is a list, not an object"),
    ],
)
def test_refuses(changes: dict[str, object], key: str, reason: str) -> None:
    """A value that does not fit is refused with the whole path of its key and what it is."""
    with pytest.raises(FieldInvalid) as caught:
        read_record(Painter, painter(**changes))
    assert caught.value.key == key
    assert caught.value.reason.startswith(reason)


@pytest.mark.parametrize("key", list(painter()))
def test_refuses_missing_keys(key: str) -> None:
    """Each key must be there, also one whose value may be null."""
    value = painter()
    del value[key]
    with pytest.raises(FieldInvalid, match="this key is missing") as caught:
        read_record(Painter, value)
    assert caught.value.key == key


@pytest.mark.parametrize(
    ("text", "key", "reason"),
    [
        ("", "", "it is not JSON"),
        ("{", "", "it is not JSON"),
        ('{"a": 1} x', "", "it is not JSON"),
        ("[1]", "", "it is a list, not an object"),
        ('"a"', "", "it is a text, not an object"),
        ('{"a": 1, "a": 2}', "a", "this key is given twice"),
        ('{"a": NaN}', "", "it holds NaN, which is not a number in JSON"),
        ('{"a": -Infinity}', "", "it holds -Infinity, which is not a number in JSON"),
        ('{"a":' * 100_000, "", "it is"),
        ('{"height": ' + "9" * 5000 + "}", "", "it holds a number that cannot be read"),
    ],
)
def test_parse_refuses(text: str, key: str, reason: str) -> None:
    """Text that is not one plain JSON object is refused, also where Python's reader is lenient."""
    with pytest.raises(FieldInvalid) as caught:
        parse_object(text)
    assert caught.value.key == key
    assert caught.value.reason.startswith(reason)


def test_refuses_fields_it_cannot_read() -> None:
    """A record with a type that the reader does not know is the programmer's error, not a guess."""

    @dataclass(frozen=True)
    class Odd:
        """A record with a set."""

        members: frozenset[str]

    with pytest.raises(TypeError, match="members"):
        read_record(Odd, {"members": []})


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
        ),
        max_leaves=10,
    ),
    st.sampled_from(list(painter())),
)
def test_any_value_reads_or_is_refused(value: object, key: str) -> None:
    """Whatever stands under a key is read, or refused by naming that key; nothing else happens."""
    changed = painter(**{key: value})
    try:
        outcome: object = read_record(Painter, changed)
    except FieldInvalid as error:
        outcome = error.key
    assert isinstance(outcome, Painter) or str(outcome).startswith(key)


@dataclass(frozen=True)
class Letter:
    """A record that passes on what it does not know."""

    name: str
    brushes: tuple[Brush, ...]
    more: KeptKeys = field(default_factory=KeptKeys)


def test_keys_of_a_newer_version_are_passed_on() -> None:
    """A record that keeps unknown keys writes them as they came; parts that do not refuse them."""
    brushes = [{"width_px": 12, "hair": "hog"}]
    value = {"name": "Theo", "brushes": brushes, "stamp": {"cent": [5, True, None]}, "more": 1.5}
    read = read_record(Letter, value)

    assert read.more == {"stamp": {"cent": [5, True, None]}, "more": 1.5}
    assert write_record(read) == {**value, "brushes": tuple(brushes)}
    with pytest.raises(FieldInvalid, match=r"brushes\[0\].tip"):
        read_record(Letter, {**value, "brushes": [{**brushes[0], "tip": 1}]})


@pytest.mark.parametrize(
    "kept",
    [10**30, float("inf"), "\ud800", {"\ud800": 1}, parse_object('{"a":' * 40 + "1" + "}" * 40)],
)
def test_what_could_not_be_written_again_is_not_kept(kept: object) -> None:
    """A value that no file could take, or that is nested too deeply, is refused with its key."""
    with pytest.raises(FieldInvalid, match="stamp"):
        read_record(Letter, {"name": "Theo", "brushes": [], "stamp": kept})
