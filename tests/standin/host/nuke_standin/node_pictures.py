"""Holds what each node class shows, as an operation for the pixel server.

A class that is not in BUILDERS, and a setting that is refused here, has no picture.
"""

from __future__ import annotations

import os
import re
from typing import Any, Callable, Optional

from nuke_standin.errors import NotModelled
from nuke_standin.file_names import file_name_at, has_frame_pattern
from nuke_standin.node import Node
from nuke_standin.picture_tree import Operation, PictureTree, format_values
from nuke_standin.tcl import Tcl

_LINEAR = {"default", "linear", "scene_linear", "raw"}


def _numbers(node: Node, name: str, frame: float) -> list[float]:
    return node[name]._numbers(frame)  # type: ignore[attr-defined]


def _text(node: Node, name: str) -> str:
    return str(node[name]._value)


def _number(node: Node, name: str, frame: float) -> float:
    return node[name]._number(frame)


def _flag(node: Node, name: str, frame: float) -> bool:
    return bool(node[name]._number(frame))


# -- sources ----------------------------------------------------------------------
def _read(tree: PictureTree, node: Node, frame: float) -> Operation:
    _refuse_colour(node)
    pattern = Tcl(node, frame, tree.view).substitute(_text(node, "file"))
    if not pattern:
        raise RuntimeError(f"{node.name()}: no file name")
    wanted = _file_frame(node, frame)
    if wanted is None:
        return {"op": "black"}
    return {
        "op": "read",
        "file": file_name_at(pattern, wanted, tree.view),
        "on_error": _text(node, "on_error"),
        "nearest": _nearest(pattern, wanted, tree.view, node, frame),
        "frame": wanted,
        "version": node._reloads,
        "auto_alpha": _flag(node, "auto_alpha", frame),
    }


def _refuse_colour(node: Node) -> None:
    if not node["raw"].value() and _text(node, "colorspace") not in _LINEAR:
        raise NotModelled(
            f"{node.fullName()}: colorspace {_text(node, 'colorspace')!r}; set raw on"
        )


def _file_frame(node: Node, frame: float) -> Optional[int]:
    """Return the frame number in the file name, after frame mode and the first-last range."""
    mode, typed = _text(node, "frame_mode"), _text(node, "frame")
    first, last = int(_number(node, "first", frame)), int(_number(node, "last", frame))
    number = int(frame)
    if mode == "offset":
        raise NotModelled(f"{node.fullName()}: frame_mode 'offset'")
    if typed:
        from nuke_standin.expression import evaluate

        value = int(evaluate(typed, node, frame))
        number = value if mode == "expression" else number - value + first
    length = last - first + 1
    for outside, policy in ((number < first, "before"), (number > last, "after")):
        if not outside:
            continue
        choice = _text(node, policy)
        if choice == "black":
            return None
        if choice == "hold":
            return first if policy == "before" else last
        phase = (number - first) % (length if choice == "loop" else max(1, 2 * length - 2))
        return first + (phase if phase < length else 2 * length - 2 - phase)
    return number


def _nearest(pattern: str, frame: int, view: str, node: Node, now: float) -> Optional[str]:
    """Return the existing file nearest to `frame`, for on_error 'nearest frame'."""
    if _text(node, "on_error") != "nearest frame" or not has_frame_pattern(pattern):
        return None
    first, last = int(_number(node, "first", now)), int(_number(node, "last", now))
    for near in sorted(range(first, last + 1), key=lambda number: (abs(number - frame), number)):
        name = file_name_at(pattern, near, view)
        if os.path.exists(name):
            return name
    return None


def _write(tree: PictureTree, node: Node, frame: float) -> Any:
    if node["reading"].value():
        raise NotModelled(f"{node.fullName()}: reading")
    return tree.add(node.input(0), frame)


def _constant(tree: PictureTree, node: Node, frame: float) -> Operation:
    return {
        "op": "constant",
        "color": _numbers(node, "color", frame),
        "channels": _text(node, "channels"),
        "size": format_values(node["format"].value()),
    }


def _checkerboard(tree: PictureTree, node: Node, frame: float) -> Operation:
    colors = [_numbers(node, f"color{i}", frame) for i in range(4)]
    return {
        "op": "checkerboard",
        "colors": colors,
        "box": _numbers(node, "boxsize", frame),
        "line": [_numbers(node, "linewidth", frame), _numbers(node, "linecolor", frame)],
        "center": [
            _numbers(node, "centerlinewidth", frame),
            _numbers(node, "centerlinecolor", frame),
        ],
        "size": format_values(node["format"].value()),
    }


# -- passing on, time ---------------------------------------------------------------
def _pass(tree: PictureTree, node: Node, frame: float) -> Any:
    return tree.add(node.input(0), frame)


def _switch(tree: PictureTree, node: Node, frame: float) -> Any:
    last = max(node.inputs() - 1, 0)
    return tree.add(node.input(min(max(int(_number(node, "which", frame)), 0), last)), frame)


