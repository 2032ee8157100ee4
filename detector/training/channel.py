"""Estimate the channel: P(substitute | original) from observed pairs, aligned phrases and thesauri.

Whole observed phrases are aligned block by block with expectation maximisation: blocks of up to three words a side
in the same order, each block's probability shared between all phrases that have it, backed off to the
thesauri and to the blocks' lengths.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.estimators.channel import (
    ENTRY_BITS,
    FREQUENCY_STEP,
    MAX_WORDS,
    SOURCES,
    WEIGHT_STEP,
    Channel,
    Ragged,
    phrase_rows,
    sequence_keys,
)
from detector.estimators.language_model import ID_BITS
from detector.text.tokens import iter_pieces
from detector.text.vocabulary import NAME, UNKNOWN, Vocabulary

__all__ = ["ChannelPair", "Words", "align", "build_channel", "phrase_counts", "words_of"]

Words = tuple[str, ...]

# Prior probability of a block by its lengths (original words, substitute words), when nothing else is known.
# Most spinners replace word by word; insertions and deletions are rarer the longer they are.
_LENGTH_PRIOR = {
    (1, 1): 1e-3,
    (1, 2): 3e-4,
    (2, 1): 3e-4,
    (1, 3): 5e-5,
    (3, 1): 5e-5,
    (2, 2): 2e-6,
    (2, 3): 1e-6,
    (3, 2): 1e-6,
    (3, 3): 1e-8,
}
_ROUNDS = 6  # of expectation maximisation
_UNCHANGED_PRIOR = 0.5  # a word that stands on both sides was most likely left alone
_KNOWN_PRIOR = 0.05  # a thesaurus lists the two as synonyms
# Marks that may stand at the edge of a wording; "%" and "&" are read as words.
_MARKS = frozenset("-–—()[]{}\"'“”‘’.,;:!?/\\*")
_CANDIDATES = 16  # originals that are kept for one substitute
# Entries of thesauri are candidates only if the original is common enough: spinners replace everyday words, and
# "dyadic" for "2" costs time at every "2". The last powers of ten that paid on dev.
_LISTED = frozenset({"agreed", "spintax", "wordnet", "mythes", "neighbour"})
_MIN_PRIOR = -2.5
_SOURCE_STEP = 0.4  # log10 by which each source counts less than the one before it


@dataclass(frozen=True, slots=True)
class ChannelPair:
    """A substitution that a spinner may make: `original` became `substitute`."""

    original: Words
    substitute: Words
    source: str
    log10_weight: float


def words_of(phrase: str) -> Words:
    """Return the pieces of a phrase without white space.

    >>> words_of("Bill Gates's")
    ('bill', 'gates', "'s")
    """
    return tuple(p for p in iter_pieces(phrase) if not p.isspace())


def align(
    pairs: Sequence[tuple[Words, Words]], synonyms: Mapping[str, frozenset[str]]
) -> dict[tuple[Words, Words], float]:
    """Return the expected count of each changed block (original, substitute) over all phrase pairs.

    `synonyms` maps a word to its synonyms in the thesauri.
    """

    def prior(o: Words, s: Words) -> float:
        if len(o) == len(s) == 1:
            if o == s:
                return _UNCHANGED_PRIOR
            if s[0] in synonyms.get(o[0], ()):
                return _KNOWN_PRIOR
        return _LENGTH_PRIOR[len(o), len(s)]

    table: dict[tuple[Words, Words], float] = {}
    counts: dict[tuple[Words, Words], float] = {}
    for _ in range(_ROUNDS):
        counts = defaultdict(float)
        for original, substitute in pairs:
            for block, weight in _expected_blocks(original, substitute, table, prior):
                counts[block] += weight
        totals: dict[Words, float] = defaultdict(float)
        for (o, _s), c in counts.items():
            totals[o] += c
        # One pseudo-count of the prior: a block seen once is believed half.
        table = {(o, s): (c + prior(o, s)) / (totals[o] + 1) for (o, s), c in counts.items()}
    return {(o, s): c for (o, s), c in counts.items() if o != s}


def _expected_blocks(
    original: Words,
    substitute: Words,
    table: Mapping[tuple[Words, Words], float],
    prior: Callable[[Words, Words], float],
) -> Iterable[tuple[tuple[Words, Words], float]]:
    """Yield each block of every monotone segmentation with its posterior probability (forward-backward)."""
    n, m = len(original), len(substitute)
    blocks = []
    forward = np.zeros((n + 1, m + 1))
    forward[0, 0] = 1.0
    for i in range(n):
        for j in range(m):
            if forward[i, j] == 0.0:
                continue
            for a in (1, 2, 3):
                for b in (1, 2, 3):
                    if i + a > n or j + b > m:
                        continue
                    block = (original[i : i + a], substitute[j : j + b])
                    p = table.get(block) or prior(*block)
                    forward[i + a, j + b] += forward[i, j] * p
                    blocks.append((i, j, a, b, block, p))
    total = forward[n, m]
    if total <= 0:
        return
    backward = np.zeros((n + 1, m + 1))
    backward[n, m] = 1.0
    for i, j, a, b, _, p in reversed(blocks):
        backward[i, j] += p * backward[i + a, j + b]
    for i, j, a, b, block, p in blocks:
        weight = forward[i, j] * p * backward[i + a, j + b] / total
        if weight > 1e-4:
            yield block, weight


def build_channel(pairs: Iterable[ChannelPair], vocabulary: Vocabulary, ids: NDArray[np.int32]) -> Channel:
    """Return the channel of all pairs whose every word the vocabulary lists.

    No pair gains or loses a mark at either end. A pair that several sources know keeps the strongest source and its
    weight. Each substitute keeps its best originals: by source, then weight, then how common the original is. `ids`
    is human text, in which every wording is counted.
    """
    best = _strongest_sources(pairs, vocabulary)
    wordings = sorted({w for pair in best for w in pair})
    counts = phrase_counts(ids, [vocabulary.ids_of(w) for w in wordings])
    zipf = dict(zip(wordings, _zipf(counts, int(np.count_nonzero(ids))).tolist(), strict=True))
    by_substitute: dict[Words, list[tuple[float, int, float, Words]]] = defaultdict(list)
    for (substitute, original), (source, cost) in best.items():
        # log10 of how often the substitute was the original, against how often it stands for itself.
        prior = zipf[original] - cost - zipf[substitute]
        if SOURCES[source] in _LISTED and prior < _MIN_PRIOR:
            continue
        by_substitute[substitute].append((_SOURCE_STEP * source - prior, source, cost, original))

    substitutes = sorted(by_substitute)
    row = {s: i for i, s in enumerate(substitutes)}
    entries = [sorted(by_substitute[substitute])[:_CANDIDATES] for substitute in substitutes]
    values, weights, sources = [], [], []
    for _, source, cost, original in (entry for listed in entries for entry in listed):
        values.append(row.setdefault(original, len(row)))
        weights.append(min(127, max(0, math.floor(cost / WEIGHT_STEP + 0.5))))
        sources.append(source)
    if len(row) >= 1 << ENTRY_BITS:
        raise ValueError(f"{len(row)} wordings do not fit {ENTRY_BITS} bits")
    sequences = Ragged(
        np.array([len(words) for words in row], dtype=np.uint8),
        np.array([vocabulary[w] for words in row for w in words], dtype=np.int32),
    )
    frequency = np.array([zipf[words] for words in row]) / FREQUENCY_STEP
    return Channel(
        sequences,
        np.clip(np.rint(frequency), 0, 255).astype(np.uint8),
        Ragged(np.array([len(listed) for listed in entries], dtype=np.uint8), np.array(values, dtype=np.int32)),
        np.array(weights, dtype=np.uint8),
        np.array(sources, dtype=np.uint8),
        phrase_rows(sequences, len(substitutes)),
    )


def _strongest_sources(
    pairs: Iterable[ChannelPair], vocabulary: Vocabulary
) -> dict[tuple[Words, Words], tuple[int, float]]:
    """Return (substitute, original) → number of the strongest source that knows the pair, and -log10 of its weight."""
    best: dict[tuple[Words, Words], tuple[int, float]] = {}
    for pair in pairs:
        if pair.original == pair.substitute or not 0 < len(pair.substitute) <= MAX_WORDS:
            continue
        if not 0 < len(pair.original) <= MAX_WORDS:
            continue
        if _edge_marks(pair.original) != _edge_marks(pair.substitute):
            continue  # part of a phrase that was cut amiss: "( cnn )" for "network", "touchy" for "- sensitive"
        if any(vocabulary[w] in (UNKNOWN, NAME) for w in (*pair.original, *pair.substitute)):
            continue
        key = (pair.substitute, pair.original)
        rank = (SOURCES.index(pair.source), -pair.log10_weight)
        if key not in best or rank < best[key]:
            best[key] = rank
    return best


def _edge_marks(words: Words) -> tuple[str, str]:
    """Return the marks with which a wording begins and ends, "" at an end that is a word.

    >>> _edge_marks(words_of("based on (CNN)"))
    ('', ')')
    """
    first, last = (w if w[0] in _MARKS else "" for w in (words[0], words[-1]))
    return first, last


def _zipf(counts: NDArray[np.int64], total: int) -> NDArray[np.float64]:
    """Return counts among `total` words on the Zipf scale, 0 for a count of 0."""
    return np.log10(np.maximum(counts, 1) / total * 1e9) * (counts > 0)


def phrase_counts(ids: NDArray[np.int32], phrases: Sequence[Sequence[int] | NDArray[np.int32]]) -> NDArray[np.int64]:
    """Return how often each phrase of word ids stands in a token stream, int64 (len(phrases),)."""
    counts = np.zeros(len(phrases), dtype=np.int64)
    by_length: dict[int, list[int]] = defaultdict(list)
    for row, phrase in enumerate(phrases):
        by_length[len(phrase)].append(row)
    for length, rows in by_length.items():
        wanted = np.array([phrases[r] for r in rows], dtype=np.int32)
        keys = sequence_keys(wanted.ravel(), np.arange(len(rows)) * length, length)
        distinct = np.unique(keys)
        opens = np.zeros(1 << ID_BITS, dtype=bool)
        opens[wanted[:, 0]] = True
        # Only places where some phrase may begin get a key, which is looked up among the phrases'.
        starts = np.flatnonzero(opens[ids[: len(ids) - length + 1]])
        hits = np.zeros(len(distinct), dtype=np.int64)
        for part in np.array_split(starts, max(1, len(starts) >> 22)):
            stream_keys = sequence_keys(ids, part, length)
            at = np.minimum(np.searchsorted(distinct, stream_keys), len(distinct) - 1)
            hits += np.bincount(at[distinct[at] == stream_keys], minlength=len(distinct))
        counts[np.array(rows)] = hits[np.searchsorted(distinct, keys)]
    return counts
