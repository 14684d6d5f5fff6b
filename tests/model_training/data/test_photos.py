"""The pictures' promises: bad ones are named before training starts, crops repeat for a seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from model_training.data.photos import PhotoCrops, PictureUnreadable, read_picture


def test_a_broken_picture_is_named(tmp_path: Path) -> None:
    """A file that is no image is refused by name."""
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"not a picture")
    with pytest.raises(PictureUnreadable, match=r"broken\.jpg"):
        read_picture(broken)


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    """A folder without photos is refused by name."""
    with pytest.raises(PictureUnreadable, match=tmp_path.name):
        PhotoCrops([tmp_path], 128, 64)


def test_a_photo_smaller_than_the_crop_is_named(training_data: Path) -> None:
    """The message tells the photo's size and the crop's."""
    with pytest.raises(PictureUnreadable, match=r"160x120.*256"):
        PhotoCrops([training_data / "photos"], 4096, 256)


def test_crops_repeat_for_a_seed(training_data: Path) -> None:
    """The same seed gives the same batch: that is what makes a resumed run equal."""
    photos = PhotoCrops([training_data / "photos"], 128, 64)
    first, again, other = (photos.batch(3, np.random.default_rng(s)) for s in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert first.shape == (3, 3, 64, 64)
    assert float(first.min()) >= 0.0
    assert float(first.max()) <= 1.0
