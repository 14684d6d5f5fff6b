"""Holds the way without a GUI: render the Impasto nodes of a script, for farms and pipelines.

``nuke -t nuke_plugin/batch.py SCRIPT.nk [--node NAME] [--frames RANGE] [--all] [--dry-run]``

Exit codes: 0, every frame is fresh; 1, something could not be rendered; 2, what was asked for
cannot be done (no such script or node, a range that is none); 3, a dry run found frames to render.
The script is never saved: its nodes find the frames when Render is pressed, or by themselves where
the range was rendered before.

Nuke takes a last argument that is a number for a frame range of its own. It keeps all arguments in
``nuke.rawArgs``, so they are read from there.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Optional

import nuke

if __name__ == "__main__":  # run by its path, where nothing has led Nuke to the plugin
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from nuke_plugin import frame_states, impasto_nodes, node_upgrade, render
from nuke_plugin.contract.errors import ImpastoError
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.frame_states import FrameStates
from nuke_plugin.node_settings import settings_of
from nuke_plugin.render_job import RenderJob

DONE, FAILED, CANNOT, TO_RENDER = 0, 1, 2, 3


def main(arguments: Sequence[str]) -> int:
    """Do what the command says and return its exit code; every sentence goes to the terminal."""
    options = _parser().parse_args(arguments)
    try:
        frames = FrameRange.parse(options.frames) if options.frames else None
        nodes = nodes_of(options.script, options.node)
    except (ImpastoError, LookupError, OSError, RuntimeError) as error:
        _say(str(error))
        return CANNOT
    codes = [_handle(node, frames, options.all, options.dry_run) for node in nodes]
    if not nodes:
        _say(f"{options.script} has no Impasto node to render.")
    return FAILED if FAILED in codes else max(codes, default=DONE)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nuke -t nuke_plugin/batch.py",
        description="Render the Impasto nodes of a Nuke script: frames that are stale or "
        "missing, or all. The script is not saved.",
    )
    parser.add_argument("script", help="the Nuke script (.nk)")
    parser.add_argument(
        "--node",
        action="append",
        metavar="NAME",
        help="full name of a node, such as Group1.ImpastoStyle1; may be given several times. "
        "Without it: every one that is not disabled",
    )
    parser.add_argument("--frames", metavar="RANGE", help="frames in place of the node's own range")
    parser.add_argument("--all", action="store_true", help="render fresh frames too")
    parser.add_argument("--dry-run", action="store_true", help="render nothing, list what would be")
    return parser


def nodes_of(script: str, names: Optional[Sequence[str]]) -> list[nuke.Group]:
    """Open a script; return its nodes of these names, or all that are not disabled.

    Raises ``FileNotFoundError`` or ``LookupError`` with a sentence, ``RuntimeError`` as Nuke does.
    """
    if not Path(script).is_file():
        raise FileNotFoundError(f"There is no script {script}.")
    nuke.scriptOpen(script)
    present = {node.fullName(): node for node in impasto_nodes.all_nodes()}
    if not names:
        return [node for node in present.values() if not node["disable"].value()]
    for name in names:
        if name not in present:
            known = ", ".join(present) or "none"
            raise LookupError(f"{script} has no Impasto node {name!r}. It has: {known}.")
    return [present[name] for name in names]


def _handle(node: nuke.Group, frames: Optional[FrameRange], is_all: bool, is_dry: bool) -> int:
    """Render one node, or say what would be rendered; return its part of the exit code."""
    name = node.fullName()
    try:
        node_upgrade.ensure_current(node)
        if is_dry:
            settings_of(node, frames)  # says what would keep it from being rendered
            states = frame_states.of(node, frames)
            _say(f"{name}: {_states_text(states)}")
            wanted = states.total if is_all else len(states.to_render)
            return TO_RENDER if wanted else DONE
        job = render.render_and_wait(node, frames, is_all, _Told(name))
    except ImpastoError as error:
        _say(f"{name}: {error.message}")
        return FAILED
    _say(f"{name}: {job.done} of {job.total} frames rendered.")
    for frame, reason in sorted(job.failed.items()):
        _say(f"{name}: frame {frame} failed: {reason}")
    return FAILED if job.failed else DONE


class _Told:
    """Says each frame as it is painted; called on the job's thread."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._done = 0

    def __call__(self, job: RenderJob) -> None:
        """Say what is new."""
        if job.done > self._done:
            self._done = job.done
            _say(f"{self._name}: frame {job.last_frame}, {job.done} of {job.total}")


def _states_text(states: FrameStates) -> str:
    parts = (
        (states.fresh, frame_states.FRESH),
        (states.stale, frame_states.STALE),
        (states.missing, frame_states.MISSING),
    )
    texts = [f"{len(frames)} {state} ({frames.to_text()})" for frames, state in parts if frames]
    return ", ".join(texts) or "no frames: connect a plate, or correct the frame range"


def _say(text: str) -> None:
    print(text, flush=True)


def own_arguments(raw: Sequence[str], argv: Sequence[str], file: str = __file__) -> list[str]:
    """Return what stands behind a file, this one or another entry, on Nuke's command line."""
    for index, argument in enumerate(raw):
        if Path(argument).name == Path(file).name:
            return list(raw[index + 1 :])
    return list(argv[1:])


if __name__ == "__main__":
    sys.exit(main(own_arguments(nuke.rawArgs, sys.argv)))
