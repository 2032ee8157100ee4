import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from detector.text.tokens import (
    ALL_UPPER,
    DOCUMENT_MARGIN,
    FIRST_UPPER,
    HYPHENATED,
    MIXED_CASE,
    SENTENCE_START,
    WORD,
    fold,
    iter_pieces,
    tokenize,
)
from detector.text.vocabulary import BOUNDARY, NAME, NUMBER, UNKNOWN, Vocabulary, skeleton

WORDS = Vocabulary(["the", "cat", "sat", ".", ",", "!", "-", "on", "'s", "mat", "u.s.", "well", "known"])
# Any string that Python holds, and more of the hard cases: lone surrogates, line ends, accents that combine, capitals
# with two code points in lower case, look-alikes, emoji.
HARD = (
    *("\ud800", "\udfff", "\r\n", "\n\n", "\n", "\t", "\u00a0", "\u2028", "e\u0301", "\u0130", "\u1e9e", "\ufb01", "ß"),
    *("🙂", "👨\u200d👩", "\u00ad", "\u200b", "\ufeff", "’", "“", "—", "‑", "Ǆ", "ΌΣ", " ", "-"),
)
TEXT = st.lists(
    st.one_of(
        st.text(max_size=30),
        st.text(alphabet=st.characters(), max_size=20),
        st.sampled_from([*HARD, *"the cat's U.S. 1,000 2nd http://a.b x@y.z don't — sat. on-the 'A.".split()]),
    ),
    max_size=8,
).map("".join)


def words_of(batch):
    return [WORDS.words[i] for i in batch.ids if i != BOUNDARY]


@given(TEXT)
def test_pieces_are_the_folded_text(text):
    assert "".join(iter_pieces(text)) == fold(text)
    assert len(fold(text)) == len(text)


@example(["the cat", "— sat"])
@example(["the cat\n", "sat"])
@example(["the", "\ncat"])
@example(["", "", "the"])
@given(st.lists(TEXT, max_size=5))
def test_offsets_fit_and_a_batch_gives_the_tokens_of_each_text(texts):
    batch = tokenize(texts, WORDS)
    for d, text in enumerate(texts):
        alone = tokenize([text], WORDS)
        own = slice(int(batch.documents[d]), int(batch.documents[d + 1]))
        for name in ("ids", "starts", "ends", "shape"):
            assert np.array_equal(getattr(batch, name)[own], getattr(alone, name))
        kept = [text[s:e] for s, e in zip(alone.starts, alone.ends, strict=True)]
        assert sum(map(len, kept)) == sum(len(p) for p in iter_pieces(text) if not p.isspace())


@given(TEXT)
def test_the_tokens_of_a_text_are_its_pieces_in_order(text):
    batch = tokenize([text], WORDS)
    kept = batch.ends > batch.starts
    folded = fold(text)  # of the whole: a sigma is written otherwise at the end of a word
    surfaces = [folded[a:b] for a, b in zip(batch.starts[kept], batch.ends[kept], strict=True)]
    assert surfaces == [p for p in iter_pieces(text) if not p.isspace()]
    assert (batch.starts[1:] >= batch.ends[:-1]).all()
    assert (batch.ids[~kept] == BOUNDARY).all()
    assert (batch.ids[kept] != BOUNDARY).all()


