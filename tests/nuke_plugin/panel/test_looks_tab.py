"""Promises of the Looks tab: saved from nodes, listed from real folders, given to nodes."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from nuke_standin import session

from nuke_plugin.looks import on_node
from nuke_plugin.looks.places import show_library
from nuke_plugin.panel.dock import Panel
from nuke_plugin.panel.looks_tab import LooksTab
from nuke_plugin.qt import Qt, QtGui
from tests.nuke_plugin.comp import Comp
from tests.nuke_plugin.effect_comp import effect_node


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the show's folder of looks, empty."""
    folder = tmp_path / "show looks"
    folder.mkdir()
    monkeypatch.setenv("IMPASTO_LOOKS", str(folder))
    return folder


@pytest.fixture
def looks(library: Path, panel: Panel) -> LooksTab:
    """Return the tab, shown."""
    panel.tabs.setCurrentWidget(panel.looks)
    return panel.looks


def settled(looks: LooksTab, qtbot: Any) -> None:
    """Wait until what was asked of the disk is there."""
    qtbot.waitUntil(looks.background.is_idle, timeout=20000)


def listed(looks: LooksTab) -> list[str]:
    """Return the names in the list."""
    return [one.stored.look.name for one in looks.model.looks()]


def choose_place(looks: LooksTab, title: str, qtbot: Any) -> None:
    """Choose a place by its title."""
    looks.place_menu.setCurrentIndex(looks.place_menu.findText(title))
    settled(looks, qtbot)


def press(button: Any, looks: LooksTab, qtbot: Any) -> None:
    """Press a button and wait for what it asks of the disk."""
    looks.look()
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    settled(looks, qtbot)


def test_a_look_goes_from_node_to_disk_to_node(
    looks: LooksTab, comp: Comp, library: Path, qtbot: Any
) -> None:
    """A saved look stands in the shot's list with thumbnail, author and date, and is applied."""
    assert [looks.place_menu.itemText(i) for i in range(2)] == ["Shot comp", "Show library"]
    comp.node(strength=0.4)["style"].setValue("cold")
    looks.name_field.setText("Rain at night")
    press(looks.save_button, looks, qtbot)
    (saved,) = looks.model.looks()
    assert saved.stored.look.name == "Rain at night"
    assert saved.styles == "Cold"
    assert saved.stored.path.parent == comp.folder / "impasto_looks" / "comp"
    assert saved.stored.thumbnail is not None
    thumbnail = QtGui.QImage(str(saved.stored.thumbnail))
    assert thumbnail.pixelColor(5, 5).getRgb()[:3] == (60, 120, 220)  # the style's own picture
    assert not looks.notice.isVisible()
    assert list(library.iterdir()) == []

    nodes = [comp.node(), comp.node()]
    for node in nodes:
        node.setSelected(True)
    looks.list.setCurrentIndex(looks.model.index(0, 0))
    before = len(session.undo.steps)
    press(looks.apply_button, looks, qtbot)
    assert [node["style"].value() for node in nodes] == ["cold", "cold"]
    assert [node["strength"].value() for node in nodes] == [0.4, 0.4]
    assert len(session.undo.steps) == before + 1


def test_a_blend_has_the_picture_of_its_heaviest_style(
    looks: LooksTab, comp: Comp, qtbot: Any
) -> None:
    """A look of several styles is known by the picture of the one that counts most."""
    node = comp.node(style_weight=0.3, style2="cold", style2_weight=0.7)
    assert node["style"].value() == "warm"
    looks.name_field.setText("Dusk")
    press(looks.save_button, looks, qtbot)
    (saved,) = looks.model.looks()
    assert len(saved.stored.look.styles) == 2
    assert saved.stored.thumbnail is not None
    thumbnail = QtGui.QImage(str(saved.stored.thumbnail))
    assert thumbnail.pixelColor(5, 5).getRgb()[:3] == (60, 120, 220)  # cold's


