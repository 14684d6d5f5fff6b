"""A small, real training set: random pictures, VGG-shaped features, a two-style config."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import save_file

_STAGES = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512))


def _picture(path: Path, seed: int, width: int, height: int) -> None:
    random = np.random.default_rng(seed)
    small = random.integers(0, 256, (height // 8, width // 8, 3), dtype=np.uint8)
    picture = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(".png", picture)[1].tobytes())


@pytest.fixture(scope="session")
def training_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a space and an umlaut in its path."""
    folder = tmp_path_factory.mktemp("träining data")
    for number in range(3):
        _picture(folder / "photos" / f"photo{number}.png", number, 160, 120)
    _picture(folder / "photos" / "still.png", 11, 1200, 680)
    _picture(folder / "paintings" / "first.png", 21, 120, 100)
    _picture(folder / "paintings" / "second.png", 22, 120, 100)
    random = torch.Generator().manual_seed(0)
    tensors: dict[str, torch.Tensor] = {}
    channels = 3
    for stage, widths in enumerate(_STAGES, start=1):
        for index, width in enumerate(widths, start=1):
            weight = torch.randn(width, channels, 3, 3, generator=random) / (channels * 4.5) ** 0.5
            tensors[f"conv{stage}_{index}.weight"] = weight.half()
            tensors[f"conv{stage}_{index}.bias"] = torch.zeros(width).half()
            channels = width
    save_file(tensors, str(folder / "features.safetensors"))
    return folder


CONFIG = """
[model]
id = "small"
title = "Small"
description = "A test's generator."
licence = "Apache-2.0"
preview = "photos/photo0.png"

[data]
photos = ["photos"]
stills = ["photos/still.png"]
features = "features.safetensors"
photo_short_side_px = 128
painting_short_side_px = 128
crop_px = 64

[generator]
trunk = 16
half = 8
full = 8
blocks = 2

[schedule]
steps = 4
batch = 2
adversarial_from = 0.2
adversarial_full = 0.4
sheet_every = 4
save_every = 2

[[styles]]
id = "first"
title = "First"
artist = "Nobody"
year = "2026"
painting = "paintings/first.png"
origin = "made by the test"
licence = "CC0"

[[styles]]
id = "second"
title = "Second"
artist = "Nobody"
year = "2026"
painting = "paintings/second.png"
origin = "made by the test"
licence = "CC0"
"""


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    """The configuration as a file that a test may change."""
    path = tmp_path / "small.toml"
    path.write_text(CONFIG, encoding="utf-8")
    return path