@given(TEXT)
def test_every_document_has_margins_and_no_token_outside_itself(text):
    batch = tokenize([text, text], WORDS)
    for first, stop in zip(batch.documents[:-1], batch.documents[1:], strict=True):
        ids = batch.ids[first:stop]
        assert (ids[:DOCUMENT_MARGIN] == BOUNDARY).all()
        assert (ids[-DOCUMENT_MARGIN:] == BOUNDARY).all()
        assert batch.ends[first:stop].max() <= len(text)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("don’t", ["don't"]),
        ("dogs' barks", ["dogs", "'", " ", "barks"]),
        ("the mayor’s plan", ["the", " ", "mayor", "'s", " ", "plan"]),
        ("1,000.5 on 3.", ["1,000.5", " ", "on", " ", "3", "."]),
        ("at 10:30, the 21st", ["at", " ", "10:30", ",", " ", "the", " ", "21st"]),
        ("see https://a.b/c?d=e now", ["see", " ", "https://a.b/c?d=e", " ", "now"]),
        ("mail x.y@z.org!", ["mail", " ", "x", ".", "y@z.org", "!"]),
        ("well-known", ["well", "-", "known"]),
        ("the U.S. and U.K.", ["the", " ", "u.s.", " ", "and", " ", "u.k."]),
        ("\r\n\r\nThe", ["\r\n\r\n", "the"]),
        ("cafe\u0301s", ["cafe\u0301s"]),
        ("co\u00adoperate", ["co\u00adoperate"]),
        ("", []),
    ],
)
def test_pieces(text, pieces):
    assert iter_pieces(text) == pieces


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_line_ends_of_any_system_break_paragraphs_alike(line_end):
    text = "the cat{0}sat.{0}On the mat{0}{0}the cat".replace("{0}", line_end)
    ids = tokenize([text], WORDS).ids.tolist()
    assert ids == tokenize([text.replace("\r\n", "\n")], WORDS).ids.tolist()
    assert ids.count(BOUNDARY) == 2 * DOCUMENT_MARGIN + 2 * 2  # after "sat." and at the blank line


@pytest.mark.parametrize(
    ("word", "bits"),
    [
        ("on", WORD),
        ("On", WORD | FIRST_UPPER),
        ("ON", WORD | FIRST_UPPER | ALL_UPPER),
        ("iPhone", WORD | MIXED_CASE),
        ("McDonald", WORD | FIRST_UPPER | MIXED_CASE),
        ("I", WORD | FIRST_UPPER),
        ("17", WORD),
        ("%", 0),
        ("’", 0),
        ("🙂", 0),
        ("½", WORD),
    ],
)
def test_shape_bits(word, bits):
    batch = tokenize([f"the cat {word} cat"], WORDS)
    (at,) = np.flatnonzero((batch.starts == 8) & (batch.ends == 8 + len(word)))
    assert batch.shape[at] == bits


def test_classes_of_words():
    batch = tokenize(["The cat sat on 17 Zork, flurb the U.S. mat's."], WORDS)
    assert words_of(batch) == [
        "the", "cat", "sat", "on", "<num>", "<name>", ",", "<unk>", "the", "u.s.", "mat", "'s", ".",
    ]  # fmt: skip
    assert (NUMBER, NAME, UNKNOWN) == (2, 3, 1)


def test_n_words_counts_words_and_numbers_but_no_clitics_or_marks():
    assert tokenize(["The cat's 3 mats!"], WORDS).n_words.tolist() == [4]


def test_shape_says_capitals_sentence_starts_and_hyphens():
    batch = tokenize(['The cat sat. "On the well-known Mat'], WORDS)
    shape = {batch.texts[0][s:e]: f for s, e, f in zip(batch.starts, batch.ends, batch.shape, strict=True) if e > s}
    assert shape["The"] & FIRST_UPPER
    assert shape["The"] & SENTENCE_START
    assert shape["On"] & SENTENCE_START
    assert shape["Mat"] & FIRST_UPPER
    assert not shape["Mat"] & SENTENCE_START
    assert shape["well"] & HYPHENATED
    assert not shape["cat"] & HYPHENATED


def test_a_line_that_runs_on_is_not_a_paragraph_break():
    inside = tokenize(["the cat\nsat on the mat"], WORDS).ids
    apart = tokenize(["the cat\n\nsat on the mat"], WORDS).ids
    assert len(apart) == len(inside) + 2


def test_look_alikes_read_as_the_letters_that_a_reader_sees():
    assert skeleton("mаt") == "mat"  # the a is Cyrillic
    assert words_of(tokenize(["the mаt"], WORDS)) == ["the", "mat"]


def test_zipf_is_wordfreq_s(models):
    import wordfreq

    vocabulary = models.vocabulary
    for word in ("the", "house", "minister", "dredging", "unfortunately"):
        assert abs(vocabulary.zipf[vocabulary[word]] - wordfreq.zipf_frequency(word, "en")) <= 0.03
