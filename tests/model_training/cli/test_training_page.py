"""The training page's promise: each command in it is one that the programs take as it stands."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from model_training.cli import COMMANDS, app
from nuke_plugin.worker.cli import app as worker_app

PAGE = Path(__file__).parents[3] / "docs" / "training.md"
COMMAND = re.compile(r"\.venv[/\\](?:bin|Scripts)[/\\](impasto(?:-train)?)(?: (.*))?$")


def commands(page: str) -> list[tuple[str, list[str]]]:
    """Program and arguments of every command in the page's blocks."""
    found = []
    for block in re.findall(r"^```\n(.*?)^```$", page, re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            match = COMMAND.search(line)
            if match:
                words = shlex.split((match[2] or "").replace("\\", "/"))
                found.append((match[1], words))
    return found


def take(program: str, words: list[str]) -> None:
    """Have a program parse its arguments, and do nothing."""
    group = get_command(app if program == "impasto-train" else worker_app)
    if words == ["--help"]:
        return
    command = group.get_command(group.make_context(program, [], resilient_parsing=True), words[0])
    assert command is not None, f"no such command: {words[0]}"
    command.make_context(words[0], words[1:])


NAMED = commands(PAGE.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("program", "words"), NAMED, ids=[" ".join([p, *w])[:60] for p, w in NAMED]
)
def test_a_command_of_the_page_parses(program: str, words: list[str]) -> None:
    """Every option is known, and none that is needed is missing."""
    take(program, words)


def test_the_page_walks_the_whole_way() -> None:
    """Features, check, style, export and styles are there, for Linux and for Windows."""
    text = PAGE.read_text(encoding="utf-8")
    linux, windows = text.split("## The same on Windows")
    for half in (linux, windows):
        named = [words[0] for program, words in commands(half) if words and program]
        assert {"features", "check", "style", "export", "styles"} <= set(named)
    trained = {words[0] for program, words in NAMED if program == "impasto-train"} - {"--help"}
    assert trained <= COMMANDS.keys()


@pytest.mark.parametrize("line", ["style --pantings a --run r", "export", "styel --run r"])
def test_a_mistake_would_be_found(line: str) -> None:
    """The test above sees a misspelt option, a missing one and a misspelt command."""
    ((program, words),) = commands(f"```\n.venv/bin/impasto-train {line}\n```\n")
    with pytest.raises(Exception, match=r"(?i)no such|missing"):
        take(program, words)
