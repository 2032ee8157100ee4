"""Records of a corpus: JSON Lines, plain or compressed, and Parquet, one at a time."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import math
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from detector.errors import InputError
from detector.readers import MAX_BYTES, missing_extra

__all__ = ["BadRecord", "Record", "is_records", "iter_records", "record_files", "without_suffixes"]

_OPENERS: dict[str, Callable[..., IO[bytes]]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}  # type: ignore[dict-item]
_LINES = (".jsonl", ".ndjson")
_PARQUET = ".parquet"
_NAMED = 20  # fields that a message names
_ROWS = 512  # of a Parquet file that are in memory at a time


@dataclass(frozen=True, slots=True)
class Record:
    """One document of a corpus and its own id, as JSON can write it; the number of its line or row if it has none."""

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
    # Pipes and devices are no files and are passed over.
    found = sorted(p for p in source.rglob("*") if p.is_file() and is_records(p))
    if not found:
        raise InputError(f"{source}: no records: expected files {', '.join((*_LINES, _PARQUET))}, .gz, .bz2 or .xz")
    return found


def iter_records(
    path: Path, text_field: str, id_field: str, max_bytes: int = MAX_BYTES
) -> Iterator[Record | BadRecord]:
    """Yield the records of a file; one with more than `max_bytes` bytes is a `BadRecord`.

    Raises InputError if the file cannot be read (any further).
    """
    if not is_records(path):
        raise InputError(f"{path}: not a corpus: expected {', '.join((*_LINES, _PARQUET))}, plain or compressed")
    if path.exists() and not path.is_file():
        raise InputError(f"{path}: not a regular file")
    rows = _rows if path.suffix == _PARQUET else _lines
    try:
        yield from rows(path, text_field, id_field, max_bytes)
    except MemoryError:
        raise InputError(f"{path}: too large for the memory at hand") from None


def _id_of(value: Any, number: int) -> Any:
    """Return a record's id as JSON can write it; its number for one that is missing, not a number, or unreadable.

    >>> from datetime import date
    >>> _id_of(date(2020, 5, 1), 7), _id_of(b"a1", 7), _id_of(float("nan"), 7), _id_of(["a", 2], 7)
    ('2020-05-01', 'a1', 7, ['a', 2])
    """
    if value is None or isinstance(value, Exception) or (isinstance(value, float) and not math.isfinite(value)):
        return number
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):  # timestamps, decimals, UUIDs, and what holds them
        return str(value)
    return value


def _record(number: int, fields: Any, text_field: str, id_field: str, max_bytes: int) -> Record | BadRecord:
    if not isinstance(fields, dict):
        return BadRecord(number, f"is {type(fields).__name__}, expected an object with {text_field!r}")
    own = _id_of(fields.get(id_field), number)
    text = fields.get(text_field)
    if isinstance(text, str):
        return Record(own, text) if len(text) <= max_bytes else BadRecord(own, _too_large(max_bytes))
    has = f"{text_field!r} is {type(text).__name__}" if text_field in fields else f"no field {text_field!r}"
    names = ", ".join(map(repr, list(fields)[:_NAMED]))
    return BadRecord(own, f"{has}, expected text; fields are {names}{', …' if len(fields) > _NAMED else ''}")


def _too_large(max_bytes: int) -> str:
    return f"larger than {max_bytes:,} bytes, the most that is read: split it, or raise the limit"


def _json_lines(lines: IO[bytes], max_bytes: int) -> Iterator[tuple[int, bytes | None]]:
    """Yield the number and content of each line; None for a line that is too long, which never is in memory."""
    number = 0
    while line := lines.readline(max_bytes + 1):
        number += 1
        if len(line) <= max_bytes or line.endswith(b"\n"):
            yield number, line
            continue
        while line and not line.endswith(b"\n"):
            line = lines.readline(max_bytes)
        yield number, None


def _lines(path: Path, text_field: str, id_field: str, max_bytes: int) -> Iterator[Record | BadRecord]:
    try:
        with _OPENERS.get(path.suffix, open)(path, "rb") as lines:
            for number, line in _json_lines(lines, max_bytes):
                if line is None:
                    yield BadRecord(number, _too_large(max_bytes))
                    continue
                if not line.strip():
                    continue
                try:
                    fields = json.loads(line)
                except (ValueError, RecursionError) as error:
                    reason = "nested too deep" if isinstance(error, RecursionError) else error
                    yield BadRecord(number, f"not JSON: {reason}")
                    continue
                yield _record(number, fields, text_field, id_field, max_bytes)
    # Damage to a compressed file comes as any of these, depending on the byte.
    except (OSError, EOFError, ValueError, lzma.LZMAError, zlib.error) as error:
        raise InputError(f"{path}: cannot be read: {error or type(error).__name__}") from error


def _values(column: Any) -> Iterator[Any]:
    """Yield the values of a column; for one that is no valid UTF-8 the error."""
    try:
        yield from column.to_pylist()
    except (ValueError, OverflowError):
        for cell in column:
            try:
                value = cell.as_py()
            except (ValueError, OverflowError) as error:
                value = error
            yield value


def _rows(path: Path, text_field: str, id_field: str, max_bytes: int) -> Iterator[Record | BadRecord]:
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise missing_extra(error, "parquet", "Parquet files") from None
    try:
        with ParquetFile(path) as file:
            names = file.schema_arrow.names
            if text_field not in names:
                raise InputError(
                    f"{path}: no column {text_field!r}; columns are {', '.join(map(repr, names[:_NAMED]))}"
                )
            number = 0
            columns = [c for c in dict.fromkeys((id_field, text_field)) if c in names]
            for batch in file.iter_batches(_ROWS, columns=columns):
                for values in zip(*(_values(batch.column(c)) for c in columns), strict=True):
                    number += 1
                    fields = dict(zip(columns, values, strict=True))
                    if isinstance(text := fields[text_field], Exception):
                        yield BadRecord(_id_of(fields.get(id_field), number), f"{text_field!r} cannot be read: {text}")
                    else:
                        yield _record(number, fields, text_field, id_field, max_bytes)
    except InputError:
        raise
    # Damage comes as any of these; a column that is named twice as the last.
    except (OSError, ArrowException, ValueError, OverflowError, KeyError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
