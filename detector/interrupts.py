"""Ctrl-C, which a terminal sends to all processes of a command."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["interrupts_held"]


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Start processes in the body that never get Ctrl-C, even while they load; this one gets it when the body ends.

    They inherit that the signal is blocked. On Windows, which has no such thing, nothing changes.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker  # which takes as long as all of `import detector`

    # The first start of a process starts this one too, if it does not run, and then lets the signal through again.
    resource_tracker.ensure_running()
    former = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)
