"""Records of a corpus: JSON Lines, Parquet and folders of texts, in parts that can be read again one by one.

Each file is read once from end to end to index it: its SHA-256, and the beginnings of its parts. A part is a few
megabytes of whole records. Positions are bytes of the decompressed file, rows of a Parquet file, or files of a folder.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import IO, Any, Literal, Protocol

from detector.compressed import COMPRESSED_SUFFIXES, DAMAGE, decompressed
from detector.errors import InputError
from detector.extras import missing_extra
from detector.readers import SUFFIXES, InputDocument, iter_paths, read_document, wide_encoding

__all__ = [
    "MAX_CHARACTERS",
    "BadRecord",
    "CorpusFile",
    "FileIndex",
    "Part",
    "PartReader",
    "Record",
    "check_first_records",
    "corpus_files",
    "file_token",
    "index_file",
    "is_records",
    "name_by_content",
    "open_reader",
    "with_content",
    "without_suffixes",
]

_LINES = (".jsonl", ".ndjson")
_PARQUET = ".parquet"
PART_BYTES = 4 << 20  # of records in a part: a few seconds of work, which a killed scan does again
SMALL_BYTES = PART_BYTES >> 4  # of a file that is read at once
_BLOCK = 1 << 20  # bytes that are read at a time
_ROWS = 256  # of a Parquet file that are in memory at a time
_FIRST_RECORDS = 20  # that are looked at before a scan begins
_MAX_LINE = 512 << 20  # bytes; a longer line is not a record
MAX_CHARACTERS = 100_000_000  # of a document; it is read in parts, but its text is in memory several times over
_EXCERPT = 200  # characters of a broken record that are quoted
_NAMED = 20  # fields that a message names


@dataclass(frozen=True, slots=True)
class Record:
    """One document of a corpus.

    Attributes
    ----------
    id : its own id, as JSON can write it; the number of its line or row, from 1, if it has none
    text : as it is judged
    source : the record itself: a line of JSON with its line end, or a batch of Arrow and the row in it; empty if the
        reader does not keep it
    """

    id: Any
    text: str
    source: bytes | tuple[Any, int] = b""


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that holds no text.

    Attributes
    ----------
    number : its line or row, from 1
    fault : the problem, in the same words for the same kind of fault
    message : the problem of this record
    excerpt : the beginning of the record
    """

    number: int
    fault: str
    message: str
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file of records, or a folder of text files that is read as one.

    Attributes
    ----------
    path : a path, or a URL that fsspec opens
    name : of its results: relative, without the suffixes of format and compression
    kind : "lines" of JSON, "rows" of Parquet or "texts" of a folder
    size : bytes, as they lie there
    content : those bytes, if they have been read; None if not
    token : of the file before they were read
    """

    path: str
    name: str
    kind: Literal["lines", "rows", "texts"]
    size: int
    content: bytes | None = field(default=None, repr=False)
    token: str = ""

    @property
    def place(self) -> str:
        """Its URL or absolute path."""
        return self.path if _is_url(self.path) else os.path.abspath(self.path)

    @property
    def is_small(self) -> bool:
        """Whether `with_content` may read it."""
        return self.kind != "texts" and self.size <= SMALL_BYTES

    @property
    def suffix(self) -> str:
        """The suffix of its compression, "" if it has none."""
        end = os.path.splitext(self.path)[1]
        return end if end in COMPRESSED_SUFFIXES else ""


@dataclass(frozen=True, slots=True)
class Part:
    """Some records of a file, half-open positions `start` to `end`; the first one has the number `first`."""

    start: int
    end: int
    first: int


@dataclass(frozen=True, slots=True)
class FileIndex:
    """The parts of a file.

    Attributes
    ----------
    token : stays the same while the file is not touched, and costs nothing to compute
    sha256 : of the content
    size : bytes on disk
    parts : in order
    damage : why the file cannot be read after its last part; "" if it can
    """

    token: str
    sha256: str
    size: int
    parts: tuple[Part, ...]
    damage: str = ""


class _DamagedError(InputError):
    """A file is damaged, or not of the kind that its name says."""


class PartReader(Protocol):
    """Reads parts of one file; fastest in ascending order."""

    def records(self, part: Part) -> Iterator[Record | BadRecord]:
        """Yield the records of a part; raise InputError if they cannot be read."""

    def close(self) -> None:
        """Close the file."""


_MAGIC = (
    (b"\x1f\x8b", ".jsonl.gz"),
    (b"BZh", ".jsonl.bz2"),
    (b"\xfd7zXZ", ".jsonl.xz"),
    (b"\x28\xb5\x2f\xfd", ".jsonl.zst"),
)
# Damage to a Parquet file comes as any of these, depending on the byte.
_TABLE_DAMAGE = (OSError, ValueError, OverflowError, LookupError)  # ArrowException needs pyarrow


def name_by_content(start: bytes) -> str:
    """Return the suffixes of a file of records by its first bytes.

    >>> name_by_content(b"PAR1")
    '.parquet'
    """
    if start.startswith(b"PAR1"):
        return _PARQUET
    return next((suffix for magic, suffix in _MAGIC if start.startswith(magic)), _LINES[0])


def without_suffixes(path: Path) -> Path | None:
    """Return the path without the suffixes of format and compression; None if it holds no records.

    >>> without_suffixes(Path("a/part-1.jsonl.gz"))
    PosixPath('a/part-1')
    """
    inner = path.with_suffix("") if path.suffix in COMPRESSED_SUFFIXES else path
    if inner.suffix in _LINES or path.suffix == _PARQUET:
        return inner.with_suffix("")
    return None


def is_records(path: Path) -> bool:
    """Return whether the file's name says that it holds records."""
    return without_suffixes(path) is not None


