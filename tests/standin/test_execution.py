"""Executing Writes: real EXR files, and the refusals that a render button meets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nuke
import pytest

BUSY = "I'm already executing something else"


@pytest.fixture
def host(nuke_host: Any) -> Any:
    """Return the package that drives the stand-in, in a new Nuke with a tiny project format."""
    nuke.root()["format"].setValue(nuke.addFormat("4 2 1 tiny"))
    return nuke_host


def _write(folder: Path, source: Any = None, name: str = "out.%04d.exr") -> Any:
    if source is None:
        source = nuke.nodes.Constant(channels="rgba")
        source["color"].setExpression("frame", 0)
    write = nuke.nodes.Write(inputs=[source], file=f"{folder.as_posix()}/{name}")
    write["file_type"].setValue("exr")
    write["channels"].setValue("all")
    return write


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_execute_writes_frames(host: Any, tmp_path: Path) -> None:
    """Each frame is written under its own number with its own pixels, as half floats."""
    nuke.execute(_write(tmp_path), 9, 13, 2)
    assert _files(tmp_path) == ["out.0009.exr", "out.0011.exr", "out.0013.exr"]
    file = host.load_exr(str(tmp_path / "out.0011.exr"))
    assert file["channels"]["R"] == [[11.0] * 4] * 2
    assert file["types"] == dict.fromkeys("ABGR", "half")
    assert file["display_window"] == [0, 0, 3, 1]


@pytest.mark.parametrize(
    "ranges",
    [
        nuke.FrameRanges("1-3x2 5"),
        nuke.FrameRanges(["1-3x2", "5"]),
        nuke.FrameRanges([1, 3, 5]),
        [(1, 3, 2), (5, 5, 1)],
    ],
)
def test_execute_multiple(host: Any, tmp_path: Path, ranges: Any) -> None:
    """ExecuteMultiple takes FrameRanges or triples and renders exactly those frames."""
    nuke.executeMultiple([_write(tmp_path)], ranges, ["main"])
    assert _files(tmp_path) == ["out.0001.exr", "out.0003.exr", "out.0005.exr"]


def test_execute_of_a_frame_range(host: Any, tmp_path: Path) -> None:
    """Execute takes a FrameRange in place of first and last, and the project's range by default."""
    write = _write(tmp_path)
    nuke.execute(write.name(), nuke.FrameRange("4-5"))
    nuke.root()["first_frame"].setValue(7)
    nuke.root()["last_frame"].setValue(8)
    nuke.execute(write)
    assert _files(tmp_path) == [f"out.000{frame}.exr" for frame in (4, 5, 7, 8)]


def test_write_keeps_what_the_plate_has(host: Any, tmp_path: Path) -> None:
    """Layers, overscan, pixel aspect, float pixels, timecode and attributes go into the file."""
    plate = str(tmp_path / "plate.exr")
    rows = [[0.1 * x + y for x in range(6)] for y in range(4)]
    host.store_exr(
        plate,
        {"R": rows, "G": rows, "B": rows, "A": rows, "diffuse.red": rows, "depth.Z": rows},
        size=(4, 2),
        origin=(-1, -1),
        types={"R": "float"},
        attributes={"shotName": "ab", "timeCode": "01:02:03:04", "framesPerSecond": [24, 1]},
    )
    write = _write(tmp_path, nuke.nodes.Read(file=plate, raw=True))
    write["datatype"].setValue("32 bit float")
    write["metadata"].setValue("all metadata")
    write["compression"].setValue("PIZ Wavelet (32 scanlines)")
    nuke.execute(write, 1, 1)
    before, after = host.load_exr(plate), host.load_exr(str(tmp_path / "out.0001.exr"))
    assert after["channels"] == before["channels"]
    assert set(after["types"].values()) == {"float"}
    for key in ("data_window", "display_window", "pixel_aspect"):
        assert after[key] == before[key]
    for name in ("shotName", "timeCode", "framesPerSecond"):
        assert after["attributes"][name] == before["attributes"][name]
    assert after["compression"] == "PIZ_COMPRESSION"


def test_half_values_stay_finite(host: Any, tmp_path: Path) -> None:
    """Values beyond half's range are written as its largest number, not as infinity."""
    source = nuke.nodes.Constant(color=1e6)
    nuke.execute(_write(tmp_path, source), 1, 1)
    assert host.load_exr(str(tmp_path / "out.0001.exr"))["channels"]["R"][0][0] == 65504.0


