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

from detector.text.tokens import ALL_UPPER, FIRST_UPPER, SENTENCE_START, TokenBatch
from detector.text.vocabulary import BOUNDARY, UNKNOWN

__all__ = ["BLOCK", "REACH", "SHAPES", "TOPIC_BLOCKS", "ContextModel", "ReaderWeights", "WordVectors", "shape_class"]

REACH = 5  # neighbours read on either side, in order
BLOCK = 8  # words; the topic is the mean of whole blocks, counted from the document's first word
TOPIC_BLOCKS = 4  # blocks on either side of a word's own that make its topic
SHAPES = 8
# Hidden units are summed in steps of 1/256: sums stay within the 16 bits, and rounding errs by less than the
# quantised vectors do. Topics are summed in finer steps, in 32 bits.
_FIXED_POINT = 256
_TOPIC_FIXED_POINT = 4_096
# Products of whole numbers add up to less than 2**24 over the dimensions of a vector, so that single precision holds
# them exactly, whatever order the matrix product adds in: a batch gives the results of each document alone.
_WEIGHT_LEVELS = 2_047  # times 127 levels of a word's vector, times 64 dimensions
_TOPIC_LEVELS = 1_023
_TOPIC_WEIGHT_LEVELS = 255
_COMMON_BYTES = 60 << 20  # of rows of the commonest words that are kept; ids are in the order of frequency
# Places that are worked on at a time: their hidden units stay in the processor's cache. The last block is filled up to
# whole tiles, which matrix products work through in one way: each row is added up in one order, so that a place's query
# depends neither on the others in its block nor on the batch (tested on whole reports).
_TILE = 64
_ROWS = 256
# From a place to the words that a window holds, in the order of the projections; the word's own is the last.
_DISTANCES = (*range(-REACH, 0), *range(1, REACH + 1), 0)
_LOG10_E = np.float32(np.log10(np.e))


