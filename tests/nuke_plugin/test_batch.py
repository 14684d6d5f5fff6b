"""Promises of the way without a GUI: what is rendered, what is listed, and the exit codes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from nuke_plugin import batch, frame_states, style_node
from nuke_plugin.contract.frame_range import FrameRange
from tests.nuke_plugin.comp import Comp

ROOT = Path(__file__).resolve().parents[2]
HOST_FOLDER = ROOT / "tests" / "standin" / "host"


@pytest.fixture
def saved(terminal_comp: Comp) -> Comp:
    """Return a saved script with two nodes, the second disabled."""
    terminal_comp.node()
    terminal_comp.node()["disable"].setValue(True)
    terminal_comp.save()
    return terminal_comp


def run(comp: Comp, *arguments: str) -> int:
    """Run the command on a script in this process."""
    return batch.main([str(comp.script), *arguments])


def node_of(name: str) -> Any:
    """Return a node of the script that is open now."""
    return next(node for node in style_node.all_style_nodes() if node.fullName() == name)


def test_it_renders_lists_and_finds_nothing_more(
    saved: Comp, capsys: pytest.CaptureFixture[str]
) -> None:
    """A dry run lists what is missing and renders nothing; a run renders it; then all is fresh."""
    assert run(saved, "--dry-run") == batch.TO_RENDER
    assert capsys.readouterr().out == "ImpastoStyle1: 3 missing (1001-1003)\n"
    assert not (saved.folder / "impasto").exists()

    script = saved.script.read_bytes()
    assert run(saved) == batch.DONE
    said = capsys.readouterr().out
    assert "ImpastoStyle1: frame 1003, 3 of 3\n" in said
    assert said.splitlines()[-1] == "ImpastoStyle1: 3 of 3 frames rendered."
    assert "ImpastoStyle2" not in said  # disabled
    assert saved.script.read_bytes() == script

    assert run(saved, "--dry-run") == batch.DONE
    assert capsys.readouterr().out == "ImpastoStyle1: 3 fresh (1001-1003)\n"
    assert run(saved) == batch.DONE
    assert capsys.readouterr().out == "ImpastoStyle1: 0 of 0 frames rendered.\n"
    assert run(saved, "--dry-run", "--all") == batch.TO_RENDER


def test_a_named_node_and_a_range(saved: Comp, capsys: pytest.CaptureFixture[str]) -> None:
    """A node is named by its full name, disabled or not; a range takes the place of its own."""
    assert run(saved, "--node", "ImpastoStyle2", "--frames", "1002-1003") == batch.DONE
    assert frame_states.of(node_of("ImpastoStyle2")).fresh == FrameRange((1002, 1003))
    assert frame_states.of(node_of("ImpastoStyle1")).fresh == FrameRange(())


def test_a_frame_that_fails_is_named(saved: Comp, capsys: pytest.CaptureFixture[str]) -> None:
    """What can be rendered is; the exit code says that one frame could not, the text which."""
    (saved.folder / "plates" / "shot.1002.exr").unlink()
    assert run(saved) == batch.FAILED
    said = capsys.readouterr().out
    assert "ImpastoStyle1: 2 of 3 frames rendered." in said
    assert "ImpastoStyle1: frame 1002 failed: Nuke could not write the plates" in said


def test_a_node_that_cannot_be_rendered_keeps_no_other(
    saved: Comp, capsys: pytest.CaptureFixture[str], terminal_nuke: ModuleType
) -> None:
    """What is wrong with one node is told, the others are rendered, and the exit code says so."""
    node_of("ImpastoStyle1")["strength"].setValue(7)
    node_of("ImpastoStyle2")["disable"].setValue(False)
    saved.save()
    assert run(saved) == batch.FAILED
    said = capsys.readouterr().out
    assert "ImpastoStyle1: The strength 7" in said
    assert "ImpastoStyle2: 3 of 3 frames rendered." in said


def test_a_dry_run_says_what_would_fail(saved: Comp, capsys: pytest.CaptureFixture[str]) -> None:
    """A node that could not be rendered is a failure at once, whatever the others need."""
    node_of("ImpastoStyle1")["strength"].setValue(7)
    node_of("ImpastoStyle2")["disable"].setValue(False)
    saved.save()
    assert run(saved, "--dry-run") == batch.FAILED
    said = capsys.readouterr().out
    assert "ImpastoStyle1: The strength 7" in said
    assert "ImpastoStyle2: 3 missing (1001-1003)" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--node", "Sky"], "no Impasto node 'Sky'. It has: ImpastoStyle1, ImpastoStyle2."),
        (["--frames", "10-1"], "runs backwards"),
    ],
)
def test_what_cannot_be_done_is_said(
    saved: Comp, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A node or range that does not exist is exit code 2 and one sentence."""
    assert run(saved, *arguments) == batch.CANNOT
    assert said in capsys.readouterr().out


def test_a_script_that_is_not_there(
    terminal_nuke: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A script that does not exist is exit code 2; one without a node is none at all."""
    absent = tmp_path / "absent.nk"
    assert batch.main([str(absent)]) == batch.CANNOT
    assert capsys.readouterr().out == f"There is no script {absent}.\n"
    terminal_nuke.scriptSaveAs(str(tmp_path / "empty.nk"), 1)
    assert batch.main([str(tmp_path / "empty.nk")]) == batch.DONE
    assert "has no Impasto node to render." in capsys.readouterr().out


def test_as_nuke_runs_it(saved: Comp) -> None:
    """Run by its path in a Nuke that knows no plugin, with a last number that Nuke takes away."""
    command = [sys.executable, "-S", str(ROOT / "tests/nuke_plugin/terminal_run.py")]
    batch_file = ROOT / "nuke_plugin" / "batch.py"
    done = subprocess.run(
        [
            *command,
            str(HOST_FOLDER),
            str(batch_file),
            str(saved.script),
            "--dry-run",
            "--frames",
            "1002",
        ],
        cwd=saved.folder,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.stdout == "ImpastoStyle1: 1 missing (1002)\n", done.stderr
    assert done.returncode == batch.TO_RENDER
