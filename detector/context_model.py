"""Would a writer have put this word between these neighbours? A small network that reads both sides.

It never sees the word that it judges: neighbours and topic make a query, and any word, the one that stands there or
a candidate in its place, is scored by one product with it. So evidence does not depend on knowing the substitute,
and candidates cost next to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from detector.lexicon import BOUNDARY, UNKNOWN
from detector.text import ALL_UPPER, FIRST_UPPER, SENTENCE_START, TokenBatch

__all__ = ["REACH", "SHAPES", "TOPIC_REACH", "ContextModel", "shape_class"]

REACH = 5  # neighbours read on either side, in order
TOPIC_REACH = 32  # words on either side whose mean is the topic
SHAPES = 8
_FIXED_POINT = 4_096
_ROWS = 2_048  # places that are worked on at a time, to bound the memory
_LOG10_E = np.float32(np.log10(np.e))


def shape_class(shape: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return the class of how a word is written, 0 to SHAPES - 1: capitals, and whether it opens a sentence."""
    upper = ((shape & FIRST_UPPER) != 0).astype(np.int64)
    out: NDArray[np.int64] = upper + 2 * ((shape & SENTENCE_START) != 0) + 4 * ((shape & ALL_UPPER) != 0)
    return out


@dataclass(frozen=True)
class ContextModel:
    """The fitted network: K words, d dimensions, h hidden units.

    Attributes
    ----------
    embedding, output : int8 (K, d), with one scale a row, float16 (K,); a word as neighbour and as the judged one
    bias : float16 (K,)
    sides : float16 (2 * REACH * d, h), the neighbours from the leftmost to the rightmost
    topic : float16 (d, h); shape : float16 (SHAPES, h); query : float16 (h, d); query_bias : float16 (d,)
    """

    embedding: NDArray[np.int8]
    embedding_scale: NDArray[np.float16]
    output: NDArray[np.int8]
    output_scale: NDArray[np.float16]
    bias: NDArray[np.float16]
    sides: NDArray[np.float16]
    topic: NDArray[np.float16]
    shape: NDArray[np.float16]
    query: NDArray[np.float16]
    query_bias: NDArray[np.float16]

    @cached_property
    def _weights(self) -> NDArray[np.float32]:
        """Weights of the whole window, the topic below them; the judged word's own rows are zero."""
        d, h = self.embedding.shape[1], self.query.shape[0]
        out = np.zeros(((2 * REACH + 2) * d, h), dtype=np.float32)
        out[: REACH * d] = self.sides[: REACH * d]
        out[(REACH + 1) * d : (2 * REACH + 1) * d] = self.sides[REACH * d :]
        out[(2 * REACH + 1) * d :] = self.topic
        return out

    @cached_property
    def _scaled(self) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Shape, query and query bias in single precision."""
        return (
            self.shape.astype(np.float32),
            self.query.astype(np.float32),
            self.query_bias.astype(np.float32),
        )

    def known(self, ids: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the ids with those that the network does not list turned into UNKNOWN."""
        return np.where(ids < len(self.embedding), ids, UNKNOWN).astype(np.int32)

    def queries(self, batch: TokenBatch) -> NDArray[np.float32]:
        """Return what each place asks for, float32 (n, d): compare by `log10_odds`."""
        shape_weights, query, query_bias = self._scaled
        ids = self.known(batch.ids)
        n, d = len(ids), self.embedding.shape[1]
        out = np.zeros((n, d), dtype=np.float32)
        if not n:
            return out
        padded = np.zeros((n + 2 * REACH, d), dtype=np.float32)
        x = padded[REACH : REACH + n]
        np.multiply(self.embedding[ids], self.embedding_scale[ids].astype(np.float32)[:, None], out=x)
        x[ids == BOUNDARY] = 0
        # Running sums in whole numbers, exact whatever stands before a document; they may wrap around, differences
        # of them do not.
        running = np.zeros((n + 1, d), dtype=np.int32)
        np.cumsum(np.rint(x * _FIXED_POINT).astype(np.int32), axis=0, dtype=np.int32, out=running[1:])
        low, high = batch.documents[batch.document_of], batch.documents[batch.document_of + 1]
        window = (2 * REACH + 1) * d
        windows = np.lib.stride_tricks.sliding_window_view(padded.reshape(-1), window)[::d]
        shapes = shape_class(batch.shape)
        scale = np.float32(1 / (2 * (TOPIC_REACH - REACH) * _FIXED_POINT))
        rows = np.empty((min(_ROWS, n), window + d), dtype=np.float32)
        for start in range(0, n, _ROWS):
            stop = min(start + _ROWS, n)
            p = np.arange(start, stop)
            row = rows[: stop - start]
            row[:, :window] = windows[start:stop]
            first, last = low[start:stop], high[start:stop]
            topic = running[np.minimum(p + TOPIC_REACH + 1, last)] - running[np.maximum(p - TOPIC_REACH, first)]
            topic -= running[np.minimum(p + REACH + 1, last)] - running[np.maximum(p - REACH, first)]
            np.multiply(topic, scale, out=row[:, window:])
            hidden = row @ self._weights
            hidden += shape_weights[shapes[start:stop]]
            np.maximum(hidden, 0, out=hidden)
            np.matmul(hidden, query, out=out[start:stop])
        out += query_bias
        return out

    def log10_odds(
        self, queries: NDArray[np.float32], places: NDArray[np.int64], ids: NDArray[np.int32]
    ) -> NDArray[np.float32]:
        """Return log10 of how much likelier a writer than a spinner would have put `ids` at `places`, float32.

        0 for words that the network does not list: no opinion.
        """
        known = self.known(ids)
        scale = self.output_scale[known].astype(np.float32)
        product = np.einsum("nd,nd->n", queries[places], self.output[known].astype(np.float32))
        logit = product * scale + self.bias[known].astype(np.float32)
        return np.where(known == UNKNOWN, np.float32(0), logit * _LOG10_E)
