"""Holds an effect's folder that is being verified: opened once, asked by every check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.effect_card import WIND, EffectCard
from nuke_plugin.contract.effect_settings import EffectSettings
from nuke_plugin.contract.library import InstalledEffect
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.effects.effect_network import EffectNetwork
from nuke_plugin.worker.effects.effect_painter import EffectPainter
from nuke_plugin.worker.effects.fields import EffectFields, Moment
from nuke_plugin.worker.verify.subject import PROCESSOR

FRAME = 57
"""The frame that is looked at: noise and wind are on their way."""

LEAST_USUAL, LEAST_USUAL_SIGNED = 0.2, 0.05
"""Least of a channel's range that counts as its usual value: what is hardly made weighs little.
That of a signed one is a bound far beyond its waves."""

Planes = NDArray[np.float32]


@dataclass(frozen=True)
class EffectSubject:
    """One effect, ready to be tried."""

    installed: InstalledEffect
    """Folder and card."""

    network: EffectNetwork
    """The network, on the processor."""

    half: EffectNetwork | None
    """The network in half precision, where the effect has one."""

    is_quick: bool
    """Whether to leave out what takes long."""

    cancellation: Cancellation
    """Stops the work between two runs of the network and inside one."""

    @classmethod
    def open(
        cls,
        installed: InstalledEffect,
        is_quick: bool,
        cancellation: Cancellation,
        threads: int | None = None,
    ) -> EffectSubject:
        """Open the networks; raises ``ModelGraphMismatch`` for one that does not fit its card."""
        network = EffectNetwork.open(installed, PROCESSOR, threads)
        halved = installed.in_half_precision
        half = None if halved is None else EffectNetwork.open(halved, PROCESSOR, threads)
        return cls(installed, network, half, is_quick, cancellation)

    @property
    def card(self) -> EffectCard:
        """What the effect promises."""
        return self.installed.card

    def painter(self, network: EffectNetwork | None = None, **settings: Any) -> EffectPainter:
        """Return a painter as a render has it; ``settings`` are those of ``EffectSettings``."""
        return EffectPainter(network or self.network, EffectSettings(**settings))

    def paint(
        self, matte: Planes, painter: EffectPainter | None = None, moment: Moment | None = None
    ) -> Planes:
        """Return the channels, (C, H, W), of a matte, (H, W), as a render makes them.

        Every pixel of the matte is one of the network's; the moment is ``FRAME``'s if none is said.
        """
        painter = painter or self.painter()
        moment = moment or painter.moment(FRAME)
        frame_px = self.card.training_scale_px
        return painter.paint_frame(matte, moment, self.cancellation, frame_px)

    def make(self, matte: Planes, controls: Planes, moment: Moment, wind: float = 0.0) -> Planes:
        """Return the channels, (C, H, W), as the network makes them, with nothing put right after.

        ``controls`` are (A,) in [-1, 1], as the network is given them.
        """
        border, (height, width) = self.card.border_px, matte.shape
        padded_width, padded_height = self.card.padded_size(width, height)
        padded: Planes = np.zeros((padded_height, padded_width), np.float32)
        inside = np.s_[border : border + height, border : border + width]
        padded[inside] = matte
        fields = EffectFields(self.card.recipe).at(padded, moment, (-border, -border), wind)
        return self.generate(fields, controls)[:, *inside]

    def generate(self, fields: Planes, controls: Planes, is_half: bool = False) -> Planes:
        """Return what the network itself makes of fields, (F, H, W), and controls, (A,)."""
        network = self.network
        if is_half:
            assert self.half is not None
            network = self.half
        told = tuple(float(control) for control in controls)
        made: Planes = network.as_made(fields[np.newaxis], told, self.cancellation)[0]
        return made

    def told(self, values: Mapping[str, float] | None = None) -> tuple[Planes, float]:
        """Return the network's controls, (A,), and the wind, for values by id; others neutral."""
        values = values or {}
        winds = [values.get(c.id, c.neutral) for c in self.card.controls if c.id == WIND]
        return np.array(self.card.control_vector(values), np.float32), (winds or [0.0])[0]

    def random_fields(self, height: int, width: int, seed: int = 0) -> Planes:
        """Return fields of unrelated numbers, (F, H, W), as strong as real ones; support is 1."""
        recipe, random = self.card.recipe, np.random.default_rng(seed)
        fields = random.standard_normal((recipe.count, height, width), np.float32)
        spread = slice(0, 1 + len(recipe.smears_px))
        fields[spread] = random.random(fields[spread].shape, np.float32)
        fields[-1] = 1
        return fields

    @cached_property
    def usual(self) -> Planes:
        """A usual value of each channel, (C, 1, 1): the root mean square where there is any."""
        made = self.paint(letter(160, 192))
        found = []
        for plane, channel in zip(made, self.card.channels, strict=True):
            some = plane[plane != 0]
            strength = float(np.sqrt(np.mean(some**2))) if some.size else 0.0
            least = LEAST_USUAL_SIGNED if channel.minimum < 0 else LEAST_USUAL
            found.append(max(strength, least * max(-channel.minimum, channel.maximum)))
        return np.array(found, np.float32)[:, np.newaxis, np.newaxis]

    def apart(self, one: Planes, other: Planes) -> float:
        """Return the largest difference of channels, (C, H, W), over their usual values."""
        return float((np.abs(one - other) / self.usual).max())


def letter(height: int, width: int) -> Planes:
    """Return the matte of an A in the middle of the lower half, (H, W) in [0, 1]."""
    matte = np.zeros((height, width), np.uint8)
    tall = min(height, width) // 3
    scale, thick = tall / 22, max(1, tall // 8)  # the font's capitals are 22 px high
    place = (width // 2 - tall // 2, height - height // 5)
    cv2.putText(matte, "A", place, cv2.FONT_HERSHEY_DUPLEX, scale, 255, thick, cv2.LINE_AA)
    return matte.astype(np.float32) / np.float32(255)
