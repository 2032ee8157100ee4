"""Articles that disagree with the next word: what is put right agrees and keeps its case."""

import pytest

from detector.cues import agreement
from detector.text.indefinite_article import article_for
from detector.text.tokens import tokenize


def find(models, *texts):
    extractor = models.close.extractor
    return agreement.find(extractor.extract(tokenize(texts, models.vocabulary)), extractor)


@pytest.mark.parametrize(
    ("text", "surface", "right"),
    [
        ("It was a important day.", "a important", "an important"),
        ("It was an large house.", "an large", "a large"),
        ("A orange door.", "A orange", "An orange"),
        ("An large door.", "An large", "A large"),
        ("“A orange door”, she said.", "A orange", "An orange"),
        ("He was a honest man.", "a honest", "an honest"),
        ("It is an unique clock.", "an unique", "a unique"),
        ("She kept a old letter.", "a old", "an old"),
    ],
)
def test_what_is_put_right_agrees_and_keeps_its_case(models, text, surface, right):
    ((e,),) = find(models, text)
    assert (e.surface, e.alternatives[0].text) == (surface, right)
    assert text[e.start : e.end] == surface
    assert right.split()[0].lower() == article_for(right.split()[1])


@pytest.mark.parametrize(
    "text",
    [
        "Plan A illustrates it.",  # a label
        "TAKE A ORANGE BUS",  # a shouted line
        "a  orange",  # not side by side
        "a\n\norange",
        "It was a Ouagadougou bus.",  # a name
        "an FBI file, an eBay sale and an x-ray",
        "an heirloom, a euphemism, a one-armed man",
        "an historic hall beside an hotel",  # good writers have either
    ],
)
def test_near_misses(models, text):
    assert find(models, text) == [[]]


def test_every_place_and_every_document_counts(models):
    first, second, third = find(models, "a orange and a island", "an orange", "an garden")
    assert [e.surface for e in first] == ["a orange", "a island"]
    assert second == []
    assert [e.surface for e in third] == ["an garden"]
