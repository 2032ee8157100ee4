"""A small fitted network over named columns: one hidden layer, plain arrays, run with NumPy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Perceptron"]


@dataclass(frozen=True)
class Perceptron:
    """log10 odds from standardised columns; higher is likelier.

    Attributes
    ----------
    columns : names of the columns, in order
    mean, scale : float32 (c,); the columns are standardised by them and clipped to six deviations
    hidden, hidden_bias : float32 (c, h) and (h,), rectified
    output, output_bias : float32 (h,) and (1,)
    """

    columns: tuple[str, ...]
    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    hidden: NDArray[np.float32]
    hidden_bias: NDArray[np.float32]
    output: NDArray[np.float32]
    output_bias: NDArray[np.float32]

    def log10_odds(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return log10 odds of each row of `x` (n, c), float32 (n,)."""
        z = np.clip((x - self.mean) / self.scale, -6, 6)
        h = np.maximum(z @ self.hidden + self.hidden_bias, 0)
        logit: NDArray[np.float32] = (h @ self.output + self.output_bias[0]) * np.float32(np.log10(np.e))
        return logit
