"""Holds the command ``impasto bench``."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from nuke_plugin.contract.errors import OptionInvalid
from nuke_plugin.worker.command_end import AsJson, finish
from nuke_plugin.worker.execution_options import Device, device_of
from nuke_plugin.worker.paint_options import HalfPrecision, Model, Style, strokes_of

if TYPE_CHECKING:
    from nuke_plugin.worker.bench.measurement import BenchReport, SizeReport
    from nuke_plugin.worker.terminal import Terminal


def bench(
    size: Annotated[
        list[str] | None,
        typer.Option(metavar="WxH", help="Size of a frame; may be given more than once."),
    ] = None,
    model: Model = None,
    style: Style = None,
    frames: Annotated[int, typer.Option(min=1, metavar="N", help="Frames of each size.")] = 4,
    stroke_scale: Annotated[
        str,
        typer.Option(
            metavar="0.25..4|native",
            help="Size of the strokes; 'native' gives the network every pixel of the plate.",
        ),
    ] = "native",
    half_precision: HalfPrecision = False,
    device: Device = None,
    as_json: AsJson = False,
) -> None:
    """Measure how fast this machine paints, beside what it could do at most."""

    def work(terminal: Terminal) -> int:
        from nuke_plugin.worker.bench.measurement import Bench
        from nuke_plugin.worker.interrupt import run_interruptible
        from nuke_plugin.worker.studio import Studio
        from nuke_plugin.worker.style_choice import choose_style

        sizes = [size_of(text) for text in size or ["1920x1080"]]
        uses_gpu, card = device_of(device)
        strokes = strokes_of(stroke_scale, 1.0)
        studio = Studio.from_environment(os.environ)
        choice = choose_style(studio.library, model, style, None, terminal.warn)
        measured = Bench(
            studio, choice, frames, strokes, half_precision, uses_gpu, card, terminal.warn
        )
        with terminal.bar("measuring") as advance:
            report = run_interruptible(
                lambda cancellation: measured.run(sizes, cancellation, advance)
            )
        terminal.answer(bench_lines(report), **asdict(report), warnings=terminal.warnings)
        return 0

    finish(as_json, work)


def size_of(text: str) -> tuple[int, int]:
    """Return width and height of a text such as 1920x1080; raise ``OptionInvalid``."""
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) > 0 and int(height) > 0):
        raise OptionInvalid("--size", f"{text!r} is not a width and height, such as 1920x1080")
    return int(width), int(height)


def bench_lines(report: BenchReport) -> list[str]:
    """Return what was found as lines for a person."""
    lines = [
        f"Impasto {report.version}, {report.style} ({report.model}), ONNX Runtime "
        f"{report.onnxruntime} on {report.machine}",
        f"{report.threads} threads, load {report.load}, matrix product "
        f"{report.gemm_gmac_per_second:.1f} GMAC/s, worker ready in {report.ready_seconds:.2f} s",
    ]
    for size in report.sizes:
        lines += ["", *_size_lines(size)]
    return lines


def _size_lines(size: SizeReport) -> list[str]:
    pieces = "1 piece" if size.windows == 1 else f"{size.windows} pieces"
    stages = ", ".join(f"{name} {seconds:.3f}" for name, seconds in size.stages.items())
    lines = [
        f"{size.width}x{size.height}, {size.frames} frames, on {size.provider}",
        f"  EXR to EXR     {size.seconds_per_frame:8.3f} s a frame, "
        f"{size.megapixels_per_second:.2f} MP/s",
        f"  stages         {stages} s, overlapping",
        f"  network alone  {size.network_seconds:8.3f} s (processor "
        f"{size.network_processor_seconds:.3f}), {size.network_width}x{size.network_height} in "
        f"{pieces}",
        f"  ratio          {size.network_ratio:8.3f} EXR to EXR over network",
    ]
    if size.gmac is not None:
        lines.append(f"  arithmetic     {size.gmac:8.1f} GMAC")
    if size.floor_share is not None and size.floor_processor_share is not None:
        lines.append(
            f"  floor          {size.floor_seconds:8.3f} s as a matrix product: "
            f"{size.floor_share:.0%} reached (processor {size.floor_processor_share:.0%})"
        )
    settled = "" if size.settled_rss_mb is None else f", {size.settled_rss_mb:.0f} at frame 10"
    lines.append(
        f"  memory         {size.peak_rss_mb:8.0f} MB at most{settled}; planned for "
        f"{size.estimated_rss_mb:.0f}"
    )
    return lines
