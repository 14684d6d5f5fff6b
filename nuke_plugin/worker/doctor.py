"""Holds the doctor: what of an installation works, found out by trying it.

It must answer also where packages are missing or broken, so nothing of the worker's is imported
before the packages were tried.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nuke_plugin.contract.errors import ImpastoError
from nuke_plugin.contract.library import ModelLibrary, verify_network_file
from nuke_plugin.contract.version import VERSION

MINIMUM_PYTHON = (3, 11)

_PACKAGES = {
    "numpy": ("numpy",),
    "OpenImageIO": ("openimageio",),
    "PyOpenColorIO": ("opencolorio",),
    "cv2": ("opencv-python-headless", "opencv-python"),
    "onnxruntime": ("onnxruntime", "onnxruntime-gpu"),
    "typer": ("typer",),
    "rich": ("rich",),
}
"""Modules the worker imports, and the distributions that bring them."""

_ONE_OPERATOR = bytes.fromhex(
    "08083a4b0a0c0a0178120179220452656c751201675a1b0a017812160a14080112100a0208010a0208010a0208040a"
    "020804621b0a017912160a14080112100a0208010a0208010a0208040a02080442040a001011"
)
"""An ONNX model of one operator, y = Relu(x), both float32 (1, 1, 4, 4)."""


@dataclass(frozen=True)
class PackageFinding:
    """One module the worker needs."""

    module: str
    """What is imported."""

    version: str
    """Version of the distribution that brings it; empty when there is none."""

    problem: str
    """Why it cannot be used; empty when it can."""


@dataclass(frozen=True)
class ProviderFinding:
    """One execution provider that this ONNX Runtime has."""

    name: str
    """ONNX Runtime's name of it."""

    runs: bool
    """Whether a network was really run by it just now."""

    reason: str
    """Why it does not run, naming a missing library; empty when it runs."""


@dataclass(frozen=True)
class ModelFinding:
    """One installed model."""

    id: str
    """Its id."""

    folder: str
    """Where it is."""

    styles: tuple[str, ...]
    """Ids of its styles."""

    problem: str
    """What is wrong with its network file; empty when nothing is."""


@dataclass(frozen=True)
class Diagnosis:
    """What the doctor found."""

    version: str
    """Version of Impasto."""

    python: str
    """Version of Python."""

    executable: str
    """The Python that runs."""

    system: str
    """Operating system and processor."""

    packages: tuple[PackageFinding, ...]
    """The worker's packages."""

    providers: tuple[ProviderFinding, ...]
    """Execution providers, best first; empty without ONNX Runtime."""

    colour_config: str
    """The OCIO config in use; empty without OpenColorIO."""

    places: tuple[str, ...]
    """Where models are searched, in order."""

    models: tuple[ModelFinding, ...]
    """The models that can be used."""

    problems: tuple[str, ...]
    """Everything that is wrong, each a sentence with its remedy; empty when all is well."""


def diagnose(environ: Mapping[str, str]) -> Diagnosis:
    """Try everything the worker needs in this process and environment; never raises for a fault."""
    problems = []
    if sys.version_info < MINIMUM_PYTHON:
        wanted = ".".join(map(str, MINIMUM_PYTHON))
        problems.append(
            f"Python {platform.python_version()} is too old: install {wanted} or newer."
        )
    packages = tuple(_try_package(module, names) for module, names in _PACKAGES.items())
    problems += [package.problem for package in packages if package.problem]
    usable = {package.module for package in packages if not package.problem}
    providers = _try_providers() if "onnxruntime" in usable else ()
    problems += _provider_problems(providers)
    colour_config = ""
    if {"numpy", "PyOpenColorIO"} <= usable:
        colour_config, problem = _try_colour(environ)
        problems += [problem] if problem else []
    library = ModelLibrary.from_environment(environ)
    models = _try_models(library)
    problems += [error.message for error in library.problems()]
    problems += [model.problem for model in models if model.problem]
    if not models:
        problems.append("No usable model is installed, so nothing can be painted.")
    return Diagnosis(
        version=VERSION,
        python=platform.python_version(),
        executable=sys.executable,
        system=f"{platform.system()} {platform.machine()}",
        packages=packages,
        providers=providers,
        colour_config=colour_config,
        places=tuple(map(str, library.places)),
        models=models,
        problems=tuple(problems),
    )


