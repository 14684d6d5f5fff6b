"""Holds the way of a picture into a network's own layout and numbers, and back.

Everywhere else in the worker a picture is (N, 3, H, W), RGB, display encoded in [0, 1]. A network
that others trained may want (N, H, W, 3), BGR, 0 to 255, or a mean taken off; its card says which.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.card import ModelCard
from nuke_plugin.contract.card_parts import ImageTensor
from nuke_plugin.contract.wiring import Triple


@dataclass(frozen=True)
class PictureValues:
    """What the numbers of one image tensor mean."""

    tensor: ImageTensor
    """Layout, order of the channels, and the values of black and white."""

    mean: Triple = (0.0, 0.0, 0.0)
    """Taken off, in the range's units, by channel in the tensor's order."""

    deviation: Triple = (1.0, 1.0, 1.0)
    """Divided by after that."""

    @classmethod
    def of_input(cls, card: ModelCard) -> PictureValues:
        """Return those of a model's image input."""
        return cls(card.image, card.wiring.image_mean, card.wiring.image_deviation)

    @classmethod
    def of_output(cls, card: ModelCard) -> PictureValues:
        """Return those of a model's output."""
        return cls(card.output, card.wiring.output_mean, card.wiring.output_deviation)

    def encode(self, picture: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the tensor of a picture, (N, 3, H, W) in [0, 1]; the picture stays as it is."""
        values = picture[:, ::-1] if self.tensor.channels == "BGR" else picture
        scale, offset = self._scale_and_offset()
        if not self._is_plain:
            values = values * scale + offset
        if self.tensor.layout == "NHWC":
            values = values.transpose(0, 2, 3, 1)  # (N, H, W, 3)
        return np.ascontiguousarray(values, np.float32)

    def decode(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the picture, (N, 3, H, W), of a tensor; what lies outside [0, 1] stays outside."""
        picture = values.transpose(0, 3, 1, 2) if self.tensor.layout == "NHWC" else values
        if not self._is_plain:
            scale, offset = self._scale_and_offset()
            picture = (picture - offset) / scale
        if self.tensor.channels == "BGR":
            picture = picture[:, ::-1]
        return np.ascontiguousarray(picture, np.float32)

    @property
    def _is_plain(self) -> bool:
        is_raw = self.mean == (0.0, 0.0, 0.0) and self.deviation == (1.0, 1.0, 1.0)
        return is_raw and self.tensor.range == (0.0, 1.0)

    def _scale_and_offset(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return factor and summand that make numbers of x in [0, 1], each (1, 3, 1, 1)."""
        low, high = self.tensor.range
        mean, deviation = np.array(self.mean), np.array(self.deviation)
        scale = (high - low) / deviation
        offset = (low - mean) / deviation
        shape = (1, 3, 1, 1)
        return scale.reshape(shape).astype(np.float32), offset.reshape(shape).astype(np.float32)
