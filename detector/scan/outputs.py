"""The files that a scan writes: JSON Lines and Parquet, part by part, and how parts are joined."""

from __future__ import annotations

import gzip
import io
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

from detector.extras import missing_extra
from detector.readers.records import BadRecord, Record
from detector.report.json import dumps

__all__ = [
    "COMPRESSIONS",
    "JsonWriter",
    "MemoryFile",
    "ResultWriter",
    "SourceWriter",
    "join_json",
    "join_parquet",
]

COMPRESSIONS = {"none": "", "gzip": ".gz", "zstd": ".zst"}
_GROUP_ROWS = 1 << 16  # of a Parquet file of results in a row group
REASON, PROBABILITY = "detector_reason", "detector_probability"  # columns that a rejected record gets


def _zstd() -> Any:
    try:
        import zstandard
    except ImportError as error:
        raise missing_extra(error, "zstd", "writing Zstandard files") from None
    return zstandard


def _pyarrow() -> Any:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise missing_extra(error, "parquet", "writing Parquet files") from None
    return pyarrow


def check_available(output_format: str, compression: str) -> None:
    """Raise InputError if the library that writes the format is not installed."""
    if output_format == "parquet":
        _pyarrow()
    elif compression == "zstd":
        _zstd()


class MemoryFile(io.BytesIO):
    """A file in memory, whose content can be read when it is closed, too."""

    content = b""

    def close(self) -> None:
        """Keep the content."""
        if not self.closed:
            self.content = self.getvalue()
        super().close()


class JsonWriter:
    """Lines in a file, compressed by its suffix; the same bytes for the same lines."""

    def __init__(self, out: Path | MemoryFile, suffix: str) -> None:
        self._raw: IO[bytes] = out.open("wb") if isinstance(out, Path) else out
        self._file: Any = self._raw
        if suffix == ".gz":
            self._file = gzip.GzipFile("", "wb", 6, self._raw, mtime=0)
        elif suffix == ".zst":
            self._file = _zstd().ZstdCompressor().stream_writer(self._raw, closefd=False)

    def write(self, line: bytes) -> None:
        """Write a line with its end."""
        self._file.write(line)

    def close(self) -> None:
        """Write the rest and close the file."""
        try:
            if self._file is not self._raw:
                self._file.close()
        finally:
            self._raw.close()


class ResultWriter:
    """Result objects as JSON Lines or Parquet."""

    def __init__(self, out: Path | MemoryFile, output_format: str, suffix: str, evidence: bool) -> None:
        self._out, self._evidence = out, evidence
        self._rows: list[dict[str, Any]] = []
        self._lines = JsonWriter(out, suffix) if output_format == "jsonl" else None

    def write(self, row: dict[str, Any]) -> None:
        """Write one object."""
        if self._lines is not None:
            self._lines.write(dumps(row).encode() + b"\n")
        else:
            own = row["id"]
            self._rows.append({**row, "id": own if isinstance(own, str) else json.dumps(own, default=str)})

    def close(self) -> None:
        """Write the rest and close the file."""
        if self._lines is not None:
            self._lines.close()
            return
        pa = _pyarrow()
        table = pa.Table.from_pylist(_encodable(self._rows), schema=result_schema(self._evidence))
        _write_table(table, self._out)


def _write_table(table: Any, out: Path | MemoryFile) -> None:
    _pyarrow().parquet.write_table(table, out, compression="zstd")
    if isinstance(out, MemoryFile):
        out.close()


