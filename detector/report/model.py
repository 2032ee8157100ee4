"""What every format renders: the documents of one run with what was found, and the inputs that failed."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from detector.readers import Document
from detector.types import Evidence, Report, Restoration

__all__ = ["Failure", "Judged", "Restored", "Run", "fingerprint"]

_NEARBY = 3  # words on either side that tell one finding of a wording from another


@dataclass(frozen=True)
class Judged:
    """A document, the report on it, and what it probably said where the format asked for that.

    Offsets point into `document.text`, and `document.text[e.start:e.end] == e.surface` for all evidence.
    """

    document: Document
    report: Report
    restoration: Restoration | None = None


@dataclass(frozen=True)
class Restored:
    """A document and what it probably said."""

    document: Document
    restoration: Restoration
    queries: tuple[str, ...] = ()


@dataclass(frozen=True)
class Failure:
    """An input that could not be read, and why, in one line."""

    path: str
    message: str


@dataclass(frozen=True)
class Run:
    """All of one run: `signature` stands for the models and settings, so that a number can be reproduced."""

    judged: tuple[Judged, ...]
    failures: tuple[Failure, ...]
    version: str
    signature: str


def fingerprint(text: str, evidence: Evidence) -> str:
    """Return 16 hexadecimal digits that stay the same while the wording and three words around it do.

    Offsets, line breaks and everything farther off may change: it is the same finding. Two findings of one
    wording amid the same words share it.
    """
    before = re.findall(r"\w+", text[max(0, evidence.start - 120) : evidence.start])[-_NEARBY:]
    after = re.findall(r"\w+", text[evidence.end : evidence.end + 120])[:_NEARBY]
    surface = " ".join(evidence.surface.split())
    # Not the cue: a wording is a collocation one day and a substitution the next, as the document around
    # it grows and lends it more or less support.
    key = "\x1f".join((surface, " ".join(before), " ".join(after)))
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]
