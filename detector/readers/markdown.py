"""Markdown: judged without its code, link targets, comments and front matter; offsets point into the file.

Whether something is code, its content decides and not its markup, unless the author's marks are to be obeyed: prose
behind a code fence is prose.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from markdown_it import MarkdownIt

from detector.readers import InputDocument, Omission
from detector.readers.text import read as read_text
from detector.text.prose import blanked, is_prose

__all__ = ["read"]

_FRONT_MATTER = re.compile(r"\A\ufeff?(?:---\r?\n.*?\n---|\+\+\+\r?\n.*?\n\+\+\+)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
# Each start that fails must fail at once, or a text of nothing but starts takes quadratic time.
_INLINE = re.compile(
    r"""
      (?P<ticks>`+)                           # code, if the same number of ticks follows
    | (?P<comment><!--)                       # a comment, if it ends
    | (?<=\])\([^()\n]*+(?:\([^()\n]*+\)[^()\n]*+)*+\) # the target of a link or picture
    | (?<=\])\[[^\[\]\n]*+\]                # its reference
    | ^[ ]{0,3}\[[^\]\n]++\]:[^\n]*+         # the targets of references
    | <(?:https?|mailto):[^<>\s]*+>
    | </?[A-Za-z](?:[^<>\n]|\n(?![ \t]*+\r?\n))*+> # HTML tags
    """,
    re.VERBOSE | re.MULTILINE,
)
# Lines as CommonMark ends them: form feeds and Unicode's own separators, at which `splitlines` splits, end none.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_TICKS = re.compile("`+")
_COMMENT_END = re.compile("--!?>")  # a browser ends comments at either
_EMPTY_LINE = re.compile(r"\n[ \t]*\r?\n")
_PARAGRAPH = re.compile(r"\S[^\n]*+(?:\n(?![ \t]*+\r?\n)[^\n]*+)*+")
# Elements whose content no browser shows. `<script-x>` is another element, and text after the end tag is seen.
_UNSEEN = re.compile(
    r"\s*<(?P<name>script|style)(?=[\s/>]).*?(?:</(?P=name)(?:[\s/][^<>]*+)?+>|\Z)", re.IGNORECASE | re.DOTALL
)
_BLOCKS = MarkdownIt().disable("inline")  # paragraphs are read here, with offsets


def _opens_line(text: str, start: int) -> bool:
    """Return whether a comment is a block of its own, which may run over empty lines: nothing stands before it."""
    before = text[max(0, start - 4) : start]
    return not before.rpartition("\n")[2].strip() and (start < 4 or "\n" in before)


def _inline(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the spans inside paragraphs that are not prose, with "code", "comment" or "" for other markup.

    Ends are looked up, not searched for: a text of nothing but ticks takes as long as any other.
    """
    ticks: defaultdict[int, list[int]] = defaultdict(list)
    for run in _TICKS.finditer(text):
        ticks[len(run.group())].append(run.start())
    empty = [m.start() for m in _EMPTY_LINE.finditer(text)]
    comment_ends = [m.end() for m in _COMMENT_END.finditer(text)]
    position = 0
    while found := _INLINE.search(text, position):
        start, position = found.span()
        # Nothing inside a paragraph runs over an empty line: a lone sign hides no paragraphs after it.
        nearest = bisect_left(empty, position)
        limit = empty[nearest] if nearest < len(empty) else len(text)
        if found["ticks"]:
            same = ticks[position - start]
            after = bisect_left(same, position)
            if after == len(same) or same[after] > limit:
                continue
            position = same[after] + position - start
        elif found["comment"]:
            after = bisect_left(comment_ends, position + 1)  # `<!-->` is a comment of its own
            if after == len(comment_ends) or (comment_ends[after] > limit and not _opens_line(text, start)):
                continue
            position = comment_ends[after]
        if found["comment"] or not is_prose(text[start:position]):
            yield start, position, "code" if found["ticks"] else "comment" if found["comment"] else ""


def _unless_prose(text: str, start: int, end: int, pattern: re.Pattern[str], reason: str) -> Iterator[Omission]:
    """Yield the parts of a span, each as `pattern` finds it, that are not prose."""
    for part in pattern.finditer(text, start, end):
        if not is_prose(part.group()):
            yield *part.span(), reason


def _blocks(text: str, obey: bool) -> Iterator[Omission]:
    """Yield front matter, and blocks of code and of markup with their marks ("" for marks alone)."""
    front = _FRONT_MATTER.match(text)
    start = 0
    if front:
        start = front.end()
        if obey:
            yield 0, start, "front_matter"
        else:
            yield from _unless_prose(text, 0, start, _LINE, "front_matter")
    lines = [m.start() for m in _LINE.finditer(text, start)] + [len(text)]
    for token in _BLOCKS.parse(text[start:]):
        if token.type not in ("fence", "code_block", "html_block") or not token.map:
            continue
        first, last = lines[token.map[0]], lines[token.map[1]]
        if token.type == "html_block":
            if unseen := _UNSEEN.match(text, first, last):
                yield *unseen.span(), "code"
        elif obey:
            yield first, last, "code"
        elif token.type == "code_block":
            yield from _unless_prose(text, first, last, _PARAGRAPH, "code")
        else:
            inner, outer = lines[token.map[0] + 1], lines[token.map[1] - 1]
            # A fence may never be closed; a line of its signs alone closes it, in a quotation behind its mark.
            if outer < inner or text[outer:last].strip(f" \t\r\n>{token.markup[0]}"):
                outer = last
            yield first, inner, ""
            yield from _unless_prose(text, inner, outer, _PARAGRAPH, "code")
            yield outer, last, ""


def _left_out(text: str, obey: bool) -> tuple[str, list[Omission]]:
    """Return the text with all that is not prose turned into spaces, and those spans; "" stands for markup."""
    blocks = list(_blocks(text, obey))
    prose = blanked(text, blocks)
    inline = list(_inline(prose))
    return blanked(prose, inline), sorted([*blocks, *inline])


def read(path: Path, data: bytes, regions: bool = False) -> InputDocument:
    """Return the decoded file, with its prose alone to be judged.

    If `regions` is true, fences and front matter are left out whatever they hold.
    """
    plain = read_text(path, data)
    judged, spans = _left_out(plain.judged_text, regions)
    document = InputDocument(str(path), plain.text, judged, encoding=plain.encoding)
    return document.without([span for span in spans if span[2]])