def test_autocrop_and_metadata_menu(host: Any, tmp_path: Path) -> None:
    """Autocrop cuts the data window to what is not black; 'no metadata' writes none."""
    crop = nuke.nodes.Crop(inputs=[nuke.nodes.Constant(color=1)])
    crop["box"].setValue([1, 0, 3, 1])
    write = _write(tmp_path, nuke.nodes.CopyBBox(inputs=[crop, nuke.nodes.Constant()]))
    write["metadata"].setValue("no metadata")
    nuke.execute(write, 1, 1)
    assert host.load_exr(str(tmp_path / "out.0001.exr"))["data_window"] == [0, 0, 3, 1]
    write["autocrop"].setValue(True)
    nuke.execute(write, 1, 1)
    file = host.load_exr(str(tmp_path / "out.0001.exr"))
    assert file["data_window"] == [1, 1, 2, 1]
    assert not [name for name in file["attributes"] if name.startswith("nuke/")]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda write: write["file"].setValue(""), "no output file name"),
        (lambda write: write["disable"].setValue(True), "is disabled"),
        (lambda write: write["reading"].setValue(True), "set to read its file"),
        (lambda write: write.setInput(0, None), "Missing input channel"),
        (lambda write: write["file"].setValue("/no/such/folder/a.%d.exr"), "no such directory"),
        (lambda write: nuke.root().setProxy(True), "proxy"),
    ],
)
def test_write_that_cannot_render(host: Any, tmp_path: Path, change: Any, message: str) -> None:
    """A Write that lacks something refuses to render and names itself."""
    write = _write(tmp_path)
    change(write)
    with pytest.raises(RuntimeError, match=message) as caught:
        nuke.execute(write, 1, 1)
    assert "Write1" in str(caught.value)
    assert not nuke.executing()


def test_only_writes_are_executed(host: Any) -> None:
    """Other nodes cannot be executed, and nothing else than nodes is taken for one."""
    with pytest.raises(RuntimeError, match="NoOp1 cannot be executed"):
        nuke.execute(nuke.nodes.NoOp(), 1, 1)
    with pytest.raises(RuntimeError, match="no such node"):
        nuke.execute("Nobody", 1, 1)
    with pytest.raises(TypeError):
        nuke.executeMultiple(["Write1"], nuke.FrameRanges("1"))
    with pytest.raises(TypeError):
        nuke.executeMultiple([nuke.nodes.Write()], "1-3")


def test_create_directories(host: Any, tmp_path: Path) -> None:
    """A missing folder is made only if the Write says so."""
    write = _write(tmp_path / "new folder" / "é")
    with pytest.raises(RuntimeError, match="no such directory"):
        nuke.execute(write, 1, 1)
    write["create_directories"].setValue(True)
    nuke.execute(write, 1, 1)
    assert _files(tmp_path / "new folder" / "é") == ["out.0001.exr"]


def test_no_half_written_file(host: Any, tmp_path: Path) -> None:
    """A frame that fails leaves nothing under its name; continueOnError renders the others."""
    for frame in (1, 3):
        host.store_exr(str(tmp_path / f"in.{frame}.exr"), {"R": [[1.0]]})
    read = nuke.nodes.Read(raw=True)
    read["file"].fromUserText(f"{tmp_path.as_posix()}/in.%d.exr 1-3")
    (tmp_path / "out").mkdir()
    write = _write(tmp_path / "out", read)
    with pytest.raises(RuntimeError, match="Read1: Error reading frame 2"):
        nuke.execute(write, 1, 3)
    assert _files(tmp_path / "out") == ["out.0001.exr"]
    nuke.execute(write, 1, 3, continueOnError=True)
    assert _files(tmp_path / "out") == ["out.0001.exr", "out.0003.exr"]
    assert any("frame 2" in message for message in host.session.messages)


@pytest.mark.parametrize(
    "callback", ["beforeRender", "beforeFrameRender", "afterFrameRender", "afterRender"]
)
def test_execute_inside_execute(host: Any, tmp_path: Path, callback: str) -> None:
    """A render started by a render callback is refused, with Nuke's words."""
    inner, outer = _write(tmp_path, name="a.%d.exr"), _write(tmp_path, name="b.%d.exr")
    outer[callback].setValue(f"nuke.execute({inner.name()!r}, 1, 1)")
    with pytest.raises(RuntimeError, match=BUSY):
        nuke.execute(outer, 1, 1)
    assert not nuke.executing()
    nuke.execute(inner, 1, 1)


