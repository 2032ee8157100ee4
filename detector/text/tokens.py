"""Tokens of many documents as arrays, with offsets into each caller's string.

One regular expression *partitions* the lower-cased text, white space included, so that the offsets are the running
sum of the piece lengths and no Python loop runs over words. Paragraphs and documents are set apart by zero-width
boundary tokens, wide enough between documents that no later stage sees across them: a batch gives what each
document alone gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from detector.text.truecase import truecased
from detector.text.vocabulary import BOUNDARY, NAME, NUMBER, UNKNOWN, Vocabulary

__all__ = [
    "ALL_UPPER",
    "DOCUMENT_MARGIN",
    "FIRST_UPPER",
    "HYPHENATED",
    "MENTIONED",
    "MIXED_CASE",
    "RARE_CAPITAL",
    "SENTENCE_START",
    "WORD",
    "TokenBatch",
    "fold",
    "iter_pieces",
    "tokenize",
]

# Boundary tokens around each document (the context model looks five tokens to either side) and in each break.
DOCUMENT_MARGIN = 6
PARAGRAPH_MARGIN = 2

# Bits of TokenBatch.shape.
FIRST_UPPER, ALL_UPPER, WORD, SENTENCE_START, HYPHENATED, MIXED_CASE, MENTIONED = 1, 2, 4, 8, 16, 32, 64
RARE_CAPITAL = 128

# Marks that stand inside a word and change nothing a reader sees: combining accents, soft hyphen, zero-width.
_INSIDE = "\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff"
_LETTER = r"[^\W\d_]"
# Every start that fails must fail at once, or a text of such starts takes quadratic time: an address begins where its
# word does, initials ("u.s.") where their row does. The rest of either fails where its beginning failed.
_PIECE = re.compile(
    rf"""
      \s++
    | (?:https?://|www\.)[^\s<>"]++
    | (?<!\w)\w++@[\w.-]++
    | (?<!\b[a-z]\.)(?:[a-z]\.){{2,}}+(?!\w)
    | \d++(?:[.,:]\d++)*+(?:st\b|nd\b|rd\b|th\b)?+
    | {_LETTER}[\w{_INSIDE}]*+(?:'(?!s\b){_LETTER}[\w{_INSIDE}]*+)*+
    | 's\b
    | .
    """,
    re.VERBOSE | re.DOTALL,
)
_CURLY = {"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u2011": "-"}


def fold(text: str) -> str:
    """Return the text in lower case with plain quotes and dashes, every character still in its place.

    >>> fold("Don’t — STOP")
    "don't - stop"
    """
    lower = text.lower()
    if len(lower) != len(text):  # a few capitals (İ) have lower-case forms of two code points
        lower = "".join(c if len(c.lower()) != 1 else c.lower() for c in text)
    if not lower.isascii():
        for curly, plain in _CURLY.items():  # faster than translate: most texts hold few of them
            lower = lower.replace(curly, plain)
    return lower


def iter_pieces(text: str) -> list[str]:
    """Return the pieces whose concatenation is `fold(text)`: words, marks, numbers and white space.

    >>> iter_pieces("The U.S. Senate's 2nd vote")
    ['the', ' ', 'u.s.', ' ', 'senate', "'s", ' ', '2nd', ' ', 'vote']
    """
    return _PIECE.findall(fold(text))


@dataclass(frozen=True)
class TokenBatch:
    """The tokens of some documents, end to end, with boundary tokens around each document and paragraph.

    Attributes
    ----------
    texts : the documents as they were given
    ids : int32 (n,), vocabulary ids; 0 is a boundary of zero width
    starts, ends : int64 (n,), half-open offsets in the token's own document
    shape : uint8 (n,), bits FIRST_UPPER, ALL_UPPER, WORD (holds a letter or digit), SENTENCE_START, HYPHENATED
        (stands beside a hyphen without a space), MENTIONED (set by `with_mentions`), RARE_CAPITAL (has a capital
        in a document that has few)
    documents : int64 (len(texts) + 1,), document d owns tokens documents[d]:documents[d + 1]
    one_case : bool (len(texts),), documents whose capitals mean nothing; their words have their usual case in `shape`
    """

    texts: tuple[str, ...]
    ids: NDArray[np.int32]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    shape: NDArray[np.uint8]
    documents: NDArray[np.int64]
    one_case: NDArray[np.bool_]

    @cached_property
    def document_of(self) -> NDArray[np.int32]:
        """Index of each token's document, int32 (n,)."""
        return np.repeat(np.arange(len(self.texts), dtype=np.int32), np.diff(self.documents))

    @cached_property
    def is_word(self) -> NDArray[np.bool_]:
        """Whether each token holds a letter or digit, bool (n,)."""
        flags: NDArray[np.bool_] = (self.shape & WORD) != 0
        return flags

    @cached_property
    def n_words(self) -> NDArray[np.int64]:
        """Words of each document, int64 (len(texts),)."""
        running = np.concatenate(([0], np.cumsum(self.is_word)))
        return np.diff(running[self.documents])

    @cached_property
    def is_judged(self) -> NDArray[np.bool_]:
        """Whether each token is a word that the text uses, bool (n,)."""
        flags: NDArray[np.bool_] = (self.shape & (WORD | MENTIONED)) == WORD
        return flags

    @property
    def mentions(self) -> list[list[tuple[int, int]]]:
        """The spans of each document's mentioned tokens, half-open, in order."""
        mentioned = (self.shape & MENTIONED) != 0
        out: list[list[tuple[int, int]]] = [[] for _ in self.texts]
        edges = np.flatnonzero(np.diff(mentioned, prepend=False, append=False))
        for first, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            out[int(self.document_of[first])].append((int(self.starts[first]), int(self.ends[stop - 1])))
        return out

    def with_mentions(self, spans: Sequence[Sequence[tuple[int, int]]]) -> TokenBatch:
        """Return the batch with the tokens that touch a span of their document marked as mentioned."""
        if not any(spans):
            return self
        return replace(self, shape=self.shape | np.where(self.span_of(spans) >= 0, np.uint8(MENTIONED), np.uint8(0)))

    def span_of(self, spans: Sequence[Sequence[tuple[int, int]]]) -> NDArray[np.int32]:
        """Return the index of its document's span that touches each token, -1 if none does, int32 (n,).

        `spans` are half-open offsets in each document; documents after the last of them have no spans.
        """
        out = np.full(len(self.ids), -1, dtype=np.int32)
        for d, of_document in enumerate(spans):
            low, high = int(self.documents[d]), int(self.documents[d + 1])
            starts, ends = self.starts[low:high], self.ends[low:high]
            for i, (start, end) in enumerate(of_document):
                first = int(np.searchsorted(ends, start, side="right"))
                last = int(np.searchsorted(starts, end, side="left"))
                out[low + first : low + last] = i
        return out

    def take(self, documents: NDArray[np.int64]) -> TokenBatch:
        """Return the tokens of some of the documents as a batch of their own."""
        lengths = np.diff(self.documents)[documents]
        bounds = np.concatenate(([0], np.cumsum(lengths)))
        rows = np.repeat(self.documents[documents] - bounds[:-1], lengths) + np.arange(bounds[-1])
        return TokenBatch(
            tuple(self.texts[d] for d in documents.tolist()),
            self.ids[rows],
            self.starts[rows],
            self.ends[rows],
            self.shape[rows],
            bounds,
            self.one_case[documents],
        )

    def surface(self, start: int, end: int) -> str:
        """Return the text of the document from token `start` up to but not including token `end`."""
        text: str = self.texts[int(self.document_of[start])]
        return text[int(self.starts[start]) : int(self.ends[end - 1])]


def _pieces(texts: Sequence[str]) -> tuple[list[str], NDArray[np.int64]]:
    """Return the pieces of all texts, end to end, and how many each text has."""
    pieces: list[str] = []
    counts = np.zeros(len(texts), dtype=np.int64)
    for i, text in enumerate(texts):
        found = iter_pieces(text)
        counts[i] = len(found)
        pieces += found
    return pieces, counts


def _code_points(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _case_bits(
    points: NDArray[np.uint32], folded: NDArray[np.uint32], starts: NDArray[np.int64], lengths: NDArray[np.int64]
) -> NDArray[np.uint8]:
    """Return the bits of each piece that its capitals set, from the characters of all pieces as written and folded."""
    shape = np.zeros(len(starts), dtype=np.uint8)
    if not len(starts):
        return shape
    upper = (points != folded) & (points < 0x2000)  # quotes and dashes are folded too, but are no capitals
    n_upper = np.add.reduceat(upper.astype(np.int32), starts)
    first = upper[starts]
    shape |= np.where(first, FIRST_UPPER, 0).astype(np.uint8)
    shape |= np.where((n_upper > 1) & (n_upper >= lengths - 1), ALL_UPPER, 0).astype(np.uint8)
    shape |= np.where((n_upper > first) & (n_upper < lengths - 1), MIXED_CASE, 0).astype(np.uint8)
    return shape


def _known_words(
    ids: NDArray[np.int32], head: NDArray[np.uint32], capital: NDArray[np.bool_], vocabulary: Vocabulary
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Return the ids with NAME for unknown words that have a capital, and whether each piece is a word.

    The vocabulary says which of its entries are words; the first character (`head`) says it of the others.
    """
    is_word = (ids >= 0) & vocabulary.is_word_id[np.maximum(ids, 0)]
    unknown = ids == UNKNOWN
    if unknown.any():
        heads, which = np.unique(head[unknown], return_inverse=True)
        is_word[unknown] = np.array([chr(h).isalnum() for h in heads.tolist()])[which]
        ids = np.where(unknown & is_word & capital, NAME, ids).astype(np.int32)
    return ids, is_word


def _beside(marked: NDArray[np.bool_], inner: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return whether a piece stands next to a marked one of the same document."""
    beside = np.zeros(len(marked), dtype=bool)
    beside[1:] |= marked[:-1] & inner[1:]
    beside[:-1] |= marked[1:] & inner[1:]
    return beside


def tokenize(texts: Iterable[str], vocabulary: Vocabulary) -> TokenBatch:
    """Return the tokens of `texts` as one batch.

    >>> from detector.text.vocabulary import Vocabulary
    >>> batch = tokenize(["No. No!"], Vocabulary(["no", ".", "!"]))
    >>> batch.ids[DOCUMENT_MARGIN:-DOCUMENT_MARGIN].tolist()
    [4, 5, 4, 6]
    """
    texts = tuple(texts)
    pieces, piece_counts = _pieces(texts)
    n = len(pieces)
    ids = np.fromiter(map(vocabulary.__getitem__, pieces), dtype=np.int32, count=n)
    lengths = np.fromiter(map(len, pieces), dtype=np.int64, count=n)
    ends = np.cumsum(lengths)
    starts = ends - lengths

    points = _code_points("".join(texts))
    shape = _case_bits(points, _code_points("".join(pieces)), starts, lengths)
    ids, is_word = _known_words(ids, points[starts] if n else points, (shape & FIRST_UPPER) != 0, vocabulary)
    shape |= np.where(is_word, WORD, 0).astype(np.uint8)

    bounds = np.concatenate(([0], np.cumsum(piece_counts)))
    # Whether the piece before each is of the same document.
    inner = np.ones(n, dtype=bool)
    inner[bounds[:-1][bounds[:-1] < n]] = False
    breaks = _paragraph_breaks(pieces, ids, shape, inner, vocabulary)
    shape |= np.where(_beside(ids == vocabulary.hyphen, inner) & is_word, HYPHENATED, 0).astype(np.uint8)

    space = ids < 0
    # Copies of each piece: none of white space, two boundaries for a break, margins at a document's ends.
    copies = np.where(space, np.where(breaks, PARAGRAPH_MARGIN, 0), 1)
    kept = np.concatenate(([0], np.cumsum(copies)))[bounds]
    documents = kept + 2 * DOCUMENT_MARGIN * np.arange(len(texts) + 1)
    total = int(documents[-1])
    # The piece that each token copies, and the token's place: margins of the documents before it shift it.
    slot = np.repeat(np.arange(n), copies)
    document_of_piece = np.repeat(np.arange(len(texts)), piece_counts)
    place = np.arange(len(slot)) + DOCUMENT_MARGIN * (1 + 2 * document_of_piece[slot])
    base = np.concatenate(([0], np.cumsum([len(t) for t in texts])))[:-1]

    out_ids = np.zeros(total, dtype=np.int32)
    out_shape = np.zeros(total, dtype=np.uint8)
    out_starts = np.zeros(total, dtype=np.int64)
    out_ends = np.zeros(total, dtype=np.int64)
    is_space = space[slot]
    out_ids[place] = np.where(is_space, BOUNDARY, ids[slot])
    out_shape[place] = np.where(is_space, 0, shape[slot])
    own = base[document_of_piece[slot]] if len(slot) else slot
    out_starts[place] = starts[slot] - own
    out_ends[place] = np.where(is_space, starts[slot], ends[slot]) - own
    text_lengths = np.array([len(t) for t in texts], dtype=np.int64)
    tail = documents[1:, None] - 1 - np.arange(DOCUMENT_MARGIN)[None, :]
    out_starts[tail] = text_lengths[:, None]
    out_ends[tail] = text_lengths[:, None]

    out_shape |= _sentence_starts(out_ids, out_shape, vocabulary)
    document = np.repeat(np.arange(len(texts), dtype=np.int32), np.diff(documents))
    out_ids, out_shape, one_case = truecased(out_ids, out_shape, document, len(texts), vocabulary)
    return TokenBatch(texts, out_ids, out_starts, out_ends, out_shape, documents, one_case)


def _paragraph_breaks(
    pieces: list[str],
    ids: NDArray[np.int32],
    shape: NDArray[np.uint8],
    inner: NDArray[np.bool_],
    vocabulary: Vocabulary,
) -> NDArray[np.bool_]:
    """Whether each white-space piece ends a paragraph: a blank line, or a line end that no sentence runs across."""
    candidates = np.flatnonzero(ids == vocabulary.WIDE_SPACE)
    newlines = np.fromiter((pieces[i].count("\n") for i in candidates), dtype=np.int64, count=len(candidates))
    candidates, newlines = candidates[newlines > 0], newlines[newlines > 0]
    breaks = np.zeros(len(ids), dtype=bool)
    if not len(candidates):
        return breaks
    before = ids[np.maximum(candidates - 1, 0)]
    after = np.minimum(candidates + 1, len(ids) - 1)
    runs_on = (
        (newlines == 1)
        & ~vocabulary.is_terminal_id[np.maximum(before, 0)]
        & ((shape[after] & WORD) != 0)
        & ((shape[after] & FIRST_UPPER) == 0)
        & (ids[after] != NUMBER)
        & inner[candidates]
        & inner[after]
    )
    breaks[candidates] = ~runs_on
    return breaks


def _sentence_starts(ids: NDArray[np.int32], shape: NDArray[np.uint8], vocabulary: Vocabulary) -> NDArray[np.uint8]:
    """SENTENCE_START if a word follows a boundary or an end mark, with a quotation mark allowed between."""
    after_end = np.zeros(len(ids), dtype=bool)
    ends = (ids == BOUNDARY) | vocabulary.is_terminal_id[ids]
    after_end[1:] = ends[:-1]
    for _ in range(2):
        opener = after_end & ~ends & ((shape & WORD) == 0)
        after_end[1:] |= opener[:-1]
    return np.where(after_end & ((shape & WORD) != 0), SENTENCE_START, 0).astype(np.uint8)
