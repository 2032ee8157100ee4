"""Files that survive crashes: replaced whole or not at all, and locks that end with their process."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from detector.errors import InputError

__all__ = ["Lock", "alone_in", "lock", "name_bytes", "open_regular", "write_file", "write_new_file"]


def name_bytes(name: str) -> bytes:
    """Return a file's name as the system has it; names that no file here can have, as a request may, as UTF-8."""
    try:
        return os.fsencode(name)
    except UnicodeEncodeError:
        return name.encode("utf-8", "surrogatepass")


def open_regular(path: Path | str) -> IO[bytes]:
    """Open a file to read its bytes.

    Raises InputError for pipes, devices and sockets, which may never end, or never begin; OSError if the file cannot be
    opened.
    """
    # Not to wait for a writer, if it is a pipe after all.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        mode = os.fstat(handle).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(mode):
            raise InputError("not a regular file but a pipe or a device: give its content on standard input")
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def _sync_folder(folder: Path) -> None:
    """Make a rename durable, if the file system can sync a folder."""
    if os.name == "nt":
        return
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _open_new(path: Path, permissions: int, binary: bool) -> IO[Any]:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    handle = os.open(path, flags | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0), permissions)
    return os.fdopen(handle, "wb") if binary else os.fdopen(handle, "w", encoding="utf-8", newline="")


@contextmanager
def write_file(path: Path | str, binary: bool = False, sync: bool = True, key: str | None = None) -> Iterator[IO[Any]]:
    """Open a file to write, as UTF-8 or bytes; it takes the place of `path` when the body ends without an error.

    The content goes to a hidden file of random name beside the target, is synced to the disk, and is renamed. Until
    then the former file stays as it was, and an error or a full disk leaves it so. A link stays: its target is
    replaced. The permissions of an existing file stay, and its owner if we may give files away. A device or pipe
    (`/dev/stdout`) is written to directly. `sync=False` is for files that may be lost in a power cut. `key`, for those
    who hold a lock, takes the place of the random name: the next holder replaces the file of one that was killed.

    Raises OSError if the file cannot be written.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with write_file(Path(folder, "a.txt")) as file:
    ...         _ = file.write("Whole.")
    ...     Path(folder, "a.txt").read_text()
    'Whole.'
    """
    given = Path(path)
    is_there = os.path.lexists(given)  # one call to the system for most new files
    former = given.stat() if is_there and os.path.exists(given) else None
    if former is not None and stat.S_ISDIR(former.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if former is not None and not stat.S_ISREG(former.st_mode):
        # By the name that was given: a pipe's real path, /proc/.../pipe:[1], cannot be opened.
        with given.open("wb") if binary else given.open("w", encoding="utf-8", newline="") as device:
            yield device
        return
    target = Path(os.path.realpath(given)) if is_there else given
    if is_there and os.path.islink(target):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    if former is not None and not os.access(target, os.W_OK):
        # Renaming would replace it nevertheless: that needs permission to write to the folder alone.
        raise PermissionError(errno.EACCES, "the file is write-protected", str(path))
    # The start of the target's name identifies a file that a killed process left; all of it might be too long.
    partial = target.with_name(f".{target.name[:32]}.{key or secrets.token_hex(8)}.partial")
    if key is not None and os.path.lexists(partial):
        partial.unlink()
    try:
        # A new file has the permissions that the user's mask leaves; that of a secret is never open in between.
        with _open_new(partial, 0o666 if former is None else 0o600, binary) as file:
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
    try:
        file = _open_new(path, 0o666, False)
    except FileExistsError:
        return
    try:
        with file:
            file.write(text)
    except BaseException:  # half of it would stay for good
        path.unlink(missing_ok=True)
        raise


class Lock:
    """A lock that this process holds on a file; it ends with the process, however that ends."""

    def __init__(self, path: Path, handle: int) -> None:
        self._path = path
        self._handle: int | None = handle

    def release(self) -> None:
        """Remove the file and let others go on; a second call changes nothing."""
        if self._handle is not None:
            handle, self._handle = self._handle, None
            self._path.unlink(missing_ok=True)
            os.close(handle)


def lock(path: Path, wait: bool) -> Lock | None:
    """Return a lock on a file, which is made for it; None if another process holds it and `wait` is false.

    Raises InputError if the file system of the folder has no locks.
    """
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            _acquire(handle, wait)
            # The former holder removes the file on release: a lock on a removed file excludes nobody.
            if path.stat().st_ino == os.fstat(handle).st_ino:
                return Lock(path, handle)
        except FileNotFoundError:
            pass
        except BlockingIOError:
            os.close(handle)
            return None
        except OSError as error:
            os.close(handle)
            raise InputError(
                f"{path.parent}: files cannot be locked here ({error.strerror}): give a local folder"
            ) from None
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold a folder, which is made if it is missing, for the body.

    Raises InputError if another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    held = lock(folder / ".detector.lock", wait=False)
    if held is None:
        raise InputError(f"{folder}: another run works in this folder: wait until it ends, or give another folder")
    try:
        yield
    finally:
        held.release()


def _acquire(handle: int, wait: bool) -> None:
    try:
        import fcntl
    except ModuleNotFoundError:  # Windows
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError as error:
            raise BlockingIOError(*error.args) from None
    else:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
