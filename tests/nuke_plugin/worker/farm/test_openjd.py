"""Promises of a job in a real engine of Open Job Description, over plates that are there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from nuke_plugin.contract.farm_job import FarmModel
from nuke_plugin.worker.farm.engines import own_command
from nuke_plugin.worker.farm.job_bundle import JOB_FILE, TEMPLATE, Bundle, FarmChoices, write_bundle
from nuke_plugin.worker.pipeline import Studio, render
from tests.exr_files import half_rgba, write_exr
from tests.nuke_plugin.worker.farm.conftest import (
    FRAMES,
    PATIENCE_SECONDS,
    Shot,
    contents,
    openjd,
    wait_for,
)

if sys.platform == "win32":
    pytest.skip("openjd needs rights that a test has not", allow_module_level=True)

CONFIG = """
ocio_profile_version: 1
roles:
  default: linear
  scene_linear: linear
displays:
  default:
    - !<View> {name: None, colorspace: linear}
colorspaces:
  - !<ColorSpace>
    name: linear
  - !<ColorSpace>
    name: sRGB
    to_reference: !<ExponentTransform> {value: [2.2, 2.2, 2.2, 1]}
  - !<ColorSpace>
    name: twice
    to_reference: !<MatrixTransform> {matrix: [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1]}
