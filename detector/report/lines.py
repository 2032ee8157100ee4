"""Lines and columns of offsets, as editors and code hosts count them."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

__all__ = ["LineIndex"]


class LineIndex:
    """The beginnings of the lines of a text."""

    def __init__(self, text: str) -> None:
        lengths = [len(line) + 1 for line in text.split("\n")]
        self._starts = [0, *accumulate(lengths)][:-1]

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset, both from 1, columns in code points.

        >>> LineIndex("ab\\ncd").place(4)
        (2, 2)
        """
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1
