"""Promises of docs/decisions/nuke_traps.md: every guard's test that it names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "decisions" / "nuke_traps.md").read_text(encoding="utf-8")


def rows() -> list[tuple[str, str]]:
    """Return each trap with the cell of its tests."""
    found = re.findall(r"^\| (.*?) \| .* \| (.*?) \|$", PAGE, re.MULTILINE)
    return [(trap, tests) for trap, tests in found if trap not in ("trap", "---")]


def missing_in(cell: str) -> list[str]:
    """Return what a cell names that is no test or file of tests."""
    missing, file = [], None
    for name in re.findall(r"`([^`]+)`", cell):
        path, colons, test = name.partition("::")
        if path:
            places = [ROOT / "tests" / path, ROOT / "tests" / "nuke_plugin" / path]
            file = next((place for place in places if place.is_file()), None)
        if file is None:
            missing.append(name)
        elif colons and f"def {test}(" not in file.read_text(encoding="utf-8"):
            missing.append(name)
    return missing


@pytest.mark.parametrize(("trap", "tests"), rows(), ids=lambda text: text[:40])
def test_every_trap_has_its_test(trap: str, tests: str) -> None:
    """Each row names at least one test, and each that it names exists."""
    assert "`" in tests
    assert missing_in(tests) == []


def test_a_test_that_is_gone_would_be_found() -> None:
    """The test above sees a file and a function that are not there."""
    assert missing_in("`test_render.py::test_gone`, `test_gone.py`, `::test_gone_too`") == [
        "test_render.py::test_gone",
        "test_gone.py",
        "::test_gone_too",
    ]
    assert len(rows()) > 50
