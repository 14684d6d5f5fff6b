"""Holds the making of whole frames: as the product makes them, by any generator of channels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray

from model_training.networks.effect_generator import STRIDE, EffectGenerator
from nuke_plugin.contract.effect_card import (
    CHANNELS_TENSOR,
    CONTROLS_TENSOR,
    FIELDS_TENSOR,
)
from nuke_plugin.contract.field_recipe import FieldRecipe
from nuke_plugin.worker.effects.fields import EffectFields, Moment
from nuke_plugin.worker.effects.hand_made import hand_made

BORDER_PX = 32
"""Fields round the frame that the network sees too, so that its zero padding stays out of sight."""

Planes = NDArray[np.float32]
Generate = Callable[[Planes, Planes], Planes]
"""Fields (F, H, W) and controls (A,) to channels (C, H, W)."""


@dataclass(frozen=True)
class FrameMaker:
    """Makes an effect's channels for mattes of any size."""

    recipe: FieldRecipe
    generate: Generate

    def frame(self, matte: Planes, controls: Planes, moment: Moment, wind: float = 0.0) -> Planes:
        """The channels, (C, H, W), of a matte, (H, W), at a moment."""
        height, width = matte.shape
        bottom, right = BORDER_PX + -height % STRIDE, BORDER_PX + -width % STRIDE
        padded = np.pad(matte, ((BORDER_PX, bottom), (BORDER_PX, right)))
        fields = EffectFields(self.recipe).at(padded, moment, (-BORDER_PX, -BORDER_PX), wind)
        channels = self.generate(fields, controls)
        return channels[:, BORDER_PX : BORDER_PX + height, BORDER_PX : BORDER_PX + width]

    def shot(
        self,
        mattes: Sequence[Planes] | Planes,
        controls: Planes,
        seed: int,
        wind: float = 0.0,
        start: float = 0.0,
    ) -> Planes:
        """Consecutive frames, (T, C, H, W), for consecutive mattes, from the moment `start`."""
        return np.stack(
            [
                self.frame(matte, controls, Moment(start + t, wind * (start + t), seed), wind)
                for t, matte in enumerate(mattes)
            ]
        )


def by_network(generator: EffectGenerator) -> Generate:
    """A torch generator as it is exported, in float32; its padding is that of training again."""

    def generate(fields: Planes, controls: Planes) -> Planes:
        before = generator.pad_mode
        generator.set_padding("zeros")
        try:
            with torch.inference_mode():
                made = generator(torch.from_numpy(fields)[None], torch.from_numpy(controls)[None])
        finally:
            generator.set_padding(before)
        return np.asarray(made[0].numpy(), np.float32)

    return generate


def by_session(session: onnxruntime.InferenceSession) -> Generate:
    """An exported network."""

    def generate(fields: Planes, controls: Planes) -> Planes:
        inputs = {FIELDS_TENSOR: fields[None], CONTROLS_TENSOR: controls[None]}
        (made,) = session.run([CHANNELS_TENSOR], inputs)
        return np.asarray(made[0], np.float32)

    return generate


def by_hand(effect: str, recipe: FieldRecipe) -> Generate:
    """The hand-made field, which knows no controls."""

    def generate(fields: Planes, controls: Planes) -> Planes:
        return np.stack(hand_made(effect, recipe, fields)).astype(np.float32)

    return generate
