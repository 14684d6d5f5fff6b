"""The checker's promises: what would stop a run is found, and nothing else is called that."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from model_training.data.checker import CheckReport, DataUnusable, Severity
from model_training.data.checker_facts import alike, read_facts
from model_training.data.checker_sets import check_config_data, check_folder, require_usable
from model_training.training.config import read_config

CROP_PX = 64


def picture(seed: int, width: int = 160, height: int = 120) -> np.ndarray:
    """A smooth random picture, (H, W, 3) uint8."""
    cells = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return cv2.resize(cells, (width, height), interpolation=cv2.INTER_CUBIC)


def write(path: Path, pixels: np.ndarray) -> Path:
    """Write pixels in the format of the path's suffix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(path.suffix, pixels)[1].tobytes())
    return path


def found(report: CheckReport) -> set[tuple[str, str, str]]:
    """Severity, kind and file name of every finding."""
    return {(f.severity.value, f.kind, f.place.name) for f in report.findings}


def test_good_pictures_are_not_spoken_of(tmp_path: Path) -> None:
    """Different pictures of a good size leave nothing to say."""
    for seed, suffix in enumerate((".jpg", ".png", ".tif", ".webp")):
        write(tmp_path / f"{seed}{suffix}", picture(seed))
    report = check_folder(tmp_path, CROP_PX)
    assert not report.findings
    assert report.pictures == 4
    assert report.bytes_in_memory == 4 * 160 * 120 * 3


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp"])
@pytest.mark.parametrize("share", [0.5, 0.98])
def test_a_cut_off_picture_stops(tmp_path: Path, suffix: str, share: float) -> None:
    """A file whose end is missing is found in every format, also where most of it is there."""
    path = write(tmp_path / f"cut{suffix}", picture(1, 640, 480))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    report = check_folder(tmp_path, CROP_PX)
    assert found(report) == {("stops", "corrupt", path.name)}


@pytest.mark.parametrize("data", [b"", b"<html>not found</html>"])
def test_what_is_no_image_stops(tmp_path: Path, data: bytes) -> None:
    """An empty file and a web page under a picture's name are found, and the bytes are shown."""
    (tmp_path / "page.jpg").write_bytes(data)
    (finding,) = check_folder(tmp_path, CROP_PX).findings
    assert finding.severity is Severity.STOPS
    assert ("empty" if not data else "<html>") in finding.says


def test_a_float_picture_stops(tmp_path: Path) -> None:
    """What the training's own reader refuses is found, though another program can open it."""
    write(tmp_path / "linear.tif", (picture(1) / 255).astype(np.float32))
    assert found(check_folder(tmp_path, CROP_PX)) == {("stops", "corrupt", "linear.tif")}


def test_a_picture_below_the_crop_stops(tmp_path: Path) -> None:
    """One pixel too few is found; just enough is not."""
    write(tmp_path / "enough.png", picture(1, 200, CROP_PX))
    write(tmp_path / "tiny.png", picture(2, 200, CROP_PX - 1))
    assert found(check_folder(tmp_path, CROP_PX)) == {("stops", "tiny", "tiny.png")}


def test_twins_are_warned_of(tmp_path: Path) -> None:
    """The same bytes and the same picture in another size and quality are told apart."""
    original = picture(1, 640, 480)
    first = write(tmp_path / "a.png", original)
    (tmp_path / "b.png").write_bytes(first.read_bytes())
    write(tmp_path / "c.jpg", cv2.resize(original, (320, 240), interpolation=cv2.INTER_AREA))
    write(tmp_path / "d.png", picture(2, 640, 480))
    assert found(check_folder(tmp_path, CROP_PX)) == {
        ("warning", "duplicate", "b.png"),
        ("warning", "near-duplicate", "c.jpg"),
    }


def test_two_skies_are_not_twins(tmp_path: Path) -> None:
    """Smooth pictures with one gradient and other colours do not count as one."""
    ramp = np.linspace(40, 200, 160).astype(np.uint8)[None].repeat(120, 0)
    blue = write(tmp_path / "blue.png", np.dstack([ramp, ramp // 2, ramp // 4]))
    red = write(tmp_path / "red.png", np.dstack([ramp // 4, ramp // 2, ramp]))
    assert not alike([read_facts(blue), read_facts(red)])
    assert alike([read_facts(blue), read_facts(blue)])


def test_how_unusual_pictures_are_handled_is_told(tmp_path: Path) -> None:
    """Grey, alpha and 16 bits are notes: they train, and a person knows how."""
    colour = picture(1)
    write(tmp_path / "grey.jpg", picture(2)[..., :1])
    write(tmp_path / "alpha.png", np.dstack([colour, colour[..., :1]]))
    write(tmp_path / "deep.png", picture(3).astype(np.uint16) * 257)
    write(tmp_path / "left.bmp", picture(4))
    assert found(check_folder(tmp_path, CROP_PX)) == {
        ("note", "grey", "grey.jpg"),
        ("note", "alpha", "alpha.png"),
        ("note", "16-bit", "deep.png"),
        ("note", "left-out", "left.bmp"),
    }


def test_a_folder_that_dwarfs_the_others_is_warned_of(tmp_path: Path) -> None:
    """Nine streets beside one face are unbalanced, eight are not."""
    write(tmp_path / "faces" / "0.png", picture(100))
    for seed in range(8):
        write(tmp_path / "streets" / f"{seed}.png", picture(seed))
    assert not check_folder(tmp_path, CROP_PX).findings
    write(tmp_path / "streets" / "8.png", picture(8))
    assert found(check_folder(tmp_path, CROP_PX)) == {("warning", "unbalanced", "streets")}


def test_an_empty_folder_stops(tmp_path: Path) -> None:
    """A folder without pictures is found."""
    assert found(check_folder(tmp_path, CROP_PX)) == {("stops", "empty", tmp_path.name)}


def test_what_a_configuration_reads_is_checked(config_file: Path, training_data: Path) -> None:
    """The small data set is usable, and its few photos are warned of."""
    report = check_config_data(read_config(config_file), training_data)
    assert not report.stopping
    assert ("warning", "few", "photos") in found(report)
    require_usable(report)


def test_what_a_configuration_lacks_stops(config_file: Path, tmp_path: Path) -> None:
    """Missing photos, paintings and features are all told, and the first stands in the sentence."""
    report = check_config_data(read_config(config_file), tmp_path)
    assert {("empty", "photos"), ("missing", "first.png"), ("missing", "features.safetensors")} <= {
        (kind, name) for severity, kind, name in found(report) if severity == "stops"
    }
    with pytest.raises(DataUnusable, match="impasto-train check"):
        require_usable(report)


def test_a_painting_smaller_than_a_crop_at_training_scale_stops(
    config_file: Path, training_data: Path
) -> None:
    """Size counts after a painting was scaled down, as training does it."""
    text = config_file.read_text(encoding="utf-8").replace("crop_px = 64", "crop_px = 104")
    config_file.write_text(text, encoding="utf-8")
    report = check_config_data(read_config(config_file), training_data)
    tiny = {name for _, kind, name in found(report) if kind == "tiny"}
    assert tiny == {"first.png", "second.png"}  # 120x100; the photos are 160x120
