"""Numbers in words, up to 999: "forty-five", "two hundred and six"."""

from __future__ import annotations

import re

__all__ = ["NUMBER_WORDS", "value_of"]


def _counted(words: str, first: int, step: int = 1) -> dict[str, int]:
    return {word: first + step * i for i, word in enumerate(words.split())}


_ONES = _counted("one two three four five six seven eight nine", 1)
_TEENS = _counted("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen", 10)
_TENS = _counted("twenty thirty forty fifty sixty seventy eighty ninety", 20, 10)
_VALUES = {"zero": 0, "hundred": 100, **_ONES, **_TEENS, **_TENS}

_one, _teen, _ten = ("|".join(words) for words in (_ONES, _TEENS, _TENS))
_small = rf"(?:(?:{_ten})(?:[ -](?:{_one})\b)?|{_teen}|{_one})"
# The pattern of a number in words, in lower case, without groups; for verbose patterns too.
NUMBER_WORDS = rf"(?:(?:{_one})[ ]hundred(?:(?:[ ]and)?[ ]{_small}\b)?|zero|{_small})\b"


def value_of(words: str) -> int:
    """Return the number that words say; they match `NUMBER_WORDS`, in any case.

    >>> value_of("Forty-five"), value_of("two hundred and six"), value_of("nineteen")
    (45, 206, 19)
    """
    total = 0
    for word in re.findall(r"[a-z]+", words.lower()):
        if word != "and":
            total = total * 100 if word == "hundred" else total + _VALUES[word]
    return total
