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

from detector.text import ALL_UPPER, BOUNDARY, FIRST_UPPER, SENTENCE_START, UNKNOWN, WORD, TokenBatch

__all__ = ["REACH", "SHAPES", "TOPIC_REACH", "ContextModel", "shape_class"]

REACH = 5  # neighbours read on either side, in order
TOPIC_REACH = 32  # words on either side whose mean is the topic
SHAPES = 8
_FIXED_POINT = 4_096
_ROWS = 16_384  # places that are worked on at a time, to bound the memory
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
    def _dense(self) -> tuple[NDArray[np.float32], ...]:
        return tuple(
            x.astype(np.float32) for x in (self.sides, self.topic, self.shape, self.query, self.query_bias)
        )

    def known(self, ids: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the ids with those that the network does not list turned into UNKNOWN."""
        return np.where(ids < len(self.embedding), ids, UNKNOWN).astype(np.int32)

    def queries(self, batch: TokenBatch) -> NDArray[np.float32]:
        """Return what each place asks for, float32 (n, d): compare by `log10_odds`."""
        sides, topic_weights, shape_weights, query, query_bias = self._dense
        ids = self.known(batch.ids)
        n, d = len(ids), self.embedding.shape[1]
        out = np.zeros((n, d), dtype=np.float32)
        if not n:
            return out
        x = self.embedding[ids].astype(np.float32)
        x *= self.embedding_scale[ids].astype(np.float32)[:, None]
        x[ids == BOUNDARY] = 0
        # Running sums in whole numbers, so that a document's topic does not depend on what stands before it.
        running = np.zeros((n + 1, d), dtype=np.int64)
        np.cumsum(np.rint(x * _FIXED_POINT).astype(np.int64), axis=0, out=running[1:])
        low, high = batch.documents[batch.document_of], batch.documents[batch.document_of + 1]
        padded = np.zeros((n + 2 * REACH, d), dtype=np.float32)
        padded[REACH : REACH + n] = x
        windows = np.lib.stride_tricks.sliding_window_view(padded.reshape(-1), (2 * REACH + 1) * d)[::d]
        shapes = shape_class(batch.shape)
        size = 2 * (TOPIC_REACH - REACH) * _FIXED_POINT
        judged = np.flatnonzero((batch.shape & WORD) != 0)
        for start in range(0, len(judged), _ROWS):
            p = judged[start : start + _ROWS]
            window = windows[p]
            near = np.concatenate((window[:, : REACH * d], window[:, (REACH + 1) * d :]), axis=1)
            wide = (
                running[np.minimum(p + TOPIC_REACH + 1, high[p])]
                - running[np.maximum(p - TOPIC_REACH, low[p])]
            )
            close = running[np.minimum(p + REACH + 1, high[p])] - running[np.maximum(p - REACH, low[p])]
            hidden = near @ sides
            hidden += ((wide - close) / size).astype(np.float32) @ topic_weights
            hidden += shape_weights[shapes[p]]
            np.maximum(hidden, 0, out=hidden)
            out[p] = hidden @ query + query_bias
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
