"""Numbers with intervals: everything that a table of the model card holds.

Measures come from scikit-learn and SciPy, except two: the weighted ROC AUC, which a bootstrap computes a thousand times
from scores that are sorted once, and the calibration bins, since `calibration_curve` does not return the count of each.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.metrics import roc_curve

from detector.calibration import calibration_bins
from detector.evaluation.results import Interval

__all__ = [
    "auc_interval",
    "bootstrap",
    "expected_calibration_error",
    "f_interval",
    "ratio_interval",
    "roc_points",
    "wilson",
]

_CURVE_POINTS = 80  # of a ROC curve, about
_ROUNDS = 1000  # bootstrap samples; the ends of a 95% interval then move by a few hundredths of its width


def _groups(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the rank of each score among the distinct scores, 0 for the lowest."""
    return np.unique(scores, return_inverse=True)[1].astype(np.int64)


def _weighted_auc(group: NDArray[np.int64], spun: NDArray[np.bool_], weight: NDArray[np.float64], size: int) -> float:
    positive = np.bincount(group, weights=weight * spun, minlength=size)
    negative = np.bincount(group, weights=weight * ~spun, minlength=size)
    below = np.cumsum(negative) - negative
    total = float(positive.sum() * negative.sum())
    return float((positive * (below + negative / 2)).sum()) / total if total else math.nan


def bootstrap(
    measure: Callable[[NDArray[np.float64]], float], n_documents: int, seed: int = 0, rounds: int = _ROUNDS
) -> Interval:
    """Return a measure with its 95% percentile interval over documents drawn with replacement.

    `measure` takes how often each document was drawn, float64 (n_documents,); a human text and its spun versions are
    one document.
    """
    rng = np.random.default_rng(seed)
    once = measure(np.ones(n_documents))
    drawn = rng.multinomial(n_documents, np.full(n_documents, 1 / n_documents), size=rounds)
    values = np.array([measure(row.astype(np.float64)) for row in drawn])
    low, high = np.nanquantile(values, (0.025, 0.975))
    return Interval(round(once, 4), round(float(low), 4), round(float(high), 4))


def auc_interval(
    scores: NDArray[np.float64],
    spun: NDArray[np.bool_],
    document: NDArray[np.int64],
    seed: int = 0,
    rounds: int = _ROUNDS,
) -> Interval:
    """Return ROC AUC with its 95% bootstrap interval over documents (`document` numbers them from 0)."""
    group = _groups(scores)
    size = int(group.max()) + 1

    def measure(weight: NDArray[np.float64]) -> float:
        return _weighted_auc(group, spun, weight[document], size)

    return bootstrap(measure, int(document.max()) + 1, seed, rounds)


def f_interval(
    right: NDArray[np.float64], made: NDArray[np.float64], wanted: NDArray[np.float64], beta: float
) -> Interval:
    """Return the F score of counts over documents with its 95% bootstrap interval; `beta` below 1 favours precision.

    Parameters
    ----------
    right, made, wanted : float64 (documents,), right edits, all edits, edits that are right to make
    """

    def measure(weight: NDArray[np.float64]) -> float:
        total = float(weight @ (made + beta**2 * wanted))
        return float((1 + beta**2) * (weight @ right)) / total if total else math.nan

    return bootstrap(measure, len(right))


def ratio_interval(part: NDArray[np.float64], whole: NDArray[np.float64]) -> Interval:
    """Return sum(part) / sum(whole) over documents, with its 95% bootstrap interval."""

    def measure(weight: NDArray[np.float64]) -> float:
        total = float(weight @ whole)
        return float(weight @ part) / total if total else math.nan

    return bootstrap(measure, len(whole))


def wilson(hits: int, n: int) -> Interval:
    """Return a share with its 95% interval (Wilson 1927), which is right for shares near 0 and 1 too.

    >>> wilson(0, 100)
    Interval(value=0.0, low=0.0, high=0.037)
    """
    if n == 0:
        return Interval(math.nan, 0.0, 1.0)
    interval = binomtest(hits, n).proportion_ci(method="wilson")
    return Interval(round(hits / n, 4), round(float(interval.low), 4), round(float(interval.high), 4))


def expected_calibration_error(probability: NDArray[np.float64], spun: NDArray[np.bool_]) -> float:
    """Return the mean distance between probability and share, weighted by the texts of each bin; 0 is perfect.

    >>> round(expected_calibration_error(np.array([0.9, 0.9]), np.array([True, False])), 3)
    0.4
    """
    rows = calibration_bins(probability, spun)
    return sum(n * abs(p - share) for p, share, n in rows) / len(probability)


def roc_points(scores: NDArray[np.float64], spun: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """Return (false-positive rate, true-positive rate) along the curve, thinned to some points."""
    fpr, tpr, _ = roc_curve(spun, scores, drop_intermediate=False)
    # Evenly along the curve's own length, so that the steep part near zero is not lost.
    length = np.concatenate(([0.0], np.cumsum(np.abs(np.diff(fpr)) + np.abs(np.diff(tpr)))))
    rows = np.unique(np.searchsorted(length, np.linspace(0, length[-1], _CURVE_POINTS)).clip(0, len(length) - 1))
    return [(0.0, 0.0), *((round(float(fpr[i]), 5), round(float(tpr[i]), 5)) for i in rows), (1.0, 1.0)]
