"""The TorchScript file's promises: a picture in and out, knobs as attributes, the same painting."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from model_training.networks.generator import Generator, GeneratorSize, make_generator
from model_training.release import export
from model_training.release.session_painter import SessionPainter
from model_training.release.torchscript import write_torchscript
from model_training.training.sheet import BORDER_PX


@pytest.fixture(scope="module")
def file(generator: Generator, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The generator as TorchScript."""
    path = tmp_path_factory.mktemp("script") / "model.pt"
    write_torchscript(generator, BORDER_PX, path)
    return path


def picture(height: int, width: int) -> np.ndarray:
    """Return a smooth picture, (H, W, 3) in [0, 1]."""
    small = np.random.default_rng(1).random((6, 8, 3), dtype=np.float32)
    return np.clip(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), 0, 1)


def as_tensor(frame: np.ndarray) -> torch.Tensor:
    """Return (1, 3, H, W)."""
    return torch.from_numpy(np.ascontiguousarray(frame.transpose(2, 0, 1)[None]))


@pytest.mark.parametrize("size", [(64, 80), (61, 83)])
def test_it_paints_as_the_onnx_network_does(
    file: Path, network: Path, size: tuple[int, int]
) -> None:
    """In each style and at any strength and size, as the product paints with the ONNX file."""
    module = torch.jit.load(str(file))
    paint = SessionPainter(export.open_network(network), ("0", "1", "2"))
    frame = picture(*size)
    for style in range(3):
        for strength in (0.4, 1.0):
            module.style, module.strength = style, strength
            ours = module(as_tensor(frame))
            theirs = as_tensor(paint(frame, str(style), strength))
            assert ours.shape == theirs.shape
            assert float((ours - theirs).abs().max()) < export.PARITY_TOLERANCE


def test_strength_0_is_the_picture(file: Path) -> None:
    """At strength 0 the picture comes back bit for bit, light above 1 included."""
    module = torch.jit.load(str(file))
    module.strength = 0.0
    image = as_tensor(picture(32, 40)) * 5 - 1
    assert torch.equal(module(image), image)


def test_knobs_out_of_range_are_held(file: Path) -> None:
    """A style or strength beyond the model's is its last one, not an error in the comp."""
    module = torch.jit.load(str(file))
    image = as_tensor(picture(32, 40))
    module.style, module.strength = 2, 1.0
    last = module(image)
    module.style, module.strength = 99, 7.0
    assert torch.equal(module(image), last)
    assert torch.equal(module(image + 0.0), module(image.clamp(0, 1)))


@pytest.mark.parametrize("size", [(3, 5), (17, 200)])
def test_pictures_too_small_to_mirror_are_painted(file: Path, size: tuple[int, int]) -> None:
    """A picture smaller than its border is padded with its edge."""
    painted = torch.jit.load(str(file))(as_tensor(picture(*size)))
    assert painted.shape == (1, 3, *size)
    assert bool(painted.isfinite().all())


def test_half_precision_works(file: Path) -> None:
    """Where the node halves module and picture the painting stays near, and is half."""
    module = torch.jit.load(str(file))
    image = as_tensor(picture(48, 64))
    full = module(image)
    half = module.half()(image.half())
    assert half.dtype == torch.float16
    assert float((half.float() - full).abs().max()) < 0.02


@pytest.mark.parametrize("kind", ["full", "fast"])
def test_nothing_stays_on_the_device_it_was_made_on(tmp_path: Path, kind: str) -> None:
    """No tensor is baked into the code: it would stay on the processor when Nuke takes the GPU."""
    size = GeneratorSize(kind=kind, trunk=16, half=8, full=8, blocks=2, contours=True)  # type: ignore[arg-type]
    made = make_generator(2, size).eval().requires_grad_(False)
    made.set_padding("zeros")
    write_torchscript(made, BORDER_PX, tmp_path / "model.pt")
    module = torch.jit.load(str(tmp_path / "model.pt"))
    nodes = list(module.generator.inlined_graph.nodes())
    baked = [
        node.t("value")
        for node in nodes
        if node.hasAttribute("value") and node.kindOf("value") == "t"
    ]
    assert "aten::_convolution" in {node.kind() for node in nodes}
    assert not [tensor for tensor in baked if tensor.dim() > 0]
