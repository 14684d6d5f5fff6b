"""Holds the check of source code that runs inside Nuke: every Nuke name in it must exist.

Reads the code without running it and compares what it says with the API data: names of
`nuke` and `nukescripts`, arguments, node classes, knobs, menu items, and methods of what
is known to be a node or a knob, from its constructor or its annotation. What a name is
bound to elsewhere is not followed; such uses are left to the tests that run the code.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Optional

from nuke_standin import api_data

from tests.standin.signatures import telling

MODULES: dict[str, dict[str, Any]] = api_data.PYTHON["modules"]
NODE_CLASSES: dict[str, Any] = api_data.NODES["classes"]


def problems_in(path: Path) -> list[str]:
    """Return a sentence for each use of a name that Nuke's API data does not hold."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [f"{path.name}:{line}: {text}" for line, text in sorted(_Checker().problems(tree))]


def knobs_of(node_class: str) -> dict[str, Any]:
    """Return the knobs of a node class, with those it grows with its file type."""
    grown = [api_data.NODES["write_formats"]["exr"]] if node_class == "Write" else []
    return {
        **api_data.node_knobs(node_class),
        **{k: v for table in grown for k, v in table.items()},
    }


def methods_of(name: str) -> dict[str, list[str]]:
    """Return {method: published signatures} of a class of `nuke`, bases included."""
    entry = MODULES["nuke"].get(name, {})
    found: dict[str, list[str]] = {}
    for base in entry.get("bases", []):
        found.update(methods_of(base))
    found.update(entry.get("methods", {}))
    return found


def _dotted(part: ast.AST) -> list[str]:
    if isinstance(part, ast.Name):
        return [part.id]
    if isinstance(part, ast.Attribute):
        outer = _dotted(part.value)
        return [*outer, part.attr] if outer else []
    return []


def _literal(part: Optional[ast.AST]) -> Optional[str]:
    if isinstance(part, ast.Constant) and isinstance(part.value, str):
        return part.value
    return None


