"""Measures networks beside the machine's own matrix multiplications, and beside another's network.

    python -m benchmarks.network_rate [MODEL_FOLDER ...] [--peer NETWORK.onnx] [--size 1920x1080]
                                      [--threads 2] [--rounds 5] [--json]

Everything runs in ONNX Runtime on the processor, in turns within one run, and medians are printed:
a machine that slows down meanwhile slows all of them. Beside the seconds stand processor seconds,
which other programs disturb less. "of GEMM" is a network's multiply-accumulates a second over those
of a large square float32 matrix product, "x peer" its time a megapixel over the peer's. Without
folders the shipped models are measured. It needs the training's packages.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnxruntime

from benchmarks.subjects import Refused, Subject, network_subject, product_subject
from nuke_plugin.contract.card import CARD_FILE, ModelCard
from nuke_plugin.contract.errors import ImpastoError
from nuke_plugin.contract.library import SHIPPED_MODELS
from nuke_plugin.worker.bench.machine import SQUARE, load
from nuke_plugin.worker.providers import usable_threads

CONVOLUTION = (32400, 720, 80)
"""The same of a 3x3 convolution of 80 channels on a quarter of 960x540, laid out as a product."""

UHD = (3840, 2160)


@dataclass(frozen=True)
class Measured:
    """A subject with the medians of its times."""

    subject: Subject
    """What ran."""

    threads: int
    """How many it ran on."""

    seconds: float
    """By the clock."""

    processor_seconds: float
    """Of this process, all its threads together."""

    @property
    def rate(self) -> float | None:
        """Billions of multiply-accumulates a second."""
        return None if self.subject.gmac is None else self.subject.gmac / self.seconds

    @property
    def processor_rate(self) -> float | None:
        """The same, had the processor done nothing else."""
        gmac = self.subject.gmac
        return None if gmac is None else gmac * self.threads / self.processor_seconds

    def fields(self) -> dict[str, Any]:
        """What is reported of everything."""
        return {
            "name": self.subject.name,
            "gmac": self.subject.gmac,
            "seconds": self.seconds,
            "processor_seconds": self.processor_seconds,
            "gmac_per_second": self.rate,
            "processor_gmac_per_second": self.processor_rate,
        }

    def network_fields(self, gemm: Measured, peer: Measured | None) -> dict[str, Any]:
        """What is reported of a network beside it."""
        pixels = self.subject.megapixels
        assert pixels is not None
        gmac = self.subject.gmac
        fields = {
            **self.fields(),
            "kmac_per_pixel": None if gmac is None else gmac / pixels,
            "ms_per_megapixel": self.seconds * 1e3 / pixels,
            "share_of_gemm": _ratio(self.rate, gemm.rate),
            "processor_share_of_gemm": _ratio(self.processor_rate, gemm.processor_rate),
            "ratio_to_peer": None,
            "processor_ratio_to_peer": None,
        }
        if peer is not None:
            assert peer.subject.megapixels is not None
            scale = peer.subject.megapixels / pixels
            fields["ratio_to_peer"] = scale * self.seconds / peer.seconds
            fields["processor_ratio_to_peer"] = (
                scale * self.processor_seconds / peer.processor_seconds
            )
        return fields


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, or the same as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", nargs="*", type=Path, metavar="MODEL_FOLDER")
    parser.add_argument("--peer", type=Path, metavar="NETWORK.onnx")
    parser.add_argument("--size", type=size_of, default=(1920, 1080), metavar="WIDTHxHEIGHT")
    parser.add_argument("--uhd", dest="size", action="store_const", const=UHD)
    parser.add_argument("--threads", type=positive, default=usable_threads())
    parser.add_argument("--rounds", type=positive, default=5)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    try:
        report = measure(given.models, given.peer, given.size, given.threads, given.rounds)
    except (Refused, ImpastoError) as error:
        parser.exit(2, f"{error}\n")
    print(json.dumps(report, indent=2) if given.json else "\n".join(table(report)))


def measure(
    models: Sequence[Path], peer: Path | None, size: tuple[int, int], threads: int, rounds: int
) -> dict[str, Any]:
    """Time the shipped models or those in the folders, the peer and the machine; as JSON's types.

    ``size`` is (width, height). Raises ``Refused`` for a network that cannot be measured.
    """
    folders = models or sorted(card.parent for card in SHIPPED_MODELS.glob(f"*/{CARD_FILE}"))
    subjects = [
        product_subject("square GEMM", SQUARE, threads),
        product_subject("convolution's GEMM", CONVOLUTION, threads),
    ]
    for folder in folders:
        card = ModelCard.from_file(folder / CARD_FILE)
        subjects.append(network_subject(card.id, folder / card.network.file, size, threads))
    if peer is not None:
        subjects.append(network_subject(f"peer {peer.name}", peer, size, threads))
    square, convolution, *networks = timed_in_turns(subjects, threads, rounds)
    other = networks[-1] if peer is not None else None
    return {
        "machine": platform.processor() or platform.machine(),
        "threads": threads,
        "load": load(),
        "onnxruntime": onnxruntime.__version__,
        "size": list(size),
        "rounds": rounds,
        "gemm": [square.fields(), convolution.fields()],
        "networks": [network.network_fields(square, other) for network in networks],
    }


def timed_in_turns(subjects: Sequence[Subject], threads: int, rounds: int) -> list[Measured]:
    """Run all subjects once unmeasured, then in turns, and return each one's medians."""
    for subject in subjects:
        subject.run()
    times: list[list[tuple[float, float]]] = [[] for _ in subjects]
    for _ in range(rounds):
        for subject, seen in zip(subjects, times, strict=True):
            started, started_processor = time.perf_counter(), time.process_time()
            subject.run()
            processor_seconds = time.process_time() - started_processor
            seen.append((time.perf_counter() - started, processor_seconds))
    return [
        Measured(subject, threads, *(statistics.median(column) for column in zip(*seen)))
        for subject, seen in zip(subjects, times, strict=True)
    ]


