"""Holds a model folder that is being verified: opened once, painted with by every check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.card import ModelCard
from nuke_plugin.contract.library import InstalledModel
from nuke_plugin.contract.wiring import WHOLE
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.network import Network
from nuke_plugin.worker.painter import Painter
from nuke_plugin.worker.tiles import WINDOW_LIMIT_PX, FrameGeometry
from nuke_plugin.worker.verify.pictures import Picture

PROCESSOR = ("CPUExecutionProvider",)
"""Where networks are tried: what they give there is the same everywhere."""


@dataclass(frozen=True)
class Subject:
    """One model of styles, ready to be tried."""

    installed: InstalledModel
    """Folder and card."""

    network: Network
    """The network, on the processor."""

    half: Network | None
    """The network in half precision, where the model has one."""

    is_quick: bool
    """Whether to leave out what takes long."""

    cancellation: Cancellation
    """Stops the work between two runs of the network and inside one."""

    @classmethod
    def open(
        cls,
        installed: InstalledModel,
        is_quick: bool,
        cancellation: Cancellation,
        threads: int | None = None,
    ) -> Subject:
        """Open the networks; raises ``ModelGraphMismatch`` for one that does not fit its card."""
        network = Network.open(installed, PROCESSOR, threads)
        halved = installed.in_half_precision
        half = None if halved is None else Network.open(halved, PROCESSOR, threads)
        return cls(installed, network, half, is_quick, cancellation)

    @property
    def card(self) -> ModelCard:
        """What the model promises."""
        return self.installed.card

    @property
    def takes_any_size(self) -> bool:
        """Whether frames go into the network as they are, not resized nor in tiles of one size."""
        return self.card.wiring.sizing == WHOLE

    def even_mix(self) -> dict[str, float]:
        """Return a mix of all styles alike."""
        return {slot.id: 1.0 for slot in self.card.styles}

    def first_style(self) -> dict[str, float]:
        """Return the first style alone."""
        return {self.card.styles[0].id: 1.0}

    def paint(
        self,
        picture: Picture,
        styles: dict[str, float],
        strength: float,
        window_limit_px: int = WINDOW_LIMIT_PX,
    ) -> Picture:
        """Return a picture painted as a render does it, at strength 0 by the network too."""
        geometry = FrameGeometry.of(self.card, picture.shape[2], picture.shape[1], window_limit_px)
        image = np.empty((1, 3, geometry.padded_height, geometry.padded_width), np.float32)
        geometry.frame_of(image)[0] = picture
        geometry.reflect_into_pad(image)
        painter = Painter(self.network, styles, strength)
        return painter.run_windows(image, geometry, self.cancellation)

    def run(
        self, image: NDArray[np.float32], style: Sequence[float], strength: float
    ) -> NDArray[np.float32]:
        """Return what the network itself makes of (1, 3, H, W)."""
        return self.network.run(image, style, strength, self.cancellation)

    def run_half(
        self, image: NDArray[np.float32], style: Sequence[float], strength: float
    ) -> NDArray[np.float32]:
        """Return the same of the network in half precision."""
        assert self.half is not None
        return self.half.run(image, style, strength, self.cancellation)
