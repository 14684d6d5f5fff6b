"""Promises of what a host must have: the job's very model, sent along or installed, and colours."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from nuke_plugin.contract.errors import ColourConfigInvalid, FarmModelDiffers, ModelFileMismatch
from nuke_plugin.contract.farm_job import FarmModel
from nuke_plugin.worker.colour import BUILT_IN_CONFIG
from nuke_plugin.worker.farm.host import Host
from nuke_plugin.worker.farm.task_lines import TaskLines
from tests.nuke_plugin.worker.farm.conftest import Shot
from tests.tiny_model import write_tiny_model


def test_the_very_model_is_found(shot: Shot, tmp_path: Path) -> None:
    """A namesake that is installed first is passed over; the one that was sent along is taken."""
    write_tiny_model(tmp_path / "other", channels=4)
    environ = {"IMPASTO_MODELS": str(tmp_path / "other")}
    host = Host.fit_for(shot.job, environ, "node7")
    found = host.studio("tiny").library.find("tiny")
    assert found.card.network.sha256 == shot.job.models[0].sha256
    assert found.folder == Path(shot.job.models[0].folder)

    moved = FarmModel("tiny", shot.job.models[0].sha256, "/gone/tiny")
    environ = {"IMPASTO_MODELS": str(Path(shot.job.models[0].folder).parent)}
    Host.fit_for(replace(shot.job, models=(moved,)), environ, "node7")


def test_another_file_of_the_name_is_refused(shot: Shot, tmp_path: Path) -> None:
    """Host, hashes and places are said."""
    other = write_tiny_model(tmp_path / "other", channels=4)
    moved = FarmModel("tiny", shot.job.models[0].sha256, "/gone/tiny")
    with pytest.raises(FarmModelDiffers) as raised:
        Host.fit_for(
            replace(shot.job, models=(moved,)), {"IMPASTO_MODELS": str(tmp_path / "other")}, "node7"
        )
    for text in ("node7", moved.sha256[:12], other.card.network.sha256[:12], str(tmp_path)):
        assert text in raised.value.message


def test_a_model_that_was_damaged_on_the_way(shot: Shot, tmp_path: Path) -> None:
    """The card says the right hash and the file is another: found before the first frame."""
    folder = tmp_path / "sent" / "tiny"
    shutil.copytree(shot.job.models[0].folder, folder)
    network = bytearray((folder / "model.onnx").read_bytes())
    network[-1] ^= 1
    (folder / "model.onnx").write_bytes(network)
    sent = FarmModel("tiny", shot.job.models[0].sha256, str(folder))
    with pytest.raises(ModelFileMismatch):
        Host.fit_for(replace(shot.job, models=(sent,)), {}, "node7")


def test_the_colours_are_the_jobs(shot: Shot) -> None:
    """A config that is not there is an error; the host's own $OCIO counts for nothing."""
    with pytest.raises(ColourConfigInvalid, match=r"config\.ocio"):
        Host.fit_for(replace(shot.job, colour_config="/gone/config.ocio"), {}, "node7")
    host = Host.fit_for(shot.job, {"OCIO": "/gone/config.ocio"}, "node7")
    assert host.colours.name == BUILT_IN_CONFIG


def test_lines_stay_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """A sentence of several lines is one line to the engine; progress never goes back."""
    lines = TaskLines()
    lines.fail("It ended.\n\n  No licence.\n")
    lines.progress(1, 3)
    lines.progress(1, 4)
    lines.warn(7, "dark")
    assert capsys.readouterr().out.splitlines() == [
        "openjd_fail: It ended. | No licence.",
        "openjd_progress: 33.3",
        "Warning: frame 7: dark",
    ]
