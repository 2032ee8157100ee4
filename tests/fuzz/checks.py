"""Properties of every result, whatever the input was; each check raises AssertionError, or nothing."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

from fuzz import generator

from detector import apply_plan, detect, detect_many, reverse, scores
from detector.errors import DetectorError
from detector.readers import InputDocument, parse_document
from detector.readers.records import Record, corpus_files, index_file, open_reader
from detector.types import Edit, Report, Restoration, Verdict

__all__ = [
    "RAW",
    "check_answer",
    "check_document",
    "check_records",
    "check_rendered",
    "check_report",
    "check_restoration",
    "check_written",
    "check_wrong_values",
]

# Characters that act on a terminal or reorder text: they must not reach people's screens.
RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def check_report(text: str, report: Report) -> None:
    """Offsets fit, numbers are in range, nothing is undecided that has a verdict, and JSON can say it all."""
    assert report.verdict in get_args(Verdict)
    assert (report.probability is None) == (report.verdict in ("insufficient_text", "unsupported_language"))
    if report.probability is not None:
        assert 0 <= report.probability <= 1
        assert (report.probability >= report.threshold) == (report.verdict == "spun")
        assert report.evidence or report.verdict != "spun"
    for found in (*report.evidence, *report.damage):
        assert 0 <= found.start < found.end <= len(text)
        assert text[found.start : found.end] == found.surface
    end = 0
    for passage in report.passages:
        assert end <= passage.start < passage.end <= len(text)
        end = passage.end
    assert 0 <= report.n_words <= len(text)
    json.dumps(report.to_dict(), allow_nan=False)


def check_restoration(text: str, restoration: Restoration) -> None:
    """The plan is sorted, disjoint, and replays."""
    assert apply_plan(text, restoration.plan) == restoration.text
    end = 0
    for edit in restoration.plan:
        assert end <= edit.start <= edit.end <= len(text)
        assert text[edit.start : edit.end] == edit.spun != edit.original
        end = edit.end
    json.dumps(restoration.to_dict(), allow_nan=False)


def check_document(document: InputDocument) -> None:
    """Omissions are disjoint, inside the text, blank in the judged text, and have reasons."""
    text, judged = document.text, document.judged_text
    assert len(text) == len(judged)
    assert all(0 <= a < b <= len(text) and reason for a, b, reason in document.omitted)
    assert all(x[1] <= y[0] for x, y in pairwise(document.omitted))
    assert not any(judged[a:b].strip() for a, b, _ in document.omitted)
    assert document.omitted_words >= 0


def check_records(path: Path) -> list[str]:
    """Each record is text with an id that JSON can hold, or is reported; return the reported faults."""
    (file,) = corpus_files(str(path))
    index = index_file(file, "text")
    reader = open_reader(file, "text", "id", False)
    faults = set()
    try:
        for record in (record for part in index.parts for record in reader.records(part)):
            if isinstance(record, Record):
                assert isinstance(record.text, str)
                json.dumps(record.id, allow_nan=False)
            else:
                assert record.message.startswith(record.fault) or record.fault in record.message
                assert record.number >= 1
                faults.add(record.fault)
    finally:
        reader.close()
    return sorted(faults)


def check_rendered(documents: Sequence[InputDocument], reports: Sequence[Report]) -> None:
    """Every format renders as UTF-8, JSON is JSON, and nothing acts on the terminal that shows it."""
    from detector.report import text as text_report
    from detector.report.formats import REPORT_FORMATS
    from detector.report.model import JudgedDocument, ReportRun, fitted
    from detector.report.score import csv_row, json_line

    judged = tuple(JudgedDocument(d, fitted(d, r), prior=0.1) for d, r in zip(documents, reports, strict=True))
    run = ReportRun(judged, (), "0", "x")
    rendered = {made.name: made.render(run) for made in REPORT_FORMATS}
    for name in ("json", "sarif"):
        json.loads(rendered[name])
    for document in judged:
        json.loads(json_line(document))
    rendered["text"] = text_report.render(run)
    rendered["csv"] = "".join(map(csv_row, judged))
    for name, content in rendered.items():
        content.encode("utf-8")
        if name in ("text", "csv", "github"):
            assert not RAW.search(content), f"{name} holds {RAW.search(content)}"


def check_written(document: InputDocument, data: bytes) -> None:
    """A diff of the restoration is made, and the file of the same kind reads as the restored text does."""
    from detector.report.diff import unified_diff
    from detector.writers import writer_for

    restoration = reverse(document.judged_text, threshold=0.2)
    plan = tuple(e for e in restoration.plan if document.text[e.start : e.end] == e.spun)
    assert isinstance(unified_diff(document.path, document.text, plan, document.extracted), str)
    suffix = Path(document.path).suffix
    writer = writer_for(suffix)
    if writer is None:
        return
    written = writer.write(data, document.text, plan)
    if not written.left_out and plan:
        parse_document(Path(document.path), written.data, suffix)


def check_answer(kind: str, body: bytes) -> int:
    """Any request has an answer, none of which is a fault; return its status."""
    from detector.serve.work import answer

    made = answer(kind, body)
    assert made.status in (200, 400, 422), made.content
    if "json" in made.media_type:
        json.loads(made.content)
    return made.status


def check_wrong_values(choose: random.Random, text: str) -> None:
    """Any call with a wrong value is one error of ours, or does its work."""
    value, second = generator.wrong_values(choose), generator.wrong_values(choose)
    edits = [Edit(value, second, "a", "b", 1.0), value, Edit(0, 1, value, "b", 1.0), Edit(0, 0, "", value, 1.0)]
    calls = (
        lambda: detect(value),
        lambda: detect(text, threshold=value),
        lambda: list(detect_many([text, value])),
        lambda: list(detect_many(value)),
        lambda: list(detect_many([text], threshold=value)),
        lambda: scores([value]),
        lambda: scores(value, threshold=second),
        lambda: reverse(value),
        lambda: reverse(text, value, second),
        lambda: reverse(text, keep=value),
        lambda: reverse(text, None, None, value),
        lambda: apply_plan(text, [choose.choice(edits)]),
        lambda: apply_plan(value, [Edit(0, 1, text[:1], "b", 1.0)]),
        lambda: apply_plan(text, value),
    )
    call: Any = choose.choice(calls)
    try:
        call()
    except DetectorError as error:
        assert str(error)  # noqa: PT017  the call may do its work as well
