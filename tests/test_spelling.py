"""Words one letter apart: which differences count, and that the index finds them all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.text.spelling import Letters, Spellings, one_apart


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
def test_the_index_finds_the_pairs_of_a_full_comparison(known, words):
    wanted = [(i, k) for i, w in enumerate(words) for k, other in enumerate(known) if one_apart(w, other)]
    assert Spellings.from_words(known).near(words) == wanted


def test_an_index_of_nothing_finds_nothing():
    assert Spellings.from_words([]).near(["london"]) == []


def test_words_too_long_for_the_index_are_left_out():
    long = "antidisestablishmentarianism"
    assert Spellings.from_words([long, "london"]).near([long[:-1], "lodnon"]) == [(1, 0)]


def test_the_letters_that_may_follow_share_one_probability():
    letters = Letters.from_words(["banana", "bandana", "cabana"])
    assert np.allclose((10**letters.log10_prob).sum(axis=2), 1)


def test_letters_by_hand():
    letters = Letters.from_words(["ab"])
    one = 3.0  # how often anything is taken to have been seen besides
    single = np.array([2.0, 2.0, 2.0]) / (3 + 28)  # of the end, a and b, each seen once
    after_one = (1 + one * single) / (1 + one)
    assert letters(["ab"])[0] == pytest.approx(np.log10((1 + one * after_one) / (1 + one))[[1, 2, 0]].sum())


def test_a_spelling_is_the_likelier_the_more_words_are_spelt_so():
    letters = Letters.from_words(["states", "estates", "stateless", "slates", "plates"])
    usual, swapped, foreign = letters(["states", "sttaes", "şţǎţęş"])
    assert usual > swapped
    assert letters(["STATES"])[0] == usual
    assert letters(["şțates"])[0] == usual  # without its accents
    assert np.isfinite(foreign)
    assert letters(["x" * 40])[0] < 0
    assert letters([]).shape == (0,)


@given(st.lists(WORD, min_size=1))
def test_a_spelling_does_not_depend_on_its_neighbours(words):
    letters = Letters.from_words(["abc", "cab"])
    assert letters(words).tolist() == [letters([w])[0] for w in words]
