"""SARIF logs against the published schema, and rules that the schema cannot express."""

import json
from itertools import combinations
from pathlib import Path

import pytest
from jsonschema import Draft4Validator

from detector import detect
from detector.cues import CUES
from detector.readers import InputDocument
from detector.report.model import InputFailure, JudgedDocument, ReportRun
from detector.report.sarif import render
from detector.types import Alternative, Evidence, Report

TESTS = Path(__file__).parent
SPUN = (TESTS.parent / "notebooks" / "articles" / "harbour-talks-spun.txt").read_text(encoding="utf-8")
VALIDATOR = Draft4Validator(json.loads((TESTS / "data" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8")))
FAILURES = (InputFailure("no such/ä b.txt", "no such file"), InputFailure("bad\udcff.bin", "not text"))


def log(*documents, failures=()):
    judged = tuple(JudgedDocument(d, detect(d.text)) for d in documents)
    return json.loads(render(ReportRun(judged, failures, "0.1.0", "abc")))


def made(text, *surfaces, path="a.txt", extracted=False):
    evidence = tuple(
        Evidence(at, at + len(s), s, cue, 2.0, (Alternative("x", 2.0),), "A reason.")
        for s, cue in surfaces
        for at in (text.index(s),)
    )
    report = Report("spun", 0.97, 0.5, 3, "en", (), evidence, text)
    run = ReportRun((JudgedDocument(InputDocument(path, text, extracted=extracted), report),), (), "0.1.0", "abc")
    return json.loads(render(run))


def locations(log):
    return [result["locations"][0]["physicalLocation"] for result in log["runs"][0]["results"]]


@pytest.mark.parametrize(
    "text",
    [
        SPUN,
        SPUN.replace("\n", "\r\n"),
        "\ufeff" + SPUN,
        SPUN.replace(". ", ". 🚢 "),
        "Too short.",
        "",
        "\u202e\x00\x1b",
    ],
    ids=["plain", "CRLF", "byte order mark", "emoji", "short", "empty", "hostile"],
)
def test_logs_of_any_text_fit_the_schema(text):
    found = log(InputDocument("folder/a b.txt", text), InputDocument("-", "Also short."), failures=FAILURES)
    VALIDATOR.validate(found)
    for place in locations(found):
        region = place["region"]
        start = region["charOffset"]
        surface = text[start : start + region["charLength"]]
        assert surface == region["snippet"]["text"]
        lines = text.split("\n")
        assert lines[region["startLine"] - 1][region["startColumn"] - 1 :].startswith(surface.split("\n")[0])
        assert lines[region["endLine"] - 1][: region["endColumn"] - 1].endswith(surface.split("\n")[-1])


def test_the_schema_refuses_other_objects():
    broken = made("We go to the quay.", ("go to", "substitution"))
    broken["runs"][0]["columnKind"] = "bytes"
    assert not VALIDATOR.is_valid(broken)


def test_columns_count_code_points_and_end_after_the_last():
    text = "one\n🚢 we go\nto it"
    (place,) = locations(made(text, ("go\nto", "substitution")))
    region = place["region"]
    assert (region["startLine"], region["startColumn"]) == (2, 6)
    assert (region["endLine"], region["endColumn"]) == (3, 3)
    assert made("x", ("x", "substitution"))["runs"][0]["columnKind"] == "unicodeCodePoints"


def test_every_cue_is_a_rule_with_a_name_that_stays():
    text = " ".join(f"word{n}" for n in range(len(CUES)))
    found = made(text, *((f"word{n}", cue.id) for n, cue in enumerate(CUES)))
    VALIDATOR.validate(found)
    (run,) = found["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert {rule["id"] for rule in rules} == {
        "homoglyph",
        "broken_number",
        "tortured_phrase",
        "consistent_substitution",
        "substitution",
        "name_mangling",
        "collocation",
    }
    assert all(rule["shortDescription"]["text"] for rule in rules)
    assert [rules[r["ruleIndex"]]["id"] for r in run["results"]] == [r["ruleId"] for r in run["results"]]


def test_partial_fingerprints_outlive_moves_and_tell_findings_apart():
    text = "Then the old mayor stated that it was so. Later the harbour master stated the reverse of it."
    start = "A paragraph before.\n\n"

    def prints(text):
        evidence = tuple(
            Evidence(at, at + 6, "stated", "substitution", 2.0)
            for at in range(len(text))
            if text.startswith("stated", at)
        )
        run = ReportRun(
            (JudgedDocument(InputDocument("a", text), Report("spun", 0.9, 0.5, 9, "en", (), evidence, text)),),
            (),
            "0",
            "x",
        )
        return [r["partialFingerprints"] for r in json.loads(render(run))["runs"][0]["results"]]

    assert prints(text) == prints(start + text.replace(" ", "\n"))
    assert all(a != b for a, b in combinations(prints(text), 2))


def test_failures_are_notifications_and_the_run_is_not_a_success():
    (run,) = log(failures=FAILURES)["runs"]
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    notes = invocation["toolExecutionNotifications"]
    assert [n["message"]["text"] for n in notes] == [f.message for f in FAILURES]
    assert all(n["level"] == "error" for n in notes)
    uri = notes[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "no%20such/%C3%A4%20b.txt"
    assert log()["runs"][0]["invocations"][0]["executionSuccessful"] is True


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a:b.txt", "a%3Ab.txt"),
        ("x y/ä.txt", "x%20y/%C3%A4.txt"),
        ("/srv/a.txt", "file:///srv/a.txt"),
        ("a\ud800", "a%ED%A0%80"),
    ],
)
def test_paths_are_uri_references(path, uri):
    (place,) = locations(made("x", ("x", "substitution"), path=path))
    assert place["artifactLocation"]["uri"] == uri


def test_of_extracted_text_no_place_in_the_file_is_claimed():
    found = made("We go to the quay.", ("go to", "substitution"), extracted=True)
    VALIDATOR.validate(found)
    assert "region" not in locations(found)[0]
