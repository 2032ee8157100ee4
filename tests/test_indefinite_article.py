import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.text.indefinite_article import article_for

AN = (
    "idea apple only umbrella utter uncle urban hour hourly honest honour honorary heir heirloom unintended uninvited "
    "unimportant unimaginable unidentified unironic unissued 8 18 80 11 11-year-old 18th 8,000 onerous oil eyelid"
).split()
A = (
    "house historic hotel unit union unique uniform university universal unicorn unimodal unidirectional useful user "
    "usual usage utility European eulogy euro one one-off once-famous ubiquitous uranium ewe U.S. UK 1 10 110 180 2nd "
    "yellow year"
).split()


@pytest.mark.parametrize("word", AN)
def test_an_goes_before(word):
    assert article_for(word) == "an"


@pytest.mark.parametrize("word", A)
def test_a_goes_before(word):
    assert article_for(word) == "a"


@given(st.text())
def test_every_text_has_an_article(text):
    assert article_for(text) in ("a", "an")


@pytest.mark.parametrize("word", [*AN, *A])
def test_case_changes_nothing(word):
    assert article_for(word.upper()) == article_for(word.capitalize()) == article_for(word)
