"""Capitals: a wording written in the case of the one whose place it takes."""

from __future__ import annotations

__all__ = ["capitalised", "in_case_of"]


def capitalised(word: str) -> str:
    """Return the word with its first letter in upper case.

    >>> capitalised("oak"), capitalised("")
    ('Oak', '')
    """
    return word[:1].upper() + word[1:]


def in_case_of(model: str, wording: str) -> str:
    """Return the wording with the capitals of `model`, word by word if both have as many words.

    >>> in_case_of("White House", "white home")
    'White Home'
    """
    if len(model) > 1 and model.isupper():
        return wording.upper()
    theirs, ours = model.split(" "), wording.split(" ")
    if len(theirs) == len(ours):
        return " ".join(capitalised(w) if o[:1].isupper() else w for o, w in zip(theirs, ours, strict=True))
    return capitalised(wording) if model[:1].isupper() else wording
