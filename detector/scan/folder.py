"""The folder of a scan: parts that are done, parts at work, and the settings of the results.

`.scan/settings.json` holds all that the results depend on; `.scan/done.jsonl` has a line for each file that is done,
`.scan/parts` the results of parts whose file is not done yet. What says that something is done is written last.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detector.errors import InputError
from detector.files import lock, write_file, write_new_file
from detector.json_objects import JsonObject
from detector.readers import read_bytes
from detector.scan.counts import Counts

__all__ = ["FinishedFile", "ScanFolder", "read_json", "write_json"]

_SETTINGS_FILE = "settings.json"
# What JSON of another shape raises.
_DAMAGE = (ValueError, TypeError, AttributeError, LookupError, RecursionError)


def write_json(path: Path, value: Any, spread: bool = False) -> None:
    """Write a file that appears whole or not at all; with `spread`, members of members on lines of their own."""
    text = _spread(value) if spread else json.dumps(value)
    # Not synced, which takes ten times as long: a scan that lost its power does a few parts again.
    with write_file(path, sync=False) as file:
        file.write(text + "\n")


def _spread(value: dict[str, Any]) -> str:
    # Not by `indent`, with which Python encodes all itself: that takes longer than to read a small file.
    members = []
    for key, member in value.items():
        if isinstance(member, dict) and member:
            inner = ",\n  ".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in member.items())
            members.append(f"{json.dumps(key)}: {{\n  {inner}\n }}")
        else:
            members.append(f"{json.dumps(key)}: {json.dumps(member)}")
    return "{\n " + ",\n ".join(members) + "\n}"


def _shown(value: object) -> str:
    return "not given" if value is None else str(value)


def read_json(path: Path) -> dict[str, Any] | None:
    """Return the object that `write_json` wrote; None if there is none, or it is damaged, as after a power cut."""
    try:
        value = json.loads(read_bytes(path))
    except (InputError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


@dataclass(frozen=True, slots=True)
class FinishedFile(JsonObject):
    """A file of the corpus whose results are complete.

    Attributes
    ----------
    name : of its results
    path, token, sha256 : of the file, as it was read
    damage : why it could not be read to its end; "" if it could
    counts : of its records
    """

    name: str
    path: str
    token: str
    sha256: str
    damage: str
    counts: Counts


class ScanFolder:
    """The output folder, with the state of the scan."""

    KEY_LENGTH = 20

    def __init__(self, path: Path) -> None:
        self.path = path
        self.kept = path / ".scan"
        self.parts = self.kept / "parts"
        self._finished = self.kept / "done.jsonl"
        self._lines: dict[str, bytes] = {}  # of that file by name of the results; the last one counts
        self._end = 0  # of the lines that were read

    def claim(self, settings: dict[str, Any]) -> None:
        """Make the folder one for these settings.

        Raises InputError if it holds results of others, which cannot be mixed.
        """
        try:
            self.parts.mkdir(parents=True, exist_ok=True)
            write_new_file(self.kept / ".gitignore", "*\n")
            with self.locked("settings"):
                kept = self.kept / _SETTINGS_FILE
                if not os.path.lexists(kept):
                    write_json(kept, settings)
                found = read_json(kept)
        except NotADirectoryError:
            raise InputError(f"{self.path} is not a folder") from None
        except FileExistsError:
            raise InputError(f"{self.path} is not a folder") from None
        if found is None:
            raise InputError(f"{kept} cannot be read, it is damaged or not a file: give another folder")
        if os.path.lexists(self._finished) and not self._finished.is_file():
            raise InputError(f"{self._finished} is not a file: give another folder")
        if found != settings:
            changed = [key for key in settings if found.get(key) != settings[key]]
            differences = "; ".join(
                f"{key} was {_shown(found.get(key))}, is {_shown(settings[key])}" for key in changed
            )
            raise InputError(
                f"{self.path} holds results of other models or settings ({differences}): give another folder"
            )

    @contextmanager
    def locked(self, key: str) -> Iterator[None]:
        """Run the body while no other scan of the folder runs its own for the same key."""
        held = lock(self.kept / f"{key}.lock", wait=True)
        try:
            yield
        finally:
            if held is not None:
                held.release()

    def key(self, name: str) -> str:
        """Return the key of a file's name in the names of the folder's own files."""
        return hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[: self.KEY_LENGTH]

    def finished(self, name: str) -> FinishedFile | None:
        """Return the file whose results have this name, if it was finished when `refresh` was last called."""
        with suppress(*_DAMAGE):
            found = json.loads(self._lines[name])
            return FinishedFile(**{**found, "counts": Counts.from_dict(found["counts"])})
        return None

    def forget(self, name: str) -> None:
        """Take a file for one that is not finished, until some scan finishes it again."""
        self._lines.pop(name, None)

    def refresh(self) -> None:
        """Read which files other scans have finished."""
        try:
            if self._finished.stat().st_size == self._end:
                return
        except FileNotFoundError:
            return
        self.add_finished(())

    def add_finished(self, files: Iterable[FinishedFile]) -> None:
        """Mark files as finished."""
        with self.locked("done"), self._finished.open("ab+") as out:
            out.seek(self._end)
            for line in out:
                if line.endswith(b"\n"):  # the last line of a scan that was killed may lack its end
                    self._add_line(line)
            added = [json.dumps(file.to_dict()).encode() + b"\n" for file in files]
            if added:
                out.truncate(self._end)
                out.write(b"".join(added))
                out.flush()
        for line in added:
            self._add_line(line)

    def _add_line(self, line: bytes) -> None:
        self._end += len(line)
        with suppress(*_DAMAGE):  # the file of a damaged line is not done
            self._lines[json.loads(line)["name"]] = line

    def index(self, name: str) -> Path:
        """Return the path of the index of a file while it is not done."""
        return self.parts / f"{self.key(name)}.index.json"

    def done_part(self, name: str, sha256: str, number: int) -> tuple[Counts, list[str]] | None:
        """Return the counts of a part that is done, and the streams that it has.

        None if it has no marker, or if marker or results are damaged: neither is synced, so that a power cut may leave
        one without the other.
        """
        marker = read_json(self.part(name, sha256, number, "done"))
        with suppress(OSError, *_DAMAGE):
            if marker is not None:
                streams = {self.part(name, sha256, number, stream): n for stream, n in marker["streams"].items()}
                if all(path.stat().st_size == n for path, n in streams.items()):
                    return Counts.from_dict(marker["counts"]), list(marker["streams"])
        return None

    def part(self, name: str, sha256: str, number: int, what: str) -> Path:
        """Return the path of some result of a part; another content of the file gives another name."""
        return self.parts / f"{self.key(name)}-{sha256[:12]}-{number:06d}.{what}"
