"""Holds the writing of a model folder: networks, card and pictures, all of it or nothing.

The folder is made beside its final name and moved there whole; an older one steps aside, and comes
back where the move fails.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from model_training.data.picture_table import read_picture_table
from model_training.networks.generator import STRIDE, Generator
from model_training.release.export import OPSET, ExportFailed
from model_training.release.missed_limits import missed_limits
from model_training.training.config import TrainingConfig
from model_training.training.sheet import BORDER_PX
from nuke_plugin.contract.card import CARD_FILE, CARD_FORMAT, ModelCard
from nuke_plugin.contract.card_parts import (
    HalfNetworkFile,
    ImageInput,
    ImageOutput,
    NetworkFile,
    ScalarInput,
    Source,
    StyleSlot,
    VectorInput,
)
from nuke_plugin.contract.strict_json import NumberTree

NETWORK_FILE = "model.onnx"
HALF_NETWORK_FILE = "model.fp16.onnx"
TORCHSCRIPT_FILE = "model.pt"
"""Not named on the card: it is for Nuke's own nodes, and the product never loads it."""


class ModelFolderUnwritable(ExportFailed):
    """The disk is full, or the place for model folders may not be written."""


@dataclass(frozen=True)
class PreviewPicture:
    """One picture for the model folder: file name and (H, W, 3) uint8 RGB."""

    file: str
    picture: np.ndarray


def write_model_folder(
    config: TrainingConfig,
    generator: Generator,
    gates: NumberTree,
    previews: list[PreviewPicture],
    networks: Path,
    models: Path,
) -> Path:
    """Puts all files of the folder `networks`, card and pictures under `models/<id>`.

    An older folder is replaced whole. Raises ModelFolderUnwritable; then the older one is as it was
    and nothing else is left.
    """
    card = make_card(config, generator, gates, networks)
    return write_folder(models / config.model.id, card.to_json(), previews, networks)


def write_folder(
    final: Path, card: str, previews: Sequence[PreviewPicture], networks: Path
) -> Path:
    """Puts all files of the folder `networks`, a card's text and pictures under a final name.

    Raises ModelFolderUnwritable as `write_model_folder` does.
    """
    with _whole_folder(final) as building:
        for file in sorted(networks.iterdir()):
            shutil.copyfile(file, building / file.name)
        for preview in previews:
            bgr = cv2.cvtColor(preview.picture, cv2.COLOR_RGB2BGR)
            ok, data = cv2.imencode(".png", bgr, [cv2.IMWRITE_PNG_COMPRESSION, 9])
            assert ok
            (building / preview.file).write_bytes(data.tobytes())
        (building / CARD_FILE).write_text(card, encoding="utf-8")
    return final


@contextlib.contextmanager
def _whole_folder(final: Path) -> Iterator[Path]:
    """A folder to fill, which takes the name `final` when all went well."""
    models = final.parent
    building = None
    try:
        models.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=f".{final.name}.", dir=models))
        yield building
        building.chmod(0o755)
        _replace_folder(building, final)
    except OSError as error:
        raise ModelFolderUnwritable(
            f"The model folder '{final}' could not be written: {error.strerror or error}. Nothing "
            f"was changed{' there; the older model is as it was' if final.exists() else ''}. Free "
            "some space, or name a folder that may be written (--models)."
        ) from error
    finally:
        if building is not None:
            shutil.rmtree(building, ignore_errors=True)


def _replace_folder(building: Path, final: Path) -> None:
    older = final.with_name(f".{final.name}.older")
    shutil.rmtree(older, ignore_errors=True)
    if not final.exists():
        os.replace(building, final)
        return
    os.replace(final, older)
    try:
        os.replace(building, final)
    except OSError:
        os.replace(older, final)
        raise
    shutil.rmtree(older, ignore_errors=True)


def make_card(
    config: TrainingConfig, generator: Generator, gates: NumberTree, networks: Path
) -> ModelCard:
    """The card of the networks that were just written to the folder `networks`."""
    return ModelCard(
        format=CARD_FORMAT,
        id=config.model.id,
        title=config.model.title,
        kind="style",
        description=describe(config, gates),
        network=describe_networks(networks),
        image=ImageInput(),
        output=ImageOutput(),
        style=VectorInput("style", generator.styles),
        strength=ScalarInput(
            "strength", 0.0, 1.0, 0.0, "0 gives the plate back, 1 paints in full style."
        ),
        styles=tuple(
            StyleSlot(s.id, s.title, s.artist, s.year, f"preview_{s.id}.png") for s in config.styles
        ),
        size_multiple=STRIDE,
        halo_px=generator.halo_px,
        border_px=BORDER_PX,
        local=True,
        training_scale_px=config.data.photo_short_side_px,
        licence=config.model.licence,
        sources=(
            *(
                Source(painting.name, s.origin, s.licence, s.artist)
                for s in config.styles
                for painting in s.paintings
            ),
            *(read_picture_table(config.data.pictures) if config.data.pictures else ()),
        ),
        gates=gates,
        preview="preview.png",
    )


def describe(config: TrainingConfig, gates: NumberTree) -> str:
    """The description on the card: what it paints, the limits missed, and the comparison."""
    model = config.model
    parts = (model.description, missed_limits(config.styles, gates), model.comparison)
    return " ".join(part for part in parts if part)


def describe_networks(networks: Path) -> NetworkFile:
    """What a card says of both precisions in the folder `networks`."""
    network, half = ((networks / name) for name in (NETWORK_FILE, HALF_NETWORK_FILE))
    return NetworkFile(
        network.name,
        _sha256(network),
        network.stat().st_size,
        OPSET,
        HalfNetworkFile(half.name, _sha256(half), half.stat().st_size),
    )


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
