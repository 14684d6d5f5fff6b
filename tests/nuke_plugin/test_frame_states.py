"""Promises of the frames' states: they follow plate, settings and files, and cost no render."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from nuke_standin import pixels, session

from nuke_plugin import frame_states, frame_strip, result_headers
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.contract.messages import FINGERPRINT_ATTRIBUTE
from nuke_plugin.contract.settings_digest import settings_digest
from nuke_plugin.frame_fingerprint import pictures_of
from nuke_plugin.frame_states import FrameStates
from nuke_plugin.plate_fingerprint import PlateFingerprint
from nuke_plugin.render_settings import RenderSettings, results_on_disk
from tests.nuke_plugin.comp import Comp

FRAMES = (1001, 1002, 1003)


@pytest.fixture
def comp(terminal_comp: Comp) -> Comp:
    """Return a comp in terminal mode: states need no GUI."""
    return terminal_comp


def paint(node: Any, *frames: int) -> None:
    """Write what the worker would: small results with the fingerprints of this moment."""
    settings = RenderSettings.from_node(node)
    plate = PlateFingerprint.above(node)
    for picture in pictures_of(settings):
        if picture.frame in frames:
            path = Path(picture.request.results % picture.frame)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            digits = picture.fingerprint(plate.at(picture.frame, picture.view))
            attributes = {FINGERPRINT_ATTRIBUTE: digits, "impasto/version": "0"}
            rows = {name: [[0.5]] for name in "RGB"}
            pixels.store_exr(str(path), rows, attributes=attributes)


def states(node: Any) -> tuple[list[int], list[int], list[int]]:
    """Return a node's fresh, stale and missing frames."""
    now = frame_states.of(node)
    return list(now.fresh), list(now.stale), list(now.missing)


def rewrite(file: Path) -> None:
    """Give a file the same bytes at another time."""
    later = file.stat().st_mtime_ns + 1_000_000_000
    os.utime(file, ns=(later, later))


def test_frames_are_missing_then_fresh(comp: Comp) -> None:
    """What is not on disk is missing; what was painted as the script is now is fresh."""
    node = comp.node()
    assert states(node) == ([], [], [1001, 1002, 1003])
    paint(node, 1001, 1003)
    assert states(node) == ([1001, 1003], [], [1002])
    assert frame_states.of(node).total == 3
    assert frame_states.of(node).to_render == FrameRange((1002,))


def test_a_changed_plate_frame_is_stale_alone(comp: Comp) -> None:
    """One file of the plate that was written again makes its own frame stale."""
    node = comp.node()
    paint(node, *FRAMES)
    rewrite(comp.folder / "plates" / "shot.1002.exr")
    assert states(node) == ([1001, 1003], [1002], [])


@pytest.mark.parametrize(
    ("knob", "value"),
    [
        ("strength", 0.5),
        ("style", "cold"),
        ("plate_colorspace", "ACEScg"),
        ("light", "clip"),
        ("premult", "off"),
        ("halfPrecision", True),
    ],
)
def test_a_setting_makes_stale_and_back_fresh(comp: Comp, knob: str, value: Any) -> None:
    """Another setting makes every frame stale; the old one makes them fresh again."""
    node = comp.node()
    paint(node, *FRAMES)
    old = node[knob].value()
    node[knob].setValue(value)
    assert states(node) == ([], [*FRAMES], [])
    node[knob].setValue(old)
    assert states(node) == ([*FRAMES], [], [])


def test_plates_of_another_depth_are_other_plates(comp: Comp) -> None:
    """Who sets the Write inside the node to full floats gets frames of full floats."""
    node = comp.node()
    paint(node, *FRAMES)
    node.node("PlateWrite")["datatype"].setValue("32 bit float")
    assert states(node) == ([], [*FRAMES], [])


@pytest.mark.parametrize(
    ("knob", "value"),
    [("mix", 0.3), ("keep_plate_colour", 1.0), ("useGPUIfAvailable", False), ("tileSize", "1024")],
)
def test_what_acts_live_makes_nothing_stale(comp: Comp, knob: str, value: Any) -> None:
    """Live controls, and what decides only how the network runs, cost no render."""
    node = comp.node()
    paint(node, *FRAMES)
    node[knob].setValue(value)
    assert states(node) == ([*FRAMES], [], [])


def test_an_animated_strength_makes_its_frames_stale(comp: Comp) -> None:
    """Of an animated setting only the frames with another value are stale."""
    node = comp.node()
    node["strength"].setAnimated()
    for frame in FRAMES:
        node["strength"].setValueAt(0.5, frame)
    paint(node, *FRAMES)
    node["strength"].setValueAt(0.75, 1002)
    assert states(node) == ([1001, 1003], [1002], [])


