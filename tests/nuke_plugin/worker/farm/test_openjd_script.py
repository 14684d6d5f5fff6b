"""Promises of a script's job in a real engine, from plates to comp; the stand-in host is Nuke."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from nuke_plugin import frame_states
from nuke_plugin.worker.farm.job_bundle import JOB_FILE
from nuke_plugin.worker.farm.tasks import Task
from nuke_plugin.worker.movie import count_frames
from tests.exr_files import bits, read_exr
from tests.nuke_plugin.comp import Comp
from tests.nuke_plugin.effect_comp import effect_node
from tests.nuke_plugin.worker.farm.conftest import ROOT

if sys.platform == "win32":
    pytest.skip("openjd needs rights that a test has not", allow_module_level=True)


@pytest.fixture
def nuke_program(tmp_path: Path) -> Path:
    """A program that takes Nuke's words and runs them in the stand-in host.

    Nothing but the file it is given leads it to the plugin.
    """
    program = tmp_path / "Nuke16.0"
    run = ROOT / "tests" / "nuke_plugin" / "terminal_run.py"
    host = ROOT / "tests" / "standin" / "host"
    program.write_text(
        f'#!/bin/sh\n[ "$1" = -t ] || exit 64\nshift\nunset PYTHONPATH\n'
        f'exec "{sys.executable}" -S "{run}" "{host}" "$@"\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    return program


def farm(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a TD does, and return what it said."""
    return subprocess.run(
        [sys.executable, "-m", "nuke_plugin.worker.cli", "farm", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_a_script_goes_all_the_way(
    terminal_comp: Comp, effects: Path, nuke_program: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """One command: the plates by Nuke, the painting, the comp by Nuke, and every frame looked at.

    A style and an effect go together. Each step but the last is cut into two chunks. What the farm
    painted is fresh to the node it was sent from, and the comp shows it: as files, and in a movie
    that no chunk has cut.
    """
    import nuke

    node, smoke = terminal_comp.node(style="cold"), effect_node(terminal_comp, "tiny_smoke")
    comp = terminal_comp.folder / "comp" / "c.%04d.exr"
    for kind, file in (("exr", comp), ("mov", comp.with_name("c.mov"))):
        write = nuke.nodes.Write(raw=True)
        write["file_type"].setValue(kind)
        write["file"].setValue(str(file))
        write["create_directories"].setValue(True)
        write.setInput(0, node)
    terminal_comp.save()
    script = terminal_comp.script.read_bytes()
    said = farm(
        *("--script", str(terminal_comp.script), "--nuke", str(nuke_program)),
        *("--frames-per-task", "2", "--task-seconds", "0", "--run"),
    )

    assert said.returncode == 0, said.stdout
    assert f"3 frames, 2 to a task, in {terminal_comp.folder}" in said.stdout
    steps = [said.stdout.index(f"Running step '{name}'") for name in ("Plates", "Paint", "Comp")]
    assert steps == sorted(steps)
    for chunk in ("1001-1002", "1003"):
        assert len(re.findall(rf"Frame\(CHUNK\[INT\]\) = {chunk}\b", said.stdout)) == 3
    assert "openjd_status: 10 frames read back, all as they must be" in said.stdout
    assert count_frames(comp.with_name("c.mov")) == 3
    assert terminal_comp.script.read_bytes() == script
    states = frame_states.of(node)
    assert states.fresh.to_text() == "1001-1003"
    assert frame_states.of(smoke).fresh.to_text() == "1001-1003"
    for frame in (1001, 1002, 1003):
        painted = read_exr(terminal_comp.result_file(node, frame)).channels["R"]
        shown = read_exr(Path(str(comp) % frame)).channels["R"]
        assert (bits(shown.astype("float16")) == bits(painted)).all()

    bundle = terminal_comp.folder / "impasto" / "farm_comp_v001"
    plates = terminal_comp.folder / "impasto" / node.name() / "main" / "plates"
    for plate in plates.glob("*.exr"):
        plate.unlink()
    assert Task("plates", bundle / JOB_FILE, "1001", None, str(nuke_program)).run() == 0
    assert "openjd_status: 0 plates ready" in capfd.readouterr().out  # what is painted needs none


def test_what_nuke_refuses_is_said_before_a_job_is_made(
    terminal_comp: Comp, nuke_program: Path, tmp_path: Path
) -> None:
    """A script without a node, a name that is none, no script and no Nuke: exit code 2 and why."""
    bundle = str(tmp_path / "bundle")
    script = ("--script", str(terminal_comp.script), "--bundle", bundle)
    nuke = ("--nuke", str(nuke_program))
    for arguments, sentence in (
        ((*script, *nuke), "it has no Impasto node to render"),
        ((*script, *nuke, "--node", "Sky"), "has no Impasto node 'Sky'. It has: none."),
        ((*script, "--nuke", str(tmp_path / "no_nuke")), "was not found. Name Nuke's program"),
        (("--script", str(tmp_path / "no.nk"), *nuke), "there is no such script"),
    ):
        said = farm(*arguments)
        assert said.returncode == 2, said.stdout
        assert sentence in said.stdout
    assert not (tmp_path / "bundle").exists()
