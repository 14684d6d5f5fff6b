"""Holds made-up channels that look like an effect's: a flame, a puff of smoke, waves.

They are what a trained network's channels are like in size, range and smoothness, so that shading
can be tested and looked at without one.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]


def noise(size: tuple[int, int], wavelengths_px: tuple[float, ...], seed: int) -> Plane:
    """Return smooth noise of several sizes, (H, W), mean 0, variance 1; longer waves weigh more."""
    random = np.random.default_rng(seed)
    total: Plane = np.zeros(size, np.float32)
    for wavelength in wavelengths_px:
        plane = random.standard_normal(size).astype(np.float32)
        plane = cv2.GaussianBlur(plane, (0, 0), wavelength / 4, borderType=cv2.BORDER_REFLECT)
        total += plane / plane.std() * np.float32(wavelength)
    scaled: Plane = (total - total.mean()) / total.std()
    return scaled


def flame(height: int, width: int, seed: int = 1) -> dict[str, Plane]:
    """Return temperature, density and soot of a fire that stands on the lower edge, (H, W) each."""
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    up = 1 - rows / (height - 1)
    unit = height / 4
    bent = noise((height, width), (unit, unit / 2, unit / 4), seed) * up * width * 0.08
    across = np.abs(columns - width / 2 + bent) / (width * 0.28)
    tongues = noise((height, width), (unit, unit / 2, unit / 5), seed + 1)
    body = 1.25 - across**1.6 - 1.05 * up + 0.30 * tongues * (0.15 + up)
    temperature = np.clip(body, 0, 1) ** 0.8
    density = np.clip(1.6 * body, 0, 1)
    plume = 0.9 * np.exp(-((across / 1.3) ** 2)) * np.clip(up - 0.35, 0, 1)
    soot = plume * np.clip(1 + tongues, 0, 3)
    return {
        "temperature": temperature.astype(np.float32),
        "density": density.astype(np.float32),
        "soot": soot.astype(np.float32),
    }


def puff(height: int, width: int, seed: int = 2) -> dict[str, Plane]:
    """Return the density of a puff of smoke in the middle of the frame, (H, W)."""
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = (columns / width - 0.5) * 2, (rows / height - 0.5) * 2
    unit = height / 3
    billows = noise((height, width), (unit, unit / 2, unit / 4, unit / 8), seed)
    density = np.clip(0.75 - (x * x + y * y) + 0.38 * billows, 0, 1)
    return {"density": density.astype(np.float32)}


def waves(height: int, width: int, seed: int = 3) -> dict[str, Plane]:
    """Return height, foam and matte of a sea that fills most of the frame, (H, W) each."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    surface = np.zeros((height, width), np.float32)
    for wavelength in (96, 70, 48, 33, 24, 17, 12, 9):
        for _ in range(3):
            turn = np.radians(60 + 25 * random.standard_normal())
            phase = random.uniform(0, 2 * np.pi)
            along = columns * np.cos(turn) - rows * np.sin(turn)
            swell = np.sin(2 * np.pi * along / wavelength + phase)
            surface += np.float32(0.011 * wavelength) * swell.astype(np.float32)
    crest = np.clip((surface - 1.3 * surface.std()) / surface.std(), 0, 1)
    torn = np.clip(0.5 + noise((height, width), (10.0, 5.0), seed), 0, 1)
    edge = np.clip((columns - 0.08 * width) / (0.02 * width), 0, 1)
    return {
        "height": surface,
        "foam": (crest * torn).astype(np.float32),
        "matte": edge.astype(np.float32),
    }
