"""Passage features: what the measurements of its words add up to, normalised by length, in named columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detector.evidence.measurements import TOKEN_COLUMNS, Measurements

__all__ = ["FEATURE_NAMES", "passage_features"]

# Shares of substituted words at which the passage's likelihood ratio is taken: a light and a heavy rewrite.
_RATES = (0.02, 0.06, 0.15, 0.3)
_LEVELS = (-0.5, 0.0, 0.5, 1.0)  # log10 odds above which words are counted
_QUANTILES = (0.5, 0.75, 0.9, 0.97)
_CONTEXT_QUANTILES = (0.03, 0.1, 0.25, 0.5)

_PLAIN_NAMES: tuple[str, ...] = (
    "log10_words",
    "mean_log10_prob",
    "mean_context",
    "mean_token_odds",
    *(f"ratio_{r}" for r in _RATES),
    *(f"ratio_per_word_{r}" for r in _RATES),
    *(f"share_above_{level}" for level in _LEVELS),
    *(f"token_odds_q{q}" for q in _QUANTILES),
    *(f"context_q{q}" for q in _CONTEXT_QUANTILES),
    "candidate_share",
    "mean_zipf",
    "unseen_pairs",
    "names",
    "everyday",
)
# What each of them says changes with the length of the passage, so each comes once more, times log10(words / 100).
FEATURE_NAMES: tuple[str, ...] = (*_PLAIN_NAMES, *(f"{name}_by_length" for name in _PLAIN_NAMES))


def _sorted_quantiles(
    values: NDArray[np.float32],
    passage: NDArray[np.int64],
    sizes: NDArray[np.int64],
    quantiles: tuple[float, ...],
) -> NDArray[np.float32]:
    """Return the quantiles of each passage's values, float32 (len(sizes), len(quantiles)); `passage` is in order."""
    ends = np.cumsum(sizes)
    starts = ends - sizes
    at = starts[:, None] + np.minimum(
        (np.array(quantiles)[None, :] * sizes[:, None]).astype(np.int64), np.maximum(sizes - 1, 0)[:, None]
    )
    if not len(values):
        return np.zeros(at.shape, dtype=np.float32)
    # One sort of whole numbers: the passage above, below it the value's bits turned so that they order as it does.
    bits = np.ascontiguousarray(values, dtype=np.float32).view(np.int32).astype(np.int64)
    keys = (passage << 32) + np.where(bits < 0, -(bits & 0x7FFFFFFF), bits)
    keys.sort()
    # A passage without words has nothing at its place; what stands there instead is never read.
    found = keys[np.minimum(at, len(keys) - 1)]
    low = found - (((found + (1 << 31)) >> 32) << 32)
    turned = np.where(low < 0, (-low) | np.int64(-(1 << 31)), low)
    out: NDArray[np.float32] = turned.astype(np.int32).view(np.float32)
    return out


def passage_features(
    m: Measurements, passage_of: NDArray[np.int64], n_passages: int, prior_log10_odds: float
) -> NDArray[np.float32]:
    """Return the features of each passage, float32 (n_passages, len(FEATURE_NAMES)).

    Parameters
    ----------
    passage_of : int64 (n,), the passage of each token, -1 for none; every passage has at least one word
    prior_log10_odds : log10 odds of substitution for a word without evidence
    """
    words = np.flatnonzero((passage_of >= 0) & m.batch.is_word)
    passage = passage_of[words]
    order = np.argsort(passage, kind="stable")
    words, passage = words[order], passage[order]
    sizes = np.bincount(passage, minlength=n_passages)
    n = np.maximum(sizes, 1).astype(np.float64)

    def mean(values: NDArray[np.float32] | NDArray[np.bool_]) -> NDArray[np.float64]:
        return np.bincount(passage, weights=values.astype(np.float64), minlength=n_passages) / n

    odds = np.clip(m.token_log10_odds[words], -5, 4)
    context = m.context[words]
    # How many times likelier the word is when substituted than when not.
    ratio = 10.0 ** (odds.astype(np.float64) - prior_log10_odds)
    totals = np.stack([mean(np.log10(1 - r + r * ratio)) for r in _RATES])
    tokens = m.token_features
    columns = [
        np.log10(n),
        mean(m.log10_prob[words]),
        mean(context),
        mean(odds),
        *np.sign(totals) * np.sqrt(np.abs(totals * n)),
        *totals,
        *(mean(odds > level) for level in _LEVELS),
        *_sorted_quantiles(odds, passage, sizes, _QUANTILES).T,
        *_sorted_quantiles(context, passage, sizes, _CONTEXT_QUANTILES).T,
        mean(tokens[words, TOKEN_COLUMNS.index("candidate")] > -1.0),
        mean(tokens[words, TOKEN_COLUMNS.index("zipf")]),
        mean(tokens[words, TOKEN_COLUMNS.index("unseen_left")]),
        mean(tokens[words, TOKEN_COLUMNS.index("capital")]),
        mean(m.everyday[words]),
    ]
    plain = np.stack(columns, axis=1)
    return np.concatenate((plain, plain * (np.log10(n) - 2.0)[:, None]), axis=1).astype(np.float32)
