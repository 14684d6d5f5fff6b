"""Promises of the plates' slices: their length, their views, and that Nuke is never interrupted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from nuke_plugin import plate_render
from nuke_plugin.contract.errors import NodeBusy, RenderCancelled
from nuke_plugin.frame_fingerprint import pictures_of
from nuke_plugin.plate_render import PlateRender
from nuke_plugin.render_settings import RenderSettings
from tests.nuke_plugin.comp import FIRST, Comp


@pytest.fixture
def comp(terminal_comp: Comp) -> Comp:
    """Return a comp in terminal mode: slices need no GUI."""
    return terminal_comp


def plates_of(node: Any, wanted: Callable[[Any], bool] = lambda picture: True) -> PlateRender:
    """Return the render of some of a node's plates."""
    settings = RenderSettings.from_node(node)
    return PlateRender(node, settings, [one for one in pictures_of(settings) if wanted(one)])


def executed(nuke: ModuleType) -> list[tuple[int, str]]:
    """Return a list that Nuke adds each frame of each Write to, with its view."""
    frames: list[tuple[int, str]] = []
    nuke.addBeforeFrameRender(lambda: frames.append((nuke.frame(), nuke.thisNode().name())))
    return frames


def test_slices_grow_to_their_time(comp: Comp, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first slice is one frame; the next ones grow twofold at most, and shrink when slow."""
    monkeypatch.setattr(plate_render, "SLICE_SECONDS", 1000.0)
    node = comp.node(frame_range="1001-1003,1001-1003,1001-1003")
    plates = plates_of(node)
    assert [len(plates.render_next().written) for _ in range(2)] == [1, 2]
    assert plates.is_done
    monkeypatch.setattr(plate_render, "SLICE_SECONDS", 0.0)
    (comp.folder / "plates" / "shot.1001.exr").touch()
    plates = PlateRender(node, plates._settings, [*pictures_of(plates._settings)], uses_old=False)
    assert [len(plates.render_next().written) for _ in range(3)] == [1, 1, 1]


def test_only_the_views_that_are_wanted(comp: Comp, terminal_nuke: ModuleType) -> None:
    """A frame that is missing in one view costs no plate of the other."""
    terminal_nuke.root()["views"].setValue("left right")
    node = comp.node()
    plates = plates_of(node, lambda picture: (picture.frame, picture.view) != (1002, "left"))
    while not plates.is_done:
        plates.render_next()
    there = sorted(
        f"{path.parents[1].name} {path.name}"
        for view in ("left", "right")
        for path in (comp.results(node, view).parent / "plates").glob("*.exr")
    )
    expected = {"left": ("1001", "1003"), "right": ("1001", "1002", "1003")}
    assert there == [f"{view} painted.{frame}.exr" for view in expected for frame in expected[view]]


def test_nuke_is_not_interrupted(comp: Comp, terminal_nuke: ModuleType) -> None:
    """While Nuke executes something else a slice says so and loses no frame."""
    nuke = terminal_nuke
    plates = plates_of(comp.node())
    write = nuke.nodes.Write(file=str(comp.folder / "x.%04d.exr"), raw=True, file_type="exr")
    write.setInput(0, comp.plate)
    refusals: list[str] = []

    def try_inside() -> None:
        with pytest.raises(NodeBusy) as caught:
            plates.render_next()
        refusals.append(caught.value.message)

    nuke.addBeforeRender(try_inside)
    nuke.execute(write, FIRST, FIRST)
    nuke.removeBeforeRender(try_inside)
    assert "Nuke is rendering something else" in refusals[0]
    assert len(plates.render_next().written) == 1


def test_a_failing_frame_costs_no_other(
    comp: Comp, terminal_nuke: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A frame that fails in a slice is tried alone and given up alone; Nuke's state is put back."""
    monkeypatch.setattr(plate_render, "SLICE_SECONDS", 1000.0)
    (comp.folder / "plates" / "shot.1003.exr").unlink()
    terminal_nuke.root().setProxy(True)
    node = comp.node()
    plates = plates_of(node)
    written, failed = [], []
    while not plates.is_done:
        done = plates.render_next()
        written += [picture.frame for picture, _ in done.written]
        failed += [picture.frame for picture, _ in done.failed]
    assert (written, failed) == ([1001, 1002], [1003])
    assert node.node("PlateWrite")["disable"].value()
    assert terminal_nuke.root().proxy()


def test_a_deleted_node_ends_it(comp: Comp, terminal_nuke: ModuleType) -> None:
    """The plates of a node that is gone are cancelled, without an error of Nuke's."""
    node = comp.node()
    plates = plates_of(node)
    terminal_nuke.delete(node)
    with pytest.raises(RenderCancelled):
        plates.render_next()


def test_the_fingerprint_is_of_the_slices_moment(comp: Comp, terminal_nuke: ModuleType) -> None:
    """The tree may be edited between two slices: each plate is known by the tree it came from."""
    grade = terminal_nuke.nodes.Grade()
    grade.setInput(0, comp.plate)
    node = comp.node()
    node.setInput(0, grade)
    plates = plates_of(node)
    ((_, first),) = plates.render_next().written
    grade["multiply"].setValue(2)
    second = plates.render_next().written[0][1]
    grade["multiply"].setValue(1)
    again = plates_of(node)
    assert again.render_next().written[0][1] == first
    assert again.render_next().written[0][1] != second


def test_results_keep_their_names(comp: Comp) -> None:
    """The plates stand in a folder beside the results, one for each frame under its number."""
    node = comp.node(frame_range="1001-1003x2")
    plates = plates_of(node)
    while not plates.is_done:
        plates.render_next()
    folder = Path(str(comp.results(node))).parent / "plates"
    assert sorted(path.name for path in folder.glob("*.exr")) == [
        "painted.1001.exr",
        "painted.1003.exr",
    ]
