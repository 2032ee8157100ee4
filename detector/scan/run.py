"""The scan itself: parts are claimed, read, scored in batches by any number of processes, and kept."""

from __future__ import annotations

import shutil
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from detector import api
from detector.errors import DetectorError, InputError
from detector.model_store import load_models
from detector.readers.records import (
    BadRecord,
    CorpusFile,
    FileIndex,
    Part,
    Record,
    check_first_records,
    corpus_files,
    file_token,
    index_file,
    name_by_content,
    open_reader,
)
from detector.report.model import InputFailure
from detector.scan.counts import Counts
from detector.scan.folder import Lock, ScanFolder, lock, read_json, write_json
from detector.scan.outputs import (
    COMPRESSIONS,
    JsonWriter,
    ResultWriter,
    SourceWriter,
    check_available,
    joiner,
    quarantine_line,
)
from detector.scan.score import score_batch
from detector.version import __version__

__all__ = ["KEPT_VERDICTS", "ScanProgress", "ScanSettings", "ScanStopped", "ScanSummary", "scan"]

# What `write` keeps. The records that are too short or not English are neither clean nor spun.
KEPT_VERDICTS = {
    "clean": ("clean",),
    "spun": ("spun",),
    "not-spun": ("clean", "insufficient_text", "unsupported_language"),
}
_STDIN = "-"
_BATCH_CHARACTERS = 160_000  # as much as `scores` takes together
_BATCH_DOCUMENTS = 128
_BATCHES_AHEAD = 3  # a process, so that none waits for the reader


class ScanStopped(DetectorError):
    """A scan had to stop; what it finished is kept."""


@dataclass(frozen=True)
class ScanSettings:
    """What a scan reads, and what it writes.

    Attributes
    ----------
    source : a file of records, a folder of them or of texts, a URL that fsspec opens, or "-" for standard input
    output : the folder of the results
    text_field, id_field : the fields that hold a record's text and its id; its number is its id if it has none
    threshold : as `detect` takes it
    evidence : whether results hold passages and findings
    n_jobs : processes that work side by side
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
            raise InputError("rejected needs write: it is what `write` leaves out")
        if self.output_format not in ("jsonl", "parquet"):
            raise InputError(f"output_format is {self.output_format!r}: give jsonl or parquet")
        if self.compression not in COMPRESSIONS:
            raise InputError(f"compression is {self.compression!r}: give one of {', '.join(COMPRESSIONS)}")
        if "://" in str(self.output):
            raise InputError(f"{self.output}: results go to a folder of this computer; copy them from there")
        check_available(self.output_format, self.compression)


@dataclass
class ScanSummary:
    """What is done of a corpus, by this scan and those before it.

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

    @property
    def verdicts(self) -> Counter[str]:
        """Records by verdict."""
        return self.counts.verdicts

    def to_dict(self) -> dict[str, Any]:
        """Return what `summary.json` holds."""
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


class _File:
    """A file at work: its index, and the parts that are still to do."""

    def __init__(self, file: CorpusFile, name: str, index: FileIndex, parts: Iterable[int]) -> None:
        self.file, self.name, self.index = file, name, index
        self.parts = list(parts)
        self.missing = set(self.parts)


class _Unit:
    """A part at work, which is locked, and its outputs so far."""

    def __init__(self, scan: _Scan, state: _File, number: int, held: Lock) -> None:
        self.state, self.number, self._held, self._scan = state, number, held, scan
        self.part: Part = state.index.parts[number]
        self.counts = Counts()
        self.failed = False
        self._writers: dict[str, Any] = {}

    def _path(self, stream: str) -> Path:
        return self._scan.folder.part(self.state.file.name, self.state.index.sha256, self.number, stream)

    def _writer(self, stream: str) -> Any:
        """Return what writes a stream of the part, under a name that no other scan takes for done."""
        if stream not in self._writers:
            path = self._path(stream + ".partial")
            settings, suffix = self._scan.settings, self._scan.suffix(self.state.file, stream)
            if stream == "results":
                compression = COMPRESSIONS[settings.compression]
                made: Any = ResultWriter(path, settings.output_format, compression, settings.evidence)
            elif stream == "quarantine":
                made = JsonWriter(path, "")
            else:
                made = SourceWriter(path, self.state.file.kind, Path(suffix).suffix)
            self._writers[stream] = made
        return self._writers[stream]

    def add(self, record: Record, row: dict[str, Any]) -> None:
        """Write one result."""
        settings = self._scan.settings
        self.counts.add_row(row)
        self._writer("results").write({"id": record.id, **row, "signature": self._scan.signature})
        if settings.write is None:
            return
        if row["verdict"] in KEPT_VERDICTS[settings.write]:
            self.counts.written += 1
            self._writer("written").write(record)
        else:
            self.counts.rejected += 1
            if settings.rejected is not None:
                self._writer("rejected").write(record, row["verdict"], row["probability"])

    def add_bad(self, bad: BadRecord) -> None:
        """Write one broken record."""
        self.counts.faults[bad.fault] += 1
        self._writer("quarantine").write(quarantine_line(self.state.file.path, bad))

    def commit(self) -> None:
        """Keep the part: its files get their names, and then it is marked as done."""
        self._writer("results")
        for writer in self._writers.values():
            writer.close()
        for stream in self._writers:
            self._path(stream + ".partial").replace(self._path(stream))
        write_json(self._path("done"), {"streams": sorted(self._writers), "counts": self.counts.to_dict()})
        self._held.release()

    def abandon(self) -> None:
        """Leave the part as it was."""
        for stream, writer in self._writers.items():
            with suppress(Exception):  # the disk may be full
                writer.close()
            self._path(stream + ".partial").unlink(missing_ok=True)
        self._held.release()


