"""The HTML report: one self-contained page that needs no network, for readers and for notebooks."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, Any

from detector.findings import is_edit
from detector.report.format import ReportFormat
from detector.report.model import (
    Finding,
    JudgedDocument,
    Reading,
    ReportRun,
    disjoint,
    findings,
    restoration_of,
)
from detector.report.text import blocks, printable
from detector.report.wording import (
    base_rate,
    count,
    counted_cues,
    damage_line,
    disagreement,
    grounds,
    likelier,
    listed,
    percent,
    verdict,
)
from detector.restore.plan import restored_spans
from detector.search_queries import search_queries
from detector.types import Edit, Report, Restoration

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

__all__ = ["FORMAT", "environment", "page_fragment", "render", "report_fragment", "restoration_fragment"]

# Names of readings as CSS classes.
_CLASSES: dict[Reading, str] = {
    "flagged": "flagged",
    "doubtful": "doubtful",
    "not flagged": "rest",
    "no verdict": "none",
}
_STRONG = 1.0  # log10 odds from which a finding is marked in full colour
_LIKELY = 4  # originals that a finding names
_MAX_NAMED = 4  # findings that the summary names


@cache
def environment(package: str = "detector.report") -> Environment:
    """Return the templates of a package; they escape all that is not marked as safe."""
    from jinja2 import Environment, PackageLoader, select_autoescape

    return Environment(
        loader=PackageLoader(package),
        autoescape=select_autoescape(default=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _file(name: str) -> Markup:
    from markupsafe import Markup

    text = files("detector.report").joinpath("templates", name).read_text(encoding="utf-8")
    return Markup(text)  # our own file: nothing of a document is in it


@cache
def _script_hash() -> str:
    """Return the hash by which the page's policy admits its script: no other script runs in it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(_file("report.js").encode()).digest()).decode()


def _summary(judged: JudgedDocument, found: Sequence[Finding]) -> str:
    """Return the grounds of the verdict in plain words; nothing if there is no verdict."""
    report = judged.report
    if judged.reading == "no verdict":
        return ""
    evidence = [f for f in found if not f.is_damage]
    out = []
    flagged = sum(p.verdict == "spun" for p in report.passages)
    if len(report.passages) > 1:
        alone = f"{flagged} of {len(report.passages)} passages would be flagged if judged alone."
        out.append(disagreement(report) or alone)
    if judged.reading == "flagged" or judged.left_out:
        out.append(grounds(judged, evidence) or "Nothing was found.")
    elif not evidence:
        out.append("Nothing was found.")
    else:
        out.append(f"Findings, too few or too weak for a flag: {counted_cues(evidence)}.")
    named: dict[str, str] = {}
    for f in sorted(evidence, key=lambda f: -f.strength):
        if f.alternatives and len(named) < _MAX_NAMED and judged.reading == "flagged":
            named.setdefault(f.surface.lower(), f"“{f.surface}” for “{f.alternatives[0].text}”")
    if named:
        out.append(f"Strongest: {', '.join(named.values())}.")
    return " ".join(out)


def _piece(finding: Finding, original: str | None, number: str) -> dict[str, Any]:
    """Return a mark: the wording, the original that `reverse` writes (None if it leaves it), and its note."""
    odds = likelier(finding.log10_odds) if finding.alternatives else ""
    is_strong = finding.alternatives and finding.strength >= _STRONG
    return {
        "mark": True,
        "id": number,
        "text": finding.surface,
        "original": original,
        "likely": list(dict.fromkeys(a.text for a in finding.alternatives))[:_LIKELY],
        "message": finding.message,
        "cue": finding.label if finding.page is None else f"{finding.label}, page {finding.page}",
        # The message of a substitution holds the odds already.
        "odds": "" if "likelier" in finding.message else odds,
        "kind": "damaged" if finding.is_damage else "strong" if is_strong else "weak",
    }


def _pieces(
    text: str, start: int, end: int, marks: Sequence[Finding], min_gain: float, prefix: str
) -> Iterator[dict[str, Any]]:
    """Yield a stretch of text as plain pieces and marks."""
    position = start
    for mark in marks:
        yield {"mark": False, "text": text[position : mark.start]}
        original = mark.alternatives[0].text if is_edit(mark.alternatives, min_gain) else None
        yield _piece(mark, original, f"{prefix}-{mark.start}")
        position = mark.end
    yield {"mark": False, "text": text[position:end]}


def _paragraphs(
    text: str, report: Report, marks: Sequence[Finding], prefix: str
) -> Iterator[tuple[int | None, dict[str, Any]]]:
    """Yield each paragraph with the number of its passage; a mark that runs on stays in the one in which it begins."""
    at, done = 0, 0
    for block in blocks(text, report.passages):
        here = []
        while at < len(marks) and marks[at].start < block.end:
            here.append(marks[at])
            at += 1
        start = max(block.start, done)
        done = max([done, block.end, *(m.end for m in here)])
        if start < done:
            pieces = list(_pieces(text, start, block.end, here, report.min_gain, prefix))
            yield block.passage, {"spaced": block.spaced, "pieces": pieces}


def _passages(text: str, report: Report, marks: Sequence[Finding], prefix: str) -> Iterator[dict[str, Any]]:
    for number, group in groupby(_paragraphs(text, report, marks, prefix), key=lambda item: item[0]):
        passage = None if number is None else report.passages[number]
        probability = None if passage is None else passage.probability
        yield {
            "number": None if number is None else number + 1,
            "flagged": report.verdict == "spun" if passage is None else passage.verdict == "spun",
            "share": f"{probability or 0.0:.3f}",
            "label": "" if probability is None else percent(probability),
            "paragraphs": [paragraph for _, paragraph in group],
        }


