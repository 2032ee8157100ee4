"""Tortured phrases: set terms of science in other words ("bosom peril"), if their conditions hold.

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
    "A set term of science in other words, from a published list: paper mills reword terms to pass plagiarism checks.",
    find,
    "before",
    example="We trained a [profound neural organization] on images of the harbour.",
    innocent=(
        "The text quotes or lists such phrases, as an article on paper mills does.",
        "The words stand beside each other by chance and mean what they say.",
        "The author translated a term word by word from another language.",
    ),
    advice="Read the sentence with the expected term. If it fits there and in other places, look for the source.",
)
