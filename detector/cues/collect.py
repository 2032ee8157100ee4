"""All evidence of a batch, cue by cue, each stretch of text blamed once by the cue that explains it best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.cues import agreement, homoglyph, misspelt_name, odd_word, substitution
from detector.cues.tortured_phrase import TorturedPhrases
from detector.scoring.tokens import FeatureExtractor, TokenFeatures, TokenScores
from detector.types import Edit, Evidence

__all__ = ["Damage", "collect", "find_damage"]


@dataclass(frozen=True)
class Damage:
    """Findings in letters and names, of each document; `classifier.with_damage` weighs what they add up to.

    `log10_odds` is what names and letters add up to in each document, float64 (2, documents).
    """

    names: list[list[Evidence]]
    letters: list[list[Evidence]]
    log10_odds: NDArray[np.float64]

    def take(self, documents: NDArray[np.int64]) -> Damage:
        """Return the findings of some of the documents."""
        rows = documents.tolist()
        return Damage([self.names[d] for d in rows], [self.letters[d] for d in rows], self.log10_odds[:, documents])


def find_damage(m: TokenScores, extractor: FeatureExtractor) -> Damage:
    """Return the misspelt names and the look-alike letters of each document."""
    names, of_names = misspelt_name.find(m, extractor)
    letters = homoglyph.find(m, extractor.vocabulary)
    of_letters = [sum(e.log10_odds for e in found) for found in letters]
    return Damage(names, letters, np.stack((of_names, np.array(of_letters, dtype=np.float64))))


def collect(
    m: TokenFeatures,
    damage: Damage,
    extractor: FeatureExtractor,
    tortured: TorturedPhrases,
    plans: Sequence[Sequence[Edit]],
    shift: NDArray[np.float64],
    least: float,
) -> list[list[Evidence]]:
    """Return the evidence of each document, sorted by place, without overlaps.

    Parameters
    ----------
    plans : each document's restoration plan
    shift : float64 (documents,), `posterior.document_shift`
    least : log10 odds from which an odd word without a known original is reported
    """
    odds = m.token_log10_odds + shift[m.batch.document_of]
    by_cue = (
        damage.letters,
        damage.names,
        tortured.find(m),
        [substitution.find(text, plan) for text, plan in zip(m.batch.texts, plans, strict=True)],
        agreement.find(m, extractor),
        odd_word.find(m, odds, least),
    )
    return [_without_overlaps(cues) for cues in zip(*by_cue, strict=True)]


def _without_overlaps(by_cue: Sequence[list[Evidence]]) -> list[Evidence]:
    """Keep each finding that touches none of an earlier cue; the cues come in order of how much they explain."""
    kept: list[Evidence] = []
    for findings in by_cue:
        if not findings:
            continue
        starts = np.array([e.start for e in kept], dtype=np.int64)
        ends = np.array([e.end for e in kept], dtype=np.int64)
        for e in findings:
            # Sorted and disjoint: only the last that begins before this one's end can touch it.
            at = int(np.searchsorted(starts, e.end, side="left")) - 1
            if at < 0 or ends[at] <= e.start:
                kept.append(e)
        kept.sort(key=lambda e: (e.start, e.end))
        kept = [e for i, e in enumerate(kept) if i == 0 or kept[i - 1].end <= e.start]
    return kept
