"""Holds the reading of a look of whichever kind: the first key of its text tells which."""

from __future__ import annotations

from typing import Union

from nuke_plugin.contract.errors import FieldInvalid, LookInvalid
from nuke_plugin.contract.strict_json import parse_object
from nuke_plugin.looks.effect_look import EffectLook
from nuke_plugin.looks.look_record import LARGEST_LOOK_BYTES, check_length
from nuke_plugin.looks.record import Look

AnyLook = Union[Look, EffectLook]


def look_of_text(text: str, source: str) -> AnyLook:
    """Return the look in a text; ``source`` says where it stands: ``The file rain.json``.

    Raises ``LookInvalid`` with the key for anything that is not exactly a look.
    """
    check_length(text, source)
    try:
        is_of_effect = EffectLook.MARK in parse_object(text)
    except FieldInvalid:
        is_of_effect = False  # it is no look of any kind, and the reading says why
    return (EffectLook if is_of_effect else Look).from_json(text, source)


def look_of_bytes(data: bytes, source: str) -> AnyLook:
    """Return the look in a file's bytes: UTF-8, with the mark some editors put first or not.

    Raises ``LookInvalid``.
    """
    if len(data) > LARGEST_LOOK_BYTES:
        raise LookInvalid(source, "", f"it has more than {LARGEST_LOOK_BYTES} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LookInvalid(source, "", f"it is not UTF-8 text ({error.reason})") from error
    return look_of_text(text, source)
