"""From pieces of text on a page to paragraphs in reading order: columns, lines, tables, headings, notes.

Nothing but places and sizes is known of a page. A gutter is the upright strip that the fewest lines cross; a line that
crosses it divides the text above from the text below. A paragraph ends at a line that leaves room for the word
after it: a typesetter breaks a line elsewhere only on purpose. Headings, captions and notes differ in size, weight or
distance, and cells stand in rows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

__all__ = ["CUT_WORD", "ENDS_SENTENCE", "GAP", "Paragraph", "Piece", "page_paragraphs", "reading_order", "rows_of"]

_GUTTER = 0.6  # of the size: the least width of the white between two columns
_COLUMN = 18  # characters of a column's usual line; a narrower column is a table
_FACING = 4  # lines with another one beside them, fewer of which prove no columns
GAP = 0.8  # of the size: a wider gap may be one between columns or cells
_CELL = 3.0  # of the size: a gap that no justified line has between two words
_LEADING = 1.25  # times the usual distance of two lines, above which a paragraph ends
_SAME_SIZE = 1.06  # ratio of two sizes that are one
_WORD_LENGTH = 4  # letters from which a piece's size counts as one of its line
_INDENT = 0.5  # of the size
_ALIGNED = 2.0  # points within which two edges are one
ENDS_SENTENCE = re.compile(r"[.!?:;…][\"'”’)\]¹²³⁰-⁹*†‡]*$")
CUT_WORD = re.compile(r"[A-Za-z][-\u00ad\u2010]$")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_BULLET = re.compile(r"[•‣▪◦·*–—]\s")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words on one line with nothing but spaces between them; distances are in points, upward and rightward.

    Attributes
    ----------
    bottom, top : of the font, not of the letters, so that they are the same all along a line
    other_sizes : of words in it that are set smaller or larger, such as names of files
    """

    text: str
    left: float
    bottom: float
    right: float
    top: float
    is_bold: bool = False
    other_sizes: tuple[float, ...] = ()

    @property
    def size(self) -> float:
        """The height of the font."""
        return max(self.top - self.bottom, 0.1)


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a column, or a cell of a table.

    Attributes
    ----------
    cell : the number of the cell that it belongs to, 0 if it belongs to none
    edge : how far right the lines around it reach; infinite if there are none
    gap : distance to the line above it in its column, baseline to baseline; infinite for the first one
    """

    piece: Piece
    cell: int = 0
    edge: float = 0.0
    gap: float = float("inf")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines of one page and column that belong together.

    Attributes
    ----------
    is_aside : whether it is not running text but a cell of a table or a stamp
    is_first : whether it is the first of its column, so that it may go on with a sentence of the one before
    is_full : whether its last line is as long as those around it, so that it may go on elsewhere
    """

    lines: tuple[str, ...]
    size: float
    is_bold: bool
    is_aside: bool
    is_first: bool
    is_full: bool


def _overlap(a: Piece, b: Piece) -> float:
    """Return which share of the lower of two pieces stands beside the other."""
    return (min(a.top, b.top) - max(a.bottom, b.bottom)) / min(a.size, b.size)


# -- rows


def _joined(row: Sequence[Piece]) -> Piece:
    """Return a row as one piece; the number of a note, which is small and raised, becomes raised figures."""
    if len(row) == 1:
        return row[0]
    longest = max(row, key=lambda p: len(p.text))
    out = []
    sizes = set(longest.other_sizes)
    for n, p in enumerate(row):
        if n and p.left - row[n - 1].right >= 0.15 * min(p.size, row[n - 1].size):
            out.append(" ")
        is_raised = p.size < 0.9 * longest.size and p.bottom > longest.bottom + 0.15 * longest.size
        out.append(p.text.translate(_RAISED) if is_raised and p.text.isdecimal() else p.text)
        if not is_raised and len(p.text) >= _WORD_LENGTH:
            sizes.update((p.size, *p.other_sizes))
    return replace(
        longest,
        text="".join(out),
        left=row[0].left,
        right=max(p.right for p in row),
        is_bold=all(p.is_bold for p in row),
        other_sizes=tuple(sizes),
    )


