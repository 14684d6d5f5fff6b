"""Starting Nuke, its modes, menus, panels and dialogs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nuke
import nukescripts
import pytest

CLASS = "__import__('standin_probe', fromlist=['Widget']).Widget"


@pytest.fixture
def host(nuke_host: Any, tmp_path: Path) -> Iterator[Any]:
    """Return the package that drives the stand-in; the import path is put back afterwards."""
    path = list(sys.path)
    yield nuke_host
    sys.path[:] = path


@pytest.fixture
def folders(host: Any, tmp_path: Path) -> list[Path]:
    """Return two plugin folders whose init.py and menu.py write into nuke.env['ran']."""
    nuke.env["ran"] = []
    made = [tmp_path / "first", tmp_path / "second"]
    for folder in made:
        folder.mkdir()
        for name in ("init", "menu"):
            code = f"nuke.env['ran'].append('{folder.name}/{name}')\n"
            (folder / f"{name}.py").write_text(code, encoding="utf-8")
    return made


def test_start_runs_init_then_menu_in_reverse(host: Any, folders: list[Path]) -> None:
    """init.py and menu.py run from the last folder to the first, so that the first wins."""
    host.start(folders)
    assert nuke.env["ran"] == ["second/init", "first/init", "second/menu", "first/menu"]
    assert nuke.GUI
    assert nuke.pluginPath() == [folder.as_posix() for folder in folders]


def test_terminal_mode_runs_no_menu(host: Any, folders: list[Path]) -> None:
    """Without a GUI only init.py runs, there are no menus or panels, and nobody answers."""
    host.start(folders, gui=False)
    assert nuke.env["ran"] == ["second/init", "first/init"]
    assert not nuke.GUI
    assert not nuke.env["gui"]
    with pytest.raises(RuntimeError, match="no menus in terminal mode"):
        nuke.menu("Nuke")
    with pytest.raises(RuntimeError, match="GUI only"):
        nukescripts.PythonPanel("a")
    with pytest.raises(RuntimeError, match="no one can answer"):
        nuke.ask("Sure?")


def test_plugin_add_path(host: Any, folders: list[Path]) -> None:
    """PluginAddPath runs the folder's init.py once, and makes it importable."""
    (folders[1] / "standin_found.py").write_text("HERE = 1\n", encoding="utf-8")
    nuke.pluginAddPath(folders[1].as_posix())
    nuke.pluginAddPath(folders[1].as_posix())
    assert nuke.env["ran"] == ["second/init"]
    assert __import__("standin_found").HERE == 1


def test_menu_commands(host: Any) -> None:
    """Menus hold commands by path; invoking one runs its text or its callable."""
    ran: list[str] = []
    host.session.namespace["ran"] = ran
    menu = nuke.menu("Nuke")
    menu.addCommand("Impasto/Sub/Text", "ran.append('text')", "ctrl+i", tooltip="tip")
    impasto = menu.addMenu("Impasto")
    impasto.addCommand("Call", lambda: ran.append("call"))
    assert impasto is menu.menu("Impasto")
    assert [item.name() for item in impasto.items()] == ["Sub", "Call"]
    menu.findItem("Impasto/Sub/Text").invoke()
    impasto.findItem("Call").invoke()
    assert ran == ["text", "call"]
    assert menu.findItem("Impasto/Sub/Text").shortcut() == "ctrl+i"
    assert impasto.removeItem("Call")
    assert impasto.findItem("Call") is None
    assert nuke.menu("No such menu") is None
    assert nuke.toolbar("Nodes").addMenu("Impasto").name() == "Impasto"
    with pytest.raises(TypeError, match="a text or a callable"):
        menu.addCommand("Wrong", 3)


