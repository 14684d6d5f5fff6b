"""Promises of Render: plates by the host, the real worker, real EXR files, shown by the node."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Callable

import pytest
from nuke_standin import session
from nuke_standin.pixels import load_exr, pixel_rows, store_exr

from nuke_plugin import plate_render, render, style_node, undo, worker_client
from nuke_plugin.contract.errors import StrengthOutOfRange
from nuke_plugin.render_settings import RenderSettings
from nuke_plugin.worker_python import install_command
from tests.nuke_plugin.comp import FIRST, HEIGHT, LAST, WIDTH, Comp, largest_difference, picture

HOST_FOLDER = Path(__file__).resolve().parents[1] / "standin" / "host"
FRAME = 1002
PATIENCE_MS = 60_000


def rendered(node: Any, qtbot: Any, button: str = "render") -> Any:
    """Press Render, let Qt's loop run until the end is shown, and return the job.

    It is None where there was nothing to do, and the job had ended already.
    """
    with undo.not_recorded():
        node["status"].setValue("")
    node[button].execute()
    assert "Not rendered" not in node["status"].value()
    job = render.running_job(node)
    qtbot.waitUntil(lambda: is_shown(node), timeout=PATIENCE_MS)
    return job


def is_shown(node: Any) -> bool:
    """Whether the node's status tells of an end."""
    status = node["status"].value()
    ends = ("rendered in", "Stopped", "Cancelled:", "Nothing to render")
    return any(word in status for word in ends)


def test_render_shows_the_painted_frames(comp: Comp, qtbot: Any) -> None:
    """After Render the node shows painted rgb and says how long it took and on what."""
    node = comp.node()
    rendered(node, qtbot)

    assert largest_difference(picture(node, FRAME), picture(comp.plate, FRAME)) > 0.05
    assert node["status"].value().startswith("3 frames rendered in")
    assert "CPUExecutionProvider" in node["status"].value()
    assert node["label"].evaluate().startswith("warm")


def test_render_equals_the_command_pixel_for_pixel(
    comp: Comp, qtbot: Any, worker_python: Path, models: Path
) -> None:
    """What the node shows is what ``impasto render`` makes of the same plates, to the last bit."""
    node = comp.node(strength=0.7)
    rendered(node, qtbot)
    plates = comp.results(node).parent / "plates" / "painted.%04d.exr"
    by_command = comp.folder / "by command" / "painted.%04d.exr"
    code = "from nuke_plugin.worker.cli import main; main()"
    arguments = ["--model", "tiny", "--style", "warm", "--strength", "0.7"]
    subprocess.run(
        [worker_python, "-c", code, "render", str(plates), str(by_command), *arguments],
        check=True,
        cwd=HOST_FOLDER.parents[2],
        env={**os.environ, "IMPASTO_MODELS": str(models)},
        capture_output=True,
    )

    for frame in range(FIRST, LAST + 1):
        assert picture(node, frame) == picture(comp.read(by_command), frame)


def overscanned(comp: Comp) -> Any:
    """Return a Read of an anamorphic plate that goes beyond its format on all sides."""
    over_x, over_y, aspect = 6, 4, 2.0
    size = (WIDTH + 2 * over_x, HEIGHT + 2 * over_y)
    for frame in range(FIRST, LAST + 1):
        values = random.Random(frame)
        rows = {
            name: [[values.random() for _ in range(size[0])] for _ in range(size[1])]
            for name in ("R", "G", "B", "A", "Z", "diffuse.red")
        }
        store_exr(
            str(comp.folder / "plates" / f"wide.{frame}.exr"),
            rows,
            size=(WIDTH, HEIGHT),
            origin=(-over_x, -over_y),
            attributes={"pixelAspectRatio": aspect, "shotName": "sh010"},
        )
    read = comp.read(comp.folder / "plates" / "wide.%04d.exr")
    assert (read.pixelAspect(), read.width(), read.bbox().x()) == (aspect, WIDTH, -over_x)
    return read


