"""Candidates in the whole document: the shared probability by hand, and the traits of the profile."""

from dataclasses import replace

import numpy as np
import pytest

from detector.restore.profile import SpinnerProfile
from detector.restore.rerank import RERANK_COLUMNS, log10_gain, rerank_features
from detector.restore.topic import topic_fit
from detector.text.tokens import tokenize

SPUN = "The nationwide safety adviser flew home. A safety officer met him, and the nationwide papers wrote of safety."


@pytest.fixture
def rescore(models):
    """Return the reranker's odds of features of the full stage."""
    reranker = models.restorer.reranker
    return lambda m, p, profile: reranker.rescore(m, models.full.extractor, p, profile)


@pytest.fixture
def m(models):
    measured = models.full.extractor.extract(tokenize([SPUN], models.vocabulary))
    assert len(measured.candidates) > 5
    return measured


@pytest.fixture
def features(models):
    """Return the network's input from the features of a batch."""

    def of(m, profile=None):
        odds = m.candidate_log10_odds
        profile = SpinnerProfile.from_odds(m, odds) if profile is None else profile
        fit = topic_fit(m, models.full.extractor.context_model.vectors, models.vocabulary)
        return rerank_features(m, odds, np.full(len(m.batch.texts), 0.9), profile, fit)

    return of


def test_every_candidate_has_every_column(m, features):
    x = features(m)
    assert x.shape == (len(m.candidates), len(RERANK_COLUMNS))
    assert np.isfinite(x).all()


def test_originals_of_one_place_share_one_probability_with_the_text_as_it_stands(m):
    single = m.candidates.take(np.flatnonzero(m.candidates.length == 1)[:50])
    starts, counts = np.unique(single.start, return_counts=True)
    place = starts[np.argmax(counts)]
    two = replace(m, candidates=single.take(np.flatnonzero(single.start == place)[:2]))
    p = np.array([0.45, 0.35])
    gain = log10_gain(two, np.log10(p / (1 - p)).astype(np.float32))
    assert gain == pytest.approx(np.log10([0.45 / 0.2, 0.35 / 0.2]), abs=1e-4)


def test_pairs_are_counted_elsewhere_in_the_same_document(models, m, features):
    column = RERANK_COLUMNS.index("same_pair")
    words = [models.vocabulary.words[i] for i in m.batch.ids[m.candidates.start].tolist()]
    lone = m.candidates.length == 1
    times = features(m)[:, column]
    assert all(times[i] == pytest.approx(np.log10(3)) for i, w in enumerate(words) if w == "safety" and lone[i])
    apart = models.full.extractor.extract(tokenize(SPUN.split(". "), models.vocabulary))
    assert features(apart)[:, column].max() < np.log10(3)


def test_no_candidates_no_gain(models, rescore):
    empty = models.full.extractor.extract(tokenize([""], models.vocabulary))
    odds = rescore(empty, np.zeros(1), SpinnerProfile.from_odds(empty, empty.candidate_log10_odds))
    assert len(odds) == len(log10_gain(empty, odds)) == 0


def test_odds_are_those_of_the_network_over_features_of_the_profile_it_is_given(m, features, models, rescore):
    p = np.array([0.9])
    profile = SpinnerProfile.from_odds(m, m.candidate_log10_odds)
    odds = rescore(m, p, profile)
    assert odds == pytest.approx(models.restorer.reranker.network.log10_odds(features(m)))
    thorough = SpinnerProfile.from_odds(m, m.candidate_log10_odds + 4)
    of_thorough = rescore(m, p, thorough)
    assert of_thorough == pytest.approx(models.restorer.reranker.network.log10_odds(features(m, thorough)))
    assert (of_thorough != odds).any()


def test_the_verdict_on_the_document_moves_the_odds_of_its_candidates(m, rescore):
    profile = SpinnerProfile.from_odds(m, m.candidate_log10_odds)
    human, spun = (rescore(m, np.array([p]), profile) for p in (0.01, 0.99))
    assert spun.mean() > human.mean()


def test_restored_words_leave_the_profile_of_the_spinner_as_it_was(models, m, features):
    extractor = models.full.extractor
    profile = SpinnerProfile.from_odds(m, m.candidate_log10_odds)
    half = tokenize([SPUN.replace("nationwide safety", "national safety")], models.vocabulary)
    again = extractor.extract(half, term_counts=m.term_counts)
    of_the_document = (
        "same_pair",
        "same_pair_odds",
        "pair_elsewhere",
        "other_originals",
        "rate",
        "profile_mean_weight",
    )
    of_the_place = ("original_rate", "original_elsewhere", "topic_original", "topic_substitute")
    columns = [RERANK_COLUMNS.index(c) for c in (*of_the_document, *of_the_place)]
    # The last "nationwide" and the "safety" after it stand where they stood: five and two words before the end.
    for place in (-4, -1):
        rows, rows_again = (
            np.flatnonzero((x.candidates.start == np.flatnonzero(x.batch.is_word)[place]) & (x.candidates.length == 1))
            for x in (m, again)
        )
        before = features(m, profile)[rows][:, columns]
        assert len(before)
        assert features(again, profile)[rows_again][:, columns] == pytest.approx(before)
        assert (features(extractor.extract(half))[rows_again][:, columns] != before).any()


def test_a_text_without_candidates_may_have_some_after_repairs(models, m, features):
    empty = models.full.extractor.extract(tokenize([""], models.vocabulary))
    x = features(m, SpinnerProfile.from_odds(empty, empty.candidate_log10_odds))
    assert np.isfinite(x).all()
    assert (x[:, RERANK_COLUMNS.index("same_pair")] == 0).all()
