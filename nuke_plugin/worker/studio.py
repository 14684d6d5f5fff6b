"""Holds the studio: what a worker keeps ready from one render to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nuke_plugin.contract.library import AnyInstalled, ModelLibrary
from nuke_plugin.worker.colour import ColourConfig
from nuke_plugin.worker.effects.effect_network import EffectNetwork
from nuke_plugin.worker.network import Network
from nuke_plugin.worker.providers import CPU

AnyNetwork = Network | EffectNetwork


@dataclass
class Studio:
    """What stays ready between renders: the models installed and the network loaded last."""

    library: ModelLibrary
    colours: ColourConfig
    _network: AnyNetwork | None = field(default=None, repr=False)
    _runs_on: tuple[bool, int] = field(default=(True, 0), repr=False)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Studio:
        """Return the studio of ``IMPASTO_MODELS`` and ``OCIO``; raise ``ColourConfigInvalid``."""
        return cls(ModelLibrary.from_environment(environ), ColourConfig.from_environment(environ))

    def network(
        self,
        model_id: str,
        half_precision: bool = False,
        use_gpu: bool = True,
        device: int | None = None,
    ) -> Network:
        """Return a network ready to run; the last one again if its card is still the same.

        One in half precision is given only where it is asked for and the card allows it; ``device``
        is the number of the graphics card. A card that failed in a render is tried again.
        """
        installed = self.library.find(model_id)
        is_half = half_precision and not installed.half_precision_problem
        half = installed.in_half_precision if is_half else None
        wanted = half or installed
        kept = self._kept(wanted, use_gpu, device)
        if not isinstance(kept, Network):
            names = None if use_gpu else (CPU,)
            kept = Network.open(wanted, names, device=device or 0, is_half=half is not None)
            self._network = kept
        return kept

    def effect_network(
        self, model_id: str, use_gpu: bool = True, device: int | None = None
    ) -> EffectNetwork:
        """Return an effect's network likewise; raise ``EffectNotFound`` or ``ModelIsStyle``."""
        installed = self.library.find_effect(model_id)
        kept = self._kept(installed, use_gpu, device)
        if not isinstance(kept, EffectNetwork):
            kept = EffectNetwork.open(installed, None if use_gpu else (CPU,), device=device or 0)
            self._network = kept
        return kept

    def _kept(self, wanted: AnyInstalled, use_gpu: bool, device: int | None) -> AnyNetwork | None:
        """Return the last network if it is the one that is wanted; else let go of it."""
        runs_on = (use_gpu, device or 0)
        last = self._network
        if last is None or last.installed != wanted or self._runs_on != runs_on or last.was_lost:
            self._network = last = None  # let the old one's memory go first
            self._runs_on = runs_on
        return last
