"""Boosted trees against LightGBM and by hand; the log odds of documents by hand."""

import lightgbm
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.estimators.classifier import BoostedTrees, log_odds, probability
from detector.scoring.stage import document_log_odds
from detector.training import fit as fitting

IDENTITY = np.array([0.0, 1.0, 0.0, 0.0])


def test_each_leaf_is_reached_by_hand():
    one = BoostedTrees(
        ("a", "b"),
        np.array([[0, 1, 1]]),
        np.array([[0.5, 2.0, np.inf]]),
        np.array([[1.0, 2.0, 3.0, 4.0]]),
        np.array([10.0]),
        IDENTITY,
    )
    x = np.array([[0.5, 2.0], [0.0, 2.1], [0.6, -9.0], [9.0, 1e30]], dtype=np.float32)
    assert one.decision_score(x).tolist() == [11.0, 12.0, 13.0, 13.0]
    assert one.logit(x, np.full(4, 2.0)).tolist() == [11.0, 12.0, 13.0, 13.0]


def test_calibration_is_a_line_whose_slope_and_height_change_with_length():
    tree = BoostedTrees(
        ("a",),
        np.array([[0]], dtype=np.int16),
        np.array([[0.0]], dtype=np.float32),
        np.array([[-2.0, 1.0]], dtype=np.float32),
        np.zeros(1),
        np.array([0.5, 2.0, -1.0, 3.0]),
    )
    logit = tree.logit(np.array([[1.0], [1.0], [-2.0]]), np.array([2.0, 3.0, 1.0]))
    assert logit.tolist() == [0.5 + 2.0, 0.5 + 2.0 + (-1.0 + 3.0) * 1.0, 0.5 - 4.0 + (-1.0 - 6.0) * -1.0]


@pytest.fixture(scope="module")
def boosted():
    """Trees of a table that no line divides, and LightGBM's that they were copied from."""
    kept = []
    train = lightgbm.train

    def keep(*arguments):
        kept.append(train(*arguments))
        return kept[0]

    rng = np.random.default_rng(6)
    x = rng.normal(0, 1, (3000, 3)).astype(np.float32).astype(np.float64)
    spun = (x[:, 0] > 0) ^ (x[:, 1] > 0.5)
    examples = fitting.ExampleFeatures(x, spun, rng.integers(20, 500, 3000), ())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lightgbm, "train", keep)
        ours = fitting.fit_boosted(examples, examples, ("a", "b", "c"), 1)
    return x, spun, ours, kept[0]


def test_trees_score_as_those_that_they_were_copied_from(boosted):
    x, spun, ours, theirs = boosted
    assert np.allclose(ours.decision_score(x.astype(np.float32)), theirs.predict(x, raw_score=True), atol=1e-5)
    assert ((ours.logit(x, np.full(len(x), 2.0)) > 0) == spun).mean() > 0.97


def test_a_row_s_trees_do_not_depend_on_its_neighbours(boosted):
    x, _, ours, _ = boosted
    alone = [ours.decision_score(x[i : i + 1])[0] for i in range(50)]
    assert ours.decision_score(x[:50]).tolist() == alone
    assert ours.decision_score(x[:0]).shape == (0,)


@given(st.floats(allow_nan=False))
def test_probability_is_one_for_every_logit(logit):
    assert 0 <= probability(np.array([logit]))[0] <= 1


@given(st.floats(-30, 10))
def test_log_odds_undo_probability(logit):
    assert log_odds(probability(np.array([logit])))[0] == pytest.approx(logit, abs=1e-3)


def test_a_document_is_spun_throughout_or_in_one_passage():
    whole = np.log(np.array([4.0, 1.0, 2.0]))
    passage = np.log(np.array([1.0, 8.0, 3.0]))  # two of document 0, none of 1, one of 2
    odds = np.exp(document_log_odds(whole, passage, np.array([0, 0, 2])))
    assert odds == pytest.approx([0.5 * 4 + 0.5 * (1 + 8) / 2, 1.0, 0.5 * 2 + 0.5 * 3])


@given(st.integers(1, 500), st.floats(-20, 20))
def test_more_of_the_same_passages_leave_a_document_unchanged(n, logit):
    odds = document_log_odds(np.array([logit]), np.full(n, logit), np.zeros(n, dtype=np.int64))
    assert odds[0] == pytest.approx(logit)


@given(st.integers(1, 6), st.integers(7, 2000))
def test_one_passage_weighs_less_in_a_long_document(few, many):
    def lone(n):
        passage = np.where(np.arange(n) == 0, np.log(900.0), -30.0)  # the others are certainly human
        return np.exp(document_log_odds(np.array([-30.0]), passage, np.zeros(n, dtype=np.int64)))[0]

    assert lone(few) == pytest.approx(0.5 * 900 / few)
    assert lone(many) == pytest.approx(0.5 * 900 / many * np.sqrt(6 / many))


def test_the_odds_of_human_text_do_not_rise_with_its_length():
    # Log odds of passages of people: most are low, and their odds have a mean of 0.4, as in dev text of novels.
    passage = np.random.default_rng(3).normal(-4.5, 2.7, 100_000)

    def median(n):
        rows = passage[: len(passage) // n * n]
        document = np.repeat(np.arange(len(rows) // n), n)
        return np.median(document_log_odds(np.full(len(rows) // n, -8.0), rows, document))

    assert all(median(n) < median(3) + np.log(2) for n in (6, 12, 30, 100, 1000))


def test_far_odds_do_not_overflow():
    odds = document_log_odds(np.array([-900.0]), np.array([900.0, -900.0]), np.zeros(2, dtype=np.int64))
    assert odds[0] == pytest.approx(900 + np.log(0.25))
