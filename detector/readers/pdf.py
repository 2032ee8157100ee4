"""PDF files: paragraphs in reading order, words that were cut at a line's end joined, and the page of each.

PDFium reads the characters and their places; `page_layout` makes paragraphs of them. Headings, notes, captions, cells
and text at the edges of a page are paragraphs of their own, and a sentence runs on past them. Headers and
footers that repeat are cut, and counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import atan2, hypot, pi
from pathlib import Path
from typing import Any

from detector.errors import InputError
from detector.extras import missing_extra
from detector.readers import InputDocument
from detector.readers.document import table_omissions
from detector.readers.page_layout import CUT_WORD, ENDS_SENTENCE, GAP, Paragraph, Piece, page_paragraphs, rows_of

__all__ = ["join_lines", "read", "running_text", "without_running_lines"]

_RUNNING = 3  # pages on which a line stands, page numbers aside, to be a header or footer
_EDGE_ROWS = 2  # rows at either edge of a page that may be headers or footers
_ONE_SIZE = 0.97  # ratio of two sizes in one piece at least
_BODY = 0.06  # difference from the body's size, of that size, within which text belongs to the body
_WORD = re.compile(r"\w+")
_LINE_END_HYPHEN = "\u0002"  # PDFium's sign for a hyphen that ends a line
# One sign for two or three letters, as in typesetting: no dictionary knows such words.
_LETTERS = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", _LINE_END_HYPHEN: "-"}
)
_BOLD = re.compile(rb"bold|black|heavy|demi|cmbx", re.IGNORECASE)


# -- lines to a running text


def _mended(head: str, tail: str) -> str:
    """Return two lines as one, the first of which was cut inside a word.

    The hyphen stays if it belongs to the word ("well-known"): if the parts are words and the whole is not.
    """
    if head.endswith("\u00ad"):  # a soft hyphen is always removed
        return head[:-1] + tail
    from wordfreq import zipf_frequency

    first = re.findall("[A-Za-z]+", head)[-1]
    second = re.findall("[a-z]+", tail)[0]
    whole = zipf_frequency(first + second, "en")
    parts = min(zipf_frequency(first, "en"), zipf_frequency(second, "en"))
    return head + tail if whole < 2.0 <= parts - 1.0 else head[:-1] + tail


def join_lines(above: str, below: str) -> str:
    """Return two lines of a paragraph as one.

    >>> join_lines("The plan was imple-", "mented in May."), join_lines("A well-", "known plan.")
    ('The plan was implemented in May.', 'A well-known plan.')
    """
    if CUT_WORD.search(above) and re.match("[a-z]", below):
        return _mended(above, below)
    return f"{above} {below}"


def _continues(paragraph: Paragraph, other: Paragraph) -> bool:
    """Return whether `other`, which is set alike, goes on with the sentence that a paragraph leaves open."""
    last, first = paragraph.lines[-1], other.lines[0]
    if ENDS_SENTENCE.search(last):
        return False
    return first[0].islower() or (paragraph.is_full and other.is_first and first[0].isalnum())


def _in_order(pages: Sequence[Sequence[Paragraph]]) -> Iterator[list[tuple[Paragraph, int]]]:
    """Yield paragraphs with their pages, each a list of the parts that columns and pages cut it into.

    Notes, cells and headings amid an open sentence come after the paragraph that it ends.
    """
    sizes: Counter[float] = Counter()
    for paragraph in (p for page in pages for p in page if not p.is_aside):
        sizes[round(paragraph.size, 1)] += sum(map(len, paragraph.lines))
    body = max(sizes, key=lambda size: sizes[size], default=0.0)
    open_: list[tuple[Paragraph, int]] = []
    held: list[tuple[Paragraph, int]] = []
    for number, page in enumerate(pages, 1):
        for paragraph in page:
            is_body = not (paragraph.is_aside or paragraph.is_bold) and abs(paragraph.size - body) <= _BODY * body
            if open_ and not is_body:
                held.append((paragraph, number))
                continue
            if open_ and not _continues(open_[-1][0], paragraph):
                yield open_
                yield from ([one] for one in held)
                open_, held = [], []
            if is_body:
                open_.append((paragraph, number))
            else:
                yield [(paragraph, number)]
    if open_:
        yield open_
    yield from ([one] for one in held)


def running_text(
    pages: Sequence[Sequence[Paragraph]],
) -> tuple[str, tuple[tuple[int, int], ...], list[tuple[int, int]]]:
    """Return the paragraphs of all pages, a blank line between each, where each page's parts begin, and the cells.

    The second is pairs of an offset and a page, from 1, sorted by offset; a page may come again after the next one,
    since its notes stand behind the paragraph that runs over its end. The third is half-open spans.
    """
    out: list[str] = []
    starts: list[tuple[int, int]] = []
    cells: list[tuple[int, int]] = []
    length = 0
    for parts in _in_order(pages):
        begin = length + (2 if out else 0)
        for number, (line, page) in enumerate((line, page) for part, page in parts for line in part.lines):
            if number == 0:
                before = "\n\n" if out else ""
            else:
                above = out.pop()
                length -= len(above)
                before = join_lines(above, line)[: -len(line)]
            out += [before, line]
            length += len(before)
            if not starts or starts[-1][1] != page:
                starts.append((length, page))
            length += len(line)
        if parts[0][0].is_aside:
            cells.append((begin, length))
    return "".join(out), tuple(starts), cells


def _key(row: Sequence[Piece]) -> str:
    return re.sub(r"\d+", "0", " ".join(piece.text for piece in row))


def without_running_lines(pages: Sequence[Sequence[Piece]]) -> tuple[list[list[Piece]], int]:
    """Return the pieces of all pages without headers, footers and page numbers, and how many words those had.

    Lines that repeat, page numbers aside, are running lines, and so is a line that is a page number alone.
    """
    by_page = [rows_of(page) for page in pages]
    edges = Counter(key for rows in by_page for key in {_key(row) for row in rows[:_EDGE_ROWS] + rows[-_EDGE_ROWS:]})
    out, words = [], 0
    for rows in by_page:
        is_running = [edges[_key(row)] >= _RUNNING or _key(row).strip(" -–—") == "0" for row in rows]
        first, last = 0, len(rows)
        while first < min(last, _EDGE_ROWS) and is_running[first]:
            first += 1
        while last > max(first, len(rows) - _EDGE_ROWS) and is_running[last - 1]:
            last -= 1
        words += sum(len(_WORD.findall(p.text)) for row in rows[:first] + rows[last:] for p in row)
        out.append([p for row in rows[first:last] for p in row])
    return out, words


# -- characters to pieces


@dataclass(slots=True)
class _Character:
    """A character that is not a space, on a page turned so that its text runs rightward; distances are in points."""

    text: str
    index: int
    left: float
    right: float
    baseline: float
    size: float
    quarters: int


# How the page's axes are read if text is turned by so many quarters: which edges of a box are left and right, with
# their sign, and which coordinate of the origin is the height of the baseline.
_AXES = {
    0: (("left", 1), ("right", 1), (1, 1)),
    1: (("bottom", 1), ("top", 1), (0, -1)),
    2: (("right", -1), ("left", -1), (1, -1)),
    3: (("top", -1), ("bottom", -1), (0, 1)),
}


def _characters(text_page: Any) -> Iterator[_Character]:
    """Yield each character of a page that is not a space; the indices of spaces are left out."""
    from ctypes import c_double

    from pypdfium2 import raw

    box, matrix = raw.FS_RECTF(), raw.FS_MATRIX()
    origin = c_double(), c_double()
    for index in range(raw.FPDFText_CountChars(text_page)):
        code = raw.FPDFText_GetUnicode(text_page, index)
        text = chr(code) if 0 < code < 0x110000 else " "
        if text.isspace() or not (
            raw.FPDFText_GetLooseCharBox(text_page, index, box)
            and raw.FPDFText_GetCharOrigin(text_page, index, *origin)
            and raw.FPDFText_GetMatrix(text_page, index, matrix)
        ):
            continue
        quarters = round(atan2(matrix.b, matrix.a) / (pi / 2)) % 4
        (start, sign), (end, _), (axis, upward) = _AXES[quarters]
        yield _Character(
            text,
            index,
            sign * getattr(box, start),
            sign * getattr(box, end),
            upward * origin[axis].value,
            max(raw.FPDFText_GetFontSize(text_page, index) * hypot(matrix.c, matrix.d), 0.1),
            quarters,
        )


def _is_close(a: _Character, b: _Character, right: float) -> bool:
    """Return whether a character goes on with the piece that another one ends, which reaches to `right`."""
    return (
        a.quarters == b.quarters
        and min(a.size, b.size) >= _ONE_SIZE * max(a.size, b.size)
        and abs(a.baseline - b.baseline) < 0.1 * a.size
        and b.left > a.left - 0.1 * a.size  # both letters of a ligature have its box
        and b.left - right < GAP * a.size
    )


def _pieces(text_page: Any) -> dict[int, list[Piece]]:
    """Return the pieces of a page by the quarters that their text is turned."""
    out: dict[int, list[Piece]] = {}
    piece: list[_Character] = []
    right = 0.0
    for character in _characters(text_page):
        if piece and not _is_close(piece[-1], character, right):
            out.setdefault(piece[0].quarters, []).append(_piece(text_page, piece, right))
            piece = []
        right = max(right, character.right) if piece else character.right
        piece.append(character)
    if piece:
        out.setdefault(piece[0].quarters, []).append(_piece(text_page, piece, right))
    return out


def _piece(text_page: Any, characters: Sequence[_Character], right: float) -> Piece:
    first, last = characters[0], characters[-1]
    letters = [first.text]
    for a, b in pairwise(characters):
        letters += [" "] * (b.index > a.index + 1) + [b.text]
    # PDFium gives UTF-16 on some systems, two surrogates for one character.
    text = "".join(letters).encode("utf-16", "surrogatepass").decode("utf-16", "replace").translate(_LETTERS)
    # A heading is bold to its end; a bold word at the beginning alone does not make one.
    is_bold = _is_bold(text_page, first.index) and _is_bold(text_page, last.index)
    bottom = first.baseline - 0.25 * first.size
    return Piece(text, first.left, bottom, right, bottom + first.size, is_bold)


def _is_bold(text_page: Any, index: int) -> bool:
    from ctypes import byref, c_int, create_string_buffer

    from pypdfium2 import raw

    name = create_string_buffer(128)
    raw.FPDFText_GetFontInfo(text_page, index, name, len(name), byref(c_int()))
    return bool(_BOLD.search(name.value))


def _paragraphs(main: Sequence[Piece], turned: Iterable[Sequence[Piece]]) -> list[Paragraph]:
    """Return the paragraphs of a page; text at another angle, such as a stamp, comes last and never runs on."""
    return page_paragraphs(main) + [p for pieces in turned for p in page_paragraphs(pieces, is_aside=True)]


def _read_pages(data: bytes) -> list[dict[int, list[Piece]]]:
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    try:
        pages = []
        for page in document:
            text_page = page.get_textpage()
            pages.append(_pieces(text_page))
            text_page.close()
            page.close()
        return pages
    finally:
        document.close()


def read(path: Path, data: bytes) -> InputDocument:
    """Return the text of a PDF file, a blank line between paragraphs; they run on over columns and pages."""
    try:
        import pypdfium2
    except ImportError as error:
        raise missing_extra(error, "pdf", "reading PDF files") from None
    try:
        pages = _read_pages(data)
    except MemoryError:
        raise
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD:
            raise InputError("this PDF is locked by a password: save it without one") from None
        raise InputError("not a PDF file that can be read: it is damaged, or of another kind") from None
    # Most text of a page runs one way, rightward or not.
    by_length = [sorted(page.values(), key=len, reverse=True) for page in pages]
    main, cut_words = without_running_lines([page[0] if page else [] for page in by_length])
    text, starts, cells = running_text([_paragraphs(m, page[1:]) for m, page in zip(main, by_length, strict=True)])
    if not text:
        raise InputError("this PDF has no text, only pictures of it")
    document = InputDocument(str(path), text, extracted=True, cut_words=cut_words, page_starts=starts)
    return document.without(table_omissions(text, cells))
