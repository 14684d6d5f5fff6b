"""Holds the command `evaluate`."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import cv2
import numpy as np
import onnx
import typer
from numpy.typing import NDArray

from model_training.evaluation.command_painter import CommandPainter
from model_training.evaluation.graph_cost import kmac_per_pixel
from model_training.evaluation.limits import missed
from model_training.evaluation.measurement import (
    Measurement,
    Subject,
    evaluate,
    milliseconds_per_megapixel,
)
from model_training.evaluation.painting_distance import PaintingRuler
from model_training.evaluation.report_page import write_report
from model_training.evaluation.run_painter import read_run, run_painter
from model_training.release import export
from model_training.training.config import read_config
from nuke_plugin.contract.card import CARD_FILE
from nuke_plugin.contract.errors import StyleNotFound
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.measure.model_painter import ModelPainter
from nuke_plugin.worker.measure.stills import shipped_stills
from nuke_plugin.worker.network import Network
from nuke_plugin.worker.verify.precision import PaintTensor, half_difference
from nuke_plugin.worker.whole_file import whole_file

COMMAND_STYLE = "command"
"""What the numbers of an outside command stand under."""


class EvaluationInvalid(ValueError):
    """What was asked for cannot be measured together; the sentence says what to change."""


def evaluate_model(
    model: Annotated[Path | None, typer.Argument(help="Model folder, with a card.json.")] = None,
    command: Annotated[
        str | None,
        typer.Option(help="Measure this instead, such as 'tool {in} {out}'; docs/evaluation.md."),
    ] = None,
    frames_as: Annotated[
        str, typer.Option(help="What the command gets: png (16 bit) or exr (scene-linear).")
    ] = "png",
    styles: Annotated[
        str | None, typer.Option(help="Ids of the styles to measure, such as a,b; default all.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Data folder with paintings and features, for distances.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="Configuration that names them; goes with --data.")
    ] = None,
    run: Annotated[
        Path | None, typer.Option(help="Run folder the model came from, to compare with torch.")
    ] = None,
    twin: Annotated[
        Path | None, typer.Option(help="Run or model folder to compare with, measured alike.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="File that takes the numbers.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="File that takes the page: .html, or .png.")
    ] = None,
    quick: Annotated[
        bool, typer.Option(help="Fewer stills and frames: a look, not the card's numbers.")
    ] = False,
    threads: Annotated[int, typer.Option(help="CPU threads; 0 for all.", min=0)] = 0,
) -> None:
    """Measure a model's styles, or any command that paints frames: stability, texture, cost."""
    if (model is None) == (command is None):
        raise EvaluationInvalid("Name a model folder, or a command by --command: one of the two.")
    if (data is None) != (config is None):
        raise EvaluationInvalid("Distances to the paintings need both --data and --config.")
    if report is not None and report.suffix.lower() not in (".html", ".png"):
        raise EvaluationInvalid(f"A report is .html or .png, and not '{report.name}'.")
    if threads:
        cv2.setNumThreads(threads)
    if model is not None:
        subject = model_subject(model, _listed(styles), run, threads)
    else:
        subject = command_subject(str(command), frames_as, styles, run)
    ruler = None
    if config is not None and data is not None:
        ruler = PaintingRuler.of(read_config(config), data)
    measurement = evaluate(
        subject,
        is_quick=quick,
        twin=None if twin is None else twin_subject(twin, threads),
        ruler=ruler,
        say=lambda text: print(text, file=sys.stderr, flush=True),
    )
    if json_file is not None:
        with whole_file(json_file) as temporary:
            text = json.dumps(measurement.to_json(), indent=1, allow_nan=False)
            temporary.write_text(text + "\n", encoding="utf-8")
    if report is not None:
        write_report(report, measurement)
    print("\n".join(_lines(measurement)))


