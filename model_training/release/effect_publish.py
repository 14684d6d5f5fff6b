"""Holds the way from a finished effect's run to a model folder: networks, gates, movie, card."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import Tensor

from model_training.effects.config import EffectConfig, read_effect_config
from model_training.effects.making import BORDER_PX, FrameMaker, by_hand, by_network, by_session
from model_training.effects.measurement import EffectRuler
from model_training.effects.runs import open_runs
from model_training.networks.effect_generator import STRIDE, EffectGenerator
from model_training.release import export
from model_training.release.card_gates import TwinMismatch, kept_gates
from model_training.release.effect_previews import MOVIE_FILE, PREVIEW_FILE, draw_effect_previews
from model_training.release.model_folder import (
    HALF_NETWORK_FILE,
    NETWORK_FILE,
    describe_networks,
    write_folder,
)
from model_training.release.publish import ExportOptions, provenance
from model_training.solvers.run_files import SolvedRun
from nuke_plugin.contract.card import CARD_FILE
from nuke_plugin.contract.card_parts import Source
from nuke_plugin.contract.effect_card import (
    CHANNELS_TENSOR,
    CONTROLS_TENSOR,
    EFFECT_FORMAT,
    EFFECT_KIND,
    FIELDS_TENSOR,
    EffectCard,
    Sprites,
)
from nuke_plugin.contract.effect_limits import missed_effect_limits
from nuke_plugin.contract.strict_json import NumberTree

PROBES_PX = ((96, 128), (128, 72), (160, 208))
"""Heights and widths that the exported network is compared with torch at."""


def publish_effect(
    config: EffectConfig,
    data: Path,
    run: Path,
    models: Path,
    say: Callable[[str], None],
    options: ExportOptions,
) -> Path:
    """Exports a run into `models/<id>` and returns that folder.

    `options.twin` names the run of the L1-only baseline. Raises ExportFailed as `publish` does; the
    older model folder is then left as it was.
    """
    if options.torchscript:
        raise export.ExportFailed(
            "TorchScript is for Nuke's own nodes, which know no fields: an effect has none. Export "
            "without --torchscript."
        )
    generator, step = load_effect_generator(config, run)
    baseline = None if options.twin is None else read_baseline(options.twin, config)
    taught, held_out = open_runs(config, data)
    effect, recipe = config.effect.kind, config.effect.recipe
    with tempfile.TemporaryDirectory() as folder:
        networks = Path(folder)
        say(f"exporting step {step}")
        session, parities = _write_networks(config, generator, step, networks)
        made = FrameMaker(recipe, by_session(session))
        say(
            f"ONNX Runtime and torch agree to {parities['onnx_max_abs']:.2g}, half and single "
            f"precision to {parities['fp16_max_abs']:.2g}; measuring the gates"
        )
        ruler = EffectRuler(config, held_out)
        if options.keep_gates:
            card = models / config.model.id / CARD_FILE
            gates = kept_gates(EffectCard.from_file, card, networks / NETWORK_FILE)
        else:
            gates = measure_effect_gates(ruler, made, generator.halo_px)
            gates["hand_made"] = ruler.measure(FrameMaker(recipe, by_hand(effect, recipe)))
            gates["kmac_per_pixel"] = generator.kmac_per_pixel
        if baseline is not None:
            say("measuring the baseline")
            gates["l1"] = ruler.measure(FrameMaker(recipe, by_network(baseline)))
        gates.update(parities)
        gates["steps"] = float(step)
        say("drawing the previews")
        preview, sprites = draw_effect_previews(config, made, networks)
        text = effect_card(config, generator, gates, networks, taught, sprites).to_json()
        return write_folder(models / config.model.id, text, [preview], networks)


def load_effect_generator(config: EffectConfig, run: Path) -> tuple[EffectGenerator, int]:
    """The run's averaged generator, ready for inference, and the step it has reached."""
    generator = EffectGenerator(config.generator_shape())
    step = export.load_average(generator, run, config)
    generator.set_padding("zeros")
    return generator.eval().requires_grad_(False), step