def _is_url(path: str) -> bool:
    return "://" in path


def _filesystem(url: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise missing_extra(error, "fsspec", "reading a URL") from None
    try:
        with _remote_errors():
            found: tuple[Any, str] = url_to_fs(url)
    except OSError as error:
        raise InputError(f"{url}: {error.__cause__ or error}") from None
    return found


@contextmanager
def _remote_errors() -> Iterator[None]:
    """Raise OSError for whatever a file system that fsspec opens raises: its library has errors of its own."""
    try:
        yield
    except (OSError, InputError, MemoryError):
        raise
    except Exception as error:
        raise OSError(f"{type(error).__name__}: {error}") from error


class _RemoteFile(io.RawIOBase):
    """A file that fsspec has opened."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return bool(self._file.seekable())

    def seek(self, offset: int, whence: int = 0) -> int:
        with _remote_errors():
            return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())

    def readinto(self, buffer: Any) -> int:
        with _remote_errors():
            block = self._file.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


def _open(file: CorpusFile) -> Any:
    if file.content is not None:
        return io.BytesIO(file.content)
    if not _is_url(file.path):
        return open(file.path, "rb")
    filesystem, inner = _filesystem(file.path)
    with _remote_errors():
        return io.BufferedReader(_RemoteFile(filesystem.open(inner, "rb")), _BLOCK)


def with_content(file: CorpusFile) -> CorpusFile:
    """Return a small file with its content; as it is if it has grown.

    Raises InputError if it cannot be read.
    """
    token = file_token(file)
    try:
        with _open(file) as raw:
            content = raw.read(SMALL_BYTES + 1)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}") from error
    return replace(file, content=content, token=token) if len(content) <= SMALL_BYTES else file


def _remote_files(url: str) -> tuple[list[tuple[str, str, int]], bool]:
    """Return the path, the relative path and the size of each file, and whether the URL is that of a folder."""
    filesystem, root = _filesystem(url)
    try:
        with _remote_errors():
            is_folder = filesystem.isdir(root)
            found = filesystem.find(root, detail=True) if is_folder else {root: filesystem.info(root)}
    except OSError as error:
        raise InputError(f"{url}: cannot be read: {error}") from None
    top = root if is_folder else os.path.dirname(root)
    relative = {p: os.path.relpath(p, top or ".") for p in sorted(found)}
    return [
        (filesystem.unstrip_protocol(p), own, int(found[p].get("size") or 0))
        for p, own in relative.items()
        if not (is_folder and any(part.startswith(".") for part in Path(own).parts))
    ], is_folder


def corpus_files(source: str) -> list[CorpusFile]:
    """Return the file itself; or the files of records in a folder and below it, in order; or, in a folder without any,
    its text files as one. Hidden files and folders are passed over, as they are in a folder of texts: they hold
    the state of programs, such as that of a scan.

    Raises InputError if there is nothing to read, or if two files would have results of one name.
    """
    if _is_url(source):
        listed, is_folder = _remote_files(source)
    else:
        path = Path(source)
        if not os.path.exists(path):
            raise InputError(f"{source}: no such file or folder")
        is_folder = path.is_dir()
        if not is_folder and not path.is_file():
            raise InputError(f"{source}: not a regular file")
        inner = sorted(_files_below(path)) if is_folder else [path]
        listed = [(str(p), str(p.relative_to(path) if is_folder else p.name), _size(p)) for p in inner]
    found = [
        CorpusFile(path, plain.as_posix(), "rows" if path.endswith(_PARQUET) else "lines", size)
        for path, relative, size in listed
        if (plain := without_suffixes(Path(relative))) is not None
    ]
    if not found and not _is_url(source) and (is_folder or Path(source).suffix.lower() in SUFFIXES):
        texts = _texts(source)
        if texts and texts[0][0].is_file():
            whole = Path(source).resolve()
            name = (whole.name if is_folder else whole.stem) or "texts"
            return [CorpusFile(source, name, "texts", sum(p.stat().st_size for p, _ in texts))]
    if not found:
        kinds = f"{', '.join((*_LINES, _PARQUET))}, plain or compressed ({', '.join(COMPRESSED_SUFFIXES)})"
        raise InputError(f"{source}: no records: expected {kinds}, or a folder of texts ({', '.join(SUFFIXES)})")
    by_name: dict[str, str] = {}
    for file in found:
        other = by_name.setdefault(file.name, file.path)
        if other != file.path:
            raise InputError(f"{other} and {file.path} would have results of the same name: rename one")
    return found


def _files_below(folder: Path) -> Iterator[Path]:
    """Yield the regular files in a folder, in those below it and in those that links lead to, each of these once.

    Hidden ones are passed over.

    A broken link is yielded too, so that its reader reports the error.

    Raises InputError if a folder cannot be listed.
    """

    def fail(error: OSError) -> None:
        raise InputError(f"{error.filename}: cannot be listed: {error.strerror}") from None

    seen: set[str] = set()
    for place, folders, names in os.walk(folder, onerror=fail, followlinks=True):
        real = os.path.realpath(place)
        if real in seen:  # a link upwards would lead round for ever
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        paths = (Path(place, name) for name in names if not name.startswith("."))
        yield from (p for p in paths if p.is_file() or (p.is_symlink() and not p.exists()))


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _texts(folder: str) -> list[tuple[Path, str]]:
    """Return the text files of a folder and their ids; of a single file, itself and its name."""
    root = Path(folder)
    top = root if root.is_dir() else root.parent
    return [(p, p.relative_to(top).as_posix()) for p in iter_paths([folder])]


def _stat_token(path: Path) -> str:
    found = path.stat()
    return f"{found.st_size}-{found.st_mtime_ns}-{found.st_ctime_ns}-{found.st_ino}"


def file_token(file: CorpusFile) -> str:
    """Return a token that stays the same while nobody touches the file.

    Raises InputError if the file is gone.
    """
    try:
        if file.kind == "texts":
            digest = hashlib.sha256()
            for path, own in _texts(file.path):
                digest.update(f"{own}\0{_stat_token(path)}\0".encode("utf-8", "surrogateescape"))
            return digest.hexdigest()
        if _is_url(file.path):
            filesystem, inner = _filesystem(file.path)
            with _remote_errors():
                return str(filesystem.ukey(inner))
        return _stat_token(Path(file.path))
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}") from None


class _Tap(io.RawIOBase):
    """Bytes of a file that are hashed and counted as they are read."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw, self.digest, self.size = raw, hashlib.sha256(), 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = self._raw.read(len(buffer))
        self.digest.update(block)
        self.size += len(block)
        buffer[: len(block)] = block
        return len(block)

    def drain(self) -> None:
        while self.read(_BLOCK):
            pass


def index_file(file: CorpusFile, text_field: str) -> FileIndex:
    """Return the parts of a file, from one pass over it.

    Raises InputError if nothing of it can be read.
    """
    token = file.token or file_token(file)
    if file.kind == "texts":
        return _index_texts(file, token)
    damage = ""
    parts: list[Part] = []
    try:
        with _open(file) as raw:
            tap = _Tap(raw)
            if file.kind == "lines":
                buffered = io.BufferedReader(tap, _BLOCK)
                try:
                    for part in _line_parts(decompressed(buffered, file.suffix)):
                        parts.append(part)
                except DAMAGE as error:
                    damage = f"cannot be read: {error}"
            tap.drain()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}") from error
    if file.kind == "rows":
        with _open(file) as raw:
            parts = _row_parts(raw, text_field)
    return FileIndex(token, tap.digest.hexdigest(), tap.size, tuple(parts), damage)


