"""Holds the command ``impasto``: what its words mean and what it answers.

Exit codes: 0 all done; 1 done in part (``--keep-going``) or, for ``doctor``, something is wrong;
2 the user's error, told in one message; 130 and 143 stopped by Control-C and SIGTERM. The worker's
packages take a second to load, so each command imports what it needs and ``--help`` none of them.
"""

from __future__ import annotations

import os
import sys
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from nuke_plugin.contract.errors import (
    OptionInvalid,
    PlateNotFound,
    ResultsExist,
    WorkerNotInstalled,
)
from nuke_plugin.contract.version import VERSION

try:
    import typer
except ImportError as error:
    sys.exit(WorkerNotInstalled([f"{sys.executable} ({error})"], "make setup").message)

from nuke_plugin.worker.bench.command import bench  # these need typer
from nuke_plugin.worker.command_end import AsJson, finish
from nuke_plugin.worker.effects.effect_command import TAKES_CONTROLS, effect, effects
from nuke_plugin.worker.effects.shade_command import shade
from nuke_plugin.worker.execution_options import Device, TileSize, Workers, device_of
from nuke_plugin.worker.farm.command import farm, farm_task
from nuke_plugin.worker.importing.command import import_network
from nuke_plugin.worker.nuke_install.command import nuke_install
from nuke_plugin.worker.paint_options import (
    ColourSpace,
    Detail,
    Frames,
    HalfPrecision,
    KeepGoing,
    Light,
    MixStyles,
    Model,
    PlateColour,
    Premult,
    Steady,
    Strength,
    StrokeScale,
    Style,
    painting_of,
)
from nuke_plugin.worker.verify.command import verify_model

if TYPE_CHECKING:
    from nuke_plugin.worker.terminal import Terminal

app = typer.Typer(
    help="Paint plates in trained styles: EXR in, stylised EXR out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace results that exist.")]


def main() -> None:
    """Run the command with the process's arguments; the console script calls this."""
    app(prog_name="impasto")


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) > 1 and int(height) > 1):
        raise OptionInvalid("--size", f"{text!r} is not a width and height, such as 1920x1080")
    return int(width), int(height)


@app.command()
def render(
    plates: Annotated[
        str, typer.Argument(metavar="PLATES", help="plate.%04d.exr, plate.####.exr or one file.")
    ],
    out: Annotated[
        str, typer.Argument(metavar="OUT", help="Where the results go, named likewise; EXR.")
    ],
    model: Model = None,
    style: Style = None,
    mix_styles: MixStyles = None,
    strength: Strength = 1.0,
    frames: Frames = None,
    colorspace: ColourSpace = None,
    keep_going: KeepGoing = False,
    overwrite: Overwrite = False,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Keep results that are whole and as asked for, paint the others; several "
            "processes may share a range.",
        ),
    ] = False,
    half_precision: HalfPrecision = False,
    device: Device = None,
    tile_size: TileSize = None,
    light: Light = "carry",
    premult: Premult = "auto",
    plate_colour: PlateColour = 0.0,
    stroke_scale: StrokeScale = "1",
    detail: Detail = 1.0,
    steady: Steady = 0,
    workers: Workers = 1,
    as_json: AsJson = False,
) -> None:
    """Paint plates in a style."""

    def work(terminal: Terminal) -> int:
        from nuke_plugin.worker.interrupt import run_interruptible
        from nuke_plugin.worker.many_workers import render_by_many
        from nuke_plugin.worker.pipeline import Studio
        from nuke_plugin.worker.pipeline import render as render_frames
        from nuke_plugin.worker.report import render_lines

        if resume and overwrite:
            raise OptionInvalid("--resume", "it cannot keep what --overwrite replaces")
        uses_gpu, card = device_of(device, workers)
        studio = Studio.from_environment(os.environ)
        painting = painting_of(
            plates,
            out,
            studio,
            terminal.warn,
            model=model,
            style=style,
            mix_styles=mix_styles,
            strength=strength,
            frames=frames,
            colorspace=colorspace,
            keep_going=keep_going,
            half_precision=half_precision,
            light=light,
            premult=premult,
            plate_colour=plate_colour,
            stroke_scale=stroke_scale,
            detail=detail,
            steady=steady,
        )
        settings = replace(
            painting,
            overwrite=overwrite,
            use_gpu=uses_gpu,
            device=card,
            tile_px=tile_size,
            marks_frames=True,
            resume=resume,
        )
        with terminal.bar("painting") as advance:
            paint = (
                partial(render_frames, settings, studio)
                if workers == 1
                else partial(render_by_many, settings, workers, studio)
            )
            report = run_interruptible(
                lambda cancellation: paint(
                    cancellation=cancellation,
                    on_progress=lambda done: advance(done.done, done.total),
                    on_warning=terminal.warn,
                )
            )
        fields = {**asdict(report), "results": out, "warnings": terminal.warnings}
        terminal.answer(render_lines(report, out), **fields)
        return 1 if report.failed else 0

    finish(as_json, work)


