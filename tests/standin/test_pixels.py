"""The pictures of the node classes, from real EXR files, on every Python Nuke has."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import nuke
import pytest

Rows = list[list[float]]
SIZE = (4, 2)


@pytest.fixture(autouse=True)
def _tiny_format(nuke_host: Any) -> None:
    nuke.root()["format"].setValue(nuke.addFormat("4 2 1 tiny"))


@pytest.fixture
def host(nuke_host: Any) -> Any:
    """Return the package that drives the stand-in."""
    return nuke_host


def _plate(host: Any, path: Path, channels: dict[str, Rows], **described: Any) -> Any:
    """Store an EXR file and return a Read of it."""
    host.store_exr(str(path), channels, **described)
    read = nuke.nodes.Read(file=str(path).replace("\\", "/"), raw=True)
    return read


def _constant(*color: float, channels: str = "rgba") -> Any:
    node = nuke.nodes.Constant(channels=channels)
    node["color"].setValue(list(color))
    return node


RAMP = [[0.0, 0.25, 0.5, 1.0], [2.0, 40.0, -0.5, 0.125]]
MASK = [[0.0, 0.5, 1.0, 2.0], [-1.0, 1.0, 0.25, 0.0]]
ZERO = [[0.0] * 4] * 2
ONE = [[1.0] * 4] * 2


def _ramp(host: Any, folder: Path, name: str = "ramp", alpha: Rows = ONE) -> Any:
    rows = {"R": RAMP, "G": ZERO, "B": ONE, "A": alpha}
    return _plate(host, folder / f"{name}.exr", rows, types=dict.fromkeys("RGBA", "float"))


# -- sources ----------------------------------------------------------------------
def test_read_shows_the_file(host: Any, tmp_path: Path) -> None:
    """A Read shows the file's values above 1 and below 0, its channels, size and metadata."""
    layers = {"R": RAMP, "G": ZERO, "B": ONE, "A": ONE, "Z": MASK, "diffuse.R": RAMP, "id": ONE}
    attributes = {"shotName": "ab_010", "timeCode": "01:02:03:04", "framesPerSecond": [24000, 1001]}
    read = _plate(host, tmp_path / "p.exr", layers, attributes=attributes)
    assert host.pixel_rows(read, "red") == RAMP
    assert host.pixel_rows(read, "depth.Z") == MASK
    assert host.pixel_rows(read, "diffuse.red") == RAMP
    assert set(read.channels()) == {
        *("rgba.red", "rgba.green", "rgba.blue", "rgba.alpha"),
        *("depth.Z", "diffuse.red", "other.id"),
    }
    assert (read.width(), read.height(), read.pixelAspect()) == (4, 2, 1.0)
    assert read.metadata("exr/shotName") == "ab_010"
    assert read.metadata("input/timecode") == "01:02:03:04"
    assert read.metadata("input/frame_rate") == pytest.approx(24000 / 1001)
    assert read.metadata("nothing") is None


def test_read_keeps_overscan(host: Any, tmp_path: Path) -> None:
    """A data window beyond the display window is a bounding box beyond the format."""
    rows = [[float(10 * y + x) for x in range(6)] for y in range(4)]
    read = _plate(host, tmp_path / "p.exr", {"R": rows}, size=SIZE, origin=(-1, -1))
    box = read.bbox()
    assert (box.x(), box.y(), box.r(), box.t()) == (-1, -1, 5, 3)
    assert host.pixel_rows(read, "red") == [[11.0, 12.0, 13.0, 14.0], [21.0, 22.0, 23.0, 24.0]]
    assert read.sample("red", -0.5, -0.5) == 30.0


def test_read_keeps_nan_and_inf(host: Any, tmp_path: Path) -> None:
    """Pixels that are no number reach Nuke as they are in the file."""
    read = _plate(host, tmp_path / "p.exr", {"R": [[math.nan, math.inf, -math.inf, 1.0]] * 2})
    row = host.pixel_rows(read, "red")[0]
    assert math.isnan(row[0])
    assert row[1:] == [math.inf, -math.inf, 1.0]