def test_another_file_under_the_models_name_is_another_setting(comp: Comp) -> None:
    """A model that was trained again and kept its name makes its frames stale."""
    (picture, *_) = pictures_of(RenderSettings.from_node(comp.node()))
    assert settings_digest(picture.request, "0" * 64) != settings_digest(picture.request, "1" * 64)
    assert picture.settings_digest not in (settings_digest(picture.request, "0" * 64), "")


def test_the_worst_of_the_views_counts(comp: Comp, terminal_nuke: ModuleType) -> None:
    """A frame that is stale in one view and missing in another is missing."""
    terminal_nuke.root()["views"].setValue("left right")
    node = comp.node()
    paint(node, *FRAMES)
    assert states(node) == ([*FRAMES], [], [])
    Path(str(comp.results(node, "right")) % 1001).unlink()
    comp_files = comp.results(node, "left")
    pixels.store_exr(str(comp_files) % 1003, {name: [[0.5]] for name in "RGB"})
    assert states(node) == ([1002], [1003], [1001])


def test_results_of_unknown_origin_are_stale(comp: Comp) -> None:
    """A frame without a fingerprint, or one that is no EXR, is on disk and nobody knows of what."""
    node = comp.node()
    paint(node, *FRAMES)
    pixels.store_exr(str(comp.result_file(node, 1001)), {name: [[0.5]] for name in "RGB"})
    comp.result_file(node, 1002).write_bytes(b"half a frame")
    assert states(node) == ([1003], [1001, 1002], [])


def test_a_node_that_cannot_be_rendered_has_no_fresh_frames(comp: Comp) -> None:
    """With a model that is not installed its frames are kept, and are stale; nothing raises."""
    node = comp.node()
    paint(node, 1001, 1002)
    node["model"].setValues(["gone"])
    node["model"].setValue("gone")
    assert states(node) == ([], [1001, 1002], [1003])
    node.setInput(0, None)
    assert frame_states.of(node) == frame_states.NO_FRAMES
    node["frame_range"].setValue("no range")
    assert frame_states.of(node) == frame_states.NO_FRAMES
    node.removeKnob(node["frame_range"])
    assert frame_states.of(node) == frame_states.NO_FRAMES


def test_a_node_that_lost_a_knob_has_no_fresh_frames(comp: Comp) -> None:
    """The timer of the strip looks at nodes that were edited by hand too, and nothing raises."""
    node = comp.node()
    paint(node, 1001, 1002)
    node.removeKnob(node["strength"])
    assert states(node) == ([], [1001, 1002], [1003])


def test_an_unsaved_script_has_missing_frames(terminal_nuke: ModuleType, models: Path) -> None:
    """Before the script has a place every frame is missing."""
    node_of = __import__("nuke_plugin.style_node", fromlist=["create"]).create
    plate = terminal_nuke.nodes.Constant(channels="rgba")
    plate.setSelected(True)
    node = node_of("tiny", "warm")
    node["frame_range"].setValue("1-3")
    assert states(node) == ([], [], [1, 2, 3])


def test_looking_edits_nothing(comp: Comp, terminal_nuke: ModuleType) -> None:
    """The panel asks all the time: no knob is touched, nothing is recorded, nothing executed."""
    node = comp.node()
    paint(node, *FRAMES)
    comp.save()
    terminal_nuke.root().setModified(False)
    before = (len(session.undo.steps), node.writeKnobs(terminal_nuke.TO_SCRIPT))
    edits: list[str] = []
    really_edit = session.edit
    session.edit = lambda what: edits.append(what)  # type: ignore[method-assign]
    try:
        assert states(node) == ([*FRAMES], [], [])
    finally:
        session.edit = really_edit  # type: ignore[method-assign]
    assert edits == []
    assert (len(session.undo.steps), node.writeKnobs(terminal_nuke.TO_SCRIPT)) == before


