"""Tests of who imports whom: in the project itself, and on planted mistakes."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.import_rules import broken_rules, find_cycle, find_imports, part_of
from tests.project_setup import ROOT


def planted(root: Path, **files: str) -> Path:
    """Write a small project whose imports are right, then these files over it, and return it."""
    right = {
        "menu.py": "import nuke\nimport nuke_plugin.panel",
        "init.py": "import nuke",
        "nuke_plugin/__init__.py": "",
        "nuke_plugin/panel.py": "import PySide6.QtCore\nfrom nuke_plugin.contract import card",
        "nuke_plugin/contract/__init__.py": "",
        "nuke_plugin/contract/errors.py": "import os.path",
        "nuke_plugin/contract/card.py": "from nuke_plugin.contract.errors import ImpastoError",
        "nuke_plugin/worker/__init__.py": "",
        "nuke_plugin/worker/painter.py": "import numpy as np\nimport nuke_plugin.contract.card",
        "model_training/__init__.py": "",
        "model_training/loop.py": (
            "import torch\nfrom nuke_plugin.contract import card\nimport nuke_plugin.worker.painter"
        ),
    }
    wrong = {
        name.replace("__", "/", name.count("__")) + ".py": text for name, text in files.items()
    }
    for name, text in {**right, **wrong}.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return root


def test_project_keeps_the_rules() -> None:
    """Nothing in the project imports what it may not."""
    assert broken_rules(find_imports(ROOT)) == []


def test_project_has_no_cycle() -> None:
    """No module of the project imports itself by way of others."""
    assert find_cycle(find_imports(ROOT)) == []


@pytest.mark.parametrize("part", ["nuke side", "contract", "worker", "training"])
def test_every_part_is_walked(part: str) -> None:
    """The walk sees imports in every part, so that its silence means something."""
    assert any(part_of(found.source) == part for found in find_imports(ROOT))


def test_planted_project_without_mistake(tmp_path: Path) -> None:
    """The project that mistakes are planted in has none of its own."""
    imports = find_imports(planted(tmp_path))
    assert broken_rules(imports) == []
    assert find_cycle(imports) == []


@pytest.mark.parametrize(
    ("file", "text", "sentence"),
    [
        ("menu", "import nuke_plugin.worker", "entry may not import worker"),
        ("menu", "import nuke_plugin.contract.card", "entry may not import contract"),
        ("init", "import numpy", "entry may not import numpy"),
        (
            "nuke_plugin__panel",
            "import nuke_plugin.worker.painter",
            "nuke side may not import worker",
        ),
        ("nuke_plugin__panel", "from nuke_plugin import worker", "nuke side may not import worker"),
        ("nuke_plugin__panel", "import numpy.linalg", "nuke side may not import numpy"),
        ("nuke_plugin__panel", "import tomllib", "nuke side may not import tomllib"),
        ("nuke_plugin__panel", "import model_training", "nuke side may not import training"),
        ("nuke_plugin__contract__card", "import nuke", "contract may not import nuke"),
        ("nuke_plugin__contract__card", "import PySide6", "contract may not import PySide6"),
        ("nuke_plugin__contract__card", "import pydantic", "contract may not import pydantic"),
        (
            "nuke_plugin__contract__card",
            "import nuke_plugin.panel",
            "contract may not import nuke side",
        ),
        (
            "nuke_plugin__contract__card",
            "import nuke_plugin.worker",
            "contract may not import worker",
        ),
        (
            "nuke_plugin__worker__painter",
            "import nuke_plugin.panel",
            "worker may not import nuke side",
        ),
        ("nuke_plugin__worker__painter", "import nuke_plugin", "worker may not import nuke side"),
        ("nuke_plugin__worker__painter", "import torch", "worker may not import torch"),
        ("nuke_plugin__worker__painter", "import model_training", "worker may not import training"),
        (
            "nuke_plugin__worker__measure__stability",
            "from model_training.evaluation import evaluate",
            "worker may not import training",
        ),
        ("model_training__loop", "import nuke_plugin.panel", "training may not import nuke side"),
        ("model_training__loop", "import lightning", "training may not import lightning"),
        ("model_training__loop", "import tests.tiny_model", "training may not import tests"),
        ("model_training__loop", "from . import losses", "relative import"),
        (
            "nuke_plugin__panel",
            "def later():\n    import nuke_plugin.worker",
            "nuke side may not import worker",
        ),
        (
            "nuke_plugin__panel",
            "import importlib\nimportlib.import_module('nuke_plugin.worker')",
            "nuke side may not import worker",
        ),
        ("nuke_plugin__panel", "__import__('numpy')", "nuke side may not import numpy"),
    ],
)
def test_planted_wrong_import(tmp_path: Path, file: str, text: str, sentence: str) -> None:
    """A wrong import is found wherever it is planted, and told with its file and line."""
    sentences = broken_rules(find_imports(planted(tmp_path, **{file: text})))
    assert len(sentences) == 1
    assert sentence in sentences[0]
    assert sentences[0].startswith(f"{file.replace('__', '/')}.py:")


def test_planted_cycle(tmp_path: Path) -> None:
    """A cycle over three modules is found, also when one import hides inside a function."""
    project = planted(
        tmp_path,
        nuke_plugin__contract__errors="def later():\n    from nuke_plugin.contract import library",
        nuke_plugin__contract__library="import nuke_plugin.contract.card",
    )
    imports = find_imports(project)
    assert broken_rules(imports) == []
    assert find_cycle(imports) == [
        "nuke_plugin.contract.card",
        "nuke_plugin.contract.errors",
        "nuke_plugin.contract.library",
        "nuke_plugin.contract.card",
    ]


def test_planted_module_that_imports_itself(tmp_path: Path) -> None:
    """The shortest cycle is one too."""
    project = planted(tmp_path, model_training__loop="import model_training.loop")
    assert find_cycle(find_imports(project)) == ["model_training.loop", "model_training.loop"]


def test_nuke_side_is_valid_python_39() -> None:
    """Whatever runs inside Nuke parses as Python 3.9."""
    files = [*ROOT.glob("*.py"), *(ROOT / "nuke_plugin").glob("*.py")]
    for folder in ("contract", "farm", "looks", "panel", "self_check"):
        files.extend((ROOT / "nuke_plugin" / folder).glob("*.py"))
    assert len(files) > 10
    for file in files:
        ast.parse(file.read_text(encoding="utf-8"), str(file), feature_version=(3, 9))


def test_python_310_syntax_is_refused() -> None:
    """The check above does refuse what Python 3.9 cannot read."""
    with pytest.raises(SyntaxError, match=r"3\.10"):
        ast.parse("match 1:\n    case 1: pass", feature_version=(3, 9))
