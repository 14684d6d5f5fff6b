"""The promises of an effect's export: a whole folder whose card says what was measured, or none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from model_training.effects.config import EffectConfig, effect_config
from model_training.effects.making import FrameMaker, by_network, by_session
from model_training.release import effect_previews, effect_publish, export
from model_training.release.card_gates import TwinMismatch
from model_training.release.publish import ExportOptions
from model_training.training.config_file import read_values
from model_training.training.loop import train
from nuke_plugin.contract.card import CARD_FILE
from nuke_plugin.contract.effect_card import EffectCard
from nuke_plugin.worker.effects.fields import Moment
from nuke_plugin.worker.movie import count_frames
from tests.model_training.effects.small_effect import CONFIG, write_runs


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[EffectConfig, Path, Path]:
    """A configuration, its data, and a run of one step beside its baseline `l1`."""
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("effect run")
    write_runs(folder / "data" / "fire")
    (folder / "small.toml").write_text(CONFIG, encoding="utf-8")
    values = read_values(folder / "small.toml")
    config = effect_config(values, "of the test")
    alone = {"spatial": 0.0, "temporal": 0.0, "low_band": 0.0, "pixels": 1.0}
    plain = effect_config({**values, "losses": alone}, "of the test")
    for name, settings in (("run", config), ("l1", plain)):
        target = folder / name
        train(
            settings, folder / "data", target, resume=False, report=lambda progress: None, until=1
        )
    return config, folder / "data", folder / "run"


def test_a_run_becomes_a_model_folder(
    run: tuple[EffectConfig, Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Networks, card, picture and movie stand in it; what it makes is what torch makes."""
    config, data, folder = run
    monkeypatch.setattr(effect_previews, "PREVIEW_SIZE", (64, 48))
    monkeypatch.setattr(effect_previews, "MOVIE_FRAMES", 4)
    options = ExportOptions(twin=folder.with_name("l1"))
    said: list[str] = []
    made = effect_publish.publish_effect(config, data, folder, tmp_path, said.append, options)
    card = EffectCard.from_file(made / CARD_FILE)
    assert sorted(path.name for path in made.iterdir()) == sorted([CARD_FILE, *card.files()])
    assert card.recipe == config.effect.recipe
    assert card.gates["coupling"]["empty"] == card.gates["coupling"]["outside"] == 0.0
    assert card.gates["onnx_max_abs"] <= export.PARITY_TOLERANCE
    assert card.gates["frame_max_abs"] == 0.0
    assert card.gates["loop_max_abs"] < 1e-5
    for maker in ("made", "hand_made", "l1", "solver"):
        assert card.gates[maker]["tof"] >= 0.0, maker
        assert card.gates[maker]["spatial_spectrum"] >= 0.0, maker
    assert count_frames(made / card.movie) == 4
    matte = np.zeros((21, 30), np.float32)
    matte[10:16, 8:20] = 1.0
    generator, _ = effect_publish.load_effect_generator(config, folder)
    session = export.open_network(made / card.network.file)
    ours, theirs = (
        FrameMaker(card.recipe, by).frame(matte, np.zeros(2, np.float32), Moment(2.5, 0.0, 3))
        for by in (by_session(session), by_network(generator))
    )
    assert ours.shape == (3, 21, 30)
    assert np.abs(ours - theirs).max() < 1e-5
    assert ours.max() > 0.0


def test_a_run_that_is_no_baseline_is_refused(
    run: tuple[EffectConfig, Path, Path], tmp_path: Path
) -> None:
    """A generator that had an adversary is not L1 alone; nothing is written."""
    config, data, folder = run
    options = ExportOptions(twin=folder)
    with pytest.raises(TwinMismatch, match="no baseline"):
        effect_publish.publish_effect(config, data, folder, tmp_path, print, options)
    options = ExportOptions(torchscript=True)
    with pytest.raises(export.ExportFailed, match="TorchScript"):
        effect_publish.publish_effect(config, data, folder, tmp_path, print, options)
    assert not list(tmp_path.iterdir())
