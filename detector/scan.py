"""Score a corpus file by file: what is done stays done, what cannot be read is told, the rest goes on.

Each file of records becomes a file of results of the same name: one JSON object a record, in the same order, with the
record's own id. A file appears under its name when all of it is written, so that an interrupted scan goes on with the
first file that is missing.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from detector.api import detect_many, model_info
from detector.errors import InputError
from detector.readers.records import BadRecord, Record, iter_records, record_files, without_suffixes
from detector.report.json import dumps
from detector.report.model import InputFailure
from detector.types import Report

__all__ = ["ScanSettings", "Scanned", "scan"]

_SETTINGS_FILE = "scan.json"


@dataclass(frozen=True)
class ScanSettings:
    """What a scan reads, and how.

    Attributes
    ----------
    source : a file of records, or a folder of them
    output : the folder of the results
    text_field, id_field : where a record has its text and its id; its number is its id where it has none
    threshold : as `detect` takes it
    evidence : whether results hold passages and evidence
    n_jobs : processes that work side by side
    """

    source: Path
    output: Path
    text_field: str = "text"
    id_field: str = "id"
    threshold: float | str | None = None
    evidence: bool = False
    n_jobs: int = 1


@dataclass
class Scanned:
    """What a scan did: files by whether they were done now or before, records by verdict, and what failed."""

    done: int = 0
    found_done: int = 0
    words: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    failures: list[InputFailure] = field(default_factory=list)


def scan(
    settings: ScanSettings,
    fail: Callable[[InputFailure], None] = lambda failure: None,
    progress: Callable[[Path, int], None] = lambda path, records: None,
) -> Scanned:
    """Score every record and return what was done.

    Parameters
    ----------
    fail : told of each record and file that cannot be read, as it is met
    progress : told of the file at work and of how many of its records are done

    Raises InputError where there is nothing to read, two files would have results of one name, or the folder holds
    the results of other models or settings.
    """
    files = record_files(settings.source)
    targets = _targets(settings, files)
    _claim(settings)
    scanned = Scanned()

    def told(failure: InputFailure) -> None:
        scanned.failures.append(failure)
        fail(failure)

    for path, target in zip(files, targets, strict=True):
        if target.exists():
            scanned.found_done += 1
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(target.name + ".partial")
        try:
            with partial.open("w", encoding="utf-8") as out:
                for number, line in enumerate(_results(settings, path, scanned, told), 1):
                    out.write(dumps(line) + "\n")
                    progress(path, number)
        except InputError as error:
            # What was read before the damage is kept beside, under a name that a later scan does not take for done.
            told(InputFailure(str(path), str(error).removeprefix(f"{path}: ")))
            continue
        partial.replace(target)
        scanned.done += 1
    return scanned


def _targets(settings: ScanSettings, files: list[Path]) -> list[Path]:
    root = settings.source if settings.source.is_dir() else settings.source.parent
    by_name: dict[Path, Path] = {}
    for path in files:
        plain = without_suffixes(path) or path
        target = settings.output / plain.relative_to(root).with_name(plain.name + ".jsonl")
        if target in by_name:
            raise InputError(f"{by_name[target]} and {path} would both have their results in {target}: rename one")
        if target.resolve() == path.resolve():
            raise InputError(f"{path} would be overwritten by its own results: give another --output")
        by_name[target] = path
    return list(by_name)


def _claim(settings: ScanSettings) -> None:
    """Write down what the results in the folder depend on, or check that it is the same."""
    info = model_info()
    stamp = {
        "tool": {"name": "detector", "version": info["version"], "signature": info["signature"]},
        "text_field": settings.text_field,
        "id_field": settings.id_field,
        "threshold": settings.threshold,
        "evidence": settings.evidence,
    }
    path = settings.output / _SETTINGS_FILE
    try:
        settings.output.mkdir(parents=True, exist_ok=True)
        text = dumps(stamp, indent=1) + "\n"
        if path.exists() and path.read_text(encoding="utf-8") != text:
            raise InputError(
                f"{settings.output} holds results of other models or settings (see {path.name}): give another folder"
            )
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{settings.output}: cannot be written: {error.strerror or error}") from error


def _results(
    settings: ScanSettings, path: Path, scanned: Scanned, fail: Callable[[InputFailure], None]
) -> Iterator[dict[str, Any]]:
    """Yield the result of each record of a file that has text."""
    waiting: deque[Any] = deque()
    damage: list[InputError] = []

    def texts() -> Iterator[str]:
        try:
            for record in iter_records(path, settings.text_field, settings.id_field):
                if isinstance(record, BadRecord):
                    fail(InputFailure(f"{path}: record {record.id}", record.message))
                    continue
                assert isinstance(record, Record)
                waiting.append(record.id)
                yield record.text
        except InputError as error:  # what was read so far is still judged
            damage.append(error)

    for report in detect_many(texts(), n_jobs=settings.n_jobs, threshold=settings.threshold):
        scanned.verdicts[report.verdict] += 1
        scanned.words += report.n_words
        yield _object(waiting.popleft(), report, settings.evidence)
    if damage:
        raise damage[0]


def _object(own_id: Any, report: Report, evidence: bool) -> dict[str, Any]:
    out = {"id": own_id, **report.to_dict()}
    if not evidence:
        del out["passages"], out["evidence"]
    return out