def test_only_rgb_changes(comp: Comp, qtbot: Any, nuke: ModuleType) -> None:
    """Alpha, layers, metadata, format, pixel aspect and box are the plate's, as it is now.

    What lies beyond the format is painted too.
    """
    source = overscanned(comp)
    node = comp.node()
    node.setInput(0, source)
    rendered(node, qtbot)
    nuke.root().setFrame(FRAME)
    result = load_exr(str(comp.result_file(node, FRAME)))
    on_disk = load_exr(str(comp.folder / "plates" / f"wide.{FRAME}.exr"))
    for name in ("data_window", "display_window", "pixel_aspect"):
        assert result[name] == on_disk[name]
    beyond = (-3.5, HEIGHT + 1.5)
    assert node.sample("rgba.alpha", *beyond) == source.sample("rgba.alpha", *beyond) > 0
    assert abs(node.sample("rgba.red", *beyond) - source.sample("rgba.red", *beyond)) > 0.001
    plate = nuke.nodes.Grade(channels="all", multiply=0.5)
    plate.setInput(0, source)
    node.setInput(0, plate)
    assert node.sample("rgba.alpha", *beyond) == plate.sample("rgba.alpha", *beyond) > 0
    assert node.pixelAspect() == plate.pixelAspect() == 2.0
    assert pixel_rows(node, "diffuse.red", FRAME) == pixel_rows(plate, "diffuse.red", FRAME)
    assert picture(node, FRAME, ("alpha",)) == picture(plate, FRAME, ("alpha",))
    assert pixel_rows(node, "depth.Z", FRAME) == pixel_rows(plate, "depth.Z", FRAME)
    assert sorted(node.channels()) == sorted(plate.channels())
    assert node.metadata() == plate.metadata()
    assert (node.width(), node.height()) == (plate.width(), plate.height())
    box, plate_box = node.bbox(), plate.bbox()
    assert (box.x(), box.y(), box.w(), box.h()) == (
        plate_box.x(),
        plate_box.y(),
        plate_box.w(),
        plate_box.h(),
    )


