"""New words in the place of old ones that markup divides: which of them stands in which part."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate, pairwise

__all__ = ["Mark", "reworded", "spread"]

_WORD = re.compile(r"\S+")


def _places(owners: Sequence[int], old: Sequence[str], new: Sequence[str]) -> list[int]:
    """Return the part of each new word, given those of the old words: that of the old word that it replaces."""
    places: list[int] = []
    for _, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if i1 == i2:  # added words go with the one before them
            places += [owners[max(0, i1 - 1)]] * (j2 - j1)
        else:
            places += [owners[i1 + (j - j1) * (i2 - i1) // (j2 - j1)] for j in range(j1, j2)]
    return places


def _owners_of_words(owners: Sequence[int], old: Sequence[str], new: Sequence[str], needy: set[int]) -> list[int]:
    """Return the part of each new word, so that the needy parts get one if there are enough."""
    places = _places(owners, old, new)
    if not needy <= set(places):
        # Then the parts that need no word get none.
        kept = [(o, w) for o, w in zip(owners, old, strict=True) if o in needy]
        places = _places([o for o, _ in kept], [w for _, w in kept], new)
    if not needy <= set(places):
        places = [sorted(needy)[j * len(needy) // len(new)] for j in range(len(new))]
    return places


def spread(
    parts: Sequence[str], new: str, inside: Sequence[bool] = (), spaced: Sequence[bool] = ()
) -> list[str] | None:
    """Return the text of each part after `new` has replaced all of them together.

    Parameters
    ----------
    parts : the old text, divided at changes of its markup
    new : the text that replaces all of it
    inside : whether each part is the content of an element, and so must keep a word; by default none is
    spaced : whether the markup after each part but the last is a space in itself, as a line's end is; none by default

    Returns None if there are not enough new words for the parts that must keep one.

    >>> spread(["an ", "honest", " man"], "a sincere man")
    ['a ', 'sincere', ' man']
    >>> spread(["go ", "to"], "visit", [False, True])
    ['', 'visit']
    """
    if len(parts) == 1:
        return [new]
    words = list(_WORD.finditer(new))
    old = [(n, m.group()) for n, part in enumerate(parts) for m in _WORD.finditer(part)] or [(0, "")]
    owners = [n for n, _ in old]
    needy = {n for n in owners if inside and inside[n]}
    places = _owners_of_words(owners, [w for _, w in old], [m.group() for m in words], needy)
    if not needy <= set(places):
        return None
    out = [""] * len(parts)
    if not words:
        out[0] = new
        return out
    out[places[0]] = new[: words[0].end()]
    for (last, before), (word, place) in pairwise(zip(words, places, strict=True)):
        if last.end() < word.start():
            home = _home_of_space(parts, before, place, inside, spaced)
            if home is not None:
                out[home] += new[last.end() : word.start()]
        out[place] += word.group()
    out[places[-1]] += new[words[-1].end() :]
    return out


def _home_of_space(
    parts: Sequence[str], before: int, after: int, inside: Sequence[bool], spaced: Sequence[bool]
) -> int | None:
    """Return the part in which a space stands between a word of the part `before` and one of the part `after`.

    That is one that had a space there; None if the markup between is one.
    """
    between = range(before + 1, after)
    if before == after or parts[before][-1:].isspace():
        return before
    if parts[after][:1].isspace():
        return after
    if any(spaced[before:after]):
        return next((n for n in between if parts[n][:1].isspace() or parts[n][-1:].isspace()), None)
    return next((n for n in (*between, after) if not (inside and inside[n])), before)


@dataclass(frozen=True, slots=True)
class Mark:
    """Markup in `source[start:end]`: `step` is 1 if it opens an element, -1 if it closes one, 0 for neither.

    `is_space` says that it parts words, as a line's end does.
    """

    start: int
    end: int
    step: int = 0
    is_space: bool = False


def reworded(
    source: str,
    new: str,
    marks: Iterable[Mark],
    decode: Callable[[str], str] = str,
    encode: Callable[[str], str] = str,
) -> str | None:
    """Return marked-up source in which `new` replaces the words, and every mark stays, in order.

    `decode` and `encode` convert the source between the marks to text and back. Returns None if there are not
    enough words for all elements in it.

    >>> reworded("go **to", "travel by", [Mark(3, 5, 1)])
    'travel **by'
    """
    kept = list(marks)
    ends = [0, *(m.end for m in kept)]
    starts = [*(m.start for m in kept), len(source)]
    depths = [0, *accumulate(m.step for m in kept)]
    parts = spread(
        [decode(source[end:start]) for end, start in zip(ends, starts, strict=True)],
        new,
        [depth > min(depths) for depth in depths],
        [m.is_space for m in kept],
    )
    if parts is None:
        return None
    written = [source[m.start : m.end] for m in kept]
    return "".join(encode(part) + mark for part, mark in zip(parts, [*written, ""], strict=True))
