"""One call of the command line: what it was told, where its results go, what has gone wrong so far."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

from detector.report.model import InputFailure

if TYPE_CHECKING:
    from detector.report.text import Terminal

__all__ = ["Invocation", "PipeClosed", "Usage", "bar", "echo_error", "signature"]

_Item = TypeVar("_Item")


class Usage(click.UsageError):
    """Wrong usage that says itself what to do instead."""


class PipeClosed(Exception):
    """Whoever read the results has read enough."""


@dataclass
class Invocation:
    """What one call was told about where its results go, and what has gone wrong so far."""

    format: str
    output: Path | None
    color: str
    quiet: bool
    exclude: tuple[str, ...] = ()
    failures: list[InputFailure] = field(default_factory=list)
    flagged: bool = False

    @property
    def colored(self) -> bool:
        """Whether standard output takes colour: asked for, or a terminal and nobody minds."""
        if self.color != "auto":
            return self.color == "always"
        if self.output is not None or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
            return False
        return sys.stdout.isatty()

    @property
    def on_terminal(self) -> bool:
        """Whether results are read on a terminal."""
        return self.output is None and sys.stdout.isatty()

    def fail(self, failure: InputFailure) -> None:
        """Tell of an input that could not be read, and remember it."""
        self.failures.append(failure)
        echo_error(f"{failure.path}: {failure.message}")

    def read(self, items: Iterable[_Item | InputFailure], total: int) -> Iterator[_Item]:
        """Yield what could be read, with progress; echo_error of the rest."""
        with self.progress(total) as done:
            for item in items:
                done()
                if isinstance(item, InputFailure):
                    self.fail(item)
                else:
                    yield item

    def code(self, check: bool = False) -> int:
        """Return the exit code: the worst of all inputs."""
        return 3 if self.failures else 1 if check and self.flagged else 0

    @contextmanager
    def writer(self) -> Iterator[Callable[[str], None]]:
        """Yield a function that writes results in UTF-8, to standard output or the file that was named.

        The file appears when all is written: it may be an input too, and a call that was broken off leaves
        what was there.
        """
        if self.output is None:
            out = getattr(sys.stdout, "buffer", None)
            if out is None:  # a stream that someone has put in its place
                yield _write_text
            else:
                yield lambda text: _write(out, text)
            sys.stdout.flush()
            return
        special = self.output.exists() and not self.output.is_file()
        path = self.output if special else self.output.with_name(self.output.name + ".partial")
        try:
            with path.open("wb") as file:
                yield lambda text: _write(file, text)
            if not special:
                path.replace(self.output)
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            raise Usage(f"{self.output}: cannot be written: {error.strerror}") from None
        finally:
            if not special:
                path.unlink(missing_ok=True)

    @contextmanager
    def terminal(self) -> Iterator[Terminal]:
        """Yield a terminal on the place where results go."""
        from detector.report.text import Terminal

        if self.output is None:
            reconfigure = getattr(sys.stdout, "reconfigure", None)
            if reconfigure is not None:
                reconfigure(errors="replace")
            yield Terminal.on(sys.stdout, self.colored)
            sys.stdout.flush()
            return
        import io

        with self.writer() as write:
            out = io.StringIO()
            yield Terminal.on(out, self.colored)
            write(out.getvalue())

    @contextmanager
    def progress(self, total: int) -> Iterator[Callable[[], None]]:
        """Yield a function that is told of each document done: a bar, where there is one to see it.

        Not where results scroll by on the same terminal: they are progress enough.
        """
        if self.quiet or total < 3 or not sys.stderr.isatty() or self.on_terminal:
            yield lambda: None
            return
        with bar() as shown:
            task = shown.add_task("documents", total=total)
            yield lambda: shown.advance(task)


def _write(out: IO[bytes], text: str) -> None:
    out.write(text.encode("utf-8", "surrogateescape"))


def _write_text(text: str) -> None:
    sys.stdout.write(text)


def bar() -> Any:
    """Return a progress bar on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("{task.description:<18}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )


def echo_error(message: str) -> None:
    """Print one line to standard error."""
    from detector.report.text import printable

    line = printable(message).replace("\n", " ").strip()
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    click.echo(f"detector: {line}".encode(encoding, "replace").decode(encoding), err=True)


def signature() -> str:
    """Return what stands for all models and settings."""
    from detector.api import model_info

    return str(model_info()["signature"])
