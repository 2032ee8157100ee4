"""The scan itself: parts are claimed, read, scored in batches by any number of processes, and kept."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any

from detector import api
from detector.errors import InputError
from detector.files import lock
from detector.json_objects import from_json
from detector.model_store import load_models
from detector.readers.records import (
    PART_BYTES,
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
    with_content,
)
from detector.report.model import InputFailure
from detector.scan.batches import Item, iter_batches, iter_scored
from detector.scan.counts import Counts
from detector.scan.folder import FinishedFile, ScanFolder, read_json, write_json
from detector.scan.settings import ScanProgress, ScanSettings, ScanStopped, ScanSummary
from detector.scan.work import Bundle, FileWork, PartWork, ScanContext, SmallFileWork
from detector.version import __version__

__all__ = ["scan"]

_STDIN = "-"
_BUNDLE_FILES = 512  # small ones that are marked together

_Unit = PartWork | SmallFileWork | Bundle


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
        self._at_work: dict[int, _Unit] = {}
        self._busy: list[tuple[FileWork, int]] = []
        self._busy_bundles: list[list[tuple[CorpusFile, str]]] = []
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

    def _is_found_done(self, file: CorpusFile, name: str) -> bool:
        """Return whether the file as it is now was done before."""
        finished = self.folder.finished(name)
        if finished is None:
            return False
        if not self.context.has_outputs(file, finished):  # somebody has removed them
            self.folder.forget(name)
            return False
        if finished.token != file_token(file):
            return False
        self._found_done(file, finished)
        return True

    def _open(self, file: CorpusFile, name: str, by_parts: bool) -> FileWork | None:
        """Return a file that is to do; None if it is done, or cannot be read."""
        try:
            if self._is_found_done(file, name):
                return None
            with nullcontext() if file.content is not None else self.folder.locked(self.folder.key(file.name)):
                index = self._index(file)
            finished = self.folder.finished(name)
            if finished is not None and finished.sha256 != index.sha256 and finished.path != file.place:
                raise InputError(f"the folder holds results of {finished.path} under the same name: give another one")
        except InputError as error:
            self._told_failure(file.path, str(error))
            return None
        if finished is not None and finished.sha256 == index.sha256:
            self.folder.add_finished([replace(finished, path=file.place, token=index.token)])
            self._found_done(file, finished)
            return None
        if finished is not None:
            self.summary.changed.append(file.path)
        shard, count = self.settings.shard
        numbers = range(len(index.parts))
        state = FileWork(file, name, index, numbers[shard - 1 :: count] if by_parts else numbers)
        # Now it is known how much of the file is to do here: its parts are not all of one size.
        self._total += sum(self._size(state, number) for number in state.parts) - self._share(file)
        return state

    def _found_done(self, file: CorpusFile, finished: FinishedFile) -> None:
        self.summary.found_done += 1
        self._bytes += self._share(file)
        self._remove_leftovers(file, finished.name)
        self._count_file(file, finished.name, finished.counts, finished.damage)

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

    def _index(self, file: CorpusFile) -> FileIndex:
        if file.content is not None:
            return index_file(file, self.settings.text_field)
        path = self.folder.index(file.name)
        kept = read_json(path) or {}
        if kept.get("token") == file_token(file) and kept.get("path") == file.place:
            with suppress(TypeError, ValueError, AttributeError):  # damaged
                return from_json(FileIndex, kept)
        index = index_file(file, self.settings.text_field)
        if len(index.parts) > 1:
            write_json(path, {"path": file.place, **asdict(index)})
        return index

    def _units(self, files: list[tuple[CorpusFile, str]], by_parts: bool) -> Iterator[_Unit]:
        """Yield the parts and the small files that are to do and that no other scan is at, locked."""
        for group in _groups(files, bundled=not by_parts):
            if len(group) > 1:
                yield from self._bundle(group, wait=False)
            else:
                for file, name in group:
                    yield from self._parts(self._open(file, name, by_parts))

    def _parts(self, state: FileWork | None) -> Iterator[PartWork]:
        """Yield the parts of a file."""
        if state is None:
            return
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

    def _bundle(self, group: list[tuple[CorpusFile, str]], wait: bool) -> Iterator[_Unit]:
        """Yield small files, and then the bundle of them."""
        key = self.folder.key("\0".join(name for _, name in group))
        held = lock(self.folder.parts / f"{key}.lock", wait)
        if held is None:
            self._busy_bundles.append(group)
            return
        self.folder.refresh()
        bundle = Bundle(self.context, key, held)
        self._at_work[id(bundle)] = bundle
        for file, name in group:
            try:
                if self._is_found_done(file, name):
                    continue
                read = with_content(file)
            except InputError as error:
                self._told_failure(file.path, str(error))
                continue
            state = self._open(read, name, False)
            if state is None:
                continue
            if read.content is None or len(state.parts) > 1:  # it has grown, or is a large one when decompressed
                yield from self._parts(state)
            else:
                yield SmallFileWork(self.context, state, bundle)
        yield bundle

    def _lock_path(self, state: FileWork, number: int) -> Path:
        return self.folder.part(state.file.name, state.index.sha256, number, "lock")

    def _is_done(self, state: FileWork, number: int) -> bool:
        if number in state.missing and (
            self.folder.done_part(state.file.name, state.index.sha256, number) or self._is_joined(state)
        ):
            state.missing.discard(number)
            self._bytes += self._size(state, number)
        return number not in state.missing

    def _is_joined(self, state: FileWork) -> bool:
        self.folder.refresh()
        finished = self.folder.finished(state.name)
        return finished is not None and finished.sha256 == state.index.sha256

    def _share(self, file: CorpusFile) -> int:
        """Return about how many bytes of a file are for this scan to do."""
        return file.size // self._shares

    def _size(self, state: FileWork, number: int) -> int:
        """Return the share of a part in the file's bytes."""
        parts = state.index.parts
        return state.file.size * (parts[number].end - parts[number].start) // max(parts[-1].end, 1)

    # -- scoring

    def _items(self, units: Iterable[_Unit]) -> Iterator[Item]:
        whole = self.settings.write is not None
        file, reader = None, None
        for unit in units:
            self._at_work[id(unit)] = unit
            if isinstance(unit, Bundle) or unit.part is None:
                yield unit, None
                continue
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

    def _scored(self, units: Iterable[_Unit]) -> Generator[tuple[list[Item], list[dict[str, Any]]], None, None]:
        s = self.settings
        return iter_scored(iter_batches(self._items(units)), s.n_jobs, self.threshold, s.evidence)

    def _work(self, units: Iterable[_Unit]) -> None:
        path = ""
        with closing(self._scored(units)) as scored:
            for items, rows in scored:
                unused = iter(rows)
                for unit, item in items:
                    if isinstance(unit, Bundle) or item is None:
                        self._finish(unit)
                    elif isinstance(item, Record):
                        row = next(unused)
                        unit.add(item, row)
                        self._records += 1
                        self.summary.words += row["n_words"]
                    else:
                        self._add_bad(unit, item)
                    if not isinstance(unit, Bundle):
                        path = unit.state.file.path
                if items:
                    self._progress(ScanProgress(self._bytes, self._total, self._records, self.summary.words, path))

    def _add_bad(self, unit: PartWork | SmallFileWork, bad: BadRecord) -> None:
        unit.add_bad(bad)
        if bad.fault not in self._told:
            self._told.add(bad.fault)
            self._fail(InputFailure(f"{unit.state.file.path}: record {bad.number}", bad.message))

    def _finish(self, unit: _Unit) -> None:
        if isinstance(unit, Bundle):
            for work in unit.commit(self._is_same):
                self.summary.done += 1
                self._count_file(work.state.file, work.state.name, work.counts, work.state.index.damage)
        elif unit.failed:
            unit.abandon()
        else:
            unit.commit()
        del self._at_work[id(unit)]
        if isinstance(unit, Bundle) or unit.failed:
            return
        if isinstance(unit, PartWork):
            self._bytes += self._size(unit.state, unit.number)
            unit.state.missing.discard(unit.number)
            self._join(unit.state)
        else:
            self._bytes += unit.state.file.size

    def _is_same(self, state: FileWork) -> bool:
        """Return whether a file is as it was when it was read."""
        try:
            if file_token(state.file) == state.index.token:
                return True
            raise InputError("has changed while it was scanned: scan it again when it no longer changes")
        except InputError as error:
            self._told_failure(state.file.path, str(error))
            return False

    def _join(self, state: FileWork) -> None:
        """Join the parts of a file if all are done, and mark the file as done."""
        if state.missing or state.name in self.summary.files:
            return
        part, file, sha256 = self.folder.part, state.file.name, state.index.sha256
        with self.folder.locked(self.folder.key(state.name)):
            if self._is_joined(state):  # another scan was faster
                finished = self.folder.finished(state.name)
                assert finished is not None
                self._count_file(state.file, state.name, finished.counts, finished.damage)
                self.summary.done += 1
                return
            if not self._is_same(state):
                return
            counts = Counts()
            streams: dict[str, list[Path]] = {"results": []}
            for number in state.parts:
                done = self.folder.done_part(file, sha256, number)
                assert done is not None
                counts.add(done[0])
                for stream in done[1]:
                    streams.setdefault(stream, []).append(part(file, sha256, number, stream))
            state.write_outputs(self.context, streams)
            self.folder.add_finished([state.finished(counts)])
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
        real_folder = cache(os.path.realpath)

        def real(path: str) -> str:
            folder, name = os.path.split(path)
            return os.path.realpath(path) if os.path.islink(path) else os.path.join(real_folder(folder), name)

        for folder in (output, *([Path(self.settings.rejected).resolve()] if self.settings.rejected else [])):
            if source.is_dir() and folder.is_relative_to(source.resolve()):
                raise InputError(f"{folder} lies in the corpus, which would be overwritten or read again: give another")
            for file in files:
                path = real(file.path)
                if path.startswith(os.path.join(folder, file.name) + "."):
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
            write_json(self.folder.path / name, {"settings": self._claim(), **self.summary.to_dict()}, spread=True)
        except BrokenProcessPool:
            raise self._stopped("a worker process was killed, perhaps because memory ran out (use fewer)") from None
        except OSError as error:
            raise self._stopped(f"{error.filename or self.folder.path}: {error.strerror or error}") from error
        return self.summary

    def _stopped(self, why: str) -> ScanStopped:
        if not self.folder.parts.is_dir():
            return ScanStopped(f"{why}: nothing was scanned; give another folder, or mend this one")
        return ScanStopped(f"{why}; finished parts are kept in {self.folder.path}, and the same command continues")

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
        self.folder.refresh()
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
            for group in self._busy_bundles:
                self._work(self._bundle(group, wait=True))
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


def _groups(files: Iterable[tuple[CorpusFile, str]], bundled: bool) -> Iterator[list[tuple[CorpusFile, str]]]:
    """Yield the files one by one; small ones that follow each other together, if they are bundled.

    Groups depend on the names and sizes of all files alone, so that scans into one folder form the same ones.
    """
    group: list[tuple[CorpusFile, str]] = []
    size = 0
    for file, name in files:
        if group and (not file.is_small or size + file.size > PART_BYTES or len(group) >= _BUNDLE_FILES):
            yield group
            group, size = [], 0
        group.append((file, name))
        size += file.size
        if not (file.is_small and bundled):
            yield group
            group, size = [], 0
    if group:
        yield group


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
        path.unlink(missing_ok=True)  # left by a scan that was killed
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
