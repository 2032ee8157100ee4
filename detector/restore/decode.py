"""The noisy-channel decoder: the likeliest original of a whole stretch, candidates weighed together.

A beam search over all segmentations into candidates and words that stay, run in lock-step over many stretches, so
that each step is a few array operations however many documents are decoded. Exact if no more than BEAM histories
compete; a history is the last two words of the restored text, all that the language model looks back on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detector.estimators.channel import Candidates, Channel
from detector.estimators.language_model import LanguageModel
from detector.scoring.tokens import TokenFeatures
from detector.text.runs import places_within

__all__ = ["BEAM", "decode"]

BEAM = 12
_REACH = 2  # words beyond a candidate that its language model gain counts


@dataclass(frozen=True)
class _Frontier:
    """Histories that wait at one step: which stretch, score, last two words, and their rows among all histories."""

    stretch: NDArray[np.int64]
    score: NDArray[np.float64]
    u: NDArray[np.int32]
    v: NDArray[np.int32]
    back: NDArray[np.int64]

    def take(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> _Frontier:
        """Return some of the histories."""
        return _Frontier(self.stretch[rows], self.score[rows], self.u[rows], self.v[rows], self.back[rows])


def _stretches(candidates: Candidates) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Group candidates that lie so close that one's words stand in the other's context.

    Returns each stretch's first token, and the token after its last.
    """
    stops = np.maximum.accumulate(candidates.start + candidates.length)
    new = np.ones(len(candidates), dtype=bool)
    new[1:] = candidates.start[1:] > stops[:-1] + _REACH
    last = stops[np.concatenate((np.flatnonzero(new)[1:] - 1, [len(candidates) - 1]))]
    return candidates.start[new], last


