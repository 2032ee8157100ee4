"""How well probabilities hold: of the texts with a probability of 0.8, four in five should be spun."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["BINS", "calibration_bins"]

BINS = 15  # of the calibration error, as Guo et al. (2017)


def calibration_bins(
    probability: NDArray[np.float64], spun: NDArray[np.bool_], bins: int = BINS
) -> list[tuple[float, float, int]]:
    """Return mean probability, share that is spun, and count of each bin of equal width that holds a text.

    >>> calibration_bins(np.array([0.1, 0.12, 0.9]), np.array([False, True, True]), bins=2)
    [(0.11, 0.5, 2), (0.9, 1.0, 1)]
    """
    which = np.minimum((probability * bins).astype(np.int64), bins - 1)
    rows = []
    for b in np.unique(which).tolist():
        inside = which == b
        rows.append((float(probability[inside].mean()), float(spun[inside].mean()), int(inside.sum())))
    return rows
