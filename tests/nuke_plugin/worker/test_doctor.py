"""The doctor: what works is found by trying, what does not is named with its remedy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nuke_plugin.contract.library import InstalledModel, ModelLibrary
from nuke_plugin.contract.version import VERSION
from nuke_plugin.worker import doctor
from nuke_plugin.worker.doctor import ProviderFinding, diagnose
from tests.tiny_model import write_tiny_model


@pytest.fixture(autouse=True)
def _no_shipped_models(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Search only where the test says: what ships has its own tests."""
    (tmp_path / "shipped").mkdir()
    monkeypatch.setattr("nuke_plugin.contract.library.SHIPPED_MODELS", tmp_path / "shipped")


def test_a_whole_installation_has_no_problem(tiny_model: InstalledModel) -> None:
    """With every package and one good model nothing is wrong, and the processor really ran."""
    found = diagnose({"IMPASTO_MODELS": str(tiny_model.folder.parent)})
    assert found.problems == ()
    assert found.version == VERSION
    assert all(package.version and not package.problem for package in found.packages)
    assert {package.module for package in found.packages} >= {"numpy", "typer", "rich"}
    assert ProviderFinding("CPUExecutionProvider", True, "") in found.providers
    assert [(model.id, model.styles) for model in found.models] == [("tiny", ("warm", "cold"))]
    assert found.colour_config.startswith("ocio://cg-config-v2")


def test_no_model_is_a_problem(tmp_path: Path) -> None:
    """Without a model nothing can be painted, and the places that were searched are listed."""
    found = diagnose({})
    assert any("No usable model" in problem for problem in found.problems)
    assert str(tmp_path / "shipped") in found.places


def test_broken_models_are_named(tmp_path: Path) -> None:
    """A network file that was changed and a place that does not exist are both told."""
    model = write_tiny_model(tmp_path / "models", "changed")
    model.network_path.write_bytes(model.network_path.read_bytes() + b"x")
    places = os.pathsep.join([str(tmp_path / "models"), str(tmp_path / "nowhere")])
    found = diagnose({"IMPASTO_MODELS": places})
    assert any("SHA-256" in problem for problem in found.problems)
    assert any("nowhere" in problem for problem in found.problems)
    assert "SHA-256" in found.models[0].problem


def test_a_colour_config_that_cannot_be_read_is_named(
    tiny_model: InstalledModel, tmp_path: Path
) -> None:
    """$OCIO that leads nowhere is told with its path."""
    environ = {"IMPASTO_MODELS": str(tiny_model.folder.parent), "OCIO": str(tmp_path / "no.ocio")}
    found = diagnose(environ)
    assert any("no.ocio" in problem for problem in found.problems)


@pytest.mark.filterwarnings("ignore:Specified provider")
def test_a_provider_that_does_not_run_a_network_does_not_run() -> None:
    """A provider this machine has not is found out by running it, with ONNX Runtime's reason."""
    finding = doctor._run_on("DmlExecutionProvider")
    assert not finding.runs
    assert finding.reason


def test_cuda_that_fails_is_a_problem_only_where_it_was_installed() -> None:
    """The processor package lacks CUDA by intent; the GPU package must not."""
    cpu = ProviderFinding("CPUExecutionProvider", True, "")
    cuda = ProviderFinding("CUDAExecutionProvider", False, "libcudnn.so.9: cannot open")
    tensorrt = ProviderFinding("TensorrtExecutionProvider", False, "libnvinfer.so.10")
    assert doctor._provider_problems((cpu, cuda)) == []
    problems = doctor._provider_problems((tensorrt, cuda, cpu))
    assert len(problems) == 1
    assert "libcudnn.so.9" in problems[0]


def test_a_package_that_cannot_be_imported_is_told(
    tiny_model: InstalledModel, tmp_path: Path
) -> None:
    """Where packages are broken the doctor answers and names each with its reason."""
    for name, reason in (("cv2", "libGL.so.1: cannot open"), ("onnxruntime", "DLL load failed")):
        (tmp_path / f"{name}.py").write_text(f"raise ImportError({reason!r})", encoding="utf-8")
    environ = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(tmp_path), str(Path.cwd())]),
        "IMPASTO_MODELS": str(tiny_model.folder.parent),
    }
    command = [sys.executable, "-m", "nuke_plugin.worker.cli", "doctor", "--json"]
    done = subprocess.run(
        command, env=environ, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 1, done.stderr
    problems = json.loads(done.stdout)["problems"]
    assert any("cv2" in problem and "libGL.so.1" in problem for problem in problems)
    assert any("onnxruntime" in problem and "DLL load failed" in problem for problem in problems)
    assert json.loads(done.stdout)["providers"] == []


def test_two_onnx_runtimes_are_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where both distributions of one module are installed, the doctor says so."""
    monkeypatch.setattr(doctor.importlib.metadata, "version", lambda name: "1.2.3")
    finding = doctor._try_package("onnxruntime", ("onnxruntime", "onnxruntime-gpu"))
    assert "overwrite each other" in finding.problem


def test_places_are_searched_in_order(tiny_model: InstalledModel) -> None:
    """The doctor looks where the library looks."""
    environ = {"IMPASTO_MODELS": str(tiny_model.folder.parent)}
    expected = tuple(map(str, ModelLibrary.from_environment(environ).places))
    assert diagnose(environ).places == expected
