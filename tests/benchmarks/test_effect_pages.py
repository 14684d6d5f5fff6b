"""The promises of the page of effects: every shipped effect is on it, with its card's figures."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest

from benchmarks import effect_pages
from nuke_plugin.contract.library import InstalledEffect, ModelLibrary

DOCS = Path(__file__).resolve().parents[2] / "docs"
EFFECTS = ModelLibrary.from_environment({}).effects()


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: effect.card.id)
def test_every_shipped_effect_is_on_the_page(effect: InstalledEffect) -> None:
    """The page says what the card says today, and the picture that it names is there."""
    page = (DOCS / "effects_shipped.md").read_text(encoding="utf-8")
    assert "\n".join(effect_pages.section(effect.card)) in page
    assert (DOCS / "pictures" / "effects" / effect_pages.picture_name(effect.card)).is_file()


@pytest.mark.parametrize("effect", EFFECTS[:1], ids=lambda effect: effect.card.id)
def test_a_picture_is_made(
    effect: InstalledEffect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row for each matte and a column for each moment, and something on them."""
    monkeypatch.setattr(effect_pages, "WIDTH", 128)
    monkeypatch.setattr(effect_pages, "HEIGHT", 96)
    monkeypatch.setattr(effect_pages, "FRAMES", (1000, 1032))
    effect_pages.write_picture(tmp_path / "page.jpg", effect)
    picture = cv2.imread(str(tmp_path / "page.jpg"))
    assert picture is not None
    assert picture.shape == (3 * 96 * 3 // 4, 2 * 128 * 3 // 4, 3)
    assert picture.std() > 5
