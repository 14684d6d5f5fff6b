"""Holds a simulation of a farm: 1,000 shots of 240 UHD frames on 1,000 machines that fail and lag.

``python -m benchmarks.farm_simulation [--page docs/farm_scale.md]`` plays one night for each size
of chunk and prints what it takes: hours until the last frame, machine hours paid, and what they go
on. Every number it rests on stands in ``Farm`` with its source; a seed makes a night come again.

The model: machines boot at their own pace and take chunks, shot by shot. Each chunk pays the
engine's turn and the start of a process, each shot a machine comes to a session besides. A frame
takes the painting or the transfer of its files, whichever is longer, because they overlap; all
machines share the drive. A machine that fails is away for a while; its chunk goes back in the queue
and keeps the frames it has, since a task paints only what is missing.
"""

from __future__ import annotations

import argparse
import heapq
import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

CHUNKS = (1, 2, 5, 10, 20, 40, 80, 120, 240)
BEGIN, END = "<!-- made by benchmarks.farm_simulation -->", "<!-- end of what was made -->"


@dataclass(frozen=True)
class Farm:
    """What a night is made of; times in seconds."""

    machines: int = 1000
    shots: int = 1000
    frames_a_shot: int = 240

    frame_seconds: float = 3.0
    """Painting of one UHD frame. Measured: 5.9 processor seconds (docs/farm_scale.md); a host of
    two threads is assumed to have both of them busy."""

    process_seconds: float = 2.3
    """Start of a task's process until its first frame is read. Measured, processor time."""

    turn_seconds: float = 3.0
    """What an engine takes to hand over the next task. Assumed."""

    session_seconds: float = 20.0
    """Begin of a session: its check, and the job's files (model, job) fetched. Assumed."""

    boot_seconds: tuple[float, float] = (60.0, 300.0)
    """A machine's start, evenly between these. Assumed."""

    frame_megabytes: float = 56.0
    """Plate in and result out. Measured: 27.6 and 28.3 MB, half float, zip."""

    drive_megabytes_a_second: float = 40_000.0
    """What the shared drive gives all machines together. Assumed; ``--drive`` sets it."""

    link_megabytes_a_second: float = 1_000.0
    """What one machine's network gives. Assumed: 10 Gbit/s."""

    hours_between_failures: float = 24.0
    """Of one machine: spot instances that are taken back, crashes. Assumed."""

    away_seconds: float = 300.0
    """Until a machine that failed, or its replacement, is there again. Assumed."""

    straggler_share: float = 0.02
    """Share of the machines that are slow. Assumed."""

    straggler_factor: float = 4.0
    """How much longer these take. Assumed."""

    spread: float = 0.1
    """Standard deviation of the logarithm of a chunk's speed. Assumed."""

    keeps_frames: bool = True
    """Whether a chunk that is run again keeps the frames it has; Impasto's does."""

    look_back_seconds: float = 0.3
    """Reading back of a frame that is kept. Estimated."""


@dataclass
class Night:
    """What came of one night; in hours."""

    chunk: int
    hours: float = 0.0
    """Until the last frame is there."""

    machine_hours: float = 0.0
    """From each machine's start until the last frame: what is paid."""

    spent: dict[str, float] = field(default_factory=dict)
    """Machine hours by what they went on."""

    failures: int = 0
    """Chunks that had to be run again."""


