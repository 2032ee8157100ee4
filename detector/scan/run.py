"""The scan itself: parts are claimed, read, scored in batches by any number of processes, and kept."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from detector import api
from detector.errors import InputError
from detector.files import lock
from detector.json_objects import from_json
from detector.model_store import load_models
from detector.readers.records import (
    BadRecord,
    CorpusFile,
    FileIndex,
    Record,
    check_first_records,
    corpus_files,
    file_token,
    index_file,
    name_by_content,
    open_reader,
)
from detector.report.model import InputFailure
from detector.scan.batches import Item, iter_batches, iter_scored
from detector.scan.counts import Counts
from detector.scan.folder import ScanFolder, read_json, write_json
from detector.scan.settings import ScanProgress, ScanSettings, ScanStopped, ScanSummary
from detector.scan.work import FileWork, PartWork, ScanContext
from detector.version import __version__

__all__ = ["scan"]

_STDIN = "-"


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
        self.context = ScanContext(settings, self.folder, models.signature)
        self.threshold = api._threshold(models, settings.threshold)
        self.summary = ScanSummary()
        self._at_work: dict[int, PartWork] = {}
        self._busy: list[tuple[FileWork, int]] = []
        self._told: set[str] = set()
        self._leftovers: dict[str, list[Path]] = {}
        self._bytes = self._total = self._records = 0
        self._shares = 1  # of each file, if shares are of files' parts

    # -- files and their parts

    def _told_failure(self, path: str, message: str) -> None:
        failure = InputFailure(path, message)
        self.summary.failures.append(failure)
        if message not in self._told:
            self._told.add(message)
            self._fail(failure)

    def _open(self, file: CorpusFile, name: str, by_parts: bool) -> FileWork | None:
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
        state = FileWork(file, name, index, numbers[shard - 1 :: count] if by_parts else numbers)
        # Now it is known how much of the file is to do here: its parts are not all of one size.
        self._total += sum(self._size(state, number) for number in state.parts) - self._share(file)
        return state

    def _found_done(self, file: CorpusFile, name: str, marker: dict[str, Any]) -> None:
        self.summary.found_done += 1
        self._bytes += self._share(file)
        self._remove_leftovers(file, name)
        self._count_file(file, name, Counts.from_dict(marker["counts"]), marker["damage"])

    def _remove_leftovers(self, file: CorpusFile, name: str) -> None:
        """Remove the remains of killed scans of a file that is done now."""
        if name == file.name:  # no share of a file, other parts of which may be at work
            for path in self._leftovers.pop(self.folder.key(name), ()):
                path.unlink(missing_ok=True)

    def _count_file(self, file: CorpusFile, name: str, counts: Counts, damage: str) -> None:
        self.summary.counts.add(counts)
        self.summary.files[name] = counts
        if damage:
            self._told_failure(file.path, f"{damage}; {counts.records:,} records before that are kept")

    def _index(self, file: CorpusFile, token: str) -> FileIndex:
        path = self.folder.index(file.name)
        kept = read_json(path)
        if kept is not None and kept["token"] == token and kept["path"] == file.place:
            return from_json(FileIndex, kept)
        index = index_file(file, self.settings.text_field)
        if len(index.parts) > 1:
            write_json(path, {"path": file.place, **asdict(index)})
        return index

    def _units(self, files: list[tuple[CorpusFile, str]], by_parts: bool) -> Iterator[PartWork]:
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
                    yield PartWork(self.context, state, number, held)
            self._join(state)

    def _lock_path(self, state: FileWork, number: int) -> Path:
        return self.folder.part(state.file.name, state.index.sha256, number, "lock")

    def _is_done(self, state: FileWork, number: int) -> bool:
        marker = self.folder.part(state.file.name, state.index.sha256, number, "done")
        if number in state.missing and (marker.exists() or self._is_joined(state)):
            state.missing.discard(number)
            self._bytes += self._size(state, number)
        return number not in state.missing

    def _is_joined(self, state: FileWork) -> bool:
        marker = read_json(self.folder.marker(state.name))
        return marker is not None and marker["sha256"] == state.index.sha256

    def _share(self, file: CorpusFile) -> int:
        """Return about how many bytes of a file are for this scan to do."""
        return file.size // self._shares

    def _size(self, state: FileWork, number: int) -> int:
        """Return the share of a part in the file's bytes."""
        parts = state.index.parts
        return state.file.size * (parts[number].end - parts[number].start) // max(parts[-1].end, 1)

    # -- scoring

    def _items(self, units: Iterable[PartWork]) -> Iterator[Item]:
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

    def _scored(self, units: Iterable[PartWork]) -> Generator[tuple[list[Item], list[dict[str, Any]]], None, None]:
        s = self.settings
        return iter_scored(iter_batches(self._items(units)), s.n_jobs, self.threshold, s.evidence)

    def _work(self, units: Iterable[PartWork]) -> None:
        with closing(self._scored(units)) as scored:
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

    def _add_bad(self, unit: PartWork, bad: BadRecord) -> None:
        unit.add_bad(bad)
        if bad.fault not in self._told:
            self._told.add(bad.fault)
            self._fail(InputFailure(f"{unit.state.file.path}: record {bad.number}", bad.message))

    def _finish(self, unit: PartWork) -> None:
        if unit.failed:
            unit.abandon()
        else:
            unit.commit()
        del self._at_work[id(unit)]
        if unit.failed:
            return
        self._bytes += self._size(unit.state, unit.number)
        unit.state.missing.discard(unit.number)
        self._join(unit.state)

    def _join(self, state: FileWork) -> None:
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
                    raise InputError("has changed while it was scanned: scan it again when it no longer changes")
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
            state.write_outputs(self.context, streams)
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
                for what in ("done", "lock", *streams):  # a scan that was killed has left its lock
                    part(file, sha256, number, what).unlink(missing_ok=True)
            if len(state.parts) == len(state.index.parts):
                self.folder.index(file).unlink(missing_ok=True)
        self._remove_leftovers(state.file, state.name)
        self.summary.done += 1
        self._count_file(state.file, state.name, counts, state.index.damage)

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
            write_json(self.folder.path / name, {"settings": self._claim(), **self.summary.to_dict()}, 1)
        except BrokenProcessPool:
            raise self._stopped("a process at work was killed, perhaps because memory ran out (use fewer)") from None
        except OSError as error:
            raise self._stopped(f"{error.filename or self.folder.path}: {error.strerror or error}") from error
        return self.summary

    def _stopped(self, why: str) -> ScanStopped:
        return ScanStopped(f"{why}; finished parts are kept in {self.folder.path}, the same command goes on from there")

    def _run(self, source: str) -> None:
        files = corpus_files(source)
        self._check_places(files)
        shard, count = self.settings.shard
        by_parts = count > 1 and len(files) < count
        tail = f".{shard}-of-{count}" if by_parts else ""
        own = files if by_parts else files[shard - 1 :: count]
        self._shares = count if by_parts else 1
        self._total = sum(map(self._share, own))
        self.context.check_outputs((file, file.name + tail) for file in files)
        check_first_records(files, self.settings.text_field)
        self.folder.claim(self._claim())
        self._scan([(file, file.name + tail) for file in own], by_parts)

    def _scan(self, files: list[tuple[CorpusFile, str]], by_parts: bool) -> None:
        # The remains of killed scans, which are removed with the parts of their file.
        for path in self.folder.parts.iterdir():
            self._leftovers.setdefault(path.name.lstrip(".")[: self.folder.KEY_LENGTH], []).append(path)
        try:
            self._work(self._units(files, by_parts))
            # Parts that other scans work on: each is waited for, and done here if its scan has died.
            for state, number in self._busy:
                held = lock(self._lock_path(state, number), wait=True)
                assert held is not None
                if self._is_done(state, number):
                    held.release()
                    self._join(state)
                else:
                    self._work([PartWork(self.context, state, number, held)])
        finally:
            for unit in list(self._at_work.values()):
                unit.abandon()

    def _claim(self) -> dict[str, Any]:
        """Return all that the results depend on."""
        s = self.settings
        return {
            "version": __version__,
            "signature": self.context.signature,
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


@contextmanager
def _spooled(folder: ScanFolder) -> Iterator[str]:
    """Yield a file with the content of standard input, so that it can be read in parts; it is removed in the end.

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
    """Score every record and return a summary.

    Parameters
    ----------
    fail : called with each file that cannot be read, and the first record of each kind of fault
    progress : called with the progress after each batch

    Raises InputError if there is nothing to read, the first records have no such text field, two files would have
    results of one name, or the folder holds the results of other models or settings; ScanStopped if the disk is full
    or a process was killed. Finished parts stay, and the same call goes on with the rest.
    """
    settings.check()
    return _Scan(settings, fail, progress).run()
