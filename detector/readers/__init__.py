"""From files to text: one module a kind of file, chosen by suffix; of other files, the first bytes say the kind."""

from __future__ import annotations

import glob
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path
from typing import IO

from detector.errors import InputError
from detector.files import open_regular
from detector.readers.document import InputDocument, Omission
from detector.readers.regions import without_regions

__all__ = [
    "MAX_BYTES",
    "SUFFIXES",
    "InputDocument",
    "Omission",
    "decode",
    "encode",
    "encoding_of",
    "is_named",
    "iter_paths",
    "kind_suffix",
    "other_kind",
    "parse_document",
    "quiet_log",
    "read_bytes",
    "read_document",
    "read_input",
    "read_stream",
    "wide_encoding",
]

# The suffixes that are searched for in a folder, each with the module that reads it. A file named outright may have
# any other suffix: its first bytes say its kind.
SUFFIXES = {
    ".txt": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".docx": "docx",
}
# Kinds whose readers obey marks of the author (front matter, fences, regions), if they are asked to.
_MARKED = frozenset({"html", "markdown"})
# Bytes of one input. Memory is that of its text several times over; a larger file is a corpus, not a document.
MAX_BYTES = 100_000_000
# Folders that hold other people's text or none; hidden ones are skipped too.
_PASSED_OVER = frozenset({"node_modules", "__pycache__", "venv", "site-packages"})
_PIECE = 1 << 24  # bytes that are read at once
_SAMPLE = 1 << 18  # bytes that the encoding is guessed from
# Single-byte encodings in which English text occurs, and UTF-16 and UTF-32, which a byte order mark announces.
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
_ZIP = b"PK\x03\x04"
_RTF = b"{\\rtf"  # marked up in ASCII, which would be judged as words
# First bytes of files that are not text, their kind, and the way out.
_OTHER_KINDS = (
    (b"\x1f\x8b", "a file compressed by gzip", "unpack it first"),
    (b"BZh", "a file compressed by bzip2", "unpack it first"),
    (b"\xfd7zXZ", "a file compressed by xz", "unpack it first"),
    (b"\x28\xb5\x2f\xfd", "a file compressed by Zstandard", "unpack it first"),
    (_ZIP, "a Word file or a zip archive", "name it .docx, or unpack it first"),
    (b"%PDF-", "a PDF file", "name it .pdf"),
    (b"\xd0\xcf\x11\xe0", "a file of old Office programs", "save it as .docx"),
    (b"\x89PNG", "a picture", "recognise its text first (OCR)"),
    (b"\xff\xd8\xff", "a picture", "recognise its text first (OCR)"),
    (b"\x7fELF", "a program", "give a text"),
    (_RTF, "a Rich Text file", "save it as .docx or .txt"),
    (b"PAR1", "a Parquet file", "`detector scan` judges its records"),
)
# Byte order marks, each with the codec that reads and drops it, and the one that writes in that order, without a mark.
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf_32", "utf_32_le"),
    (b"\x00\x00\xfe\xff", "utf_32", "utf_32_be"),
    (b"\xff\xfe", "utf_16", "utf_16_le"),
    (b"\xfe\xff", "utf_16", "utf_16_be"),
)


def read_bytes(path: Path, max_bytes: int = MAX_BYTES) -> bytes:
    """Return the file's bytes; raise InputError if there are none or too many.

    Pipes, devices and sockets are refused: they may never end, or never begin.
    """
    try:
        with open_regular(path) as file:
            return read_stream(file, max_bytes)
    except InputError:
        raise
    except IsADirectoryError:
        raise InputError("a folder, not a file") from None
    except FileNotFoundError:
        raise InputError("no such file") from None
    except PermissionError:
        raise InputError("permission to read it is denied") from None
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    except MemoryError:
        raise InputError("too large for the memory of this computer") from None


def read_input(path: Path, max_bytes: int = MAX_BYTES) -> bytes:
    """Return the bytes of a file that is to be judged, which may be a folder in which `iter_paths` found nothing."""
    # One that may not be listed is refused by its opening, which says so.
    if os.path.isdir(path) and os.access(path, os.R_OK):
        raise InputError(f"a folder without a readable file ({' '.join(SUFFIXES)})")
    return read_bytes(path, max_bytes)


def read_stream(stream: IO[bytes], max_bytes: int) -> bytes:
    """Return the rest of a stream; raise InputError if that is too much.

    It may grow, never end, or, in /proc, not say how large it is: a piece more than allowed is read at most.
    """
    pieces: list[bytes] = []
    size = 0
    while size <= max_bytes and (piece := stream.read(_PIECE)):
        pieces.append(piece)
        size += len(piece)
    check_size(size, max_bytes)
    return b"".join(pieces)


