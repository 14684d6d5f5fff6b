"""Holds a model folder as a painter of frames in memory, by the code that renders a shot.

The network is opened with all the checks of a render, the frame padded and cut into windows as a
render does it; only the colour transforms are left out, which would hide what the network does.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from nuke_plugin.contract.card import CARD_FILE, ModelCard
from nuke_plugin.contract.library import InstalledModel
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.measure.exact_motion import Frame
from nuke_plugin.worker.network import Network
from nuke_plugin.worker.painter import Painter
from nuke_plugin.worker.tiles import WINDOW_LIMIT_PX, FrameGeometry


class ModelPainter:
    """Paints frames with one model; see ``exact_motion.Painter``."""

    def __init__(self, network: Network, window_limit_px: int = WINDOW_LIMIT_PX) -> None:
        """``window_limit_px`` is how many pixels the network is given at once."""
        self.network = network
        self.window_limit_px = window_limit_px

    @classmethod
    def open(cls, folder: Path, threads: int | None = None) -> ModelPainter:
        """Open the model in a folder, whatever the folder is named, on the processor.

        Raises the errors of ``ModelCard.from_file`` and ``Network.open``.
        """
        installed = InstalledModel(folder, ModelCard.from_file(folder / CARD_FILE))
        return cls(Network.open(installed, ("CPUExecutionProvider",), threads))

    @property
    def card(self) -> ModelCard:
        """The model's card."""
        return self.network.card

    @property
    def styles(self) -> tuple[str, ...]:
        """The ids of the model's styles."""
        return tuple(slot.id for slot in self.card.styles)

    def __call__(self, frame: Frame, style: str, strength: float) -> Frame:
        """(H, W, 3) display-encoded in [0, 1] -> the same; the network runs at strength 0 too."""
        height, width = frame.shape[:2]
        painter = Painter(self.network, {style: 1.0}, strength)
        geometry = FrameGeometry.of(self.card, width, height, self.window_limit_px)
        image = np.empty((1, 3, geometry.padded_height, geometry.padded_width), np.float32)
        geometry.frame_of(image)[0] = frame.transpose(2, 0, 1)
        geometry.reflect_into_pad(image)
        painted = painter.run_windows(image, geometry, Cancellation())  # (3, H, W)
        return np.ascontiguousarray(painted.transpose(1, 2, 0))