def _encodable(value: Any) -> Any:
    """Return a JSON value whose strings encode in UTF-8: lone surrogates are escaped."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, list | tuple):
        return [_encodable(v) for v in value]
    return {k: _encodable(v) for k, v in value.items()} if isinstance(value, dict) else value


def result_schema(evidence: bool) -> Any:
    """Return the Arrow schema of results; an id that is not a string is written as JSON."""
    pa = _pyarrow()
    text, number, whole = pa.string(), pa.float64(), pa.int64()
    span = [("start", whole), ("end", whole)]
    alternatives = ("alternatives", pa.list_(pa.struct([("text", text), ("log10_odds", number)])))
    columns = [("id", text), ("n_words", whole), ("language", text), ("verdict", text), ("probability", number)]
    columns += [("threshold", number), ("flagged_passages", pa.list_(pa.struct([*span, ("probability", number)])))]
    if evidence:
        found = [*span, ("surface", text)]
        passage = [*span, ("probability", number), ("verdict", text)]
        cue = [*found, ("cue", text), ("log10_odds", number), alternatives, ("message", text)]
        damage = [*found, ("kind", text), alternatives, ("message", text)]
        for name, members in (("passages", passage), ("evidence", cue), ("damage", damage)):
            columns.append((name, pa.list_(pa.struct(members))))
    return pa.schema([*columns, ("signature", text)])


def _taken(batch: Any, rows: list[int]) -> list[Any]:
    """Return batches of some rows of a batch."""
    pa = _pyarrow()
    try:
        return [batch.take(pa.array(rows))]
    except pa.ArrowNotImplementedError:  # views of strings, which can be sliced
        return [batch.slice(row, 1) for row in rows]


class SourceWriter:
    """Records as they stood in their file: lines of JSON as lines, rows of Parquet as rows, with all their columns."""

    def __init__(self, out: Path | MemoryFile, kind: str, suffix: str) -> None:
        self._out = out
        self._lines = None if kind == "rows" else JsonWriter(out, suffix)
        self._picked: list[tuple[Any, list[int], list[tuple[str, float | None]]]] = []

    def write(self, record: Record, reason: str | None = None, probability: float | None = None) -> None:
        """Write one record; with a reason, that and the probability as further columns."""
        if isinstance(record.source, bytes):
            assert self._lines is not None
            line = record.source
            if reason is not None:
                with_reason = {**json.loads(line), REASON: reason, PROBABILITY: probability}
                line = dumps(with_reason, allow_nan=True).encode() + b"\n"
            self._lines.write(line)
            return
        batch, row = record.source
        if not self._picked or self._picked[-1][0] is not batch:
            self._picked.append((batch, [], []))
        self._picked[-1][1].append(row)
        if reason is not None:
            self._picked[-1][2].append((reason, probability))

    def close(self) -> None:
        """Write the rest and close the file."""
        if self._lines is not None:
            self._lines.close()
            return
        pa = _pyarrow()
        table = pa.Table.from_batches([b for batch, rows, _ in self._picked for b in _taken(batch, rows)])
        reasons = [x for _, _, some in self._picked for x in some]
        if reasons:
            # The columns of a former scan are replaced; by number, since names may occur twice.
            own = [i for i, name in enumerate(table.column_names) if name not in (REASON, PROBABILITY)]
            table = table.select(own)
            table = table.append_column(REASON, pa.array([r for r, _ in reasons], pa.string()))
            table = table.append_column(PROBABILITY, pa.array([p for _, p in reasons], pa.float64()))
        _write_table(table, self._out)


def quarantine_line(path: str, bad: BadRecord) -> bytes:
    """Return the line about a broken record."""
    line = {"path": path, "line": bad.number, "reason": bad.message, "excerpt": bad.excerpt}
    return dumps(line).encode() + b"\n"


def join_json(parts: Sequence[Path], out: IO[bytes]) -> None:
    """Write the parts one after the other: compressed files joined are a compressed file."""
    for path in parts:
        with path.open("rb") as part:
            shutil.copyfileobj(part, out, 1 << 20)


def join_parquet(parts: Sequence[Path], out: IO[bytes]) -> None:
    """Write the rows of all parts in row groups of some size."""
    pa = _pyarrow()
    waiting: list[Any] = []
    with pa.parquet.ParquetWriter(out, pa.parquet.read_schema(parts[0]), compression="zstd") as writer:
        for path in parts:
            waiting.append(pa.parquet.read_table(path))
            if sum(t.num_rows for t in waiting) >= _GROUP_ROWS or sum(t.nbytes for t in waiting) >= 64 << 20:
                writer.write_table(pa.concat_tables(waiting))
                waiting = []
        if waiting:
            writer.write_table(pa.concat_tables(waiting))


def joiner(path: Path) -> Callable[[Sequence[Path], IO[bytes]], None]:
    """Return the function that joins parts to a file of this name."""
    return join_parquet if path.suffix == ".parquet" else join_json
