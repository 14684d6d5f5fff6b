"""Holds the process that tries a network: it reads one request, tells, and ends.

It bounds its own memory and files before it touches the network. Windows has no such bounds for a
process that sets them itself; there the time alone is bounded, by the process that waits.
"""

from __future__ import annotations

import json
import os
import sys
import traceback

from nuke_plugin.worker.importing.inspection import MOST_MEMORY_BYTES

MOST_WRITTEN_BYTES = 2 << 30
"""Largest file it may write: the network itself is at most half of this."""


def main() -> int:
    """Try the network that standard input asks for; return the exit code."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # libraries print

    def tell(**message: object) -> None:
        print(json.dumps(message), file=answers, flush=True)

    _bound()
    from nuke_plugin.contract.errors import ImpastoError, NetworkRefused
    from nuke_plugin.contract.strict_json import parse_object, read_record, write_record
    from nuke_plugin.worker.importing.request import ImportRequest
    from nuke_plugin.worker.importing.trial import out_of_memory
    from nuke_plugin.worker.importing.workshop import work

    request = read_record(ImportRequest, parse_object(sys.stdin.read()))
    try:
        report = work(request, lambda text: tell(say=text))
    except MemoryError:
        refused = NetworkRefused(request.file, out_of_memory())
        tell(error=type(refused).__name__, message=refused.message)
    except ImpastoError as error:
        tell(error=type(error).__name__, message=error.message)
    except Exception as error:  # noqa: BLE001  a process edge: the other side tells it as a fault
        traceback.print_exc()
        tell(error=type(error).__name__, message=str(error))
    else:
        tell(report=write_record(report))
    return 0


def _bound() -> None:
    """Bound what this process may take."""
    if sys.platform == "win32":
        return
    import resource

    for kind, most in (
        (resource.RLIMIT_DATA, MOST_MEMORY_BYTES),
        (resource.RLIMIT_AS, 4 * MOST_MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, MOST_WRITTEN_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (wanted, hard))


if __name__ == "__main__":
    sys.exit(main())
