"""Files and parts at work, and their outputs."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detector.errors import InputError
from detector.files import Lock
from detector.readers.records import BadRecord, CorpusFile, FileIndex, Part, Record
from detector.scan.counts import Counts
from detector.scan.folder import ScanFolder, write_json
from detector.scan.outputs import COMPRESSIONS, JsonWriter, ResultWriter, SourceWriter, joiner, quarantine_line
from detector.scan.settings import KEPT_VERDICTS, ScanSettings

__all__ = ["FileWork", "PartWork", "ScanContext"]


@dataclass(frozen=True)
class ScanContext:
    """Values that all files of a scan share: its settings, its folder, and the models' signature."""

    settings: ScanSettings
    folder: ScanFolder
    signature: str

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

    def roots(self) -> dict[str, Path]:
        """Return the folder of each stream that is written."""
        s, root = self.settings, self.folder.path
        wanted = {"results": root, "quarantine": root / "quarantine"}
        if s.write is not None:
            wanted["written"] = root / s.write
        if s.rejected is not None:
            wanted["rejected"] = Path(s.rejected)
        return wanted

    def check_outputs(self, files: Iterable[tuple[CorpusFile, str]]) -> None:
        """Raise InputError if two streams would be written to one file, as in a corpus that has a folder "clean"."""
        taken: dict[str, str] = {}
        roots = {stream: os.path.abspath(root) for stream, root in self.roots().items()}
        for file, name in files:
            for stream, root in roots.items():
                path = f"{root}/{name}{self.suffix(file, stream)}"
                own = f"{stream} of {file.path}"
                if path in taken:
                    raise InputError(
                        f"{path} would hold both the {taken[path]} and the {own}: give other folders, or rename"
                    )
                taken[path] = own

    def output(self, state: FileWork, stream: str) -> Path:
        """Return the path of a stream of a file; a file that is damaged further on has incomplete results."""
        incomplete = ".incomplete" if state.index.damage else ""
        return self.roots()[stream] / (state.name + incomplete + self.suffix(state.file, stream))

    def result_writer(self, path: Path) -> ResultWriter:
        """Return the writer of results to a file."""
        s = self.settings
        return ResultWriter(path, s.output_format, COMPRESSIONS[s.compression], s.evidence)


class FileWork:
    """A file at work: its index, and the parts that are still to do."""

    def __init__(self, file: CorpusFile, name: str, index: FileIndex, parts: Iterable[int]) -> None:
        self.file, self.name, self.index = file, name, index
        self.parts = list(parts)
        self.missing = set(self.parts)

    def write_outputs(self, context: ScanContext, streams: dict[str, list[Path]]) -> None:
        """Write each stream's file from its parts; outputs of an earlier content of the file are removed."""
        for stream in context.roots():
            out, parts = context.output(self, stream), streams.get(stream, [])
            if not parts and stream != "results":
                out.unlink(missing_ok=True)
                continue
            out.parent.mkdir(parents=True, exist_ok=True)
            partial = out.with_name(out.name + ".partial")
            if parts:
                joiner(out)(parts, partial)
            else:
                context.result_writer(partial).close()
            partial.replace(out)


class PartWork:
    """A part at work, which is locked, and its outputs so far."""

    def __init__(self, context: ScanContext, state: FileWork, number: int, held: Lock) -> None:
        self.state, self.number, self._held, self._context = state, number, held, context
        self.part: Part = state.index.parts[number]
        self.counts = Counts()
        self.failed = False
        self._writers: dict[str, Any] = {}

    def _path(self, stream: str) -> Path:
        return self._context.folder.part(self.state.file.name, self.state.index.sha256, self.number, stream)

    def _writer(self, stream: str) -> Any:
        """Return the writer of a stream of the part, under a name that no other scan takes for done."""
        if stream not in self._writers:
            path = self._path(stream + ".partial")
            if stream == "results":
                made: Any = self._context.result_writer(path)
            elif stream == "quarantine":
                made = JsonWriter(path, "")
            else:
                suffix = self._context.suffix(self.state.file, stream)
                made = SourceWriter(path, self.state.file.kind, Path(suffix).suffix)
            self._writers[stream] = made
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
