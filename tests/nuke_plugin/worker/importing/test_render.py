"""Tests of rendering plates with imported networks: all a plate carries, and what is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nuke_plugin.contract.library import ModelLibrary
from nuke_plugin.worker.colour import ColourConfig
from nuke_plugin.worker.pipeline import RenderSettings, Studio, render
from nuke_plugin.worker.verify.finding import FAILED
from nuke_plugin.worker.verify.suite import verify
from tests.exr_files import bits, half_rgba, read_exr, write_exr
from tests.foreign_networks import ForeignNetwork
from tests.nuke_plugin.worker.importing.conftest import Import

WHOLE_LOCAL = ForeignNetwork()
SEES_ALL = ForeignNetwork(has_instance_norm=True)
TILED = ForeignNetwork(side_px=64)
RESIZED = ForeignNetwork(side_px=64, has_instance_norm=True, numbers=(0.0, 255.0), layout="NHWC")


@pytest.mark.parametrize(
    ("network", "is_cautioned"),
    [(WHOLE_LOCAL, False), (SEES_ALL, True), (TILED, False), (RESIZED, True)],
    ids=["local", "sees-all", "tiled", "resized"],
)
def test_an_overscan_plate_is_painted_by_any_network(
    network: ForeignNetwork, is_cautioned: bool, tmp_path: Path, import_here: Import
) -> None:
    """Windows, alpha and highlights stay, strength 0 is bit for bit, and the caution is told."""
    report = import_here(network.write(tmp_path / "net.onnx"))
    library = ModelLibrary((Path(str(report.folder)).parent,))
    studio = Studio(library, ColourConfig.from_environment({}))
    plate = half_rgba(101, 67)
    plate["R"][20:30, 20:30] = 40.0
    write_exr(tmp_path / "plate.1001.exr", plate, origin=(-7, -5), display=(0, 0, 87, 57))
    results = {}
    for strength in (0.0, 0.5, 1.0):
        told: list[str] = []
        out = tmp_path / f"out_{strength}.%04d.exr"
        settings = RenderSettings(
            str(tmp_path / "plate.%04d.exr"), str(out), "foreign", {"foreign": 1.0}, strength
        )
        render(settings, studio, on_warning=lambda frame, text, told=told: told.append(text))
        results[strength] = read_exr(tmp_path / f"out_{strength}.1001.exr")
        is_told = any("looks at the whole picture" in text for text in told)
        assert is_told == (is_cautioned and strength > 0)
    for result in results.values():
        np.testing.assert_array_equal(result.header["dataWindow"], [[-7, -5], [93, 61]])
        np.testing.assert_array_equal(bits(result.channels["A"]), bits(plate["A"]))
        assert all(np.isfinite(channel).all() for channel in result.channels.values())
    for name in "RGB":
        np.testing.assert_array_equal(bits(results[0.0].channels[name]), bits(plate[name]))
        full, half = (results[amount].channels[name].astype(np.float32) for amount in (1.0, 0.5))
        before = plate[name].astype(np.float32)
        np.testing.assert_allclose(half, (full + before) / 2, rtol=3e-3, atol=2e-3)
    assert results[1.0].channels["R"].astype(np.float32)[20:30, 20:30].max() > 10


def test_an_imported_model_is_as_its_card_says(tmp_path: Path, import_here: Import) -> None:
    """The suite that ships finds the halo, strength 0 and all else of an imported folder true."""
    report = import_here(TILED.write(tmp_path / "net.onnx"))
    findings = verify(Path(str(report.folder)), is_quick=True).findings
    assert [finding.text for finding in findings if finding.outcome == FAILED] == []
    assert {"halo", "strength", "determinism"} <= {
        finding.check for finding in findings if finding.outcome == "ok"
    }
