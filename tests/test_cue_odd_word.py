"""Odd words are those whose odds reach the line; the message shows them where they stand."""

import numpy as np
import pytest

from detector.cues import odd_word
from detector.text.tokens import tokenize

TEXT = "The harbour, quiet at noon.\n\nShe sold pianos"


@pytest.fixture(scope="module")
def m(models):
    return models.full.extractor.extract(tokenize([TEXT, "Pianos"], models.vocabulary))


def odds_of(m, **words):
    surfaces = [m.batch.surface(i, i + 1) for i in range(len(m.batch.ids))]
    return np.array([words.get(s.lower(), -np.inf) for s in surfaces])


def test_words_at_the_line_and_above_are_found(m):
    first, second = odd_word.find(m, odds_of(m, quiet=1.1, noon=1.0999, pianos=2.346), 1.1)
    assert [(e.surface, e.log10_odds, e.cue) for e in first] == [
        ("quiet", 1.1, "collocation"),
        ("pianos", 2.35, "collocation"),
    ]
    assert [(e.start, e.end, e.surface) for e in second] == [(0, 6, "Pianos")]
    assert all(TEXT[e.start : e.end] == e.surface for e in first)


def test_marks_are_never_odd_words(m):
    first, _ = odd_word.find(m, np.full(len(m.batch.ids), 9.0), 1.1)
    assert [e.surface for e in first] == ["The", "harbour", "quiet", "at", "noon", "She", "sold", "pianos"]


def test_the_message_shows_the_neighbours_within_the_paragraph(m):
    first, second = odd_word.find(m, odds_of(m, sold=2.0, pianos=2.0, she=2.0), 1.1)
    assert [e.message[e.message.index("(") :] for e in first] == [
        "(“She sold”).",
        "(“She sold pianos”).",
        "(“sold pianos”).",
    ]
    assert second[0].message.endswith("(“Pianos”).")


def test_nothing_is_offered_in_its_place(m):
    assert all(e.alternatives == () for e in odd_word.find(m, odds_of(m, sold=2.0), 1.1)[0])


def test_without_odd_words_nothing_is_found(m):
    assert odd_word.find(m, odds_of(m), 1.1) == [[], []]
