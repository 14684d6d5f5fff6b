"""Promises of the panel, with real Qt drawing off screen."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType
from typing import Any

import nukescripts
import pytest
from nuke_standin import session

from nuke_plugin import style_node
from nuke_plugin.contract import library
from nuke_plugin.contract.errors import WorkerNotInstalled
from nuke_plugin.nuke_menu import PANEL_ID
from nuke_plugin.panel import Panel
from nuke_plugin.qt import Qt, QtGui, QtWidgets
from nuke_plugin.style_list import StyleList
from nuke_plugin.worker_python import find_worker_python, install_command
from tests.nuke_plugin.comp import Comp


@pytest.fixture
def panel(comp: Comp, qtbot: Any) -> Panel:
    """Return the panel as it looks in a saved script with a plate, shown."""
    panel = Panel()
    qtbot.addWidget(panel)
    panel.resize(420, 640)
    panel.show()
    return panel


def titles(panel: Panel) -> list[str]:
    """Return the styles in the grid."""
    model = panel.grid.model()
    return [
        model.index(row, 0).data(Qt.ItemDataRole.DisplayRole) for row in range(model.rowCount())
    ]


def test_nuke_opens_it_from_text(comp: Comp, nuke: ModuleType) -> None:
    """The panel is registered with Nuke as Python text and opens from the Pane menu's entry."""
    opened = nukescripts.panels.restorePanel(PANEL_ID)
    widget = opened.customKnob.getObject().widget

    assert isinstance(widget, Panel)
    assert nuke.menu("Pane").findItem("Impasto") is not None


def test_it_shows_every_style_with_its_details(panel: Panel) -> None:
    """Each installed style is in the grid; the chosen one is described."""
    assert titles(panel) == ["Warm", "Cold"]
    assert "Warm" in panel.details.text()
    assert "Nobody, 2026" in panel.details.text()
    assert "random strokes" in panel.details.text()
    assert not panel.worker_notice.isVisible()
    assert not panel.model_notice.isVisible()


def test_previews_are_drawn(panel: Panel, qtbot: Any) -> None:
    """The pictures of the cards are on the screen, and names are drawn below them."""
    image = panel.grid.viewport().grab().toImage()
    colours = {
        image.pixelColor(x, y).getRgb()[:3]
        for x in range(0, image.width(), 3)
        for y in range(0, image.height(), 3)
    }

    assert {(220, 120, 60), (60, 120, 220)} <= colours
    assert len(colours) > 4  # text is drawn in shades of grey; without a font there is none


def test_searching_narrows_the_grid(panel: Panel, qtbot: Any) -> None:
    """What is typed is looked for in title, artist and id; nothing found is said."""
    qtbot.keyClicks(panel.search_field, "cOl")
    assert titles(panel) == ["Cold"]
    qtbot.keyClicks(panel.search_field, "zzz")
    assert titles(panel) == []
    assert panel.details.text() == "Nothing matches."
    assert not panel.create_button.isEnabled()


def test_creating_a_node_uses_the_chosen_style(panel: Panel, qtbot: Any) -> None:
    """Create node makes a node with the chosen style, which the panel then follows."""
    panel.grid.choose("tiny", "cold")
    qtbot.mouseClick(panel.create_button, Qt.MouseButton.LeftButton)
    node = style_node.selected_style_node()

    assert node is not None
    assert node["style"].value() == "cold"
    assert panel.node_label.text() == "ImpastoStyle1: cold"
    assert panel.strength.isEnabled()


def test_it_works_by_keyboard_alone(panel: Panel, qtbot: Any) -> None:
    """Arrow keys choose, Return creates a node, and on a selected node Return applies the style."""
    panel.setFocus()
    assert panel.focusProxy() is panel.grid
    panel.grid.choose("tiny", "warm")
    qtbot.keyClick(panel.grid, Qt.Key.Key_Right)
    qtbot.keyClick(panel.grid, Qt.Key.Key_Return)
    node = style_node.selected_style_node()
    assert node is not None
    assert node["style"].value() == "cold"
    qtbot.keyClick(panel.grid, Qt.Key.Key_Left)
    qtbot.keyClick(panel.grid, Qt.Key.Key_Return)

    assert node["style"].value() == "warm"
    assert len(list(style_node.all_style_nodes())) == 1