"""
"""A config with a space that no other one has."""


def started(bundle: Bundle, *arguments: str) -> subprocess.Popen[str]:
    """Start the engine on a bundle."""
    values = {**bundle.values, "JobFile": str(bundle.folder / JOB_FILE)}
    return openjd(str(bundle.folder / TEMPLATE), "--job-param", json.dumps(values), *arguments)


def end_of(engine: subprocess.Popen[str]) -> str:
    """Return all an engine printed, exit code first, when it has ended."""
    said = engine.communicate(timeout=PATIENCE_SECONDS)[0]
    return f"exit code {engine.returncode}\n{said}"


def run_bundle(bundle: Bundle, *arguments: str) -> str:
    """Run a bundle in the engine and return all it printed, exit code first."""
    return end_of(started(bundle, *arguments))


def test_chunks_of_two_sizes_in_any_order_give_the_same_frames(
    shot: Shot, studio: Studio, tmp_path: Path
) -> None:
    """All steps run; chunks cut and ordered in two ways equal a render without a farm."""
    plain = replace(shot.settings, results=str(tmp_path / "plain" / "painted.%04d.exr"))
    render(replace(plain, marks_frames=True), studio)
    choices = FarmChoices(2, 0, impasto=own_command())
    bundle = write_bundle(shot.job, choices, tmp_path / "bundle")
    said = run_bundle(bundle)

    assert said.startswith("exit code 0\n"), said
    assert "Frame(CHUNK[INT]) = 1001-1002" in said
    assert "openjd_status: 2 of 2 frames painted" in said
    assert "openjd_status: 3 frames read back, all as they must be" in said
    assert contents(shot.result(1001).parent) == contents(tmp_path / "plain")
    assert len(contents(tmp_path / "plain")) == len(FRAMES)

    shutil.rmtree(shot.result(1001).parent)
    shuffled = json.dumps([{"Frame": "1002-1003"}, {"Frame": "1001-1001"}])
    said = run_bundle(bundle, "--step", "Paint", "--tasks", shuffled)
    assert said.startswith("exit code 0\n"), said
    assert said.index("frame 1003, 2 of 2") < said.index("frame 1001, 1 of 1")
    assert contents(shot.result(1001).parent) == contents(tmp_path / "plain")


def test_a_chunk_that_is_stopped_is_run_again_by_two_at_once(endless: Shot, tmp_path: Path) -> None:
    """The engine ends a chunk half-way; two engines that take it up share what is left of it."""
    shot = endless
    bundle = write_bundle(shot.job, FarmChoices(3, 0, impasto=own_command()), tmp_path / "bundle")
    engine = started(bundle, "--step", "Paint")
    wait_for(shot.result(1001), engine)
    engine.terminate()
    said = end_of(engine)
    assert not said.startswith("exit code 0\n")
    assert "openjd_fail: Cancelled: 1 frame had been written" in said
    assert [file.name for file in shot.result(1001).parent.iterdir()] == ["painted.1001.exr"]
    stamp = shot.result(1001).stat().st_mtime_ns

    write_exr(shot.plate(1002), half_rgba(64, 36, seed=1002))
    both = [end_of(engine) for engine in [started(bundle, "--step", "Paint") for _ in range(2)]]
    assert all(said.startswith("exit code 0\n") for said in both), both
    painted = [int(count) for said in both for count in re.findall(r"(\d) of 3 frames p", said)]
    assert (len(painted), sum(painted)) == (2, 2)
    assert shot.result(1001).stat().st_mtime_ns == stamp
    names = sorted(file.name for file in shot.result(1001).parent.iterdir())
    assert names == [f"painted.{frame}.exr" for frame in FRAMES]


def test_paths_of_a_foreign_root_are_mapped(shot: Shot, tmp_path: Path) -> None:
    """Plates, results, the model and the colour config are found where this host has them."""
    foreign = "X:\\show"
    config = shot.folder / "config.ocio"
    config.write_text(CONFIG, encoding="utf-8")
    models = Path(shot.job.models[0].folder)
    shutil.copytree(models, shot.folder / "models" / "tiny")
    painting = shot.job.paintings[0]
    request = replace(
        painting.request,
        plates=f"{foreign}\\plates\\plate.%04d.exr",
        results=f"{foreign}\\painted\\painted.%04d.exr",
        colorspace="twice",
    )
    job = replace(
        shot.job,
        paintings=(replace(painting, request=request),),
        models=(FarmModel("tiny", shot.job.models[0].sha256, f"{foreign}\\models\\tiny"),),
        colour_config=f"{foreign}\\config.ocio",
    )
    choices = FarmChoices(3, 0, impasto=own_command())
    bundle = write_bundle(job, choices, tmp_path / "bundle")
    rule = {
        "source_path_format": "WINDOWS",
        "source_path": foreign,
        "destination_path": str(shot.folder),
    }
    rules = {"version": "pathmapping-1.0", "path_mapping_rules": [rule]}
    said = run_bundle(bundle, "--step", "Paint", "--path-mapping-rules", json.dumps(rules))

    assert said.startswith("exit code 0\n"), said
    assert sorted(contents(shot.folder / "painted")) == [f"painted.{f}.exr" for f in FRAMES]


def test_what_is_wrong_with_a_host_is_said_before_the_first_chunk(
    shot: Shot, tmp_path: Path
) -> None:
    """A model that is not there ends the session in its check, with the sentence, and no frame."""
    wanted = FarmModel("tiny", "0" * 64, "/nowhere/tiny")
    job = replace(shot.job, models=(wanted,))
    bundle = write_bundle(job, FarmChoices(3, 0, impasto=own_command()), tmp_path / "bundle")
    said = run_bundle(bundle, "--step", "Paint")

    assert not said.startswith("exit code 0\n")
    assert "exited with code: 2" in said
    assert "openjd_fail: The host " in said
    assert "cannot paint with the model 'tiny'" in said
    assert "it has another file of that name" in said
    assert "Frame(CHUNK[INT])" not in said
    assert not contents(shot.result(1001).parent)


def test_a_task_that_fails_fails_the_job(shot: Shot, tmp_path: Path) -> None:
    """A plate that cannot be read is a fault worth another try, said with its file."""
    shot.plate(1002).write_bytes(b"no picture")
    bundle = write_bundle(shot.job, FarmChoices(3, 0, impasto=own_command()), tmp_path / "bundle")
    said = run_bundle(bundle, "--step", "Paint")

    assert not said.startswith("exit code 0\n")
    assert f"openjd_fail: The plate {shot.plate(1002)} cannot be read" in said
    assert "exited with code: 1" in said
