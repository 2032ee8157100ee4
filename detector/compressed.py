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
# Damage to a compressed file comes as any of these, depending on the byte.
DAMAGE = (OSError, EOFError, lzma.LZMAError, zlib.error)


class _ZstdReader(io.RawIOBase):
    """Decompressed bytes of a Zstandard file; unlike the library's own, it raises EOFError if the file is cut off."""

    def __init__(self, raw: IO[bytes]) -> None:
        try:
            import zstandard
        except ImportError as error:
            raise missing_extra(error, "zstd", "reading Zstandard files") from None
        self._raw = raw
        self._new = zstandard.ZstdDecompressor(max_window_size=1 << 31).decompressobj
        self._error = zstandard.ZstdError
        self._frame: Any = None
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            block = self._frame.unused_data if self._frame is not None and self._frame.eof else b""
            block = block or self._raw.read(1 << 16)
            if not block:
                if self._frame is not None and not self._frame.eof:
                    raise EOFError("the file ends before its last frame does")
                return 0
            if self._frame is None or self._frame.eof:
                self._frame = self._new()
            try:
                self._ready = memoryview(self._frame.decompress(block))
            except self._error as error:
                raise OSError(str(error)) from error
        n = min(len(buffer), len(self._ready))
        buffer[:n], self._ready = self._ready[:n], self._ready[n:]
        return n


_OPENERS: dict[str, Callable[[Any], Any]] = {
    ".gz": lambda raw: gzip.GzipFile(fileobj=raw),
    ".bz2": bz2.BZ2File,
    ".xz": lzma.LZMAFile,
    ".zst": lambda raw: io.BufferedReader(_ZstdReader(raw), _BLOCK),
}
COMPRESSED_SUFFIXES = tuple(_OPENERS)


def decompressed(raw: IO[bytes], suffix: str) -> IO[bytes]:
    """Return the decompressed bytes of an open file; the file itself if the suffix is not one of compression."""
    stream: IO[bytes] = _OPENERS[suffix](raw) if suffix in _OPENERS else raw
    return stream


@contextmanager
def open_decompressed(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, plain or compressed, to read its decompressed bytes."""
    with path.open("rb") as raw, decompressed(raw, path.suffix) as stream:
        yield stream
