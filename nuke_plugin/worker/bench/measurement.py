"""Holds the measuring of a render, size by size: stages, memory, and the floor under the network.

The render is the command's own, in a process of its own, so that its memory is its own too. The
network alone is timed before and after it, on windows of the size it gets there, and so is the
machine's matrix product: a machine that slows down meanwhile slows all of them.
"""

from __future__ import annotations

import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from nuke_plugin.contract.errors import WorkerDied, error_from_wire
from nuke_plugin.contract.messages import Hello, decode
from nuke_plugin.contract.stroke_settings import DEFAULT_STROKES, StrokeSettings
from nuke_plugin.contract.version import VERSION
from nuke_plugin.contract.worker_start import PLUGIN_ROOT, WORKER_ARGUMENTS
from nuke_plugin.worker.bench.machine import SQUARE, load, product, timed
from nuke_plugin.worker.bench.plate import write_plate
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.image_file import read_plate
from nuke_plugin.worker.painter import Painter
from nuke_plugin.worker.plate_sequence import PlateSequence
from nuke_plugin.worker.providers import CPU, usable_threads
from nuke_plugin.worker.ready_painter import ready_painter
from nuke_plugin.worker.render_records import RenderSettings
from nuke_plugin.worker.studio import Studio
from nuke_plugin.worker.style_choice import StyleChoice

_COMMAND = (sys.executable, "-m", "nuke_plugin.worker.cli", "render")

Warn = Callable[[int | None, str], None]


@dataclass(frozen=True)
class SizeReport:
    """What painting one size of frame took."""

    width: int
    """Of the plates, in pixels."""

    height: int
    """Likewise."""

    frames: int
    """How many were painted."""

    provider: str
    """What ran the network."""

    network_width: int
    """Of what the network is given of a frame, with its pad."""

    network_height: int
    """Likewise."""

    windows: int
    """In how many pieces."""

    stages: Mapping[str, float]
    """Seconds a frame by stage, which overlap: read, colour, network, write."""

    seconds_per_frame: float
    """From EXR to EXR, the start of the render included."""

    megapixels_per_second: float
    """Of plate, from EXR to EXR."""

    network_seconds: float
    """The bare network's seconds a frame, beside the render: the median."""

    network_processor_seconds: float
    """The same in processor seconds of all threads."""

    network_ratio: float
    """EXR to EXR over the bare network."""

    gmac: float | None
    """Billions of multiply-accumulates of a frame; None where the model's card does not say."""

    floor_seconds: float | None
    """What they would take as a matrix product; None there, and on a graphics card."""

    floor_share: float | None
    """That over the bare network's seconds: 1 is all that the machine can do."""

    floor_processor_share: float | None
    """The same of processor seconds, which other programs disturb less."""

    peak_rss_mb: float
    """Most memory of the render's process, 1e6 bytes; 0 where the system does not tell."""

    settled_rss_mb: float | None
    """The same after its tenth frame; None for a shorter render."""

    estimated_rss_mb: float
    """What was planned for before the first frame."""


@dataclass(frozen=True)
class BenchReport:
    """What a bench found."""

    version: str
    """Of Impasto."""

    machine: str
    """The processor, as far as it says."""

    threads: int
    """What the network and the matrix product ran on."""

    load: float | None
    """Threads that wanted a processor when it began; beyond ``threads``, others disturbed it."""

    onnxruntime: str
    """Version of ONNX Runtime."""

    model: str
    """Id of the model."""

    style: str
    """What was painted."""

    ready_seconds: float
    """From the start of a worker to its greeting."""

    gemm_gmac_per_second: float
    """The machine's matrix product, 2048 square: the median."""

    sizes: tuple[SizeReport, ...]
    """By size of frame, in the order asked for."""