def _line_parts(stream: Any) -> Iterator[Part]:
    """Yield the parts of a file of lines, read in blocks.

    A part ends at the first line end after PART_BYTES, and before a line that is longer than that, so that a giant is
    alone.

    Raises InputError if the file is in another encoding, or has other line ends: else each record would be broken.
    """
    at = start = line_start = 0
    number = first = 1
    try:
        while block := stream.read1(_BLOCK):  # `read` would lose the bytes before damage
            head = block.find(b"\n") + 1
            if not at:
                _check_lines(block, head)
            if head:
                number += 1
                line_start = at + head
                if line_start - start >= PART_BYTES:
                    yield Part(start, line_start, first)
                    start, first = line_start, number
                number += block.count(b"\n", head)
                line_start = at + block.rfind(b"\n") + 1
            at += len(block)
            if at - line_start >= PART_BYTES and line_start > start:
                yield Part(start, line_start, first)
                start, first = line_start, number
    except DAMAGE:
        if line_start > start:  # the whole lines before the damage
            yield Part(start, line_start, first)
        raise
    if at > start:
        yield Part(start, at, first)


def _check_lines(start: bytes, head: int) -> None:
    """Raise InputError if a file of lines that starts so is not UTF-8, or its lines end in CR; the first has `head`."""
    encoding = wide_encoding(start[: len(start) & ~1])
    if encoding is not None:
        name = encoding.upper().replace("_", "-")
        raise InputError(f"in {name}, expected UTF-8: convert it first, as with iconv -f {name} -t UTF-8")
    if b"}\r{" in start[:head] or (not head and b"}\r{" in start):
        raise InputError("lines end with CR alone, expected LF: convert them first, as with tr '\\r' '\\n'")


