"""Holds what ``setup.py`` says, for the tests that compare the project with it."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import setuptools
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]

# Where a distribution's module is not called like the distribution.
_MODULES = {
    "openimageio": "OpenImageIO",
    "opencolorio": "PyOpenColorIO",
    "opencv-python-headless": "cv2",
    "onnxruntime-gpu": "onnxruntime",
}


def setup_arguments() -> dict[str, Any]:
    """Return the arguments that ``setup.py`` gives to setuptools."""
    arguments: dict[str, Any] = {}
    real_setup = setuptools.setup
    setuptools.setup = arguments.update
    try:
        runpy.run_path(str(ROOT / "setup.py"))
    finally:
        setuptools.setup = real_setup
    return arguments


def extras() -> dict[str, dict[str, Requirement]]:
    """Return each extra's requirements by their canonical names."""
    return {
        extra: {canonicalize_name(Requirement(text).name): Requirement(text) for text in texts}
        for extra, texts in setup_arguments()["extras_require"].items()
    }


def modules_of_extras(*names: str) -> frozenset[str]:
    """Return the top-level modules that these extras bring."""
    known = extras()
    distributions = [distribution for name in names for distribution in known[name]]
    return frozenset(_MODULES.get(found, found.replace("-", "_")) for found in distributions)
