"""Holds the preview: one small frame painted, and written as the picture that a screen shows.

It takes the way of a render as far as the pixels go, so that it shows what a render would give of a
frame of that size. Nothing of it is a result: it is 8-bit, display encoded, and thrown away.
"""

from __future__ import annotations

import time
from pathlib import Path

import cv2

from nuke_plugin.contract.errors import ColourSpaceNeeded
from nuke_plugin.contract.messages import Preview
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.image_file import read_plate
from nuke_plugin.worker.painter import Painter
from nuke_plugin.worker.pipeline import RenderReport, Studio
from nuke_plugin.worker.view import View
from nuke_plugin.worker.whole_file import whole_file


def paint_preview(request: Preview, studio: Studio, cancellation: Cancellation) -> RenderReport:
    """Write the picture and return what it took; raises any ``ImpastoError`` and then no file."""
    started = time.perf_counter()
    cancellation.check()
    image = read_plate(Path(request.plate))
    if image.is_logarithmic and request.colorspace is None:
        raise ColourSpaceNeeded(request.plate)
    colour = studio.colours.plate_colour(request.colorspace, image.is_integer)
    execution = request.execution
    network = studio.network(request.model, execution.half_precision, execution.use_gpu)
    painter = Painter(network, request.styles, request.strength, request.light, request.strokes)
    alpha = image.multiplied_alpha(request.light.premult)
    painted = painter.paint_frame(
        image.colours(), colour, cancellation, alpha, image.frame_px, image.origin
    )
    view = View(studio.colours, request.colorspace)
    picture = view.picture_of(painted, colour.result_space)
    cancellation.check()
    _, png = cv2.imencode(".png", picture[..., ::-1])
    with whole_file(Path(request.picture)) as temporary:
        temporary.write_bytes(png.tobytes())
    seconds = time.perf_counter() - started
    return RenderReport((), (), 0, network.provider, {"preview": seconds}, seconds)
