"""The language model against KenLM, which reads its ARPA export, and against the axioms of probability."""

import kenlm
import numpy as np
import pytest

from detector.lexicon import BOUNDARY, Vocabulary
from detector.training.language_model import build_language_model, estimate, write_arpa

SUBJECTS = ["the cat", "a dog", "the old captain", "a young doctor", "the harbour"]
VERBS = ["saw", "crossed", "left", "painted", "sold"]
OBJECTS = ["the boat", "a house", "the old road", "a green door", "the harbour"]


@pytest.fixture(scope="module")
def sentences():
    rng = np.random.default_rng(1)
    return [
        f"{SUBJECTS[rng.integers(5)]} {VERBS[rng.integers(5)]} {OBJECTS[rng.integers(5)]} .".split() for _ in range(300)
    ]


@pytest.fixture(scope="module")
def vocabulary(sentences):
    return Vocabulary(sorted({w for s in sentences for w in s}))


@pytest.fixture(scope="module")
def ngrams(sentences, vocabulary):
    ids = [BOUNDARY, BOUNDARY]
    for sentence in sentences:
        ids += [*vocabulary.ids_of(sentence), BOUNDARY, BOUNDARY]
    return estimate(np.array(ids, dtype=np.int32), vocabulary.size, 10_000, 10_000)


def stream(vocabulary, sentence):
    return np.array([BOUNDARY, *vocabulary.ids_of(sentence), BOUNDARY], dtype=np.int32)


def test_kenlm_reads_the_export_and_agrees_word_by_word(ngrams, vocabulary, sentences, tmp_path):
    path = tmp_path / "model.arpa"
    write_arpa(ngrams, vocabulary.words, path)
    reference = kenlm.Model(str(path))
    ours = build_language_model(ngrams)
    unseen = "a green harbour painted the young dog .".split()
    for sentence in [*sentences[:40], unseen]:
        theirs = [p for p, _, _ in reference.full_scores(" ".join(sentence))]
        log10_prob = ours.log10_prob(stream(vocabulary, sentence))[1:]
        # Half a step of the quantised probability, and of the back-off weights that were added to it.
        assert np.abs(np.array(theirs) - log10_prob).max() < 0.06


def test_probabilities_sum_to_one(ngrams, vocabulary):
    model = build_language_model(ngrams)
    every = np.arange(vocabulary.size, dtype=np.int32)
    for context in ("the cat", "a green", "sold the", "captain captain"):
        u, v = vocabulary.ids_of(context.split())
        total = (10.0 ** model.trigram(np.full_like(every, u), np.full_like(every, v), every)[0]).sum()
        assert total == pytest.approx(1, abs=0.05)


def test_pruning_keeps_probabilities_summing_to_one(sentences, vocabulary):
    ids = np.concatenate([stream(vocabulary, s) for s in sentences])
    model = build_language_model(estimate(ids, vocabulary.size, 40, 30))
    every = np.arange(vocabulary.size, dtype=np.int32)
    u, v = vocabulary.ids_of(["the", "old"])
    total = (10.0 ** model.trigram(np.full_like(every, u), np.full_like(every, v), every)[0]).sum()
    assert total == pytest.approx(1, abs=0.05)


def test_what_people_say_is_likelier(models):
    lm, vocabulary = models.measurer.language_model, models.measurer.vocabulary
    for usual, odd in (("the prime minister said", "the prime minister mentioned"), ("last year", "final year")):
        a = lm.log10_prob(vocabulary.ids_of(["of", *usual.split()])).sum()
        b = lm.log10_prob(vocabulary.ids_of(["of", *odd.split()])).sum()
        assert a > b
