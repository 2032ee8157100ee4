"""SARIF 2.1.0: findings for code hosts and editors that show the results of analysers."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import quote

from detector.cues import CUES
from detector.files import name_bytes
from detector.report.format import ReportFormat
from detector.report.json import dumps
from detector.report.lines import LineIndex
from detector.report.model import Finding, JudgedDocument, ReportRun, evidence_id, findings
from detector.report.wording import sentence

__all__ = ["FORMAT", "render"]

# Rule ids are those of the cues and stay the same for good: suppressions and baselines of other tools hold on to them.
_RULE_NUMBER = {cue.id: number for number, cue in enumerate(CUES)}


def _uri(path: str) -> str:
    """Return a path as a URI reference; one from the root is a URI of its own."""
    uri = quote(name_bytes(path.replace(os.sep, "/")), safe="/.-_~")
    return f"file://{uri}" if uri.startswith("/") else uri


def _region(judged: JudgedDocument, finding: Finding, lines: LineIndex) -> dict[str, Any]:
    """Return the place of a finding; empty if the text was extracted, since no line of the file is known then."""
    if judged.document.extracted:
        return {}
    line, column = lines.place(finding.start)
    last, end = lines.place(finding.end)
    return {
        "region": {
            "startLine": line,
            "startColumn": column,
            "endLine": last,
            "endColumn": end,
            "charOffset": finding.start,
            "charLength": finding.end - finding.start,
            "snippet": {"text": finding.surface},
        }
    }


def _result(judged: JudgedDocument, finding: Finding, lines: LineIndex) -> dict[str, Any]:
    place = {"artifactLocation": {"uri": _uri(judged.document.path)}, **_region(judged, finding, lines)}
    page = {} if finding.page is None else {"page": finding.page}
    # SARIF has lines and no pages, so the message names the page for readers, and a property for programs.
    words = {"message": {"text": f"page {finding.page}"}} if page else {}
    rule = {"ruleIndex": _RULE_NUMBER[finding.cue]} if finding.cue in _RULE_NUMBER else {}
    return {
        "ruleId": finding.cue,
        **rule,
        # Damage says nothing about whether the text was rewritten, so it never warns.
        "level": "warning" if judged.report.verdict == "spun" and not finding.is_damage else "note",
        "message": {"text": sentence(finding)},
        "locations": [{"physicalLocation": place, **words}],
        "partialFingerprints": {"wording/v1": evidence_id(judged.document.text, finding)},
        "properties": {
            **({} if finding.log10_odds is None else {"log10_odds": finding.log10_odds}),
            "is_damage": finding.is_damage,
            **page,
            "alternatives": [a.to_dict() for a in finding.alternatives],
            "document_probability": judged.report.probability,
        },
    }


def _rules() -> list[dict[str, Any]]:
    return [
        {
            "id": cue.id,
            "name": cue.label,
            "shortDescription": {"text": cue.description},
            "properties": {"is_damage": cue.is_damage},
        }
        for cue in CUES
    ]


def render(run: ReportRun) -> str:
    """Return the run as a SARIF log."""
    results = []
    for judged in run.judged:
        lines = LineIndex(judged.document.text)
        results += [_result(judged, f, lines) for f in findings(judged.report, judged.document)]
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
                        "rules": _rules(),
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


FORMAT = ReportFormat("sarif", (".sarif", ".json"), render)
