"""Holds any command that turns frames into frames as a painter, so that peers meet the same set.

The command is split into words as a shell would, placeholders are replaced inside the words, and it
is started without a shell: nothing in a path or a frame can become a command. Each shot is given
whole, in a folder of its own, because a tool may look at neighbouring frames.
"""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import OpenImageIO as oiio

from nuke_plugin.contract.errors import PlateError
from nuke_plugin.worker.exr_output import ResultPart, write_exr
from nuke_plugin.worker.image_file import read_plate
from nuke_plugin.worker.light import decode_srgb, encode_srgb
from nuke_plugin.worker.measure.exact_motion import Frame

Format = Literal["png", "exr"]

PICTURES = {".png", ".exr", ".tif", ".tiff", ".jpg", ".jpeg"}

_SHOT = ("{in}", "{out}", "{in_pattern}", "{out_pattern}")
_FRAME = ("{in_file}", "{out_file}")


class CommandInvalid(ValueError):
    """What was given as a command cannot be one; the sentence says what is missing."""


class CommandFailed(RuntimeError):
    """The command did not turn the frames into frames; the sentence says what came instead."""


@dataclass(frozen=True)
class CommandPainter:
    """Paints shots by a command; see ``exact_motion.ShotPainter``. Style and strength are its own.

    Placeholders, for a whole shot: ``{in}`` and ``{out}``, folders that hold ``frame.0001.png`` and
    so on, or ``{in_pattern}`` and ``{out_pattern}``, the same as ``folder/frame.%04d.png``. For one
    frame at a time: ``{in_file}`` and ``{out_file}``.
    """

    words: tuple[str, ...]
    """The program and its arguments."""

    format: Format = "png"
    """``png``: 16 bit, display encoded. ``exr``: half, scene-linear Rec.709."""

    timeout_seconds: float = 1800.0
    """How long one start may take."""

    @classmethod
    def parse(cls, text: str, format: Format = "png") -> CommandPainter:
        """The painter of a command line; CommandInvalid without a way in and a way out."""
        try:
            words = tuple(shlex.split(text))
        except ValueError as error:
            raise CommandInvalid(f"The command '{text}' cannot be read: {error}.") from error
        has_in = any(p in text for p in ("{in}", "{in_pattern}", "{in_file}"))
        has_out = any(p in text for p in ("{out}", "{out_pattern}", "{out_file}"))
        if not (words and has_in and has_out):
            raise CommandInvalid(
                f"The command '{text}' does not say where its frames come from and go to. Write "
                "{in} and {out} where it takes its folders, such as 'tool {in} {out}'."
            )
        painter = cls(words, format)
        if painter._is_by_frame and any(p in text for p in _SHOT):
            raise CommandInvalid(
                f"The command '{text}' asks for single frames and for whole shots. Use {{in_file}} "
                "and {out_file}, or {in} and {out}."
            )
        return painter

    def __call__(self, frame: Frame, style: str, strength: float) -> Frame:
        """Paint a shot of one frame."""
        return self.paint_shot([frame], style, strength)[0]

    def paint_shot(self, frames: Sequence[Frame], style: str, strength: float) -> list[Frame]:
        """Paint a shot; raises CommandFailed."""
        with tempfile.TemporaryDirectory(prefix="impasto_evaluate_") as folder:
            sources, results = Path(folder) / "in", Path(folder) / "out"
            sources.mkdir()
            results.mkdir()
            names = [f"frame.{number:04d}.{self.format}" for number in range(1, len(frames) + 1)]
            for name, frame in zip(names, frames, strict=True):
                _write(sources / name, frame)
            if self._is_by_frame:
                for name in names:
                    files = {"{in_file}": sources / name, "{out_file}": results / name}
                    self._start(files)
            else:
                pattern = f"frame.%04d.{self.format}"
                self._start(
                    {
                        "{in}": sources,
                        "{out}": results,
                        "{in_pattern}": sources / pattern,
                        "{out_pattern}": results / pattern,
                    }
                )
            return self._read_results(results, frames)

    @property
    def _is_by_frame(self) -> bool:
        return any(p in word for word in self.words for p in _FRAME)

    def _start(self, places: dict[str, Path]) -> None:
        words = list(self.words)
        for name, place in places.items():
            words = [word.replace(name, str(place)) for word in words]
        try:
            done = subprocess.run(
                words,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=self.timeout_seconds,
                check=False,
            )
        except OSError as error:
            raise CommandFailed(
                f"The command '{words[0]}' cannot be started: {error.strerror or error}. Check the "
                "program's name and path."
            ) from error
        except subprocess.TimeoutExpired as error:
            raise CommandFailed(
                f"The command '{words[0]}' did not end within {self.timeout_seconds:g} s and was "
                "stopped. Try it on a few frames by hand."
            ) from error
        if done.returncode != 0:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise CommandFailed(
                f"The command '{words[0]}' failed with exit code {done.returncode}: "
                f"{said[-1] if said else 'it said nothing'}. Try it on a few frames by hand."
            )

    def _read_results(self, folder: Path, frames: Sequence[Frame]) -> list[Frame]:
        files = sorted(file for file in folder.iterdir() if file.suffix.lower() in PICTURES)
        if len(files) != len(frames):
            raise CommandFailed(
                f"The command '{self.words[0]}' was given {len(frames)} frames and wrote "
                f"{len(files)}. It must write one picture for each, in their order."
            )
        painted = []
        for file, frame in zip(files, frames, strict=True):
            picture = _read(file)
            if picture.shape != frame.shape:
                raise CommandFailed(
                    f"The command '{self.words[0]}' was given frames of "
                    f"{frame.shape[1]}x{frame.shape[0]} and wrote {file.name} with "
                    f"{picture.shape[1]}x{picture.shape[0]}. Stability can only be measured at "
                    "the frame's own size."
                )
            painted.append(picture)
        return painted


def _write(path: Path, frame: Frame) -> None:
    if path.suffix == ".png":
        codes = np.round(np.clip(frame, 0.0, 1.0) * 65535.0).astype(np.uint16)
        _, png = cv2.imencode(".png", codes[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 1])
        path.write_bytes(png.tobytes())
        return
    planes = decode_srgb(np.ascontiguousarray(frame.transpose(2, 0, 1))).astype(np.float16)
    spec = oiio.ImageSpec(frame.shape[1], frame.shape[0], 3, oiio.HALF)
    write_exr(path, [ResultPart(spec, tuple(planes), {})])


def _read(path: Path) -> Frame:
    """(H, W, 3) in [0, 1], display encoded; floating point files hold scene-linear light."""
    try:
        plate = read_plate(path)
    except PlateError as error:
        raise CommandFailed(f"What the command wrote is no picture. {error.message}") from error
    planes = plate.colours()
    if not np.isfinite(planes).all():
        raise CommandFailed(f"The command wrote NaN or infinite pixels into {path.name}.")
    if not plate.is_integer:
        np.maximum(planes, 0.0, out=planes)
        encode_srgb(planes)
    return np.ascontiguousarray(np.clip(planes, 0.0, 1.0).transpose(1, 2, 0))
