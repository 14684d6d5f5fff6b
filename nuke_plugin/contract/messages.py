r"""Holds the wire: every message between a client (Nuke's node, a script) and the worker.

This text is the specification; a test decodes and encodes every example line in it.

**Framing.** One JSON object per line, on the worker's standard input and output. Lines are ASCII
(other characters as ``\u`` escapes), so no console encoding can damage a path. Each line ends in
a newline, which is not part of ``encode``'s text. Anything else the worker or its libraries print
goes to standard error.

**Keys.** ``type`` names the message, the other keys are the fields of its class here. All keys are
always present; a missing or unknown one, or a value of another type, is ``MessageInvalid``. Numbers
are finite. Pixels never travel here: frames are files on disk, named by patterns (``%04d``, ``####``
or one file). Nothing executable ever travels here.

**Order.** The worker speaks first, once, when it is ready::

    {"type": "hello", "protocol": 11, "version": "0.1.0", "pid": 4711, "providers": ["CPUExecutionProvider"]}

A client that speaks another protocol raises ``ProtocolMismatch`` and stops the worker. After that
the client sends requests, each with an ``id`` of its own, a whole number that rises by one::

    {"type": "render", "id": 1, "plates": "/shot/plate.%04d.exr", "results": "/shot/painted.%04d.exr", "frames": "1001-1024", "model": "masters", "styles": {"starry_night": 1.0}, "strength": 0.8, "colorspace": null, "keep_going": false, "overwrite": true, "resume": false, "light": {"policy": "carry", "premult": "auto", "plate_colour": 0.0}, "execution": {"use_gpu": true, "half_precision": false, "tile_px": null, "fold": true}, "strokes": {"scale": null, "detail": 1.0}, "steady": 0, "fingerprints": {"1001": "9c56cc51b374c3ba189210d5b6d4bf57"}}
    {"type": "preview", "id": 2, "plate": "/tmp/frame.exr", "picture": "/tmp/starry_night.png", "model": "masters", "styles": {"starry_night": 1.0}, "strength": 1.0, "colorspace": null, "light": {"policy": "carry", "premult": "auto", "plate_colour": 0.0}, "execution": {"use_gpu": true, "half_precision": false, "tile_px": null, "fold": true}, "strokes": {"scale": null, "detail": 1.0}}
    {"type": "effect", "id": 3, "plates": "/shot/matte.%04d.exr", "results": "/shot/fire.%04d.exr", "frames": "1001-1002", "model": "fire", "channel": "A", "seed": 7, "scale": 1.0, "intensity": 1.0, "controls": {"wind": 1.5}, "moments": {"1001": {"time": 1001.0, "drift": 1501.5}, "1002": {"time": 1002.0, "drift": 1503.0}}, "loop": null, "colorspace": null, "keep_going": false, "overwrite": true, "resume": false, "execution": {"use_gpu": true, "half_precision": false, "tile_px": null, "fold": true}, "fingerprints": {}}
    {"type": "cancel", "id": 4, "target": 1}
    {"type": "shutdown", "id": 5}

The worker paints one request after another, and reads its input meanwhile. To each ``render`` and
``effect`` it sends any number of progress and warning messages::

    {"type": "progress", "id": 1, "frame": 1001, "done": 1, "total": 24, "seconds": 1.25}
    {"type": "warning", "id": 1, "frame": 1001, "text": "3 pixels are NaN or infinite; they were left as they are."}

and then, as to each ``preview``, exactly one of these, after which nothing more with this ``id``; to
a preview ``written`` is empty::

    {"type": "result", "id": 1, "written": [1001, 1002], "failed": [{"frame": 1003, "error": "FrameMissing", "message": "Frame 1003 is missing: there is no file /shot/plate.1003.exr."}], "provider": "CPUExecutionProvider", "stages": {"read": 0.12, "network": 2.4, "write": 0.2}, "seconds": 2.6, "broken_pixels": 0, "kept": []}
    {"type": "cancelled", "id": 1, "written": [1001]}
    {"type": "failure", "id": 1, "error": "ModelNotFound", "message": "No model named 'mastres' is installed. Did you mean masters?", "frame": null}

``cancel`` itself is answered only by its target ending (``cancelled``, or ``result`` if it was done
first), at once where it is still waiting for its turn; a target that is not known or has ended is
ignored. After ``shutdown``, or the end of its input, the worker cancels what is running and exits
with code 0. A line the worker cannot read is answered with a ``failure`` whose ``id`` is null.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Optional, Union

from nuke_plugin.contract.effect_request import RenderEffect
from nuke_plugin.contract.errors import (
    FieldInvalid,
    ImpastoError,
    MessageInvalid,
    ProtocolMismatch,
    WorkerUnexpected,
    error_from_wire,
)
from nuke_plugin.contract.execution_settings import DEFAULT_EXECUTION, ExecutionSettings
from nuke_plugin.contract.field_checks import check
from nuke_plugin.contract.light_settings import DEFAULT_LIGHT, LightSettings
from nuke_plugin.contract.strict_json import parse_object, read_record, write_record
from nuke_plugin.contract.stroke_settings import DEFAULT_STROKES, StrokeSettings
from nuke_plugin.contract.version import PROTOCOL


@dataclass(frozen=True)
class Hello:
    """Worker to client, first and once: who is there."""

    TYPE: ClassVar[str] = "hello"

    protocol: int
    """Version of this wire, ``version.PROTOCOL``."""

    version: str
    """Version of the product, ``version.VERSION``."""

    pid: int
    """Process number of the worker."""

    providers: tuple[str, ...]
    """ONNX Runtime execution providers the worker will try, best first."""


MOST_STEADY = 4
"""Most frames on each side that may be mixed in: what lies further off shows something else."""


@dataclass(frozen=True)
class Render:
    """Client to worker: paint these frames."""

    TYPE: ClassVar[str] = "render"

    id: int
    """Number of the request."""

    plates: str
    """Pattern of the plates."""

    results: str
    """Pattern of the results; EXR."""

    frames: str
    """Frame range, such as ``1001-1024x2``."""

    model: str
    """Id of the model."""

    styles: Mapping[str, float]
    """Weight by style id, 0 or more; the worker normalises their sum to 1."""

    strength: float
    """Amount of style, within the range of the model's card; 0 gives the plate back."""

    colorspace: Optional[str]
    """OCIO name of the plates' colour space; null for the default of their file type."""

    keep_going: bool
    """Whether a frame that fails is reported in the result and the next one is tried."""

    overwrite: bool
    """Whether results that exist are replaced; otherwise they are ``ResultsExist``."""

    resume: bool = False
    """Whether frames that are on disk with the right fingerprint are kept, the client's or else one
    of these settings and the plate's file. Each other frame is claimed, so that several workers may
    be given one range."""

    light: LightSettings = DEFAULT_LIGHT
    """What becomes of light the network cannot see, of alpha, and of the plate's colour."""

    execution: ExecutionSettings = DEFAULT_EXECUTION
    """On what, how exactly and in how large pieces the network runs."""

    strokes: StrokeSettings = DEFAULT_STROKES
    """How large the strokes are beside the frame, and how much of the plate's detail comes back."""

    steady: int = 0
    """Frames on each side whose paintings are mixed in where the plates agree, 0 to 4: less boil."""

    fingerprints: Mapping[str, str] = field(default_factory=dict)
    """By frame, in digits, what the client knows a plate and its settings by; it is written into
    the result's header as ``impasto/fingerprint``, so that the client can tell whether a frame must
    be painted again. A frame without one gets none."""

    def __post_init__(self) -> None:
        check(0 <= self.steady <= MOST_STEADY, "steady", self.steady, f"0 to {MOST_STEADY}")


