"""Stock plates on black become runs: fitted, read as light, with a matte at their foot."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from model_training.effects.picture import neutral_shading
from model_training.solvers.run_files import find_runs
from model_training.solvers.stock_plates import (
    PlatesOrder,
    PlatesUnusable,
    find_plates,
    gas_of,
    mattes,
    write_plates,
)
from nuke_plugin.worker.effects.shading.shade import shade
from tests.exr_files import write_exr

FRAMES = 5


def flame(frame: int) -> np.ndarray:
    """(40, 30) scene-linear light up to 8: a column that is brightest at its foot and sways."""
    rows, columns = np.mgrid[:40, :30].astype(np.float32)
    height = np.clip((rows - 8) / 26, 0, 1) * (rows < 36)
    across = np.exp(-(((columns - 15 - frame) / 4) ** 2))
    return (8 * height * across).astype(np.float32)


@pytest.fixture
def plates(tmp_path: Path) -> Path:
    """A folder with a plate as EXR frames, one as a movie, and things that are no plates."""
    folder = tmp_path / "plates"
    frames = folder / "a_flame"
    frames.mkdir(parents=True)
    for frame in range(FRAMES):
        light = flame(frame)
        write_exr(frames / f"flame.{frame:04d}.exr", dict.fromkeys("RGB", light))
    writer = cv2.VideoWriter(
        str(folder / "b_movie.webm"), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"VP80"), 24, (30, 40)
    )
    for frame in range(FRAMES):
        grey = np.clip(flame(frame) / 8, 0, 1) ** (1 / 2.2) * 255
        writer.write(np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2))
    writer.release()
    (folder / "notes.txt").write_text("no plate", encoding="utf-8")
    (folder / "empty").mkdir()
    return folder


def order(plates: Path, effect: str = "fire", runs: int = 9) -> PlatesOrder:
    """Runs of 24 x 48 px, of 4 frames at most."""
    return PlatesOrder(effect, plates, runs, 4, 24, 48)


def test_plates_become_runs(plates: Path, tmp_path: Path) -> None:
    """Each plate is a run that the training reads like a solved one; nothing else is."""
    said: list[str] = []
    write_plates(order(plates), tmp_path / "runs", said.append)
    exr, movie = find_runs(tmp_path / "runs")
    assert [run.record.matte for run in (exr, movie)] == ["a_flame", "b_movie.webm"]
    assert exr.record.source == "plates"
    assert exr.record.shape == (4, 6, 48, 24)
    assert exr.normalised_controls == pytest.approx((0, 0, 0))
    temperature, soot, density = exr.channels(0)
    assert temperature.max() == pytest.approx(1.0, abs=0.02)
    assert not soot.any()
    assert density.max() == 1
    assert not temperature[:16].any()  # fitted to the bottom: 24 x 32 of 24 x 48
    assert np.abs(movie.channels(0)[0] - temperature).mean() < 0.2 * temperature.mean()
    write_plates(order(plates), tmp_path / "runs", said.append)
    assert said[-1] == "run_001: there already"


def test_matte_is_at_the_foot(plates: Path, tmp_path: Path) -> None:
    """The matte is a band along the flame's lower end, and nowhere else."""
    write_plates(order(plates, runs=1), tmp_path / "runs", lambda text: None)
    (run,) = find_runs(tmp_path / "runs")
    matte = run.matte(0)
    rows = np.nonzero(matte.max(axis=1) > 0.3)[0]
    heat_rows = np.nonzero(run.channels(0)[0].max(axis=1) > 0.1)[0]
    assert rows.min() > heat_rows.max() - 7
    assert rows.max() <= heat_rows.max() + 1
    assert not mattes(np.zeros((3, 10, 10), np.float32)).any()


def test_light_comes_back() -> None:
    """The neutral shading makes of a plate's channels the light that the plate had."""
    light = np.linspace(0.05, 1.0, 20, dtype=np.float32)[None, None, :]
    gas = gas_of("fire", light)[0]
    shaded = shade(
        dict(zip(("temperature", "soot", "density"), gas, strict=True)), neutral_shading("fire")
    )
    luminance = np.tensordot([0.2126, 0.7152, 0.0722], shaded.rgba[:3], axes=1)[0]
    assert luminance / luminance[-1] == pytest.approx(light[0, 0], rel=0.25)
    smoke = gas_of("smoke", light)[0]
    alpha = shade(
        dict(zip(("density", "temperature"), smoke, strict=True)), neutral_shading("smoke")
    ).rgba[3, 0]
    assert alpha == pytest.approx(0.98 * light[0, 0], rel=0.02)


def test_motion_is_found(plates: Path, tmp_path: Path) -> None:
    """The flame sways to the right by a pixel a frame of the plate, and so says the velocity."""
    write_plates(order(plates, runs=1), tmp_path / "runs", lambda text: None)
    (run,) = find_runs(tmp_path / "runs")
    heat, velocity = run.channels(1)[0], run.velocity(1)
    assert 0.2 < float((velocity[0] * heat).sum() / heat.sum()) < 1.5


def test_unusable_plates_are_named(plates: Path, tmp_path: Path) -> None:
    """No folder, no plates, a black plate, a broken frame and water are refused by name."""
    with pytest.raises(PlatesUnusable, match="There is no folder"):
        find_plates(tmp_path / "none")
    with pytest.raises(PlatesUnusable, match="holds no plates"):
        find_plates(plates / "empty")
    with pytest.raises(PlatesUnusable, match="how high the waves are"):
        order(plates, "water")
    frame = plates / "a_flame" / "flame.0001.exr"
    frame.write_bytes(frame.read_bytes()[:200])
    with pytest.raises(PlatesUnusable, match=r"flame\.0001\.exr"):
        write_plates(order(plates), tmp_path / "runs", lambda text: None)
    black = np.zeros((8, 8), np.float32)
    for file in (plates / "a_flame").iterdir():
        write_exr(file, dict.fromkeys("RGB", black))
    with pytest.raises(PlatesUnusable, match=r"'.*a_flame' is black"):
        write_plates(order(plates), tmp_path / "runs", lambda text: None)
    assert not (tmp_path / "runs").exists()