def test_a_path_with_other_tcl_is_found_and_stays_saved(
    comp: Comp, terminal_nuke: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Results whose path holds the user's own Tcl are judged, and a saved script stays saved."""
    elsewhere = str(comp.folder / "other place").replace("\\", "/")
    monkeypatch.setenv("SHOT", elsewhere)
    node = comp.node(results="[getenv SHOT]/%V/painted.%04d.exr")
    paint(node, *FRAMES)
    comp.save()
    root, write = terminal_nuke.root(), node.node("PlateWrite")
    root.setModified(False)
    before = (len(session.undo.steps), write["file"].value())
    assert results_on_disk(node) == (f"{elsewhere}/main/painted.%04d.exr",)
    assert states(node) == ([*FRAMES], [], [])
    assert not root.modified()
    assert (len(session.undo.steps), write["file"].value()) == before
    node["model"].setValue("gone")  # now its files alone are looked at
    root.setModified(False)
    assert states(node) == ([], [*FRAMES], [])
    assert not root.modified()


def test_slices_come_to_the_same(comp: Comp, monkeypatch: pytest.MonkeyPatch) -> None:
    """Judged a slice at a time, a slice holds a frame or few, and the end is as of one look."""
    node = comp.node()
    paint(node, 1001, 1002)
    rewrite(comp.folder / "plates" / "shot.1002.exr")
    judged: list[int] = []
    really_at = PlateFingerprint.at

    def at(plate: PlateFingerprint, frame: int, view: str) -> str:
        judged.append(frame)
        return really_at(plate, frame, view)

    monkeypatch.setattr(PlateFingerprint, "at", at)
    monkeypatch.setattr(frame_states, "SLICE_SECONDS", 0.0)
    judging, found, most = frame_states.Judging(node), None, 0
    slices = 0
    while found is None:
        before = len(judged)
        found = judging.go_on()
        most, slices = max(most, len(judged) - before), slices + 1
    assert (most, judged) == (1, [1001, 1002])
    assert slices > len(FRAMES)
    assert found == frame_states.of(node)
    assert (list(found.fresh), list(found.stale), list(found.missing)) == ([1001], [1002], [1003])
    monkeypatch.setattr(frame_states, "SLICE_SECONDS", 60.0)
    assert frame_states.Judging(node).go_on() == found


def test_a_node_deleted_between_slices(
    comp: Comp, terminal_nuke: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stood above may go between two slices: it is judged anew; without the node it ends."""
    monkeypatch.setattr(frame_states, "SLICE_SECONDS", 0.0)
    node = comp.node()
    paint(node, *FRAMES)
    judging = frame_states.Judging(node)
    assert [judging.go_on() for _ in range(2)] == [None, None]
    grade = terminal_nuke.nodes.Grade(multiply=2)
    grade.setInput(0, comp.read(comp.folder / "plates" / "shot.%04d.exr"))
    node.setInput(0, grade)
    terminal_nuke.delete(comp.plate)
    found = None
    while found is None:
        found = judging.go_on()
    assert found == frame_states.of(node)
    assert list(found.stale) == [*FRAMES]
    judging = frame_states.Judging(node)
    terminal_nuke.delete(node)
    with pytest.raises(ValueError, match=r"not attached|deleted"):
        judging.go_on()


def test_a_header_is_read_once(comp: Comp, monkeypatch: pytest.MonkeyPatch) -> None:
    """A result that did not change on disk is not opened again; one that did is."""
    node = comp.node()
    paint(node, *FRAMES)
    states(node)
    opened: list[str] = []
    really_read = result_headers.text_attributes

    def read(path: Path, names: Any) -> Any:
        opened.append(path.name)
        return really_read(path, names)

    monkeypatch.setattr(result_headers, "text_attributes", read)
    assert states(node) == ([*FRAMES], [], [])
    assert opened == []
    rewrite(comp.result_file(node, 1002))
    assert states(node) == ([*FRAMES], [], [])
    assert opened == ["painted.1002.exr"]


def test_a_painting_above_counts_by_its_results(comp: Comp) -> None:
    """Below another ImpastoStyle a frame is stale when that one's result changed, not its knobs."""
    above = comp.node()
    paint(above, *FRAMES)
    above.node("ResultRead")["first"].setValue(1001)
    above.node("ResultRead")["last"].setValue(1003)
    node = comp.node()
    node.setInput(0, above)
    paint(node, *FRAMES)
    above["strength"].setValue(0.5)
    above["status"].setValue("Painting...")
    assert states(node) == ([*FRAMES], [], [])
    rewrite(comp.result_file(above, 1002))
    assert states(node) == ([1001, 1003], [1002], [])


def test_the_strip_says_how_many(comp: Comp) -> None:
    """The strip has a block a frame, in order, and counts; the label says what is not fresh."""
    node = comp.node()
    paint(node, 1001, 1003)
    rewrite(comp.folder / "plates" / "shot.1003.exr")
    frame_strip.show(node)
    text = node["frames"].value()
    green, grey, amber = (text.index(colour) for colour in ("#6a9f5b", "#6f6f6f", "#c9973f"))
    assert green < grey < amber
    assert text.endswith("1 fresh, 1 stale, 1 missing")
    assert node["frames_notice"].value() == "1 stale, 1 missing"
    assert "1 stale, 1 missing" in node["label"].evaluate()
    assert not node["frames_notice"].visible()


def test_a_long_strip_shows_the_worst() -> None:
    """A range longer than the strip keeps its blocks, each as bad as the worst of its frames."""
    many = FrameStates(
        FrameRange.from_frames(frame for frame in range(1000) if frame != 500),
        FrameRange(()),
        FrameRange((500,)),
    )
    text = frame_strip.strip_text(many, FrameRange(()))
    assert text.count("&#9632;") == frame_strip.BLOCKS
    assert text.count("#6f6f6f") == 1
    assert text.endswith("999 fresh, 1 missing")
    assert "1 failed" in frame_strip.strip_text(many, FrameRange((500,)))
