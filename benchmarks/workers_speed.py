"""Measures what a second worker on this machine gains, and compares the frames bit for bit.

    python -m benchmarks.workers_speed [--workers 2] [--size 1920 1080] [--frames 24] [--rounds 2]

The same range is rendered by one worker and by several, in turns, in one run: EXR to EXR, starting
the workers included. The machine's processors are shared out among the workers, so that on a
processor alone only what one worker leaves idle can be gained.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from nuke_plugin.contract.stroke_settings import DEFAULT_STROKES, FRAME_STROKES
from nuke_plugin.worker.bench.plate import write_plate
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.image_file import read_plate
from nuke_plugin.worker.many_workers import render_by_many
from nuke_plugin.worker.pipeline import RenderSettings, Studio, render
from nuke_plugin.worker.providers import usable_threads


def main() -> None:
    """Print the table; end with 1 where two frames differ."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--size", type=int, nargs=2, default=(1920, 1080), metavar=("W", "H"))
    parser.add_argument("--frames", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--model", default="gallery")
    parser.add_argument("--style", default="great_wave")
    parser.add_argument("--native", action="store_true", help="paint the plates' own pixels")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _measure(Path(folder), arguments)


def _measure(folder: Path, arguments: argparse.Namespace) -> None:
    for frame in range(1, arguments.frames + 1):
        write_plate(folder / f"plate.{frame:04d}.exr", *arguments.size, seed=frame)
    studio = Studio.from_environment(os.environ)
    counts = (1, arguments.workers)
    seconds: dict[int, list[float]] = {count: [] for count in counts}
    for number in range(arguments.rounds):
        for count in counts if number % 2 == 0 else counts[::-1]:
            seconds[count].append(_render(folder, arguments, studio, count))
    differing = _differing(folder, arguments)
    width, height = arguments.size
    print(
        f"{arguments.frames} frames of {width} x {height}, {arguments.model}, "
        f"{usable_threads()} threads, load {os.getloadavg()[0]:.1f}"
    )
    one, many = (statistics.median(seconds[count]) for count in counts)
    print(f"1 worker   {one:8.2f} s   {one / arguments.frames:6.3f} s a frame")
    print(f"{arguments.workers} workers  {many:8.2f} s   {many / arguments.frames:6.3f} s a frame")
    print(f"speed-up   {one / many:8.2f}     frames that differ: {len(differing)}")
    if differing:
        raise SystemExit(f"Frames that differ: {', '.join(map(str, differing))}.")


def _render(folder: Path, arguments: argparse.Namespace, studio: Studio, count: int) -> float:
    settings = RenderSettings(
        plates=str(folder / "plate.####.exr"),
        results=str(folder / f"by_{count}" / "painted.%04d.exr"),
        model=arguments.model,
        styles={arguments.style: 1.0},
        overwrite=True,
        strokes=DEFAULT_STROKES if arguments.native else FRAME_STROKES,
    )
    began = time.perf_counter()
    if count == 1:
        report = render(settings, studio, cancellation=Cancellation())
    else:
        report = render_by_many(settings, count, studio, cancellation=Cancellation())
    assert len(report.written) == arguments.frames
    return time.perf_counter() - began


def _differing(folder: Path, arguments: argparse.Namespace) -> list[int]:
    """Return the frames whose pixels are not the same bits."""
    names = [f"painted.{frame:04d}.exr" for frame in range(1, arguments.frames + 1)]
    differing = []
    for number, name in enumerate(names, start=1):
        one, many = (
            read_plate(folder / f"by_{count}" / name).colours().view(np.uint32)
            for count in (1, arguments.workers)
        )
        if not np.array_equal(one, many):
            differing.append(number)
    return differing


if __name__ == "__main__":
    main()
