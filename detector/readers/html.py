"""Web pages: the article's own text, without menus, comments and markup."""

from __future__ import annotations

from pathlib import Path

from detector.errors import InputError
from detector.readers import Document, decode

__all__ = ["read"]


def read(path: Path, data: bytes) -> Document:
    """Return the text that trafilatura extracts from a page."""
    try:
        import trafilatura
    except ImportError:
        raise InputError('reading HTML needs an extra: pip install "detector[html]"') from None
    text = trafilatura.extract(decode(path, data), include_comments=False, favor_recall=True)
    if not text:
        raise InputError("no article text found in this page")
    return Document(str(path), text, extracted=True)
