"""Holds the job of plates that are there already: one painting, no Nuke."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from nuke_plugin.contract.errors import NothingToSend
from nuke_plugin.contract.farm_job import CPU, FarmJob, FarmModel, FarmPainting
from nuke_plugin.contract.version import VERSION
from nuke_plugin.worker.finished_frames import painting_digest
from nuke_plugin.worker.image_file import read_plate
from nuke_plugin.worker.painter import Painter
from nuke_plugin.worker.pipeline import RenderSettings, Studio
from nuke_plugin.worker.plate_sequence import PlateSequence
from nuke_plugin.worker.result_sequence import ResultSequence
from nuke_plugin.worker.wire_settings import request_of


def plates_job(
    settings: RenderSettings, studio: Studio, device: str, environ: Mapping[str, str]
) -> FarmJob:
    """Return the job that paints what ``settings`` ask for; its results' folder is made.

    Everything that ``impasto render`` would refuse is refused here, before a farm begins: plates
    that are missing, a style that is not installed, results in a place that cannot be written.
    """
    plates = PlateSequence.find(settings.plates, settings.frames)
    if not len(plates.frames):
        remedy = "Correct --frames."
        raise NothingToSend(settings.plates, "its range has no frames", remedy)
    if not settings.keep_going:
        plates.check_complete()
    ResultSequence.prepare(settings.results, plates, overwrite=True)
    studio.colours.plate_colour(settings.colorspace, is_integer=False)
    installed = studio.library.find(settings.model)
    network = studio.network(settings.model, settings.half_precision, use_gpu=False)
    how = (settings.light, settings.strokes, settings.tile_px)
    painter = Painter(network, settings.styles, settings.strength, *how)
    request = request_of(
        replace(
            settings,
            frames=plates.frames.to_text(),
            use_gpu=device != CPU,
            overwrite=False,
            fingerprints={},
        )
    )
    digest = painting_digest(painter, settings.colorspace, settings.steady)
    first = next(frame for frame in plates.frames if frame not in plates.missing)
    plate = read_plate(plates.pattern.path(first))
    config = environ.get("OCIO")
    return FarmJob(
        impasto=VERSION,
        name=Path(plates.pattern.before).stem.rstrip("._- ") or "plates",
        script=None,
        nodes=(),
        paintings=(FarmPainting("", request, digest),),
        models=(
            FarmModel(installed.card.id, installed.card.network.sha256, str(installed.folder)),
        ),
        outputs=(),
        inputs=(),
        device=device,
        colour_config=os.path.abspath(config) if config and "://" not in config else config,
        keep_going=settings.keep_going,
        largest_px=(plate.width, plate.height),
    )
