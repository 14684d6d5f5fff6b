"""Promises of path mapping: a path of the workstation is found where the host has it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nuke_plugin.contract.errors import FarmJobInvalid
from nuke_plugin.contract.path_mapping import PathMapping, PathRule


def rules_file(folder: Path, *rules: tuple[str, str, str], **changes: Any) -> str:
    """Write an engine's file of rules: format, source and destination each; return its path."""
    names = ("source_path_format", "source_path", "destination_path")
    value = {
        "version": "pathmapping-1.0",
        "path_mapping_rules": [dict(zip(names, rule)) for rule in rules],
        **changes,
    }
    file = folder / "rules.json"
    file.write_text(json.dumps(value), encoding="utf-8")
    return str(file)


@pytest.mark.parametrize(
    ("rule", "path", "mapped"),
    [
        (PathRule("/mnt/show", False, "/data"), "/mnt/show/a/b.%04d.exr", "/data/a/b.%04d.exr"),
        (PathRule("/mnt/show", False, "/data"), "/mnt/show", "/data"),
        (PathRule("/mnt/show", False, "/data"), "/mnt/shows/a", None),
        (PathRule("/mnt/show", False, "/data"), "/MNT/show/a", None),
        (PathRule("/mnt/show", False, "/data"), "mnt/show/a", None),
        (PathRule("Z:\\show", True, "/data"), "z:\\Show\\a\\b.exr", "/data/a/b.exr"),
        (PathRule("Z:\\show", True, "/data/"), "Z:/show/a", "/data/a"),
        (PathRule("\\\\server\\show", True, "/data"), "//server/show/a", "/data/a"),
        (PathRule("Z:\\show", True, "/data"), "Y:/show/a", None),
    ],
)
def test_a_rule_is_for_what_is_in_its_folder(rule: PathRule, path: str, mapped: str | None) -> None:
    """Whole names count; Windows knows no case and both slashes; what is elsewhere is left."""
    assert rule.apply(path) == mapped


def test_the_longest_rule_goes_first(tmp_path: Path) -> None:
    """A folder inside another one has its own place; what no rule has stays."""
    file = rules_file(
        tmp_path, ("POSIX", "/show", "/a"), ("POSIX", "/show/shot", "/b"), ("WINDOWS", "P:\\", "/c")
    )
    mapping = PathMapping.from_file(file)
    paths = ("/show/x", "/show/shot/x", "p:/x", "/other/x")
    assert [mapping.apply(path) for path in paths] == ["/a/x", "/b/x", "/c/x", "/other/x"]


def test_no_rules_map_nothing(tmp_path: Path) -> None:
    """No file, and the empty object that engines write, leave every path as it is."""
    (tmp_path / "empty.json").write_text("{}", encoding="utf-8")
    for file in (None, "", str(tmp_path / "empty.json")):
        assert PathMapping.from_file(file).apply("/a/b") == "/a/b"


def test_rules_that_are_none_are_refused(tmp_path: Path) -> None:
    """Another version, a rule without its keys, or no file at all is one sentence."""
    with pytest.raises(FarmJobInvalid, match=r"'pathmapping-2\.0'"):
        PathMapping.from_file(rules_file(tmp_path, version="pathmapping-2.0"))
    with pytest.raises(FarmJobInvalid, match="a rule has"):
        PathMapping.from_file(rules_file(tmp_path, ("POSIX", "/a", "/b"), path_mapping_rules=[{}]))
    with pytest.raises(FarmJobInvalid, match="cannot be read"):
        PathMapping.from_file(str(tmp_path / "absent.json"))
