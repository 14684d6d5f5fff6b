"""Draws one still painted at four resolutions, without and with strokes sized by the frame.

    python -m benchmarks.stroke_sizes docs/pictures/stroke_sizes.jpg [--model ID] [--style ID]
                                      [--still NAME] [--scale 1] [--heights 540,1080,2160,4320]

Every picture is the same part of the frame, brought to one size: what changes between them is the
strokes. The seconds are the network's and the resizing's, and count only beside each other.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import cv2
import numpy as np

from benchmarks.style_pages import cut
from nuke_plugin.contract.stroke_settings import StrokeSettings
from nuke_plugin.worker.light import decode_srgb, encode_srgb
from nuke_plugin.worker.measure.stills import shipped_stills
from nuke_plugin.worker.painter import Painter
from nuke_plugin.worker.pipeline import Studio
from nuke_plugin.worker.sheet import ContactSheet, Panel
from nuke_plugin.worker.whole_file import whole_file

SHOWN = (slice(0.3, 0.8), slice(0.3, 0.8))
"""Rows and columns of the frame that a picture shows, as shares."""

PANEL_WIDTH_PX = 480


def main() -> None:
    """Paint the still at each height and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--model", default="gallery")
    parser.add_argument("--style", default="grande_jatte")
    parser.add_argument("--still", default="rooster")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--heights", default="540,1080,2160,4320")
    arguments = parser.parse_args()
    heights = [int(height) for height in arguments.heights.split(",")]
    still = next(s for name, s in shipped_stills().items() if Path(name).stem == arguments.still)
    panels = []
    for settings in (StrokeSettings(), StrokeSettings(arguments.scale)):
        for height in heights:
            panels.append(painted(still, height, arguments.model, arguments.style, settings))
    page = ContactSheet(
        title="One frame at four resolutions",
        subtitle=f"{arguments.model}, {arguments.style}: above, the plate's own pixels are "
        f"painted; below, --stroke-scale {arguments.scale:g}",
        panels=panels,
        columns=len(heights),
        footer="The same part of the frame, brought to one size.",
        panel_width_px=PANEL_WIDTH_PX,
    )
    _, jpeg = cv2.imencode(".jpg", page.draw()[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])
    with whole_file(arguments.out) as temporary:
        temporary.write_bytes(jpeg.tobytes())


def painted(
    still: np.ndarray, height: int, model: str, style: str, settings: StrokeSettings
) -> Panel:
    """Return a part of the still, painted at a height, as a panel with its time."""
    studio = Studio.from_environment(os.environ)
    painter = Painter(studio.network(model), {style: 1.0}, 1.0, strokes=settings)
    colour = studio.colours.plate_colour(None, is_integer=False)
    frame = cut(still, height * 16 // 9, height)
    light = decode_srgb(np.ascontiguousarray(np.moveaxis(frame, -1, 0), np.float32))
    began = time.perf_counter()
    result = painter.paint_frame(light, colour)
    seconds = time.perf_counter() - began
    encode_srgb(np.maximum(result, 0, out=result))
    rows, columns = (
        slice(int(share.start * side), int(share.stop * side))
        for share, side in zip(SHOWN, result.shape[1:], strict=True)
    )
    part = np.ascontiguousarray(result[:, rows, columns].transpose(1, 2, 0))
    size = (PANEL_WIDTH_PX, PANEL_WIDTH_PX * part.shape[0] // part.shape[1])
    shrinks = part.shape[1] > size[0]
    shown = cv2.resize(part, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
    picture = (np.clip(shown, 0, 1) * 255 + 0.5).astype(np.uint8)
    return Panel(picture, f"{height * 16 // 9}x{height}", f"{seconds:.1f} s")


if __name__ == "__main__":
    main()
