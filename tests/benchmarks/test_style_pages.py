"""The page of styles' promise: each style has its picture and its card's figures."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest

from benchmarks import style_pages
from nuke_plugin.contract.library import InstalledModel, ModelLibrary
from nuke_plugin.contract.strict_json import NumberTree


def test_every_shipped_style_has_a_line_and_a_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page names each style once in the table, and shows it in a picture of eight frames."""
    monkeypatch.setattr(
        "sys.argv", ["style_pages", str(tmp_path), "--model", "gallery", "--size", "64x36"]
    )
    style_pages.main()
    page = (tmp_path / "styles.md").read_text(encoding="utf-8")
    for style in ("starry_night", "great_wave", "the_scream"):
        assert page.count(f"(`{style}`)") == 1
        file = tmp_path / "pictures" / "styles" / f"gallery_{style}.jpg"
        picture = cv2.imread(str(file))
        assert picture is not None
        assert picture.shape == (2 * 36 + style_pages.SEAM_PX, 4 * 64 + 3 * style_pages.SEAM_PX, 3)
        assert picture.std() > 10
    (card,) = (m.card for m in ModelLibrary.from_environment({}).models() if m.card.id == "gallery")
    assert f"| the plate | {card.gates['plate']['texture']['pan']:.3g} |" in page


@pytest.mark.parametrize(
    "model", ModelLibrary.from_environment({}).models(), ids=lambda m: m.card.id
)
def test_the_page_says_what_the_shipped_cards_say(model: InstalledModel) -> None:
    """docs/styles.md was written from these cards: description, figures and pictures are theirs."""
    docs = Path(__file__).parents[2] / "docs"
    page = (docs / "styles.md").read_text(encoding="utf-8")
    written = "\n".join(style_pages.section(model))
    assert model.card.description in page, "write it again: python -m benchmarks.style_pages docs"
    assert written.strip() in page
    pictures = [style_pages.picture_name(model.card, slot) for slot in model.card.styles]
    assert all((docs / "pictures" / "styles" / name).is_file() for name in pictures)


def test_what_a_card_does_not_say_is_a_dash() -> None:
    """A missing figure is no zero."""
    gates = NumberTree({"plate": NumberTree({"texture": NumberTree({"pan": 0.0454})})})
    assert style_pages.figures("plate", gates, "plate") == "| plate | 0.0454 | -, -, - | - |"
