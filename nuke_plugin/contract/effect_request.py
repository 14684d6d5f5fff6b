"""Holds the request for an effect's frames: a message of the wire.

Time is said for each frame, for whoever asks knows how fast it goes by: a speed that changes is
summed up there, once, so that every frame can be made alone and none jumps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Optional

from nuke_plugin.contract.effect_settings import EffectSettings
from nuke_plugin.contract.execution_settings import DEFAULT_EXECUTION, ExecutionSettings
from nuke_plugin.contract.field_checks import check, check_text

_LONGEST = 1e9


@dataclass(frozen=True)
class EffectMoment:
    """A moment of an effect; fractions and negative numbers are as good as others."""

    time: float
    """Frames of 24 a second times speed: the sum of the speed up to a frame, -1e9 to 1e9."""

    drift: float = 0.0
    """How far the wind has gone: the sum of wind times speed, in network pixels to the right."""

    def __post_init__(self) -> None:
        check(abs(self.time) <= _LONGEST, "time", self.time, "-1e9 to 1e9")
        check(abs(self.drift) <= _LONGEST, "drift", self.drift, "-1e9 to 1e9")


@dataclass(frozen=True)
class RenderEffect:
    """Client to worker: make an effect of these frames' mattes."""

    TYPE: ClassVar[str] = "effect"

    id: int
    """Number of the request."""

    plates: str
    """Pattern of the files that hold the mattes."""

    results: str
    """Pattern of the results; EXR with the effect's channels as layers and a premultiplied rgba."""

    frames: str
    """Frame range, such as ``1001-1024x2``."""

    model: str
    """Id of the effect's model."""

    channel: str
    """The matte's channel in its file; ``A`` finds the alpha."""

    seed: int
    """Which of the effects: any whole number of 64 bits."""

    scale: float
    """Size of the effect beside the frame, 0.25 to 4: 1 as in training."""

    intensity: float
    """Factor on the matte before all else, 0 to 100."""

    controls: Mapping[str, float]
    """By id, what the network learned to be told, ``wind`` too; what is missing is neutral."""

    moments: Mapping[str, EffectMoment]
    """By frame, in digits, the moment it shows; one for each of ``frames`` at least."""

    loop: Optional[EffectMoment]
    """How long a turn is after which the effect begins again, its time not 0; null for never."""

    colorspace: Optional[str]
    """Scene-linear OCIO space of the rgba's colours; null for linear Rec.709."""

    keep_going: bool
    """Whether a frame that fails is reported in the result and the next one is tried."""

    overwrite: bool
    """Whether results that exist are replaced; otherwise they are ``ResultsExist``."""

    resume: bool = False
    """Whether frames that are on disk with the client's fingerprint are kept, as in ``Render``."""

    execution: ExecutionSettings = DEFAULT_EXECUTION
    """On what and in how large pieces the network runs; effects have no half precision."""

    fingerprints: Mapping[str, str] = field(default_factory=dict)
    """By frame, in digits, what the client knows a matte and its settings by, as in ``Render``."""

    def __post_init__(self) -> None:
        check_text("channel", self.channel)
        if self.loop is not None:
            check(self.loop.time != 0, "loop.time", self.loop.time, "frames, and not 0")
        self.settings  # noqa: B018  it refuses what cannot be asked for

    @property
    def settings(self) -> EffectSettings:
        """What is asked of the effect; its speed is in the moments and means nothing here."""
        return EffectSettings(
            seed=self.seed,
            scale=self.scale,
            intensity=self.intensity,
            controls=self.controls,
        )
