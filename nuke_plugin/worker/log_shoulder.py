"""Holds a curve that shows dark light as it is and squeezes the rest, however bright, below 1.

::

    f(m) = m                                                         for m <= k
         = k + (1 - k) log(1 + a (m - k)) / log(1 + a (top - k))     above, f(top) = 1

with ``a`` such that the slope is continuous at the knee k. Above it equal ratios of light are
nearly equal steps, which is how eyes and networks tell structure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]


@dataclass(frozen=True)
class LogShoulder:
    """One such curve."""

    knee: float
    """Linear value, 0 to 1, up to which light stays as it is."""

    top: float
    """Linear value that becomes 1; what is brighter becomes 1 too."""

    def squeeze(self, light: Values) -> Values:
        """Return f(m), in [0, 1], for values of 0 or more."""
        above = np.clip(light - np.float32(self.knee), 0, np.float32(self.top - self.knee))
        rise = np.log1p(np.float32(self._steepness) * above) / np.float32(self._log_of_top)
        squeezed = np.minimum(light, np.float32(self.knee)) + np.float32(1 - self.knee) * rise
        return np.asarray(squeezed, np.float32)

    def expand(self, squeezed: Values) -> Values:
        """Return the m of f(m), 0 to ``top``, for values in [0, 1]."""
        rise = np.clip((squeezed - np.float32(self.knee)) / np.float32(1 - self.knee), 0, 1)
        above = np.expm1(rise * np.float32(self._log_of_top)) / np.float32(self._steepness)
        return np.asarray(np.minimum(squeezed, np.float32(self.knee)) + above, np.float32)

    @cached_property
    def _steepness(self) -> float:
        """The ``a`` of slope 1 at the knee, a fixed point of log(1 + a (top - k)) / (1 - k)."""
        steepness = 1.0
        for _ in range(100):
            steepness = math.log1p(steepness * (self.top - self.knee)) / (1 - self.knee)
        return steepness

    @cached_property
    def _log_of_top(self) -> float:
        return math.log1p(self._steepness * (self.top - self.knee))
