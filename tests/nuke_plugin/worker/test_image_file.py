"""Tests of reading plates and writing results, judged by OpenEXR's own reader."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import OpenEXR
import OpenImageIO as oiio
import pytest

from nuke_plugin.contract.errors import OutOfMemory, PlateChannelsMissing, PlateUnreadable
from nuke_plugin.worker.image_file import read_plate, write_result
from tests.exr_files import (
    bits,
    half_rgba,
    read_exr,
    read_exr_parts,
    write_exr,
    write_exr_parts,
)


def planes_of(channels: dict[str, Any]) -> np.ndarray:
    """Return R, G and B as float32 planes, (3, H, W)."""
    return np.stack([channels[name].astype(np.float32) for name in "RGB"])


def rewritten(plate: Path, planes: np.ndarray | None = None, **attributes: Any) -> Path:
    """Read a plate, write it as a result with these colours, and return the result's path."""
    result = plate.with_name("result.exr")
    write_result(result, read_plate(plate), planes, attributes)
    return result


def test_colours_are_written_as_half_and_the_rest_is_kept(tmp_path: Path) -> None:
    """New colours arrive as half; alpha, float depth and 32-bit ids keep type and every bit."""
    random = np.random.default_rng(1)
    ids = random.integers(0, 2**32, (20, 31), dtype=np.uint64).astype(np.uint32)
    ids.flat[:4] = (16777217, 2**32 - 1, 2**31, 3)
    channels = {
        **half_rgba(31, 20),
        "depth.Z": random.random((20, 31), np.float32),
        "crypto.id": ids,
        "a_layer_with_a_name_beyond_31_bytes.x": random.random((20, 31)).astype(np.float16),
    }
    write_exr(tmp_path / "plate.exr", channels)
    painted = random.random((3, 20, 31), np.float32)
    result = read_exr(rewritten(tmp_path / "plate.exr", painted))
    assert set(result.channels) == set(channels)
    for name, plane in zip("RGB", painted, strict=True):
        np.testing.assert_array_equal(bits(result.channels[name]), bits(plane.astype(np.float16)))
    for name in set(channels) - set("RGB"):
        assert result.channels[name].dtype == channels[name].dtype
        np.testing.assert_array_equal(result.channels[name], channels[name])


def test_half_and_float_together_keep_their_types(tmp_path: Path) -> None:
    """A half picture with float depth comes out as half with float."""
    depth = np.random.default_rng(0).random((20, 31), np.float32)
    write_exr(tmp_path / "plate.exr", {**half_rgba(31, 20), "Z": depth})
    result = read_exr(rewritten(tmp_path / "plate.exr", np.zeros((3, 20, 31), np.float32)))
    assert {name: channel.dtype.name for name, channel in result.channels.items()} == {
        **dict.fromkeys("RGBA", "float16"),
        "Z": "float32",
    }
    np.testing.assert_array_equal(result.channels["Z"], depth)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_a_plates_own_colours_are_kept_bit_for_bit(tmp_path: Path, dtype: type) -> None:
    """Without new colours every bit of the plate is written again, NaN, Inf and -0 included."""
    random = np.random.default_rng(2)
    words = random.integers(0, 2**16 if dtype is np.float16 else 2**32, (4, 20, 31), np.uint64)
    word_type = np.uint16 if dtype is np.float16 else np.uint32
    channels = {
        name: plane.astype(word_type).view(dtype) for name, plane in zip("RGBA", words, strict=True)
    }
    write_exr(tmp_path / "plate.exr", channels)
    result = read_exr(rewritten(tmp_path / "plate.exr"))
    for name, channel in channels.items():
        assert result.channels[name].dtype == dtype
        np.testing.assert_array_equal(
            result.channels[name].view(word_type), channel.view(word_type)
        )


