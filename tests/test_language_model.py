"""The language model against KenLM, which reads its ARPA export, and against the axioms of probability."""

import kenlm
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.estimators.language_model import ID_BITS, dequantise, quantise
from detector.text.vocabulary import BOUNDARY, Vocabulary
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


def exact_log10_prob(ngrams, ids):
    """The unquantised model word by word, as the ARPA format defines it: the longest listed n-gram, or back-off."""
    bigrams = {
        int(k): (p, b) for k, p, b in zip(ngrams.bigram_keys, ngrams.bigram_prob, ngrams.bigram_back_off, strict=True)
    }
    trigrams = dict(zip(map(int, ngrams.trigram_keys), ngrams.trigram_prob, strict=True))

    def pair(v, w):
        if (v << ID_BITS) | w in bigrams:
            return bigrams[(v << ID_BITS) | w][0]
        return ngrams.unigram_back_off[v] + ngrams.unigram_prob[w]

    out = [pair(ids[0], ids[1])]
    for u, v, w in zip(ids, ids[1:], ids[2:], strict=False):
        key = (u << 2 * ID_BITS) | (v << ID_BITS) | w
        out.append(trigrams[key] if key in trigrams else bigrams.get((u << ID_BITS) | v, (0, 0.0))[1] + pair(v, w))
    return np.array(out)


@pytest.mark.parametrize(("max_bigrams", "max_trigrams"), [(10_000, 10_000), (60, 40), (30, 0)])
def test_kenlm_agrees_to_the_last_digit_before_quantisation(sentences, vocabulary, tmp_path, max_bigrams, max_trigrams):
    ids = np.concatenate([[BOUNDARY], *(stream(vocabulary, s) for s in sentences)]).astype(np.int32)
    ngrams = estimate(ids, vocabulary.size, max_bigrams, max_trigrams)
    assert len(ngrams.bigram_keys) <= max_bigrams
    assert len(ngrams.trigram_keys) <= max_trigrams
    path = tmp_path / "model.arpa"
    write_arpa(ngrams, vocabulary.words, path)
    reference = kenlm.Model(str(path))
    for sentence in [*sentences[:20], "a green harbour painted the young dog .".split(), ["captain"] * 5]:
        theirs = [p for p, _, _ in reference.full_scores(" ".join(sentence))]
        ours = exact_log10_prob(ngrams, stream(vocabulary, sentence).tolist())
        assert ours == pytest.approx(theirs, abs=2e-5)


def test_unquantised_probabilities_sum_to_one(ngrams, vocabulary):
    every = range(vocabulary.size)
    for context in ("the cat", "a green", "sold the", "captain captain"):
        u, v = vocabulary.ids_of(context.split()).tolist()
        assert sum(10 ** exact_log10_prob(ngrams, [u, v, w])[1] for w in every) == pytest.approx(1, abs=1e-6)
    assert (10**ngrams.unigram_prob).sum() == pytest.approx(1)


def test_pairs_are_counted_by_their_contexts():
    # Bigrams are counted plainly after a boundary, by the contexts in which they stand inside.
    x, y, z = 4, 5, 6
    ids = np.array([0, 0, x, y, 0, 0, x, y, 0, 0, x, z, 0, 0], dtype=np.int32)
    n = estimate(ids, 7, 100, 100)
    assert {int(k) for k in n.bigram_keys} == {(v << ID_BITS) | w for v, w in [(0, x), (x, y), (x, z), (y, 0), (z, 0)]}
    listed = dict(zip(n.bigram_keys.tolist(), 10**n.bigram_prob, strict=True))
    # After a boundary nothing but x was ever seen; after y and z nothing but a boundary.
    assert listed[x] > 0.5
    assert listed[(x << ID_BITS) | y] == pytest.approx(listed[(x << ID_BITS) | z])  # one context each


@given(st.floats(-8, 0), st.integers(1, 16))
def test_quantising_errs_by_half_a_step(x, bits):
    limits = (-8.0, 0.0)
    back = dequantise(quantise(np.array([x]), limits, bits).astype(np.uint32), limits, bits)[0]
    assert abs(back - x) <= 4.0 / ((1 << bits) - 1) + 1e-5


def test_boundaries_have_no_probability_after_boundaries(ngrams, vocabulary):
    ids = np.array([0, 0, *vocabulary.ids_of(["the", "cat"]), 0, 0], dtype=np.int32)
    log10_prob = build_language_model(ngrams).log10_prob(ids)
    assert log10_prob[[1, 5]].tolist() == [0, 0]
    assert (log10_prob[[2, 3, 4]] < 0).all()


@pytest.mark.parametrize("n", [0, 1, 2])
def test_short_streams(ngrams, n):
    assert len(build_language_model(ngrams).log10_prob(np.zeros(n, dtype=np.int32))) == n


def test_probabilities_sum_to_one(ngrams, vocabulary):
    model = build_language_model(ngrams)
    every = np.arange(vocabulary.size, dtype=np.int32)
    for context in ("the cat", "a green", "sold the", "captain captain"):
        u, v = vocabulary.ids_of(context.split())
        total = (10.0 ** model.trigram(np.full_like(every, u), np.full_like(every, v), every)).sum()
        assert total == pytest.approx(1, abs=0.05)


def test_pruning_keeps_probabilities_summing_to_one(sentences, vocabulary):
    ids = np.concatenate([stream(vocabulary, s) for s in sentences])
    model = build_language_model(estimate(ids, vocabulary.size, 40, 30))
    every = np.arange(vocabulary.size, dtype=np.int32)
    u, v = vocabulary.ids_of(["the", "old"])
    total = (10.0 ** model.trigram(np.full_like(every, u), np.full_like(every, v), every)).sum()
    assert total == pytest.approx(1, abs=0.05)


def test_wordings_of_people_are_likelier(models):
    lm, vocabulary = models.full.extractor.language_model, models.vocabulary
    for usual, odd in (("the prime minister said", "the prime minister mentioned"), ("last year", "final year")):
        a = lm.log10_prob(vocabulary.ids_of(["of", *usual.split()])).sum()
        b = lm.log10_prob(vocabulary.ids_of(["of", *odd.split()])).sum()
        assert a > b
