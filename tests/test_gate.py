"""Quality on a frozen sample of our own making, with floors for each release. See gate/README.md."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein
from sklearn.metrics import roc_auc_score

from detector import apply_plan, detect_many, reverse
from detector.training.channel import words_of
from detector.training.families import FAMILIES
from detector.types import Report, Restoration

DAMAGE = "damage"  # the family that rewrites no words
GATE = Path(__file__).parent / "gate"
FLOORS = json.loads((GATE / "floors.json").read_text(encoding="utf-8"))


def rows(name):
    return [json.loads(line) for line in (GATE / name).read_text(encoding="utf-8").splitlines()]


@dataclass(frozen=True)
class Measured:
    human: list[dict]
    spun: list[dict]
    human_reports: list[Report]
    spun_reports: list[Report]
    human_plans: list[Restoration]
    spun_plans: list[Restoration]

    @property
    def human_words(self):
        return sum(r.n_words for r in self.human_reports)


@pytest.fixture(scope="module")
def measured():
    human, spun = rows("human.jsonl"), rows("spun.jsonl")
    texts = [r["text"] for r in human], [r["text"] for r in spun]
    return Measured(
        human, spun, *(list(detect_many(t)) for t in texts), *([reverse(text) for text in t] for t in texts)
    )


def original(row):
    out, position = [], 0
    for start, end, was in row["spans"]:
        out += [row["text"][position:start], was]
        position = end
    return "".join(out) + row["text"][position:]


def test_there_is_something_to_check(measured):
    assert len(measured.human) >= 30
    assert len(measured.spun) >= 55
    assert len({r["id"] for r in measured.human}) == len(measured.human)
    registers = Counter(r["register"] for r in measured.human)
    assert {"news", "wiki", "science", "web", "politics", "fiction", "transcript"} <= set(registers)
    assert {"british", "indian", "nigerian"} <= set(registers)
    assert {r["family"] for r in measured.spun} == {*FAMILIES, "stranger"}
    assert min(len(r["text"].split()) for r in measured.human) >= 100


def test_the_spun_versions_are_of_the_human_ones(measured):
    human = {r["id"]: r["text"] for r in measured.human}
    for row in measured.spun:
        assert row["spans"]
        assert original(row) == human[row["id"]]


def test_no_verdict_abstains(measured):
    assert all(r.probability is not None for r in (*measured.human_reports, *measured.spun_reports))


def test_spun_scores_above_human(measured):
    spun = [r for row, r in zip(measured.spun, measured.spun_reports, strict=True) if row["family"] != DAMAGE]
    p = np.array([r.probability for r in (*measured.human_reports, *spun)], dtype=np.float64)
    assert roc_auc_score(np.arange(len(p)) >= len(measured.human), p) >= FLOORS["roc_auc"]


def test_damage_is_reported_and_moves_no_verdict(measured):
    damaged = [r for row, r in zip(measured.spun, measured.spun_reports, strict=True) if row["family"] == DAMAGE]
    assert len(damaged) >= 5
    assert sum(bool(r.damage) for r in damaged) / len(damaged) >= FLOORS["damage_told"]
    assert sum(bool(r.damage) for r in measured.human_reports) <= FLOORS["human_damaged_at_most"]


def test_human_text_is_not_flagged(measured):
    flagged = [h["id"] for h, r in zip(measured.human, measured.human_reports, strict=True) if r.verdict == "spun"]
    assert len(flagged) <= FLOORS["human_flagged_at_most"], flagged


def test_spun_text_is_flagged(measured):
    by_family: Counter[str] = Counter()
    rewritten = [x for x in zip(measured.spun, measured.spun_reports, strict=True) if x[0]["family"] != DAMAGE]
    for row, report in rewritten:
        by_family[row["family"]] += report.verdict == "spun"
    assert sum(by_family.values()) / len(rewritten) >= FLOORS["recall"], by_family


def test_human_text_has_few_findings_and_edits(measured):
    findings = sum(len(r.evidence) for r in measured.human_reports)
    edits = sum(len(r.plan) for r in measured.human_plans)
    assert 1000 * findings / measured.human_words <= FLOORS["findings_per_1000_human_words_at_most"]
    assert 1000 * edits / measured.human_words <= FLOORS["edits_per_1000_human_words_at_most"]


def test_evidence_covers_the_changed_words(measured):
    spans = covered = findings = right = 0
    for row, report in zip(measured.spun, measured.spun_reports, strict=True):
        changed = np.zeros(len(row["text"]) + 1, dtype=bool)
        for start, end, _ in row["spans"]:
            changed[start:end] = True
        found = np.zeros(len(row["text"]) + 1, dtype=bool)
        for e in (*report.evidence, *report.damage):
            found[e.start : e.end] = True
            findings += 1
            right += bool(changed[e.start : e.end].any())
        spans += len(row["spans"])
        covered += sum(bool(found[start:end].any()) for start, end, _ in row["spans"])
    assert covered / spans >= FLOORS["evidence_coverage"], covered / spans
    assert findings > 0
    assert right / findings >= FLOORS["evidence_precision"], right / findings


def is_stranger(row):
    return row["family"] == "stranger"


def errors(restored):
    """Word errors of spun rows before and after their restoration."""
    before = after = 0
    for row, restoration in restored:
        assert apply_plan(row["text"], restoration.plan) == restoration.text
        wanted = words_of(original(row))
        before += Levenshtein.distance(words_of(row["text"]), wanted)
        after += Levenshtein.distance(words_of(restoration.text), wanted)
    assert before > 0
    return before, after


def test_reversing_takes_errors_away(measured):
    spun = zip(measured.spun, measured.spun_plans, strict=True)
    # Look-alike letters are not substitutions.
    before, after = errors((r, p) for r, p in spun if r["family"] != "damage" and not is_stranger(r))
    assert 1 - after / before >= FLOORS["error_reduction"], 1 - after / before


def test_reversing_takes_errors_of_a_stranger_away(measured):
    """By a dictionary that nothing was fitted on, and whose writer had not seen the project's tables."""
    before, after = errors((r, p) for r, p in zip(measured.spun, measured.spun_plans, strict=True) if is_stranger(r))
    assert 1 - after / before >= FLOORS["error_reduction_stranger"], 1 - after / before


def test_reversing_twice_changes_nothing_more(measured):
    for restoration in (*measured.human_plans, *measured.spun_plans):
        assert reverse(restoration.text).plan == ()
