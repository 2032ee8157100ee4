"""From features to a calibrated probability: boosted trees in plain arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["BoostedTrees", "log_odds", "probability"]


@dataclass(frozen=True)
class BoostedTrees:
    """Calibrated gradient-boosted trees, t of them, all of one depth.

    Node k of a tree leads to its nodes 2 k + 1, and 2 k + 2 if the column is above the threshold; the last nodes
    lead to the leaves. A branch that was not grown to the full depth has thresholds that nothing is above.

    Attributes
    ----------
    columns : feature names, in order
    column : int16 (t, 2 ** depth - 1), which column each node tests; threshold : float32, the same shape
    value : float32 (t, 2 ** depth), the contribution of each leaf to the score
    bias : float64 (1,)
    calibration : float64 (4,), by the length of the text: the logit is a0 + a1 s + (a2 + a3 s) (log10 words - 2) for a
        decision score s
    """

    columns: tuple[str, ...]
    column: NDArray[np.int16]
    threshold: NDArray[np.float32]
    value: NDArray[np.float32]
    bias: NDArray[np.float64]
    calibration: NDArray[np.float64]

    def decision_score(self, x: NDArray[np.float32] | NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the uncalibrated logit of each row of `x` (n, c); higher is likelier spun."""
        trees, nodes = self.column.shape
        flat, row = np.ravel(x), np.arange(len(x))[:, None] * x.shape[1]
        column, threshold = self.column.ravel().astype(np.int64), self.threshold.ravel()
        first = np.arange(trees) * nodes
        node = np.zeros((len(x), trees), dtype=np.int64)
        # The nodes of a tree lie level by level: the children of node i are 2 i + 1 and 2 i + 2. Every row goes down
        # one level of every tree at a time.
        for _ in range(nodes.bit_length()):
            at = node + first
            node = 2 * node + 1 + (flat[row + column[at]] > threshold[at])
        leaf = node - nodes + np.arange(trees) * (nodes + 1)
        score: NDArray[np.float64] = self.value.ravel()[leaf].sum(axis=1, dtype=np.float64) + self.bias[0]
        return score

    def logit(
        self, x: NDArray[np.float32] | NDArray[np.float64], log10_words: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the calibrated logit (natural logarithm of the odds) of each row."""
        s = self.decision_score(x)
        a = self.calibration
        out: NDArray[np.float64] = a[0] + a[1] * s + (a[2] + a[3] * s) * (log10_words - 2.0)
        return out


def probability(logit: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 / (1 + exp(-logit))."""
    out: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-np.clip(logit, -40, 40)))
    return out


def log_odds(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the logit of probabilities, natural logarithm, within -40 and 40: the inverse of `probability`."""
    p = np.clip(probability, np.exp(-40), 1 - 1e-16)
    out: NDArray[np.float64] = np.log(p) - np.log1p(-p)
    return out
