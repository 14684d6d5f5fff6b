"""Promises of a job's tasks in Nuke: plates and comp of a chunk, paths mapped, nothing saved."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import pytest

from nuke_plugin import frame_states, impasto_nodes, render, style_node
from nuke_plugin.contract.farm_job import FarmJob
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.farm import tasks
from tests.nuke_plugin.comp import Comp, largest_difference, picture
from tests.nuke_plugin.effect_comp import effect_node


@pytest.fixture
def job_file(terminal_comp: Comp, nuke: ModuleType, tmp_path: Path) -> Path:
    """Return the job of a saved script with one node and a Write below it."""
    node = terminal_comp.node()
    write = nuke.nodes.Write(raw=True, create_directories=True)
    write["file_type"].setValue("exr")
    write["file"].setValue(str(terminal_comp.folder / "comp" / "c.%04d.exr").replace("\\", "/"))
    write.setInput(0, node)
    terminal_comp.save()
    file = tmp_path / "job.json"
    script = str(terminal_comp.script)
    assert tasks.main(["describe", "--script", script, "--job", str(file)]) == tasks.DONE
    return file


@pytest.fixture
def nuke(terminal_nuke: ModuleType) -> ModuleType:
    """Return Nuke in terminal mode."""
    return terminal_nuke


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    """Return what was said last."""
    return capsys.readouterr().out.splitlines()[-1]


def test_plates_of_a_chunk_alone(
    terminal_comp: Comp, job_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The chunk's plates are written, a second run writes none again, painted frames need none."""
    words = ["plates", "--frames", "1001-1002", "--job", str(job_file)]
    assert tasks.main(words) == tasks.DONE
    (node,) = style_node.all_style_nodes()
    plates = terminal_comp.result_file(node, 1001).parent / "plates"
    assert sorted(file.name for file in plates.glob("*.exr")) == [
        "painted.1001.exr",
        "painted.1002.exr",
    ]
    said = capsys.readouterr().out.splitlines()
    assert said[-2:] == ["openjd_status: 2 plates ready", "openjd_progress: 100"]
    stamps = {file: file.stat().st_mtime_ns for file in plates.glob("*.exr")}
    assert tasks.main(words) == tasks.DONE
    assert {file: file.stat().st_mtime_ns for file in plates.glob("*.exr")} == stamps

    (node,) = style_node.all_style_nodes()
    render.render_and_wait(node, FrameRange((1001,)))
    for file in stamps:
        file.unlink()
    assert tasks.main(words) == tasks.DONE
    assert [file.name for file in plates.glob("*.exr")] == ["painted.1002.exr"]


def test_the_comp_shows_what_is_painted(terminal_comp: Comp, job_file: Path) -> None:
    """Results that no one has loaded into the script are shown, and the script stays as it was."""
    (node,) = style_node.all_style_nodes()
    render.render_and_wait(node, FrameRange((1001, 1002)))
    script = terminal_comp.script.read_bytes()
    words = ["comp", "--frames", "1001-1002", "--job", str(job_file)]
    assert tasks.main(words) == tasks.DONE
    comp = terminal_comp.folder / "comp"
    assert sorted(file.name for file in comp.iterdir()) == ["c.1001.exr", "c.1002.exr"]
    (node,) = style_node.all_style_nodes()
    assert frame_states.of(node).fresh.to_text() == "1001-1002"
    assert terminal_comp.script.read_bytes() == script