def _document(judged: JudgedDocument, prefix: str, restored_text: str | None) -> dict[str, Any]:
    text, report = judged.document.text, judged.report
    found = findings(report, judged.document)
    marks = disjoint(found)
    n_flagged = sum(p.verdict == "spun" for p in report.passages)
    return {
        "path": judged.document.path,
        "prefix": prefix,
        "reading": judged.reading,
        "class": _CLASSES[judged.reading],
        "probability": percent(report.probability),
        "sort": f"{-1.0 if report.probability is None else report.probability:.4f}",
        "n_words": report.n_words,
        "n_findings": len(report.evidence),
        "n_flagged": n_flagged,
        "n_passages": len(report.passages),
        "answer": verdict(judged),
        "base_rate": base_rate(judged),
        "summary": _summary(judged, found),
        "damage": damage_line(report, found),
        "passages": list(_passages(text, report, marks, prefix)),
        "restored_text": restored_text,
        "sha256": judged.sha256,
        "queries": (),
    }


def _visible(value: Any) -> Any:
    """Return template data with control and direction marks made visible, so that none acts on the page."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {k: _encodable(v) if k == "restored_text" else _visible(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_visible(v) for v in value]
    return value


def _encodable(text: str | None) -> str | None:
    return None if text is None else text.encode("utf-8", "replace").decode("utf-8")


def _of_run(judged: JudgedDocument, prefix: str) -> dict[str, Any]:
    """Return a document of a page: with its restored text, and sentences that probably find its source."""
    restoration = restoration_of(judged.document.text, judged.report)
    made = _document(judged, prefix, restoration.text if restoration.plan else None)
    if judged.reading == "flagged":
        edited = {(e.start, e.end) for e in restoration.plan}
        odd = [(f.start, f.end) for f in findings(judged.report) if (f.start, f.end) not in edited]
        made["queries"] = search_queries(restoration, odd)
    return made


def render(run: ReportRun) -> str:
    """Return the run as one HTML page."""
    documents = [_of_run(j, f"d{i}") for i, j in enumerate(run.judged, start=1)]
    title = run.judged[0].document.path if len(run.judged) == 1 else count(len(run.judged), "document")
    counts = Counter(j.reading for j in run.judged)
    said = [(counts[reading], "without a verdict" if reading == "no verdict" else reading) for reading in _CLASSES]
    counted = [f"{n:,} {what}" for n, what in [*said, (len(run.failures), "not read")] if n]
    return (
        environment()
        .get_template("report.html")
        .render(
            title=printable(f"Spun text report: {title}"),
            style=_file("style.css"),
            script=_file("report.js"),
            script_hash=_script_hash(),
            documents=_visible(documents),
            summary=listed(counted),
            failures=[{"path": printable(f.path), "message": printable(f.message)} for f in run.failures],
            version=run.version,
            signature=run.signature,
            date=run.date,
            phrases=printable(run.phrases),
        )
    )


def _fragment(document: dict[str, Any], with_style: bool = True) -> str:
    style = _file("style.css") if with_style else ""
    return environment().get_template("fragment.html").render(d=_visible(document), style=style)


def page_fragment(judged: JudgedDocument, prefix: str) -> str:
    """Return a document as in the report, for a page that has style.css and report.js already.

    `prefix` begins the ids of its marks, which end with their offsets.
    """
    return _fragment(_of_run(judged, prefix), with_style=False)


def _prefix(kind: str, *texts: str) -> str:
    """Return a name for a fragment's marks: the same for the same text, so that notebooks run again do not change."""
    return kind + hashlib.sha256("\0".join(texts).encode("utf-8", "replace")).hexdigest()[:8]


def report_fragment(judged: JudgedDocument) -> str:
    """Return a report as HTML for a notebook."""
    return _fragment(_document(judged, _prefix("r", judged.document.text), None))


def _edit_note(edit: Edit) -> str:
    """Return the label of a mark in a restored text: the replaced wording, and other likely originals."""
    others = listed([f"“{a.text}”" for a in edit.alternatives[:_LIKELY]])
    gain = likelier(edit.log10_gain)
    out = f"was here; “{edit.original}” is {gain}." if gain else f"was here; “{edit.original}” fits better."
    return out + (f" It may also have been {others}." if others else "")


def restoration_fragment(restoration: Restoration) -> str:
    """Return a restoration as HTML for a notebook: the restored text, each edit with the wording that it replaced."""
    text = restoration.text
    prefix = _prefix("e", restoration.source, text)
    position = 0
    paragraphs = []
    marks = list(restored_spans(restoration.plan))
    at = 0
    for block in blocks(text, ()):
        pieces: list[dict[str, Any]] = []
        position = max(block.start, position)
        while at < len(marks) and marks[at][0] < block.end:
            start, end, edit = marks[at]
            pieces.append({"mark": False, "text": text[position:start]})
            pieces.append(
                {
                    "mark": True,
                    "id": f"{prefix}-{start}",
                    "text": edit.original,
                    "original": None,
                    "likely": [edit.spun],
                    "message": _edit_note(edit),
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
    passage = {"number": None, "flagged": False, "share": "0", "label": "", "paragraphs": paragraphs}
    return _fragment(
        {
            "path": "",
            "prefix": prefix,
            "reading": "restored",
            "class": "restored-text",
            "answer": f"{count(len(restoration.plan), 'edit')}; each shows the wording that it replaced",
            "n_passages": 0,
            "passages": [passage],
            "restored_text": None,
        }
    )


FORMAT = ReportFormat("html", (".html", ".htm"), render)
