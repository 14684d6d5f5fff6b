"""Holds the place in a script where one assumption is tried, and the small things made there.

It is a Group of its own, made and deleted with Undo off, so that nothing outside is touched and a
node that a check leaves behind goes with it. A check that needs the script itself gets no Group: it
runs in terminal mode, where the script is the self-check's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Optional

import nuke

from nuke_plugin import style_graph, style_knobs, undo

FIRST = 1001
"""First frame of what is written here."""

WIDTH_PX = 96
"""Width of the pictures that are written: they cost next to nothing, whatever the project is."""

_PLACE = 4.5
"""Where pictures of one colour are looked at, in pixels from the lower left."""


class Bench:
    """Where one assumption is tried."""

    def __init__(self, folder: Path, has_group: bool) -> None:
        """``folder`` is for files; without a Group the whole script is the check's."""
        self.folder = folder
        self._has_group = has_group
        self._group: Optional[nuke.Group] = None

    @property
    def group(self) -> nuke.Group:
        """The Group that everything is made in."""
        assert self._group is not None
        return self._group

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Make what is made inside land here, with Undo off; for one turn of the event loop."""
        with undo.not_recorded():
            if not self._has_group:
                yield
                return
            if self._group is None:
                with nuke.root():
                    self._group = nuke.nodes.Group(name="ImpastoSelfCheck1")
            with self._group:
                yield

    def close(self) -> None:
        """Delete everything that was made here."""
        group, self._group = self._group, None
        if group is not None:
            with undo.not_recorded():
                nuke.delete(group)

    # -- what checks are made of --------------------------------------------------------
    def constant(self, *colour: float) -> nuke.Node:
        """Return a picture of one colour, the project's size."""
        node = nuke.nodes.Constant(channels="rgba")
        node["color"].setValue([*colour, *(1.0,) * (4 - len(colour))])
        return node

    def small(self, source: nuke.Node) -> nuke.Node:
        """Return a picture made ``WIDTH_PX`` wide."""
        node = nuke.nodes.Reformat(type="to box")
        node["box_width"].setValue(WIDTH_PX)
        node.setInput(0, source)
        return node

    def write(self, source: nuke.Node, file: str) -> nuke.Node:
        """Return a Write set as the node's own is, which is not disabled."""
        node = nuke.nodes.Write()
        node["file"].setValue(file)
        node["file_type"].setValue("exr")
        node["datatype"].setValue("16 bit half")
        node["raw"].setValue(True)
        node["channels"].setValue("all")
        node["create_directories"].setValue(True)
        node.setInput(0, source)
        return node

    def written(self, source: nuke.Node, name: str, frames: Sequence[int] = (FIRST,)) -> str:
        """Let Nuke write frames of a picture, small, and return their pattern."""
        file = self.file(name)
        node = self.write(self.small(source), file)
        execute(node, frames)
        return file

    def file(self, name: str) -> str:
        """Return a path in this check's folder, as Nuke takes it."""
        return str(self.folder / name).replace("\\", "/")

    def read(self, file: str, last: int = FIRST) -> nuke.Node:
        """Return a raw Read of files, from ``FIRST`` on."""
        node = nuke.nodes.Read(file=file)
        node["raw"].setValue(True)
        node["first"].setValue(FIRST)
        node["last"].setValue(last)
        return node

    def group_with(self, *knobs: nuke.Knob) -> nuke.Group:
        """Return a Group with these knobs on it."""
        group = nuke.nodes.Group()
        for knob in knobs:
            group.addKnob(knob)
        return group

    def style_group(self, plate: nuke.Node) -> nuke.Group:
        """Return a Group with the nodes of an ImpastoStyle node inside, and its strength."""
        group = self.group_with(nuke.Double_Knob(style_knobs.STRENGTH, "Strength"))
        group[style_knobs.STRENGTH].setValue(1.0)
        style_graph.build(group)
        group.setInput(0, plate)
        return group

    def copied(self, node: nuke.Node, name: str = "copied.nk") -> str:
        """Return the script text of a node, as Copy makes it; the clipboard stays as it is."""
        node.selectOnly()
        nuke.nodeCopy(self.file(name))
        return (self.folder / name).read_text(encoding="utf-8")

    def pasted(self, name: str = "copied.nk") -> nuke.Node:
        """Return the node that was copied last, pasted here."""
        for node in self.group.nodes():
            node.setSelected(False)
        nuke.nodePaste(self.file(name))
        return nuke.selectedNode()


def execute(write: nuke.Node, frames: Sequence[int] = (FIRST,)) -> None:
    """Let Nuke execute a Write as the plugin does."""
    ranges = nuke.FrameRanges([str(frame) for frame in frames])
    nuke.executeMultiple([write], ranges, nuke.views()[:1], continueOnError=False)


def seen(node: nuke.Node) -> tuple[float, float, float, float]:
    """Return red, green, blue and alpha of a picture of one colour, at the current frame."""
    names = ("red", "green", "blue", "alpha")
    return tuple(node.sample(f"rgba.{name}", _PLACE, _PLACE) for name in names)


def seen_at(node: nuke.Node, frame: int) -> tuple[float, float, float, float]:
    """Return likewise what it shows at another frame; the current one stays."""
    held = nuke.nodes.FrameHold()
    name = next(name for name in ("firstFrame", "first_frame") if name in held.knobs())
    held[name].setValue(frame)  # it was renamed between versions
    held.setInput(0, node)
    return seen(held)


def is_near(one: Sequence[float], other: Sequence[float], tolerance: float = 1e-3) -> bool:
    """Whether numbers are the same but for what half floats round."""
    pairs = zip(one, other)
    return len(one) == len(other) and all(
        abs(a - b) <= tolerance * max(1, abs(b)) for a, b in pairs
    )


def shown(values: Sequence[Any]) -> str:
    """Return numbers as the report shows them."""
    return ", ".join(f"{value:.4g}" for value in values)
