"""Holds the sheet of styles: one plate, painted in every style that is installed."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np

from nuke_plugin.contract.errors import ColourSpaceNeeded, ModelError, NoStyleInstalled
from nuke_plugin.contract.light_settings import DEFAULT_LIGHT
from nuke_plugin.contract.stroke_settings import FRAME_STROKES
from nuke_plugin.contract.version import VERSION
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.image_file import read_plate
from nuke_plugin.worker.painter import Painter
from nuke_plugin.worker.pipeline import Studio
from nuke_plugin.worker.sheet import ContactSheet, Panel
from nuke_plugin.worker.view import View


def style_sheet(
    plate: Path,
    studio: Studio,
    strength: float,
    colorspace: str | None,
    cancellation: Cancellation,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    on_warning: Callable[[int | None, str], None] = lambda frame, text: None,
) -> ContactSheet:
    """Return a page with the plate and, beside it, the plate in every installed style.

    A broken model is left out and told as a warning. Raises ``NoStyleInstalled`` when nothing
    could be painted with, and whatever the plate or the strength is worth.
    """
    image = read_plate(plate)
    if image.is_logarithmic and colorspace is None:
        raise ColourSpaceNeeded(plate)
    colour = studio.colours.plate_colour(colorspace, image.is_integer)
    alpha = image.multiplied_alpha(DEFAULT_LIGHT.premult)
    view = View(studio.colours, colorspace)
    panels = [Panel(view.picture(plate), "Plate", plate.name)]
    for error in studio.library.problems():
        on_warning(None, error.message)
    models = studio.library.models()
    total = sum(len(model.card.styles) for model in models)
    for model in models:
        try:
            network = studio.network(model.card.id)
        except ModelError as error:
            on_warning(None, error.message)
            continue
        for slot in model.card.styles:
            painter = Painter(network, {slot.id: 1.0}, strength, strokes=FRAME_STROKES)
            painted = painter.paint_frame(
                image.colours(), colour, cancellation, alpha, image.frame_px, image.origin
            )
            picture = view.picture_of(painted, colour.result_space)
            panels.append(Panel(picture, slot.title, f"{slot.artist}, {slot.year}"))
            on_progress(len(panels) - 1, total)
    if len(panels) == 1:
        raise NoStyleInstalled(studio.library.places)
    # One row of up to three, else a page about as wide as a screen.
    columns = max(min(len(panels), 3), math.ceil(math.sqrt(len(panels))))
    subtitle = f"{plate.name} at strength {strength:g} · Impasto {VERSION}"
    width_px = int(np.clip(image.width, 320, 640))
    return ContactSheet("Installed styles", subtitle, panels, columns, panel_width_px=width_px)
