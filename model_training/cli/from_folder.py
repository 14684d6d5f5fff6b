"""Holds the way from a folder of paintings to a whole configuration, with defaults for the machine.

Each image file in the folder is a style, and so is each subfolder, whose images together are one
style. Id and title come from the name; `paintings.tsv` beside them may say more.
"""

from __future__ import annotations

import csv
import difflib
import os
import re
import unicodedata
from pathlib import Path

from pydantic import ValidationError

from model_training.data.checker import pictures_in
from model_training.data.photos import SUFFIXES
from model_training.training.config import TrainingConfig
from model_training.training.config_errors import wrong_keys
from model_training.training.config_file import ConfigInvalid
from nuke_plugin.worker.measure.stills import PICTURES as SHIPPED_STILLS

SIDECAR = "paintings.tsv"
SIDECAR_COLUMNS = ("file", "title", "artist", "year", "origin", "licence", "weight")
NOT_STATED = "not stated"

GENERATORS = {
    "full": {
        "kind": "full",
        "trunk": 80,
        "half": 32,
        "full": 16,
        "blocks": 6,
        "half_blocks": 2,
        "grain": 0.05,
    },
    "fast": {"kind": "fast", "trunk": 48, "half": 16, "full": 0, "blocks": 3, "grain": 0.05},
}
"""The networks of the shipped models, by size."""

PAINTING_SHORT_SIDE_PX = 800
"""Training scale of paintings: strokes that a network can draw away from its own grid."""

LOSSES = {
    "content": 1.8,
    "style": 38.0,
    "moments": 4.0,
    "palette": 6.0,
    "recolouring": 40.0,
    "strokes": 5.0,
    "stroke_bands_px": [2.0, 4.0, 8.0],
    "tone": 2.0,
    "identity": 6.0,
    "stability": 4.0,
    "boil": 9.0,
    "boil_floor": 0.12,
    "grain": 3.0,
    "grain_floor": 0.7,
    "boil_gate": 0.2,
    "adversarial": 0.5,
    "r1": 0.1,
    "total_variation": 0.0,
}
"""The weights of the shipped styles' last run (configs/gallery.toml)."""

PACE = {
    "learning_rate": 1e-3,
    "final_learning_rate": 2e-5,
    "discriminator_learning_rate": 6e-4,
    "row_rate": 5.0,
    "stability_from": 0.35,
    "stability_full": 0.5,
    "strokes_from": 0.35,
    "strokes_full": 0.5,
    "adversarial_from": 0.1,
    "adversarial_full": 0.3,
    "ema": 0.995,
    "sheet_every": 200,
    "save_every": 100,
}
"""The shipped styles' two phases in one run: a third of it rich, with boil at a tenth of its weight
as in configs/gallery_rich.toml, then calm, while the learning rate falls."""

MACHINES = {
    "cpu": {"crop_px": 128, "batch": 4, "steps": 4400, "steps_a_style": 400},
    "cuda": {"crop_px": 256, "batch": 16, "steps": 8000, "steps_a_style": 500},
}
"""How much is trained where nothing is said, in both phases together."""


class PaintingsInvalid(ValueError):
    """A folder of paintings cannot be made into styles; the sentence names what and the remedy."""


def folder_config(
    paintings: Path,
    photos: Path,
    features: Path,
    model_id: str,
    *,
    device: str = "cpu",
    size: str = "full",
    licence: str = NOT_STATED,
    steps: int | None = None,
    crop_px: int | None = None,
    batch: int | None = None,
    seed: int = 1,
) -> tuple[TrainingConfig, Path]:
    """The configuration of a folder's styles, and the data folder that its paths start from."""
    if size not in GENERATORS:
        raise ConfigInvalid(f"There is no size '{size}'. Choose {' or '.join(GENERATORS)}.")
    for folder, what in ((paintings, "--paintings"), (photos, "--photos")):
        if not folder.is_dir():
            raise PaintingsInvalid(f"There is no folder '{folder}' ({what}). Name an existing one.")
    data = _common_folder(paintings, photos, features.parent)
    styles = [
        {**style, "painting": _one_or_all([_relative(path, data) for path in images])}
        for style, images in read_styles(paintings, licence)
    ]
    machine = MACHINES[device]
    count = len(styles)
    most = machine["steps"] + machine["steps_a_style"] * (count - 1)
    titles = ", ".join(str(style["title"]) for style in styles[:4]) + (", ..." * (count > 4))
    values = {
        "model": {
            "id": model_id,
            "title": title_of(model_id),
            "description": f"{count} style{'s' * (count > 1)}: {titles}.",
            "licence": licence,
            "preview": str(SHIPPED_STILLS / "mountains.jpg"),
        },
        "data": {
            "photos": [_relative(photos, data)],
            "features": _relative(features, data),
            "painting_short_side_px": PAINTING_SHORT_SIDE_PX,
            "crop_px": crop_px or machine["crop_px"],
        },
        "styles": styles,
        "generator": GENERATORS[size],
        "losses": LOSSES,
        "schedule": {
            **PACE,
            "steps": steps or most,
            "batch": batch or machine["batch"],
            "seed": seed,
        },
    }
    return validated(values, f"made from folder '{paintings}'"), data