def test_results_need_no_plugin(comp: Comp, qtbot: Any) -> None:
    """The saved script, opened where the plugin is absent, still shows the painted frames."""
    node = comp.node()
    rendered(node, qtbot)
    comp.save()
    here = picture(node, FRAME)
    script = Path(__file__).with_name("plain_nuke.py")
    arguments = [str(HOST_FOLDER), str(comp.script), node.name(), str(FRAME)]
    done = subprocess.run(
        [sys.executable, "-S", str(script), *arguments],  # without site-packages
        check=False,
        cwd=comp.folder,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    there = json.loads(done.stdout)

    assert there["picture"] == here
    assert there["label"].startswith("warm")
    assert not there["has_error"]
    assert "Impasto is not installed" in there["messages"][-1]


def test_a_missing_frame_shows_the_input(comp: Comp, qtbot: Any, nuke: ModuleType) -> None:
    """Where a result was deleted the node shows its input and says so, and nothing turns red."""
    node = comp.node()
    rendered(node, qtbot)
    comp.result_file(node, FRAME).unlink()
    node.node("ResultRead")["reload"].execute()
    nuke.root().setFrame(FRAME)
    assert picture(node, FRAME) == picture(comp.plate, FRAME)
    assert not node.treeHasError()
    assert node["label"].evaluate().startswith("not rendered here")
    assert largest_difference(picture(node, FIRST), picture(comp.plate, FIRST)) > 0.05


def test_frames_outside_the_results_show_the_input(comp: Comp, qtbot: Any) -> None:
    """A frame that was not asked for is the plate's, not a held neighbour."""
    node = comp.node(frame_range="1002")
    rendered(node, qtbot)

    assert picture(node, FIRST) == picture(comp.plate, FIRST)
    assert picture(node, LAST) == picture(comp.plate, LAST)
    assert largest_difference(picture(node, FRAME), picture(comp.plate, FRAME)) > 0.05


def test_mix_0_is_the_input_bit_for_bit(comp: Comp, qtbot: Any) -> None:
    """At mix 0 the node gives its input exactly; in between it lies between, without a render."""
    node = comp.node()
    rendered(node, qtbot)
    plate, painted = picture(comp.plate, FRAME), picture(node, FRAME)
    node["mix"].setValue(0)
    assert picture(node, FRAME) == plate
    node["mix"].setValue(0.5)
    half = {
        name: [[(a + b) / 2 for a, b in zip(*rows)] for rows in zip(plate[name], painted[name])]
        for name in plate
    }
    assert largest_difference(picture(node, FRAME), half) < 1e-6


def test_the_mask_says_where(comp: Comp, qtbot: Any, nuke: ModuleType) -> None:
    """A connected mask limits the painting, inverted the other way round; none means everywhere."""
    node = comp.node()
    rendered(node, qtbot)
    plate, painted = picture(comp.plate, FRAME), picture(node, FRAME)
    black = nuke.nodes.Constant(channels="rgba")
    white = nuke.nodes.Constant(channels="rgba", color=1)
    node.setInput(1, black)
    assert picture(node, FRAME) == plate
    node["invert_mask"].setValue(True)
    assert picture(node, FRAME) == painted
    node["invert_mask"].setValue(False)
    node.setInput(1, white)
    assert picture(node, FRAME) == painted
    node.setInput(1, None)
    assert picture(node, FRAME) == painted


def test_the_mask_is_found_inside_a_group(comp: Comp, qtbot: Any, nuke: ModuleType) -> None:
    """Copied into another Group, the node still knows whether its own mask is connected."""
    node = comp.node()
    rendered(node, qtbot)
    painted = picture(node, FRAME)
    node.selectOnly()
    nuke.nodeCopy("%clipboard%")
    outer = nuke.nodes.Group()
    with outer:
        source = nuke.nodes.Input(name="source")
        nuke.nodePaste("%clipboard%")
        copied = next(one for one in outer.nodes() if one.Class() == "Group")
        copied.setInput(0, source)
        nuke.nodes.Output().setInput(0, copied)
        black = nuke.nodes.Constant(channels="rgba")
    outer.setInput(0, comp.plate)

    assert picture(outer, FRAME) == painted
    copied.setInput(1, black)
    assert picture(outer, FRAME) == picture(comp.plate, FRAME)


def test_render_leaves_the_script_as_it_was(comp: Comp, qtbot: Any, nuke: ModuleType) -> None:
    """Proxy mode, the plate Write and the undo history are after Render what they were before."""
    node = comp.node()
    nuke.root().setProxy(True)
    before = len(session.undo.steps)
    rendered(node, qtbot)

    assert nuke.root().proxy()
    assert node.node("PlateWrite")["disable"].value()
    assert len(session.undo.steps) == before
    assert not session.undo.disabled_depth


def test_render_leaves_the_project_s_range(comp: Comp, qtbot: Any, nuke: ModuleType) -> None:
    """Results of frames outside of the project's range do not stretch it."""
    root = nuke.root()
    root["last_frame"].setValue(FIRST)
    node = comp.node()
    rendered(node, qtbot)

    read = node.node("ResultRead")
    assert (read.firstFrame(), read.lastFrame()) == (FIRST, LAST)
    assert (root.firstFrame(), root.lastFrame()) == (FIRST, FIRST)


def test_render_does_not_hold_up_nuke(slow_comp: Comp, qtbot: Any) -> None:
    """Render returns while the worker still paints; progress is told frame by frame."""
    node = slow_comp.node(model="slow", frame_range="1001-1003")
    node["render"].execute()
    job = render.running_job(node)
    assert job is not None
    assert not job.ended.is_set()
    qtbot.waitUntil(lambda: "of 3" in node["status"].value(), timeout=PATIENCE_MS)
    assert "s each, about" in node["status"].value()
    assert session.progress_tasks[-1]._progress > 0
    qtbot.waitUntil(lambda: is_shown(node), timeout=PATIENCE_MS)


def test_cancel_stops_in_the_middle_and_keeps_what_is_done(slow_comp: Comp, qtbot: Any) -> None:
    """Cancel ends the render soon; whole frames stay and are shown, others show the input."""
    node = slow_comp.node(model="slow", frame_range="1001-1003")
    node["render"].execute()
    job = render.running_job(node)
    qtbot.waitUntil(lambda: job.done >= 1, timeout=PATIENCE_MS)
    node["cancel"].execute()
    began = time.monotonic()
    qtbot.waitUntil(lambda: is_shown(node), timeout=PATIENCE_MS)

    assert time.monotonic() - began < 5
    assert job.done < 3
    assert f"Cancelled: {job.done} frame" in node["status"].value()
    assert slow_comp.result_file(node, 1001).is_file()
    assert not list(slow_comp.results(node).parent.glob("*1003*"))
    assert [file.suffix for file in slow_comp.results(node).parent.iterdir() if file.is_file()] == [
        ".exr"
    ] * job.done


def test_the_progress_bar_cancels_too(slow_comp: Comp, qtbot: Any) -> None:
    """Cancel on Nuke's own progress bar stops the render without waiting for a frame."""
    node = slow_comp.node(model="slow", frame_range="1001-1003")
    node["render"].execute()
    session.progress_tasks[-1]._cancelled = True
    qtbot.waitUntil(lambda: is_shown(node), timeout=PATIENCE_MS)

    assert "Cancelled: " in node["status"].value()
    assert session.messages == []


def test_a_killed_worker_is_replaced(slow_comp: Comp, qtbot: Any) -> None:
    """A worker that dies is told with its exit code; another paints the frames that are left."""
    node = slow_comp.node(model="slow", frame_range="1001-1003")
    node["render"].execute()
    job = render.running_job(node)
    qtbot.waitUntil(lambda: job.done >= 1, timeout=PATIENCE_MS)
    pid = worker_client.session().pid
    first = slow_comp.result_file(node, 1001).stat().st_mtime_ns
    os.kill(pid, signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
    qtbot.waitUntil(lambda: is_shown(node), timeout=2 * PATIENCE_MS)

    assert node["status"].value().startswith("3 frames rendered in")
    assert "A new worker went on, and no finished frame was lost." in node["status"].value()
    assert "ended unexpectedly with exit code" in node["status"].value()
    assert slow_comp.result_file(node, 1001).stat().st_mtime_ns == first
    assert worker_client.session().pid not in (None, pid)


def test_render_says_what_to_run_without_a_worker(
    comp: Comp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the worker, Render tells the command that installs it and writes no plate."""
    monkeypatch.setenv("IMPASTO_PYTHON", "/nowhere/python")
    node = comp.node()
    node["render"].execute()

    assert "/nowhere/python" in session.messages[-1]
    assert install_command() in session.messages[-1]
    assert not comp.results(node).parent.exists()


def test_an_unsaved_script_is_told_what_to_do(
    nuke: ModuleType, models: Path, tmp_path: Path
) -> None:
    """Results go beside the script: before it is saved, Render says so."""
    plate = nuke.nodes.Constant(channels="rgba")
    plate.setSelected(True)
    node = style_node.create()
    node["render"].execute()

    assert "Save the script" in session.messages[-1]


@pytest.mark.parametrize(
    ("knob", "value", "said"),
    [
        ("strength", 1.5, "The strength 1.5 is out of range"),
        ("frame_range", "10-1", "runs backwards"),
        ("frame_range", "later", "is not a frame range"),
        ("results", "/tmp/painted.%04d.png", "it must end in .exr"),
        ("results", "/tmp/painted.exr", "the results need a frame number"),
    ],
)
def test_a_bad_setting_is_told_before_anything_is_written(
    comp: Comp, knob: str, value: Any, said: str
) -> None:
    """A setting that cannot be rendered is named with its value, and no plate is written."""
    node = comp.node()
    node[knob].setValue(value)
    node["render"].execute()

    assert said in session.messages[-1]
    assert not comp.results(node).parent.exists()


def test_a_plate_that_cannot_be_rendered_is_told(comp: Comp, qtbot: Any) -> None:
    """A plate that Nuke cannot render is named with Nuke's reason; the others are painted."""
    (comp.folder / "plates" / "shot.1002.exr").unlink()
    node = comp.node()
    job = rendered(node, qtbot)

    assert "Nuke could not write the plates of ImpastoStyle1" in session.messages[-1]
    assert "shot.1002.exr" in session.messages[-1]
    assert list(job.failed) == [1002]
    assert node["status"].value().startswith("2 frames rendered in")
    assert "Failed, showing the plate unless an older painting is there: 1002." in (
        node["status"].value()
    )
    assert "1 failed" in node["frames"].value()
    assert "failed: 1002" in node["label"].evaluate()
    assert node.node("PlateWrite")["disable"].value()


def test_cancelling_the_plates_is_no_error(comp: Comp, nuke: ModuleType, qtbot: Any) -> None:
    """Cancel on Nuke's own bar while the plates are written ends quietly."""
    nuke.addBeforeFrameRender(nuke.cancel)
    node = comp.node()
    rendered(node, qtbot)

    assert node["status"].value() == "Cancelled: 0 frames of 3 rendered."
    assert session.messages == []
    assert node.node("PlateWrite")["disable"].value()


def test_a_second_press_while_rendering_is_refused(slow_comp: Comp, qtbot: Any) -> None:
    """One node renders once at a time."""
    node = slow_comp.node(model="slow", frame_range="1001-1002")
    node["render"].execute()
    node["render"].execute()
    assert "it is rendering already" in session.messages[-1]
    node["cancel"].execute()
    qtbot.waitUntil(lambda: is_shown(node), timeout=PATIENCE_MS)


def test_render_inside_a_render_is_refused(comp: Comp, nuke: ModuleType) -> None:
    """Render from a render callback says that Nuke is busy instead of raising Nuke's own error."""
    node = comp.node()
    write = nuke.nodes.Write(file=str(comp.folder / "x.%04d.exr"), raw=True, file_type="exr")
    write.setInput(0, comp.plate)
    nuke.addBeforeRender(lambda: node["render"].execute())
    nuke.execute(write, FIRST, FIRST)

    assert "Nuke is rendering something else" in session.messages[-1]


def test_a_node_deleted_while_rendering_stops_its_job(
    slow_comp: Comp, qtbot: Any, nuke: ModuleType
) -> None:
    """Deleting the node ends its render without a message."""
    node = slow_comp.node(model="slow", frame_range="1001-1003")
    node["render"].execute()
    job = render.running_job(node)
    nuke.delete(node)
    qtbot.waitUntil(job.ended.is_set, timeout=PATIENCE_MS)
    qtbot.wait(100)

    assert job.done < 3
    assert session.messages == []


def test_strength_may_be_animated(comp: Comp, qtbot: Any, nuke: ModuleType) -> None:
    """Each frame is painted with the strength the knob has there; 0 gives the input exactly.

    Also where that is of 32 bits, which the plates on disk are not.
    """
    node = comp.node()
    grade = nuke.nodes.Grade(multiply=1.01)
    grade.setInput(0, comp.plate)
    node.setInput(0, grade)
    node["strength"].setAnimated()
    for frame, strength in ((1001, 0.0), (1002, 0.5), (1003, 1.0)):
        node["strength"].setValueAt(strength, frame)
    rendered(node, qtbot)
    changes = [
        largest_difference(picture(node, frame), picture(grade, frame))
        for frame in (1001, 1002, 1003)
    ]
    on_disk = comp.read(comp.results(node))

    assert changes[0] == 0 != largest_difference(picture(on_disk, 1001), picture(grade, 1001))
    assert 0.01 < changes[1] < changes[2]
    assert node["status"].value().startswith("3 frames rendered in")


def test_changed_settings_show_in_the_label(comp: Comp, qtbot: Any) -> None:
    """A slider that was moved after Render shows: the frames are the old ones."""
    node = comp.node()
    rendered(node, qtbot)
    node["strength"].setValue(0.4)

    assert node["label"].evaluate().startswith("settings changed, press Render")


def test_another_plate_colour_space_shows_in_the_label(comp: Comp, qtbot: Any) -> None:
    """The colour space of the plates is one of the settings that the frames were painted with."""
    node = comp.node()
    rendered(node, qtbot)
    node["plate_colorspace"].setValue("ACEScg")

    assert node["label"].evaluate().startswith("settings changed, press Render")
    rendered(node, qtbot)
    assert node["label"].evaluate().startswith("warm")


def test_older_frames_beside_new_ones_show_in_the_label(comp: Comp, qtbot: Any) -> None:
    """After a shorter render with other settings the label tells of the frames that are older."""
    node = comp.node()
    rendered(node, qtbot)
    node["frame_range"].setValue("1002")
    rendered(node, qtbot, "render_all")
    assert node["label"].evaluate().startswith("warm")  # all are of one setting
    node["style"].setValue("cold")
    rendered(node, qtbot)
    assert node["label"].evaluate().startswith("some frames are of an earlier setting, press")
    rendered(node, qtbot, "render_all")  # the others are still the older ones
    assert node["label"].evaluate().startswith("some frames are of an earlier setting, press")
    node["frame_range"].setValue("")
    rendered(node, qtbot)
    assert node["label"].evaluate().startswith("cold")


def test_every_view_is_rendered(comp: Comp, qtbot: Any, nuke: ModuleType) -> None:
    """Each view gets plates and results of its own."""
    nuke.root()["views"].setValue("left right")
    node = comp.node()
    rendered(node, qtbot)

    assert node["status"].value().startswith("6 frames rendered in")
    for view in ("left", "right"):
        assert Path(str(comp.results(node, view)) % FRAME).is_file()


def test_terminal_mode_renders_and_waits(terminal_comp: Comp) -> None:
    """In ``nuke -t`` a script renders a node and gets the job, or the error, back."""
    node = terminal_comp.node(strength=0.5)
    job = render.render_and_wait(node)

    assert job.done == 3
    assert largest_difference(picture(node, FRAME), picture(terminal_comp.plate, FRAME)) > 0.02
    node["strength"].setValue(3)
    with pytest.raises(StrengthOutOfRange):
        render.render_and_wait(node)


def test_warnings_show_when_it_ends(comp: Comp, scripted: Scripted, qtbot: Any) -> None:
    """What the worker warns of stands in the status at the end, as plain text, said once."""
    scripted("warns")
    node = comp.node()
    node["strength"].setAnimated()  # two requests, each with the warning
    node["strength"].setValueAt(0.0, 1001)
    node["strength"].setValueAt(1.0, 1002)
    job = rendered(node, qtbot)

    assert len(job.settings.mixes) == 2
    assert node["status"].value().startswith("3 frames rendered in")
    said = "The place &lt;b&gt;/old&lt;/b&gt; cannot be searched for models."
    assert node["status"].value().count(said) == 1


def test_warnings_show_when_it_fails(comp: Comp, scripted: Scripted, qtbot: Any) -> None:
    """A warning is not lost when the render ends with an error."""
    scripted("warns-and-fails")
    node = comp.node()
    rendered(node, qtbot)

    assert "Stopped after 0 frames" in node["status"].value()
    assert "The disk is full." in node["status"].value()
    assert "cannot be searched for models." in node["status"].value()


def test_a_broken_place_for_models_is_told(
    comp: Comp, models: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A place that is missing ahead of the model that paints is told with the render."""
    gone = comp.folder / "gone"
    monkeypatch.setenv("IMPASTO_MODELS", f"{gone}{os.pathsep}{models}")
    worker_client.session().stop()  # a worker keeps the environment it was started with
    node = comp.node()
    rendered(node, qtbot)

    assert node["status"].value().startswith("3 frames rendered in")
    assert f"The place {gone} cannot be searched for models" in node["status"].value()


def test_a_fault_while_painting_is_no_success(
    comp: Comp, nuke: ModuleType, scripted: Scripted, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of the program on the job's thread ends the render, and is told as a fault."""

    class BrokenBar(nuke.ProgressTask):
        def setProgress(self, i: int) -> None:
            raise ZeroDivisionError("planted")

    scripted("streams")
    monkeypatch.setattr(nuke, "ProgressTask", BrokenBar)
    node = comp.node()
    node["render"].execute()
    qtbot.waitUntil(lambda: is_shown(node), timeout=PATIENCE_MS)

    assert "Stopped after 0 frames" in node["status"].value()
    assert "ZeroDivisionError: planted" in session.messages[-1]
    assert "fault of the program" in session.messages[-1]


def test_a_fault_before_painting_leaves_the_node_free(
    comp: Comp, nuke: ModuleType, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When Nuke's progress bar cannot be made it is told, and the next Render is not refused."""

    def no_bar(message: str) -> None:
        raise RuntimeError("no bar")

    node = comp.node()
    with monkeypatch.context() as patch:
        patch.setattr(nuke, "ProgressTask", no_bar)
        node["render"].execute()
    assert "RuntimeError: no bar" in session.messages[-1]
    assert "Not rendered" in node["status"].value()
    rendered(node, qtbot)
    assert node["status"].value().startswith("3 frames rendered in")


def test_an_input_without_frames_is_told(comp: Comp) -> None:
    """An input that ends before it begins is named with its frames, and nothing is written."""
    comp.plate["last"].setValue(FIRST - 1)
    node = comp.node()
    node["render"].execute()

    assert "'1001-1000' is not a frame range" in session.messages[-1]
    assert "ends before it begins" in session.messages[-1]
    assert not comp.results(node).parent.exists()


def test_a_job_is_found_by_its_files(
    comp: Comp, nuke: ModuleType, scripted: Scripted, qtbot: Any
) -> None:
    """Another script is free to render, unless its results are the very files being written."""
    node = comp.node()
    results = node["results"].value()
    beside, elsewhere = comp.folder / "comp_v002.nk", comp.folder / "other shot" / "comp.nk"
    elsewhere.parent.mkdir()
    for script in (beside, elsewhere, comp.script):
        nuke.scriptSaveAs(str(script), 1)
    client = scripted("streams")
    node["render"].execute()
    job = render.running_job(node)
    assert job is not None
    last_plate = comp.results(node).parent / "plates" / f"painted.{LAST}.exr"
    qtbot.waitUntil(last_plate.exists, timeout=PATIENCE_MS)  # plates need their script

    nuke.scriptOpen(str(elsewhere))
    node = nuke.toNode("ImpastoStyle1")
    assert node["results"].value() == results
    assert render.running_job(node) is None
    nuke.scriptOpen(str(beside))
    node = nuke.toNode("ImpastoStyle1")
    node["render"].execute()
    assert "is rendering to the same files already" in session.messages[-1]
    node["cancel"].execute()
    qtbot.waitUntil(job.ended.is_set, timeout=PATIENCE_MS)
    assert client.pid is not None


def test_relative_results_are_found_by_all(
    comp: Comp, qtbot: Any, nuke: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative path means one folder to Nuke and to the worker: Nuke's, or the project's."""
    monkeypatch.chdir(comp.folder)
    node = comp.node(results="out/painted.%04d.exr")
    settings = RenderSettings.from_node(node)
    assert Path(settings.results[0]) == comp.folder / "out" / "painted.%04d.exr"
    assert Path(settings.plates[0]).is_absolute()
    nuke.root()["project_directory"].setValue("/projects/one")
    settings = RenderSettings.from_node(node)
    assert settings.results == ("/projects/one/out/painted.%04d.exr",)


def painted_at(comp: Comp, node: Any) -> dict[int, int]:
    """Return when each result was written."""
    files = {frame: comp.result_file(node, frame) for frame in range(FIRST, LAST + 1)}
    return {frame: file.stat().st_mtime_ns for frame, file in files.items() if file.exists()}


def rewrite(file: Path) -> None:
    """Give a file the same bytes at another time."""
    later = file.stat().st_mtime_ns + 1_000_000_000
    os.utime(file, ns=(later, later))


def test_only_what_changed_is_painted_again(comp: Comp, qtbot: Any) -> None:
    """Render paints what is stale or missing and nothing else; Render all paints everything."""
    node = comp.node()
    rendered(node, qtbot)
    first = painted_at(comp, node)
    rendered(node, qtbot)
    assert node["status"].value() == "Nothing to render: every frame is fresh."
    assert painted_at(comp, node) == first

    rewrite(comp.folder / "plates" / "shot.1002.exr")
    assert rendered(node, qtbot).written == {str(comp.results(node)): {1002}}
    second = painted_at(comp, node)
    assert [frame for frame in first if first[frame] != second[frame]] == [1002]

    comp.result_file(node, 1003).unlink()
    assert rendered(node, qtbot).written == {str(comp.results(node)): {1003}}
    assert rendered(node, qtbot, "render_all").done == 3


def test_another_style_needs_no_other_plates(comp: Comp, qtbot: Any, nuke: ModuleType) -> None:
    """Plates that Nuke wrote of the same tree are used again; Render all writes all of them."""
    node = comp.node()
    rendered(node, qtbot)
    frames: list[int] = []
    nuke.addBeforeFrameRender(lambda: frames.append(nuke.frame()))
    node["style"].setValue("cold")
    assert rendered(node, qtbot).done == 3
    assert frames == []
    plates = comp.results(node).parent / "plates"
    rewrite(plates / "painted.1002.exr")  # somebody else's now
    node["style"].setValue("warm")
    assert rendered(node, qtbot).done == 3
    assert frames == [1002]
    rendered(node, qtbot, "render_all")
    assert sorted(frames) == [1001, 1002, 1002, 1003]


def test_render_this_frame_paints_the_frame_in_the_viewer(
    comp: Comp, qtbot: Any, nuke: ModuleType
) -> None:
    """Only the current frame is painted, whatever the range says."""
    node = comp.node()
    nuke.root().setFrame(1002)
    assert rendered(node, qtbot, "render_frame").written == {str(comp.results(node)): {1002}}
    assert "1 fresh, 2 missing" in node["frames"].value()


def test_finished_frames_show_while_others_are_painted(
    comp: Comp, scripted: Scripted, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long render shows what is done before it ends, in the picture and in the strip."""
    monkeypatch.setattr(render, "_SHOW_FRAMES_EVERY_SECONDS", 0.0)
    node = comp.node()
    rendered(node, qtbot)
    painted = picture(node, FIRST)
    node.node("ResultRead")["last"].setValue(FIRST - 1)  # nothing shows
    scripted("streams")
    node["render_all"].execute()
    qtbot.waitUntil(lambda: picture(node, FIRST) == painted, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: "3 fresh" in node["frames"].value(), timeout=PATIENCE_MS)
    assert not is_shown(node)
    node["cancel"].execute()
    qtbot.waitUntil(lambda: is_shown(node), timeout=PATIENCE_MS)


def test_nuke_breathes_between_the_plates(
    comp: Comp, qtbot: Any, nuke: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plates are rendered in slices on the main thread, and Qt's loop turns between two."""
    from nuke_plugin.qt import QtCore

    monkeypatch.setattr(plate_render, "SLICE_SECONDS", 0.0)
    turns: list[int] = []
    slices: list[int] = []
    timer = QtCore.QTimer()
    timer.timeout.connect(lambda: turns.append(len(slices)))
    timer.start(0)
    nuke.addBeforeRender(lambda: slices.append(len(turns)))
    node = comp.node()
    node["render"].execute()
    assert slices == []  # the button itself renders nothing
    qtbot.waitUntil(lambda: is_shown(node), timeout=PATIENCE_MS)
    timer.stop()

    assert len(slices) == 3
    assert slices == sorted(set(slices))  # Qt turned between any two of them
    assert node["status"].value().startswith("3 frames rendered in")


def test_plates_wait_while_nuke_renders_something_else(
    comp: Comp, qtbot: Any, nuke: ModuleType
) -> None:
    """While Nuke executes another Write no slice begins; afterwards the render goes on."""
    node = comp.node()
    plates = comp.results(node).parent / "plates"
    there: list[bool] = []
    write = nuke.nodes.Write(file=str(comp.folder / "x.%04d.exr"), raw=True, file_type="exr")
    write.setInput(0, comp.plate)

    def other_render() -> None:
        qtbot.wait(600)  # its progress bar turns the event loop
        there.append(plates.exists())

    nuke.addBeforeRender(other_render)
    node["render"].execute()
    nuke.execute(write, FIRST, FIRST)
    nuke.removeBeforeRender(other_render)
    qtbot.waitUntil(lambda: is_shown(node), timeout=PATIENCE_MS)

    assert there == [False]
    assert node["status"].value().startswith("3 frames rendered in")


def test_nodes_are_queued(comp: Comp, scripted: Scripted, qtbot: Any) -> None:
    """A second node waits for the first, says for which, and goes on when that one ends."""
    scripted("streams")
    one, other = comp.node(), comp.node()
    one["render"].execute()
    other["render"].execute()
    jobs = [render.running_job(one), render.running_job(other)]
    qtbot.waitUntil(
        lambda: other["status"].value() == "Waiting for ImpastoStyle1 to finish.",
        timeout=PATIENCE_MS,
    )
    assert not comp.results(other).parent.exists()
    one["cancel"].execute()
    qtbot.waitUntil(lambda: jobs[1].done > 0, timeout=PATIENCE_MS)
    assert jobs[0].ended.is_set()
    other["cancel"].execute()
    qtbot.waitUntil(lambda: is_shown(one) and is_shown(other), timeout=PATIENCE_MS)


def test_cancel_while_waiting(comp: Comp, scripted: Scripted, qtbot: Any) -> None:
    """Cancel of a node that waits for another is felt at once, and the other goes on."""
    scripted("streams")
    one, other = comp.node(), comp.node()
    one["render"].execute()
    other["render"].execute()
    began = time.monotonic()
    other["cancel"].execute()
    qtbot.waitUntil(lambda: is_shown(other), timeout=PATIENCE_MS)
    assert time.monotonic() - began < 5
    assert other["status"].value() == "Cancelled: 0 frames of 3 rendered."
    assert render.running_job(one) is not None
    one["cancel"].execute()
    qtbot.waitUntil(lambda: is_shown(one), timeout=PATIENCE_MS)


Scripted = Callable[[str], worker_client.WorkerClient]


@pytest.fixture
def scripted(nuke: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    """Return how to put a scripted worker in the place of the real one; it ends with the test."""
    clients: list[worker_client.WorkerClient] = []

    def use(behaviour: str) -> worker_client.WorkerClient:
        command = [sys.executable, "-m", "tests.nuke_plugin.scripted_worker", behaviour]
        clients.append(worker_client.WorkerClient(lambda: command))
        monkeypatch.setattr(worker_client, "_session", clients[-1])
        return clients[-1]

    yield use
    for client in clients:
        client.stop()


@pytest.fixture
def slow_comp(
    nuke: ModuleType, slow_models: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Comp]:
    """Return a script whose frames take about a second each in the model ``slow``."""
    monkeypatch.setenv("IMPASTO_MODELS", str(slow_models))
    return Comp(tmp_path / "slow shot", width=480, height=270)


@pytest.fixture(scope="session")
def slow_models(tmp_path_factory: pytest.TempPathFactory, worker_python: Path) -> Path:
    """Return a folder with the tiny model and one that takes its time."""
    folder = tmp_path_factory.mktemp("slow models")
    code = (
        "import sys; from pathlib import Path; from tests.tiny_model import write_tiny_model;"
        "folder = Path(sys.argv[1]); write_tiny_model(folder);"
        "write_tiny_model(folder, 'slow', channels=192, layers=16)"
    )
    subprocess.run(
        [str(worker_python), "-c", code, str(folder)],
        cwd=HOST_FOLDER.parents[2],
        check=True,
        capture_output=True,
    )
    return folder
