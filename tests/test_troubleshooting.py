"""Promises of docs/troubleshooting.md: quotes are real, no error of a compositor is left out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from nuke_plugin.contract import errors
from nuke_plugin.contract.errors import ImpastoError
from tests.nuke_plugin.contract.test_errors import SENTENCES

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
SOURCES = [*sorted((ROOT / "nuke_plugin").rglob("*.py")), ROOT / "menu.py"]

OF_THE_COMMAND_LINE = (
    errors.OptionInvalid,
    errors.ImportNeeds,
    errors.NetworkRefused,
    errors.ResultsExist,
    errors.DemoFolderTaken,
    errors.ModelIdTaken,
)
TOLD_ELSEWHERE = (errors.InstallError, errors.FarmError)
"""docs/install.md has the sentences of an installation; those of a farm are met by who runs it."""

INSIDE = (errors.FieldInvalid,)
"""Is told by the reader that meets it, in another class's sentence."""


def quotes() -> list[str]:
    """Return the words in italics in the first column of every table, but what is only a name."""
    rows = re.findall(r"^\| (.*?) \| .*? \| .*? \|$", PAGE, re.MULTILINE)
    return [words for row in rows for words in re.findall(r"\*([^*]+)\*", row)]


def is_quoted_in(quote: str, text: str) -> bool:
    """Whether the words between the dots stand in a text, in their order."""
    at = 0
    for part in filter(None, (part.strip() for part in quote.split("..."))):
        at = text.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return True


@lru_cache(maxsize=1)
def written_texts() -> list[str]:
    """Return every text in the code, a gap for what is put into it."""
    return [text for file in SOURCES for text in _texts(ast.parse(file.read_text("utf-8")))]


def _texts(tree: ast.AST) -> Iterator[str]:
    for part in ast.walk(tree):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value
        if isinstance(part, ast.JoinedStr):
            yield "".join(
                str(one.value) if isinstance(one, ast.Constant) else "\0" for one in part.values
            )


@pytest.mark.parametrize("quote", quotes())
def test_every_quote_is_said_by_the_code(quote: str) -> None:
    """What stands in italics is a menu of Nuke's, or words that the code really has."""
    if quote in ("Nodes > Impasto", "Strokes follow the frame", "Bright light"):
        return
    sentences = [text for _, text in SENTENCES]
    assert any(is_quoted_in(quote, text) for text in (*sentences, *written_texts()))


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        pair
        for pair in SENTENCES
        if not isinstance(pair[0], (*OF_THE_COMMAND_LINE, *TOLD_ELSEWHERE, *INSIDE))
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, ImpastoError) else "",
)
def test_every_error_of_a_compositor_is_there(error: ImpastoError, sentence: str) -> None:
    """Whatever a compositor can be told is found on the page by its words."""
    assert any(is_quoted_in(quote, sentence) for quote in quotes() if len(quote) > 12), sentence


def test_a_misquoted_sentence_is_found() -> None:
    """The test above sees a word that is another, and words out of their order."""
    sentence = "ImpastoStyle1 has nothing to paint: its input img is not connected."
    assert is_quoted_in("... has nothing to paint: ... not connected.", sentence)
    assert not is_quoted_in("... has nothing to draw: ...", sentence)
    assert not is_quoted_in("... connected. ... nothing to paint", sentence)
    assert len(quotes()) > 60
