"""How much likelier each original is than the text as it stands, once the whole document has been heard.

The candidate model judges each place by its neighbours alone. A spinner is one for the whole document: it replaced a
share of the words, from tables of one kind, and often one wording by the same substitute throughout. A second small
network weighs what the rest of the document says; then the originals of one place, and leaving it alone, share one
probability.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.channel import ENTRY_BITS, SOURCES
from detector.evidence.measurements import CANDIDATE_COLUMNS, Measurements
from detector.evidence.posterior import substitution_rate
from detector.perceptron import Perceptron

__all__ = ["CHOICE_COLUMNS", "MOST_GAIN", "Habits", "choice_features", "log10_gain"]

# What of a candidate the second network reads once more, beside what the first made of it.
_AGAIN = (
    "lm_gain",
    "context_original",
    "context_substitute",
    "weight",
    "zipf_original",
    "zipf_substitute",
    "words_original",
    "words_substitute",
    "capital",
    "original_elsewhere",
    "log10_words",
    *(f"source_{s}" for s in SOURCES),
)
CHOICE_COLUMNS = (
    "odds",  # the candidate model's log10 odds
    "token_odds",  # highest log10 odds that a word of it was substituted
    "rival",  # best log10 odds among the other candidates at the place
    "crowd",  # log10 of the sum of all candidates' probabilities at the place
    "same_pair",  # log10 of 1 + how often the same two wordings meet elsewhere in the document
    "same_pair_odds",  # mean log10 odds there, 0 where nowhere
    "document",  # log10 odds that the document is spun
    "rate",  # log10 odds of a word's substitution, if it is
    "source_rate",  # the same among the other words that the same kind of table could have written
    "original_rate",  # share of the places of either wording in the document at which the original stands
    *_AGAIN,
)
_CLIP = 4.0  # log10 odds
_AGAIN_AT = [CANDIDATE_COLUMNS.index(name) for name in _AGAIN]
_DOCUMENT_CLIP = 5.0
_RATE_WORDS = 10.0  # a document's own rate counts as much as its prior from so many words on
_LEAST_IDENTITY = 1e-4
MOST_GAIN = float(-np.log10(_LEAST_IDENTITY))  # what `log10_gain` can come to
_FEWEST_LOG10_WORDS = 2.0  # of the documents that the network was fitted on; a shorter one is taken for as long


def _probability(log10_odds: NDArray[np.float32]) -> NDArray[np.float64]:
    out: NDArray[np.float64] = 1.0 / (1.0 + 10.0 ** -np.clip(log10_odds.astype(np.float64), -9, 9))
    return out


def _log10_odds(p: NDArray[np.float64]) -> NDArray[np.float64]:
    p = np.clip(p, 1e-5, 1 - 1e-5)
    out: NDArray[np.float64] = np.log10(p / (1 - p))
    return out


def _over_tokens(m: Measurements, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sum of `values` (m,) over the candidates that cover each token, float64 (n,)."""
    c = m.candidates
    out = np.zeros(len(m.batch.ids))
    for i in range(int(c.length.max(initial=0))):
        inside = c.length > i
        np.add.at(out, c.start[inside] + i, values[inside])
    return out


