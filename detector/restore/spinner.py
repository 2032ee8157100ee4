"""Evidence of several documents on their one spinner, and its weight for each pair of wordings.

A spinner replaces a wording by the same few substitutes wherever it meets it. So of all places at which the other
documents had an original, the share that has one substitute now says how likely that pair is here; an original that
still stands there speaks against it, and so does the substitute where its context does not ask for that original. The
weight of that depends on the spinner: if it writes any of ten synonyms, one place says little about the next.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.estimators.channel import ENTRY_BITS, pair_keys, split_pair_keys
from detector.restore.profile import GroupedSums, SpinnerProfile, best_of_match, originals_of, pairs_of
from detector.scoring.tokens import DocumentTermCounts, FeatureExtractor, TokenFeatures

__all__ = ["OtherDocuments", "PairEvidence", "SpinnerCounts"]

# P(substitute | original) before any document is seen is the channel's, times the share of words that spinners replace;
# it counts as much as so many places of the original.
_PRIOR_RATE, _PRIOR_PLACES = 0.2, 5.0
# A share counts times the fourth power of the spinner's constancy: on dev, the weight that logistic regression gives it
# is 2.6 for a dictionary with one substitute a wording (constancy 0.87), 0.5 to 0.9 for others (0.75), 0.2 for a
# thesaurus of which any synonym is drawn (0.36). What human text of as many words would have of the original helps
# that regression, but removes no more errors: 0.664, 0.670 and 0.671 of the dictionary's at weights 0.4, 0.2 and 0.
_WEIGHT, _CONSTANCY_POWER = 4.5, 4.0
_MAX_SHIFT = 3.0  # log10 odds that a share is worth at most
# The other places of the substitute count too, times the square of the constancy: one whose context speaks for the pair
# at few of them stands there in its own right. Before any is seen, the pair is expected at the share _PRIOR_MEAN.
_PLACES_WEIGHT, _PLACES_CONSTANCY_POWER, _PRIOR_MEAN = 1.1, 2.0, 0.3
_MAX_PLACES_SHIFT = 2.0  # log10 odds of a pair at the other places
# Evidence for another original of the same place is evidence against this one.
_RIVALS_SHARE = 0.35
# Every pair loses up to _SILENCE powers of ten, times the constancy to the power _CONSTANCY_POWER, for which only
# evidence in the other documents makes up; half of that once they hold _ENOUGH_WORDS words.
_SILENCE, _ENOUGH_WORDS = 0.6, 6_000.0
# _MAX_SHIFT to _ENOUGH_WORDS were chosen on 50 texts of dev, 300 words each, by their first reading. Errors removed and
# precision of the edits: of a hand-made dictionary 0.582 -> 0.617 and 0.707 -> 0.742, of one drawn from thesauri
# 0.685 -> 0.703 and 0.698 -> 0.745, of any synonyms 0.566 -> 0.561 and 0.617 -> 0.621 (25 texts). To count again by the
# odds so found removes fewer, since errors then confirm each other: 0.609 and 0.650.
_DOCUMENT_CAUTION = 4.0  # P(spun) of a document to this power is its weight: a human text counts little


def _weights(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.clip(probability, 0.0, 1.0) ** _DOCUMENT_CAUTION


def _of_any_document(sums: GroupedSums, bits: int, weight: NDArray[np.float64]) -> GroupedSums:
    """Return sums by document and key as sums by key over all documents."""
    document, key = sums.keys >> bits, sums.keys & ((1 << bits) - 1)
    return GroupedSums.from_keys(key, *(sums.totals * weight[document][:, None]).T)


def _added(a: GroupedSums, b: GroupedSums) -> GroupedSums:
    return GroupedSums.from_keys(np.concatenate((a.keys, b.keys)), *np.concatenate((a.totals, b.totals)).T)


@dataclass(frozen=True)
class PairEvidence:
    """Counts that speak for or against pairs of wordings, float64 (m,) each.

    Attributes
    ----------
    pair : expected number of places at which the substitute stands for the original
    replaced : of places at which any substitute stands for the original
    standing : of places at which the original stands
    places : of places at which the substitute stands
    """

    pair: NDArray[np.float64]
    replaced: NDArray[np.float64]
    standing: NDArray[np.float64]
    places: NDArray[np.float64]

    def log10_shift(self, log10_weight: NDArray[np.float32], constancy: float) -> NDArray[np.float32]:
        """Return by how many powers of ten each pair is likelier than if nothing was known, float32 (m,).

        Parameters
        ----------
        log10_weight : float32 (m,), log10 P(substitute | original) that the channel gives
        constancy : share of an original's replacements that go to one substitute, 0 to 1
        """
        prior = _PRIOR_RATE * 10.0 ** log10_weight.astype(np.float64)
        share = (self.pair + _PRIOR_PLACES * prior) / (self.replaced + self.standing + _PRIOR_PLACES)
        of_original = np.clip(_WEIGHT * constancy**_CONSTANCY_POWER * np.log10(share / prior), -_MAX_SHIFT, _MAX_SHIFT)
        for_pair, against = self.pair + _PRIOR_MEAN, np.maximum(self.places - self.pair, 0.0) + (1.0 - _PRIOR_MEAN)
        elsewhere = np.log10(for_pair / against) - np.log10(_PRIOR_MEAN / (1.0 - _PRIOR_MEAN))
        of_substitute = np.clip(elsewhere, -_MAX_PLACES_SHIFT, _MAX_PLACES_SHIFT)
        of_substitute *= _PLACES_WEIGHT * constancy**_PLACES_CONSTANCY_POWER
        out: NDArray[np.float32] = (of_original + of_substitute).astype(np.float32)
        return out


@dataclass(frozen=True)
class SpinnerCounts:
    """Counts over documents of one spinner, each document weighing as it is likely spun; they add up.

    Attributes
    ----------
    pairs : by substitute and original: how often they meet, the sum of the log10 odds there, the expected number of
        substitutions
    originals : by original: the expected number of substitutions
    terms : float64 (vocabulary,), how often each word stands
    """

    pairs: GroupedSums
    originals: GroupedSums
    terms: NDArray[np.float64]

    @classmethod
    def from_features(
        cls, features: TokenFeatures, log10_odds: NDArray[np.float32], probability: NDArray[np.float64]
    ) -> SpinnerCounts:
        """Count in documents.

        Parameters
        ----------
        log10_odds : float32 (m,), of each candidate
        probability : float64 (documents,), P(spun)
        """
        weight = _weights(probability)
        profile = SpinnerProfile.from_odds(features, log10_odds)
        document, word = np.divmod(features.term_counts.keys, features.term_counts.size)
        return cls(
            _of_any_document(profile.pairs, 2 * ENTRY_BITS, weight),
            _of_any_document(profile.originals, ENTRY_BITS, weight),
            np.bincount(word, features.term_counts.counts * weight[document], features.term_counts.size).astype(
                np.float64
            ),
        )

    def __add__(self, other: SpinnerCounts) -> SpinnerCounts:
        """Return the counts of both."""
        return SpinnerCounts(
            _added(self.pairs, other.pairs),
            _added(self.originals, other.originals),
            self.terms + other.terms,
        )

    def _pair_evidence(self, extractor: FeatureExtractor) -> PairEvidence:
        """Return the counts of each of the pairs."""
        original = split_pair_keys(self.pairs.keys)[1]
        return PairEvidence(
            self.pairs.totals[:, 2],
            self.originals.at(original)[0],
            self.terms[_heads(extractor, original)],
            self.pairs.totals[:, 0],
        )

    def constancy(self) -> float:
        """Return the share of an original's replacements that go to one substitute, 0 to 1; 0 without evidence."""
        pair = self.pairs.totals[:, 2]
        (replaced,) = self.originals.at(split_pair_keys(self.pairs.keys)[1])
        # An original that was replaced only once had one substitute with any spinner.
        weight = pair * (replaced > 1)
        total = float(weight.sum())
        return float(weight @ (pair / np.maximum(replaced, 1.0))) / total if total > 0 else 0.0

    def evidence(self, extractor: FeatureExtractor) -> tuple[PairEvidence, NDArray[np.float32]]:
        """Return the counts of each of the pairs, and by how many powers of ten it is likelier, float32 (pairs,)."""
        evidence = self._pair_evidence(extractor)
        weight = extractor.channel.weights_of(*split_pair_keys(self.pairs.keys))
        return evidence, evidence.log10_shift(weight, self.constancy())

    def beside(
        self,
        features: TokenFeatures,
        log10_odds: NDArray[np.float32],
        probability: NDArray[np.float64],
    ) -> OtherDocuments:
        """Return the evidence of the others for each of some documents, which are among those that were counted."""
        profile = SpinnerProfile.from_odds(features, log10_odds)
        return OtherDocuments(self, profile, features.term_counts, _weights(probability), self.constancy())


