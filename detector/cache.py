"""Reports kept on disk by the content of the text, so that what has not changed is not judged again.

A report is found again only for the same text, models, version and threshold. The folder holds plain JSON and may be
deleted at any time; what cannot be read in it counts as absent.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detector.errors import InputError
from detector.types import Alternative, Damage, Evidence, Passage, Report

__all__ = ["ResultCache"]

# So that backup programs and git leave the folder alone (https://bford.info/cachedir/).
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# Reports kept by `detector`; may be deleted.\n"


def _with_alternatives(item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "alternatives": tuple(Alternative(**a) for a in item["alternatives"])}


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

        Raises InputError if the folder cannot be made or written to.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "CACHEDIR.TAG").write_text(_TAG, encoding="utf-8")
            (folder / ".gitignore").write_text("*\n", encoding="utf-8")
        except OSError as error:
            raise InputError(f"the cache {folder} cannot be written: {error.strerror or error}") from error
        return cls(folder, json.dumps([version, signature, threshold, findings]))

    def _path(self, text: str) -> Path:
        digest = hashlib.sha256(self.settings.encode())
        digest.update(text.encode("utf-8", "surrogatepass"))
        name = digest.hexdigest()
        return self.folder / name[:2] / f"{name[2:]}.json"

    def get(self, text: str) -> Report | None:
        """Return the report on a text, None if none is kept."""
        try:
            found = json.loads(self._path(text).read_text(encoding="utf-8"))
            return Report(
                found["verdict"],
                found["probability"],
                found["threshold"],
                found["n_words"],
                found["language"],
                tuple(Passage(**p) for p in found["passages"]),
                tuple(Evidence(**_with_alternatives(e)) for e in found["evidence"]),
                text,
                tuple(Damage(**_with_alternatives(d)) for d in found["damage"]),
                found["min_gain"],
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, text: str, report: Report) -> None:
        """Keep a report; a full disk keeps none, and stops nobody."""
        path = self._path(text)
        with suppress(OSError):
            path.parent.mkdir(exist_ok=True)
            handle, partial = tempfile.mkstemp(dir=path.parent)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(report.to_dict(), file)
            Path(partial).replace(path)
