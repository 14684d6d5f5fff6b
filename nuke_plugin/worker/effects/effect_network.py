"""Holds a trained effect's network, checked against its card, ready to make channels of fields."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.effect_card import (
    CHANNELS_TENSOR,
    CONTROLS_TENSOR,
    FIELDS_TENSOR,
    EffectCard,
)
from nuke_plugin.contract.errors import ModelGraphMismatch
from nuke_plugin.contract.library import InstalledEffect, read_network_file
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.network_run import ANY, OPEN, NetworkRun, check_tensors, opened
from nuke_plugin.worker.providers import CPU, working_providers
from nuke_plugin.worker.sessions import Runner


class EffectNetwork(NetworkRun):
    """A session that makes (N, C, H, W) channels of (N, F, H, W) fields."""

    def __init__(
        self, installed: InstalledEffect, model: bytes, runner: Runner, asked_for: str = CPU
    ) -> None:
        """Use ``EffectNetwork.open``, which checks what it loads."""
        super().__init__(installed, model, runner, asked_for)
        self.installed = installed

    @classmethod
    def open(
        cls,
        installed: InstalledEffect,
        providers: tuple[str, ...] | None = None,
        threads: int | None = None,
        device: int = 0,
    ) -> EffectNetwork:
        """Load an installed effect, as ``Network.open`` does a style.

        Raises ``ModelFileMissing``, ``ModelFileTruncated``, ``ModelFileMismatch`` or
        ``ModelGraphMismatch``.
        """
        model = read_network_file(installed)
        names = working_providers() if providers is None else providers
        runner = opened(installed, model, names, threads, device, is_half=False)
        card = installed.card
        inputs = {
            FIELDS_TENSOR: (ANY, card.recipe.count, OPEN, OPEN),
            CONTROLS_TENSOR: (ANY, len(card.controls)),
        }
        outputs = {CHANNELS_TENSOR: (ANY, len(card.channels), OPEN, OPEN)}
        check_tensors(installed, "input", runner.inputs, inputs)
        check_tensors(installed, "output", runner.outputs, outputs)
        return cls(installed, model, runner, names[0])

    @property
    def card(self) -> EffectCard:
        """The card of the effect."""
        return self.installed.card

    def run(
        self,
        fields: NDArray[np.float32],
        controls: Sequence[float],
        cancellation: Cancellation,
    ) -> NDArray[np.float32]:
        """Return the channels, float32 (N, C, H, W), each within what its card says.

        What is no number becomes 0; arguments and errors are those of ``as_made``.
        """
        return self.held(np.nan_to_num(self.as_made(fields, controls, cancellation), nan=0.0))

    def as_made(
        self,
        fields: NDArray[np.float32],
        controls: Sequence[float],
        cancellation: Cancellation,
    ) -> NDArray[np.float32]:
        """Return the channels, float32 (N, C, H, W), as the network makes them.

        ``fields`` is float32 (N, F, H, W), sides multiples of the card's ``size_multiple``;
        ``controls`` are A numbers in [-1, 1], of all N. Raises ``RenderCancelled``, ``MemoryError``
        when the fields are too large for the machine, and ``ProcessorTookOver`` when they are for
        the processor and the card was lost.
        """
        cancellation.check()
        values = np.tile(np.array(controls, np.float32), (len(fields), 1))  # (N, A)
        inputs = {FIELDS_TENSOR: fields, CONTROLS_TENSOR: values}
        made = self.attempt(self._runner, CHANNELS_TENSOR, inputs, cancellation)
        if made is None:
            self.check_fits_processor(fields.shape[2] * fields.shape[3])
            return self.as_made(fields, controls, cancellation)
        channels = np.asarray(made, np.float32)
        expected = (len(fields), len(self.card.channels), *fields.shape[2:])
        if channels.shape != expected:
            reason = f"it makes {channels.shape} where {expected} was to be made"
            raise ModelGraphMismatch(self.installed.network_path, reason)
        return channels

    def held(self, channels: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return channels, (..., C, H, W), held to what the card says of each, in place."""
        for index, channel in enumerate(self.card.channels):
            plane = channels[..., index, :, :]
            np.clip(plane, channel.minimum, channel.maximum, out=plane)
        return channels
