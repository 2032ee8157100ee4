"""The contract's JSON: one object a run, or one document object a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from importlib.resources import files
from typing import Any

from detector.cues import CUE_IDS
from detector.prior import probability_at_prior
from detector.report.format import ReportFormat
from detector.report.model import InputFailure, JudgedDocument, ReportRun, RestoredDocument, evidence_id
from detector.types import Damage, Evidence

__all__ = ["FORMAT", "document_object", "dumps", "render", "restored_object", "schema", "wrap"]

SCHEMA_VERSION = 1
# Members that `score` leaves out.
_PARTS = ("passages", "evidence", "damage")
# Controls, bidirectional marks and lone surrogates are escaped: they would act on a terminal or not encode at
# all, and inside a JSON string the escape is the same text.
_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def dumps(value: Any, indent: int | None = None, allow_nan: bool = False) -> str:
    """Return JSON that is readable, encodes in UTF-8 whatever it holds, and does nothing to a terminal.

    With `allow_nan`, numbers that JSON lacks are written as Python does, for a record that has them already.
    Otherwise they raise ValueError.
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=allow_nan)
    return _UNSAFE.sub(lambda m: f"\\u{ord(m.group()):04x}", text)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the output of `render` and `wrap`; the ids of the cues are those of `CUE_IDS`."""
    made: dict[str, Any] = json.loads(files("detector").joinpath("report", "schema.json").read_text(encoding="utf-8"))
    made["$defs"]["cue"]["enum"] = list(CUE_IDS)
    return made


def document_object(judged: JudgedDocument, parts: bool = True) -> dict[str, Any]:
    """Return the document object of the contract; `parts` are its passages, evidence and damage.

    Each finding carries an `evidence_id`, by which `--baseline` recognises it, and its page if there are pages.
    """
    document, report = judged.document, judged.report
    out: dict[str, Any] = {"path": document.path, **report.to_dict()}
    if judged.prior is not None:
        out["prior"] = judged.prior
        p = report.probability
        out["probability_at_prior"] = None if p is None else round(probability_at_prior(p, judged.prior), 4)
    if document.extracted:
        out["text"] = document.text
    if not parts:
        return {name: value for name, value in out.items() if name not in _PARTS}
    found: list[Evidence | Damage] = [*report.evidence, *report.damage]
    for item, finding in zip([*out["evidence"], *out["damage"]], found, strict=True):
        item["evidence_id"] = evidence_id(document.text, finding)
        if document.page_starts:
            item["page"] = document.page_at(finding.start)
    return out


def restored_object(restored: RestoredDocument, queries: bool = False) -> dict[str, Any]:
    """Return the document object of `reverse`; with `queries`, the sentences to search for too."""
    out = {"path": restored.document.path, **restored.restoration.to_dict()}
    if restored.document.extracted:
        out["source"] = restored.document.text
    if queries:
        out["queries"] = list(restored.queries)
    return out


def wrap(
    documents: Iterable[dict[str, Any]],
    failures: Iterable[InputFailure],
    version: str,
    signature: str,
    phrases: str = "",
) -> str:
    """Return the JSON of a whole run."""
    tool = {"name": "detector", "version": version, "signature": signature}
    run = {
        "schema_version": SCHEMA_VERSION,
        "tool": {**tool, **({"phrases": phrases} if phrases else {})},
        "documents": list(documents),
        "errors": [{"path": f.path, "message": f.message} for f in failures],
    }
    return dumps(run, indent=1) + "\n"


def render(run: ReportRun) -> str:
    """Return the run as the contract's JSON."""
    return wrap(map(document_object, run.judged), run.failures, run.version, run.signature, run.phrases)


FORMAT = ReportFormat("json", (".json",), render)
