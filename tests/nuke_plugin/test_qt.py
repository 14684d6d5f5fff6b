"""Promises of the one choice of Qt."""

from __future__ import annotations

import importlib
import importlib.util
from types import ModuleType
from typing import Any

import pytest

from nuke_plugin import qt


@pytest.mark.parametrize(
    ("version", "binding"), [(14, "PySide2"), (15, "PySide2"), (16, "PySide6"), (17, "PySide6")]
)
def test_the_version_of_nuke_decides(
    nuke: ModuleType, monkeypatch: pytest.MonkeyPatch, version: int, binding: str
) -> None:
    """Each Nuke gets the Qt it ships with, whatever else could be imported, and no other."""
    asked: list[str] = []
    load = importlib.import_module

    def noted(name: str, package: Any = None) -> ModuleType:
        asked.append(name)
        return load(f"{qt.BINDING}.{name.rpartition('.')[2]}")

    monkeypatch.setattr(nuke, "NUKE_VERSION_MAJOR", version)
    monkeypatch.setattr(importlib, "import_module", noted)
    spec = importlib.util.spec_from_file_location("qt_of_another_nuke", qt.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    if binding == qt.BINDING:
        spec.loader.exec_module(module)
    else:  # what moved between the two is elsewhere in the Qt of this test
        with pytest.raises(AttributeError):
            spec.loader.exec_module(module)

    assert {name.partition(".")[0] for name in asked} == {binding}


def test_what_moved_is_evened_out(nuke: ModuleType, qapp: Any) -> None:
    """An action is made, and something that blocks is run, by one spelling in both bindings."""

    class Blocking:
        """Something with the one name that this binding has."""

    name = "exec" if qt.BINDING == "PySide6" else "exec_"
    setattr(Blocking, name, lambda self, *given: ("ran", given))

    assert qt.run(Blocking(), 1, 2) == ("ran", (1, 2))
    assert qt.QAction("Copy", qapp).text() == "Copy"