def test_windows_and_metadata_are_kept(tmp_path: Path) -> None:
    """Overscan, pixel aspect, timecode, rate and every attribute come through, with ours."""
    metadata = {
        "pixelAspectRatio": 2.0,
        "timeCode": OpenEXR.TimeCode(1, 2, 3, 4, *[0] * 14),
        "framesPerSecond": Fraction(24000, 1001),
        "nuke/input/frame": "1017",
        "nuke/node_hash": "6f0c",
        "owner": "Zoë",
        "cameraAperture": 36.5,
        "take": 7,
        "world": np.arange(16, dtype=np.float32).reshape(4, 4),
        "chromaticities": (0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329),
    }
    write_exr(
        tmp_path / "plate.exr", half_rgba(40, 30), (-5, -6), display=(0, 0, 24, 18), **metadata
    )
    before = read_exr(tmp_path / "plate.exr").header
    after = read_exr(rewritten(tmp_path / "plate.exr", None, **{"impasto/model": "tiny"})).header
    kept = set(before) - {"compression", "channels", "type"}
    assert kept >= set(metadata)
    for name in kept:
        np.testing.assert_equal(after[name], before[name], err_msg=name)
    assert after["impasto/model"] == "tiny"
    assert after["framesPerSecond"] == Fraction(24000, 1001)
    assert set(after) - set(before) <= {"impasto/model", "capDate", "screenWindowWidth"}


def test_layers_in_other_parts_are_kept(tmp_path: Path) -> None:
    """A file in parts is read where its colours are, and written in the same parts."""
    random = np.random.default_rng(3)
    depth = {"depth.Z": random.random((20, 31), np.float32)}
    ids = {"id": random.integers(0, 2**32, (20, 31), dtype=np.uint64).astype(np.uint32)}
    write_exr_parts(tmp_path / "plate.exr", {"depth": depth, "rgba": half_rgba(31, 20), "id": ids})
    painted = random.random((3, 20, 31), np.float32)
    parts = read_exr_parts(rewritten(tmp_path / "plate.exr", painted, **{"impasto/model": "tiny"}))
    assert [part.header["name"] for part in parts] == ["depth", "rgba", "id"]
    np.testing.assert_array_equal(parts[0].channels["depth.Z"], depth["depth.Z"])
    np.testing.assert_array_equal(parts[1].channels["G"], painted[1].astype(np.float16))
    np.testing.assert_array_equal(parts[2].channels["id"], ids["id"])
    assert parts[1].header["impasto/model"] == "tiny"


def test_any_compression_and_tiles_become_zip_scanlines(tmp_path: Path) -> None:
    """A tiled, piz compressed plate gives a result that any program can read."""
    channels = half_rgba(70, 50)
    spec = oiio.ImageSpec(70, 50, 4, oiio.HALF)
    spec.tile_width = spec.tile_height = 16
    spec["compression"] = "piz"
    file = oiio.ImageOutput.create("exr")
    assert file.open(str(tmp_path / "plate.exr"), spec)
    assert file.write_image(np.stack(list(channels.values()), axis=-1))
    assert file.close()
    result = read_exr(rewritten(tmp_path / "plate.exr"))
    assert result.header["compression"] == OpenEXR.ZIP_COMPRESSION
    assert result.header["type"] == OpenEXR.scanlineimage
    np.testing.assert_array_equal(result.channels["G"], channels["G"])


def test_spaces_and_other_alphabets_in_paths(tmp_path: Path) -> None:
    """A path with spaces, umlauts and Japanese is read and written."""
    folder = tmp_path / "Szene 7 größe" / "絵の具"
    folder.mkdir(parents=True)
    channels = half_rgba(8, 6)
    write_exr(tmp_path / "plain.exr", channels)
    plate = folder / "plate ü.exr"
    os.rename(tmp_path / "plain.exr", plate)
    result = rewritten(plate)
    os.rename(result, tmp_path / "plain.exr")
    np.testing.assert_array_equal(read_exr(tmp_path / "plain.exr").channels["R"], channels["R"])


@pytest.mark.parametrize("names", [("red", "green", "blue"), ("rgba.R", "rgba.G", "rgba.B")])
def test_colours_are_found_under_their_other_names(tmp_path: Path, names: tuple[str, ...]) -> None:
    """Colours written out, or in a layer called rgba, are the picture."""
    picture = half_rgba(8, 6)
    channels = {name: picture[letter] for name, letter in zip(names, "RGB", strict=True)}
    write_exr(tmp_path / "plate.exr", channels)
    colours = read_plate(tmp_path / "plate.exr").colours()
    np.testing.assert_array_equal(colours, planes_of(picture))


