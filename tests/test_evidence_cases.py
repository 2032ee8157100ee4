"""Every cue on sentences of our own: what must fire, what must not, and what is known to fail."""

import json
from pathlib import Path

import pytest

from detector import detect
from detector.evidence import CUES

FOLDER = Path(__file__).resolve().parent / "cases"


def cases(name):
    rows = [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    return [pytest.param(row, id=f"{name}-{i}-{row['cue']}") for i, row in enumerate(rows)]


ALL = [p.values[0] for name in ("in_the_wild", "synthetic", "negative") for p in cases(name)]


def check(case):
    found = [e for e in detect(case["text"]).evidence if e.cue == case["cue"]]
    if not case["fires"]:
        assert not found
        return
    hits = [e for e in found if case["span"] in e.surface]
    assert hits
    assert all(e.message for e in hits)
    if "original" in case:
        assert case["original"] in [a.text for e in hits for a in e.alternatives]


@pytest.mark.parametrize("case", [*cases("in_the_wild"), *cases("synthetic"), *cases("negative")])
def test_case(case):
    check(case)


# One odd word in an otherwise human article: the estimate of the document's share keeps it below the line.
@pytest.mark.xfail(strict=True, reason="known failures; mending one moves it to another file")
@pytest.mark.parametrize("case", cases("known_failures"))
def test_known_failure(case):
    check(case)


@pytest.mark.parametrize("cue", CUES)
def test_every_cue_fires_and_has_near_misses_and_sources(cue):
    of_cue = [case for case in ALL if case["cue"] == cue]
    assert {case["fires"] for case in of_cue} == {True, False}
    assert all(case["source"] for case in of_cue)


def test_about_half_of_the_cases_are_negative():
    assert 0.4 < sum(not case["fires"] for case in ALL) / len(ALL) < 0.7
