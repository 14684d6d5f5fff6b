"""Holds the command `features`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from model_training.networks.features_import import import_features


def make_features(
    source: Annotated[Path, typer.Argument(help="VGG16 of timm or torchvision, safetensors.")],
    target: Annotated[Path, typer.Argument(help="Features file to write.")],
) -> None:
    """Make the features file that the losses need from a public VGG16, once."""
    import_features(source, target)
    print(f"wrote {target} ({target.stat().st_size / 2**20:.0f} MiB)")
