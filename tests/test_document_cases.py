"""Whole documents of our own, as people and spinners write them: the verdict, what is damaged, what is left out."""

import json
from pathlib import Path

import pytest

from detector import detect, reverse

FILE = Path(__file__).resolve().parent / "cases" / "documents.jsonl"
CASES = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("case", [pytest.param(c, id=f"{i}-{c['source']}") for i, c in enumerate(CASES)])
def test_document(case):
    report = detect(case["text"])
    assert report.verdict == case["verdict"]
    # Damage in human text only: a spun text may hold slips of its own.
    if "damage" in case:
        assert [d.surface for d in report.damage] == case["damage"]
    assert sorted({o.reason for o in report.omitted}) == case.get("omitted", [])
    assert bool(report.omitted_words) == bool(report.omitted)
    if report.verdict == "spun":
        assert report.evidence
    else:
        assert reverse(case["text"]).text == case["text"]


def test_cases_have_the_fields_that_the_test_reads():
    for case in CASES:
        assert {"text", "verdict", "source"} <= case.keys() <= {"text", "verdict", "source", "damage", "omitted"}
        assert all(surface in case["text"] for surface in case.get("damage", ()))


def test_no_document_stands_twice_and_human_ones_are_the_most():
    assert len({case["text"] for case in CASES}) == len(CASES)
    assert sum(case["verdict"] == "spun" for case in CASES) < len(CASES) / 2
