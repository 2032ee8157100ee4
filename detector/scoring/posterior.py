"""The share of each document that was substituted, and its effect on the odds of each word.

A word's odds were learned on text with a known share of substitutes. If a document has hardly any, the same oddity
means next to nothing; if every fourth word is one, even a mild oddity means much. So each document's own share is
estimated, from its words and from the verdict on it, and every word's odds are moved by it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detector.scoring.tokens import TokenFeatures

__all__ = ["document_shift", "substitution_rate"]

# Share of substituted words in human text as this package sees it: typing errors, odd names, bold metaphors.
HUMAN_RATE = 3e-4
# Beta prior of the share in spun text: the mean rate of spinners in the wild, worth so many words.
_SPUN_RATE, _SPUN_WORDS = 0.15, 60.0
_ROUNDS = 8
_CAUTION = 4.0  # chosen on dev, of 4 and 10


def substitution_rate(features: TokenFeatures) -> NDArray[np.float64]:
    """Return the likeliest share of substituted words of each document if it was spun, float64 (documents,).

    Expectation maximisation over the words' likelihood ratios, with a Beta prior.
    """
    words = np.flatnonzero(features.batch.is_word)
    document = features.batch.document_of[words]
    n_documents = len(features.batch.texts)
    n = np.bincount(document, minlength=n_documents)
    ratio = 10.0 ** (np.clip(features.token_log10_odds[words], -4, 4).astype(np.float64) - features.prior_log10_odds)
    rate = np.full(n_documents, _SPUN_RATE)
    for _ in range(_ROUNDS):
        r = rate[document]
        posterior = r * ratio / (1 - r + r * ratio)
        total = np.bincount(document, weights=posterior, minlength=n_documents)
        rate = (total + _SPUN_RATE * _SPUN_WORDS) / (n + _SPUN_WORDS)
    return rate


def document_shift(features: TokenFeatures, probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the shift of each document that is added to the log10 odds of its words, float64 (documents,).

    `probability` is P(spun) of each document; it counts to the power _CAUTION, because a wrong verdict harms
    a human text more than a missed one leaves in a spun text.
    """
    p = np.clip(probability, 0.0, 1.0) ** _CAUTION
    rate = p * substitution_rate(features) + (1 - p) * HUMAN_RATE
    out: NDArray[np.float64] = np.log10(rate / (1 - rate)) - features.prior_log10_odds
    return out
