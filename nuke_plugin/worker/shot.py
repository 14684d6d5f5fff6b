"""Holds the demo shot: a cut of a film that ships with the product, made into EXR plates.

What ships is small (an 8-bit film clip and the outlines of its character); what a compositor gets
is a plate as a show would deliver it: scene-linear half EXR with light above 1, an alpha, an extra
layer, timecode and frame rate. ``demo_shot/ATTRIBUTION.txt`` names the film, its makers and its
licence.

**Light above 1.** The film is display-referred: its sky was brighter than the screen and was
compressed into the last few code values. ``expand_highlights`` puts that light back. It is a
plausible inverse, not a measurement: the sky key (all three channels bright, which only the sky
is) raises the sky 1.6 to 3 times, from its darkest blue to its brightest cloud, and any other
highlight is raised up to twice as it nears white. The gain is a smooth function of the smoothed
picture, so that 8-bit steps and compression noise are not multiplied into bands.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import OpenImageIO

from nuke_plugin.contract.errors import (
    FrameRangeInvalid,
    PlateUnreadable,
    ResultFolderUnwritable,
)
from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.worker.exr_output import ResultPart, write_exr
from nuke_plugin.worker.light import decode_srgb

FloatImage = npt.NDArray[np.float32]

SHOT_FOLDER = Path(__file__).resolve().parent / "demo_shot"
CLIP = SHOT_FOLDER / "big_buck_bunny.mp4"
ROTO = SHOT_FOLDER / "character_roto.json"

CREDIT = "(c) 2008 Blender Foundation | www.bigbuckbunny.org | CC BY 3.0"
COPYRIGHT = (
    f"{CREDIT}. Changes: frames cut out, resized, brought to scene-linear light with raised "
    "highlights, alpha and sky key added."
)

FIRST_FRAME = 1001
FRAMES_PER_SECOND = 24

CLIP_FRAMES = (*range(24, 31), *range(32, 56), 57)
"""Indices in the clip of frames 1001 onward: a character rises and stretches under a tilting
camera. 31 and 56 repeat their neighbour, as every 25th frame of this 25 fps copy of a 24 fps film
does."""

CHANNELS = ("R", "G", "B", "A", "matte.sky")

_SKY_DISPLAY = (0.64, 0.80)
"""Display values of the least of R, G and B between which the sky key rises from 0 to 1."""

_SKY_GAIN = (1.6, 3.0)
"""Gain of the sky where its greatest channel is at 0.75 and at 1, scene-linear."""

_HIGHLIGHT_GAIN = (1.0, 2.0)
"""Gain of everything else over the same values."""

_ROTO_FEATHER_PX = 0.8
"""Softness (sigma) of the alpha's edge, in pixels of a plate 960 wide."""