@pytest.mark.parametrize(
    ("policy", "expected"), [("hold", [2.0, 3.0]), ("black", [0.0, 0.0]), ("loop", [3.0, 2.0])]
)
def test_read_outside_its_range(
    host: Any, tmp_path: Path, policy: str, expected: list[float]
) -> None:
    """Before first and after last a Read holds, loops or goes black, as its knobs say."""
    for frame in (2, 3):
        host.store_exr(str(tmp_path / f"p.{frame:04d}.exr"), {"R": [[float(frame)] * 4] * 2})
    read = nuke.nodes.Read(raw=True, before=policy, after=policy)
    read["file"].fromUserText(f"{tmp_path.as_posix()}/p.####.exr 2-3")
    assert (read.firstFrame(), read.lastFrame()) == (2, 3)
    seen = [host.pixel_rows(read, "red", frame)[0][0] for frame in (1, 2, 3, 4)]
    assert seen == [expected[0], 2.0, 3.0, expected[1]]


def test_read_set_by_value_has_no_range(host: Any, tmp_path: Path) -> None:
    """SetValue on a Read's file leaves its range at 1-1, so it holds frame 1; a trap of Nuke's."""
    for frame in (1, 2):
        host.store_exr(str(tmp_path / f"p.{frame}.exr"), {"R": [[float(frame)] * 4] * 2})
    read = nuke.nodes.Read(raw=True)
    read["file"].setValue(f"{tmp_path.as_posix()}/p.%d.exr")
    assert host.pixel_rows(read, "red", 2)[0][0] == 1.0


@pytest.mark.parametrize(
    ("on_error", "expected"),
    [
        ("black", [0.0, 0.0, 0.0, 0.0]),
        ("nearest frame", [1.0, 1.0, 1.0, 1.0]),
        ("checkerboard", [0.0, 0.0, 1.0, 1.0]),
    ],
)
def test_read_on_error(host: Any, tmp_path: Path, on_error: str, expected: list[float]) -> None:
    """A missing frame shows what on_error says."""
    host.store_exr(str(tmp_path / "p.1.exr"), {"R": ONE})
    read = nuke.nodes.Read(raw=True, on_error=on_error)
    read["file"].fromUserText(f"{tmp_path.as_posix()}/p.%d.exr 1-3")
    assert host.pixel_rows(read, "red", 3)[0] == expected


def test_read_of_missing_frame_is_an_error(host: Any, tmp_path: Path) -> None:
    """With on_error 'error' the node has an error, its tree too, and a picture raises."""
    read = nuke.nodes.Read(raw=True, file=f"{tmp_path.as_posix()}/none.exr")
    grade = nuke.nodes.Grade(inputs=[read])
    assert read.hasError()
    assert not grade.hasError()
    assert grade.treeHasError()
    with pytest.raises(RuntimeError, match=r"Read1: Error reading frame 1: .*none\.exr"):
        grade.sample("red", 0, 0)


def test_truncated_file_is_an_error(host: Any, tmp_path: Path) -> None:
    """A damaged file is an error that names it."""
    path = tmp_path / "p.exr"
    host.store_exr(str(path), {"R": [[0.1] * 64] * 64})
    path.write_bytes(path.read_bytes()[:300])
    read = nuke.nodes.Read(raw=True, file=path.as_posix())
    with pytest.raises(RuntimeError, match=r"p\.exr"):
        read.sample("red", 0, 0)


def test_rewritten_file_shows_after_reload(host: Any, tmp_path: Path) -> None:
    """A Read shows what it has loaded until its reload button is pressed."""
    path = tmp_path / "p.exr"
    read = _plate(host, path, {"R": ONE})
    assert read.sample("red", 0, 0) == 1.0
    host.store_exr(str(path), {"R": ZERO})
    assert read.sample("red", 0, 0) == 1.0
    read["reload"].execute()
    assert read.sample("red", 0, 0) == 0.0


def test_read_with_colour_space_is_not_modelled(host: Any, tmp_path: Path) -> None:
    """A colour conversion the stand-in does not compute is refused by name, not skipped."""
    read = _plate(host, tmp_path / "p.exr", {"R": ONE})
    read["raw"].setValue(False)
    read["colorspace"].setValue("sRGB")
    with pytest.raises(host.NotModelled, match="colorspace 'sRGB'"):
        read.sample("red", 0, 0)


