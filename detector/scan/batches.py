"""Batches of texts of many parts, scored by any number of processes, in order."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from typing import Any

from detector.api import BATCH_CHARACTERS, BATCH_DOCUMENTS
from detector.interrupts import interrupts_held
from detector.readers.records import BadRecord, Record
from detector.scan.score import score_batch
from detector.scan.work import Bundle, PartWork, SmallFileWork

__all__ = ["Batch", "Item", "iter_batches", "iter_scored"]

_ITEMS = 4096  # of a file that holds few texts and many broken records
_AHEAD = 3  # batches a process, so that none waits for the reader

# None ends a part, a small file or a bundle of these.
Item = tuple[PartWork | SmallFileWork | Bundle, Record | BadRecord | None]
Batch = tuple[list[Item], list[str]]


def iter_batches(items: Iterable[Item]) -> Iterator[Batch]:
    """Yield items in lists of bounded size, with the texts of those that have one; a long text is alone.

    A batch holds items of several parts, so that small files fill it as well as large ones.
    """
    batch: list[Item] = []
    texts: list[str] = []
    size = 0
    for part, item in items:
        is_long = isinstance(item, Record) and len(item.text) > BATCH_CHARACTERS
        if (texts and is_long) or size >= BATCH_CHARACTERS or len(texts) >= BATCH_DOCUMENTS or len(batch) >= _ITEMS:
            yield batch, texts
            batch, texts, size = [], [], 0
        if isinstance(item, Record):
            texts.append(item.text)
            size += len(item.text)
            item = Record(item.id, "", item.source)
        batch.append((part, item))
    yield batch, texts


def iter_scored(
    batches: Iterable[Batch], n_jobs: int, threshold: float, evidence: bool
) -> Generator[tuple[list[Item], list[dict[str, Any]]], None, None]:
    """Yield the items and the rows of their texts, in order, a few batches behind those that are read.

    Raises BrokenProcessPool if a process is killed.
    """
    if n_jobs == 1:
        for items, texts in batches:
            yield items, score_batch(texts, threshold, evidence)
        return
    # Not the standard library's pool, whose processes run the caller's script again.
    from joblib.externals.loky import ProcessPoolExecutor

    pool = ProcessPoolExecutor(n_jobs, initializer=_ignore_interrupts)
    waiting: deque[tuple[list[Item], Any]] = deque()
    try:
        for items, texts in batches:
            with interrupts_held():
                waiting.append((items, pool.submit(score_batch, texts, threshold, evidence)))
            if len(waiting) > _AHEAD * n_jobs:
                items, rows = waiting.popleft()
                yield items, rows.result()
        while waiting:
            items, rows = waiting.popleft()
            yield items, rows.result()
    finally:
        pool.shutdown(kill_workers=True)


def _ignore_interrupts() -> None:
    """Leave Ctrl-C to the process that reads and writes, on systems that have no `interrupts_held`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
