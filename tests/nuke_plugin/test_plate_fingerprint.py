"""Promises of a plate's fingerprint: what changes the picture changes it, and nothing else does."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from nuke_plugin.plate_fingerprint import DIGITS, PlateFingerprint

FRAMES = (1001, 1002, 1003)


class Upstream:
    """A Read of three files, a Grade on it, and their fingerprints."""

    def __init__(self, nuke: ModuleType, folder: Path) -> None:
        self.nuke = nuke
        self.folder = folder
        for frame in FRAMES:
            self.file(frame).write_bytes(b"a plate")
        self.read = nuke.nodes.Read(raw=True)
        self.read["file"].fromUserText(f"{folder.as_posix()}/shot.%04d.exr 1001-1003")
        self.grade = nuke.nodes.Grade()
        self.grade.setInput(0, self.read)
        self.last = self.grade

    def file(self, frame: int, name: str = "shot") -> Path:
        """Return one file of the plate."""
        return self.folder / f"{name}.{frame:04d}.exr"

    def add(self, node: Any) -> Any:
        """Put a node below all others."""
        node.setInput(0, self.last)
        self.last = node
        return node

    def now(self, view: str = "main") -> list[str]:
        """Return the fingerprints of the three frames as the script is now."""
        plate = PlateFingerprint(self.last)
        return [plate.at(frame, view) for frame in FRAMES]

    def changed_by(self, edit: Callable[[], object]) -> list[int]:
        """Return the frames whose fingerprint an edit changes."""
        before = self.now()
        edit()
        return [frame for frame, old, new in zip(FRAMES, before, self.now()) if old != new]


@pytest.fixture
def upstream(terminal_nuke: ModuleType, tmp_path: Path) -> Upstream:
    """Return a plate in a new script."""
    return Upstream(terminal_nuke, tmp_path)


def rewrite(file: Path) -> None:
    """Give a file the same bytes at another time."""
    later = file.stat().st_mtime_ns + 1_000_000_000
    os.utime(file, ns=(later, later))


def test_it_is_digits_and_the_same_twice(upstream: Upstream) -> None:
    """The same script gives the same digits, as many as promised, for any frame."""
    first = upstream.now()
    assert upstream.now() == first
    assert all(len(digest) == DIGITS and int(digest, 16) >= 0 for digest in first)


def test_one_file_is_one_frame(upstream: Upstream) -> None:
    """A frame that was written again is that frame alone; so is one that is gone or grew."""
    assert upstream.changed_by(lambda: rewrite(upstream.file(1002))) == [1002]
    assert upstream.changed_by(lambda: upstream.file(1003).unlink()) == [1003]
    assert upstream.changed_by(lambda: upstream.file(1001).write_bytes(b"larger plate")) == [1001]


def test_the_same_files_elsewhere_are_the_same_plate(upstream: Upstream, tmp_path: Path) -> None:
    """A shot that moved, or that a farm has under another name, keeps its fingerprints."""
    moved = tmp_path / "moved"

    def move() -> None:
        shutil.copytree(upstream.folder, moved)  # with their times, as rsync does
        upstream.read["file"].setValue(f"{moved.as_posix()}/shot.%04d.exr")

    assert upstream.changed_by(move) == []
    rewrite(moved / "shot.1002.exr")
    upstream.folder = moved
    assert upstream.changed_by(lambda: rewrite(upstream.file(1002))) == [1002]


def test_a_path_in_tcl_is_followed(upstream: Upstream) -> None:
    """A file that an expression names counts as any other, whichever frame is in the Viewer."""
    nuke = upstream.nuke
    upstream.read["file"].setValue(f"[file dirname {upstream.file(1).as_posix()}]/shot.%04d.exr")
    assert upstream.changed_by(lambda: nuke.root().setFrame(1003)) == []
    assert upstream.changed_by(lambda: rewrite(upstream.file(1002))) == [1002]


def test_a_knob_is_every_frame(upstream: Upstream) -> None:
    """A setting upstream changes all frames, and back again gives the old fingerprints."""
    before = upstream.now()
    assert upstream.changed_by(lambda: upstream.grade["multiply"].setValue(2)) == [*FRAMES]
    upstream.grade["multiply"].setValue(1)
    assert upstream.now() == before


def test_a_key_is_the_frames_round_it(upstream: Upstream) -> None:
    """Of a curve counts what it is round the frame: motion blur looks up to a frame away."""
    gain = upstream.grade["multiply"]
    gain.setAnimated()
    for frame in range(1000, 1010):
        gain.setValueAt(1.0, frame)
    assert upstream.changed_by(lambda: gain.setValueAt(5.0, 1004)) == [1003]
    assert upstream.changed_by(lambda: gain.setValueAt(5.0, 1008)) == []


def test_an_expression_counts_by_its_values(upstream: Upstream) -> None:
    """What an expression gives counts, also when what it looks at is no node upstream."""
    control = upstream.nuke.nodes.NoOp(name="Control")
    gain = upstream.nuke.Double_Knob("gain", "Gain")
    control.addKnob(gain)
    upstream.grade["multiply"].setExpression("Control.gain + frame")
    assert upstream.changed_by(lambda: gain.setValue(0.5)) == [*FRAMES]
    assert len(set(upstream.now())) == 3


@pytest.mark.parametrize(
    "text",
    ["r * Control.gain", "[value Control.gain]", "[value Relay.said]", "Rig.Control2.gain.r"],
)
def test_a_text_counts_by_what_it_names(upstream: Upstream, text: str) -> None:
    """A knob of a node that is not upstream counts where a text names it, also over another."""
    nuke = upstream.nuke
    rig = nuke.nodes.Group(name="Rig")
    with rig:
        inside = nuke.nodes.NoOp(name="Control2")
    control, relay = nuke.nodes.NoOp(name="Control"), nuke.nodes.NoOp(name="Relay")
    for node in (control, inside):
        node.addKnob(nuke.Double_Knob("gain", "Gain"))
    relay.addKnob(nuke.String_Knob("said", "Said"))
    relay["said"].setValue("[value Control.gain]")
    inside["gain"].setExpression("root.Control.gain")
    control["gain"].setValue(0.25)
    upstream.add(nuke.nodes.Expression(expr0=text))
    assert upstream.changed_by(lambda: control["gain"].setValue(0.5)) == [*FRAMES]
    assert upstream.changed_by(lambda: control.setXYpos(9, 9)) == []
    control["gain"].setExpression("frame > 1002")
    assert len(set(upstream.now())) > 1


def test_a_text_does_not_count_by_what_moves_by_itself(upstream: Upstream, tmp_path: Path) -> None:
    """The frame in the Viewer, proxy mode and the script's folder make no plate another."""
    nuke = upstream.nuke
    upstream.add(nuke.nodes.Expression(expr0="[value root.frame]", expr1="root.proxy"))
    upstream.add(nuke.nodes.Expression(expr0="[string length [value root.name]]"))
    nuke.root()["name"].setValue(f"{tmp_path.as_posix()}/here/comp_v001.nk")
    assert upstream.changed_by(lambda: nuke.root().setFrame(1003)) == []
    assert upstream.changed_by(lambda: nuke.root()["proxy"].setValue(True)) == []
    root = nuke.root()["name"]
    assert upstream.changed_by(lambda: root.setValue("/there/comp_v001.nk")) == []
    assert upstream.changed_by(lambda: root.setValue("/there/comp_v002.nk")) == [*FRAMES]