@dataclass(frozen=True)
class DemoShot:
    """The shot at one size; the default is the size its outlines were drawn at."""

    width: int = 960
    """Width of the plates, in pixels."""

    height: int = 540
    """Height of the plates, in pixels; the film is 16:9 and is stretched to any other shape."""

    @property
    def frames(self) -> FrameRange:
        """Every frame of the shot."""
        return FrameRange(tuple(range(FIRST_FRAME, FIRST_FRAME + len(CLIP_FRAMES))))

    def check(self, frames: FrameRange) -> None:
        """Raise ``FrameRangeInvalid`` unless the shot has all of these frames."""
        if any(frame not in self.frames for frame in frames):
            raise FrameRangeInvalid(frames.to_text(), f"the shot has {self.frames.to_text()}")

    def write(
        self,
        plates: FramePattern,
        frames: FrameRange,
        on_frame: Callable[[int], None] = lambda frame: None,
    ) -> None:
        """Write these frames' plates, their folder made if need be.

        ``on_frame`` is called with each frame's number once its file is whole. Raises
        ``FrameRangeInvalid`` for a frame that the shot has not.
        """
        self.check(frames)
        try:
            plates.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ResultFolderUnwritable(plates.folder, error.strerror or str(error)) from error
        for frame, picture in self._pictures(frames):
            _write_plate(plates.path(frame), frame, self.plate(frame, picture))
            on_frame(frame)

    def film_picture(self, frame: int) -> npt.NDArray[np.uint8]:
        """Return the film's own picture of a frame, (height, width, 3) RGB, sRGB encoded.

        Raises ``FrameRangeInvalid`` for a frame that the shot has not.
        """
        frames = FrameRange((frame,))
        self.check(frames)
        (found,) = (picture for _, picture in self._pictures(frames))
        shrinks = self.width <= found.shape[1]
        filter_ = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
        resized = cv2.resize(found[..., ::-1], (self.width, self.height), interpolation=filter_)
        return np.asarray(resized, np.uint8)

    def plate(self, frame: int, picture: npt.NDArray[np.uint8]) -> FloatImage:
        """Return one plate, (height, width, 5), channels as ``CHANNELS``; RGB is not premultiplied.

        ``picture`` is the film's frame, (H, W, 3) BGR, sRGB-encoded.
        """
        # Resized before the light is expanded: a sharp filter rings round a sky of 6.
        display = self._resized(picture)  # (H, W, 3) RGB
        alpha = self._alpha(frame)
        sky = sky_key(display) * (1.0 - alpha)
        linear = np.moveaxis(decode_srgb(np.moveaxis(display, -1, 0)), 0, -1)  # (H, W, 3)
        light = expand_highlights(linear, sky)
        return np.dstack([light, alpha, sky]).astype(np.float32)

    def display_pictures(self, frames: FrameRange) -> Iterator[FloatImage]:
        """Yield these frames as the film shows them, (height, width, 3) sRGB-encoded in [0, 1].

        Raises ``FrameRangeInvalid`` for a frame that the shot has not.
        """
        self.check(frames)
        for _, picture in self._pictures(frames):
            yield self._resized(picture)

    def _resized(self, picture: npt.NDArray[np.uint8]) -> FloatImage:
        """Return the film's frame, (H, W, 3) BGR, as (height, width, 3) RGB in [0, 1]."""
        shrinks = self.width <= picture.shape[1]
        resized = cv2.resize(
            picture[..., ::-1].astype(np.float32) / 255.0,
            (self.width, self.height),
            interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC,
        )
        return np.clip(np.asarray(resized, np.float32), 0.0, 1.0)

    def _alpha(self, frame: int) -> FloatImage:
        """Return the character's alpha, (height, width), drawn from its outlines."""
        finer, fraction_bits = 4, 4
        scale = np.array([self.width / self._roto["width"], self.height / self._roto["height"]])
        canvas = np.zeros((self.height * finer, self.width * finer), np.uint8)
        outlines = [
            # Outline coordinates count from the picture's corner, OpenCV's from a pixel's centre.
            np.round((np.array(shape) * scale * finer - 0.5) * 2**fraction_bits).astype(np.int32)
            for shape in self._roto["frames"][str(frame)]
        ]
        cv2.fillPoly(canvas, outlines, (255,), lineType=cv2.LINE_AA, shift=fraction_bits)
        hard = cv2.resize(canvas, (self.width, self.height), interpolation=cv2.INTER_AREA)
        return _soft(
            np.asarray(hard, np.float32) / np.float32(255), _ROTO_FEATHER_PX * self.width / 960
        )

    @cached_property
    def _roto(self) -> dict[str, Any]:
        roto: dict[str, Any] = json.loads(ROTO.read_text(encoding="utf-8"))
        return roto

    def _pictures(self, frames: FrameRange) -> Iterator[tuple[int, npt.NDArray[np.uint8]]]:
        """Yield the film's pictures of these frames; the clip is decoded from its start."""
        frame_of = {index: FIRST_FRAME + n for n, index in enumerate(CLIP_FRAMES)}
        clip = cv2.VideoCapture(str(CLIP), cv2.CAP_FFMPEG)
        try:
            for index in range(CLIP_FRAMES[-1] + 1):
                decoded, picture = clip.read()
                if not decoded:
                    raise PlateUnreadable(CLIP, f"its picture {index} cannot be decoded")
                frame = frame_of.get(index)
                if frame is not None and frame in frames:
                    yield frame, np.asarray(picture, np.uint8)
        finally:
            clip.release()


