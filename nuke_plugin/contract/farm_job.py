"""Holds the job of a farm: what all its tasks read, on whichever host they run.

It travels in the job's bundle as one JSON file. Its paths are those of the machine that wrote it; a
task maps them by the engine's rules. What a frame is painted with are the worker's own requests, so
a farm paints what *Render* paints.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Optional

from nuke_plugin.contract.errors import FarmJobInvalid, FarmVersionDiffers, FieldInvalid
from nuke_plugin.contract.field_checks import check
from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.contract.messages import Rendering
from nuke_plugin.contract.path_mapping import PathMapping
from nuke_plugin.contract.strict_json import parse_object, read_record, write_record
from nuke_plugin.contract.version import VERSION

ANY, GPU, CPU = "any", "gpu", "cpu"
DEVICES = (ANY, GPU, CPU)

TASK_SECONDS = 180
"""How long a task of a job should take: ``docs/farm_scale.md`` says why minutes."""


@dataclass(frozen=True)
class FarmPainting:
    """Frames of one node and view, or of one plate, that are painted in one way."""

    node: str
    """Full name of the node in the script; empty for a plate without one."""

    request: Rendering
    """What is painted: all its frames, and with a script the fingerprint of each."""

    settings_digest: str
    """Front half of the fingerprints; of an effect, whose frames differ, that of the first. A plate
    without a script has none of its own: the other half is then the digest of the plate's bytes."""

    @property
    def frames(self) -> FrameRange:
        """The frames asked for."""
        return FrameRange.parse(self.request.frames)


@dataclass(frozen=True)
class FarmModel:
    """A model that the job is painted with."""

    id: str
    """Its id."""

    sha256: str
    """SHA-256 of its network: a host must have this very file."""

    folder: str
    """The folder on the machine that wrote the job."""


@dataclass(frozen=True)
class FarmOutput:
    """What one of the script's own Writes leaves."""

    write: str
    """Full name of the Write."""

    pattern: str
    """Its files; of one view."""

    frames: str
    """The frames it writes."""

    @property
    def is_sequence(self) -> bool:
        """Whether each frame is a file of its own; else one file, a movie, holds them all."""
        return FramePattern.parse(self.pattern).is_sequence

    def share(self, chunk: Optional[FrameRange]) -> FrameRange:
        """Return what of its frames are executed with a chunk of the job's; None for all.

        One file is written whole with the chunk that holds its first frame: a second chunk would
        put a movie of its own frames in its place.
        """
        frames = FrameRange.parse(self.frames)
        if chunk is None or not len(frames):
            return frames
        wanted = set(chunk)
        if not self.is_sequence:
            return frames if min(frames) in wanted else FrameRange(())
        return FrameRange.from_frames(wanted.intersection(frames))


@dataclass(frozen=True)
class FarmJob:
    """One job, from the plates to the last look."""

    impasto: str
    """Version of the product that wrote it; a host must have the same."""

    name: str
    """What an artist calls it: the script's name, or the plate's."""

    script: Optional[str]
    """The Nuke script; null for plates alone."""

    nodes: tuple[str, ...]
    """Full names of the nodes that are sent; empty without a script."""

    paintings: tuple[FarmPainting, ...]
    """What is painted."""

    models: tuple[FarmModel, ...]
    """What it is painted with."""

    outputs: tuple[FarmOutput, ...]
    """What the script's own Writes leave, in the order in which they are executed."""

    inputs: tuple[str, ...]
    """Files and folders that the plates are made from, for an engine that uploads them."""

    device: str
    """``any``: a GPU where one works; ``gpu``: a host without one fails; ``cpu``: the processor."""

    colour_config: Optional[str]
    """``$OCIO`` of the machine that wrote it; null where none was set."""

    keep_going: bool
    """Whether a broken or missing plate is told and the others are painted."""

    largest_px: tuple[int, int]
    """Width and height of the largest frame that is painted, for an estimate of the cost."""

    def __post_init__(self) -> None:
        check(self.device in DEVICES, "device", self.device, " or ".join(DEVICES))

    @property
    def frames(self) -> FrameRange:
        """Every frame that anything is painted at."""
        return FrameRange.from_frames(
            frame for painting in self.paintings for frame in painting.frames
        )

    @property
    def output_frames(self) -> FrameRange:
        """Every frame that a Write of the script writes."""
        return FrameRange.from_frames(
            frame for output in self.outputs for frame in FrameRange.parse(output.frames)
        )

    def mapped(self, mapping: PathMapping) -> FarmJob:
        """Return the job with its paths as they are on this host."""
        config = self.colour_config
        if config is not None and "://" not in config:
            config = mapping.apply(config)
        return replace(
            self,
            script=None if self.script is None else mapping.apply(self.script),
            paintings=tuple(_mapped_painting(painting, mapping) for painting in self.paintings),
            models=tuple(replace(m, folder=mapping.apply(m.folder)) for m in self.models),
            outputs=tuple(replace(o, pattern=mapping.apply(o.pattern)) for o in self.outputs),
            inputs=tuple(mapping.apply(path) for path in self.inputs),
            colour_config=config,
        )

    def to_json(self) -> str:
        """Return the text of the job's file."""
        return json.dumps(write_record(self), indent=1, allow_nan=False) + "\n"

    @classmethod
    def from_file(cls, file: Path, host: str) -> FarmJob:
        """Return the job in a file.

        Raises ``FarmVersionDiffers`` before anything else is read, because another version's job
        may have other keys; ``FarmJobInvalid`` for a file that is absent or no job.
        """
        try:
            value = parse_object(file.read_text(encoding="utf-8"))
            version = value.get("impasto")
            if isinstance(version, str) and version != VERSION:
                raise FarmVersionDiffers(host, VERSION, version)
            return read_record(cls, value)
        except (OSError, UnicodeDecodeError) as error:
            raise FarmJobInvalid(file, f"it cannot be read ({error})") from error
        except FieldInvalid as error:
            raise FarmJobInvalid(file, f"{error.key or 'the text'}: {error.reason}") from error

    def model_digests(self) -> Mapping[str, str]:
        """Return the SHA-256 of each model's network by its id."""
        return {model.id: model.sha256 for model in self.models}


def _mapped_painting(painting: FarmPainting, mapping: PathMapping) -> FarmPainting:
    request = replace(
        painting.request,
        plates=mapping.apply(painting.request.plates),
        results=mapping.apply(painting.request.results),
    )
    return replace(painting, request=request)
