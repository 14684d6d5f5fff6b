"""Measures a render from EXR to EXR, stage by stage, beside the bare network in the same run.

    python -m benchmarks.render_stages --model ID [--size 1920x1080] [--frames 8]

The network alone is timed before and after the render, on what the render gives it, so that a
machine that slows down meanwhile is seen. Beside the seconds stand processor seconds, which other
programs on the machine disturb less.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.exr_output import ResultPart, write_exr
from nuke_plugin.worker.image_file import read_plate
from nuke_plugin.worker.painter import Painter
from nuke_plugin.worker.pipeline import RenderSettings, Studio, render
from nuke_plugin.worker.providers import usable_threads


def main() -> None:
    """Print the seconds per frame of each stage and the ratio of render to bare network."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--frames", type=int, default=8)
    arguments = parser.parse_args()
    width, height = (int(side) for side in arguments.size.split("x"))
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), arguments.model, width, height, arguments.frames)


def measure(folder: Path, model: str, width: int, height: int, frames: int) -> None:
    """Write plates into a folder, render them, print what it took."""
    for frame in range(1, frames + 1):
        write_test_plate(folder / f"plate.{frame:04d}.exr", width, height, seed=frame)
    studio = Studio.from_environment(os.environ)
    network = studio.network(model)
    styles = {network.card.styles[0].id: 1.0}
    painter = Painter(network, styles, network.card.strength.maximum)
    colour = studio.colours.plate_colour(None, is_integer=False)
    seen = painter.see(read_plate(folder / "plate.0001.exr").colours(), colour)
    bare = [timed(lambda: painter.paint(seen, Cancellation())) for _ in range(frames // 2 + 1)]
    settings = RenderSettings(
        plates=str(folder / "plate.%04d.exr"),
        results=str(folder / "painted.%04d.exr"),
        model=model,
        styles=styles,
        strength=painter.strength,
    )
    reports = []
    whole = timed(lambda: reports.append(render(settings, studio)))
    bare += [timed(lambda: painter.paint(seen, Cancellation())) for _ in range(frames // 2)]
    # The first run of a size also allocates.
    bare_wall, bare_cpu = np.mean(bare[1:], axis=0)
    (report,) = reports
    geometry = seen.geometry
    print(f"{width}x{height}, {frames} frames, {model} on {report.provider}")
    load = f"load {os.getloadavg()[0]:.1f}, " if hasattr(os, "getloadavg") else ""  # not on Windows
    print(f"threads {usable_threads()}, {load}", end="")
    print(f"network input {geometry.padded_width}x{geometry.padded_height}")
    print("seconds a frame:")
    for stage, seconds in report.stages.items():
        print(f"  {stage:20s} {seconds / frames:7.3f}")
    print(f"  {'EXR to EXR':20s} {whole[0] / frames:7.3f}   processor {whole[1] / frames:7.3f}")
    print(f"  {'bare network':20s} {bare_wall:7.3f}   processor {bare_cpu:7.3f}")
    print(f"  {'ratio':20s} {whole[0] / frames / bare_wall:7.3f}", end="")
    print(f"   processor {whole[1] / frames / bare_cpu:7.3f}")


def write_test_plate(path: Path, width: int, height: int, seed: int) -> None:
    """Write a half RGBA plate with shapes, grain and a highlight of 40."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    waves = 0.4 + 0.35 * np.sin((x + 9 * seed) / 60) * np.cos(y / 45)
    sun = 40 * np.exp(-((x - width / 3) ** 2 + (y - height / 3) ** 2) / (height / 20) ** 2)
    colours = [waves * gain + sun for gain in (1.0, 0.8, 0.5)]
    grain = random.normal(0, 0.01, (3, height, width)).astype(np.float32)
    planes = [(plane + noise).astype(np.float16) for plane, noise in zip(colours, grain)]
    alpha = np.ones((height, width), np.float16)
    write_exr(path, [ResultPart.of_rgba((*planes, alpha))])


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds and the processor seconds that ``work`` takes."""
    started, started_cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - started, time.process_time() - started_cpu


if __name__ == "__main__":
    main()
