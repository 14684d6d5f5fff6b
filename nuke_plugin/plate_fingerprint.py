"""Holds the fingerprint of a plate: what stands upstream of a node, at one frame, as one digest.

It is made of the script, not of Nuke's operators. ``opHashes`` looks like the short way, but a node
has an operator for each frame and view that was last asked for, in no order that is promised, and
nobody promises that a hash is the same in tomorrow's session; a digest that is stored in a file
must be. So this walks the nodes upstream and takes of each its class and the knobs that are not at
their default; of knobs that move their values round the frame; of files their time and size.

It errs to one side. What looks at other frames (a retime, motion vectors, any OFX plug-in) makes
everything above it count whole, so that an edit of one frame there makes all frames stale. To
rename, move or select a node changes nothing, nor does another folder with the same files.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Optional

import nuke

from nuke_plugin import cache_paths, effect_knobs, node_knobs
from nuke_plugin.contract.errors import PatternInvalid
from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.effect_graph import MATTE
from nuke_plugin.impasto_nodes import is_effect_node
from nuke_plugin.node_parts import PLATE_WRITE, find_inner

DIGITS = 32
"""Hexadecimal digits of a fingerprint: 128 bits."""

_UNSEEN = frozenset(
    "name label xpos ypos selected tile_color gl_color note_font note_font_size note_font_color "
    "icon help hide_input cached dope_sheet bookmark postage_stamp postage_stamp_frame indicators "
    "panel window rootNodeUpdated lifetimeStart lifetimeEnd onCreate onDestroy knobChanged "
    "updateUI autolabel autoSave beforeRender afterRender beforeFrameRender afterFrameRender "
    "renderProgress reload localizationPolicy cacheLocal version in_colorspace "
    "out_colorspace".split()
)
"""Knobs that change no pixel, and three that change by themselves: ``version`` of a Write counts
its renders, the two colour spaces are written another way after the first validation."""

_RANGE = frozenset(("first", "last", "origfirst", "origlast", "origset"))

_NO_VALUE = ("Text_Knob", "Tab_Knob", "PyScript_Knob", "Script_Knob", "PyCustom_Knob", "Link_Knob")

_ACROSS_TIME = re.compile(
    "Time|Frame|Retime|Temporal|Motion|Vector|Flow|Kronos|Echo|Denoise|Deflicker|Append|Clip"
    "|Stabilize|Tracker|^OFX"
)
"""Classes that may look at other frames than the one they show."""

_FRAME_IN_TCL = re.compile(r"\[[^]]*frame[^]]*\]")

_ROOT_KNOBS = (
    "format",
    "fps",
    "colorManagement",
    "OCIO_config",
    "customOCIOConfigPath",
    "workingSpaceLUT",
    "int8Lut",
    "int16Lut",
    "logLut",
    "floatLut",
    "gsv",
)
"""What of the project decides how a plate comes out, where the version of Nuke has it; the four
are the colour spaces of files for a Read that is left at its default."""

_OTHER_S_KNOB = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
"""How a text names a knob of another node: ``r * Grade5.multiply.r``, ``[value Control.gain]``."""

_OF_THE_MOMENT = ("root.frame", "root.proxy")
"""What of the project moves while somebody works, and is another thing for each frame anyway."""

_WRITE_KNOBS = ("datatype", "channels", "raw", "premultiplied", "autocrop")

_ROUND_THE_FRAME = (-1.0, -0.5, 0.0, 0.5, 1.0)
"""Where a knob that moves is looked at, in frames from the one that is meant: motion blur looks up
to a frame away."""

Shift = Optional[int]
"""How many frames a node is looked at earlier than the plate; None: at frames nobody knows."""


class PlateFingerprint:
    """What stands upstream of a node, walked once; ask it for one frame and view after the other.

    On the main thread only. It renders and validates nothing and edits no knob.
    """

    @classmethod
    def above(cls, node: nuke.Group) -> PlateFingerprint:
        """Return that of the plate of an ImpastoStyle node, as its Write writes it."""
        return cls(node.input(0), find_inner(node, PLATE_WRITE), _sized_and_chosen(node))

    def __init__(
        self, plate: Optional[nuke.Node], write: Optional[nuke.Node] = None, said: str = ""
    ) -> None:
        """``plate`` is the node that is painted, None for one that is not connected.

        ``said`` is what else decides how it is written.
        """
        self._words: list[str] = [_root_text(), _written_as(write), *([said] if said else [])]
        self._moving: list[tuple[nuke.Array_Knob, int]] = []
        self._files: list[tuple[nuke.Node, nuke.File_Knob, Shift]] = []
        self._patterns: dict[tuple[str, str], str] = {}
        self._order: dict[tuple[str, Shift], int] = {}
        self._named_in: dict[str, dict[str, nuke.Node]] = {}
        self._walk(plate)
        self._still = hashlib.sha256()
        for word in self._words:
            _add(self._still, word)
        self._whole_files: dict[str, str] = {}

    def at(self, frame: int, view: str) -> str:
        """Return the fingerprint of the plate at a frame in a view, ``DIGITS`` hex digits."""
        digest = self._still.copy()
        for knob, shift in self._moving:
            for offset in _ROUND_THE_FRAME:
                _add(digest, _values_text(knob, frame - shift + offset, view))
        for node, file, file_shift in self._files:
            if file_shift is not None and _reads_by_frame(node):
                _add(digest, self._file_text(node, file, view, frame - file_shift))
        _add(digest, self._whole_text(view))
        return digest.hexdigest()[:DIGITS]

    @property
    def node_names(self) -> set[str]:
        """Full names of the nodes that were visited."""
        return {name for name, _ in self._order}

    def file_patterns(self, view: str) -> set[str]:
        """Return the patterns of the files that the nodes read or name, in a view."""
        found = {self._pattern(node, knob, view) for node, knob, _ in self._files}
        return {pattern for pattern in found if pattern}

    # -- the walk ----------------------------------------------------------------------
    def _walk(self, plate: Optional[nuke.Node]) -> None:
        """Visit everything upstream, each node once for each shift.

        With a list of its own, because a comp may be a thousand nodes deep.
        """
        waiting: list[tuple[Optional[nuke.Node], Shift]] = [(plate, 0)]
        while waiting:
            node, shift = waiting.pop()
            if node is None:
                self._words.append("nothing")
                continue
            if node.Class() == "Input":
                waiting.append((_outside(node), shift))
                continue
            if _passes_on(node):
                waiting.append((node.input(0), shift))
                continue
            key = (node.fullName(), shift)
            if key in self._order:
                self._words.append(f"again {self._order[key]}")
                continue
            self._order[key] = len(self._order)
            self._take(node, shift)
            below = _shift_below(node, shift)
            upstream = _upstream(node)
            self._words.append(f"{len(upstream)} inputs, {below}")
            waiting.extend((source, below) for source in reversed(upstream))

    def _take(self, node: nuke.Node, shift: Shift) -> None:
        """Take what a node is and how it is set."""
        self._words.append(f"node {node.Class()}")
        knobs = node.knobs()
        if node_knobs.VERSION_KNOB in knobs:
            self._words.append(f"disable {knobs['disable'].toScript()}")
            return  # an ImpastoStyle shows what its results hold, whatever its front says now
        if node_knobs.EFFECT_VERSION_KNOB in knobs:
            # So does an ImpastoEffect, but its light is made of knobs on its front.
            for name in ("disable", effect_knobs.OVER_PLATE, *effect_knobs.LIVE_SHADING):
                if name in knobs:
                    self._take_knob(node, name, knobs[name], shift)
            return
        left_out = _UNSEEN
        if node.Class() == "Read" and shift is not None and _reads_by_frame(node):
            left_out = _UNSEEN | _RANGE  # a plate that grew keeps the frames it had
        for name in sorted(node.writeKnobs(nuke.WRITE_NON_DEFAULT_ONLY).split()):
            knob = knobs.get(name)
            if knob is None or name in left_out or knob.Class() in _NO_VALUE:
                continue
            self._take_knob(node, name, knob, shift)

    def _take_knob(self, node: nuke.Node, name: str, knob: nuke.Knob, shift: Shift) -> None:
        is_moving = isinstance(knob, nuke.Array_Knob) and (
            knob.isAnimated() or knob.hasExpression()
        )
        if isinstance(knob, nuke.File_Knob) and knob.value():
            self._files.append((node, knob, shift))
        elif not is_moving:
            self._words.append(f"{name} {knob.toScript()}")
            if isinstance(knob, nuke.String_Knob):
                self._take_others(node, str(knob.toScript()), shift)
        elif shift is None:
            self._words.append(f"{name} {knob.toScript()} {_values_of_project(knob)}")
        else:
            # Of a curve only the values count: a key elsewhere is no change of this frame.
            self._words.append(f"{name} {knob.toScript() if knob.hasExpression() else 'moves'}")
            self._moving.append((knob, shift))

    def _take_others(self, node: nuke.Node, text: str, shift: Shift) -> None:
        """Take the knobs of other nodes that a text names, as Tcl or as an expression of pixels.

        Those nodes need not stand upstream. Of a curve the whole counts: a text may ask for it at
        any frame. What a knob says in text again may name others.
        """
        waiting, seen = [(node, text)], set()
        while waiting:
            at, words = waiting.pop()
            for path in _OTHER_S_KNOB.findall(words):
                knob = self._named_knob(at, path)
                if knob is None or knob.fullyQualifiedName() in seen:
                    continue
                seen.add(knob.fullyQualifiedName())
                # Of a file its name counts, as everywhere: a farm has the script elsewhere.
                is_file = isinstance(knob, nuke.File_Knob)
                held = os.path.basename(str(knob.value())) if is_file else str(knob.toScript())
                self._words.append(f"{path} is {held}")
                if isinstance(knob, nuke.String_Knob):
                    waiting.append((knob.node(), held))
                elif isinstance(knob, nuke.Array_Knob) and knob.hasExpression():
                    if shift is None:
                        self._words.append(_values_of_project(knob))
                    else:
                        self._moving.append((knob, shift))

    def _named_knob(self, node: nuke.Node, path: str) -> Optional[nuke.Knob]:
        """Return the knob that a path means in a text of a node, None for what is no such path."""
        if path in _OF_THE_MOMENT:
            return None
        first, *further = path.split(".")
        group = node.parent() or nuke.root()
        known = {"root": nuke.root(), "parent": group}
        at = known[first] if first in known else self._inside(group).get(first)
        for name in further:
            if at is None:
                return None
            knob = at.knobs().get(name)
            if knob is not None:
                return knob.getLinkedKnob() if isinstance(knob, nuke.Link_Knob) else knob
            at = self._inside(at).get(name) if isinstance(at, nuke.Group) else None
        return None

    def _inside(self, group: nuke.Group) -> dict[str, nuke.Node]:
        """Return the nodes of a Group by name, looked up once."""
        key = group.fullName()
        if key not in self._named_in:
            self._named_in[key] = {node.name(): node for node in group.nodes()}
        return self._named_in[key]

    # -- files -------------------------------------------------------------------------
    def _pattern(self, node: nuke.Node, knob: nuke.File_Knob, view: str) -> str:
        """Return the pattern in a file knob, for one view; empty if only Nuke could tell."""
        key = (knob.fullyQualifiedName(), view)
        if key not in self._patterns:
            text = cache_paths.without_script_folder(knob.value())
            if cache_paths.is_plain(text):
                pattern = cache_paths.absolute(cache_paths.for_view(text, view))
            elif _FRAME_IN_TCL.search(text):
                pattern = ""  # Nuke would resolve it for the frame of this moment
            elif knob.name() == "file":
                pattern = cache_paths.absolute(nuke.filename(node) or "")
            else:
                pattern = cache_paths.absolute(knob.getEvaluatedValue() or "")
            self._patterns[key] = pattern
        return self._patterns[key]

    def _file_text(self, node: nuke.Node, knob: nuke.File_Knob, view: str, frame: int) -> str:
        pattern = self._pattern(node, knob, view)
        if not pattern:
            return str(knob.toScript())
        try:
            file = FramePattern.parse(pattern)
        except PatternInvalid:
            return _stat_text(pattern)
        read_frame = frame
        if node.Class() == "Read":
            read_frame = min(max(frame, int(node["first"].value())), int(node["last"].value()))
        outside = (read_frame > frame) - (read_frame < frame)
        return f"{_stat_text(str(file.path(read_frame)))} {outside}"

    def _whole_text(self, view: str) -> str:
        """Return what is to be known of the files whose frames cannot be told apart."""
        if view not in self._whole_files:
            texts: list[str] = []
            for node, knob, shift in self._files:
                if shift is None or not _reads_by_frame(node):
                    pattern = self._pattern(node, knob, view)
                    texts.extend(_stats_of_all(pattern) if pattern else [str(knob.toScript())])
            self._whole_files[view] = "\n".join(texts)
        return self._whole_files[view]


def _passes_on(node: nuke.Node) -> bool:
    """Whether a node shows its input as it is: to add one is no change."""
    if node.Class() == "Write":
        return not node["reading"].value()
    return node.Class() in ("Dot", "NoOp", "PostageStamp")


def _upstream(node: nuke.Node) -> Sequence[Optional[nuke.Node]]:
    """Return what a node takes its picture from: its inputs, of a Group what is inside."""
    output = _output_of(node) if isinstance(node, nuke.Group) else None
    if output is not None:
        return [output]
    return [node.input(index) for index in range(node.inputs())]


def _output_of(group: nuke.Group) -> Optional[nuke.Node]:
    return group.output()


def _outside(node: nuke.Node) -> Optional[nuke.Node]:
    """Return what is connected to the Group's input that an Input node stands for."""
    group = node.parent()
    return group.input(int(node["number"].value())) if group is not None else None


