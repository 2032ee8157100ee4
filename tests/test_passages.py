"""Passages: every word in one passage, whole paragraphs if lengths allow, the same in a batch as alone."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.text.passages import _MAX_PASSAGE_WORDS, _MIN_PASSAGE_WORDS, PASSAGE_WORDS, split_passages
from detector.text.tokens import tokenize
from detector.text.vocabulary import Vocabulary

WORDS = Vocabulary(["word", ".", ",", "mr", "the"])


def passages(*texts):
    batch = tokenize(texts, WORDS)
    return batch, split_passages(batch)


def sizes(text):
    batch, p = passages(text)
    return [int(batch.is_word[a:b].sum()) for a, b in zip(p.first, p.last, strict=True)]


def sentences(n, words=10):
    return " ".join("Word" + " word" * (words - 1) + "." for _ in range(n))


PARAGRAPH = st.builds(sentences, st.integers(0, 30), st.integers(1, 40))
DOCUMENT = st.lists(st.one_of(PARAGRAPH, st.text(max_size=20)), max_size=8).map("\n\n".join)


@settings(deadline=None, max_examples=40)
@given(st.lists(DOCUMENT, max_size=4))
def test_every_word_is_in_one_passage_and_order_is_kept(texts):
    batch, p = passages(*texts)
    assert (p.first < p.last).all()
    assert (p.first[1:] >= p.last[:-1]).all()
    assert (np.diff(p.document) >= 0).all()
    covered = np.zeros(len(batch.ids), dtype=int)
    for i, (first, last) in enumerate(zip(p.first, p.last, strict=True)):
        covered[first:last] += 1
        assert set(batch.document_of[first:last].tolist()) == {p.document[i]}
        assert (p.of_token[first:last] == i).all()
        assert batch.is_word[first:last].any()
    assert (covered[batch.is_word] == 1).all()
    assert ((p.of_token >= 0) == (covered == 1)).all()


@settings(deadline=None, max_examples=40)
@given(st.lists(DOCUMENT, max_size=4))
def test_a_batch_gives_the_passages_of_each_document(texts):
    batch, together = passages(*texts)
    for d, text in enumerate(texts):
        alone = passages(text)[1]
        own = together.document == d
        assert (together.first[own] - batch.documents[d]).tolist() == alone.first.tolist()
        assert (together.last[own] - batch.documents[d]).tolist() == alone.last.tolist()


@settings(deadline=None, max_examples=40)
@given(DOCUMENT)
def test_no_passage_but_the_only_one_is_short(text):
    found = sizes(text)
    assert len(found) <= 1 or min(found) >= _MIN_PASSAGE_WORDS


def test_without_words_there_is_no_passage():
    assert sizes("") == sizes("... !") == sizes("\n\n \n") == []


def test_short_paragraphs_are_taken_together():
    assert sizes("\n\n".join([sentences(3)] * 4)) == [120]
    # The first closes at the paragraph end after PASSAGE_WORDS words; the rest is long enough to stand alone.
    assert sizes("\n\n".join([sentences(3)] * 6)) == [120, 60]


def test_a_short_rest_joins_the_passage_before_it():
    assert sizes(sentences(12) + "\n\n" + sentences(2)) == [140]


def test_a_long_paragraph_is_cut_between_sentences():
    text = sentences(40)
    batch, p = passages(text)
    assert sizes(text) == [100, 100, 100, 100]
    for last in p.last.tolist():
        assert batch.surface(last - 1, last) == "."


def test_a_paragraph_of_one_endless_sentence_is_left_whole():
    assert sizes("word " * 500) == [500]


def test_a_paragraph_up_to_the_limit_is_left_whole():
    assert sizes(sentences(_MAX_PASSAGE_WORDS // 10)) == [_MAX_PASSAGE_WORDS]
    assert PASSAGE_WORDS < _MAX_PASSAGE_WORDS
