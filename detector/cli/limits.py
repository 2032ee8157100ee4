"""Limits of one input: its bytes, the seconds that it may take, and whether its author's marks are obeyed."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from detector.errors import InputError
from detector.readers import MAX_BYTES

__all__ = ["Limits", "time_limit"]

_AGAIN = 1.0  # seconds until a second alarm, if something has caught the first


@dataclass(frozen=True)
class Limits:
    """How inputs are read, and how much of them.

    Attributes
    ----------
    regions : whether `<!-- detector: off -->`, front matter and code fences are obeyed; if not, a text hides nothing
    max_bytes : a larger input is refused
    timeout : seconds that an input may take to be read, and again to be judged; None for any time
    """

    regions: bool = False
    max_bytes: int = MAX_BYTES
    timeout: float | None = None


class _OutOfTime(BaseException):
    """The time is over; not an Exception, which parsers of broken files catch."""


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Raise InputError if the body takes longer; None is any time.

    An alarm of the system interrupts Python between two steps, not in the middle of one call into C. Windows has no
    such alarm, nor have threads besides the first: there, nothing is limited.
    """
    if seconds is None or not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: Any) -> None:
        raise _OutOfTime

    former = signal.signal(signal.SIGALRM, stop)
    try:
        try:
            signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except _OutOfTime:
        raise InputError(f"not done in {seconds:g} seconds, the most that --timeout allows: split it") from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
