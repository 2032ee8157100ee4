"""From arguments to documents: the files that they name, standard input, and errors for unreadable inputs."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detector.cli.limits import Limits, time_limit
from detector.cli.messages import Usage, echo_error
from detector.errors import InputError
from detector.readers import InputDocument, iter_paths, kind_suffix, parse_document, read_bytes, read_input, read_stream
from detector.readers.records import MAX_CHARACTERS, is_records
from detector.report.model import InputFailure

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

__all__ = ["STDIN", "Input", "iter_inputs", "paths_of", "sizes_of"]

STDIN = "-"
_MAX_STARS = 3
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


@dataclass(frozen=True)
class Input:
    """A document, and the file that it was read from.

    Attributes
    ----------
    suffix : of the kind of file that it was read as, with its dot
    data : the bytes of the file
    """

    document: InputDocument
    suffix: str
    data: bytes

    @property
    def sha256(self) -> str:
        """The SHA-256 of the file, hexadecimal."""
        return sha256(self.data).hexdigest()


def paths_of(arguments: Sequence[str], exclude: Sequence[str], stdin_filename: str | None) -> list[Path]:
    """Return the files that the arguments name, standard input if they name none; raise Usage for other arguments."""
    arguments = arguments or (STDIN,)
    for argument in arguments:
        if not argument:
            raise Usage('a path is empty (""): give a file, a folder or a pattern, or - for standard input')
        if _URL.match(argument):
            raise Usage(f"{argument}: nothing is fetched; save the page and give the file, or pipe it in")
        if argument != STDIN and is_records(Path(argument)) and os.path.isfile(argument):
            raise _holds_records(argument)
    if stdin_filename is not None and STDIN not in arguments:
        raise Usage("--stdin-filename is for standard input, but files were given: leave one out")
    if list(arguments).count(STDIN) > 1:
        raise Usage("standard input (-) is named twice, but can be read only once: leave one out")
    return [path for argument in arguments for path in _files(argument, exclude)]


def _files(argument: str, exclude: Sequence[str]) -> list[Path]:
    """Return the files of one argument; in a folder, those that its .gitignore files leave."""
    found = list(iter_paths([argument], exclude))
    folder = Path(argument)
    if argument == STDIN or not os.path.isdir(folder):
        return found
    ignored = _ignored_in(folder)
    kept = [path for path in found if path == folder or not ignored(path)]
    if kept in ([], [folder]) and any(is_records(Path(name)) for _, _, names in os.walk(folder) for name in names):
        raise _holds_records(argument)
    return kept or [folder]


def _holds_records(argument: str) -> Usage:
    return Usage(f"{argument} contains records: `detector scan {argument} --output FOLDER` judges each of them")


def _spec_of(lines: Iterable[str]) -> GitIgnoreSpec:
    """Return the rules of a .gitignore file but for lines that git would ignore, or that could take for ever."""
    from pathspec import GitIgnoreSpec

    rules: list[Any] = []
    for line in lines:
        # Each star in one part of a path multiplies the time by the length of the name.
        if max(part.count("*") for part in line.split("/")) <= _MAX_STARS:
            with suppress(ValueError):
                rules += GitIgnoreSpec.from_lines([line]).patterns
    return GitIgnoreSpec(rules)


def _ignored_in(folder: Path) -> Callable[[Path], bool]:
    """Return whether git would ignore a file of the folder, by the .gitignore files from the repository's root down.

    A folder that is ignored itself was named on purpose: then only the files inside it are minded.
    """
    root = folder.resolve()
    top = next((p for p in (root, *root.parents) if (p / ".git").exists()), root)

    @cache
    def spec(of: Path) -> GitIgnoreSpec | None:
        try:
            lines = read_bytes(of / ".gitignore").decode("utf-8", "replace").splitlines()
        except InputError:
            return None
        return _spec_of(lines)

    def is_ignored(whole: Path, end: str, upward_to: Path) -> bool:
        for parent in (p for p in whole.parents if p.is_relative_to(upward_to)):
            # The nearest file that says anything of the path decides, as in git.
            rules = spec(parent)
            verdict = None if rules is None else rules.check_file(whole.relative_to(parent).as_posix() + end).include
            if verdict is not None:
                return verdict
        return False

    lowest = root if is_ignored(root, "/", top) else top
    return lambda path: is_ignored(root / path.relative_to(folder), "", lowest)


def sizes_of(paths: Sequence[Path]) -> list[int]:
    """Return the size of each file in bytes, 0 if it is not known."""

    def size(path: Path) -> int:
        try:
            return path.stat().st_size
        except (OSError, ValueError):
            return 0

    return [size(path) for path in paths]


def iter_inputs(
    paths: Iterable[Path], stdin_filename: str | None = None, limits: Limits | None = None
) -> Iterator[Input | InputFailure]:
    """Yield each input as a document, or its error."""
    limits = limits or Limits()
    for path in paths:
        try:
            with time_limit(limits.timeout):
                found = _read_stdin(stdin_filename, limits) if str(path) == STDIN else _read_file(path, limits)
        except InputError as error:
            yield InputFailure(str(path), str(error))
        except MemoryError:
            yield InputFailure(str(path), "too large for the memory of this computer")
        else:
            n = len(found.document.text)
            if n > MAX_CHARACTERS:
                message = f"{n:,} characters are more than {MAX_CHARACTERS:,}, the most that can be judged: split it"
                yield InputFailure(str(path), message)
            else:
                yield found


def _read(path: Path, data: bytes, limits: Limits) -> Input:
    suffix = kind_suffix(path.suffix, data)
    return Input(parse_document(path, data, suffix, limits.regions), suffix, data)


def _read_file(path: Path, limits: Limits) -> Input:
    return _read(path, read_input(path, limits.max_bytes), limits)


def _read_stdin(filename: str | None, limits: Limits) -> Input:
    """Return the document on standard input; `filename` says its kind, its first bytes do if there is none."""
    if sys.stdin is None:
        raise InputError("standard input is closed")
    if sys.stdin.isatty():
        echo_error("reading standard input; Ctrl-D ends it, `detector --help` says more")
    buffer = getattr(sys.stdin, "buffer", None)
    if buffer is None:  # a stream of text that someone has put in its place
        buffer = io.BytesIO(sys.stdin.read().encode("utf-8", "surrogateescape"))
    data = read_stream(buffer, limits.max_bytes)
    if filename is not None:
        return _read(Path(filename), data, limits)
    return _read(Path(STDIN), data, limits)
