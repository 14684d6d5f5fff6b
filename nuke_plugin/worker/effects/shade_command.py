"""Holds the command ``impasto shade``: an effect's picture made again of its channels."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nuke_plugin.contract.errors import FieldInvalid, OptionInvalid
from nuke_plugin.worker.command_end import AsJson, finish
from nuke_plugin.worker.paint_options import Frames, KeepGoing

if TYPE_CHECKING:
    from nuke_plugin.contract.effect_shading import Shading
    from nuke_plugin.worker.terminal import Terminal

_TOLD = ("written", "kept", "failed", "broken_pixels", "stages", "seconds")
"""What of a render's report a program is told: the rest is a network's."""

_ALL, _GAS, _FIRE, _WATER = "All effects", "Fire and smoke", "Fire", "Water"


def _number(panel: str, metavar: str, text: str) -> Any:
    return typer.Option(metavar=metavar, help=text, rich_help_panel=panel)


def _colour(panel: str, text: str) -> Any:
    return typer.Option(metavar="R,G,B", help=text, rich_help_panel=panel)


def shade(
    channels: Annotated[
        str, typer.Argument(metavar="CHANNELS", help="effect.%04d.exr, or one file.")
    ],
    out: Annotated[
        str, typer.Argument(metavar="OUT", help="Where the results go, named likewise; EXR.")
    ],
    effect: Annotated[
        str | None,
        typer.Option(metavar="fire|smoke|water", help="By default what the channels are of."),
    ] = None,
    frames: Frames = None,
    colorspace: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Scene-linear OCIO space of the results' colours."),
    ] = None,
    pixel_scale: Annotated[
        float | None,
        typer.Option(
            metavar="0.05..100",
            help="Pixels of the frame that are one of the network's; by default as the file says.",
        ),
    ] = None,
    keep_going: KeepGoing = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace results that exist.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Keep results that are whole and as asked for.")
    ] = False,
    exposure: Annotated[float | None, _number(_ALL, "STOPS", "Brightness, in stops.")] = None,
    colour: Annotated[
        str | None, _colour(_ALL, "Colour of soot, of smoke, of deep water; one number is a grey.")
    ] = None,
    density: Annotated[
        float | None, _number(_GAS, "0..1000", "Optical depth where density is 1.")
    ] = None,
    light: Annotated[str | None, _colour(_GAS, "Light from one side.")] = None,
    light_angle: Annotated[
        float | None, _number(_GAS, "DEGREES", "Where it comes from: 0 right, 90 above.")
    ] = None,
    ambient: Annotated[str | None, _colour(_GAS, "Light from everywhere.")] = None,
    shadow: Annotated[
        float | None, _number(_GAS, "0..100", "How much smoke shades itself.")
    ] = None,
    shadow_reach_px: Annotated[
        float | None, _number(_GAS, "0..1000", "How far, in network pixels.")
    ] = None,
    temperature: Annotated[
        float | None, _number(_FIRE, "KELVIN", "Of the hottest gas, 700 to 10000.")
    ] = None,
    coolest: Annotated[
        float | None, _number(_FIRE, "KELVIN", "Where the temperature is 0.")
    ] = None,
    soot: Annotated[
        float | None, _number(_FIRE, "0..1000", "Optical depth where soot is 1; 0 hides nothing.")
    ] = None,
    relief: Annotated[float | None, _number(_WATER, "0..100", "Factor on the height.")] = None,
    view: Annotated[
        float | None, _number(_WATER, "1..90", "Degrees that the camera stands over the water.")
    ] = None,
    zenith: Annotated[str | None, _colour(_WATER, "Sky above.")] = None,
    horizon: Annotated[str | None, _colour(_WATER, "Sky at its rim.")] = None,
    sun: Annotated[str | None, _colour(_WATER, "Light of the sun.")] = None,
    sun_azimuth: Annotated[
        float | None, _number(_WATER, "DEGREES", "Where it stands: 0 right, 90 behind the water.")
    ] = None,
    sun_elevation: Annotated[float | None, _number(_WATER, "0..90", "How high.")] = None,
    roughness: Annotated[
        float | None, _number(_WATER, "0.02..1", "How wide and soft the sun glints.")
    ] = None,
    bottom: Annotated[str | None, _colour(_WATER, "Colour of the ground.")] = None,
    tint: Annotated[
        str | None, _colour(_WATER, "Light that is left after the clarity's depth.")
    ] = None,
    clarity_px: Annotated[
        float | None, _number(_WATER, "PX", "Depth at which the tint is left.")
    ] = None,
    depth_px: Annotated[float | None, _number(_WATER, "PX", "How deep the ground lies.")] = None,
    caustics: Annotated[
        float | None, _number(_WATER, "0..4", "How much waves gather light on the ground.")
    ] = None,
    foam: Annotated[float | None, _number(_WATER, "0..10", "Factor on the foam.")] = None,
    foam_colour: Annotated[str | None, _colour(_WATER, "Colour of the foam.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make an effect's picture again of its channels: other light, without a network."""
    said = {
        "exposure": exposure,
        "colour": colour,
        "density": density,
        "light": light,
        "light_angle": light_angle,
        "ambient": ambient,
        "shadow": shadow,
        "shadow_reach_px": shadow_reach_px,
        "temperature": temperature,
        "coolest": coolest,
        "soot": soot,
        "relief": relief,
        "view": view,
        "zenith": zenith,
        "horizon": horizon,
        "sun": sun,
        "sun_azimuth": sun_azimuth,
        "sun_elevation": sun_elevation,
        "roughness": roughness,
        "bottom": bottom,
        "tint": tint,
        "clarity_px": clarity_px,
        "depth_px": depth_px,
        "caustics": caustics,
        "foam": foam,
        "foam_colour": foam_colour,
    }

    def work(terminal: Terminal) -> int:
        from nuke_plugin.contract.effect_shading import SHADINGS
        from nuke_plugin.worker.colour import ColourConfig
        from nuke_plugin.worker.effects.shading.result_space import ResultSpace
        from nuke_plugin.worker.effects.shading.sequence import ShadeRequest, ShadeSequence
        from nuke_plugin.worker.effects.shading.shade import effect_of
        from nuke_plugin.worker.interrupt import run_interruptible
        from nuke_plugin.worker.report import shade_lines

        if resume and overwrite:
            raise OptionInvalid("--resume", "it cannot keep what --overwrite replaces")
        if effect is not None and effect not in SHADINGS:
            raise OptionInvalid("--effect", f"{effect!r} is none of {', '.join(SHADINGS)}")
        if pixel_scale is not None and not 0.05 <= pixel_scale <= 100:
            raise OptionInvalid("--pixel-scale", f"it is {pixel_scale:g} and must be 0.05 to 100")
        request = ShadeRequest(channels, out, frames, pixel_scale, keep_going, overwrite, resume)
        sequence = ShadeSequence(request)
        settings = shading_asked(effect or sequence.effect(), said)
        space = ResultSpace.of(ColourConfig.from_environment(os.environ), colorspace)
        with terminal.bar("shading") as advance:
            report = run_interruptible(
                lambda cancellation: sequence.shade(
                    settings,
                    space,
                    cancellation=cancellation,
                    on_progress=lambda done: advance(done.done, done.total),
                    on_warning=terminal.warn,
                )
            )
        told = {name: value for name, value in asdict(report).items() if name in _TOLD}
        fields = {"effect": effect_of(settings), **told, "results": out}
        lines = shade_lines(report, effect_of(settings), out)
        terminal.answer(lines, **fields, warnings=terminal.warnings)
        return 1 if report.failed else 0

    finish(as_json, work)


def shading_asked(effect: str, said: dict[str, Any]) -> Shading:
    """Return an effect's shading by what was typed, None for what was not; ``OptionInvalid``."""
    from nuke_plugin.contract.effect_shading import shading_of

    asked = {name: value for name, value in said.items() if value is not None}
    for name, value in asked.items():
        if isinstance(value, str):
            asked[name] = colour_of(name, value)
    try:
        return shading_of(effect, asked)
    except FieldInvalid as error:
        raise OptionInvalid(_option(error.key), error.reason) from error


def colour_of(name: str, text: str) -> tuple[float, float, float]:
    """Return the colour in a text, ``0.5,0.4,0.3`` or ``0.5`` for a grey; ``OptionInvalid``."""
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 1:
        numbers *= 3
    if len(numbers) != 3:
        reason = f"{text!r} is neither three numbers, such as 0.5,0.4,0.3, nor one"
        raise OptionInvalid(_option(name), reason)
    return numbers[0], numbers[1], numbers[2]


def _option(field: str) -> str:
    return f"--{field.replace('_', '-')}"
