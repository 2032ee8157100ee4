"""A former JSON report as a baseline: only findings that it lacks are shown."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from detector.cli.messages import Usage
from detector.errors import InputError
from detector.files import write_file
from detector.readers import read_bytes
from detector.report.json import dumps
from detector.report.model import JudgedDocument, evidence_id
from detector.types import Damage, Evidence

__all__ = ["Baseline", "read_baseline"]

_F = TypeVar("_F", Evidence, Damage)
_KINDS = ("evidence", "damage")


@dataclass
class Baseline:
    """A former report, and those of its findings that were found again.

    Attributes
    ----------
    run : the report, as JSON has it
    known : how many copies of each finding were not found yet, by document
    left_out : findings that were known, and are not shown
    documents : paths that were looked at
    """

    path: Path
    run: dict[str, Any]
    known: dict[str, Counter[str]]
    left_out: int = 0
    documents: set[str] = field(default_factory=set)

    def fresh(self, judged: JudgedDocument) -> JudgedDocument:
        """Return the report without the findings that are known."""
        self.documents.add(judged.document.path)
        report = judged.report
        return judged.showing(self._fresh(judged, report.evidence), self._fresh(judged, report.damage))

    def miss(self, folders: Sequence[str]) -> None:
        """Take for looked at the documents that lay in one of the folders and whose files are missing now."""
        for path in self.known:
            if not os.path.lexists(path) and any(Path(path).is_relative_to(folder) for folder in folders):
                self.documents.add(path)

    def _fresh(self, judged: JudgedDocument, found: tuple[_F, ...]) -> tuple[_F, ...]:
        known = self.known.get(judged.document.path, Counter())
        fresh = []
        for item in found:
            key = evidence_id(judged.document.text, item)
            if known[key] > 0:
                known[key] -= 1
                self.left_out += 1
            else:
                fresh.append(item)
        return tuple(fresh)

    @property
    def gone(self) -> int:
        """How many findings of the baseline the documents that were looked at no longer have."""
        return sum(self.known[path].total() for path in self.documents if path in self.known)

    def prune(self) -> None:
        """Write the baseline without the findings that are gone."""
        for document in self.run["documents"]:
            if document["path"] in self.documents:
                gone = self.known[document["path"]].copy()
                for kind in _KINDS:
                    document[kind] = [item for item in document.get(kind, []) if not _taken(gone, item)]
        with write_file(self.path, binary=True) as file:
            file.write((dumps(self.run, indent=1) + "\n").encode())


def _taken(gone: Counter[str], item: dict[str, Any]) -> bool:
    """Return whether a finding is one of those that are gone, and count it off."""
    key = item["evidence_id"]
    gone[key] -= 1
    return gone[key] >= 0


def read_baseline(path: Path) -> Baseline:
    """Return a former JSON report as a baseline; raise Usage if the file holds none."""
    try:
        run = json.loads(read_bytes(path))
        known = {
            d["path"]: Counter(e["evidence_id"] for kind in _KINDS for e in d.get(kind, [])) for d in run["documents"]
        }
        if not all(isinstance(name, str) for name in known):
            raise TypeError
    except InputError as error:
        raise Usage(f"--baseline {path}: {error}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Usage(
            f"--baseline {path}: not a report; `detector annotate --format json -o {path}` writes one"
        ) from None
    return Baseline(path, run, known)