def _try_package(module: str, distributions: tuple[str, ...]) -> PackageFinding:
    installed = {}
    for name in distributions:
        try:
            installed[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    version = ", ".join(
        number if name == distributions[0] else f"{number} ({name})"
        for name, number in installed.items()
    )
    try:
        importlib.import_module(module)
    except Exception as error:  # noqa: BLE001  a broken binary package may raise anything
        remedy = f"pip install {distributions[0]}"
        said = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        problem = f"The package {module} cannot be imported ({said}). Run: {remedy}"
        return PackageFinding(module, version, problem)
    if len(installed) > 1:
        both = " and ".join(installed)
        problem = (
            f"{both} are both installed and overwrite each other. Uninstall both, then install one."
        )
        return PackageFinding(module, version, problem)
    return PackageFinding(module, version, "")


def _try_providers() -> tuple[ProviderFinding, ...]:
    """Run a network of one operator on each provider whose libraries can be loaded."""
    from nuke_plugin.worker.providers import CUDA, PREFERRED, provider_states

    findings = {}
    for state in provider_states():
        if state.name in PREFERRED:
            finding = ProviderFinding(state.name, False, state.reason)
            findings[state.name] = _run_on(state.name) if state.works else finding
    if CUDA not in findings:
        reason = "this ONNX Runtime was built without it; the extra gpu has it (make EXTRA=gpu)"
        findings[CUDA] = ProviderFinding(CUDA, False, reason)
    return tuple(findings.values())


def _run_on(provider: str) -> ProviderFinding:
    import numpy as np
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    if provider != "CPUExecutionProvider":
        # Otherwise the processor quietly takes what the provider does not.
        options.add_session_config_entry("session.disable_cpu_ep_fallback", "1")
    try:
        session = onnxruntime.InferenceSession(_ONE_OPERATOR, options, providers=[provider])
        session.run(None, {"x": np.ones((1, 1, 4, 4), np.float32)})
    except Exception as error:  # noqa: BLE001  ONNX Runtime's errors share no base but Exception
        return ProviderFinding(provider, False, str(error).strip().splitlines()[0])
    used = session.get_providers()[0]
    if used != provider:
        return ProviderFinding(provider, False, f"ONNX Runtime fell back to {used}")
    return ProviderFinding(provider, True, "")


def _provider_problems(providers: tuple[ProviderFinding, ...]) -> list[str]:
    """Return what is wrong: a GPU package without a working GPU, a processor that does not run.

    TensorRT is in every GPU package and is used by few, so its absence is no problem.
    """
    has_gpu_package = any(provider.name.startswith("Tensorrt") for provider in providers)
    needed = {"CPUExecutionProvider", *(["CUDAExecutionProvider"] if has_gpu_package else [])}
    return [
        f"{provider.name} does not run: {provider.reason}."
        for provider in providers
        if provider.name in needed and not provider.runs
    ]


def _try_colour(environ: Mapping[str, str]) -> tuple[str, str]:
    """Return the config's name and what is wrong with it."""
    from nuke_plugin.worker.colour import ColourConfig

    try:
        config = ColourConfig.from_environment(environ)
        config.plate_colour(None, is_integer=False)
    except ImpastoError as error:
        return environ.get("OCIO", ""), error.message
    return config.name, ""


def _try_models(library: ModelLibrary) -> tuple[ModelFinding, ...]:
    findings = []
    for model in library.models():
        problem = ""
        try:
            verify_network_file(model)
        except ImpastoError as error:
            problem = error.message
        styles = tuple(slot.id for slot in model.card.styles)
        findings.append(ModelFinding(model.card.id, str(Path(model.folder)), styles, problem))
    for effect in library.effects():
        problem = ""
        try:
            verify_network_file(effect)
        except ImpastoError as error:
            problem = error.message
        made = (f"effect: {effect.card.effect}",)
        findings.append(ModelFinding(effect.card.id, str(Path(effect.folder)), made, problem))
    return tuple(findings)
