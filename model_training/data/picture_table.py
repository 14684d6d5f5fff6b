"""Holds the table of training pictures: where each came from, under which licence, by whom."""

from __future__ import annotations

import csv
from pathlib import Path

from nuke_plugin.contract.card_parts import Source

COLUMNS = ("file", "origin", "licence", "author")


class PictureTableInvalid(ValueError):
    """A table of pictures cannot be read; the sentence names file and line."""


def read_picture_table(path: Path) -> tuple[Source, ...]:
    """The sources in a tab-separated file with a header line of `COLUMNS`."""
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    except OSError as error:
        raise PictureTableInvalid(
            f"Picture table '{path}' cannot be read: {error.strerror}. Name an existing file in "
            "data.pictures, or take that line out."
        ) from error
    if not rows or tuple(rows[0]) != COLUMNS:
        raise PictureTableInvalid(
            f"Picture table '{path}' starts with {rows[:1]}; its first line must be "
            f"{' '.join(COLUMNS)}, separated by tabs."
        )
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(COLUMNS):
            raise PictureTableInvalid(
                f"Picture table '{path}', line {number}, has {len(row)} columns and must have "
                f"{len(COLUMNS)}, separated by tabs."
            )
    return tuple(Source(*row) for row in rows[1:])
