"""One name spelt two ways: which differences count, and which of the two is blamed."""

import pytest

from detector.evidence import name_mangling
from detector.evidence.name_mangling import _one_apart
from detector.text import tokenize


def find(models, *texts):
    vocabulary = models.vocabulary
    return name_mangling.find(models.close.measurer.measure(tokenize(texts, vocabulary)), vocabulary)


def mentions(*names):
    return " ".join(f"They met {name} there." for name in names)


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
    assert _one_apart(a, b)
    assert _one_apart(b, a)


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
    assert not _one_apart(a, b)
    assert not _one_apart(b, a)


def test_the_rarer_spelling_is_blamed_wherever_it_stands(models):
    text = mentions("Halvorssen", "Halvorsen", "Halvorsen", "Halvorsen")
    ((e,),) = find(models, text)
    assert e.surface == text[e.start : e.end] == "Halvorssen"
    assert e.alternatives[0].text == "Halvorsen"


def test_a_name_that_everyone_knows_is_not_blamed_for_a_rare_look_alike(models):
    ((e,),) = find(models, mentions("Bidden", "Biden", "Biden"))
    assert (e.surface, e.alternatives[0].text) == ("Bidden", "Biden")


def test_names_are_compared_within_one_document(models):
    assert find(models, mentions("Halvorssen"), mentions("Halvorsen", "Halvorsen")) == [[], []]


@pytest.mark.parametrize("names", [("Leon", "Leona", "Leona"), ("HALVORSSEN", "HALVORSEN", "HALVORSEN"), ("Ek", "Eck")])
def test_near_misses(models, names):
    assert find(models, mentions(*names)) == [[]]


def test_a_word_that_opens_a_sentence_is_no_name_for_that(models):
    assert find(models, "Rivers rose. Rovers lost. Rivers fell again. Rivers froze.") == [[]]
