"""Logistic models and boosted trees against scikit-learn, document features by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from detector.estimators.classifier import (
    DOCUMENT_FEATURE_NAMES,
    BoostedTrees,
    LogisticModel,
    document_features,
    probability,
    with_damage,
)
from detector.training import fit as fitting

IDENTITY = np.array([0.0, 1.0, 0.0, 0.0])


@pytest.fixture(scope="module")
def fitted():
    rng = np.random.default_rng(5)
    x = rng.normal(3, 2, (400, 4)) * [1, 10, 0.1, 5]
    y = x[:, 0] - 2 * x[:, 2] + rng.normal(0, 2, 400) > 2
    theirs = make_pipeline(StandardScaler(), LogisticRegression()).fit(x, y)
    scaler, model = theirs[0], theirs[1]
    ours = LogisticModel(("a", "b", "c", "d"), scaler.mean_, scaler.scale_, model.coef_[0], model.intercept_, IDENTITY)
    return x, theirs, ours


def test_scores_and_probabilities_are_scikit_learn_s(fitted):
    x, theirs, ours = fitted
    assert np.allclose(ours.decision_score(x), theirs.decision_function(x))
    logit = ours.logit(x, np.full(len(x), 2.5))
    assert np.allclose(probability(logit), theirs.predict_proba(x)[:, 1])


def test_a_row_s_score_does_not_depend_on_its_neighbours(fitted):
    x, _, ours = fitted
    alone = [ours.decision_score(x[i : i + 1])[0] for i in range(len(x))]
    assert np.array_equal(ours.decision_score(x), alone)


def test_what_lies_far_out_counts_eight_deviations(fitted):
    _, _, ours = fitted
    far, farther = (ours.mean + k * ours.scale * np.sign(ours.weights) for k in (8, 1000))
    assert ours.decision_score(far[None]) == pytest.approx(ours.decision_score(farther[None]))


def test_calibration_is_a_line_whose_slope_and_height_change_with_length():
    model = LogisticModel(("a",), np.zeros(1), np.ones(1), np.ones(1), np.zeros(1), np.array([0.5, 2.0, -1.0, 3.0]))
    x = np.array([[1.0], [1.0], [-2.0]])
    logit = model.logit(x, np.array([2.0, 3.0, 1.0]))
    assert logit.tolist() == [0.5 + 2.0, 0.5 + 2.0 + (-1.0 + 3.0) * 1.0, 0.5 - 4.0 + (-1.0 - 6.0) * -1.0]


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


@pytest.fixture(scope="module")
def boosted():
    """Trees of a table that no line divides, and scikit-learn's that they were copied from."""
    kept = []

    class Kept(HistGradientBoostingClassifier):
        def fit(self, *x):
            kept.append(super().fit(*x))
            return self

    rng = np.random.default_rng(6)
    x = rng.normal(0, 1, (3000, 3)).astype(np.float32).astype(np.float64)
    spun = (x[:, 0] > 0) ^ (x[:, 1] > 0.5)
    examples = fitting.ExampleFeatures(x, spun, rng.integers(20, 500, 3000), ())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitting, "HistGradientBoostingClassifier", Kept)
        ours = fitting.fit_boosted(examples, examples, ("a", "b", "c"))
    return x, spun, ours, kept[0]


def test_trees_score_as_those_that_they_were_copied_from(boosted):
    x, spun, ours, theirs = boosted
    assert np.allclose(ours.decision_score(x.astype(np.float32)), theirs.decision_function(x), atol=1e-5)
    assert ((ours.logit(x, np.full(len(x), 2.0)) > 0) == spun).mean() > 0.97


def test_a_row_s_trees_do_not_depend_on_its_neighbours(boosted):
    x, _, ours, _ = boosted
    alone = [ours.decision_score(x[i : i + 1])[0] for i in range(50)]
    assert ours.decision_score(x[:50]).tolist() == alone
    assert ours.decision_score(x[:0]).shape == (0,)


@given(st.floats(allow_nan=False))
def test_probability_is_one_for_every_logit(logit):
    assert 0 <= probability(np.array([logit]))[0] <= 1


def test_document_features_by_hand():
    whole = np.array([1.0, -20.0, 0.5])
    passages = np.array([0.0, 3.0, -1.0, -2.0])  # three of document 0, none of 1, one of 2
    x = document_features(whole, passages, np.array([0, 0, 0, 2]))
    assert x.shape == (3, len(DOCUMENT_FEATURE_NAMES))
    column = {name: x[:, i] for i, name in enumerate(DOCUMENT_FEATURE_NAMES)}
    assert column["whole"].tolist() == [1.0, -15.0, 0.5]  # clipped
    assert column["worst_passage"].tolist() == [3.0, -15.0, -2.0]  # without passages, the whole
    assert column["log10_passages"] == pytest.approx([np.log10(3), 0, 0])


def test_damage_counts_with_the_words():
    words = np.array([-1.0, 2.0, -30.0, 2.0])
    names, letters = np.array([0.0, 1.0, 0.0, 30.0]), np.array([0.0, 0.0, 5.0, 0.0])
    odds = with_damage(words, np.stack((names, letters)))
    # Names alone are never certain. What is only damaged is one spun text in fifty.
    assert odds[0] == -1
    assert np.exp(odds[1:]) == pytest.approx(
        [np.exp(2) * 10 + 0.02 * 9, 0.02 * (1e5 - 1), np.exp(7) + 0.02 * np.expm1(5)]
    )


def test_misspelt_names_in_a_writer_s_words_are_no_proof():
    assert probability(with_damage(np.array([-15.0]), np.array([[30.0], [0.0]]))) < 0.8


@given(st.floats(-40, 40), st.floats(0, 20), st.floats(0, 20), st.floats(0, 5))
def test_more_damage_is_never_more_human(words, names, letters, more):
    damage = np.array([[names, names + more, names], [letters, letters, letters + more]])
    odds = with_damage(np.full(3, words), damage)
    assert np.isfinite(odds).all()
    assert odds[0] >= words
    assert min(odds[1:]) >= odds[0] - 1e-9
