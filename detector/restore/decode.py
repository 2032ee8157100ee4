"""The noisy-channel decoder: the likeliest original of a whole stretch, candidates weighed together.

A beam search over all segmentations into candidates and words that stay, run in lock-step over many stretches, so
that each step is a few array operations however many documents are decoded. Exact where no more than BEAM histories
compete; a history is the last two words of the restored text, all that the language model looks back on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.estimators.channel import Candidates, Channel
from detector.estimators.language_model import LanguageModel
from detector.scoring.tokens import TokenFeatures

__all__ = ["BEAM", "decode"]

BEAM = 12
_REACH = 2  # words beyond a candidate that its language model gain counts


@dataclass
class _Frontier:
    """Histories that wait at one step: which stretch, score, last two words, how they came."""

    stretch: NDArray[np.int64]
    score: NDArray[np.float64]
    u: NDArray[np.int32]
    v: NDArray[np.int32]
    back: NDArray[np.int64]


def _stretches(candidates: Candidates) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Group candidates that lie so close that one's words stand in the other's context.

    Returns each stretch's first token and the token after its last, and each candidate's stretch.
    """
    stops = np.maximum.accumulate(candidates.start + candidates.length)
    new = np.ones(len(candidates), dtype=bool)
    new[1:] = candidates.start[1:] > stops[:-1] + _REACH
    index = np.cumsum(new) - 1
    first = candidates.start[new]
    last = stops[np.concatenate((np.flatnonzero(new)[1:] - 1, [len(candidates) - 1]))]
    return first, last, index


def decode(
    language_model: LanguageModel,
    channel: Channel,
    features: TokenFeatures,
    candidates: Candidates,
    gain: NDArray[np.float32],
    lm_gain: NDArray[np.float32],
    weight: float,
) -> NDArray[np.int64]:
    """Return the rows of `candidates` that the likeliest restoration takes, in order of place.

    Parameters
    ----------
    candidates : the originals that may be taken, ordered by place
    gain : float32 (m,), log10 odds of each alone
    lm_gain : float32 (m,), the part of it that the language model gave with all neighbours as they stand
    weight : what one power of ten of the language model's joint gain is worth in log10 odds
    """
    if not len(candidates):
        return np.zeros(0, dtype=np.int64)
    ids = features.batch.ids
    first, last, _ = _stretches(candidates)
    n = len(first)
    steps = last + _REACH - first
    edge_start = np.searchsorted(candidates.start, np.arange(len(ids) + 1))
    waiting: dict[int, list[_Frontier]] = {
        0: [
            _Frontier(
                np.arange(n),
                np.zeros(n),
                ids[first - 2].astype(np.int32),
                ids[first - 1].astype(np.int32),
                np.full(n, -1),
            )
        ]
    }
    # Every history ever made: the one before it, and the candidate that it took (-1: the word stays).
    befores: list[NDArray[np.int64]] = []
    takens: list[NDArray[np.int64]] = []
    made = 0
    best = np.full(n, -1, dtype=np.int64)
    bias = (gain - weight * lm_gain).astype(np.float64)
    for step in range(int(steps.max()) + 1):
        arrived = waiting.pop(step, None)
        if arrived is None:
            continue
        f = _prune(arrived)
        done = steps[f.stretch] == step
        # The first of each stretch is its best: _prune sorts by score.
        for_stretch = np.flatnonzero(done)
        winners = for_stretch[np.unique(f.stretch[for_stretch], return_index=True)[1]]
        best[f.stretch[winners]] = f.back[winners]
        f = _Frontier(*(x[~done] for x in (f.stretch, f.score, f.u, f.v, f.back)))
        if not len(f.stretch):
            continue
        place = first[f.stretch] + step
        # The word stays.
        word = ids[place]
        score = f.score + weight * _log10_prob(language_model, f.u, f.v, word)
        waiting.setdefault(step + 1, []).append(_Frontier(f.stretch, score, f.v, word, np.arange(len(word)) + made))
        befores.append(f.back)
        takens.append(np.full(len(word), -1))
        made += len(word)
        # Or one of the candidates that begin here is taken.
        count = edge_start[place + 1] - edge_start[place]
        if not count.any():
            continue
        history = np.repeat(np.arange(len(place)), count)
        within = np.arange(len(history)) - np.repeat(np.cumsum(count) - count, count)
        edge = edge_start[place][history] + within
        u, v, total = f.u[history], f.v[history], f.score[history] + bias[edge]
        rows = candidates.original[edge]
        lengths = channel.sequences.lengths[rows]
        offsets = channel.sequences.offsets[rows]
        for i in range(int(lengths.max())):
            on = np.flatnonzero(lengths > i)
            word = channel.sequences.values[offsets[on] + i]
            total[on] += weight * _log10_prob(language_model, u[on], v[on], word)
            u[on], v[on] = v[on], word
        back = np.arange(len(edge)) + made
        befores.append(f.back[history])
        takens.append(edge)
        made += len(edge)
        ahead = step + candidates.length[edge]
        for at in np.unique(ahead).tolist():
            k = ahead == at
            waiting.setdefault(at, []).append(_Frontier(f.stretch[history[k]], total[k], u[k], v[k], back[k]))
    before, taken = np.concatenate(befores), np.concatenate(takens)
    chosen = []
    at = best[best >= 0]
    while len(at):
        chosen.append(taken[at][taken[at] >= 0])
        at = before[at]
        at = at[at >= 0]
    out = np.concatenate(chosen) if chosen else np.zeros(0, dtype=np.int64)
    return np.sort(out)


def _log10_prob(
    language_model: LanguageModel, u: NDArray[np.int32], v: NDArray[np.int32], w: NDArray[np.int32]
) -> NDArray[np.float32]:
    prob = language_model.trigram(u, v, w)[0]
    return np.where((v == 0) & (w == 0), np.float32(0), prob)


def _prune(arrived: list[_Frontier]) -> _Frontier:
    """Keep the best BEAM histories of each stretch, one for each pair of last words, best first."""
    stretch = np.concatenate([f.stretch for f in arrived])
    score = np.concatenate([f.score for f in arrived])
    u = np.concatenate([f.u for f in arrived])
    v = np.concatenate([f.v for f in arrived])
    back = np.concatenate([f.back for f in arrived])
    order = np.lexsort((-score, v, u, stretch))
    s, a, b = stretch[order], u[order], v[order]
    fresh = np.ones(len(order), dtype=bool)
    fresh[1:] = (s[1:] != s[:-1]) | (a[1:] != a[:-1]) | (b[1:] != b[:-1])
    order = order[fresh]
    order = order[np.lexsort((-score[order], stretch[order]))]
    s = stretch[order]
    start = np.concatenate(([0], np.flatnonzero(s[1:] != s[:-1]) + 1))
    rank = np.arange(len(s)) - np.repeat(start, np.diff(np.concatenate((start, [len(s)]))))
    order = order[rank < BEAM]
    return _Frontier(stretch[order], score[order], u[order], v[order], back[order])
