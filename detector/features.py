"""Passage features: what the measurements of its words add up to, normalised by length, in named columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.evidence.measurements import TOKEN_COLUMNS, Measurements
from detector.passages import Passages
from detector.text import TokenBatch

__all__ = ["FEATURE_NAMES", "WordMeasures", "passage_features", "text_and_passage_features", "text_features"]

# Shares of substituted words at which the passage's likelihood ratio is taken: a light and a heavy rewrite.
_RATES = (0.02, 0.06, 0.15, 0.3)
_LEVELS = (-0.5, 0.0, 0.5, 1.0)  # log10 odds above which words are counted
_QUANTILES = (0.5, 0.75, 0.9, 0.97)
_CONTEXT_QUANTILES = (0.03, 0.1, 0.25, 0.5)

_RATIOS = tuple(f"ratio_{r}" for r in _RATES)
_PER_WORD = tuple(f"ratio_per_word_{r}" for r in _RATES)
_SHARES = tuple(f"share_above_{level}" for level in _LEVELS)
_ODDS_QUANTILES = tuple(f"token_odds_q{q}" for q in _QUANTILES)
_LOW_QUANTILES = tuple(f"context_q{q}" for q in _CONTEXT_QUANTILES)
_SCORES = ("mean_log10_prob", "mean_context", "mean_token_odds")
_KINDS = ("candidate_share", "mean_zipf", "unseen_pairs", "names", "everyday")
_AVERAGED = (*_PER_WORD, *_SHARES, *_SCORES, *_KINDS)
FEATURE_NAMES: tuple[str, ...] = (
    "log10_words",
    *_SCORES,
    *_RATIOS,
    *_PER_WORD,
    *_SHARES,
    *_ODDS_QUANTILES,
    *_LOW_QUANTILES,
    *_KINDS,
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
    # A passage without words has nothing at its place; what stands there instead is never read.
    found = bits[np.clip(at, 0, len(bits) - 1)]
    low = found - (((found + (1 << 31)) >> 32) << 32)
    turned = np.where(low < 0, (-low) | np.int64(-(1 << 31)), low)
    out: NDArray[np.float32] = turned.astype(np.int32).view(np.float32)
    return out


@dataclass(frozen=True)
class WordMeasures:
    """What of each word the features of its passage are made of.

    Attributes
    ----------
    places : int64 (w,), the words' tokens
    odds, context : float32 (w,), log10 odds that the word was substituted, and that a writer put it there
    averaged : float64 (w, k), what counts by its mean
    """

    places: NDArray[np.int64]
    odds: NDArray[np.float32]
    context: NDArray[np.float32]
    averaged: NDArray[np.float64]

    @classmethod
    def of(cls, m: Measurements, prior_log10_odds: float) -> WordMeasures:
        """Take them from a batch's measurements; `prior_log10_odds` is that of a word without evidence."""
        places = np.flatnonzero(m.batch.is_word)
        odds = np.clip(m.token_log10_odds[places], -5, 4)
        context = m.context[places]
        tokens = m.token_features
        rates = np.array(_RATES)
        # How many times likelier the word is when substituted than when not.
        ratio = 10.0 ** (odds.astype(np.float64) - prior_log10_odds)
        averaged = np.empty((len(places), len(_AVERAGED)))
        averaged[:, : len(rates)] = np.log10(1 - rates + rates * ratio[:, None])
        averaged[:, len(rates) : len(rates) + len(_LEVELS)] = odds[:, None] > np.array(_LEVELS, dtype=np.float32)
        rest = (
            m.log10_prob[places],
            context,
            odds,
            tokens[places, TOKEN_COLUMNS.index("candidate")] > -1.0,
            tokens[places, TOKEN_COLUMNS.index("zipf")],
            tokens[places, TOKEN_COLUMNS.index("unseen_left")],
            tokens[places, TOKEN_COLUMNS.index("capital")],
            m.everyday[places],
        )
        for i, values in enumerate(rest, start=len(_AVERAGED) - len(rest)):
            averaged[:, i] = values
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
        passage, odds, context, averaged = passage[inside], odds[inside], context[inside], averaged[inside]
    sizes = np.bincount(passage, minlength=n_passages)
    n = np.maximum(sizes, 1).astype(np.float64)
    filled = np.flatnonzero(sizes)
    mean = np.zeros((n_passages, len(_AVERAGED)))
    if len(filled):
        mean[filled] = np.add.reduceat(averaged, (np.cumsum(sizes) - sizes)[filled], axis=0) / n[filled, None]
    column = dict(zip(_AVERAGED, mean.T, strict=True))
    # Both at once: the contexts stand after the odds, as passages of their own.
    both = _sorted_quantiles(
        np.concatenate((odds, context)),
        np.concatenate((passage, passage + n_passages)),
        np.concatenate((sizes, sizes)),
        _QUANTILES + _CONTEXT_QUANTILES,
    )
    quantiles = (*both[: len(_QUANTILES), :n_passages], *both[len(_QUANTILES) :, n_passages:])
    columns = {
        "log10_words": np.log10(n),
        **column,
        **{
            name: np.sign(column[each]) * np.sqrt(np.abs(column[each] * n))
            for name, each in zip(_RATIOS, _PER_WORD, strict=True)
        },
        **dict(zip((*_ODDS_QUANTILES, *_LOW_QUANTILES), quantiles, strict=True)),
    }
    return np.stack([columns[name] for name in FEATURE_NAMES], axis=1).astype(np.float32)


def text_features(measures: WordMeasures, batch: TokenBatch) -> NDArray[np.float32]:
    """Return the features of each text of a batch, taken as one passage, float32 (texts, len(FEATURE_NAMES))."""
    return passage_features(measures, batch.document_of, len(batch.texts))


def text_and_passage_features(measures: WordMeasures, batch: TokenBatch, passages: Passages) -> NDArray[np.float32]:
    """Return the features of each text of a batch, taken as one passage, and then those of each of its passages.

    float32 (texts + passages, len(FEATURE_NAMES)).
    """
    n, n_texts = len(batch.ids), len(batch.texts)
    inside = passages.of_token >= 0
    twice = WordMeasures(
        np.concatenate((measures.places, measures.places + n)),
        np.concatenate((measures.odds, measures.odds)),
        np.concatenate((measures.context, measures.context)),
        np.concatenate((measures.averaged, measures.averaged)),
    )
    passage_of = np.concatenate((batch.document_of, np.where(inside, passages.of_token + n_texts, -1)))
    return passage_features(twice, passage_of, n_texts + len(passages.document))
