"""Tests of rendering plates with imported networks: all a plate carries, and what is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nuke_plugin.contract.errors import OutOfMemory
from nuke_plugin.contract.library import ModelLibrary
from nuke_plugin.worker.asked_tiles import tile_warning, way_to_less_memory
from nuke_plugin.worker.colour import ColourConfig
from nuke_plugin.worker.network import Network
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


def test_tiles_of_a_network_that_sees_all_fade(tmp_path: Path, import_here: Import) -> None:
    """Asked for, they are warned of, marked, and their other colours meet without a seam."""
    report = import_here(SEES_ALL.write(tmp_path / "net.onnx"))
    library = ModelLibrary((Path(str(report.folder)).parent,))
    studio = Studio(library, ColourConfig.from_environment({}))
    ramp = np.linspace(0.05, 0.6, 800, dtype=np.float16)
    plate = dict.fromkeys("RGB", np.tile(ramp, (32, 1)))
    write_exr(tmp_path / "plate.1001.exr", plate)
    rows, digests = {}, {}
    for tile_px in (None, 256, 320):
        told: list[str] = []
        settings = RenderSettings(
            str(tmp_path / "plate.%04d.exr"),
            str(tmp_path / f"out_{tile_px}.%04d.exr"),
            "foreign",
            {"foreign": 1.0},
            tile_px=tile_px,
            marks_frames=True,
        )
        render(settings, studio, on_warning=lambda frame, text, told=told: told.append(text))
        result = read_exr(tmp_path / f"out_{tile_px}.1001.exr")
        said = f"given tiles of {tile_px} pixels"
        assert any(said in text for text in told) == (tile_px is not None)
        assert (said in str(result.header.get("impasto/events"))) == (tile_px is not None)
        rows[tile_px] = result.channels["R"].astype(np.float32)[16]
        digests[tile_px] = str(result.header["impasto/fingerprint"])
    assert len(set(digests.values())) == 3
    steps = {tile_px: np.abs(np.diff(row)).max() for tile_px, row in rows.items()}
    # Each tile stretches its own part to full contrast: nothing of the whole ramp is left ...
    assert np.abs(rows[256] - rows[None]).max() > 0.2
    # ... and where tiles were only put side by side they would step by about their whole range.
    swing = rows[256].max() - rows[256].min()
    assert steps[256] < 0.05 * swing


def test_a_frame_too_large_for_a_network_that_sees_all_has_a_way_on(
    tmp_path: Path, import_here: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names tiles; with them the very frame is painted; if not, smaller ones."""
    report = import_here(SEES_ALL.write(tmp_path / "net.onnx"))
    library = ModelLibrary((Path(str(report.folder)).parent,))
    studio = Studio(library, ColourConfig.from_environment({}))
    write_exr(tmp_path / "plate.1001.exr", half_rgba(640, 300))
    settings = RenderSettings(
        str(tmp_path / "plate.%04d.exr"),
        str(tmp_path / "out.%04d.exr"),
        "foreign",
        {"foreign": 1.0},
        overwrite=True,
    )
    run = Network.run
    limit_px = [300 * 300]

    def small_machine(network: Network, image: np.ndarray, *others: object) -> np.ndarray:
        if image.shape[2] * image.shape[3] > limit_px[0]:
            raise MemoryError("Failed to allocate memory")
        return run(network, image, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(Network, "run", small_machine)
    with pytest.raises(OutOfMemory, match=r"frame 1001, of 640 by 300.*--tile-size 1024"):
        render(settings, studio)
    assert render(replace(settings, tile_px=256), studio).written == (1001,)
    limit_px[0] = 10_000
    with pytest.raises(OutOfMemory, match="give a smaller tile size than 300"):
        render(replace(settings, tile_px=300), studio)


@pytest.mark.parametrize(
    ("network", "said"),
    [(TILED, "takes tiles of 64 by 64 only"), (RESIZED, "is resized to what it takes")],
    ids=["tiled", "resized"],
)
def test_a_tile_size_that_means_nothing_is_told(
    network: ForeignNetwork, said: str, tmp_path: Path, import_here: Import
) -> None:
    """A network of one size keeps it, and whoever asked for another hears so."""
    report = import_here(network.write(tmp_path / "net.onnx"))
    card = ModelLibrary((Path(str(report.folder)).parent,)).find("foreign").card
    assert said in tile_warning(card, 512)
    assert tile_warning(card, None) == way_to_less_memory(card, 512) == ""


def test_an_imported_model_is_as_its_card_says(tmp_path: Path, import_here: Import) -> None:
    """The suite that ships finds the halo, strength 0 and all else of an imported folder true."""
    report = import_here(TILED.write(tmp_path / "net.onnx"))
    folder = Path(str(report.folder))
    # The shape of what it paints is not certain before, so its memory is its own.
    assert Network.open(ModelLibrary((folder.parent,)).find(folder.name))._runner.bound is None
    findings = verify(Path(str(report.folder)), is_quick=True).findings
    assert [finding.text for finding in findings if finding.outcome == FAILED] == []
    assert {"halo", "strength", "determinism"} <= {
        finding.check for finding in findings if finding.outcome == "ok"
    }