def check_size(size: int, max_bytes: int) -> None:
    """Raise InputError if an input, or its unpacked content, has more bytes than are read."""
    if size > max_bytes:
        raise InputError(f"larger than {max_bytes:,} bytes, the most that is read: split it, or raise --max-bytes")


def read_document(path: Path | str, regions: bool = False, max_bytes: int = MAX_BYTES) -> InputDocument:
    """Return the document in a file, read by the module that its suffix calls for.

    Raises InputError if the file cannot be read, is not text, or needs an extra that is not installed.

    Parameters
    ----------
    regions : whether marks of the author are obeyed: `<!-- detector: off -->`, front matter, code fences. Otherwise
        content alone decides which parts are left out, so that nobody can hide text from the verdict
    max_bytes : a larger file is refused
    """
    path = Path(path)
    return parse_document(path, read_input(path, max_bytes), path.suffix, regions)


def kind_suffix(suffix: str, data: bytes) -> str:
    """Return the suffix of the kind that a file is read as: its own if we know it; if not, its first bytes say it.

    >>> kind_suffix(".MD", b"<html>"), kind_suffix("", b"  <!DOCTYPE html><p>"), kind_suffix(".log", b"Plain.")
    ('.md', '.html', '.txt')
    """
    if suffix.lower() in SUFFIXES:
        return suffix.lower()
    start = _start(data)
    if start.startswith(b"%PDF-"):
        return ".pdf"
    if start.startswith(_ZIP):
        return ".docx"
    return ".html" if start.lower().startswith((b"<!doctype html", b"<html")) else ".txt"


def _start(data: bytes) -> bytes:
    """Return the first bytes without a byte order mark and blank lines, which programs pass over."""
    return data[:512].removeprefix(b"\xef\xbb\xbf").lstrip()


def parse_document(path: Path, data: bytes, suffix: str, regions: bool = False) -> InputDocument:
    """Return the document in the bytes of a file, read by the module that `kind_suffix` calls for.

    Raises InputError if the bytes are not a file of that kind, or reading it needs an extra that is not installed.
    """
    if not data:  # nothing to judge, which is not an error for any kind of file
        return InputDocument(str(path), "")
    kind = SUFFIXES[kind_suffix(suffix, data)]
    reader = import_module(f"detector.readers.{kind}")
    try:
        document: InputDocument = reader.read(path, data, regions) if kind in _MARKED else reader.read(path, data)
    except MemoryError:
        raise InputError("too large for the memory of this computer") from None
    if regions:
        document = without_regions(document)
    return document


@contextmanager
def quiet_log(name: str) -> Iterator[None]:
    """Keep a parser's log of a damaged file off standard error: the error that is raised says it in one line."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)


def _likeliest(data: bytes) -> str | None:
    """Return the likeliest encoding of bytes that are not UTF-8, or None."""
    from charset_normalizer import from_bytes

    matches = from_bytes(data[:_SAMPLE], cp_isolation=list(_ENCODINGS))
    least = min((match.chaos for match in matches), default=0.0)
    # Many fit as well as the best: the commonest of them is it.
    found = {match.encoding for match in matches if match.chaos <= least + 0.01}
    return next((encoding for encoding in _ENCODINGS if encoding in found), None)


def _utf_16_without_mark(data: bytes) -> str | None:
    """Return which UTF-16 the bytes are in if every other one is 0, as in English text, else None."""
    sample = data[: _SAMPLE & ~1]
    low, high = sample[0::2].count(0), sample[1::2].count(0)
    if len(data) % 2 or max(low, high) < 0.4 * len(sample) / 2 or min(low, high) > 0.01 * len(sample):
        return None
    return "utf_16_le" if high > low else "utf_16_be"


def _decoded(data: bytes, encoding: str | None) -> str | None:
    try:
        return data.decode(encoding) if encoding else None
    except UnicodeDecodeError:
        return None


def wide_encoding(data: bytes) -> str | None:
    """Return Python's name of the UTF-16 or UTF-32 that the bytes are in, by their mark or their zeros; else None."""
    marked = next((name for mark, name, _ in _MARKS if data.startswith(mark)), None)
    return marked or (_utf_16_without_mark(data) if b"\0" in data else None)


def encoding_of(data: bytes) -> str:
    """Return Python's name of the encoding that the bytes of a text are in.

    UTF-8 first, as it is almost always; then the encoding of a byte order mark; then UTF-16 without one; then the
    likeliest single-byte encoding. Raises InputError if the bytes are not text.
    """
    has_zero = b"\0" in data
    encoding: str | None = wide_encoding(data) or "utf-8"
    text = _decoded(data, encoding)
    if text is None and encoding == "utf-8" and not has_zero:
        encoding = _likeliest(data)
        text = _decoded(data, encoding)
    # Control characters distinguish a picture or a program from a text in an odd encoding.
    if (
        encoding is None
        or text is None
        or _start(data).startswith(_RTF)
        or "\0" in text
        or sum(text.count(chr(c)) for c in range(1, 32) if c not in (8, 9, 10, 11, 12, 13, 27)) > len(text) / 100
    ):
        found = other_kind(data)
        raise InputError(
            f"not text but {found}" if found else "not text: the bytes are not UTF-8 and fit no encoding in common use"
        )
    return encoding


