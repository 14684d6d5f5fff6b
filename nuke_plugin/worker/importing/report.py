"""Holds what an import answers: what was found, why, and what to do next."""

from __future__ import annotations

from nuke_plugin.worker.importing.request import ImportReport


def report_lines(report: ImportReport) -> list[str]:
    """Return the answer to a person."""
    lines = ["Found"]
    lines += [f"  {found.what + ':':<15} {found.value} ({found.why})" for found in report.findings]
    if report.needs:
        lines += ["Must be given", *(f"  {need}" for need in report.needs)]
    if report.folder is None:
        return [*lines, "Nothing was written (--dry-run)."]
    count = len(report.styles)
    what = f"the style {report.styles[0]}" if count == 1 else f"{count} styles"
    style = f"--model {report.id} --style {report.styles[0]}"
    return [
        *lines,
        f"Imported {report.id} with {what}: {report.folder}",
        f"Paint with it: impasto render PLATES OUT {style}",
    ]
