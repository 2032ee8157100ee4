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

__all__ = ["MAX_WORD", "Letters", "Spellings", "one_apart"]

_MAX_LENGTH = 20  # letters
# Characters. Unicode sorts the marks over a letter in quadratic time, so nothing longer is composed or taken apart.
MAX_WORD = 200
_BASE = 0x9E3779B97F4A7C15
_POWERS = np.array([pow(_BASE, i, 1 << 64) for i in range(_MAX_LENGTH)], dtype=np.uint64)
_INVERSE = np.uint64(pow(_BASE, -1, 1 << 64))


def _plain(word: str) -> str:
    """The word without accents, which writers drop as they please."""
    if word.isascii() or len(word) > MAX_WORD:
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
    """Return hashes of each word and of the word less each of its letters, uint64 (n, 1 + _MAX_LENGTH).

    Columns past a word's end are 0.
    """
    letters = (
        np.array(words, dtype=f"<U{_MAX_LENGTH}").view(np.uint32).reshape(len(words), _MAX_LENGTH).astype(np.uint64)
    )
    running = np.zeros((len(words), _MAX_LENGTH + 1), dtype=np.uint64)
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
    words : the known words, in lower case, of letters alone
    keys : uint64, hashes of their forms, sorted; owners : int64, the row of the word of each
    """

    words: tuple[str, ...]
    keys: NDArray[np.uint64]
    owners: NDArray[np.int64]

    @classmethod
    def from_words(cls, words: Sequence[str]) -> Spellings:
        """Index the words; those longer than 20 letters are left out."""
        kept = tuple(w for w in words if len(w) <= _MAX_LENGTH)
        forms = _forms(kept)
        owners, column = np.nonzero(forms)
        keys = forms[owners, column]
        order = np.argsort(keys)
        return cls(kept, keys[order], owners[order])

    def near(self, words: Sequence[str]) -> list[tuple[int, int]]:
        """Return pairs of a row of `words` and the row of a known word that is one letter apart from it.

        >>> known = Spellings.from_words(["washington", "london"])
        >>> known.near(["wahsington", "paris", "londn"])
        [(0, 0), (2, 1)]
        """
        short = [i for i, w in enumerate(words) if len(w) <= _MAX_LENGTH]
        if not short or not self.words:
            return []
        forms = _forms([words[i] for i in short])
        rows, columns = np.nonzero(forms)
        wanted = forms[rows, columns]
        # Equal keys form a run in the sorted ones; a word is a hit if any of its forms is a form of a known word.
        low = np.searchsorted(self.keys, wanted)
        known = np.flatnonzero(self.keys[np.minimum(low, len(self.keys) - 1)] == wanted)
        high = np.searchsorted(self.keys, wanted[known], "right")
        hits = {
            (short[row], owner)
            for row, a, b in zip(rows[known].tolist(), low[known].tolist(), high.tolist(), strict=True)
            for owner in self.owners[a:b].tolist()
        }
        return sorted((i, k) for i, k in hits if one_apart(words[i], self.words[k]))


_END, _OTHER, _CODES = 0, 27, 28  # beside the letters a to z, 1 to 26
# Pseudo-count: each context counts as seen this often more, with the proportions of the next shorter context.
_DOUBT = 3.0


@dataclass(frozen=True)
class Letters:
    """A trigram model of the letters of words: "Yok" and "Wst" are spelt like few words, "Tarek" like many.

    Attributes
    ----------
    log10_prob : float64 (28, 28, 28), of the third letter after the other two; 0 stands before and after a word
    """

    log10_prob: NDArray[np.float64]

    @staticmethod
    def _cells(words: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the cells of `log10_prob` that spell the words, and the row of the word of each; both int64 (n,)."""
        # Two ends around each word: its first letter follows both, and one follows its last.
        text = "\0\0" + "\0\0".join(w if w.isascii() else _plain(w) for w in words) + "\0\0"
        points = np.frombuffer(text.lower().encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)
        codes = np.where((points >= ord("a")) & (points <= ord("z")), points - ord("a") + 1, _OTHER)
        codes[points == 0] = _END
        ends = codes == _END
        row = np.cumsum(ends[1:-1] & ends[:-2]) - 1
        inside = ~(ends[1:-1] & ends[2:])  # past the end of a word nothing follows
        cells = (codes[:-2] * _CODES + codes[1:-1]) * _CODES + codes[2:]
        return cells[inside], row[inside]

    @classmethod
    def from_words(cls, words: Sequence[str]) -> Letters:
        """Count the letters of words, each word once."""
        shape = (_CODES, _CODES, _CODES)
        counts = np.bincount(cls._cells(words)[0], minlength=_CODES**3).reshape(shape).astype(np.float64)
        single = counts.sum(axis=(0, 1)) + 1.0
        pairs = counts.sum(axis=0)
        after_one = (pairs + _DOUBT * single / single.sum()) / (pairs.sum(axis=1, keepdims=True) + _DOUBT)
        after_two = (counts + _DOUBT * after_one) / (counts.sum(axis=2, keepdims=True) + _DOUBT)
        return cls(np.log10(after_two))

    def __call__(self, words: Sequence[str]) -> NDArray[np.float64]:
        """Return log10 P of the spelling of each word, its end included, float64 (n,); 0 or less."""
        cells, row = self._cells(words)
        out = np.zeros(len(words))
        np.add.at(out, row, self.log10_prob.ravel()[cells])
        return out