def table(report: dict[str, Any]) -> list[str]:
    """The report as lines for a terminal."""
    width, height = report["size"]
    lines = [
        f"{width}x{height}, {report['threads']} threads, {report['rounds']} rounds, ONNX Runtime "
        f"{report['onnxruntime']} on {report['machine']}, load {report['load']}",
        "",
        f"{'':32s} {'kMAC/px':>8s} {'GMAC':>8s} {'s':>7s} {'cpu s':>7s} {'ms/MP':>7s} "
        f"{'GMAC/s':>7s} {'of GEMM':>8s} {'(cpu)':>6s} {'x peer':>7s} {'(cpu)':>6s}",
    ]
    for row in (*report["gemm"], *report["networks"]):
        cells = (
            _cell(row.get("kmac_per_pixel"), 8, ".1f"),
            _cell(row["gmac"], 8, ".1f"),
            _cell(row["seconds"], 7, ".3f"),
            _cell(row["processor_seconds"], 7, ".3f"),
            _cell(row.get("ms_per_megapixel"), 7, ".0f"),
            _cell(row["gmac_per_second"], 7, ".1f"),
            _cell(row.get("share_of_gemm"), 8, ".0%"),
            _cell(row.get("processor_share_of_gemm"), 6, ".0%"),
            _cell(row.get("ratio_to_peer"), 7, ".2f"),
            _cell(row.get("processor_ratio_to_peer"), 6, ".2f"),
        )
        lines.append(f"{row['name']:32.32s} " + " ".join(cells))
    return lines


def _cell(value: float | None, width: int, style: str) -> str:
    return f"{'' if value is None else format(value, style):>{width}s}"


def _ratio(value: float | None, whole: float | None) -> float | None:
    return None if value is None or whole is None else value / whole


def size_of(text: str) -> tuple[int, int]:
    """Return width and height of a text such as 1920x1080; raise what argparse tells a person."""
    sides = text.lower().split("x")
    if len(sides) != 2 or not all(side.isdecimal() and int(side) > 0 for side in sides):
        raise argparse.ArgumentTypeError(f"a size is WIDTHxHEIGHT in pixels, not '{text}'")
    return int(sides[0]), int(sides[1])


def positive(text: str) -> int:
    """Return a whole number of 1 or more; raise what argparse tells a person."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, not '{text}'")
    return int(text)


if __name__ == "__main__":
    main()
