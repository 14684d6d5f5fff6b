"""Holds the command ``impasto import``: what its words mean and what it answers."""

from __future__ import annotations

import os
import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nuke_plugin.contract.errors import OptionInvalid
from nuke_plugin.worker.command_end import AsJson, finish

if TYPE_CHECKING:
    from nuke_plugin.worker.terminal import Terminal

_KINDS = "0:1|0:255|-1:1|imagenet|caffe"
Text = str | None


def import_network(
    model: Annotated[Path, typer.Argument(metavar="MODEL.onnx", help="A style network.")],
    id_: Annotated[
        Text, typer.Option("--id", metavar="ID", help="Id; else the file's name.")
    ] = None,
    models: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of model folders; else IMPASTO_MODELS' first."),
    ] = None,
    licence: Annotated[str, typer.Option(metavar="TEXT", help="Licence of the network.")] = "",
    source: Annotated[str, typer.Option(metavar="TEXT", help="Where it came from.")] = "",
    title: Annotated[str, typer.Option(metavar="TEXT", help="Name shown to the user.")] = "",
    author: Annotated[str, typer.Option(metavar="TEXT", help="Who made it.")] = "",
    description: Annotated[str, typer.Option(metavar="TEXT", help="What it is good for.")] = "",
    styles: Annotated[
        Text, typer.Option(metavar="A,B,C", help="Ids of its styles; else style_00, style_01...")
    ] = None,
    style_image: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Painting for a net of two image inputs.")
    ] = None,
    channels: Annotated[Text, typer.Option(metavar="RGB|BGR", help="Order of colours.")] = None,
    layout: Annotated[Text, typer.Option(metavar="NCHW|NHWC", help="Order of axes.")] = None,
    input_range: Annotated[
        Text, typer.Option(metavar=_KINDS, help="What its input's numbers mean.")
    ] = None,
    output_range: Annotated[
        Text, typer.Option(metavar=_KINDS, help="What its output's numbers mean.")
    ] = None,
    mean: Annotated[
        Text, typer.Option(metavar="A,B,C", help="Taken off the input, in the range's units.")
    ] = None,
    std: Annotated[Text, typer.Option(metavar="A,B,C", help="Divided by after that.")] = None,
    sizing: Annotated[
        Text, typer.Option(metavar="whole|tiles|resized", help="How frames are fitted to it.")
    ] = None,
    long_side: Annotated[
        int, typer.Option(metavar="PX", help="Resize frames to this for a net of any size.")
    ] = 0,
    content_input: Annotated[
        Text, typer.Option(metavar="NAME", help="The input that takes the plate.")
    ] = None,
    output: Annotated[
        Text, typer.Option(metavar="NAME", help="The output that is the painting.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what is found and why; write nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a model folder of a style network that others trained.

    What it expects is found out by running it on known pictures, and asked for where that fails.
    """

    def work(terminal: Terminal) -> int:
        from nuke_plugin.contract.library import ModelLibrary
        from nuke_plugin.worker.importing.importer import import_model
        from nuke_plugin.worker.importing.report import report_lines
        from nuke_plugin.worker.importing.request import ImportRequest, parse_triple
        from nuke_plugin.worker.interrupt import run_interruptible

        request = ImportRequest(
            file=str(model.absolute()),
            folder="",
            id=_id_of(model) if id_ is None else id_,
            is_dry_run=dry_run,
            title=title,
            description=description,
            licence=licence,
            source=source,
            author=author,
            styles=() if styles is None else tuple(part.strip() for part in styles.split(",")),
            layout=layout,
            channels=channels,
            input_range=input_range,
            output_range=output_range,
            mean=None if mean is None else parse_triple("--mean", mean),
            deviation=None if std is None else parse_triple("--std", std),
            sizing=sizing,
            long_side_px=long_side,
            content_input=content_input,
            output=output,
            style_image=None if style_image is None else str(style_image.absolute()),
        )
        library = ModelLibrary.from_environment(os.environ)
        place = models
        if place is None:
            if len(library.places) < 2 and not dry_run:
                reason = "name the folder to put the model in, or set IMPASTO_MODELS to it"
                raise OptionInvalid("--models", reason)
            place = library.places[0]
        report = run_interruptible(
            lambda cancellation: import_model(request, place, library, cancellation, terminal.tell)
        )
        for text in report.warnings:
            terminal.warn(None, text)
        fields = {**asdict(report), "warnings": terminal.warnings}
        terminal.answer(report_lines(report), **fields)
        return 0

    finish(as_json, work)


def _id_of(file: Path) -> str:
    """Return a file's name as an id: ``Mosaic-9 (2).onnx`` becomes ``mosaic-9_2``."""
    return re.sub(r"[^a-z0-9_-]+", "_", file.stem.lower()).strip("_-") or "model"