class _Lattice:
    """Every history ever made: the one before it, the candidate that it took, and the step at which it waits."""

    def __init__(self, start: _Frontier) -> None:
        self._waiting: dict[int, list[_Frontier]] = {0: [start]}
        self._before: list[NDArray[np.int64]] = []
        self._taken: list[NDArray[np.int64]] = []
        self._made = 0

    def arrived(self, step: int) -> _Frontier | None:
        """Return the best histories that wait at a step, those of each stretch best first; None if there are none."""
        arrived = self._waiting.pop(step, None)
        return None if arrived is None else _prune(arrived)

    def add(self, histories: _Frontier, taken: NDArray[np.int64], steps: NDArray[np.int64]) -> None:
        """Add histories, whose `back` are those before them; `taken` are candidates, -1 if the word stays."""
        rows = np.arange(len(taken)) + self._made
        self._before.append(histories.back)
        self._taken.append(taken)
        self._made += len(taken)
        added = replace(histories, back=rows)
        for step in sorted(set(steps.tolist())):
            self._waiting.setdefault(step, []).append(added.take(steps == step))

    def candidates(self, last: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the candidates that the given histories took, in order."""
        before, taken = np.concatenate(self._before), np.concatenate(self._taken)
        chosen = [np.zeros(0, dtype=np.int64)]
        at = last[last >= 0]
        while len(at):
            chosen.append(taken[at][taken[at] >= 0])
            at = before[at]
            at = at[at >= 0]
        return np.sort(np.concatenate(chosen))


@dataclass(frozen=True)
class _Choices:
    """The steps that may follow a history at one place: the word there stays, or a candidate that begins there.

    Attributes
    ----------
    first_edge : int64 (n + 1,), the first candidate at each token
    bias : float64 (m,), of each candidate, the part of its gain that is not the language model's
    """

    language_model: LanguageModel
    channel: Channel
    ids: NDArray[np.int32]
    candidates: Candidates
    first_edge: NDArray[np.int64]
    bias: NDArray[np.float64]
    weight: float

    def following(self, f: _Frontier, place: NDArray[np.int64]) -> tuple[_Frontier, NDArray[np.int64]]:
        """Return the histories after the words that stand at their places, and after the candidates that begin there.

        And the candidate that each took, int64, -1 if the word stays.
        """
        n = len(place)
        count = self.first_edge[place + 1] - self.first_edge[place]
        replaced = np.repeat(np.arange(n), count)
        edge = self.first_edge[place][replaced] + places_within(count)
        history = np.concatenate((np.arange(n), replaced))
        sequences, rows = self.channel.sequences, self.candidates.original[edge]
        lengths, offsets = sequences.lengths[rows], sequences.offsets[rows]
        u, v, total = f.u[history], f.v[history], f.score[history]
        total[n:] += self.bias[edge]
        # Asking the language model costs a call more than it costs a word: the first words are asked about together.
        word = np.concatenate((self.ids[place], sequences.values[offsets]))
        total += self.weight * self.language_model.trigram(u, v, word)
        u, v = v, word
        for i in range(1, int(lengths.max(initial=1))):
            on = np.flatnonzero(lengths > i)
            word = sequences.values[offsets[on] + i]
            on += n
            total[on] += self.weight * self.language_model.trigram(u[on], v[on], word)
            u[on], v[on] = v[on], word
        taken = np.concatenate((np.full(n, -1), edge))
        return _Frontier(f.stretch[history], total, u, v, f.back[history]), taken


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
    weight : log10 odds for one power of ten of the language model's joint gain
    """
    if not len(candidates):
        return np.zeros(0, dtype=np.int64)
    ids = features.batch.ids
    first, last = _stretches(candidates)
    n = len(first)
    steps = last + _REACH - first
    bias = (gain - weight * lm_gain).astype(np.float64)
    first_edge = np.searchsorted(candidates.start, np.arange(len(ids) + 1))
    choices = _Choices(language_model, channel, ids, candidates, first_edge, bias, weight)
    u, v = (ids[first - i].astype(np.int32) for i in (2, 1))
    lattice = _Lattice(_Frontier(np.arange(n), np.zeros(n), u, v, np.full(n, -1)))
    best = np.full(n, -1, dtype=np.int64)
    # All stretches advance together, a token a step. A history stays with the word there and waits at the next step,
    # or takes a candidate and waits behind it. Those that reach the end of their stretch compete for the best.
    for step in range(int(steps.max()) + 1):
        f = lattice.arrived(step)
        if f is None:
            continue
        done = steps[f.stretch] == step
        ended = np.flatnonzero(done)
        winners = ended[np.unique(f.stretch[ended], return_index=True)[1]]
        best[f.stretch[winners]] = f.back[winners]
        f = f.take(~done)
        place = first[f.stretch] + step
        reached, taken = choices.following(f, place)
        lattice.add(reached, taken, step + np.where(taken < 0, 1, candidates.length[taken]))
    return lattice.candidates(best)


def _prune(arrived: list[_Frontier]) -> _Frontier:
    """Keep the best BEAM histories of each stretch, one for each pair of last words, best first."""
    stretch = np.concatenate([f.stretch for f in arrived])
    score = np.concatenate([f.score for f in arrived])
    u = np.concatenate([f.u for f in arrived])
    v = np.concatenate([f.v for f in arrived])
    back = np.concatenate([f.back for f in arrived])
    # Sorted so that histories with the same last words lie side by side, the best of them first, which is kept.
    order = np.lexsort((-score, v, u, stretch))
    s, a, b = stretch[order], u[order], v[order]
    fresh = np.ones(len(order), dtype=bool)
    fresh[1:] = (s[1:] != s[:-1]) | (a[1:] != a[:-1]) | (b[1:] != b[:-1])
    order = order[fresh]
    # Sorted anew by stretch and score; the rank is the place within the stretch.
    order = order[np.lexsort((-score[order], stretch[order]))]
    s = stretch[order]
    start = np.concatenate(([0], np.flatnonzero(s[1:] != s[:-1]) + 1))
    rank = np.arange(len(s)) - np.repeat(start, np.diff(np.concatenate((start, [len(s)]))))
    order = order[rank < BEAM]
    return _Frontier(stretch[order], score[order], u[order], v[order], back[order])
