"""Holds the wording of answers: what came of a command, as lines for a person or JSON fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.contract.library import ModelLibrary

if TYPE_CHECKING:
    from nuke_plugin.worker.demo import DemoReport
    from nuke_plugin.worker.doctor import Diagnosis
    from nuke_plugin.worker.pipeline import RenderReport


def render_lines(report: RenderReport, results: str) -> list[str]:
    """Return what a render wrote, where, how long each stage took and what ran the network."""
    lines = []
    count = len(report.written)
    if count > 0:
        lines = [
            f"Painted {_frames_text(report.written)} to {results}",
            f"{report.seconds:.1f} s, {report.seconds / count:.2f} s a frame, on {report.provider}",
            f"Seconds a frame, overlapping: {_stage_text(report.stages, count)}",
        ]
    if report.kept:
        lines.append(f"Kept, on disk as asked for: {_frames_text(report.kept)}")
    if report.broken_pixels:
        lines.append(f"NaN or infinite pixels, left as they were: {report.broken_pixels}")
    if report.failed:
        failed = _frames_text(tuple(failure.frame for failure in report.failed))
        lines.append(f"Failed: {failed}; the warnings say why.")
    return lines


def shade_lines(report: RenderReport, effect: str, results: str) -> list[str]:
    """Return what a shading of an effect wrote, where, and how long it took."""
    lines = []
    count = len(report.written)
    if count > 0:
        lines = [
            f"Shaded {_frames_text(report.written)} of {effect} to {results}",
            f"{report.seconds:.1f} s, {report.seconds / count:.2f} s a frame",
        ]
    if report.kept:
        lines.append(f"Kept, on disk as asked for: {_frames_text(report.kept)}")
    if report.broken_pixels:
        lines.append(f"Pixels with NaN or infinite channels: {report.broken_pixels}")
    if report.failed:
        failed = _frames_text(tuple(failure.frame for failure in report.failed))
        lines.append(f"Failed: {failed}; the warnings say why.")
    return lines


def style_lines(library: ModelLibrary) -> list[str]:
    """Return the installed styles, grouped by model."""
    models = library.models()
    if not models:
        return [f"No style is installed. Searched: {', '.join(map(str, library.places))}"]
    lines = []
    for model in models:
        card = model.card
        lines.append(f"{card.id}: {card.title}. {card.description}")
        width = max(len(slot.id) for slot in card.styles)
        lines += [
            f"  {slot.id:<{width}}  {', '.join(filter(None, (slot.title, slot.artist, slot.year)))}"
            for slot in card.styles
        ]
    return lines


def style_fields(library: ModelLibrary) -> list[dict[str, str]]:
    """Return the installed styles, one flat record each."""
    return [
        {
            "id": slot.id,
            "title": slot.title,
            "artist": slot.artist,
            "year": slot.year,
            "model": model.card.id,
            "model_title": model.card.title,
            "licence": model.card.licence,
            "preview": str(model.style_preview_path(slot)),
        }
        for model in library.models()
        for slot in model.card.styles
    ]


def demo_lines(report: DemoReport) -> list[str]:
    """Return what the demo made, where it is, how long each stage took and what ran."""
    files, render, choice = report.files, report.render, report.choice
    count = len(report.frames)
    stages = ", ".join(f"{name} {seconds:.1f}" for name, seconds in report.stages.items())
    return [
        f"{choice.title} ({choice.installed.card.id}), {count} frames, on {render.provider}",
        f"  plates         {files.plates.text}",
        f"  painted        {files.painted.text}",
        f"  half strength  {files.half.text}",
        f"  contact sheet  {files.sheet}",
        f"  movie          {files.movie}",
        f"Seconds: {stages}; together {sum(report.stages.values()):.1f}",
        f"Seconds a painted frame, overlapping: {_stage_text(render.stages, count)}; "
        f"from start to end {render.seconds / count:.2f}",
    ]


def demo_fields(report: DemoReport) -> dict[str, Any]:
    """Return the same as ``demo_lines`` for a program."""
    files, render, choice = report.files, report.render, report.choice
    return {
        "model": choice.installed.card.id,
        "styles": dict(choice.styles),
        "frames": list(report.frames),
        "provider": render.provider,
        "plates": files.plates.text,
        "painted": files.painted.text,
        "half_strength": files.half.text,
        "sheet": str(files.sheet),
        "movie": str(files.movie),
        "seconds": dict(report.stages),
        "render_seconds": render.seconds,
        "render_stages": dict(render.stages),
    }


def diagnosis_lines(diagnosis: Diagnosis) -> list[str]:
    """Return what the doctor found, the problems last."""
    lines = [
        f"Impasto {diagnosis.version}, Python {diagnosis.python} ({diagnosis.executable}), "
        f"{diagnosis.system}",
        "Packages",
    ]
    lines += [
        f"  {package.module:<14} {package.version or 'missing':<10} "
        f"{'does not work' if package.problem else 'works'}"
        for package in diagnosis.packages
    ]
    lines.append("Execution providers")
    lines += [
        f"  {provider.name:<26} {'runs' if provider.runs else 'does not run: ' + provider.reason}"
        for provider in diagnosis.providers
    ] or ["  none: ONNX Runtime does not work"]
    lines.append(f"Colour config: {diagnosis.colour_config or 'none'}")
    lines.append(f"Models, searched in {', '.join(diagnosis.places)}")
    lines += [
        f"  {model.id:<14} {', '.join(model.styles)}{'  (broken)' if model.problem else ''}"
        for model in diagnosis.models
    ] or ["  none"]
    if not diagnosis.problems:
        return [*lines, "All is well."]
    return [*lines, "Problems", *(f"  {problem}" for problem in diagnosis.problems)]


def _stage_text(stages: Mapping[str, float], frames: int) -> str:
    return ", ".join(f"{name} {seconds / frames:.3f}" for name, seconds in stages.items())


def _frames_text(frames: tuple[int, ...]) -> str:
    count = "1 frame" if len(frames) == 1 else f"{len(frames)} frames"
    return f"{count} ({FrameRange(frames).to_text()})"
