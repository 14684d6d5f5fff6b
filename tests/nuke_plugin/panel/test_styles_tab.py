"""Promises of the panel and its Styles tab, with real Qt drawing off screen."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType
from typing import Any

import nukescripts
import pytest
from nuke_standin import drops, session

from nuke_plugin import effect_node, impasto_nodes, style_node
from nuke_plugin.contract import library
from nuke_plugin.contract.errors import WorkerNotInstalled
from nuke_plugin.nuke_menu import PANEL_ID
from nuke_plugin.panel import style_drag
from nuke_plugin.panel.dock import Panel
from nuke_plugin.qt import Qt, QtGui, QtWidgets
from nuke_plugin.style_list import StyleList
from nuke_plugin.worker_python import find_worker_python, install_command
from tests.nuke_plugin.comp import Comp


def titles(panel: Panel) -> list[str]:
    """Return the styles in the grid."""
    model = panel.styles.grid.model()
    return [
        model.index(row, 0).data(Qt.ItemDataRole.DisplayRole) for row in range(model.rowCount())
    ]


def colours_of(widget: QtWidgets.QAbstractScrollArea) -> set[tuple[int, ...]]:
    """Return the colours that a view shows, at every third pixel."""
    image = widget.viewport().grab().toImage()
    return {
        image.pixelColor(x, y).getRgb()[:3]
        for x in range(0, image.width(), 3)
        for y in range(0, image.height(), 3)
    }


def choose_category(panel: Panel, title: str) -> None:
    """Choose a category by the beginning of what the menu says."""
    menu = panel.styles.category_menu
    (index,) = [i for i in range(menu.count()) if menu.itemText(i).startswith(title)]
    menu.setCurrentIndex(index)


def test_nuke_opens_it_from_text(comp: Comp, nuke: ModuleType, qtbot: Any) -> None:
    """The panel is registered with Nuke as Python text and opens from the Pane menu's entry."""
    opened = nukescripts.panels.restorePanel(PANEL_ID)
    widget = opened.customKnob.getObject().widget
    qtbot.addWidget(widget)

    assert isinstance(widget, Panel)
    assert nuke.menu("Pane").findItem("Impasto") is not None


def test_it_shows_every_style_with_its_details(panel: Panel) -> None:
    """Each installed style is in the grid; the chosen one is described."""
    assert titles(panel) == ["Warm", "Cold"]
    assert "Warm" in panel.styles.details.text()
    assert "Nobody, 2026" in panel.styles.details.text()
    assert "random strokes" in panel.styles.details.text()
    assert not panel.worker_notice.isVisible()
    assert not panel.styles.model_notice.isVisible()


def test_previews_are_drawn(panel: Panel, qtbot: Any) -> None:
    """The pictures of the cards are on the screen, and names are drawn below them."""
    pictures = {(220, 120, 60), (60, 120, 220)}
    qtbot.waitUntil(lambda: pictures <= colours_of(panel.styles.grid), timeout=5000)

    assert len(colours_of(panel.styles.grid)) > 4  # text is drawn in greys; without a font, none


def test_searching_narrows_the_grid(panel: Panel, qtbot: Any) -> None:
    """What is typed is looked for in title, artist and id; nothing found is said."""
    qtbot.keyClicks(panel.styles.search_field, "cOl")
    assert titles(panel) == ["Cold"]
    qtbot.keyClicks(panel.styles.search_field, "zzz")
    assert titles(panel) == []
    assert panel.styles.details.text() == "Nothing matches."
    assert not panel.styles.create_button.isEnabled()


def test_creating_a_node_uses_the_chosen_style(panel: Panel, qtbot: Any) -> None:
    """Create node makes a node with the chosen style, which the panel then follows."""
    panel.styles.grid.choose("tiny", "cold")
    qtbot.mouseClick(panel.styles.create_button, Qt.MouseButton.LeftButton)
    node = style_node.selected_style_node()

    assert node is not None
    assert node["style"].value() == "cold"
    assert panel.styles.node_label.text() == "ImpastoStyle1: cold"
    assert panel.styles.strength.isEnabled()


def test_it_works_by_keyboard_alone(panel: Panel, qtbot: Any) -> None:
    """Arrow keys choose, Return creates a node, and on a selected node Return applies the style."""
    panel.setFocus()
    assert panel.focusProxy() is panel.styles
    assert panel.styles.focusProxy() is panel.styles.grid
    panel.styles.grid.choose("tiny", "warm")
    qtbot.keyClick(panel.styles.grid, Qt.Key.Key_Right)
    qtbot.keyClick(panel.styles.grid, Qt.Key.Key_Return)
    node = style_node.selected_style_node()
    assert node is not None
    assert node["style"].value() == "cold"
    qtbot.keyClick(panel.styles.grid, Qt.Key.Key_Left)
    qtbot.keyClick(panel.styles.grid, Qt.Key.Key_Return)

    assert node["style"].value() == "warm"
    assert len(list(style_node.all_style_nodes())) == 1


