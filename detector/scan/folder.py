"""The folder of a scan: parts that are done, parts at work, and the settings of the results.

`.scan/settings.json` holds all that the results depend on; `.scan/files` has a marker for each file that is done,
`.scan/parts` the results of parts whose file is not done yet. Markers are written last and appear whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from detector.errors import InputError
from detector.files import lock, write_file

__all__ = ["ScanFolder", "read_json", "write_json"]

_SETTINGS_FILE = "settings.json"


def write_json(path: Path, value: Any, indent: int | None = None) -> None:
    """Write a file that appears whole or not at all."""
    # Neither indented nor synced, which takes ten times as long: there are two of these for each small file.
    with write_file(path, sync=False) as file:
        file.write(json.dumps(value, indent=indent) + "\n")


def read_json(path: Path) -> Any:
    """Return the value that `write_json` wrote, None if there is no file."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


class ScanFolder:
    """The output folder, with the state of the scan."""

    KEY_LENGTH = 20

    def __init__(self, path: Path) -> None:
        self.path = path
        self.kept = path / ".scan"
        self.parts = self.kept / "parts"
        self.files = self.kept / "files"

    def claim(self, settings: dict[str, Any]) -> None:
        """Make the folder one for these settings.

        Raises InputError if it holds results of others, which cannot be mixed.
        """
        try:
            self.parts.mkdir(parents=True, exist_ok=True)
            self.files.mkdir(exist_ok=True)
            (self.kept / ".gitignore").write_text("*\n", encoding="utf-8")
            with self.locked("settings"):
                found = read_json(self.kept / _SETTINGS_FILE)
                if found is None:
                    write_json(self.kept / _SETTINGS_FILE, settings)
        except NotADirectoryError:
            raise InputError(f"{self.path} is not a folder") from None
        except FileExistsError:
            raise InputError(f"{self.path} is not a folder") from None
        except ValueError as error:
            raise InputError(f"{self.kept / _SETTINGS_FILE} cannot be read ({error}): give another folder") from None
        if found is not None and found != settings:
            changed = [key for key in settings if not isinstance(found, dict) or found.get(key) != settings[key]]
            differences = "; ".join(
                f"{key} {json.dumps(found.get(key))} there, {json.dumps(settings[key])} now" for key in changed
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

    def marker(self, name: str) -> Path:
        """Return the path of the marker that says that a file is done."""
        return self.files / f"{self.key(name)}.json"

    def index(self, name: str) -> Path:
        """Return the path of the index of a file while it is not done."""
        return self.parts / f"{self.key(name)}.index.json"

    def part(self, name: str, sha256: str, number: int, what: str) -> Path:
        """Return the path of some result of a part; another content of the file gives another name."""
        return self.parts / f"{self.key(name)}-{sha256[:12]}-{number:06d}.{what}"