def validated(values: dict[str, object], whence: str) -> TrainingConfig:
    """A configuration from values; ConfigInvalid says whence they came and what is wrong."""
    try:
        return TrainingConfig.model_validate(values)
    except ValidationError as error:
        wrong = wrong_keys(TrainingConfig, error)
        raise ConfigInvalid(f"The configuration {whence} is wrong at {wrong}.") from error


def read_styles(folder: Path, licence: str) -> list[tuple[dict[str, object], list[Path]]]:
    """The styles in a folder of paintings, by name: a configuration's values, and the images."""
    said = read_sidecar(folder)
    styles: list[tuple[dict[str, object], list[Path]]] = []
    owners: dict[str, Path] = {}
    for entry in sorted(folder.iterdir()):
        images = _images(entry)
        if not images:
            continue
        own = said.pop(entry.name, {})
        name = style_id(entry)
        if name in owners:
            raise PaintingsInvalid(
                f"'{owners[name].name}' and '{entry.name}' in '{folder}' both make the style id "
                f"'{name}'. Rename one of them."
            )
        owners[name] = entry
        style: dict[str, object] = {
            "id": name,
            "title": own.get("title") or title_of(_stem(entry)),
            "artist": own.get("artist", ""),
            "year": own.get("year", ""),
            "weight": own.get("weight") or 0.8,
            "origin": own.get("origin") or NOT_STATED,
            "licence": own.get("licence") or licence,
        }
        styles.append((style, images))
    if said:
        first = next(iter(said))
        near = difflib.get_close_matches(first, [path.name for path in owners.values()], 1)
        meant = f" Did you mean '{near[0]}'?" if near else ""
        raise PaintingsInvalid(
            f"'{folder / SIDECAR}' speaks of '{first}', which is no painting in that folder.{meant}"
        )
    if not styles:
        raise PaintingsInvalid(
            f"There is no painting in '{folder}'. Put image files ({', '.join(sorted(SUFFIXES))}) "
            "there, or a subfolder of images for each style."
        )
    return styles


def read_sidecar(folder: Path) -> dict[str, dict[str, str]]:
    """What `paintings.tsv` says of each file or subfolder; nothing where there is no such table."""
    path = folder / SIDECAR
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    header = [column.strip() for column in rows[0]] if rows else []
    unknown = [column for column in header if column not in SIDECAR_COLUMNS]
    if "file" not in header or unknown:
        raise PaintingsInvalid(
            f"The first line of '{path}' holds {', '.join(header) or 'nothing'}; it must hold "
            f"'file' and may hold {', '.join(SIDECAR_COLUMNS[1:])}, separated by tabs."
        )
    said: dict[str, dict[str, str]] = {}
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            raise PaintingsInvalid(
                f"Line {number} of '{path}' has {len(row)} columns and the first line "
                f"{len(header)}. Separate them by tabs, and leave none out."
            )
        values = {key: cell.strip() for key, cell in zip(header, row, strict=True)}
        name = values.pop("file")
        if name in said:
            raise PaintingsInvalid(f"Line {number} of '{path}' speaks of '{name}' a second time.")
        said[name] = values
    return said


def style_id(entry: Path) -> str:
    """The id that a file or subfolder gives its style: lower-case letters, digits and `_`."""
    text = unicodedata.normalize("NFKD", _stem(entry)).encode("ascii", "ignore").decode().lower()
    text = re.sub(r"[^a-z0-9]+", "_", text).strip("_")
    if not text:
        raise PaintingsInvalid(
            f"The name of '{entry}' holds no Latin letter or digit to make a style id of. "
            "Rename it."
        )
    return text if text[0].isalpha() else f"style_{text}"


def title_of(name: str) -> str:
    """A name as people read it: `the_great-wave` is The Great Wave."""
    words = re.sub(r"[_\-\s]+", " ", name).strip()
    return " ".join(word[:1].upper() + word[1:] for word in words.split())


def _stem(entry: Path) -> str:
    return entry.name if entry.is_dir() else entry.stem


def _images(entry: Path) -> list[Path]:
    if entry.name.startswith("."):
        return []
    if entry.is_dir():
        return list(pictures_in(entry))
    return [entry] if entry.suffix.lower() in SUFFIXES else []


def _common_folder(*paths: Path) -> Path:
    """The deepest folder that holds all paths."""
    try:
        return Path(os.path.commonpath([path.resolve() for path in paths]))
    except ValueError as error:  # Windows: they lie on several drives
        named = ", ".join(f"'{path}'" for path in paths)
        raise PaintingsInvalid(
            f"{named} lie on several drives. Put paintings, photos and features on one."
        ) from error


def _relative(path: Path, folder: Path) -> str:
    """A path as a configuration holds it."""
    return path.resolve().relative_to(folder).as_posix()


def _one_or_all(names: list[str]) -> str | list[str]:
    return names[0] if len(names) == 1 else names