def _frame_hold(tree: PictureTree, node: Node, frame: float) -> Any:
    first, increment = _number(node, "firstFrame", frame), _number(node, "increment", frame)
    held = first if increment == 0 else first + ((frame - first) // increment) * increment
    return tree.add(node.input(0), held)


def _time_offset(tree: PictureTree, node: Node, frame: float) -> Any:
    if _flag(node, "reverse_input", frame):
        raise NotModelled(f"{node.fullName()}: reverse_input")
    return tree.add(node.input(0), frame - _number(node, "time_offset", frame))


# -- merges -------------------------------------------------------------------------
def _keymix(tree: PictureTree, node: Node, frame: float) -> Operation:
    return {
        "op": "keymix",
        "inputs": tree.inputs(node, frame, 3),
        "channels": _text(node, "channels"),
        "mask_channel": _text(node, "maskChannel"),
        "invert": _flag(node, "invertMask", frame),
        "mix": _number(node, "mix", frame),
        "bbox": _text(node, "bbox"),
    }


def _dissolve(tree: PictureTree, node: Node, frame: float) -> Any:
    if node.inputs() > 3:
        raise NotModelled(f"{node.fullName()}: a Dissolve of more than two pictures")
    return {
        "op": "dissolve",
        "inputs": tree.inputs(node, frame, 2),
        "channels": _text(node, "channels"),
        "which": _number(node, "which", frame),
    }


def _merge(tree: PictureTree, node: Node, frame: float) -> Operation:
    if node.inputs() > 3:
        raise NotModelled(f"{node.fullName()}: a Merge of more than two pictures")
    layers = {_text(node, "Achannels"), _text(node, "Bchannels"), _text(node, "output")}
    if layers not in ({"rgba"}, {"rgb"}):
        raise NotModelled(f"{node.fullName()}: Achannels, Bchannels, output of {sorted(layers)}")
    return {
        "op": "merge",
        "inputs": tree.inputs(node, frame, 2),
        "operation": _text(node, "operation"),
        "channels": _text(node, "output"),
        "also": _text(node, "also_merge"),
        "mix": _number(node, "mix", frame),
        "bbox": _text(node, "bbox"),
        "metadata": _text(node, "metainput"),
    }


def _copy(tree: PictureTree, node: Node, frame: float) -> Operation:
    pairs = [[_text(node, f"from{i}"), _text(node, f"to{i}")] for i in range(4)]
    return {
        "op": "copy",
        "inputs": tree.inputs(node, frame, 2),
        "pairs": [pair for pair in pairs if "none" not in pair],
        "channels": _text(node, "channels"),
        "mix": _number(node, "mix", frame),
        "bbox": _text(node, "bbox"),
        "metadata": _text(node, "metainput"),
    }


def _channel_merge(tree: PictureTree, node: Node, frame: float) -> Operation:
    return {
        "op": "channel_merge",
        "inputs": tree.inputs(node, frame, 2),
        "a": _text(node, "A"),
        "b": _text(node, "B"),
        "output": _text(node, "output"),
        "operation": _text(node, "operation"),
        "mix": _number(node, "mix", frame),
        "bbox": _text(node, "bbox"),
    }


def _copy_bbox(tree: PictureTree, node: Node, frame: float) -> Operation:
    return {"op": "copy_bbox", "inputs": tree.inputs(node, frame, 2)}


def _copy_metadata(tree: PictureTree, node: Node, frame: float) -> Operation:
    for name in ("metadatafilter", "imageMetadatafilter"):
        if _text(node, name):
            raise NotModelled(f"{node.fullName()}.{name}")
    return {
        "op": "copy_metadata",
        "inputs": tree.inputs(node, frame, 2),
        "mode": _text(node, "mergeMode"),
    }


# -- one picture ----------------------------------------------------------------------
def _grade(tree: PictureTree, node: Node, frame: float) -> Operation:
    names = ("blackpoint", "whitepoint", "black", "white", "multiply", "add", "gamma")
    if _flag(node, "reverse", frame) or _text(node, "unpremult") != "none":
        raise NotModelled(f"{node.fullName()}: reverse or unpremult")
    return {
        "op": "grade",
        "inputs": tree.inputs(node, frame, 1),
        "channels": _text(node, "channels"),
        "mix": _number(node, "mix", frame),
        "black_clamp": _flag(node, "black_clamp", frame),
        "white_clamp": _flag(node, "white_clamp", frame),
        **{name: _numbers(node, name, frame) for name in names},
    }


def _expression(tree: PictureTree, node: Node, frame: float) -> Operation:
    if _text(node, "unpremult") != "none":
        raise NotModelled(f"{node.fullName()}: unpremult")
    tcl = Tcl(node, frame, tree.view)
    texts = [_text(node, f"{kind}{i}") for kind in ("temp_expr", "expr") for i in range(4)]
    return {
        "op": "expression",
        "knobs": _knobs_named(node, " ".join(texts), frame),
        "inputs": tree.inputs(node, frame, 1),
        "frame": frame,
        "variables": [
            [_text(node, f"temp_name{i}"), tcl.substitute(_text(node, f"temp_expr{i}"))]
            for i in range(4)
            if _text(node, f"temp_name{i}")
        ],
        "expressions": [
            [_text(node, f"channel{i}"), tcl.substitute(_text(node, f"expr{i}"))]
            for i in range(4)
            if _text(node, f"channel{i}") != "none"
        ],
        "mix": _number(node, "mix", frame),
    }


def _knobs_named(node: Node, text: str, frame: float) -> dict[str, float]:
    """Return the knobs of the Group that a text names, as numbers at a frame."""
    from nuke_standin.expression import evaluate

    names = set(re.findall(r"\bparent\.[A-Za-z_][\w.]*", text))
    return {name: evaluate(name, node, frame) for name in sorted(names)}


def _blur(tree: PictureTree, node: Node, frame: float) -> Operation:
    return {
        "op": "blur",
        "inputs": tree.inputs(node, frame, 1),
        "channels": _text(node, "channels"),
        "size": _numbers(node, "size", frame),
        "filter": _text(node, "filter"),
        "crop": _flag(node, "crop", frame),
        "mix": _number(node, "mix", frame),
    }


def _clamp(tree: PictureTree, node: Node, frame: float) -> Operation:
    if _flag(node, "MinClampTo_enable", frame) or _flag(node, "MaxClampTo_enable", frame):
        raise NotModelled(f"{node.fullName()}: MinClampTo and MaxClampTo")
    return {
        "op": "clamp",
        "inputs": tree.inputs(node, frame, 1),
        "channels": _text(node, "channels"),
        "mix": _number(node, "mix", frame),
        "minimum": _numbers(node, "minimum", frame)
        if _flag(node, "minimum_enable", frame)
        else None,
        "maximum": _numbers(node, "maximum", frame)
        if _flag(node, "maximum_enable", frame)
        else None,
    }


def _invert(tree: PictureTree, node: Node, frame: float) -> Operation:
    return {
        "op": "invert",
        "inputs": tree.inputs(node, frame, 1),
        "channels": _text(node, "channels"),
        "mix": _number(node, "mix", frame),
        "clamp": _flag(node, "clamp", frame),
    }


def _premult(tree: PictureTree, node: Node, frame: float) -> Operation:
    return {
        "op": "premult" if node.Class() == "Premult" else "unpremult",
        "inputs": tree.inputs(node, frame, 1),
        "channels": _text(node, "channels"),
        "alpha": _text(node, "alpha"),
    }


def _remove(tree: PictureTree, node: Node, frame: float) -> Operation:
    sets = [_text(node, name) for name in ("channels", "channels2", "channels3", "channels4")]
    return {
        "op": "remove",
        "inputs": tree.inputs(node, frame, 1),
        "channels": " ".join(text for text in sets if text != "none") or "none",
        "keep": _text(node, "operation") == "keep",
    }


def _crop(tree: PictureTree, node: Node, frame: float) -> Operation:
    if _flag(node, "reformat", frame) or any(_numbers(node, "softness", frame)):
        raise NotModelled(f"{node.fullName()}: reformat or softness")
    return {
        "op": "crop",
        "inputs": tree.inputs(node, frame, 1),
        "box": _numbers(node, "box", frame),
        "black_outside": _flag(node, "crop", frame),
        "intersect": _flag(node, "intersect", frame),
    }


def _reformat(tree: PictureTree, node: Node, frame: float) -> Operation:
    plain = {"type": "to box", "resize": "width"}
    odd = [name for name, value in plain.items() if _text(node, name) != value]
    switches = ("box_fixed", "flip", "flop", "turn", "pbb")
    odd += [name for name in switches if _flag(node, name, frame)]
    if odd or _number(node, "box_pixel_aspect", frame) != 1:
        raise NotModelled(f"{node.fullName()}: {', '.join(odd) or 'box_pixel_aspect'}")
    return {
        "op": "reformat",
        "inputs": tree.inputs(node, frame, 1),
        "width": int(_number(node, "box_width", frame)),
    }


BUILDERS: dict[str, Callable[[PictureTree, Node, float], Any]] = {
    "Blur": _blur,
    "ChannelMerge": _channel_merge,
    "CheckerBoard2": _checkerboard,
    "Clamp": _clamp,
    "Constant": _constant,
    "Copy": _copy,
    "CopyBBox": _copy_bbox,
    "CopyMetaData": _copy_metadata,
    "Crop": _crop,
    "Dissolve": _dissolve,
    "Dot": _pass,
    "Expression": _expression,
    "FrameHold": _frame_hold,
    "Grade": _grade,
    "Invert": _invert,
    "Keymix": _keymix,
    "Merge2": _merge,
    "NoOp": _pass,
    "Output": _pass,
    "Premult": _premult,
    "Read": _read,
    "Reformat": _reformat,
    "Remove": _remove,
    "Switch": _switch,
    "TimeOffset": _time_offset,
    "Unpremult": _premult,
    "Viewer": _pass,
    "Write": _write,
}
"""The node classes whose picture the stand-in computes."""
