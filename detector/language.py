"""Whether a text is English at all: by its script and its function words."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from detector.lexicon import Vocabulary
from detector.text import TokenBatch

__all__ = ["ENGLISH", "UNDETERMINED", "languages"]

ENGLISH, UNDETERMINED = "en", "und"

_FUNCTION_WORDS = [
    "the",
    "of",
    "and",
    "to",
    "in",
    "a",
    "is",
    "that",
    "for",
    "it",
    "as",
    "was",
    "with",
    "be",
    "by",
    "on",
    "not",
    "he",
    "his",
    "but",
    "at",
    "are",
    "this",
    "have",
    "from",
    "or",
    "had",
    "an",
    "they",
    "which",
    "one",
    "you",
    "were",
    "all",
    "her",
    "she",
    "there",
    "would",
    "their",
    "we",
    "him",
    "been",
    "has",
    "when",
    "who",
    "will",
    "no",
    "if",
    "out",
    "so",
    "said",
    "what",
    "up",
    "its",
    "about",
    "than",
    "into",
    "them",
    "can",
    "only",
    "other",
    "time",
    "new",
    "some",
    "could",
    "these",
    "two",
    "may",
    "first",
    "then",
    "do",
    "any",
    "like",
    "my",
    "now",
    "over",
    "such",
    "our",
    "even",
    "most",
    "after",
    "also",
    "did",
    "many",
    "before",
    "must",
    "through",
    "where",
    "your",
    "well",
    "down",
    "should",
    "because",
    "each",
    "just",
    "those",
    "how",
    "too",
    "more",
    "between",
    "under",
    "while",
    "within",
    "i's",
    "'s",
    "while",
    "whereas",
    "however",
    "though",
    "although",
    "upon",
]
# English of every register that the corpus has, spun or not, stands above 0.25 in all but lists and tables; French
# and German below 0.08.
_LEAST_SHARE = 0.13
_FOREIGN = re.compile(r"[^\W\d_\u0000-\u024f\u1e00-\u1eff]")
_SAMPLE = 20_000  # characters that tell a document's script


def languages(batch: TokenBatch, vocabulary: Vocabulary) -> tuple[list[str], NDArray[np.float64]]:
    """Return each document's language, "en" or "und", and the share of its letters that are not Latin."""
    known = np.isin(batch.ids, vocabulary.ids_of([w for w in _FUNCTION_WORDS if w in vocabulary]))
    hits = np.bincount(batch.document_of[known], minlength=len(batch.texts))
    share = hits / np.maximum(batch.n_words, 1)
    foreign = np.zeros(len(batch.texts))
    for d, text in enumerate(batch.texts):
        if not text.isascii() and (others := len(_FOREIGN.findall(text[:_SAMPLE]))):
            foreign[d] = others / sum(map(str.isalpha, text[:_SAMPLE]))
    found = [
        ENGLISH if s >= _LEAST_SHARE and f <= 0.5 else UNDETERMINED
        for s, f in zip(share.tolist(), foreign.tolist(), strict=True)
    ]
    return found, foreign
