"""Holds what the worker calls a picture in planes; numpy alone, so that all may import it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Planes = NDArray[np.float32]
"""A picture as planes, float32 (3, H, W), R first."""
