"""Runs of elements that stand end to end in one array."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["places_within"]


def places_within(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the place of each element within its run, int64 (sum of lengths,).

    >>> places_within(np.array([2, 0, 3])).tolist()
    [0, 1, 0, 1, 2]
    """
    ends = np.cumsum(lengths)
    out: NDArray[np.int64] = np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - lengths, lengths)
    return out
