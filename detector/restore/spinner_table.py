"""A spinner's pairs of wordings with their odds, as a table that people read, correct and share."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from detector.errors import InputError
from detector.estimators.channel import FREQUENCY_STEP, MAX_WORDS, Channel, pair_keys, split_pair_keys
from detector.files import open_regular, write_file
from detector.restore.profile import GroupedSums
from detector.restore.spinner import SpinnerCounts
from detector.restore.writing import write_words
from detector.scoring.tokens import FeatureExtractor, TokenFeatures
from detector.text.tokens import tokenize
from detector.text.vocabulary import BOUNDARY, SPECIAL_WORDS, Vocabulary

__all__ = ["KnownPairs", "KnownSpinner", "SpinnerPair", "SpinnerTable"]

_MIN_LOG10_ODDS, _MIN_EXPECTED = 0.3, 0.5  # of the pairs that a table lists
_DEFAULT_LOG10_ODDS = 2.0  # of a pair that someone has added without odds
_NEW_PHRASE_RARER = 1.0  # a new phrase is taken to be so many powers of ten rarer than its rarest word


@dataclass(frozen=True, slots=True)
class SpinnerPair:
    """One pair of a spinner's table.

    Attributes
    ----------
    substitute, original : the wordings
    log10_odds : by how many powers of ten the original is likelier in place of the substitute; negative for less
    times : expected number of places at which the substitute stands for the original, in the texts it was learnt from
    places : how often the substitute stands there
    original_places : how often the original stands there
    """

    substitute: str
    original: str
    log10_odds: float = _DEFAULT_LOG10_ODDS
    times: float = 0.0
    places: float = 0.0
    original_places: float = 0.0


_COLUMNS = tuple(f.name for f in fields(SpinnerPair))


def _number(value: str, column: str, where: str, default: float) -> float:
    if not value.strip():
        return default
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InputError(f"{where}: {column} is {value!r}, expected a number")
    return number


@dataclass(frozen=True)
class KnownPairs:
    """A table's pairs as the models know them.

    Attributes
    ----------
    channel : knows all of the pairs
    shifts : by substitute and original, as `SpinnerPair.log10_odds` has them
    left_out : pairs with a word outside the vocabulary, or with too many words
    """

    channel: Channel
    shifts: GroupedSums
    left_out: tuple[SpinnerPair, ...]

    def log10_shift(self, features: TokenFeatures) -> NDArray[np.float32]:
        """Return by how many powers of ten each candidate is likelier, float32 (m,).

        If the table has a substitute, originals that it does not list for it lose as much as the best listed one gains.
        """
        c = features.candidates
        if not len(c):
            return np.zeros(0, dtype=np.float32)
        keys = pair_keys(c.entry, c.original)
        shift = self.shifts.at(keys)[0]
        first, match = c.matches
        won = np.maximum(np.maximum.reduceat(shift, first), 0.0)[match]
        return np.where(np.isin(keys, self.shifts.keys), shift, -won).astype(np.float32)


KnownSpinner = KnownPairs | SpinnerCounts


@dataclass(frozen=True)
class SpinnerTable:
    """Pairs of wordings that a spinner is known by; `read` and `write` keep it as tab-separated values.

    >>> table = SpinnerTable.parse("substitute\\toriginal\\nbackyard\\tgarden\\n")
    >>> table.pairs[0].original, table.pairs[0].log10_odds
    ('garden', 2.0)
    """

    pairs: tuple[SpinnerPair, ...]

    @classmethod
    def from_counts(cls, counts: SpinnerCounts, extractor: FeatureExtractor) -> SpinnerTable:
        """Return the pairs for which there is evidence, the most frequent first."""
        channel, words = extractor.channel, extractor.vocabulary.words
        evidence, shift = counts.evidence(extractor)
        listed = np.flatnonzero((shift >= _MIN_LOG10_ODDS) & (evidence.pair >= _MIN_EXPECTED))
        order = listed[np.argsort(-evidence.pair[listed], kind="stable")]

        def written(row: int) -> str:
            return write_words([words[i] for i in channel.words_of(row).tolist()])

        entries, originals = (side.tolist() for side in split_pair_keys(counts.pairs.keys))
        return cls(
            tuple(
                SpinnerPair(
                    written(entries[i]),
                    written(originals[i]),
                    round(float(shift[i]), 2),
                    round(float(evidence.pair[i]), 1),
                    round(float(counts.pairs.totals[i, 0]), 1),
                    round(float(evidence.standing[i]), 1),
                )
                for i in order.tolist()
            )
        )

    @classmethod
    def parse(cls, text: str, name: str = "the table") -> SpinnerTable:
        """Return the table in tab-separated values, whose first line names the columns.

        Only `substitute` and `original` must be there; other columns than those of `SpinnerPair` are ignored. Raises
        InputError, with the line, for anything that is not such a table.
        """
        lines = io.StringIO(text.removeprefix("\ufeff"))
        try:
            rows = list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
        except csv.Error as error:  # a cell longer than any wording, a carriage return inside of one
            raise InputError(f"{name}: not tab-separated values: {error}") from None
        header = [x.strip() for x in rows[0]] if rows else []
        for column in _COLUMNS[:2]:
            if column not in header:
                raise InputError(
                    f"{name}: expected tab-separated values with a column {column!r}, got {header!r}; "
                    "`detector learn-spinner` writes such a table"
                )
        return cls(tuple(cls._pairs(rows[1:], header, name)))

    @staticmethod
    def _pairs(rows: Sequence[Sequence[str]], header: Sequence[str], name: str) -> Iterator[SpinnerPair]:
        defaults = dict(zip(_COLUMNS[2:], (_DEFAULT_LOG10_ODDS, 0.0, 0.0, 0.0), strict=True))
        for number, row in enumerate(rows, start=2):
            if not any(x.strip() for x in row):
                continue
            where = f"{name}, line {number}"
            cells = dict(zip(header, row, strict=False))
            substitute, original = (cells.get(column, "").strip() for column in _COLUMNS[:2])
            if not (substitute and original):
                raise InputError(f"{where}: a pair needs a substitute and an original, got {list(row)!r}")
            numbers = (_number(cells.get(c, ""), c, where, default) for c, default in defaults.items())
            yield SpinnerPair(substitute, original, *numbers)

    @classmethod
    def read(cls, path: Path | str) -> SpinnerTable:
        """Return the table in a file; raise InputError if the file cannot be read or is not a table."""
        try:
            with io.TextIOWrapper(open_regular(path), encoding="utf-8") as file:
                text = file.read()
        except InputError as error:
            raise InputError(f"{path}: {error}") from None
        except (OSError, ValueError) as error:
            raise InputError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
        return cls.parse(text, str(path))

    def to_tsv(self) -> str:
        """Return the table as tab-separated values, with the names of the columns in the first line."""
        lines = ["\t".join(_COLUMNS)]
        lines += ["\t".join(str(getattr(pair, column)) for column in _COLUMNS) for pair in self.pairs]
        return "\n".join(lines) + "\n"

    def write(self, path: Path | str) -> None:
        """Write the table to a file."""
        with write_file(path) as file:
            file.write(self.to_tsv())

    def known_pairs(self, extractor: FeatureExtractor) -> KnownPairs:
        """Return the pairs as the models know them, those that are new to them too."""
        vocabulary = extractor.vocabulary
        ids = [(_ids(p.substitute, vocabulary), _ids(p.original, vocabulary)) for p in self.pairs]
        known = [i for i, (a, b) in enumerate(ids) if _is_wording(a) and _is_wording(b)]
        substitutes, originals = ([ids[i][side] for i in known] for side in (0, 1))
        frequency = [_frequency(x, vocabulary) for x in (*substitutes, *originals)]
        channel, entry, original = extractor.channel.with_pairs(substitutes, originals, frequency)
        shift = np.array([self.pairs[i].log10_odds for i in known])
        # A pair that is listed twice counts once, as its last line says.
        key, last = np.unique(pair_keys(entry, original)[::-1], return_index=True)
        left_out = tuple(self.pairs[i] for i in sorted(set(range(len(ids))) - set(known)))
        return KnownPairs(channel, GroupedSums(key, shift[::-1][last][:, None]), left_out)


def _ids(wording: str, vocabulary: Vocabulary) -> NDArray[np.int32]:
    batch = tokenize([wording], vocabulary)
    out: NDArray[np.int32] = batch.ids[batch.ids != BOUNDARY]
    return out


def _is_wording(ids: NDArray[np.int32]) -> bool:
    return 0 < len(ids) <= MAX_WORDS and int(ids.min()) >= len(SPECIAL_WORDS)


def _frequency(ids: NDArray[np.int32], vocabulary: Vocabulary) -> int:
    """Return how common a new wording is taken to be, in steps of the channel."""
    zipf = float(vocabulary.zipf[ids].min()) - (_NEW_PHRASE_RARER if len(ids) > 1 else 0.0)
    return round(max(zipf, 0.0) / FREQUENCY_STEP)