@dataclass(frozen=True)
class Preview:
    """Client to worker: paint one small frame as a picture for the screen."""

    TYPE: ClassVar[str] = "preview"

    id: int
    """Number of the request."""

    plate: str
    """The frame's file."""

    picture: str
    """The file to write: PNG, 8-bit sRGB, as sheets show a frame; one that exists is replaced."""

    model: str
    """Id of the model."""

    styles: Mapping[str, float]
    """Weight by style id, 0 or more; the worker normalises their sum to 1."""

    strength: float
    """Amount of style, within the range of the model's card; 0 shows the frame itself."""

    colorspace: Optional[str]
    """OCIO name of the frame's colour space; null for the default of its file type."""

    light: LightSettings = DEFAULT_LIGHT
    """What becomes of light the network cannot see, of alpha, and of the plate's colour."""

    execution: ExecutionSettings = DEFAULT_EXECUTION
    """On what, how exactly and in how large pieces the network runs."""

    strokes: StrokeSettings = DEFAULT_STROKES
    """How large the strokes are beside the frame, and how much of the plate's detail comes back."""


@dataclass(frozen=True)
class Cancel:
    """Client to worker: stop a request, also in the middle of a frame."""

    TYPE: ClassVar[str] = "cancel"

    id: int
    """Number of this request."""

    target: int
    """Number of the request to stop."""


@dataclass(frozen=True)
class Shutdown:
    """Client to worker: stop what is running and exit."""

    TYPE: ClassVar[str] = "shutdown"

    id: int
    """Number of this request."""


@dataclass(frozen=True)
class Progress:
    """Worker to client: one frame is on disk under its final name."""

    TYPE: ClassVar[str] = "progress"

    id: int
    """Number of the request."""

    frame: int
    """The frame that was finished."""

    done: int
    """Frames finished so far, failed ones included; 1 to ``total``."""

    total: int
    """Frames asked for."""

    seconds: float
    """Seconds since the request began."""


