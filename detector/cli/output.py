"""Names of output files: the formats that they imply, and names that would overwrite an input."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from detector.cli.messages import Usage
from detector.report.formats import REPORT_FORMATS
from detector.writers import WRITERS

__all__ = ["FileId", "check_not_an_input", "format_for", "ids_of", "name_in"]

FileId = tuple[int, int]  # device and inode, which all names of a file share

# Suffixes that ask for a format, the first for each being the one that `--output-dir` gives its files.
_SUFFIXES: dict[str, tuple[str, ...]] = {
    "text": (".txt",),
    "jsonl": (".jsonl", ".ndjson"),
    "csv": (".csv",),
    "diff": (".diff", ".patch"),
    **{writer.name: writer.suffixes for writer in WRITERS},
    **{made.name: made.suffixes for made in REPORT_FORMATS},
}


def format_for(output: Path | None, given: str | None, default: str, formats: Sequence[str]) -> str:
    """Return the format to write: that of the option, or of the file's suffix, or the default.

    Raises Usage if the suffix contradicts the option, or belongs to a format that the command lacks.
    """
    if output is None:
        return given or default
    suffix = output.suffix.lower()
    fitting = [name for name, suffixes in _SUFFIXES.items() if suffix in suffixes]
    if given is not None:
        if fitting and given not in fitting and suffix != ".txt":
            right = output.with_suffix(_SUFFIXES[given][0])
            raise Usage(f"-o {output} contradicts --format {given}: name the file {right}, or leave --format out")
        return given
    usable = [name for name in fitting if name in formats]
    other = fitting[0] if fitting else _other_kind(output)
    if other and not usable:
        raise Usage(f"-o {output}: this command does not write {other}; it writes {', '.join(formats)}")
    return usable[0] if usable else default


def _other_kind(output: Path) -> str:
    """Return the kind of files that a suffix says if that is not plain text, else nothing."""
    # Only here: few calls name a suffix that no format has.
    from mimetypes import MimeTypes

    kind = MimeTypes().types_map[True].get(output.suffix.lower(), "")
    return "" if kind == "text/plain" else kind


def ids_of(paths: Iterable[Path]) -> frozenset[FileId]:
    """Return the ids of the files that exist; `-` is the file, if any, that standard input is read from."""
    found: set[FileId] = set()
    for path in paths:
        # ValueError for a name that no file can have; standard input may be closed, or be no file of the system.
        with suppress(OSError, ValueError, AttributeError):
            status = os.fstat(sys.stdin.fileno()) if str(path) == "-" else os.stat(path)
            if stat.S_ISREG(status.st_mode):  # /dev/null may be read and written
                found.add((status.st_dev, status.st_ino))
    return frozenset(found)


def check_not_an_input(output: Path | None, inputs: frozenset[FileId], way_out: str) -> None:
    """Raise Usage if a result would take the place of an input."""
    if output is not None and ids_of([output]) & inputs:
        raise Usage(f"{output} is an input and would be overwritten: {way_out}")


def name_in(folder: Path, document: str, format_: str, keep_name: bool) -> Path:
    """Return the file of a document's results in a folder, below which the document's own folders are kept.

    `keep_name` if the results are the document in its own kind, so that its name needs no other suffix.
    """
    parts = [part for part in Path(document).parts if part not in ("..", ".", Path(document).anchor)]
    relative = Path(*parts) if document != "-" else Path("stdin.txt" if keep_name else "stdin")
    path = folder / relative
    return path if keep_name else path.with_name(path.name + _SUFFIXES[format_][0])
