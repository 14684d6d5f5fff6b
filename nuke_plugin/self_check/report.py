"""Holds the report of a self-check: what was found, as JSON to send and as text to read.

Of the environment it holds what ``Copy for support`` in the panel's Log holds and no more, because
variables may hold passwords; the user's home folder is written as ``~``.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import nuke

from nuke_plugin.contract.errors import ResultFolderUnwritable, WorkerNotInstalled
from nuke_plugin.contract.version import PROTOCOL, VERSION
from nuke_plugin.self_check.assumption import BROKEN, HELD, NOT_APPLICABLE
from nuke_plugin.style_list import StyleList
from nuke_plugin.worker_python import PLUGIN_ROOT, find_worker_python

LAYOUT = 1
"""Version of the JSON's layout."""

_LICENCES = ("nc", "indie", "studio", "nukex", "assist", "ple")
"""Names in ``nuke.env`` that say which Nuke was bought."""

_VARIABLES = ("OCIO", "NUKE_PATH")
_OWN_PREFIX = "IMPASTO_"


@dataclass(frozen=True)
class Finding:
    """What came of trying one assumption."""

    id: str
    """The assumption's short name."""

    sentence: str
    """What is assumed."""

    rests_on_it: tuple[str, ...]
    """The code that rests on it."""

    when_false: str
    """What a user would meet, and what to do."""

    state: str
    """``held``, ``broken`` or ``not applicable``."""

    found: str
    """What was seen, or why it could not be tried."""

    seconds: float
    """How long it took."""


@dataclass(frozen=True)
class Report:
    """What came of a whole self-check."""

    impasto_self_check: int
    """Version of this layout: 1."""

    date: str
    """When it ended: local time."""

    environment: dict[str, str]
    """On what it ran."""

    findings: tuple[Finding, ...]
    """One for each assumption that was tried or could not be."""

    left_behind: tuple[str, ...]
    """What of the user's script is not as it was; empty when all is well."""

    was_stopped: bool
    """Whether the user stopped it before the end."""

    seconds: float
    """How long all of it took."""

    @property
    def is_well(self) -> bool:
        """Whether nothing is broken and nothing was left behind."""
        return not self.left_behind and not self.of(BROKEN)

    def of(self, state: str) -> list[Finding]:
        """Return the findings of one state."""
        return [finding for finding in self.findings if finding.state == state]

    def summary(self) -> str:
        """Return one line with the numbers."""
        counts = ", ".join(f"{len(self.of(s))} {s}" for s in (HELD, BROKEN, NOT_APPLICABLE))
        stopped = " It was stopped before its end." if self.was_stopped else ""
        return f"{counts}, in {self.seconds:.0f} s.{stopped}"

    def text(self) -> str:
        """Return all of it for people, what is broken first."""
        return "\n".join(self._lines()) + "\n"

    def write(self, folder: Path) -> Path:
        """Write ``.json`` and ``.txt`` and return the text; raises ``ResultFolderUnwritable``."""
        stem = folder / f"self_check_{self.date.replace(':', '-').replace(' ', '_')}"
        record = json.dumps(asdict(self), indent=1, ensure_ascii=False)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            stem.with_suffix(".json").write_text(record + "\n", encoding="utf-8")
            stem.with_suffix(".txt").write_text(self.text(), encoding="utf-8")
        except OSError as error:
            raise ResultFolderUnwritable(folder, error.strerror or str(error)) from error
        return stem.with_suffix(".txt")

    def _lines(self) -> Iterator[str]:
        yield f"Impasto self-check, {self.date}"
        yield from (f"{name}: {value}" for name, value in self.environment.items())
        yield ""
        yield self.summary()
        yield from self.left_behind
        for state in (BROKEN, NOT_APPLICABLE, HELD):
            for finding in self.of(state):
                yield ""
                yield f"{state.upper()}  {finding.id}: {finding.sentence}"
                yield f"    found: {finding.found}  ({finding.seconds:.2f} s)"
                if state == BROKEN:
                    yield f"    rests on it: {', '.join(finding.rests_on_it)}"
                    yield f"    so: {finding.when_false}"


def default_folder() -> Path:
    """Return where reports go unless another folder is named: beside Nuke's own settings."""
    return Path.home() / ".nuke" / "impasto_self_check"


def now() -> str:
    """Return the date and time of this moment."""
    return time.strftime("%Y-%m-%d %H:%M:%S")


def environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return on what the check runs; nothing of the environment but the variables named here."""
    facts = {
        "Impasto": f"{VERSION}, protocol {PROTOCOL}, in {PLUGIN_ROOT}",
        "Nuke": str(nuke.NUKE_VERSION_STRING),
        "Licence": _licence(),
        "Mode": "GUI" if nuke.GUI else "terminal",
        "Python": platform.python_version(),
        "Qt": _qt(),
        "System": f"{platform.platform()}, {platform.machine()}, {os.cpu_count()} processors",
        "Worker": _worker(environ),
        "Models": _models(environ),
    }
    for name in sorted(environ):
        if name.startswith(_OWN_PREFIX) or name in _VARIABLES:
            facts[name] = environ[name]
    return {name: without_home(value) for name, value in facts.items()}


def without_home(text: str) -> str:
    """Return a text with the user's home folder, which may tell a name, written as ``~``."""
    home = str(Path.home())
    for spelling in {home, home.replace("\\", "/")}:
        if len(spelling) > 1:
            text = text.replace(spelling, "~")
    return text


def _licence() -> str:
    words = []
    for name in _LICENCES:
        try:
            if nuke.env[name]:
                words.append(name)
        except KeyError:
            continue  # this version of Nuke does not tell
    return ", ".join(words) or "Nuke"


def _qt() -> str:
    loaded = [name for name in ("PySide2", "PySide6") if f"{name}.QtCore" in sys.modules]
    chosen = sys.modules.get("nuke_plugin.qt")
    if chosen is None:
        return ", ".join(loaded) or "not loaded"
    others = "".join(f", {name} is loaded too" for name in loaded if name != chosen.BINDING)
    return f"{chosen.BINDING} {chosen.QtCore.qVersion()}{others}"


def _worker(environ: Mapping[str, str]) -> str:
    try:
        return str(find_worker_python(environ))
    except WorkerNotInstalled as error:
        return error.message


def _models(environ: Mapping[str, str]) -> str:
    styles = StyleList.read(environ)
    models = [f"{model} ({len(styles.style_ids(model))} styles)" for model in styles.model_ids()]
    return "; ".join([*models, *styles.problems]) or "none"
