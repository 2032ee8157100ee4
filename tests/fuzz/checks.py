"""What must hold of every result, whatever the input was; each check raises AssertionError, or nothing."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from fuzz import generator

from detector import apply_plan, detect, detect_many, reverse, scores
from detector.errors import DetectorError
from detector.readers import InputDocument
from detector.readers.records import Record, corpus_files, index_file, open_reader
from detector.types import Edit, Report, Restoration, Verdict

__all__ = ["check_records", "check_rendered", "check_report", "check_restoration", "check_wrong_values"]


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


def check_records(path: Path) -> None:
    """Each record is text with an id that JSON can say, or is told in words."""
    (file,) = corpus_files(str(path))
    index = index_file(file, "text")
    reader = open_reader(file, "text", "id", False)
    try:
        for record in (record for part in index.parts for record in reader.records(part)):
            if isinstance(record, Record):
                assert isinstance(record.text, str)
                json.dumps(record.id, allow_nan=False)
            else:
                assert record.message.startswith(record.fault) or record.fault in record.message
                assert record.number >= 1
    finally:
        reader.close()


def check_rendered(documents: Sequence[InputDocument], reports: Sequence[Report]) -> None:
    """Every format renders, and what is written is UTF-8 of one line where one is due."""
    from detector.report import github, html, markdown, sarif
    from detector.report import json as json_report
    from detector.report import text as text_report
    from detector.report.model import JudgedDocument, ReportRun
    from detector.report.score import csv_row

    judged = tuple(JudgedDocument(d, r) for d, r in zip(documents, reports, strict=True))
    run = ReportRun(judged, (), "0", "x")
    for rendered in (
        json_report.render(run),
        html.render(run),
        sarif.render(run),
        github.render(run),
        markdown.render(run),
        text_report.render(run),
        *map(csv_row, judged),
    ):
        assert isinstance(rendered, str)
        rendered.encode("utf-8")
    json.loads(json_report.render(run))
    json.loads(sarif.render(run))


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
