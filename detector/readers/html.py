"""Web pages: the article's own text, without menus, comments and markup."""

from __future__ import annotations

from pathlib import Path

from detector.errors import InputError
from detector.readers import InputDocument, decode, missing_extra, quiet_log
from detector.readers.regions import cut_regions

__all__ = ["read"]


def read(path: Path, data: bytes) -> InputDocument:
    """Return the text that trafilatura extracts from a page."""
    try:
        import trafilatura
    except ImportError as error:
        raise missing_extra(error, "html", "HTML") from None
    page = cut_regions(decode(path, data))
    try:
        with quiet_log("trafilatura"):
            text = trafilatura.extract(page, include_comments=False, favor_recall=True)
    except MemoryError:
        raise
    except Exception as error:  # a damaged page makes its parsers raise almost anything
        raise InputError(f"not a page that can be read: {error}") from None
    if not text:
        raise InputError("no article text found in this page")
    return InputDocument(str(path), text, extracted=True)
