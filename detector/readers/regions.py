"""Parts that their author has put out of bounds: `<!-- detector: off -->` to `<!-- detector: on -->`."""

from __future__ import annotations

import re
from dataclasses import replace

from detector.readers import InputDocument

__all__ = ["blank", "cut_regions", "without_regions"]

_MARK = re.compile(r"<!--\s*detector:\s*(off|on)\s*-->")


def blank(text: str) -> str:
    """Return spaces of the same length, line breaks kept, so that offsets and paragraphs stay.

    >>> blank("a\\nbc")
    ' \\n  '
    """
    return re.sub(r"[^\r\n]", " ", text)


def cut_regions(text: str) -> str:
    """Return the text without its switched-off regions: for pages, whose comments no extracted text shows.

    >>> cut_regions("One.<!-- detector: off -->Two.<!-- detector: on --> Three.")
    'One. Three.'
    """
    out, position, off = [], 0, False
    for mark in _MARK.finditer(text):
        out.append("" if off else text[position : mark.start()])
        position, off = mark.end(), mark.group(1) == "off"
    return "".join([*out, "" if off else text[position:]])


def without_regions(document: InputDocument) -> InputDocument:
    """Return the document with its switched-off regions masked; one without an `on` reaches to the end."""
    text = document.text
    if "detector:" not in text:
        return document
    judged = document.judged_text
    out, position, off = [], 0, False
    for mark in _MARK.finditer(text):
        before = judged[position : mark.start()]
        out += [blank(before) if off else before, blank(mark.group())]
        position, off = mark.end(), mark.group(1) == "off"
    rest = judged[position:]
    out.append(blank(rest) if off else rest)
    return replace(document, judged="".join(out))