def _heads(extractor: FeatureExtractor, originals: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return the rarest word of each original, int32 (m,)."""
    s = extractor.channel.sequences
    out: NDArray[np.int32] = s.values[extractor.head_places(s.offsets[originals], s.lengths[originals], s.values)]
    return out


@dataclass(frozen=True)
class OtherDocuments:
    """Evidence of documents of one spinner for each of them: its own counts are subtracted from those of all.

    Attributes
    ----------
    counts : of all documents
    own, own_terms, weight : of the documents that are restored
    constancy : of the spinner
    """

    counts: SpinnerCounts
    own: SpinnerProfile
    own_terms: DocumentTermCounts
    weight: NDArray[np.float64]
    constancy: float

    def log10_shift(self, features: TokenFeatures) -> NDArray[np.float32]:
        """Return by how many powers of ten each candidate is likelier (m,); 0 if there is no other document."""
        c = features.candidates
        document = features.batch.document_of[c.start]
        weight = self.weight[document]
        head = features.original_head
        places, _, pairs = self.counts.pairs.at(pair_keys(c.entry, c.original))
        own_places, _, own_pairs = weight * self.own.pairs.at(pairs_of(features))
        evidence = PairEvidence(
            _rest(pairs, own_pairs),
            _rest(self.counts.originals.at(c.original)[0], weight * self.own.originals.at(originals_of(features))[0]),
            _rest(self.counts.terms[head], weight * self.own_terms.look_up(document, head)),
            _rest(places, own_places),
        )
        shift = evidence.log10_shift(c.log10_weight, self.constancy)
        rival = np.maximum(best_of_match(features, shift)[1], np.float32(0))
        return (shift - _RIVALS_SHARE * rival - self._silence()[document]).astype(np.float32)

    def _silence(self) -> NDArray[np.float64]:
        """Return how many powers of ten every pair loses, for which only evidence makes up, float64 (documents,)."""
        in_document = self.own_terms.keys // self.own_terms.size
        own = np.bincount(in_document, self.own_terms.counts, len(self.weight))
        words = _rest(self.counts.terms.sum(), self.weight * own)
        out: NDArray[np.float64] = _SILENCE * self.constancy**_CONSTANCY_POWER * words / (words + _ENOUGH_WORDS)
        return out


def _rest(of_all: NDArray[np.float64] | np.float64, own: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the totals without a document's own; less than a thousandth is rounding, and counts as nothing."""
    rest = of_all - own
    out: NDArray[np.float64] = np.where(rest > 1e-3, rest, 0.0)
    return out
