"""Writes the page of all shipped effects: a picture of each and what its card promises.

    python -m benchmarks.effect_pages docs

The page is ``docs/effects_shipped.md``, the pictures lie in ``docs/pictures/effects/``. Each shows
four moments of three mattes: a word, a disc beside a thin line, and the frame's lower edge.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from model_training.effects.picture import display, joined
from nuke_plugin.contract.effect_card import EffectCard
from nuke_plugin.contract.effect_settings import EffectSettings
from nuke_plugin.contract.library import InstalledEffect, ModelLibrary
from nuke_plugin.contract.strict_json import NumberTree
from nuke_plugin.worker.effects.effect_network import EffectNetwork
from nuke_plugin.worker.effects.effect_painter import EffectPainter
from nuke_plugin.worker.whole_file import whole_file

WIDTH, HEIGHT = 640, 360
"""Of one picture, pixels of the network."""

FRAMES = (1000, 1004, 1008, 1032)
SEED = 3

MEASURES = {
    "tof": "motion (tOF)",
    "spatial_spectrum": "spatial spectrum",
    "temporal_spectrum": "temporal spectrum",
    "seeds": "variance over seeds",
    "e_stab": "e_stab",
    "pop": "largest pop",
}
MAKERS = {
    "made": "the effect",
    "hand_made": "the hand-made field",
    "l1": "L1 alone",
    "solver": "another throw of the solver",
}

HEADER = """# The effects that ship

Written by `python -m benchmarks.effect_pages docs` from the cards in `onnx_models/`. Every picture
shows three mattes, a word, a disc beside a thin line, and the frame's lower edge, at four moments:
frames 1000, 1004, 1008 and 1032. They are 640x360 pixels of the network, shaded as they come, over
grey.

Smaller is better in all lines but *variance over seeds*, which should be at least 0.5
([what the gates mean](training_effects.md#what-the-gates-on-an-effects-card-mean)). What stands
beside the effect was measured on the same held-out mattes.
"""

Planes = NDArray[np.float32]


def main() -> None:
    """Make every effect's picture, then the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="folder of the page")
    out: Path = parser.parse_args().out
    pictures = out / "pictures" / "effects"
    pictures.mkdir(parents=True, exist_ok=True)
    effects = ModelLibrary.from_environment({}).effects()
    for effect in effects:
        write_picture(pictures / picture_name(effect.card), effect)
    parts = [HEADER, *("\n".join(section(effect.card)) for effect in effects)]
    with whole_file(out / "effects_shipped.md") as temporary:
        temporary.write_text("\n".join(parts) + "\n", encoding="utf-8")


def write_picture(file: Path, installed: InstalledEffect) -> None:
    """Write four moments of each matte as one JPEG."""
    painter = EffectPainter(EffectNetwork.open(installed), EffectSettings(seed=SEED))
    kind, frame_px = installed.card.effect, installed.card.training_scale_px
    rows = []
    for matte in mattes(installed.card.title):
        made = [
            painter.paint_frame(matte, painter.moment(frame), frame_px=frame_px) for frame in FRAMES
        ]
        rows.append([display(kind, channels, matte) for channels in made])
    page = cv2.resize(joined(rows), None, fx=0.75, fy=0.75, interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(file), page[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])


def mattes(word: str) -> tuple[Planes, ...]:
    """Return a word, a disc beside a thin line, and the lower edge: (HEIGHT, WIDTH) each."""
    written, shapes, edge = (np.zeros((HEIGHT, WIDTH), np.uint8) for _ in range(3))
    font, thick = cv2.FONT_HERSHEY_DUPLEX, 14
    (wide, _), _ = cv2.getTextSize(word.upper(), font, 4.0, thick)
    cv2.putText(
        written,
        word.upper(),
        ((WIDTH - wide) // 2, HEIGHT - 30),
        font,
        4.0,
        255,
        thick,
        cv2.LINE_AA,
    )
    cv2.circle(shapes, (170, HEIGHT - 80), 45, 255, -1, cv2.LINE_AA)
    cv2.line(shapes, (330, HEIGHT - 30), (600, HEIGHT - 70), 255, 3, cv2.LINE_AA)
    edge[-14:] = 255
    return tuple(one.astype(np.float32) / np.float32(255) for one in (written, shapes, edge))


def picture_name(card: EffectCard) -> str:
    """Return the file name of an effect's picture."""
    return f"{card.id}.jpg"


def section(card: EffectCard) -> Iterator[str]:
    """Yield the lines of one effect."""
    yield f"## {card.title} (`{card.id}`)\n"
    yield f"{card.description}\n"
    yield f"![{card.title}](pictures/effects/{picture_name(card)})\n"
    makers = [maker for maker in MAKERS if maker in card.gates]
    yield f"| | {' | '.join(MAKERS[maker] for maker in makers)} |"
    yield f"| --- |{' --- |' * len(makers)}"
    for measure, title in MEASURES.items():
        found = [card.gates[maker].get(measure) for maker in makers]
        told = ("-" if value is None else f"{value:.3g}" for value in found)
        yield f"| {title} | {' | '.join(told)} |"
    yield f"\n{alone(card.gates)}\n"


def alone(gates: NumberTree) -> str:
    """Return a sentence on what is measured of the effect by itself."""
    coupling = gates["coupling"]
    return (
        f"{gates['steps']:.0f} steps of training, {gates['kmac_per_pixel']:.1f} kMAC a pixel. "
        f"Without a matte at most {coupling['empty']:g}, beyond its reach {coupling['outside']:g}; "
        f"follows its matte by {coupling['follows']:.2f}. A loop's end, a frame alone and a tile "
        f"differ by {gates['loop_max_abs']:g}, {gates['frame_max_abs']:g} and "
        f"{gates.get('tile_max_abs', 0.0):.2g}; half precision by {gates['fp16_max_abs']:.2g}."
    )


if __name__ == "__main__":
    main()
