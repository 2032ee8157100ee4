"""A text with some of its parts replaced."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["replaced"]


def replaced(text: str, edits: Iterable[tuple[int, int, str]], start: int = 0, end: int | None = None) -> str:
    """Return `text[start:end]` with edits made: start, end and replacement each, sorted, disjoint and inside it.

    >>> replaced("We go to Oslo.", [(3, 8, "visit")])
    'We visit Oslo.'
    """
    out, position = [], start
    for first, last, new in edits:
        out += [text[position:first], new]
        position = last
    out.append(text[position:end])
    return "".join(out)
