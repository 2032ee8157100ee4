"""What each part is worth: candidate sources, models and cues taken away in turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sklearn.linear_model import LogisticRegression

from detector.cues import CUES
from detector.estimators.channel import SOURCES
from detector.evaluation.metrics import auc_interval, ratio_interval
from detector.evaluation.parts import THESAURUS_SOURCES, with_columns_masked, with_extractor, without_sources
from detector.evaluation.restoration import RestorationCounts, restored, touching
from detector.evaluation.results import AblationRow, CueRow
from detector.evaluation.samples import (
    FULL_RATE,
    Bench,
    judged_batches,
    scores_of,
    spin_all,
    stretches,
)
from detector.model_store import Models
from detector.scoring.cascade import evidence_of, plans
from detector.scoring.passage_features import FEATURE_NAMES
from detector.training.examples import HUMAN, make_examples
from detector.training.families import FAMILIES, REWRITING
from detector.training.fit import sample_by_source
from detector.training.spinners import SpunText, TableSpinner

__all__ = ["ablation", "cues"]

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


def ablation(bench: Bench, unseen: Mapping[str, Sequence[str]], words: int = 100) -> tuple[AblationRow, ...]:
    """Return ROC AUC, restoration and harm with each part taken away.

    The networks are not fitted again: they see the mean in place of what is missing. The passage classifier is, on the
    same small set of examples for every row, the first included.
    """
    fit = list(
        make_examples(
            sample_by_source(bench.fit, 2 * bench.limit, bench.seed + 40),
            bench.resources,
            REWRITING,
            (20, 400),
            (0.1, 0.5),
            bench.seed + 40,
        )
    )
    is_spun = np.array([e.family != HUMAN for e in fit])
    human = [s.text for s in stretches(bench.test, bench.limit, words, bench.seed + words)]
    made: list[SpunText | None] = []
    for i, text in enumerate(human):
        family = REWRITING[i % len(REWRITING)]
        made += spin_all([text], family, FULL_RATE, bench.resources, bench.seed + 41 + i)
    at = np.flatnonzero([s is not None for s in made])
    spun = [s.text for s in made if s is not None]
    loose = [
        TableSpinner("unseen", unseen, FULL_RATE, seed=bench.seed + i).spin(t).text
        for i, t in enumerate(human if unseen else [])
    ]
    n, k = len(human), len(spun)
    label = np.concatenate([np.zeros(n, dtype=bool), np.ones(k, dtype=bool)])
    document = np.concatenate([np.arange(n), at])
    long_human = [s.text for s in stretches(bench.test, bench.limit, 300, bench.seed + 43)]
    n_restored = max(5, bench.limit // 24)
    spun_long = [s for family in REWRITING for s in restored(bench, family, n_restored)[0]]
    rows = []
    total = len(list(_reductions(bench.models)))
    for number, reduced in enumerate(_reductions(bench.models)):
        keep = [i for i, name in enumerate(FEATURE_NAMES) if not any(name.startswith(f) for f in reduced.features)]
        x = scores_of(reduced.models, [e.text for e in fit]).features[:, keep].astype(np.float64)
        mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-9
        model = LogisticRegression(max_iter=5000).fit(np.clip((x - mean) / scale, -8, 8), is_spun)
        scored = scores_of(reduced.models, [*human, *spun, *loose]).features[:, keep]
        score = model.decision_function(np.clip((scored - mean) / scale, -8, 8))
        auc = auc_interval(score[: n + k], label, document)
        auc_unseen = None
        if loose:
            both = np.concatenate([score[:n], score[n + k :]])
            auc_unseen = auc_interval(both, np.arange(2 * n) >= n, np.tile(np.arange(n), 2))
        r = RestorationCounts(reduced.models, spun_long)
        edits, n_words = 0, 0
        for _, judged in judged_batches(reduced.models, long_human):
            edits += sum(map(len, plans(judged, reduced.models)))
            n_words += int(judged.n_words.sum())
        rows.append(
            AblationRow(
                reduced.name,
                auc,
                auc_unseen,
                ratio_interval(r.before - r.after, r.before),
                round(1000 * edits / max(1, n_words), 3),
            )
        )
        bench.progress(number + 1, total)
    return tuple(rows)


def cues(bench: Bench) -> tuple[CueRow, ...]:
    """Return what each cue finds in spun and in human text, and what nobody else finds."""
    models = bench.models
    human = [s.text for s in stretches(bench.test, bench.limit, 300, bench.seed + 44)]
    in_human: dict[str, int] = dict.fromkeys(CUES, 0)
    human_words = 0
    for _, judged in judged_batches(models, human):
        human_words += int(judged.n_words.sum())
        for found in evidence_of(judged, models, plans(judged, models)):
            for e in found:
                in_human[e.cue] += 1
    in_spun: dict[str, int] = dict.fromkeys(CUES, 0)
    alone: dict[str, int] = dict.fromkeys(CUES, 0)
    spun_words = n_spans = 0
    for number, family in enumerate(FAMILIES):
        spun, r = restored(bench, family, max(10, bench.limit // 8))
        spun_words += sum(len(s.text.split()) for s in spun)
        n_spans += int(r.spans.sum())
        for text, found in zip(spun, r.evidence, strict=True):
            places = [(s.start, s.end) for s in text.alignment]
            every = touching(places, [(e.start, e.end) for e in found])
            for cue in {e.cue for e in found}:
                in_spun[cue] += sum(e.cue == cue for e in found)
                alone[cue] += every - touching(places, [(e.start, e.end) for e in found if e.cue != cue])
        bench.progress(number + 1, len(FAMILIES))
    return tuple(
        CueRow(
            cue,
            round(1000 * in_spun[cue] / max(1, spun_words), 3),
            round(1000 * in_human[cue] / max(1, human_words), 3),
            round(alone[cue] / max(1, n_spans), 4),
        )
        for cue in CUES
        if in_spun[cue] or in_human[cue]
    )