def _shift_below(node: nuke.Node, shift: Shift) -> Shift:
    """Return the shift of what stands above a node."""
    if shift is None:
        return None
    if node.Class() == "TimeOffset":
        offset, reverse = node["time_offset"], node["reverse_input"]
        moves = offset.isAnimated() or offset.hasExpression() or reverse.value()
        if not moves and float(offset.value()).is_integer():
            return shift + int(offset.value())
    return None if _ACROSS_TIME.search(node.Class()) else shift


def _reads_by_frame(node: nuke.Node) -> bool:
    """Whether a node reads, at each frame, the file of that frame."""
    knobs = node.knobs()
    if node.Class() != "Read":
        return True
    return not knobs["frame"].value() and all(
        knobs[name].value() in ("hold", "black") for name in ("before", "after")
    )


def _values_text(knob: nuke.Array_Knob, frame: float, view: str) -> str:
    values = (knob.getValueAt(frame, index, view) for index in range(knob.arraySize()))
    return " ".join(str(value) for value in values)


def _values_of_project(knob: nuke.Array_Knob) -> str:
    """Return the values of a knob over the project's range, where an expression may do anything."""
    if not knob.hasExpression():
        return ""
    root = nuke.root()
    frames = range(int(root.firstFrame()), int(root.lastFrame()) + 1)
    return " ".join(_values_text(knob, frame, nuke.views()[0]) for frame in frames)