def test_applying_a_style_is_one_step_of_undo(panel: Panel, comp: Comp, qtbot: Any) -> None:
    """Apply changes model and style of the selected node in one step."""
    node = comp.node()
    panel.look_at_selection()
    panel.grid.choose("tiny", "cold")
    before = len(session.undo.steps)
    qtbot.mouseClick(panel.apply_button, Qt.MouseButton.LeftButton)

    assert node["style"].value() == "cold"
    assert "Cold" in node["about"].value()
    assert [name for name, _ in session.undo.steps[before:]] == ["Choose Impasto style"]


def test_it_follows_the_selection(panel: Panel, comp: Comp, qtbot: Any) -> None:
    """The panel shows the selected node's style and strength within a second, and greys out."""
    assert not panel.strength.isEnabled()
    node = comp.node(strength=0.25)
    node["style"].setValue("cold")
    qtbot.waitUntil(panel.strength.isEnabled, timeout=2000)
    assert panel.strength.number.value() == 0.25
    assert panel.grid.chosen().style_id == "cold"
    node.setSelected(False)
    qtbot.waitUntil(lambda: not panel.strength.isEnabled(), timeout=2000)
    assert "No ImpastoStyle node" in panel.node_label.text()


def test_a_drag_of_the_slider_is_one_step_of_undo(panel: Panel, comp: Comp, qtbot: Any) -> None:
    """Dragging sets the knob live, and leaves one step from the first value to the last."""
    node = comp.node(strength=1.0)
    panel.look_at_selection()
    before = len(session.undo.steps)
    slider = panel.strength.slider
    slider.setSliderDown(True)
    for step in (80, 60, 40):
        slider.setValue(step)
        assert node["strength"].value() == pytest.approx(step / 100)
    slider.setSliderDown(False)

    assert node["strength"].value() == pytest.approx(0.4)
    assert [name for name, _ in session.undo.steps[before:]] == ["Impasto strength"]


def test_the_strength_can_be_typed(panel: Panel, comp: Comp, qtbot: Any) -> None:
    """A number that is typed reaches the knob, and the slider follows."""
    node = comp.node()
    panel.look_at_selection()
    panel.strength.number.setValue(0.35)

    assert node["strength"].value() == pytest.approx(0.35)
    assert panel.strength.slider.value() == 35


def test_a_deleted_node_is_let_go(panel: Panel, comp: Comp, nuke: ModuleType, qtbot: Any) -> None:
    """Moving the slider of a node that was just deleted does nothing and raises nothing."""
    node = comp.node()
    panel.look_at_selection()
    nuke.delete(node)
    panel.strength.number.setValue(0.1)
    qtbot.mouseClick(panel.apply_button, Qt.MouseButton.LeftButton)
    panel.look_at_selection()

    assert not panel.strength.isEnabled()


def test_it_leaves_a_rendering_nuke_alone(panel: Panel, comp: Comp, nuke: ModuleType) -> None:
    """While Nuke executes, the panel asks nothing of it."""
    comp.node()
    session.executing = True
    panel.look_at_selection()
    assert not panel.strength.isEnabled()
    session.executing = False
    panel.look_at_selection()
    assert panel.strength.isEnabled()


def test_a_hidden_panel_costs_nothing(panel: Panel) -> None:
    """The panel looks at the selection only while it is visible."""
    assert panel._looker.isActive()
    panel.hide()
    assert not panel._looker.isActive()


def test_a_missing_worker_is_told_with_the_command(
    panel: Panel, monkeypatch: pytest.MonkeyPatch, qtbot: Any
) -> None:
    """Without the worker's Python the panel loads, tells the error's words and its command."""
    monkeypatch.setenv("IMPASTO_PYTHON", "/nowhere/python")
    with pytest.raises(WorkerNotInstalled) as missing:
        find_worker_python(os.environ)
    qtbot.mouseClick(panel.refresh_button, Qt.MouseButton.LeftButton)

    assert panel.worker_notice.isVisible()
    assert panel.worker_notice.command() == install_command()
    assert missing.value.reason in panel.worker_notice.text()
    assert "/nowhere/python" in panel.worker_notice.text()
    assert "Correct IMPASTO_PYTHON" in panel.worker_notice.toolTip()
    copy = panel.worker_notice.findChild(QtWidgets.QPushButton)
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert QtGui.QGuiApplication.clipboard().text() == panel.worker_notice.command()


