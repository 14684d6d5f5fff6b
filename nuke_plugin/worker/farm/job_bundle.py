"""Holds the writing of a job bundle: the folder that engines of Open Job Description take.

``template.json`` says the steps, ``parameter_values.json`` this job's values;
``asset_references.json`` says which files go along to a farm without shared drives and which
folders come back. These names and forms are AWS Deadline Cloud's. The tasks read ``job.json``.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nuke_plugin.contract.errors import NothingToSend, ResultFolderUnwritable, ResultsExist
from nuke_plugin.contract.farm_job import FarmJob
from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.worker.farm.job_template import template_of

TEMPLATE = "template.json"
VALUES = "parameter_values.json"
ASSETS = "asset_references.json"
JOB_FILE = "job.json"

_FILES = frozenset({TEMPLATE, VALUES, ASSETS, JOB_FILE})


@dataclass(frozen=True)
class Bundle:
    """A job bundle on disk."""

    folder: Path
    """The folder."""

    values: dict[str, str]
    """Its parameters' values; ``JobFile`` is relative to the folder."""


@dataclass(frozen=True)
class FarmChoices:
    """What a TD may choose for a job beside what is painted."""

    frames_per_task: int
    """Frames of the first chunks."""

    task_seconds: int
    """How long a task should take, for engines that size chunks; 0 keeps them as they are."""

    impasto: str = "impasto"
    """Impasto's command on the hosts."""

    nuke: str = "nuke"
    """Nuke's program on the hosts."""


def write_bundle(
    job: FarmJob, choices: FarmChoices, folder: Path, is_replaced: bool = True
) -> Bundle:
    """Write the bundle of a job, whole or not at all.

    An earlier bundle there is replaced if ``is_replaced``. Else it stays, because a farm may be at
    work on it and its tasks read it, and the new one's folder is numbered. Raises
    ``NothingToSend``, ``ResultsExist`` for a folder that is to be replaced and holds something
    else, or ``ResultFolderUnwritable``.
    """
    if not len(job.frames):
        raise NothingToSend(job.name, "its range has no frames", "Correct the frame range.")
    values = _values(job, choices)
    contents: dict[str, Any] = {
        TEMPLATE: template_of(job),
        VALUES: {
            "parameterValues": [{"name": name, "value": value} for name, value in values.items()]
        },
        ASSETS: _asset_references(job),
    }
    try:
        if (
            is_replaced
            and folder.exists()
            and not {entry.name for entry in folder.iterdir()} <= _FILES
        ):
            raise ResultsExist(folder, "what is no job bundle")
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            made.chmod(0o755)  # a farm's user reads it too
            for name, content in contents.items():
                text = json.dumps(content, indent=1) + "\n"
                (made / name).write_text(text, encoding="utf-8")
            (made / JOB_FILE).write_text(job.to_json(), encoding="utf-8")
            if is_replaced:
                if folder.exists():
                    shutil.rmtree(folder)
                os.replace(made, folder)
            else:
                folder = _moved_to_free_name(made, folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        if isinstance(error, ResultsExist):
            raise
        raise ResultFolderUnwritable(folder, error.strerror or str(error)) from error
    return Bundle(folder, values)


def _moved_to_free_name(made: Path, folder: Path) -> Path:
    """Move a bundle to the first of ``farm_x``, ``farm_x_2``, ... that is not taken; return it."""
    place, number = folder, 1
    while True:
        if not place.exists():
            try:
                made.rename(place)
                return place
            except OSError:
                if not place.exists():  # else somebody has taken it meanwhile
                    raise
        number += 1
        place = folder.with_name(f"{folder.name}_{number}")


def _values(job: FarmJob, choices: FarmChoices) -> dict[str, str]:
    values = {
        "JobName": job.name[:128],
        "JobFile": JOB_FILE,
        "Frames": chunk_range(job.frames, choices.frames_per_task),
        "FramesPerTask": str(choices.frames_per_task),
        "TaskSeconds": str(choices.task_seconds),
        "Impasto": choices.impasto,
    }
    if job.script is not None:
        values["Nuke"] = choices.nuke
    if job.outputs:
        values["CompFrames"] = chunk_range(job.output_frames, choices.frames_per_task)
    return values


def chunk_range(frames: FrameRange, frames_per_task: int) -> str:
    """Return frames as Open Job Description writes them, gaps filled that are below a chunk.

    Chunks are contiguous, so every second frame would make each frame a task of its own. A task
    leaves out what was not asked for; one with nothing to do ends at once.
    """
    runs: list[list[int]] = []
    for frame in frames:
        if runs and frame - runs[-1][1] <= frames_per_task:
            runs[-1][1] = frame
        else:
            runs.append([frame, frame])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def _asset_references(job: FarmJob) -> dict[str, Any]:
    files: set[str] = set()
    folders = {model.folder for model in job.models}
    results = {_folder(painting.request.results) for painting in job.paintings}
    results |= {_folder(output.pattern) for output in job.outputs}
    if job.script is None:
        for painting in job.paintings:
            files |= set(_files(painting.request.plates, painting.frames))
    else:
        files.add(job.script)
        results |= {_folder(painting.request.plates) for painting in job.paintings}
    for text in job.inputs:
        if os.path.isdir(text):
            folders.add(text)
        else:
            files |= set(_files(text, None))
    config = job.colour_config
    if config is not None and "://" not in config:
        folders.add(_folder(config))  # with the files that it names
    # What was painted before goes along, so that a farm keeps it too.
    for painting in job.paintings:
        files |= set(_files(painting.request.results, painting.frames))
    return {
        "assetReferences": {
            "inputs": {"filenames": sorted(files), "directories": sorted(folders)},
            "outputs": {"directories": sorted(results)},
            "referencedPaths": [],
        }
    }


def _files(pattern: str, frames: FrameRange | None) -> Iterable[str]:
    parsed = FramePattern.parse(pattern)
    existing = parsed.existing_frames()
    wanted = existing if frames is None or not parsed.is_sequence else frames
    on_disk = set(existing)
    return (str(parsed.path(frame)) for frame in wanted if frame in on_disk)


def _folder(pattern: str) -> str:
    return str(FramePattern.parse(pattern).folder)
