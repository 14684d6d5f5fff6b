"""Holds the job of a script's nodes: what *Render* would paint, for other machines to paint.

The farm reads the script from disk, so what is on screen must be what is saved. The fingerprints
are made here and now: frames that the farm paints are fresh where the job was sent from.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Optional

import nuke

from nuke_plugin import frame_states, undo
from nuke_plugin.contract.errors import (
    NodesInChain,
    NothingToSend,
    PatternInvalid,
    ScriptHasChanges,
)
from nuke_plugin.contract.farm_job import FarmJob, FarmModel, FarmOutput, FarmPainting
from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.contract.library import ModelLibrary
from nuke_plugin.contract.output_folder import check_results
from nuke_plugin.contract.version import VERSION
from nuke_plugin.farm.comp_writes import CompWrite, comp_writes
from nuke_plugin.frame_fingerprint import pictures_of
from nuke_plugin.impasto_nodes import claim_results
from nuke_plugin.job_settings import JobSettings
from nuke_plugin.node_parts import RESULT_READ, find_inner
from nuke_plugin.node_settings import settings_of
from nuke_plugin.plate_fingerprint import PlateFingerprint


def job_of(
    nodes: Sequence[nuke.Group],
    device: str,
    frames: Optional[FrameRange] = None,
    environ: Mapping[str, str] = os.environ,
) -> FarmJob:
    """Return the job that paints these nodes, over their own frames or those that are given.

    On the main thread. Raises ``NothingToSend``, ``ScriptHasChanges``, ``NodesInChain``,
    ``FarmOutputUnreachable``, and all that keeps a node from being rendered.
    """
    script = saved_script(nodes)
    if not nodes:
        remedy = "Make one (Nodes > Impasto), or name one that is not disabled."
        raise NothingToSend(script, "it has no Impasto node to render", remedy)
    settings = {node: settings_of(node, frames) for node in nodes}
    plates = {node: PlateFingerprint.above(node) for node in nodes}
    _check_no_chain(plates)
    paintings = tuple(
        painting for node in nodes for painting in _paintings(settings[node], plates[node])
    )
    if not any(len(painting.frames) for painting in paintings):
        raise NothingToSend(script, "its nodes ask for no frame", "Correct Frame range.")
    names = tuple(node.fullName() for node in nodes)
    wanted = FrameRange.from_frames(frame for each in settings.values() for frame in each.frames)
    writes = [write for write in comp_writes(nodes) if len(write.frames(wanted))]
    host = socket.gethostname()
    check_results(paintings, host)
    for write in writes:
        write.check_folders(host)
    config = environ.get("OCIO")
    return FarmJob(
        impasto=VERSION,
        name=Path(script).stem,
        script=script,
        nodes=names,
        paintings=paintings,
        models=tuple(_models(paintings, environ)),
        outputs=tuple(_outputs(writes, wanted)),
        inputs=tuple(sorted(_inputs(plates, writes))),
        device=device,
        colour_config=os.path.abspath(config) if config and "://" not in config else config,
        keep_going=False,
        largest_px=(
            max(int(node.width()) for node in nodes),
            max(int(node.height()) for node in nodes),
        ),
    )


def saved_script(nodes: Sequence[nuke.Group]) -> str:
    """Return the script's file, which holds what is on screen; else ``ScriptHasChanges``.

    Nodes whose results other nodes write too get files of their own, as when *Render* is pressed;
    that is a change as well.
    """
    script = str(nuke.root()["name"].value()).replace("\\", "/")
    if not script or not os.path.isfile(script):
        raise ScriptHasChanges("")
    is_changed = bool(nuke.modified())
    before = [_result_text(node) for node in nodes]
    with undo.not_recorded():
        for node in nodes:
            claim_results(node)
    # To set a knob to what it holds is no change, though Nuke may count it as one.
    has_claimed = before != [_result_text(node) for node in nodes]
    if nuke.GUI and (is_changed or has_claimed):
        raise ScriptHasChanges(script)
    if nuke.GUI:
        nuke.modified(False)
    return os.path.abspath(script).replace("\\", "/")


def _result_text(node: nuke.Group) -> str:
    read = find_inner(node, RESULT_READ)
    return "" if read is None else str(read["file"].value())


def _check_no_chain(plates: Mapping[nuke.Group, PlateFingerprint]) -> None:
    """Raise ``NodesInChain`` where a node shows what another one of the job has still to paint."""
    for node, plate in plates.items():
        for other in plates:
            if other is node or other.fullName() not in plate.node_names:
                continue
            if len(frame_states.of(other).to_render):
                raise NodesInChain(node.fullName(), other.fullName())


def _paintings(settings: JobSettings, plate: PlateFingerprint) -> Iterator[FarmPainting]:
    pictures = list(pictures_of(settings))
    for request in settings.requests():
        of_request = [
            picture
            for picture in pictures
            if (picture.request.results, picture.request.frames)
            == (request.results, request.frames)
        ]
        fingerprints = {
            str(picture.frame): picture.fingerprint(plate.at(picture.frame, picture.view))
            for picture in of_request
        }
        marked = replace(request, fingerprints=fingerprints)
        yield FarmPainting(settings.node_name, marked, of_request[0].settings_digest)


def _models(paintings: Sequence[FarmPainting], environ: Mapping[str, str]) -> Iterator[FarmModel]:
    library = ModelLibrary.from_environment(environ)
    for model in dict.fromkeys(painting.request.model for painting in paintings):
        installed = library.find_any(model)
        yield FarmModel(model, installed.card.network.sha256, _slashed(installed.folder))


def _outputs(writes: Sequence[CompWrite], frames: FrameRange) -> Iterator[FarmOutput]:
    for write in writes:
        wanted = write.frames(frames)
        for pattern in write.patterns():
            yield FarmOutput(write.name, pattern, wanted.to_text())


def _inputs(
    plates: Mapping[nuke.Group, PlateFingerprint], writes: Sequence[CompWrite]
) -> Iterator[str]:
    """Yield what the plates and the comp are made from and is on disk: for farms that upload it."""
    walks = [*plates.values(), *(PlateFingerprint(write.node.input(0)) for write in writes)]
    found = {path for walk in walks for view in nuke.views() for path in walk.file_patterns(view)}
    for path in found:
        if os.path.isdir(path):
            yield path
            continue
        try:
            if len(FramePattern.parse(path).existing_frames()):
                yield path
        except PatternInvalid:
            continue  # what only Nuke reads as a file name


def _slashed(path: Path) -> str:
    return str(path).replace("\\", "/")
