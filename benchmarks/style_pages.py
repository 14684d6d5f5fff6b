"""Writes the page of all shipped styles: a picture of each and what its card promises.

    python -m benchmarks.style_pages docs [--model gallery]

The page is ``docs/styles.md``, the pictures lie in ``docs/pictures/styles/``. Each shows the four
shipped stills and four frames of the shipped shot, painted at full strength.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from nuke_plugin.contract.card import ModelCard
from nuke_plugin.contract.card_parts import StyleSlot
from nuke_plugin.contract.library import InstalledModel, ModelLibrary
from nuke_plugin.contract.strict_json import NumberTree
from nuke_plugin.worker.measure.exact_motion import Frame
from nuke_plugin.worker.measure.model_painter import ModelPainter
from nuke_plugin.worker.measure.stills import shipped_stills
from nuke_plugin.worker.shot import FIRST_FRAME, DemoShot
from nuke_plugin.worker.whole_file import whole_file

MOVES = ("pan", "push", "roll")
COLUMNS = 4
SHOT_FRAMES = (0, 8, 16, 24)
SEAM_PX = 4
SEAM = np.float32(0.08)

HEADER = """# The styles that ship

Written by `python -m benchmarks.style_pages docs` from the cards in `onnx_models/`. Every picture
shows the four shipped stills and four frames of the shipped shot at full strength, at {size}.

*Boil* is what moves on its own, over the strokes' contrast, for a pan, a push and a roll; *texture*
the contrast of the strokes; *grain* how much of a static plate's grain comes out
([definitions](evaluation.md)). The plate itself stands in the last line of each table.
"""


def main() -> None:
    """Paint every style, write its picture, then the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="folder of the page")
    parser.add_argument("--model", action="append", help="id of a model; all, when not given")
    parser.add_argument("--size", default="480x270", help="of one picture, such as 480x270")
    arguments = parser.parse_args()
    width, height = (int(side) for side in arguments.size.split("x"))
    frames = plates(width, height)
    models = [
        model
        for model in ModelLibrary.from_environment({}).models()
        if arguments.model is None or model.card.id in arguments.model
    ]
    pictures = arguments.out / "pictures" / "styles"
    pictures.mkdir(parents=True, exist_ok=True)
    parts = [HEADER.format(size=f"{width}x{height}")]
    for model in models:
        painter = ModelPainter.open(model.folder)
        for slot in model.card.styles:
            file = pictures / picture_name(model.card, slot)
            write_picture(file, [painter(frame, slot.id, 1.0) for frame in frames])
        parts.append("\n".join(section(model)))
    with whole_file(arguments.out / "styles.md") as temporary:
        temporary.write_text("\n".join(parts) + "\n", encoding="utf-8")


def plates(width: int, height: int) -> list[Frame]:
    """Return the stills, cut to the size, and frames of the shot: (H, W, 3) in [0, 1]."""
    stills = [cut(still, width, height) for still in shipped_stills().values()]
    shot = DemoShot(width, height)
    frames = [shot.film_picture(FIRST_FRAME + number) for number in SHOT_FRAMES]
    return stills + [frame.astype(np.float32) / np.float32(255) for frame in frames]


def cut(still: Frame, width: int, height: int) -> Frame:
    """Return the middle of a still in the frame's proportions, at its size."""
    tall, wide = still.shape[:2]
    scale = max(width / wide, height / tall)
    part_wide, part_tall = round(width / scale), round(height / scale)
    left, top = (wide - part_wide) // 2, (tall - part_tall) // 2
    part = still[top : top + part_tall, left : left + part_wide]
    return np.clip(cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA), 0, 1)


def write_picture(path: Path, frames: Sequence[Frame]) -> None:
    """Write frames as one JPEG, ``COLUMNS`` in a row."""
    edge = [(0, SEAM_PX), (0, SEAM_PX), (0, 0)]
    cells = [np.pad(frame, edge, constant_values=SEAM) for frame in frames]
    rows = [np.hstack(cells[at : at + COLUMNS]) for at in range(0, len(cells), COLUMNS)]
    page = np.vstack(rows)[:-SEAM_PX, :-SEAM_PX]
    bgr = np.round(page[..., ::-1] * 255).astype(np.uint8)
    _, jpeg = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, 85])
    with whole_file(path) as temporary:
        temporary.write_bytes(jpeg.tobytes())


def picture_name(card: ModelCard, slot: StyleSlot) -> str:
    """Return the file name of a style's picture."""
    return f"{card.id}_{slot.id}.jpg"


def section(model: InstalledModel) -> Iterator[str]:
    """Yield the lines of a model: its figures, then its pictures."""
    card = model.card
    yield f"## {card.title} (`{card.id}`)\n"
    yield f"{card.description} {figure(card.gates, 'kmac_per_pixel')} kMAC a pixel.\n"
    yield "| style | texture, pan | boil: pan, push, roll | grain |"
    yield "| --- | --- | --- | --- |"
    for slot in card.styles:
        yield figures(f"{slot.title}, {slot.artist}", card.gates, slot.id)
    yield figures("the plate", card.gates, "plate")
    for slot in card.styles:
        yield f"\n### {slot.title} (`{slot.id}`)\n{slot.artist}, {slot.year}.\n"
        yield f"![{slot.title}](pictures/styles/{picture_name(card, slot)})"
    yield ""


def figures(name: str, gates: NumberTree, key: str) -> str:
    """Return a table's line; what a card does not hold stands as a dash."""
    boil = ", ".join(figure(gates, key, "boil", move) for move in MOVES)
    texture, grain = figure(gates, key, "texture", "pan"), figure(gates, key, "grain_gain")
    return f"| {name} | {texture} | {boil} | {grain} |"


def figure(gates: NumberTree, *keys: str) -> str:
    """Return a gate in two or three digits."""
    value: NumberTree | float = gates
    for key in keys:
        if not isinstance(value, Mapping) or key not in value:
            return "-"
        value = value[key]
    return f"{value:.3g}"


if __name__ == "__main__":
    main()
