"""Markdown: judged without its code, link targets, comments and front matter; offsets point into the file."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from markdown_it import MarkdownIt

from detector.readers import InputDocument
from detector.readers.regions import blank
from detector.readers.text import read as read_text

__all__ = ["masked", "read"]

_FRONT_MATTER = re.compile(r"\A\ufeff?(?:---\r?\n.*?\n---|\+\+\+\r?\n.*?\n\+\+\+)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_INLINE = re.compile(
    r"""
      (?P<ticks>`+)                           # code, where the same number of ticks follows
    | (?P<comment><!--)                       # a comment, where it ends
    | (?<=\])\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\) # the target of a link or picture
    | (?<=\])\[[^\]\n]*\]                     # its reference
    | ^[ ]{0,3}\[[^\]\n]+\]:[^\n]*            # where references lead
    | <(?:https?|mailto):[^>\s]*>
    | </?[A-Za-z][^<>\n]*>                    # HTML tags
    """,
    re.VERBOSE | re.MULTILINE,
)
# Lines as CommonMark ends them: form feeds and Unicode's own separators, which `splitlines` minds, end none.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_TICKS = re.compile("`+")
_EMPTY_LINE = re.compile(r"\n[ \t]*\r?\n")


def _inline(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of what is no prose inside paragraphs.

    Ends are looked up, not searched for: a text of nothing but ticks takes as long as any other.
    """
    ticks: defaultdict[int, list[int]] = defaultdict(list)
    for run in _TICKS.finditer(text):
        ticks[len(run.group())].append(run.start())
    empty = [m.start() for m in _EMPTY_LINE.finditer(text)]
    last_comment = text.rfind("-->")
    position = 0
    while found := _INLINE.search(text, position):
        start, position = found.span()
        if found["ticks"]:
            same = ticks[position - start]
            after = bisect_left(same, position)
            # Code does not run over an empty line: a lone tick hides no paragraphs after it.
            nearest = bisect_left(empty, position)
            limit = empty[nearest] if nearest < len(empty) else len(text)
            if after == len(same) or same[after] > limit:
                continue
            position = same[after] + position - start
        elif found["comment"]:
            if last_comment < position:
                continue
            position = text.index("-->", position) + 3
        yield start, position


def masked(text: str) -> str:
    """Return the text with all that is no prose turned into spaces; its length and lines stay.

    >>> masked("Run `ls -l` now.")
    'Run         now.'
    """
    front = _FRONT_MATTER.match(text)
    if front:
        text = blank(front.group()) + text[front.end() :]
    lines = _LINE.findall(text)
    for token in MarkdownIt().parse(text):
        if token.type in ("fence", "code_block", "html_block") and token.map:
            for i in range(*token.map):
                lines[i] = blank(lines[i])
    prose = "".join(lines)
    out = []
    position = 0
    for start, end in _inline(prose):
        out += [prose[position:start], blank(prose[start:end])]
        position = end
    return "".join([*out, prose[position:]])


def read(path: Path, data: bytes) -> InputDocument:
    """Return the decoded file, with its prose alone to be judged."""
    plain = read_text(path, data)
    return InputDocument(str(path), plain.text, masked(plain.judged or plain.text), encoding=plain.encoding)
