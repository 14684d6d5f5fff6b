"""Holds the options that every painting command shares: their words, and what they mean.

``impasto render`` paints here and ``impasto farm`` elsewhere; both must ask for the same with the
same words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nuke_plugin.contract.errors import FieldInvalid, OptionInvalid

if TYPE_CHECKING:
    from collections.abc import Callable

    from nuke_plugin.contract.light_settings import LightSettings
    from nuke_plugin.contract.stroke_settings import StrokeSettings
    from nuke_plugin.worker.render_records import RenderSettings
    from nuke_plugin.worker.studio import Studio

Model = Annotated[str | None, typer.Option(metavar="ID", help="Model, as `styles` lists it.")]
Style = Annotated[str | None, typer.Option(metavar="NAME", help="Id or title of the style.")]
MixStyles = Annotated[
    str | None,
    typer.Option(metavar="A:0.6,B:0.4", help="A mix of one model's styles, with weights."),
]
Strength = Annotated[
    float, typer.Option(metavar="0..1", help="Amount of style; 0 is the plate itself.")
]
Frames = Annotated[
    str | None,
    typer.Option(metavar="1001-1024x2", help="Frame range; by default every plate there is."),
]
ColourSpace = Annotated[
    str | None,
    typer.Option(
        "--colorspace",
        metavar="NAME",
        help="OCIO colour space of the plates; by default linear Rec.709, for PNG and JPEG sRGB.",
    ),
]
KeepGoing = Annotated[
    bool, typer.Option("--keep-going", help="Skip plates that are missing or broken.")
]
HalfPrecision = Annotated[
    bool, typer.Option("--half-precision", help="Count in float16: faster on a GPU.")
]
Light = Annotated[
    str,
    typer.Option(
        metavar="carry|compress|clip",
        help="Light above white: round the network, squeezed into what it sees, or cut off.",
    ),
]
Premult = Annotated[
    str,
    typer.Option(
        metavar="auto|on|off",
        help="Divide by alpha, paint, multiply: as file and pixels say, always, never.",
    ),
]
PlateColour = Annotated[
    float, typer.Option(metavar="0..1", help="How much of the plate's own colour is kept.")
]
StrokeScale = Annotated[
    str,
    typer.Option(
        metavar="0.25..4|native",
        help="Size of the strokes beside the frame, the same at every resolution: 1 as in "
        "training. 'native' paints the plate's own pixels.",
    ),
]
Detail = Annotated[
    float,
    typer.Option(metavar="0..1", help="Plate detail put back where strokes are enlarged."),
]


Steady = Annotated[
    int,
    typer.Option(
        min=0,
        max=4,
        metavar="0..4",
        help="Frames on each side that are mixed in where the plates agree: less boil, and the "
        "time of the optical flow.",
    ),
]


def painting_of(
    plates: str,
    results: str,
    studio: Studio,
    on_warning: Callable[[int | None, str], None],
    *,
    model: str | None,
    style: str | None,
    mix_styles: str | None,
    strength: float,
    frames: str | None,
    colorspace: str | None,
    keep_going: bool,
    half_precision: bool,
    light: str,
    premult: str,
    plate_colour: float,
    stroke_scale: str,
    detail: float,
    steady: int,
) -> RenderSettings:
    """Return what the shared options ask for; what only one command has stays at its default.

    Raises ``OptionInvalid``, or what ``choose_style`` raises.
    """
    from nuke_plugin.worker.render_records import RenderSettings
    from nuke_plugin.worker.style_choice import choose_style

    if model is not None and style is None and mix_styles is None:
        # That there is no such model, or that it is an effect, is told before what is left out.
        choose_style(studio.library, model, None, None, on_warning)
    mix = mix_of(style, mix_styles)
    light_settings = light_of(light, premult, plate_colour)
    stroke_settings = strokes_of(stroke_scale, detail)
    choice = choose_style(studio.library, model, style, mix, on_warning)
    return RenderSettings(
        plates=plates,
        results=results,
        model=choice.installed.card.id,
        styles=choice.styles,
        strength=strength,
        frames=frames,
        colorspace=colorspace,
        keep_going=keep_going,
        half_precision=half_precision,
        light=light_settings,
        strokes=stroke_settings,
        steady=steady,
    )


def mix_of(style: str | None, mix_styles: str | None) -> dict[str, float] | None:
    """Return the weights of a mix, None for the one style; raise ``OptionInvalid``."""
    from nuke_plugin.worker.style_choice import parse_mix

    if (style is None) == (mix_styles is None):
        raise OptionInvalid("--style or --mix-styles", "give one of the two")
    if mix_styles is None:
        return None
    try:
        return parse_mix(mix_styles)
    except ValueError as error:
        raise OptionInvalid("--mix-styles", str(error)) from error


def light_of(policy: str, premult: str, plate_colour: float) -> LightSettings:
    """Return what becomes of light, alpha and colour; raise ``OptionInvalid``."""
    from nuke_plugin.contract.light_settings import LightSettings

    try:
        return LightSettings(policy, premult, plate_colour)
    except FieldInvalid as error:
        option = {"policy": "light"}.get(error.key, error.key.replace("_", "-"))
        raise OptionInvalid(f"--{option}", error.reason) from error


def strokes_of(scale: str, detail: float) -> StrokeSettings:
    """Return how large the strokes are; raise ``OptionInvalid``."""
    from nuke_plugin.contract.stroke_settings import StrokeSettings

    try:
        number = None if scale == "native" else float(scale)
    except ValueError as error:
        raise OptionInvalid(
            "--stroke-scale", f"{scale!r} is neither a number nor 'native'"
        ) from error
    try:
        return StrokeSettings(number, detail)
    except FieldInvalid as error:
        option = {"scale": "stroke-scale"}.get(error.key, error.key)
        raise OptionInvalid(f"--{option}", error.reason) from error