def test_a_text_inside_a_group_asks_the_group(upstream: Upstream) -> None:
    """A text names the knob of its Group; a name that is no node's is a text and no more."""
    nuke = upstream.nuke
    group = nuke.nodes.Group()
    group.addKnob(nuke.Double_Knob("gain", "Gain"))
    with group:
        source = nuke.nodes.Input()
        inside = nuke.nodes.Expression(expr0="r * parent.gain", expr1="no.such.knob", expr2="1.5")
        inside.setInput(0, source)
        nuke.nodes.Output().setInput(0, inside)
    upstream.add(group)
    assert upstream.changed_by(lambda: group["gain"].setValue(0.5)) == [*FRAMES]
    assert upstream.changed_by(lambda: inside["expr1"].setValue("no.other.knob")) == [*FRAMES]


@pytest.mark.parametrize("name", ["workingSpaceLUT", "int8Lut", "int16Lut", "logLut", "floatLut"])
def test_the_project_s_colour_spaces_count(upstream: Upstream, name: str) -> None:
    """The colour space of the project, and those its files have by default, change every frame."""
    nuke = upstream.nuke
    nuke.root().addKnob(nuke.Enumeration_Knob(name, "Colour space", ["linear", "sRGB"]))
    assert upstream.changed_by(lambda: nuke.root()[name].setValue("sRGB")) == [*FRAMES]


@pytest.mark.parametrize("edit", ["connect", "disable", "class", "order"])
def test_the_tree_counts(upstream: Upstream, edit: str) -> None:
    """Another node, another order of the inputs and a disabled node are other plates."""
    nuke = upstream.nuke
    merge = upstream.add(nuke.nodes.Merge2())
    other = nuke.nodes.Constant(channels="rgba")

    def swap() -> None:
        merge.setInput(1, merge.input(0))
        merge.setInput(0, other)

    merge.setInput(1, other)
    edits: dict[str, Callable[[], object]] = {
        "connect": lambda: merge.setInput(1, None),
        "disable": lambda: upstream.grade["disable"].setValue(True),
        "class": lambda: merge.setInput(0, upstream.read),
        "order": swap,
    }
    assert upstream.changed_by(edits[edit]) == [*FRAMES]


