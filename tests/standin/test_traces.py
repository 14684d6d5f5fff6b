"""What edits leave in a session, and what of Nuke is seen on the screen: the traps of both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nuke
import nukescripts
import pytest
from nuke_standin import session, store_exr, widgets


@pytest.fixture
def host(nuke_host: Any) -> Any:
    """Return the package that drives the stand-in, in a new Nuke."""
    return nuke_host


def test_every_edit_modifies_the_script(host: Any, tmp_path: Path) -> None:
    """Edits set the modified flag, with Undo off too; going to another frame and saving do not."""
    root = nuke.root()
    nuke.frame(7)
    assert not root.modified()
    with_undo_off = nuke.Undo()
    with_undo_off.disable()
    nuke.delete(nuke.nodes.NoOp())
    with_undo_off.enable()
    assert root.modified()
    nuke.scriptSaveAs(str(tmp_path / "saved.nk"), 1)
    assert not nuke.modified()


def test_steps_of_undo_are_counted(host: Any) -> None:
    """UndoSize is how often Undo can be pressed; terminal mode keeps no history."""
    before = nuke.Undo.undoSize()
    nuke.nodes.NoOp()
    assert nuke.Undo.undoSize() > before
    host.reset(gui=False)
    nuke.nodes.NoOp()
    assert nuke.Undo.undoSize() == 0


def test_a_typed_file_stretches_the_project(host: Any) -> None:
    """The project's range grows to the frames that are typed into a Read, unless it is locked."""
    root = nuke.root()
    root["first_frame"].setValue(10)
    root["last_frame"].setValue(20)
    nuke.nodes.Read()["file"].fromUserText("/shot/plate.%04d.exr 5-15")
    assert (root.firstFrame(), root.lastFrame()) == (5, 20)
    nuke.nodes.Read()["file"].setValue("/shot/plate.%04d.exr 1-99")
    root["lock_range"].setValue(True)
    nuke.nodes.Read()["file"].fromUserText("/shot/plate.%04d.exr 1-99")
    assert (root.firstFrame(), root.lastFrame()) == (5, 20)


def test_a_local_copy_goes_stale(host: Any, tmp_path: Path) -> None:
    """A Read that is localised shows its copy after a reload too; one that is not, the new file."""
    file = f"{tmp_path.as_posix()}/light.exr"
    reads = {policy: nuke.nodes.Read(file=file, raw=True) for policy in ("on", "off")}
    for policy, read in reads.items():
        read["localizationPolicy"].setValue(policy)
    seen = []
    for light in (0.25, 0.75):
        store_exr(file, {name: [[light] * 4] * 2 for name in "RGB"})
        for read in reads.values():
            read["reload"].execute()
        seen.append([read.sample("rgba.red", 1, 1) for read in reads.values()])
    assert seen == [[0.25, 0.25], [0.25, 0.75]]


def test_drops_are_handed_on(host: Any) -> None:
    """What is dropped goes to the callbacks, the last one first, until one has taken it."""
    heard: list[str] = []
    nukescripts.addDropDataCallback(lambda kind, text: heard.append(f"first {text}"))
    nukescripts.addDropDataCallback(lambda kind, text: text == "mine" or None)
    assert nukescripts.dropData("text/plain", "mine") is True
    assert nukescripts.dropData("text/plain", "other") is None
    assert heard == ["first other"]


def test_open_properties_are_labels_of_qt(host: Any, qapp: Any) -> None:
    """Where Qt runs, the texts of a node whose properties are open are on the screen."""
    group = nuke.nodes.Group()
    group.addKnob(nuke.Text_Knob("frames", "Frames", "<font color='red'>marked</font>"))

    def shown() -> int:
        qt = widgets.qt_widgets()
        assert qt is not None
        labels = [one for one in qt.QApplication.allWidgets() if isinstance(one, qt.QLabel)]
        return sum("marked" in label.text() for label in labels)

    assert shown() == 0
    group.showControlPanel()
    assert shown() == 1
    group.hideControlPanel()
    assert shown() == 0


def test_a_message_waits_where_a_test_wants_it(
    host: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message is kept; shown as a dialog it waits until somebody closes it."""
    qt = widgets.qt_widgets()
    assert qt is not None
    nuke.message("kept")
    monkeypatch.setattr(session, "shows_dialogs", True)
    texts: list[str] = []

    def close() -> None:
        box = qt.QApplication.activeModalWidget()
        texts.append(box.text())
        box.close()

    with_timer = __import__(qt.__name__.replace("QtWidgets", "QtCore"), fromlist=["QTimer"]).QTimer
    with_timer.singleShot(50, close)
    nuke.message("shown")

    assert texts == ["shown"]
    assert session.messages == ["kept", "shown"]


def test_a_cat_file_is_made_of_a_network(host: Any, tmp_path: Path) -> None:
    """CatFileCreator writes its file when it is executed, and fails without a network."""
    creator = nuke.nodes.CatFileCreator(catFile=f"{tmp_path.as_posix()}/style.cat")
    with pytest.raises(RuntimeError, match="CatFileCreator1"):
        nuke.execute(creator, nuke.FrameRanges([1]))
    (tmp_path / "model.pt").write_bytes(b"a network")
    creator["torchScriptFile"].setValue(f"{tmp_path.as_posix()}/model.pt")
    nuke.execute(creator, nuke.FrameRanges([1]))
    assert (tmp_path / "style.cat").is_file()
