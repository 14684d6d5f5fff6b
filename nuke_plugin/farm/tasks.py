"""Holds the entry for Nuke in terminal mode: the tasks of a farm's job that need Nuke.

``nuke -t nuke_plugin/farm/tasks.py describe --script COMP.nk [--node NAME] --job JOB.json`` writes
the job of a script; ``plates`` renders the plates of a chunk of frames, ``comp`` the script's own
Writes. ``impasto farm-task`` calls it on the hosts. The script is never saved.

What it says are Open Job Description's lines; exit codes: 0 done, 1 worth another try, 2 a person
must correct something.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Optional

import nuke

if __name__ == "__main__":  # run by its path, where nothing has led Nuke to the plugin
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from nuke_plugin import batch, frame_states, impasto_nodes, node_upgrade, render, undo
from nuke_plugin.contract.errors import (
    FarmJobInvalid,
    ImpastoError,
    PlateRenderFailed,
    RenderCancelled,
)
from nuke_plugin.contract.farm_job import ANY, FarmJob
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.contract.library import SEARCH_PATH_VARIABLE
from nuke_plugin.contract.output_folder import check_results
from nuke_plugin.contract.path_mapping import PathMapping
from nuke_plugin.farm.comp_writes import CompWrite
from nuke_plugin.farm.script_job import job_of
from nuke_plugin.impasto_nodes import claim_results
from nuke_plugin.node_settings import settings_of
from nuke_plugin.plate_render import PlateRender

DONE, RETRY, USER = 0, 1, 2


def main(arguments: Sequence[str]) -> int:
    """Do one task and return its exit code; what is wrong is one line on standard output."""
    options = _parser().parse_args(arguments)
    try:
        if options.task == "describe":
            _describe(options)
            return DONE
        mapping = PathMapping.from_file(options.path_mapping)
        job = FarmJob.from_file(Path(options.job), socket.gethostname()).mapped(mapping)
        frames = FrameRange.parse(options.frames) if options.frames else None
        task = _plates if options.task == "plates" else _comp
        return task(job, _opened(job, mapping), frames)
    except ImpastoError as error:
        _say("fail", error.message)
        return RETRY if isinstance(error, (PlateRenderFailed, RenderCancelled)) else USER
    except (LookupError, OSError) as error:
        _say("fail", str(error))
        return USER
    except RuntimeError as error:  # Nuke's own: a licence, a plug-in, a drive
        _say("fail", f"Nuke: {error}")
        return RETRY


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="nuke -t nuke_plugin/farm/tasks.py")
    parser.add_argument("task", choices=("describe", "plates", "comp"))
    parser.add_argument("--job", required=True, help="the job's file")
    parser.add_argument("--script", help="the Nuke script, to describe")
    parser.add_argument("--node", action="append", help="full name of a node, to describe")
    parser.add_argument("--device", default=ANY)
    parser.add_argument("--frames", help="frames in place of all")
    parser.add_argument("--path-mapping", help="the engine's path mapping rules")
    return parser


def _describe(options: argparse.Namespace) -> None:
    nodes = batch.nodes_of(options.script, options.node)
    _leave_proxy_mode()
    for node in nodes:
        node_upgrade.ensure_current(node)
    frames = FrameRange.parse(options.frames) if options.frames else None
    job = job_of(nodes, options.device, frames)
    Path(options.job).write_text(job.to_json(), encoding="utf-8")


def _opened(job: FarmJob, mapping: PathMapping) -> list[nuke.Group]:
    """Open the job's script with its paths as they are here; return the job's nodes."""
    if job.script is None:
        raise FarmJobInvalid(job.name, "it is of plates alone, and Nuke has nothing to do for it")
    places = [str(Path(model.folder).parent) for model in job.models]
    known = os.environ.get(SEARCH_PATH_VARIABLE, "")
    there = [place for place in dict.fromkeys(places) if os.path.isdir(place)]
    os.environ[SEARCH_PATH_VARIABLE] = os.pathsep.join([*there, *([known] if known else [])])
    nodes = batch.nodes_of(job.script, job.nodes)
    _leave_proxy_mode()
    with undo.not_recorded():
        _map_files(nuke.root(), mapping)
        for node in nodes:
            node_upgrade.ensure_current(node)
            claim_results(node)
    return nodes


def _leave_proxy_mode() -> None:
    """Let what is rendered be of full size, however the artist looked at the script last.

    In proxy mode a Write makes small frames, under another file's name. The script is not saved.
    """
    with undo.not_recorded():
        nuke.root().setProxy(False)


def _map_files(group: nuke.Group, mapping: PathMapping) -> None:
    """Let every file knob of a Group and of all inside it name the file as it is here."""
    if not mapping.rules:
        return
    _map_files_of(group, mapping)
    for node in group.nodes():
        if isinstance(node, nuke.Group):
            _map_files(node, mapping)
        else:
            _map_files_of(node, mapping)


def _map_files_of(node: nuke.Node, mapping: PathMapping) -> None:
    for knob in node.knobs().values():
        if isinstance(knob, nuke.File_Knob) and knob.name() != "name" and knob.value():
            mapped = mapping.apply(knob.value())
            if mapped != knob.value():
                knob.setValue(mapped)


def _plates(job: FarmJob, nodes: Sequence[nuke.Group], frames: Optional[FrameRange]) -> int:
    """Render the plates of the frames that are not painted as they are to be.

    It is the job's first step, so what the later ones need is looked at here.
    """
    host = socket.gethostname()
    check_results(job.paintings, host)
    for name in dict.fromkeys(output.write for output in job.outputs):
        _comp_write(job, name).check_folders(host)
    renders = []
    for node in nodes:
        asked = _asked(job, node, frames)
        if not len(asked):
            continue
        settings = settings_of(node, asked)
        states = frame_states.picture_states(node, settings)
        pictures = [picture for picture, state in states if state != frame_states.FRESH]
        renders.append((PlateRender(node, settings, pictures), len(pictures)))
    total, done = sum(count for _, count in renders), 0
    for plates, _ in renders:
        while not plates.is_done:
            part = plates.render_next()
            if part.failed:
                raise part.failed[0][1]
            done += len(part.written)
            _say("progress", f"{100.0 * done / max(total, 1):.1f}")
    _say("status", f"{done} plates ready")
    _say("progress", "100")
    return DONE


def _asked(job: FarmJob, node: nuke.Group, frames: Optional[FrameRange]) -> FrameRange:
    """Return the frames of a chunk that the job asks of a node."""
    asked = {
        frame
        for painting in job.paintings
        if painting.node == node.fullName()
        for frame in painting.frames
    }
    wanted = asked if frames is None else asked.intersection(frames)
    return FrameRange.from_frames(wanted)


def _comp(job: FarmJob, nodes: Sequence[nuke.Group], frames: Optional[FrameRange]) -> int:
    """Render the script's own Writes over what is painted; of a movie the whole, in one chunk."""
    for node in impasto_nodes.all_nodes():
        node_upgrade.ensure_current(node)
        render.show_files(node)
    # A Write has an output for each view, all of them of the same frames.
    outputs = {output.write: output for output in job.outputs}
    for done, (name, output) in enumerate(outputs.items()):
        write = _comp_write(job, name)
        wanted = output.share(frames)
        if len(wanted):
            _say("status", f"{name}: {wanted.to_text()}")
            write.execute(wanted)
        _say("progress", f"{100.0 * (done + 1) / len(outputs):.1f}")
    return DONE


def _comp_write(job: FarmJob, name: str) -> CompWrite:
    """Return a Write of the job's script; raise ``FarmJobInvalid`` for one that is gone."""
    write = nuke.toNode(name)
    if write is None:
        raise FarmJobInvalid(job.script or "", f"its script has no node {name} any more")
    return CompWrite(write)


def _say(kind: str, text: str) -> None:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    print(f"openjd_{kind}: {' | '.join(lines)}", flush=True)


if __name__ == "__main__":
    sys.exit(main(batch.own_arguments(nuke.rawArgs, sys.argv, __file__)))
