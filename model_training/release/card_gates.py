"""Holds the numbers that a card publishes, under their fixed names.

::

    onnx_max_abs, fp16_max_abs, kmac_per_pixel, steps
    plate.{e_stab,boil,texture}.<move>
    <style>.{e_stab,boil,texture}.<move>     pan, push, roll, occlusion
    <style>.{grain_gain,identity_mean_abs,tile_max_abs,far_field}
    <style>.{style_distance,content_distance}               at full strength
    <style>.strength_sweep.{style_distance,content_distance}.<strength>
    <style>.twin.{e_stab,boil,texture}.<move>, .twin.style_distance, .twin.steps

What pixels alone decide is measured on the shipped stills by the same code that `impasto verify`
measures it with again.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from model_training.data.photos import read_picture
from model_training.evaluation.painting_distance import PaintingRuler
from model_training.evaluation.run_painter import read_run
from model_training.networks.generator import Generator
from model_training.release import export
from model_training.release.session_painter import SessionPainter
from model_training.training.config import TrainingConfig
from nuke_plugin.contract.card import CARD_FILE, ModelCard
from nuke_plugin.contract.effect_card import EffectCard
from nuke_plugin.contract.errors import ImpastoError
from nuke_plugin.contract.strict_json import NumberTree
from nuke_plugin.worker.measure import gates as pixel_gates
from nuke_plugin.worker.measure.exact_motion import Frame

_OF_A_TWIN = ("e_stab", "boil", "texture")


class GatesUnknown(export.ExportFailed):
    """Gates were to be kept that were never measured on these weights."""


class TwinMismatch(export.ExportFailed):
    """A run was named as the twin that cannot be compared with this one."""


def config_stills(config: TrainingConfig, data: Path) -> list[Frame]:
    """The stills that a configuration names, for the distances alone; else the shipped ones."""
    named = (read_picture(data / still) for still in config.data.stills)
    stills = [(picture / np.float32(255)).astype(np.float32) for picture in named]
    return stills or list(pixel_gates.MeasuredSet.shipped().stills)


def measure_gates(
    generator: Generator,
    paint: SessionPainter,
    ruler: PaintingRuler,
    stills: Sequence[Frame],
    measured: pixel_gates.MeasuredSet,
) -> NumberTree:
    """What is measured on the exported network itself; parities and twin come from elsewhere.

    `stills` are what the distances to the paintings are measured on, `measured` all else.
    """
    gates = pixel_gates.measure_gates(paint, paint.styles, generator.halo_px, measured)
    for style in paint.styles:
        gates[style].update(ruler.measure(paint, style, stills))
    gates["kmac_per_pixel"] = generator.kmac_per_pixel
    return gates


def gates_of(folder: Path, network: Path) -> NumberTree:
    """The gates on the card of a model folder that holds just this network file.

    Raises GatesUnknown where it holds another, or no card.
    """
    return kept_gates(ModelCard.from_file, folder / CARD_FILE, network)


def kept_gates(
    read: Callable[[Path], ModelCard | EffectCard], card_file: Path, network: Path
) -> NumberTree:
    """The gates on a card of any kind whose network is just this file; GatesUnknown for another."""
    try:
        card = read(card_file)
    except ImpastoError as error:
        raise GatesUnknown(
            f"There are no gates to keep: {error.message} Export without --keep-gates."
        ) from error
    if card.network.sha256 != hashlib.sha256(network.read_bytes()).hexdigest():
        raise GatesUnknown(
            f"The gates in '{card_file.parent}' are those of other weights. Export without "
            "--keep-gates, which measures them again."
        )
    return card.gates


def read_twin(run: Path, config: TrainingConfig) -> tuple[TrainingConfig, Generator, int]:
    """The configuration, generator and step of a twin: the same styles with instance norm.

    Raises RunMissing, RunMismatch or TwinMismatch.
    """
    twin, _ = read_run(run)
    if twin.generator.norm != "instance":
        raise TwinMismatch(
            f"Run '{run}' is no twin: its generator's norm is '{twin.generator.norm}'. A twin is "
            'trained with norm = "instance".'
        )
    missing = [s.id for s in config.styles if s.id not in {t.id for t in twin.styles}]
    if missing:
        raise TwinMismatch(
            f"The twin in '{run}' does not paint {', '.join(missing)}. Train it with the same "
            "styles."
        )
    generator, step = export.load_generator(twin, run)
    return twin, generator, step


def measure_twin(
    run: Path,
    config: TrainingConfig,
    ruler: PaintingRuler,
    stills: Sequence[Frame],
    measured: pixel_gates.MeasuredSet,
) -> dict[str, NumberTree]:
    """What the twin in a run folder gives for each of the configuration's styles."""
    twin, generator, step = read_twin(run, config)
    with tempfile.TemporaryDirectory() as folder:
        network = Path(folder) / "twin.onnx"
        export.write_network(generator, network, {})
        ids = tuple(style.id for style in twin.styles)
        paint = SessionPainter(export.open_network(network), ids)
        found = {}
        for style in (s.id for s in config.styles):
            moving = pixel_gates.measure_motion(paint, style, measured)
            found[style] = NumberTree({key: moving[key] for key in _OF_A_TWIN})
            found[style]["style_distance"] = ruler.distance(paint, style, stills)
            found[style]["steps"] = step
    return found