def test_constant(host: Any) -> None:
    """A Constant fills the project's format with its colour, in its channels."""
    node = _constant(0.5, 2.0, -1.0, 0.25)
    assert host.pixel_rows(node, "green") == [[2.0] * 4] * 2
    assert host.pixel_rows(node, "alpha") == [[0.25] * 4] * 2
    assert _constant(0.5, channels="rgb").channels() == ["rgba.red", "rgba.green", "rgba.blue"]


def test_checkerboard(host: Any) -> None:
    """A CheckerBoard draws boxes of two colours outwards from the middle of the format."""
    node = nuke.nodes.CheckerBoard2(boxsize=1)
    node["centerlinewidth"].setValue(0)
    upper, lower = host.pixel_rows(node, "red")
    assert sorted(set(upper + lower)) == [pytest.approx(0.1), 0.5]
    assert all(a != b for row in (upper, lower) for a, b in zip(row, row[1:]))
    assert all(a != b for a, b in zip(upper, lower))


def test_unconnected_input_is_black(host: Any) -> None:
    """An input nobody connected is a black picture of the project's size."""
    node = nuke.nodes.NoOp()
    assert (node.width(), node.height(), node.channels()) == (4, 2, [])
    assert node.sample("red", 1, 1) == 0.0


# -- passing on, time ---------------------------------------------------------------
@pytest.mark.parametrize("node_class", ["Dot", "NoOp", "Viewer", "Write", "Grade", "Invert"])
def test_disabled_or_plain_node_passes_its_input(
    host: Any, tmp_path: Path, node_class: str
) -> None:
    """Nodes that change nothing, and disabled ones, show their first input bit for bit."""
    node = getattr(nuke.nodes, node_class)(inputs=[_ramp(host, tmp_path)])
    if node_class in ("Grade", "Invert"):
        node["disable"].setValue(True)
    assert host.pixel_rows(node, "red") == RAMP


def test_switch(host: Any) -> None:
    """A Switch shows the input `which` names, and the last one beyond the end."""
    node = nuke.nodes.Switch(inputs=[_constant(1.0), _constant(2.0), _constant(3.0)])
    seen = []
    for which in (0, 1, 2, 7, -1):
        node["which"].setValue(which)
        seen.append(node.sample("red", 0, 0))
    assert seen == [1.0, 2.0, 3.0, 3.0, 1.0]


def test_time_nodes(host: Any, tmp_path: Path) -> None:
    """A FrameHold shows one frame, a TimeOffset shifts them."""
    for frame in (1, 2, 3):
        host.store_exr(str(tmp_path / f"p.{frame}.exr"), {"R": [[float(frame)] * 4] * 2})
    read = nuke.nodes.Read(raw=True)
    read["file"].fromUserText(f"{tmp_path.as_posix()}/p.%d.exr 1-3")
    hold = nuke.nodes.FrameHold(inputs=[read], firstFrame=2)
    offset = nuke.nodes.TimeOffset(inputs=[read], time_offset=1)
    assert host.pixel_rows(hold, "red", 3)[0][0] == 2.0
    assert host.pixel_rows(offset, "red", 3)[0][0] == 2.0
    assert (offset.firstFrame(), offset.lastFrame()) == (2, 4)


def test_group_shows_its_output(host: Any, tmp_path: Path) -> None:
    """A Group shows its Output; its Inputs show what is connected to it, also nested."""
    outer = nuke.nodes.Group()
    with outer:
        img = nuke.nodes.Input()
        inner = nuke.nodes.Group(inputs=[img])
        with inner:
            nuke.nodes.Output(inputs=[nuke.nodes.Invert(inputs=[nuke.nodes.Input()])])
        inner.setInput(0, img)
        nuke.nodes.Output(inputs=[inner])
    assert outer.sample("red", 0, 0) == 0.0
    outer.setInput(0, _ramp(host, tmp_path))
    assert host.pixel_rows(outer, "red") == [[1 - value for value in row] for row in RAMP]


def test_expressions_follow_the_group(host: Any) -> None:
    """A knob inside a Group may follow a knob of the Group, at each frame."""
    group = nuke.nodes.Group()
    group.addKnob(nuke.Double_Knob("level", "Level"))
    with group:
        inside = nuke.nodes.Constant()
        inside["color"].setExpression("parent.level * frame", 0)
        nuke.nodes.Output(inputs=[inside])
    group["level"].setValue(0.5)
    assert host.pixel_rows(group, "red", 3)[0][0] == 1.5


