"""A plan that is a mapping comes to rest under its own spinner; readers here are plain rules, so that all is known."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.restore import mapping
from detector.restore.mapping import in_case_of, mapping_of, one_mapping, settled, spin_again
from detector.restore.restorer import apply_plan
from detector.types import Edit


def reader(rules, gain=2.0):
    """A reader that puts the second word of each rule in place of what the first, a pattern, finds."""

    def read(text, keep=()):
        found = [
            Edit(*match.span(), match.group(), in_case_of(match.group(), original), gain)
            for pattern, original in rules
            for match in re.finditer(pattern, text, re.IGNORECASE)
            if not any(match.start() < end and start < match.end() for start, end in keep)
        ]
        return sorted(found, key=lambda e: e.start)

    return read


def reader_of_spun(rules):
    """A reader by the rules where "port" stands; without it the text does not look spun."""
    read = reader(rules)
    return lambda text, keep=(): read(text, keep) if "port" in text else []


def settle(text, read, keep=(), names=()):
    return settled(text, read(text, keep), read, lambda e: e.spun not in names, keep)


def undoable(text, plan, names=()):
    return mapping._undoable(text, plan, lambda e: e.spun not in names, ())


def reversed_by(read, text):
    plan = settle(text, read)
    return apply_plan(text, plan), plan


def test_what_a_spinner_would_write():
    edits = spin_again(
        "The White House said in May that it may. A white-house.", {"white house": "white home", "may": "could"}
    )
    assert [(e.spun, e.original) for e in edits] == [("White House", "White Home"), ("May", "Could"), ("may", "could")]


def test_longer_originals_come_first_and_spans_are_kept():
    mapping = {"prime": "main", "prime minister": "head of government"}
    text = "A prime minister in her prime."
    assert apply_plan(text, spin_again(text, mapping)) == "A head of government in her main."
    assert apply_plan(text, spin_again(text, mapping, [(3, 4)])) == "A prime minister in her main."


def test_the_first_substitute_is_the_mapping():
    plan = [Edit(0, 3, "Big", "Large", 1.0), Edit(9, 14, "great", "large", 1.0), Edit(20, 21, ",", " ", 1.0)]
    assert mapping_of(plan) == {"large": "big"}


def test_a_pair_that_is_put_back_everywhere_stays():
    text = "The survey began in May. The poll ended, and the poll was paid for."
    restored, plan = reversed_by(reader([(r"\bpoll\b", "survey")]), text)
    assert restored == "The survey began in May. The survey ended, and the survey was paid for."
    assert [e.log10_gain for e in plan] == [2.0, 2.0]


def test_a_pair_that_is_not_put_back_where_the_text_has_its_original_goes():
    text = "A flame chart is drawn when you open the profile. The port was shut."
    read = reader_of_spun([(r"(?<=flame )chart\b", "profile"), (r"\bport\b", "harbour")])
    assert len(read(text)) == 2
    restored, _ = reversed_by(read, text)
    assert restored == "A flame chart is drawn when you open the profile. The harbour was shut."


def test_a_pair_that_comes_and_goes_goes():
    text = "It was cold, and the chill stayed. The port was shut."
    # Only the last "cold" is put back: the first where it is the only one, no longer once the other is spun too.
    read = reader_of_spun([(r"\bcold\b(?!.*\bcold\b)", "chill"), (r"\bport\b", "harbour")])
    assert len(read(text)) == 2
    restored, _ = reversed_by(read, text)
    assert restored == "It was cold, and the chill stayed. The harbour was shut."


def test_what_does_not_come_to_rest_keeps_what_its_mapping_undoes(monkeypatch):
    monkeypatch.setattr(mapping, "_SPINS", 1)
    text = "A flame chart is drawn when you open the profile. The port was shut, Mr Barkre."
    rules = [(r"(?<=flame )chart\b", "profile"), (r"\bport\b", "harbour")]
    read = reader_of_spun([*rules, (r"\bBarkre\b", "Barker")])
    plan = settle(text, read, names={"Barkre"})
    assert [(e.spun, e.original) for e in plan] == [("port", "harbour"), ("Barkre", "Barker")]


def test_what_comes_to_rest_but_would_not_come_back_gives_way_to_what_the_mapping_undoes():
    text = "The port, the harbour and the wharf are on the chart."

    def read(text, keep=()):
        ports = text.count("port") if "chart" in text else 0
        rules = [(r"\bport\b", "harbour")] if ports else []
        rules += [(r"\bwharf\b", "harbour")] if ports == 2 else []
        rules += [(r"\bchart\b", "profile")] if ports in (1, 3) else []
        return reader(rules)(text, keep)

    # With two ports the chart is no profile, with three it is one again: that comes and goes, but not where one starts
    # from three.
    way = mapping._respun(text, read(text), read, lambda _: True, ())
    assert apply_plan(text, way) == "The harbour, the harbour and the harbour are on the chart."
    assert reversed_by(read, "The port, the port and the port are on the chart.")[0].endswith("profile.")
    assert reversed_by(read, text)[0] == "The port, the harbour and the wharf are on the profile."


def test_what_is_mended_is_no_place_for_a_substitute():
    text = "The hаrbour wall. The port was shut."  # a Cyrillic letter in the first
    plan = [Edit(4, 11, "hаrbour", "harbour", 2.0), Edit(22, 26, "port", "harbour", 2.0)]
    assert undoable(text, plan, names={"hаrbour"}) == plan[:1]


def test_what_the_mapping_does_not_undo_goes_before_what_that_upset():
    text = "The head met the main head of government."
    plan = [Edit(4, 8, "head", "prime", 1.0), Edit(17, 21, "main", "prime", 1.0)]
    plan.append(Edit(22, 40, "head of government", "minister", 1.0))
    assert undoable(text, plan) == [plan[0], plan[2]]


PAIRS = [("poll", "survey"), ("port", "harbour"), ("chart", "survey"), ("of", "May"), ("May", "the port")]


@given(st.lists(st.sampled_from(["poll", "port", "chart", "of", "May", "survey", "the", "harbour"]), max_size=20))
def test_what_is_undoable_is_undone(words):
    text, starts = " ".join(words), np.cumsum([0, *(len(w) + 1 for w in words)]).tolist()
    originals = dict(PAIRS)
    plan = [Edit(a, a + len(w), w, originals[w], 1.0) for a, w in zip(starts, words, strict=False) if w in originals]
    kept = undoable(text, plan)
    restored = apply_plan(text, kept)
    assert set(kept) <= set(plan)
    assert apply_plan(restored, spin_again(restored, mapping_of(kept))) == text


def test_a_plan_whose_outcome_would_be_restored_further_is_left_as_it_was():
    text = "A flame chart is drawn when you open the profile."
    read = reader([(r"(?<=flame )chart\b", "profile")])
    assert settle(text, read) == read(text)


def test_spinners_with_several_substitutes_are_left_as_they_are():
    rules = [(r"\b(big|great|vast)\b", "large"), (r"\b(glad|merry|gay)\b", "happy")]
    text = "A big dog, a great dog and a vast dog met a glad cat, a merry cat and a gay cat."
    plan = reader(rules)(text)
    assert not one_mapping(plan, spin_again(apply_plan(text, plan), mapping_of(plan)))
    assert settle(text, reader(rules)) == plan


@pytest.mark.parametrize(("times", "restored"), [(4, "chart"), (1, "profile")])
def test_spinners_with_several_substitutes_come_to_rest_where_little_changes(times, restored):
    rules = [(r"\b(big|great|vast)\b", "large"), (r"\b(glad|merry|gay)\b", "happy"), (r"\bport\b", "harbour")]
    read = reader_of_spun([*rules, (r"(?<=flame )chart\b", "profile")])
    several = "A big dog, a great dog and a vast dog met a glad cat, a merry cat and a gay cat at the port. " * times
    text = several + "A flame chart is drawn when you open the profile."
    plan = read(text)
    assert not one_mapping(plan, spin_again(apply_plan(text, plan), mapping_of(plan)))
    assert f"A flame {restored} is drawn" in apply_plan(text, settle(text, read))


def test_kept_spans_are_neither_spun_nor_restored():
    text = "The poll began. My survey was small, the poll was not."
    kept = (text.index("survey"), text.index("survey") + 6)
    given_text = []

    def read(text, keep=()):
        given_text.append([text[a:b] for a, b in keep])
        return reader([(r"\bpoll\b", "survey")])(text, keep)

    plan = settle(text, read, [kept])
    assert apply_plan(text, plan) == "The survey began. My survey was small, the survey was not."
    assert all(words == ["survey"] for words in given_text)


def test_misspelt_names_are_in_no_mapping():
    text = "Mrs Barkre spoke. Then Barker left, and Barker did not return."
    read = reader([(r"\bBarkre\b", "Barker")])
    assert apply_plan(text, settle(text, read, names={"Barkre"})) == text.replace("Barkre", "Barker")


WORDS = st.lists(
    st.sampled_from(["poll", "survey", "port", "harbour", "chart", "the", "flame", "of", "May"]), max_size=30
)


@given(WORDS, st.lists(st.sampled_from([0, 1, 2, 3]), max_size=4, unique=True))
def test_spinning_again_with_the_same_mapping_and_reversing_gives_the_same_text(words, picked):
    """Where a reader goes by no neighbours; real ones do, and the gate counts how often it holds for them."""
    rules = [(r"\bpoll\b", "survey"), (r"\bport\b", "harbour"), (r"\bchart\b", "survey"), (r"\bof\b", "May")]
    read = reader([rules[i] for i in sorted(picked)])
    restored, plan = reversed_by(read, " ".join(words))
    again = apply_plan(restored, spin_again(restored, mapping_of(plan)))
    assert reversed_by(read, again)[0] == restored


@pytest.mark.parametrize(
    ("original", "substitute", "written"),
    [
        ("May", "could", "Could"),
        ("NATO", "nato pact", "NATO PACT"),
        ("Bill", "an invoice", "An invoice"),
        ("a", "b", "b"),
    ],
)
def test_capitals_follow_the_original(original, substitute, written):
    assert in_case_of(original, substitute) == written
