"""The topic of a document: vectors by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from detector.estimators.context_model import WordVectors
from detector.restore.topic import topic_fit, topics
from detector.scoring.tokens import DocumentTermCounts
from detector.text.vocabulary import SPECIAL_WORDS, Vocabulary

FIRST = len(SPECIAL_WORDS)
SHIP, SAIL, BANK, THE, COMMA, ODD = range(FIRST, FIRST + 6)


@pytest.fixture
def vocabulary():
    zipf = np.zeros(FIRST + 6, np.float32)
    zipf[FIRST:] = [4.5, 4.5, 4.5, 7.5, 7.0, 1.0]
    return Vocabulary(["ship", "sail", "bank", "the", ",", "odd"], zipf)


@pytest.fixture
def vectors():
    """Ships and sails point one way, banks another, "the" between; "odd" is beyond the last row."""
    embedding = np.zeros((FIRST + 5, 2), np.int8)
    embedding[[SHIP, SAIL, BANK, THE, COMMA]] = [(100, 0), (50, 0), (0, 10), (70, 70), (-90, 90)]
    scale = np.ones(len(embedding), np.float16)
    return WordVectors(embedding, scale, embedding, scale, np.zeros((1, 1), dtype=np.uint16))


def term_counts(vocabulary, *documents):
    """Return the term_counts of documents of words, {word: times} each."""
    rows = [(d * vocabulary.size + word, n) for d, words in enumerate(documents) for word, n in sorted(words.items())]
    keys, counts = np.array(rows).T
    return DocumentTermCounts(keys, counts, vocabulary.size, np.zeros(len(documents)))


def test_a_topic_is_the_sum_of_rare_words_and_marks_and_common_ones_say_nothing(vocabulary, vectors):
    found = topics(
        term_counts(vocabulary, {SHIP: 2, BANK: 1, THE: 9, COMMA: 9, ODD: 1}, {SAIL: 1}), vectors, vocabulary
    )
    assert found == pytest.approx(np.array([(4.0, 2.0), (2.0, 0.0)]))


def test_a_word_is_compared_with_the_rest_of_its_document(vocabulary, vectors):
    words = term_counts(vocabulary, {SHIP: 2, BANK: 1}, {BANK: 1})
    # Places of the first document where "bank" and a "ship" stand, and of the second where "bank" does.
    batch = SimpleNamespace(ids=np.array([BANK, SHIP, BANK]), document_of=np.array([0, 0, 1]))
    heads, originals = np.array([0, 0, 1, 1, 2]), np.array([SAIL, BANK, SAIL, ODD, SAIL])
    m = SimpleNamespace(batch=batch, term_counts=words, substitute_head=heads, original_head=originals)
    original, substitute = topic_fit(m, vectors, vocabulary).T
    # Without "bank" all is about ships; without one ship, of two, as much about either; and then nothing is left.
    assert original == pytest.approx([1.0, 0.0, np.sqrt(0.5), 0.0, 0.0], abs=1e-6)
    assert substitute == pytest.approx([0.0, 0.0, np.sqrt(0.5), np.sqrt(0.5), 0.0], abs=1e-6)
