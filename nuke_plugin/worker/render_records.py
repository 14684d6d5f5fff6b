"""Holds what a render is asked for and what it says of itself, to whoever started it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nuke_plugin.contract.light_settings import DEFAULT_LIGHT, LightSettings
from nuke_plugin.contract.messages import FrameFailure
from nuke_plugin.contract.stroke_settings import DEFAULT_STROKES, StrokeSettings

STAGES = ("read", "colour", "network", "write")
"""What a render spends its time on: files in, colour both ways, the network, files out."""


@dataclass(frozen=True)
class RenderSettings:
    """What is asked for, as the command and the wire give it."""

    plates: str
    """Pattern of the plates."""

    results: str
    """Pattern of the results; EXR."""

    model: str
    """Id of the model."""

    styles: Mapping[str, float]
    """Weight by style id or title, 0 or more; normalised to sum 1."""

    strength: float = 1.0
    """Amount of style, within the range of the model's card; 0 gives the plate back."""

    frames: str | None = None
    """Frame range; None for every plate that exists."""

    colorspace: str | None = None
    """Colour space of the plates; None for the default of their kind of file."""

    keep_going: bool = False
    """Whether a plate that is missing or broken is reported and the rest rendered."""

    overwrite: bool = False
    """Whether results that exist are replaced."""

    half_precision: bool = False
    """Whether the network counts in half precision, where the model has such a network."""

    use_gpu: bool = True
    """Whether a graphics card is used where there is one that works."""

    tile_px: int | None = None
    """Side of the square that holds as many pixels as the network is given at once; None for what
    fits into memory."""

    device: int | None = None
    """Number of the graphics card; None for the first."""

    fold: bool = True
    """Whether style and strength are written into the network for these frames: a session is made
    for them, and a frame costs an eighth less."""

    strokes: StrokeSettings = DEFAULT_STROKES
    """How large the strokes are, and how much of the plate's detail is put back."""

    steady: int = 0
    """Frames on each side whose paintings are mixed in where the plates agree; 0 to 4."""

    light: LightSettings = DEFAULT_LIGHT
    """What becomes of light the network cannot see, of alpha, and of the plate's colour."""

    fingerprints: Mapping[str, str] = field(default_factory=dict)
    """By frame, in digits, what the client knows a frame by; written into the result's header."""

    marks_frames: bool = False
    """Whether a frame without a client's fingerprint gets one of these settings and its file."""

    resume: bool = False
    """Whether frames that are on disk, whole, of these settings and of their plates as these are
    now, are kept and only the others painted. Needs ``marks_frames`` or the client's fingerprints.
    Several processes may then paint one range together."""


@dataclass(frozen=True)
class FrameDone:
    """One frame is finished: on disk under its final name, or given up."""

    frame: int
    """The frame."""

    is_written: bool
    """Whether this render wrote it; else it was there, or its plate was missing or broken."""

    done: int
    """Frames finished so far, 1 to ``total``."""

    total: int
    """Frames asked for."""

    seconds: float
    """Seconds since the render began."""

    was_there: bool = False
    """Whether it was on disk already, and was kept."""


@dataclass(frozen=True)
class RenderReport:
    """What came of a render."""

    written: tuple[int, ...]
    """Frames on disk, rising."""

    failed: tuple[FrameFailure, ...]
    """Frames given up, rising; empty unless ``keep_going``."""

    broken_pixels: int
    """How many pixels were NaN or infinite, over all frames; they stayed as they were."""

    provider: str
    """The execution provider that ran the network."""

    stages: Mapping[str, float]
    """Seconds by stage, summed over the frames; stages overlap, so they exceed ``seconds``."""

    seconds: float
    """Seconds from start to end."""

    kept: tuple[int, ...] = ()
    """Frames that were on disk as they must be, or that another process painted meanwhile."""

    estimated_rss_mb: float = 0.0
    """Memory that was thought to be needed at most, before the first frame; 1e6 bytes."""

    peak_rss_mb: float = 0.0
    """Most memory that this process had so far, in the same; 0 where the system does not tell."""

    settled_rss_mb: float | None = None
    """The same after ten frames: a long render needs no more. None for a shorter one."""
