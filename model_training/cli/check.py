"""Holds the command `check` and the table that it shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from model_training.data.checker import CheckReport, Severity
from model_training.data.checker_sets import check_config_data, check_folder
from model_training.training.config import read_config

MOST_ROWS = 40
COLOURS = {Severity.STOPS: "red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}


class FolderMissing(ValueError):
    """A folder that a command was given is not there."""


def check_data(
    data: Annotated[Path, typer.Argument(help="Data folder.")],
    config: Annotated[
        Path | None,
        typer.Option(help="Check what this configuration reads; else every picture in DATA."),
    ] = None,
    crop_px: Annotated[
        int, typer.Option(help="Without --config: smallest short side, pixels.", min=1)
    ] = 128,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Read every picture of a data folder; exit code 1 if one of them would stop a run."""
    if not data.is_dir():
        raise FolderMissing(f"There is no data folder '{data}'. Name an existing one.")
    if config is None:
        report = check_folder(data, crop_px)
    else:
        report = check_config_data(read_config(config), data)
    if as_json:
        print(json.dumps(report_values(report), indent=1))
    else:
        show_report(report, Console())
    raise typer.Exit(1 if report.stopping else 0)


def report_values(report: CheckReport) -> dict[str, object]:
    """A report as JSON holds it."""
    return {
        "usable": not report.stopping,
        "pictures": report.pictures,
        "bytes_in_memory": report.bytes_in_memory,
        "findings": [
            {"severity": f.severity, "kind": f.kind, "place": str(f.place), "says": f.says}
            for f in report.findings
        ],
    }


def show_report(report: CheckReport, console: Console) -> None:
    """A table of the findings, the worst first, and a line that sums up."""
    if report.findings:
        table = Table("", "what", "where", "says", box=None, pad_edge=False)
        for finding in report.findings[:MOST_ROWS]:
            table.add_row(
                f"[{COLOURS[finding.severity]}]{finding.severity}[/]",
                finding.kind,
                _escaped(_seen_from_here(finding.place)),
                _escaped(finding.says),
            )
        console.print(table)
    hidden = len(report.findings) - MOST_ROWS
    if hidden > 0:
        console.print(f"... and {hidden} more; impasto-train check --json lists all of them")
    console.print(
        f"{report.pictures} pictures, {report.bytes_in_memory / 2**20:.0f} MiB in memory: "
        f"{len(report.stopping)} would stop a run, {len(report.warnings)} warnings"
    )


def _seen_from_here(path: Path) -> Path:
    """A path as a person in the current folder writes it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _escaped(text: object) -> str:
    """Text that rich shows as it is."""
    return str(text).replace("[", "\\[")
