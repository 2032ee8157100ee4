"""SARIF 2.1.0: findings for code hosts and editors that show the results of analysers."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import quote

from detector.cues import CUES
from detector.report.json import dumps
from detector.report.lines import LineIndex
from detector.report.model import JudgedDocument, ReportRun, evidence_id

__all__ = ["RULES", "render"]

# Rule ids stay the same for good: suppressions and baselines of other tools hold on to them.
RULES = {
    "homoglyph": "A word with letters of another alphabet or invisible marks.",
    "tortured_phrase": "A set term of science in other words.",
    "consistent_substitution": "A wording that stands throughout where an everyday one is expected.",
    "substitution": "A wording that probably replaced another.",
    "name_mangling": "A name spelt wrong.",
    "agreement": "An article that disagrees with the word after it.",
    "collocation": "A word that fits neither its neighbours nor the topic.",
}


def _uri(path: str) -> str:
    """Return a path as a URI reference; one from the root is a URI of its own."""
    uri = quote(os.fsencode(path.replace(os.sep, "/")), safe="/.-_~")
    return f"file://{uri}" if uri.startswith("/") else uri


def _region(judged: JudgedDocument, index: int, lines: LineIndex) -> dict[str, Any] | None:
    """Return where a finding stands; None where the text was extracted, as no line of the file is known then."""
    if judged.document.extracted:
        return None
    e = judged.report.evidence[index]
    line, column = lines.place(e.start)
    last, end = lines.place(e.end)
    return {
        "startLine": line,
        "startColumn": column,
        "endLine": last,
        "endColumn": end,
        "charOffset": e.start,
        "charLength": e.end - e.start,
        "snippet": {"text": e.surface},
    }


def _result(judged: JudgedDocument, index: int, lines: LineIndex) -> dict[str, Any]:
    e = judged.report.evidence[index]
    region = _region(judged, index, lines)
    likely = f" Probably: “{e.alternatives[0].text}”." if e.alternatives else ""
    return {
        "ruleId": e.cue,
        "ruleIndex": CUES.index(e.cue),
        "level": "warning" if judged.report.verdict == "spun" else "note",
        "message": {"text": f"“{e.surface}”: {e.message}{likely}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(judged.document.path)},
                    **({} if region is None else {"region": region}),
                }
            }
        ],
        "partialFingerprints": {"wording/v1": evidence_id(judged.document.text, e)},
        "properties": {
            "log10_odds": e.log10_odds,
            "alternatives": [a.to_dict() for a in e.alternatives],
            "document_probability": judged.report.probability,
        },
    }


def render(run: ReportRun) -> str:
    """Return the run as a SARIF log."""
    results = []
    for judged in run.judged:
        lines = LineIndex(judged.document.text)
        results += [_result(judged, i, lines) for i in range(len(judged.report.evidence))]
    notifications = [
        {
            "level": "error",
            "message": {"text": f.message},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": _uri(f.path)}}}],
        }
        for f in run.failures
    ]
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "detector",
                        "version": run.version,
                        "semanticVersion": run.version,
                        "properties": {"signature": run.signature},
                        "rules": [{"id": cue, "name": cue, "shortDescription": {"text": RULES[cue]}} for cue in CUES],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "artifacts": [{"location": {"uri": _uri(j.document.path)}} for j in run.judged],
                "invocations": [{"executionSuccessful": not run.failures, "toolExecutionNotifications": notifications}],
                "results": results,
            }
        ],
    }
    return dumps(log, indent=1) + "\n"
