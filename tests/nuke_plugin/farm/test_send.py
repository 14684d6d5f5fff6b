"""Promises of sending from Nuke: the worker's command writes the job, and its errors are raised."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from nuke_plugin.contract.errors import FarmModelDiffers, WorkerNotInstalled
from nuke_plugin.contract.farm_job import ANY, FarmModel
from nuke_plugin.farm.script_job import job_of
from nuke_plugin.farm.send import send
from tests.nuke_plugin.comp import Comp


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for a program is a script")
def test_a_job_is_sent(comp: Comp, worker_python: Path, tmp_path: Path) -> None:
    """The bundle stands beside the script, and Deadline's submitter opens where it is installed."""
    node = comp.node()
    comp.save()
    job = job_of([node], ANY)
    told = tmp_path / "told.txt"
    program = tmp_path / "bin" / "deadline"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@" > "{told}"\n', encoding="utf-8")
    program.chmod(0o755)
    environ = {
        **os.environ,
        "IMPASTO_PYTHON": str(worker_python),
        "PATH": os.pathsep.join((str(program.parent), os.environ["PATH"])),
    }
    said = send(job, environ)
    bundle = comp.folder / "impasto" / "farm_comp_v001"
    assert str(bundle) in said
    assert "3 frames" in said
    assert "submitter opens" in said
    assert sorted(file.name for file in bundle.iterdir()) == [
        "asset_references.json",
        "job.json",
        "parameter_values.json",
        "template.json",
    ]


def test_what_the_command_refuses_is_raised(comp: Comp, worker_python: Path) -> None:
    """The same class with the same sentence, and the worker that is not there."""
    node = comp.node()
    comp.save()
    job = job_of([node], ANY)
    other = replace(job, models=(FarmModel("tiny", "0" * 64, "/nowhere/tiny"),))
    environ = {**os.environ, "IMPASTO_PYTHON": str(worker_python)}
    with pytest.raises(FarmModelDiffers, match="it has another file of that name"):
        send(other, environ)
    with pytest.raises(WorkerNotInstalled):
        send(job, {**environ, "IMPASTO_PYTHON": str(comp.folder / "python")})
