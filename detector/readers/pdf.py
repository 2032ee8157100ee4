"""PDF files: the pages' text, lines joined to paragraphs, words that were cut at a line's end mended."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from detector.errors import InputError
from detector.extras import missing_extra
from detector.readers import InputDocument, quiet_log

__all__ = ["in_columns", "joined_lines", "read", "without_running_lines"]

_SHORT = 0.7  # of the usual line: a shorter line that ends a sentence ends a paragraph
_RUNNING = 3  # pages on which a first or last line stands, page numbers aside, to be a header or footer
_GUTTER = re.compile(r"(?<=\S) {3,}(?=\S)")
_ROWS = 6  # lines that run across two columns, fewer of which prove none
_COLUMN = 20  # characters of a column's usual line; what is narrower is a table
_CUT = re.compile(r"[A-Za-z][-\u00ad]$")
# One sign for two or three letters, as typesetters have it: no dictionary knows such words.
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})


def _mended(head: str, tail: str) -> str:
    """Return two lines as one, the first of which was cut inside a word.

    The hyphen stays where it belongs to the word ("well-known"): where the parts are words and the whole is none.
    """
    if head.endswith("\u00ad"):  # a soft hyphen says itself that it goes
        return head[:-1] + tail
    from wordfreq import zipf_frequency

    first = re.findall("[A-Za-z]+", head)[-1]
    second = re.findall("[a-z]+", tail)[0]
    whole = zipf_frequency(first + second, "en")
    parts = min(zipf_frequency(first, "en"), zipf_frequency(second, "en"))
    return head + tail if whole < 2.0 <= parts - 1.0 else head[:-1] + tail


def joined_lines(text: str) -> str:
    """Return lines as paragraphs, a blank line between each.

    >>> joined_lines("The plan was imple-\\nmented in May.")
    'The plan was implemented in May.'
    >>> joined_lines("A well-\\nknown plan.")
    'A well-known plan.'
    """
    lines = [line.strip() for line in text.split("\n")]
    lengths = sorted(len(line) for line in lines if line)
    usual = lengths[int(len(lengths) * 0.75)] if lengths else 0
    out: list[list[str]] = []
    open_ = False
    for line in lines:
        if not line:
            open_ = False
            continue
        if open_ and _CUT.search(out[-1][-1]) and re.match("[a-z]", line):
            out[-1][-1] = _mended(out[-1][-1], line)
        elif open_:
            out[-1].append(line)
        else:
            out.append([line])
        open_ = not (line[-1] in '.!?:”"' and len(line) < _SHORT * usual)
    return "\n\n".join(" ".join(paragraph) for paragraph in out)


def without_running_lines(pages: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of all pages without headers, footers and page numbers.

    >>> without_running_lines([["Journal", "One."], ["Journal", "Two."], ["Journal", "Three."]])
    ['One.', 'Two.', 'Three.']
    """

    def key(line: str) -> str:
        return re.sub(r"\d+", "0", line).strip()

    filled = [[line for line in page if line.strip()] for page in pages]
    edges = Counter(key(line) for page in filled for line in {*page[:1], *page[-1:]})
    out = []
    for page in filled:
        # A line that is a page number alone says so on its own; what repeats says so by repeating.
        while page and (edges[key(page[0])] >= _RUNNING or key(page[0]) == "0"):
            page = page[1:]
        while page and (edges[key(page[-1])] >= _RUNNING or key(page[-1]) == "0"):
            page = page[:-1]
        out += page
    return out


def in_columns(plain: str, layout: str) -> str:
    """Return a page's text column by column where `plain` runs across two of them, else `plain`.

    Most files hold their columns one after the other. Some hold them line by line; `layout`, the page with its
    white space, shows there where the left column ends.

    >>> rows = [("The ferry was late and the", "the mayor stood there and")]
    >>> rows += [("band slept on the pier, as", "did not know of it at all.")]
    >>> plain = "\\n".join(f"{a} {b}" for a, b in rows * 3)
    >>> layout = "\\n".join(f"{a}      {b}" for a, b in rows * 3)
    >>> in_columns(plain, layout).splitlines()[:2]
    ['The ferry was late and the', 'band slept on the pier, as']
    """
    rows = [_GUTTER.split(line) for line in layout.split("\n") if line.strip()]
    pairs = [row for row in rows if len(row) == 2]
    across = {"".join(line.split()) for line in plain.split("\n")}
    mixed = sum("".join((left + right).split()) in across for left, right in pairs)
    if mixed < max(_ROWS, len(rows) / 2):
        return plain
    usual = [sum(len(row[side].strip()) for row in pairs) / len(pairs) for side in (0, 1)]
    if min(usual) < _COLUMN:
        return plain
    out: list[str] = []
    columns: tuple[list[str], list[str]] = ([], [])
    for row in [*rows, [""]]:
        if len(row) == 2:
            columns[0].append(row[0])
            columns[1].append(row[1])
            continue
        line = row[0]
        if line and len(line.strip()) <= 1.3 * max(usual):
            # The end of one column beside the blank end of the other.
            columns[len(line) - len(line.lstrip()) >= usual[0]].append(line)
            continue
        out += [*columns[0], *columns[1], line]
        columns = ([], [])
    return "\n".join(out)


def _page_text(page: Any) -> str:
    plain = str(page.extract_text())
    if plain.count("\n") < _ROWS:
        return plain
    try:
        return in_columns(plain, str(page.extract_text(extraction_mode="layout")))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return plain  # fonts without widths have no layout; what the file's own order gives stands


def read(path: Path, data: bytes) -> InputDocument:
    """Return the text of a PDF file, a blank line between paragraphs; they run on over pages."""
    try:
        import pypdf
    except ImportError as error:
        raise missing_extra(error, "pdf", "reading PDF files") from None
    try:
        with quiet_log("pypdf"):
            pages = [_page_text(page).split("\n") for page in pypdf.PdfReader(io.BytesIO(data)).pages]
    except MemoryError:
        raise
    except pypdf.errors.FileNotDecryptedError:
        raise InputError("this PDF is locked by a password: save it without one") from None
    except Exception as error:  # a damaged file makes its parser raise almost anything
        raise InputError(f"not a PDF file that can be read: {error}") from None
    text = joined_lines("\n".join(without_running_lines(pages))).translate(_LIGATURES)
    if not text:
        raise InputError("this PDF holds no text, only pictures of it")
    return InputDocument(str(path), text, extracted=True)
