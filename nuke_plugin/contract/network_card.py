"""Holds what the cards of styles and of effects have in common: how a network takes a frame."""

from __future__ import annotations

from typing import Protocol

from nuke_plugin.contract.wiring import Wiring


class NetworkCard(Protocol):
    """What windows, scale and memory follow from; ``ModelCard`` says each at length."""

    @property
    def size_multiple(self) -> int:
        """Width and height are multiples of this, in pixels."""

    @property
    def halo_px(self) -> int:
        """How far from an output pixel an input pixel can matter."""

    @property
    def border_px(self) -> int:
        """Pixels round the whole frame that the network sees too."""

    @property
    def local(self) -> bool:
        """Whether nothing beyond ``halo_px`` matters."""

    @property
    def training_scale_px(self) -> int:
        """Short side of the frames in training; 0 where it is not known."""

    @property
    def tiles_fade(self) -> bool:
        """Whether tiles that are asked for fade into each other."""

    @property
    def wiring(self) -> Wiring:
        """How the worker runs the network."""

    def padded_size(self, width: int, height: int) -> tuple[int, int]:
        """Return the width and height of a frame made ready for the network."""