@pytest.mark.parametrize(("suffix", "dtype"), [(".png", np.uint8), (".png", np.uint16)])
def test_png_is_read_as_values_up_to_1(tmp_path: Path, suffix: str, dtype: type) -> None:
    """The largest whole number is 1, 0 is 0, and the alpha is straight."""
    most = np.iinfo(dtype).max
    pixels = np.zeros((4, 6, 4), dtype)
    pixels[:, :, 0], pixels[:, 3:, 1], pixels[..., 3] = most, most // 2, most // 2
    cv2.imwrite(str(tmp_path / f"plate{suffix}"), pixels[..., [2, 1, 0, 3]])
    plate = read_plate(tmp_path / f"plate{suffix}")
    assert plate.is_integer
    np.testing.assert_allclose(plate.colours()[:, 0, 0], [1, 0, 0])
    np.testing.assert_allclose(plate.colours()[1, 0, 5], 0.5, atol=0.003)
    assert plate.straight_alpha is not None
    np.testing.assert_allclose(plate.straight_alpha, 0.5, atol=0.003)


@pytest.mark.parametrize(
    ("name", "channel_type", "tolerance"),
    [
        ("plate.jpg", oiio.UINT8, 0.02),
        ("plate.tif", oiio.UINT16, 1e-4),
        ("plate.tif", oiio.FLOAT, 0),
        ("plate.dpx", oiio.UINT16, 1e-4),
    ],
)
def test_other_formats_are_read(
    tmp_path: Path, name: str, channel_type: Any, tolerance: float
) -> None:
    """JPEG, TIFF and DPX give the picture that was put into them."""
    gradient = np.linspace(0, 1, 48 * 32 * 3, dtype=np.float32).reshape(32, 48, 3)
    file = oiio.ImageOutput.create(str(tmp_path / name))
    assert file.open(str(tmp_path / name), oiio.ImageSpec(48, 32, 3, channel_type))
    assert file.write_image(gradient)
    assert file.close()
    plate = read_plate(tmp_path / name)
    assert plate.is_integer == (channel_type != oiio.FLOAT)
    assert not plate.is_logarithmic
    expected = np.moveaxis(gradient, -1, 0)
    np.testing.assert_allclose(plate.colours(), expected, atol=tolerance)


def test_a_second_page_of_a_tiff_is_left_out(tmp_path: Path) -> None:
    """A TIFF with a preview behind its picture gives an EXR of the picture alone."""
    specs = (oiio.ImageSpec(48, 32, 3, oiio.UINT16), oiio.ImageSpec(6, 4, 3, oiio.UINT8))
    file = oiio.ImageOutput.create("tiff")
    assert file.open(str(tmp_path / "plate.tif"), specs)
    assert file.write_image(np.full((32, 48, 3), 0.5, np.float32))
    assert file.open(str(tmp_path / "plate.tif"), specs[1], "AppendSubimage")
    assert file.write_image(np.zeros((4, 6, 3), np.float32))
    assert file.close()
    result = read_exr(rewritten(tmp_path / "plate.tif", np.ones((3, 32, 48), np.float32)))
    assert result.channels["R"].shape == (32, 48)


def test_what_a_dpx_says_of_its_shot_is_kept(tmp_path: Path) -> None:
    """Slate, device and rate of a scan come through; what describes the DPX file does not."""
    spec = oiio.ImageSpec(16, 16, 3, oiio.UINT16)
    spec["dpx:SlateInfo"], spec["dpx:InputDevice"] = "shot 7 take 2", "Spirit"
    spec["dpx:FrameRate"], spec["dpx:Transfer"] = 24.0, "Linear"
    spec["Copyright"] = "a film maker"
    file = oiio.ImageOutput.create("dpx")
    assert file.open(str(tmp_path / "plate.dpx"), spec)
    assert file.write_image(np.zeros((16, 16, 3), np.uint16))
    assert file.close()
    planes = read_plate(tmp_path / "plate.dpx").colours()
    header = read_exr(rewritten(tmp_path / "plate.dpx", planes)).header
    assert header["owner"] == "a film maker"
    assert {name: value for name, value in header.items() if name.startswith("dpx")} == {
        "dpx/SlateInfo": "shot 7 take 2",
        "dpx/InputDevice": "Spirit",
        "dpx/FrameRate": 24.0,
    }


