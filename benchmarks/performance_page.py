"""Holds the part of docs/performance.md that a comparison writes: a table, and a plot beside it."""

from __future__ import annotations

import datetime
from html import escape
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- compare_peers: begin -->", "<!-- compare_peers: end -->"

_WIDTH, _LABELS, _BAR, _GAP = 860, 250, 22, 12
_INK, _OURS, _OTHERS = "#333", "#b5532a", "#9aa5b1"


class NoPlace(ValueError):
    """The page has no place for the comparison; the sentence names the marks."""


def write_page(page: Path, report: dict[str, Any], command: str) -> None:
    """Put the table of a report between the page's marks, and the plot into its pictures."""
    text = page.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise NoPlace(f"{page} has no place for the comparison: it lacks {BEGIN} or {END}.")
    picture = page.parent / "pictures" / "peers.svg"
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_text(plot(report), encoding="utf-8")
    lines = [BEGIN, *table_lines(report, command), "", "![Time and boil](pictures/peers.svg)", END]
    page.write_text(before + "\n".join(lines) + after, encoding="utf-8")


def table_lines(report: dict[str, Any], command: str) -> list[str]:
    """Return the table in Markdown, below it what was run where."""
    lines = [
        "| | seconds | x Impasto | (processor) | differs by | e_stab | boil | texture |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in report["rows"]:
        if row["missing"]:
            lines.append(f"| {row['name']} | {row['missing'].replace('|', '/')} | | | | | | |")
            continue
        cells = (
            f"{row['seconds']:.3f}",
            f"{row['ratio']:.2f}",
            f"{row['processor_ratio']:.2f}",
            "another network" if row["difference"] is None else f"{row['difference']:.1g}",
            f"{row['e_stab']:.4f}",
            f"{row['boil']:.3f}",
            f"{row['texture']:.4f}",
        )
        lines.append(f"| {row['name']} | {' | '.join(cells)} |")
    width, height = report["size"]
    today = datetime.datetime.now(tz=datetime.timezone.utc).date()
    return [
        *lines,
        "",
        f"{width}x{height}, model {report['model']}, style {report['style']}, "
        f"{report['threads']} threads of {report['machine']} at load {report['load']}, "
        f"{report['rounds']} rounds, ONNX Runtime {report['onnxruntime']}, torch "
        f"{report['torch']}, {report['shots']} shots of exact motion; {today}:",
        f"`{command}`",
    ]


def plot(report: dict[str, Any]) -> str:
    """Return an SVG: a bar a peer for its time over Impasto's, and its boil beside it."""
    rows = [row for row in report["rows"] if not row["missing"]]
    longest = max(row["ratio"] for row in rows)
    height = 40 + len(rows) * (_BAR + _GAP)
    room = _WIDTH - _LABELS - 220
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        f'font-family="sans-serif" font-size="14" fill="{_INK}">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="{_LABELS}" y="22">time over Impasto\'s</text>',
        f'<text x="{_WIDTH - 20}" y="22" text-anchor="end">boil at texture</text>',
    ]
    for index, row in enumerate(rows):
        top = 34 + index * (_BAR + _GAP)
        base = top + _BAR - 6
        colour = _OURS if index == 0 else _OTHERS
        length = room * row["ratio"] / longest
        parts += [
            f'<text x="{_LABELS - 12}" y="{base}" text-anchor="end">{escape(row["name"])}</text>',
            f'<rect x="{_LABELS}" y="{top}" width="{length:.1f}" height="{_BAR}" fill="{colour}"/>',
            f'<text x="{_LABELS + length + 8:.1f}" y="{base}">{row["ratio"]:.2f}</text>',
            f'<text x="{_WIDTH - 20}" y="{base}" text-anchor="end">{row["boil"]:.2f} at '
            f"{row['texture']:.3f}</text>",
        ]
    return "\n".join([*parts, "</svg>"]) + "\n"