def test_applying_a_style_is_one_step_of_undo(panel: Panel, comp: Comp, qtbot: Any) -> None:
    """Apply changes model and style of the selected node in one step."""
    node = comp.node()
    panel.look()
    panel.styles.grid.choose("tiny", "cold")
    before = len(session.undo.steps)
    qtbot.mouseClick(panel.styles.apply_button, Qt.MouseButton.LeftButton)

    assert node["style"].value() == "cold"
    assert "Cold" in node["about"].value()
    assert [name for name, _ in session.undo.steps[before:]] == ["Choose Impasto style"]


def test_it_follows_the_selection(panel: Panel, comp: Comp, qtbot: Any) -> None:
    """The panel shows the selected node's style and strength within a second, and greys out."""
    assert not panel.styles.strength.isEnabled()
    node = comp.node(strength=0.25)
    node["style"].setValue("cold")
    qtbot.waitUntil(panel.styles.strength.isEnabled, timeout=2000)
    assert panel.styles.strength.number.value() == 0.25
    assert panel.styles.grid.chosen().style_id == "cold"
    node.setSelected(False)
    qtbot.waitUntil(lambda: not panel.styles.strength.isEnabled(), timeout=2000)
    assert "No ImpastoStyle node" in panel.styles.node_label.text()


def test_a_drag_of_the_slider_is_one_step_of_undo(panel: Panel, comp: Comp, qtbot: Any) -> None:
    """Dragging sets the knob live, and leaves one step from the first value to the last."""
    node = comp.node(strength=1.0)
    panel.look()
    before = len(session.undo.steps)
    slider = panel.styles.strength.slider
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
    panel.look()
    panel.styles.strength.number.setValue(0.35)

    assert node["strength"].value() == pytest.approx(0.35)
    assert panel.styles.strength.slider.value() == 35


def test_a_deleted_node_is_let_go(panel: Panel, comp: Comp, nuke: ModuleType, qtbot: Any) -> None:
    """Moving the slider of a node that was just deleted does nothing and raises nothing."""
    node = comp.node()
    panel.look()
    nuke.delete(node)
    panel.styles.strength.number.setValue(0.1)
    qtbot.mouseClick(panel.styles.apply_button, Qt.MouseButton.LeftButton)
    panel.look()

    assert not panel.styles.strength.isEnabled()


def test_it_leaves_a_rendering_nuke_alone(panel: Panel, comp: Comp, nuke: ModuleType) -> None:
    """While Nuke executes, the panel asks nothing of it."""
    comp.node()
    session.executing = True
    panel.look()
    assert not panel.styles.strength.isEnabled()
    session.executing = False
    panel.look()
    assert panel.styles.strength.isEnabled()


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
    qtbot.mouseClick(panel.styles.refresh_button, Qt.MouseButton.LeftButton)

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

    assert panel.styles.model_notice.isVisible()
    assert str(broken) in panel.styles.model_notice.text()
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
    panel.styles.grid.choose("second", "warm")
    shown = QtGui.QTextDocument()
    shown.setHtml(panel.styles.details.text())
    tooltip = QtGui.QTextDocument()
    tooltip.setHtml(panel.styles.grid.currentIndex().data(Qt.ItemDataRole.ToolTipRole))

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
    assert "IMPASTO_MODELS" in panel.styles.model_notice.text()
    assert not panel.styles.create_button.isEnabled()