def test_a_broken_model_is_told(
    panel: Panel, tiny_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model folder that cannot be used is named with its reason; the others stay usable."""
    broken = tmp_path / "more models" / "half"
    broken.mkdir(parents=True)
    (broken / "card.json").write_text('{"format": 1}', encoding="utf-8")
    monkeypatch.setenv("IMPASTO_MODELS", f"{broken.parent}{os.pathsep}{tiny_models}")
    panel.refresh()

    assert panel.model_notice.isVisible()
    assert str(broken) in panel.model_notice.text()
    assert titles(panel) == ["Warm", "Cold"]


def test_a_card_s_text_is_shown_as_it_was_written(
    panel: Panel, tiny_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What looks like a tag in a card is text in the details and in the tooltip."""
    target = tmp_path / "second"
    target.mkdir()
    for file in (tiny_models / "tiny").iterdir():
        (target / file.name).write_bytes(file.read_bytes())
    card = target / "card.json"
    text = card.read_text(encoding="utf-8").replace('"tiny"', '"second"')
    for plain in ('"Warm"', '"Nobody"'):
        assert plain in text
        text = text.replace(plain, plain.replace('"', '"<b>', 1))
    card.write_text(text.replace("random strokes", "<i>strokes"), encoding="utf-8")
    monkeypatch.setenv("IMPASTO_MODELS", str(tmp_path))
    panel.refresh()
    panel.grid.choose("second", "warm")
    shown = QtGui.QTextDocument()
    shown.setHtml(panel.details.text())
    tooltip = QtGui.QTextDocument()
    tooltip.setHtml(panel.grid.currentIndex().data(Qt.ItemDataRole.ToolTipRole))

    for part in ("<b>Warm", "<b>Nobody", "<i>strokes"):
        assert part in shown.toPlainText()
    assert tooltip.toPlainText().splitlines()[0] == "<b>Warm"
    assert "second / warm" in tooltip.toPlainText()


def test_no_model_at_all_says_what_to_do(
    panel: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With nothing installed the panel says where models are looked for."""
    monkeypatch.setenv("IMPASTO_MODELS", "")
    monkeypatch.setattr(library, "SHIPPED_MODELS", tmp_path)
    panel.refresh()

    assert titles(panel) == []
    assert "IMPASTO_MODELS" in panel.model_notice.text()
    assert not panel.create_button.isEnabled()


def test_refresh_finds_a_model_copied_into_place(
    panel: Panel, tiny_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model that arrives while Nuke runs shows after Refresh, and the choice stays."""
    monkeypatch.setenv("IMPASTO_MODELS", f"{tmp_path}{os.pathsep}{tiny_models}")
    panel.grid.choose("tiny", "cold")
    target = tmp_path / "second"
    target.mkdir()
    for file in (tiny_models / "tiny").iterdir():
        (target / file.name).write_bytes(file.read_bytes())
    card = target / "card.json"
    card.write_text(
        card.read_text(encoding="utf-8").replace('"tiny"', '"second"'), encoding="utf-8"
    )
    panel.refresh()

    assert titles(panel) == ["Warm", "Cold", "Warm", "Cold"]
    assert panel.grid.chosen().model_id == "tiny"
    assert panel.grid.chosen().style_id == "cold"


@pytest.mark.parametrize(("width", "expected_columns"), [(220, 1), (330, 2), (700, 4)])
def test_cells_fill_any_width(panel: Panel, width: int, expected_columns: int, qtbot: Any) -> None:
    """From a narrow pane to a wide one a row is full and no cell is cut off."""
    (entry,) = [one for one in StyleList.read().entries if one.style_id == "warm"]
    panel.resize(width, 640)
    panel.grid.setEntries([entry] * 12)
    qtbot.wait(20)
    grid = panel.grid
    cells = [grid.visualRect(grid.model().index(row, 0)) for row in range(12)]

    assert panel.width() == width
    assert len({cell.left() for cell in cells}) == expected_columns
    assert max(cell.right() for cell in cells) <= grid.viewport().width()
