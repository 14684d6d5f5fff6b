"""Promises of a look's JSON: nothing is lost, and nothing that is no look gets through."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nuke_plugin.contract.errors import FieldInvalid, LookInvalid
from nuke_plugin.contract.strict_json import write_record
from nuke_plugin.looks.any_look import look_of_bytes
from nuke_plugin.looks.look_record import LARGEST_LOOK_BYTES, now, this_author
from nuke_plugin.looks.record import LiveControls, Look, LookStrokes
from tests.nuke_plugin.looks.look_examples import look, style

SOURCE = "The file /looks/rain.json"


def changed(**changes: Any) -> str:
    """Return a look's text with these keys changed."""
    return json.dumps({**write_record(look()), **changes})


def refusal(text: str) -> LookInvalid:
    """Return the error that reading a text raises."""
    with pytest.raises(LookInvalid) as raised:
        Look.from_json(text, SOURCE)
    assert raised.value.message.startswith(SOURCE)
    return raised.value


def test_a_look_is_read_as_it_was_written() -> None:
    """Three styles, Unicode and all controls come back from the text as they went in."""
    styles = (style(weight=0.5), style(style="cold", weight=0.25), style(model="b", weight=0.25))
    strokes = LookStrokes(2.0, 0.5)
    controls = LiveControls(0.25, 1.0, 0.5)
    full = look('雨 "night" {1}', styles=styles, strokes=strokes, controls=controls)

    assert Look.from_json(full.to_json(), SOURCE) == full
    assert look_of_bytes(b"\xef\xbb\xbf" + full.to_json().encode(), SOURCE) == full


def test_a_look_of_the_first_format_is_read() -> None:
    """A look that is silent on grain and strokes leaves both alone, and is written anew."""
    value = write_record(look())
    del value["controls"]["plate_grain"], value["strokes"]
    value["impasto_look"] = 1

    assert Look.from_json(json.dumps(value), SOURCE) == look()
    with pytest.raises(LookInvalid, match="strokes"):
        Look.from_json(json.dumps({**value, "impasto_look": 2}), SOURCE)


def test_the_text_is_for_people_too() -> None:
    """The text begins with the key that marks it, and keeps letters of every script readable."""
    text = look("雨").to_json()

    assert text.startswith('{\n  "impasto_look": 2,\n  "name": "雨"')
    assert text.endswith("}\n")


def test_pasted_into_the_node_graph_it_runs_nothing() -> None:
    """To Tcl the text is one word in braces: no string in it can close them."""
    hostile = look('x} ; python {import os} ; [exec rm] {"', author="}{")
    depth, closed_at = 0, []
    text = hostile.to_json()
    for position, letter in enumerate(text):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if depth == 0:
            closed_at.append(position)

    assert closed_at[0] == len(text) - 2  # the last but the newline
    assert Look.from_json(text, SOURCE) == hostile


def test_what_a_newer_version_adds_is_kept() -> None:
    """Unknown keys of a newer format survive reading, renaming and writing, at every level."""
    value = json.loads(look().to_json())
    value["impasto_look"] = 3
    value["grade"] = {"lift": [0.1, 0.2], "on": True, "note": "é"}
    value["controls"]["halation"] = 0.5
    value["styles"][0]["seed"] = 7
    value["strokes"] = {"scale": None, "detail": 1.0, "angle": 30}
    read = Look.from_json(json.dumps(value), SOURCE)

    assert json.loads(read.renamed("Other").to_json()) == {**value, "name": "Other"}
    assert read.newer_keys() == ["grade", "styles[0].seed", "strokes.angle", "controls.halation"]


@pytest.mark.parametrize("place", ["look", "controls", "styles"])
def test_unknown_keys_of_our_own_format_are_misspelt(place: str) -> None:
    """In the format of this version an unknown key is refused by its path, not kept."""
    value = write_record(look())
    holder = {"look": value, "controls": value["controls"], "styles": value["styles"][0]}[place]
    holder["stregth"] = 1

    error = refusal(json.dumps(value))
    assert error.key.endswith("stregth")
    assert "not known" in error.reason


