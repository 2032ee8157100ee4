"""The HTML report: one self-contained page that needs no network, for readers and for notebooks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup

from detector.evidence.substitution import times_likelier
from detector.report.model import Run
from detector.report.score import percent
from detector.report.text import disjoint, printable
from detector.types import Edit, Evidence, Passage, Report, Restoration

__all__ = ["render", "report_fragment", "restoration_fragment"]

_VERDICTS = {
    "spun": "Spun",
    "clean": "Clean",
    "insufficient_text": "Too little text",
    "unsupported_language": "Not English",
}
_CUES = {
    "homoglyph": ("word with look-alike letters", "words with look-alike letters"),
    "tortured_phrase": ("tortured phrase", "tortured phrases"),
    "consistent_substitution": ("consistent substitution", "consistent substitutions"),
    "substitution": ("substitution", "substitutions"),
    "name_mangling": ("misspelt name", "misspelt names"),
    "agreement": ("disagreeing article", "disagreeing articles"),
    "collocation": ("odd word", "odd words"),
}
_STRONG = 1.0  # log10 odds from which a finding is marked in full colour


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("detector.report"),
        autoescape=select_autoescape(default=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _style() -> Markup:
    css = files("detector.report").joinpath("templates", "style.css").read_text(encoding="utf-8")
    return Markup(css)  # our own file: nothing of a document is in it


def _summary(report: Report) -> str:
    """Return in plain words what the verdict rests on and how sure it is."""
    words = f"{report.n_words:,} words"
    if report.verdict == "insufficient_text":
        return f"{words} support no verdict."
    if report.verdict == "unsupported_language":
        return f"{words}, which do not read as English."
    counts = Counter(e.cue for e in report.evidence)
    found = [f"{counts[c]} {_CUES[c][counts[c] > 1]}" for c in _CUES if counts[c]]
    flagged = sum(p.verdict == "spun" for p in report.passages)
    sure = f"P(spun) {percent(report.probability or 0.0)}, threshold {percent(report.threshold)}, {words}."
    passages = f" {flagged} of {len(report.passages)} passages read as spun." if len(report.passages) > 1 else ""
    return sure + passages + (f" Found: {', '.join(found)}." if found else " Nothing found to show.")


def _piece(evidence: Evidence, number: str, edit: Edit | None) -> dict[str, Any]:
    original = None
    if edit is not None and edit.start <= evidence.start and edit.end >= evidence.end:
        original = edit.original
    return {
        "finding": True,
        "id": number,
        "text": evidence.surface,
        "original": original,
        "likely": [a.text for a in evidence.alternatives[:4]],
        "message": evidence.message,
        "cue": _CUES.get(evidence.cue, (evidence.cue,))[0],
        "odds": f"substitution is {times_likelier(evidence.log10_odds)}",
        "kind": "strong" if evidence.log10_odds >= _STRONG else "weak",
    }


def _pieces(
    text: str, start: int, end: int, evidence: Sequence[Evidence], plan: Sequence[Edit], prefix: str
) -> list[dict[str, Any]]:
    """Cut a stretch of text into plain pieces and findings."""
    by_end = {edit.end: edit for edit in plan}
    pieces: list[dict[str, Any]] = []
    position = start
    for number, e in enumerate(evidence):
        if not start <= e.start < end:
            continue
        edit = by_end.get(e.end)
        first = max(position, edit.start) if edit is not None and edit.start < e.start else e.start
        if edit is not None and first < e.start:
            # The edit begins before the finding ("an [honest]"): show it whole.
            e = Evidence(first, e.end, text[first : e.end], e.cue, e.log10_odds, e.alternatives, e.message)
        pieces.append({"finding": False, "text": text[position : e.start]})
        pieces.append(_piece(e, f"{prefix}-{number}", edit))
        position = e.end
    pieces.append({"finding": False, "text": text[position:end]})
    return pieces


def _document(
    path: str, report: Report, restoration: Restoration | None, prefix: str, text: str | None = None
) -> dict[str, Any]:
    text = report.source if text is None else text
    evidence = disjoint(report.evidence)
    plan = restoration.plan if restoration is not None else ()
    passages = report.passages or (Passage(0, len(text), None, report.verdict),)
    shown = []
    edges = [0, *(p.start for p in passages[1:]), len(text)]
    for i, passage in enumerate(passages):
        p = passage.probability
        shown.append(
            {
                "verdict": passage.verdict,
                "share": f"{p or 0.0:.3f}",
                "label": "" if p is None else percent(p),
                "pieces": _pieces(text, edges[i], edges[i + 1], evidence, plan, prefix),
            }
        )
    return {
        "path": path,
        "verdict": report.verdict,
        "verdict_words": _VERDICTS[report.verdict],
        "probability": "" if report.probability is None else percent(report.probability),
        "n_words": f"{report.n_words:,}",
        "n_findings": len(evidence),
        "summary": _summary(report),
        "passages": shown,
        "restored_text": restoration.text if restoration is not None else None,
    }


def _visible(value: Any) -> Any:
    """Return template data with control and direction marks made visible, so that none acts on the page."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {k: v if k == "restored_text" else _visible(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_visible(v) for v in value]
    return value


def render(run: Run) -> str:
    """Return the run as one HTML page."""
    documents = [
        _document(j.document.path, j.report, j.restoration, f"d{i}", j.document.text) for i, j in enumerate(run.judged)
    ]
    title = run.judged[0].document.path if len(run.judged) == 1 else f"{len(run.judged)} documents"
    page = _environment().get_template("report.html")
    return page.render(
        title=printable(f"Spun text report: {title}"),
        style=_style(),
        documents=_visible(documents),
        failures=[{"path": printable(f.path), "message": printable(f.message)} for f in run.failures],
        version=run.version,
        signature=run.signature,
    )


def _fragment(document: dict[str, Any]) -> str:
    body = _environment().get_template("document.html").render(d=_visible(document))
    return f'<style>{_style()}</style><article class="detector">{body}</article>'


def report_fragment(report: Report) -> str:
    """Return a report as HTML for a notebook."""
    return _fragment(_document("", report, None, f"r{id(report):x}"))


def restoration_fragment(restoration: Restoration) -> str:
    """Return a restoration as HTML for a notebook: the restored text, each edit marked with what stood there."""
    pieces: list[dict[str, Any]] = []
    position = 0
    for number, edit in enumerate(restoration.plan):
        pieces.append({"finding": False, "text": restoration.source[position : edit.start]})
        pieces.append(
            {
                "finding": True,
                "id": f"e{id(restoration):x}-{number}",
                "text": edit.original,
                "original": None,
                "likely": [f"was: {edit.spun}"],
                "message": ", ".join(["Or:", *(a.text for a in edit.alternatives)]) if edit.alternatives else "",
                "cue": "edit",
                "odds": times_likelier(edit.log10_gain),
                "kind": "strong" if edit.log10_gain >= _STRONG else "weak",
            }
        )
        position = edit.end
    pieces.append({"finding": False, "text": restoration.source[position:]})
    edits = f"{len(restoration.plan)} edits" if len(restoration.plan) != 1 else "1 edit"
    return _fragment(
        {
            "path": "",
            "verdict": "clean",
            "verdict_words": "Restored",
            "summary": f"by {edits}; hover over one to see what stood there.",
            "restored_text": None,
            "passages": [{"verdict": "clean", "share": "0", "label": "", "pieces": pieces}],
        }
    )
