"""Promises of a job with an effect: cut, kept, looked at and measured as a style's is."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from nuke_plugin.contract.effect_request import EffectMoment, RenderEffect
from nuke_plugin.contract.execution_settings import ExecutionSettings
from nuke_plugin.contract.farm_job import ANY, FarmJob, FarmModel, FarmPainting
from nuke_plugin.contract.version import VERSION
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.farm.cost import seconds_a_frame
from nuke_plugin.worker.farm.host import Host
from nuke_plugin.worker.farm.tasks import CHECK, PAINT, VERIFY, Task
from tests.exr_files import read_exr, write_exr
from tests.tiny_effect import write_tiny_effect

FRAMES = (1001, 1002, 1003)


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FarmJob:
    """The job of three small mattes, alpha alone, as Nuke writes them."""
    monkeypatch.delenv("OCIO", raising=False)
    installed = write_tiny_effect(tmp_path / "models")
    monkeypatch.setenv("IMPASTO_MODELS", str(tmp_path / "models"))
    (tmp_path / "plates").mkdir()
    for frame in FRAMES:
        matte = np.zeros((36, 48), np.float16)
        matte[-12:-6, 8:30] = 1
        write_exr(tmp_path / "plates" / f"m.{frame}.exr", {"A": matte})
    request = RenderEffect(
        id=0,
        plates=str(tmp_path / "plates" / "m.%04d.exr"),
        results=str(tmp_path / "fire" / "f.%04d.exr"),
        frames="1001-1003",
        model=installed.card.id,
        channel="A",
        seed=1,
        scale=1.0,
        intensity=1.0,
        controls={"wind": 0.5},
        moments={str(frame): EffectMoment(float(frame), 0.5 * frame) for frame in FRAMES},
        loop=None,
        colorspace=None,
        keep_going=False,
        overwrite=True,
        execution=ExecutionSettings(use_gpu=False),
        fingerprints={str(frame): f"{frame:064x}" for frame in FRAMES},
    )
    return FarmJob(
        impasto=VERSION,
        name="fire",
        script=None,
        nodes=(),
        paintings=(FarmPainting("ImpastoEffect1", request, f"{FRAMES[0]:064x}"[:32]),),
        models=(
            FarmModel(installed.card.id, installed.card.network.sha256, str(installed.folder)),
        ),
        outputs=(),
        inputs=(),
        device=ANY,
        colour_config=None,
        keep_going=False,
        largest_px=(48, 36),
    )


def run(job: FarmJob, folder: Path, name: str, frames: str | None = None) -> int:
    """Do a task of the job in this process; return its exit code."""
    file = folder / "job.json"
    file.write_text(job.to_json(), encoding="utf-8")
    return Task(name, file, frames, None, "nuke").run()


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    """Return what was said last."""
    return capsys.readouterr().out.splitlines()[-1]


def test_chunks_are_made_kept_and_looked_at(
    job: FarmJob, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two chunks make the range, a second run makes nothing, and the last look finds the wrong."""
    assert run(job, tmp_path, CHECK) == 0
    assert run(job, tmp_path, PAINT, "1001-1002") == 0
    assert "2 of 2 frames painted" in capsys.readouterr().out
    assert run(job, tmp_path, PAINT) == 0
    assert "1 of 3 frames painted, 2 kept" in capsys.readouterr().out
    results = tmp_path / "fire"
    part = read_exr(results / "f.1002.exr")
    assert part.channels["fire.temperature"].max() > 0.05
    assert run(job, tmp_path, VERIFY) == 0
    assert last_line(capsys) == "openjd_status: 3 frames read back, all as they must be"

    (results / "f.1001.exr").unlink()
    os.replace(results / "f.1003.exr", results / "f.1002.exr")
    assert run(job, tmp_path, VERIFY) == 1
    said = last_line(capsys)
    assert "1001,1003 of" in said
    assert "missing" in said
    assert "1002 of" in said
    assert "painted with other settings" in said


def test_a_result_of_another_size_than_its_matte_is_found(
    job: FarmJob, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A matte that was replaced by a larger one after the making is told; one that is gone not."""
    assert run(job, tmp_path, PAINT) == 0
    write_exr(tmp_path / "plates" / "m.1002.exr", {"A": np.zeros((40, 48), np.float16)})
    (tmp_path / "plates" / "m.1003.exr").unlink()
    assert run(job, tmp_path, VERIFY) == 1
    assert "of another size than its plate" in last_line(capsys)


def test_a_host_without_the_effect_is_refused(
    job: FarmJob,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An effect of the same name with another network is another model."""
    home = tmp_path / "models" / "tiny_fire"
    home.rename(tmp_path / "away")
    other = write_tiny_effect(tmp_path / "others", "smoke", "tiny_fire")
    monkeypatch.setenv("IMPASTO_MODELS", str(other.folder.parent))
    assert run(job, tmp_path, CHECK) == 2
    assert "tiny_fire" in last_line(capsys)


def test_a_frame_is_measured_without_its_matte(job: FarmJob, tmp_path: Path) -> None:
    """What a frame costs is measured on noise where Nuke has still to write the mattes."""
    for matte in (tmp_path / "plates").iterdir():
        matte.unlink()
    host = Host.fit_for(job, os.environ, "here")
    assert seconds_a_frame(job, host.studio, Cancellation()) > 0
    assert not (tmp_path / "fire").exists()
