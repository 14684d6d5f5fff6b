"""Holds the commands ``impasto farm``, which makes a job, and ``impasto farm-task``, a task of it.

The first is for a compositor or a TD, the second for an engine.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nuke_plugin.contract.errors import OptionInvalid
from nuke_plugin.contract.farm_job import ANY, DEVICES, TASK_SECONDS
from nuke_plugin.worker.command_end import AsJson, finish
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

if TYPE_CHECKING:
    from nuke_plugin.contract.farm_job import FarmJob
    from nuke_plugin.worker.cancellation import Cancellation
    from nuke_plugin.worker.terminal import Terminal

_IMPASTO, _NUKE = "impasto", "nuke"

_PAINTING = (
    "model",
    "style",
    "mix_styles",
    "strength",
    "colorspace",
    "keep_going",
    "half_precision",
    "light",
    "premult",
    "plate_colour",
    "stroke_scale",
    "detail",
    "steady",
)
"""How plates are painted; a script's nodes and a job's file say it themselves."""

_IN_THE_JOB = ("frames", "node", "device")


def farm(
    context: typer.Context,
    plates: Annotated[
        str | None,
        typer.Argument(metavar="PLATES", help="plate.%04d.exr or plate.####.exr; without --script"),
    ] = None,
    out: Annotated[
        str | None,
        typer.Argument(metavar="OUT", help="Where the results go, named likewise; EXR."),
    ] = None,
    script: Annotated[
        Path | None,
        typer.Option(metavar="COMP.nk", help="A Nuke script: plates, painting and its Writes."),
    ] = None,
    node: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Full name of an Impasto node of the script; may be given several times. "
            "Without it: every one that is not disabled.",
        ),
    ] = None,
    job: Annotated[
        Path | None,
        typer.Option(metavar="JOB.json", help="A job that Nuke's panel has written."),
    ] = None,
    model: Model = None,
    style: Style = None,
    mix_styles: MixStyles = None,
    strength: Strength = 1.0,
    frames: Frames = None,
    colorspace: ColourSpace = None,
    keep_going: KeepGoing = False,
    half_precision: HalfPrecision = False,
    light: Light = "carry",
    premult: Premult = "auto",
    plate_colour: PlateColour = 0.0,
    stroke_scale: StrokeScale = "1",
    detail: Detail = 1.0,
    steady: Steady = 0,
    device: Annotated[
        str,
        typer.Option(
            metavar="|".join(DEVICES),
            help="any: a GPU where a host has one; gpu: hosts with a GPU, and one that does not "
            "work fails; cpu: the processor, on any host.",
        ),
    ] = ANY,
    bundle: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder of the job, which replaces a job there; by default one of its own, beside "
            "the results.",
        ),
    ] = None,
    frames_per_task: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Frames of a task; by default as many as take "
            "--task-seconds here, for which one frame is painted now.",
        ),
    ] = None,
    task_seconds: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="S",
            help="How long a task should take; 0 keeps all chunks as large as the first.",
        ),
    ] = TASK_SECONDS,
    nuke: Annotated[
        str, typer.Option(metavar="PROGRAM", help="Nuke's program on this machine.")
    ] = _NUKE,
    host_nuke: Annotated[
        str, typer.Option(metavar="PROGRAM", help="Nuke's program on the farm's hosts.")
    ] = _NUKE,
    host_impasto: Annotated[
        str, typer.Option(metavar="PROGRAM", help="Impasto's command on the farm's hosts.")
    ] = _IMPASTO,
    run: Annotated[bool, typer.Option("--run", help="Run the job here, with openjd.")] = False,
    submit: Annotated[
        bool, typer.Option("--submit", help="Open AWS Deadline Cloud's submitter on the job.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a job for many machines: of plates, or of a Nuke script with Impasto nodes.

    The job is a bundle of Open Job Description: Plates, Paint, Comp and Verify, cut into chunks of
    frames. With --run the exit code is 1 when a task failed.
    """

    def work(terminal: Terminal) -> int:
        from nuke_plugin.worker.farm.cost import frames_per_task as frames_in
        from nuke_plugin.worker.farm.cost import seconds_a_frame
        from nuke_plugin.worker.farm.engines import open_submitter, own_command, run_here
        from nuke_plugin.worker.farm.host import Host
        from nuke_plugin.worker.farm.job_bundle import FarmChoices, write_bundle
        from nuke_plugin.worker.farm.task_lines import host_name
        from nuke_plugin.worker.interrupt import run_interruptible

        _check_words(context, plates, out, script, job, node, device)

        def made(cancellation: Cancellation) -> tuple[FarmJob, int, float | None]:
            found = _of_nuke(cancellation) if plates is None else _of_plates()
            if frames_per_task is not None:
                return found, frames_per_task, None
            terminal.tell("Painting one frame to measure what it costs...")
            here = replace(found, device=ANY)  # a job for GPUs may be sent from a machine without
            host = Host.fit_for(here, os.environ, host_name())
            seconds = seconds_a_frame(here, host.studio, cancellation)
            return found, frames_in(seconds, task_seconds or TASK_SECONDS), seconds

        def _of_nuke(cancellation: Cancellation) -> FarmJob:
            from nuke_plugin.contract.farm_job import FarmJob
            from nuke_plugin.worker.farm.script_job import script_job

            if job is not None:
                return FarmJob.from_file(job, host_name())
            assert script is not None
            return script_job(script, node or (), frames, device, nuke, cancellation)

        def _of_plates() -> FarmJob:
            from nuke_plugin.worker.farm.plates_job import plates_job
            from nuke_plugin.worker.studio import Studio

            assert plates is not None
            assert out is not None
            studio = Studio.from_environment(os.environ)
            settings = painting_of(
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
            return plates_job(settings, studio, device, os.environ)

        found, count, seconds = run_interruptible(made)
        choices = FarmChoices(
            frames_per_task=count,
            task_seconds=task_seconds,
            impasto=own_command() if run and host_impasto == _IMPASTO else host_impasto,
            nuke=nuke if run and host_nuke == _NUKE else host_nuke,
        )
        # Without --bundle nothing is replaced: a farm may be at work on the job before.
        place = bundle or _beside_the_results(found)
        written = write_bundle(found, choices, place, is_replaced=bundle is not None)
        lines = [
            f"Job {found.name}: {len(found.frames)} frames, {count} to a task, in {written.folder}"
        ]
        if seconds is not None:
            lines.append(f"A frame costs {seconds:.2f} s on this machine.")
        terminal.answer(
            lines,
            bundle=str(written.folder),
            frames=len(found.frames),
            frames_per_task=count,
            seconds_a_frame=seconds,
            warnings=terminal.warnings,
        )
        if submit:
            open_submitter(written)
        return (1 if run_here(written) else 0) if run else 0

    finish(as_json, work)


def farm_task(
    task: Annotated[str, typer.Argument(metavar="check|plates|paint|comp|verify")],
    job: Annotated[Path, typer.Option(metavar="JOB.json", help="The job's file.")],
    frames: Annotated[
        str | None, typer.Option(metavar="1001-1010", help="Frames of the chunk; without it all.")
    ] = None,
    path_mapping: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Path mapping rules (pathmapping-1.0) of the engine."),
    ] = None,
    nuke: Annotated[str, typer.Option(metavar="PROGRAM", help="Nuke's program.")] = _NUKE,
) -> None:
    """Do one task of a farm's job; an engine calls this.

    Exit codes: 0 done; 1 worth another try; 2 a person must correct something; 130, 143 stopped.
    """
    from nuke_plugin.worker.farm.tasks import TASKS, Task

    if task not in TASKS:
        raise typer.BadParameter(f"{task!r} is not one of {', '.join(TASKS)}")
    raise typer.Exit(Task(task, job, frames, path_mapping, nuke).run())


