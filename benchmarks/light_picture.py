"""Draws what the three light policies make of one very bright frame, on one page.

    python -m benchmarks.light_picture docs/pictures/light.jpg [--model gallery] [--style ID]

The frame is the shipped shot's, brighter, with a sun of 40 in its sky. Each picture stands there
twice: as sheets and movies show it, and three stops darker, where the bright end is seen.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import cv2
import numpy as np

from nuke_plugin.contract.light_settings import LIGHTS, LightSettings
from nuke_plugin.worker.painter import Painter
from nuke_plugin.worker.pipeline import Studio
from nuke_plugin.worker.planes import Planes
from nuke_plugin.worker.sheet import ContactSheet, Panel
from nuke_plugin.worker.shot import CREDIT, FIRST_FRAME, DemoShot
from nuke_plugin.worker.view import shown
from nuke_plugin.worker.whole_file import whole_file

SUN = 40.0
"""Light of the sun's disc."""

GAIN = np.float32(1.5)
"""What the shipped frame is multiplied by; its sky is then up to 4.5."""

STOPS_DOWN = 3
"""How much darker the lower row is."""

DARKER = np.float32(2.0**-STOPS_DOWN)


def main() -> None:
    """Paint the frame by each policy and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--model", default="gallery")
    parser.add_argument("--style", default="starry_night")
    parser.add_argument("--frame", type=int, default=FIRST_FRAME + 20)
    parser.add_argument("--size", default="480x270")
    arguments = parser.parse_args()
    width, height = (int(side) for side in arguments.size.split("x"))
    plate = bright_plate(width, height, arguments.frame)
    picture = page(plate, arguments.model, arguments.style).draw()
    _, jpeg = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])
    with whole_file(arguments.out) as temporary:
        temporary.write_bytes(jpeg.tobytes())


def bright_plate(width: int, height: int, frame: int) -> Planes:
    """Return linear Rec.709 light, (3, H, W): the shipped frame, brighter, with a sun."""
    shot = DemoShot(width, height)
    film = shot.film_picture(frame)
    light = np.moveaxis(shot.plate(frame, film[..., ::-1])[..., :3], -1, 0) * GAIN
    y, x = np.mgrid[:height, :width].astype(np.float32)
    distance = np.hypot(x - 0.78 * width, y - 0.2 * height) / height
    disc = np.clip((0.055 - distance) * height / 2 + 0.5, 0, 1)
    glow = 0.05 * np.exp(-distance / 0.08)
    colour = np.array([1.0, 0.85, 0.6], np.float32)[:, None, None]
    return np.asarray(light * (1 - disc) + SUN * colour * (disc + glow), np.float32)


def page(plate: Planes, model: str, style: str) -> ContactSheet:
    """Return the page of a plate, (3, H, W), and of its painting by each policy."""
    studio = Studio.from_environment(os.environ)
    network = studio.network(model)
    colour = studio.colours.plate_colour(None, is_integer=False)
    rows: list[tuple[str, Planes]] = [("the plate", plate)]
    for name in LIGHTS:
        painter = Painter(network, {style: 1.0}, 1.0, LightSettings(policy=name))
        rows.append((name, painter.paint_frame(plate, colour)))
    as_shown = [Panel(shown(light), name, brightest(light)) for name, light in rows]
    darker = [
        Panel(shown(light * DARKER), f"{name}, {STOPS_DOWN} stops down") for name, light in rows
    ]
    return ContactSheet(
        title="Light above white, by three policies",
        subtitle=f"A bright frame with a sun of {SUN:g}, painted by {model}, {style}",
        panels=[*as_shown, *darker],
        columns=len(rows),
        footer=f"Plate {CREDIT}, brightened, with a sun added.",
        panel_width_px=plate.shape[2],
    )


def brightest(light: Planes) -> str:
    """Return the greatest value of a picture, in words."""
    return f"brightest {light.max():.3g}"


if __name__ == "__main__":
    main()
