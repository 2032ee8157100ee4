"""Odd words are those whose odds reach the limit and that no edit touches; the message shows their context."""

import numpy as np
import pytest

from detector import Edit
from detector.cues.odd_word import CUE, weightiest

TEXT = "The harbour, quiet at noon.\n\nShe sold pianos"


@pytest.fixture
def find(cue_context):
    """Return the odd words of two texts in which words have the odds given, and others none."""

    def of(plans=((), ()), **log10_odds):
        batch = cue_context(TEXT, "Pianos").scores.batch
        surfaces = [batch.surface(i, i + 1) for i in range(len(batch.ids))]
        odds = np.array([log10_odds.get(s.lower(), log10_odds.get("others", -np.inf)) for s in surfaces])
        return CUE.find(cue_context(TEXT, "Pianos", plans=plans, log10_odds=odds, min_log10_odds=1.1))

    return of


def test_words_at_the_line_and_above_are_found(find):
    first, second = find(quiet=1.1, noon=1.0999, pianos=2.346)
    assert [(e.surface, e.log10_odds, e.cue) for e in first] == [
        ("quiet", 1.1, "collocation"),
        ("pianos", 2.35, "collocation"),
    ]
    assert [(e.start, e.end, e.surface) for e in second] == [(0, 6, "Pianos")]
    assert all(TEXT[e.start : e.end] == e.surface for e in first)


def test_marks_are_never_odd_words(find):
    first, _ = find(others=9.0)
    assert [e.surface for e in first] == ["The", "harbour", "quiet", "at", "noon", "She", "sold", "pianos"]


def test_words_that_an_edit_of_their_text_touches_are_left_to_it(find):
    at = TEXT.index("quiet")
    plan = (Edit(at, at + 8, "quiet at", "silent by", 1.0), Edit(len(TEXT) - 6, len(TEXT), "pianos", "pianoes", 1.0))
    first, second = find((plan, ()), others=9.0)
    assert [e.surface for e in first] == ["The", "harbour", "noon", "She", "sold"]
    assert [e.surface for e in second] == ["Pianos"]


def test_the_message_shows_the_neighbours_within_the_paragraph(find):
    first, second = find(sold=2.0, pianos=2.0, she=2.0)
    assert [e.message[e.message.index("(") :] for e in first] == [
        "(“She sold”).",
        "(“She sold pianos”).",
        "(“sold pianos”).",
    ]
    assert second[0].message.endswith("(“Pianos”).")


def test_nothing_is_offered_in_its_place(find):
    (found,), _ = find(sold=2.0)
    assert found.alternatives == ()


def test_without_odd_words_nothing_is_found(find):
    assert find() == [[], []]


def test_before_there_are_odds_nothing_is_found(cue_context):
    assert CUE.find(cue_context(TEXT, "Pianos")) == [[], []]


def test_the_weightiest_words_of_a_text_are_those_that_raised_it_most(cue_context):
    context = cue_context(TEXT, "Pianos")
    batch = context.scores.batch
    surfaces = [batch.surface(i, i + 1).lower() for i in range(len(batch.ids))]
    ratio = np.array(
        [{"quiet": 0.3, "noon": 0.9, "at": 0.2, "sold": -1.0, ",": 5.0, "pianos": 0.1}.get(s, 0.0) for s in surfaces],
        dtype=np.float32,
    )
    assert [(e.surface, e.log10_odds) for e in weightiest(context, 0, ratio, 2)] == [("quiet", 0.3), ("noon", 0.9)]
    assert [e.surface for e in weightiest(context, 0, ratio, 9)] == ["quiet", "at", "noon", "pianos"]
    assert [(e.surface, e.start) for e in weightiest(context, 1, ratio, 9)] == [("Pianos", 0)]
