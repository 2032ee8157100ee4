"""What a document is about, and how well a word would fit in.

The context model hears a few dozen words on either side. What the whole document is about tells originals of one place
apart that either neighbourhood would take: "algorithmic merchandising", in an article on stock markets, was "trading".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detector.context_model import WordVectors
from detector.evidence.measurements import Census
from detector.lexicon import SPECIAL_WORDS, Vocabulary

__all__ = ["affinity", "topics"]

_COMMON_ZIPF, _MOST_WEIGHT = 6.5, 3.0  # what is as common says nothing of a topic; weights grow as words are rarer
_ROWS = 8_192  # compared at a time: they stay in the processor's cache


def _weights(ids: NDArray[np.int32], vocabulary: Vocabulary) -> NDArray[np.float32]:
    """Return how much each word says of a topic, float32 (n,); a mark says nothing."""
    rarity = np.clip(np.float32(_COMMON_ZIPF) - vocabulary.zipf[ids], 0, np.float32(_MOST_WEIGHT))
    out: NDArray[np.float32] = np.where(vocabulary.is_word_id[ids] & (ids >= len(SPECIAL_WORDS)), rarity, np.float32(0))
    return out


def _directions(ids: NDArray[np.int32], vectors: WordVectors) -> NDArray[np.float32]:
    """Return unit vectors of words, float32 (n, d); zeros of a word that has none."""
    known = ids < len(vectors.embedding)
    x = vectors.embedding[np.where(known, ids, 0)].astype(np.float32)
    x *= (known / np.maximum(np.linalg.norm(x, axis=1), 1e-6)).astype(np.float32)[:, None]
    return x


def topics(census: Census, vectors: WordVectors, vocabulary: Vocabulary) -> NDArray[np.float32]:
    """Return the sum of the vectors of each document's words, rare ones weighing more, float32 (documents, d)."""
    document, ids = np.divmod(census.keys, census.size)
    ids = ids.astype(np.int32)
    weight = census.counts * _weights(ids, vocabulary)
    out = np.zeros((len(census.context), vectors.embedding.shape[1]), dtype=np.float32)
    np.add.at(out, document, _directions(ids, vectors) * weight.astype(np.float32)[:, None])
    return out


def affinity(
    topic: NDArray[np.float32],
    document: NDArray[np.int32],
    ids: NDArray[np.int32],
    left_out: NDArray[np.int32],
    vectors: WordVectors,
    vocabulary: Vocabulary,
) -> NDArray[np.float32]:
    """Return the cosine of each word and the topic of its document, float32 (m,), -1 to 1.

    Parameters
    ----------
    topic : of the documents; document : of each word, its row there
    ids : int32 (m,), the words
    left_out : int32 (m,), the words that stand at their places, which do not count as part of the topic
    """
    out = np.empty(len(ids), dtype=np.float32)
    for start in range(0, len(ids), _ROWS):
        rows = slice(start, start + _ROWS)
        own = _directions(left_out[rows], vectors) * _weights(left_out[rows], vocabulary)[:, None]
        rest = topic[document[rows]] - own
        along = np.einsum("ij,ij->i", rest, _directions(ids[rows], vectors))
        out[rows] = along / np.maximum(np.linalg.norm(rest, axis=1), 1e-6)
    return out