_Item = tuple[_Unit, Record | BadRecord | None]  # None ends a part


class _Scan:
    """One run of `scan`."""

    def __init__(
        self,
        settings: ScanSettings,
        fail: Callable[[InputFailure], None],
        progress: Callable[[ScanProgress], None],
    ) -> None:
        self.settings, self._fail, self._progress = settings, fail, progress
        self.folder = ScanFolder(Path(settings.output))
        models = load_models()
        self.signature = models.signature
        self.threshold = api._threshold(models, settings.threshold)
        self.summary = ScanSummary()
        self._at_work: dict[int, _Unit] = {}
        self._busy: list[tuple[_File, int]] = []
        self._told: set[str] = set()
        self._bytes = self._total = self._records = 0

    # -- files and their parts

    def suffix(self, file: CorpusFile, stream: str) -> str:
        """Return the suffixes of a stream's files."""
        if stream == "quarantine":
            return ".jsonl"
        if stream == "results":
            jsonl = self.settings.output_format == "jsonl"
            return ".jsonl" + COMPRESSIONS[self.settings.compression] if jsonl else ".parquet"
        if file.kind == "rows":
            return ".parquet"
        return ".jsonl" + ("" if not file.suffix else ".zst" if file.suffix == ".zst" else ".gz")

    def _output(self, state: _File, stream: str) -> Path:
        """Return where a stream of a file goes; a file that is damaged further on has incomplete results."""
        root = self.folder.path
        if stream == "written":
            root = root / str(self.settings.write)
        elif stream == "quarantine":
            root = root / "quarantine"
        elif stream == "rejected":
            assert self.settings.rejected is not None
            root = Path(self.settings.rejected)
        incomplete = ".incomplete" if state.index.damage else ""
        return root / (state.name + incomplete + self.suffix(state.file, stream))

    def _told_failure(self, path: str, message: str) -> None:
        failure = InputFailure(path, message)
        self.summary.failures.append(failure)
        self._fail(failure)

    def _open(self, file: CorpusFile, name: str, by_parts: bool) -> _File | None:
        """Return a file that is to do; None if it is done, or cannot be read."""
        marker_path = self.folder.marker(name)
        try:
            token = file_token(file)
            marker = read_json(marker_path)
            if marker is not None and marker["token"] == token:
                self._found_done(file, name, marker)
                return None
            with self.folder.locked(self.folder.key(file.name)):
                index = self._index(file, token)
            if marker is not None and marker["sha256"] != index.sha256 and marker["path"] != file.place:
                raise InputError(f"the folder holds results of {marker['path']} under the same name: give another one")
        except InputError as error:
            self._told_failure(file.path, str(error))
            return None
        if marker is not None and marker["sha256"] == index.sha256:
            write_json(marker_path, {**marker, "path": file.place, "token": index.token})
            self._found_done(file, name, marker)
            return None
        if marker is not None:
            self.summary.changed.append(file.path)
        shard, count = self.settings.shard
        numbers = range(len(index.parts))
        return _File(file, name, index, numbers[shard - 1 :: count] if by_parts else numbers)

    def _found_done(self, file: CorpusFile, name: str, marker: dict[str, Any]) -> None:
        self.summary.found_done += 1
        self._bytes += file.size
        self._count_file(file, name, Counts.from_dict(marker["counts"]), marker["damage"])

    def _count_file(self, file: CorpusFile, name: str, counts: Counts, damage: str) -> None:
        self.summary.counts.add(counts)
        self.summary.files[name] = counts
        if damage:
            self._told_failure(file.path, f"{damage}; {counts.records:,} records before that are kept")

    def _index(self, file: CorpusFile, token: str) -> FileIndex:
        path = self.folder.index(file.name)
        kept = read_json(path)
        if kept is not None and kept["token"] == token and kept["path"] == file.place:
            del kept["path"]
            return FileIndex(**{**kept, "parts": tuple(Part(*p) for p in kept["parts"])})
        index = index_file(file, self.settings.text_field)
        if len(index.parts) > 1:
            parts = [(p.start, p.end, p.first) for p in index.parts]
            write_json(path, {"path": file.place, **asdict(index), "parts": parts})
        return index

    def _units(self, files: list[tuple[CorpusFile, str]], by_parts: bool) -> Iterator[_Unit]:
        """Yield the parts that are to do and that no other scan is at, locked."""
        for file, name in files:
            state = self._open(file, name, by_parts)
            if state is None:
                continue
            for number in state.parts:
                if self._is_done(state, number):
                    continue
                held = lock(self._lock_path(state, number), wait=False)
                if held is None:
                    self._busy.append((state, number))
                elif self._is_done(state, number):
                    held.release()
                else:
                    yield _Unit(self, state, number, held)
            self._join(state)

    def _lock_path(self, state: _File, number: int) -> Path:
        return self.folder.part(state.file.name, state.index.sha256, number, "lock")

    def _is_done(self, state: _File, number: int) -> bool:
        marker = self.folder.part(state.file.name, state.index.sha256, number, "done")
        if number in state.missing and (marker.exists() or self._is_joined(state)):
            state.missing.discard(number)
            self._bytes += self._size(state, number)
        return number not in state.missing

    def _is_joined(self, state: _File) -> bool:
        marker = read_json(self.folder.marker(state.name))
        return marker is not None and marker["sha256"] == state.index.sha256

    def _size(self, state: _File, number: int) -> int:
        """Return the share of a part in the file's bytes."""
        parts = state.index.parts
        return state.file.size * (parts[number].end - parts[number].start) // max(parts[-1].end, 1)

    # -- scoring

    def _items(self, units: Iterable[_Unit]) -> Iterator[_Item]:
        whole = self.settings.write is not None
        file, reader = None, None
        for unit in units:
            self._at_work[id(unit)] = unit
            if reader is None or unit.state is not file:
                if reader is not None:
                    reader.close()
                file = unit.state
                reader = open_reader(file.file, self.settings.text_field, self.settings.id_field, whole)
            try:
                for record in reader.records(unit.part):
                    yield unit, record
            except InputError as error:
                self._told_failure(file.file.path, str(error))
                unit.failed = True
            yield unit, None
        if reader is not None:
            reader.close()

    def _batches(self, items: Iterable[_Item]) -> Iterator[tuple[list[_Item], list[str]]]:
        """Yield items in lists of bounded size, with the texts of those that have one; a long text is alone."""
        batch: list[_Item] = []
        texts: list[str] = []
        size = 0
        for unit, item in items:
            if isinstance(item, Record):
                long = len(item.text) > _BATCH_CHARACTERS
                if texts and (long or size >= _BATCH_CHARACTERS or len(texts) >= _BATCH_DOCUMENTS):
                    yield batch, texts
                    batch, texts, size = [], [], 0
                texts.append(item.text)
                size += max(len(item.text), _BATCH_CHARACTERS if long else 0)
                item = Record(item.id, "", item.source)
            batch.append((unit, item))
        yield batch, texts

    def _scored(
        self, batches: Iterable[tuple[list[_Item], list[str]]]
    ) -> Generator[tuple[list[_Item], list[Any]], None, None]:
        """Yield the items and the rows of their texts, in order."""
        settings = self.settings
        if settings.n_jobs == 1:
            for items, texts in batches:
                yield items, score_batch(texts, self.threshold, settings.evidence)
            return
        from joblib.externals.loky import BrokenProcessPool, ProcessPoolExecutor

        pool = ProcessPoolExecutor(settings.n_jobs, initializer=_ignore_interrupts)
        waiting: deque[tuple[list[_Item], Any]] = deque()
        try:
            for items, texts in batches:
                waiting.append((items, pool.submit(score_batch, texts, self.threshold, settings.evidence)))
                if len(waiting) > _BATCHES_AHEAD * settings.n_jobs:
                    items, rows = waiting.popleft()
                    yield items, rows.result()
            while waiting:
                items, rows = waiting.popleft()
                yield items, rows.result()
        except BrokenProcessPool:
            raise ScanStopped("a process at work was killed, perhaps because memory ran out: try fewer jobs") from None
        finally:
            pool.shutdown(kill_workers=True)

    def _work(self, units: Iterable[_Unit]) -> None:
        with closing(self._scored(self._batches(self._items(units)))) as scored:
            for items, rows in scored:
                unused = iter(rows)
                for unit, item in items:
                    if isinstance(item, Record):
                        row = next(unused)
                        unit.add(item, row)
                        self._records += 1
                        self.summary.words += row["n_words"]
                    elif isinstance(item, BadRecord):
                        self._add_bad(unit, item)
                    else:
                        self._finish(unit)
                if items:
                    name = items[-1][0].state.file.path
                    self._progress(ScanProgress(self._bytes, self._total, self._records, self.summary.words, name))

    def _add_bad(self, unit: _Unit, bad: BadRecord) -> None:
        unit.add_bad(bad)
        if bad.fault not in self._told:
            self._told.add(bad.fault)
            self._fail(InputFailure(f"{unit.state.file.path}: record {bad.number}", bad.message))

    def _finish(self, unit: _Unit) -> None:
        del self._at_work[id(unit)]
        if unit.failed:
            unit.abandon()
            return
        unit.commit()
        self._bytes += self._size(unit.state, unit.number)
        unit.state.missing.discard(unit.number)
        self._join(unit.state)

    def _join(self, state: _File) -> None:
        """Join the parts of a file if all are done, and mark the file as done."""
        if state.missing or state.name in self.summary.files:
            return
        part, file, sha256 = self.folder.part, state.file.name, state.index.sha256
        with self.folder.locked(self.folder.key(state.name)):
            marker = read_json(self.folder.marker(state.name))
            if marker is not None and marker["sha256"] == sha256:  # another scan was faster
                self._count_file(state.file, state.name, Counts.from_dict(marker["counts"]), marker["damage"])
                self.summary.done += 1
                return
            try:
                if file_token(state.file) != state.index.token:
                    raise InputError("has changed while it was scanned: scan it again when it is at rest")
            except InputError as error:
                self._told_failure(state.file.path, str(error))
                return
            counts = Counts()
            streams: dict[str, list[Path]] = {"results": []}
            for number in state.parts:
                done = read_json(part(file, sha256, number, "done"))
                counts.add(Counts.from_dict(done["counts"]))
                for stream in done["streams"]:
                    streams.setdefault(stream, []).append(part(file, sha256, number, stream))
            self._write_outputs(state, streams)
            write_json(
                self.folder.marker(state.name),
                {
                    "path": state.file.place,
                    "name": state.name,
                    "token": state.index.token,
                    "sha256": sha256,
                    "damage": state.index.damage,
                    "counts": counts.to_dict(),
                },
            )
            for number in state.parts:
                part(file, sha256, number, "done").unlink(missing_ok=True)
                for stream in streams:
                    part(file, sha256, number, stream).unlink(missing_ok=True)
            if len(state.parts) == len(state.index.parts):
                self.folder.index(file).unlink(missing_ok=True)
        self.summary.done += 1
        self._count_file(state.file, state.name, counts, state.index.damage)

    def _write_outputs(self, state: _File, streams: dict[str, list[Path]]) -> None:
        """Write each stream's file from its parts; what an earlier content of the file has left there goes."""
        possible = ["results", "quarantine"]
        possible += ["written"] if self.settings.write is not None else []
        possible += ["rejected"] if self.settings.rejected is not None else []
        for stream in possible:
            out = self._output(state, stream)
            parts = streams.get(stream, [])
            if not parts and stream == "results":
                out.parent.mkdir(parents=True, exist_ok=True)
                ResultWriter(
                    out, self.settings.output_format, COMPRESSIONS[self.settings.compression], self.settings.evidence
                ).close()
            elif not parts:
                out.unlink(missing_ok=True)
            else:
                out.parent.mkdir(parents=True, exist_ok=True)
                partial = out.with_name(out.name + ".partial")
                joiner(out)(parts, partial)
                partial.replace(out)

    # -- the whole

    def _check_places(self, files: list[CorpusFile]) -> None:
        """Raise InputError if results would lie among the records, or over them."""
        output = self.folder.path.resolve()
        source = Path(self.settings.source)
        if str(self.settings.source) == _STDIN or "://" in str(self.settings.source):
            return
        for folder in (output, *([Path(self.settings.rejected).resolve()] if self.settings.rejected else [])):
            if source.is_dir() and folder.is_relative_to(source.resolve()):
                raise InputError(f"{folder} lies in the corpus, which would be overwritten or read again: give another")
            for file in files:
                path = Path(file.path).resolve()
                if path.is_relative_to(folder) and _is_result(path.relative_to(folder), file.name):
                    raise InputError(f"{file.path} would be overwritten by its results: give another folder")

    def run(self) -> ScanSummary:
        settings = self.settings
        begun = time.perf_counter()
        source = str(settings.source)
        try:
            with _spooled(self.folder) if source == _STDIN else nullcontext(source) as readable:
                self._run(readable)
            self.summary.seconds = time.perf_counter() - begun
            shard, count = settings.shard
            name = "summary.json" if count == 1 else f"summary.{shard}-of-{count}.json"
            write_json(self.folder.path / name, {"signature": self.signature, **self.summary.to_dict()})
        except OSError as error:
            where = error.filename or self.folder.path
            raise ScanStopped(f"{where}: {error.strerror or error}") from error
        return self.summary

    def _run(self, source: str) -> None:
        files = corpus_files(source)
        self._check_places(files)
        check_first_records(files[0], self.settings.text_field)
        self.folder.claim(self._claim())
        shard, count = self.settings.shard
        by_parts = 1 < count and len(files) < count
        tail = f".{shard}-of-{count}" if by_parts else ""
        own = files if by_parts else files[shard - 1 :: count]
        self._total = sum(file.size for file in own) // (count if by_parts else 1)
        self._scan([(file, file.name + tail) for file in own], by_parts)

    def _scan(self, files: list[tuple[CorpusFile, str]], by_parts: bool) -> None:
        try:
            self._work(self._units(files, by_parts))
            # What other scans were at: each part is waited for, and done here if its scan has died.
            for state, number in self._busy:
                held = lock(self._lock_path(state, number), wait=True)
                assert held is not None
                if self._is_done(state, number):
                    held.release()
                    self._join(state)
                else:
                    self._work([_Unit(self, state, number, held)])
        finally:
            for unit in list(self._at_work.values()):
                unit.abandon()

    def _claim(self) -> dict[str, Any]:
        """Return all that the results depend on."""
        s = self.settings
        return {
            "version": __version__,
            "signature": self.signature,
            "threshold": self.threshold,
            "text_field": s.text_field,
            "id_field": s.id_field,
            "evidence": s.evidence,
            "write": s.write,
            "rejected": None if s.rejected is None else str(Path(s.rejected).resolve()),
            "output_format": s.output_format,
            "compression": s.compression,
            "shards": s.shard[1],
        }


