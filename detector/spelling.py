"""Words that are one letter apart, found for many words at a time.

Every known word is indexed as it is and less each of its letters in turn (the symmetric deletes of Garbe's SymSpell,
as 64-bit hashes in one sorted array). Words that are one letter apart share one of these forms.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Spellings", "one_apart"]

_LONGEST = 20  # letters
_BASE = 0x9E3779B97F4A7C15
_POWERS = np.array([pow(_BASE, i, 1 << 64) for i in range(_LONGEST)], dtype=np.uint64)
_INVERSE = np.uint64(pow(_BASE, -1, 1 << 64))


def _plain(word: str) -> str:
    """The word without accents, which writers drop as they please."""
    if word.isascii():
        return word
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))


def one_apart(a: str, b: str) -> bool:
    """Whether one letter dropped, changed or swapped makes one word of the other, the first letter apart."""
    if a[0] != b[0] or _plain(a) == _plain(b):
        return False
    if len(a) > len(b):
        a, b = b, a
    i = 0
    while i < len(a) and a[i] == b[i]:
        i += 1
    if len(b) - len(a) == 1:
        return a[i:] == b[i + 1 :] and not (i == len(a) and b[-1] in "seanio")
    if len(a) != len(b) or i == len(a):
        return False
    swapped = i + 1 < len(a) and a[i] == b[i + 1] and a[i + 1] == b[i] and a[i + 2 :] == b[i + 2 :]
    return swapped or (a[i + 1 :] == b[i + 1 :] and i < len(a) - 1)


def _forms(words: Sequence[str]) -> NDArray[np.uint64]:
    """Return hashes of each word and of the word less each of its letters, uint64 (n, 1 + _LONGEST).

    What is over, past a word's end, is 0.
    """
    letters = np.array(words, dtype=f"<U{_LONGEST}").view(np.uint32).reshape(len(words), _LONGEST).astype(np.uint64)
    running = np.zeros((len(words), _LONGEST + 1), dtype=np.uint64)
    np.cumsum(letters * _POWERS, axis=1, out=running[:, 1:])
    whole = running[:, -1:]
    # Less one letter, all after it move up one place.
    less = running[:, :-1] + (whole - running[:, 1:]) * _INVERSE
    less[letters == 0] = 0
    return np.concatenate((whole, less), axis=1)


@dataclass(frozen=True)
class Spellings:
    """Known words, to be found by a spelling that is one letter off.

    Attributes
    ----------
    words : what is known, in lower case, of letters alone
    keys : uint64, hashes of their forms, sorted; owners : int64, the row of the word of each
    """

    words: tuple[str, ...]
    keys: NDArray[np.uint64]
    owners: NDArray[np.int64]

    @classmethod
    def of(cls, words: Sequence[str]) -> Spellings:
        """Index the words; those longer than 20 letters are left out."""
        kept = tuple(w for w in words if len(w) <= _LONGEST)
        forms = _forms(kept)
        owners, column = np.nonzero(forms)
        keys = forms[owners, column]
        order = np.argsort(keys)
        return cls(kept, keys[order], owners[order])

    def near(self, words: Sequence[str]) -> list[tuple[int, int]]:
        """Return pairs of a row of `words` and the row of a known word that is one letter apart from it.

        >>> known = Spellings.of(["washington", "london"])
        >>> known.near(["wahsington", "paris", "londn"])
        [(0, 0), (2, 1)]
        """
        asked = [i for i, w in enumerate(words) if len(w) <= _LONGEST]
        if not asked or not self.words:
            return []
        forms = _forms([words[i] for i in asked])
        rows, columns = np.nonzero(forms)
        wanted = forms[rows, columns]
        low = np.searchsorted(self.keys, wanted)
        known = np.flatnonzero(self.keys[np.minimum(low, len(self.keys) - 1)] == wanted)
        high = np.searchsorted(self.keys, wanted[known], "right")
        hits = {
            (asked[row], owner)
            for row, a, b in zip(rows[known].tolist(), low[known].tolist(), high.tolist(), strict=True)
            for owner in self.owners[a:b].tolist()
        }
        return sorted((i, k) for i, k in hits if one_apart(words[i], self.words[k]))
