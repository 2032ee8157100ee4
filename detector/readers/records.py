"""Records of a corpus: JSON Lines, plain or compressed, and Parquet, one at a time."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from detector.errors import InputError
from detector.readers import missing_extra

__all__ = ["BadRecord", "Record", "is_records", "iter_records", "record_files", "without_suffixes"]

_OPENERS: dict[str, Callable[..., IO[bytes]]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}  # type: ignore[dict-item]
_LINES = (".jsonl", ".ndjson")
_PARQUET = ".parquet"
_ROWS = 512  # of a Parquet file that are in memory at a time


@dataclass(frozen=True, slots=True)
class Record:
    """One document of a corpus and its own id; the number of its line or row, from 1, where it has none."""

    id: Any
    text: str


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that holds no text, and why."""

    id: Any
    message: str


def without_suffixes(path: Path) -> Path | None:
    """Return the path without the suffixes of format and compression; None where it holds no records.

    >>> without_suffixes(Path("a/part-1.jsonl.gz"))
    PosixPath('a/part-1')
    """
    inner = path.with_suffix("") if path.suffix in _OPENERS else path
    if inner.suffix in _LINES or (path.suffix == _PARQUET):
        return inner.with_suffix("")
    return None


def is_records(path: Path) -> bool:
    """Return whether the file's name says that it holds records."""
    return without_suffixes(path) is not None


def record_files(source: Path) -> list[Path]:
    """Return the file itself, or the files of records in a folder and below it, in order.

    Raises InputError where there is none.
    """
    if source.is_file():
        return [source]
    if not source.exists():
        raise InputError(f"{source}: no such file or folder")
    found = sorted(p for p in source.rglob("*") if p.is_file() and is_records(p))
    if not found:
        raise InputError(f"{source}: no records: expected files {', '.join((*_LINES, _PARQUET))}, .gz, .bz2 or .xz")
    return found


def iter_records(path: Path, text_field: str, id_field: str) -> Iterator[Record | BadRecord]:
    """Yield the records of a file.

    Raises InputError where the file cannot be read (any further).
    """
    if not is_records(path):
        raise InputError(f"{path}: not a corpus: expected {', '.join((*_LINES, _PARQUET))}, plain or compressed")
    yield from _rows(path, text_field, id_field) if path.suffix == _PARQUET else _lines(path, text_field, id_field)


def _record(number: int, fields: Any, text_field: str, id_field: str) -> Record | BadRecord:
    if not isinstance(fields, dict):
        return BadRecord(number, f"is {type(fields).__name__}, expected an object with {text_field!r}")
    own = fields.get(id_field, number)
    text = fields.get(text_field)
    if isinstance(text, str):
        return Record(own, text)
    has = f"{text_field!r} is {type(text).__name__}" if text_field in fields else f"no field {text_field!r}"
    return BadRecord(own, f"{has}, expected text; fields are {', '.join(map(repr, fields))}")


def _lines(path: Path, text_field: str, id_field: str) -> Iterator[Record | BadRecord]:
    try:
        with _OPENERS.get(path.suffix, open)(path, "rb") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    fields = json.loads(line)
                except ValueError as error:
                    yield BadRecord(number, f"no JSON: {error}")
                    continue
                yield _record(number, fields, text_field, id_field)
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error


def _rows(path: Path, text_field: str, id_field: str) -> Iterator[Record | BadRecord]:
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise missing_extra(error, "parquet", "Parquet files") from None
    try:
        file = ParquetFile(path)
        names = file.schema_arrow.names
        if text_field not in names:
            raise InputError(f"{path}: no column {text_field!r}; columns are {', '.join(map(repr, names))}")
        number = 0
        for batch in file.iter_batches(_ROWS, columns=[c for c in (id_field, text_field) if c in names]):
            for fields in batch.to_pylist():
                number += 1
                yield _record(number, fields, text_field, id_field)
    except (OSError, ArrowException) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
