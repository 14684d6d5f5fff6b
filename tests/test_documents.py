"""The documents' promises: every link leads to something, every command is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")


def links(document: Path) -> list[str]:
    """Return the relative links of a document."""
    found = LINK.findall(document.read_text(encoding="utf-8"))
    return [link for link in found if "://" not in link]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(document: Path) -> None:
    """A picture or a page that a document links to stands in the repository."""
    missing = [link for link in links(document) if not (document.parent / link).exists()]
    assert not missing


def test_a_dead_link_would_be_found(tmp_path: Path) -> None:
    """The test above sees pictures, pages and anchors, and leaves the web alone."""
    document = tmp_path / "page.md"
    document.write_text("![a](no.png) [b](no.md#part) [c](https://example.org)", encoding="utf-8")
    assert links(document) == ["no.png", "no.md"]


def test_commands_in_the_readme_exist() -> None:
    """Every `impasto` command that the README names is one that the program knows."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(
        re.findall(r"\bimpasto (render|styles|sheet|farm|demo|doctor|import|nuke-install)\b", text)
    )
    assert named == {
        "render",
        "styles",
        "sheet",
        "farm",
        "demo",
        "doctor",
        "import",
        "nuke-install",
    }
    known = subprocess.run(
        [sys.executable, "-m", "nuke_plugin.worker.cli", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert all(name in known for name in named)
