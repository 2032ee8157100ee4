"""Restored files of the kind of the input: only the words change. One module a kind, each with one Writer.

To add a kind, write a module with a `WRITER` and name it in `WRITERS`.
"""

from __future__ import annotations

from detector.writers import docx, html, markdown
from detector.writers.writer import Writer, Written

__all__ = ["WRITERS", "Writer", "Written", "writer_for"]

WRITERS: tuple[Writer, ...] = (docx.WRITER, html.WRITER, markdown.WRITER)


def writer_for(kind: str) -> Writer | None:
    """Return the writer of a kind of file, by its name or a suffix; None if there is none.

    >>> writer_for("docx") is writer_for(".docx")
    True
    >>> writer_for("pdf") is None
    True
    """
    return next((w for w in WRITERS if kind.lower() in (w.name, *w.suffixes)), None)
