"""Word files: the paragraphs, a blank line between each."""

from __future__ import annotations

import io
from pathlib import Path
from zipfile import BadZipFile

from detector.errors import InputError
from detector.readers import Document

__all__ = ["read"]


def read(path: Path, data: bytes) -> Document:
    """Return the text of a Word file's paragraphs."""
    try:
        import docx
        from docx.opc.exceptions import PackageNotFoundError
    except ImportError:
        raise InputError('reading Word files needs an extra: pip install "detector[docx]"') from None
    try:
        paragraphs = [p.text for p in docx.Document(io.BytesIO(data)).paragraphs]
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError) as error:
        raise InputError(f"not a Word file that can be read: {error}") from None
    return Document(str(path), "\n\n".join(p for p in paragraphs if p.strip()), extracted=True)
