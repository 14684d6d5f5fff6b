"""Holds the graphics cards of this machine, as the driver's own tool lists them.

``nvidia-smi`` comes with every NVIDIA driver and needs none of our libraries. Where it is missing
or silent nothing is known, and nothing is guessed.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass

_QUERY = ("index", "name", "driver_version", "memory.free")
_TIMEOUT_SECONDS = 20


@dataclass(frozen=True)
class GpuDevice:
    """One NVIDIA graphics card."""

    number: int
    """As ``--device`` takes it."""

    name: str
    """The card's name."""

    driver: str
    """Version of the driver."""

    free_bytes: int
    """Memory that nobody uses just now."""


def gpu_devices() -> tuple[GpuDevice, ...]:
    """Return the graphics cards; empty where there are none or the driver does not tell."""
    try:
        listed = subprocess.run(
            ["nvidia-smi", f"--query-gpu={','.join(_QUERY)}", "--format=csv,noheader,nounits"],
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(filter(None, map(_device, listed.stdout.splitlines())))


def gpu_device(number: int) -> GpuDevice | None:
    """Return one graphics card; None where it is not known."""
    return next((device for device in gpu_devices() if device.number == number), None)


def _device(line: str) -> GpuDevice | None:
    values = [value.strip() for value in line.split(",")]
    try:
        number, name, driver, free_mib = values
        return GpuDevice(int(number), name, driver, int(free_mib) << 20)
    except ValueError:
        return None
