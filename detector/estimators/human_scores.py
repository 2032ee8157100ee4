"""How human text scores: the share of human stretches of similar length whose log odds are as high."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["HumanScores"]

_WORDS = (20, 80, 160, 320)  # each length class begins here; the last has no end
_LOW, _HIGH, _STEP = -8.0, 12.0, 0.25  # natural logarithm of the odds


@dataclass(frozen=True)
class HumanScores:
    """Counts of human stretches by length and score.

    Attributes
    ----------
    at_least : int32 (lengths, levels), stretches whose log odds are at least each level; all are at the first one
    """

    at_least: NDArray[np.int32]

    @classmethod
    def from_scores(cls, log_odds: NDArray[np.float64], n_words: NDArray[np.int64]) -> HumanScores:
        """Count human stretches by their log odds (NaN is left out) and words."""
        levels = np.arange(_LOW, _HIGH + _STEP / 2, _STEP)
        row = _length_class(n_words)
        kept = ~np.isnan(log_odds)
        counts = [
            (np.maximum(log_odds[kept & (row == i)], _LOW)[:, None] >= levels).sum(axis=0) for i in range(len(_WORDS))
        ]
        return cls(np.array(counts, dtype=np.int32))

    def rate(self, log_odds: NDArray[np.float64], n_words: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the share of human stretches of similar length that score as high, float64 (n,); NaN without a score.

        Never below 1/n for the n stretches of that length: nothing rarer can be measured on them.
        """
        row = _length_class(n_words)
        level = np.nan_to_num((np.clip(log_odds, _LOW, _HIGH) - _LOW) // _STEP).astype(np.int64)
        rate = np.maximum(self.at_least[row, level], 1) / np.maximum(self.at_least[row, 0], 1)
        return np.where(np.isnan(log_odds), np.nan, rate)


def _length_class(n_words: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.maximum(np.searchsorted(_WORDS, n_words, side="right") - 1, 0)