@dataclass
class Bench:
    """One bench: what is painted, and how."""

    studio: Studio
    choice: StyleChoice
    frames: int
    strokes: StrokeSettings = DEFAULT_STROKES
    half_precision: bool = False
    use_gpu: bool = True
    device: int | None = None
    on_warning: Warn = lambda frame, text: None

    def run(
        self,
        sizes: list[tuple[int, int]],
        cancellation: Cancellation,
        on_progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> BenchReport:
        """Measure frames of each size, (width, height); raises any ``ImpastoError``."""
        threads, load_before = usable_threads(), load()
        gemm, gmac = product(SQUARE, threads)
        gemm()
        products: list[tuple[float, float]] = []
        ready_seconds = worker_ready_seconds()
        reports = []
        for done, (width, height) in enumerate(sizes):
            cancellation.check()
            with tempfile.TemporaryDirectory(prefix="impasto-bench-") as folder:
                products += [timed(gemm), timed(gemm)]
                measured = self._measure(Path(folder), width, height, cancellation)
                products += [timed(gemm), timed(gemm)]
            on_progress(done + 1, len(sizes))
            reports.append(measured)
        seconds, processor_seconds = map(statistics.median, zip(*products, strict=True))
        rate, processor_rate = gmac / seconds, gmac * threads / processor_seconds
        return BenchReport(
            version=VERSION,
            machine=platform.processor() or platform.machine(),
            threads=threads,
            load=load_before,
            onnxruntime=onnxruntime.__version__,
            model=self.choice.installed.card.id,
            style=self.choice.title,
            ready_seconds=ready_seconds,
            gemm_gmac_per_second=rate,
            sizes=tuple(one.report(rate, processor_rate, threads) for one in reports),
        )

    def _measure(
        self, folder: Path, width: int, height: int, cancellation: Cancellation
    ) -> _Measured:
        """Paint one plate as many frames, the network alone before and after."""
        plate = folder / "plate.exr"
        write_plate(plate, width, height)
        settings = self._settings(plate, folder / "painted.%04d.exr")
        plates = PlateSequence.find(settings.plates, settings.frames)
        painter, _ = ready_painter(settings, self.studio, plates, self.on_warning)
        bare = _BareNetwork.of(painter, self.studio, plate)
        rounds = max(1, self.frames // 4)
        bare.run(cancellation)  # the first run of a size also allocates
        times = [timed(lambda: bare.run(cancellation)) for _ in range(rounds)]
        rendered = _rendered(self._command(settings))
        times += [timed(lambda: bare.run(cancellation)) for _ in range(rounds)]
        kmac = painter.network.card.gates.get("kmac_per_pixel")
        return _Measured((width, height), self.frames, bare, times, rendered, kmac)

    def _settings(self, plate: Path, results: Path) -> RenderSettings:
        return RenderSettings(
            plates=str(plate),
            results=str(results),
            model=self.choice.installed.card.id,
            styles=self.choice.styles,
            strength=self.choice.installed.card.strength.maximum,
            frames=f"1-{self.frames}",
            half_precision=self.half_precision,
            use_gpu=self.use_gpu,
            device=self.device,
            strokes=self.strokes,
        )

    def _command(self, settings: RenderSettings) -> list[str]:
        scale = "native" if self.strokes.scale is None else f"{self.strokes.scale:g}"
        device = "cpu" if not self.use_gpu else self.device
        styles = ",".join(f"{name}:{weight:g}" for name, weight in settings.styles.items())
        return [
            *_COMMAND,
            settings.plates,
            settings.results,
            *("--model", settings.model),
            *("--mix-styles", styles),
            *("--strength", f"{settings.strength:g}"),
            *("--frames", str(settings.frames)),
            *("--stroke-scale", scale),
            *(["--device", str(device)] if device is not None else []),
            *(["--half-precision"] if self.half_precision else []),
            "--json",
        ]


@dataclass(frozen=True)
class _BareNetwork:
    """The network on noise, in as many windows of the size that a frame is cut into."""

    painter: Painter
    part: np.ndarray[Any, np.dtype[np.float32]]
    windows: int
    given: tuple[int, int]

    @classmethod
    def of(cls, painter: Painter, studio: Studio, plate: Path) -> _BareNetwork:
        image = read_plate(plate)
        colour = studio.colours.plate_colour(None, image.is_integer)
        geometry = painter.see(image.colours(), colour, frame_px=image.frame_px).geometry.given
        shape = (1, 3, geometry.window_height, geometry.window_width)
        part = np.random.default_rng(0).random(shape, np.float32)
        given = (geometry.padded_width, geometry.padded_height)
        return cls(painter, part, len(list(geometry.windows())), given)

    def run(self, cancellation: Cancellation) -> None:
        painter = self.painter
        for _ in range(self.windows):
            painter.network.run(self.part, painter.style, painter.strength, cancellation)


@dataclass(frozen=True)
class _Measured:
    """What was measured of one size, before the machine's rate is known."""

    size: tuple[int, int]
    frames: int
    bare: _BareNetwork
    times: list[tuple[float, float]]
    rendered: Mapping[str, Any]
    kmac: float | None

    def report(self, rate: float, processor_rate: float, threads: int) -> SizeReport:
        seconds, processor_seconds = map(statistics.median, zip(*self.times, strict=True))
        width, height = self.size
        given_px = self.bare.given[0] * self.bare.given[1]
        gmac = None if self.kmac is None else self.kmac * given_px / 1e6
        is_here = self.rendered["provider"] == CPU
        has_floor = gmac is not None and is_here
        floor = gmac / rate if gmac is not None and is_here else None
        per_frame = self.rendered["seconds"] / self.frames
        return SizeReport(
            width=width,
            height=height,
            frames=self.frames,
            provider=self.rendered["provider"],
            network_width=self.bare.given[0],
            network_height=self.bare.given[1],
            windows=self.bare.windows,
            stages={name: sum_ / self.frames for name, sum_ in self.rendered["stages"].items()},
            seconds_per_frame=per_frame,
            megapixels_per_second=width * height / 1e6 / per_frame,
            network_seconds=seconds,
            network_processor_seconds=processor_seconds,
            network_ratio=per_frame / seconds,
            gmac=gmac,
            floor_seconds=floor,
            floor_share=None if floor is None else floor / seconds,
            floor_processor_share=(
                gmac * threads / processor_rate / processor_seconds
                if has_floor and gmac is not None
                else None
            ),
            peak_rss_mb=self.rendered["peak_rss_mb"],
            settled_rss_mb=self.rendered["settled_rss_mb"],
            estimated_rss_mb=self.rendered["estimated_rss_mb"],
        )


def worker_ready_seconds() -> float:
    """Return how long a worker takes from its start to its greeting; raises ``WorkerDied``."""
    started = time.perf_counter()
    worker = subprocess.Popen(
        [sys.executable, *WORKER_ARGUMENTS],
        cwd=PLUGIN_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert worker.stdout is not None
    line = worker.stdout.readline()
    seconds = time.perf_counter() - started
    _, printed = worker.communicate()
    if not line or not isinstance(decode(line), Hello):
        raise WorkerDied(worker.returncode, printed.splitlines()[-5:])
    return seconds


def _rendered(command: list[str]) -> Mapping[str, Any]:
    """Return the answer of `impasto render --json`; raises the error that it tells."""
    done = subprocess.run(
        command, cwd=PLUGIN_ROOT, capture_output=True, text=True, encoding="utf-8", check=False
    )
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        raise WorkerDied(done.returncode, done.stderr.splitlines()[-5:]) from error
    if "error" in answer:
        raise error_from_wire(answer["error"], answer["message"])
    return answer