def _row_parts(raw: IO[bytes], text_field: str) -> list[Part]:
    parquet = _parquet(raw)
    names = parquet.schema_arrow.names
    if text_field not in names:
        raise InputError(f"no column {text_field!r}; columns are {_listed(names)}; choose one with --text-field")
    if names.count(text_field) > 1:
        raise InputError(f"column {text_field!r} occurs twice: rename one")
    data = parquet.metadata
    total = sum(data.row_group(i).total_byte_size for i in range(data.num_row_groups))
    rows = max(1, PART_BYTES * data.num_rows // max(total, 1))
    return [Part(a, min(a + rows, data.num_rows), a + 1) for a in range(0, data.num_rows, rows)]


def _parquet(raw: IO[bytes]) -> Any:
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise missing_extra(error, "parquet", "reading Parquet files") from None
    try:
        return ParquetFile(raw)
    except (ArrowException, *_TABLE_DAMAGE) as error:
        raise _DamagedError(f"cannot be read: {error}") from error


def _index_texts(file: CorpusFile, token: str) -> FileIndex:
    digest, parts, size, start, total = hashlib.sha256(), [], 0, 0, 0
    files = _texts(file.path)
    for i, (path, own) in enumerate(files):
        digest.update(f"{own}\0".encode("utf-8", "surrogateescape"))
        try:
            with path.open("rb") as raw:
                tap = _Tap(raw)
                tap.drain()
            digest.update(tap.digest.digest())
            size += tap.size
        except OSError as error:  # reported when its part is read
            digest.update(str(error).encode())
        if size >= PART_BYTES:
            parts.append(Part(start, i + 1, start + 1))
            start, total, size = i + 1, total + size, 0
    if start < len(files):
        parts.append(Part(start, len(files), start + 1))
    return FileIndex(token, digest.hexdigest(), total + size, tuple(parts))


def check_first_records(files: Iterable[CorpusFile], text_field: str) -> None:
    """Raise InputError if none of the first records has the text field, naming the fields that they have.

    The first records are those of the first file that has any. A file that is empty, or cannot be read, has none: its
    error is reported in its turn.
    """
    for file in files:
        if file.kind == "texts":
            return
        with suppress(*DAMAGE, _DamagedError), _open(file) as raw:
            if file.kind == "rows":
                if _row_parts(raw, text_field):
                    return
                continue
            names = _first_fields(decompressed(raw, file.suffix))
            if text_field in names:
                return
            if names:
                raise InputError(
                    f"{file.path}: no field {text_field!r} in the first records; fields are {_listed(names)}; "
                    "choose one with --text-field"
                )


def _first_fields(stream: IO[bytes]) -> dict[str, None]:
    """Return the names of the fields of the first records, in order."""
    names: dict[str, None] = {}
    for line in islice(iter(lambda: stream.readline(_MAX_LINE), b""), _FIRST_RECORDS):
        with suppress(ValueError, RecursionError):
            fields = json.loads(line)
            if isinstance(fields, dict):
                names.update(dict.fromkeys(fields))
    return names


def _listed(names: Iterable[str]) -> str:
    """Return names for a message, the first of many."""
    first = [repr(name)[:_EXCERPT] for name in islice(names, _NAMED + 1)]
    return ", ".join([*first[:_NAMED], *(["…"] if len(first) > _NAMED else [])])


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
    except (TypeError, ValueError, RecursionError):  # timestamps, decimals, UUIDs, and containers of them
        return str(value)
    return value


def _record(
    number: int, fields: Any, text_field: str, id_field: str, source: bytes | tuple[Any, int]
) -> Record | BadRecord:
    quoted = source[:_EXCERPT].decode("utf-8", "replace") if isinstance(source, bytes) else ""
    if not isinstance(fields, dict):
        fault = f"is {type(fields).__name__}, expected an object with {text_field!r}"
        return BadRecord(number, fault, fault, quoted)
    text = fields.get(text_field)
    if isinstance(text, Exception):
        fault = f"{text_field!r} cannot be read"
        return BadRecord(number, fault, f"{fault}: {text}", quoted)
    if not isinstance(text, str):
        lacks = text_field not in fields
        fault = f"no field {text_field!r}" if lacks else f"{text_field!r} is {type(text).__name__}, expected text"
        has = f"{fault}; fields are {_listed(fields)}" if lacks else fault
        return BadRecord(number, fault, has, quoted)
    if len(text) > MAX_CHARACTERS:
        fault = f"more than {MAX_CHARACTERS:,} characters"
        return BadRecord(number, fault, f"{len(text):,} characters are {fault}: split it", quoted)
    return Record(_id_of(fields.get(id_field), number), text, source)


def open_reader(file: CorpusFile, text_field: str, id_field: str, whole: bool) -> PartReader:
    """Return a reader of the parts of a file; with `whole`, of the records themselves, not of text and id alone."""
    readers: dict[str, Callable[..., PartReader]] = {"lines": _LineReader, "rows": _RowReader, "texts": _TextReader}
    return readers[file.kind](file, text_field, id_field, whole)


@dataclass
class _LineReader:
    """Reads parts of JSON Lines."""

    file: CorpusFile
    text_field: str
    id_field: str
    whole: bool
    _raw: Any = None
    _stream: Any = None
    _at: int = 0

    def _read(self, part: Part) -> bytes:
        """Return the bytes of a part: of a compressed file, the bytes before it are read and dropped."""
        try:
            if self._stream is None or part.start < self._at:
                self.close()
                self._raw = _open(self.file)
                self._stream = decompressed(self._raw, self.file.suffix)
                self._at = 0
            if not self.file.suffix:
                self._stream.seek(part.start)
            else:
                while self._at < part.start:
                    self._at += len(self._stream.read(min(_BLOCK, part.start - self._at)) or self._fail())
            data: bytes = self._stream.read(part.end - part.start)
            while len(data) < part.end - part.start:
                data += self._stream.read(part.end - part.start - len(data)) or self._fail()
            self._at = part.end
        except DAMAGE as error:
            raise InputError(f"cannot be read: {error}") from error
        return data

    def _fail(self) -> bytes:
        raise InputError("has become shorter while it was scanned")

    def close(self) -> None:
        """Close the file."""
        if self._stream is not None:
            self._stream.close()
            self._raw.close()  # which decompression leaves open, until garbage is collected

    def records(self, part: Part) -> Iterator[Record | BadRecord]:
        """Yield the records of a part."""
        if part.end - part.start > _MAX_LINE:
            fault = f"a line of more than {_MAX_LINE:,} bytes"
            yield BadRecord(part.first, fault, f"{fault}: is this JSON Lines?")
            return
        for number, line in enumerate(self._read(part).split(b"\n"), part.first):
            if not line.strip():
                continue
            try:
                fields = json.loads(line)
            except UnicodeDecodeError as error:
                fault = "not UTF-8"
                yield BadRecord(
                    number, fault, f"{fault}: byte {error.start}", line[:_EXCERPT].decode("utf-8", "replace")
                )
            except (ValueError, RecursionError) as error:
                reason = "nested too deep" if isinstance(error, RecursionError) else error
                yield BadRecord(number, "not JSON", f"not JSON: {reason}", line[:_EXCERPT].decode("utf-8", "replace"))
            else:
                made = _record(number, fields, self.text_field, self.id_field, line + b"\n")
                yield Record(made.id, made.text) if isinstance(made, Record) and not self.whole else made


# Values that Python cannot hold, time zones that it does not know, types that pyarrow does not convert.
_CELL_FAULTS = (ValueError, OverflowError, LookupError, NotImplementedError)


def _values(column: Any) -> list[Any]:
    """Return the values of an Arrow column; of one that Python cannot hold, or that is not valid UTF-8, the error."""
    with suppress(*_CELL_FAULTS):
        found: list[Any] = column.to_pylist()
        return found
    return [_value(cell) for cell in column]


def _value(cell: Any) -> Any:
    try:
        return cell.as_py()
    except _CELL_FAULTS as error:
        return error


@dataclass
class _RowReader:
    """Reads parts of a Parquet file."""

    file: CorpusFile
    text_field: str
    id_field: str
    whole: bool
    _parquet: Any = None
    _batches: Any = None  # RecordBatches that come next
    _batch: Any = None
    _at: int = 0  # the row that `_batch` begins with

    def close(self) -> None:
        """Close the file."""
        if self._parquet is not None:
            self._parquet.close(force=True)

    def _seek(self, row: int) -> None:
        """Go to the row group that holds a row, unless the row is ahead in the current one."""
        if self._parquet is None:
            self._parquet = _parquet(_open(self.file))
        data = self._parquet.metadata
        first = group = 0
        while group < data.num_row_groups and first + data.row_group(group).num_rows <= row:
            first += data.row_group(group).num_rows
            group += 1
        if self._batches is None or row < self._at or first > self._at:
            names = self._parquet.schema_arrow.names
            columns = None if self.whole else [c for c in dict.fromkeys((self.id_field, self.text_field)) if c in names]
            groups = range(group, data.num_row_groups)
            self._batches = self._parquet.iter_batches(_ROWS, row_groups=list(groups), columns=columns)
            self._batch, self._at = None, first

    def records(self, part: Part) -> Iterator[Record | BadRecord]:
        """Yield the records of a part."""
        from pyarrow import ArrowException

        try:
            self._seek(part.start)
            row = part.start
            while row < part.end:
                if self._batch is None:
                    self._batch = next(self._batches)
                batch, begins = self._batch, self._at
                if row < begins + batch.num_rows:
                    yield from self._rows(batch, row - begins, min(part.end - begins, batch.num_rows), begins)
                    row = min(part.end, begins + batch.num_rows)
                if row >= begins + batch.num_rows:
                    self._batch, self._at = None, begins + batch.num_rows
        except InputError:
            raise
        except (ArrowException, StopIteration, *_TABLE_DAMAGE) as error:
            self._batches = None
            raise InputError(f"cannot be read: {error}") from error

    def _rows(self, batch: Any, first: int, last: int, begins: int) -> Iterator[Record | BadRecord]:
        names = batch.schema.names
        wanted = [i for i, c in enumerate(names) if c in (self.id_field, self.text_field)]
        columns = [_values(batch.column(i).slice(first, last - first)) for i in wanted]
        for i, values in enumerate(zip(*columns, strict=True), first):
            fields = dict(zip((names[c] for c in wanted), values, strict=True))
            source = (batch, i) if self.whole else b""
            yield _record(begins + i + 1, fields, self.text_field, self.id_field, source)


@dataclass
class _TextReader:
    """Reads text files of a folder, each a record whose id is its path."""

    file: CorpusFile
    text_field: str
    id_field: str
    whole: bool
    _files: Sequence[tuple[Path, str]] = ()

    def close(self) -> None:
        """Close nothing: each text is read at once."""

    def records(self, part: Part) -> Iterator[Record | BadRecord]:
        """Yield the records of a part."""
        self._files = self._files or _texts(self.file.path)
        for number, (path, own) in enumerate(self._files[part.start : part.end], part.first):
            try:
                document: InputDocument = read_document(path)
            except InputError as error:
                yield BadRecord(number, "a text that cannot be read", f"{own}: {error}")
                continue
            line = json.dumps({self.id_field: own, self.text_field: document.text}) + "\n" if self.whole else ""
            yield Record(own, document.judged_text, line.encode())
