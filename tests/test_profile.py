"""The profile of a document's spinner, by hand: candidates that overlap, pairs elsewhere, mean traits."""

from dataclasses import replace

import numpy as np
import pytest

from detector.estimators.channel import Candidates
from detector.restore.profile import PROFILE_TRAITS, GroupedSums, SpinnerProfile, best_of_match, probabilities
from detector.restore.rerank import RERANK_COLUMNS, rerank_features
from detector.scoring.tokens import CANDIDATE_COLUMNS
from detector.text.tokens import tokenize


@pytest.fixture
def m(models):
    """Two documents; in the first one substitute stands twice with two originals each, and another word once."""
    texts = ["A chart hung by the chart and the map of the land.", "One chart more hung there."]
    measured = models.full.extractor.extract(tokenize(texts, models.vocabulary))
    # (token, substitute, original): the first document has places 3 and 7, and 10; the second one place.
    second = int(measured.batch.documents[1]) + 3
    rows = np.array([(3, 1, 8), (3, 1, 9), (7, 1, 8), (7, 1, 9), (10, 2, 8), (second, 1, 8)])
    start, entry, original = rows.T
    n = len(rows)
    features = np.zeros((n, len(CANDIDATE_COLUMNS)), dtype=np.float32)
    features[:, CANDIDATE_COLUMNS.index("weight")] = [-1, -2, -1, -2, -3, -1]
    return replace(
        measured,
        candidates=Candidates(start, np.ones(n, np.int64), entry, original, features[:, 3], np.zeros(n, np.uint8)),
        candidate_features=features,
        candidate_log10_odds=ODDS,
    )


ODDS = np.array([1.0, -1.0, 2.0, 0.0, 0.5, 0.0], dtype=np.float32)
P = probabilities(ODDS)


def told(m, column):
    """Return a column of the reranker's input."""
    profile = SpinnerProfile.from_odds(m, m.candidate_log10_odds)
    fit = np.zeros((len(m.candidates), 2), dtype=np.float32)
    x = rerank_features(m, m.candidate_log10_odds, np.array([0.9, 0.9]), profile, fit)
    return x[:, RERANK_COLUMNS.index(column)]


def test_sums_are_kept_by_key_and_nothing_is_known_of_other_keys():
    tally = GroupedSums.from_keys(np.array([7, 3, 7]), np.array([1.0, 2.0, 4.0]), np.ones(3))
    assert tally.at(np.array([3, 7, 5, 9])).tolist() == [[2.0, 5.0, 0.0, 0.0], [1.0, 2.0, 0.0, 0.0]]
    nothing = GroupedSums.from_keys(np.zeros(0, np.int64), np.zeros(0))
    assert nothing.at(np.array([3])).tolist() == [[0.0]]


def test_the_likeliest_of_a_match_leads_and_the_others_have_it_as_their_rival(m):
    leads, rival = best_of_match(m, ODDS)
    assert leads.tolist() == [True, False, True, False, True, True]
    assert rival.tolist() == [-1.0, 1.0, 0.0, 2.0, -4.0, -4.0]


def test_a_pair_is_expected_elsewhere_as_often_as_it_is_likely_at_its_places_in_the_document(m):
    expected = [(P[0] + P[2]) / 2, (P[1] + P[3]) / 2] * 2 + [0.0, 0.0]
    assert told(m, "pair_elsewhere") == pytest.approx(np.log10(np.array(expected) + 0.01), abs=1e-5)
    assert told(m, "same_pair") == pytest.approx(np.log10([2, 2, 2, 2, 1, 1]))
    assert told(m, "same_pair_odds") == pytest.approx([1.5, -0.5, 1.5, -0.5, 0.0, 0.0])


def test_other_originals_of_a_substitute_are_counted_elsewhere_in_its_document(m):
    expected = [(P[1] + P[3]) / 2, (P[0] + P[2]) / 2] * 2 + [0.0, 0.0]
    assert told(m, "other_originals") == pytest.approx(np.log10(np.array(expected) + 0.01), abs=1e-5)


def test_other_substitutes_of_an_original_are_counted_in_its_document(m):
    expected = [P[4], 0.0, P[4], 0.0, P[0] + P[2], 0.0]
    assert told(m, "other_substitutes") == pytest.approx(np.log10(np.array(expected) + 0.01), abs=1e-5)


def test_the_profile_mean_is_that_of_the_likeliest_originals_and_begins_at_a_prior(m):
    usual = told(m, "profile_mean_weight")
    prior = 8.0 * PROFILE_TRAITS["weight"]
    assert usual[:5] == pytest.approx([(prior - P[0] - P[2] - 3 * P[4]) / (8.0 + P[0] + P[2] + P[4])] * 5)
    assert usual[5] == pytest.approx((prior - P[5]) / (8.0 + P[5]))
    assert told(m, "deviation_weight") == pytest.approx(np.array([-1, -2, -1, -2, -3, -1]) - usual)