def sky_key(display: FloatImage) -> FloatImage:
    """Return how much each pixel is sky, (H, W) in [0, 1], from sRGB-encoded RGB, (H, W, 3)."""
    bright = _rise(_soft(_fold(np.minimum, display), 1.0), *_SKY_DISPLAY)
    broad = _soft(bright, display.shape[1] / 80)  # a white flower is not sky
    key: FloatImage = bright * _rise(broad, 0.2, 0.5)
    return key


def expand_highlights(linear: FloatImage, sky: FloatImage) -> FloatImage:
    """Return scene-linear light with values above 1, (H, W, 3), as the module's text says.

    ``linear`` is display light in [0, 1], (H, W, 3); ``sky`` its key, (H, W). Hue is kept: all
    three channels get one gain.
    """
    nearness = _rise(_soft(_fold(np.maximum, linear), 2.0), 0.75, 1.0)
    sky_gain = _SKY_GAIN[0] + (_SKY_GAIN[1] - _SKY_GAIN[0]) * nearness
    other_gain = _HIGHLIGHT_GAIN[0] + (_HIGHLIGHT_GAIN[1] - _HIGHLIGHT_GAIN[0]) * nearness
    gain = other_gain + (sky_gain - other_gain) * sky
    return np.asarray(linear * gain[..., None], np.float32)


def _fold(ufunc: np.ufunc, image: FloatImage) -> FloatImage:
    """Return the least or greatest channel, (H, W); ten times faster than along the last axis."""
    return np.asarray(ufunc(ufunc(image[..., 0], image[..., 1]), image[..., 2]), np.float32)


def _soft(image: FloatImage, sigma_px: float) -> FloatImage:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma_px), np.float32)


def _rise(value: FloatImage, low: float, high: float) -> FloatImage:
    """Return a smooth step from 0 at ``low`` to 1 at ``high``."""
    t: FloatImage = np.clip((value - low) / (high - low), 0.0, 1.0)
    rise: FloatImage = t * t * (3.0 - 2.0 * t)
    return rise


def _write_plate(path: Path, frame: int, plate: FloatImage) -> None:
    height, width, _ = plate.shape
    spec = OpenImageIO.ImageSpec(width, height, len(CHANNELS), "half")
    spec.channelnames = CHANNELS
    spec.alpha_channel = CHANNELS.index("A")
    spec.attribute("chromaticities", OpenImageIO.TypeDesc("float[8]"), _REC709_CHROMATICITIES)
    spec.attribute("framesPerSecond", OpenImageIO.TypeDesc("rational"), (FRAMES_PER_SECOND, 1))
    spec.attribute("smpte:TimeCode", OpenImageIO.TypeDesc("timecode"), (_timecode(frame), 0))
    spec.attribute("Copyright", COPYRIGHT)
    spec.attribute("ImageDescription", "Impasto demo shot, from Big Buck Bunny")
    halves = plate.astype(np.float16)
    write_exr(path, [ResultPart(spec, tuple(np.moveaxis(halves, -1, 0)), {})])


_REC709_CHROMATICITIES = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290)


def _timecode(frame: int) -> int:
    """Return SMPTE 12M time address bits: frame 1001 is 01:00:00:01, a second counts 24 frames."""
    count = frame - 1000
    hours, minutes, seconds = 1, count // (60 * FRAMES_PER_SECOND), count // FRAMES_PER_SECOND % 60
    digits = 0
    for field in (hours, minutes, seconds, count % FRAMES_PER_SECOND):  # most significant first
        digits = digits << 8 | (field // 10) << 4 | field % 10
    return digits
