"""How words are spelt: which are one letter apart, and which letters may follow which.

For the first, every known word is indexed as it is and less each of its letters in turn (the symmetric deletes of
Garbe's SymSpell, as 64-bit hashes in one sorted array). Words that are one letter apart share one of these forms.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Letters", "Spellings", "one_apart"]

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


def _code_points(words: Sequence[str]) -> NDArray[np.uint32]:
    """Return the letters of each word, 0 past its end, uint32 (n, _LONGEST); longer words are cut."""
    return np.array(words, dtype=f"<U{_LONGEST}").view(np.uint32).reshape(len(words), _LONGEST)


def _forms(words: Sequence[str]) -> NDArray[np.uint64]:
    """Return hashes of each word and of the word less each of its letters, uint64 (n, 1 + _LONGEST).

    What is over, past a word's end, is 0.
    """
    letters = _code_points(words).astype(np.uint64)
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


_END, _OTHER = 0, 27  # beside the letters a to z, 1 to 26
_DOUBT = 3.0  # times a word that any letter may follow is taken to have been seen, in the proportions of less context


@dataclass(frozen=True)
class Letters:
    """A trigram model of the letters of words: "Yok" and "Wst" are spelt like few words, "Tarek" like many.

    Attributes
    ----------
    log10_prob : float64 (28, 28, 28), of the third letter after the other two; 0 stands before and after a word
    """

    log10_prob: NDArray[np.float64]

    @staticmethod
    def _codes(words: Sequence[str]) -> NDArray[np.int64]:
        """Return the code of each letter, between two ends before the word and the ends after it, (n, _LONGEST + 3)."""
        letters = _code_points([_plain(w.lower()) for w in words]).astype(np.int64)
        codes = np.full((len(words), _LONGEST + 3), _END, dtype=np.int64)
        inside = np.where((letters >= ord("a")) & (letters <= ord("z")), letters - ord("a") + 1, _OTHER)
        codes[:, 2:-1] = np.where(letters == 0, _END, inside)
        return codes

    @classmethod
    def of(cls, words: Sequence[str]) -> Letters:
        """Count the letters of words, each word once."""
        codes = cls._codes(words)
        cells = (codes[:, :-2] * 28 + codes[:, 1:-1]) * 28 + codes[:, 2:]
        counts = np.bincount(cells.ravel(), minlength=28**3).reshape(28, 28, 28).astype(np.float64)
        counts[_END, _END, _END] = counts[1:, _END, _END] = 0.0  # past the end of a word nothing follows
        single = counts.sum(axis=(0, 1)) + 1.0
        pairs = counts.sum(axis=0)
        after_one = (pairs + _DOUBT * single / single.sum()) / (pairs.sum(axis=1, keepdims=True) + _DOUBT)
        after_two = (counts + _DOUBT * after_one) / (counts.sum(axis=2, keepdims=True) + _DOUBT)
        return cls(np.log10(after_two))

    def __call__(self, words: Sequence[str]) -> NDArray[np.float64]:
        """Return log10 P of the spelling of each word, its end included, float64 (n,); 0 or less."""
        codes = self._codes(words)
        each = self.log10_prob[codes[:, :-2], codes[:, 1:-1], codes[:, 2:]]
        out: NDArray[np.float64] = np.where(codes[:, 1:-1] == _END, 0.0, each).sum(axis=1)
        # The first letter follows two ends.
        return out + each[:, 0]