def _check_words(
    context: typer.Context,
    plates: str | None,
    out: str | None,
    script: Path | None,
    job: Path | None,
    node: list[str] | None,
    device: str,
) -> None:
    """Raise ``OptionInvalid`` for words that make no sense together."""
    if (plates is not None) + (script is not None) + (job is not None) != 1:
        raise OptionInvalid("PLATES or --script", "give one of the two")
    if plates is not None and out is None:
        raise OptionInvalid("OUT", "say where the painted frames of PLATES go")
    if script is not None:
        _refuse(context, _PAINTING, "the script's nodes say how they are painted")
    if job is not None:
        _refuse(context, (*_PAINTING, *_IN_THE_JOB), f"{job} says what is painted, and how")
    if node and script is None:
        raise OptionInvalid("--node", "it names a node of --script")
    if device not in DEVICES:
        raise OptionInvalid("--device", f"{device!r} is not one of {', '.join(DEVICES)}")


def _refuse(context: typer.Context, names: Iterable[str], reason: str) -> None:
    """Raise ``OptionInvalid`` with every option of these that was typed."""
    typed = [name for name in names if _is_typed(context, name)]
    if typed:
        raise OptionInvalid(", ".join(f"--{name.replace('_', '-')}" for name in typed), reason)


def _is_typed(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _beside_the_results(job: FarmJob) -> Path:
    folder = Path(job.paintings[0].request.results).parent
    if job.script is not None:
        folder = Path(job.script).parent / "impasto"
    return folder / f"farm_{job.name}"
