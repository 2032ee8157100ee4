"""The noisy channel: which originals a spinner may have replaced by a wording.

A substitute of one to seven words leads to its possible originals, each with log10 P(substitute | original) and the
source that knows the pair. Built by `training.channel`; read here as arrays, matched in batches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from detector.estimators.static_function import StaticFunction
from detector.text.runs import places_within
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
    "pair_keys",
    "phrase_rows",
    "sequence_keys",
    "split_pair_keys",
]

MAX_WORDS = 7  # "keeping in mind the end goal to" has seven; a bit of `Channel._opens` each
ENTRY_BITS = 20
_ORIGINAL = (1 << ENTRY_BITS) - 1

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
        return self.values[np.repeat(self.offsets[rows], lengths) + places_within(lengths)], lengths


def pair_keys(entry: NDArray[np.integer], original: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return one number for each pair of an entry (a substitute) and an original, int64."""
    out: NDArray[np.int64] = (entry.astype(np.int64) << ENTRY_BITS) | original
    return out


def split_pair_keys(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the entries and the originals of `pair_keys`."""
    return keys >> ENTRY_BITS, keys & _ORIGINAL


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


def phrase_rows(sequences: Ragged, n_substitutes: int) -> StaticFunction:
    """Return the map from each substitute of several words to its row; the substitutes are the first sequences."""
    rows = np.flatnonzero(sequences.lengths[:n_substitutes] > 1)
    keys = sequence_keys(sequences.values, sequences.offsets[rows], sequences.lengths[rows])
    return StaticFunction.build(keys, rows.astype(np.uint64), ENTRY_BITS, np.uint32)


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
        """Row of each word as a substitute of one word, -1 if there is no such substitute."""
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
        # Every place and length of a possible phrase: inside the batch, with a wanted token, without a boundary.
        # The bits of `opens` are the lengths of the phrases that begin with a word.
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
        # Each match becomes as many rows as its entry lists originals: `at` is the place of each in the list.
        at = np.repeat(self.entries.offsets[entry], sizes) + places_within(sizes)
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

    def weights_of(self, entry: NDArray[np.int64], original: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return log10 P(substitute | original) of pairs that the channel lists, float32 (pairs,)."""
        of_value = np.repeat(np.arange(self.n_entries), self.entries.lengths)
        keys = pair_keys(of_value, self.entries.values)
        order = np.argsort(keys)
        at = order[np.searchsorted(keys, pair_keys(entry, original), sorter=order)]
        return self.weights[at].astype(np.float32) * np.float32(-WEIGHT_STEP)

    def rows_of(self, wordings: Sequence[NDArray[np.int32]]) -> NDArray[np.int64]:
        """Return the first row of `sequences` that has the ids of each wording, -1 if there is none."""
        if not wordings:
            return np.zeros(0, dtype=np.int64)
        s = self.sequences
        keys = sequence_keys(s.values, s.offsets[:-1], s.lengths)
        order = np.argsort(keys, kind="stable")
        # Wordings are looked up by a key of their ids; keys may collide, so that the ids themselves decide.
        given = _ragged(wordings)
        wanted = sequence_keys(given.values, given.offsets[:-1], given.lengths)
        at = np.minimum(np.searchsorted(keys, wanted, sorter=order), len(order) - 1)
        rows = order[at]
        same = [np.array_equal(self.words_of(row), ids) for row, ids in zip(rows.tolist(), wordings, strict=True)]
        return np.where(same, rows, -1)

    def with_pairs(
        self,
        substitutes: Sequence[NDArray[np.int32]],
        originals: Sequence[NDArray[np.int32]],
        frequency: Sequence[int],
    ) -> tuple[Channel, NDArray[np.int64], NDArray[np.int64]]:
        """Return a channel that knows these pairs too, and the rows of the substitute and original of each in it.

        Parameters
        ----------
        substitutes, originals : word ids of both wordings of each pair
        frequency : of the substitutes and then of the originals, for those that are new
        """
        n = self.n_entries
        rows = self.rows_of([*substitutes, *originals])
        entry, original = np.split(rows, [len(substitutes)])
        # New substitutes go behind the old ones, new originals to the end; what lies between moves.
        new_entry, which_entry = _new(substitutes, (entry < 0) | (entry >= n))
        new_original, which_original = _new(originals, original < 0)
        moved = len(new_entry)
        added = [substitutes[i] for i in new_entry], [originals[i] for i in new_original]
        sizes, values, common = self.sequences.sizes, self.sequences.values, self.frequency
        cut = int(self.sequences.offsets[n])
        first, last = (_ragged(x) for x in added)
        sequences = Ragged(
            np.concatenate((sizes[:n], first.sizes, sizes[n:], last.sizes)),
            np.concatenate((values[:cut], first.values, values[cut:], last.values)),
        )
        new_frequency = np.array(frequency, dtype=np.uint8)
        frequencies = np.concatenate(
            (
                common[:n],
                new_frequency[new_entry],
                common[n:],
                new_frequency[len(substitutes) + new_original],
            )
        )
        entry = np.where(which_entry >= 0, n + which_entry, entry)
        old_original = np.where(original >= n, original + moved, original)
        original = np.where(which_original >= 0, len(sizes) + moved + which_original, old_original)
        phrases = self.phrases
        if any(len(x) > 1 for x in added[0]):
            phrases = phrase_rows(sequences, n + moved)
        entries = Ragged(
            np.concatenate((self.entries.sizes, np.zeros(moved, dtype=np.uint8))),
            np.where(self.entries.values >= n, self.entries.values + moved, self.entries.values).astype(np.int32),
        )
        channel = Channel(sequences, frequencies, entries, self.weights, self.sources, phrases)
        return channel._listing(entry, original), entry, original

    def _listing(self, entry: NDArray[np.int64], original: NDArray[np.int64]) -> Channel:
        """Return the channel with the pairs that it does not list yet, each as certain as an observed one."""
        of_value = np.repeat(np.arange(self.n_entries), self.entries.lengths)
        listed = pair_keys(of_value, self.entries.values)
        at, value = split_pair_keys(np.setdiff1d(pair_keys(entry, original), listed))
        place = self.entries.offsets[at + 1]
        sizes = (self.entries.lengths + np.bincount(at, minlength=self.n_entries)).astype(np.uint8)
        entries = Ragged(sizes, np.insert(self.entries.values, place, value.astype(np.int32)))
        weights, sources = np.insert(self.weights, place, 0), np.insert(self.sources, place, 0)
        return Channel(self.sequences, self.frequency, entries, weights, sources, self.phrases)


def _ragged(wordings: Sequence[NDArray[np.int32]]) -> Ragged:
    sizes = np.array([len(x) for x in wordings], dtype=np.uint8)
    return Ragged(sizes, np.concatenate([np.zeros(0, dtype=np.int32), *wordings]).astype(np.int32))


def _new(
    wordings: Sequence[NDArray[np.int32]], is_new: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first place of each distinct new wording, and which of these each wording is, -1 for one not new."""
    first: dict[bytes, int] = {}
    places: list[int] = []
    which = np.full(len(wordings), -1, dtype=np.int64)
    for i in np.flatnonzero(is_new).tolist():
        key = wordings[i].tobytes()
        if key not in first:
            first[key] = len(places)
            places.append(i)
        which[i] = first[key]
    return np.array(places, dtype=np.int64), which
