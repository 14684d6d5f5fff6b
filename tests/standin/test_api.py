"""The stand-in against the API data the project carries: every name, knob, menu and signature."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nuke
import nukescripts
import nukescripts.panels
import nukescripts.utils
import pytest
from nuke_standin import api_data, node_pictures
from nuke_standin.knob_kinds import KINDS

from tests.standin.signatures import defined, is_constructor, is_published

MODULES = {
    "nuke": nuke,
    "nukescripts": nukescripts,
    "nukescripts.panels": nukescripts.panels,
    "nukescripts.utils": nukescripts.utils,
}
NOT_API = {"annotations", "Any"}
PIXEL_SERVER = Path(__file__).resolve().parent / "pixel_server"


def _public_names(holder: Any) -> Iterator[str]:
    for name, value in vars(holder).items():
        if not name.startswith("_") and name not in NOT_API and not inspect.ismodule(value):
            yield name


def _offered() -> list[tuple[str, str]]:
    return [(module, name) for module, held in MODULES.items() for name in _public_names(held)]


def _entry(module: str, name: str) -> dict[str, Any]:
    table: dict[str, Any] = api_data.PYTHON["modules"][module]
    assert name in table, f"{module}.{name} is not a name of Nuke's API"
    return dict(table[name])


def _published_methods(name: str) -> dict[str, list[str]]:
    """Return {method: signatures} of a class; its own stand before those of its bases."""
    methods: dict[str, list[str]] = {}
    for table in api_data.PYTHON["modules"].values():
        if name in table:
            for base in table[name].get("bases", []):
                methods.update(_published_methods(base.rpartition(".")[2]))
            for method, own in table[name].get("methods", {}).items():
                methods[method] = [*own, *methods.get(method, [])]
    return methods


@pytest.mark.parametrize(("module", "name"), _offered())
def test_every_name_is_nukes(module: str, name: str) -> None:
    """What the stand-in offers, Nuke offers: as a class, a function or a constant alike."""
    kind = _entry(module, name)["kind"]
    value = getattr(MODULES[module], name)
    if isinstance(value, type):
        assert kind == "class"
    elif inspect.isroutine(value):
        assert kind == "function"
    else:
        assert kind == "constant"


@pytest.mark.parametrize(
    ("module", "name"),
    [pair for pair in _offered() if inspect.isroutine(getattr(nuke, pair[1], 0))],
)
def test_functions_take_nukes_arguments(module: str, name: str) -> None:
    """A call that fits the stand-in's function fits Nuke's."""
    signatures = _entry(module, name)["signatures"]
    mine = defined(getattr(MODULES[module], name))
    assert is_published(mine, signatures), f"{mine} is none of {signatures}"


@pytest.mark.parametrize(
    ("module", "name"), [pair for pair in _offered() if isinstance(getattr(nuke, pair[1], 0), type)]
)
def test_methods_are_nukes(module: str, name: str) -> None:
    """Each public method of a class exists in Nuke and takes the same arguments."""
    held = getattr(MODULES[module], name)
    methods = _published_methods(name)
    for method in [method for method in dir(held) if not method.startswith("_")]:
        assert method in methods, f"{name}.{method} is not a method of Nuke's API"
        mine = defined(getattr(held, method))
        assert is_published(mine, methods[method]), (
            f"{name}.{method}: {mine} is none of {methods[method]}"
        )


@pytest.mark.parametrize(
    ("name", "constructor"),
    [
        (name, entry["constructor"])
        for name, entry in api_data.PYTHON["modules"]["nuke"].items()
        if "constructor" in entry and hasattr(nuke, name)
    ],
)
def test_constructors_are_nukes(name: str, constructor: str) -> None:
    """An object is made with the arguments Nuke's class takes, where they are published."""
    mine = defined(getattr(nuke, name).__init__)
    assert is_constructor(mine, constructor), f"{name}: {mine} is not {constructor}"


def test_flag_values_are_nukes() -> None:
    """The numbers of flags and of knob-writing switches are Nuke's."""
    for name, entry in api_data.PYTHON["modules"]["nuke"].items():
        if entry["kind"] == "constant" and str(entry["value"]).lstrip("-").isdigit():
            if not name.startswith("NUKE_VERSION"):
                assert getattr(nuke, name) == int(entry["value"]), name


