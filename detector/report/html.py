"""The HTML report: one self-contained page that needs no network, for readers and for notebooks."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup

from detector.cues.substitution import times_likelier
from detector.report.model import ReportRun
from detector.report.score import percent
from detector.report.text import blocks, printable
from detector.restore.restorer import apply_plan, restored_spans
from detector.types import Edit, Evidence, Report, Restoration

__all__ = ["render", "report_fragment", "restoration_fragment"]

_VERDICTS = {
    "spun": "Spun",
    "clean": "Clean",
    "insufficient_text": "No verdict",
    "unsupported_language": "No verdict",
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
_LIKELY = 4  # originals that a finding names
_FOREMOST = 4  # findings that the summary names


@dataclass(frozen=True)
class _Mark:
    """A stretch to mark: a finding, an edit, or what both of them cover; `original` is None without an edit."""

    start: int
    end: int
    evidence: Evidence | None
    edits: tuple[Edit, ...] = ()


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("detector.report"),
        autoescape=select_autoescape(default=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _file(name: str) -> Markup:
    text = files("detector.report").joinpath("templates", name).read_text(encoding="utf-8")
    return Markup(text)  # our own file: nothing of a document is in it


@cache
def _script_hash() -> str:
    """Return what the page's policy knows its script by: no other script runs in it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(_file("report.js").encode()).digest()).decode()


def _listed(items: Sequence[str]) -> str:
    return " and ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def _answer(report: Report) -> str:
    """Return in plain words how sure the verdict is."""
    words = _count(report.n_words, "word")
    if report.verdict == "insufficient_text":
        return f"{words}: too little text to judge"
    if report.verdict == "unsupported_language":
        return f"{words}: not English, which is all that can be judged"
    side = "at or above" if report.verdict == "spun" else "below"
    threshold = f"{100 * report.threshold:.4g}%"
    return f"{percent(report.probability)} likely to be spun, {side} the threshold of {threshold}; {words}"


def _summary(report: Report) -> str:
    """Return in plain words what the verdict rests on; nothing where there is none."""
    if report.verdict not in ("spun", "clean"):
        return ""
    out = []
    flagged = sum(p.verdict == "spun" for p in report.passages)
    if len(report.passages) > 1:
        out.append(f"{flagged} of {len(report.passages)} passages read as spun, each taken alone.")
    counts = Counter(e.cue for e in report.evidence)
    found = _listed([f"{counts[c]} {_CUES[c][counts[c] > 1]}" for c in _CUES if counts[c]])
    if not found:
        out.append("Nothing was found to show.")
    elif report.verdict == "clean":
        out.append(f"Found, but too few or too weak for a flag: {found}.")
    else:
        out.append(f"It rests on {found}.")
    named: dict[str, str] = {}
    for e in sorted(report.evidence, key=lambda e: -e.log10_odds):
        if e.alternatives and len(named) < _FOREMOST and report.verdict == "spun":
            named.setdefault(e.surface.lower(), f"“{e.surface}” for “{e.alternatives[0].text}”")
    if named:
        out.append(f"Strongest: {', '.join(named.values())}.")
    return " ".join(out)


def _marks(evidence: Sequence[Evidence], plan: Sequence[Edit]) -> list[_Mark]:
    """Return findings and edits in order and disjoint: those that overlap become one mark, led by the likeliest."""
    spans: list[tuple[int, int, Evidence | None, Edit | None]] = [(e.start, e.end, e, None) for e in evidence]
    spans += [(edit.start, edit.end, None, edit) for edit in plan]
    out: list[_Mark] = []
    for start, end, item, edit in sorted(spans, key=lambda s: (s[0], -s[1])):
        edits = () if edit is None else (edit,)
        last = out[-1] if out else None
        if last is None or start >= last.end:
            out.append(_Mark(start, end, item, edits))
            continue
        both = [e for e in (last.evidence, item) if e is not None]
        best = max(both, key=lambda e: e.log10_odds) if both else None
        out[-1] = _Mark(last.start, max(last.end, end), best, last.edits + edits)
    return out