def _at_candidates(m: Measurements, of_token: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the highest of `of_token` (n,) over the tokens that each candidate covers, float64 (m,)."""
    c = m.candidates
    out = of_token[c.start]
    for i in range(1, int(c.length.max(initial=0))):
        inside = np.flatnonzero(c.length > i)
        out[inside] = np.maximum(out[inside], of_token[c.start[inside] + i])
    return out


def _leads(m: Measurements) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Whether each candidate is the likeliest of its match, and the log10 odds of the best of the others there.

    Rows of a match lie side by side.
    """
    c, odds = m.candidates, _clipped_odds(m)
    new = np.ones(len(c), dtype=bool)
    new[1:] = (np.diff(c.start) != 0) | (np.diff(c.length) != 0)
    match = np.cumsum(new) - 1
    order = np.lexsort((-odds, match))
    first = np.flatnonzero(new)
    sizes = np.diff(np.append(first, len(c)))
    best = order[first]
    second = order[np.minimum(first + 1, first + sizes - 1)]
    leads = np.zeros(len(c), dtype=bool)
    leads[best] = True
    rival = np.where(leads, odds[second][match], odds[best][match])
    return leads, np.where(sizes[match] == 1, np.float32(-_CLIP), rival)


def _clipped_odds(m: Measurements) -> NDArray[np.float32]:
    return np.clip(m.candidate_log10_odds, -_CLIP, _CLIP)


def _pairs(m: Measurements) -> NDArray[np.int64]:
    """Return a number for each candidate's document, substitute and original."""
    c = m.candidates
    document = m.batch.document_of[c.start].astype(np.int64)
    return (document << 2 * ENTRY_BITS) | (c.entry.astype(np.int64) << ENTRY_BITS) | c.original


def _kinds(m: Measurements) -> NDArray[np.int64]:
    """Return a number for each candidate's document and source."""
    c = m.candidates
    return m.batch.document_of[c.start].astype(np.int64) * len(SOURCES) + c.source


@dataclass(frozen=True)
class Habits:
    """What the candidates of each document tell of the spinner that wrote it.

    Attributes
    ----------
    pairs : int64, numbers of document, substitute and original, sorted
    times, odds : how often each pair meets, and the sum of its log10 odds there
    places, replaced : int64 and float64 (documents * len(SOURCES),), matches whose likeliest original each source
        knows, and the sum of the probabilities of those
    rate : float64 (documents,), share of words that were substituted if the document was spun
    """

    pairs: NDArray[np.int64]
    times: NDArray[np.int64]
    odds: NDArray[np.float64]
    places: NDArray[np.int64]
    replaced: NDArray[np.float64]
    rate: NDArray[np.float64]

    @classmethod
    def of(cls, m: Measurements) -> Habits:
        """Take them from measurements."""
        odds = _clipped_odds(m)
        pairs, row = np.unique(_pairs(m), return_inverse=True)
        leads = np.flatnonzero(_leads(m)[0]) if len(odds) else np.zeros(0, dtype=np.int64)
        kind, n_kinds = _kinds(m)[leads], len(m.batch.texts) * len(SOURCES)
        return cls(
            pairs,
            np.bincount(row, minlength=len(pairs)),
            np.bincount(row, weights=odds, minlength=len(pairs)).astype(np.float64),
            np.bincount(kind, minlength=n_kinds),
            np.bincount(kind, weights=_probability(odds[leads]), minlength=n_kinds).astype(np.float64),
            substitution_rate(m),
        )


def choice_features(m: Measurements, probability: NDArray[np.float64], habits: Habits) -> NDArray[np.float32]:
    """Return what the second network reads of each candidate, float32 (m, len(CHOICE_COLUMNS)).

    Parameters
    ----------
    probability : float64 (documents,), P(spun) of each document
    habits : of the documents as they were given, part of which may have been put back
    """
    c = m.candidates
    x = np.zeros((len(c), len(CHOICE_COLUMNS)), dtype=np.float32)
    if not len(c):
        return x
    odds = _clipped_odds(m)
    p = _probability(odds)
    document = m.batch.document_of[c.start]
    crowd = _at_candidates(m, _over_tokens(m, p))
    leads, rival = _leads(m)

    pairs = _pairs(m)
    at = np.searchsorted(habits.pairs, pairs)
    # What is beyond the last of them, or of none, is no pair.
    met = np.append(habits.pairs, -1)[at] == pairs
    others = np.where(met, np.append(habits.times, 1)[at] - 1, 0)
    heard = np.where(others > 0, np.append(habits.odds, 0.0)[at] - odds, 0.0)

    # The share of replaced words among those that one kind of table could have written, this place left out.
    kind = _kinds(m)
    places = np.maximum(habits.places[kind] - leads, 0)
    replaced = np.maximum(habits.replaced[kind] - np.where(leads, p, 0.0), 0.0)
    rate = habits.rate[document]
    source_rate = (replaced + rate * _RATE_WORDS) / (places + _RATE_WORDS)

    elsewhere = 10.0 ** m.candidate_features[:, CANDIDATE_COLUMNS.index("original_elsewhere")] - 1.0
    substitutes = 10.0 ** m.candidate_features[:, CANDIDATE_COLUMNS.index("substitute_elsewhere")]
    x[:, 0] = odds
    x[:, 1] = np.clip(_at_candidates(m, m.token_log10_odds.astype(np.float64)), -_CLIP, _CLIP)
    x[:, 2] = rival
    x[:, 3] = np.log10(np.maximum(crowd, 1e-4))
    x[:, 4] = np.log10(1 + others)
    x[:, 5] = heard / np.maximum(others, 1)
    x[:, 6] = np.clip(_log10_odds(probability), -_DOCUMENT_CLIP, _DOCUMENT_CLIP)[document]
    x[:, 7] = _log10_odds(rate)
    x[:, 8] = _log10_odds(source_rate)
    x[:, 9] = elsewhere / (elsewhere + substitutes)
    x[:, 10:] = m.candidate_features[:, _AGAIN_AT]
    words = CHOICE_COLUMNS.index("log10_words")
    x[:, words] = np.maximum(x[:, words], _FEWEST_LOG10_WORDS)
    return x


def log10_gain(
    m: Measurements, model: Perceptron, probability: NDArray[np.float64], habits: Habits
) -> NDArray[np.float32]:
    """Return how many times likelier each original is than the text as it stands, in powers of ten, float32 (m,).

    The candidates that cover a word and the word itself share one probability: what is certainly wrong is changed
    even where two originals are about as likely.
    """
    if not len(m.candidates):
        return np.zeros(0, dtype=np.float32)
    p = _probability(model.log10_odds(choice_features(m, probability, habits)))
    crowd = _at_candidates(m, _over_tokens(m, p))
    identity = np.maximum(1.0 - crowd, _LEAST_IDENTITY)
    out: NDArray[np.float32] = (np.log10(np.maximum(p, 1e-9)) - np.log10(identity)).astype(np.float32)
    return out
