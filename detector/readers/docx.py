"""Word files: paragraphs, and the cells of tables, a blank line between each."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from detector.errors import InputError
from detector.readers import InputDocument, missing_extra

__all__ = ["read"]

# Bytes, which the archive's own directory gives, and no part unpacks to more: what exceeds them is a bomb.
_MAX_UNPACKED = 500_000_000


def _texts(container: Any) -> Iterator[str]:
    """Yield what stands in a document or a cell, in the order of the page."""
    for part in container.iter_inner_content():
        if hasattr(part, "rows"):
            # A merged cell is named once for each column that it spans: it is read once.
            cells = {id(cell._tc): cell for row in part.rows for cell in row.cells}
            for cell in cells.values():
                yield from _texts(cell)
        elif part.text.strip():
            yield part.text


def read(path: Path, data: bytes) -> InputDocument:
    """Return the text of a Word file."""
    try:
        import docx
    except ImportError as error:
        raise missing_extra(error, "docx", "Word files") from None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(part.file_size for part in archive.infolist())
        if size > _MAX_UNPACKED:
            raise InputError(f"not a Word file that can be read: {size:,} bytes unpacked, at most {_MAX_UNPACKED:,}")
        text = "\n\n".join(_texts(docx.Document(io.BytesIO(data))))
    except (InputError, MemoryError):
        raise
    except Exception as error:  # a damaged file makes its parsers raise almost anything
        raise InputError(f"not a Word file that can be read: {error}") from None
    return InputDocument(str(path), text, extracted=True)
