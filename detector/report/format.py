"""Report formats: each is a name, the suffixes of its files, and one function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from detector.report.model import ReportRun

__all__ = ["ReportFormat"]


@dataclass(frozen=True)
class ReportFormat:
    """A way to write all of a run.

    Attributes
    ----------
    name : on the command line
    suffixes : of its files, with their dot, the one that new files get first
    render : returns the whole report
    """

    name: str
    suffixes: tuple[str, ...]
    render: Callable[[ReportRun], str]
