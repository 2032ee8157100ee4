"""The input of every format: the documents of one run with their findings, and the inputs that failed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from detector.cues import CUE_BY_ID
from detector.findings import edit_of, is_edit
from detector.model_store import load_models
from detector.readers import InputDocument
from detector.restore.plan import apply_plan
from detector.types import Alternative, Damage, Edit, Evidence, Omission, Report, Restoration

__all__ = [
    "Finding",
    "InputFailure",
    "JudgedDocument",
    "Reading",
    "ReportRun",
    "RestoredDocument",
    "disjoint",
    "doubtful_threshold",
    "evidence_id",
    "findings",
    "fitted",
    "fitted_restoration",
    "label_of",
    "reading_of",
    "restoration_of",
]

# Verdicts as people read them; JSON keeps those of the contract.
Reading = Literal["flagged", "doubtful", "not flagged", "no verdict"]
_NEARBY = 3  # words on either side that distinguish findings of one wording


@dataclass(frozen=True)
class JudgedDocument:
    """A document and the report on it.

    Offsets point into `document.text`, and `document.text[e.start:e.end] == e.surface` for all evidence and damage.

    Attributes
    ----------
    doubtful_from : probability from which a document that is not flagged is doubtful; None if none is
    prior : share of the reader's texts that are spun, 0 to 1; None if it was not given
    sha256 : of the file as it was read, hexadecimal; empty if no format of the run shows it
    left_out : findings of the document that its reader does not want to see: those of other cues, or known ones
    """

    document: InputDocument
    report: Report
    doubtful_from: float | None = None
    prior: float | None = None
    sha256: str = ""
    left_out: int = 0

    def showing(self, evidence: Iterable[Evidence], damage: Iterable[Damage]) -> JudgedDocument:
        """Return the document with these of its findings alone; the others are counted as left out."""
        report = replace(self.report, evidence=tuple(evidence), damage=tuple(damage))
        hidden = len(self.report.evidence) + len(self.report.damage) - len(report.evidence) - len(report.damage)
        return replace(self, report=report, left_out=self.left_out + hidden)

    @property
    def reading(self) -> Reading:
        """The verdict in the words that people read."""
        return reading_of(self.report, self.doubtful_from)


def doubtful_threshold() -> float | None:
    """Return the least probability of a doubtful document, which is not flagged: 1 in 100 human texts reach it."""
    return load_models().thresholds.get("fpr=0.01")


def reading_of(report: Report, doubtful_from: float | None) -> Reading:
    """Return a verdict in the words that people read."""
    if report.verdict == "spun":
        return "flagged"
    if report.verdict != "clean" or report.probability is None:
        return "no verdict"
    return "doubtful" if doubtful_from is not None and report.probability >= doubtful_from else "not flagged"


@dataclass(frozen=True)
class RestoredDocument:
    """A document and its restoration.

    Attributes
    ----------
    queries : sentences that probably find the source; empty if they were not wanted
    suffix, data : kind and bytes of the file that it was read from, for formats that write such a file
    """

    document: InputDocument
    restoration: Restoration
    queries: tuple[str, ...] = ()
    suffix: str = ""
    data: bytes = b""


@dataclass(frozen=True)
class InputFailure:
    """An input that could not be read, and why, in one line."""

    path: str
    message: str


@dataclass(frozen=True)
class ReportRun:
    """All of one run: `signature` stands for the models and settings, so that a number can be reproduced.

    Attributes
    ----------
    date : the day of the run, as YYYY-MM-DD; empty if it is not given
    phrases : name and hash of the project's own list of phrases; empty if there is none
    """

    judged: tuple[JudgedDocument, ...]
    failures: tuple[InputFailure, ...]
    version: str
    signature: str
    date: str = ""
    phrases: str = ""


@dataclass(frozen=True)
class Finding:
    """A piece of evidence or of damage, as the formats show it.

    Attributes
    ----------
    cue : its id
    label : its name for readers
    log10_odds : of evidence, or of damage's first alternative; None if there is none
    is_damage : whether it is damage, which is not a sign of rewriting
    page : of a document that has pages, from 1
    """

    start: int
    end: int
    surface: str
    cue: str
    label: str
    log10_odds: float | None
    alternatives: tuple[Alternative, ...]
    message: str
    is_damage: bool
    page: int | None = None

    @property
    def strength(self) -> float:
        """Log10 odds to sort by; 0 if there are none."""
        return 0.0 if self.log10_odds is None else self.log10_odds


def _of_evidence(e: Evidence) -> Finding:
    return Finding(
        e.start, e.end, e.surface, e.cue, label_of(e.cue), e.log10_odds, e.alternatives, e.message, is_damage=False
    )


def _of_damage(d: Damage) -> Finding:
    odds = d.alternatives[0].log10_odds if d.alternatives else None
    return Finding(d.start, d.end, d.surface, d.kind, label_of(d.kind), odds, d.alternatives, d.message, is_damage=True)


def fitted(document: InputDocument, report: Report) -> Report:
    """Return the report on a document's judged text as one on its own text.

    A finding that reaches into a masked part is dropped, and the parts that the reader left out are added to those that
    the report leaves out. They share no word: the judged text is blank in the parts that the reader left out.
    """
    text = document.text
    if document.omitted or document.cut_words:
        merged = document.without([(o.start, o.end, o.reason) for o in report.omitted])
        report = replace(
            report,
            omitted=tuple(Omission(*omission) for omission in merged.omitted),
            omitted_words=report.omitted_words + document.omitted_words,
        )
    if report.source == text:
        return report
    return replace(
        report,
        evidence=tuple(e for e in report.evidence if text[e.start : e.end] == e.surface),
        damage=tuple(d for d in report.damage if text[d.start : d.end] == d.surface),
        source=text,
    )


def fitted_restoration(document: InputDocument, restoration: Restoration) -> Restoration:
    """Return the restoration of a document's judged text as one of its own text.

    An edit that reaches into a masked part is dropped.
    """
    text = document.text
    plan = tuple(e for e in restoration.plan if text[e.start : e.end] == e.spun)
    return Restoration(apply_plan(text, plan), plan, text, restoration.min_gain)


def label_of(cue: str) -> str:
    """Return the name of a cue for readers, also of one that this version has no more.

    >>> label_of("collocation"), label_of("agreement")
    ('odd word', 'agreement')
    """
    return CUE_BY_ID[cue].label if cue in CUE_BY_ID else cue.replace("_", " ")


def findings(report: Report, document: InputDocument | None = None) -> list[Finding]:
    """Return the findings of a report, evidence and damage, in the order of the text.

    Evidence that is less likely than the text as it stands is left out, unless `min_gain` is so low that `reverse`
    changes it too. The document says on which page each stands, if it has pages.
    """
    least = min(0.0, report.min_gain)
    found = [_of_evidence(e) for e in report.evidence if e.log10_odds >= least]
    found += map(_of_damage, report.damage)
    if document is not None and document.page_starts:
        found = [replace(f, page=document.page_at(f.start)) for f in found]
    return sorted(found, key=lambda f: (f.start, f.end))


def disjoint(found: Iterable[Finding]) -> list[Finding]:
    """Return the findings in order without overlaps; of two that overlap the likelier stays."""
    kept: list[Finding] = []
    for item in sorted(found, key=lambda f: (f.start, -f.strength)):
        if kept and item.start < kept[-1].end:
            if item.strength > kept[-1].strength:
                kept[-1] = item
        else:
            kept.append(item)
    return kept


def restoration_of(text: str, report: Report) -> Restoration:
    """Return the restoration that a report implies: an edit for each finding that gains at least `min_gain`.

    `reverse` returns the same for this text, since findings and edits come from one plan.
    """
    plan = tuple(_edit(f) for f in disjoint(findings(report)) if is_edit(f.alternatives, report.min_gain))
    return Restoration(apply_plan(text, plan), plan, text, report.min_gain)


def _edit(finding: Finding) -> Edit:
    f = finding
    return edit_of(Evidence(f.start, f.end, f.surface, f.cue, f.strength, f.alternatives, f.message))


def evidence_id(text: str, finding: Evidence | Damage | Finding) -> str:
    """Return 16 hexadecimal digits that stay the same while the wording and three words around it do.

    Offsets, line breaks and everything farther off may change: it is the same finding. Two findings of one
    wording amid the same words share it.
    """
    before = re.findall(r"\w+", text[max(0, finding.start - 120) : finding.start])[-_NEARBY:]
    after = re.findall(r"\w+", text[finding.end : finding.end + 120])[:_NEARBY]
    surface = " ".join(finding.surface.split())
    # Not the cue: a wording is a collocation one day and a substitution the next, as the document around
    # it grows and lends it more or less support.
    key = "\x1f".join((surface, " ".join(before), " ".join(after)))
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]
