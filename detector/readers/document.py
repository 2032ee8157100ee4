"""One input as it is judged: its text, and the parts that are left out."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from detector.text.prose import blanked

__all__ = ["InputDocument", "Omission", "table_omissions"]

Omission = tuple[int, int, str]
_WORD = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*$")
_MIN_CELLS = 4
_CELL_WORDS = 5  # words of a table's usual cell at most; longer cells are prose in columns


@dataclass(frozen=True)
class InputDocument:
    """One input: its path and its text.

    Attributes
    ----------
    path : as the user named it; "-" for standard input
    text : the decoded file, or the text that was extracted from it; all offsets point into it
    judged : the text as it is judged: of the same length, skipped parts (code, links) masked by spaces;
        None if it is `text` itself
    extracted : whether `text` was extracted, so that a reader of the report needs it to follow the offsets
    encoding : Python's name of the encoding that `text` was decoded from
    omitted : half-open spans of `text` that are not judged, sorted and disjoint, each with the reason; markup that
        holds no words of the text (link targets, tags) is not counted among them
    cut_words : words that were cut before the text was extracted: switched-off regions, running heads
    page_starts : offsets at which the text passes to another page, each with that page, from 1; empty if there are none
    """

    path: str
    text: str
    judged: str | None = None
    extracted: bool = False
    encoding: str = "utf-8"
    omitted: tuple[Omission, ...] = ()
    cut_words: int = 0
    page_starts: tuple[tuple[int, int], ...] = ()

    def __repr__(self) -> str:
        return f"<InputDocument path={self.path!r} characters={len(self.text)} omitted_words={self.omitted_words}>"

    @property
    def judged_text(self) -> str:
        """The text as it is judged: `judged`, or `text` itself."""
        return self.text if self.judged is None else self.judged

    @property
    def omitted_words(self) -> int:
        """How many words of the document are not judged."""
        return self.cut_words + sum(len(_WORD.findall(self.text, start, end)) for start, end, _ in self.omitted)

    def page_at(self, offset: int) -> int | None:
        """Return the page on which a character of the text stands, None if the text has no pages.

        >>> document = InputDocument("a.pdf", "One. Two.", page_starts=((0, 1), (5, 2)))
        >>> document.page_at(4), document.page_at(5)
        (1, 2)
        """
        at = bisect_right(self.page_starts, offset, key=lambda start: start[0])
        return self.page_starts[at - 1][1] if at else None

    def without(self, spans: Sequence[Omission]) -> InputDocument:
        """Return the document with more spans left out; those that are left out already keep their reasons."""
        if not spans:
            return self
        omitted: list[Omission] = []
        reach = 0
        for start, end, reason in sorted([*self.omitted, *spans]):
            if end > reach:
                omitted.append((max(start, reach), end, reason))
                reach = end
        return replace(self, judged=blanked(self.judged_text, omitted), omitted=tuple(omitted))


def table_omissions(text: str, cells: Sequence[tuple[int, int]]) -> list[Omission]:
    """Return the tables of short cells that a text holds, which are not prose: spans with their reason.

    Parameters
    ----------
    cells : half-open spans of the cells, sorted; those with nothing but space between them are one table

    >>> text = "Ship\\n\\nTons\\n\\nMarlow\\n\\n310\\n\\nIt was late."
    >>> table_omissions(text, [(0, 4), (6, 10), (12, 18), (20, 23)])
    [(0, 23, 'table')]
    """
    out: list[Omission] = []
    first = 0
    for i in range(1, len(cells) + 1):
        if i < len(cells) and not text[cells[i - 1][1] : cells[i][0]].strip():
            continue
        table = [text[start:end] for start, end in cells[first:i]]
        sentences = sum(len(_WORD.findall(cell)) > _CELL_WORDS and bool(_SENTENCE_END.search(cell)) for cell in table)
        words = sum(len(_WORD.findall(cell)) for cell in table)
        if len(table) >= _MIN_CELLS and words <= _CELL_WORDS * len(table) and sentences <= len(table) / 4:
            out.append((cells[first][0], cells[i - 1][1], "table"))
        first = i
    return out
