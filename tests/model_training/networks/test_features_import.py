"""The features file's promises: a public VGG16 answers the same, read our way."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

from model_training.networks.features import FeaturesUnreadable, VggFeatures
from model_training.networks.features_import import PUBLIC_LAYERS, import_features

_WIDTHS = (64, 64, 128, 128, 256, 256, 256, 512, 512, 512)


@pytest.fixture
def public(tmp_path: Path) -> Path:
    """A file laid out as timm's VGG16, with random weights."""
    random = torch.Generator().manual_seed(0)
    tensors: dict[str, torch.Tensor] = {}
    channels = 3
    for number, width in zip(PUBLIC_LAYERS, _WIDTHS, strict=True):
        weight = torch.randn(width, channels, 3, 3, generator=random) / (channels * 4.5) ** 0.5
        tensors[f"features.{number}.weight"] = weight
        tensors[f"features.{number}.bias"] = torch.randn(width, generator=random)
        channels = width
    path = tmp_path / "public.safetensors"
    save_file(tensors, str(path))
    return path


def test_a_public_vgg_answers_the_same(public: Path, tmp_path: Path) -> None:
    """Away from the edge, our first stage equals the public one on RGB less its own mean."""
    from safetensors.torch import load_file

    import_features(public, tmp_path / "ours.safetensors")
    ours = VggFeatures(tmp_path / "ours.safetensors")
    theirs = load_file(str(public))
    image = torch.rand(1, 3, 24, 24, generator=torch.Generator().manual_seed(1))
    mean = torch.tensor([0.485, 0.456, 0.406])[None, :, None, None]
    deviation = torch.tensor([0.229, 0.224, 0.225])[None, :, None, None]
    x = (image - mean) / deviation
    for number in (0, 2):
        weight, bias = (theirs[f"features.{number}.{part}"] for part in ("weight", "bias"))
        x = F.relu(F.conv2d(x, weight, bias, padding=1))
    found = ours(image, stages=1)["relu1_2"]
    inside = (..., slice(4, -4), slice(4, -4))
    assert torch.allclose(found[inside], x[inside], atol=0.02 * float(x.std()))


def test_another_file_is_told(public: Path, tmp_path: Path) -> None:
    """What is no safetensors, and what is another network, are named and leave nothing."""
    text = tmp_path / "text.safetensors"
    text.write_text("no network", encoding="utf-8")
    other = tmp_path / "other.safetensors"
    save_file({"features.0.weight": torch.zeros(1)}, str(other))
    for source, told in ((text, "cannot be read"), (other, "no VGG16")):
        with pytest.raises(FeaturesUnreadable, match=told):
            import_features(source, tmp_path / "ours.safetensors")
    assert {path.name for path in tmp_path.iterdir()} == {p.name for p in (public, text, other)}
