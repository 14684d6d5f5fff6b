"""Tests of the reading of mattes."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from nuke_plugin.contract.errors import MatteChannelMissing, PlateUnreadable
from nuke_plugin.worker.effects.matte import Matte
from tests.exr_files import write_exr, write_exr_parts


def test_the_alpha_or_a_named_channel_is_the_matte(tmp_path: Path) -> None:
    """A finds the alpha in any case, a name its own layer, also in a file without R, G and B."""
    file = tmp_path / "roto.exr"
    ramp = np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4)
    write_exr(file, {"A": ramp, "matte.fire": 1 - ramp})
    np.testing.assert_array_equal(Matte.read(file).values, ramp)
    np.testing.assert_array_equal(Matte.read(file, "alpha").values, ramp)
    np.testing.assert_array_equal(Matte.read(file, "Matte.Fire").values, 1 - ramp)


def test_a_matte_may_lie_in_another_part(tmp_path: Path) -> None:
    """Every part of a file is looked through."""
    file = tmp_path / "parts.exr"
    ramp = np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4)
    write_exr_parts(file, {"rgb": {"R": ramp, "G": ramp, "B": ramp}, "masks": {"roto": 1 - ramp}})
    np.testing.assert_array_equal(Matte.read(file, "roto").values, 1 - ramp)


def test_a_grey_png_and_the_alpha_of_another_are_mattes(tmp_path: Path) -> None:
    """A grey picture is a matte by its only channel; whole numbers count as 0 to 1."""
    grey = np.arange(0, 240, 20, dtype=np.uint8).reshape(3, 4)
    cv2.imwrite(str(tmp_path / "grey.png"), grey)
    np.testing.assert_allclose(Matte.read(tmp_path / "grey.png").values, grey / 255, atol=1e-6)
    rgba = np.dstack([np.full((3, 4, 3), 9, np.uint8), grey])
    cv2.imwrite(str(tmp_path / "rgba.png"), rgba)
    np.testing.assert_allclose(Matte.read(tmp_path / "rgba.png").values, grey / 255, atol=1e-6)


def test_a_missing_channel_is_told_with_those_that_are_there(tmp_path: Path) -> None:
    """Neither a picture without alpha nor a wrong name is taken for something else."""
    file = tmp_path / "plate.exr"
    plane = np.ones((3, 4), np.float32)
    write_exr(file, {"R": plane, "G": plane, "B": plane})
    for channel in ("A", "roto"):
        with pytest.raises(MatteChannelMissing, match=f"'{channel}'.*B, G, R|'{channel}'.*R, G, B"):
            Matte.read(file, channel)
    (tmp_path / "broken.exr").write_bytes(b"no picture")
    with pytest.raises(PlateUnreadable):
        Matte.read(tmp_path / "broken.exr")


def test_what_is_no_share_is_made_one(tmp_path: Path) -> None:
    """NaN and infinities count as 0, values beyond 0 to 1 are cut, and both are counted."""
    values = np.array([[np.nan, np.inf, -np.inf], [-0.5, 2.0, 0.25]], np.float32)
    file = tmp_path / "odd.exr"
    write_exr(file, {"A": values})
    matte = Matte.read(file)
    np.testing.assert_array_equal(matte.values, [[0, 0, 0], [0, 1, 0.25]])
    assert (matte.broken_pixels, matte.cut_pixels) == (3, 2)
    assert not matte.is_empty
    assert Matte.of(np.zeros((2, 2)), None).is_empty
