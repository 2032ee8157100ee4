"""The runtime's network against the scikit-learn one that it was fitted as."""

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier

from detector.estimators.perceptron import Perceptron
from detector.training import fit
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


def test_outliers_count_six_deviations(data):
    x, y = data
    model = _fit_perceptron(np.tile(x, (3, 1)), np.tile(y, 3), tuple("abcde"), 6, seed=1)
    far, farther = (model.mean + k * model.scale for k in (6, 500))
    assert model.log10_odds(far[None]) == pytest.approx(model.log10_odds(farther[None]), abs=1e-4)


@pytest.fixture(scope="module")
def kinds():
    x = np.random.default_rng(5).normal(0, 1, (3000, 5)).astype(np.float32)
    return x, np.where(x[:, 0] > 0.5, 1, np.where(x[:, 1] > 0.5, 3, 0))


@pytest.mark.parametrize("present", [(1, 3), (3,)])
def test_odds_of_each_kind_are_those_of_the_network_as_it_was_fitted(kinds, present, monkeypatch):
    x, y = kinds
    y = np.where(np.isin(y, present), y, 0)
    fitted = []
    monkeypatch.setattr(fit, "MLPClassifier", lambda *a, **k: fitted.append(MLPClassifier(*a, **k)) or fitted[-1])
    model = _fit_perceptron(x, y, tuple("abcde"), 12, seed=1, kinds=3)
    p = fitted[0].predict_proba(np.clip((x - model.mean) / model.scale, -6, 6))
    odds = model.log10_odds(x)
    for column, kind in enumerate(present, start=1):
        assert odds[:, kind - 1] == pytest.approx(np.log10(p[:, column] / p[:, 0]), abs=1e-3)


def test_fitting_distinguishes_kinds(kinds):
    x, y = kinds
    odds = _fit_perceptron(x, y, tuple("abcde"), 12, seed=1, passes=3, kinds=3).log10_odds(x)
    assert (np.where(odds.max(axis=1) > 0, odds.argmax(axis=1) + 1, 0) == y).mean() > 0.95
    # Of the second kind there is no example.
    assert odds[:, 1].max() < -8
