"""Holds the demo: the shipped shot from plates to painted frames, a contact sheet and a movie.

It goes the way any shot goes: the plates are written as EXR files and rendered like a stranger's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from nuke_plugin.contract.errors import DemoFolderTaken, ResultFolderUnwritable
from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.contract.stroke_settings import FRAME_STROKES
from nuke_plugin.contract.version import VERSION
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.movie import Track, write_movie
from nuke_plugin.worker.pipeline import FrameDone, RenderReport, RenderSettings, Studio, render
from nuke_plugin.worker.sheet import ContactSheet, Panel, write_sheet
from nuke_plugin.worker.shot import CREDIT, FRAMES_PER_SECOND, DemoShot
from nuke_plugin.worker.style_choice import StyleChoice
from nuke_plugin.worker.view import View
from nuke_plugin.worker.whole_file import whole_file

SHEET_ROWS = 4
HALF_STRENGTH = 0.5

MARK = f"""Made by impasto demo, version {VERSION}; another demo here replaces its files.
Film: {CREDIT}
"""
"""What stands in the file by which a demo knows the folder of an earlier one."""

StageBar = Callable[[str], AbstractContextManager[Callable[[int, int], None]]]
"""Shows that a stage runs: called with its label, then with what is done and the total."""


@dataclass(frozen=True)
class DemoFiles:
    """Where the demo's files go; the folder is the demo's own, and files in it are replaced."""

    folder: Path
    """The folder that holds them all."""

    @property
    def plates(self) -> FramePattern:
        """The shot as plates."""
        return self._frames("plates", "plate")

    @property
    def painted(self) -> FramePattern:
        """The shot at full strength."""
        return self._frames("painted", "painted")

    @property
    def half(self) -> FramePattern:
        """The sheet's frames at half strength."""
        return self._frames("half_strength", "half_strength")

    @property
    def sheet(self) -> Path:
        """The contact sheet."""
        return self.folder / "contact_sheet.png"

    @property
    def movie(self) -> Path:
        """The before/after movie."""
        return self.folder / "before_after.webm"

    @property
    def mark(self) -> Path:
        """The file that says that the folder is a demo's."""
        return self.folder / "impasto_demo.txt"

    def claim(self) -> None:
        """Make the folder the demo's.

        Raises ``DemoFolderTaken`` when it holds anything and no demo made it, else
        ``ResultFolderUnwritable`` or ``DiskFull``.
        """
        try:
            found = sorted(entry.name for entry in self.folder.iterdir())
        except FileNotFoundError:
            found = []
        except OSError as error:
            raise ResultFolderUnwritable(self.folder, error.strerror or str(error)) from error
        if found and self.mark.name not in found:
            raise DemoFolderTaken(self.folder, found[0])
        with whole_file(self.mark) as temporary:
            temporary.write_text(MARK, encoding="utf-8")

    def _frames(self, folder: str, name: str) -> FramePattern:
        return FramePattern.parse(str(self.folder / folder / f"{name}.%04d.exr"))


@dataclass(frozen=True)
class DemoReport:
    """What the demo made."""

    files: DemoFiles
    """Where it is."""

    frames: FrameRange
    """The frames that were painted."""

    choice: StyleChoice
    """What they were painted with."""

    render: RenderReport
    """The render at full strength."""

    stages: dict[str, float]
    """Seconds from start to end of each stage, in order."""


@dataclass
class Demo:
    """One run of the demo."""

    files: DemoFiles
    """Where its files go."""

    studio: Studio
    """The models and the colour config."""

    choice: StyleChoice
    """What to paint with."""

    cancellation: Cancellation
    """What stops it."""

    bar: StageBar
    """What shows that it runs."""

    on_warning: Callable[[int | None, str], None]
    """What a render's warnings are told to."""

    shot: DemoShot = field(default_factory=DemoShot)
    """The shot and its size."""

    _stages: dict[str, float] = field(default_factory=dict, init=False)

    def run(self, frames: FrameRange) -> DemoReport:
        """Make everything of these frames of the shot; raise any ``ImpastoError``."""
        self.shot.check(frames)
        self.files.claim()
        with self._stage("plates") as advance:
            self._write_plates(frames, advance)
        report = self._render(self.files.painted, frames, 1.0, "painting")
        shown = _spread(frames, SHEET_ROWS)
        self._render(self.files.half, shown, HALF_STRENGTH, "half strength")
        view = View(self.studio.colours)
        with self._stage("contact sheet"):
            write_sheet(self.files.sheet, self._sheet(view, shown, report))
        with self._stage("movie") as advance:
            self._write_movie(view, frames, advance)
        return DemoReport(self.files, frames, self.choice, report, dict(self._stages))

    def _write_plates(self, frames: FrameRange, advance: Callable[[int, int], None]) -> None:
        done: list[int] = []

        def count(frame: int) -> None:
            self.cancellation.check()
            done.append(frame)
            advance(len(done), len(frames))

        self.shot.write(self.files.plates, frames, count)

    def _render(
        self, results: FramePattern, frames: FrameRange, strength: float, stage: str
    ) -> RenderReport:
        settings = RenderSettings(
            plates=self.files.plates.text,
            results=results.text,
            model=self.choice.installed.card.id,
            styles=self.choice.styles,
            strength=strength,
            frames=frames.to_text(),
            overwrite=True,
            strokes=FRAME_STROKES,
        )
        with self._stage(stage) as advance:

            def tell(done: FrameDone) -> None:
                advance(done.done, done.total)

            return render(
                settings,
                self.studio,
                cancellation=self.cancellation,
                on_progress=tell,
                on_warning=self.on_warning,
            )

    def _sheet(self, view: View, frames: FrameRange, report: RenderReport) -> ContactSheet:
        columns = (
            (self.files.plates, "Plate"),
            (self.files.half, f"Half strength, {HALF_STRENGTH:g}"),
            (self.files.painted, "Full strength, 1"),
        )
        panels = [
            Panel(view.picture(pattern.path(frame)), caption, f"frame {frame}")
            for frame in frames
            for pattern, caption in columns
        ]
        card = self.choice.installed.card
        artists = dict.fromkeys(
            f"{slot.artist}, {slot.year}" for slot in map(card.slot, self.choice.styles)
        )
        subtitle = f"{'; '.join(artists)} · model {card.id} · Impasto {VERSION} · {report.provider}"
        return ContactSheet(self.choice.title, subtitle, panels, len(columns), f"Film: {CREDIT}")

    def _write_movie(
        self, view: View, frames: FrameRange, advance: Callable[[int, int], None]
    ) -> None:
        def tell(done: int, total: int) -> None:
            self.cancellation.check()
            advance(done, total)

        plates = [view.picture(self.files.plates.path(frame)) for frame in frames]
        painted = [view.picture(self.files.painted.path(frame)) for frame in frames]
        write_movie(
            self.files.movie,
            Track("Plate", plates),
            Track(self.choice.title, painted),
            FRAMES_PER_SECOND,
            f"Film: {CREDIT}",
            tell,
        )

    @contextmanager
    def _stage(self, name: str) -> Iterator[Callable[[int, int], None]]:
        self.cancellation.check()
        started = time.perf_counter()
        with self.bar(name) as advance:
            yield advance
        self._stages[name] = time.perf_counter() - started


def _spread(frames: FrameRange, count: int) -> FrameRange:
    """Return at most ``count`` of the frames, the first, the last and some evenly between."""
    last = len(frames) - 1
    places = {round(last * index / max(count - 1, 1)) for index in range(count)}
    return FrameRange.from_frames(frames.frames[place] for place in places)
