"""The human corpus: gzipped JSON Lines in a folder, split by source document for good.

A document's split depends on its own id alone, so that a human text and everything spun from it stay on one
side whatever else is added.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from detector.errors import InputError

__all__ = [
    "SPLITS",
    "TEST_SOURCES",
    "CorpusDocument",
    "Split",
    "corpus_files",
    "read_corpus",
    "read_source",
    "split_of",
]

Split = Literal["language_model", "fit", "calibrate", "dev", "test"]

# Whole sources that nothing is ever fitted on: news, prose of 1961, science, government web, speeches.
TEST_SOURCES = frozenset({"bbc_2004_05", "nltk_brown_1961", "plos_starter", "18f_blog", "nltk_state_union"})

# Shares of the other documents. The language model sees none of what the later stages are fitted on, so that
# its probabilities there are as honest as on a user's text.
SPLITS: tuple[tuple[Split, float], ...] = (
    ("language_model", 0.88),
    ("fit", 0.06),
    ("calibrate", 0.02),
    ("dev", 0.02),
    ("test", 0.02),
)


@dataclass(frozen=True, slots=True)
class CorpusDocument:
    """One human text, with where it is from and its register."""

    id: str
    source: str
    genre: str
    text: str


def split_of(document: CorpusDocument) -> Split:
    """Return which split the document belongs to."""
    if document.source in TEST_SOURCES:
        return "test"
    digest = hashlib.blake2b(f"{document.source}\0{document.id}".encode(), digest_size=8).digest()
    place = int.from_bytes(digest, "big") / 2**64
    for name, share in SPLITS:
        place -= share
        if place < 0:
            return name
    return "test"


def corpus_files(folder: Path) -> list[Path]:
    """Return the corpus' files in a fixed order; raise InputError where there are none."""
    files = sorted(folder.glob("*.jsonl.gz"))
    if not files:
        raise InputError(f"no corpus in {folder}: expected files *.jsonl.gz with id, source, genre and text")
    return files


def read_source(path: Path) -> Iterator[CorpusDocument]:
    """Yield the documents of one file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                r = json.loads(line)
                yield CorpusDocument(str(r["id"]), r["source"], r["genre"], r["text"])
            except (ValueError, KeyError, TypeError) as error:
                raise InputError(f"{path.name}, line {number}: not a corpus record ({error})") from error


def read_corpus(folder: Path) -> Iterator[CorpusDocument]:
    """Yield every document of the corpus, file by file."""
    for path in corpus_files(folder):
        yield from read_source(path)
