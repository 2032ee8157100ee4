"""Tortured phrases: set terms of science in other words ("bosom peril"), where their guards hold.

The list is the Problematic Paper Screener's (Cabanac, Labbé & Magazinov, CC BY 4.0), each phrase weighed by how
often human text says it.
"""

from __future__ import annotations

from detector.cues.cue import Cue, CueContext, Found
from detector.types import Alternative, Evidence

__all__ = ["CUE", "find"]

_ID = "tortured_phrase"


def find(context: CueContext) -> Found:
    """Return the tortured phrases of each document."""
    return [
        [
            Evidence(
                start,
                end,
                text[start:end],
                _ID,
                query.log10_odds,
                (Alternative(query.expected, query.log10_odds),) if query.expected else (),
                f"Papers from paper mills write this where others write “{query.expected or 'another term'}”.",
            )
            for start, end, query in found
        ]
        for text, found in zip(
            context.scores.batch.texts, context.tortured_phrases.find(context.scores.batch), strict=True
        )
    ]


CUE = Cue(
    _ID,
    "tortured phrase",
    "tortured phrases",
    "A set term of science in other words, from a published list: paper mills write so to pass plagiarism checks.",
    find,
    "before",
)
