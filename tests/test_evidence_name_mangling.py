"""Names spelt wrong: one name in two ways, and a letter off a name that everyone knows."""

import pytest

from detector.evidence import name_mangling
from detector.text import tokenize


def find(models, *texts):
    measurer = models.close.measurer
    return name_mangling.find(measurer.measure(tokenize(texts, models.vocabulary)), measurer)


def mentions(*names):
    return " ".join(f"They met {name} there." for name in names)


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


MISSPELT = "She moved to the United Sttaes in spring, and he wrote to the prime minister of Australa about it."


def test_a_letter_off_a_word_that_everyone_knows_and_that_stands_well(models):
    (found,) = find(models, MISSPELT)
    assert [(e.surface, e.alternatives[0].text) for e in found] == [("Sttaes", "States"), ("Australa", "Australia")]
    assert all(MISSPELT[e.start : e.end] == e.surface and e.log10_odds > 0 for e in found)


def test_a_name_that_stands_twice_is_one(models):
    assert find(models, MISSPELT + " Of the Sttaes and of Australa she never spoke.") == [[]]


@pytest.mark.parametrize(
    "text",
    [
        "Sttaes were spoken of.",
        "He saw the sttaes there.",
        "It was in the Anglo-Sttaes war.",
        "She saw a United States_ map.",
    ],
)
def test_only_names_inside_a_sentence(models, text):
    assert find(models, text) == [[]]
