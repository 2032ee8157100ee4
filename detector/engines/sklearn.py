"""Estimators for scikit-learn: `detect`'s verdict as a classifier, and its passage features as a transformer.

Both take texts and are fitted already: `fit` learns nothing but the names of the two classes.

sklearn.pipeline.make_pipeline(PassageFeatures(), StandardScaler(), LogisticRegression())
sklearn.model_selection.cross_val_score(SpunClassifier(), texts, is_spun)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from detector.api import Threshold, iter_full_features, scores
from detector.errors import InputError
from detector.scoring.passage_features import FEATURE_NAMES, WordMeasures, text_features

__all__ = ["PassageFeatures", "SpunClassifier"]


class _TextEstimator(BaseEstimator):  # type: ignore[misc]
    """An estimator whose input is texts, which scikit-learn's own checks of arrays pass over."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        return tags


class PassageFeatures(TransformerMixin, _TextEstimator):  # type: ignore[misc]
    """The features by which passages are judged, of each text taken as one passage.

    They are distributions of the odds of its words, by the stage `full`; a linear model over them needs a scaler first.

    >>> PassageFeatures().fit_transform(["The quay was empty.", "Nobody came."]).shape[0]
    2
    """

    def fit(self, texts: Iterable[str], y: ArrayLike | None = None) -> PassageFeatures:
        """Return the transformer itself: there is nothing to fit."""
        return self

    def transform(self, texts: Iterable[str]) -> NDArray[np.float32]:
        """Return the features, float32 (texts, features); raise InputError if an item is not text."""
        rows = [np.zeros((0, len(FEATURE_NAMES)), dtype=np.float32)]
        rows += [text_features(WordMeasures.from_features(m), m.batch) for m in iter_full_features(texts)]
        return np.concatenate(rows)

    def get_feature_names_out(self, input_features: Sequence[str] | None = None) -> NDArray[np.object_]:
        """Return the names of the features."""
        return np.array(FEATURE_NAMES, dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        return tags


class SpunClassifier(ClassifierMixin, _TextEstimator):  # type: ignore[misc]
    """The verdict of `detect` as a classifier of two classes, of which the second in sorted order is spun.

    Parameters
    ----------
    threshold : as `detect` takes it

    Attributes
    ----------
    classes_ : the labels of `y`, sorted

    >>> SpunClassifier().fit(["One.", "Two."], [False, True]).predict(["Too short to say."]).tolist()
    [False]
    """

    def __init__(self, threshold: Threshold = None) -> None:
        self.threshold = threshold

    def fit(self, texts: Iterable[str], y: ArrayLike) -> SpunClassifier:
        """Take the names of the two classes from `y`; raise InputError if there are not two."""
        self.classes_ = np.unique(np.asarray(y))
        if len(self.classes_) != 2:
            raise InputError(f"y has {len(self.classes_)} classes: give two, of which the second in order is spun")
        return self

    def predict_proba(self, texts: Iterable[str]) -> NDArray[np.float64]:
        """Return P(human) and P(spun) of each text, float64 (texts, 2); NaN if the verdict abstains."""
        check_is_fitted(self)
        p = scores(texts, threshold=self.threshold).probability
        return np.column_stack((1 - p, p))

    def predict(self, texts: Iterable[str]) -> NDArray[Any]:
        """Return the class of each text; a text that cannot be judged is not flagged."""
        check_is_fitted(self)
        spun = [verdict == "spun" for verdict in scores(texts, threshold=self.threshold).verdict]
        predicted: NDArray[Any] = self.classes_[np.array(spun, dtype=np.int64)]
        return predicted
