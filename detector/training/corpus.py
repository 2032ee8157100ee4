"""The human corpus: JSON Lines in a folder, plain or compressed, split by source document for good.

A document's split depends on its own id alone, so that a human text and everything spun from it stay on one
side whatever else is added.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from detector.compressed import COMPRESSED_SUFFIXES, open_decompressed
from detector.errors import InputError

__all__ = [
    "SPLITS",
    "TEST_SOURCES",
    "CorpusDocument",
    "Split",
    "corpus_files",
    "read_corpus",
    "read_fields",
    "read_source",
    "split_of",
]

Split = Literal["language_model", "fit", "calibrate", "dev", "test"]

# Whole sources that nothing is ever fitted on: news, prose of 1961, science, government web, speeches, novels.
TEST_SOURCES = frozenset(
    {"bbc_2004_05", "nltk_brown_1961", "plos_starter", "18f_blog", "nltk_state_union", "eltec_eng"}
)
# Books of eltec_eng that english_novels or gitenberg_fiction have in another print, so that most of their text is read
# anyway: 71 to 91 in 100 of their runs of eight words, of the other 65 books less than 1 in 1,000.
_READ_ELSEWHERE = frozenset(
    {
        "ENG18621_Braddon",
        "ENG18640_Blackmore",
        "ENG18952_Wells",
        "ENG18972_Morris",
        "ENG19080_Chesterton",
        "ENG19100_Forster",
        "ENG19200_Lawrence",
    }
)

# Articles of the corpus that are spun, seen among the worst false alarms on dev ("skin maladies as a symptom of tattoo
# strategies", "ladies who were being inked"): their label is wrong, so nothing is fitted or measured on them.
_SPUN = frozenset({("wikipedia_2019b", "Page/Tattooing_in_South_Korea.md")})

# Shares of the other documents. The language model sees none of the documents that the later stages are fitted on, so
# that its probabilities there are as reliable as on a user's text.
SPLITS: tuple[tuple[Split, float], ...] = (
    ("language_model", 0.88),
    ("fit", 0.06),
    ("calibrate", 0.02),
    ("dev", 0.02),
    ("test", 0.02),
)


@dataclass(frozen=True, slots=True)
class CorpusDocument:
    """One human text, with its source and register."""

    id: str
    source: str
    genre: str
    text: str


def split_of(document: CorpusDocument) -> Split:
    """Return which split the document belongs to."""
    if document.source in TEST_SOURCES:
        return "language_model" if document.id.rpartition("-")[0] in _READ_ELSEWHERE else "test"
    digest = hashlib.blake2b(f"{document.source}\0{document.id}".encode(), digest_size=8).digest()
    place = int.from_bytes(digest, "big") / 2**64
    for name, share in SPLITS:
        place -= share
        if place < 0:
            return name
    return "test"


def corpus_files(folder: Path) -> list[Path]:
    """Return the corpus' files, sorted by name; raise InputError if there are none."""
    files = sorted(path for path in folder.glob("*") if _is_lines(path))
    if not files:
        kinds = ", ".join(f"*.jsonl{suffix}" for suffix in ("", *COMPRESSED_SUFFIXES))
        raise InputError(f"no corpus in {folder}: expected files {kinds} with id, source, genre and text")
    return files


def _is_lines(path: Path) -> bool:
    return (path.with_suffix("") if path.suffix in COMPRESSED_SUFFIXES else path).suffix == ".jsonl"


def read_fields(path: Path, names: Sequence[str]) -> Iterator[list[Any]]:
    """Yield the fields of each record of one file; raise InputError at a record that lacks one."""
    with open_decompressed(path) as lines:
        for number, line in enumerate(lines, 1):
            try:
                record = json.loads(line)
                yield [record[name] for name in names]
            except (ValueError, KeyError, TypeError) as error:
                raise InputError(f"{path.name}, line {number}: not a corpus record ({error})") from error


def read_source(path: Path) -> Iterator[CorpusDocument]:
    """Yield the documents of one file."""
    for own_id, source, genre, text in read_fields(path, ("id", "source", "genre", "text")):
        yield CorpusDocument(str(own_id), source, genre, text)


def read_corpus(folder: Path) -> Iterator[CorpusDocument]:
    """Yield every human document of the corpus, file by file."""
    for path in corpus_files(folder):
        for document in read_source(path):
            if (document.source, document.id) not in _SPUN:
                yield document
