"""Holds path mapping: where a path of the workstation stands on a farm's host.

The rules are Open Job Description's (``pathmapping-1.0``), which an engine writes into a file for
each session: shared drives mounted elsewhere, and folders that were uploaded with the job.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from nuke_plugin.contract.errors import FarmJobInvalid, FieldInvalid
from nuke_plugin.contract.strict_json import parse_object

_VERSION = "pathmapping-1.0"
_WINDOWS = "WINDOWS"


@dataclass(frozen=True)
class PathRule:
    """One folder of the workstation and where it stands here."""

    source: str
    """The folder on the workstation, as it is written there."""

    is_windows: bool
    """Whether the workstation is Windows: backslashes are slashes, and case says nothing."""

    destination: str
    """The folder here."""

    def apply(self, path: str) -> Optional[str]:
        """Return where ``path`` stands here, or None when it is not in the folder."""
        wanted, found = self._parts(self.source), self._parts(path)
        if not wanted or [self._folded(part) for part in found[: len(wanted)]] != [
            self._folded(part) for part in wanted
        ]:
            return None
        rest = found[len(wanted) :]
        return "/".join((self.destination.replace(os.sep, "/").rstrip("/"), *rest))

    def _parts(self, path: str) -> list[str]:
        text = path.replace("\\", "/") if self.is_windows else path
        return [text[:1], *text.strip("/").split("/")] if text[:1] == "/" else text.split("/")

    def _folded(self, part: str) -> str:
        return part.casefold() if self.is_windows else part


@dataclass(frozen=True)
class PathMapping:
    """The rules of one session."""

    rules: tuple[PathRule, ...] = ()
    """The rules, those of the longest sources first."""

    @classmethod
    def from_file(cls, file: Optional[str]) -> PathMapping:
        """Return the rules in an engine's file; none for no file. Raises ``FarmJobInvalid``."""
        if not file:
            return cls()
        try:
            value = parse_object(Path(file).read_text(encoding="utf-8-sig") or "{}")
            if not value:  # an engine without rules writes an empty object
                return cls()
            if value.get("version") != _VERSION:
                found = value.get("version")
                raise FieldInvalid("version", f"it is {found!r}, not {_VERSION!r}")
            rules = [_rule(rule) for rule in value.get("path_mapping_rules") or ()]
        except (OSError, UnicodeDecodeError) as error:
            raise FarmJobInvalid(
                file, f"its path mapping rules cannot be read ({error})"
            ) from error
        except FieldInvalid as error:
            reason = f"its path mapping rules are none: {error.key!r} {error.reason}"
            raise FarmJobInvalid(file, reason) from error
        return cls(tuple(sorted(rules, key=lambda rule: len(rule.source), reverse=True)))

    def apply(self, path: str) -> str:
        """Return where a path of the workstation stands here; the path itself if no rule has it."""
        for rule in self.rules:
            mapped = rule.apply(path)
            if mapped is not None:
                return mapped
        return path


def _rule(value: object) -> PathRule:
    names = ("source_path_format", "source_path", "destination_path")
    if not isinstance(value, dict) or not all(isinstance(value.get(name), str) for name in names):
        raise FieldInvalid("path_mapping_rules", f"a rule has {', '.join(names)}, which are texts")
    source = value["source_path"]
    is_windows = value["source_path_format"].upper() == _WINDOWS
    stripped = source.rstrip("/\\" if is_windows else "/")
    return PathRule(stripped, is_windows, value["destination_path"])
