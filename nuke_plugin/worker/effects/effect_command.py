"""Holds the commands ``impasto effect``, fire, smoke or water from a matte, and ``effects``."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from nuke_plugin.contract.errors import EffectNotFound, FieldInvalid, OptionInvalid
from nuke_plugin.worker.command_end import AsJson, finish
from nuke_plugin.worker.execution_options import Device, TileSize, Workers, device_of
from nuke_plugin.worker.paint_options import Frames, KeepGoing, Model

if TYPE_CHECKING:
    from nuke_plugin.contract.effect_settings import EffectSettings
    from nuke_plugin.contract.library import InstalledEffect, ModelLibrary
    from nuke_plugin.worker.render_records import RenderReport
    from nuke_plugin.worker.terminal import Terminal

TAKES_CONTROLS = {"allow_extra_args": True, "ignore_unknown_options": True}
"""What the command's registration needs, for a card's own controls are options too."""

_OPTIONS = {"loop_frames": "loop"}


def effect(
    context: typer.Context,
    matte: Annotated[
        str,
        typer.Argument(
            metavar="MATTE", help="matte.%04d.exr, matte.####.exr, or one file for every frame."
        ),
    ],
    out: Annotated[
        str, typer.Argument(metavar="OUT", help="Where the results go, named likewise; EXR.")
    ],
    effect: Annotated[
        str | None, typer.Option(metavar="fire|smoke|water", help="What to make of the matte.")
    ] = None,
    model: Model = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Another number, another effect.")] = 0,
    speed: Annotated[
        float,
        typer.Option(
            metavar="-100..100", help="1 is 24 frames a second, 0.5 slow motion; below 0 runs back."
        ),
    ] = 1.0,
    scale: Annotated[
        float, typer.Option(metavar="0.25..4", help="Size of the effect beside the frame.")
    ] = 1.0,
    wind: Annotated[
        float | None,
        typer.Option(metavar="PX", help="Pixels a frame to the right, at 540 lines."),
    ] = None,
    intensity: Annotated[
        float, typer.Option(metavar="0..100", help="Factor on the matte: a weaker source.")
    ] = 1.0,
    loop: Annotated[
        int | None, typer.Option(metavar="N", help="Begin again after N frames, without a seam.")
    ] = None,
    channel: Annotated[
        str, typer.Option(metavar="ALPHA|NAME", help="The matte's channel in its file.")
    ] = "alpha",
    frames: Frames = None,
    colorspace: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Scene-linear OCIO space of the results' colours."),
    ] = None,
    keep_going: KeepGoing = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace results that exist.")
    ] = False,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Keep results that are whole and as asked for, make the others; several "
            "processes may share a range.",
        ),
    ] = False,
    device: Device = None,
    tile_size: TileSize = None,
    workers: Workers = 1,
    as_json: AsJson = False,
) -> None:
    """Make fire, smoke or water from a matte. What else an effect can be told `effects` lists."""

    def work(terminal: Terminal) -> int:
        from nuke_plugin.contract.library import ModelLibrary
        from nuke_plugin.worker.colour import ColourConfig
        from nuke_plugin.worker.effects.effect_run import EffectRequest, render_effect
        from nuke_plugin.worker.effects.effect_workers import render_effect_by_many
        from nuke_plugin.worker.effects.shading.result_space import ResultSpace
        from nuke_plugin.worker.interrupt import run_interruptible
        from nuke_plugin.worker.report import render_lines
        from nuke_plugin.worker.studio import Studio

        for text in (matte, out):
            if text.startswith("--"):
                raise OptionInvalid(text, "MATTE and OUT come before the effect's own controls")
        if resume and overwrite:
            raise OptionInvalid("--resume", "it cannot keep what --overwrite replaces")
        controls = controls_of(context.args)
        if wind is not None:
            controls["wind"] = wind
        settings = _settings(seed, speed, scale, intensity, controls, loop)
        uses_gpu, card = device_of(device, workers)
        library = ModelLibrary.from_environment(os.environ)
        installed = choose_effect(library, effect, model, terminal)
        studio = Studio(library, ColourConfig.from_environment(os.environ))
        space = ResultSpace.of(studio.colours, colorspace)
        request = EffectRequest(
            mattes=matte,
            results=out,
            settings=settings,
            channel="A" if channel.casefold() == "alpha" else channel,
            frames=frames,
            keep_going=keep_going,
            overwrite=overwrite,
            resume=resume,
            use_gpu=uses_gpu,
            device=card,
            tile_px=tile_size,
        )
        with terminal.bar("making") as advance:
            make: Callable[..., RenderReport] = (
                partial(render_effect, request, installed, space)
                if workers == 1
                else partial(
                    render_effect_by_many, request, installed.card.id, workers, studio, colorspace
                )
            )
            report = run_interruptible(
                lambda cancellation: make(
                    cancellation=cancellation,
                    on_progress=lambda done: advance(done.done, done.total),
                    on_warning=terminal.warn,
                )
            )
        fields = {**asdict(report), "results": out, "warnings": terminal.warnings}
        terminal.answer(render_lines(report, out), **fields)
        return 1 if report.failed else 0

    finish(as_json, work)


def effects(as_json: AsJson = False) -> None:
    """List the effects that are installed, and what each can be told."""

    def work(terminal: Terminal) -> int:
        from nuke_plugin.contract.library import ModelLibrary

        library = ModelLibrary.from_environment(os.environ)
        for error in library.problems():
            terminal.warn(None, error.message)
        found = [_fields(installed) for installed in library.effects()]
        terminal.answer(_lines(library), effects=found, warnings=terminal.warnings)
        return 0

    finish(as_json, work)


def choose_effect(
    library: ModelLibrary, effect: str | None, model: str | None, terminal: Terminal
) -> InstalledEffect:
    """Return the effect that was named by kind, title or model; broken models are told.

    Raises ``OptionInvalid``, ``EffectNotFound``, ``ModelIsStyle`` and an effect's own error.
    """
    name = effect if model is None else model
    if name is None:
        raise OptionInvalid("--effect or --model", "give one of the two")
    try:
        installed = library.find_effect(name)
    except EffectNotFound:
        for problem in library.problems():
            terminal.warn(None, problem.message)
        raise
    if model is not None and effect not in (None, installed.card.effect):
        made = installed.card.effect
        raise OptionInvalid("--effect", f"the model {model!r} makes {made}, not {effect}")
    for problem in library.problems_ahead_of(installed.card.id):
        terminal.warn(None, problem.message)
    return installed


def controls_of(words: Sequence[str]) -> dict[str, float]:
    """Return the controls in what no option took: ``--turbulence 0.5`` or ``--turbulence=0.5``.

    Raises ``OptionInvalid`` for anything else.
    """
    controls: dict[str, float] = {}
    left = list(words)
    while left:
        option, equals, number = left.pop(0).partition("=")
        if not option.startswith("--"):
            raise OptionInvalid(option, "there is no such argument")
        if not equals:
            if not left:
                raise OptionInvalid(option, "it needs a number")
            number = left.pop(0)
        name = option[2:]
        if name in controls:
            raise OptionInvalid(option, "it is given twice")
        try:
            controls[name] = float(number)
        except ValueError as error:
            raise OptionInvalid(option, f"{number!r} is not a number") from error
    return controls


def _settings(
    seed: int,
    speed: float,
    scale: float,
    intensity: float,
    controls: dict[str, float],
    loop: int | None,
) -> EffectSettings:
    from nuke_plugin.contract.effect_settings import EffectSettings

    try:
        return EffectSettings(seed, speed, scale, intensity, controls, loop)
    except FieldInvalid as error:
        option = _OPTIONS.get(error.key, error.key)
        raise OptionInvalid(f"--{option}", error.reason) from error


def _lines(library: ModelLibrary) -> list[str]:
    found = library.effects()
    if not found:
        return [f"No effect is installed. Searched: {', '.join(map(str, library.places))}"]
    lines = []
    for installed in found:
        card = installed.card
        lines.append(f"{card.id}: {card.title}, {card.effect}. {card.description}")
        lines += [
            f"  --{control.id} {control.minimum:g}..{control.maximum:g}, by default "
            f"{control.neutral:g}: {control.meaning}"
            for control in card.controls
        ]
        lines += [f"  {card.effect}.{known.name}: {known.meaning}" for known in card.channels]
    return lines


def _fields(installed: InstalledEffect) -> dict[str, object]:
    card = installed.card
    return {
        "id": card.id,
        "title": card.title,
        "effect": card.effect,
        "controls": [asdict(control) for control in card.controls],
        "channels": [asdict(known) for known in card.channels],
        "licence": card.licence,
        "preview": str(installed.preview_path),
        "movie": str(installed.movie_path),
    }
