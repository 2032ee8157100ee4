"""Messages on standard error: wrong usage, errors of inputs, faults of the program."""

from __future__ import annotations

import sys
import traceback
from contextlib import suppress
from pathlib import Path

import click

__all__ = ["PipeClosed", "Usage", "echo_error", "fault"]


class Usage(click.UsageError):
    """Wrong usage, with a message that names the remedy."""


class PipeClosed(Exception):
    """The reader of standard output has closed the pipe."""


def echo_error(message: str) -> None:
    """Print one line to standard error."""
    from detector.report.text import printable

    line = printable(message).replace("\n", " ").strip()
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    with suppress(OSError):  # standard error is closed or full
        click.echo(f"detector: {line}".encode(encoding, "replace").decode(encoding), err=True)


def fault(error: Exception) -> str:
    """Return one line about an unforeseen error: its place, and how to report it."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    what = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    return (
        f"an error in detector itself ({what}{where}): please report it to the maintainers, "
        "with the output of the same command with `-v`, and of `detector --version`"
    )