def read_baseline(run: Path, config: EffectConfig) -> EffectGenerator:
    """The generator of a run that was trained with plain L1 alone, on the same fields.

    Raises RunMissing, RunMismatch or TwinMismatch.
    """
    found = read_effect_config(run / "config.json")
    weights = found.losses
    if weights.pixels == 0.0 or weights.spatial + weights.temporal + weights.low_band > 0.0:
        raise TwinMismatch(
            f"Run '{run}' is no baseline: it was not trained with plain L1 alone (losses.pixels, "
            "and every other weight 0)."
        )
    if found.effect != config.effect:
        raise TwinMismatch(
            f"The baseline in '{run}' has another [effect] section. Train it with the same recipe, "
            "controls and channels."
        )
    return load_effect_generator(found, run)[0]


def measure_effect_gates(ruler: EffectRuler, made: FrameMaker, halo_px: int) -> NumberTree:
    """What is measured on the exported network itself, and on the solver."""
    gates = NumberTree(made=ruler.measure(made), solver=ruler.measure_solver())
    gates.update(ruler.measure_coupling(made))
    tile = ruler.tile_difference(made, halo_px)
    if tile is not None:
        gates["tile_max_abs"] = tile
    return gates


def effect_card(
    config: EffectConfig,
    generator: EffectGenerator,
    gates: NumberTree,
    networks: Path,
    taught: list[SolvedRun],
    sprites: Sprites,
) -> EffectCard:
    """The card of the networks that were just written to the folder `networks`."""
    effect = config.effect
    return EffectCard(
        format=EFFECT_FORMAT,
        id=config.model.id,
        title=config.model.title,
        kind=EFFECT_KIND,
        effect=effect.kind,
        description=f"{config.model.description} {missed_effect_limits(gates)}".strip(),
        network=describe_networks(networks),
        recipe=effect.recipe,
        controls=tuple(effect.controls),
        channels=tuple(effect.channels),
        size_multiple=STRIDE,
        halo_px=generator.halo_px,
        border_px=BORDER_PX,
        training_scale_px=effect.training_scale_px,
        licence=config.model.licence,
        sources=sources_of(taught, config.model.licence),
        gates=gates,
        preview=PREVIEW_FILE,
        movie=MOVIE_FILE,
        sprites=sprites,
    )


def sources_of(runs: Iterable[SolvedRun], licence: str) -> tuple[Source, ...]:
    """What a card says of the runs that were trained on, a line a folder of them."""
    folders: dict[tuple[str, str], list[SolvedRun]] = {}
    for run in runs:
        folders.setdefault((run.folder.parent.name, run.record.source), []).append(run)
    return tuple(
        Source(
            folder,
            f"{len(own)} runs of {own[0].record.effect} by the project's solver, seed "
            f"{own[0].record.seed}"
            if source == "solver"
            else f"stock plates: {', '.join(run.record.matte for run in own)}",
            licence,
            "impasto-train solve" if source == "solver" else "",
        )
        for (folder, source), own in folders.items()
    )


def _write_networks(
    config: EffectConfig, generator: EffectGenerator, step: int, networks: Path
) -> tuple[onnxruntime.InferenceSession, dict[str, float]]:
    """Write both precisions; return a session of the single one and how far they are from torch."""
    network, half = networks / NETWORK_FILE, networks / HALF_NETWORK_FILE
    shown = list(probes(config))
    export.write_graph(
        generator, shown[0], CHANNELS_TENSOR, network, provenance(config.deciding(), step)
    )
    export.write_half_network(network, half)
    session, half_session = export.open_network(network), export.open_network(half)
    scales = np.array(config.effect.scales, np.float32)[:, None, None]
    difference = export.largest_difference(generator, session, shown, scales)
    export.check_parity(difference)
    halved = export.largest_difference(generator, half_session, shown, scales)
    export.check_half(halved)
    return session, {"onnx_max_abs": difference, "fp16_max_abs": halved}


def probes(config: EffectConfig) -> Iterable[Mapping[str, Tensor]]:
    """Fields as strong as real ones and controls to both ends, of several sizes."""
    random = torch.Generator().manual_seed(7)
    recipe, count = config.effect.recipe, len(config.effect.controls)
    smears = 1 + len(recipe.smears_px)
    for height, width in PROBES_PX:
        fields = torch.randn(1, recipe.count, height, width, generator=random)
        fields[:, :smears] = torch.rand(1, smears, height, width, generator=random)
        fields[:, -1] = (torch.rand(1, height, width, generator=random) > 0.2).float()
        controls = torch.rand(1, count, generator=random) * 2.0 - 1.0
        yield {FIELDS_TENSOR: fields, CONTROLS_TENSOR: controls}
