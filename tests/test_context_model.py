"""The context models against plain sums, and independence of the other documents of a batch."""

from dataclasses import replace

import numpy as np
import pytest

from detector.estimators.context_model import BLOCK, REACH, TOPIC_BLOCKS, shape_class
from detector.text.tokens import tokenize
from detector.text.vocabulary import BOUNDARY, UNKNOWN

TEXTS = [
    "The harbour office opened late on Tuesday. Nobody on the quay could say why.\n\nA clerk blamed the tide tables.",
    "No.",
    "Two ferries waited off the breakwater, engines idling, while the pilot argued with the duty officer ashore "
    "about whether the channel had been swept since the storm and who would sign for it.",
]


def plain_queries(model, batch):
    """The vectors place by place, in double precision and without fixed point."""
    vectors, w = model.vectors, model.weights
    ids = model.known(batch.ids)
    x = vectors.embedding[ids].astype(float) * vectors.embedding_scale[ids].astype(float)[:, None]
    shapes = shape_class(batch.shape)
    n, d = x.shape
    out = []
    for i in range(n):
        doc = int(batch.document_of[i])
        low, high = int(batch.documents[doc]), int(batch.documents[doc + 1])
        near = [x[j] if 0 <= j < n else np.zeros(d) for j in range(i - REACH, i + REACH + 1) if j != i]
        block = low + (i - low) // BLOCK * BLOCK
        wide = x[max(low, block - TOPIC_BLOCKS * BLOCK) : min(high, block + (TOPIC_BLOCKS + 1) * BLOCK)]
        topic = (wide.sum(axis=0) - x[i]) / ((2 * TOPIC_BLOCKS + 1) * BLOCK)
        hidden = np.concatenate([*near, topic]) @ w.window.astype(float) + w.shape[shapes[i]].astype(float)
        hidden = np.maximum(hidden, 0)
        hidden = hidden + np.maximum(hidden @ w.inner.astype(float) + w.inner_bias.astype(float), 0)
        out.append(hidden @ w.query.astype(float) + w.query_bias.astype(float))
    return np.array(out)


@pytest.fixture(params=["screen", "full"])
def model(request, models):
    return getattr(models, request.param).extractor.context_model


def test_queries_are_the_plain_sums(models, model):
    batch = tokenize(TEXTS, models.vocabulary)
    plain = plain_queries(model, batch)
    place_vectors = model.place_vectors(batch)
    assert np.abs(place_vectors - plain)[batch.is_word].max() < 0.1 * np.abs(plain).std()
    assert not place_vectors[~batch.is_word].any()


def test_a_batch_gives_the_results_of_each_document(models, model):
    batch = tokenize(TEXTS, models.vocabulary)
    together = model.place_vectors(batch)
    for d, text in enumerate(TEXTS):
        alone = model.place_vectors(tokenize([text], models.vocabulary))
        assert np.abs(together[batch.documents[d] : batch.documents[d + 1]] - alone).max() < 1e-4


def test_the_judged_word_itself_is_not_read(models, model):
    one, other = (tokenize([f"The clerk blamed the {w} tables."], models.vocabulary) for w in ("tide", "train"))
    place = int(np.flatnonzero(one.ids != other.ids)[0])
    assert np.abs(model.place_vectors(one)[place] - model.place_vectors(other)[place]).max() < 0.05


def test_writers_wordings_are_likelier_than_those_of_spinners(models, model):
    batch = tokenize(["The president of the United States met the prime minister on Tuesday."], models.vocabulary)
    words = ["states", "minister", "president"]
    wrong = ["conditions", "priest", "chairperson"]
    places = np.array([int(np.flatnonzero(batch.ids == models.vocabulary[w])[0]) for w in words])
    place_vectors = model.place_vectors(batch)
    right = model.log10_odds(place_vectors, places, models.vocabulary.ids_of(words))
    assert (right > model.log10_odds(place_vectors, places, models.vocabulary.ids_of(wrong)) + 0.3).all()


def test_no_opinion_on_unlisted_words_and_none_on_nothing(models, model):
    batch = tokenize(["The clerk blamed it."], models.vocabulary)
    place_vectors = model.place_vectors(batch)
    assert model.log10_odds(place_vectors, np.array([7]), np.array([UNKNOWN], dtype=np.int32)).tolist() == [0.0]
    assert model.place_vectors(replace(tokenize([], models.vocabulary))).shape[0] == 0


def test_gains_of_neighbours_are_those_of_each_by_itself(models):
    model = models.full.extractor.context_model
    batch = tokenize([*TEXTS, "The backyard fence was repaired by xqzzt before the storm."], models.vocabulary)
    place_vectors, places = model.place_vectors(batch), np.flatnonzero(batch.is_word)
    ids = batch.ids[places]
    best, mean = model.neighbour_gains(place_vectors, places, ids)
    table = model.vectors.neighbours
    some_listed = False
    for place, word, a, b in zip(places, ids, best, mean, strict=True):
        if word >= len(table) or table[word, 0] == BOUNDARY:
            assert (a, b) == (0, 0)
            continue
        some_listed = True
        at = np.array([place])
        own = model.log10_odds(place_vectors, at, np.array([word]))[0]
        lead = sorted(float(model.log10_odds(place_vectors, at, np.array([int(n)]))[0] - own) for n in table[word])
        assert a == pytest.approx(lead[-1], abs=1e-4)
        assert b == pytest.approx(np.mean(lead[len(lead) // 2 :]), abs=1e-4)
    assert some_listed


def test_a_writer_prefers_a_neighbour_of_a_misplaced_word(models):
    model = models.full.extractor.context_model
    gains = []
    for word in ("minister", "priest"):
        batch = tokenize([f"The prime {word} met the president on Tuesday."], models.vocabulary)
        place = np.flatnonzero(batch.ids == models.vocabulary[word])
        gains.append(float(model.neighbour_gains(model.place_vectors(batch), place, batch.ids[place])[0][0]))
    as_written, substituted = gains
    assert substituted > as_written + 0.5