def _is_result(relative: Path, name: str) -> bool:
    """Return whether a path inside the output folder is one that a result of this name may get."""
    return relative.as_posix().startswith(name + ".")


def _ignore_interrupts() -> None:
    """Leave Ctrl-C to the process that reads and writes."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _spooled(folder: ScanFolder) -> Iterator[str]:
    """Yield a file with what standard input holds, so that it can be read in parts; it goes when the body is done.

    Raises InputError if another scan of the folder reads its own.
    """
    made = [p for p in (folder.path, folder.kept) if not p.exists()]
    folder.kept.mkdir(parents=True, exist_ok=True)
    held = lock(folder.kept / "stdin.lock", wait=False)
    if held is None:
        raise InputError(f"another scan into {folder.path} reads standard input: give another folder, or wait for it")
    stream: Any = sys.stdin.buffer
    path = folder.kept / f"stdin{name_by_content(stream.peek(8))}"
    try:
        with path.open("wb") as out:
            shutil.copyfileobj(stream, out, 1 << 20)
        yield str(path)
    finally:
        path.unlink(missing_ok=True)
        held.release()
        for empty in reversed(made):
            with suppress(OSError):  # holds results
                empty.rmdir()


def scan(
    settings: ScanSettings,
    fail: Callable[[InputFailure], None] = lambda failure: None,
    progress: Callable[[ScanProgress], None] = lambda at: None,
) -> ScanSummary:
    """Score every record and return what is done.

    Parameters
    ----------
    fail : told of each file that cannot be read, and of the first record of each kind of fault
    progress : told how far the scan is, after each batch

    Raises InputError if there is nothing to read, the first records have no such text field, two files would have results
    of one name, or the folder holds the results of other models or settings; ScanStopped if the disk is full or a process
    was killed. What is done stays done, and the same call goes on with the rest.
    """
    settings.check()
    return _Scan(settings, fail, progress).run()