def _applied(text: str, mark: _Mark) -> str:
    """Return what the mark's stretch reads once its edits are made."""
    edits = [
        Edit(e.start - mark.start, e.end - mark.start, e.spun, e.original, e.log10_gain)
        for e in sorted(mark.edits, key=lambda e: e.start)
    ]
    return apply_plan(text[mark.start : mark.end], edits)


def _piece(text: str, mark: _Mark, number: str) -> dict[str, Any]:
    surface = text[mark.start : mark.end]
    original = _applied(text, mark) if mark.edits else None
    evidence = mark.evidence
    if evidence is None:
        gain = max((e.log10_gain for e in mark.edits), default=0.0)
        cue, odds = "substitution", gain
        likely = [a.text for e in mark.edits[:1] for a in e.alternatives]
        message = ""
    else:
        cue, odds, message = evidence.cue, evidence.log10_odds, evidence.message
        # Where more is marked than the finding covers, its alternatives alone would not fit.
        likely = [
            text[mark.start : evidence.start] + a.text + text[evidence.end : mark.end] for a in evidence.alternatives
        ]
    if original is not None:
        likely = [original, *likely]
    words = times_likelier(odds)
    return {
        "mark": True,
        "id": number,
        "text": surface,
        "original": original,
        "likely": list(dict.fromkeys(likely))[:_LIKELY],
        "message": message,
        "cue": _CUES.get(cue, (cue,))[0],
        "odds": "" if words in message or (message and odds <= 0) else words,
        "kind": "strong" if odds >= _STRONG else "weak",
    }


def _pieces(text: str, start: int, end: int, marks: Sequence[_Mark], prefix: str) -> Iterator[dict[str, Any]]:
    """Yield a stretch of text as plain pieces and marks."""
    position = start
    for mark in marks:
        yield {"mark": False, "text": text[position : mark.start]}
        yield _piece(text, mark, f"{prefix}-{mark.start}")
        position = mark.end
    yield {"mark": False, "text": text[position:end]}


def _paragraphs(text: str, report: Report, marks: Sequence[_Mark], prefix: str) -> Iterator[tuple[int | None, Any]]:
    """Yield each paragraph with the number of its passage; a mark that runs on stays where it begins."""
    at, done = 0, 0
    for block in blocks(text, report.passages):
        here = []
        while at < len(marks) and marks[at].start < block.end:
            here.append(marks[at])
            at += 1
        start = max(block.start, done)
        done = max([done, block.end, *(m.end for m in here)])
        if start < done:
            yield block.passage, {"spaced": block.spaced, "pieces": list(_pieces(text, start, block.end, here, prefix))}


def _document(
    path: str, report: Report, restoration: Restoration | None, prefix: str, text: str | None = None
) -> dict[str, Any]:
    text = report.source if text is None else text
    plan = restoration.plan if restoration is not None else ()
    marks = _marks(report.evidence, plan)
    shown = []
    paragraphs = _paragraphs(text, report, marks, prefix)
    for number, group in groupby(paragraphs, key=lambda item: item[0]):
        passage = None if number is None else report.passages[number]
        probability = None if passage is None else passage.probability
        shown.append(
            {
                "number": None if number is None else number + 1,
                "verdict": report.verdict if passage is None else passage.verdict,
                "share": f"{probability or 0.0:.3f}",
                "label": "" if probability is None else percent(probability),
                "paragraphs": [paragraph for _, paragraph in group],
            }
        )
    return {
        "path": path,
        "prefix": prefix,
        "verdict": report.verdict,
        "verdict_words": _VERDICTS[report.verdict],
        "probability": percent(report.probability),
        "n_words": f"{report.n_words:,}",
        "n_findings": f"{len(report.evidence):,}",
        "n_passages": len(report.passages),
        "answer": _answer(report),
        "summary": _summary(report),
        "passages": shown,
        "restored_text": restoration.text if restoration is not None and restoration.plan else None,
    }


