"""Holds the rules of who may import whom, and the walk that finds what breaks them.

::

    menu.py, init.py -> nuke_plugin/*.py -> nuke_plugin/contract <- nuke_plugin/worker
                                                     ^              ^
                                                     +- model_training

Every import counts, also one inside a function or under ``TYPE_CHECKING``, and so do
``importlib.import_module`` and ``__import__`` with a literal name.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.project_setup import modules_of_extras

WORKER_MODULES = modules_of_extras("cpu")
TRAINING_MODULES = modules_of_extras("cpu", "training")
NUKE_MODULES = frozenset({"nuke", "nukescripts"})
QT_MODULES = frozenset({"PySide2", "PySide6", "shiboken2", "shiboken6"})
STANDARD_LIBRARY = frozenset(sys.stdlib_module_names)
# The same, as far as Python 3.9 has it.
NUKE_STANDARD_LIBRARY = STANDARD_LIBRARY - {"tomllib"}


@dataclass(frozen=True)
class Part:
    """A part of the project: who it may import, beside itself."""

    name: str
    """What it is called in a message."""

    parts: frozenset[str]
    """Names of the project's parts it may import."""

    modules: frozenset[str]
    """Top-level names of other modules it may import."""


PARTS = {
    part.name: part
    for part in (
        Part("entry", frozenset({"nuke side"}), NUKE_STANDARD_LIBRARY | NUKE_MODULES),
        Part(
            "nuke side",
            frozenset({"contract"}),
            NUKE_STANDARD_LIBRARY | NUKE_MODULES | QT_MODULES,
        ),
        Part("contract", frozenset(), NUKE_STANDARD_LIBRARY),
        Part("worker", frozenset({"contract"}), STANDARD_LIBRARY | WORKER_MODULES),
        Part("training", frozenset({"contract", "worker"}), STANDARD_LIBRARY | TRAINING_MODULES),
    )
}


@dataclass(frozen=True)
class Import:
    """One import statement, or one name of it."""

    source: str
    """The importing module's full name."""

    target: str
    """The imported module's full name; begins with a dot when the import is relative."""

    place: str
    """File and line, for the message."""


def part_of(module: str) -> str | None:
    """Return the name of the project's part a module belongs to; None for all other modules."""
    if module in ("menu", "init"):
        return "entry"
    path = module.split(".")
    if path[0] == "model_training":
        return "training"
    if path[0] == "nuke_plugin":
        return path[1] if path[1:2] in (["contract"], ["worker"]) else "nuke side"
    return None


def find_imports(root: Path) -> list[Import]:
    """Return every import in the project's code below ``root``."""
    files = [root / "menu.py", root / "init.py"]
    for package in ("nuke_plugin", "model_training"):
        files.extend(sorted((root / package).rglob("*.py")))
    modules = {_module_name(file.relative_to(root)): file for file in files if file.is_file()}
    return [
        found
        for module, file in modules.items()
        for found in _imports_of(module, file, file.relative_to(root).as_posix(), modules)
    ]


def broken_rules(imports: list[Import]) -> list[str]:
    """Return a sentence for each import that is not one of the arrows."""
    return [sentence for found in imports for sentence in _broken_by(found)]


def find_cycle(imports: list[Import]) -> list[str]:
    """Return the modules of one import cycle, the first again at the end; empty without one."""
    targets: dict[str, set[str]] = {}
    for found in imports:
        if part_of(found.target):
            targets.setdefault(found.source, set()).add(found.target)
    finished: set[str] = set()

    def walk(module: str, path: list[str]) -> list[str]:
        if module in path:
            return [*path[path.index(module) :], module]
        if module not in finished:
            for target in sorted(targets.get(module, ())):
                cycle = walk(target, [*path, module])
                if cycle:
                    return cycle
            finished.add(module)
        return []

    for module in sorted(targets):
        cycle = walk(module, [])
        if cycle:
            return cycle
    return []


def _broken_by(found: Import) -> Iterator[str]:
    if found.target.startswith("."):
        yield f"{found.place}: relative import of {found.target}; write its whole name"
        return
    source = PARTS[part_of(found.source) or ""]
    target = part_of(found.target)
    if target is None:
        top = found.target.split(".")[0]
        if top not in source.modules:
            yield f"{found.place}: {source.name} may not import {top}"
    elif target != source.name and target not in source.parts:
        yield f"{found.place}: {source.name} may not import {target} ({found.target})"


def _imports_of(module: str, file: Path, shown: str, modules: Collection[str]) -> Iterator[Import]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"), str(file))):
        place = f"{shown}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(module, alias.name, place)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            for alias in node.names:
                # `from package import name` means the module package.name where there is one.
                inner = f"{base}.{alias.name}"
                yield Import(module, inner if inner in modules else base, place)
        elif isinstance(node, ast.Call) and _imports_by_call(node.func) and node.args:
            name = node.args[0]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield Import(module, name.value, place)


def _imports_by_call(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in ("import_module", "__import__")


def _module_name(file: Path) -> str:
    parts = file.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