# -- merges -------------------------------------------------------------------------
def _mixed(mask: Rows, mix: float) -> Rows:
    """Return 8 over 2 by a clamped mask."""
    weights = [[min(max(value, 0.0), 1.0) * mix for value in row] for row in mask]
    return [[2.0 * (1 - weight) + 8.0 * weight for weight in row] for row in weights]


def test_keymix(host: Any, tmp_path: Path) -> None:
    """Keymix shows A where the mask is white and B where it is black; mix scales, invert turns."""
    mask = _ramp(host, tmp_path, alpha=MASK)
    node = nuke.nodes.Keymix(inputs=[_constant(2.0), _constant(8.0), mask])
    assert host.pixel_rows(node, "red") == _mixed(MASK, 1.0)
    node["mix"].setValue(0.5)
    assert host.pixel_rows(node, "red") == _mixed(MASK, 0.5)
    node["mix"].setValue(1)
    node["invertMask"].setValue(True)
    inverted = [[1 - min(max(value, 0.0), 1.0) for value in row] for row in MASK]
    assert host.pixel_rows(node, "red") == _mixed(inverted, 1.0)


def test_keymix_channels_and_missing_mask(host: Any, tmp_path: Path) -> None:
    """Keymix leaves other channels B's, and an unconnected mask is black: B shows."""
    a = _constant(8.0, 8.0, 8.0, 8.0)
    mask = _constant(1.0, 1.0, 1.0, 1.0)
    node = nuke.nodes.Keymix(inputs=[_constant(2.0, 2.0, 2.0, 2.0), a, mask], channels="rgb")
    assert [node.sample(name, 0, 0) for name in ("red", "alpha")] == [8.0, 2.0]
    node.setInput(2, None)
    assert node.sample("red", 0, 0) == 2.0


def test_nan_under_a_black_mask_does_not_spread(host: Any, tmp_path: Path) -> None:
    """Where the mask is exactly black the other picture has no influence, not even a NaN."""
    nan = _plate(host, tmp_path / "nan.exr", {"R": [[math.nan] * 4] * 2})
    mask = _ramp(host, tmp_path, alpha=ZERO)
    node = nuke.nodes.Keymix(inputs=[_constant(2.0), nan, mask])
    assert node.sample("red", 0, 0) == 2.0


def test_dissolve(host: Any, tmp_path: Path) -> None:
    """Dissolve fades between its inputs, is exact at both ends, and obeys a mask if connected."""
    ramp = _ramp(host, tmp_path)
    node = nuke.nodes.Dissolve(inputs=[ramp, _constant(8.0)])
    assert host.pixel_rows(node, "red") == RAMP
    node["which"].setValue(1)
    assert host.pixel_rows(node, "red") == [[8.0] * 4] * 2
    node["which"].setValue(0.5)
    assert host.pixel_rows(node, "red") == [[(value + 8) / 2 for value in row] for row in RAMP]
    node.setInput(2, _ramp(host, tmp_path, "mask", alpha=ZERO))
    assert host.pixel_rows(node, "red") == RAMP


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ("over", 0.5 + 4 * 0.75),
        ("under", 0.5 * 0.5 + 4),
        ("copy", 0.5),
        ("plus", 4.5),
        ("minus", -3.5),
        ("from", 3.5),
        ("multiply", 2.0),
        ("max", 4.0),
        ("min", 0.5),
        ("average", 2.25),
        ("difference", 3.5),
        ("divide", 0.125),
        ("in", 0.25),
        ("out", 0.25),
        ("mask", 1.0),
        ("stencil", 3.0),
        ("atop", 0.25 + 3.0),
        ("xor", 0.25 + 3.0),
        ("matte", 0.125 + 3.0),
        ("screen", 0.5 + 4 - 2.0),
    ],
)
def test_merge(host: Any, operation: str, expected: float) -> None:
    """Each Merge operation computes Foundry's formula for A=0.5 (a=0.25) and B=4 (b=0.5)."""
    a, b = _constant(0.5, 0, 0, 0.25), _constant(4.0, 0, 0, 0.5)
    node = nuke.nodes.Merge2(inputs=[b, a], operation=operation)
    assert node.sample("red", 0, 0) == pytest.approx(expected)