class _Checker:
    """Walks one module; `known` maps a variable to ('node', class) or ('object', class of nuke)."""

    def __init__(self) -> None:
        self.found: list[tuple[int, str]] = []

    def problems(self, tree: ast.Module) -> list[tuple[int, str]]:
        self._check_names(tree)
        self._check_scope(tree, {})
        return self.found

    def _say(self, part: ast.AST, text: str) -> None:
        self.found.append((getattr(part, "lineno", 0), text))

    # -- nuke.X and nukescripts.X ------------------------------------------------------
    def _check_names(self, tree: ast.Module) -> None:
        inner = {id(part.value) for part in ast.walk(tree) if isinstance(part, ast.Attribute)}
        for part in ast.walk(tree):
            if isinstance(part, ast.Attribute) and id(part) not in inner:
                self._check_chain(part, _dotted(part))
            if isinstance(part, ast.ImportFrom) and (part.module or "").split(".")[0] in MODULES:
                for name in part.names:
                    self._check_chain(part, [*str(part.module).split("."), name.name])
            if isinstance(part, ast.Call):
                self._check_call(part)

    def _check_chain(self, part: ast.AST, chain: list[str]) -> None:
        if not chain or chain[0] not in ("nuke", "nukescripts") or len(chain) == 1:
            return
        if chain[:2] == ["nuke", "nodes"]:
            if len(chain) > 2 and chain[2] not in NODE_CLASSES:
                self._say(part, f"nuke.nodes.{chain[2]} is not in the API data")
            return
        module, name = chain[0], chain[1]
        if ".".join(chain[:2]) in MODULES and len(chain) > 2:
            module, name = ".".join(chain[:2]), chain[2]
        entry = MODULES[module].get(name)
        if entry is None:
            if ".".join(chain[:2]) not in MODULES:
                self._say(part, f"{module}.{name} is not in the API data")
        elif entry["kind"] == "class" and len(chain) == 3:
            if chain[2] not in methods_of(name):
                self._say(part, f"{module}.{name}.{chain[2]} is not in the API data")

    def _check_call(self, call: ast.Call) -> None:
        chain = _dotted(call.func)
        if len(chain) < 2 or chain[0] not in ("nuke", "nukescripts"):
            return
        if chain[:2] == ["nuke", "nodes"] and len(chain) == 3 and chain[2] in NODE_CLASSES:
            self._check_node_knobs(call, chain[2])
        elif chain == ["nuke", "createNode"] and call.args:
            node_class = _literal(call.args[0])
            if node_class is not None and node_class not in NODE_CLASSES:
                self._say(call, f"createNode {node_class!r} is not in the API data")
        entry = MODULES.get(".".join(chain[:-1]), {}).get(chain[-1], {})
        texts = entry.get("signatures") or [entry.get("constructor") or "(*args)"]
        self._check_arguments(call, ".".join(chain), texts)

    def _check_arguments(self, call: ast.Call, name: str, texts: list[str]) -> None:
        known = telling(texts)
        starred = any(isinstance(argument, ast.Starred) for argument in call.args)
        keywords = [keyword.arg for keyword in call.keywords]
        if not known or starred or None in keywords:
            return
        named = [str(keyword) for keyword in keywords]
        if not any(signature.accepts(len(call.args), named) for signature in known):
            self._say(call, f"{name} does not take these arguments: it is {name}{texts[0]}")

    def _check_node_knobs(self, call: ast.Call, node_class: str) -> None:
        for keyword in call.keywords:
            if keyword.arg not in (None, "inputs"):
                self._check_knob(call, node_class, str(keyword.arg), keyword.value)

    def _check_knob(
        self, part: ast.AST, node_class: str, name: str, value: Optional[ast.AST]
    ) -> None:
        entry = knobs_of(node_class).get(name)
        if entry is None:
            self._say(part, f"{node_class} has no knob {name!r}")
            return
        text = _literal(value)
        if text is not None and "values" in entry and not entry.get("open_ended"):
            items = [item for menu in entry["values"] for item in [menu, *menu.split("\t")]]
            if text not in items:
                self._say(part, f"{node_class}.{name} has no item {text!r}")

    # -- what variables hold -----------------------------------------------------------
    def _check_scope(self, scope: ast.AST, outer: dict[str, tuple[str, str]]) -> None:
        known = dict(outer)
        if isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for argument in [*scope.args.args, *scope.args.kwonlyargs]:
                kind = _class_of_annotation(argument.annotation)
                if kind is not None:
                    known[argument.arg] = ("object", kind)
        for part in _own_parts(scope):
            if isinstance(part, ast.Assign) and len(part.targets) == 1:
                target, made = part.targets[0], _made_by(part.value)
                if isinstance(target, ast.Name) and made is not None:
                    known[target.id] = made
        for part in _own_parts(scope):
            self._check_use(part, known)
        for part in _inner_scopes(scope):
            self._check_scope(part, known)

    def _check_use(self, part: ast.AST, known: dict[str, tuple[str, str]]) -> None:
        if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
            kind, name = known.get(part.value.id, ("", ""))
            if kind:
                owner = _object_class(name) if kind == "node" else name
                if part.attr not in methods_of(owner):
                    self._say(part, f"nuke.{owner} has no method {part.attr!r}")
        if isinstance(part, ast.Subscript) and isinstance(part.value, ast.Name):
            kind, name = known.get(part.value.id, ("", ""))
            knob = _literal(part.slice)
            if kind == "node" and knob is not None:
                self._check_knob(part, name, knob, None)
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
            self._check_method_call(part, part.func, known)

    def _check_method_call(
        self, call: ast.Call, function: ast.Attribute, known: dict[str, tuple[str, str]]
    ) -> None:
        holder = function.value
        if isinstance(holder, ast.Name) and holder.id in known:
            kind, name = known[holder.id]
            owner = _object_class(name) if kind == "node" else name
            texts = methods_of(owner).get(function.attr)
            if texts:
                self._check_arguments(call, f"{owner}.{function.attr}", texts)
        if isinstance(holder, ast.Subscript) and isinstance(holder.value, ast.Name):
            kind, name = known.get(holder.value.id, ("", ""))
            knob = _literal(holder.slice)
            if kind == "node" and knob in knobs_of(name) and function.attr == "setValue":
                self._check_knob(call, name, str(knob), call.args[0] if call.args else None)


def _object_class(node_class: str) -> str:
    return "Group" if node_class == "Group" else "Node"


def _made_by(value: ast.AST) -> Optional[tuple[str, str]]:
    """Return what a call of nuke.nodes.X, nuke.createNode('X') or nuke.Some_Class makes."""
    if not isinstance(value, ast.Call):
        return None
    chain = _dotted(value.func)
    if chain[:2] == ["nuke", "nodes"] and len(chain) == 3 and chain[2] in NODE_CLASSES:
        return ("node", chain[2])
    if chain == ["nuke", "createNode"] and value.args:
        node_class = _literal(value.args[0])
        return ("node", node_class) if node_class in NODE_CLASSES and node_class else None
    if len(chain) == 2 and chain[0] == "nuke":
        entry = MODULES["nuke"].get(chain[1], {})
        return ("object", chain[1]) if entry.get("kind") == "class" else None
    return None


def _class_of_annotation(annotation: Optional[ast.AST]) -> Optional[str]:
    if isinstance(annotation, ast.Subscript) and _dotted(annotation.value)[-1:] == ["Optional"]:
        annotation = annotation.slice
    chain = _dotted(annotation) if annotation is not None else []
    is_class = len(chain) == 2 and chain[0] == "nuke" and chain[1] in MODULES["nuke"]
    return chain[1] if is_class else None


def _own_parts(scope: ast.AST) -> Iterator[ast.AST]:
    """Yield the parts of a scope without those of the functions and classes in it."""
    for part in ast.iter_child_nodes(scope):
        if not isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield part
            yield from _own_parts(part)


def _inner_scopes(scope: ast.AST) -> Iterator[ast.AST]:
    for part in ast.iter_child_nodes(scope):
        if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield part
        else:
            yield from _inner_scopes(part)