def test_every_node_class_can_be_made(nuke_host: Any) -> None:
    """Each class of the data becomes a node with exactly the knobs of the data."""
    for node_class in api_data.NODES["classes"]:
        if node_class == "Root":
            continue
        node = getattr(nuke.nodes, node_class)()
        known = api_data.node_knobs(node_class)
        assert set(node.knobs()) == set(known)
        for name, entry in known.items():
            assert node[name].Class() == entry["class"], f"{node_class}.{name}"
            if "values" in entry:
                assert node[name].values() == entry["values"]


def test_knob_kinds_are_nukes() -> None:
    """The classes of user knobs and their numbers in scripts are those of Nuke."""
    numbers = {
        name: kind._type_number for name, kind in KINDS.items() if kind._type_number is not None
    }
    assert numbers == api_data.NODES["user_knobs"]
    assert [name for name in numbers if not hasattr(nuke, name)] == []


def _literal_knobs(function: Any) -> Iterator[str]:
    """Yield the knob names a builder reads: node["x"], _text(node, "x"), ..."""
    for part in ast.walk(ast.parse(inspect.getsource(function))):
        if isinstance(part, ast.Subscript) and getattr(part.value, "id", "") == "node":
            if isinstance(part.slice, ast.Constant):
                yield str(part.slice.value)
        if isinstance(part, ast.Call) and getattr(part.func, "id", "").startswith("_"):
            if len(part.args) > 1 and getattr(part.args[0], "id", "") == "node":
                if isinstance(part.args[1], ast.Constant):
                    yield str(part.args[1].value)


@pytest.mark.parametrize("node_class", sorted(node_pictures.BUILDERS))
def test_pictures_read_knobs_that_exist(node_class: str) -> None:
    """What computes a node's picture reads no knob the node does not have."""
    for name in _literal_knobs(node_pictures.BUILDERS[node_class]):
        assert name in api_data.node_knobs(node_class), f"{node_class}.{name}"


def _literal_keys(file: str, name: str) -> list[str]:
    """Return the keys of a dictionary in the pixel server, which other Pythons cannot import."""
    tree = ast.parse((PIXEL_SERVER / file).read_text(encoding="utf-8"))
    for part in ast.walk(tree):
        target = part.targets[0] if isinstance(part, ast.Assign) else getattr(part, "target", None)
        if getattr(target, "id", "") == name:
            return [ast.literal_eval(key) for key in part.value.keys]
    raise AssertionError(f"{file} has no {name}")


@pytest.mark.parametrize(
    ("file", "table", "node_class", "knob"),
    [
        ("merges.py", "_MERGES", "Merge2", "operation"),
        ("merges.py", "_CHANNEL_MERGES", "ChannelMerge", "operation"),
        ("exr_file.py", "_COMPRESSIONS", "Write", "compression"),
    ],
)
def test_pixels_obey_menus_that_exist(file: str, table: str, node_class: str, knob: str) -> None:
    """Every choice the pixel server acts on is an item of the knob's menu."""
    grown = api_data.writer_knobs("exr") if node_class == "Write" else {}
    menu = {**api_data.node_knobs(node_class), **grown}[knob]["values"]
    items = [item.split("\t")[0] for item in menu]
    assert set(_literal_keys(file, table)) <= set(items)


def test_a_misspelt_name_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The walk over the names fails on one that Nuke does not have."""
    monkeypatch.setattr(nuke, "mesage", lambda prompt: None, raising=False)
    assert ("nuke", "mesage") in _offered()
    with pytest.raises(AssertionError, match="mesage is not a name"):
        test_every_name_is_nukes("nuke", "mesage")


def test_a_misspelt_argument_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The walk over the signatures fails on an argument that Nuke's function does not take."""
    monkeypatch.setattr(nuke, "toNode", lambda name: None)
    with pytest.raises(AssertionError, match="is none of"):
        test_functions_take_nukes_arguments("nuke", "toNode")
