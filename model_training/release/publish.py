"""Holds the way from a finished run to a model folder: networks, parity, gates, pictures, card."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from model_training.evaluation.painting_distance import PaintingRuler
from model_training.networks.generator import Generator
from model_training.release import export
from model_training.release.card_gates import (
    config_stills,
    gates_of,
    measure_gates,
    measure_twin,
    read_twin,
)
from model_training.release.model_folder import (
    HALF_NETWORK_FILE,
    NETWORK_FILE,
    TORCHSCRIPT_FILE,
    write_model_folder,
)
from model_training.release.previews import draw_previews
from model_training.release.session_painter import SessionPainter
from model_training.release.torchscript import write_torchscript
from model_training.training.config import TrainingConfig
from model_training.training.sheet import BORDER_PX
from nuke_plugin.contract.version import VERSION
from nuke_plugin.worker.measure.gates import MeasuredSet
from nuke_plugin.worker.verify.precision import half_difference


@dataclass(frozen=True)
class ExportOptions:
    """What an export does beyond the model folder itself."""

    torchscript: bool = False
    """Whether `model.pt` for Nuke's own nodes goes into the folder."""

    twin: Path | None = None
    """Run folder of the same styles trained with instance norm, for the card's comparison."""

    keep_gates: bool = False
    """Whether the gates on the card of the same weights, exported before, are kept: minutes less
    where only a twin or a file is added."""


def publish(
    config: TrainingConfig,
    data: Path,
    run: Path,
    models: Path,
    say: Callable[[str], None],
    options: ExportOptions = ExportOptions(),
    measured: MeasuredSet | None = None,
) -> Path:
    """Exports a run into `models/<id>` and returns that folder.

    Raises ExportFailed when ONNX Runtime and torch differ by more than `export.PARITY_TOLERANCE`,
    or half and single precision by more than `HALF_TOLERANCE`; the older model folder is then left
    as it was. `measured` is what gates are measured on, the shipped set unless given.
    """
    generator, step = export.load_generator(config, run)
    if config.generator.norm != "weight":
        raise export.ExportFailed(
            f"Run '{run}' was trained with norm = \"{config.generator.norm}\": such a network is "
            "not local and never ships. Name it with --twin beside the run that ships."
        )
    if options.twin is not None:
        read_twin(options.twin, config)  # refused now, not after the gates were measured
    pictures = MeasuredSet.shipped() if measured is None else measured
    ids = tuple(style.id for style in config.styles)
    with tempfile.TemporaryDirectory() as folder:
        networks = Path(folder)
        say(f"exporting step {step}")
        paint, parities = _write_networks(config, generator, step, networks)
        if options.torchscript:
            write_torchscript(generator, BORDER_PX, networks / TORCHSCRIPT_FILE)
        say(
            f"ONNX Runtime and torch agree to {parities['onnx_max_abs']:.2g}, half and single "
            f"precision to {parities['fp16_max_abs']:.2g}; measuring the gates"
        )
        with torch.inference_mode():
            ruler, stills = PaintingRuler.of(config, data), config_stills(config, data)
            if options.keep_gates:
                gates = gates_of(models / config.model.id, networks / NETWORK_FILE)
            else:
                gates = measure_gates(generator, paint, ruler, stills, pictures)
            gates.update(parities)
            gates["kmac_per_pixel"] = generator.kmac_per_pixel
            gates["steps"] = step
        if options.twin is not None:
            say("measuring the twin")
            twins = measure_twin(options.twin, config, ruler, stills, pictures)
            for style, own in twins.items():
                gates[style]["twin"] = own
        say("drawing the previews")
        previews = draw_previews(config, SessionPainter(paint.session, ids), data)
        return write_model_folder(config, generator, gates, previews, networks, models)


def _write_networks(
    config: TrainingConfig, generator: Generator, step: int, networks: Path
) -> tuple[SessionPainter, dict[str, float]]:
    """Write both precisions; return a painter of the single one and how far they are from torch."""
    network, half = networks / NETWORK_FILE, networks / HALF_NETWORK_FILE
    export.write_network(generator, network, provenance(config.deciding(), step))
    export.write_half_network(network, half)
    ids = tuple(style.id for style in config.styles)
    paint, paint_half = (SessionPainter(export.open_network(n), ids) for n in (network, half))
    difference = export.parity(generator, paint.session)
    export.check_parity(difference)
    halved = half_difference(paint.paint_tensor, paint_half.paint_tensor, len(ids))
    export.check_half(halved)
    return paint, {"onnx_max_abs": difference, "fp16_max_abs": halved}


def provenance(config: str, step: int) -> dict[str, str]:
    """What a network's file says of where it came from; `config` is what decided its numbers."""
    return {
        "impasto_version": VERSION,
        "impasto_config": config,
        "impasto_step": str(step),
    }
