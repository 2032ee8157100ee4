"""Web pages: the article's own text, without menus, comments and markup."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from detector.errors import InputError
from detector.extras import missing_extra
from detector.readers import InputDocument, decode, quiet_log
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


def read(path: Path, data: bytes, regions: bool = False) -> InputDocument:
    """Return the text that trafilatura extracts from a page, without its switched-off regions if `regions` is true."""
    try:
        import trafilatura
    except ImportError as error:
        raise missing_extra(error, "html", "reading HTML") from None
    page, cut_words = decode(path, data), 0
    if regions:
        page, cut_words = cut_regions(page)
    page = _UNBROKEN.sub(_without_piles, _without_long_tags(page))
    try:
        with quiet_log("trafilatura"):
            text = trafilatura.extract(page, include_comments=False, favor_recall=True)
    except MemoryError:
        raise
    except Exception as error:  # a damaged page makes its parsers raise almost anything
        raise InputError(f"not a page that can be read: {error}") from None
    if not text:
        raise InputError("no article text found in this page")
    return InputDocument(str(path), text, extracted=True, cut_words=cut_words)
