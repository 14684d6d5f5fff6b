"""Holds the way from a finished run to a model folder: network, parity, gates, pictures, card."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import torch

from model_training.data.photos import read_picture
from model_training.data.style_target import measure_target, read_paintings, read_photos
from model_training.evaluation import evaluate
from model_training.networks.features import VggFeatures
from model_training.networks.generator import STRIDE, Generator
from model_training.release import export
from model_training.training.config import TrainingConfig
from model_training.training.sheet import BORDER_PX
from nuke_plugin.contract.strict_json import NumberTree
from nuke_plugin.contract.version import VERSION
from nuke_plugin.worker.measure import gates as pixel_gates
from nuke_plugin.worker.measure.exact_motion import Frame
from nuke_plugin.worker.measure.stills import covering

PREVIEW_SIZE = (480, 270)


@dataclass(frozen=True)
class SessionPainter:
    """Paints frames with the exported network as the product does: padded once, cropped after."""

    session: onnxruntime.InferenceSession
    styles: tuple[str, ...]

    def __call__(self, frame: Frame, style: str, strength: float) -> Frame:
        """(H, W, 3) -> the same; see `Painter`."""
        height, width = frame.shape[:2]
        bottom, right = BORDER_PX + -height % STRIDE, BORDER_PX + -width % STRIDE
        padded = cv2.copyMakeBorder(
            frame, BORDER_PX, bottom, BORDER_PX, right, cv2.BORDER_REFLECT_101
        )
        vector = np.zeros((1, len(self.styles)), np.float32)
        vector[0, self.styles.index(style)] = 1.0
        (painted,) = self.session.run(
            None,
            {
                "image": np.ascontiguousarray(padded.transpose(2, 0, 1)[None]),
                "style": vector,
                "strength": np.full((1, 1), strength, np.float32),
            },
        )
        inside = painted[0, :, BORDER_PX : BORDER_PX + height, BORDER_PX : BORDER_PX + width]
        return np.ascontiguousarray(inside.transpose(1, 2, 0))


def measure_gates(
    config: TrainingConfig, generator: Generator, paint: SessionPainter, data: Path
) -> NumberTree:
    """Every number that the card publishes but the parity, measured on the exported network."""
    stills = [
        covering((read_picture(data / still) / np.float32(255.0)).astype(np.float32))
        for still in config.data.stills
    ]
    features = VggFeatures(data / config.data.features)
    paintings = read_paintings(config, data, torch.device("cpu"))
    target = measure_target(features, read_photos(config, data), paintings, config)
    gates = pixel_gates.measure_gates(paint, paint.styles, generator.halo_px, stills)
    for index, style in enumerate(paint.styles):
        sweep = evaluate.strength_sweep(stills, style, index, paint, features, target)
        gates[style].update(sweep)
    gates["kmac_per_pixel"] = generator.kmac_per_pixel
    return gates


def draw_previews(
    config: TrainingConfig, paint: SessionPainter, data: Path
) -> list[export.PreviewPicture]:
    """A picture for each style, and one with all of them as upright strips."""
    styles = paint.styles
    photo = read_picture(data / config.model.preview)
    width, height = 2 * PREVIEW_SIZE[0], 2 * PREVIEW_SIZE[1]
    scale = max(width / photo.shape[1], height / photo.shape[0])
    size = (math.ceil(photo.shape[1] * scale), math.ceil(photo.shape[0] * scale))
    photo = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    top, left = (photo.shape[0] - height) // 2, (photo.shape[1] - width) // 2
    photo = photo[top : top + height, left : left + width]
    frame = photo.astype(np.float32) / 255.0
    painted = [paint(frame, style, 1.0) for style in styles]
    edges = np.linspace(0, width, len(styles) + 1).astype(int)
    strips = [p[:, a:b] for p, a, b in zip(painted, edges[:-1], edges[1:], strict=True)]
    pictures = {
        "preview.png": np.concatenate(strips, axis=1),
        **{f"preview_{style}.png": p for style, p in zip(styles, painted, strict=True)},
    }
    return [
        export.PreviewPicture(
            name,
            (cv2.resize(p, PREVIEW_SIZE, interpolation=cv2.INTER_AREA) * 255.0 + 0.5).astype(
                np.uint8
            ),
        )
        for name, p in pictures.items()
    ]


def publish(
    config: TrainingConfig, data: Path, run: Path, models: Path, say: Callable[[str], None]
) -> Path:
    """Exports a run into `models/<id>` and returns that folder.

    ExportFailed when ONNX Runtime and torch differ by more than `export.PARITY_TOLERANCE`; the
    older model folder is then left as it was.
    """
    generator, step = export.load_generator(config, run)
    with tempfile.TemporaryDirectory() as folder:
        network = Path(folder) / "model.onnx"
        say(f"exporting step {step}")
        provenance = {
            "impasto_version": VERSION,
            "impasto_config": config.deciding(),
            "impasto_step": str(step),
        }
        export.write_network(generator, network, provenance)
        session = export.open_network(network)
        difference = export.parity(generator, session)
        if difference > export.PARITY_TOLERANCE:
            raise export.ExportFailed(
                f"ONNX Runtime and torch differ by {difference:.2g}, more than "
                f"{export.PARITY_TOLERANCE:g}. The exported network is not the trained one; "
                "nothing was written. Check the versions of torch and onnxruntime."
            )
        say(f"ONNX Runtime and torch agree to {difference:.2g}; measuring the gates")
        paint = SessionPainter(session, tuple(style.id for style in config.styles))
        with torch.inference_mode():
            gates = measure_gates(config, generator, paint, data)
        gates["onnx_max_abs"] = difference
        say("drawing the previews")
        previews = draw_previews(config, paint, data)
        return export.write_model_folder(config, generator, gates, previews, network, models)
