"""Promises of the plugin's start in Nuke: what it adds, and that it never stops Nuke."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest
from nuke_standin import callbacks, session

from nuke_plugin import impasto_nodes, style_node
from nuke_plugin.panel.dock import Panel
from tests.nuke_plugin.comp import Comp

ROOT = Path(__file__).resolve().parents[2]


def test_the_menus_are_there(nuke: ModuleType) -> None:
    """The node is in toolbar and menu, the panel in menu and panes, looks in the menu."""
    assert nuke.menu("Nodes").findItem("Impasto/ImpastoStyle") is not None
    assert nuke.menu("Nuke").findItem("Impasto/ImpastoStyle") is not None
    assert nuke.menu("Nodes").findItem("Impasto/ImpastoEffect") is not None
    assert nuke.menu("Nuke").findItem("Impasto/Styles panel") is not None
    assert nuke.menu("Nuke").findItem("Impasto/Copy look") is not None
    assert nuke.menu("Nuke").findItem("Impasto/Paste look") is not None
    assert nuke.menu("Pane").findItem("Impasto") is not None


def test_the_menu_creates_a_node(comp: Comp, nuke: ModuleType) -> None:
    """Choosing the toolbar's entry creates the node."""
    nuke.menu("Nodes").findItem("Impasto/ImpastoStyle").invoke()

    assert [node.name() for node in style_node.all_style_nodes()] == ["ImpastoStyle1"]


def test_the_menu_creates_an_effect(comp: Comp, effects: Path, nuke: ModuleType) -> None:
    """Its own entry creates a node of effects, whose library opens by what they make."""
    nuke.menu("Nodes").findItem("Impasto/ImpastoEffect").invoke()
    (node,) = impasto_nodes.all_nodes()

    assert node.name() == "ImpastoEffect1"
    assert node["library"].values() == ["fire/tiny_fire", "smoke/tiny_smoke", "water/tiny_water"]
    node["library"].setValue("water/tiny_water")
    assert node["model"].value() == "tiny_water"
    assert node["water_exposure"].visible()
    node["model"].setValue("tiny_smoke")
    assert node["library"].value() == "smoke/tiny_smoke"


def test_the_menu_opens_the_panel(comp: Comp, nuke: ModuleType) -> None:
    """Choosing the menu's entry opens the panel, in a pane or a window."""
    nuke.menu("Nuke").findItem("Impasto/Styles panel").invoke()
    widget = session.open_panels[-1].customKnob.getObject().widget

    assert isinstance(widget, Panel)


def test_terminal_mode_gets_no_ui(terminal_nuke: ModuleType) -> None:
    """In terminal and render mode only the path is added: no menus, no callbacks."""
    assert str(ROOT) in sys.path
    assert not callbacks._registered


def test_a_broken_plugin_does_not_stop_nuke(
    nuke_host: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """When the plugin cannot be loaded, Nuke starts and the reason is printed."""
    monkeypatch.setitem(sys.modules, "nuke_plugin.nuke_menu", None)
    monkeypatch.delattr("nuke_plugin.nuke_menu", raising=False)
    nuke_host.start([ROOT])

    printed = capsys.readouterr().out
    assert "Impasto could not be loaded" in printed
    assert "Error" in printed


def test_menu_py_is_short() -> None:
    """``menu.py`` stays at most 40 lines: what it calls can be tested, it cannot."""
    assert len((ROOT / "menu.py").read_text(encoding="utf-8").splitlines()) <= 40
