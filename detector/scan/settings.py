"""The settings of a scan, its progress and its summary."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from detector.errors import DetectorError, InputError
from detector.report.model import InputFailure
from detector.scan.counts import Counts
from detector.scan.outputs import COMPRESSIONS, check_available

__all__ = ["KEPT_VERDICTS", "ScanProgress", "ScanSettings", "ScanStopped", "ScanSummary"]

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")  # of more than one letter, unlike a drive

# The verdicts that `write` keeps. The records that are too short or not English are neither clean nor spun.
KEPT_VERDICTS = {
    "clean": ("clean",),
    "spun": ("spun",),
    "not-spun": ("clean", "insufficient_text", "unsupported_language"),
}


class ScanStopped(DetectorError):
    """A scan had to stop; finished parts are kept."""


@dataclass(frozen=True)
class ScanSettings:
    """The input and output of a scan, and how it scores.

    Attributes
    ----------
    source : a file of records, a folder of them or of texts, a URL that fsspec opens, or "-" for standard input
    output : the folder of the results
    text_field, id_field : the fields that hold a record's text and its id; its number is its id if it has none
    threshold : as `detect` takes it
    evidence : whether results hold passages and findings
    n_jobs : number of parallel processes
    shard : which of how many shares of the corpus, from 1
    write : records to write out, "clean", "spun" or "not-spun"; None for none
    rejected : folder of the records that `write` leaves out, with the reason
    output_format : of the results, "jsonl" or "parquet"
    compression : of JSON Lines, "none", "gzip" or "zstd"; Parquet is compressed always
    """

    source: Path | str
    output: Path
    text_field: str = "text"
    id_field: str = "id"
    threshold: float | str | None = None
    evidence: bool = False
    n_jobs: int = 1
    shard: tuple[int, int] = (1, 1)
    write: str | None = None
    rejected: Path | None = None
    output_format: str = "jsonl"
    compression: str = "none"

    def check(self) -> None:
        """Raise InputError for values that make no scan."""
        index, count = self.shard
        if not 1 <= index <= count:
            raise InputError(f"shard is {index}/{count}: give I/N, I from 1 to N")
        if self.write is not None and self.write not in KEPT_VERDICTS:
            raise InputError(f"write is {self.write!r}: give one of {', '.join(KEPT_VERDICTS)}")
        if self.rejected is not None and self.write is None:
            raise InputError("rejected records are those that --write (`write`) leaves out: give it too")
        if self.output_format not in ("jsonl", "parquet"):
            raise InputError(f"output_format is {self.output_format!r}: give jsonl or parquet")
        if self.compression not in COMPRESSIONS:
            raise InputError(f"compression is {self.compression!r}: give one of {', '.join(COMPRESSIONS)}")
        for folder in (self.output, self.rejected):
            # A path has lost one of the slashes.
            if _URL.match(str(folder)):
                url = str(folder).replace("://", ":/", 1).replace(":/", "://", 1)
                raise InputError(f"{url}: results go to a folder on this computer; copy them from there")
        check_available(self.output_format, self.compression)


@dataclass
class ScanSummary:
    """The work done on a corpus, by this scan and those before it.

    Attributes
    ----------
    done, found_done : files that this scan finished, and that were done before
    changed : files that had other contents when they were scanned before
    counts : of all files that are done; `files` by name
    failures : files that could not be read, or not to their end
    seconds, words : of this scan alone
    """

    done: int = 0
    found_done: int = 0
    changed: list[str] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    files: dict[str, Counts] = field(default_factory=dict)
    failures: list[InputFailure] = field(default_factory=list)
    seconds: float = 0.0
    words: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the content of `summary.json`."""
        return {
            "schema_version": 1,
            "counts": self.counts.to_dict(),
            "files": {name: counts.to_dict() for name, counts in sorted(self.files.items())},
            "errors": [{"path": f.path, "message": f.message} for f in self.failures],
            "run": {
                "files": self.done,
                "files_done_before": self.found_done,
                "files_changed": self.changed,
                "words": self.words,
                "seconds": round(self.seconds, 3),
                "words_per_second": round(self.words / self.seconds) if self.seconds else None,
            },
        }


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """How far a scan is: bytes of its files that are done, of how many; records and words of this scan; its file."""

    done: int
    total: int
    records: int
    words: int
    file: str
