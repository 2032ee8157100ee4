"""From paths to documents, and from documents to reports and restorations, one after the other."""

from __future__ import annotations

import json
import sys
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detector.cli.call import Invocation, Usage, echo_error
from detector.errors import InputError
from detector.readers import InputDocument, encoding_of, iter_paths, read_document
from detector.report.model import InputFailure, JudgedDocument, evidence_id

if TYPE_CHECKING:
    from detector.cache import ResultCache
    from detector.types import Edit, Report

__all__ = ["iter_documents", "judge", "only", "paths_of", "read_baseline", "restore"]

_STDIN = "-"
# Characters of one document. Longer ones are read in parts, so memory is that of the text itself several times over;
# beyond this the file is a corpus and no document.
LONGEST = 100_000_000
_GROUP = 256  # documents that are looked up in a cache together


def paths_of(arguments: Sequence[str], call: Invocation) -> list[Path]:
    """Return the files that the arguments name, standard input where they name none."""
    return list(iter_paths(arguments or (_STDIN,), call.exclude))


def iter_documents(paths: Iterable[Path]) -> Iterator[InputDocument | InputFailure]:
    """Yield each input as a document, or what is wrong with it."""
    from detector.readers.regions import without_regions

    for path in paths:
        try:
            document = _read_stdin() if str(path) == _STDIN else read_document(path)
        except InputError as error:
            yield InputFailure(str(path), str(error))
        except MemoryError:
            yield InputFailure(str(path), "too large for the memory at hand")
        else:
            if len(document.text) > LONGEST:
                yield InputFailure(
                    str(path),
                    f"{len(document.text):,} characters are more than can be judged at once "
                    f"({LONGEST:,}): split it into documents",
                )
            else:
                yield without_regions(document)


def _read_stdin() -> InputDocument:
    if sys.stdin is None:
        raise InputError("standard input is closed")
    if sys.stdin.isatty():
        echo_error("reading standard input; Ctrl-D ends it, `detector --help` says more")
    buffer = getattr(sys.stdin, "buffer", None)
    if buffer is None:
        return InputDocument(_STDIN, sys.stdin.read())
    data = buffer.read()
    encoding = encoding_of(data)
    text = data.decode(encoding)
    return InputDocument(_STDIN, text, " " + text[1:] if text.startswith("\ufeff") else None, encoding=encoding)


def _fitted(document: InputDocument, report: Report) -> JudgedDocument:
    """Return the report as one on the document's own text: a finding that reaches into a masked part goes."""
    text = document.text
    if document.judged is None:
        return JudgedDocument(document, report)
    evidence = tuple(e for e in report.evidence if text[e.start : e.end] == e.surface)
    return JudgedDocument(document, replace(report, evidence=evidence, source=text))


def judge(
    documents: Iterable[InputDocument | InputFailure],
    threshold: float | str | None,
    jobs: int,
    cache: ResultCache | None,
) -> Iterator[JudgedDocument | InputFailure]:
    """Yield reports and failures in the order of the inputs, holding only a few batches of texts at a time."""
    reports = _reports if cache is None else partial(_cached_reports, cache)
    for item in reports(documents, threshold, jobs):
        yield item if isinstance(item, InputFailure) else _fitted(*item)


def _reports(
    documents: Iterable[InputDocument | InputFailure], threshold: float | str | None, jobs: int
) -> Iterator[tuple[InputDocument, Report] | InputFailure]:
    """Yield each document with the report on what is judged of it."""
    from detector import detect_many

    waiting: deque[InputDocument | InputFailure] = deque()

    def texts() -> Iterator[str]:
        for item in documents:
            waiting.append(item)
            if isinstance(item, InputDocument):
                yield item.judged_text

    for report in detect_many(texts(), n_jobs=jobs, threshold=threshold):
        while isinstance(item := waiting.popleft(), InputFailure):
            yield item
        yield item, report
    yield from (item for item in waiting if isinstance(item, InputFailure))


def _cached_reports(
    cache: ResultCache, documents: Iterable[InputDocument | InputFailure], threshold: float | str | None, jobs: int
) -> Iterator[tuple[InputDocument, Report] | InputFailure]:
    """Yield what `_reports` does, judging only texts that the cache has no report on."""
    left = iter(documents)
    while group := list(islice(left, _GROUP)):
        known = [cache.get(d.judged_text) if isinstance(d, InputDocument) else None for d in group]
        anew = _reports((d for d, kept in zip(group, known, strict=True) if kept is None), threshold, jobs)
        for document, kept in zip(group, known, strict=True):
            if kept is not None and isinstance(document, InputDocument):
                yield document, kept
                continue
            found = next(anew)
            if not isinstance(found, InputFailure):
                cache.put(found[0].judged_text, found[1])
            yield found


def restore(document: InputDocument, min_gain: float | None, keep: Sequence[tuple[int, int]] = ()) -> Any:
    """Return the restoration of the document's own text."""
    from detector import apply_plan, reverse
    from detector.types import Restoration

    text = document.text
    found = reverse(document.judged_text, min_gain, keep).plan
    plan: tuple[Edit, ...] = tuple(e for e in found if text[e.start : e.end] == e.spun)
    return Restoration(apply_plan(text, plan), plan, text)


def read_baseline(path: Path) -> dict[str, Counter[str]]:
    """Return how often each finding of a former JSON report is in it, by document."""
    try:
        run = json.loads(path.read_text(encoding="utf-8"))
        return {d["path"]: Counter(e["evidence_id"] for e in d["evidence"]) for d in run["documents"]}
    except FileNotFoundError:
        raise Usage(f"--baseline {path}: no such file") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise Usage(
            f"--baseline {path}: no report; `detector annotate --format json --output {path}` writes one"
        ) from None


def only(judged: JudgedDocument, cues: Sequence[str], baseline: dict[str, Counter[str]] | None) -> JudgedDocument:
    """Return the report without the evidence that nobody asked for."""
    evidence = judged.report.evidence
    if cues:
        evidence = tuple(e for e in evidence if e.cue in cues)
    if baseline is not None:
        known = Counter(baseline.get(judged.document.path, ()))
        fresh = []
        for item in evidence:
            key = evidence_id(judged.document.text, item)
            if known[key] > 0:
                known[key] -= 1
            else:
                fresh.append(item)
        evidence = tuple(fresh)
    return replace(judged, report=replace(judged.report, evidence=evidence))
