"""The model folder's promises: it appears whole, replaces whole, or leaves the old one alone."""

from __future__ import annotations

import copy
import errno
import hashlib
import os
import shutil
from pathlib import Path

import pytest

from model_training.networks.generator import Generator
from model_training.release import export, model_folder
from model_training.release.model_folder import ModelFolderUnwritable, write_model_folder
from model_training.training.config import TrainingConfig, read_config
from nuke_plugin.contract.card import ModelCard
from nuke_plugin.contract.strict_json import NumberTree


@pytest.fixture
def config(config_file: Path) -> TrainingConfig:
    """The small configuration, of two styles."""
    return read_config(config_file)


@pytest.fixture
def networks(network: Path, tmp_path: Path) -> Path:
    """A folder with both precisions of a network."""
    folder = tmp_path / "networks"
    folder.mkdir()
    shutil.copy(network, folder / "model.onnx")
    export.write_half_network(network, folder / "model.fp16.onnx")
    return folder


def write(config: TrainingConfig, generator: Generator, networks: Path, models: Path) -> Path:
    """Write a model folder without pictures and gates."""
    own = copy.copy(generator)  # the others share the generator of three styles
    own.styles = len(config.styles)
    return write_model_folder(config, own, NumberTree(), [], networks, models)


def test_the_card_names_both_precisions(
    config: TrainingConfig, generator: Generator, networks: Path, tmp_path: Path
) -> None:
    """File, hash and size of each network stand on the card, and the files are those."""
    folder = write(config, generator, networks, tmp_path / "models")
    network = ModelCard.from_file(folder / "card.json").network
    assert network.half is not None
    for stored in (network, network.half):
        content = (folder / stored.file).read_bytes()
        assert stored.sha256 == hashlib.sha256(content).hexdigest()
        assert stored.size_bytes == len(content)
    assert (network.file, network.half.file) == ("model.onnx", "model.fp16.onnx")


def test_the_comparison_stands_at_the_end_of_the_description(
    config: TrainingConfig, generator: Generator, networks: Path, tmp_path: Path
) -> None:
    """What was measured beside other networks is said on the card, and decides no run."""
    said = "Public networks boil at 0.42 or more at its texture."
    compared = config.model_copy(
        update={"model": config.model.model_copy(update={"comparison": said})}
    )
    folder = write(compared, generator, networks, tmp_path / "models")
    card = ModelCard.from_file(folder / "card.json")
    assert card.description == f"{config.model.description} {said}"
    assert compared.deciding() == config.deciding()


def test_it_is_replaced_whole(
    config: TrainingConfig, generator: Generator, networks: Path, tmp_path: Path
) -> None:
    """Writing a model again leaves nothing of the older folder and nothing half-made beside it."""
    models = tmp_path / "models"
    folder = write(config, generator, networks, models)
    (folder / "stale").touch()
    write(config, generator, networks, models)
    assert sorted(p.name for p in models.iterdir()) == ["small"]
    names = ["card.json", "model.fp16.onnx", "model.onnx"]
    assert sorted(p.name for p in folder.iterdir()) == names


def fill_the_disk(*_: object, **__: object) -> None:
    """Stand for a write on a full disk."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_leaves_the_older_model(
    config: TrainingConfig,
    generator: Generator,
    networks: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One sentence names folder, reason and remedy; the older folder is as it was."""
    models = tmp_path / "models"
    folder = write(config, generator, networks, models)
    (folder / "stale").touch()
    monkeypatch.setattr(model_folder.shutil, "copyfile", fill_the_disk)
    with pytest.raises(ModelFolderUnwritable, match="No space left on device") as caught:
        write(config, generator, networks, models)
    assert str(folder) in str(caught.value)
    assert "older model is as it was" in str(caught.value)
    assert (folder / "stale").exists()
    assert sorted(p.name for p in models.iterdir()) == ["small"]


def test_a_move_that_fails_brings_the_older_model_back(
    config: TrainingConfig,
    generator: Generator,
    networks: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """When the new folder cannot take its name, the older one gets it back."""
    models = tmp_path / "models"
    folder = write(config, generator, networks, models)
    (folder / "stale").touch()
    move, moves = os.replace, []

    def replace(source: Path, target: Path) -> None:
        moves.append(target)
        if len(moves) == 2:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        move(source, target)

    monkeypatch.setattr(model_folder.os, "replace", replace)
    with pytest.raises(ModelFolderUnwritable, match="Permission denied"):
        write(config, generator, networks, models)
    assert (folder / "stale").exists()
    assert sorted(p.name for p in models.iterdir()) == ["small"]


def test_a_place_that_cannot_be_a_folder_is_told(
    config: TrainingConfig, generator: Generator, networks: Path, tmp_path: Path
) -> None:
    """Where a file stands in the way nothing is written, and one sentence says so."""
    (tmp_path / "models").write_text("a file", encoding="utf-8")
    with pytest.raises(ModelFolderUnwritable, match=r"models.*could not be written"):
        write(config, generator, networks, tmp_path / "models")
    assert (tmp_path / "models").read_text(encoding="utf-8") == "a file"
