"""The worth of each part: candidate sources, models and cues are removed in turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from detector.api import restore
from detector.cues import CUES
from detector.estimators.channel import SOURCES
from detector.evaluation.metrics import auc_interval
from detector.evaluation.parts import with_columns_masked, with_extractor, without_sources
from detector.evaluation.restoration import restored_text, spun_stretches, touching
from detector.evaluation.results import AblationRow, CueRow, Interval
from detector.evaluation.samples import (
    FULL_RATE,
    EvaluationSetup,
    findings_of,
    reports_of,
    scores_of,
    stretches,
)
from detector.model_store import Models
from detector.scoring.passage_features import FEATURE_NAMES
from detector.training.examples import HUMAN, make_examples
from detector.training.families import FAMILIES, REWRITING, THESAURUS_SOURCES
from detector.training.fit import sample_by_source
from detector.training.spinners import SpunText
from detector.types import Report

__all__ = ["ablation", "cues"]

_WORDS = 100  # of the stretches that ROC AUC is measured on
_CONTEXT = (
    "context",
    "context_before",
    "context_after",
    "context_two_before",
    "context_two_after",
    "document_context",
)
_CONTEXT_OF_CANDIDATE = ("context_original", "context_substitute")
_LM = ("lm", "lm_next", "lm_second", "association_left", "association_right", "unseen_left", "unseen_right")


@dataclass(frozen=True)
class _Reduced:
    name: str
    models: Models
    features: tuple[str, ...]  # beginnings of the names of passage features that go too


def _reductions(models: Models) -> Iterator[_Reduced]:
    m = models.full.extractor
    candidate, token = m.candidate_model, m.token_model
    assert candidate is not None
    assert token is not None
    yield _Reduced("nothing", with_extractor(models, m), ())
    for source in SOURCES:
        reduced = replace(m, channel=without_sources(m.channel, (source,)))
        yield _Reduced(f"candidates: {source}", with_extractor(models, reduced), ())
    thesauri = replace(m, channel=without_sources(m.channel, THESAURUS_SOURCES))
    yield _Reduced("candidates: both thesauri", with_extractor(models, thesauri), ())
    everything = replace(m, channel=without_sources(m.channel, SOURCES))
    yield _Reduced("candidates: all", with_extractor(models, everything), ("candidate_share",))
    context = replace(
        m,
        candidate_model=with_columns_masked(candidate, _CONTEXT_OF_CANDIDATE),
        token_model=replace(token, network=with_columns_masked(token.network, _CONTEXT)),
    )
    without_context = with_extractor(models, context, _CONTEXT_OF_CANDIDATE)
    yield _Reduced("context model", without_context, ("mean_context", "context_q"))
    n_grams = replace(
        m,
        candidate_model=with_columns_masked(candidate, ("lm_gain", "surprise")),
        token_model=replace(token, network=with_columns_masked(token.network, _LM)),
    )
    without_n_grams = with_extractor(models, n_grams, ("lm_gain",))
    yield _Reduced("n-gram model", without_n_grams, ("mean_log10_prob", "unseen_pairs"))


def _spun_by_any(
    setup: EvaluationSetup, texts: Sequence[str], spinners: Sequence[str], seed: int
) -> tuple[list[str], NDArray[np.int64]]:
    """Return texts spun at the full rate, each by the next of the spinners, and the place of each among the texts."""
    made: list[SpunText | None] = []
    for i, text in enumerate(texts if spinners else ()):
        made += setup.spin([text], spinners[i % len(spinners)], FULL_RATE, seed + i)
    return [s.text for s in made if s is not None], np.flatnonzero([s is not None for s in made])


def ablation(setup: EvaluationSetup) -> tuple[AblationRow, ...]:
    """Return ROC AUC, restoration and harm with each part taken away.

    The networks are not fitted again: they see the mean in place of a missing column. The passage classifier is, on the
    same small set of examples for every row, the first included.
    """
    fit = list(
        make_examples(
            sample_by_source(setup.fit, 2 * setup.limit, setup.seed + 40),
            setup.resources,
            REWRITING,
            (20, 400),
            (0.1, 0.5),
            setup.seed + 40,
        )
    )
    is_spun = np.array([e.family != HUMAN for e in fit])
    human = stretches(setup.test, setup.limit, _WORDS, setup.seed + _WORDS)
    known, known_at = _spun_by_any(setup, human, REWRITING, setup.seed + 41)
    unseen, unseen_at = _spun_by_any(setup, human, tuple(setup.unseen), setup.seed + 42)
    n, k = len(human), len(known)
    long_human = stretches(setup.test, setup.limit, 300, setup.seed + 43)
    human_words = sum(len(text.split()) for text in long_human)
    n_restored = max(5, setup.limit // 24)
    long_spun = [s for family in REWRITING for s in spun_stretches(setup, family, FULL_RATE, n_restored)]
    rows = []
    reductions = list(_reductions(setup.models))
    for number, reduced in enumerate(reductions):
        keep = [i for i, name in enumerate(FEATURE_NAMES) if not any(name.startswith(f) for f in reduced.features)]
        x = scores_of(reduced.models, [e.text for e in fit]).features[:, keep].astype(np.float64)
        mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-9
        model = LogisticRegression(max_iter=5000).fit(np.clip((x - mean) / scale, -8, 8), is_spun)
        scored = scores_of(reduced.models, [*human, *known, *unseen]).features[:, keep]
        score = model.decision_function(np.clip((scored - mean) / scale, -8, 8))

        def auc(spun: NDArray[np.float64], at: NDArray[np.int64], human: NDArray[np.float64] = score[:n]) -> Interval:
            both = np.concatenate([human, spun])
            return auc_interval(both, np.arange(len(both)) >= n, np.concatenate([np.arange(n), at]))

        counts = restored_text(long_spun, [restore(s.text, reduced.models) for s in long_spun])
        edits = sum(len(restore(text, reduced.models).plan) for text in long_human)
        rows.append(
            AblationRow(
                reduced.name,
                auc(score[n : n + k], known_at),
                auc(score[n + k :], unseen_at) if unseen else None,
                counts.error_reduction,
                round(1000 * edits / max(1, human_words), 3),
            )
        )
        setup.progress(number + 1, len(reductions))
    return tuple(rows)


def _findings(report: Report) -> list[tuple[int, int, str]]:
    """Return start, end and cue of each finding, in order."""
    return [(e.start, e.end, e.cue) for e in findings_of(report)]


def cues(setup: EvaluationSetup) -> tuple[CueRow, ...]:
    """Return the findings of each cue in spun text, and those that no other cue has."""
    models = setup.models
    in_spun: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    spun_words = n_spans = 0
    for number, family in enumerate(FAMILIES):
        spun = spun_stretches(setup, family, FULL_RATE, max(10, setup.limit // 8))
        for text, report in zip(spun, reports_of(models, [s.text for s in spun]), strict=True):
            found = _findings(report)
            places = [(s.start, s.end) for s in text.alignment]
            spun_words += report.n_words
            n_spans += len(places)
            every = touching(places, [(a, b) for a, b, _ in found])
            in_spun.update(cue for _, _, cue in found)
            for own in {cue for _, _, cue in found}:
                alone[own] += every - touching(places, [(a, b) for a, b, cue in found if cue != own])
        setup.progress(number + 1, len(FAMILIES))
    return tuple(
        CueRow(
            cue.id,
            round(1000 * in_spun[cue.id] / max(1, spun_words), 3),
            round(alone[cue.id] / max(1, n_spans), 4),
        )
        for cue in CUES
    )
