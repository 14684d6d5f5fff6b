"""Holds what the tests of the import share: an import in this process, without the waiting."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nuke_plugin.worker.importing import workshop
from nuke_plugin.worker.importing.request import ImportReport, ImportRequest

Import = Callable[..., ImportReport]


@pytest.fixture
def import_here(tmp_path: Path) -> Import:
    """Import a file into ``tmp_path/models/<id>`` in this process, all needed words given."""

    def import_file(file: Path, **options: object) -> ImportReport:
        model_id = str(options.pop("id", "foreign"))
        folder = tmp_path / "models" / model_id
        folder.mkdir(parents=True)
        said: dict[str, object] = {
            "is_dry_run": False,
            "licence": "CC0-1.0",
            "source": "a test",
            "channels": "RGB",
            **options,
        }
        request = ImportRequest(file=str(file), folder=str(folder), id=model_id, **said)  # type: ignore[arg-type]
        request.check()
        return workshop.work(request, lambda text: None)

    return import_file
