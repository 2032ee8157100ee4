"""Web pages: the article's own text, without menus, comments and markup."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any

from detector.errors import InputError
from detector.extras import missing_extra
from detector.readers import InputDocument, decode, quiet_log
from detector.readers.document import table_omissions
from detector.readers.regions import cut_regions
from detector.text.prose import blank

__all__ = ["read"]


# Parsers compare each attribute with those before it: a tag of 200,000 of them took minutes.
_MAX_TAG = 20_000  # characters
_MARK = re.compile(r"""<(?=[A-Za-z])|>|=\s*+["']|["']""")
_SPACE = re.compile(r"\s")


def _without_long_tags(page: str) -> str:
    """Return the page with the attributes of tags longer than any that is written turned into spaces."""
    out, position = [], 0
    start: int | None = None  # of the tag that is open
    quote = ""  # that an attribute's value is in
    for mark in _MARK.finditer(page):
        found = mark.group()
        if start is None:
            start = mark.start() if found == "<" else None
        elif quote:
            quote = "" if found[-1] == quote else quote
        elif found[0] == "=":
            quote = found[-1]
        elif found == ">":
            if mark.start() - start > _MAX_TAG:
                attributes = _SPACE.search(page, start, mark.start())
                first = attributes.start() if attributes else start + 1
                out += [page[position:first], blank(page[first : mark.start()])]
                position = mark.start()
            start = None
    if start is not None and len(page) - start > _MAX_TAG:  # a tag that is never closed shows nothing
        return "".join([*out, page[position:start]])
    return "".join([*out, page[position:]])


# A text in Unicode's Stream-Safe Format (UAX 15) has no more marks in a row over one letter. To compose a pile of them
# takes quadratic time.
_MAX_MARKS = 30
_UNBROKEN = re.compile(rf"[^\x00-\x7f]{{{_MAX_MARKS + 1},}}")


def _without_piles(run: re.Match[str]) -> str:
    """Return some characters without the marks over a letter that already has the most that are allowed."""
    out, marks = [], 0
    for character in run.group():
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MAX_MARKS:
            out.append(character)
    return "".join(out)


# Elements of trafilatura's tree that are paragraphs of their own.
_BLOCKS = frozenset(["head", "p", "item", "cell", "quote", "code", "table", "row", "list", "ab", "fw", "del"])


def _blocks(body: Any) -> list[tuple[str, bool]]:
    """Return the paragraphs of an article, and whether each is a cell of a table.

    A list's item begins with a dash; a line that the page broke is a line. Characters are composed.
    """
    from lxml import etree

    out: list[tuple[str, bool]] = []
    pieces: list[str] = []
    n_cells = 0  # that are open

    def close(is_item: bool = False) -> None:
        lines = [" ".join(line.split()) for line in "".join(pieces).split("\n")]
        text = unicodedata.normalize("NFC", "\n".join(line for line in lines if line))
        if text:
            out.append((f"- {text}" if is_item else text, n_cells > 0))
        pieces.clear()

    for event, element in etree.iterwalk(body, events=("start", "end")):
        tag = element.tag
        step = 1 if event == "start" else -1
        if tag in _BLOCKS:
            close(tag == "item" and step < 0)
        n_cells += step * (tag == "cell")
        if event == "start":
            pieces.append("\n" if tag == "lb" else element.text or "")
        else:
            pieces.append(element.tail or "")
    close()
    return out


def _text_of(body: Any) -> tuple[str, list[tuple[int, int]]]:
    """Return the text of an article, a blank line between paragraphs, and the spans of its cells."""
    parts: list[str] = []
    cells: list[tuple[int, int]] = []
    length = 0
    for block, is_cell in _blocks(body):
        length += 2 * bool(parts)
        parts.append(block)
        if is_cell:
            cells.append((length, length + len(block)))
        length += len(block)
    return "\n\n".join(parts), cells


def read(path: Path, data: bytes, regions: bool = False) -> InputDocument:
    """Return the text that trafilatura extracts from a page, without its switched-off regions if `regions` is true."""
    try:
        import trafilatura
    except ImportError as error:
        raise missing_extra(error, "html", "reading HTML") from None
    page, cut_words = decode(data), 0
    if regions:
        page, cut_words = cut_regions(page)
    page = _UNBROKEN.sub(_without_piles, _without_long_tags(page))
    try:
        with quiet_log("trafilatura"):
            found = trafilatura.bare_extraction(page, include_comments=False, favor_recall=True)
            text, cells = ("", []) if found is None else _text_of(found.body)
    except MemoryError:
        raise
    except Exception as error:  # a damaged page makes its parsers raise almost anything
        raise InputError(f"not a page that can be read: {error}") from None
    if not text:
        raise InputError("no article text found in this page")
    document = InputDocument(str(path), text, extracted=True, cut_words=cut_words)
    return document.without(table_omissions(text, cells))
