"""Look-alike letters: every disguise of a word is reported as damage, with its place in the text as given."""

import unicodedata
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector import detect, detect_many
from detector.cues.homoglyph import CUE
from detector.text.normalization import normalize

ASCII = st.text(alphabet=st.characters(max_codepoint=0x7F))

# Small letters of other alphabets by the Latin letter that each looks like.
BY_LATIN: dict[str, list[str]] = {}
for line in resources.files("detector").joinpath("data/confusables.txt").read_text(encoding="utf-8").splitlines():
    if line[:1] != "#":
        foreign, latin = (chr(int(x, 16)) for x in line.split(" ; ")[:2])
        if foreign.islower() and unicodedata.name(foreign).startswith(("CYRILLIC", "GREEK")):
            BY_LATIN.setdefault(latin, []).append(foreign)
PLAIN = "our patient policy was shown by five economists in school"


def of_cue(report):
    assert all(e.cue != CUE.id for e in report.evidence)  # damage, which says nothing of spinning
    return [d for d in report.damage if d.kind == CUE.id]


def find(text):
    return of_cue(detect(text))


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_every_disguise_of_a_letter_is_found(data):
    word = data.draw(st.sampled_from(["patient", "policy", "shown", "economists", "school"]))
    place = data.draw(st.sampled_from([i for i, c in enumerate(word) if c in BY_LATIN and 0 < i < len(word) - 1]))
    disguised = word[:place] + data.draw(st.sampled_from(BY_LATIN[word[place]])) + word[place + 1 :]
    text = PLAIN.replace(word, disguised)
    (found,) = normalize(text).damage
    assert (found.surface, found.repaired) == (disguised, word)
    assert text[found.start : found.end] == disguised


@pytest.mark.parametrize("mark", ["\u200b", "\u200c", "\u2060"])
@pytest.mark.parametrize("place", [1, 3, 6])
def test_invisible_marks_inside_a_word_are_found(mark, place):
    word = "patient"[:place] + mark + "patient"[place:]
    (found,) = find(f"The {word} slept.")
    assert (found.surface, found.start, found.alternatives[0].text) == (word, 4, "patient")
    assert "“patient”" in found.message


def test_capitals_keep_their_case_in_the_intended_word():
    (found,) = find("The \u0421ommittee met.")
    assert found.alternatives[0].text == "Committee"


@pytest.mark.parametrize(("word", "meant"), [("αji", None), ("τon", None), ("αnd", "and"), ("plαn", "plan")])
def test_a_symbol_with_indices_is_not_a_word_in_disguise(word, meant):
    assert [d.alternatives[0].text for d in find(f"Here {word} stands.")] == ([meant] if meant else [])


@settings(deadline=None, max_examples=60)
@given(ASCII, st.characters(min_codepoint=0xA0, max_codepoint=0x24F), ASCII)
def test_latin_text_holds_none(before, letter, after):
    # One such letter at a time: two may be a letter of another script that was read in the wrong encoding ("Ð°").
    assert normalize(before + letter + after).damage == ()


@settings(deadline=None, max_examples=60)
@given(st.text())
def test_findings_have_the_text_of_their_spans(text):
    for found in normalize(text).damage:
        assert text[found.start : found.end] == found.surface


def test_documents_are_kept_apart():
    first, second, third = map(of_cue, detect_many(["A p\u043elicy.", "A policy.", "Two: a p\u043elicy."]))
    assert len(first) == len(third) == 1
    assert second == []
    assert third[0].start == 7
