"""Passages: the stretches of a document that get a score of their own, whole paragraphs if lengths allow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.text.tokens import SENTENCE_START, TokenBatch
from detector.text.vocabulary import BOUNDARY

__all__ = ["PASSAGE_WORDS", "Passages", "split_passages"]

# A passage closes at the first paragraph end after this many words: long enough for a verdict (ROC AUC 0.99 on
# 100 words), short enough to find one spun passage in an article.
PASSAGE_WORDS = 100
_MAX_PASSAGE_WORDS = 180  # words; longer paragraphs are cut between sentences
_MIN_PASSAGE_WORDS = 40  # words; a shorter rest joins the passage before it


@dataclass(frozen=True)
class Passages:
    """The passages of a batch.

    Attributes
    ----------
    document : int64 (p,), each passage's document, in order
    first, last : int64 (p,), its tokens are first:last
    of_token : int64 (n,), each token's passage, -1 for the margins
    """

    document: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    of_token: NDArray[np.int64]


def split_passages(batch: TokenBatch) -> Passages:
    """Return the passages of every document; only judged words count, and a document without any has no passage."""
    edges = np.flatnonzero(np.diff(np.concatenate(([True], batch.ids == BOUNDARY, [True]))))
    firsts, lasts = edges[0::2], edges[1::2]  # paragraphs
    running = np.concatenate(([0], np.cumsum(batch.is_judged)))
    words = running[lasts] - running[firsts]
    documents = batch.document_of[firsts] if len(firsts) else firsts
    rows: list[tuple[int, int, int, int]] = []  # document, first, last, words
    for d, first, last, n in zip(documents.tolist(), firsts.tolist(), lasts.tolist(), words.tolist(), strict=True):
        pieces = [(first, last, n)]
        if n > _MAX_PASSAGE_WORDS:
            pieces = _cut(batch, first, last, running)
        for a, b, m in pieces:
            if rows and rows[-1][0] == d and rows[-1][3] < PASSAGE_WORDS and rows[-1][3] + m <= _MAX_PASSAGE_WORDS:
                rows[-1] = (d, rows[-1][1], b, rows[-1][3] + m)
            else:
                rows.append((d, a, b, m))
    merged: list[tuple[int, int, int, int]] = []
    for row in rows:
        if merged and merged[-1][0] == row[0] and min(row[3], merged[-1][3]) < _MIN_PASSAGE_WORDS:
            merged[-1] = (row[0], merged[-1][1], row[2], merged[-1][3] + row[3])
        else:
            merged.append(row)
    table = np.array([r for r in merged if r[3] > 0], dtype=np.int64).reshape(-1, 4)
    of_token = np.full(len(batch.ids), -1, dtype=np.int64)
    for i, (_, first, last, _) in enumerate(table.tolist()):
        of_token[first:last] = i
    return Passages(table[:, 0], table[:, 1], table[:, 2], of_token)


def _cut(batch: TokenBatch, first: int, last: int, running: NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """Cut a long paragraph between sentences into pieces of about PASSAGE_WORDS words."""
    opens = first + 1 + np.flatnonzero(batch.shape[first + 1 : last] & SENTENCE_START)
    # A quotation mark opens the sentence with its word: it touches the text after it, and not the text before.
    opens -= (batch.starts[opens] == batch.ends[opens - 1]) & (batch.starts[opens - 1] > batch.ends[opens - 2])
    pieces = []
    start = first
    for stop in [*opens.tolist(), last]:
        n = int(running[stop] - running[start])
        if n >= PASSAGE_WORDS or stop == last:
            pieces.append((start, stop, n))
            start = stop
    return pieces
