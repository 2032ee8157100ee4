"""Every cue on sentences of our own: what must fire, what must not, and what is known to fail."""

import json
import re
from functools import cache
from pathlib import Path

import pytest

from detector import detect, reverse
from detector.cues import CUE_BY_ID, CUES
from detector.report.model import findings

FOLDER = Path(__file__).resolve().parent / "cases"


def cases(name):
    rows = [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    return [pytest.param(row, id=f"{name}-{i}-{row['cue']}") for i, row in enumerate(rows)]


ALL = [p.values[0] for name in ("in_the_wild", "synthetic", "negative") for p in cases(name)]


# Several cases share a text.
findings_of = cache(lambda text: findings(detect(text)))


def put_back(surface, pairs):
    for span, original in pairs.items():
        surface = surface.replace(span, original)
    return surface


_ARTICLE = re.compile("^an? ", re.IGNORECASE)


def check(case):
    found = [e for e in findings_of(case["text"]) if e.cue == case["cue"]]
    if not case["fires"]:
        assert not found
        return
    hits = [e for e in found if case["span"] in e.surface]
    assert hits
    assert all(e.message for e in hits)
    if "original" in case:
        # Alone, or with the neighbours that the finding takes in ("Invoice Gates", "nationwide safety adviser").
        of_text = {c["span"]: c["original"] for c in ALL if c["text"] == case["text"] and "original" in c}
        written = {case["original"]}
        for pairs in ({case["span"]: case["original"]}, of_text):
            written |= {put_back(e.surface, pairs) for e in hits}
        found = {a.text for e in hits for a in e.alternatives}
        assert written & {*found, *(_ARTICLE.sub("", text) for text in found)}  # which may have the article that agrees


@pytest.mark.parametrize("case", [*cases("in_the_wild"), *cases("synthetic"), *cases("negative")])
def test_case(case):
    check(case)


def known_failures():
    """Each fails for the reason that its `comment` gives; mending one forces its move to another file."""
    for case in cases("known_failures"):
        yield pytest.param(
            case.values[0], id=case.id, marks=pytest.mark.xfail(strict=True, reason=case.values[0]["comment"])
        )


@pytest.mark.parametrize("case", list(known_failures()))
def test_known_failure(case):
    check(case)


@pytest.mark.parametrize("case", [c for c in cases("negative") if c.values[0]["cue"] == "substitution"])
def test_human_text_comes_back_unchanged(case):
    assert reverse(case["text"]).text == case["text"]


@pytest.mark.parametrize("cue", CUE_BY_ID)
def test_every_cue_fires_and_has_near_misses_and_sources(cue):
    of_cue = [case for case in ALL if case["cue"] == cue]
    assert {case["fires"] for case in of_cue} == {True, False}
    assert all(case["source"] for case in of_cue)


def test_about_half_of_the_cases_are_negative():
    assert 0.4 < sum(not case["fires"] for case in ALL) / len(ALL) < 0.7


def test_cases_have_the_fields_that_the_tests_read():
    for case in [*ALL, *(p.values[0] for p in cases("known_failures"))]:
        assert case.keys() <= {"text", "cue", "fires", "span", "original", "source", "comment"}
        assert case["cue"] in CUE_BY_ID
        assert case["fires"] == ("span" in case)
        assert case.get("span", "") in case["text"]


def test_no_case_stands_twice():
    keys = [(case["cue"], case["text"], case.get("span")) for case in ALL]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("cue", CUES, ids=lambda cue: cue.id)
def test_every_cue_explains_itself(cue):
    assert cue.description.endswith(".")
    assert cue.advice.endswith(".")
    assert re.search(r"\[\w.*?\]", cue.example)
    assert len(cue.innocent) >= 2
    assert all(reason.endswith(".") for reason in cue.innocent)
