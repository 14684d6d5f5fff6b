"""Holds the work of an import, in the process that may die of it: look, try, paint, write.

The last part uses the finished folder as a render does, so the pictures in it show what a user
will get, not what the trials hoped for.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from nuke_plugin.contract.card import CARD_FILE, ImportedCard
from nuke_plugin.contract.card_parts import ImageOutput
from nuke_plugin.contract.errors import ImportNeeds, NetworkRefused
from nuke_plugin.contract.strict_json import NumberTree
from nuke_plugin.worker.importing.evidence import Evidence
from nuke_plugin.worker.importing.finished_card import (
    NETWORK,
    PREVIEW,
    STYLE_PICTURE,
    Found,
    make_card,
    style_ids,
)
from nuke_plugin.worker.importing.fitting import choose_fitting
from nuke_plugin.worker.importing.inspection import inspect, read_network
from nuke_plugin.worker.importing.known_pictures import flat_of, noise_of, photo, photo_of
from nuke_plugin.worker.importing.number_trials import find_numbers
from nuke_plugin.worker.importing.painting_file import png_of, read_painting
from nuke_plugin.worker.importing.reach import Paint, find_reach
from nuke_plugin.worker.importing.request import ImportReport, ImportRequest
from nuke_plugin.worker.importing.trial import Picture, RunFailed, Trial
from nuke_plugin.worker.measure import locality
from nuke_plugin.worker.measure.model_painter import ModelPainter
from nuke_plugin.worker.onnx_graph import OnnxGraph

TRIAL_SIDE_PX = 256
"""Side of the pictures that a network of free size is tried on."""

PREVIEW_SIZE = (480, 270)

_STEADY = 1e-5
"""Difference of two runs on one picture that counts as none, in display units."""

_TILE_TOLERANCE = 1e-4


def work(request: ImportRequest, say: Callable[[str], None]) -> ImportReport:
    """Do all of an import but the last renaming; see ``importer.import_model``."""
    evidence = Evidence()
    file = Path(request.file)
    say(f"Looking at {file}")
    network = read_network(file)
    graph = inspect(file, network)
    shown = f"{len(network):,} bytes, {graph.node_count} steps, operator set {graph.opset}"
    evidence.found("file", shown, "standard operators only, no data outside the file")
    try:
        found = _try(file, network, graph, request, evidence, say)
    except RunFailed as error:
        raise NetworkRefused(file, f"it does not run: {error}") from error
    for option, text in (("--licence", request.licence), ("--source", request.source)):
        if not text.strip():
            evidence.need(f"{option} TEXT (it goes into the card)")
    styles = () if found is None else style_ids(request, found.signature)
    if evidence.needs and not request.is_dry_run:
        raise ImportNeeds(file, evidence.needs)
    if found is not None and not request.is_dry_run:
        card = _write_folder(request, network, found, styles, evidence, say)
        if card.caution:
            evidence.warnings.append(card.caution)
    return ImportReport(
        request.id,
        None if request.is_dry_run else request.folder,
        tuple(evidence.findings),
        tuple(evidence.needs),
        styles,
        tuple(evidence.warnings),
    )


def _try(
    file: Path,
    network: bytes,
    graph: OnnxGraph,
    request: ImportRequest,
    evidence: Evidence,
    say: Callable[[str], None],
) -> Found | None:
    """Return what the trials show; None when something must be asked first."""
    say("Trying it on known pictures")
    trial = Trial(file, network)
    signature = trial.signature(request, evidence)
    if signature is None:
        return None
    port = signature.image
    size = (port.width, port.height) if port.width else (TRIAL_SIDE_PX, TRIAL_SIDE_PX)
    painting = None
    if signature.style_picture is not None and request.style_image is not None:
        painting = read_painting(Path(request.style_image), signature.style_picture)
        planes = painting.transpose(2, 0, 1)[None].astype(np.float32) / np.float32(255)
        trial.use_painting(planes)
    numbers = find_numbers(trial, graph, (port.name, signature.output), size, request, evidence)
    if numbers is None:
        return None
    values = numbers.output.values(ImageOutput(channels=numbers.channels))

    def paint(picture: Picture) -> Picture:
        return values.decode(trial.run(picture, numbers.image, numbers.channels))

    say("Finding out how far it looks")
    reach = find_reach(trial, paint, port.name, (port.width, port.height), graph, evidence)
    fitting = choose_fitting(trial, paint, port, reach, request, evidence)
    multiple = reach.size_multiple
    if not port.width:
        size = (-(-size[0] // multiple) * multiple, -(-size[1] // multiple) * multiple)
    unsteady = _unsteadiness(file, paint, size, evidence)
    broken = _broken_pictures(paint, size, evidence)
    # What a run gives has a layout of its own; see Trial.
    signature = dataclasses.replace(signature, output_layout=trial.output_layout)
    return Found(graph, signature, numbers, reach, fitting, painting, unsteady, broken)


def _unsteadiness(file: Path, paint: Paint, size: tuple[int, int], evidence: Evidence) -> float:
    """Return how much two runs on one picture differ; raise ``NetworkRefused`` when they do."""
    first, second = paint(photo_of(*size)), paint(photo_of(*size))
    difference = float(np.nanmax(np.abs(first - second)))
    if difference > _STEADY:
        reason = f"two runs on one picture differ by {difference:.2g}, so no frame could be redone"
        raise NetworkRefused(file, reason)
    evidence.found("determinism", "equal", f"two runs on one picture differ by {difference:.2g}")
    return difference


def _broken_pictures(paint: Paint, size: tuple[int, int], evidence: Evidence) -> int:
    """Return how many of five known pictures come back with something that is no number."""
    pictures = {
        "the photo": photo_of(*size),
        "black": flat_of(*size, 0.0),
        "grey": flat_of(*size, 0.5),
        "white": flat_of(*size, 1.0),
        "noise": noise_of(*size),
    }
    broken = [name for name, picture in pictures.items() if not np.isfinite(paint(picture)).all()]
    if broken:
        text = f"It gives NaN or infinity for {', '.join(broken)}; there the plate's pixels stay."
        evidence.warnings.append(text)
    value = f"in {len(broken)} of {len(pictures)}" if broken else "none"
    evidence.found("NaN", value, f"tried on {', '.join(pictures)}")
    return len(broken)


def _write_folder(
    request: ImportRequest,
    network: bytes,
    found: Found,
    styles: tuple[str, ...],
    evidence: Evidence,
    say: Callable[[str], None],
) -> ImportedCard:
    """Fill the folder; return its card. What is measured last is measured through the folder."""
    folder = Path(request.folder)
    (folder / NETWORK).write_bytes(network)
    digest = ""
    if found.painting is not None:
        png = png_of(found.painting)
        digest = hashlib.sha256(png).hexdigest()
        (folder / STYLE_PICTURE).write_bytes(png)
    card = make_card(request, network, found, styles, digest)
    _write_card(folder, card)
    painter = ModelPainter.open(folder)
    if card.local:
        card = _checked_tiles(card, painter, evidence)
        _write_card(folder, card)
        painter = ModelPainter.open(folder)
    say(f"Painting the preview of {len(styles)} style{'' if len(styles) == 1 else 's'}")
    paintings = [painter(photo(), style, 1.0) for style in styles]
    width = photo().shape[1]
    cuts = np.linspace(0, width, len(styles) + 1).astype(int)
    strips = [one[:, a:b] for one, a, b in zip(paintings, cuts[:-1], cuts[1:], strict=True)]
    (folder / PREVIEW).write_bytes(_preview(np.concatenate(strips, axis=1)))
    for slot, painting in zip(card.styles, paintings, strict=True):
        (folder / slot.preview).write_bytes(_preview(painting))
    return card


def _checked_tiles(card: ImportedCard, painter: ModelPainter, evidence: Evidence) -> ImportedCard:
    """Return the card with the difference of a tile to the whole; not local if that is too much."""
    style = card.styles[0].id
    difference = locality.tile_difference(photo(), style, painter, card.halo_px)
    if difference is None:
        evidence.found("tiles", "not measured", f"a halo of {card.halo_px} px leaves no room")
        return card
    evidence.found("tiles", f"{difference:.2g}", "largest difference of a tile to the whole frame")
    gates = NumberTree(card.gates)
    gates["import"] = NumberTree({**card.gates["import"], "tile_max_abs": difference})
    if difference <= _TILE_TOLERANCE or card.imported.is_fixed_size:
        return dataclasses.replace(card, gates=gates)
    evidence.found("local", "no, after all", "tiles do not equal the whole frame")
    return dataclasses.replace(card, gates=gates, local=False)


def _write_card(folder: Path, card: ImportedCard) -> None:
    (folder / CARD_FILE).write_text(card.to_json(), encoding="utf-8")


def _preview(painting: np.ndarray) -> bytes:
    """Return a painting, (H, W, 3) in [0, 1], as a small PNG."""
    small = cv2.resize(painting, PREVIEW_SIZE, interpolation=cv2.INTER_AREA)
    return png_of(np.ascontiguousarray(np.clip(small, 0, 1) * 255 + 0.5, np.uint8))
