"""Files and parts at work, and their outputs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from detector.errors import InputError
from detector.files import Lock, write_file
from detector.readers.records import BadRecord, CorpusFile, FileIndex, Part, Record
from detector.scan.counts import Counts
from detector.scan.folder import FinishedFile, ScanFolder, write_json
from detector.scan.outputs import (
    COMPRESSIONS,
    JsonWriter,
    MemoryFile,
    ResultWriter,
    SourceWriter,
    joiner,
    quarantine_line,
)
from detector.scan.settings import KEPT_VERDICTS, ScanSettings

__all__ = ["Bundle", "FileWork", "PartWork", "ScanContext", "SmallFileWork"]


@dataclass(frozen=True)
class ScanContext:
    """Values that all files of a scan share: its settings, its folder, and the models' signature."""

    settings: ScanSettings
    folder: ScanFolder
    signature: str

    @cached_property
    def roots(self) -> dict[str, Path]:
        """The folder of each stream that is written."""
        s, root = self.settings, self.folder.path
        wanted = {"results": root, "quarantine": root / "quarantine"}
        if s.write is not None:
            wanted["written"] = root / s.write
        if s.rejected is not None:
            wanted["rejected"] = Path(s.rejected)
        return wanted

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

    def check_outputs(self, files: Iterable[tuple[CorpusFile, str]]) -> None:
        """Raise InputError if two streams would be written to one file, as in a corpus that has a folder "clean", or
        among the scan's own files.
        """
        taken: dict[str, str] = {}
        roots = {stream: os.path.abspath(root) for stream, root in self.roots.items()}
        for stream, folder in self.roots.items():
            if folder.resolve().is_relative_to(self.folder.kept.resolve()):
                raise InputError(f"{folder} holds the state of the scan, not the {stream} records: give another folder")
        for file, name in files:
            for stream, root in roots.items():
                path = f"{root}/{name}{self.suffix(file, stream)}"
                own = f"{stream} of {file.path}"
                if path in taken:
                    raise InputError(
                        f"{path} would hold both the {taken[path]} and the {own}: give other folders, or rename"
                    )
                taken[path] = own

    def output(self, file: CorpusFile, name: str, damage: str, stream: str) -> str:
        """Return the path of a stream of a file; a file that is damaged further on has incomplete results."""
        incomplete = ".incomplete" if damage else ""
        return f"{self.roots[stream]}{os.sep}{name}{incomplete}{self.suffix(file, stream)}"

    def has_outputs(self, file: CorpusFile, finished: FinishedFile) -> bool:
        """Return whether the results of a file that was finished are still there."""
        counts = finished.counts
        sizes = {"quarantine": counts.broken, "written": counts.written, "rejected": counts.rejected}
        return all(
            os.path.exists(self.output(file, finished.name, finished.damage, stream))
            for stream in self.roots
            if sizes.get(stream, 1)
        )

    def writer(self, file: CorpusFile, stream: str, out: Path | MemoryFile) -> ResultWriter | JsonWriter | SourceWriter:
        """Return the writer of a stream."""
        s = self.settings
        if stream == "results":
            return ResultWriter(out, s.output_format, COMPRESSIONS[s.compression], s.evidence)
        if stream == "quarantine":
            return JsonWriter(out, "")
        return SourceWriter(out, file.kind, Path(self.suffix(file, stream)).suffix)


class FileWork:
    """A file at work: its index, and the parts that are still to do."""

    def __init__(self, file: CorpusFile, name: str, index: FileIndex, parts: Iterable[int]) -> None:
        self.file, self.name, self.index = file, name, index
        self.parts = list(parts)
        self.missing = set(self.parts)

    def write_outputs(self, context: ScanContext, streams: dict[str, list[Path]]) -> None:
        """Write each stream's file from its parts; outputs of an earlier content of the file are removed."""
        for stream in context.roots:
            out = Path(context.output(self.file, self.name, self.index.damage, stream))
            parts = streams.get(stream, [])
            if not parts and stream != "results":
                out.unlink(missing_ok=True)
                continue
            out.parent.mkdir(parents=True, exist_ok=True)
            with write_file(out, binary=True, key=context.folder.key(self.name)) as file:
                if parts:
                    joiner(out)(parts, file)
                else:
                    empty = MemoryFile()
                    context.writer(self.file, "results", empty).close()
                    file.write(empty.content)

    def finished(self, counts: Counts) -> FinishedFile:
        """Return the record of the file, kept when its results are written."""
        index = self.index
        return FinishedFile(self.name, self.file.place, index.token, index.sha256, index.damage, counts)


