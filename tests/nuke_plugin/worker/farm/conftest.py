"""Gives the tests of the farm a shot with its job, and what a host of the farm has installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from nuke_plugin.contract.farm_job import ANY, CPU, FarmJob
from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.contract.library import ModelLibrary
from nuke_plugin.worker.colour import ColourConfig
from nuke_plugin.worker.farm.plates_job import plates_job
from nuke_plugin.worker.pipeline import RenderSettings, Studio
from nuke_plugin.worker.shot import DemoShot
from tests.exr_files import bits, half_rgba, read_exr, write_exr
from tests.tiny_model import ENDLESS_ABOVE_PX, write_endless_model

ROOT = Path(__file__).resolve().parents[4]
FRAMES = (1001, 1002, 1003)
PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Shot:
    """A small shot, its job, and the files of both."""

    folder: Path
    settings: RenderSettings
    job: FarmJob

    @property
    def job_file(self) -> Path:
        """The job's file, written as the job is."""
        file = self.folder / "job.json"
        file.write_text(self.job.to_json(), encoding="utf-8")
        return file

    def plate(self, frame: int) -> Path:
        """Return a plate's file."""
        return Path(self.settings.plates % frame)

    def result(self, frame: int) -> Path:
        """Return a result's file."""
        return Path(self.settings.results % frame)


@pytest.fixture(scope="session")
def shipped_plates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the first frames of the shipped shot, small."""
    folder = tmp_path_factory.mktemp("shipped")
    pattern = FramePattern.parse(str(folder / "plate.%04d.exr"))
    DemoShot(64, 36).write(pattern, FrameRange(FRAMES))
    return folder


@pytest.fixture
def shot(
    tmp_path: Path, shipped_plates: Path, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> Shot:
    """Three small plates, the tiny model on the host, and the job that paints them."""
    monkeypatch.delenv("OCIO", raising=False)
    folder = tmp_path / "show été" / "shot 010"
    shutil.copytree(shipped_plates, folder / "plates")
    settings = RenderSettings(
        plates=str(folder / "plates" / "plate.%04d.exr"),
        results=str(folder / "painted" / "painted.%04d.exr"),
        model="tiny",
        styles={"warm": 1.0},
    )
    monkeypatch.setenv("IMPASTO_MODELS", str(studio.library.places[0]))
    return Shot(folder, settings, plates_job(settings, studio, ANY, {}))


@pytest.fixture
def endless(shot: Shot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shot:
    """The shot with a model that never ends the second frame, which is too wide for it."""
    model = write_endless_model(tmp_path / "models")
    library = ModelLibrary((model.folder.parent,))
    monkeypatch.setenv("IMPASTO_MODELS", str(model.folder.parent))
    write_exr(shot.plate(1002), half_rgba(ENDLESS_ABOVE_PX + 8, 4, seed=1002))
    studio = Studio(library, ColourConfig.from_environment({}))
    settings = replace(shot.settings, model="endless")
    return replace(shot, settings=settings, job=plates_job(settings, studio, CPU, {}))


def wait_for(file: Path, task: subprocess.Popen[str]) -> None:
    """Return when a file is there; fail when the task has ended without it."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not file.exists():
        assert task.poll() is None, task.communicate()[0]
        assert time.monotonic() < until
        time.sleep(0.05)


def farm_task(*arguments: str, environ: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """Start a task as an engine does, in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "nuke_plugin.worker.cli", "farm-task", *arguments],
        cwd=ROOT,
        env={**os.environ, **(environ or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )


def openjd(*arguments: str) -> subprocess.Popen[str]:
    """Start the real engine."""
    program = Path(sysconfig.get_path("scripts")) / "openjd"
    return subprocess.Popen(
        [str(program), "run", *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )


def contents(folder: Path) -> dict[str, tuple[str, dict[str, bytes]]]:
    """Return of each EXR its header, but for the time it was written, and its channels' bits."""
    found = {}
    for file in sorted(folder.glob("*.exr")):
        part = read_exr(file)
        header = {key: value for key, value in part.header.items() if key != "capDate"}
        channels = {key: bits(value).tobytes() for key, value in part.channels.items()}
        found[file.name] = (str(header), channels)
    return found