def simulate(farm: Farm, chunk: int, seed: int = 7) -> Night:
    """Play one night with chunks of ``chunk`` frames; the same seed gives the same night."""
    dice = random.Random(seed)
    night = Night(chunk)
    spent = dict.fromkeys(("painting", "transfer", "starts", "lost", "waiting"), 0.0)
    queue = deque(
        (shot, min(chunk, farm.frames_a_shot - first), 0)
        for shot in range(farm.shots)
        for first in range(0, farm.frames_a_shot, chunk)
    )
    to_do = len(queue)
    speeds = [
        farm.straggler_factor if dice.random() < farm.straggler_share else 1.0
        for _ in range(farm.machines)
    ]
    share = farm.drive_megabytes_a_second / farm.machines
    transfer = farm.frame_megabytes / min(farm.link_megabytes_a_second, share)
    free = [(dice.uniform(*farm.boot_seconds), machine) for machine in range(farm.machines)]
    booted = sum(at for at, _ in free)
    heapq.heapify(free)
    ends: list[tuple[float, tuple[int, int, int] | None]] = []  # a chunk that comes back, or None
    session: dict[int, int] = {}
    last = 0.0
    while to_do:
        while ends and (not queue or ends[0][0] <= free[0][0]):
            at, back = heapq.heappop(ends)
            if back is not None:
                queue.appendleft(back)
            else:
                to_do -= 1
                last = max(last, at)
        if not to_do:
            break
        if not queue:
            continue
        now, machine = heapq.heappop(free)
        shot, frames, kept = queue.popleft()
        start = farm.turn_seconds + farm.process_seconds
        if session.get(machine) != shot:
            start += farm.session_seconds
            session[machine] = shot
        start += kept * farm.look_back_seconds
        paint = farm.frame_seconds * speeds[machine] * dice.lognormvariate(0.0, farm.spread)
        each = max(paint, transfer)
        left = frames - kept
        takes = start + left * each
        fails_after = dice.expovariate(1.0 / (farm.hours_between_failures * 3600.0))
        if fails_after < takes:
            night.failures += 1
            done = max(0, int((fails_after - start) / each)) if farm.keeps_frames else 0
            spent["starts"] += min(start, fails_after)
            spent["painting"] += done * paint
            spent["transfer"] += done * (each - paint)
            spent["lost"] += max(0.0, fails_after - start - done * each) + farm.away_seconds
            heapq.heappush(ends, (now + fails_after, (shot, frames, kept + done)))
            heapq.heappush(free, (now + fails_after + farm.away_seconds, machine))
            session.pop(machine)
            continue
        spent["starts"] += start
        spent["painting"] += left * paint
        spent["transfer"] += left * (each - paint)
        heapq.heappush(ends, (now + takes, None))
        heapq.heappush(free, (now + takes, machine))
    total = farm.machines * last - booted
    spent["waiting"] = total - sum(spent.values())
    night.hours = last / 3600.0
    night.machine_hours = total / 3600.0
    night.spent = {name: seconds / 3600.0 for name, seconds in spent.items()}
    return night


def table(nights: Sequence[Night], farm: Farm) -> list[str]:
    """Return the nights as a table of Markdown."""
    lines = [
        "| frames a task | minutes a task | hours | machine hours | painting | transfer | starts | "
        "lost to failures | waiting | run again |",
        "| ---: " * 10 + "|",
    ]
    for night in nights:
        minutes = night.chunk * farm.frame_seconds / 60
        parts = " | ".join(f"{hours:.0f}" for hours in night.spent.values())
        lines.append(
            f"| {night.chunk} | {minutes:.2g} | {night.hours:.2f} | {night.machine_hours:.0f} | "
            f"{parts} | {night.failures} |"
        )
    return lines


def best(nights: Sequence[Night]) -> Night:
    """Return the night with the fewest machine hours."""
    return min(nights, key=lambda night: night.machine_hours)


