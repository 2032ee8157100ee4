"""The profile of the spinner that wrote a document, estimated from its candidates.

A spinner is one for the whole document: it replaced a share of the words, from tables of one kind, by substitutes of
one trait (close or far, rare or common, names or not), and often one wording by the same substitute throughout.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.estimators.channel import ENTRY_BITS, SOURCES
from detector.scoring.posterior import substitution_rate
from detector.scoring.tokens import CANDIDATE_COLUMNS, TokenFeatures

__all__ = [
    "CLIP",
    "PROFILE_TRAITS",
    "GroupedSums",
    "SpinnerProfile",
    "best_of_match",
    "originals_of",
    "pairs_of",
    "probabilities",
    "sources_of",
    "substitutes_of",
    "traits_of",
]

CLIP = 4.0  # log10 odds of a candidate

# Means over the substitutions of spun text of the fit split. They count as much as _PRIOR_WORDS substitutions of the
# document itself.
PROFILE_TRAITS = {
    "weight": -0.95,
    "zipf_original": 5.15,
    "zipf_substitute": 4.05,
    "words_original": 1.08,
    "words_substitute": 1.33,
    "capital": 0.02,
    "original_rate": 0.15,
}
_MEASURED_AT = [CANDIDATE_COLUMNS.index(name) for name in PROFILE_TRAITS if name != "original_rate"]
_PRIOR_TRAITS = np.array(tuple(PROFILE_TRAITS.values()))
_PRIOR_WORDS = 8.0


def probabilities(log10_odds: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the probabilities of log10 odds."""
    out: NDArray[np.float64] = 1.0 / (1.0 + 10.0 ** -np.clip(log10_odds.astype(np.float64), -9, 9))
    return out


def _documents(features: TokenFeatures) -> NDArray[np.int64]:
    return features.batch.document_of[features.candidates.start].astype(np.int64)


def pairs_of(features: TokenFeatures) -> NDArray[np.int64]:
    """Return a number for each candidate's document, substitute and original."""
    return (substitutes_of(features) << ENTRY_BITS) | features.candidates.original


def substitutes_of(features: TokenFeatures) -> NDArray[np.int64]:
    """Return a number for each candidate's document and substitute."""
    return (_documents(features) << ENTRY_BITS) | features.candidates.entry.astype(np.int64)


def originals_of(features: TokenFeatures) -> NDArray[np.int64]:
    """Return a number for each candidate's document and original."""
    return (_documents(features) << ENTRY_BITS) | features.candidates.original


def sources_of(features: TokenFeatures) -> NDArray[np.int64]:
    """Return a number for each candidate's document and source."""
    return _documents(features) * len(SOURCES) + features.candidates.source


def _original_rate(features: TokenFeatures) -> NDArray[np.float64]:
    """Return the share of the places of either wording in the document at which each original stands, (m,)."""
    elsewhere, substitutes = (
        10.0 ** features.candidate_features[:, CANDIDATE_COLUMNS.index(name)].astype(np.float64)
        for name in ("original_elsewhere", "substitute_elsewhere")
    )
    out: NDArray[np.float64] = (elsewhere - 1.0) / (elsewhere - 1.0 + substitutes)
    return out


def traits_of(features: TokenFeatures) -> NDArray[np.float64]:
    """Return each of PROFILE_TRAITS for each candidate, float64 (m, len(PROFILE_TRAITS))."""
    return np.column_stack((features.candidate_features[:, _MEASURED_AT].astype(np.float64), _original_rate(features)))


def best_of_match(features: TokenFeatures, odds: NDArray[np.float32]) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Whether each candidate is the likeliest of its match, and the log10 odds of the best of the others there.

    `odds` (m,) are clipped. Rows of a match lie side by side.
    """
    c = features.candidates
    if not len(c):
        return np.zeros(0, dtype=bool), odds
    first, match = c.matches
    best = np.maximum.reduceat(odds, first)[match]
    # Of equals the first one leads.
    highest = np.flatnonzero(odds == best)
    leads = np.zeros(len(c), dtype=bool)
    leads[highest[np.unique(match[highest], return_index=True)[1]]] = True
    second = np.maximum.reduceat(np.where(leads, np.float32(-CLIP), odds), first)[match]
    return leads, np.where(leads, second, best)


@dataclass(frozen=True)
class GroupedSums:
    """Sums by key: int64 keys, sorted, and float64 totals (keys, sums)."""

    keys: NDArray[np.int64]
    totals: NDArray[np.float64]

    @classmethod
    def from_keys(cls, keys: NDArray[np.int64], *values: NDArray[np.float64]) -> GroupedSums:
        """Add up each of `values` (m,) over equal `keys` (m,)."""
        found, row = np.unique(keys, return_inverse=True)
        return cls(found, np.stack([np.bincount(row, weights=v, minlength=len(found)) for v in values], axis=1))

    def at(self, keys: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the totals of `keys` (m,), 0 for keys without a total, float64 (sums, m)."""
        at = np.searchsorted(self.keys, keys)
        # A place beyond the last key, or without keys, holds no key.
        met = np.append(self.keys, -1)[at] == keys
        totals = np.append(self.totals, np.zeros((1, self.totals.shape[1])), axis=0)[at]
        out: NDArray[np.float64] = np.where(met, totals.T, 0.0)
        return out


@dataclass(frozen=True)
class SpinnerProfile:
    """Statistics of each document's spinner, from its candidates by the log10 odds that they are given.

    Attributes
    ----------
    pairs : by document, substitute and original: how often they meet, the sum of the log10 odds there, the expected
        number of substitutions
    substitutes, originals : by document and either wording: the expected number of substitutions
    sources : by document and source: matches whose likeliest original the source knows, and how many of these are
        expected to be substitutions
    trait_means : float64 (documents, len(PROFILE_TRAITS)), mean of each trait over the expected substitutions
    rate : float64 (documents,), share of words that were substituted if the document was spun
    """

    pairs: GroupedSums
    substitutes: GroupedSums
    originals: GroupedSums
    sources: GroupedSums
    trait_means: NDArray[np.float64]
    rate: NDArray[np.float64]

    @classmethod
    def from_odds(cls, features: TokenFeatures, log10_odds: NDArray[np.float32]) -> SpinnerProfile:
        """Return the profiles of a batch's documents from the log10 odds of each candidate, (m,)."""
        odds = np.clip(log10_odds, -CLIP, CLIP)
        p = probabilities(odds)
        leads = np.flatnonzero(best_of_match(features, odds)[0])
        likely, document, n = p[leads], _documents(features)[leads], len(features.batch.texts)
        of_all = [np.bincount(document, likely * trait[leads], n) for trait in traits_of(features).T]
        weight = np.bincount(document, likely, n) + _PRIOR_WORDS
        return cls(
            GroupedSums.from_keys(pairs_of(features), np.ones(len(p)), odds.astype(np.float64), p),
            GroupedSums.from_keys(substitutes_of(features), p),
            GroupedSums.from_keys(originals_of(features), p),
            GroupedSums.from_keys(sources_of(features)[leads], np.ones(len(leads)), likely),
            (np.stack(of_all, axis=1) + _PRIOR_WORDS * _PRIOR_TRAITS) / weight[:, None],
            substitution_rate(features),
        )
