"""Plain text."""

from __future__ import annotations

from pathlib import Path

from detector.readers import InputDocument, encoding_of

__all__ = ["read"]


def read(path: Path, data: bytes) -> InputDocument:
    """Return the decoded file, exactly as it stood; a byte order mark is there but not judged."""
    encoding = encoding_of(data)
    text = data.decode(encoding)
    judged = " " + text[1:] if text.startswith("\ufeff") else None
    return InputDocument(str(path), text, judged, encoding=encoding)
