"""Holds the graphics cards of this machine, as the driver's own tool lists them.

``nvidia-smi`` comes with every NVIDIA driver and needs none of our libraries. Where it is missing
or silent nothing is known, and nothing is guessed.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

DEVICES_VARIABLE = "CUDA_VISIBLE_DEVICES"
"""Names the cards that CUDA shows a process, by the driver's number or UUID, and numbers them."""

_QUERY = ("index", "uuid", "name", "driver_version", "memory.free")
_TIMEOUT_SECONDS = 20


@dataclass(frozen=True)
class GpuDevice:
    """One NVIDIA graphics card."""

    number: int
    """The driver's number of it."""

    uuid: str
    """The driver's name of it, which stays with the card."""

    name: str
    """The card's name."""

    driver: str
    """Version of the driver."""

    free_bytes: int
    """Memory that nobody uses just now."""

    def is_named(self, name: str) -> bool:
        """Return whether a name is this card's: its number, or its UUID or the beginning of it."""
        if name.isdecimal():
            return int(name) == self.number
        return name.startswith("GPU-") and self.uuid.startswith(name)


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


def gpu_device(number: int, environ: Mapping[str, str]) -> GpuDevice | None:
    """Return the card that CUDA knows by a number, as ``--device`` takes it; None if not known."""
    named = environ.get(DEVICES_VARIABLE)
    if named is None:
        wanted = str(number)
    else:
        shown = [name.strip() for name in named.split(",")]
        hidden = [at for at, name in enumerate(shown) if name in ("", "-1")]
        shown = shown[: hidden[0]] if hidden else shown  # CUDA stops at the first that is none
        if not 0 <= number < len(shown):
            return None
        wanted = shown[number]
    found = [card for card in gpu_devices() if card.is_named(wanted)]
    return found[0] if len(found) == 1 else None


def _device(line: str) -> GpuDevice | None:
    values = [value.strip() for value in line.split(",")]
    try:
        number, uuid, name, driver, free_mib = values
        return GpuDevice(int(number), uuid, name, driver, int(free_mib) << 20)
    except ValueError:
        return None
