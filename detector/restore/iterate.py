"""The restoration loop: choose edits, apply them, read the outcome again, until nothing is left to restore.

The original of a word depends on those of its neighbours, and the traits of a spinner show better once part of its work
is undone. So the restored text is read a second time as a whole, and then only around the last edits. The probability
stays that of the text as it was given: restored text looks more human, and estimating it again would stop restoration
early.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detector.restore.plan import Span, apply_plan, compose_plans, restored_spans, shift_spans
from detector.restore.profile import SpinnerProfile
from detector.restore.restorer import Restorer
from detector.restore.spinner import OtherDocuments, SpinnerCounts
from detector.restore.spinner_table import KnownPairs, KnownSpinner
from detector.scoring.tokens import DocumentTermCounts, FeatureExtractor, TokenFeatures
from detector.text.tokens import TokenBatch, tokenize
from detector.types import Edit

__all__ = ["DocumentContext", "counted_substitutions", "restoration_plans"]

_MAX_READINGS = 4  # of a restored text
_REACH = 6  # words beside an edit whose candidates are weighed again: the reach of the readers of both sides


@dataclass(frozen=True)
class DocumentContext:
    """Estimates of the documents of a batch that later readings reuse.

    Attributes
    ----------
    term_counts : of each document
    profile : of the documents' spinners
    """

    term_counts: DocumentTermCounts
    profile: SpinnerProfile

    @classmethod
    def from_features(cls, features: TokenFeatures) -> DocumentContext:
        """Estimate term counts and profiles from the features of whole documents."""
        profile = SpinnerProfile.from_odds(features, features.candidate_log10_odds)
        return cls(features.term_counts, profile)


def counted_substitutions(
    features: TokenFeatures, extractor: FeatureExtractor, probability: NDArray[np.float64], restorer: Restorer
) -> SpinnerCounts:
    """Return the counts of documents on their one spinner; `probability` float64 (documents,) is P(spun) of each."""
    context = DocumentContext.from_features(features)
    odds = restorer.reranker.rescore(features, extractor, probability, context.profile)
    return SpinnerCounts.from_features(features, odds, probability)


def _near(batch: TokenBatch, spans: Sequence[Sequence[Span]]) -> NDArray[np.bool_]:
    """Return the tokens that touch a span of their document or lie within reach of one, bool (n,)."""
    touched = batch.span_of(spans) >= 0
    running = np.concatenate(([0], np.cumsum(touched)))
    at = np.arange(len(touched))
    out: NDArray[np.bool_] = running[np.minimum(at + _REACH + 1, len(touched))] > running[np.maximum(at - _REACH, 0)]
    return out


def restoration_plans(
    features: TokenFeatures,
    probability: NDArray[np.float64],
    extractor: FeatureExtractor,
    restorer: Restorer,
    repairs: Sequence[Sequence[Edit]],
    min_gain: float,
    keep: Sequence[Sequence[Span]],
    spinner: KnownSpinner | None = None,
) -> list[list[Edit]]:
    """Return one plan for each document of a batch, sorted and disjoint.

    Parameters
    ----------
    features : of the documents as they were given, by `extractor`
    probability : float64 (documents,), P(spun) of each document
    repairs : edits of each document that are made in any case, sorted and disjoint
    min_gain : least log10 gain of an edit
    keep : spans of each document that stay as they are, half-open
    spinner : pairs of its wordings that are known
    """
    texts = features.batch.texts
    if isinstance(spinner, KnownPairs):
        extractor = replace(extractor, channel=spinner.channel)
        features = extractor.extract(features.batch)
    context = DocumentContext.from_features(features)
    known: KnownPairs | OtherDocuments | None = None
    if isinstance(spinner, SpinnerCounts):
        odds = restorer.reranker.rescore(features, extractor, probability, context.profile)
        known = spinner.beside(features, odds, probability)
    elif spinner is not None:
        known = spinner
    fixed = [[*spans, *((e.start, e.end) for e in made)] for spans, made in zip(keep, repairs, strict=True)]
    chosen = restorer.plans(features, extractor, probability, context.profile, min_gain, fixed, known)
    plans = [sorted([*a, *b], key=lambda e: e.start) for a, b in zip(repairs, chosen, strict=True)]
    # The spans that stay and the repairs, as they stand in the restored text.
    fixed = [
        [*shift_spans(spans, plan), *((a, b) for a, b, e in restored_spans(plan) if e in made)]
        for spans, plan, made in zip(keep, plans, map(set, repairs), strict=True)
    ]
    fresh = [plan if some else [] for plan, some in zip(plans, chosen, strict=True)]
    for number in range(_MAX_READINGS):
        if not any(fresh):
            break
        # A document without new edits has no text here, so that rows stay those of the context.
        restored = [apply_plan(t, p) if new else "" for t, p, new in zip(texts, plans, fresh, strict=True)]
        batch = tokenize(restored, extractor.vocabulary)
        if number == 0:
            features = extractor.extract(batch)
            context = DocumentContext.from_features(features)
        else:
            near = _near(batch, [[(start, end) for start, end, _ in restored_spans(new)] for new in fresh])
            features = extractor.extract(batch, term_counts=context.term_counts, places=near)
        fresh = restorer.plans(features, extractor, probability, context.profile, min_gain, fixed, known)
        plans = [compose_plans(t, p, new) if new else p for t, p, new in zip(texts, plans, fresh, strict=True)]
        fixed = [shift_spans(spans, new) for spans, new in zip(fixed, fresh, strict=True)]
    return plans
