"""How much likelier each original is than the text as it stands, given the whole document.

The candidate model judges each place by its neighbours alone. A second small network weighs its odds by the rest
of the document: its topic, and the profile of its spinner. Then the originals of one place, and leaving it
alone, share one probability.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.estimators.channel import SOURCES
from detector.estimators.perceptron import Perceptron
from detector.restore.profile import (
    CLIP,
    PROFILE_TRAITS,
    SpinnerProfile,
    best_of_match,
    originals_of,
    pairs_of,
    probabilities,
    sources_of,
    substitutes_of,
    traits_of,
)
from detector.restore.topic import topic_fit
from detector.scoring.columns import Columns
from detector.scoring.tokens import CANDIDATE_COLUMNS, FeatureExtractor, TokenFeatures

__all__ = ["MAX_GAIN", "RERANK_COLUMNS", "Reranker", "log10_gain", "rerank_features"]

# Candidate features that the network reads again, beside the candidate model's odds.
_REPEATED_COLUMNS = (
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
# Of these it also reads how far a candidate is from `trait_means`.
_DEVIATION_COLUMNS = ("weight", "zipf_original", "zipf_substitute")
RERANK_COLUMNS = (
    "odds",  # the log10 odds that it has so far
    "token_odds",  # highest log10 odds that a word of it was substituted
    "best_rival",  # best log10 odds among the other candidates at the place
    "place_total",  # log10 of the sum of all candidates' probabilities at the place
    "same_pair",  # log10 of how often the same two wordings meet in the document
    "same_pair_odds",  # mean log10 odds there, 0 if they meet only once
    "pair_elsewhere",  # log10(0.01 + expected number of substitutions at the pair's other places)
    "other_originals",  # the same of other originals for the substitute, taken together
    "other_substitutes",  # log10(0.01 + expected number of places at which another substitute stands for the original)
    "document",  # log10 odds that the document is spun
    "rate",  # log10 odds of a word's substitution, if it is
    "source_rate",  # the same among the other words that the same kind of table could have written
    "original_rate",  # share of the places of either wording in the document at which the original stands
    "topic_original",  # how well the original fits the topic of the document, a cosine
    "topic_substitute",
    *(f"profile_mean_{name}" for name in PROFILE_TRAITS),  # mean over the substitutions of the document
    *(f"deviation_{name}" for name in _DEVIATION_COLUMNS),
    *_REPEATED_COLUMNS,
)
_TRAITS = tuple(PROFILE_TRAITS)
_DOCUMENT_CLIP = 5.0
_RATE_WORDS = 10.0  # a document's own rate counts as much as its prior from so many words on
_ONE_IN_A_HUNDRED = 0.01
_MIN_IDENTITY = 1e-4
MAX_GAIN = float(-np.log10(_MIN_IDENTITY))  # the most that `log10_gain` can be
_MIN_LOG10_WORDS = 2.0  # of the documents that the networks were fitted on; shorter documents count as this long


def _log10_odds(p: NDArray[np.float64]) -> NDArray[np.float64]:
    p = np.clip(p, 1e-5, 1 - 1e-5)
    out: NDArray[np.float64] = np.log10(p / (1 - p))
    return out


def _over_tokens(features: TokenFeatures, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sum of `values` (m,) over the candidates that cover each token, float64 (n,)."""
    c = features.candidates
    out = np.zeros(len(features.batch.ids))
    for i in range(int(c.length.max(initial=0))):
        inside = c.length > i
        np.add.at(out, c.start[inside] + i, values[inside])
    return out


