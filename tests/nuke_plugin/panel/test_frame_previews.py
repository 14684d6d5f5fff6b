"""Promises of the previews on the artist's own frame, through the panel and the real worker."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from nuke_plugin.panel import frame_previews
from nuke_plugin.panel.dock import Panel
from tests.nuke_plugin.comp import Comp

PAINT_MS = 120_000
"""A worker that starts on a machine that is busy may take long."""


@pytest.fixture(autouse=True)
def at_once(no_previews: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take frames without waiting for a still moment."""
    monkeypatch.setattr(frame_previews, "SETTLED_SECONDS", 0.0)


@pytest.fixture
def renders(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the frames that Nuke is asked to render for previews, as they are asked for."""
    asked: list[int] = []
    render = frame_previews.render_small

    def watched(plate: Any, moment: Any, file: Any) -> float:
        asked.append(moment.frame)
        return render(plate, moment, file)

    monkeypatch.setattr(frame_previews, "render_small", watched)
    return asked


def look(panel: Panel) -> None:
    """Look at Nuke as the panel's clock does, until a frame may be taken."""
    panel.look()
    panel.look()


def painted(panel: Panel) -> list[str]:
    """Return the styles whose preview on the frame can be shown."""
    previews = panel.styles.previews
    if previews.frame is None:
        return []
    return [
        entry.style_id
        for entry in panel.styles.grid.entries()
        if previews.painted(previews.frame.picture(*entry.key))
    ]


def test_every_style_is_painted_on_the_frame(
    panel: Panel, comp: Comp, nuke: ModuleType, renders: list[int], qtbot: Any
) -> None:
    """A selected node's frame is rendered once, every style painted on it, and compared with it."""
    styles = panel.styles
    assert "Select an ImpastoStyle node" in styles.frame_bar.state.text()
    node = comp.node(strength=0.5)
    node["style"].setValue("cold")
    look(panel)
    qtbot.waitUntil(lambda: painted(panel) == ["warm", "cold"], timeout=PAINT_MS)
    qtbot.waitUntil(styles.wipe.hasPictures, timeout=PAINT_MS)
    frame = styles.previews.frame
    assert frame is not None

    assert renders == [1001]
    assert len(list(frame.folder.glob("*.png"))) == 4  # plain, two styles, one at the strength
    assert styles.frame_bar.state.text() == "Frame 1001 of ImpastoStyle1"
    assert not styles.frame_bar.notice.isVisible()

    nuke.root().setFrame(1002)
    look(panel)
    assert styles.previews.frame is not frame
    qtbot.waitUntil(lambda: painted(panel) == ["warm", "cold"], timeout=PAINT_MS)
    nuke.root().setFrame(1001)
    look(panel)
    assert painted(panel) == ["warm", "cold"]  # from before, at once
    assert renders == [1001, 1002]


def test_switched_off_nothing_is_rendered(
    panel: Panel, comp: Comp, renders: list[int], qtbot: Any
) -> None:
    """Without the switch the models' own pictures are shown, and Nuke renders nothing."""
    panel.styles.frame_bar.switch.setChecked(False)
    comp.node()
    look(panel)

    assert renders == []
    assert panel.styles.previews.frame is None
    assert not panel.styles.frame_bar.update_button.isEnabled()


def test_a_slow_comp_waits_to_be_asked(
    panel: Panel,
    comp: Comp,
    nuke: ModuleType,
    renders: list[int],
    qtbot: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Once a frame took long, the next is rendered by the button only."""
    monkeypatch.setattr(frame_previews, "SLOW_SECONDS", -1.0)
    comp.node()
    look(panel)
    nuke.root().setFrame(1002)
    look(panel)
    assert renders == [1001]
    assert "press Update" in panel.styles.frame_bar.state.text()
    panel.styles.frame_bar.update_button.click()

    assert renders == [1001, 1002]
    assert panel.styles.previews.frame is not None


def test_a_plate_that_fails_is_told_once(
    panel: Panel, comp: Comp, renders: list[int], qtbot: Any
) -> None:
    """A frame that Nuke cannot render is told with its reason, and not tried over and over."""
    node = comp.node()
    node.input(0)["file"].setValue("/nowhere/shot.%04d.exr")
    for _ in range(3):
        look(panel)

    assert renders == [1001]
    assert panel.styles.frame_bar.notice.isVisible()
    assert "nowhere" in panel.styles.frame_bar.notice.text()


def test_without_a_worker_it_is_told_once(
    panel: Panel, comp: Comp, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With no worker the error is shown, no style is tried after it, and Update tries again."""
    monkeypatch.setenv("IMPASTO_PYTHON", "/nowhere/python")
    comp.node()
    look(panel)
    qtbot.waitUntil(panel.styles.frame_bar.notice.isVisible, timeout=PAINT_MS)
    qtbot.wait(300)

    assert "/nowhere/python" in panel.styles.frame_bar.notice.text()
    assert not panel.styles.previews.is_painting()
    assert len(panel.styles.previews._failed) == 1


def test_a_hidden_panel_has_nothing_painted(panel: Panel, comp: Comp, qtbot: Any) -> None:
    """Hiding the panel takes the wishes back; shown again, the rest is painted."""
    comp.node()
    look(panel)
    assert panel.styles.previews.frame is not None
    panel.hide()
    qtbot.waitUntil(lambda: not panel.styles.previews.is_painting(), timeout=PAINT_MS)
    before = painted(panel)
    assert len(before) < 2
    panel.show()

    qtbot.waitUntil(lambda: painted(panel) == ["warm", "cold"], timeout=PAINT_MS)


def test_a_control_that_no_render_takes_is_told(
    panel: Panel, comp: Comp, renders: list[int], qtbot: Any
) -> None:
    """A stroke scale outside of its range is said by its name, and corrected it is painted."""
    node = comp.node()
    node["stroke_scale"].setValue(9)
    look(panel)
    assert "Stroke scale" in panel.styles.frame_bar.notice.text()
    assert renders == []
    node["stroke_scale"].setValue(2)
    look(panel)

    assert renders == [1001]
    assert not panel.styles.frame_bar.notice.isVisible()
    assert panel.styles.previews.frame is not None
    assert panel.styles.previews.frame.request("tiny", "warm").strokes.scale == 2
