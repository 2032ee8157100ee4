"""A small fitted network over named columns: one hidden layer, plain arrays, run with NumPy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Perceptron"]

_FAR = 6.0  # deviations to which standardised columns are clipped
_ROWS = 4_096  # worked on at a time: they stay in the processor's cache


@dataclass(frozen=True)
class Perceptron:
    """log10 odds from standardised columns; higher is likelier.

    Attributes
    ----------
    columns : names of the columns, in order
    mean, scale : float32 (c,); the columns are standardised by them and clipped to six deviations
    hidden, hidden_bias : float32 (c, h) and (h,), rectified
    output, output_bias : float32 (h,) and (1,), or (h, k) and (k,) if there are k outputs
    """

    columns: tuple[str, ...]
    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    hidden: NDArray[np.float32]
    hidden_bias: NDArray[np.float32]
    output: NDArray[np.float32]
    output_bias: NDArray[np.float32]

    def log10_odds(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return log10 odds of each row of `x` (n, c), float32 (n,), or (n, k) of each output."""
        out = np.empty((len(x), *self.output.shape[1:]), dtype=np.float32)
        # Rows of bounds: against a scalar NumPy's maximum is several times slower.
        far, zero = np.full_like(self.mean, _FAR), np.zeros(len(self.hidden_bias))
        hidden, output = self.hidden.astype(np.float64), self.output.astype(np.float64)
        for start in range(0, len(x), _ROWS):
            z = x[start : start + _ROWS] - self.mean
            z /= self.scale
            np.minimum(z, far, out=z)
            np.maximum(z, -far, out=z)
            # In double precision, so that sums in another order, as in another batch, round to the same result.
            h = z.astype(np.float64) @ hidden
            h += self.hidden_bias
            np.maximum(h, zero, out=h)
            out[start : start + _ROWS] = h @ output
        out += self.output_bias
        out *= np.float32(np.log10(np.e))
        return out
