"""Markdown: the verdict, the passage that shows it best, and a table of findings, for issues, reviews and notes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from detector.report.format import ReportFormat
from detector.report.model import Finding, JudgedDocument, ReportRun, disjoint, findings
from detector.report.text import printable
from detector.report.wording import base_rate, damage_line, disagreement, likelier, verdict

__all__ = ["FORMAT", "render"]

_QUOTED = 900  # characters of a passage that are quoted at most
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$%@-])")
_NUMBER = re.compile(r"^(\d{1,9})\.")  # would begin a list
# Where GitHub and GitLab find people, issues, links and addresses in the text that Markdown gives, escaped or not. No
# space of any width may stand inside one, so one without width goes there, as in the notes of Renovate and Dependabot.
_REFERENCE = re.compile(r"(?<=[@#])(?=[\w.])|(?<=:)(?=//)|(?<=www)(?=\.)|(?<=\bGH)(?=-\d)", re.IGNORECASE)
_ZERO_WIDTH_SPACE = "\u200b"  # `printable` leaves none of the text's own


def _plain(text: str) -> str:
    """Return the text as Markdown shows it literally, on one line, with no mention and no link."""
    line = _REFERENCE.sub(_ZERO_WIDTH_SPACE, " ".join(printable(text).split()))
    return _NUMBER.sub(r"\1\\.", _SPECIAL.sub(r"\\\1", line)).replace(_ZERO_WIDTH_SPACE, "&#8203;")


def _quote(judged: JudgedDocument, found: Sequence[Finding]) -> list[str]:
    """Return the likeliest of the spun passages as a quotation, findings in bold with their likely originals."""
    text, report = judged.document.text, judged.report
    spun = [p for p in report.passages if p.verdict == "spun"]
    if not spun:
        return []
    passage = max(spun, key=lambda p: p.probability or 0.0)
    end = min(passage.end, passage.start + _QUOTED)
    out, position = [], passage.start
    for f in disjoint(found):
        if not position <= f.start < f.end <= end:
            continue
        likely = f" \\[{_plain(f.alternatives[0].text)}\\]" if f.alternatives else ""
        out += [_spaced(text[position : f.start]), f"**{_plain(f.surface)}**{likely}"]
        position = f.end
    out.append(_spaced(text[position:end]) + ("…" if end < passage.end else ""))
    return [f"> {''.join(out).strip()}", ""]


def _spaced(text: str) -> str:
    """Return text on one line as Markdown shows it literally, with its outer spaces."""
    before = " " if text[:1].isspace() else ""
    after = " " if text.strip() and text[-1:].isspace() else ""
    return f"{before}{_plain(text)}{after}"


def _table(found: Sequence[Finding]) -> list[str]:
    paged = any(f.page is not None for f in found)
    out = ["| text | likely original | finding | the original is |", "|---|---|---|---|"]
    if paged:
        out = [f"{out[0]} page |", f"{out[1]}---|"]
    for f in found:
        likely = ", ".join(_plain(a.text) for a in f.alternatives[:3])
        odds = likelier(f.log10_odds) if f.alternatives else ""
        page = f" {f.page} |" if paged else ""
        out.append(f"| {_plain(f.surface)} | {likely} | {_plain(f.label)} | {odds} |{page}")
    return [*out, ""]


def _document(judged: JudgedDocument) -> list[str]:
    report = judged.report
    found = findings(report, judged.document)
    evidence = [f for f in found if not f.is_damage]
    damage = [f for f in found if f.is_damage]
    out = [f"## {_plain(judged.document.path)}", ""]
    out += [f"**Was it rewritten?** **{judged.reading}**, {verdict(judged)}. {base_rate(judged)}".rstrip(), ""]
    if reason := disagreement(report):
        out += [reason, ""]
    flagged = sum(p.verdict == "spun" for p in report.passages)
    if flagged and len(report.passages) > 1:
        out += [f"{flagged} of {len(report.passages)} passages read as spun, this one most of all:", ""]
    out += _quote(judged, evidence)
    if evidence:
        out += _table(evidence)
    if damage:
        out += [f"**Is it damaged?** {damage_line(report, found)}", "", *_table(damage)]
    return out


def render(run: ReportRun) -> str:
    """Return the run as Markdown."""
    out = [line for judged in run.judged for line in _document(judged)]
    if run.failures:
        out += ["## Not read", "", *(f"- {_plain(f.path)}: {_plain(f.message)}" for f in run.failures), ""]
    out.append(f"detector {run.version}, models {run.signature}")
    return "\n".join(out) + "\n"


FORMAT = ReportFormat("markdown", (".md", ".markdown"), render)