def test_refresh_finds_a_model_copied_into_place(
    panel: Panel, tiny_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model that arrives while Nuke runs shows after Refresh, and the choice stays."""
    monkeypatch.setenv("IMPASTO_MODELS", f"{tmp_path}{os.pathsep}{tiny_models}")
    panel.styles.grid.choose("tiny", "cold")
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
    assert panel.styles.grid.chosen().model_id == "tiny"
    assert panel.styles.grid.chosen().style_id == "cold"


@pytest.mark.parametrize(("width", "expected_columns"), [(295, 2), (340, 2), (700, 4)])
def test_cells_fill_any_width(panel: Panel, width: int, expected_columns: int, qtbot: Any) -> None:
    """From a narrow pane to a wide one a row is full and no cell is cut off."""
    (entry,) = [one for one in StyleList.read().entries if one.style_id == "warm"]
    panel.resize(width, 640)
    panel.styles.grid.setEntries([entry] * 12)
    qtbot.wait(20)
    grid = panel.styles.grid
    cells = [grid.visualRect(grid.model().index(row, 0)) for row in range(12)]

    assert panel.width() == width
    assert len({cell.left() for cell in cells}) == expected_columns
    assert max(cell.right() for cell in cells) <= grid.viewport().width()


def test_a_style_dropped_on_the_graph_is_set(panel: Panel, comp: Comp) -> None:
    """What the grid drags, dropped on the node graph, sets the selected node or creates one."""
    grid = panel.styles.grid
    index = grid.model().index(1, 0)
    dragged = grid.model().mimeData([index]).text()
    assert index.flags() & Qt.ItemFlag.ItemIsDragEnabled
    assert drops.drop("text/plain", dragged)
    node = style_node.selected_style_node()
    assert node is not None
    assert node["style"].value() == "cold"
    assert drops.drop("text/plain", grid.model().mimeData([grid.model().index(0, 0)]).text())

    assert node["style"].value() == "warm"
    assert len(list(style_node.all_style_nodes())) == 1


@pytest.mark.parametrize("text", ["", "set cut_paste_input [stack 0]", "impasto-style:", "a/b"])
def test_other_drops_are_left_to_nuke(comp: Comp, text: str) -> None:
    """A text that is no style goes on to Nuke, and no node is made."""
    assert not drops.drop("text/plain", text)
    assert not list(style_node.all_style_nodes())


def test_a_category_narrows_the_grid(panel: Panel) -> None:
    """Favourites begin empty and say what to do; categories that narrow nothing are not offered."""
    choose_category(panel, "Favourites (0)")
    assert titles(panel) == []
    assert "press its star" in panel.styles.details.text()
    choose_category(panel, "All styles (2)")

    assert titles(panel) == ["Warm", "Cold"]
    assert panel.styles.category_menu.count() == 2


def test_a_star_keeps_a_style(panel: Panel, no_favourites: Path, qtbot: Any) -> None:
    """The star puts the chosen style among the favourites, also for the next panel, and back."""
    panel.styles.grid.choose("tiny", "cold")
    qtbot.mouseClick(panel.styles.details.star, Qt.MouseButton.LeftButton)
    assert no_favourites.is_file()
    choose_category(panel, "Favourites (1)")
    assert titles(panel) == ["Cold"]
    another = Panel()
    qtbot.addWidget(another)
    choose_category(another, "Favourites (1)")
    assert titles(another) == ["Cold"]
    qtbot.mouseClick(panel.styles.details.star, Qt.MouseButton.LeftButton)

    assert titles(panel) == []


def test_damaged_favourites_are_told_and_kept(
    panel: Panel, no_favourites: Path, qtbot: Any
) -> None:
    """A file of favourites that cannot be read is named, and the star does not write over it."""
    no_favourites.parent.mkdir()
    no_favourites.write_text("{", encoding="utf-8")
    panel.refresh()
    assert str(no_favourites) in panel.styles.favourites_notice.text()
    qtbot.mouseClick(panel.styles.details.star, Qt.MouseButton.LeftButton)

    assert panel.styles.favourites_notice.isVisible()
    assert not panel.styles.details.star.isChecked()
    assert no_favourites.read_text(encoding="utf-8") == "{"


def test_effects_stand_beside_the_styles(
    effects: Path, panel: Panel, comp: Comp, qtbot: Any
) -> None:
    """They are listed with their picture and category, and a double click makes or sets a node."""
    assert titles(panel) == ["Warm", "Cold", "Tiny fire", "Tiny smoke", "Tiny water"]
    choose_category(panel, "Effects (3)")
    assert titles(panel) == ["Tiny fire", "Tiny smoke", "Tiny water"]
    grid = panel.styles.grid
    moving = [entry.moving for entry in grid.entries()]
    assert [one is not None for one in moving] == [True, False, False]
    assert moving[0] is not None
    assert moving[0].file.is_file()
    grid.choose("tiny_smoke", "smoke")
    assert "Turbulence" in panel.styles.details.text()
    assert not panel.styles.wipe.isVisible()
    qtbot.mouseClick(panel.styles.create_button, Qt.MouseButton.LeftButton)
    (node,) = impasto_nodes.all_nodes()
    assert (node.name(), node["model"].value()) == ("ImpastoEffect1", "tiny_smoke")
    assert panel.styles.node_label.text() == "ImpastoEffect1: tiny_smoke"
    grid.choose("tiny_water", "water")
    panel.styles.look()
    assert panel.styles.apply_button.text() == "&Apply to ImpastoEffect1"
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert node["model"].value() == "tiny_water"
    choose_category(panel, "All styles and effects (5)")
    grid.choose("tiny", "cold")
    assert not panel.styles.apply_button.isEnabled()
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert [one.name() for one in style_node.all_style_nodes()] == ["ImpastoStyle1"]


def test_an_effect_is_dropped_on_the_graph(effects: Path, panel: Panel, comp: Comp) -> None:
    """A dropped effect makes a node of its own kind beside a selected style node, or is set."""
    comp.node()
    text = style_drag.text_of("tiny_fire", "fire")
    assert style_drag.on_drop("text/plain", text)
    node = effect_node.selected_effect_node()
    assert node is not None
    assert style_drag.on_drop("text/plain", style_drag.text_of("tiny_water", "water"))
    assert node["model"].value() == "tiny_water"
    assert len(list(impasto_nodes.all_nodes())) == 2
