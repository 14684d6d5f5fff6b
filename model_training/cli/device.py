"""Holds the choice of the device to train on."""

from __future__ import annotations

import torch


class DeviceMissing(ValueError):
    """Training was asked for on a device that torch does not find."""


def choose_device(name: str) -> torch.device:
    """The device to train on; DeviceMissing where it is not there."""
    has_cuda = torch.cuda.is_available()
    if name == "auto":
        return torch.device("cuda" if has_cuda else "cpu")
    if name not in ("cpu", "cuda") or (name == "cuda" and not has_cuda):
        raise DeviceMissing(
            f"There is no device '{name}' here. Use cpu{', or cuda' if has_cuda else ''}."
        )
    return torch.device(name)