def test_execute_in_knob_changed(host: Any, tmp_path: Path) -> None:
    """A render started by knobChanged is refused, with Nuke's words."""
    write = _write(tmp_path)
    node = nuke.nodes.NoOp()
    node["knobChanged"].setValue(f"nuke.execute({write.name()!r}, 1, 1)")
    with pytest.raises(RuntimeError, match=BUSY):
        node.showControlPanel()


def test_execute_from_a_button(host: Any, tmp_path: Path) -> None:
    """A Python button is a legal place to render."""
    write = _write(tmp_path)
    node = nuke.nodes.NoOp()
    code = f"assert nuke.thisNode().name() == 'NoOp1'\nnuke.execute({write.name()!r}, 1, 1)"
    node.addKnob(nuke.PyScript_Knob("press", "Press", code))
    node["press"].execute()
    assert _files(tmp_path) == ["out.0001.exr"]


def test_callbacks_and_executing(host: Any, tmp_path: Path) -> None:
    """Render callbacks run in order with thisNode and the frame set; executing() is true then."""
    seen: list[Any] = []

    def note(event: str) -> None:
        seen.append((event, nuke.thisNode().name(), nuke.frame(), nuke.executing()))

    nuke.frame(50)
    for event in ("BeforeRender", "BeforeFrameRender", "AfterFrameRender", "AfterRender"):
        getattr(nuke, f"add{event}")(note, (event,))
    nuke.execute(_write(tmp_path), 1, 2)
    assert [(event, frame) for event, _, frame, _ in seen] == [
        ("BeforeRender", 50),
        ("BeforeFrameRender", 1),
        ("AfterFrameRender", 1),
        ("BeforeFrameRender", 2),
        ("AfterFrameRender", 2),
        ("AfterRender", 2),
    ]
    assert all(name == "Write1" and busy for _, name, _, busy in seen)
    assert (nuke.frame(), nuke.executing()) == (50, False)


def test_cancel(host: Any, tmp_path: Path) -> None:
    """A cancelled render stops before the next frame and raises a text that begins so."""
    nuke.addAfterFrameRender(nuke.cancel)
    with pytest.raises(RuntimeError, match=r"^Cancelled"):
        nuke.execute(_write(tmp_path), 1, 5)
    assert _files(tmp_path) == ["out.0001.exr"]
    assert not nuke.executing()


def test_views(host: Any, tmp_path: Path) -> None:
    """Each view goes into its own file; an unknown view is refused."""
    nuke.root()["views"].setValue("left right")
    write = _write(tmp_path, name="%V.%v.%04d.exr")
    nuke.execute(write, 1, 1, 1, ["left"])
    assert _files(tmp_path) == ["left.l.0001.exr"]
    nuke.execute(write, 1, 1)
    assert _files(tmp_path) == ["left.l.0001.exr", "right.r.0001.exr"]
    with pytest.raises(RuntimeError, match="no view named 'middle'"):
        nuke.execute(write, 1, 1, 1, ["middle"])


def test_render_limits(host: Any, tmp_path: Path) -> None:
    """use_limit keeps a Write to its own first and last."""
    write = _write(tmp_path)
    for name, value in (("first", 2), ("last", 3), ("use_limit", True)):
        write[name].setValue(value)
    nuke.execute(write, 1, 9)
    assert _files(tmp_path) == ["out.0002.exr", "out.0003.exr"]


def test_a_movie_is_one_file_of_an_execution(host: Any, tmp_path: Path) -> None:
    """All frames go into it; to execute other frames makes another movie in its place."""
    cv2 = pytest.importorskip("cv2")

    def length() -> int:
        movie = cv2.VideoCapture(str(tmp_path / "out.mov"), cv2.CAP_FFMPEG)
        return sum(1 for _ in iter(movie.grab, False))

    write = _write(tmp_path, name="out.mov")
    write["file_type"].setValue("mov")
    nuke.execute(write, 1, 5)
    assert (_files(tmp_path), length()) == (["out.mov"], 5)
    nuke.execute(write, 3, 4)
    assert (_files(tmp_path), length()) == (["out.mov"], 2)


def test_other_formats_are_not_modelled(host: Any, tmp_path: Path) -> None:
    """What the stand-in cannot write is refused by name."""
    write = _write(tmp_path)
    write["interleave"].setValue("channels")
    with pytest.raises(host.NotModelled, match="interleave"):
        nuke.execute(write, 1, 1)
    write["file_type"].setValue("png")
    with pytest.raises(host.NotModelled, match="file_type 'png'"):
        nuke.execute(write, 1, 1)
    assert _files(tmp_path) == []