def test_what_is_no_picture_does_not_count(upstream: Upstream) -> None:
    """Names, places, notes, colours, the current frame and a Write's renders change nothing."""
    nuke = upstream.nuke
    write = upstream.add(nuke.nodes.Write(file=f"{upstream.folder.as_posix()}/out.%04d.exr"))

    def work() -> None:
        upstream.grade.setName("Renamed")
        upstream.grade.setXYpos(300, 400)
        upstream.grade.setSelected(True)
        upstream.grade["label"].setValue("a note")
        upstream.read["localizationPolicy"].setValue("off")
        write["file"].setValue("elsewhere.%04d.exr")
        nuke.root().setFrame(1003)

    assert upstream.changed_by(work) == []


def test_what_passes_its_input_on_does_not_count(upstream: Upstream) -> None:
    """Wires that are led over a Dot, a NoOp or a Write show the same picture."""

    def tidy() -> None:
        for node_class in ("Dot", "NoOp", "Write"):
            upstream.add(getattr(upstream.nuke.nodes, node_class)())

    assert upstream.changed_by(tidy) == []


def test_a_plate_that_grew_keeps_its_frames(upstream: Upstream) -> None:
    """More frames at the end change none but those that showed the last one before."""
    upstream.read["last"].setValue(1002)
    assert upstream.changed_by(lambda: upstream.read["last"].setValue(1003)) == [1003]
    assert upstream.changed_by(lambda: upstream.read["last"].setValue(1010)) == []
    assert upstream.changed_by(lambda: upstream.read["after"].setValue("black")) == [*FRAMES]


@pytest.mark.parametrize(("knob", "value"), [("after", "loop"), ("frame", "frame / 2")])
def test_a_read_of_other_frames_counts_whole(upstream: Upstream, knob: str, value: str) -> None:
    """A Read that loops, or takes its frame from an expression, may show any of its files."""
    upstream.read[knob].setValue(value)
    assert upstream.changed_by(lambda: rewrite(upstream.file(1002))) == [*FRAMES]


def test_a_time_offset_is_followed(upstream: Upstream) -> None:
    """Behind a TimeOffset a file is the frame that shows it."""
    upstream.add(upstream.nuke.nodes.TimeOffset(time_offset=1))
    assert upstream.changed_by(lambda: rewrite(upstream.file(1002))) == [1003]


def test_what_looks_at_other_frames_counts_whole(upstream: Upstream) -> None:
    """Behind a node that may look at any frame, a change of one frame is a change of all."""
    upstream.add(upstream.nuke.nodes.FrameHold(firstFrame=1001))
    assert upstream.changed_by(lambda: rewrite(upstream.file(1002))) == [*FRAMES]
    gain = upstream.grade["multiply"]
    gain.setAnimated()
    gain.setValueAt(1.0, 1050)
    assert upstream.changed_by(lambda: gain.setValueAt(5.0, 1050)) == [*FRAMES]


def test_it_looks_into_groups_and_out_of_them(upstream: Upstream) -> None:
    """A knob inside a Group counts, so does what is connected to it; asked from inside too."""
    nuke = upstream.nuke
    group = nuke.nodes.Group()
    with group:
        inside = nuke.nodes.Grade()
        source = nuke.nodes.Input()
        inside.setInput(0, source)
        nuke.nodes.Output().setInput(0, inside)
    upstream.add(group)
    assert upstream.changed_by(lambda: inside["add"].setValue(0.5)) == [*FRAMES]
    assert upstream.changed_by(lambda: rewrite(upstream.file(1001))) == [1001]
    upstream.last = source
    assert upstream.changed_by(lambda: rewrite(upstream.file(1001))) == [1001]


def test_views_have_files_of_their_own(upstream: Upstream) -> None:
    """With %V in its name a plate that changes in one view is the same in the other."""
    upstream.nuke.root()["views"].setValue("left right")
    for view in ("left", "right"):
        upstream.file(1001, view).write_bytes(b"a plate")
    upstream.read["file"].setValue(f"{upstream.folder.as_posix()}/%V.%04d.exr")
    left, right = upstream.now("left"), upstream.now("right")
    rewrite(upstream.file(1001, "left"))
    assert upstream.now("right") == right
    assert [old != new for old, new in zip(left, upstream.now("left"))] == [True, False, False]


def test_an_unconnected_plate_has_one(upstream: Upstream) -> None:
    """An input that is not connected is a plate too, and another one than any node."""
    assert PlateFingerprint(None).at(1001, "main") != upstream.now()[0]


def test_a_deep_tree_is_walked(upstream: Upstream) -> None:
    """A thousand nodes in a row, and inputs that meet again, take no recursion and no eternity."""
    for _ in range(40):  # each merges the last with itself: 2 to the 40th ways up
        merge = upstream.nuke.nodes.Merge2()
        merge._inputs = [upstream.last, upstream.last]  # setInput looks for loops along each way
        upstream.last = merge
    for _ in range(1000):
        node = upstream.nuke.nodes.NoOp()
        node._inputs = [upstream.last]
        upstream.last = node
    assert upstream.changed_by(lambda: rewrite(upstream.file(1001))) == [1001]
