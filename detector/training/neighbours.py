"""Words that stand in the same places: distributional neighbours from the corpus itself.

Positive pointwise mutual information of each word with the words right before and right after it, reduced by a
truncated singular value decomposition (Levy et al. 2015, "Improving distributional similarity").
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.decomposition import TruncatedSVD

__all__ = ["distributional_neighbours", "is_figure"]

_CHUNK = 2_000  # words compared with all others at a time
_CONTEXTS, _DIMENSIONS, _NEAREST = 6_000, 100, 12
_FIGURES = """
    one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
    nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion
    first second third fourth fifth sixth seventh eighth ninth tenth half quarter dozen once twice
    monday tuesday wednesday thursday friday saturday sunday
    january february march april may june july august september october november december
"""
_LISTED_FIGURES = frozenset(_FIGURES.split())


def is_figure(word: str) -> bool:
    """Return whether a word (lower case) counts, ranks or dates: one for another is another fact, not a synonym.

    >>> is_figure("seven"), is_figure("0.05"), is_figure("final")
    (True, True, False)
    """
    return word in _LISTED_FIGURES or any(c.isdigit() for c in word)


def distributional_neighbours(ids: NDArray[np.int32], words: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return the nearest words of each word and their cosine similarity, nearest first; both (words, _NEAREST).

    `ids` is a token stream with boundaries; word ids are ordered by frequency, so the first `words` are the
    commonest. The four special words have no neighbours and are neighbours of no word: their rows are 0.
    """
    columns = []
    for target, context in ((ids[1:], ids[:-1]), (ids[:-1], ids[1:])):
        keep = (target < words) & (context < _CONTEXTS) & (target > 0)
        # Each pair is one number. Once they are sorted, equal pairs form a run, as long as the pair is frequent.
        pairs = target[keep].astype(np.int64) * _CONTEXTS + context[keep]
        pairs.sort()
        starts = np.flatnonzero(np.concatenate(([True], pairs[1:] != pairs[:-1])))
        counts = np.diff(np.concatenate((starts, [len(pairs)]))).astype(np.float64)
        cells = pairs[starts]
        columns.append(sparse.csr_matrix((counts, (cells // _CONTEXTS, cells % _CONTEXTS)), shape=(words, _CONTEXTS)))
    matrix = sparse.hstack(columns).tocsr()
    rows = np.asarray(matrix.sum(axis=1)).ravel()
    # Context counts to the power 0.75, as Levy et al. advise: rare contexts otherwise win too easily.
    smoothed = np.asarray(matrix.sum(axis=0)).ravel() ** 0.75
    smoothed /= smoothed.sum()
    coo = matrix.tocoo()
    values = np.log(coo.data / (rows[coo.row] * smoothed[coo.col]))
    keep = values > 0
    ppmi = sparse.csr_matrix((values[keep], (coo.row[keep], coo.col[keep])), shape=matrix.shape)
    vectors = TruncatedSVD(_DIMENSIONS, random_state=0, n_iter=4).fit_transform(ppmi).astype(np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    vectors[:4] = 0
    nearest = np.zeros((words, _NEAREST), dtype=np.int32)
    similarity = np.zeros((words, _NEAREST), dtype=np.float32)
    for start in range(4, words, _CHUNK):
        chunk = slice(start, min(start + _CHUNK, words))
        # The nearest of each row are picked from all words by a partition; only these few are then sorted.
        cosine = vectors[chunk] @ vectors.T
        cosine[np.arange(cosine.shape[0]), np.arange(chunk.start, chunk.stop)] = -1
        best = np.argpartition(-cosine, _NEAREST, axis=1)[:, :_NEAREST]
        score = np.take_along_axis(cosine, best, axis=1)
        order = np.argsort(-score, axis=1, kind="stable")
        nearest[chunk] = np.take_along_axis(best, order, axis=1)
        similarity[chunk] = np.take_along_axis(score, order, axis=1)
    return nearest, similarity
