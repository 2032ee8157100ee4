"""Words and their ids, with how common each is: the read-only view that all stages share."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from detector.text.spelling import MAX_WORD, Letters, Spellings

__all__ = [
    "BOUNDARY",
    "CAPITAL",
    "CONFUSABLE_LETTERS",
    "INVISIBLE",
    "LOWER",
    "NAME",
    "NUMBER",
    "SPECIAL_WORDS",
    "UNKNOWN",
    "UPPER",
    "Vocabulary",
    "skeleton",
]

LOWER, CAPITAL, UPPER = 0, 1, 2

_EVERYONES_ZIPF = 3.0
_MIN_SPELLING = 4  # letters; among shorter words too many are one letter apart

# Ids that every vocabulary shares: boundary of a paragraph or document; any other word; any other number; any
# other capitalised word.
BOUNDARY, UNKNOWN, NUMBER, NAME = 0, 1, 2, 3
SPECIAL_WORDS = ("<p>", "<unk>", "<num>", "<name>")

# Cyrillic, Greek and other letters that a reader takes for Latin ones (from Unicode's confusables.txt, the part
# that spinners use), in lower case.
CONFUSABLE_LETTERS = dict(
    zip(
        "аеорсухіјѕԁһкмтвнгпьԛԝ" + "αεικνορτυχγηω" + "ɑɡıᴏ",
        "aeopcyxijsdhkmtbhrnbqw" + "aeiknoptuxynw" + "agio",
        strict=True,
    )
)
INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_SKELETON = str.maketrans({**CONFUSABLE_LETTERS, **dict.fromkeys(INVISIBLE, "")})


def skeleton(word: str) -> str:
    """Return the Latin word that a reader sees: look-alike letters mapped, invisible marks dropped, composed.

    >>> skeleton("pоlicy")  # the o is Cyrillic
    'policy'
    """
    composed = unicodedata.normalize("NFC", word) if len(word) <= MAX_WORD else word
    return composed.translate(_SKELETON)


_FUNCTION_WORDS = """
the of and to in a is that for it as was with be by on not he his but at are this have from or had an they which one
you were all her she there would their we him been has when who will no if out so said what up its about than into
them can only other time new some could these two may first then do any like my now over such our even most after
also did many before must through where your well down should because each just those how too more between under
while within 's whereas however though although upon
"""


class Vocabulary(dict[str, int]):
    """Ids of the pieces that `text.iter_pieces` yields: a plain lookup, with classes for all that is not listed.

    A space has the id `SPACE` (-1), other white space `WIDE_SPACE` (-2); numbers that are not listed have `<num>`,
    all else `<unk>`, which `tokenize` turns into `<name>` if it is capitalised. A word written with look-alike
    letters has the id of the word that a reader sees.
    """

    SPACE, WIDE_SPACE = -1, -2

    def __init__(
        self,
        words: Sequence[str],
        zipf: NDArray[np.float32] | None = None,
        usual_case: NDArray[np.uint8] | None = None,
    ) -> None:
        self.words: tuple[str, ...] = (*SPECIAL_WORDS, *words)
        super().__init__(zip(words, range(len(SPECIAL_WORDS), len(self.words)), strict=True))
        self[" "] = self.SPACE
        # Zipf scale (log10 of occurrences per billion words), float32 (len(words),); 0 if unknown.
        self.zipf = np.zeros(len(self.words), np.float32) if zipf is None else zipf
        # How each word is written inside a sentence, uint8 (len(words),): LOWER, CAPITAL or UPPER.
        self.usual_case = np.zeros(len(self.words), np.uint8) if usual_case is None else usual_case
        self.hyphen = self.get("-", -3)

    def __missing__(self, piece: str) -> int:
        if piece.isspace():
            return self.WIDE_SPACE
        if piece[0].isdigit():
            return NUMBER
        if not piece.isascii():
            seen = skeleton(piece)
            if seen != piece and seen in self:
                return self[seen]
        return UNKNOWN

    @property
    def size(self) -> int:
        """Number of ids, the special ones included."""
        return len(self.words)

    @cached_property
    def is_word_id(self) -> NDArray[np.bool_]:
        """Whether each id is a word or number and no mark, bool (size,)."""
        flags = np.fromiter(map(str.isalnum, self.words), dtype=bool, count=self.size)
        for i in np.flatnonzero(~flags).tolist():
            word = self.words[i]
            flags[i] = word[0] != "'" and any(map(str.isalnum, word))
        flags[0] = False
        return flags

    @cached_property
    def is_terminal_id(self) -> NDArray[np.bool_]:
        """Whether each id ends a sentence, bool (size,)."""
        flags = np.zeros(self.size, dtype=bool)
        flags[[self[mark] for mark in (".", "!", "?", "…", ":", ";") if mark in self]] = True
        return flags

    @cached_property
    def spellings(self) -> Spellings:
        """The words that everyone knows, to be found by a spelling that is a letter off."""
        words = np.array(self.words, dtype=object)[self.zipf >= _EVERYONES_ZIPF]
        return Spellings.from_words([w for w in words.tolist() if len(w) >= _MIN_SPELLING and w.isalpha()])

    @cached_property
    def letters(self) -> Letters:
        """Which letters follow which in the words that are listed."""
        return Letters.from_words([w for w in self.words if w.isalpha()])

    @cached_property
    def is_function_word_id(self) -> NDArray[np.bool_]:
        """Whether each id is one of the words that English cannot do without, bool (size,)."""
        flags = np.zeros(self.size, dtype=bool)
        flags[[self[word] for word in _FUNCTION_WORDS.split() if word in self]] = True
        return flags

    def ids_of(self, words: Sequence[str]) -> NDArray[np.int32]:
        """Return the id of each word, UNKNOWN if it is not listed."""
        return np.fromiter((self[w] for w in words), dtype=np.int32, count=len(words))
