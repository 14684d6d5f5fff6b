"""Promises of the artist's own frame, rendered small by the stand-in for Nuke into a real file."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from nuke_standin import session

from nuke_plugin import style_node
from nuke_plugin.contract.errors import NodeBusy, PlateRenderFailed, RenderCancelled
from nuke_plugin.panel import own_frame
from nuke_plugin.panel.own_frame import Moment, OwnFrame, render_small
from tests.nuke_plugin.comp import Comp


def small(node: Any, file: Path) -> float:
    """Render the frame of a node small into a file."""
    moment = Moment.of(node)
    assert moment is not None
    return render_small(node.input(0), moment, file)


def frame_of(node: Any, folder: Path) -> OwnFrame:
    """Return the frame of a node."""
    moment = Moment.of(node)
    assert moment is not None
    return OwnFrame.of(node.input(0), moment, folder)


def test_the_current_frame_is_written_small(
    comp: Comp, nuke: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is written is the current frame, shrunk, in float, with its alpha."""
    monkeypatch.setattr(own_frame, "WIDTH_PX", 12)
    node = comp.node()
    nuke.root().setFrame(1002)
    small(node, tmp_path / "a folder" / "frame.exr")
    read = nuke.nodes.Read(raw=True)
    read["file"].fromUserText(str(tmp_path / "a folder" / "frame.exr"))

    assert (read.width(), read.height()) == (12, 8)
    assert read.sample("rgba.alpha", 2, 2) == pytest.approx(
        node.input(0).sample("rgba.alpha", 5, 5), abs=1e-3
    )


def test_a_small_plate_is_not_blown_up(comp: Comp, nuke: ModuleType, tmp_path: Path) -> None:
    """A plate that is narrower keeps its size."""
    small(comp.node(), tmp_path / "frame.exr")
    read = nuke.nodes.Read(raw=True)
    read["file"].fromUserText(str(tmp_path / "frame.exr"))
    assert read.width() == 24


def test_the_script_is_left_as_it_was(comp: Comp, nuke: ModuleType, tmp_path: Path) -> None:
    """No node stays, nothing can be undone, proxy mode, selection and 'modified' are as before."""
    node = comp.node()
    root = nuke.root()
    root.setProxy(True)
    root.setModified(False)
    before = (root.nodes(), nuke.selectedNodes(), len(session.undo.steps))
    small(node, tmp_path / "frame.exr")

    assert (root.nodes(), nuke.selectedNodes(), len(session.undo.steps)) == before
    assert root.proxy()
    assert not root.modified()


def test_it_works_inside_a_group(comp: Comp, nuke: ModuleType, tmp_path: Path) -> None:
    """The plate of a node in a Group is rendered there, and nothing stays in the Group."""
    group = nuke.nodes.Group()
    with group:
        source = nuke.nodes.Input()
        node = style_node.create("tiny", "warm")
        node.setInput(0, source)
    group.setInput(0, comp.plate)
    inside = len(group.nodes())
    small(node, tmp_path / "frame.exr")

    assert (tmp_path / "frame.exr").is_file()
    assert len(group.nodes()) == inside


def test_a_busy_nuke_is_left_alone(comp: Comp, tmp_path: Path) -> None:
    """While Nuke executes something, nothing is made and the caller is told to come again."""
    node = comp.node()
    session.executing = True
    with pytest.raises(NodeBusy):
        small(node, tmp_path / "frame.exr")


def test_cancel_and_failure_clean_up(comp: Comp, nuke: ModuleType, tmp_path: Path) -> None:
    """A cancel is no error, a failure says Nuke's words; either way no node stays."""
    node = comp.node()
    before = len(nuke.root().nodes())
    nuke.addBeforeRender(nuke.cancel)
    with pytest.raises(RenderCancelled):
        small(node, tmp_path / "frame.exr")
    nuke.removeBeforeRender(nuke.cancel)
    node.input(0)["file"].setValue("/nowhere/shot.%04d.exr")
    with pytest.raises(PlateRenderFailed, match="nowhere"):
        small(node, tmp_path / "frame.exr")

    assert len(nuke.root().nodes()) == before


def test_a_frame_is_known_by_what_decides_its_pictures(
    comp: Comp, nuke: ModuleType, tmp_path: Path
) -> None:
    """Same plate and settings share a folder; another frame, plate or control has its own."""
    node = comp.node()
    first = frame_of(node, tmp_path)
    assert frame_of(comp.node(), tmp_path).folder == first.folder
    nuke.root().setFrame(1002)
    second = frame_of(node, tmp_path)
    node["plate_colorspace"].setValue("ACEScg")
    third = frame_of(node, tmp_path)
    grade = nuke.nodes.Grade(inputs=[comp.plate])
    node.setInput(0, grade)
    fourth = frame_of(node, tmp_path)
    grade["multiply"].setValue(2)
    fifth = frame_of(node, tmp_path)
    node["scale_strokes"].setValue(False)
    sixth = frame_of(node, tmp_path)

    assert len({one.folder for one in (first, second, third, fourth, fifth, sixth)}) == 6


def test_a_node_without_plate_has_no_moment(comp: Comp) -> None:
    """Where nothing is connected there is nothing to show."""
    node = comp.node()
    node.setInput(0, None)
    assert Moment.of(node) is None
