"""What every format renders: the documents of one run with what was found, and the inputs that failed."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from detector.readers import InputDocument
from detector.types import Evidence, Report, Restoration

__all__ = ["InputFailure", "JudgedDocument", "ReportRun", "RestoredDocument", "evidence_id"]

_NEARBY = 3  # words on either side that tell one finding of a wording from another


@dataclass(frozen=True)
class JudgedDocument:
    """A document, the report on it, and what it probably said where the format asked for that.

    Offsets point into `document.text`, and `document.text[e.start:e.end] == e.surface` for all evidence.
    """

    document: InputDocument
    report: Report
    restoration: Restoration | None = None


@dataclass(frozen=True)
class RestoredDocument:
    """A document and what it probably said."""

    document: InputDocument
    restoration: Restoration
    queries: tuple[str, ...] = ()


@dataclass(frozen=True)
class InputFailure:
    """An input that could not be read, and why, in one line."""

    path: str
    message: str


@dataclass(frozen=True)
class ReportRun:
    """All of one run: `signature` stands for the models and settings, so that a number can be reproduced."""

    judged: tuple[JudgedDocument, ...]
    failures: tuple[InputFailure, ...]
    version: str
    signature: str


def evidence_id(text: str, evidence: Evidence) -> str:
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
