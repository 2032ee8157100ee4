"""Counts of a scan: of a part, a file or all of a corpus."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields
from typing import Any

from detector.json_objects import JsonObject

__all__ = ["HISTOGRAM_BINS", "Counts"]

HISTOGRAM_BINS = 20  # of probability, 0 to 1, all of one width


@dataclass
class Counts(JsonObject):
    """Counts of records and words.

    Attributes
    ----------
    records : that were judged; words : in them
    verdicts, languages : records by each
    histogram : (HISTOGRAM_BINS,) records by probability, from 0 to 1
    written, rejected : records that went to either
    faults : broken records by kind of fault
    """

    records: int = 0
    words: int = 0
    written: int = 0
    rejected: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    histogram: list[int] = field(default_factory=lambda: [0] * HISTOGRAM_BINS)
    faults: Counter[str] = field(default_factory=Counter)

    @property
    def broken(self) -> int:
        """Records that hold no text."""
        return sum(self.faults.values())

    def add_row(self, row: dict[str, Any]) -> None:
        """Count one document."""
        self.records += 1
        self.words += row["n_words"]
        self.verdicts[row["verdict"]] += 1
        self.languages[row["language"]] += 1
        if row["probability"] is not None:
            self.histogram[min(int(row["probability"] * HISTOGRAM_BINS), HISTOGRAM_BINS - 1)] += 1

    def add(self, other: Counts) -> None:
        """Add other counts."""
        for f in fields(self):
            own, more = getattr(self, f.name), getattr(other, f.name)
            both = [a + b for a, b in zip(own, more, strict=True)] if isinstance(own, list) else own + more
            setattr(self, f.name, both)

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers, in an order that does not depend on that of the records."""
        return {
            f.name: dict(sorted(value.items())) if isinstance(value := getattr(self, f.name), Counter) else value
            for f in fields(self)
        }

    @classmethod
    def from_dict(cls, kept: dict[str, Any]) -> Counts:
        """Return the counts from the value of `to_dict`; raise LookupError or TypeError for another shape."""
        values: dict[str, Any] = {f.name: kept[f.name] for f in fields(cls)}
        for name, value in values.items():
            values[name] = Counter(value) if isinstance(value, dict) else value
        return cls(**values)
