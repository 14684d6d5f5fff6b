"""Holds the import as the user's process sees it: another one tries the network, this one decides.

The other process may be slow, eat memory or die of what is in the file; here that is a sentence.
The folder is filled beside its place under a hidden name and gets its own once all is in it.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from nuke_plugin.contract.card import CARD_FILE
from nuke_plugin.contract.errors import ModelIdTaken, NetworkRefused, error_from_wire
from nuke_plugin.contract.library import ModelLibrary
from nuke_plugin.contract.strict_json import read_record, write_record
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.importing.request import ImportReport, ImportRequest
from nuke_plugin.worker.whole_file import write_error

IMPORT_SECONDS = 900.0
"""How long all trials and pictures together may take."""

_ROOT = Path(__file__).resolve().parents[3]
_LOOK_SECONDS = 0.05


def import_model(
    request: ImportRequest,
    place: Path,
    library: ModelLibrary,
    cancellation: Cancellation,
    say: Callable[[str], None] = lambda text: None,
    timeout_seconds: float = IMPORT_SECONDS,
) -> ImportReport:
    """Make ``place/<id>`` of a network, or only tell what is found, if that is what is asked.

    ``library`` is what is installed; ``say`` hears what is being done. Raises ``NetworkRefused``,
    ``ImportNeeds``, ``ModelIdTaken``, ``OptionInvalid``, ``ResultFolderUnwritable``, ``DiskFull``
    or ``RenderCancelled``; then there is nothing that was not there before.
    """
    request.check()
    final = place / request.id
    if not request.is_dry_run:
        _check_free(request.id, final, library)
    try:
        if not request.is_dry_run:
            place.mkdir(parents=True, exist_ok=True)
        parent = None if request.is_dry_run else place
        building = Path(tempfile.mkdtemp(prefix=f".{request.id}.", dir=parent))
    except OSError as error:
        raise write_error(final, error) from error
    try:
        asked = dataclasses.replace(request, folder=str(building))
        report = _Trials(asked, cancellation, say, timeout_seconds).run()
        if request.is_dry_run:
            return report
        building.chmod(0o755)
        try:
            building.rename(final)
        except OSError as error:
            if final.exists():
                raise ModelIdTaken(request.id, final) from error
            raise write_error(final, error) from error
        return dataclasses.replace(report, folder=str(final))
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _check_free(model_id: str, final: Path, library: ModelLibrary) -> None:
    """Raise ``ModelIdTaken`` when there is something under the model's name."""
    if final.exists() or final.is_symlink():
        raise ModelIdTaken(model_id, final)
    for place in library.places:
        if (place / model_id / CARD_FILE).exists():
            raise ModelIdTaken(model_id, place / model_id)


class _Trials:
    """The process that tries a network, from its start to its end."""

    def __init__(
        self,
        request: ImportRequest,
        cancellation: Cancellation,
        say: Callable[[str], None],
        timeout_seconds: float,
    ) -> None:
        self._request = request
        self._cancellation = cancellation
        self._say = say
        self._timeout_seconds = timeout_seconds
        self._answer: dict[str, Any] | None = None

    def run(self) -> ImportReport:
        """Return what came of the trials; raise what went wrong in them."""
        path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
        with tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", "nuke_plugin.worker.importing"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env={**os.environ, "PYTHONPATH": path},
                start_new_session=True,  # Control-C is this process's to hear
            )
            try:
                self._wait(process)
            finally:
                process.kill()
                process.wait()
            errors.seek(0)
            said = errors.read()[-2000:].decode("utf-8", "replace").strip()
        return self._result(process.returncode, said)

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        hearing = threading.Thread(target=self._hear, args=(process.stdout,), daemon=True)
        hearing.start()
        try:
            process.stdin.write(json.dumps(write_record(self._request)).encode())
            process.stdin.close()
        except BrokenPipeError:
            pass  # it has died, which its exit code will tell
        ends = time.monotonic() + self._timeout_seconds
        while process.poll() is None:
            self._cancellation.check()
            if time.monotonic() > ends:
                reason = f"trying it took more than {self._timeout_seconds:g} seconds"
                raise NetworkRefused(self._request.file, reason)
            time.sleep(_LOOK_SECONDS)
        hearing.join()

    def _hear(self, answers: IO[bytes]) -> None:
        for line in answers:
            message = json.loads(line)
            if "say" in message:
                self._say(message["say"])
            else:
                self._answer = message

    def _result(self, exit_code: int, said: str) -> ImportReport:
        if self._answer is None:
            reason = f"trying it ended the process that did (exit code {exit_code})"
            last = said.splitlines()[-1:]
            raise NetworkRefused(self._request.file, ": ".join((reason, *last)))
        if "error" in self._answer:
            raise error_from_wire(self._answer["error"], self._answer["message"])
        return read_record(ImportReport, self._answer["report"])