def other_kind(data: bytes) -> str:
    """Return the kind of bytes that are not text, and the way out; nothing for an unknown kind."""
    start = _start(data)
    return next((f"{kind}: {way_out}" for first, kind, way_out in _OTHER_KINDS if start.startswith(first)), "")


def decode(data: bytes) -> str:
    """Return the text of a file's bytes as `data.decode(encoding_of(data))` does, with nothing changed.

    A byte order mark of UTF-8 stays, as U+FEFF, so that offsets hold for all who read the file plainly.
    Raises InputError if the bytes are not text.

    >>> decode(b"caf\\xc3\\xa9")
    'café'
    """
    return data.decode(encoding_of(data))


def encode(text: str, encoding: str, former: bytes, errors: str = "strict") -> bytes:
    """Return the bytes of a text that takes the place of another: in its encoding, with its byte order and mark.

    Python's own codecs of UTF-16 and UTF-32 write the order of this computer. Raises UnicodeEncodeError if the encoding
    lacks a letter and `errors`, as `str.encode` takes it, does not replace it.

    >>> encode("No.", "utf_16", b"\\xfe\\xff\\0O\\0n\\0e")
    b'\\xfe\\xff\\x00N\\x00o\\x00.'
    """
    for mark, marked, plain in _MARKS:
        if encoding == marked and former.startswith(mark):
            return mark + text.encode(plain, errors)
    return text.encode(encoding, errors)


def iter_paths(arguments: Iterable[str], exclude: Sequence[str] = ()) -> Iterator[Path]:
    """Yield the files that the arguments stand for: folders and patterns in order of name.

    A path that is named outright is yielded as it is, whether it exists or not: reading it raises the error. So is
    a folder without readable files. `exclude` holds patterns of paths or names to pass over in both.
    """
    for argument in arguments:
        path = Path(argument)
        # os.path, since pathlib raises for a name that no file can have.
        if argument != "-" and os.path.isdir(path):
            found = [p for p in _walk(path) if not is_named(p, exclude)]
            yield from found or [path]
        elif argument != "-" and glob.has_magic(argument) and not os.path.lexists(argument):
            matches = (Path(p) for p in sorted(_matches(Path(argument).parts)))
            files = [p for p in matches if os.path.isfile(p) and not is_named(p, exclude)]
            yield from files or [path]
        else:
            yield path


def _matches(pattern: Sequence[str]) -> set[str]:
    """Return the paths that the parts of a pattern stand for.

    As `glob.glob` does, but its `**` follows links to folders: two of them that lead upward make it endless.
    """
    if "**" not in pattern:
        return set(glob.glob(os.path.join(*pattern)))
    at = pattern.index("**")
    after = pattern[at + 1 :] or ("*",)
    found: set[str] = set()
    for top in _matches(pattern[:at]) if at else {os.curdir}:
        for parent, folders, _ in os.walk(top):
            folders[:] = [name for name in folders if not name.startswith(".")]
            found |= _matches((glob.escape(parent), *after))
    return found


def _walk(folder: Path) -> Iterator[Path]:
    unlisted: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=unlisted.append):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in _PASSED_OVER)
        for name in sorted(names):
            path = Path(parent, name)
            # Pipes, devices and links that lead nowhere are skipped.
            if not name.startswith(".") and path.suffix.lower() in SUFFIXES and os.path.isfile(path):
                yield path
    # A folder that cannot be listed: reading it says why.
    yield from (Path(error.filename) for error in unlisted)


def is_named(path: Path, patterns: Sequence[str]) -> bool:
    """Return whether a pattern names the path, a folder that it lies in, or the end of either.

    A pattern that begins at the root names absolute paths.

    >>> is_named(Path("tree/notes/a.txt"), ["notes/*"]), is_named(Path("tree/notes/a.txt"), ["a/*"])
    (True, False)
    """
    if not patterns:
        return False
    parts = path.parts
    names = [Path(*parts[i:j]).as_posix() for i in range(len(parts)) for j in range(i + 1, len(parts) + 1)]
    whole = Path(os.path.abspath(path))
    names += [p.as_posix() for p in (whole, *whole.parents)]
    return any(fnmatch(name, Path(pattern).as_posix()) for pattern in patterns for name in names)
