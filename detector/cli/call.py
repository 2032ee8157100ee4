"""One call of the command line: its settings, the place of its results, and the errors so far."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeVar

from detector.cli.messages import Usage, echo_error
from detector.cli.output import FileId, check_not_an_input, ids_of, name_in
from detector.cli.progress import WordProgress
from detector.files import write_file
from detector.report.model import InputFailure

if TYPE_CHECKING:
    from detector.report.text import Terminal

__all__ = ["Invocation", "signature"]

_Item = TypeVar("_Item")


@dataclass
class Invocation:
    """The place of the results of one call, and the errors so far.

    Attributes
    ----------
    output : the file of the results; None for standard output
    quiet : print errors only
    verbose : print the traceback of faults too
    written : files in the folder of the results, each with the document that it is of
    inputs : ids of the files that are read, none of which results may replace
    """

    format: str
    output: Path | None
    color: str
    quiet: bool
    verbose: bool = False
    failures: list[InputFailure] = field(default_factory=list)
    flagged: bool = False
    written: dict[Path, str] = field(default_factory=dict)
    inputs: frozenset[FileId] = frozenset()

    @property
    def colored(self) -> bool:
        """Whether standard output takes colour: as the option says, or if it is a terminal and nothing forbids it."""
        if self.color != "auto":
            return self.color == "always"
        if self.output is not None or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
            return False
        return sys.stdout.isatty()

    @property
    def on_terminal(self) -> bool:
        """Whether results are read on a terminal."""
        return self.output is None and sys.stdout.isatty()

    def protect(self, paths: Iterable[Path], way_out: str = "give -o another name") -> None:
        """Remember the files that are read; raise Usage if the file of the results is one of them."""
        self.inputs = ids_of(paths)
        check_not_an_input(self.output, self.inputs, way_out)

    def fail(self, failure: InputFailure) -> None:
        """Print an error about an input that could not be read, and remember it."""
        self.failures.append(failure)
        echo_error(f"{failure.path}: {failure.message}")

    def note(self, message: str) -> None:
        """Print a line to standard error, unless only errors are wanted."""
        if not self.quiet:
            echo_error(message)

    def read(
        self, items: Iterable[_Item | InputFailure], sizes: list[int], n_words: Callable[[_Item], int]
    ) -> Iterator[_Item]:
        """Yield the results, with progress; print an error in place of each that is missing.

        Parameters
        ----------
        sizes : of the inputs, in bytes, in the order of the items
        n_words : of an item
        """
        progress = WordProgress(sum(sizes)) if sys.stderr.isatty() and not self.quiet else None
        if progress is not None:
            progress.resume()
        try:
            for item, size in zip(items, sizes, strict=True):
                if progress is not None:
                    # On one terminal, results and progress take turns.
                    if self.on_terminal or isinstance(item, InputFailure):
                        progress.pause()
                    progress.advance(0 if isinstance(item, InputFailure) else n_words(item), size)
                if isinstance(item, InputFailure):
                    self.fail(item)
                else:
                    yield item
                if progress is not None and (self.on_terminal or isinstance(item, InputFailure)):
                    progress.resume()
        finally:
            if progress is not None:
                progress.pause()

    def into(self, folder: Path, document: str, keep_name: bool = False) -> Invocation:
        """Return the call that writes the results of one document to a folder, under the document's own folders."""
        output = name_in(folder, document, self.format, keep_name)
        check_not_an_input(output, self.inputs, "give --output-dir another folder")
        other = self.written.setdefault(output, document)
        if other != document:
            raise Usage(f"the results of {other} and {document} would both be {output}: write them to two folders")
        try:
            output.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Usage(f"--output-dir {folder}: cannot be written: {error.strerror or error}") from None
        return replace(self, output=output)

    def code(self, check: bool = False) -> int:
        """Return the exit code: the worst of all inputs."""
        return 3 if self.failures else 1 if check and self.flagged else 0

    @contextmanager
    def writer(self) -> Iterator[Callable[[str], None]]:
        """Yield a function that writes results in UTF-8, to standard output or the file that was named."""
        with self.data_writer() as write:
            yield lambda text: write(text.encode("utf-8", "surrogateescape"))

    @contextmanager
    def data_writer(self) -> Iterator[Callable[[bytes], None]]:
        """Yield a function that writes bytes to standard output or the file that was named."""
        if self.output is None:
            yield _write_out
            sys.stdout.flush()
            return
        try:
            with write_file(self.output, binary=True) as file:
                yield lambda data: _write(file, data)
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            raise Usage(f"{self.output}: cannot be written: {error.strerror or error}") from None

    @contextmanager
    def terminal(self) -> Iterator[Terminal]:
        """Yield a terminal that writes to the place of the results."""
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


def _write(file: IO[bytes], data: bytes) -> None:
    file.write(data)


def _write_out(data: bytes) -> None:
    out = getattr(sys.stdout, "buffer", None)
    if out is None:  # a stream of text that someone has put in its place
        sys.stdout.write(data.decode("utf-8", "surrogateescape"))
    else:
        out.write(data)


def signature() -> str:
    """Return the signature of all models and settings."""
    from detector.api import model_info

    return str(model_info()["signature"])
