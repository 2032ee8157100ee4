"""The topic of a document, and how well a word fits it.

The context model reads a few dozen words on either side. The topic of the whole document distinguishes originals that
fit the same neighbours: "pace" was "rate" in an article on a bank, and "speed" in one on ships.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detector.estimators.context_model import WordVectors
from detector.scoring.tokens import DocumentTermCounts, TokenFeatures
from detector.text.vocabulary import SPECIAL_WORDS, Vocabulary

__all__ = ["topic_fit", "topics"]

_COMMON_ZIPF, _MAX_WEIGHT = 6.5, 3.0  # words as common as this say nothing about a topic; rarer words weigh more
_ROWS = 8_192  # compared at a time: they stay in the processor's cache


def _weights(ids: NDArray[np.int32], vocabulary: Vocabulary) -> NDArray[np.float32]:
    """Return how much each word says of a topic, float32 (n,); a mark says nothing."""
    rarity = np.clip(np.float32(_COMMON_ZIPF) - vocabulary.zipf[ids], 0, np.float32(_MAX_WEIGHT))
    out: NDArray[np.float32] = np.where(vocabulary.is_word_id[ids] & (ids >= len(SPECIAL_WORDS)), rarity, np.float32(0))
    return out


def _directions(ids: NDArray[np.int32], vectors: WordVectors) -> NDArray[np.float32]:
    """Return unit vectors of words, float32 (n, d); zeros of a word that has none."""
    known = ids < len(vectors.embedding)
    x = vectors.embedding[np.where(known, ids, 0)].astype(np.float32)
    x *= (known / np.maximum(np.linalg.norm(x, axis=1), 1e-6)).astype(np.float32)[:, None]
    return x


def topics(term_counts: DocumentTermCounts, vectors: WordVectors, vocabulary: Vocabulary) -> NDArray[np.float32]:
    """Return the sum of the vectors of each document's words, rare ones weighing more, float32 (documents, d)."""
    document, ids = np.divmod(term_counts.keys, term_counts.size)
    ids = ids.astype(np.int32)
    weight = term_counts.counts * _weights(ids, vocabulary)
    out = np.zeros((len(term_counts.context), vectors.embedding.shape[1]), dtype=np.float32)
    np.add.at(out, document, _directions(ids, vectors) * weight.astype(np.float32)[:, None])
    return out


def topic_fit(features: TokenFeatures, vectors: WordVectors, vocabulary: Vocabulary) -> NDArray[np.float32]:
    """Return the cosines of each candidate's original and substitute with its document's topic, float32 (m, 2).

    A wording goes by its rarest word. The words at its own place do not count as part of the topic.
    """
    places, place = np.unique(features.substitute_head, return_inverse=True)
    stands = features.batch.ids[places]
    own = _directions(stands, vectors)
    rest = topics(features.term_counts, vectors, vocabulary)[features.batch.document_of[places]]
    rest -= own * _weights(stands, vocabulary)[:, None]
    rest /= np.maximum(np.linalg.norm(rest, axis=1, keepdims=True), 1e-6)
    out = np.empty((len(place), 2), dtype=np.float32)
    out[:, 1] = np.einsum("ij,ij->i", rest, own)[place]
    for start in range(0, len(place), _ROWS):
        rows = slice(start, start + _ROWS)
        out[rows, 0] = np.einsum("ij,ij->i", rest[place[rows]], _directions(features.original_head[rows], vectors))
    return out
