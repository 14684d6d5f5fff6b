"""Draws what the node's live controls do to one painted frame, for the documentation.

``python -m tests.nuke_plugin.live_controls_picture docs/pictures/live_controls.jpg``

The shipped shot, with grain as of a fast film stock, is painted once by the node in the stand-in;
all panels but the first are that one result, with other live controls.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
WIDTH, HEIGHT = 480, 270
FRAME = 1021
CROP = (slice(70, 205), slice(150, 390))
"""The part that is shown, twice as large: at the whole frame's size grain is not seen."""

PANELS: dict[str, dict[str, float]] = {
    "the painting": {},
    "Keep plate colour 0.5": {"keep_plate_colour": 0.5},
    "Keep plate colour 1": {"keep_plate_colour": 1.0},
    "Plate grain 1": {"plate_grain": 1.0},
    "Plate grain 1, colour 1": {"plate_grain": 1.0, "keep_plate_colour": 1.0},
}


def main(target: str) -> None:
    """Write the picture."""
    sys.path[:0] = [str(ROOT / "tests" / "standin" / "host"), str(ROOT)]
    os.environ.pop("IMPASTO_MODELS", None)
    import nuke
    import nuke_standin

    nuke_standin.start([ROOT], gui=False)
    from nuke_plugin import render, style_node, worker_client

    with tempfile.TemporaryDirectory() as folder:
        plate = _grainy_plate(nuke, nuke_standin, Path(folder))
        node = style_node.create("painters", "starry_night")
        node.setInput(0, plate)
        node["frame_range"].setValue(str(FRAME))
        render.render_and_wait(node)
        worker_client.session().stop()
        pictures = {"the plate": _seen(plate)}
        for title, values in PANELS.items():
            for name in ("keep_plate_colour", "plate_grain"):
                node[name].setValue(values.get(name, 0.0))
            pictures[title] = _seen(node)
    _write(Path(target), pictures)


def _grainy_plate(nuke: Any, nuke_standin: Any, folder: Path) -> Any:
    """Return a Read of the shipped shot's frame with grain, in a saved script in the folder."""
    from nuke_plugin.worker.shot import DemoShot

    shot = DemoShot(WIDTH, HEIGHT)
    film = shot.film_picture(FRAME)
    plate = shot.plate(FRAME, film[..., ::-1])[..., :3]
    noise = np.random.default_rng(1).normal(size=plate.shape).astype(np.float32)
    grain = cv2.GaussianBlur(noise, (0, 0), 0.7) * 2.2  # grains of more than a pixel
    plate = plate + grain * np.sqrt(np.maximum(plate, 0) + 0.002) * 0.035
    channels = {name: plate[..., index].tolist() for index, name in enumerate("RGB")}
    nuke_standin.store_exr(str(folder / f"plate.{FRAME}.exr"), {**channels, "A": _ones()})
    nuke.root()["format"].setValue(nuke.addFormat(f"{WIDTH} {HEIGHT} picture_format"))
    nuke.scriptSaveAs(str(folder / "picture_v001.nk").replace("\\", "/"))
    read = nuke.nodes.Read(raw=True)
    pattern = str(folder / "plate.%04d.exr").replace("\\", "/")
    read["file"].fromUserText(f"{pattern} {FRAME}-{FRAME}")
    return read


def _ones() -> list[list[float]]:
    return [[1.0] * WIDTH] * HEIGHT


def _seen(node: Any) -> np.ndarray:
    """Return what a node shows, cut out, as an 8-bit picture."""
    from nuke_standin.pixels import pixel_rows

    from nuke_plugin.worker.view import shown

    rows = [pixel_rows(node, f"rgba.{name}", FRAME) for name in ("red", "green", "blue")]
    planes = np.array(rows, np.float32)[(slice(None), *CROP)]
    return np.asarray(shown(np.ascontiguousarray(planes)))


def _write(target: Path, pictures: dict[str, np.ndarray]) -> None:
    from nuke_plugin.worker.sheet import ContactSheet, Panel
    from nuke_plugin.worker.shot import CREDIT
    from nuke_plugin.worker.whole_file import whole_file

    panels = [Panel(picture, title) for title, picture in pictures.items()]
    subtitle = "painters, starry_night: rendered once, everything else without a render"
    width = 2 * (CROP[1].stop - CROP[1].start)
    sheet = ContactSheet("Live controls", subtitle, panels, 3, CREDIT, panel_width_px=width)
    _, jpeg = cv2.imencode(".jpg", sheet.draw()[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 88])
    with whole_file(target) as temporary:
        temporary.write_bytes(jpeg.tobytes())


if __name__ == "__main__":
    main(sys.argv[1])
