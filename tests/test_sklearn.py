"""The estimators for scikit-learn: its own checks as far as text allows, a pipeline, and the numbers of `scores`."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError, SkipTestWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import check_estimator

from detector import InputError, scores
from detector.engines.sklearn import PassageFeatures, SpunClassifier
from detector.scoring.passage_features import FEATURE_NAMES

ARTICLES = Path(__file__).resolve().parents[1] / "notebooks" / "articles"
SPUN, HUMAN = (
    (ARTICLES / f"harbour-talks{kind}.txt").read_text(encoding="utf-8").split("\n\n") for kind in ("-spun", "")
)
TEXTS = [*SPUN[:6], *HUMAN[:6]]
IS_SPUN = [True] * len(SPUN[:6]) + [False] * len(HUMAN[:6])
# Those of scikit-learn's checks that need no arrays of numbers.
CHECKS = (
    "check_do_not_raise_errors_in_init_or_set_param",
    "check_estimator_cloneable",
    "check_estimator_repr",
    "check_get_params_invariance",
    "check_mixin_order",
    "check_no_attributes_set_in_init",
    "check_parameters_default_constructible",
    "check_set_params",
    "check_valid_tag_types",
)


@pytest.mark.parametrize("estimator", [PassageFeatures(), SpunClassifier()], ids=lambda e: type(e).__name__)
def test_the_checks_of_scikit_learn_hold_as_far_as_text_allows(estimator):
    with pytest.warns(SkipTestWarning, match="requires input"):
        check_estimator(estimator)
    ran = [check for name in CHECKS if (check := getattr(estimator_checks, name, None)) is not None]
    assert len(ran) >= 5
    for check in ran:
        check(type(estimator).__name__, clone(estimator))


def test_the_classifier_has_the_numbers_of_scores():
    texts = [*TEXTS, "Too short."]
    classifier = SpunClassifier(0.9).fit(TEXTS, ["spun" if s else "human" for s in IS_SPUN])
    expected = scores(texts, threshold=0.9)
    np.testing.assert_array_equal(classifier.predict_proba(texts)[:, 1], expected.probability)
    assert classifier.predict(texts).tolist() == ["spun" if v == "spun" else "human" for v in expected.verdict]


def test_a_classifier_that_knows_no_labels_is_refused():
    with pytest.raises(NotFittedError):
        SpunClassifier().predict(TEXTS)
    with pytest.raises(InputError, match="1 classes"):
        SpunClassifier().fit(TEXTS, [True] * len(TEXTS))


def test_both_work_in_pipelines_and_cross_validation():
    by_verdict = cross_val_score(SpunClassifier(0.5), TEXTS, IS_SPUN, cv=3)
    fitted = make_pipeline(PassageFeatures(), StandardScaler(), LogisticRegression())
    by_features = cross_val_score(fitted, TEXTS, IS_SPUN, cv=3)
    assert by_verdict.mean() >= 0.75
    assert by_features.mean() >= 0.75


def test_features_are_named_and_do_not_depend_on_the_other_texts():
    features = PassageFeatures()
    together = features.fit_transform(TEXTS)
    assert together.shape == (len(TEXTS), len(FEATURE_NAMES))
    assert features.get_feature_names_out().tolist() == list(FEATURE_NAMES)
    np.testing.assert_allclose(together[3:4], features.transform(TEXTS[3:4]), rtol=1e-4, atol=1e-6)
    assert features.transform([]).shape == (0, len(FEATURE_NAMES))
    with pytest.raises(InputError, match="document 0"):
        features.transform([None])