def test_a_newer_look_that_lacks_a_key_says_whose_it_is() -> None:
    """Where a newer look cannot be read, the sentence says that a newer Impasto made it."""
    value = write_record(look())
    value["impasto_look"] = 9
    del value["strength"]

    error = refusal(json.dumps(value))
    assert error.key == "strength"
    assert "made by a newer Impasto (format 9)" in error.message


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"impasto_look": 0}, "impasto_look"),
        ({"impasto_look": "1"}, "impasto_look"),
        ({"impasto_look": True}, "impasto_look"),
        ({"name": " "}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"strength": 1.01}, "strength"),
        ({"strength": "1"}, "strength"),
        ({"strength": None}, "strength"),
        ({"styles": []}, "styles"),
        ({"styles": [write_record(style(style=s)) for s in "abcd"]}, "styles"),
        ({"styles": [write_record(style())] * 2}, "styles"),
        ({"styles": [write_record(style(weight=0.0))]}, "styles"),
        ({"styles": [{**write_record(style()), "weight": -1}]}, "styles[0].weight"),
        ({"styles": [{**write_record(style()), "model": "../x"}]}, "styles[0].model"),
        ({"styles": [{**write_record(style()), "style": "[exec rm]"}]}, "styles[0].style"),
        ({"styles": [{**write_record(style()), "model_sha256": "AB"}]}, "styles[0].model_sha256"),
        ({"controls": {"mix": 2, "keep_plate_colour": None, "plate_grain": 0}}, "controls.mix"),
        ({"controls": {"mix": 1}}, "controls.keep_plate_colour"),
        ({"controls": {"mix": 1, "keep_plate_colour": 0}}, "controls.plate_grain"),
        ({"impasto_look": 1, "controls": {"mix": 1}}, "controls.keep_plate_colour"),
        ({"strokes": {"scale": 9, "detail": 1}}, "strokes.scale"),
        ({"strokes": {"scale": 1, "detail": 2}}, "strokes.detail"),
        ({"author": "x" * 201}, "author"),
        ({"date": "yesterday"}, "date"),
        ({"date": "2026-02-30T00:00:00Z"}, "date"),
        ({"date": "2026-11-22T23:16:25+01:00"}, "date"),
    ],
)
def test_a_wrong_value_is_refused_by_its_key(changes: dict[str, Any], key: str) -> None:
    """Every value that cannot be is refused, with the key's whole path."""
    assert refusal(changed(**changes)).key == key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "set cut_paste_input [stack 0]",
        "{}",
        '{"impasto_look": 1, "impasto_look": 1}',
        "[" * 60_000,
        '{"impasto_look": 3, "x": ' + "[" * 40 + "]" * 40 + "}",
        changed(strength=1).replace('"strength": 1', '"strength": NaN'),
        changed(strength=1).replace('"strength": 1', '"strength": 1e999'),
        changed(strength=1).replace('"strength": 1', '"strength": ' + "9" * 5000),
        changed(impasto_look=3, strange=[1]).replace("[1]", "1e999"),
        changed(impasto_look=3, strange=[1]).replace("[1]", "9" * 400),
        changed(impasto_look=3, strange=["\ud800"]),
        changed(impasto_look=3, **{"\udfff": 1}),
        " " * (LARGEST_LOOK_BYTES + 1),
        changed(**{"k" * 50_000: 1}),
        changed(name="n" * 50_000),
    ],
    ids=range(18),
)
def test_hostile_text_is_refused(text: str) -> None:
    """Text that is no look, too deep, too large or not writable is refused with a sentence."""
    assert len(refusal(text).message) < 1000


def test_hostile_bytes_are_refused() -> None:
    """Bytes that are no UTF-8, or too many, are refused with the file's name."""
    for data in (b"\xff\xfe{}", b"x" * (LARGEST_LOOK_BYTES + 1)):
        with pytest.raises(LookInvalid, match=r"rain\.json"):
            look_of_bytes(data, SOURCE)


def test_a_look_made_here_is_checked_as_one_that_is_read() -> None:
    """A look with a value that cannot be is refused when it is built."""
    with pytest.raises(FieldInvalid, match="strength"):
        look(strength=float("nan"))


def test_date_and_author_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The date is UTC to the second, and a user whom the system cannot name is no failure."""
    monkeypatch.setenv("LOGNAME", "Ana\n")
    assert look(date=now()).date.endswith("Z")
    assert this_author() == "Ana"

    def nobody() -> str:
        raise KeyError("no user")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert look(author=this_author()).author == ""
