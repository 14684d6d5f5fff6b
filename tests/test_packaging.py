"""Tests of the packaging: what setup.py asks for, what is pinned, and what a wheel holds."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from nuke_plugin.contract.version import VERSION
from tests.project_setup import ROOT, extras, setup_arguments

REQUIREMENTS = ROOT / "requirements"
# Which files, installed together, stand for which extras.
INSTALLED_TOGETHER = {
    "cpu": ["worker-cpu"],
    "gpu": ["worker-gpu"],
    "training": ["worker-cpu", "training"],
    "dev": ["worker-cpu", "training", "dev"],
    "farm": ["worker-cpu", "training", "dev"],
    "bench": ["worker-cpu", "training", "bench"],
}


def pins(*names: str) -> dict[str, Version]:
    """Return the exact versions in requirements files, by canonical name."""
    found: dict[str, Version] = {}
    for name in names:
        for line in (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                match = re.fullmatch(r"([\w.-]+)==([\w.]+)", line)
                assert match, f"{name}.txt: {line!r} is not an exact version"
                found[canonicalize_name(match[1])] = Version(match[2])
    return found


def test_nuke_side_needs_nothing() -> None:
    """Nuke's own Python can install this without any other package coming along."""
    assert setup_arguments()["install_requires"] == []


def test_one_onnxruntime() -> None:
    """No extra and no requirements file brings both onnxruntime and onnxruntime-gpu."""
    both = {"onnxruntime", "onnxruntime-gpu"}
    groups = [*extras().values(), *(pins(*names) for names in INSTALLED_TOGETHER.values())]
    assert all(len(both & group.keys()) < 2 for group in groups)
    assert "onnxruntime-gpu" in extras()["gpu"]


@pytest.mark.parametrize("extra", INSTALLED_TOGETHER)
def test_pins_satisfy_the_extras(extra: str) -> None:
    """What is pinned is within what setup.py allows, and nothing of it is left unpinned."""
    pinned = pins(*INSTALLED_TOGETHER[extra])
    for name, requirement in extras()[extra].items():
        assert name in pinned
        assert pinned[name] in requirement.specifier


def test_pins_hold_every_dependency() -> None:
    """What the pinned packages need in turn is pinned too, so that no version is left to chance."""
    pinned = pins("worker-cpu", "training", "dev")
    # What torch brings for CUDA on an index with CUDA builds, it pins itself.
    for name in pinned:
        for text in metadata.requires(name) or []:
            needed = Requirement(text)
            applies = needed.marker is None or needed.marker.evaluate({"extra": ""})
            if applies and not needed.name.startswith(("nvidia-", "cuda-", "triton")):
                assert canonicalize_name(needed.name) in pinned, f"{name} needs {needed.name}"


def test_pins_agree() -> None:
    """Files that are installed beside each other name the same version of the same package."""
    cpu, gpu = pins("worker-cpu"), pins("worker-gpu")
    assert all(cpu[name] == gpu[name] for name in cpu.keys() & gpu.keys())
    assert cpu.keys() ^ gpu.keys() == {"onnxruntime", "onnxruntime-gpu"}
    assert pins("training").keys().isdisjoint(cpu)
    assert pins("dev").keys().isdisjoint({*cpu, *pins("training")})


@pytest.mark.parametrize("version", ["3.9", "3.10"])
def test_hosts_have_what_nuke_has(version: str) -> None:
    """The stand-ins for Nuke 14 and 15 have PySide2 and none of the worker's packages."""
    host = pins(f"host-{version}")
    assert "pyside2" in host
    assert host.keys().isdisjoint(extras()["cpu"])


def test_every_package_is_packaged() -> None:
    """Each folder with Python code in it is listed in setup.py."""
    found = {
        ".".join(file.parent.relative_to(ROOT).parts)
        for package in ("nuke_plugin", "model_training")
        for file in (ROOT / package).rglob("*.py")
    }
    assert found == set(setup_arguments()["packages"]) - {"onnx_models"}


def test_wheel(tmp_path: Path) -> None:
    """A wheel holds the code, the demo shot and every shipped model, and nothing of the tests."""
    source = tmp_path / "source"  # a copy, because a build leaves files beside its source
    for package in ("nuke_plugin", "model_training", "onnx_models"):
        shutil.copytree(
            ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in ("setup.py", "pyproject.toml", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, source)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", str(tmp_path), str(source)], check=True)
    (wheel,) = tmp_path.glob("impasto-*.whl")
    assert wheel.name.startswith(f"impasto-{VERSION}-py3")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "site")
    for package in ("nuke_plugin", "model_training", "onnx_models"):
        files = [file for file in (ROOT / package).rglob("*") if file.is_file()]
        shipped = {file.relative_to(ROOT).as_posix() for file in files if _is_shipped(file)}
        assert shipped
        assert shipped <= names
    assert not any(name.startswith("tests/") for name in names)
    assert f"impasto-{VERSION}.dist-info/licenses/NOTICE" in names
    code = (
        "import os\n"
        "from nuke_plugin.contract.library import ModelLibrary, verify_network_file\n"
        "library = ModelLibrary.from_environment(os.environ)\n"
        "assert not library.problems(), library.problems()\n"
        "for model in (*library.models(), *library.effects()):\n"
        "    verify_network_file(model)\n"
        "shipped = [*library.models(), *library.effects()]\n"
        "print(sorted(one.card.id for one in shipped))\n"
    )
    isolated = [sys.executable, "-S", "-c", f"import sys; sys.path.insert(0, 'site')\n{code}"]
    found = subprocess.run(isolated, cwd=tmp_path, check=True, capture_output=True, text=True)
    folders = sorted(file.parent.name for file in (ROOT / "onnx_models").glob("*/card.json"))
    assert found.stdout.strip() == str(folders)
    assert folders


def _is_shipped(file: Path) -> bool:
    return "__pycache__" not in file.parts and not file.name.startswith(".")
