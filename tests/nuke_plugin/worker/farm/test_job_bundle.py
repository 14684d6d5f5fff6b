"""Promises of a bundle: engines read it, it names what must travel, it is whole or not there."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openjd.model import create_job, decode_job_template, preprocess_job_parameters

from nuke_plugin.contract.errors import NothingToSend, ResultFolderUnwritable, ResultsExist
from nuke_plugin.contract.farm_job import GPU, FarmJob, FarmOutput
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.worker.farm.job_bundle import (
    ASSETS,
    JOB_FILE,
    TEMPLATE,
    VALUES,
    FarmChoices,
    chunk_range,
    write_bundle,
)
from tests.nuke_plugin.worker.farm.conftest import FRAMES, Shot

CHOICES = FarmChoices(frames_per_task=2, task_seconds=300)


def read(file: Path) -> Any:
    """Return what a file of a bundle holds."""
    return json.loads(file.read_text(encoding="utf-8"))


def script_job(shot: Shot) -> FarmJob:
    """Return the job of a script with one node and a Write, for hosts with a GPU."""
    painting = replace(shot.job.paintings[0], node="ImpastoStyle1")
    output = FarmOutput("Write1", str(shot.folder / "comp" / "c.%04d.exr"), "1001-1003")
    return replace(
        shot.job,
        script=str(shot.folder / "comp.nk"),
        nodes=("ImpastoStyle1",),
        paintings=(painting,),
        outputs=(output,),
        inputs=(shot.settings.plates, str(shot.folder / "plates")),
        device=GPU,
        colour_config=str(shot.folder / "ocio" / "config.ocio"),
    )


@pytest.mark.parametrize("is_script", [False, True])
def test_an_engine_reads_it(shot: Shot, tmp_path: Path, is_script: bool) -> None:
    """The model of Open Job Description takes template and values, and cuts contiguous chunks."""
    bundle = write_bundle(script_job(shot) if is_script else shot.job, CHOICES, tmp_path / "b")
    template = decode_job_template(
        template=read(bundle.folder / TEMPLATE), supported_extensions=["TASK_CHUNKING"]
    )
    given = {
        value["name"]: value["value"] for value in read(bundle.folder / VALUES)["parameterValues"]
    }
    values = preprocess_job_parameters(
        job_template=template,
        job_parameter_values=given,
        job_template_dir=bundle.folder,
        current_working_dir=bundle.folder,
    )
    job = create_job(job_template=template, job_parameter_values=values)
    names = [step.name for step in job.steps]
    assert names == (["Plates", "Paint", "Comp", "Verify"] if is_script else ["Paint", "Verify"])
    for step, before in zip(job.steps[1:], names, strict=False):
        assert [known.dependsOn for known in step.dependencies or ()] == [before]
    paint = job.steps[names.index("Paint")]
    chunks = paint.parameterSpace.taskParameterDefinitions["Frame"].chunks
    assert (chunks.defaultTaskCount, chunks.targetRuntimeSeconds) == (2, 300)
    assert chunks.rangeConstraint.value == "CONTIGUOUS"
    needs = paint.hostRequirements
    assert (needs is not None) == is_script
    assert not is_script or needs.amounts[0].name == "amount.worker.gpu"
    assert Path(values["JobFile"].value) == bundle.folder / JOB_FILE


def test_what_must_travel_is_named(shot: Shot, tmp_path: Path) -> None:
    """Plates, the model's folder, the script, its files and the colours go; results come back."""
    (shot.folder / "ocio").mkdir()
    inputs = read(write_bundle(shot.job, CHOICES, tmp_path / "a").folder / ASSETS)[
        "assetReferences"
    ]
    assert inputs["inputs"]["filenames"] == [str(shot.plate(frame)) for frame in FRAMES]
    assert inputs["inputs"]["directories"] == [shot.job.models[0].folder]
    assert inputs["outputs"]["directories"] == [str(shot.result(1001).parent)]

    job = script_job(shot)
    found = read(write_bundle(job, CHOICES, tmp_path / "b").folder / ASSETS)["assetReferences"]
    files, folders = found["inputs"]["filenames"], found["inputs"]["directories"]
    assert set(files) == {job.script, *(str(shot.plate(frame)) for frame in FRAMES)}
    assert set(folders) == {
        job.models[0].folder,
        str(shot.folder / "plates"),
        str(shot.folder / "ocio"),
    }
    outputs = [str(shot.folder / name) for name in ("comp", "painted", "plates")]
    assert found["outputs"]["directories"] == outputs


@pytest.mark.parametrize(
    ("frames", "per_task", "written"),
    [
        ("1001-1003", 10, "1001-1003"),
        ("1001-1009x2", 10, "1001-1009"),
        ("1,2,30", 10, "1-2,30"),
        ("5", 10, "5"),
        ("-2-1", 10, "-2-1"),
    ],
)
def test_frames_are_cut_into_contiguous_runs(frames: str, per_task: int, written: str) -> None:
    """Small gaps are filled, since a step would make each frame a task; large ones stay."""
    assert chunk_range(FrameRange.parse(frames), per_task) == written


def test_a_bundle_replaces_an_older_one_only(shot: Shot, tmp_path: Path) -> None:
    """Another folder of the user's is left as it is; nothing half-written stays behind."""
    folder = tmp_path / "b"
    write_bundle(shot.job, CHOICES, folder)
    write_bundle(shot.job, replace(CHOICES, frames_per_task=3), folder)
    assert {"name": "FramesPerTask", "value": "3"} in read(folder / VALUES)["parameterValues"]
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ResultsExist):
        write_bundle(shot.job, CHOICES, folder)
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ResultFolderUnwritable):
        write_bundle(shot.job, CHOICES, tmp_path / "file" / "b")
    assert sorted(os.listdir(tmp_path)) == ["b", "file", "show été"]


def test_a_job_that_was_sent_stays(shot: Shot, tmp_path: Path) -> None:
    """Unless it is to replace one, a bundle gets a number, also of those made at the same time."""
    folder = tmp_path / "b"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    with ThreadPoolExecutor(4) as senders:
        made = list(
            senders.map(
                lambda count: write_bundle(
                    shot.job, replace(CHOICES, frames_per_task=count), folder, is_replaced=False
                ),
                range(1, 5),
            )
        )
    assert sorted(bundle.folder.name for bundle in made) == ["b_2", "b_3", "b_4", "b_5"]
    for bundle in made:
        kept = read(bundle.folder / VALUES)["parameterValues"]
        assert {"name": "FramesPerTask", "value": bundle.values["FramesPerTask"]} in kept
    assert len(os.listdir(tmp_path)) == 6  # with the shot; nothing half-written


def test_a_job_without_frames_is_none(shot: Shot, tmp_path: Path) -> None:
    """There is nothing to send, and no folder is made."""
    with pytest.raises(NothingToSend, match="no frames"):
        write_bundle(replace(shot.job, paintings=()), CHOICES, tmp_path / "b")
    assert not (tmp_path / "b").exists()
