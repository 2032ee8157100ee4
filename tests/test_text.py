import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detector.lexicon import BOUNDARY, NAME, NUMBER, UNKNOWN, Vocabulary, skeleton
from detector.text import FIRST_UPPER, HYPHENATED, SENTENCE_START, fold, iter_pieces, tokenize

WORDS = Vocabulary(["the", "cat", "sat", ".", ",", "!", "-", "on", "'s", "mat", "u.s.", "well", "known"])
TEXT = st.text(max_size=120)


def words_of(batch):
    return [WORDS.words[i] for i in batch.ids if i != BOUNDARY]


@given(TEXT)
def test_pieces_are_the_folded_text(text):
    assert "".join(iter_pieces(text)) == fold(text)
    assert len(fold(text)) == len(text)


@given(st.lists(TEXT, max_size=5))
def test_offsets_fit_and_a_batch_gives_what_each_text_alone_gives(texts):
    batch = tokenize(texts, WORDS)
    for d, text in enumerate(texts):
        alone = tokenize([text], WORDS)
        own = slice(int(batch.documents[d]), int(batch.documents[d + 1]))
        for name in ("ids", "starts", "ends", "shape"):
            assert np.array_equal(getattr(batch, name)[own], getattr(alone, name))
        kept = [text[s:e] for s, e in zip(alone.starts, alone.ends, strict=True)]
        assert sum(map(len, kept)) == sum(len(p) for p in iter_pieces(text) if not p.isspace())


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


def test_a_line_that_runs_on_is_no_paragraph_break():
    inside = tokenize(["the cat\nsat on the mat"], WORDS).ids
    apart = tokenize(["the cat\n\nsat on the mat"], WORDS).ids
    assert len(apart) == len(inside) + 2


def test_look_alikes_read_as_what_a_reader_sees():
    assert skeleton("mаt") == "mat"  # the a is Cyrillic
    assert words_of(tokenize(["the mаt"], WORDS)) == ["the", "mat"]


def test_zipf_is_wordfreq_s(models):
    import wordfreq

    vocabulary = models.measurer.vocabulary
    for word in ("the", "house", "minister", "dredging", "unfortunately"):
        assert abs(vocabulary.zipf[vocabulary[word]] - wordfreq.zipf_frequency(word, "en")) <= 0.03
