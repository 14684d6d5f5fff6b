"""Holds the export: a run's averaged generator becomes a folder of network, card and pictures.

The folder is made beside its final name and moved there whole,
once ONNX Runtime agreed with torch.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime
import torch
import torch.nn.functional as F

from model_training.data.picture_table import read_picture_table
from model_training.networks.generator import STRIDE, Generator, make_generator
from model_training.training.checkpoint import FILE_NAME, load_modules
from model_training.training.config import TrainingConfig
from model_training.training.sheet import BORDER_PX
from nuke_plugin.contract.card import (
    CARD_FILE,
    CARD_FORMAT,
    ImageInput,
    ImageOutput,
    ModelCard,
    NetworkFile,
    ScalarInput,
    Source,
    StyleSlot,
    VectorInput,
)
from nuke_plugin.contract.strict_json import NumberTree

OPSET = 20
PARITY_TOLERANCE = 1e-4
"""Largest difference between ONNX Runtime and torch, in display units, that is let through."""


class ExportFailed(RuntimeError):
    """A network was exported that does not do what the generator does."""


class RunMissing(FileNotFoundError):
    """A run folder has no finished state."""


@dataclass(frozen=True)
class PreviewPicture:
    """One picture for the model folder: file name and (H, W, 3) uint8 RGB."""

    file: str
    picture: np.ndarray


def load_generator(config: TrainingConfig, run: Path) -> tuple[Generator, int]:
    """The run's averaged generator, ready for inference, and the step it has reached."""
    if not (run / FILE_NAME).is_file():
        raise RunMissing(
            f"Run folder '{run}' holds no {FILE_NAME}. Train it first with impasto-train style."
        )
    generator = make_generator(len(config.styles), config.generator.generator_size())
    step = load_modules(run, {"average": generator}, config.deciding())
    generator.set_padding("zeros")
    return generator.eval().requires_grad_(False), step


def write_network(generator: Generator, path: Path, provenance: dict[str, str]) -> None:
    """Writes the ONNX graph with free height and width, and the provenance inside the file."""
    count = generator.styles
    example = (
        torch.rand(1, 3, 16 * STRIDE, 20 * STRIDE),
        F.one_hot(torch.tensor([0]), count).float(),
        torch.full((1, 1), 0.7),
    )
    program = torch.onnx.export(
        generator,
        example,
        dynamo=True,
        input_names=["image", "style", "strength"],
        output_names=["painted"],
        dynamic_shapes={"image": {2: "height", 3: "width"}, "style": {}, "strength": {}},
        opset_version=OPSET,
        external_data=False,
        verbose=False,
    )
    assert program is not None
    model = program.model_proto
    for key, value in provenance.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString())


def open_network(path: Path) -> onnxruntime.InferenceSession:
    """An ONNX Runtime session on the CPU."""
    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])


def parity(generator: Generator, session: onnxruntime.InferenceSession) -> float:
    """Largest |ONNX Runtime - torch| over styles, strengths and two sizes, in display units."""
    random = torch.Generator().manual_seed(7)
    worst = 0.0
    for index in range(generator.styles):
        for strength, (height, width) in ((0.0, (96, 128)), (0.5, (128, 72)), (1.0, (160, 208))):
            image = torch.rand(1, 3, height, width, generator=random)
            style = F.one_hot(torch.tensor([index]), generator.styles).float()
            amount = torch.full((1, 1), strength)
            (ours,) = session.run(
                None,
                {"image": image.numpy(), "style": style.numpy(), "strength": amount.numpy()},
            )
            with torch.no_grad():
                theirs = generator(image, style, amount).numpy()
            worst = max(worst, float(np.abs(ours - theirs).max()))
    return worst


def write_model_folder(
    config: TrainingConfig,
    generator: Generator,
    gates: NumberTree,
    previews: list[PreviewPicture],
    network: Path,
    models: Path,
) -> Path:
    """Puts network, card and pictures under `models/<id>`, replacing an older one whole."""
    models.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f".{config.model.id}.", dir=models))
    try:
        shutil.copyfile(network, building / "model.onnx")
        for preview in previews:
            bgr = cv2.cvtColor(preview.picture, cv2.COLOR_RGB2BGR)
            ok, data = cv2.imencode(".png", bgr, [cv2.IMWRITE_PNG_COMPRESSION, 9])
            assert ok
            (building / preview.file).write_bytes(data.tobytes())
        card = make_card(config, generator, gates, building / "model.onnx")
        (building / CARD_FILE).write_text(card.to_json(), encoding="utf-8")
        building.chmod(0o755)
        final = models / config.model.id
        older = models / f".{config.model.id}.older"
        shutil.rmtree(older, ignore_errors=True)
        if final.exists():
            os.replace(final, older)
        os.replace(building, final)
        shutil.rmtree(older, ignore_errors=True)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return final


def make_card(
    config: TrainingConfig, generator: Generator, gates: NumberTree, network: Path
) -> ModelCard:
    """The card of a network that was just written."""
    data = network.read_bytes()
    return ModelCard(
        format=CARD_FORMAT,
        id=config.model.id,
        title=config.model.title,
        kind="style",
        description=config.model.description,
        network=NetworkFile(network.name, hashlib.sha256(data).hexdigest(), len(data), OPSET),
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
        training_scale_px=config.data.painting_short_side_px,
        licence=config.model.licence,
        sources=(
            *(Source(s.painting.name, s.origin, s.licence, s.artist) for s in config.styles),
            *(read_picture_table(config.data.pictures) if config.data.pictures else ()),
        ),
        gates=gates,
        preview="preview.png",
    )