def test_the_comp_shows_effects_as_what_they_are(
    terminal_comp: Comp, effects: Path, nuke: ModuleType, tmp_path: Path
) -> None:
    """Mattes are written and smoke is shown in a script whose node has seen none of its results."""
    node = effect_node(terminal_comp, "tiny_smoke")
    write = nuke.nodes.Write(raw=True, create_directories=True, channels="rgba")
    write["file_type"].setValue("exr")
    comp = terminal_comp.folder / "comp" / "c.%04d.exr"
    write["file"].setValue(str(comp).replace("\\", "/"))
    write.setInput(0, node)
    terminal_comp.save()
    script, file = terminal_comp.script.read_bytes(), tmp_path / "job.json"
    words = ["describe", "--script", str(terminal_comp.script), "--job", str(file)]
    assert tasks.main(words) == tasks.DONE
    frames = ["--frames", "1001-1002", "--job", str(file)]
    assert tasks.main(["plates", *frames]) == tasks.DONE
    (node,) = impasto_nodes.all_nodes()
    mattes = terminal_comp.result_file(node, 1001).parent / "plates"
    assert len(list(mattes.glob("*.exr"))) == 2
    render.render_and_wait(node, FrameRange((1001, 1002)))
    shown = picture(node, 1002)
    assert max(map(max, shown["alpha"])) > 0.05

    assert tasks.main(["comp", *frames]) == tasks.DONE
    assert terminal_comp.script.read_bytes() == script
    written = picture(terminal_comp.read(comp), 1002)
    assert largest_difference(written, shown) < 2e-3 * max(map(max, shown["red"]))


def test_a_script_saved_in_proxy_mode(
    terminal_comp: Comp, job_file: Path, nuke: ModuleType
) -> None:
    """Plates and comp are of full size, under the Write's own name; the script stays as it is."""
    (node,) = style_node.all_style_nodes()
    width = node.width()
    proxies = terminal_comp.folder / "proxies" / "c.%04d.exr"
    nuke.toNode("Write1")["proxy"].setValue(str(proxies).replace("\\", "/"))
    nuke.root().setProxy(True)
    terminal_comp.save()
    script = terminal_comp.script.read_bytes()
    assert b"proxy true" in script
    words = ["describe", "--script", str(terminal_comp.script), "--job", str(job_file)]
    assert tasks.main(words) == tasks.DONE
    assert FarmJob.from_file(job_file, "here").largest_px[0] == width

    frame = ["--frames", "1001", "--job", str(job_file)]
    assert tasks.main(["plates", *frame]) == tasks.DONE
    assert not nuke.root().proxy()
    (node,) = style_node.all_style_nodes()
    render.render_and_wait(node, FrameRange((1001,)))
    assert tasks.main(["comp", *frame]) == tasks.DONE
    assert (terminal_comp.folder / "comp" / "c.1001.exr").is_file()
    assert not proxies.parent.exists()
    assert terminal_comp.script.read_bytes() == script


def test_a_movie_is_whole_whatever_the_chunks(
    terminal_comp: Comp, nuke: ModuleType, tmp_path: Path
) -> None:
    """A movie is written with the chunk of its first frame alone; frames as files go by chunks."""
    node = terminal_comp.node()
    for name, kind in (("c.%04d.exr", "exr"), ("c.mov", "mov")):
        write = nuke.nodes.Write(raw=True, create_directories=True)
        write["file_type"].setValue(kind)
        write["file"].setValue(str(terminal_comp.folder / "comp" / name).replace("\\", "/"))
        write.setInput(0, node)
    terminal_comp.save()
    file = tmp_path / "job.json"
    script = str(terminal_comp.script)
    assert tasks.main(["describe", "--script", script, "--job", str(file)]) == tasks.DONE
    (node,) = style_node.all_style_nodes()
    render.render_and_wait(node)
    comp = terminal_comp.folder / "comp"
    frames_executed = []
    nuke.addBeforeFrameRender(lambda: frames_executed.append(nuke.thisNode().name()))

    assert tasks.main(["comp", "--frames", "1003", "--job", str(file)]) == tasks.DONE
    assert [found.name for found in comp.iterdir()] == ["c.1003.exr"]
    assert tasks.main(["comp", "--frames", "1001-1002", "--job", str(file)]) == tasks.DONE
    names = ["c.1001.exr", "c.1002.exr", "c.1003.exr", "c.mov"]
    assert sorted(found.name for found in comp.iterdir()) == names
    assert frames_executed == ["Write1"] * 3 + ["Write2"] * 3