def _visible(value: Any) -> Any:
    """Return template data with control and direction marks made visible, so that none acts on the page."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {k: _encodable(v) if k == "restored_text" else _visible(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_visible(v) for v in value]
    return value


def _encodable(text: str | None) -> str | None:
    return None if text is None else text.encode("utf-8", "replace").decode("utf-8")


def render(run: ReportRun) -> str:
    """Return the run as one HTML page."""
    documents = [
        _document(j.document.path, j.report, j.restoration, f"d{i}", j.document.text)
        for i, j in enumerate(run.judged, start=1)
    ]
    title = run.judged[0].document.path if len(run.judged) == 1 else _count(len(run.judged), "document")
    return (
        _environment()
        .get_template("report.html")
        .render(
            title=printable(f"Spun text report: {title}"),
            style=_file("style.css"),
            script=_file("report.js"),
            script_hash=_script_hash(),
            documents=_visible(documents),
            n_spun=sum(j.report.verdict == "spun" for j in run.judged),
            failures=[{"path": printable(f.path), "message": printable(f.message)} for f in run.failures],
            version=run.version,
            signature=run.signature,
        )
    )


def _fragment(document: dict[str, Any]) -> str:
    body = _environment().get_template("document.html").render(d=_visible(document))
    return f'<style>{_file("style.css")}</style><article class="detector">{body}</article>'


def _prefix(kind: str, *texts: str) -> str:
    """Return a name for a fragment's marks: the same for the same text, so that notebooks run again do not change."""
    return kind + hashlib.sha256("\0".join(texts).encode("utf-8", "replace")).hexdigest()[:8]


def report_fragment(report: Report) -> str:
    """Return a report as HTML for a notebook."""
    return _fragment(_document("", report, None, _prefix("r", report.source)))


def restoration_fragment(restoration: Restoration) -> str:
    """Return a restoration as HTML for a notebook: the restored text, each edit marked with what stood there."""
    text = restoration.text
    prefix = _prefix("e", restoration.source, text)
    pieces: list[dict[str, Any]] = []
    position = 0
    paragraphs = []
    marks = list(restored_spans(restoration.plan))
    at = 0
    for block in blocks(text, ()):
        pieces = []
        position = max(block.start, position)
        while at < len(marks) and marks[at][0] < block.end:
            start, end, edit = marks[at]
            others = _listed([f"“{a.text}”" for a in edit.alternatives[:_LIKELY]])
            pieces.append({"mark": False, "text": text[position:start]})
            pieces.append(
                {
                    "mark": True,
                    "id": f"{prefix}-{start}",
                    "text": edit.original,
                    "original": None,
                    "likely": [edit.spun],
                    "message": f"stood here; “{edit.original}” "
                    + (f"is {times_likelier(edit.log10_gain)}." if edit.log10_gain > 0 else "fits better.")
                    + (f" It may also have been {others}." if others else ""),
                    "cue": "edit",
                    "odds": "",
                    "kind": "strong" if edit.log10_gain >= _STRONG else "weak",
                }
            )
            position = end
            at += 1
        pieces.append({"mark": False, "text": text[position : block.end]})
        position = max(position, block.end)
        paragraphs.append({"spaced": block.spaced, "pieces": pieces})
    passage = {"number": None, "verdict": "clean", "share": "0", "label": "", "paragraphs": paragraphs}
    return _fragment(
        {
            "path": "",
            "prefix": prefix,
            "verdict": "restored",
            "verdict_words": "RestoredDocument",
            "answer": f"{_count(len(restoration.plan), 'edit')}; each says what stood there",
            "summary": "",
            "restored_text": None,
            "n_passages": 0,
            "passages": [passage],
        }
    )