def _written_as(write: Optional[nuke.Node]) -> str:
    """Return what a user may have set on the Write inside the node and what changes the pixels."""
    knobs = write.knobs() if write is not None else {}
    names = [name for name in _WRITE_KNOBS if name in knobs]
    if "raw" in knobs and not knobs["raw"].value():
        names.append("colorspace")
    return "\n".join(f"{name} {knobs[name].toScript()}" for name in names)


def _sized_and_chosen(node: nuke.Group) -> str:
    """Return what else decides the matte of an ImpastoEffect: its channel and the plate's format.

    Of the plate nothing but its size is used, so to grade it makes no frame stale.
    """
    if not is_effect_node(node):
        return ""
    matte, plate = find_inner(node, MATTE), node.input(1)
    channel = "" if matte is None else matte["from0"].toScript()
    size = "" if plate is None else f"{plate.width()} {plate.height()} {plate.pixelAspect()}"
    return f"matte {channel} in {size}"


def _root_text() -> str:
    knobs = nuke.root().knobs()
    texts = [f"{name} {knobs[name].toScript()}" for name in _ROOT_KNOBS if name in knobs]
    config = os.environ.get("OCIO", "")
    return "\n".join([*texts, _stat_text(config) if config else "no OCIO"])


def _stat_text(path: str) -> str:
    """Return what tells a file from another, on every machine that has it.

    Its folder does not: a shot moves, and a farm has it elsewhere. Windows counts time in 100 ns.
    """
    name = os.path.basename(path)
    try:
        found = os.stat(path)
    except OSError:
        return f"{name} absent"
    return f"{name} {found.st_mtime_ns // 1000} {found.st_size}"


def _stats_of_all(pattern: str) -> Iterator[str]:
    try:
        file = FramePattern.parse(pattern)
        frames: Iterable[int] = file.existing_frames() if file.is_sequence else (0,)
    except OSError:
        frames = ()
    except PatternInvalid:
        yield _stat_text(pattern)
        return
    for frame in frames:
        yield _stat_text(str(file.path(frame)))


def _add(digest: hashlib._Hash, word: str) -> None:
    """Add a word so that no two lists of words give the same bytes."""
    data = word.encode("utf-8", "surrogateescape")
    digest.update(b"%d:" % len(data))
    digest.update(data)
