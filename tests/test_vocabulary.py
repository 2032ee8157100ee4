"""Word ids and their classes, frequencies against wordfreq, look-alike letters."""

import unicodedata

import numpy as np
import pytest
import wordfreq
from hypothesis import given
from hypothesis import strategies as st

from detector.text.vocabulary import (
    CONFUSABLE_LETTERS,
    INVISIBLE,
    LOWER,
    NUMBER,
    SPECIAL_WORDS,
    UNKNOWN,
    UPPER,
    Vocabulary,
    skeleton,
)

SMALL = Vocabulary(["the", "policy", "2", "-", "'s", ".", "?", "café"])


def test_ids_are_places_in_the_list_after_the_special_words():
    assert SMALL.words[: len(SPECIAL_WORDS)] == SPECIAL_WORDS
    assert [SMALL[w] for w in ("the", "policy")] == [len(SPECIAL_WORDS), len(SPECIAL_WORDS) + 1]
    assert SMALL.ids_of(["policy", "unheard"]).tolist() == [SMALL["policy"], UNKNOWN]
    assert SMALL.size == len(SMALL.words) == len(SPECIAL_WORDS) + 8


@pytest.mark.parametrize(
    ("piece", "expected"),
    [
        (" ", Vocabulary.SPACE),
        ("\n", Vocabulary.WIDE_SPACE),
        ("  ", Vocabulary.WIDE_SPACE),
        ("\u00a0", Vocabulary.WIDE_SPACE),
        ("2", SMALL["2"]),
        ("17", NUMBER),
        ("2nd", NUMBER),
        ("polizei", UNKNOWN),
        ("\ud800", UNKNOWN),
    ],
)
def test_unlisted_words_have_a_class(piece, expected):
    assert SMALL[piece] == expected


def test_looking_up_adds_nothing():
    before = dict(SMALL)
    assert SMALL["unheard"] == UNKNOWN
    assert dict(SMALL) == before


def test_words_marks_and_ends_are_distinguished():
    assert [w for w, flag in zip(SMALL.words, SMALL.is_word_id, strict=True) if flag] == [
        *SPECIAL_WORDS[1:], "the", "policy", "2", "café",
    ]  # fmt: skip
    assert [w for w, flag in zip(SMALL.words, SMALL.is_terminal_id, strict=True) if flag] == [".", "?"]


@pytest.mark.parametrize(
    "word", ["p\u043elicy", "\u0440\u043elicy", "pol\u200bicy", "poli\u0441\u0443", "pol\u0456cy", "polic\u00ady"]
)
def test_look_alikes_have_the_id_of_the_word_that_a_reader_sees(word):
    assert skeleton(word) == "policy"
    assert SMALL[word] == SMALL["policy"]


def test_decomposed_letters_have_the_id_of_the_composed():
    assert SMALL[unicodedata.normalize("NFD", "café")] == SMALL["café"]


@pytest.mark.parametrize("word", ["\u043c\u0438\u0440", "caf\u00e8", "policy\u0436"])
def test_a_word_that_looks_like_no_listed_one_is_unknown(word):
    assert SMALL[word] == UNKNOWN


@given(st.text())
def test_a_skeleton_is_its_own_and_holds_nothing_deceptive(text):
    once = skeleton(text)
    assert not set(once) & {*CONFUSABLE_LETTERS, *INVISIBLE}
    assert skeleton(unicodedata.normalize("NFC", once)) == unicodedata.normalize("NFC", once)


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_plain_text_is_its_own_skeleton(text):
    assert skeleton(text) == text


def test_confusables_look_like_plain_letters():
    assert all(
        len(k) == 1 and not k.isascii() and v in "abcdefghijklmnopqrstuvwxyz" for k, v in CONFUSABLE_LETTERS.items()
    )


def test_frequencies_are_wordfreq_s(models):
    vocabulary = models.vocabulary
    rng = np.random.default_rng(0)
    plain = [i for i, w in enumerate(vocabulary.words) if w.isascii() and w.isalpha()]
    sample = [*plain[:200], *rng.choice(plain, 800, replace=False).tolist()]
    theirs = np.array([wordfreq.zipf_frequency(vocabulary.words[i], "en") for i in sample])
    ours = vocabulary.zipf[sample]
    known = theirs > 0
    assert known.mean() > 0.8
    # Half a stored step of 0.04, and wordfreq's own rounding to 0.01.
    assert np.abs(ours - theirs)[known].max() <= 0.026


def test_the_shipped_vocabulary_is_large_and_has_the_everyday_words(models):
    vocabulary = models.vocabulary
    assert 100_000 <= vocabulary.size <= 131_072
    assert len(set(vocabulary.words)) == vocabulary.size
    assert all(
        vocabulary[w] > UNKNOWN for w in ("the", "of", "may", "first", "nationwide", "doable", "yr", ".", "-", "'s")
    )
    assert vocabulary.zipf[vocabulary["the"]] == vocabulary.zipf.max()


def test_usual_case_is_how_people_write_the_word(models):
    vocabulary = models.vocabulary
    case = {w: vocabulary.usual_case[vocabulary[w]] for w in ("house", "river", "london", "tuesday", "fbi", "bbc")}
    assert case["house"] == case["river"] == LOWER
    assert case["london"] != LOWER
    assert case["tuesday"] != LOWER
    assert case["fbi"] == case["bbc"] == UPPER
