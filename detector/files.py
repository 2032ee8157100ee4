"""Files and folders that survive crashes: a file is replaced whole or not at all, a folder has one user at a time."""

from __future__ import annotations

import os
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from detector.errors import InputError

__all__ = ["locked", "write_file", "write_new_file"]

_LOCK = ".detector.lock"


def _sync_folder(folder: Path) -> None:
    """Make a rename durable; file systems that cannot sync a folder have done what they can."""
    if os.name == "nt":
        return
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _open(path: Path, flags: int, permissions: int, binary: bool) -> IO[Any]:
    handle = os.open(path, flags | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0), permissions)
    return os.fdopen(handle, "wb") if binary else os.fdopen(handle, "w", encoding="utf-8", newline="")


@contextmanager
def write_file(path: Path | str, binary: bool = False, sync: bool = True) -> Iterator[IO[Any]]:
    """Open a file to write, as UTF-8 or bytes; it takes the place of `path` when the body ends without an error.

    The content goes to a file of random name beside the target, is synced to the disk, and is renamed. Until then the
    former file stays as it was, and an error or a full disk leaves it so. A link stays: its target is replaced. The
    permissions of an existing file stay, and its owner if we may give files away. A device or pipe (`/dev/stdout`) is
    written to directly. `sync=False` is for what may be lost in a power cut.

    Raises OSError if the file cannot be written.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with write_file(Path(folder, "a.txt")) as file:
    ...         _ = file.write("Whole.")
    ...     Path(folder, "a.txt").read_text()
    'Whole.'
    """
    given = Path(path)
    former = given.stat() if given.exists() else None
    if former is not None and stat.S_ISDIR(former.st_mode):
        raise IsADirectoryError(21, os.strerror(21), str(path))
    if former is not None and not stat.S_ISREG(former.st_mode):
        # By the name that was given: a pipe's real path, /proc/.../pipe:[1], cannot be opened.
        with given.open("wb") if binary else given.open("w", encoding="utf-8", newline="") as device:
            yield device
        return
    target = Path(os.path.realpath(given))
    if former is not None and not os.access(target, os.W_OK):
        raise PermissionError(13, os.strerror(13), str(path))
    partial = target.with_name(f".{secrets.token_hex(8)}.partial")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        # A new file has the permissions that the user's mask leaves; that of a secret is never open in between.
        with _open(partial, flags, 0o666 if former is None else 0o600, binary) as file:
            yield file
            file.flush()
            if sync:
                os.fsync(file.fileno())
        if former is not None:
            if hasattr(os, "chown") and (former.st_uid, former.st_gid) != (os.getuid(), os.getgid()):
                with suppress(OSError):
                    os.chown(partial, former.st_uid, former.st_gid)
            partial.chmod(stat.S_IMODE(former.st_mode))
        partial.replace(target)
    except BaseException:
        with suppress(OSError):
            partial.unlink()
        raise
    if sync:
        _sync_folder(target.parent)


def write_new_file(path: Path, text: str) -> None:
    """Write a small file if there is none of that name, not even a link that leads nowhere.

    Raises OSError if the file cannot be written.
    """
    with suppress(FileExistsError), _open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666, False) as file:
        file.write(text)


def _try_lock(handle: int) -> bool:
    """Lock an open file, or return False if somebody else has; a file system without locks locks nobody out."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # no locks on this file system, as on some network drives
        return True
    return True


@contextmanager
def locked(folder: Path) -> Iterator[Path]:
    """Hold a folder, made if it is missing, for this process alone; the lock ends with the process, however it ends.

    The empty lock file stays in the folder: to remove it would open a gap in which two processes hold one lock each.

    Raises InputError if another process holds the folder, or it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        handle = os.open(folder / _LOCK, flags, 0o666)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written: {error.strerror or error}") from error
    try:
        if not _try_lock(handle):
            raise InputError(f"{folder}: another run works in this folder: wait until it ends, or give another folder")
        yield folder
    finally:
        os.close(handle)
