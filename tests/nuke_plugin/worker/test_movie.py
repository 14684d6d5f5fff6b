"""The before/after movie, decoded back."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from nuke_plugin.contract.errors import DiskFull, ResultFolderUnwritable
from nuke_plugin.worker import movie
from nuke_plugin.worker.movie import Track, write_movie

COUNT = 6
BLUE, ORANGE = (40, 60, 200), (230, 140, 30)


def _track(label: str, colour: tuple[int, int, int], height: int = 180, width: int = 320) -> Track:
    return Track(label, [np.full((height, width, 3), colour, np.uint8) for _ in range(COUNT)])


def _decoded(path: Path) -> list[np.ndarray]:
    capture = cv2.VideoCapture(str(path))
    pictures: list[np.ndarray] = []
    while True:
        decoded, picture = capture.read()
        if not decoded:
            return pictures
        pictures.append(picture[..., ::-1].astype(int))


def _is_near(region: np.ndarray, colour: tuple[int, int, int]) -> bool:
    return bool(np.abs(region.mean(axis=(0, 1)) - colour).max() < 12)


def test_movie_goes_from_plate_over_a_wipe_to_painted(tmp_path: Path) -> None:
    """The plate runs once, the wipe uncovers the painted side from the left, then it runs twice."""
    path = tmp_path / "wipe.webm"
    assert write_movie(path, _track("Plate", BLUE), _track("Painted", ORANGE), 24) == 4 * COUNT
    pictures = _decoded(path)
    assert len(pictures) == 4 * COUNT
    middle = slice(60, 120)
    assert all(_is_near(picture[middle], BLUE) for picture in pictures[:COUNT])
    assert all(_is_near(picture[middle], ORANGE) for picture in pictures[2 * COUNT :])
    half_way = pictures[COUNT + COUNT // 2]
    assert _is_near(half_way[middle, :120], ORANGE)
    assert _is_near(half_way[middle, 260:], BLUE)


def test_labels_and_credit_can_be_seen(tmp_path: Path) -> None:
    """Each side has its label in a lower corner, and the credit stands at the top."""
    path = tmp_path / "labels.webm"
    credit = "(c) somebody, CC BY"
    write_movie(path, _track("Plate", BLUE), _track("Painted", ORANGE), 24, credit)
    first, last = _decoded(path)[0], _decoded(path)[-1]
    for picture, box in ((first, np.s_[150:, 220:]), (last, np.s_[150:, :100])):
        assert picture[box].min() < 60 < 180 < picture[box].max(axis=2).max()
    assert np.ptp(first[:30, :150].sum(axis=2)) > 300
    assert np.ptp(first[40:140].sum(axis=2)) < 60


def test_movie_is_what_a_browser_plays(tmp_path: Path) -> None:
    """The file is WebM with VP8 at the shot's own rate."""
    path = tmp_path / "codec.webm"
    write_movie(path, _track("a", BLUE), _track("b", ORANGE), 24)
    head = path.read_bytes()[:4096]
    assert head[:4] == b"\x1a\x45\xdf\xa3"  # EBML
    assert b"webm" in head
    assert b"V_VP8" in head
    assert cv2.VideoCapture(str(path)).get(cv2.CAP_PROP_FPS) == pytest.approx(24)


def test_pictures_survive_the_encoder(tmp_path: Path) -> None:
    """A detailed picture comes back above 34 dB: strokes are judged on this movie."""
    rng = np.random.default_rng(5)
    noise = cv2.GaussianBlur(rng.uniform(0, 255, (180, 320)).astype(np.float32), (0, 0), 1.5)
    stretched = np.clip((noise - 127) * 3 + 127, 0, 255).astype(np.uint8)[..., None].repeat(3, 2)
    track = Track("", [np.roll(stretched, 2 * n, axis=1) for n in range(COUNT)])
    write_movie(tmp_path / "detail.webm", track, track, 24)
    last = _decoded(tmp_path / "detail.webm")[-1]
    region = np.s_[20:140, 20:300]
    error = np.mean((last[region] - track.pictures[-1][region].astype(int)) ** 2)
    assert 10 * np.log10(255**2 / error) > 34


def test_odd_sizes_and_strange_names(tmp_path: Path) -> None:
    """Odd sides lose one pixel, and spaces and other alphabets in the path are no matter."""
    path = tmp_path / "ein Ordner ü" / "映画 1.webm"
    write_movie(path, _track("a", BLUE, 91, 161), _track("b", ORANGE, 91, 161), 24)
    assert _decoded(path)[0].shape == (90, 160, 3)
    assert [file.name for file in path.parent.iterdir()] == ["映画 1.webm"]


def test_nothing_is_printed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """FFmpeg's notices stay off the terminal."""
    write_movie(tmp_path / "quiet.webm", _track("a", BLUE), _track("b", ORANGE), 24)
    assert capfd.readouterr() == ("", "")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """A file where the folder should be is told as a folder that cannot be written."""
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(ResultFolderUnwritable, match="out"):
        write_movie(tmp_path / "out" / "a.webm", _track("a", BLUE), _track("b", ORANGE), 24)


def test_a_movie_that_came_out_short_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When fewer frames can be decoded than were written, the name stays free and it is told."""
    monkeypatch.setattr(movie, "count_frames", lambda path: 3)
    with pytest.raises(DiskFull, match=r"short\.webm"):
        write_movie(tmp_path / "short.webm", _track("a", BLUE), _track("b", ORANGE), 24)
    assert list(tmp_path.iterdir()) == []
