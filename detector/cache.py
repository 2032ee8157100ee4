"""Reports kept on disk by the content of the text, so that unchanged text is not judged again.

A report is found again only for the same text, models, version and threshold. The folder holds plain JSON and may be
deleted at any time; an entry that cannot be read, or was changed, counts as absent. Files in the folder that the cache
has not written stay as they are. Several processes may use one folder: an entry appears whole.
"""

from __future__ import annotations

import errno
import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from detector.errors import InputError
from detector.files import write_file, write_new_file
from detector.json_objects import from_json
from detector.readers import read_bytes
from detector.types import Report

__all__ = ["ResultCache"]

# So that backup programs and git leave the folder alone (https://bford.info/cachedir/).
_OWN_FILES = {
    "CACHEDIR.TAG": "Signature: 8a477f597d28d172789f06886806bc55\n# Reports kept by `detector`; may be deleted.\n",
    ".gitignore": "*\n",
}


def _checked(content: str) -> str:
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True)
class ResultCache:
    """Reports in a folder, for one version, one set of models and one threshold.

    Attributes
    ----------
    folder : made if it is missing
    settings : all that a report depends on besides the text
    """

    folder: Path
    settings: str

    @classmethod
    def open(
        cls, folder: Path, version: str, signature: str, threshold: float | str | None, findings: bool = True
    ) -> ResultCache:
        """Return the cache in a folder; reports without `findings` are kept apart.

        A folder that holds other files is used as it is: a `.gitignore` there would hide them from git.

        Raises InputError if the folder cannot be made or written to; a full disk is not an error: then nothing is kept.
        """
        settings = json.dumps([version, signature, threshold, findings])
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not any(folder.iterdir()):
                for name, text in _OWN_FILES.items():
                    write_new_file(folder / name, text)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                return cls(folder, settings)
            raise InputError(f"the cache {folder} cannot be written: {error.strerror or error}") from error
        return cls(folder, settings)

    def _path(self, text: str) -> Path:
        digest = hashlib.sha256(self.settings.encode())
        digest.update(text.encode("utf-8", "surrogatepass"))
        name = digest.hexdigest()
        return self.folder / name[:2] / f"{name[2:]}.json"

    def get(self, text: str) -> Report | None:
        """Return the report on a text, None if none is kept."""
        try:
            entry = json.loads(read_bytes(self._path(text)))
            if entry["sha256"] != _checked(entry["report"]):
                return None
            report: Report = replace(from_json(Report, json.loads(entry["report"])), source=text)
        except (InputError, ValueError, KeyError, TypeError, RecursionError):
            return None
        return report

    def put(self, text: str, report: Report) -> None:
        """Keep a report; if the disk is full, none is kept, and that is not an error."""
        path = self._path(text)
        if path.exists() and not path.is_file():  # a pipe, for which `write_file` would wait
            return
        content = json.dumps({k: v for k, v in asdict(report).items() if k != "source"})
        with suppress(OSError):
            path.parent.mkdir(exist_ok=True)
            with write_file(path, sync=False) as file:
                json.dump({"sha256": _checked(content), "report": content}, file)
