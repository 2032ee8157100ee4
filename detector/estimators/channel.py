"""The noisy channel: which originals a spinner may have replaced by a wording.

A substitute of one to five words leads to its possible originals, each with log10 P(substitute | original) and the
source that knows the pair. Built by `training.channel`; read here as arrays, matched in batches.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from detector.estimators.static_function import StaticFunction
from detector.text.tokens import HYPHENATED, WORD, TokenBatch
from detector.text.vocabulary import BOUNDARY

__all__ = [
    "ENTRY_BITS",
    "FREQUENCY_STEP",
    "MAX_WORDS",
    "SOURCES",
    "Candidates",
    "Channel",
    "Ragged",
    "sequence_keys",
]

MAX_WORDS = 5
ENTRY_BITS = 20

# The sources that know a pair of wordings, strongest first; a pair that several know keeps the strongest. A pair that
# stands in both a spintax list and a thesaurus is `agreed`.
SOURCES = ("observed", "aligned", "agreed", "spintax", "wordnet", "mythes", "neighbour")

FREQUENCY_STEP = 0.04  # of the Zipf scale, log10 of occurrences per billion words
WEIGHT_STEP = 0.05  # log10; weights lie between -6.35 and 0 in an unsigned byte


@dataclass(frozen=True)
class Ragged:
    """Rows of up to 255 values, end to end: row i is values[offsets[i]:offsets[i + 1]]."""

    sizes: NDArray[np.uint8]
    values: NDArray[np.int32]

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """Length of each row, int64 (rows,)."""
        return self.sizes.astype(np.int64)

    @cached_property
    def offsets(self) -> NDArray[np.int64]:
        """The start of each row, and the end of the last, int64 (rows + 1,)."""
        return np.concatenate(([0], np.cumsum(self.lengths)))

    def take(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Return the values of `rows`, end to end, and the length of each."""
        lengths = self.lengths[rows]
        ends = np.cumsum(lengths)
        within = np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - lengths, lengths)
        return self.values[np.repeat(self.offsets[rows], lengths) + within], lengths


