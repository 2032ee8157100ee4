"""From features to a calibrated probability: boosted trees and logistic regressions in plain arrays."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "DOCUMENT_FEATURE_NAMES",
    "BoostedTrees",
    "Classifier",
    "LogisticModel",
    "document_features",
    "log_odds",
    "probability",
    "with_damage",
]

# What a verdict on a document's words rests on: itself as one long passage, and its worst passage (one spun passage in
# a human article is found by that passage alone).
DOCUMENT_FEATURE_NAMES = ("whole", "worst_passage", "log10_passages")
_MAX_BY_NAMES = 5.0  # natural logarithm of the odds: who makes one slip makes more, and none is proof
_MOST = 15.0
# Share of spun texts whose words are a writer's and only damaged. So damage is told at ROC AUC 0.996 of 300 words on
# dev; where words that read well weigh against it, at 0.991.
_ONLY_DAMAGED = 0.02


class Classifier(ABC):
    """Scores rows of named columns; the scores are calibrated by the length of the text.

    Attributes
    ----------
    columns : feature names, in order
    calibration : float64 (4,), the logit is a0 + a1 s + (a2 + a3 s) (log10 words - 2) for a decision score s
    """

    columns: tuple[str, ...]
    calibration: NDArray[np.float64]

    @abstractmethod
    def decision_score(self, x: NDArray[np.float32] | NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the uncalibrated logit of each row of `x` (n, c); higher is likelier spun."""

    def logit(
        self, x: NDArray[np.float32] | NDArray[np.float64], log10_words: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the calibrated logit (natural logarithm of the odds) of each row."""
        s = self.decision_score(x)
        a = self.calibration
        length = log10_words - 2.0
        out: NDArray[np.float64] = a[0] + a[1] * s + (a[2] + a[3] * s) * length
        return out


@dataclass(frozen=True)
class LogisticModel(Classifier):
    """A calibrated logistic regression.

    Attributes
    ----------
    columns, calibration : as every classifier has them
    mean, scale : float64 (c,), standardisation; standardised features are clipped to eight deviations
    weights : float64 (c,); bias : float64 (1,)
    """

    columns: tuple[str, ...]
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    weights: NDArray[np.float64]
    bias: NDArray[np.float64]
    calibration: NDArray[np.float64]

    def decision_score(self, x: NDArray[np.float32] | NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the uncalibrated logit of each row of `x` (n, c); higher is likelier spun."""
        z = np.clip((x - self.mean) / self.scale, -8, 8)
        # Row by row sums, so that a row's score does not depend on how many stand beside it.
        score: NDArray[np.float64] = (z * self.weights).sum(axis=1) + self.bias[0]
        return score


@dataclass(frozen=True)
class BoostedTrees(Classifier):
    """Calibrated gradient-boosted trees, t of them, all of one depth.

    Node k of a tree leads to its nodes 2 k + 1, and 2 k + 2 where the column is above the threshold; the last nodes
    lead to the leaves. A branch that was not grown to the full depth has thresholds that nothing is above.

    Attributes
    ----------
    columns, calibration : as every classifier has them
    column : int16 (t, 2 ** depth - 1), which column each node asks about; threshold : float32, the same shape
    value : float32 (t, 2 ** depth), what each leaf adds to the score
    bias : float64 (1,)
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
        for _ in range(nodes.bit_length()):
            at = node + first
            node = 2 * node + 1 + (flat[row + column[at]] > threshold[at])
        leaf = node - nodes + np.arange(trees) * (nodes + 1)
        score: NDArray[np.float64] = self.value.ravel()[leaf].sum(axis=1, dtype=np.float64) + self.bias[0]
        return score


def probability(logit: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 / (1 + exp(-logit))."""
    out: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-np.clip(logit, -40, 40)))
    return out


def with_damage(words: NDArray[np.float64], damage: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the log odds of documents by their words and by damage, float64 (d,).

    Either a spinner has rewritten the words and damaged some, or it has only damaged them: then they are a writer's,
    and that they read well says nothing.

    Parameters
    ----------
    words : float64 (d,), log odds by the words alone
    damage : float64 (2, d), 0 or more, log10 odds of misspelt names and of look-alike letters, summed
    """
    names, letters = damage * np.log(10.0)
    both = np.minimum(np.minimum(names, _MAX_BY_NAMES) + letters, _MOST)
    # The odds less 1, so that a text without damage keeps the odds of its words; of it the logarithm is -inf.
    with np.errstate(divide="ignore"):
        only = np.log(_ONLY_DAMAGED * np.expm1(both))
    out: NDArray[np.float64] = np.logaddexp(words + both, only)
    return out


def log_odds(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the logit of probabilities, natural logarithm, within -40 and 40: what `probability` takes back."""
    p = np.clip(probability, np.exp(-40), 1 - 1e-16)
    out: NDArray[np.float64] = np.log(p) - np.log1p(-p)
    return out


def document_features(
    whole: NDArray[np.float64],
    passages: NDArray[np.float64],
    document: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return the document features, float64 (len(whole), len(DOCUMENT_FEATURE_NAMES)).

    Parameters
    ----------
    whole : float64 (d,), calibrated logit of each document taken as one passage
    passages : float64 (p,), calibrated logit of each passage; document : int64 (p,), in order
    """
    counts = np.bincount(document, minlength=len(whole))
    order = np.lexsort((-passages, document))
    starts = np.cumsum(counts) - counts
    out = np.stack((whole, whole, np.log10(np.maximum(counts, 1))), axis=1)
    some = np.flatnonzero(counts > 0)
    out[some, 1] = passages[order][starts[some]]
    clipped: NDArray[np.float64] = np.clip(out, -_MOST, _MOST)
    return clipped