def test_merge_mask_and_mix(host: Any, tmp_path: Path) -> None:
    """A Merge shows B where its mask is black; without a mask it acts everywhere."""
    node = nuke.nodes.Merge2(inputs=[_constant(2.0), _constant(8.0)], operation="copy")
    assert node.sample("red", 0, 0) == 8.0
    node["mix"].setValue(0.25)
    assert node.sample("red", 0, 0) == 3.5
    node["mix"].setValue(1)
    node.setInput(2, _ramp(host, tmp_path, alpha=MASK))
    assert host.pixel_rows(node, "red") == _mixed(MASK, 1.0)
    node["invert_mask"].setValue(True)
    assert host.pixel_rows(node, "red")[0] == [8.0, 5.0, 2.0, 2.0]


def test_merge_of_rgb_leaves_alpha(host: Any) -> None:
    """A Merge of rgb alone keeps B's alpha, whatever A's is."""
    a, b = _constant(0.5, 0, 0, 0.25), _constant(4.0, 0, 0, 0.5)
    only = {"Achannels": "rgb", "Bchannels": "rgb", "output": "rgb"}
    node = nuke.nodes.Merge2(inputs=[b, a], operation="minus", **only)
    assert (node.sample("red", 0, 0), node.sample("alpha", 0, 0)) == (-3.5, 0.5)
    node["output"].setValue("alpha")
    with pytest.raises(host.NotModelled, match="output"):
        node.sample("red", 0, 0)


def test_the_fringe_of_a_mask(host: Any, tmp_path: Path) -> None:
    """With fringe on, a node acts where the mask is soft, most where it is half."""
    node = nuke.nodes.Merge2(inputs=[_constant(0.0), _constant(8.0)], operation="copy")
    node.setInput(2, _ramp(host, tmp_path, alpha=[[0.0, 0.25, 0.5, 1.0]] * 2))
    node["fringe"].setValue(True)
    assert host.pixel_rows(node, "red")[0] == [0.0, 6.0, 8.0, 0.0]


def test_expression(host: Any, tmp_path: Path) -> None:
    """An Expression works out channels of its input, by name, with variables, also into others."""
    node = nuke.nodes.Expression(inputs=[_ramp(host, tmp_path, alpha=MASK)])
    for name, text in {
        "temp_name0": "twice",
        "temp_expr0": "2 * r",
        "expr0": "r > 0.25 && !(a == 1) ? twice : -1",
        "expr1": "max(r, a, 0.5) + rgba.blue",
        "expr2": "clamp(r)",
        "expr3": "exp(-pow(abs(r), 2)) / sqrt(4)",
    }.items():
        node[name].setValue(text)
    assert host.pixel_rows(node, "red")[0] == [-1.0, -1.0, -1.0, 2.0]
    assert host.pixel_rows(node, "green")[0] == [1.5, 1.5, 2.0, 3.0]
    assert host.pixel_rows(node, "blue")[1] == [1.0, 1.0, 0.0, 0.125]
    assert host.pixel_rows(node, "alpha")[0][3] == pytest.approx(math.exp(-1) / 2)


def test_expression_sees_what_is_no_number(host: Any, tmp_path: Path) -> None:
    """Pixels that are no number are found by isnan and isinf, and spread otherwise."""
    rows = {name: [[math.nan, math.inf, -math.inf, 1.0]] * 2 for name in "RGB"}
    plate = _plate(host, tmp_path / "bad.exr", rows, types=dict.fromkeys("RGB", "float"))
    node = nuke.nodes.Expression(inputs=[plate], expr0="isnan(r) || isinf(r) ? 0 : r")
    for index in (1, 2, 3):
        node[f"expr{index}"].setValue("r * 1")
    assert host.pixel_rows(node, "red")[0] == [0.0, 0.0, 0.0, 1.0]
    assert math.isnan(host.pixel_rows(node, "green")[0][0])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "an empty text"),
        ("r +", "unexpected end"),
        ("q", "nothing is named 'q'"),
        ("frob(r)", "no function 'frob'"),
        ("r r", "unexpected 'r'"),
        ("r = 1", "syntax error"),
    ],
)
def test_an_expression_that_is_none_is_refused(host: Any, text: str, said: str) -> None:
    """A text the stand-in cannot work out is refused, and so is an empty one."""
    node = nuke.nodes.Expression(inputs=[_constant(1.0)], expr0=text)
    with pytest.raises(host.NotModelled, match=said):
        node.sample("red", 0, 0)


