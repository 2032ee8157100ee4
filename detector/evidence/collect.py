"""All evidence of a batch, cue by cue, each stretch of text blamed once by the cue that explains it best."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from detector.evidence import agreement, collocation, homoglyph, name_mangling, substitution
from detector.evidence.measurements import Measurements
from detector.evidence.tortured_phrase import TorturedPhrases
from detector.lexicon import Vocabulary
from detector.types import Edit, Evidence

__all__ = ["collect"]


def collect(
    m: Measurements,
    vocabulary: Vocabulary,
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
        homoglyph.find(m, vocabulary),
        tortured.find(m),
        [substitution.find(text, plan) for text, plan in zip(m.batch.texts, plans, strict=True)],
        name_mangling.find(m, vocabulary),
        agreement.find(m, vocabulary),
        collocation.find(m, odds, least),
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
