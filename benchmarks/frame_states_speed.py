"""Measures what it costs to tell fresh frames from stale ones, in the stand-in for Nuke.

    python -m benchmarks.frame_states_speed [--frames 100] [--nodes 50]

A plate of so many files with so many nodes on it, all frames painted. Each step is told by the
clock and by this process's own processor time, which a busy machine does not stretch. The stand-in
answers for a knob in Python, Nuke in C++: what is measured is the plugin's own work and more.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=100)
    parser.add_argument("--nodes", type=int, default=50, help="nodes between the files and ours")
    arguments = parser.parse_args()
    sys.path.insert(0, str(ROOT / "tests" / "standin" / "host"))
    import nuke_standin

    nuke_standin.reset(gui=False)
    with tempfile.TemporaryDirectory() as folder:
        node = _comp(Path(folder), arguments.frames, arguments.nodes)
        _measure(node, arguments.frames, Path(folder))


def _comp(folder: Path, frames: int, nodes: int) -> Any:
    import nuke

    from nuke_plugin import style_node

    nuke.scriptSaveAs(f"{folder.as_posix()}/comp.nk", 1)
    for frame in range(1, frames + 1):
        (folder / f"plate.{frame:04d}.exr").write_bytes(b"a plate")
    last = nuke.nodes.Read(raw=True)
    last["file"].fromUserText(f"{folder.as_posix()}/plate.%04d.exr 1-{frames}")
    for _ in range(nodes):
        grade = nuke.nodes.Grade(multiply=1.1)
        grade.setInput(0, last)
        last = grade
    last.setSelected(True)
    return style_node.create()


def _measure(node: Any, frames: int, folder: Path) -> None:
    from nuke_plugin import frame_states

    print(f"{frames} frames, {len(os.sched_getaffinity(0))} processors, Python {sys.version[:6]}")
    _timed("nothing painted", lambda: frame_states.of(node))
    paint_without_painting(node)
    _timed("all painted, headers read first", lambda: frame_states.of(node))
    _timed("all painted, again", lambda: frame_states.of(node))
    newer = folder / "plate.0001.exr"
    newer.write_bytes(b"a newer plate")
    _timed("one plate changed", lambda: frame_states.of(node))
    states = frame_states.of(node)
    assert len(states.fresh) == frames - 1
    assert len(states.stale) == 1
    node["strength"].setValue(0.5)
    _timed("settings changed, all stale", lambda: frame_states.of(node))
    node["strength"].setValue(1.0)
    _slices("all painted, in slices", node)
    frame_states._read.clear()
    _slices("the same, headers read first", node)


def _slices(what: str, node: Any) -> None:
    """Print what the slices of a judging take, which is what the strip and *Shots* do."""
    from nuke_plugin.frame_states import Judging

    judging, found, each = Judging(node), None, []
    while found is None:
        clock, processor = time.perf_counter(), time.process_time()
        found = judging.go_on()
        each.append((time.process_time() - processor, time.perf_counter() - clock))
    busiest, longest = (1000 * max(of) for of in zip(*each))
    print(f"{what:36} {len(each)} slices, the longest {longest:.1f} ms by the clock, ", end="")
    print(f"{busiest:.1f} ms of processor")


def paint_without_painting(node: Any) -> None:
    """Write results with headers as long as real ones, without painting."""
    from nuke_standin import pixels

    from nuke_plugin.contract.messages import FINGERPRINT_ATTRIBUTE
    from nuke_plugin.frame_fingerprint import pictures_of
    from nuke_plugin.plate_fingerprint import PlateFingerprint
    from nuke_plugin.render_settings import RenderSettings

    plate = PlateFingerprint.above(node)
    for picture in pictures_of(RenderSettings.from_node(node)):
        path = Path(picture.request.results % picture.frame)
        path.parent.mkdir(parents=True, exist_ok=True)
        notes = {f"exr/camera_{index:02d}": "a value" for index in range(40)}
        notes[FINGERPRINT_ATTRIBUTE] = picture.fingerprint(plate.at(picture.frame, picture.view))
        pixels.store_exr(str(path), {name: [[0.5]] for name in "RGB"}, attributes=notes)


def _timed(what: str, work: Callable[[], object]) -> None:
    clock, processor = time.perf_counter(), time.process_time()
    work()
    print(
        f"{what:36} {1000 * (time.perf_counter() - clock):8.1f} ms by the clock"
        f"{1000 * (time.process_time() - processor):8.1f} ms of processor"
    )


if __name__ == "__main__":
    main()
