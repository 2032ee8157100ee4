"""Compressed files, by the suffixes of their names."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from detector.extras import missing_extra

__all__ = ["COMPRESSED_SUFFIXES", "DAMAGE", "decompressed", "open_decompressed"]

_BLOCK = 1 << 20  # bytes that are read at a time
_STEP = 1 << 15  # bytes that are decompressed at once: as many may be lost before damage, as with `gzip -dc`
_COMPRESSED = 1 << 14  # bytes that are read of a compressed file at a time
# Damage to a compressed file comes as any of these, depending on the byte.
DAMAGE = (OSError, EOFError, lzma.LZMAError, zlib.error)


class _Pieces(io.RawIOBase):
    """A file of pieces of bytes, so that an error in the next piece costs nothing of those before it."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._ready = memoryview(piece)
        n = min(len(buffer), len(self._ready))
        buffer[:n], self._ready = self._ready[:n], self._ready[n:]
        return n


def _gzip(raw: IO[bytes]) -> Iterator[bytes]:
    file = gzip.GzipFile(fileobj=raw)
    while piece := file.read1(_STEP):
        yield piece


def _bzip2_or_xz(raw: IO[bytes], new: Callable[[], Any]) -> Iterator[bytes]:
    return _streams(raw, new, lambda stream, block: stream.decompress(block, _STEP))


def _zstd(raw: IO[bytes]) -> Iterator[bytes]:
    try:
        import zstandard
    except ImportError as error:
        raise missing_extra(error, "zstd", "reading Zstandard files") from None
    new = zstandard.ZstdDecompressor(max_window_size=1 << 31).decompressobj
    try:
        yield from _streams(raw, new, lambda stream, block: stream.decompress(block))
    except zstandard.ZstdError as error:
        raise OSError(str(error)) from error


def _streams(raw: IO[bytes], new: Callable[[], Any], decompress: Callable[[Any, bytes], bytes]) -> Iterator[bytes]:
    """Yield the decompressed bytes of the streams of a file, each read by a `new` object.

    Unlike the files of the libraries, it raises an error for bytes after the last stream, zeros excepted, or if that
    stream is cut off.
    """
    rest = raw.read(_COMPRESSED)
    while rest:
        stream, block = new(), rest
        yield decompress(stream, block)
        while not stream.eof:
            needs_input = getattr(stream, "needs_input", True)
            block = raw.read(_COMPRESSED) if needs_input else b""
            if needs_input and not block:
                raise EOFError("the file ends before its last stream does")
            yield decompress(stream, block)
        rest = stream.unused_data.lstrip(b"\0")
        while not rest and (block := raw.read(_COMPRESSED)):
            rest = block.lstrip(b"\0")


_OPENERS: dict[str, Callable[[IO[bytes]], Iterator[bytes]]] = {
    ".gz": _gzip,
    ".bz2": lambda raw: _bzip2_or_xz(raw, bz2.BZ2Decompressor),
    ".xz": lambda raw: _bzip2_or_xz(raw, lzma.LZMADecompressor),
    ".zst": _zstd,
}
COMPRESSED_SUFFIXES = tuple(_OPENERS)


def decompressed(raw: IO[bytes], suffix: str) -> IO[bytes]:
    """Return the decompressed bytes of an open file; the file itself if the suffix is not one of compression.

    `read1` returns all bytes before damage, in the same pieces each time, and then raises one of DAMAGE.
    """
    return io.BufferedReader(_Pieces(_OPENERS[suffix](raw)), _BLOCK) if suffix in _OPENERS else raw


@contextmanager
def open_decompressed(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, plain or compressed, to read its decompressed bytes."""
    with path.open("rb") as raw, decompressed(raw, path.suffix) as stream:
        yield stream
