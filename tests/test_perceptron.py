"""The runtime's network against the scikit-learn one that it was fitted as."""

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier

from detector.perceptron import Perceptron
from detector.training.fit import _fit_perceptron


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(8)
    x = rng.normal(0, 1, (600, 5)).astype(np.float32)
    y = np.sin(3 * x[:, 0]) + x[:, 1] * x[:, 2] > 0
    return x, y


def test_log10_odds_are_those_of_the_fitted_network(data):
    x, y = data
    theirs = MLPClassifier((7,), max_iter=60, random_state=0, learning_rate_init=0.01)
    with pytest.warns(match="Maximum iterations"):
        theirs.fit(x, y)
    ours = Perceptron(
        tuple("abcde"),
        np.zeros(5, np.float32),
        np.ones(5, np.float32),
        theirs.coefs_[0].astype(np.float32),
        theirs.intercepts_[0].astype(np.float32),
        theirs.coefs_[1][:, 0].astype(np.float32),
        theirs.intercepts_[1].astype(np.float32),
    )
    p = theirs.predict_proba(x)[:, 1]
    assert np.allclose(ours.log10_odds(x), np.log10(p / (1 - p)), atol=1e-3)


def test_fitting_standardises_and_learns(data):
    x, y = data
    stretched = x * np.float32(40) - np.float32(7)
    model = _fit_perceptron(np.tile(stretched, (6, 1)), np.tile(y, 6), tuple("abcde"), 12, seed=1)
    assert model.mean == pytest.approx(stretched.mean(axis=0), rel=1e-3)
    assert ((model.log10_odds(stretched) > 0) == y).mean() > 0.7


def test_what_lies_far_out_counts_six_deviations(data):
    x, y = data
    model = _fit_perceptron(np.tile(x, (3, 1)), np.tile(y, 3), tuple("abcde"), 6, seed=1)
    far, farther = (model.mean + k * model.scale for k in (6, 500))
    assert model.log10_odds(far[None]) == pytest.approx(model.log10_odds(farther[None]), abs=1e-4)


def test_odds_of_each_kind_are_those_of_the_fitted_network():
    rng = np.random.default_rng(5)
    x = rng.normal(0, 1, (3000, 5)).astype(np.float32)
    y = np.where(x[:, 0] > 0.5, 1, np.where(x[:, 1] > 0.5, 3, 0))
    model = _fit_perceptron(x, y, tuple("abcde"), 12, seed=1, passes=3, kinds=3)
    odds = model.log10_odds(x)
    assert odds.shape == (3000, 3)
    assert (np.where(odds.max(axis=1) > 0, odds.argmax(axis=1) + 1, 0) == y).mean() > 0.95
    # Of the second kind there is no example.
    assert odds[:, 1].max() < -8