@dataclass(frozen=True)
class Warning:
    """Worker to client: the render goes on, but the user should know this."""

    TYPE: ClassVar[str] = "warning"

    id: int
    """Number of the request."""

    frame: Optional[int]
    """The frame it is about, or null for the whole request."""

    text: str
    """A sentence for the user."""


@dataclass(frozen=True)
class FrameFailure:
    """Part of a result: one frame that could not be painted, with ``keep_going`` on."""

    frame: int
    """The frame."""

    error: str
    """Name of the error's class."""

    message: str
    """The error's sentence."""

    @classmethod
    def from_error(cls, frame: int, error: Exception) -> FrameFailure:
        """Return the failure that tells of an error at one frame."""
        known = _known_error(error)
        return cls(frame, type(known).__name__, known.message)

    def to_error(self) -> ImpastoError:
        """Return the error, ready to be raised on this side."""
        return error_from_wire(self.error, self.message)


@dataclass(frozen=True)
class Result:
    """Worker to client: the request is done."""

    TYPE: ClassVar[str] = "result"

    id: int
    """Number of the request."""

    written: tuple[int, ...]
    """Frames that were written, rising."""

    failed: tuple[FrameFailure, ...]
    """Frames that failed; empty unless ``keep_going`` was on."""

    provider: str
    """The execution provider that ran the network."""

    stages: Mapping[str, float]
    """Seconds spent in each stage, summed over the frames; stages overlap in time."""

    seconds: float
    """Seconds from the start of the request to its end."""

    broken_pixels: int = 0
    """How many pixels were NaN or infinite, over all frames; they stayed as they were."""

    kept: tuple[int, ...] = ()
    """Frames that were on disk as they must be, rising; empty unless ``resume`` was on."""


@dataclass(frozen=True)
class Cancelled:
    """Worker to client: the request was stopped as asked."""

    TYPE: ClassVar[str] = "cancelled"

    id: int
    """Number of the request."""

    written: tuple[int, ...]
    """Frames that had been written, rising; they are whole and stay."""


@dataclass(frozen=True)
class Failure:
    """Worker to client: the request came to nothing, or could not go on."""

    TYPE: ClassVar[str] = "failure"

    id: Optional[int]
    """Number of the request; null when the line was no message."""

    error: str
    """Name of the error's class in ``errors.py``."""

    message: str
    """The error's sentence."""

    frame: Optional[int]
    """The frame it is about, or null."""

    @classmethod
    def from_error(
        cls, request_id: int | None, error: Exception, frame: int | None = None
    ) -> Failure:
        """Return the failure that tells of an error; one that is no ``ImpastoError`` is wrapped."""
        known = _known_error(error)
        return cls(request_id, type(known).__name__, known.message, frame)

    def to_error(self) -> ImpastoError:
        """Return the error, ready to be raised on this side."""
        return error_from_wire(self.error, self.message)


FINGERPRINT_ATTRIBUTE = "impasto/fingerprint"
"""Name of the attribute of a result's header that holds its fingerprint."""

Rendering = Union[Render, RenderEffect]
Painting = Union[Rendering, Preview]
Request = Union[Painting, Cancel, Shutdown]
Answer = Union[Hello, Progress, Warning, Result, Cancelled, Failure]
Message = Union[Request, Answer]

_CLASSES: dict[str, type[Message]] = {
    message_class.TYPE: message_class
    for message_class in (
        Hello,
        Render,
        RenderEffect,
        Preview,
        Cancel,
        Shutdown,
        Progress,
        Warning,
        Result,
        Cancelled,
        Failure,
    )
}


def encode(message: Message) -> str:
    """Return the line of a message, ASCII, without its newline."""
    return json.dumps({"type": message.TYPE, **write_record(message)}, allow_nan=False)


def decode(line: str) -> Message:
    """Return the message in a line, with or without its newline.

    Raises ``MessageInvalid`` for anything that is not exactly a message, and ``ProtocolMismatch``
    for the greeting of a worker of another protocol, whose other keys may well be unknown here.
    """
    try:
        value = parse_object(line)
        kind = value.pop("type", None)
        if not isinstance(kind, str) or kind not in _CLASSES:
            raise FieldInvalid("type", f"it is {kind!r}, not one of {', '.join(_CLASSES)}")
        if kind == Hello.TYPE and value.get("protocol") != PROTOCOL:
            found = value.get("protocol")
            if isinstance(found, int):
                raise ProtocolMismatch(PROTOCOL, found)
        return read_record(_CLASSES[kind], value)
    except FieldInvalid as error:
        raise MessageInvalid(line.rstrip("\n"), error.key, error.reason) from error


def _known_error(error: Exception) -> ImpastoError:
    if isinstance(error, ImpastoError):
        return error
    return WorkerUnexpected(type(error).__name__, str(error))