def test_blur(host: Any, tmp_path: Path) -> None:
    """A Blur keeps the light, spreads it, and cuts it at the format only if asked."""
    one = [[0.0, 0.0, 0.0, 1.0], [0.0] * 4]
    plate = _plate(host, tmp_path / "dot.exr", dict.fromkeys("RGB", one))
    node = nuke.nodes.Blur(inputs=[plate], size=1, crop=False)
    box = node.bbox()
    assert (box.x(), box.y(), box.w(), box.h()) == (-2, -2, 8, 6)
    middle, beside = node.sample("red", 3, 1), node.sample("red", 4, 1)
    assert 1 > middle > beside > 0
    total = sum(node.sample("red", x, y) for x in range(-2, 6) for y in range(-2, 4))
    assert total == pytest.approx(1.0)
    node["crop"].setValue(True)
    assert node.sample("red", 4, 1) == 0
    node["size"].setValue(0)
    assert host.pixel_rows(node, "red") == one


def test_merge_operation_without_formula_is_refused(host: Any) -> None:
    """An operation the stand-in does not compute is refused by name."""
    node = nuke.nodes.Merge2(inputs=[_constant(1), _constant(1)], operation="soft-light")
    with pytest.raises(host.NotModelled, match="soft-light"):
        node.sample("red", 0, 0)


def test_copy(host: Any, tmp_path: Path) -> None:
    """Copy puts channels and layers of A into B and keeps B's metadata."""
    ramp = _ramp(host, tmp_path)
    b = _plate(host, tmp_path / "b.exr", {"R": ONE, "Z": MASK}, attributes={"shotName": "b"})
    node = nuke.nodes.Copy(inputs=[b, ramp], from0="rgba.red", to0="rgba.alpha")
    assert host.pixel_rows(node, "alpha") == RAMP
    assert host.pixel_rows(node, "red") == ONE
    assert host.pixel_rows(node, "depth.Z") == MASK
    assert node.metadata("exr/shotName") == "b"
    whole = nuke.nodes.Copy(inputs=[b, ramp], from0="none", channels="rgb")
    assert host.pixel_rows(whole, "red") == RAMP
    assert "rgba.alpha" not in whole.channels()


@pytest.mark.parametrize(
    ("operation", "expected"), [("plus", 4.5), ("multiply", 2.0), ("max", 4.0), ("stencil", 2.0)]
)
def test_channel_merge(host: Any, operation: str, expected: float) -> None:
    """ChannelMerge combines one channel of A with one of B into its output channel."""
    b, a = _constant(1.0, 0, 0, 4.0), _constant(0.5, 0, 0, 9.0)
    node = nuke.nodes.ChannelMerge(inputs=[b, a], A="rgba.red", operation=operation)
    assert [node.sample(name, 0, 0) for name in ("alpha", "red")] == [expected, 1.0]


def test_bounding_boxes(host: Any, tmp_path: Path) -> None:
    """Merges take the box their bbox knob names; CopyBBox and Crop set it; outside is black."""
    rows = [[1.0] * 6] * 4
    wide = _plate(host, tmp_path / "w.exr", {"R": rows}, size=SIZE, origin=(-1, -1))
    node = nuke.nodes.Keymix(inputs=[_constant(2.0), wide, _constant(1, 1, 1, 1)])
    boxes = []
    for choice in ("union", "B", "A"):
        node["bbox"].setValue(choice)
        box = node.bbox()
        boxes.append((box.x(), box.y(), box.r(), box.t()))
    assert boxes == [(-1, -1, 5, 3), (0, 0, 4, 2), (-1, -1, 5, 3)]
    copied = nuke.nodes.CopyBBox(inputs=[_constant(2.0), wide])
    assert (copied.bbox().x(), copied.sample("red", -1, 0), copied.sample("red", 0, 0)) == (
        -1,
        0,
        2,
    )
    crop = nuke.nodes.Crop(inputs=[wide])
    crop["box"].setValue([1, 0, 3, 1])
    assert host.pixel_rows(crop, "red") == [[0.0] * 4, [0.0, 1.0, 1.0, 0.0]]