def rows_of(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Return the pieces that stand side by side, from left to right, row by row from the top down.

    Pieces with no more than a space between them become one: they differ in size or height alone.
    """
    rows: list[list[Piece]] = []
    for p in sorted(pieces, key=lambda p: (-p.top, p.left)):
        if rows and _overlap(p, rows[-1][0]) > 0.5:
            rows[-1].append(p)
        else:
            rows.append([p])
    return [list(_without_close(sorted(row, key=lambda p: p.left))) for row in rows]


def _without_close(row: Sequence[Piece]) -> Iterator[Piece]:
    close = [row[0]]
    for p in row[1:]:
        # Of the smaller size: a heading may stand beside a column of text, and has wider spaces than the gutter.
        if p.left - max(c.right for c in close[-3:]) >= GAP * min(p.size, close[-1].size):
            yield _joined(close)
            close = []
        close.append(p)
    yield _joined(close)


# -- columns


def _gutter(pieces: Sequence[Piece]) -> tuple[float, float] | None:
    """Return the upright strip that the fewest pieces cross, None if the page has one column."""
    left, right = min(p.left for p in pieces), max(p.right for p in pieces)
    width = right - left
    if not 0 < width < 1e5:
        return None
    bins = 400
    change = [0] * (bins + 2)
    for p in pieces:
        change[int((p.left - left) / width * bins)] += 1
        change[int((p.right - left) / width * bins) + 1] -= 1
    covered, now = [], 0
    for n in change[: bins + 1]:
        now += n
        covered.append(now)
    middle = range(int(0.15 * bins), int(0.85 * bins))
    least = min(covered[i] for i in middle)
    runs: list[list[int]] = []
    for i in middle:
        if covered[i] == least:
            if runs and runs[-1][1] == i - 1:
                runs[-1][1] = i
            else:
                runs.append([i, i])
    first, last = max(runs, key=lambda run: run[1] - run[0])
    strip = left + first / bins * width, left + (last + 1) / bins * width
    return strip if strip[1] - strip[0] >= _GUTTER * median(p.size for p in pieces) else None


def _are_columns(left: Sequence[Piece], right: Sequence[Piece], n_crossing: int) -> bool:
    facing = list(_facing(left, right)), list(_facing(right, left))
    rows = min(map(len, facing))
    if rows < max(_FACING, n_crossing / 4, min(len(left), len(right)) / 2):
        return False
    return min(median(len(p.text) for p in side) for side in facing) >= _COLUMN


def _facing(left: Sequence[Piece], right: Sequence[Piece]) -> Iterator[Piece]:
    """Yield the pieces of one side that stand beside one of the other; both sides come from the top down."""
    at = 0
    for p in left:
        while at < len(right) and right[at].bottom >= p.top:
            at += 1
        if at < len(right) and _overlap(p, right[at]) > 0:
            yield p


def reading_order(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Return the pieces of a page column by column, those of each from the top down.

    >>> words = ((0, "The ferry was late and the"), (140, "the mayor stood there and"))
    >>> page = [Piece(text, x, 90 - 12 * n, x + 120, 100 - 12 * n) for n in range(5) for x, text in words]
    >>> [len(column) for column in reading_order(page)]
    [5, 5]
    """
    pieces = sorted(pieces, key=lambda p: (-p.top, p.left))
    strip = _gutter(pieces) if len(pieces) >= 2 * _FACING else None
    if strip is None:
        return [pieces] if pieces else []
    middle = sum(strip) / 2
    left = [p for p in pieces if p.right <= middle]
    right = [p for p in pieces if p.left >= middle]
    if not _are_columns(left, right, len(pieces) - len(left) - len(right)):
        return [pieces]
    out: list[list[Piece]] = []
    bands: list[tuple[list[Piece], list[Piece]]] = [([], [])]
    for p in pieces:
        if p.left < middle < p.right:
            if out and not any(bands[-1]):
                out[-1].append(p)
                continue
            for side in bands[-1]:
                out += reading_order(side)
            bands.append(([], []))
            out.append([p])
        else:
            bands[-1][p.left >= middle].append(p)
    for side in bands[-1]:
        out += reading_order(side)
    return out


# -- lines and cells


def _are_aligned(row: Sequence[Piece], other: Sequence[Piece]) -> bool:
    """Return whether a piece of one row, the first aside, begins or ends at the same place as one of the other."""
    return any(
        min(abs(a.left - b.left), abs(a.right - b.right), abs(a.left + a.right - b.left - b.right) / 2) < _ALIGNED
        for a in row[1:]
        for b in other[1:]
    )


def _is_tabular(rows: Sequence[Sequence[Piece]], n: int) -> bool:
    """Return whether a row of several pieces is one of a table, and no justified line with wide gaps."""
    row = rows[n]
    if len(row) < 2 or len(row[0].text) <= 3:  # a bullet, or the number of a note
        return False
    if any(b.left - a.right > _CELL * a.size for a, b in pairwise(row)):
        return True
    near = [rows[i] for i in (n - 1, n + 1) if 0 <= i < len(rows) and len(rows[i]) > 1]
    return any(_are_aligned(row, other) for other in near)


def _same_style(a: Piece, b: Piece) -> bool:
    sizes = ((a.size, *a.other_sizes), (b.size, *b.other_sizes))
    return a.is_bold == b.is_bold and any(max(x, y) <= _SAME_SIZE * min(x, y) for x in sizes[0] for y in sizes[1])


def _goes_on(row: Sequence[Piece], cells: Sequence[Piece]) -> bool:
    """Return whether a row holds the second lines of cells: each begins under a cell, none under the first one."""
    starts = [c.left for c in cells[1:]]
    return all(any(abs(p.left - start) < _ALIGNED for start in starts) for p in row)


def _lines(column: Sequence[Piece]) -> list[_Line]:
    """Return the lines and cells of a column from the top down, the cells of a row from left to right."""
    rows = rows_of(column)
    lines: list[_Line] = []
    table: list[list[_Line]] = []  # the cells of the row above, each with its lines
    above: Piece | None = None
    n_cells = 0
    for n, row in enumerate(rows):
        gap = float("inf") if above is None else above.bottom - row[0].bottom
        above = row[0]
        if table and gap < _LEADING * 1.2 * row[0].size and _goes_on(row, [cell[0].piece for cell in table]):
            for p in row:
                cell = next(c for c in table[1:] if abs(c[0].piece.left - p.left) < _ALIGNED)
                cell.append(_Line(p, cell[0].cell))
            continue
        lines += [line for cell in table for line in cell]
        table = []
        if _is_tabular(rows, n):
            table = [[_Line(p, n_cells + i)] for i, p in enumerate(row, 1)]
            n_cells += len(row)
        else:
            lines.append(_Line(_joined(row), gap=gap))
    lines += [line for cell in table for line in cell]
    return _with_edges(lines)


def _with_edges(lines: Sequence[_Line]) -> list[_Line]:
    """Return the lines with the right edge of those that are set alike around each, from its own left edge on."""
    out: list[_Line] = []
    first = 0
    for i in range(1, len(lines) + 1):
        if i < len(lines) and not lines[i].cell and _same_style(lines[i - 1].piece, lines[i].piece):
            continue
        # One line alone does not show the column's width.
        edge = max(line.piece.right for line in lines[first:i]) if i - first > 1 else float("inf")
        out += [replace(line, edge=edge) for line in lines[first:i]]
        first = i
    return out


# -- paragraphs


def _ends_paragraph(above: _Line, below: _Line, usual_gap: float, is_first: bool) -> bool:
    """Return whether a paragraph ends between two lines of a column; `is_first` if the upper one is its first line."""
    a, b = above.piece, below.piece
    if above.cell or below.cell:
        return above.cell != below.cell
    if not _same_style(a, b):
        return True
    if below.gap > _LEADING * usual_gap or _BULLET.match(b.text):
        return True
    if CUT_WORD.search(a.text):
        return False
    if abs(a.left + a.right - b.left - b.right) < 2 * _ALIGNED and abs(a.left - b.left) > _ALIGNED:
        return False  # centred lines end where they look best
    if _leaves_room(above, b):
        return True
    # A first line may be indented, and so may all but the first.
    indent = b.left - a.left if is_first else abs(b.left - a.left)
    return bool(ENDS_SENTENCE.search(a.text)) and indent > _INDENT * a.size


def _leaves_room(line: _Line, below: Piece) -> bool:
    """Return whether the first word of the next line would have stood on this one."""
    letters = max(len(below.text), 1)
    word = len(below.text.split(" ", 1)[0]) + 1  # a space before it
    return line.piece.right + word * (below.right - below.left) / letters < line.edge - 1


def page_paragraphs(pieces: Sequence[Piece], is_aside: bool = False) -> list[Paragraph]:
    """Return the paragraphs of a page in reading order; `is_aside` if no sentence of another page runs into them."""
    whole = [piece for row in rows_of(pieces) for piece in row]
    columns = [_lines(column) for column in reading_order(whole)]
    gaps = Counter(round(line.gap, 1) for lines in columns for line in lines if 0 < line.gap < 1e4)
    out = []
    for lines in columns:
        first = 0
        for i in range(1, len(lines) + 1):
            usual_gap = _usual_gap(gaps, lines[i - 1].piece.size)
            if i < len(lines) and not _ends_paragraph(lines[i - 1], lines[i], usual_gap, i - first == 1):
                continue
            out.append(_paragraph(lines[first:i], first == 0, is_aside))
            first = i
    return out


def _usual_gap(gaps: Counter[float], size: float) -> float:
    """Return the commonest distance of lines that suits a size."""
    fitting = {gap: n for gap, n in gaps.items() if 0.7 * size <= gap <= 2.5 * size}
    return max(fitting, key=lambda gap: (fitting[gap], -gap)) if fitting else 1.2 * size


def _paragraph(lines: Sequence[_Line], is_first: bool, is_aside: bool) -> Paragraph:
    last = lines[-1]
    is_full = last.piece.right > last.edge - 6 * last.piece.size
    return Paragraph(
        tuple(line.piece.text for line in lines),
        median(line.piece.size for line in lines),
        lines[0].piece.is_bold,
        is_aside or lines[0].cell > 0,
        is_first,
        is_full,
    )
