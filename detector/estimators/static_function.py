"""A static function: values for a fixed set of 64-bit keys in little more than the values' own space.

Each key's value is the exclusive-or of three table slots (Chazelle et al. 2004, "The Bloomier filter"; the sizing of
Graf & Lemire 2020, "Xor filters"). Keys are not stored: the high bits of each slot are a fingerprint, so that a key
outside the set is recognised, with a false-positive rate of 2**-fingerprint_bits. Lookups are three gathers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["StaticFunction"]

_LOAD = 1.23  # slots for each key; below about 1.222 the peeling that builds the table fails (Graf & Lemire 2020)
_MASK32 = np.uint64(0xFFFFFFFF)


def _mix(keys: NDArray[np.uint64], seed: int) -> NDArray[np.uint64]:
    """Scatter 64-bit keys (the finaliser of splitmix64)."""
    x = keys ^ np.uint64(seed * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF)
    x ^= x >> np.uint64(30)
    x *= np.uint64(0xBF58476D1CE4E5B9)
    x ^= x >> np.uint64(27)
    x *= np.uint64(0x94D049BB133111EB)
    x ^= x >> np.uint64(31)
    return x


def _slots(mixed: NDArray[np.uint64], segment: int) -> NDArray[np.int64]:
    """Return one slot in each third of the table, int64 (3, ...)."""
    # Three overlapping pieces of 32 bits, each scaled to a slot of its third: (piece * segment) >> 32.
    thirds = np.empty((3, *mixed.shape), dtype=np.uint64)
    np.bitwise_and(mixed, _MASK32, out=thirds[0])
    np.right_shift(mixed, np.uint64(16), out=thirds[1])
    thirds[1] &= _MASK32
    np.right_shift(mixed, np.uint64(32), out=thirds[2])
    thirds *= np.uint64(segment)
    thirds >>= np.uint64(32)
    slots = thirds.view(np.int64)
    slots[1] += segment
    slots[2] += 2 * segment
    return slots


def _fingerprints(mixed: NDArray[np.uint64], bits: int) -> NDArray[np.uint64]:
    # A product folds all 64 bits into its top ones, so that keys that share slots differ here.
    return (mixed * np.uint64(0xD6E8FEB86659FD93)) >> np.uint64(64 - bits)


@dataclass(frozen=True)
class StaticFunction:
    """A map from 64-bit keys to small unsigned values.

    Attributes
    ----------
    table : uint16 or uint32 (slots,); fingerprint in the high bits, value in the low `value_bits`
    value_bits : width of the values
    seed : the one with which the construction succeeded
    """

    table: NDArray[np.uint16] | NDArray[np.uint32]
    value_bits: int
    seed: int

    @property
    def fingerprint_bits(self) -> int:
        """Bits of each slot that distinguish a key of the set from one outside it."""
        return self.table.dtype.itemsize * 8 - self.value_bits

    @classmethod
    def build(
        cls, keys: NDArray[np.uint64], values: NDArray[np.uint64], value_bits: int, dtype: type = np.uint32
    ) -> StaticFunction:
        """Return the function that maps the distinct `keys` (n,) to `values` (n,).

        >>> import numpy as np
        >>> f = StaticFunction.build(np.array([7, 9], np.uint64), np.array([1, 2], np.uint64), 8)
        >>> f.lookup(np.array([9, 7, 8], np.uint64))[1].tolist()
        [True, True, False]
        """
        n = len(keys)
        segment = int(_LOAD * n / 3) + 11
        for seed in range(1, 64):
            mixed = _mix(keys, seed)
            slots = _slots(mixed, segment)
            rounds = _peel(slots, 3 * segment)
            if rounds is None:
                continue
            bits = np.dtype(dtype).itemsize * 8 - value_bits
            words = (_fingerprints(mixed, bits) << np.uint64(value_bits)) | values.astype(np.uint64)
            words = words.astype(dtype)
            table: NDArray[Any] = np.zeros(3 * segment, dtype=dtype)
            for peeled, owner in reversed(rounds):
                # The owner slot is still zero, so all three may be read.
                others = table[slots[0][peeled]] ^ table[slots[1][peeled]] ^ table[slots[2][peeled]]
                table[owner] = words[peeled] ^ others
            return cls(table, value_bits, seed)
        raise ValueError(f"no static function for {n} keys in 63 tries: are the keys distinct?")

    def lookup(self, keys: NDArray[np.uint64]) -> tuple[NDArray[np.uint32], NDArray[np.bool_]]:
        """Return the value of each key and whether the key is in the set; any shape.

        The value of a key outside the set means nothing.
        """
        mixed = _mix(keys, self.seed)
        segment = len(self.table) // 3
        a, b, c = self.table[_slots(mixed, segment)]
        word = (a ^ b ^ c).astype(np.uint32)
        bits = self.fingerprint_bits
        found = (word >> np.uint32(self.value_bits)) == _fingerprints(mixed, bits).astype(np.uint32)
        return word & np.uint32((1 << self.value_bits) - 1), found


def _peel(slots: NDArray[np.int64], size: int) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]] | None:
    """Order the keys so that each, in its turn, is alone in some slot; None if that is impossible.

    Whole rounds at a time: all keys that are alone in a slot now. Slots hold the number of their keys and the sum of
    the keys' indices, which is the key itself if it is alone.
    """
    n = len(slots[0])
    degree = np.zeros(size, dtype=np.int32)
    total = np.zeros(size, dtype=np.int64)
    for s in slots:
        degree += np.bincount(s, minlength=size).astype(np.int32)
        total += np.bincount(s, weights=np.arange(n), minlength=size).astype(np.int64)
    rounds = []
    left = n
    candidates = np.flatnonzero(degree == 1)
    while len(candidates):
        peeled, first = np.unique(total[candidates], return_index=True)
        rounds.append((peeled, candidates[first]))
        left -= len(peeled)
        touched = np.concatenate([s[peeled] for s in slots])
        np.subtract.at(degree, touched, 1)
        np.subtract.at(total, touched, np.tile(peeled, 3))
        candidates = np.unique(touched)
        candidates = candidates[degree[candidates] == 1]
    return rounds if left == 0 else None
