"""Words one letter apart: which differences count, and that the index finds them all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.spelling import Spellings, one_apart


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("halvorsen", "halvorssen"),  # doubled
        ("halvorsen", "halvosen"),  # dropped
        ("halvorsen", "halvarsen"),  # changed
        ("halvorsen", "hlavorsen"),  # swapped
    ],
)
def test_one_letter_apart(a, b):
    assert one_apart(a, b)
    assert one_apart(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("halvorsen", "halvorsen"),
        ("halvorsen", "halvorsens"),  # plural
        ("moreno", "morena"),  # the last letter: another gender
        ("jose", "josé"),  # an accent
        ("malvorsen", "halvorsen"),  # the first letter
        ("halvorsen", "halvarsin"),  # two letters
        ("austria", "australia"),
    ],
)
def test_not_one_letter_apart(a, b):
    assert not one_apart(a, b)
    assert not one_apart(b, a)


WORD = st.text("abc", min_size=1, max_size=6)


@given(st.lists(WORD, min_size=1, unique=True), st.lists(WORD))
def test_the_index_finds_what_comparing_all_pairs_finds(known, words):
    wanted = [(i, k) for i, w in enumerate(words) for k, other in enumerate(known) if one_apart(w, other)]
    assert Spellings.of(known).near(words) == wanted


def test_an_index_of_nothing_finds_nothing():
    assert Spellings.of([]).near(["london"]) == []


def test_words_too_long_for_the_index_are_left_out():
    long = "antidisestablishmentarianism"
    assert Spellings.of([long, "london"]).near([long[:-1], "lodnon"]) == [(1, 0)]
