"""Tests of the bench: its figures follow from one another, and its errors are a user's."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from nuke_plugin.contract.errors import StyleNotFound, WorkerDied
from nuke_plugin.contract.library import InstalledModel
from nuke_plugin.contract.strict_json import NumberTree
from nuke_plugin.worker.bench import measurement
from nuke_plugin.worker.bench.command import bench_lines, size_of
from nuke_plugin.worker.bench.measurement import BenchReport, SizeReport
from nuke_plugin.worker.bench.plate import write_plate
from nuke_plugin.worker.cli import app
from nuke_plugin.worker.pipeline import STAGES
from tests.exr_files import read_exr
from tests.tiny_model import write_tiny_model


@pytest.fixture
def counted_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> InstalledModel:
    """The small model, alone, with a card that says what a pixel costs."""
    installed = write_tiny_model(tmp_path / "models")
    card = replace(installed.card, gates=NumberTree(kmac_per_pixel=0.25))
    (installed.folder / "card.json").write_text(card.to_json(), encoding="utf-8")
    monkeypatch.setenv("IMPASTO_MODELS", str(tmp_path / "models"))
    monkeypatch.delenv("OCIO", raising=False)
    monkeypatch.setattr(measurement, "SQUARE", (64, 64, 64))
    monkeypatch.setattr(measurement, "worker_ready_seconds", lambda: 0.5)
    return InstalledModel(installed.folder, card)


@pytest.mark.usefixtures("counted_model")
def test_json_holds_figures_that_follow_from_one_another(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Ratio, rate and floor are worked out of the seconds, counts and bytes beside them."""
    arguments = ["bench", "--model", "tiny", "--size", "96x64", "--frames", "10", "--json"]
    answer = CliRunner().invoke(app, arguments)
    assert answer.exit_code == 0, answer.output
    report = json.loads(capfd.readouterr().out)
    assert (report["model"], report["style"], report["ready_seconds"]) == ("tiny", "Warm", 0.5)
    (size,) = report["sizes"]
    assert (size["width"], size["height"], size["frames"], size["windows"]) == (96, 64, 10, 1)
    assert set(size["stages"]) == set(STAGES)
    assert all(seconds > 0 for seconds in size["stages"].values())
    ratio = size["seconds_per_frame"] / size["network_seconds"]
    assert size["network_ratio"] == pytest.approx(ratio)
    rate = 96 * 64 / 1e6 / size["seconds_per_frame"]
    assert size["megapixels_per_second"] == pytest.approx(rate)
    gmac = 0.25 * size["network_width"] * size["network_height"] / 1e6
    assert size["gmac"] == pytest.approx(gmac)
    floor = gmac / report["gemm_gmac_per_second"]
    assert size["floor_share"] == pytest.approx(floor / size["network_seconds"])
    assert size["peak_rss_mb"] >= size["settled_rss_mb"] > 50
    assert size["estimated_rss_mb"] > 100


@pytest.fixture
def report() -> BenchReport:
    """A report whose figures are known."""
    size = SizeReport(
        width=1920,
        height=1080,
        frames=12,
        provider="CPUExecutionProvider",
        network_width=1984,
        network_height=1144,
        windows=1,
        stages={"read": 0.07, "colour": 0.1, "network": 5.0, "write": 0.12},
        seconds_per_frame=5.5,
        megapixels_per_second=0.377,
        network_seconds=5.0,
        network_processor_seconds=9.5,
        network_ratio=1.1,
        gmac=156.8,
        floor_seconds=4.0,
        floor_share=0.8,
        floor_processor_share=0.85,
        peak_rss_mb=1801.0,
        settled_rss_mb=1800.0,
        estimated_rss_mb=2000.0,
    )
    return BenchReport("0.1.0", "x86_64", 2, 0.1, "1.32.0", "full", "Warm", 1.5, 40.0, (size,))


def test_a_person_reads_every_figure(report: BenchReport) -> None:
    """Stages, ratio, floor and memory stand in the lines; what is not known is left out."""
    text = "\n".join(bench_lines(report))
    for told in ("40.0 GMAC/s", "1.50 s", "network 5.000", "1.100", "156.8", "80%", "1801 MB"):
        assert told in text
    assert "1800 at frame 10" in text
    unknown = replace(
        report.sizes[0], gmac=None, floor_share=None, floor_seconds=None, settled_rss_mb=None
    )
    text = "\n".join(bench_lines(replace(report, sizes=(unknown,))))
    assert "floor" not in text
    assert "GMAC\n" not in text
    assert "frame 10" not in text


@pytest.mark.parametrize("size", ["96", "0x64", "96x", "axb"])
def test_what_is_no_size_is_refused(size: str, counted_model: InstalledModel) -> None:
    """The text that was found and what a size looks like stand in the sentence, exit code 2."""
    answer = CliRunner().invoke(app, ["bench", "--size", size])
    assert answer.exit_code == 2
    assert f"{size!r} is not a width and height" in answer.stderr
    assert size_of("1x1") == (1, 1)


def test_the_renders_own_error_is_the_benchs() -> None:
    """What the command in the other process could not do is told as it told it."""
    command = [*measurement._COMMAND, "plate.exr", "out.exr", "--style", "nothing", "--json"]
    with pytest.raises(StyleNotFound, match="nothing"):
        measurement._rendered(command)


def test_a_render_that_dies_is_told(tmp_path: Path) -> None:
    """A process that answers nothing is a worker that ended, with what it printed last."""
    command = [measurement.sys.executable, "-c", "raise SystemExit('the roof is on fire')"]
    with pytest.raises(WorkerDied, match="the roof is on fire"):
        measurement._rendered(command)


@pytest.mark.parametrize(("width", "height"), [(1, 1), (40, 600)])
def test_the_plate_has_grain_a_sun_and_an_alpha(tmp_path: Path, width: int, height: int) -> None:
    """It is half float, the same at each call, finite, its alpha 1, its sun about 40."""
    write_plate(tmp_path / "a.exr", width, height)
    write_plate(tmp_path / "b.exr", width, height)
    first, second = (read_exr(tmp_path / name).channels for name in ("a.exr", "b.exr"))
    assert first["R"].dtype == np.float16
    assert first["R"].shape == (height, width)
    for name in "RGBA":
        np.testing.assert_array_equal(first[name], second[name])
        assert np.isfinite(first[name]).all()
    assert (first["A"] == 1).all()
    assert math.isclose(float(first["R"].max()), 40, rel_tol=0.1)
