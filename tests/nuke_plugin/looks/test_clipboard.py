"""Promises of Copy look and Paste look, through Nuke's menu and Qt's real clipboard."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from nuke_standin import session

from nuke_plugin.looks import clipboard
from nuke_plugin.looks.record import Look
from nuke_plugin.qt import QtGui
from tests.nuke_plugin.comp import Comp
from tests.nuke_plugin.looks.look_examples import look, style


def choose(nuke: ModuleType, item: str) -> None:
    """Choose an item of Nuke's Impasto menu."""
    nuke.menu("Nuke").findItem(f"Impasto/{item}").invoke()


def select(comp: Comp, *nodes: Any) -> None:
    """Select these nodes and no other."""
    import nuke

    for node in nuke.allNodes():
        node.setSelected(node in nodes)


def clipboard_text() -> str:
    """Return what is on the clipboard."""
    return str(QtGui.QGuiApplication.clipboard().text())


def put(text: str) -> None:
    """Put a text on the clipboard, as another program does."""
    QtGui.QGuiApplication.clipboard().setText(text)


def test_copy_and_paste(comp: Comp, nuke: ModuleType) -> None:
    """A look is copied as readable text and pasted onto every selected node, one step of Undo."""
    source = comp.node(style="cold", strength=0.25)
    targets = [comp.node(), comp.node()]
    select(comp, source)
    choose(nuke, "Copy look")
    assert Look.from_json(clipboard_text(), "x").styles[0].style == "cold"
    put(f"\n  {clipboard_text()}\n")
    select(comp, comp.plate, *targets)
    before = len(session.undo.steps)
    choose(nuke, "Paste look")

    assert [node["style"].value() for node in targets] == ["cold", "cold"]
    assert [node["strength"].value() for node in targets] == [0.25, 0.25]
    assert len(session.undo.steps) == before + 1
    assert session.messages == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ("set cut_paste_input [stack 0]\nversion 16.0 v1", "not JSON"),
        ('{"a": 1}', "impasto_look"),
        (look().to_json().replace("0.8", "8.0"), "strength"),
        (look().to_json().replace('"warm"', '"../warm"'), "styles[0].style"),
    ],
)
def test_what_is_no_look_changes_nothing(
    comp: Comp, nuke: ModuleType, text: str, said: str
) -> None:
    """A text that is no look is told by key, and no node and no history is touched."""
    node = comp.node(style="cold")
    put(text)
    select(comp, node)
    before = len(session.undo.steps)
    choose(nuke, "Paste look")

    assert said in session.messages[-1]
    assert "The text on the clipboard is not a look" in session.messages[-1]
    assert node["style"].value() == "cold"
    assert len(session.undo.steps) == before


def test_nothing_selected_is_told(comp: Comp, nuke: ModuleType) -> None:
    """Without a node to copy from or to paste to, it is said how many are needed."""
    nodes = [comp.node(), comp.node()]
    select(comp)
    put("before")
    choose(nuke, "Paste look")
    assert "Paste look needs one or more Impasto node" in session.messages[-1]
    select(comp, *nodes)
    choose(nuke, "Copy look")
    assert "Copy look needs one Impasto node, and 2 of" in session.messages[-1]
    assert clipboard_text() == "before"


def test_what_differs_here_is_shown_once_for_all_nodes(comp: Comp, nuke: ModuleType) -> None:
    """Another model than the look's is told in one sentence, its marks shown as written."""
    nodes = [comp.node(), comp.node()]
    styles = (style(), style(style="cold"), style(model="other", weight=0.1))
    put(look("<img src='http://x/'>", styles=styles).to_json())
    select(comp, *nodes)
    choose(nuke, "Paste look")
    (message,) = session.messages

    assert "warm, cold: The model 'tiny' here is another" in message
    assert "&lt;img src='http://x/'&gt;" in message
    assert "<img" not in message


def test_a_fault_of_the_program_is_told_too(
    comp: Comp, nuke: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A menu action that fails in a way nobody foresaw says so, and Nuke goes on."""
    monkeypatch.setattr(clipboard, "_clipboard", lambda: 1 / 0)
    select(comp, comp.node())
    choose(nuke, "Paste look")
    assert "ZeroDivisionError" in session.messages[-1]


def test_the_texts_serve_without_a_gui(terminal_comp: Comp) -> None:
    """A script in terminal mode gets and gives the same text, where no clipboard is."""
    source, target = terminal_comp.node(style="cold"), terminal_comp.node()
    text, said = clipboard.look_text(source, "Rain")
    applied = clipboard.apply_text(text, [target])

    assert (said, applied.facts) == ((), ())
    assert target["style"].value() == "cold"
