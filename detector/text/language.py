"""Whether a text is English at all: by its script and its function words."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from detector.text.tokens import TokenBatch
from detector.text.vocabulary import Vocabulary

__all__ = ["ENGLISH", "UNDETERMINED", "languages"]

ENGLISH, UNDETERMINED = "en", "und"

# English of every register that the corpus has, spun or not, lies above 0.25 in all but lists and tables; French
# and German below 0.08.
_MIN_SHARE = 0.13
_FOREIGN = re.compile(r"[^\W\d_\u0000-\u024f\u1e00-\u1eff]")
_SAMPLE = 20_000  # characters that decide a document's script


def languages(batch: TokenBatch, vocabulary: Vocabulary) -> tuple[list[str], NDArray[np.float64]]:
    """Return each document's language, "en" or "und", and the share of its letters that are not Latin."""
    hits = np.bincount(batch.document_of[vocabulary.is_function_word_id[batch.ids]], minlength=len(batch.texts))
    share = hits / np.maximum(batch.n_words, 1)
    foreign = np.zeros(len(batch.texts))
    for d, text in enumerate(batch.texts):
        # Of letters alone: "①" and "½" are of no script, and a text may hold nothing else.
        if not text.isascii() and (letters := "".join(filter(str.isalpha, text[:_SAMPLE]))):
            foreign[d] = len(_FOREIGN.findall(letters)) / len(letters)
    found = [
        ENGLISH if s >= _MIN_SHARE and f <= 0.5 else UNDETERMINED
        for s, f in zip(share.tolist(), foreign.tolist(), strict=True)
    ]
    return found, foreign
