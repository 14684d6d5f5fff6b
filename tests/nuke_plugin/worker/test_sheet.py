"""The contact sheet: every panel in its place, each with its label."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from nuke_plugin.contract.errors import ResultFolderUnwritable
from nuke_plugin.worker.sheet import ContactSheet, Panel, write_sheet

COLOURS = [(200, 30, 30), (30, 200, 30), (30, 30, 200), (200, 200, 30), (30, 200, 200)]
PAPER = 38


def _sheet(captions: list[str], **changes: object) -> ContactSheet:
    panels = [
        Panel(np.full((90, 160, 3), colour, np.uint8), caption)
        for colour, caption in zip(COLOURS, captions, strict=False)
    ]
    settings = {"title": "Title", "subtitle": "", "columns": 2, "panel_width_px": 320, **changes}
    return ContactSheet(panels=panels, **settings)  # type: ignore[arg-type]


def _box(page: np.ndarray, colour: tuple[int, int, int]) -> tuple[int, int, int, int]:
    ys, xs = np.nonzero((page == colour).all(axis=2))
    return int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1


def test_panels_stand_in_rows() -> None:
    """Five panels in two columns make three rows, left to right, none touching another."""
    page = _sheet(["a", "b", "c", "d", "e"]).draw()
    boxes = [_box(page, colour) for colour in COLOURS]
    assert all((right - left, bottom - top) == (320, 180) for left, top, right, bottom in boxes)
    assert boxes[0][0] == boxes[2][0] == boxes[4][0] < boxes[1][0] == boxes[3][0]
    assert boxes[0][1] == boxes[1][1] < boxes[2][1] == boxes[3][1] < boxes[4][1]
    assert boxes[1][0] > boxes[0][2]
    assert boxes[2][1] > boxes[0][3]


def test_every_panel_has_its_own_label() -> None:
    """Under each panel stands ink, and other captions give other ink."""
    page = _sheet(["Plate", "Half", "Full", "Starry Night", "Wave"]).draw()
    strips = []
    for colour in COLOURS:
        left, _, right, bottom = _box(page, colour)
        strip = page[bottom : bottom + 44, left:right]
        assert strip.max() > 200
        strips.append(strip.tobytes())
    assert len(set(strips)) == len(COLOURS)


def test_a_long_label_stays_under_its_panel() -> None:
    """A caption and a detail too long for the panel never run into the next one."""
    long = "An extremely long title of a painting by a painter with a long name, 1889"
    sheet = _sheet(["x", "y"])
    panels = [Panel(sheet.panels[0].picture, long, long), sheet.panels[1]]
    page = ContactSheet("t", "", panels, 2, panel_width_px=320).draw()
    left, _, right, bottom = _box(page, COLOURS[0])
    assert (page[bottom : bottom + 44, right : right + 20] == PAPER).all()
    assert page[bottom : bottom + 44, left:right].max() > 200


def test_pictures_keep_their_colours_and_shape() -> None:
    """A panel shows its picture scaled as a whole: corners stay corners, the means agree."""
    picture = np.zeros((1080, 1920, 3), np.uint8)
    picture[:540, :960], picture[540:, 960:] = (220, 120, 20), (10, 90, 160)
    page = ContactSheet("t", "", [Panel(picture, "p")], 1, panel_width_px=640).draw()
    left, top, _, _ = _box(page, (220, 120, 20))
    panel = page[top : top + 360, left : left + 640]
    assert (panel[2:178, 2:318] == (220, 120, 20)).all()
    assert (panel[182:358, 322:638] == (10, 90, 160)).all()
    assert panel[2:178, 322:638].max() == 0


def test_a_tiny_picture_shows_its_pixels() -> None:
    """A 3x5 picture is enlarged without inventing colours between its pixels."""
    tiny = np.array(COLOURS * 3, np.uint8).reshape(5, 3, 3)
    page = ContactSheet("", "", [Panel(tiny, "")], 1, panel_width_px=300).draw()
    colours = {tuple(int(c) for c in pixel) for pixel in page.reshape(-1, 3)}
    assert colours == {(PAPER,) * 3, *COLOURS}


def test_sheet_is_written_as_png_under_any_name(tmp_path: Path) -> None:
    """The file is a PNG with the page's own pixels, in a folder made for it, nothing beside it."""
    path = tmp_path / "mit Raum" / "紙.png"
    sheet = _sheet(["a", "b"], footer="(c) somebody")
    write_sheet(path, sheet)
    decoded = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    np.testing.assert_array_equal(decoded[..., ::-1], sheet.draw())
    assert [file.name for file in path.parent.iterdir()] == ["紙.png"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """A file where the folder should be is told as a folder that cannot be written."""
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(ResultFolderUnwritable, match="out"):
        write_sheet(tmp_path / "out" / "sheet.png", _sheet(["a"]))
