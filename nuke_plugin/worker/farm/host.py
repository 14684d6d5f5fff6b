"""Holds what a host must have for a job: the very models, its colours, a GPU where one is asked.

All of it is found out before the first frame, so that nobody waits hours for what was wrong from
the beginning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nuke_plugin.contract.errors import FarmModelDiffers, GpuNotThere, ModelError
from nuke_plugin.contract.farm_job import GPU, FarmJob, FarmModel
from nuke_plugin.contract.library import ModelLibrary, verify_network_file
from nuke_plugin.worker.colour import ColourConfig
from nuke_plugin.worker.pipeline import Studio
from nuke_plugin.worker.providers import CPU, provider_states, working_providers


@dataclass(frozen=True)
class Host:
    """One host, found fit for one job."""

    libraries: Mapping[str, ModelLibrary]
    """By model, the library in which it is the very one of the job."""

    colours: ColourConfig
    """The colours of the machine that sent the job."""

    @classmethod
    def fit_for(cls, job: FarmJob, environ: Mapping[str, str], name: str) -> Host:
        """Return what the job finds on this host, its paths mapped already.

        Raises ``FarmModelDiffers``, ``GpuNotThere``, ``ColourConfigInvalid``, or what is wrong with
        a model's files.
        """
        if job.device == GPU:
            _check_gpu(name)
        config = {} if job.colour_config is None else {"OCIO": job.colour_config}
        libraries = {model.id: _library_with(model, environ, name) for model in job.models}
        return cls(libraries, ColourConfig.from_environment(config))

    def studio(self, model: str) -> Studio:
        """Return a studio that paints with the job's own file of a model."""
        return Studio(self.libraries[model], self.colours)


def _library_with(model: FarmModel, environ: Mapping[str, str], name: str) -> ModelLibrary:
    """Return the first place on this host that holds the very model: sent along, or installed."""
    sent = Path(model.folder).parent
    places = (sent, *ModelLibrary.from_environment(environ).places)
    found: list[str] = []
    for place in dict.fromkeys(places):
        library = ModelLibrary((place,))
        try:
            installed = library.find_any(model.id)
        except ModelError:
            continue  # the sentence below says where it was looked for
        if installed.card.network.sha256 == model.sha256:
            verify_network_file(installed)
            return library
        found.append(installed.card.network.sha256)
    raise FarmModelDiffers(name, model.id, model.sha256, found, places)


def _check_gpu(name: str) -> None:
    if any(provider != CPU for provider in working_providers()):
        return
    reasons = [f"{state.name}: {state.reason}" for state in provider_states() if not state.works]
    raise GpuNotThere(name, "; ".join(reasons) or "ONNX Runtime is the one without GPU support")
