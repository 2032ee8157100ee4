"""HTML: the page itself with words of its text replaced, the rest byte for byte.

The reader's text is an article without its markup; it does not give the place of a word in the page. So its lines are
looked up in the text of the page, and those that occur twice are distinguished by their neighbours.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from detector.readers import InputDocument
from detector.readers.regions import without_regions
from detector.types import Edit
from detector.writers.wording import Mark, reworded
from detector.writers.writer import TextSource, Writer, Written, sorted_plan

__all__ = ["WRITER", "write"]

_MARKUP = re.compile(
    r"""
      (?P<comment><!--)
    | <(?P<end>/?)(?P<name>[A-Za-z][^\s/<>]*+)(?:[^<>"']|"[^"]*"|'[^']*')*>
    | <[!?][^>]*>
    """,
    re.VERBOSE,
)
_COMMENT_END = re.compile("--!?>")
# Elements whose content is not text of the page, or a copy of it that is not shown.
_UNREAD = frozenset(["iframe", "noscript", "script", "style", "template", "textarea", "title"])
_VOID = frozenset(["area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
# Elements that do not part words; all others do.
_INLINE = frozenset(
    re.findall(
        r"\w+",
        "a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd label mark q s samp small span strike strong "
        "sub sup time tt u var wbr",
    )
)
_RUN = re.compile(r"&\#?\w+;?|[^\s&]+|&")
_CLUSTER = re.compile(r".[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]*", re.DOTALL)
_TOKEN = re.compile(r"\w+|[^\w\s]")
# The reader's lines; cells of a table and the marks of a list are lines of their own here.
_LINE = re.compile(r"^[ \t]*-[ \t]+|[^\n|]+", re.MULTILINE)
# At least so many words in a row are not found by chance; more if they may be anywhere in the page.
_MIN_WORDS, _MIN_WORDS_ANYWHERE = 4, 8
_LIST_MARK = re.compile(r"[ \t]*-[ \t]+")


def _markup(page: str) -> Iterator[Mark]:
    """Yield the tags, comments and scripts of a page. Ends are looked up once, not searched anew."""
    position = 0
    while found := _MARKUP.search(page, position):
        start, position = found.span()
        step = 0
        name = (found["name"] or "").lower()
        if found["comment"]:
            end = _COMMENT_END.search(page, position - 2)  # `<!-->` is a whole comment
            position = end.end() if end else len(page)
        elif name in _UNREAD and not found["end"]:
            end_tag = re.compile(rf"</{name}(?:[\s/][^<>]*+)?+>", re.IGNORECASE).search(page, position)
            position = end_tag.end() if end_tag else len(page)
        elif name and name not in _VOID and not found.group().endswith("/>"):
            step = -1 if found["end"] else 1
        yield Mark(start, position, step, bool(name) and name not in _INLINE)


@dataclass(frozen=True)
class _PageText:
    """The characters of a page's text without spaces, and which characters of the source each stands for.

    Attributes
    ----------
    text : the characters, entities resolved, in composed form
    start, end : int64 (characters,), half-open offsets into the source
    parted : bool (characters,), whether a space or a block's border is before each
    """

    text: str
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    parted: NDArray[np.bool_]

    def words(self, low: int, high: int) -> list[tuple[int, int]]:
        """Return the spans of the words and marks between two characters."""
        cuts = [low, *(low + np.flatnonzero(self.parted[low:high])).tolist(), high]
        return [m.span() for a, b in pairwise(cuts) for m in _TOKEN.finditer(self.text, a, b)]


def _page_text(page: str) -> _PageText:
    text: list[str] = []
    starts: list[NDArray[np.int64]] = []
    ends: list[NDArray[np.int64]] = []
    first_of_word: list[int] = []
    count = position = 0
    parted = True
    for mark in [*_markup(page), Mark(len(page), len(page))]:
        for run in _RUN.finditer(page, position, mark.start):
            shown, start, end = _characters(run)
            parted |= run.start() > position
            position = run.end()
            if not shown or shown.isspace():  # an entity of a space
                parted = True
                continue
            if parted:
                first_of_word.append(count)
            parted = False
            text.append(shown)
            starts.append(start)
            ends.append(end)
            count += len(shown)
        parted |= mark.start > position or mark.is_space
        position = mark.end
    flags = np.zeros(count, dtype=np.bool_)
    flags[first_of_word] = True
    none = np.empty(0, dtype=np.int64)
    return _PageText("".join(text), np.concatenate([none, *starts]), np.concatenate([none, *ends]), flags)


def _characters(run: re.Match[str]) -> tuple[str, NDArray[np.int64], NDArray[np.int64]]:
    """Return the characters that an entity or a run without spaces shows, and the place of each in the source."""
    written, start = run.group(), run.start()
    if written.startswith("&"):
        shown = html.unescape(written)
        return shown, np.full(len(shown), start), np.full(len(shown), run.end())
    if unicodedata.is_normalized("NFC", written):
        at = np.arange(start, run.end())
        return written, at, at + 1
    clusters = [(unicodedata.normalize("NFC", m.group()), *m.span()) for m in _CLUSTER.finditer(written)]
    sizes = [len(c) for c, _, _ in clusters]
    low, high = (np.repeat([c[i] for c in clusters], sizes) + start for i in (1, 2))
    return "".join(c for c, _, _ in clusters), low, high


@dataclass(frozen=True)
class _Line:
    """A line of the reader's text without its spaces, its beginning among all such characters, and in the text."""

    text: str
    start: int
    span: tuple[int, int]


def _occurrences(page: _PageText, line: str) -> list[int]:
    """Return the place of a line's characters in the page, from the border of a word to that of another."""
    out, position = [], -1
    while (position := page.text.find(line, position + 1)) >= 0:
        end = position + len(line)
        if page.parted[position] and (end == len(page.text) or page.parted[end]):
            out.append(position)
    return out


def _gaps(known: dict[int, int], lines: Sequence[_Line], end: int) -> list[tuple[range, int, int]]:
    """Return the numbers of lines without a place, in stretches, and the limits in the page between which they lie.

    `known` is the place of each line that has one, `end` the number of characters of the page.
    """
    out = []
    low = 0
    for before, behind in pairwise([-1, *sorted(known), len(lines)]):
        if before >= 0:
            low = known[before] + len(lines[before].text)
        if behind - before > 1:
            out.append((range(before + 1, behind), low, known.get(behind, end)))
    return out


def _places(page: _PageText, lines: Sequence[_Line]) -> dict[int, int]:
    """Return the place of each line in the page; none for those that are not in it, or perhaps elsewhere."""
    found = {text: _occurrences(page, text) for text in {line.text for line in lines}}
    known = {n: found[line.text][0] for n, line in enumerate(lines) if len(found[line.text]) == 1}
    # A line that occurs more than once is placed if its neighbours enclose as many copies as the text has there.
    for numbers, low, high in _gaps(known, lines, len(page.text)):
        alike: dict[str, list[int]] = {}
        for number in numbers:
            alike.setdefault(lines[number].text, []).append(number)
        for text, same in alike.items():
            here = [at for at in found[text] if low <= at < high]
            if len(here) == len(same):
                known.update(zip(same, here, strict=True))
    return known


def _aligned(page: _PageText, text: str, offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return which character of the page each character of the reader's text is, spaces left out; -1 for none.

    `offsets` counts the characters without spaces before each offset of the text, to the last.
    """
    lines = [
        _Line("".join(m.group().split()), int(offsets[m.start()]), m.span())
        for m in _LINE.finditer(text)
        if m.group().strip() and not _LIST_MARK.fullmatch(m.group())
    ]
    out = np.full(offsets[-1], -1, dtype=np.int64)
    free = np.ones(len(page.text), dtype=np.bool_)  # characters of the page that belong to no line
    known = _places(page, lines)
    for number, at in known.items():
        line = lines[number]
        out[line.start : line.start + len(line.text)] = np.arange(at, at + len(line.text))
        free[at : at + len(line.text)] = False
    # Lines that the page has in another form are looked up word by word.
    for numbers, low, high in _gaps(known, lines, len(page.text)):
        words = [(m.group(), int(offsets[m.start()])) for n in numbers for m in _TOKEN.finditer(text, *lines[n].span)]
        spans, least = page.words(low, max(low, high)), _MIN_WORDS
        if len(spans) < len(words) / 2:  # the reader has put them elsewhere
            spans, least = page.words(0, len(page.text)), _MIN_WORDS_ANYWHERE
        spans = [(a, b) for a, b in spans if free[a]]
        matcher = SequenceMatcher(None, [word for word, _ in words], [page.text[a:b] for a, b in spans])
        for i, j, size in matcher.get_matching_blocks():
            if size >= least:
                for (word, start), (a, b) in zip(words[i : i + size], spans[j : j + size], strict=True):
                    out[start : start + len(word)] = np.arange(a, b)
    return out


def _span(page: _PageText, at: NDArray[np.int64]) -> tuple[int, int] | None:
    """Return the span of these characters of the page in the source; None if they are not one whole stretch of it."""
    if not len(at) or at[0] < 0 or (np.diff(at) != 1).any():
        return None
    first, last = int(at[0]), int(at[-1])
    start, end = int(page.start[first]), int(page.end[last])
    # An entity that stands for two characters is not divided.
    if (first and page.end[first - 1] > start) or (last + 1 < len(page.start) and page.start[last + 1] < end):
        return None
    return start, end


def write(source: bytes, text: str, plan: Sequence[Edit]) -> Written:
    """Return the page with the plan's edits made; those that are not found in it are left out."""
    edits = sorted_plan(text, plan)
    file = TextSource(source)
    offsets = np.concatenate(([0], np.cumsum([not c.isspace() for c in text], dtype=np.int64)))
    # Switched-off regions are blank in the first. If they were obeyed, the text is found whole in it.
    sources = dict.fromkeys([without_regions(InputDocument("", file.text)).judged_text, file.text])
    pages = [_page_text(source) for source in sources]
    aligned = [_aligned(page, text, offsets) for page in pages]
    best = int(np.argmin([np.count_nonzero(at < 0) for at in aligned]))
    page, at, read = pages[best], aligned[best], list(sources)[best]

    def escaped(words: str) -> str:
        # An encoding that was guessed may be another than the one that a browser takes: then ASCII alone is sure.
        out = html.escape(words, quote=False)
        return out if file.is_unicode else out.encode("ascii", "xmlcharrefreplace").decode("ascii")

    found: list[tuple[int, int, str, Edit]] = []
    left_out: list[Edit] = []
    for edit in edits:
        span = _span(page, at[offsets[edit.start] : offsets[edit.end]]) if edit.spun == edit.spun.strip() else None
        new = None
        if span is not None and read[slice(*span)] == (old := file.text[slice(*span)]):
            new = reworded(old, edit.original, _markup(old), html.unescape, escaped)
        if span is None or new is None:
            left_out.append(edit)
        else:
            found.append((*span, new, edit))
    # Lines of the text may stand elsewhere in the page, and two of them for one.
    spans: list[tuple[int, int, str]] = []
    for start, end, new, edit in sorted(found, key=lambda f: f[:2]):
        if spans and start < spans[-1][1]:
            left_out.append(edit)
        else:
            spans.append((start, end, new))
    return Written(file.replaced(spans), tuple(sorted(left_out, key=lambda e: e.start)))


WRITER = Writer("html", (".html", ".htm"), write)
