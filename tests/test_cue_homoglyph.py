"""Look-alike letters: every disguise of a listed word is found, and no honest text is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.cues import homoglyph
from detector.model_store import load_models
from detector.text.tokens import tokenize
from detector.text.vocabulary import CONFUSABLE_LETTERS

BY_LATIN = {}
for foreign, latin in CONFUSABLE_LETTERS.items():
    if foreign not in "ıɑɡ":
        BY_LATIN.setdefault(latin, []).append(foreign)
PLAIN = "our patient policy was shown by five economists in school"


def find(*texts):
    extractor = load_models().close.extractor
    return homoglyph.find(extractor.extract(tokenize(texts, extractor.vocabulary)), extractor.vocabulary)


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_every_disguise_of_some_letters_is_found(data):
    word = data.draw(st.sampled_from(["patient", "policy", "shown", "economists", "school"]))
    place = data.draw(st.sampled_from([i for i, c in enumerate(word) if c in BY_LATIN]))
    disguised = word[:place] + data.draw(st.sampled_from(BY_LATIN[word[place]])) + word[place + 1 :]
    text = PLAIN.replace(word, disguised)
    (found,) = find(text)
    assert [(e.surface, e.alternatives[0].text) for e in found] == [(disguised, word)]
    assert text[found[0].start : found[0].end] == disguised


@pytest.mark.parametrize("mark", ["\u200b", "\u200c", "\u2060"])
@pytest.mark.parametrize("place", [1, 3, 6])
def test_invisible_marks_inside_a_word_are_found(mark, place):
    word = "patient"[:place] + mark + "patient"[place:]
    ((e,),) = find(f"The {word} slept.")
    assert (e.surface, e.alternatives[0].text) == (word, "patient")


def test_capitals_keep_their_case_in_what_was_meant():
    ((e,),) = find("The \u0421ommittee met.")
    assert e.alternatives[0].text == "Committee"


@pytest.mark.parametrize(("word", "meant"), [("αji", None), ("τon", None), ("αnd", "and"), ("plαn", "plan")])
def test_a_symbol_with_indices_is_no_word_in_disguise(word, meant):
    (found,) = find(f"Here {word} stands.")
    assert [e.alternatives[0].text for e in found] == ([meant] if meant else [])


@settings(deadline=None, max_examples=60)
@given(st.text(alphabet=st.characters(max_codepoint=0x24F)))
def test_latin_text_holds_none(text):
    assert find(text.replace("\u0131", "")) == [[]]


@settings(deadline=None, max_examples=60)
@given(st.text())
def test_what_is_found_stands_there(text):
    for e in find(text)[0]:
        assert text[e.start : e.end] == e.surface


def test_documents_are_told_apart():
    first, second, third = find("A p\u043elicy.", "A policy.", "Two: a p\u043elicy.")
    assert len(first) == len(third) == 1
    assert second == []
    assert third[0].start == 7
