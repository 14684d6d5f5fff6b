"""Tests of ``impasto import`` as it is typed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nuke_plugin.worker import cli
from tests.foreign_networks import ForeignNetwork


def impasto(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    command = [sys.executable, "-m", "nuke_plugin.worker.cli", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


def test_a_network_is_imported_by_the_command(tmp_path: Path) -> None:
    """Options reach the import, a minus at the front of a range too; the answer is one object."""
    network = ForeignNetwork(numbers=(-1.0, 1.0), is_shown=False)
    file = network.write(tmp_path / "My Mosaic-9.onnx")
    words = ["--models", str(tmp_path / "models"), "--channels", "RGB", "--input-range", "-1:1"]
    words += ["--licence", "CC0-1.0", "--source", "a test", "--json"]
    done = impasto("import", str(file), *words)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert (answer["id"], answer["styles"]) == ("my_mosaic-9", ["my_mosaic-9"])
    card = json.loads((tmp_path / "models" / "my_mosaic-9" / "card.json").read_text())
    assert card["image"]["range"] == [-1.0, 1.0]
    assert card["output"]["range"] == [-1.0, 1.0]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "--models: name the folder to put the model in"),
        (("--models", "m", "--mean", "1,2"), "--mean: '1,2' is not three numbers"),
        (("--models", "m", "--sizing", "crop"), "--sizing: 'crop' is none of whole"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], told: str
) -> None:
    """A wrong option is exit code 2 and names the option, before anything is tried."""
    monkeypatch.delenv("IMPASTO_MODELS", raising=False)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli.app, ["import", "net.onnx", *words])
    assert result.exit_code == 2
    assert told in " ".join(result.output.split())
    assert not (tmp_path / "m").exists()
