"""The export's promises: what is written was compared, measured and named, or nothing is."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from model_training.release import export, publish
from model_training.release.card_gates import GatesUnknown, TwinMismatch, read_twin
from model_training.release.publish import ExportOptions
from model_training.training.config import TrainingConfig
from nuke_plugin.contract.card import ModelCard
from nuke_plugin.worker.measure.exact_motion import MOVES
from nuke_plugin.worker.measure.gates import MeasuredSet
from tests.model_training.conftest import CONFIG
from tests.model_training.release.conftest import trained

Run = tuple[TrainingConfig, Path]
TWIN = CONFIG.replace("[generator]\n", '[generator]\nnorm = "instance"\n')


@pytest.fixture(scope="module")
def twin_run(training_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The same styles, trained for a step with instance norm."""
    return trained(TWIN, training_data, tmp_path_factory.mktemp("twin"))


@pytest.fixture(scope="module")
def small_network(small_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run's network, written once: that costs seconds."""
    path = tmp_path_factory.mktemp("network") / "model.onnx"
    export.write_network(export.load_generator(*small_run)[0], path, {})
    return path


@pytest.fixture(scope="module")
def measured() -> MeasuredSet:
    """One still, two frames of a shot: numbers that are quick to have."""
    return MeasuredSet(MeasuredSet.shipped().stills[:1], frames=2)


def test_an_export_publishes_what_it_promises(
    small_run: Run, twin_run: Run, training_data: Path, tmp_path: Path, measured: MeasuredSet
) -> None:
    """Both precisions, the TorchScript file, and every gate under its fixed name."""
    config, run = small_run
    options = ExportOptions(torchscript=True, twin=twin_run[1])
    said: list[str] = []
    folder = publish.publish(
        config, training_data, run, tmp_path / "models", said.append, options, measured
    )
    assert {"model.onnx", "model.fp16.onnx", "model.pt"} <= {p.name for p in folder.iterdir()}
    card = ModelCard.from_file(folder / "card.json")
    gates = card.gates
    assert gates["onnx_max_abs"] < export.PARITY_TOLERANCE
    assert 0 < gates["fp16_max_abs"] < 2e-3
    assert gates["steps"] == 1
    assert gates["kmac_per_pixel"] > 0
    for slot in card.styles:
        own = gates[slot.id]
        for key in ("e_stab", "boil", "texture"):
            assert set(MOVES) <= set(own[key])
            assert set(MOVES) <= set(gates["plate"][key])
            assert set(own["twin"][key]) == set(own[key])
        for key in ("grain_gain", "tile_max_abs", "far_field", "style_distance"):
            assert isinstance(own[key], float), key
        assert own["twin"]["steps"] == 1
        assert own["twin"]["style_distance"] > 0
        assert own["twin"]["e_stab"] != own["e_stab"]
        assert own["strength_sweep"]["style_distance"]["1"] == own["style_distance"]
    module = torch.jit.load(str(folder / "model.pt"))
    assert module(torch.rand(1, 3, 32, 40)).shape == (1, 3, 32, 40)


def test_gates_of_the_same_weights_may_be_kept(
    small_run: Run,
    small_network: Path,
    twin_run: Run,
    training_data: Path,
    tmp_path: Path,
    measured: MeasuredSet,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A twin can join a card whose own gates stay; there must be some, and of these weights."""
    config, run = small_run
    monkeypatch.setattr(  # the same bytes each time, which cost seconds to write
        export, "write_network", lambda generator, path, said: shutil.copy(small_network, path)
    )
    models = tmp_path / "models"

    def exported(options: ExportOptions) -> ModelCard:
        folder = publish.publish(
            config, training_data, run, models, lambda text: None, options, measured
        )
        return ModelCard.from_file(folder / "card.json")

    kept = ExportOptions(twin=twin_run[1], keep_gates=True)
    with pytest.raises(GatesUnknown, match="no gates to keep"):
        exported(kept)
    card = exported(ExportOptions())
    card.gates["first"]["grain_gain"] = 0.125
    file = models / config.model.id / "card.json"
    file.write_text(card.to_json(), encoding="utf-8")
    again = exported(kept)
    assert again.gates["first"].pop("twin")["steps"] == 1
    assert again.gates["first"] == card.gates["first"]
    other = replace(card, network=replace(card.network, sha256="0" * 64))
    file.write_text(other.to_json(), encoding="utf-8")
    with pytest.raises(GatesUnknown, match="of other weights"):
        exported(kept)


@pytest.mark.parametrize(
    ("tolerance", "sentence"),
    [
        ("export.PARITY_TOLERANCE", "torch differ"),
        ("export.HALF_TOLERANCE", "single precision differ"),
    ],
)
def test_what_differs_is_not_exported(
    small_run: Run,
    small_network: Path,
    training_data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    tolerance: str,
    sentence: str,
) -> None:
    """A difference beyond a tolerance ends the export, and no model folder is there."""
    config, run = small_run
    monkeypatch.setattr(
        export, "write_network", lambda generator, path, said: shutil.copy(small_network, path)
    )
    monkeypatch.setattr(f"model_training.release.publish.{tolerance}", -1.0)
    with pytest.raises(export.ExportFailed, match=sentence):
        publish.publish(config, training_data, run, tmp_path / "models", lambda text: None)
    assert not (tmp_path / "models").exists()


def test_a_twin_never_ships(twin_run: Run, training_data: Path, tmp_path: Path) -> None:
    """A run with instance norm is refused as a model: it is not local."""
    config, run = twin_run
    with pytest.raises(export.ExportFailed, match="never ships"):
        publish.publish(config, training_data, run, tmp_path / "models", lambda text: None)
    assert not (tmp_path / "models").exists()


def test_what_is_no_twin_is_refused(small_run: Run, twin_run: Run, tmp_path: Path) -> None:
    """A run without instance norm, one of other styles and an empty folder are told apart."""
    config, run = small_run
    with pytest.raises(TwinMismatch, match="norm is 'weight'"):
        read_twin(run, config)
    third = config.styles[0].model_copy(update={"id": "third"})
    more = config.model_copy(update={"styles": [*config.styles, third]})
    with pytest.raises(TwinMismatch, match="does not paint third"):
        read_twin(twin_run[1], more)
    with pytest.raises(export.RunMissing):
        read_twin(tmp_path, config)