def model_subject(
    folder: Path, wanted: list[str] | None, run: Path | None, threads: int
) -> Subject:
    """A model folder, with what is known of it as a whole."""
    paint = ModelPainter.open(folder, threads or None)
    card = paint.card
    titles = {slot.id: slot.title for slot in card.styles}
    for style in wanted or ():
        if style not in titles:
            raise StyleNotFound(style, list(titles), card.id)
    chosen = {style: titles[style] for style in (wanted or titles)}
    network = onnx.load(paint.network.installed.network_path)
    first = next(iter(chosen))
    facts: dict[str, float] = {
        "kmac_per_pixel": kmac_per_pixel(network, card.image.name),
        "ms_per_megapixel": milliseconds_per_megapixel(
            paint, first, next(iter(shipped_stills().values()))
        ),
        "halo_px": card.halo_px,
        **_precision_facts(folder, paint, run, threads),
    }
    return Subject(card.title, paint, chosen, card.halo_px if card.local else None, True, facts)


def command_subject(command: str, frames_as: str, styles: str | None, run: Path | None) -> Subject:
    """A command, whose style and strength are its own and whose halo nobody knows."""
    if styles is not None or run is not None:
        raise EvaluationInvalid("A command paints in one way: leave out --styles and --run.")
    if frames_as not in ("png", "exr"):
        raise EvaluationInvalid(f"Frames go to a command as png or exr, and not as '{frames_as}'.")
    paint = CommandPainter.parse(command, "exr" if frames_as == "exr" else "png")
    return Subject(command, paint, {COMMAND_STYLE: Path(paint.words[0]).name}, has_strength=False)


def twin_subject(place: Path, threads: int) -> Subject:
    """What to compare with: a model folder where there is a card, else a run."""
    if (place / CARD_FILE).is_file():
        model = ModelPainter.open(place, threads or None)
        return Subject(model.card.title, model, {style: style for style in model.styles})
    session = run_painter(place)
    return Subject(place.name, session, {style: style for style in session.styles})


def _precision_facts(
    folder: Path, paint: ModelPainter, run: Path | None, threads: int
) -> dict[str, float]:
    """How far half precision, and torch, are from what the network paints."""
    facts: dict[str, float] = {}
    network = paint.network
    halved = network.installed.in_half_precision
    if halved is not None:
        half = Network.open(halved, ("CPUExecutionProvider",), threads or None)
        facts["fp16_max_abs"] = half_difference(_run_of(network), _run_of(half), len(paint.styles))
    if run is not None:
        config, generator = read_run(run)
        ids = tuple(style.id for style in config.styles)
        if ids != paint.styles:
            raise EvaluationInvalid(
                f"Run '{run}' paints {', '.join(ids)} and model '{folder}' "
                f"{', '.join(paint.styles)}: it is not the run that the model came from."
            )
        session = export.open_network(network.installed.network_path)
        facts["onnx_max_abs"] = export.parity(generator, session)
    return facts


def _run_of(network: Network) -> PaintTensor:
    cancellation = Cancellation()

    def run(
        image: NDArray[np.float32], style: Sequence[float], strength: float
    ) -> NDArray[np.float32]:
        return network.run(image, style, strength, cancellation)

    return run


def _listed(text: str | None) -> list[str] | None:
    """The ids in a text such as ``a,b``."""
    return None if text is None else [part.strip() for part in text.split(",") if part.strip()]


def _lines(measurement: Measurement) -> list[str]:
    """What a person reads on a terminal: a line a style, and under it what it misses."""
    lines = [_line("plate", measurement.plate)]
    for style in measurement.styles:
        lines.append(_line(style.id, style.numbers))
        lines += [f"    {name} {why}" for name, why in missed(style.numbers).items()]
    lines += [f"{name} {value:.4g}" for name, value in measurement.subject.facts.items()]
    return lines


def _line(name: str, numbers: Mapping[str, Any]) -> str:
    boil, texture = (float(np.mean(list(numbers[key].values()))) for key in ("boil", "texture"))
    flat = numbers.get("flat_texture")
    said = f"{name:<22} boil {boil:.3f}  texture {texture:.3f}  e_warp {numbers['e_warp']:.5f}"
    return said + ("" if flat is None else f"  flat texture {flat:.3f}")
