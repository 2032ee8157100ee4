"""From files to text: one module a kind of file, chosen by suffix; everything else is read as plain text."""

from __future__ import annotations

import glob
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path

from detector.errors import InputError

__all__ = [
    "SUFFIXES",
    "InputDocument",
    "decode",
    "encoding_of",
    "iter_paths",
    "missing_extra",
    "parse_document",
    "quiet_log",
    "read_bytes",
    "read_document",
]

# What a folder is searched for, and the module of this package that reads it. A file named outright may have
# any other suffix: it is read as plain text.
SUFFIXES = {
    ".txt": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".docx": "docx",
}
# Folders that hold other people's text or none; hidden ones are passed over too.
_PASSED_OVER = frozenset({"node_modules", "__pycache__", "venv", "site-packages"})
_SAMPLE = 1 << 18  # bytes that the encoding is guessed from
# Single-byte encodings that English text is met in, and UTF-16 and UTF-32, which a byte order mark announces.
_ENCODINGS = (
    "cp1252",
    "latin_1",
    "cp1250",
    "iso8859_2",
    "cp1251",
    "cp1254",
    "iso8859_15",
    "mac_roman",
    "cp437",
)
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf_32"),
    (b"\x00\x00\xfe\xff", "utf_32"),
    (b"\xff\xfe", "utf_16"),
    (b"\xfe\xff", "utf_16"),
)


@dataclass(frozen=True)
class InputDocument:
    """One input: where it came from, and its text.

    Attributes
    ----------
    path : as the user named it; "-" for standard input
    text : the decoded file, or what was extracted from it; all offsets point into it
    judged : the text as it is judged: of the same length, skipped parts (code, links) masked by spaces;
        None where it is `text` itself
    extracted : whether `text` was extracted, so that a reader of the report needs it to follow the offsets
    encoding : Python's name of the encoding that `text` was decoded from
    """

    path: str
    text: str
    judged: str | None = None
    extracted: bool = False
    encoding: str = "utf-8"

    @property
    def judged_text(self) -> str:
        """The text as it is judged: `judged`, or `text` itself."""
        return self.text if self.judged is None else self.judged


def read_bytes(path: Path) -> bytes:
    """Return the file's bytes; raise InputError, in words, where there are none to be had."""
    try:
        return path.read_bytes()
    except IsADirectoryError:
        raise InputError(f"a folder without a readable file ({' '.join(SUFFIXES)})") from None
    except FileNotFoundError:
        raise InputError("no such file") from None
    except PermissionError:
        raise InputError("permission to read it is denied") from None
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    except MemoryError:
        raise InputError("too large for the memory at hand") from None


def read_document(path: Path) -> InputDocument:
    """Return the document in a file, read by the module that its suffix calls for.

    Raises InputError if the file cannot be read, is not text, or needs an extra that is not installed.
    """
    return parse_document(path, read_bytes(path), path.suffix)


def parse_document(path: Path, data: bytes, suffix: str) -> InputDocument:
    """Return the document in the bytes of a file, read by the module that a suffix calls for.

    Raises InputError if the bytes are not a file of that kind, or reading it needs an extra that is not installed.
    """
    if not data:  # nothing to judge, which is no error, whatever kind of file it would have been
        return InputDocument(str(path), "")
    reader = import_module(f"detector.readers.{SUFFIXES.get(suffix.lower(), 'text')}")
    document: InputDocument = reader.read(path, data)
    return document


def missing_extra(error: ImportError, extra: str, what: str) -> InputError:
    """Return what to do about a reader's library that is not there, or is there and does not load."""
    mend = f'pip install "detector[{extra}]"'
    if isinstance(error, ModuleNotFoundError):
        return InputError(f"reading {what} needs an extra: {mend}")
    reason = " ".join(str(error).split())
    return InputError(f"reading {what} needs an extra that does not load here ({reason}): {mend}")


@contextmanager
def quiet_log(name: str) -> Iterator[None]:
    """Keep what a parser logs of a damaged file off standard error: the error that is raised says it in one line."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)


def _likeliest(data: bytes) -> str | None:
    """Return the likeliest encoding of bytes that are no UTF-8, or None."""
    from charset_normalizer import from_bytes

    matches = from_bytes(data[:_SAMPLE], cp_isolation=list(_ENCODINGS))
    least = min((match.chaos for match in matches), default=0.0)
    # Many fit as well as the best: the commonest of them is it.
    found = {match.encoding for match in matches if match.chaos <= least + 0.01}
    return next((encoding for encoding in _ENCODINGS if encoding in found), None)


def encoding_of(data: bytes) -> str:
    """Return Python's name of the encoding that the bytes of a text are in.

    UTF-8 first, as it is almost always; then what a byte order mark says; then the likeliest single-byte
    encoding. Raises InputError where the bytes are no text.
    """
    mark = next((name for start, name in _MARKS if data.startswith(start)), None)
    encoding: str | None = mark or "utf-8"
    try:
        text = data.decode(encoding or "utf-8")
    except UnicodeDecodeError:
        encoding = None if mark or b"\0" in data else _likeliest(data)
        try:
            text = data.decode(encoding) if encoding else "\0"
        except UnicodeDecodeError:
            text = "\0"
    # Control characters are what tells a picture or a program from a text in an odd encoding.
    odd = sum(text.count(chr(c)) for c in range(1, 32) if c not in (8, 9, 10, 11, 12, 13, 27))
    if "\0" in text or encoding is None or odd > len(text) / 100:
        raise InputError("not text: the bytes are no UTF-8 and fit no encoding in common use")
    return encoding


def decode(path: Path | str, data: bytes) -> str:
    """Return the text of a file: what `data.decode(encoding_of(data))` returns, byte for byte as it stood.

    A byte order mark of UTF-8 stays, as U+FEFF, so that offsets hold for all who read the file plainly.
    Raises InputError where the bytes are no text.

    >>> decode("a.txt", b"caf\\xc3\\xa9")
    'café'
    """
    return data.decode(encoding_of(data))


def iter_paths(arguments: Iterable[str], exclude: Sequence[str] = ()) -> Iterator[Path]:
    """Yield the files that the arguments stand for: folders and patterns in order of name.

    What is named outright is yielded as it is, whether it exists or not: reading it says what is wrong. So is
    a folder without readable files. `exclude` holds patterns of paths or names to pass over in both.
    """
    for argument in arguments:
        path = Path(argument)
        if argument != "-" and path.is_dir():
            found = [p for p in _walk(path) if not _excluded(p, exclude)]
            yield from found or [path]
        elif argument != "-" and glob.has_magic(argument) and not os.path.lexists(argument):
            matches = (Path(p) for p in sorted(glob.glob(argument, recursive=True)))
            files = [p for p in matches if p.is_file() and not _excluded(p, exclude)]
            yield from files or [path]
        else:
            yield path


def _walk(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in _PASSED_OVER)
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                yield Path(parent, name)


def _excluded(path: Path, patterns: Sequence[str]) -> bool:
    """Return whether a pattern names the path, its end, or a folder that it lies in."""
    names = [
        path.as_posix(),
        path.name,
        *(p.as_posix() for p in path.parents),
        *(p.name for p in path.parents),
    ]
    return any(fnmatch(name, pattern.rstrip("/")) for pattern in patterns for name in names if name)
