"""Tests of the painting that travels in a model's folder."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from nuke_plugin.contract.card import IMPORTED_FORMAT, ImportedCard
from nuke_plugin.contract.errors import ModelFileMismatch, ModelFileMissing, ModelGraphMismatch
from nuke_plugin.contract.library import InstalledModel
from nuke_plugin.contract.wiring import StylePicture, Wiring
from nuke_plugin.worker.style_picture import read_style_picture
from tests.tiny_model import tiny_card


def install(folder: Path, content: bytes) -> InstalledModel:
    """Write a painting and a card that has its hash."""
    (folder / "style_image.png").write_bytes(content)
    card = tiny_card(b"network")
    fields = {field.name: getattr(card, field.name) for field in dataclasses.fields(card)}
    picture = StylePicture("style", "style_image.png", hashlib.sha256(content).hexdigest())
    wiring = Wiring(style_picture=picture)
    imported = ImportedCard(**{**fields, "format": IMPORTED_FORMAT}, imported=wiring)
    return InstalledModel(folder, imported)


def png() -> bytes:
    """Return a picture of 5x3, orange."""
    _, content = cv2.imencode(".png", np.full((3, 5, 3), (0, 51, 255), np.uint8))  # BGR
    return bytes(content)


def test_a_painting_is_read_red_first(tmp_path: Path) -> None:
    """Planes come in the order R, G, B, in [0, 1]."""
    picture = read_style_picture(install(tmp_path, png()))
    assert picture is not None
    assert picture.shape == (1, 3, 3, 5)
    np.testing.assert_allclose(picture[0, :, 1, 2], [1.0, 0.2, 0.0], atol=1e-6)


def test_a_model_without_a_painting_has_none(tmp_path: Path) -> None:
    """A network that looks at the plate alone is given nothing else."""
    assert read_style_picture(InstalledModel(tmp_path, tiny_card(b"network"))) is None


def test_a_painting_that_is_gone_or_another_is_refused(tmp_path: Path) -> None:
    """What is painted with must be what was imported."""
    installed = install(tmp_path, png())
    file = tmp_path / "style_image.png"
    file.write_bytes(png() + b"!")
    with pytest.raises(ModelFileMismatch):
        read_style_picture(installed)
    file.unlink()
    with pytest.raises(ModelFileMissing):
        read_style_picture(installed)
    with pytest.raises(ModelGraphMismatch, match="it is no picture"):
        read_style_picture(install(tmp_path, b"not a picture"))
