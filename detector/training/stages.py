"""Fit the stages of the cascade on human text and on what our spinners make of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Protocol, TypeVar

import numpy as np

from detector.estimators.perceptron import Perceptron
from detector.restore.rerank import Reranker
from detector.restore.topic import topic_fit
from detector.scoring.passage_features import FEATURE_NAMES
from detector.scoring.stage import Stage
from detector.scoring.tokens import FeatureExtractor
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

__all__ = ["FIT_FAMILIES", "FIT_RATES", "STAGES", "StageSize", "StageTrainer"]

T = TypeVar("T")

# Shares of words that the spinners of the examples replace. All is fitted on light rewrites too; a classifier fitted
# from a tenth on tells a rewrite of 7 in 100 words worse (ROC AUC 0.945 against 0.949 on 100 words of dev). But below a
# tenth a rewrite is an edit: what cannot be told apart would only blur the probability of what can.
FIT_RATES = (0.05, 0.5)
_CALIBRATION_RATES = (0.1, 0.5)
_CALIBRATION_ROUNDS = 3  # a calibration has four numbers to fit
# The reranker is fitted on all families that rewrite words, and on dictionaries more often: they spin whole articles.
_RERANKER_FAMILIES = (*REWRITING, "dictionary")


@dataclass(frozen=True)
class StageSize:
    """What a stage may spend.

    Attributes
    ----------
    reader : which of the context models it has, narrowest first
    max_context_log10_odds, max_candidates : as `FeatureExtractor` has them
    candidate_hidden, token_hidden : hidden units of the networks that weigh candidates and words
    """

    reader: int
    max_context_log10_odds: float
    max_candidates: int
    candidate_hidden: int
    token_hidden: int


STAGES: Mapping[str, StageSize] = {
    "screen": StageSize(reader=0, max_context_log10_odds=0.0, max_candidates=2, candidate_hidden=24, token_hidden=32),
    # Of 100 words of which 7 were replaced 192 units tell ROC AUC 0.966 on dev, 96 tell 0.964; of 300 words alike.
    "full": StageSize(
        reader=1, max_context_log10_odds=math.inf, max_candidates=12, candidate_hidden=64, token_hidden=192
    ),
}

# Stretches of each document that passages are learnt from. Of 100 words of which 7 were replaced a close reading that
# learnt from three tells ROC AUC 0.966 on dev, from nine 0.967; of 300 words 0.994 and 0.995.
_PASSAGE_ROUNDS = 9

# Share of the long spun examples that are spun in one passage. At 0.07 one spun passage in a human article of dev was
# found in 61 of 100, at 0.25 in 68, at the same share of false alarms, and as many wholly spun texts.
_PART_SHARE = 0.25
# Share of the examples that are written in one of `forms.FORMS`: half as edited prose is, half as all else is.
_FORM_SHARE, _FORM_SEED = 0.5, 7
_CHOICE_HIDDEN = 64
_NAME_HIDDEN = 16


class _Step(Protocol):
    """Keeps what a named step made, and gives it back when it is asked for again."""

    def __call__(self, name: str, work: Callable[[], T]) -> T:
        """Return the result of `work`, or what was kept of it."""
        ...


@dataclass(frozen=True)
class StageTrainer:
    """What all fits share: documents by split, the spinners' tables, how many examples, how steps are kept."""

    documents: Mapping[Split, Sequence[CorpusDocument]]
    resources: SpinnerResources
    examples: int
    seed: int
    step: _Step
    progress: Callable[[int, int], None]

    def _told(self, total: int) -> Callable[[int], None]:
        done = 0

        def tell(n: int) -> None:
            nonlocal done
            done += n
            self.progress(done, total)

        return tell

    def _made(
        self,
        documents: Sequence[CorpusDocument],
        families: Sequence[str],
        words: tuple[int, int],
        rates: tuple[float, float],
        rounds: int,
        seed: int,
        part_share: float = 0.0,
    ) -> list[Example]:
        """Return human stretches and spun ones, part of both in the other forms in which people write."""
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
        """Return a stage fitted from its measurements up; every network sees documents that no other has seen."""
        fit, seed = self.documents["fit"], self.seed
        first, second = fit[0::2], fit[1::2]

        @cache
        def words() -> list[Example]:
            return self._made(first, FIT_FAMILIES, (30, 500), FIT_RATES, 2, seed)

        candidate_model = self.step(
            f"{name}_candidate_model",
            lambda: fit_candidate_model(extractor, words(), size.candidate_hidden, seed, self._told(len(words()))),
        )
        extractor = replace(extractor, candidate_model=candidate_model)
        token_model = self.step(
            f"{name}_token_model",
            lambda: fit_token_model(extractor, words(), size.token_hidden, seed + 1, self._told(len(words()))),
        )
        extractor = replace(extractor, token_model=token_model)

        # Fitting hides part of the channel; calibration is done as users run it, with all of it.
        def classifier(
            part: str,
            inputs: Callable[..., ExampleFeatures],
            rounds: int,
            seed: int,
            fit: Callable[[ExampleFeatures, ExampleFeatures], T],
        ) -> T:
            return self.step(
                f"{name}_{part}",
                lambda: fit(
                    inputs(second, FIT_RATES, rounds, seed, seed),
                    inputs(
                        self.documents["calibrate"],
                        _CALIBRATION_RATES,
                        min(rounds, _CALIBRATION_ROUNDS),
                        seed + 10,
                        None,
                    ),
                ),
            )

        def passages(
            members: Sequence[CorpusDocument], rates: tuple[float, float], rounds: int, seed: int, hide: int | None
        ) -> ExampleFeatures:
            made = self._made(members, FIT_FAMILIES, (20, 500), rates, rounds, seed)
            return passage_inputs(extractor, made, hide, self._told(len(made)))

        passage_model = classifier(
            "passage_model",
            passages,
            _PASSAGE_ROUNDS,
            seed + 10,
            lambda x, calibrate: fit_boosted(x, calibrate, FEATURE_NAMES, seed),
        )

        def calibration() -> tuple[float, float]:
            made = self._made(
                self.documents["calibrate"], FIT_FAMILIES, (25, 3000), _CALIBRATION_RATES, 1, seed + 30, _PART_SHARE
            )
            return fit_document_calibration(extractor, passage_model, made, self._told(len(made)))

        return Stage(extractor, passage_model, self.step(f"{name}_document_calibration", calibration))

    def name_model(self, extractor: FeatureExtractor) -> Perceptron:
        """Return the model of whether a name is a slip for another, by the features of an extractor."""

        def fitted() -> Perceptron:
            first, seed = self.documents["fit"][0::2], self.seed + 5
            made = list(make_slips(sample_by_source(first, self.examples, seed, repeat=True), 300, seed))
            return fit_name_model(extractor, made, _NAME_HIDDEN, seed, self._told(len(made)))

        return self.step("name_model", fitted)

    def reranker(self, stage: Stage) -> Reranker:
        """Return what chooses originals, fitted on documents read by a finished stage."""
        vectors, vocabulary = stage.extractor.context_model.vectors, stage.extractor.vocabulary
        seed = self.seed + 50

        def fitted() -> Perceptron:
            made = self._made(self.documents["fit"][1::2], _RERANKER_FAMILIES, (100, 800), FIT_RATES, 1, seed)
            return fit_reranker(
                stage,
                lambda features: topic_fit(features, vectors, vocabulary),
                made,
                _CHOICE_HIDDEN,
                seed,
                self._told(len(made)),
            )

        return Reranker(self.step("reranker", fitted), vectors, vocabulary)
