"""From documents to reports and restorations, in order, a few batches of texts in memory at a time."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from detector.api import BATCH_CHARACTERS, BATCH_DOCUMENTS, Spinner, detect_many, score_many
from detector.api import reverse as reverse_text
from detector.cli.inputs import Input
from detector.cli.limits import time_limit
from detector.cli.messages import fault
from detector.cli.rules import Rules
from detector.errors import InputError, ModelError
from detector.report.model import InputFailure, JudgedDocument, doubtful_threshold, fitted, fitted_restoration
from detector.restore.plan import Span
from detector.types import Report, Restoration

if TYPE_CHECKING:
    from detector.cache import ResultCache

__all__ = ["Judging", "isolated", "judge_inputs", "restore_input"]

_PARALLEL = 16  # batches for each of several processes, so that none of them waits

_T = TypeVar("_T")


@dataclass(frozen=True)
class Judging:
    """How documents are judged.

    Attributes
    ----------
    threshold : as `detect` takes it
    jobs : number of parallel processes
    findings : whether passages and findings are wanted; scores alone are faster
    prior : share of the reader's texts that are spun; None if it was not given
    rules : which findings the project does not want, and which phrases of its own it does
    cache : the cache of reports; None for no cache
    verbose : whether the tracebacks of faults are printed
    timeout : seconds that a document may take; None for any time
    spinner : pairs of its wordings that are known
    """

    threshold: float | str | None = None
    jobs: int = 1
    findings: bool = True
    prior: float | None = None
    rules: Rules = Rules()  # noqa: RUF009  frozen
    cache: ResultCache | None = None
    verbose: bool = False
    timeout: float | None = None
    spinner: Spinner | None = None


def judge_inputs(inputs: Iterable[Input | InputFailure], judging: Judging) -> Iterator[JudgedDocument | InputFailure]:
    """Yield reports and failures in the order of the inputs."""
    doubtful_from = doubtful_threshold()
    for group in _groups(inputs, judging.jobs):
        documents = [item for item in group if isinstance(item, Input)]
        reports = iter(_reports([item.document.judged_text for item in documents], judging))
        for item in group:
            if isinstance(item, InputFailure):
                yield item
                continue
            report = next(reports)
            if isinstance(report, str):
                yield InputFailure(item.document.path, report)
                continue
            ruled = judging.rules.applied(item.document, fitted(item.document, report))
            yield JudgedDocument(item.document, ruled, doubtful_from, judging.prior, item.sha256)


def _groups(inputs: Iterable[Input | InputFailure], jobs: int) -> Iterator[list[Input | InputFailure]]:
    """Yield the inputs in lists of bounded size."""
    times = 1 if jobs == 1 else _PARALLEL * jobs
    group: list[Input | InputFailure] = []
    size = 0
    for item in inputs:
        group.append(item)
        size += len(item.document.text) if isinstance(item, Input) else 0
        if size >= times * BATCH_CHARACTERS or len(group) >= times * BATCH_DOCUMENTS:
            yield group
            group, size = [], 0
    if group:
        yield group


def _reports(texts: Sequence[str], judging: Judging) -> list[Report | str]:
    """Return the report on each text, or its error; texts that the cache has are not judged again."""
    cache = judging.cache
    out: list[Report | str | None] = [None if cache is None else cache.get(text) for text in texts]
    missing = [i for i, report in enumerate(out) if report is None]
    work = _found if judging.findings else _scored
    made = isolated([texts[i] for i in missing], lambda some: work(some, judging), judging.verbose, judging.timeout)
    for i, report in zip(missing, made, strict=True):
        out[i] = report
        if cache is not None and isinstance(report, Report):
            cache.put(texts[i], report)
    return [report for report in out if report is not None]


def isolated(
    items: Sequence[str],
    work: Callable[[Sequence[str]], Sequence[_T]],
    verbose: bool,
    timeout: float | None = None,
) -> list[_T | str]:
    """Return the result of `work` on each text, or an error message.

    If the batch fails, each text is tried alone. The errors that this catches are faults, or too little memory or time:
    errors of inputs were found before.
    """
    try:
        with time_limit(timeout if timeout is None else timeout * len(items)):
            return list(work(items))
    except ModelError:  # every text would meet it
        raise
    except Exception as error:
        if len(items) > 1:
            return [made for item in items for made in isolated([item], work, verbose, timeout)]
        if isinstance(error, MemoryError):
            return ["too large for the memory of this computer"]
        if isinstance(error, InputError):
            return [str(error)]
        if verbose:
            traceback.print_exc()
        return [fault(error)]


def _found(texts: Sequence[str], judging: Judging) -> list[Report]:
    jobs = _jobs(texts, judging)
    return list(detect_many(texts, n_jobs=jobs, threshold=judging.threshold, spinner=judging.spinner))


def _scored(texts: Sequence[str], judging: Judging) -> list[Report]:
    """Return reports without findings, of the same verdicts and probabilities."""
    reports = score_many(texts, n_jobs=_jobs(texts, judging), threshold=judging.threshold)
    return [replace(report, passages=()) for report in reports]


def _jobs(texts: Sequence[str], judging: Judging) -> int:
    """Return the processes to work in; a text that is alone, maybe after a failure, need not wait for others."""
    return judging.jobs if len(texts) > 1 else 1


def restore_input(
    item: Input,
    min_gain: float | None,
    keep: Sequence[Span],
    rules: Rules,
    spinner: Spinner | None,
) -> Restoration:
    """Return the restoration of a document's own text; wordings that the project's rules accept stay."""
    document = item.document
    found = reverse_text(document.judged_text, min_gain=min_gain, keep=keep, spinner=spinner)
    plan = rules.accepted_edits(document, found.plan)
    return fitted_restoration(document, replace(found, plan=tuple(plan)))