def plot(farms: Sequence[tuple[str, Sequence[Night]]]) -> str:
    """Return an SVG: machine hours over those of painting alone, by frames a task."""
    width, height, left, top = 640, 320, 60, 20
    most = 2.0
    span_x, span_y = width - left - 150, height - top - 50
    places = {chunk: left + span_x * at / (len(CHUNKS) - 1) for at, chunk in enumerate(CHUNKS)}

    def level(value: float) -> float:
        return top + span_y * (most - min(value, most)) / (most - 1.0)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    for tick in (1.0, 1.25, 1.5, 1.75, 2.0):
        y = level(tick)
        parts.append(f'<path d="M{left} {y:.1f}H{left + span_x}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>')
    for chunk, x in places.items():
        parts.append(f'<text x="{x:.1f}" y="{height - 30}" text-anchor="middle">{chunk}</text>')
    middle = left + span_x / 2
    parts.append(f'<text x="{middle}" y="{height - 10}" text-anchor="middle">frames a task</text>')
    parts.append(f'<text x="{left}" y="12">machine hours over painting alone</text>')
    for (name, nights), colour in zip(farms, ("#1f5fa8", "#b5541c", "#3d8b40"), strict=False):
        ratios = [(n.chunk, n.machine_hours / n.spent["painting"]) for n in nights]
        shown = [f"{places[chunk]:.1f},{level(ratio):.1f}" for chunk, ratio in ratios]
        line = f'stroke="{colour}" stroke-width="2"'
        parts.append(f'<polyline points="{" ".join(shown)}" fill="none" {line}/>')
        end = shown[-1].split(",")
        parts.append(f'<text x="{float(end[0]) + 6}" y="{end[1]}" fill="{colour}">{name}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def main() -> None:
    """Play the nights, print them, and write them into a page where one is named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--frame-seconds", type=float, default=Farm.frame_seconds)
    parser.add_argument(
        "--drive",
        type=float,
        default=Farm.drive_megabytes_a_second / 1000.0,
        metavar="GB/S",
        help="what the shared drive gives all machines together",
    )
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--page", type=Path)
    options = parser.parse_args()
    farm = replace(
        Farm(),
        frame_seconds=options.frame_seconds,
        drive_megabytes_a_second=options.drive * 1000.0,
    )
    slow = replace(farm, frame_seconds=4 * farm.frame_seconds)
    narrow = replace(farm, drive_megabytes_a_second=10_000.0)
    spot = replace(farm, hours_between_failures=1.0)
    played = {
        f"{each.frame_seconds:g} s a frame": [simulate(each, c, options.seed) for c in CHUNKS]
        for each in (farm, slow)
    }
    nights = next(iter(played.values()))
    other = simulate(narrow, best(nights).chunk, options.seed)
    size = best(nights).chunk
    kept = simulate(spot, size, options.seed)
    lost = simulate(replace(spot, keeps_frames=False), size, options.seed)
    lines = ["Command: `python -m benchmarks.farm_simulation --page docs/farm_scale.md`", ""]
    for name, each in played.items():
        basis = replace(farm, frame_seconds=float(name.split()[0]))
        found = best(each)
        lines += [f"**{name}**", "", *table(each, basis), ""]
        lines += [
            f"Fewest machine hours: {found.chunk} frames a task, "
            f"{found.chunk * basis.frame_seconds:.0f} s.",
            "",
        ]
    lines += [
        f"The same night at its best size with a drive of 10 GB/s in place of "
        f"{farm.drive_megabytes_a_second / 1000:g}: {other.hours:.2f} hours, "
        f"{other.machine_hours:.0f} machine hours, {other.spent['transfer']:.0f} of them waiting "
        "for files.",
        "",
        f"Machines that fail once an hour, at that size: {kept.machine_hours:.0f} machine hours, "
        f"{kept.spent['lost']:.0f} of them lost; {lost.machine_hours:.0f} and "
        f"{lost.spent['lost']:.0f} if a chunk that is run again kept no frame.",
    ]
    print("\n".join(lines))
    if options.page:
        picture = options.page.parent / "pictures" / "farm_scale.svg"
        picture.write_text(plot(list(played.items())), encoding="utf-8")
        text = options.page.read_text(encoding="utf-8")
        before, after = text.split(BEGIN)[0], text.split(END)[1]
        made = "\n".join(
            [BEGIN, "", *lines, "", "![Machine hours](pictures/farm_scale.svg)", "", END]
        )
        options.page.write_text(before + made + after, encoding="utf-8")


if __name__ == "__main__":
    main()