def _at_candidates(features: TokenFeatures, of_token: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the highest of `of_token` (n,) over the tokens that each candidate covers, float64 (m,)."""
    c = features.candidates
    out = of_token[c.start]
    for i in range(1, int(c.length.max(initial=0))):
        inside = np.flatnonzero(c.length > i)
        out[inside] = np.maximum(out[inside], of_token[c.start[inside] + i])
    return out


def rerank_features(
    features: TokenFeatures,
    log10_odds: NDArray[np.float32],
    probability: NDArray[np.float64],
    profile: SpinnerProfile,
    fit: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Return the network's input for each candidate, float32 (m, len(RERANK_COLUMNS)).

    Parameters
    ----------
    log10_odds : float32 (m,), that each candidate has so far
    probability : float64 (documents,), P(spun) of each document
    profile : of the documents as they were given, part of which may have been restored; by odds of the same kind
    fit : float32 (m, 2), of original and substitute with the topic (`topic_fit`)
    """
    c = features.candidates
    if not len(c):
        return np.zeros((0, len(RERANK_COLUMNS)), dtype=np.float32)
    odds = np.clip(log10_odds, -CLIP, CLIP)
    p = probabilities(odds)
    document = features.batch.document_of[c.start]

    places, replaced = profile.sources.at(sources_of(features))
    rate = profile.rate[document]
    source_rate = (replaced + rate * _RATE_WORDS) / (places + _RATE_WORDS)
    trait_means, traits = profile.trait_means[document], traits_of(features)

    x = Columns.zeros(RERANK_COLUMNS, len(c))
    x["odds"] = odds
    x["token_odds"] = np.clip(_at_candidates(features, features.token_log10_odds.astype(np.float64)), -CLIP, CLIP)
    x["best_rival"] = best_of_match(features, odds)[1]
    x["place_total"] = np.log10(np.maximum(_at_candidates(features, _over_tokens(features, p)), 1e-4))
    _describe_pairs(x, features, profile)
    x["document"] = np.clip(_log10_odds(probability), -_DOCUMENT_CLIP, _DOCUMENT_CLIP)[document]
    x["rate"] = _log10_odds(profile.rate)[document]
    x["source_rate"] = _log10_odds(source_rate)
    x["topic_original"], x["topic_substitute"] = fit.T
    for name, trait, mean in zip(_TRAITS, traits.T, trait_means.T, strict=True):
        x[f"profile_mean_{name}"] = mean
        if name in _DEVIATION_COLUMNS:
            x[f"deviation_{name}"] = trait - mean
        if name == "original_rate":
            x[name] = trait
    weighed = Columns(CANDIDATE_COLUMNS, features.candidate_features)
    x.values[:, x.at(_REPEATED_COLUMNS)] = weighed.values[:, weighed.at(_REPEATED_COLUMNS)]
    x["log10_words"] = np.maximum(x["log10_words"], _MIN_LOG10_WORDS)
    return x.values


def _describe_pairs(x: Columns, features: TokenFeatures, profile: SpinnerProfile) -> None:
    """Fill the columns on the other places of each candidate's wordings in its document."""
    # The odds of a pair at its own place in the text as given are no longer known, only their mean over all places.
    times, log10_odds_sum, of_pair = profile.pairs.at(pairs_of(features))
    elsewhere = np.maximum(times - 1, 0) / np.maximum(times, 1)
    of_substitute, of_original = (
        profile.substitutes.at(substitutes_of(features))[0],
        profile.originals.at(originals_of(features))[0],
    )
    x["same_pair"] = np.log10(np.maximum(times, 1))
    x["same_pair_odds"] = np.where(times > 1, log10_odds_sum, 0.0) / np.maximum(times, 1)
    for name, expected in (
        ("pair_elsewhere", of_pair * elsewhere),
        ("other_originals", (of_substitute - of_pair) * elsewhere),
        ("other_substitutes", of_original - of_pair),
    ):
        x[name] = np.log10(np.maximum(expected, 0.0) + _ONE_IN_A_HUNDRED)


@dataclass(frozen=True)
class Reranker:
    """Weighs originals by the whole document: its topic, and the profile of its spinner.

    A second network after this one, fitted on the profile by this one's odds, restored no more (0.533 of the gate's
    errors with one network, 0.537 with two).

    Attributes
    ----------
    network : reads the columns RERANK_COLUMNS
    """

    network: Perceptron

    def rescore(
        self,
        features: TokenFeatures,
        extractor: FeatureExtractor,
        probability: NDArray[np.float64],
        profile: SpinnerProfile,
    ) -> NDArray[np.float32]:
        """Return the log10 odds of each candidate, float32 (m,).

        Parameters
        ----------
        extractor : that made the features
        probability : float64 (documents,), P(spun) of each document
        profile : of the documents as they were given
        """
        fit = topic_fit(features, extractor.context_model.vectors, extractor.vocabulary)
        return self.network.log10_odds(
            rerank_features(features, features.candidate_log10_odds, probability, profile, fit)
        )


def log10_gain(features: TokenFeatures, log10_odds: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how many times likelier each original is than the text as it stands, in powers of ten, float32 (m,).

    The candidates that cover a word and the word itself share one probability: a word that is certainly wrong is
    changed even if two originals are about as likely. `log10_odds` (m,) are those of `Reranker.rescore`.
    """
    p = probabilities(log10_odds)
    identity = np.maximum(1.0 - _at_candidates(features, _over_tokens(features, p)), _MIN_IDENTITY)
    out: NDArray[np.float32] = (np.log10(np.maximum(p, 1e-9)) - np.log10(identity)).astype(np.float32)
    return out