def test_a_dpx_that_says_it_is_log_is_known_as_such(tmp_path: Path) -> None:
    """A film scan's log values are not mistaken for display values."""
    spec = oiio.ImageSpec(16, 16, 3, oiio.UINT16)
    spec["dpx:Transfer"] = "Logarithmic"
    file = oiio.ImageOutput.create("dpx")
    assert file.open(str(tmp_path / "plate.dpx"), spec)
    assert file.write_image(np.zeros((16, 16, 3), np.uint16))
    assert file.close()
    assert read_plate(tmp_path / "plate.dpx").is_logarithmic


@pytest.mark.parametrize("kept", [0.0, 0.003, 0.5, 0.99])
@pytest.mark.parametrize("name", ["plate.exr", "plate.png", "plate.jpg", "plate.tif"])
def test_a_truncated_file_is_unreadable(tmp_path: Path, name: str, kept: float) -> None:
    """A file cut anywhere raises the error with its path, never half a picture."""
    noise = np.random.default_rng(0).random((90, 120, 3), np.float32)
    path = tmp_path / name
    if path.suffix == ".exr":
        write_exr(path, half_rgba(120, 90))
    else:
        cv2.imwrite(str(path), (noise * 255).astype(np.uint8))
    os.truncate(path, int(kept * path.stat().st_size))
    with pytest.raises(PlateUnreadable, match=name):
        read_plate(path)


@pytest.mark.parametrize("content", [b"", b"not a picture" * 100])
def test_what_is_no_image_is_unreadable(tmp_path: Path, content: bytes) -> None:
    """An empty file and a text called .exr raise the error with a reason."""
    (tmp_path / "plate.exr").write_bytes(content)
    with pytest.raises(PlateUnreadable, match=r"plate\.exr cannot be read: \w+"):
        read_plate(tmp_path / "plate.exr")


class SmallMachineFile:
    """An open image on a machine that has no memory for its pixels."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def read_image(self, *arguments: Any) -> None:
        """Fail as OpenImageIO does."""
        raise MemoryError("std::bad_alloc")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def test_a_plate_too_large_for_memory_is_told_as_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plate whose pixels find no room is a frame that is too large, with its size."""
    write_exr(tmp_path / "plate.exr", half_rgba(64, 48))
    opened = SmallMachineFile(oiio.ImageInput.open(str(tmp_path / "plate.exr")))
    monkeypatch.setattr(oiio.ImageInput, "open", lambda *arguments: opened)
    with pytest.raises(OutOfMemory, match="64 by 48"):
        read_plate(tmp_path / "plate.exr")


def test_a_deep_image_is_told_as_such(tmp_path: Path) -> None:
    """A deep EXR is refused by what it is."""
    spec = oiio.ImageSpec(4, 4, 4, oiio.HALF)
    spec.deep = True
    deep = oiio.DeepData()
    deep.init(16, 4, (oiio.HALF,) * 4, ("R", "G", "B", "A"))
    file = oiio.ImageOutput.create("exr")
    assert file.open(str(tmp_path / "plate.exr"), spec)
    assert file.write_deep_image(deep)
    assert file.close()
    with pytest.raises(PlateUnreadable, match="deep"):
        read_plate(tmp_path / "plate.exr")


def test_an_image_without_colours_is_told_with_what_it_has(tmp_path: Path) -> None:
    """A depth pass raises the error that lists its channels."""
    depth = np.zeros((4, 4), np.float32)
    write_exr(tmp_path / "plate.exr", {"Z": depth, "mask.A": depth})
    with pytest.raises(PlateChannelsMissing, match=r"Z, mask\.A|mask\.A, Z"):
        read_plate(tmp_path / "plate.exr")


def test_a_grey_image_has_no_colours(tmp_path: Path) -> None:
    """A grey PNG is an image without RGB."""
    cv2.imwrite(str(tmp_path / "plate.png"), np.zeros((4, 4), np.uint8))
    with pytest.raises(PlateChannelsMissing):
        read_plate(tmp_path / "plate.png")
