"""Passage features: sums over the scores of its words, normalised by length, in named columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.scoring.tokens import KINDS, TOKEN_COLUMNS, TokenFeatures
from detector.text.passages import Passages
from detector.text.tokens import TokenBatch

__all__ = [
    "FEATURE_NAMES",
    "MIN_ODDS",
    "WordMeasures",
    "passage_features",
    "text_and_passage_features",
    "text_features",
]

# Shares of substituted words at which the passage's likelihood ratio is taken: a light and a heavy rewrite.
_RATES = (0.02, 0.06, 0.15, 0.3)
MIN_ODDS, _MAX_ODDS = -5.0, 4.0  # limits to which the log10 odds of a word are clipped
_LEVELS = (-0.5, 0.0, 0.5, 1.0)  # log10 odds above which words are counted
_QUANTILES = (0.5, 0.75, 0.9, 0.97)
_CONTEXT_QUANTILES = (0.03, 0.1, 0.25, 0.5)

_RATIOS = tuple(f"ratio_{r}" for r in _RATES)
_PER_WORD = tuple(f"ratio_per_word_{r}" for r in _RATES)
_SHARES = tuple(f"share_above_{level}" for level in _LEVELS)
_ODDS_QUANTILES = tuple(f"token_odds_q{q}" for q in _QUANTILES)
_LOW_QUANTILES = tuple(f"context_q{q}" for q in _CONTEXT_QUANTILES)
_OTHER_MEANS = ("mean_log10_prob", "mean_context", "candidate_share", "mean_zipf", "unseen_pairs", "names")
# Computed from the odds that a word was substituted, again from the odds of each kind of substitute, and from two
# models with fewer inputs: the context alone, the best sign of a spinner with unknown tables, and the candidates
# alone, the best sign of one whose tables are known.
_OF_ODDS = ("mean_token_odds", *_RATIOS, *_PER_WORD, *_SHARES, *_ODDS_QUANTILES)
_PREFIXES = ("", *(f"{kind}_" for kind in KINDS), "context_only_", "candidate_only_")
_AVERAGED_OF_ODDS = 1 + len(_RATES) + len(_LEVELS)
FEATURE_NAMES: tuple[str, ...] = (
    "log10_words",
    *_OTHER_MEANS,
    *_LOW_QUANTILES,
    *(prefix + name for prefix in _PREFIXES for name in _OF_ODDS),
)


def _sorted_quantiles(
    values: NDArray[np.float32],
    passage: NDArray[np.int64],
    sizes: NDArray[np.int64],
    quantiles: tuple[float, ...],
) -> NDArray[np.float32]:
    """Return the quantiles of each passage's values, float32 (len(quantiles), len(sizes)); `passage` is in order."""
    at = (np.array(quantiles)[:, None] * sizes).astype(np.int64)
    np.minimum(at, sizes - 1, out=at)
    at += np.cumsum(sizes) - sizes
    if not len(values):
        return np.zeros(at.shape, dtype=np.float32)
    # One sort of whole numbers: the passage above, below it the value's bits turned so that they order as it does.
    bits = values.view(np.int32).astype(np.int64)
    np.copyto(bits, -(bits & 0x7FFFFFFF), where=bits < 0)
    bits += passage << 32
    bits.sort()
    # A passage without words has no quantile: 0 replaces the value of another passage.
    found = bits[np.clip(at, 0, len(bits) - 1)]
    low = found - (((found + (1 << 31)) >> 32) << 32)
    turned = np.where(low < 0, (-low) | np.int64(-(1 << 31)), low)
    out: NDArray[np.float32] = turned.astype(np.int32).view(np.float32)
    out[:, sizes == 0] = 0
    return out