def sequence_keys(
    ids: NDArray[np.int32], starts: NDArray[np.int64], lengths: NDArray[np.int64] | int
) -> NDArray[np.uint64]:
    """Return a 64-bit key of the ids from each start, as many as `lengths` says."""
    lengths = np.broadcast_to(np.asarray(lengths, dtype=np.int64), starts.shape)
    key = lengths.astype(np.uint64)
    for i in range(int(lengths.max(initial=0))):
        on = slice(None) if i < lengths.min(initial=0) else np.flatnonzero(lengths > i)
        mixed = (key[on] ^ ids[starts[on] + i].astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        key[on] = mixed ^ (mixed >> np.uint64(29))
    return key


@dataclass(frozen=True)
class Candidates:
    """Possible substitutions in a batch, one row each, ordered by place.

    Attributes
    ----------
    start : int64 (m,), first token of the substitute; length : int64 (m,), its tokens
    entry : int64 (m,), the substitute; original : int64 (m,), the original; rows of `Channel.sequences`
    log10_weight : float32 (m,), log10 P(substitute | original)
    source : uint8 (m,), index into SOURCES
    """

    start: NDArray[np.int64]
    length: NDArray[np.int64]
    entry: NDArray[np.int64]
    original: NDArray[np.int64]
    log10_weight: NDArray[np.float32]
    source: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.start)

    @cached_property
    def matches(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The first row of each match, a place and length that several originals share, and each row's match (m,)."""
        new = np.ones(len(self), dtype=bool)
        new[1:] = (np.diff(self.start) != 0) | (np.diff(self.length) != 0)
        return np.flatnonzero(new), np.cumsum(new) - 1

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Candidates:
        """Return the given rows."""
        return Candidates(
            self.start[rows],
            self.length[rows],
            self.entry[rows],
            self.original[rows],
            self.log10_weight[rows],
            self.source[rows],
        )


@dataclass(frozen=True)
class Channel:
    """Substitutes and their originals.

    Attributes
    ----------
    sequences : Ragged, word ids of every substitute (the first rows, in order) and original
    frequency : uint8, aligned with the rows of `sequences`; how common each wording is in human text, in steps of
        FREQUENCY_STEP on the Zipf scale
    entries : Ragged, row e lists the originals (rows of `sequences`) of substitute e
    weights : uint8, aligned with entries.values; log10 P(substitute | original) = -WEIGHT_STEP * weight
    sources : uint8, aligned with entries.values
    phrases : static function from the key of a substitute of several words to its row
    """

    sequences: Ragged
    frequency: NDArray[np.uint8]
    entries: Ragged
    weights: NDArray[np.uint8]
    sources: NDArray[np.uint8]
    phrases: StaticFunction

    @cached_property
    def zipf(self) -> NDArray[np.float32]:
        """How common each row of `sequences` is in human text, Zipf scale, float32; 0 for one that never occurs."""
        return self.frequency * np.float32(FREQUENCY_STEP)

    @property
    def n_entries(self) -> int:
        """Number of substitutes."""
        return len(self.entries.sizes)

    @cached_property
    def _single(self) -> NDArray[np.int32]:
        """Row of each word as a substitute of its own, -1 if it is none."""
        lengths = self.sequences.lengths[: self.n_entries]
        rows = np.flatnonzero(lengths == 1)
        words = self.sequences.values[self.sequences.offsets[rows]]
        table = np.full(1 << 17, -1, dtype=np.int32)
        table[words] = rows
        return table

    @cached_property
    def _opens(self) -> NDArray[np.uint8]:
        """Bit n of a word: some substitute of n words begins with it."""
        lengths = self.sequences.lengths[: self.n_entries]
        table = np.zeros(1 << 17, dtype=np.uint8)
        first = self.sequences.values[self.sequences.offsets[: self.n_entries]]
        np.bitwise_or.at(table, first, (1 << lengths).astype(np.uint8))
        return table

    def match(
        self, batch: TokenBatch, wanted: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Return start, length and entry of every substitute that stands in the batch.

        A single word beside a hyphen is not a match: spinners leave those alone. A match must hold one of the
        `wanted` tokens (n,), if they are given.
        """
        ids = batch.ids
        n = len(ids)
        word = (batch.shape & WORD) != 0
        loose = word & ((batch.shape & HYPHENATED) == 0)
        single = np.flatnonzero(loose if wanted is None else loose & wanted)
        single = single[self._single[ids[single]] >= 0]
        # Every place and length at which some phrase may stand: it fits, holds a wanted token, and runs over
        # no boundary.
        opens = self._opens[ids]
        opens[~word] = 0
        several = np.flatnonzero(opens >> 2)
        which, bit = np.nonzero((opens[several, None] >> np.arange(2, MAX_WORDS + 1, dtype=np.uint8)) & 1)
        place, length_ = several[which], bit + 2
        stop = place + length_
        fits = stop <= n
        place, length_, stop = place[fits], length_[fits], stop[fits]
        running = np.zeros(n + 1, dtype=np.int64)
        np.cumsum(ids == BOUNDARY, out=running[1:])
        fits = running[stop] == running[place]
        if wanted is not None:
            np.cumsum(wanted, out=running[1:])
            fits &= running[stop] > running[place]
        place, length_ = place[fits], length_[fits]
        entry, found = self.phrases.lookup(sequence_keys(ids, place, length_))
        # The fingerprint lets one phrase in thousands through by chance: compare the words themselves.
        found &= entry < self.n_entries
        place, length_, entry = place[found], length_[found], entry[found].astype(np.int64)
        same = self.sequences.lengths[entry] == length_
        place, length_, entry = place[same], length_[same], entry[same]
        same = np.ones(len(place), dtype=bool)
        for i in range(int(length_.max(initial=0))):
            inside = np.minimum(i, length_ - 1)
            same &= self.sequences.values[self.sequences.offsets[entry] + inside] == ids[place + inside]
        start = np.concatenate((single, place[same]))
        order = np.argsort(start, kind="stable")
        return (
            start[order],
            np.concatenate((np.ones(len(single), dtype=np.int64), length_[same]))[order],
            np.concatenate((self._single[ids[single]].astype(np.int64), entry[same]))[order],
        )

    def candidates(
        self,
        batch: TokenBatch,
        pair_mask: NDArray[np.bool_] | None = None,
        wanted: NDArray[np.bool_] | None = None,
    ) -> Candidates:
        """Return every original of every substitute that stands in the batch.

        `pair_mask` (aligned with entries.values) and `wanted` (n,) limit them to those pairs, and to substitutes that
        hold one of those tokens.
        """
        start, length, entry = self.match(batch, wanted)
        sizes = self.entries.lengths[entry]
        ends = np.cumsum(sizes)
        within = np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - sizes, sizes)
        at = np.repeat(self.entries.offsets[entry], sizes) + within
        starts, lengths, entries = (np.repeat(x, sizes) for x in (start, length, entry))
        if pair_mask is not None:
            keep = pair_mask[at]
            starts, lengths, entries, at = starts[keep], lengths[keep], entries[keep], at[keep]
        return Candidates(
            starts,
            lengths,
            entries,
            self.entries.values[at].astype(np.int64),
            self.weights[at].astype(np.float32) * np.float32(-WEIGHT_STEP),
            self.sources[at],
        )

    def words_of(self, original: int) -> NDArray[np.int32]:
        """Return the word ids of one row of `sequences`."""
        o = self.sequences.offsets
        return self.sequences.values[o[original] : o[original + 1]]
