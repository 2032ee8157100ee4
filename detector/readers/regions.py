"""Parts that their author excludes: `<!-- detector: off -->` to `<!-- detector: on -->`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from detector.readers.document import InputDocument

__all__ = ["cut_regions", "without_regions"]

_MARK = re.compile(r"<!--\s*detector:\s*(off|on)\s*-->")
_TAG = re.compile(r"<[^<>]*+>")
_WORD = re.compile(r"\w+")


def _regions(text: str) -> Iterator[tuple[int, int]]:
    """Yield the regions that are switched off, with their marks; one without an `on` reaches to the end."""
    start = None
    for mark in _MARK.finditer(text):
        if mark.group(1) == "off":
            start = mark.start() if start is None else start
        elif start is not None:
            yield start, mark.end()
            start = None
    if start is not None:
        yield start, len(text)


def cut_regions(text: str) -> tuple[str, int]:
    """Return the text without its switched-off regions, and how many words they had.

    This is for pages: extracted text does not show their comments.

    >>> cut_regions("One.<!-- detector: off -->Two <b>three</b>.<!-- detector: on --> Four.")
    ('One. Four.', 2)
    """
    out, position, words = [], 0, 0
    for start, end in _regions(text):
        out.append(text[position:start])
        words += len(_WORD.findall(_TAG.sub(" ", text[start:end])))
        position = end
    return "".join([*out, text[position:]]), words


def without_regions(document: InputDocument) -> InputDocument:
    """Return the document with its switched-off regions left out."""
    return document.without([(start, end, "region") for start, end in _regions(document.text)])