def test_widget_panel(host: Any, tmp_path: Path) -> None:
    """A widget panel is Python text, evaluated in a bare scope each time it opens, called bare."""
    code = (
        "class Widget:\n    made = []\n    def __init__(self):\n        Widget.made.append(self)\n"
    )
    (tmp_path / "standin_probe.py").write_text(code, encoding="utf-8")
    sys.path.insert(0, str(tmp_path))
    nukescripts.registerWidgetAsPanel(CLASS, "Impasto", "impasto.Panel")
    widget = __import__("standin_probe").Widget
    assert widget.made == []
    nuke.menu("Pane").findItem("Impasto").invoke()
    assert len(widget.made) == 1
    nukescripts.restorePanel("impasto.Panel")
    assert (len(widget.made), len(host.session.open_panels)) == (2, 2)
    panel = nukescripts.registerWidgetAsPanel(CLASS, "Impasto", "impasto.Panel", True)
    panel.show()
    assert panel.customKnob.getObject().widget is widget.made[2]


@pytest.mark.parametrize(
    ("text", "error"), [("Widget", NameError), ("nuke.Node", NameError), ("no syntax", SyntaxError)]
)
def test_widget_text_needs_its_own_imports(host: Any, text: str, error: type[Exception]) -> None:
    """Text that relies on names of some other scope fails when the panel opens."""
    nuke.menu("Nuke").addCommand("Bind", "Widget = nuke.Node").invoke()
    nukescripts.registerWidgetAsPanel(text, "Impasto", "impasto.Panel")
    with pytest.raises(error):
        nukescripts.restorePanel("impasto.Panel")


def test_widget_is_given_as_text(host: Any) -> None:
    """A class in place of its text is refused."""
    with pytest.raises(TypeError, match="as Python text"):
        nukescripts.registerWidgetAsPanel(dict, "Impasto", "impasto.Panel")  # type: ignore[arg-type]


def test_custom_knob_is_built_with_the_panel(host: Any) -> None:
    """A PyCustom_Knob's text is evaluated when the node's panel opens, not before."""
    node = nuke.nodes.NoOp()
    text = "type('Maker', (), {'makeUI': lambda self: 'widget'})()"
    node.addKnob(nuke.PyCustom_Knob("table", "Table", text))
    assert node["table"].getObject() is None
    node.showControlPanel()
    assert node["table"].getObject().makeUI() == "widget"


def test_messages_are_kept_and_answers_given(host: Any) -> None:
    """Dialogs are not shown but kept; a question takes the test's answer or fails."""
    nuke.message("Done.")
    host.session.answers = [True, "text"]
    assert nuke.ask("Sure?")
    assert nuke.getInput("Name?", "x") == "text"
    assert host.session.messages == ["Done.", "Sure?", "Name?"]
    with pytest.raises(RuntimeError, match="gave no answer"):
        nuke.ask("Really?")
    with pytest.raises(TypeError):
        nuke.message(3)  # type: ignore[arg-type]


def test_progress_task(host: Any) -> None:
    """A progress task keeps what it was told, takes whole numbers only, and can be cancelled."""
    task = nuke.ProgressTask("Impasto")
    task.setMessage("frame 2")
    task.setProgress(50)
    assert not task.isCancelled()
    host.session.progress_tasks[0]._cancelled = True
    assert task.isCancelled()
    with pytest.raises(TypeError):
        task.setProgress(0.5)  # type: ignore[arg-type]


def test_frame_ranges() -> None:
    """Ranges iterate like Nuke's, and a text that is no range is refused."""
    assert list(nuke.FrameRange("1-10x4")) == [1, 5, 9]
    assert list(nuke.FrameRange(3, 1, -1)) == [3, 2, 1]
    ranges = nuke.FrameRanges("1-3 10-8x-1")
    assert ranges.toFrameList() == [1, 2, 3, 10, 9, 8]
    assert (ranges.size(), ranges.minFrame(), ranges.maxFrame()) == (2, 1, 10)
    with pytest.raises(ValueError, match="bad frame range"):
        nuke.FrameRange("one")
    with pytest.raises(ValueError, match="increment"):
        nuke.FrameRange(1, 2, 0)


def test_version_follows_the_python() -> None:
    """Each Python stands for the Nuke that has it."""
    expected = {(3, 9): 14, (3, 10): 15, (3, 11): 16}
    assert nuke.NUKE_VERSION_MAJOR == expected.get(sys.version_info[:2], 16)
    assert f"{nuke.NUKE_VERSION_MAJOR}.0v1" == nuke.NUKE_VERSION_STRING