@dataclass(frozen=True)
class WordMeasures:
    """Values of each word that the features of its passage are made of.

    Attributes
    ----------
    places : int64 (w,), the words' tokens
    odds : float32 (3 + len(KINDS), w), log10 odds that the word was substituted, that it is a substitute of each kind,
        and that it was substituted by what its context alone says and by what its candidates alone say, within -5 and 4
    context : float32 (w,), log10 odds that a writer put it there
    averaged : float32 (means, w), values that count by their means
    """

    places: NDArray[np.int64]
    odds: NDArray[np.float32]
    context: NDArray[np.float32]
    averaged: NDArray[np.float32]

    @classmethod
    def from_features(cls, features: TokenFeatures) -> WordMeasures:
        """Return the values of the judged words of a batch."""
        places = np.flatnonzero(features.batch.is_judged)
        odds = np.clip(
            np.vstack(
                (
                    features.token_log10_odds[places],
                    features.kind_log10_odds[places].T,
                    features.context_only_log10_odds[places],
                    features.token_features[places, TOKEN_COLUMNS.index("candidate")],
                )
            ),
            MIN_ODDS,
            _MAX_ODDS,
        )
        context = features.context[places]
        tokens = features.token_features
        averaged = np.empty((len(_OTHER_MEANS) + len(_PREFIXES) * _AVERAGED_OF_ODDS, len(places)), dtype=np.float32)
        others = (
            features.log10_prob[places],
            context,
            tokens[places, TOKEN_COLUMNS.index("candidate")] > -1.0,
            tokens[places, TOKEN_COLUMNS.index("zipf")],
            tokens[places, TOKEN_COLUMNS.index("unseen_left")],
            tokens[places, TOKEN_COLUMNS.index("capital")],
        )
        averaged[: len(_OTHER_MEANS)] = np.stack(others)
        of_odds = averaged[len(_OTHER_MEANS) :].reshape(len(_PREFIXES), _AVERAGED_OF_ODDS, len(places))
        of_odds[:, 0] = odds
        # How many times likelier the word is if it was substituted than if not; np.log is faster than np.log10.
        priors = np.concatenate(
            ([features.prior_log10_odds], features.kind_priors, [features.context_only_prior] * 2)
        ).astype(np.float32)
        ratio = np.exp((odds - priors[:, None]) * np.float32(np.log(10)))
        per_word = of_odds[:, 1 : 1 + len(_RATES)]
        rates = np.array(_RATES, dtype=np.float32)[:, None]
        np.multiply(ratio[:, None], rates, out=per_word)
        per_word += 1 - rates
        np.log(per_word, out=per_word)
        per_word *= np.float32(np.log10(np.e))
        of_odds[:, 1 + len(_RATES) :] = odds[:, None] > np.array(_LEVELS, dtype=np.float32)[:, None]
        return cls(places, odds, context, averaged)


def passage_features(
    measures: WordMeasures, passage_of: NDArray[np.int64] | NDArray[np.int32], n_passages: int
) -> NDArray[np.float32]:
    """Return the features of each passage, float32 (n_passages, len(FEATURE_NAMES)).

    Parameters
    ----------
    passage_of : int (n,), the passage of each token, in order, -1 for none; only words count
    """
    passage = passage_of[measures.places].astype(np.int64)
    inside = passage >= 0
    odds, context, averaged = measures.odds, measures.context, measures.averaged
    if not inside.all():
        passage, odds, context, averaged = passage[inside], odds[:, inside], context[inside], averaged[:, inside]
    sizes = np.bincount(passage, minlength=n_passages)
    n = np.maximum(sizes, 1).astype(np.float64)
    filled = np.flatnonzero(sizes)
    mean = np.zeros((len(averaged), n_passages))
    if len(filled):
        # The words of a passage lie side by side: sums over passages are sums over stretches of the array.
        starts = (np.cumsum(sizes) - sizes)[filled]
        mean[:, filled] = np.add.reduceat(averaged, starts, axis=1, dtype=np.float64) / n[filled]
    # One sort for all: the odds of each kind, and the contexts after them, count as passages of their own.
    rows = len(odds) + 1
    quantiles = _sorted_quantiles(
        np.concatenate((*odds, context)),
        np.concatenate([passage + i * n_passages for i in range(rows)]),
        np.tile(sizes, rows),
        _QUANTILES + _CONTEXT_QUANTILES,
    ).reshape(len(_QUANTILES) + len(_CONTEXT_QUANTILES), rows, n_passages)
    of_odds = mean[len(_OTHER_MEANS) :].reshape(len(_PREFIXES), _AVERAGED_OF_ODDS, n_passages)
    per_word = of_odds[:, 1 : 1 + len(_RATES)]
    total = np.sign(per_word) * np.sqrt(np.abs(per_word * n))
    high = quantiles[: len(_QUANTILES), :-1].transpose(1, 0, 2)
    columns_of_odds = np.concatenate((of_odds[:, :1], total, of_odds[:, 1:], high), axis=1)  # as _OF_ODDS has them
    others, low = mean[: len(_OTHER_MEANS)], quantiles[len(_QUANTILES) :, -1]
    return np.vstack((np.log10(n), others, low, *columns_of_odds)).T.astype(np.float32, order="C")


def text_features(measures: WordMeasures, batch: TokenBatch) -> NDArray[np.float32]:
    """Return the features of each text of a batch, taken as one passage, float32 (texts, len(FEATURE_NAMES))."""
    return passage_features(measures, batch.document_of, len(batch.texts))


def text_and_passage_features(measures: WordMeasures, batch: TokenBatch, passages: Passages) -> NDArray[np.float32]:
    """Return the features of each text of a batch, taken as one passage, and then those of each of its passages.

    float32 (texts + passages, len(FEATURE_NAMES)).
    """
    own = passage_features(measures, passages.of_token, len(passages.document))
    return np.concatenate((text_features(measures, batch), own))