class _RecordWork:
    """Records at work, and their outputs so far."""

    def __init__(self, context: ScanContext, state: FileWork, part: Part | None) -> None:
        self.state, self.part, self._context = state, part, context
        self.counts = Counts()
        self.failed = False
        self._writers: dict[str, Any] = {}

    def _out(self, stream: str) -> Path | MemoryFile:
        """Return the file that a stream is written to."""
        raise NotImplementedError

    def _writer(self, stream: str) -> Any:
        if stream not in self._writers:
            self._writers[stream] = self._context.writer(self.state.file, stream, self._out(stream))
        return self._writers[stream]

    def add(self, record: Record, row: dict[str, Any]) -> None:
        """Write one result."""
        settings = self._context.settings
        self.counts.add_row(row)
        self._writer("results").write({"id": record.id, **row, "signature": self._context.signature})
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
        """Complete the outputs."""
        self._writer("results")
        for writer in self._writers.values():
            writer.close()


class PartWork(_RecordWork):
    """A part of a file, which is locked."""

    def __init__(self, context: ScanContext, state: FileWork, number: int, held: Lock) -> None:
        super().__init__(context, state, state.index.parts[number])
        self.number, self._held = number, held

    def _path(self, stream: str) -> Path:
        return self._context.folder.part(self.state.file.name, self.state.index.sha256, self.number, stream)

    def _out(self, stream: str) -> Path:
        # Under a name that no other scan takes for done.
        return self._path(stream + ".partial")

    def commit(self) -> None:
        """Keep the part: its files get their names, and then it is marked as done."""
        super().commit()
        sizes = {}
        for stream in sorted(self._writers):
            self._path(stream + ".partial").replace(self._path(stream))
            sizes[stream] = self._path(stream).stat().st_size
        write_json(self._path("done"), {"streams": sizes, "counts": self.counts.to_dict()})
        self._held.release()

    def abandon(self) -> None:
        """Leave the part as it was."""
        for stream, writer in self._writers.items():
            with suppress(Exception):  # the disk may be full
                writer.close()
            self._path(stream + ".partial").unlink(missing_ok=True)
        self._held.release()


class SmallFileWork(_RecordWork):
    """A small file, whose outputs are in memory until its bundle is done."""

    def __init__(self, context: ScanContext, state: FileWork, bundle: Bundle) -> None:
        super().__init__(context, state, next(iter(state.index.parts), None))
        self._bundle = bundle
        self._files: dict[str, MemoryFile] = {}

    def _out(self, stream: str) -> MemoryFile:
        return self._files.setdefault(stream, MemoryFile())

    def commit(self) -> None:
        """Leave the outputs to the bundle."""
        super().commit()
        self._bundle.files.append(self)

    def abandon(self) -> None:
        """Drop the outputs."""

    def write(self, key: str, made: set[str]) -> None:
        """Write each stream's file, in folders that are made if need be; outputs of an earlier content are removed."""
        for stream in self._context.roots:
            out = self._context.output(self.state.file, self.state.name, self.state.index.damage, stream)
            if stream not in self._files:
                with suppress(FileNotFoundError):
                    os.unlink(out)
                continue
            folder = os.path.dirname(out)
            if folder not in made:
                os.makedirs(folder, exist_ok=True)
                made.add(folder)
            with write_file(out, binary=True, sync=False, key=key) as file:
                file.write(self._files[stream].content)


class Bundle:
    """Small files that are claimed and marked together, since each would take longer to mark than to score."""

    def __init__(self, context: ScanContext, key: str, held: Lock) -> None:
        self._context, self._key, self._held = context, key, held
        self.files: list[SmallFileWork] = []  # that are scored

    def commit(self, is_same: Callable[[FileWork], bool]) -> list[SmallFileWork]:
        """Write the results of the files that are the same as when they were read, and return these."""
        written = []
        made: set[str] = set()
        for work in self.files:
            if is_same(work.state):
                work.write(self._key, made)
                written.append(work)
        self._context.folder.add_finished(work.state.finished(work.counts) for work in written)
        self._held.release()
        return written

    def abandon(self) -> None:
        """Leave the files as they were."""
        self._held.release()
