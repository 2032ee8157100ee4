"""Progress on standard error, for commands that read documents and for those that train."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, Timer
from time import monotonic
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["WordProgress", "step_progress"]

_PATIENCE = 1.0  # seconds before which nothing is shown


class WordProgress:
    """The progress of a command in words, with rate and time left; it appears after a second of work.

    `total` is the size of all inputs in bytes, by which the time left is estimated; 0 if it is not known.
    """

    def __init__(self, total: int) -> None:
        self._total = total
        self._began = monotonic()
        self._lock = Lock()
        self._timer: Timer | None = None
        self._shown: Progress | None = None
        self._bytes = self._words = 0

    def resume(self) -> None:
        """Show progress again after a second, until `pause`."""
        self._timer = Timer(_PATIENCE, self._show)
        self._timer.daemon = True
        self._timer.start()

    def pause(self) -> None:
        """Take progress off the screen, since results are about to be printed there."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = None
            if self._shown is not None:
                self._shown.stop()
            self._shown = None

    def advance(self, n_words: int, n_bytes: int) -> None:
        """Count a document that is done."""
        with self._lock:
            self._words += n_words
            self._bytes += n_bytes
            if self._shown is not None:
                self._update(self._shown)

    def _show(self) -> None:
        with self._lock:
            if self._timer is None:  # paused in the meantime
                return
            self._shown = _word_bar()
            self._shown.add_task("", total=self._total or None)
            self._update(self._shown)
            self._shown.start()

    def _update(self, shown: Progress) -> None:
        rate = self._words / (monotonic() - self._began)
        shown_words = f"{self._words:,} words, {rate:,.0f} words/s" if self._words else "working"
        shown.update(shown.task_ids[0], completed=self._bytes, description=shown_words)


def _word_bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        TimeRemainingColumn(compact=True),
        TextColumn("left"),
        console=Console(stderr=True),
        transient=True,
    )


@contextmanager
def step_progress(quiet: bool) -> Iterator[tuple[Callable[[str], None], Callable[[int, int], None]]]:
    """Yield the functions that `train` and `evaluate` call with the name of each step, and with its progress."""
    if quiet:
        yield (lambda step: None), (lambda done, total: None)
        return
    if not sys.stderr.isatty():
        yield (lambda step: click.echo(step, err=True)), (lambda done, total: None)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

    shown = Progress(
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description:<18}"),
        BarColumn(bar_width=30),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )
    current: list[TaskID] = []

    def finish() -> None:
        if current:
            shown.update(current[-1], total=1, completed=1)

    def announce(step: str) -> None:
        finish()
        current.append(shown.add_task(step, total=None))

    def progress(done: int, total: int) -> None:
        if current:
            shown.update(current[-1], completed=done, total=total)

    with shown:
        yield announce, progress
        finish()