@app.command()
def styles(as_json: AsJson = False) -> None:
    """List the styles that are installed."""

    def work(terminal: Terminal) -> int:
        from nuke_plugin.contract.library import ModelLibrary
        from nuke_plugin.worker.report import style_fields, style_lines

        library = ModelLibrary.from_environment(os.environ)
        for error in library.problems():
            terminal.warn(None, error.message)
        terminal.answer(
            style_lines(library), styles=style_fields(library), warnings=terminal.warnings
        )
        return 0

    finish(as_json, work)


@app.command()
def sheet(
    plate: Annotated[
        str,
        typer.Argument(metavar="PLATE", help="An image, or a pattern: its first frame is taken."),
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT.png", help="The sheet to write.")],
    strength: Strength = 1.0,
    frame: Annotated[
        int | None, typer.Option(metavar="N", help="Frame of a pattern to take.")
    ] = None,
    colorspace: ColourSpace = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Paint one frame in every installed style, labelled, on one page."""

    def work(terminal: Terminal) -> int:
        from nuke_plugin.contract.frame_pattern import FramePattern
        from nuke_plugin.worker.interrupt import run_interruptible
        from nuke_plugin.worker.pipeline import Studio
        from nuke_plugin.worker.sheet import write_sheet
        from nuke_plugin.worker.style_sheet import style_sheet

        if out.suffix.lower() != ".png":
            raise OptionInvalid("OUT.png", f"{str(out)!r} does not end in .png")
        pattern = FramePattern.parse(plate)
        existing = pattern.existing_frames()
        if not existing.frames or not (frame is None or frame in existing):
            raise PlateNotFound(plate if frame is None else pattern.path(frame))
        if out.exists() and not overwrite:
            raise ResultsExist(out, "1")
        studio = Studio.from_environment(os.environ)
        file = pattern.path(existing.frames[0] if frame is None else frame)
        with terminal.bar("painting") as advance:
            page = run_interruptible(
                lambda cancellation: style_sheet(
                    file, studio, strength, colorspace, cancellation, advance, terminal.warn
                )
            )
        write_sheet(out, page)
        captions = [panel.caption for panel in page.panels]
        lines = [f"Painted {file} in {len(captions) - 1} styles: {out}"]
        terminal.answer(lines, sheet=str(out), panels=captions, warnings=terminal.warnings)
        return 0

    finish(as_json, work)


@app.command()
def demo(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for its files.")] = Path(
        "demo_output"
    ),
    model: Model = None,
    style: Style = None,
    frames: Annotated[
        str | None, typer.Option(metavar="1001-1032", help="Fewer frames of the shot.")
    ] = None,
    size: Annotated[str, typer.Option(metavar="WxH", help="Plate size in pixels.")] = "960x540",
    as_json: AsJson = False,
) -> None:
    """Paint the shipped shot: plates, painted EXR frames, a contact sheet and a movie.

    Files of an earlier demo in the same folder are replaced.
    """

    def work(terminal: Terminal) -> int:
        from nuke_plugin.contract.frame_range import FrameRange
        from nuke_plugin.worker.demo import Demo, DemoFiles
        from nuke_plugin.worker.interrupt import run_interruptible
        from nuke_plugin.worker.pipeline import Studio
        from nuke_plugin.worker.report import demo_fields, demo_lines
        from nuke_plugin.worker.shot import DemoShot
        from nuke_plugin.worker.style_choice import choose_style

        shot = DemoShot(*_size(size))
        wanted = shot.frames if frames is None else FrameRange.parse(frames)
        studio = Studio.from_environment(os.environ)
        choice = choose_style(studio.library, model, style, None, terminal.warn)
        report = run_interruptible(
            lambda cancellation: Demo(
                DemoFiles(out), studio, choice, cancellation, terminal.bar, terminal.warn, shot
            ).run(wanted)
        )
        terminal.answer(demo_lines(report), **demo_fields(report), warnings=terminal.warnings)
        return 0

    finish(as_json, work)


app.command("import")(import_network)
app.command("bench")(bench)
app.command("verify")(verify_model)
app.command("nuke-install")(nuke_install)
app.command("farm")(farm)
app.command("farm-task")(farm_task)
app.command("shade")(shade)
app.command("effect", context_settings=TAKES_CONTROLS)(effect)
app.command("effects")(effects)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Try everything the worker needs and say what is wrong."""

    def work(terminal: Terminal) -> int:
        from nuke_plugin.worker.doctor import diagnose
        from nuke_plugin.worker.report import diagnosis_lines

        diagnosis = diagnose(os.environ)
        terminal.answer(diagnosis_lines(diagnosis), **asdict(diagnosis))
        return 1 if diagnosis.problems else 0

    finish(as_json, work)


def _show_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"impasto {VERSION}")
        raise typer.Exit


@app.callback()
def _impasto(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass


if __name__ == "__main__":
    main()
