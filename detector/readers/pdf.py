"""PDF files: the pages' text, lines joined to paragraphs, words that were cut at a line's end mended."""

from __future__ import annotations

import io
import re
from pathlib import Path

from detector.errors import InputError
from detector.readers import Document

__all__ = ["joined_lines", "read"]

_SHORT = 0.7  # of the page's usual line: a shorter line that ends a sentence ends a paragraph


def joined_lines(page: str) -> str:
    """Return a page's lines as paragraphs.

    >>> joined_lines("The plan was imple-\\nmented in May.")
    'The plan was implemented in May.'
    """
    lines = [line.strip() for line in page.splitlines()]
    lengths = sorted(len(line) for line in lines if line)
    usual = lengths[int(len(lengths) * 0.75)] if lengths else 0
    out: list[str] = []
    open_ = False
    for line in lines:
        if not line:
            open_ = False
            continue
        if open_ and re.search(r"[a-z]-$", out[-1]) and line[:1].islower():
            out[-1] = out[-1][:-1] + line
        elif open_:
            out[-1] += " " + line
        else:
            out.append(line)
        open_ = not (line[-1] in '.!?:”"' and len(line) < _SHORT * usual)
    return "\n\n".join(out)


def read(path: Path, data: bytes) -> Document:
    """Return the text of a PDF file, a blank line between paragraphs and pages."""
    try:
        from pypdf import PdfReader
        from pypdf.errors import PyPdfError
    except ImportError:
        raise InputError('reading PDF files needs an extra: pip install "detector[pdf]"') from None
    try:
        pages = [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]
    except (PyPdfError, ValueError, KeyError, RecursionError) as error:
        raise InputError(f"not a PDF file that can be read: {error}") from None
    text = "\n\n".join(p for p in map(joined_lines, pages) if p)
    if not text:
        raise InputError("this PDF holds no text, only pictures of it")
    return Document(str(path), text, extracted=True)
