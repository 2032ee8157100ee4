"""Fit the stages of the cascade on human text and on the same text as our spinners rewrite it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TypeVar

import numpy as np

from detector.estimators.classifier import BoostedTrees
from detector.estimators.perceptron import Perceptron
from detector.restore.rerank import Reranker
from detector.restore.topic import topic_fit
from detector.scoring.passage_features import FEATURE_NAMES
from detector.scoring.stage import Stage
from detector.scoring.tokens import FeatureExtractor, TokenModel
from detector.training.corpus import CorpusDocument, Split
from detector.training.examples import Example, make_examples, make_slips
from detector.training.families import FIT_FAMILIES, REWRITING, SpinnerResources
from detector.training.fit import (
    ExampleFeatures,
    fit_boosted,
    fit_candidate_model,
    fit_document_calibration,
    fit_name_model,
    fit_reranker,
    fit_token_model,
    passage_inputs,
    sample_by_source,
)
from detector.training.forms import in_random_form
from detector.training.step_cache import StepCache

__all__ = ["FIT_FAMILIES", "FIT_RATES", "STAGES", "StageSize", "StageTrainer"]

T = TypeVar("T")

# Shares of words that the spinners of the examples replace. All models are fitted on light rewrites too: a classifier
# that is fitted on rates of a tenth or more recognises rewrites of 7 in 100 words worse (ROC AUC 0.945 against 0.949 on
# 100 words of dev). Calibration begins at a tenth, since lighter rewrites, which cannot be distinguished from editing,
# would blur the probability of the others.
FIT_RATES = (0.05, 0.5)
_CALIBRATION_RATES = (0.1, 0.5)
_CALIBRATION_ROUNDS = 3  # a calibration has four numbers to fit
# The reranker is fitted on all families that rewrite words, and on dictionaries more often: they spin whole articles.
_RERANKER_FAMILIES = (*REWRITING, "dictionary")


@dataclass(frozen=True)
class StageSize:
    """The size of a stage, which decides its cost.

    Attributes
    ----------
    reader : index of its context model, narrowest first
    max_context_log10_odds, max_candidates, weighs_neighbours : of its `FeatureExtractor`
    candidate_hidden, token_hidden : hidden units of the networks that score candidates and words
    """

    reader: int
    max_context_log10_odds: float
    max_candidates: int
    weighs_neighbours: bool
    candidate_hidden: int
    token_hidden: int


STAGES: Mapping[str, StageSize] = {
    "screen": StageSize(
        reader=0,
        max_context_log10_odds=0.0,
        max_candidates=2,
        weighs_neighbours=False,
        candidate_hidden=24,
        token_hidden=32,
    ),
    # On 100 words, 7 of them replaced, 192 units reach ROC AUC 0.966 on dev, 96 reach 0.964; on 300 words both alike.
    "full": StageSize(
        reader=1,
        max_context_log10_odds=math.inf,
        max_candidates=12,
        weighs_neighbours=True,
        candidate_hidden=64,
        token_hidden=192,
    ),
}

# Stretches of each document on which the passage model is fitted. On 100 words, 7 of them replaced, the full stage
# reaches ROC AUC 0.966 on dev if it is fitted on three, 0.967 on nine; on 300 words 0.994 and 0.995.
_PASSAGE_ROUNDS = 5

# Share of the long spun examples that are spun in one passage. At 0.07 one spun passage in a human article of dev was
# found in 61 of 100, at 0.25 in 68, at the same share of false alarms, and as many wholly spun texts.
_PART_SHARE = 0.25
# Share of the examples that are written in one of `forms.FORMS`; the others stay edited prose.
_FORM_SHARE, _FORM_SEED = 0.5, 7
_RERANKER_HIDDEN = 64
_NAME_HIDDEN = 16


@dataclass(frozen=True)
class StageTrainer:
    """Fits the stages, the name model and the reranker, step by step.

    Attributes
    ----------
    documents : of the corpus, by split
    resources : the sources that the spinners draw their tables from
    examples : documents from which the examples of a fit are drawn
    seed : of all draws
    cache : of the steps
    progress : called with the finished and the total number of examples of a step
    after : steps that the inputs come from
    """

    documents: Mapping[Split, Sequence[CorpusDocument]]
    resources: SpinnerResources
    examples: int
    seed: int
    cache: StepCache
    progress: Callable[[int, int], None]
    after: tuple[str, ...] = ()

    def _step(self, name: str, work: Callable[[], T], size: StageSize | None, *after: str) -> T:
        """Return the result of a step that depends on the sizes, the inputs and the steps `after`."""
        settings = (self.examples, self.seed, size)
        return self.cache.step(name, work, settings=settings, after=(*self.after, *after))

    def _counter(self, total: int) -> Callable[[int], None]:
        """Return a function that adds a number of finished examples to the progress of a step."""
        done = 0

        def add(n: int) -> None:
            nonlocal done
            done += n
            self.progress(done, total)

        return add

    def _examples(
        self,
        documents: Sequence[CorpusDocument],
        families: Sequence[str],
        words: tuple[int, int],
        rates: tuple[float, float],
        rounds: int,
        seed: int,
        part_share: float = 0.0,
    ) -> list[Example]:
        """Return human stretches and spun ones, part of both in other forms of writing."""
        rng = np.random.default_rng((seed, _FORM_SEED))
        return [
            in_random_form(e, rng, _FORM_SHARE)
            for k in range(rounds)
            for e in make_examples(
                sample_by_source(documents, self.examples // 2, seed + k, repeat=True),
                self.resources,
                families,
                words,
                rates,
                seed + k,
                part_share,
            )
        ]

    def stage(self, name: str, size: StageSize, extractor: FeatureExtractor) -> Stage:
        """Return a fitted stage. Every network is fitted on documents that no other was fitted on."""
        extractor = self._fitted_extractor(name, size, extractor)
        passage_model = self._passage_model(name, size, extractor)

        def calibration() -> tuple[float, float]:
            examples = self._examples(
                self.documents["calibrate"],
                FIT_FAMILIES,
                (25, 3000),
                _CALIBRATION_RATES,
                1,
                self.seed + 30,
                _PART_SHARE,
            )
            return fit_document_calibration(extractor, passage_model, examples, self._counter(len(examples)))

        calibrated = self._step(f"{name}_document_calibration", calibration, size, f"{name}_passage_model")
        return Stage(extractor, passage_model, calibrated)

    def _fitted_extractor(self, name: str, size: StageSize, extractor: FeatureExtractor) -> FeatureExtractor:
        """Return the extractor with its candidate and token models."""
        first, seed = self.documents["fit"][0::2], self.seed

        @cache
        def examples() -> list[Example]:
            return self._examples(first, FIT_FAMILIES, (30, 500), FIT_RATES, 2, seed)

        def candidate_model() -> Perceptron:
            progress = self._counter(len(examples()))
            return fit_candidate_model(extractor, examples(), size.candidate_hidden, seed, progress)

        def token_model() -> TokenModel:
            progress = self._counter(len(examples()))
            return fit_token_model(with_candidates, examples(), size.token_hidden, seed + 1, progress)

        candidates, tokens = f"{name}_candidate_model", f"{name}_token_model"
        with_candidates = replace(extractor, candidate_model=self._step(candidates, candidate_model, size))
        return replace(with_candidates, token_model=self._step(tokens, token_model, size, candidates))

    def _passage_model(self, name: str, size: StageSize, extractor: FeatureExtractor) -> BoostedTrees:
        """Return the classifier of passages.

        Its fit hides part of the channel. It is calibrated as users run it, with the whole channel.
        """
        seed = self.seed + 10

        def passages(
            documents: Sequence[CorpusDocument],
            rates: tuple[float, float],
            rounds: int,
            seed: int,
            mask_seed: int | None,
        ) -> ExampleFeatures:
            examples = self._examples(documents, FIT_FAMILIES, (20, 500), rates, rounds, seed)
            return passage_inputs(extractor, examples, mask_seed, self._counter(len(examples)))

        def fitted() -> BoostedTrees:
            return fit_boosted(
                passages(self.documents["fit"][1::2], FIT_RATES, _PASSAGE_ROUNDS, seed, seed),
                passages(self.documents["calibrate"], _CALIBRATION_RATES, _CALIBRATION_ROUNDS, seed + 10, None),
                FEATURE_NAMES,
                self.seed,
            )

        return self._step(f"{name}_passage_model", fitted, size, f"{name}_token_model")

    def name_model(self, extractor: FeatureExtractor) -> Perceptron:
        """Return the model of whether a name is a slip for another, by the features of an extractor."""

        def fitted() -> Perceptron:
            first, seed = self.documents["fit"][0::2], self.seed + 5
            examples = list(make_slips(sample_by_source(first, self.examples, seed, repeat=True), 300, seed))
            return fit_name_model(extractor, examples, _NAME_HIDDEN, seed, self._counter(len(examples)))

        return self._step("name_model", fitted, STAGES["screen"])

    def reranker(self, stage: Stage) -> Reranker:
        """Return the reranker of originals, fitted on documents that a finished stage has scored."""
        vectors, vocabulary = stage.extractor.context_model.vectors, stage.extractor.vocabulary
        seed = self.seed + 50

        def fitted() -> Perceptron:
            second = self.documents["fit"][1::2]
            examples = self._examples(second, _RERANKER_FAMILIES, (100, 800), FIT_RATES, 1, seed)
            return fit_reranker(
                stage,
                lambda features: topic_fit(features, vectors, vocabulary),
                examples,
                _RERANKER_HIDDEN,
                seed,
                self._counter(len(examples)),
            )

        return Reranker(self._step("reranker", fitted, STAGES["full"], "full_document_calibration"))
