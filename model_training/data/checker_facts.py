"""Holds what can be known of a picture file before it is trained on, read as training reads it.

Two pictures that look alike are found by a difference hash (Krawetz 2013: is each of 9 x 8 grey
cells darker than its right neighbour?) together with an 8 x 8 colour thumbnail, because a smooth
sky's hash is noise.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from model_training.data.photos import SUFFIXES

FORMATS = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG": "PNG",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
    b"RIFF": "WebP",
}
"""First bytes of the files that training reads."""

FOREIGN_SUFFIXES = frozenset(
    ".exr .hdr .dpx .cin .heic .heif .avif .gif .bmp .tga .psd .jp2 .jxl .dng .cr2 .nef".split()
)
"""Pictures that training leaves out without a word; the checker says so."""

GREY_SPREAD = 3.0
"""A picture whose channels differ by less than this, of 255, in every cell is grey."""


class FileBroken(ValueError):
    """A file that stands among the pictures cannot be read as one; the sentence says why."""


@dataclass(frozen=True)
class PictureFacts:
    """One readable picture."""

    path: Path
    width: int
    """Pixels, after the turn that the file's orientation asks for."""
    height: int
    digest: str
    """Hash of the file's bytes."""
    look: int
    """64 bits of the difference hash."""
    colours: np.ndarray
    """(8, 8, 3) uint8, the picture's thumbnail."""
    is_grey: bool
    has_alpha: bool
    bits: int
    """Of one channel in the file: 8, or 16."""

    @property
    def short_side_px(self) -> int:
        """The shorter of width and height."""
        return min(self.width, self.height)

    def bytes_at(self, short_side_px: int) -> int:
        """Memory of the picture once it is scaled down, never up, to a short side."""
        scale = min(1.0, short_side_px / self.short_side_px)
        return round(self.width * scale) * round(self.height * scale) * 3


def read_facts(path: Path) -> PictureFacts:
    """Decodes a picture whole; FileBroken says what is wrong with it."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileBroken(f"it cannot be read: {error.strerror}") from error
    if not data:
        raise FileBroken("the file is empty")
    named = next((name for magic, name in FORMATS.items() if data.startswith(magic)), None)
    if named is None:
        raise FileBroken(f"it is no image: its first bytes are {data[:8]!r}")
    picture = _decode(data, cv2.IMREAD_COLOR)
    if picture is None:
        raise FileBroken(f"it is a damaged, cut off or unsupported {named} ({len(data)} bytes)")
    stored = picture if named == "JPEG" else _decode(data, cv2.IMREAD_UNCHANGED)
    assert stored is not None
    colours = cv2.resize(picture, (8, 8), interpolation=cv2.INTER_AREA)
    spread = colours.astype(np.float32).max(2) - colours.astype(np.float32).min(2)
    return PictureFacts(
        path=path,
        width=picture.shape[1],
        height=picture.shape[0],
        digest=hashlib.blake2b(data, digest_size=16).hexdigest(),
        look=_difference_hash(picture),
        colours=colours,
        is_grey=bool(spread.max() < GREY_SPREAD),
        has_alpha=stored.ndim == 3 and stored.shape[2] == 4,
        bits=8 * stored.dtype.itemsize,
    )


def is_left_out(path: Path) -> bool:
    """Whether a file is a picture of a kind that training does not read."""
    suffix = path.suffix.lower()
    return suffix in FOREIGN_SUFFIXES and suffix not in SUFFIXES


def alike(
    pictures: list[PictureFacts], most_bits: int = 4, most_levels: float = 6.0
) -> list[tuple[PictureFacts, PictureFacts]]:
    """Pairs that look the same: each later picture with the first one that it resembles."""
    looks = np.array([picture.look for picture in pictures], np.uint64)
    pairs = []
    for index, picture in enumerate(pictures):
        distances = np.bitwise_count(looks[:index] ^ looks[index])
        for other in np.flatnonzero(distances <= most_bits):
            apart = np.abs(pictures[other].colours.astype(np.float32) - picture.colours)
            if float(apart.mean()) <= most_levels:
                pairs.append((pictures[other], picture))
                break
    return pairs


def _difference_hash(picture: np.ndarray) -> int:
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    cells = cv2.resize(grey, (9, 8), interpolation=cv2.INTER_AREA).astype(np.int16)
    bits = (cells[:, 1:] > cells[:, :-1]).ravel()
    return int(np.packbits(bits).view(">u8")[0])


def _decode(data: bytes, how: int) -> np.ndarray | None:
    """The picture, or None where it is damaged or too large for the reader."""
    try:
        return cv2.imdecode(np.frombuffer(data, np.uint8), how)
    except cv2.error:
        return None
