"""Dataclasses become JSON objects, and come back from them."""

import json
import math
from dataclasses import dataclass

import pytest

from detector.json_objects import JsonObject, from_json
from detector.types import Alternative, Damage, Edit, Evidence, Passage, Report

REPORT = Report(
    "spun",
    0.75,
    0.5,
    120,
    "en",
    (Passage(0, 9, None, "insufficient_text"),),
    (Evidence(4, 8, "moor", "odd_word", 1.5, (Alternative("pier", 1.5), Alternative("quay", 0.5)), "Odd."),),
    source="the moor",
    damage=(Damage(0, 3, "thе", "homoglyph"),),
)


def test_a_report_comes_back_from_its_json():
    kept = json.loads(json.dumps(REPORT.to_dict()))
    assert from_json(Report, {**kept, "source": REPORT.source}) == REPORT


def test_fields_outside_the_json_are_left_out():
    assert "source" not in REPORT.to_dict()
    assert "message" not in Edit(0, 3, "the", "a", 1.0, message="Said.").to_dict()


@dataclass(frozen=True)
class Row(JsonObject):
    number: float
    pair: tuple[int, str] | None = None
    counts: tuple[int, ...] = ()


def test_null_is_nan_for_a_number():
    assert math.isnan(from_json(Row, {"number": None}).number)
    assert from_json(Row, {"number": 1, "pair": [2, "two"], "unknown": 3}) == Row(1.0, (2, "two"))
    assert Row(1.0, counts=(1, 2)).to_dict() == {"number": 1.0, "pair": None, "counts": [1, 2]}


@pytest.mark.parametrize("value", [[], {"pair": [1, "a"]}, {"number": "x"}, {"number": 1, "pair": [1]}, {"counts": 3}])
def test_json_of_something_else_is_an_error(value):
    with pytest.raises((TypeError, ValueError, AttributeError)):
        from_json(Row, value)