def test_the_show_s_looks_are_apart(looks: LooksTab, comp: Comp, library: Path, qtbot: Any) -> None:
    """What is saved in the show library stands there, and not among the shot's."""
    comp.node()
    choose_place(looks, "Show library", qtbot)
    looks.name_field.setText("Fog")
    press(looks.save_button, looks, qtbot)
    assert listed(looks) == ["Fog"]
    assert len(list(library.glob("*.json"))) == 1
    choose_place(looks, "Shot comp", qtbot)

    assert listed(looks) == []
    assert looks.details.text() == "No look is saved here yet."


def test_saving_under_a_listed_name_replaces_it(looks: LooksTab, comp: Comp, qtbot: Any) -> None:
    """The button says so, the earlier look is put away, and one look of the name is listed."""
    node = comp.node()
    looks.name_field.setText("Fog")
    press(looks.save_button, looks, qtbot)
    node["strength"].setValue(0.5)
    looks.name_field.setText("fog")
    looks.look()
    assert looks.save_button.text() == "&Replace look"
    press(looks.save_button, looks, qtbot)

    assert [one.stored.look.strength for one in looks.model.looks()] == [0.5]
    folder = looks.model.looks()[0].stored.path.parent
    assert len(list((folder / "earlier").glob("*.json"))) == 1


def test_somebody_else_s_change_is_not_lost(
    looks: LooksTab, comp: Comp, library: Path, qtbot: Any
) -> None:
    """A look that changed since it was read is not replaced: mine stands beside it, and is told."""
    node = comp.node()
    choose_place(looks, "Show library", qtbot)
    looks.name_field.setText("Fog")
    press(looks.save_button, looks, qtbot)
    mine = looks.model.looks()[0].stored
    theirs = dataclasses.replace(mine.look, strength=0.1, author="ben")
    show_library({"IMPASTO_LOOKS": str(library)}).save(theirs, replaces=mine)
    node["strength"].setValue(0.9)
    press(looks.save_button, looks, qtbot)

    assert listed(looks) == ["Fog", "Fog (2)"]
    assert "ben" in looks.notice.text()


def test_a_removed_look_is_put_away(looks: LooksTab, comp: Comp, qtbot: Any) -> None:
    """Remove takes it from the list and keeps its file among the earlier ones."""
    comp.node()
    looks.name_field.setText("Fog")
    press(looks.save_button, looks, qtbot)
    folder = looks.model.looks()[0].stored.path.parent
    looks.list.setCurrentIndex(looks.model.index(0, 0))
    press(looks.remove_button, looks, qtbot)

    assert listed(looks) == []
    assert len(list((folder / "earlier").glob("*.json"))) == 1


@pytest.mark.parametrize(
    ("change", "word", "sentence"),
    [
        ({"model": "gone"}, "model not installed", "No model named 'gone'"),
        ({"style": "hot"}, "style not installed", "has no style named 'hot'"),
        ({"model_sha256": "0" * 64}, "model changed", "another than the look was made with"),
    ],
)
def test_a_changed_or_missing_model_is_said(
    looks: LooksTab, comp: Comp, library: Path, qtbot: Any, change: Any, word: str, sentence: str
) -> None:
    """A look that would paint differently here says so in the list and in full when chosen."""
    look = on_node.take(comp.node(), "Rain").look
    styles = (dataclasses.replace(look.styles[0], **change),)
    show_library({"IMPASTO_LOOKS": str(library)}).save(dataclasses.replace(look, styles=styles))
    choose_place(looks, "Show library", qtbot)
    (one,) = looks.model.looks()
    looks.list.setCurrentIndex(looks.model.index(0, 0))

    assert one.warning == word
    assert sentence in looks.details.text()


def test_looks_are_given_to_the_rows_selected_in_shots(
    panel: Panel, looks: LooksTab, comp: Comp, nuke: ModuleType, qtbot: Any
) -> None:
    """The other button gives the look to the Shots tab's selection, whatever the graph's is."""
    source, target = comp.node(), comp.node()
    source["style"].setValue("cold")
    source.setSelected(True)
    target.setSelected(False)
    looks.name_field.setText("Fog")
    press(looks.save_button, looks, qtbot)
    looks.list.setCurrentIndex(looks.model.index(0, 0))
    panel.shots.look()
    panel.shots.view.selectRow(1)
    looks.look()
    assert looks.apply_shots_button.text() == "Apply to 1 s&hot"
    press(looks.apply_shots_button, looks, qtbot)

    assert target["style"].value() == "cold"


