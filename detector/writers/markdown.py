"""Markdown: the file itself with words replaced; the marks around and between them stay."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from detector.types import Edit
from detector.writers.wording import Mark, reworded
from detector.writers.writer import TextSource, Writer, Written, check_text, sorted_plan

__all__ = ["WRITER", "write"]

_MARK = re.compile(
    r"""
      (?P<line>[ \t]*\\?\r?\n[ \t]*(?:>[ \t]?)*)          # the end of a line, and the mark of the next in a quotation
    | (?P<emphasis>\*+|~~+|(?<!\w)_+|_+(?!\w))
    | (?P<link>!?\[)
    | (?P<target>\](?:\([^()\n]*\)|\[[^\]\n]*\])?)
    | (?P<tag></?[A-Za-z][^<>\n]*>)
    | (?P<code>(?P<ticks>`+)(?:(?!(?P=ticks)).)+(?P=ticks))
    """,
    re.VERBOSE,
)


def _marks(source: str) -> Iterator[Mark]:
    """Yield the marks of a stretch of Markdown."""
    opened: set[str] = set()
    for found in _MARK.finditer(source):
        step = 0
        mark = found.group()
        if found["emphasis"]:
            before, after = source[: found.start()][-1:], source[found.end() :][:1]
            closes = after.isspace() or mark in opened
            # At the first word's edge no mark can open; the plan's spans begin and end with words.
            step = -1 if closes and before and not before.isspace() else 1
            opened ^= {mark}
        elif found["link"]:
            step = 1
        elif found["target"]:
            step = -1
        elif found["tag"] and not mark.endswith("/>"):
            step = -1 if mark.startswith("</") else 1
        yield Mark(found.start(), found.end(), step, bool(found["line"]))


def _written(source: str, marks: Iterable[Mark]) -> list[str]:
    return [source[m.start : m.end] for m in marks]


def write(source: bytes, text: str, plan: Sequence[Edit]) -> Written:
    """Return the Markdown file with the plan's edits made; its originals are Markdown, as the text is."""
    file = TextSource(source)
    check_text(text, file.text)
    spans, left_out = [], []
    for edit in sorted_plan(text, plan):
        marks = list(_marks(edit.spun))
        # An original that bears the same marks itself is Markdown already.
        is_marked = _written(edit.spun, marks) == _written(edit.original, _marks(edit.original))
        new = edit.original if is_marked else reworded(edit.spun, edit.original, marks)
        if new is None:
            left_out.append(edit)
        else:
            spans.append((edit.start, edit.end, new))
    return Written(file.replaced(spans), tuple(left_out))


WRITER = Writer("markdown", (".md", ".markdown"), write)
