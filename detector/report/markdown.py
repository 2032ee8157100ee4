"""Markdown: the verdict and a table of findings, for issues, reviews and notes."""

from __future__ import annotations

import re

from detector.report.model import Judged, Run
from detector.report.score import percent
from detector.report.text import printable

__all__ = ["render"]

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&-])")


def _plain(text: str) -> str:
    """The text as Markdown shows it literally, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(printable(text).split()))


def _document(judged: Judged) -> list[str]:
    report = judged.report
    sure = "no probability" if report.probability is None else f"P(spun) {percent(report.probability)}"
    out = [
        f"## {_plain(judged.document.path)}",
        "",
        f"**{report.verdict.replace('_', ' ')}**, {sure}, {report.n_words:,} words, "
        f"threshold {percent(report.threshold)}.",
        "",
    ]
    flagged = [p for p in report.passages if p.verdict == "spun"]
    if flagged:
        out += [f"{len(flagged)} of {len(report.passages)} passages read as spun.", ""]
    if report.evidence:
        out += ["| stands | probably stood | cue | log10 odds |", "|---|---|---|---:|"]
        for e in report.evidence:
            likely = ", ".join(_plain(a.text) for a in e.alternatives[:3])
            out.append(f"| {_plain(e.surface)} | {likely} | {_plain(e.cue)} | {e.log10_odds:.1f} |")
        out.append("")
    return out


def render(run: Run) -> str:
    """Return the run as Markdown."""
    out = [line for judged in run.judged for line in _document(judged)]
    if run.failures:
        out += ["## Not read", "", *(f"- {_plain(f.path)}: {_plain(f.message)}" for f in run.failures), ""]
    out.append(f"detector {run.version}, models {run.signature}")
    return "\n".join(out) + "\n"
