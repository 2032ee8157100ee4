"""How probable each word is after its two neighbours: an n-gram model with back-off, queried in batches.

Interpolated modified Kneser-Ney (Chen & Goodman 1999), pruned and quantised by `training.language_model`. The
n-grams lie in static functions, so that a query is a few gathers and a model of eight million n-grams takes less
than 30 MB. All probabilities are base-10 logarithms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detector.estimators.static_function import StaticFunction
from detector.text.vocabulary import BOUNDARY

__all__ = [
    "BACK_OFF_RANGE",
    "BIGRAM_PROB_RANGE",
    "ID_BITS",
    "TRIGRAM_PROB_BITS",
    "TRIGRAM_PROB_RANGE",
    "LanguageModel",
    "Pairs",
    "dequantise",
    "quantise",
]

ID_BITS = 17  # three ids share a 64-bit key; vocabularies have at most 131,072 words

# The ranges that eight (bigram) and seven (trigram) bits cover; the corpus' extremes lie inside, rounding errs by 0.02.
BIGRAM_PROB_RANGE = (-8.0, 0.0)
BACK_OFF_RANGE = (-3.5, 0.5)
TRIGRAM_PROB_RANGE = (-6.35, 0.0)
TRIGRAM_PROB_BITS = 7

# Of pairs (v, w): log10 P(w | v), the pair's back-off weight, and whether it is listed.
Pairs = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]


def quantise(x: NDArray[np.float64], limits: tuple[float, float], bits: int) -> NDArray[np.uint64]:
    """Return the nearest of 2**bits evenly spaced levels between `limits`."""
    low, high = limits
    top = (1 << bits) - 1
    return np.clip(np.rint((x - low) * (top / (high - low))), 0, top).astype(np.uint64)


def dequantise(level: NDArray[np.uint32], limits: tuple[float, float], bits: int) -> NDArray[np.float32]:
    """Return the levels that `quantise` rounded to."""
    low, high = limits
    return (level * np.float32((high - low) / ((1 << bits) - 1)) + np.float32(low)).astype(np.float32)


def _key(*ids: ArrayLike) -> NDArray[np.uint64]:
    key = np.asarray(ids[0], dtype=np.uint64)
    for i in ids[1:]:
        key = (key << np.uint64(ID_BITS)) | np.asarray(i, dtype=np.uint64)
    return key


@dataclass(frozen=True)
class LanguageModel:
    """P(word | up to two words before it), base-10 logarithms throughout.

    Attributes
    ----------
    unigrams : float32 (2, V), log10 probability and log10 back-off weight of each word
    bigrams : static function of (v, w); log10 probability in the high byte, back-off weight of the pair in the low
    trigrams : static function of (u, v, w); log10 probability
    """

    unigrams: NDArray[np.float32]
    bigrams: StaticFunction
    trigrams: StaticFunction

    def bigram(self, v: NDArray[np.int32], w: NDArray[np.int32]) -> Pairs:
        """Return log10 P(w | v), the back-off weight of the context (v, w), and whether the pair is listed."""
        value, seen = self.bigrams.lookup(_key(v, w))
        listed = dequantise(value >> np.uint32(8), BIGRAM_PROB_RANGE, 8)
        back_off = dequantise(value & np.uint32(255), BACK_OFF_RANGE, 8)
        shorter = self.unigrams[1][v] + self.unigrams[0][w]
        return np.where(seen, listed, shorter), np.where(seen, back_off, np.float32(0)), seen

    def trigram(
        self,
        u: NDArray[np.int32],
        v: NDArray[np.int32],
        w: NDArray[np.int32],
        first: Pairs | None = None,
        second: Pairs | None = None,
    ) -> NDArray[np.float32]:
        """Return log10 P(w | u, v), and 0 for a boundary after a boundary: it has no probability of its own.

        `first` and `second` are `bigram(u, v)` and `bigram(v, w)`, if the caller has them already. The trigrams'
        short fingerprints are trusted only if both pairs are listed, as they are for every listed trigram.
        """
        _, back_off, seen_first = self.bigram(u, v) if first is None else first
        pair, _, seen_second = self.bigram(v, w) if second is None else second
        prob = back_off + pair
        both = seen_first & seen_second
        value, listed = self.trigrams.lookup(_key(*(x[both] for x in np.broadcast_arrays(u, v, w))))
        prob[both] = np.where(listed, dequantise(value, TRIGRAM_PROB_RANGE, TRIGRAM_PROB_BITS), prob[both])
        return np.where((v == BOUNDARY) & (w == BOUNDARY), np.float32(0), prob)

    def log10_prob(self, ids: NDArray[np.int32], pairs: Pairs | None = None) -> NDArray[np.float32]:
        """Return log10 P of each token given the two before it in `ids`, float32 (len(ids),).

        `pairs` is `bigram(ids[:-1], ids[1:])`, if the caller has it already.
        """
        prob, back_off, seen = self.bigram(ids[:-1], ids[1:]) if pairs is None else pairs
        first, second = (prob[:-1], back_off[:-1], seen[:-1]), (prob[1:], back_off[1:], seen[1:])
        others = self.trigram(ids[:-2], ids[1:-1], ids[2:], first, second)
        out = np.concatenate((self.unigrams[0][ids[:1]], prob[:1], others))
        # Here too boundaries without a word before them have no probability.
        out[:2][np.cumsum(ids[:2] != BOUNDARY) == 0] = 0
        return out
