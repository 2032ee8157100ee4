"""Capitals that mean nothing: in a text without them, or all in them, words get the capitals they usually have.

Tweets, captions, transcripts and headlines are written in one case. Whether capitals mean anything is decided for each
document from the words whose usual case is known; if they do not, every word is read in its usual case.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detector.text.vocabulary import LOWER, NAME, UNKNOWN, UPPER, Vocabulary

__all__ = ["truecased"]

# Bits of a token's shape, as `text.tokens` has them.
FIRST_UPPER, ALL_UPPER, WORD, SENTENCE_START, MIXED_CASE, RARE_CAPITAL = 1, 2, 4, 8, 32, 128

_MIN_EVIDENCE = 3  # words that a document's use of capitals is judged by; fewer are not enough
_MIN_WORDS = 8  # without any capital; fewer are a fragment of a sentence
_FEW, _MANY = 0.25, 0.6  # shares between which capitals have their usual meaning


def _share(
    hits: NDArray[np.bool_], among: NDArray[np.bool_], document: NDArray[np.int32], n: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the share of `among` that are hits in each document, and whether there are enough of them."""
    total = np.bincount(document[among], minlength=n)
    return np.bincount(document[hits & among], minlength=n) / np.maximum(total, 1), total >= _MIN_EVIDENCE


def truecased(
    ids: NDArray[np.int32],
    shape: NDArray[np.uint8],
    document: NDArray[np.int32],
    n: int,
    vocabulary: Vocabulary,
) -> tuple[NDArray[np.int32], NDArray[np.uint8], NDArray[np.bool_]]:
    """Return ids and shapes with documents of one case in the usual case of their words, and which documents those are.

    Parameters
    ----------
    ids : int32 (tokens,); shape : uint8 (tokens,); document : int32 (tokens,), in order
    n : documents
    """
    word = (shape & WORD) != 0
    upper, start = (shape & FIRST_UPPER) != 0, (shape & SENTENCE_START) != 0
    usual = vocabulary.usual_case[ids]
    listed = word & (ids > NAME)
    inner = listed & ~start
    # Names and "I" in lower case: nearly none of the words that have a capital has one here.
    names, enough = _share(upper, inner & (usual != LOWER), document, n)
    lower = enough & (names < _FEW)
    # Too few names to decide by: sentences that begin in lower case.
    starts, enough_starts = _share(upper, listed & start, document, n)
    lower |= ~enough & enough_starts & (starts < _FEW)
    # None of many words begins with a capital, not even the first.
    any_capital = np.bincount(document[word & upper], minlength=n) > 0
    lower |= ~any_capital & (np.bincount(document[word], minlength=n) >= _MIN_WORDS)
    # Capitals throughout, or at the head of every word.
    common, enough_common = _share(upper, inner & (usual == LOWER), document, n)
    capitals = enough_common & (common > _MANY)
    one_case = lower | capitals
    caseless = one_case[document] & word
    if not caseless.any():
        return ids, shape, one_case
    # A word that is not listed is mostly a name.
    ids = np.where(caseless & (ids == UNKNOWN), NAME, ids).astype(np.int32)
    capital = caseless & ((usual != LOWER) | start | (ids == NAME))
    kept = shape & ~np.uint8(FIRST_UPPER | ALL_UPPER | MIXED_CASE)
    kept |= np.where(capital, FIRST_UPPER, 0).astype(np.uint8)
    kept |= np.where(caseless & (usual == UPPER), ALL_UPPER, 0).astype(np.uint8)
    # In lower case throughout, the few capitals mean something all the same.
    kept |= np.where(upper & ~capitals[document], RARE_CAPITAL, 0).astype(np.uint8)
    return ids, np.where(caseless, kept, shape).astype(np.uint8), one_case