def test_files_are_found_where_the_host_has_them(
    terminal_comp: Comp, job_file: Path, nuke: ModuleType
) -> None:
    """File knobs of a foreign root are mapped in the nodes, in Groups too, and nowhere saved."""
    foreign, here = "Q:/show", str(terminal_comp.folder).replace("\\", "/")
    nuke.toNode("Read1")["file"].setValue(f"{foreign}/plates/shot.%04d.exr")
    write = nuke.toNode("Write1")
    write["file"].setValue(f"{foreign}/comp/c.%04d.exr")
    terminal_comp.save()
    text = job_file.read_text(encoding="utf-8")
    job_file.write_text(text.replace(here, foreign), encoding="utf-8")
    rule = {"source_path_format": "WINDOWS", "source_path": foreign, "destination_path": here}
    rules = job_file.with_name("rules.json")
    value = {"version": "pathmapping-1.0", "path_mapping_rules": [rule]}
    rules.write_text(json.dumps(value), encoding="utf-8")
    words = ["--frames", "1001", "--path-mapping", str(rules), "--job", str(job_file)]
    assert tasks.main(["plates", *words]) == tasks.DONE
    (node,) = style_node.all_style_nodes()
    plates = terminal_comp.result_file(node, 1001).parent / "plates"
    assert (plates / "painted.1001.exr").is_file()
    assert tasks.main(["comp", *words]) == tasks.DONE
    assert (terminal_comp.folder / "comp" / "c.1001.exr").is_file()
    assert foreign in terminal_comp.script.read_text(encoding="utf-8")


def test_what_fails_says_whose_it_is(
    terminal_comp: Comp, job_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A plate that Nuke cannot render may come another time; a node that is gone may not."""
    words = ["--frames", "1002", "--job", str(job_file)]
    (terminal_comp.folder / "plates" / "shot.1002.exr").unlink()
    assert tasks.main(["plates", *words]) == tasks.RETRY
    assert last_line(capsys).startswith("openjd_fail: Nuke could not write the plates of ")

    text = job_file.read_text(encoding="utf-8")
    job_file.write_text(text.replace('"Write1"', '"Gone"'), encoding="utf-8")
    assert tasks.main(["comp", *words]) == tasks.USER
    assert "has no node Gone any more" in last_line(capsys)
    job_file.write_text(text.replace("ImpastoStyle1", "Sky"), encoding="utf-8")
    assert tasks.main(["plates", *words]) == tasks.USER
    assert "has no Impasto node 'Sky'" in last_line(capsys)


def test_a_host_that_cannot_write_the_comp(
    terminal_comp: Comp, job_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first step says so, and renders no plate for what would come to nothing in the end."""
    words = ["plates", "--frames", "1001", "--job", str(job_file)]
    in_the_way = terminal_comp.folder / "comp"
    in_the_way.write_text("", encoding="utf-8")
    assert tasks.main(words) == tasks.USER
    assert f"cannot write to {in_the_way}: " in last_line(capsys)
    (node,) = style_node.all_style_nodes()
    assert not (terminal_comp.result_file(node, 1001).parent / "plates").exists()
    in_the_way.unlink()
    assert tasks.main(words) == tasks.DONE


def test_a_job_is_written_or_not(
    terminal_comp: Comp, nuke: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A script without a node is told, and no file is left; a range is taken as it is given."""
    terminal_comp.node()
    terminal_comp.save()
    file = tmp_path / "job.json"
    words = ["describe", "--script", str(terminal_comp.script), "--job", str(file)]
    assert tasks.main([*words, "--frames", "1002", "--device", "cpu"]) == tasks.DONE
    job = FarmJob.from_file(file, "here")
    assert (job.frames.frames, job.device) == ((1002,), "cpu")

    file.unlink()
    for node in style_node.all_style_nodes():
        nuke.delete(node)
    terminal_comp.save()
    assert tasks.main(words) == tasks.USER
    assert "it has no Impasto node to render" in last_line(capsys)
    assert not file.exists()