def shape_class(shape: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return the class of how a word is written, 0 to SHAPES - 1: capitals, and whether it opens a sentence."""
    upper = ((shape & FIRST_UPPER) != 0).astype(np.int64)
    out: NDArray[np.int64] = upper + 2 * ((shape & SENTENCE_START) != 0) + 4 * ((shape & ALL_UPPER) != 0)
    return out


@dataclass(frozen=True)
class WordVectors:
    """The vectors of each word that all readers share: K words, d dimensions as a neighbour, q as the judged word.

    Attributes
    ----------
    embedding, output : int8 (K, d) and (K, q), with one scale a row, float16 (K,)
    neighbours : uint16 (up to K, r), for each of the commonest words those that stand in the same places most, nearest
        first; BOUNDARY for none
    """

    embedding: NDArray[np.int8]
    embedding_scale: NDArray[np.float16]
    output: NDArray[np.int8]
    output_scale: NDArray[np.float16]
    neighbours: NDArray[np.uint16]


@dataclass(frozen=True)
class ReaderWeights:
    """The weights of one reader over the word vectors: h hidden units, a query of q dimensions.

    Attributes
    ----------
    bias : float16 (K,)
    window : float16 ((2 * REACH + 1) * d, h), the neighbours from the leftmost to the rightmost, the topic after them
    shape : float16 (SHAPES, h)
    inner, inner_bias : float16 (h, h) and (h,); query, query_bias : float16 (h, q) and (q,)
    """

    bias: NDArray[np.float16]
    window: NDArray[np.float16]
    shape: NDArray[np.float16]
    inner: NDArray[np.float16]
    inner_bias: NDArray[np.float16]
    query: NDArray[np.float16]
    query_bias: NDArray[np.float16]


@dataclass(frozen=True)
class _Projection:
    """A linear map whose weights are whole numbers, with one scale a column."""

    weights: NDArray[np.float32]
    scale: NDArray[np.float32]

    @classmethod
    def from_weights(cls, weights: NDArray[np.float32], levels: int) -> _Projection:
        """Return the map with its weights rounded to `levels` on either side of 0."""
        scale = np.maximum(np.abs(weights).max(axis=0), 1e-9) / levels
        return cls(np.rint(weights / scale), scale.astype(np.float32))

    def __call__(self, levels: NDArray[np.float32], scale: NDArray[np.float32] | np.float32) -> NDArray[np.float32]:
        """Return the image of each row of whole numbers `levels`, times the row's scale, rounded."""
        out: NDArray[np.float32] = levels @ self.weights
        out *= self.scale
        out *= scale
        return np.rint(out, out=out)


def _block_counts(batch: TokenBatch) -> NDArray[np.int64]:
    """Return how many blocks each document has; no block crosses the end of a document."""
    counts: NDArray[np.int64] = -(-np.diff(batch.documents) // BLOCK)
    return counts


def _blocks(batch: TokenBatch) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return each token's block, and each block's tokens, int64 (BLOCK, blocks).

    A block that is not full is padded with the batch's first token, a boundary.
    """
    counts = _block_counts(batch)
    first_block = np.cumsum(counts) - counts
    document = batch.document_of
    within = np.arange(len(batch.ids)) - batch.documents[document]
    block_of = first_block[document] + within // BLOCK
    member = np.zeros((BLOCK, int(counts.sum())), dtype=np.int64)
    member[within % BLOCK, block_of] = np.arange(len(batch.ids))
    return block_of, member


def _topics(batch: TokenBatch, totals: NDArray[np.int32]) -> NDArray[np.float32]:
    """Return the mean of the words in and around each block, float32 (blocks, d).

    `totals` are the blocks' sums in fixed point; the means are whole numbers of _TOPIC_LEVELS to one.
    """
    counts = _block_counts(batch)
    first = np.repeat(np.cumsum(counts) - counts, counts)
    last = first + np.repeat(counts, counts)
    # Cumulative sums of whole numbers are exact. They may wrap, but differences of them do not, so that the documents
    # before one do not change its topic.
    running = np.zeros((len(totals) + 1, totals.shape[1]), dtype=np.int32)
    np.cumsum(totals, axis=0, out=running[1:])
    at = np.arange(len(totals))
    sums = running[np.minimum(at + TOPIC_BLOCKS + 1, last)] - running[np.maximum(at - TOPIC_BLOCKS, first)]
    mean = sums * np.float32(_TOPIC_LEVELS / (_TOPIC_FIXED_POINT * (2 * TOPIC_BLOCKS + 1) * BLOCK))
    out: NDArray[np.float32] = np.clip(np.rint(mean), -_TOPIC_LEVELS, _TOPIC_LEVELS).astype(np.float32)
    return out


@dataclass(frozen=True)
class ContextModel:
    """A reader and the word vectors that it reads.

    The contribution of a word to a place beside it depends on the word and the distance alone. So each distinct word
    of a batch is projected once for every distance, in fixed-point numbers, and the hidden layer of a place is a sum
    of rows: exact, and independent of the rest of the batch.
    """

    vectors: WordVectors
    weights: ReaderWeights

    @cached_property
    def _projections(self) -> tuple[_Projection, _Projection]:
        """From a word's vector to hidden layers, its neighbours' by distance and its own; from a topic to its own."""
        d = self.vectors.embedding.shape[1]
        window = self.weights.window.astype(np.float32).reshape(2 * REACH + 1, d, -1) * _FIXED_POINT
        # A word is not part of its own topic: its share in the sum over blocks is subtracted again.
        topic = window[-1] / ((2 * TOPIC_BLOCKS + 1) * BLOCK)
        return (
            _Projection.from_weights(np.concatenate((*window[:-1], -topic), axis=1), _WEIGHT_LEVELS),
            _Projection.from_weights(topic * ((2 * TOPIC_BLOCKS + 1) * BLOCK / _TOPIC_LEVELS), _TOPIC_WEIGHT_LEVELS),
        )

    @cached_property
    def _dense(
        self,
    ) -> tuple[NDArray[np.int16], NDArray[np.float32], NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Shape, inner layer and query, scaled for hidden units in fixed point.

        The inner layer's bias goes into the query's: max(x + b, 0) is max(x, -b) + b.
        """
        w = self.weights
        query = w.query.astype(np.float64)
        bias = w.query_bias.astype(np.float64) + w.inner_bias.astype(np.float64) @ query
        return (
            np.rint(w.shape.astype(np.float32) * _FIXED_POINT).astype(np.int16),
            w.inner.astype(np.float32),
            np.tile(-w.inner_bias.astype(np.float32) * _FIXED_POINT, (_ROWS, 1)),
            (query / _FIXED_POINT).astype(np.float32),
            bias.astype(np.float32),
        )

    def _project(self, words: NDArray[np.int32]) -> tuple[NDArray[np.int16], NDArray[np.int32]]:
        """Return the contributions of words to hidden layers and to topics.

        int16 (words, 2 * REACH + 1, h), by distance, and int32 (words, d), the vectors in fixed point.
        """
        levels = self.vectors.embedding[words].astype(np.float32)
        scale = self.vectors.embedding_scale[words].astype(np.float32)[:, None]
        rows = self._projections[0](levels, scale).astype(np.int16)
        vectors = np.rint(levels * scale * _TOPIC_FIXED_POINT).astype(np.int32)
        return rows.reshape(len(words), 2 * REACH + 1, len(self.weights.inner)), vectors

    @cached_property
    def _common(self) -> tuple[NDArray[np.int16], NDArray[np.int32], NDArray[np.bool_]]:
        """The contributions of the commonest words, and which of them are computed.

        Nearly all text consists of these words. A word is projected when a text first holds it, so that a short text
        starts fast.
        """
        of_one = (2 * REACH + 1) * len(self.weights.inner) * np.dtype(np.int16).itemsize
        n = min(_COMMON_BYTES // of_one, len(self.vectors.embedding))
        rows = np.empty((n * (2 * REACH + 1), len(self.weights.inner)), dtype=np.int16)
        return rows, np.empty((n, self.vectors.embedding.shape[1]), dtype=np.int32), np.zeros(n, dtype=bool)

    def _common_of(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int16], NDArray[np.int32]]:
        """Return the rows and vectors of the common words, in which those of `ids` are filled in."""
        rows, vectors, ready = self._common
        met = np.zeros(len(ready), dtype=bool)
        met[ids] = True
        missing = np.flatnonzero(met & ~ready)
        if len(missing):
            # All rows of a word lie side by side, so that only memory of words that occurred is touched.
            by_word = rows.reshape(len(ready), 2 * REACH + 1, -1)
            by_word[missing], vectors[missing] = self._project(missing.astype(np.int32))
            ready[missing] = True  # last: another thread may be reading
        return rows, vectors

    def known(self, ids: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the ids with those beyond the network's vocabulary turned into UNKNOWN."""
        return np.where(ids < len(self.vectors.embedding), ids, UNKNOWN).astype(np.int32)

    def place_vectors(self, batch: TokenBatch, places: NDArray[np.int64] | None = None) -> NDArray[np.float32]:
        """Return the query of each word's place, float32 (n, q), to be compared with words by `log10_odds`.

        `places` are the tokens to read, sorted; None for all words. The other rows are 0.
        """
        ids = self.known(batch.ids)
        n = len(ids)
        shape_rows, inner, inner_min, query, query_bias = self._dense
        out = np.zeros((n, query.shape[1]), dtype=np.float32)
        if places is None:
            places = np.flatnonzero(batch.is_word)
        if not len(places):
            return out
        # The boundary adds nothing: it stands for words that are not common, and those are added by themselves.
        common_ids = np.where(ids < len(self._common[2]), ids, BOUNDARY).astype(np.int64)
        common_rows, common_vectors = self._common_of(common_ids)
        rare_places = np.flatnonzero(common_ids != ids)
        rare_words, rare_index = np.unique(ids[rare_places], return_inverse=True)
        rare_rows, rare_vectors = self._project(rare_words)
        block_of, member = _blocks(batch)
        totals = common_vectors[common_ids[member[0]]]
        for place in member[1:]:
            totals += common_vectors[common_ids[place]]
        np.add.at(totals, block_of[rare_places], rare_vectors[rare_index])
        topic_rows = self._projections[1](_topics(batch, totals), np.float32(1)).astype(np.int16)
        shapes = shape_class(batch.shape)
        rare_of = np.full(n, -1, dtype=np.int64)
        rare_of[rare_places] = rare_index
        # For each distance the places that have a rare word there, in order, and which one; few have.
        has_rare = [np.flatnonzero(rare_of[places + distance] >= 0) for distance in _DISTANCES]
        rare_beside = [rare_of[places[rows] + d] for rows, d in zip(has_rare, _DISTANCES, strict=True)]
        starts = np.arange(0, len(places) + _ROWS, _ROWS)
        bounds = [np.searchsorted(rows, starts).tolist() for rows in has_rare]
        # A document's margin is wider than the reach: no place reads before the batch, or after it.
        first_row = common_ids * (2 * REACH + 1)
        total = np.zeros((_ROWS, len(inner)), dtype=np.int16)
        one = np.empty_like(total)
        zero = np.zeros_like(total)  # a scalar would do, at a sixth of the speed
        for block, start in enumerate(range(0, len(places), _ROWS)):
            at = places[start : start + _ROWS]
            hidden, row = total[: len(at)], one[: len(at)]
            padded = total[: -(-len(at) // _TILE) * _TILE]
            np.take(topic_rows, block_of[at], axis=0, out=hidden, mode="clip")
            hidden += np.take(shape_rows, shapes[at], axis=0, out=row, mode="clip")
            for k, distance in enumerate(_DISTANCES):
                hidden += np.take(common_rows, first_row[at + distance] + k, axis=0, out=row, mode="clip")
                some = slice(bounds[k][block], bounds[k][block + 1])
                if some.start < some.stop:
                    hidden[has_rare[k][some] - start] += rare_rows[rare_beside[k][some], k]
            np.maximum(padded, zero[: len(padded)], out=padded)
            first = padded.astype(np.float32)
            second = first @ inner
            np.maximum(second, inner_min[: len(padded)], out=second)
            second += first
            asked = second @ query
            out[at] = asked[: len(at)]
        out[places] += query_bias
        return out

    def log10_odds(
        self, place_vectors: NDArray[np.float32], places: NDArray[np.int64], ids: NDArray[np.int32]
    ) -> NDArray[np.float32]:
        """Return log10 of how much likelier a writer than a spinner would have put `ids` at `places`, float32.

        0 for words that the network does not list: no opinion.
        """
        known = self.known(ids)
        output = self.vectors.output[:, : place_vectors.shape[1]]
        logit = np.empty(len(known), dtype=np.float32)
        for start in range(0, len(known), _ROWS):
            some = slice(start, start + _ROWS)
            logit[some] = np.einsum("nd,nd->n", place_vectors[places[some]], output[known[some]].astype(np.float32))
        logit *= self.vectors.output_scale[known]
        logit += self.weights.bias[known]
        logit *= _LOG10_E
        logit[known == UNKNOWN] = 0
        return logit

    def neighbour_gains(
        self, place_vectors: NDArray[np.float32], places: NDArray[np.int64], ids: NDArray[np.int32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return by how much a writer prefers the neighbours of `ids` at `places`, float32, log10 of the odds.

        The likeliest neighbour's lead over the word itself, and the mean lead of the likelier half of them: a word that
        a spinner put there often has what stood there among its neighbours, whatever table the spinner has. 0 for words
        without neighbours.
        """
        table = self.vectors.neighbours
        best, mean = np.zeros(len(ids), dtype=np.float32), np.zeros(len(ids), dtype=np.float32)
        own = self.log10_odds(place_vectors, places, ids)
        listed = np.flatnonzero((ids < len(table)) & (table[np.minimum(ids, len(table) - 1), 0] != BOUNDARY))
        width = table.shape[1]
        for start in range(0, len(listed), _ROWS):
            rows = listed[start : start + _ROWS]
            beside = table[ids[rows]].astype(np.int32)
            odds = self.log10_odds(place_vectors, np.repeat(places[rows], width), beside.ravel()).reshape(-1, width)
            lead = np.sort(odds - own[rows, None], axis=1)
            best[rows], mean[rows] = lead[:, -1], lead[:, width // 2 :].mean(axis=1)
        return best, mean