@pytest.mark.parametrize(
    ("mode", "shot", "take"),
    [
        ("Image+Meta", "image", "meta"),
        ("Meta+Image", "meta", "meta"),
        ("Meta only", "meta", "meta"),
        ("Image only", "image", None),
    ],
)
def test_copy_metadata(host: Any, tmp_path: Path, mode: str, shot: str, take: Any) -> None:
    """CopyMetaData gives the image the keys its mode says, the first named winning."""
    image = _plate(host, tmp_path / "i.exr", {"R": ONE}, attributes={"shot": "image"})
    meta = _plate(
        host, tmp_path / "m.exr", {"R": ZERO}, attributes={"shot": "meta", "take": "meta"}
    )
    node = nuke.nodes.CopyMetaData(inputs=[image, meta], mergeMode=mode)
    assert node.sample("red", 0, 0) == 1.0
    assert (node.metadata("exr/shot"), node.metadata("exr/take")) == (shot, take)


# -- one picture ----------------------------------------------------------------------
def test_grade(host: Any, tmp_path: Path) -> None:
    """Grade applies Foundry's gain and offset, clamps black, and leaves alpha alone."""
    node = nuke.nodes.Grade(inputs=[_ramp(host, tmp_path)])
    node["multiply"].setValue(2)
    node["add"].setValue(0.5)
    assert host.pixel_rows(node, "red") == [[0.5, 1.0, 1.5, 2.5], [4.5, 80.5, 0.0, 0.75]]
    assert host.pixel_rows(node, "alpha") == ONE
    node["black_clamp"].setValue(False)
    node["blackpoint"].setValue(0.5)
    node["whitepoint"].setValue(1.0)
    node["multiply"].setValue(1)
    node["add"].setValue(0)
    assert host.pixel_rows(node, "red")[0] == [-1.0, -0.5, 0.0, 1.0]


def test_clamp_and_invert(host: Any, tmp_path: Path) -> None:
    """Clamp limits to 0 and 1 by default; Invert shows 1 - value."""
    ramp = _ramp(host, tmp_path)
    clamp = nuke.nodes.Clamp(inputs=[ramp])
    assert host.pixel_rows(clamp, "red")[1] == [1.0, 1.0, 0.0, 0.125]
    invert = nuke.nodes.Invert(inputs=[ramp], channels="rgb")
    assert host.pixel_rows(invert, "red")[0] == [1.0, 0.75, 0.5, 0.0]
    assert host.pixel_rows(invert, "alpha") == ONE


def test_premult_and_unpremult(host: Any, tmp_path: Path) -> None:
    """Premult multiplies by alpha, Unpremult divides; where alpha is 0 nothing changes."""
    ramp = _ramp(host, tmp_path, alpha=[[0.5, 0.5, 0.0, 1.0]] * 2)
    premult = nuke.nodes.Premult(inputs=[ramp])
    assert host.pixel_rows(premult, "red")[0] == [0.0, 0.125, 0.0, 1.0]
    unpremult = nuke.nodes.Unpremult(inputs=[ramp])
    assert host.pixel_rows(unpremult, "red")[0] == [0.0, 0.5, 0.5, 1.0]


def test_reformat_to_a_width(host: Any, tmp_path: Path) -> None:
    """A Reformat to a box keeps the shape, makes pixels square and cuts off what lies outside."""
    node = nuke.nodes.Reformat(type="to box", box_width=2, inputs=[_ramp(host, tmp_path)])
    assert (node.width(), node.height(), node.pixelAspect()) == (2, 1, 1.0)
    assert host.pixel_rows(node, "red") == [[RAMP[1][1], RAMP[1][3]]]
    node["resize"].setValue("fit")
    with pytest.raises(host.NotModelled, match="resize"):
        node.width()


def test_remove(host: Any, tmp_path: Path) -> None:
    """Remove drops the channels it names, or keeps only them."""
    node = nuke.nodes.Remove(inputs=[_ramp(host, tmp_path)], channels="rgb")
    assert node.channels() == ["rgba.alpha"]
    node["operation"].setValue("keep")
    assert node.channels() == ["rgba.red", "rgba.green", "rgba.blue"]


def test_class_without_picture_is_refused(host: Any) -> None:
    """A node class whose picture the stand-in does not compute is refused by name."""
    with pytest.raises(host.NotModelled, match="StickyNote"):
        nuke.nodes.StickyNote().channels()
