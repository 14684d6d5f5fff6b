"""Holds the getting ready of a render: the network, what it warns of, and a plan for memory."""

from __future__ import annotations

import os
from collections.abc import Callable

from nuke_plugin.contract.errors import OptionInvalid
from nuke_plugin.worker.asked_tiles import tile_warning
from nuke_plugin.worker.gpu_devices import DEVICES_VARIABLE, gpu_device, gpu_devices
from nuke_plugin.worker.memory import available_bytes, give_large_arrays_back
from nuke_plugin.worker.memory_plan import MemoryPlan, plate_facts
from nuke_plugin.worker.network_run import NetworkRun
from nuke_plugin.worker.painter import Painter
from nuke_plugin.worker.plate_sequence import PlateSequence
from nuke_plugin.worker.providers import CPU, share_of_card, share_of_machine
from nuke_plugin.worker.render_records import RenderSettings
from nuke_plugin.worker.strokes import least_scale
from nuke_plugin.worker.studio import Studio

Warn = Callable[[int | None, str], None]


def ready_painter(
    settings: RenderSettings, studio: Studio, plates: PlateSequence, on_warning: Warn
) -> tuple[Painter, MemoryPlan]:
    """Return what paints the frames, its windows sized for the memory there is, and the plan.

    Raises whatever is wrong with model, style or strength, and ``OptionInvalid`` for a graphics
    card that is not there.
    """
    give_large_arrays_back()
    if settings.device is not None and settings.use_gpu:
        check_device(settings.device)
    network = studio.network(
        settings.model, settings.half_precision, settings.use_gpu, settings.device
    )
    if settings.half_precision:
        problem = studio.library.find(settings.model).half_precision_problem
        if problem:
            on_warning(None, problem)
    how = (settings.light, settings.strokes, settings.tile_px)
    painter = Painter(network, settings.styles, settings.strength, *how)
    if settings.strokes.scale not in (None, 1.0) and network.card.training_scale_px == 0:
        on_warning(
            None,
            f"The model {settings.model} does not say at which size its strokes were learned, "
            "so every plate is painted at its own size and the stroke scale changes nothing.",
        )
    if not painter.is_neutral:
        _tell_how_it_runs(settings, painter, on_warning)
    return painter, _planned(settings, painter, plates, on_warning)


def _tell_how_it_runs(settings: RenderSettings, painter: Painter, on_warning: Warn) -> None:
    network = painter.network
    if network.card.caution:
        on_warning(None, network.card.caution)
    surprise = tile_warning(network.card, settings.tile_px)
    if surprise:
        on_warning(None, surprise)
    tell_provider(network, settings.use_gpu, settings.device, on_warning)
    if settings.fold:
        reason = network.fold(painter.style, painter.strength)
        if reason:
            on_warning(
                None,
                f"Style and strength could not be written into the network ({reason}); it is used "
                "as it is, which takes a little longer.",
            )


def tell_provider(network: NetworkRun, use_gpu: bool, device: int | None, on_warning: Warn) -> None:
    """Tell where another provider runs than was asked for, and what its engines suffer from."""
    if network.fell_back:
        on_warning(
            None, f"{network.fell_back}; {network.provider} runs. `impasto doctor` says why."
        )
    elif device is not None and use_gpu and network.provider == CPU:
        on_warning(
            None,
            f"No graphics card works here, so --device {device} means nothing and the "
            "processor paints. `impasto doctor` says why.",
        )
    problem = network.engine_problem
    if problem:
        on_warning(None, problem)


def memory_there(network: NetworkRun, device: int | None) -> tuple[int | None, int | None]:
    """Return the bytes that are free for this process, and on the card that runs the network.

    None where it is not known, or no card runs it.
    """
    card_bytes = None
    if network.provider != CPU:
        found = gpu_device(device or 0, os.environ)
        card_bytes = None if found is None else int(found.free_bytes * share_of_card())
    free_bytes = available_bytes()
    return None if free_bytes is None else int(free_bytes * share_of_machine()), card_bytes


def _planned(
    settings: RenderSettings, painter: Painter, plates: PlateSequence, on_warning: Warn
) -> MemoryPlan:
    first = next((frame for frame in plates.frames if frame not in plates.missing), None)
    facts = None if first is None else plate_facts(plates.pattern.path(first))
    if facts is None:
        return MemoryPlan.unknown(settings.tile_px)  # the reading says what is wrong
    wanted, least = settings.strokes.scale, least_scale(painter.network.card, facts.frame_px)
    if wanted is not None and wanted != 1 and wanted < least and not painter.is_neutral:
        on_warning(
            None,
            f"The stroke scale {wanted:g} is held to {least:.2g} at {facts.frame_px} pixels: the "
            "network sees a frame at twice its size at most. Render a larger plate for finer "
            "strokes.",
        )
    free_bytes, card_bytes = memory_there(painter.network, settings.device)
    plan = MemoryPlan.of(
        painter.network.card,
        painter.strokes,
        facts,
        free_bytes,
        card_bytes,
        settings.tile_px,
        settings.steady,
    )
    if not painter.is_neutral:
        painter.window_limit_px = plan.window_limit_px
        painter.network.gives_memory_back = plan.gives_memory_back
        painter.network.processor_limit_px = plan.processor_limit_px
        if plan.problem:
            on_warning(None, plan.problem)
    return plan


def check_device(number: int) -> None:
    """Raise ``OptionInvalid`` where there is no graphics card of this number."""
    if DEVICES_VARIABLE in os.environ:
        return  # numbers are then not the driver's; ONNX Runtime says whether there is one
    found = gpu_devices()
    if found and number not in {device.number for device in found}:
        listed = ", ".join(f"{device.number} ({device.name})" for device in found)
        raise OptionInvalid("--device", f"there is no graphics card {number}; there are {listed}")
