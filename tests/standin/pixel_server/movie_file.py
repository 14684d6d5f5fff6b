"""Holds the writing of movies, as a Write with a file type of movies does: one file, all frames."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from picture import Picture


def write(path: str, pictures: list[Picture], frames_per_second: float) -> None:
    """Write a movie of pictures of one even size, 0 to 1; an earlier one is there until the end."""
    import cv2  # a quarter of a second, which few tests need

    form = pictures[0].format
    temporary = Path(path).with_name(f".{os.getpid()}.{Path(path).name}")
    codec = cv2.VideoWriter.fourcc(*"MJPG")
    movie = cv2.VideoWriter(
        str(temporary), cv2.CAP_FFMPEG, codec, frames_per_second, (form.width, form.height)
    )
    for picture in pictures:
        planes = [picture.over(form.box, f"rgba.{name}") for name in ("blue", "green", "red")]
        movie.write(np.rint(np.clip(np.dstack(planes), 0.0, 1.0) * 255.0).astype(np.uint8))
    movie.release()
    temporary.replace(path)
