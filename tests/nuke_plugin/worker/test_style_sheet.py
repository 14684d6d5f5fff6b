"""The sheet of styles: one plate in everything that is installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import OpenEXR
import OpenImageIO
import pytest

from nuke_plugin.contract.errors import (
    ColourSpaceNeeded,
    NoStyleInstalled,
    PlateUnreadable,
    RenderCancelled,
    StrengthOutOfRange,
)
from nuke_plugin.contract.library import ModelLibrary
from nuke_plugin.contract.stroke_settings import FRAME_STROKES
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.colour import ColourConfig
from nuke_plugin.worker.pipeline import RenderSettings, Studio, render
from nuke_plugin.worker.style_sheet import style_sheet
from nuke_plugin.worker.view import View
from tests.exr_files import read_exr, write_exr
from tests.tiny_model import write_tiny_model


@pytest.fixture
def plate(tmp_path: Path) -> Path:
    """A plate with a gradient and light above 1."""
    ramp = np.linspace(0, 5, 60 * 40, dtype=np.float16).reshape(40, 60)
    path = tmp_path / "plate.1001.exr"
    OpenEXR.File({}, {"R": ramp, "G": ramp[::-1].copy(), "B": ramp * 0.5}).write(str(path))
    return path


def _studio(*places: Path) -> Studio:
    return Studio(ModelLibrary(places), ColourConfig.from_environment({}))


def test_every_installed_style_has_its_panel(studio: Studio, plate: Path) -> None:
    """The plate comes first, then each style by its title, each its own picture."""
    seen: list[tuple[int, int]] = []
    page = style_sheet(plate, studio, 1.0, None, Cancellation(), lambda *count: seen.append(count))
    assert [panel.caption for panel in page.panels] == ["Plate", "Warm", "Cold"]
    assert seen == [(1, 2), (2, 2)]
    assert "plate.1001.exr" in page.subtitle
    pictures = [panel.picture.astype(int) for panel in page.panels]
    assert all(picture.shape == (40, 60, 3) for picture in pictures)
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert np.abs(pictures[one] - pictures[other]).mean() > 5
    assert page.draw().shape[1] > 2 * page.panel_width_px


def test_strength_reaches_the_painting(studio: Studio, plate: Path) -> None:
    """At strength 0 every panel is the plate; in between the panels lie in between."""
    plain = View(studio.colours).picture(plate).astype(int)

    def distance(strength: float) -> float:
        page = style_sheet(plate, studio, strength, None, Cancellation())
        return float(np.abs(page.panels[1].picture - plain).mean())

    assert distance(0.0) == 0.0
    assert 0 < distance(0.3) < distance(1.0)


def test_an_element_is_painted_as_a_render_paints_it(
    studio: Studio, plate: Path, tmp_path: Path
) -> None:
    """A soft edge has no rim, and an element in a large format has the strokes of the format."""
    alpha = np.tile(np.clip(np.linspace(-1, 2, 60), 0, 1), (40, 1)).astype(np.float16)
    colours = read_exr(plate).channels
    channels = {**{name: value * alpha for name, value in colours.items()}, "A": alpha}
    write_exr(plate, channels, origin=(20, 12), display=(0, 0, 800, 600))
    painted = tmp_path / "painted.exr"
    settings = RenderSettings(
        str(plate), str(painted), "tiny", {"warm": 1.0}, strokes=FRAME_STROKES, fold=False
    )
    render(settings, studio)
    page = style_sheet(plate, studio, 1.0, None, Cancellation())
    expected = View(studio.colours).picture(painted)
    np.testing.assert_allclose(page.panels[1].picture.astype(int), expected.astype(int), atol=2)


def test_a_broken_model_is_told_and_left_out(plate: Path, tmp_path: Path) -> None:
    """A damaged network file and a damaged card are warnings; the other model is painted."""
    models = tmp_path / "models"
    write_tiny_model(models, "good")
    broken = write_tiny_model(models, "damaged")
    broken.network_path.write_bytes(broken.network_path.read_bytes()[:-7])
    (write_tiny_model(models, "cardless").folder / "card.json").unlink()
    warnings: list[str] = []
    page = style_sheet(
        plate,
        _studio(models),
        1.0,
        None,
        Cancellation(),
        on_warning=lambda frame, text: warnings.append(text),
    )
    assert len(page.panels) == 3
    assert len(warnings) == 2
    assert any("cut short" in text for text in warnings)
    assert any("card.json" in text for text in warnings)


def test_nothing_installed_is_an_error(plate: Path, tmp_path: Path) -> None:
    """Without any style there is no sheet."""
    (tmp_path / "none").mkdir()
    with pytest.raises(NoStyleInstalled):
        style_sheet(plate, _studio(tmp_path / "none"), 1.0, None, Cancellation())


def test_what_cannot_be_painted_is_an_error(studio: Studio, plate: Path, tmp_path: Path) -> None:
    """A file that is no image and a strength out of range are told, not left out."""
    (tmp_path / "text.exr").write_text("no image")
    with pytest.raises(PlateUnreadable):
        style_sheet(tmp_path / "text.exr", studio, 1.0, None, Cancellation())
    with pytest.raises(StrengthOutOfRange):
        style_sheet(plate, studio, 1.5, None, Cancellation())


def test_a_sheet_can_be_cancelled(studio: Studio, plate: Path) -> None:
    """A cancellation that is requested stops the painting."""
    cancellation = Cancellation()
    cancellation.request()
    with pytest.raises(RenderCancelled):
        style_sheet(plate, studio, 1.0, None, cancellation)


def test_a_log_scan_needs_its_colour_space(studio: Studio, tmp_path: Path) -> None:
    """A DPX that says it is log encoded is refused without a colour space, painted with one."""
    path = tmp_path / "scan.dpx"
    spec = OpenImageIO.ImageSpec(32, 18, 3, "uint10")
    spec.attribute("dpx:Transfer", "Logarithmic")
    scan = OpenImageIO.ImageBuf(spec)
    OpenImageIO.ImageBufAlgo.fill(scan, (0.4, 0.5, 0.6))
    assert scan.write(str(path)), scan.geterror()
    with pytest.raises(ColourSpaceNeeded, match=r"scan\.dpx"):
        style_sheet(path, studio, 1.0, None, Cancellation())
    assert len(style_sheet(path, studio, 1.0, "ACEScct", Cancellation()).panels) == 3
