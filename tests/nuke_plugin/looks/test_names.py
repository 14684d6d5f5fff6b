"""Promises of names: anything a person types is a name, and every name has a safe file name."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuke_plugin.looks import names

TYPED = [
    "Rain at night",
    "Été à Nîmes",
    "雨の夜",
    "ночь",
    "CON",
    "nul",
    "com1",
    "LPT9",
    "...",
    "../../etc/passwd",
    "C:\\windows\\x",
    "a" * 300,
    "  two\n lines\t",
    "👩‍🎨 paint",
    'quotes "and" <tags>',
    "trailing. ",
    "%04d [value root.name]",
]
SAFE = set(string.ascii_lowercase + string.digits + "_-")


@pytest.mark.parametrize("typed", TYPED)
def test_every_name_has_a_safe_file_name(typed: str) -> None:
    """Slugs and folders are short plain ASCII that no system reserves, whatever was typed."""
    name = names.tidy(typed)
    assert names.is_name(name)
    for made in (names.slug_of(name), names.folder_of(name)):
        assert made
        assert set(made) <= SAFE
        assert len(made) <= 50
        assert not re.fullmatch(r"con|prn|aux|nul|com\d|lpt\d", made)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120))
def test_any_text_becomes_a_name_or_nothing(typed: str) -> None:
    """Tidying gives a name or nothing, and tidying it again changes nothing."""
    name = names.tidy(typed)
    assert name == "" or names.is_name(name)
    assert names.tidy(name) == name
    assert set(names.slug_of(name or "x")) <= SAFE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Rain", "rain"),
        ("été", "e\u0301te\u0301"),
        ("STRASSE", "straße"),
        ("Ａbc", "abc"),
        ("a  b", "a b"),
    ],
)
def test_what_a_person_calls_the_same_is_one_name(one: str, other: str) -> None:
    """Case, width, spaces and the spelling of accents do not make another name or file name."""
    assert names.key_of(one) == names.key_of(other)
    assert names.slug_of(one) == names.slug_of(other)
    assert names.folder_of(one) == names.folder_of(other)


@pytest.mark.parametrize(
    ("one", "other"), [("été", "ete"), ("雨", "雪"), ("sh/010", "sh-010"), ("a" * 60, "a" * 61)]
)
def test_different_shots_have_different_folders(one: str, other: str) -> None:
    """Names that share a slug still have folders of their own, also where case is lost."""
    assert names.folder_of(one).lower() != names.folder_of(other).lower()


def test_a_plain_shot_name_is_its_folder() -> None:
    """A studio's usual shot name is readable on disk as it is."""
    assert names.folder_of("SQ010_sh0020") == "sq010_sh0020"


def test_numbered_names() -> None:
    """A taken name gets the next number, a number counts on, and the result is never too long."""
    assert names.numbered("Rain", ()) == "Rain"
    assert names.numbered("Rain", {"rain"}) == "Rain (2)"
    assert names.numbered("Rain (2)", {"rain", "rain (2)"}) == "Rain (3)"
    assert names.numbered("Shot 010", {"shot 010"}) == "Shot 010 (2)"
    longest = "x" * names.LONGEST_NAME
    assert names.is_name(names.numbered(longest, {longest}))


@pytest.mark.parametrize("text", ["", "  ", "a\nb", "a\0b", "\ud800", "x" * 101, "a\u2028b"])
def test_what_is_no_name(text: str) -> None:
    """A text that shows nothing, breaks the line, or cannot be written is no name."""
    assert not names.is_name(text)