def test_looks_of_several_nodes_are_saved_at_once(looks: LooksTab, comp: Comp, qtbot: Any) -> None:
    """With several nodes selected each look is saved under the name and its node's."""
    nodes = [comp.node(), comp.node()]
    for node in nodes:
        node.setSelected(True)
    looks.name_field.setText("Fog")
    press(looks.save_button, looks, qtbot)

    assert listed(looks) == [f"Fog {node.name()}" for node in nodes]


def test_a_library_that_is_gone_is_told(
    looks: LooksTab, comp: Comp, library: Path, qtbot: Any
) -> None:
    """A folder that is not there, or not named, is said in the list's place."""
    library.rmdir()
    choose_place(looks, "Show library", qtbot)
    assert "is the drive mounted?" in looks.place_notice.text()
    comp.node()
    press(looks.save_button, looks, qtbot)

    assert "was not saved" in looks.notice.text()


def test_without_a_library_it_says_how_to_name_one(
    looks: LooksTab, monkeypatch: pytest.MonkeyPatch, qtbot: Any
) -> None:
    """Without IMPASTO_LOOKS the show's place says what to set."""
    monkeypatch.delenv("IMPASTO_LOOKS")
    choose_place(looks, "Show library", qtbot)
    assert "IMPASTO_LOOKS" in looks.place_notice.text()


def test_lines_are_drawn_with_what_is_wrong(
    looks: LooksTab, comp: Comp, library: Path, qtbot: Any
) -> None:
    """Thumbnail and warning colour are on the screen."""
    look = on_node.take(comp.node(), "Rain").look
    changed = dataclasses.replace(look.styles[0], model_sha256="0" * 64)
    picture = comp.folder / "thumb.png"
    image = QtGui.QImage(320, 180, QtGui.QImage.Format.Format_RGB32)
    image.fill(QtGui.QColor(10, 200, 30))
    image.save(str(picture))
    show_library({"IMPASTO_LOOKS": str(library)}).save(
        dataclasses.replace(look, styles=(changed,)), thumbnail=picture.read_bytes()
    )
    choose_place(looks, "Show library", qtbot)

    def colours() -> set[tuple[int, ...]]:
        shown = looks.list.viewport().grab().toImage()
        return {
            shown.pixelColor(x, y).getRgb()[:3]
            for x in range(shown.width())
            for y in range(min(80, shown.height()))
        }

    qtbot.waitUntil(lambda: (10, 200, 30) in colours(), timeout=5000)
    assert any(r > 200 and 90 < g < 180 and b < 90 for r, g, b in colours())


def test_an_effects_look_lies_beside_a_styles(
    looks: LooksTab, panel: Panel, comp: Comp, effects: Path, qtbot: Any
) -> None:
    """Saved from an effect node it has the effect's picture, and goes to nodes of its kind."""
    source = effect_node(comp, speed=0.5)
    panel.styles.refresh()
    looks.name_field.setText("Embers")
    press(looks.save_button, looks, qtbot)
    (saved,) = looks.model.looks()
    assert saved.styles == "Tiny fire (fire)"
    assert saved.stored.thumbnail is not None
    assert QtGui.QImage(str(saved.stored.thumbnail)).pixelColor(5, 5).getRgb()[:3] == (240, 140, 40)
    assert not looks.notice.isVisible()

    style, other = comp.node(), effect_node(comp)
    style.setSelected(True)
    looks.look()
    assert looks.apply_button.text() == "&Apply to 2 selected nodes"
    looks.list.setCurrentIndex(looks.model.index(0, 0))
    press(looks.apply_button, looks, qtbot)
    assert other["speed"].value() == 0.5
    assert f"{style.fullName()}: It paints in a style" in looks.notice.text()
    assert source["speed"].value() == 0.5
