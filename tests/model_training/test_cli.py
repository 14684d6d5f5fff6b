"""The command's promises, on real runs: resume equals one go, export gives a usable model."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import onnxruntime
import pytest
from safetensors.torch import load_file

from model_training.cli import main
from nuke_plugin.contract.library import ModelLibrary, verify_network_file
from nuke_plugin.worker.measure.gates import MeasuredSet


def command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run impasto-train to its end."""
    return subprocess.run(
        [sys.executable, "-m", "model_training.cli", *map(str, arguments)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def train(config: Path, data: Path, run: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Run impasto-train style on one thread."""
    return command(
        "style", "--config", config, "--data", data, "--run", run, "--threads", "1", *more
    )


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, training_data: Path) -> tuple[Path, Path]:
    """A run of four steps: its configuration and its folder."""
    from tests.model_training.conftest import CONFIG

    folder = tmp_path_factory.mktemp("finished")
    config = folder / "small.toml"
    config.write_text(CONFIG, encoding="utf-8")
    done = train(config, training_data, folder / "run")
    assert done.returncode == 0, done.stderr
    return config, folder / "run"


def test_a_run_leaves_its_state_pictures_and_configuration(finished: tuple[Path, Path]) -> None:
    """A finished run can be looked at and gone on with, and nothing in it is a pickle."""
    _, run = finished
    names = {path.name for path in run.iterdir()}
    assert {"config.json", "state.safetensors", "sheet_000004.png"} <= names
    assert not [path for path in run.rglob("*") if path.suffix in {".pt", ".pth", ".pkl"}]


def test_resume_equals_one_go(
    finished: tuple[Path, Path], training_data: Path, tmp_path: Path
) -> None:
    """A run stopped by SIGTERM after its second step and resumed ends in bit-equal weights."""
    config, whole = finished
    stopper = tmp_path / "stopper.py"
    stopper.write_text(
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "import torch\n"
        "from model_training.training.config import read_config\n"
        "from model_training.training.loop import train\n"
        "torch.set_num_threads(1)\n"
        "def report(progress):\n"
        "    if progress.step == 2:\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "train(read_config(Path(sys.argv[1])), Path(sys.argv[2]), Path(sys.argv[3]),\n"
        "      resume=False, report=report)\n",
        encoding="utf-8",
    )
    run = tmp_path / "run"
    stopped = subprocess.run(
        [sys.executable, str(stopper), str(config), str(training_data), str(run)],
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert stopped.returncode == 0, stopped.stderr
    assert not (run / "sheet_000004.png").exists()
    done = train(config, training_data, run, "--resume")
    assert done.returncode == 0, done.stderr
    assert "step 1/4" not in done.stdout
    expected, found = (load_file(str(r / "state.safetensors")) for r in (whole, run))
    assert expected.keys() == found.keys()
    assert all(bool((expected[k] == found[k]).all()) for k in expected)


def test_another_configuration_is_refused(
    finished: tuple[Path, Path], training_data: Path, tmp_path: Path
) -> None:
    """Resuming with another batch size ends with exit code 2 and one sentence."""
    config, run = finished
    other = tmp_path / "other.toml"
    text = config.read_text(encoding="utf-8").replace("batch = 2", "batch = 3")
    other.write_text(text, encoding="utf-8")
    done = train(other, training_data, run, "--resume")
    assert done.returncode == 2
    assert "another configuration" in done.stderr
    assert "Traceback" not in done.stderr


def test_export_needs_the_run_folder_only(
    finished: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Configuration and data are the run's own; the model lands where the library looks first.

    Measured on one still, two frames a shot, which changes the gates' values and nothing else.
    """
    _, run = finished
    models = tmp_path / "models"
    still = MeasuredSet.quick().stills[:1]
    monkeypatch.setattr(MeasuredSet, "shipped", classmethod(lambda cls: cls(still, 2)))
    monkeypatch.setenv("IMPASTO_MODELS", str(models))
    monkeypatch.setattr(sys, "argv", ["impasto-train", "export", "--run", str(run)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code, capsys.readouterr().err
    assert "show it: first, second" in capsys.readouterr().out
    installed = ModelLibrary.from_environment({"IMPASTO_MODELS": str(models)}).find("small")
    verify_network_file(installed)
    assert all((installed.folder / name).is_file() for name in installed.card.files())
    session = onnxruntime.InferenceSession(str(installed.network_path))
    provenance = session.get_modelmeta().custom_metadata_map
    assert json.loads(provenance["impasto_config"])["schedule"]["steps"] == 4


def test_export_of_a_run_that_is_not_there_is_one_sentence(
    config_file: Path, training_data: Path, tmp_path: Path
) -> None:
    """A wrong run folder is a user's error: exit code 2, no traceback, nothing written."""
    done = command(
        "export",
        *("--config", config_file, "--data", training_data),
        *("--run", tmp_path / "nothing", "--models", tmp_path / "models"),
    )
    assert done.returncode == 2
    assert "impasto-train style" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "models").exists()
