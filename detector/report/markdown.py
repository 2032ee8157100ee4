"""Markdown: the verdict, the passage that shows it best, and a table of findings, for issues, reviews and notes."""

from __future__ import annotations

import re

from detector.report.model import JudgedDocument, ReportRun
from detector.report.score import percent
from detector.report.text import disjoint, printable

__all__ = ["render"]

_QUOTED = 900  # characters of a passage that are quoted at most
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$-])")
_NUMBER = re.compile(r"^(\d{1,9})\.")  # would begin a list


def _plain(text: str) -> str:
    """The text as Markdown shows it literally, on one line."""
    return _NUMBER.sub(r"\1\\.", _SPECIAL.sub(r"\\\1", " ".join(printable(text).split())))


def _quote(judged: JudgedDocument) -> list[str]:
    """Return the likeliest of the spun passages as a quotation, findings in bold with what probably stood there."""
    text, report = judged.document.text, judged.report
    spun = [p for p in report.passages if p.verdict == "spun"]
    if not spun:
        return []
    passage = max(spun, key=lambda p: p.probability or 0.0)
    end = min(passage.end, passage.start + _QUOTED)
    out, position = [], passage.start
    for e in disjoint(report.evidence):
        if not position <= e.start < e.end <= end:
            continue
        likely = f" \\[{_plain(e.alternatives[0].text)}\\]" if e.alternatives else ""
        out += [_spaced(text[position : e.start]), f"**{_plain(e.surface)}**{likely}"]
        position = e.end
    out.append(_spaced(text[position:end]) + ("…" if end < passage.end else ""))
    return [f"> {''.join(out).strip()}", ""]


def _spaced(text: str) -> str:
    """Return text on one line as Markdown shows it literally, with its outer spaces."""
    before = " " if text[:1].isspace() else ""
    after = " " if text.strip() and text[-1:].isspace() else ""
    return f"{before}{_plain(text)}{after}"


def _document(judged: JudgedDocument) -> list[str]:
    report = judged.report
    sure = "no probability" if report.probability is None else f"P(spun) {percent(report.probability)}"
    out = [
        f"## {_plain(judged.document.path)}",
        "",
        f"**{report.verdict.replace('_', ' ')}**, {sure}, {report.n_words:,} words, "
        f"threshold {percent(report.threshold)}.",
        "",
    ]
    flagged = sum(p.verdict == "spun" for p in report.passages)
    if flagged and len(report.passages) > 1:
        out += [f"{flagged} of {len(report.passages)} passages read as spun, this one most of all:", ""]
    out += _quote(judged)
    if report.evidence:
        out += ["| stands | probably stood | cue | log10 odds |", "|---|---|---|---:|"]
        for e in report.evidence:
            likely = ", ".join(_plain(a.text) for a in e.alternatives[:3])
            out.append(f"| {_plain(e.surface)} | {likely} | {_plain(e.cue)} | {e.log10_odds:.1f} |")
        out.append("")
    return out


def render(run: ReportRun) -> str:
    """Return the run as Markdown."""
    out = [line for judged in run.judged for line in _document(judged)]
    if run.failures:
        out += ["## Not read", "", *(f"- {_plain(f.path)}: {_plain(f.message)}" for f in run.failures), ""]
    out.append(f"detector {run.version}, models {run.signature}")
    return "\n".join(out) + "\n"
