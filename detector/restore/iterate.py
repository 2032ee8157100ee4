"""The restoration loop: choose edits, apply them, read the outcome again, until nothing is left to restore.

What a word was depends on what its neighbours were. So a text whose edits are made is read again, but only around what
they changed, and with what was known of the document as it was given: restored text looks more human, so estimating
its probability or its spinner's profile again would stop restoration too early.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.restore.plan import Span, apply_plan, compose_plans, restored_spans, shift_spans
from detector.restore.profile import SpinnerProfile
from detector.restore.restorer import Restorer
from detector.scoring.tokens import FeatureExtractor, TokenFeatures
from detector.text.tokens import TokenBatch, tokenize
from detector.types import Edit

__all__ = ["DocumentContext", "restoration_plans"]

_MAX_READINGS = 4  # of a restored text; three in four need two
_REACH = 6  # words beside an edit whose candidates are weighed again: what the readers of both sides see of it


@dataclass(frozen=True)
class DocumentContext:
    """Estimates from the documents of a batch as they were given, used on every later reading.

    Attributes
    ----------
    probability : float64 (documents,), P(spun)
    features : of the tokens as they were given; `term_counts` of them are reused
    profile : of the documents' spinners
    """

    probability: NDArray[np.float64]
    features: TokenFeatures
    profile: SpinnerProfile


def _near(batch: TokenBatch, spans: Sequence[Sequence[Span]]) -> NDArray[np.bool_]:
    """Return the tokens that touch a span of their document or lie within reach of one, bool (n,)."""
    touched = batch.span_of(spans) >= 0
    running = np.concatenate(([0], np.cumsum(touched)))
    at = np.arange(len(touched))
    out: NDArray[np.bool_] = running[np.minimum(at + _REACH + 1, len(touched))] > running[np.maximum(at - _REACH, 0)]
    return out


def restoration_plans(
    context: DocumentContext,
    extractor: FeatureExtractor,
    restorer: Restorer,
    repairs: Sequence[Sequence[Edit]],
    min_gain: float,
    keep: Sequence[Sequence[Span]],
) -> list[list[Edit]]:
    """Return one plan for each document of a batch, sorted and disjoint.

    Parameters
    ----------
    extractor, restorer : what reads the text, and what chooses edits
    repairs : edits of each document that are made in any case, sorted and disjoint
    min_gain : log10 gain from which an edit is made
    keep : spans of each document that stay as they are, half-open
    """
    texts = context.features.batch.texts
    kept = [[*spans, *((e.start, e.end) for e in made)] for spans, made in zip(keep, repairs, strict=True)]
    chosen = restorer.plans(context.features, context.probability, context.profile, min_gain, kept)
    plans = [sorted([*a, *b], key=lambda e: e.start) for a, b in zip(repairs, chosen, strict=True)]
    # Spans that stay and repairs, as they stand in the restored text.
    kept = [
        [*shift_spans(spans, plan), *((a, b) for a, b, e in restored_spans(plan) if e.cue != "substitution")]
        for spans, plan in zip(keep, plans, strict=True)
    ]
    fresh = [plan if some else [] for plan, some in zip(plans, chosen, strict=True)]
    for _ in range(_MAX_READINGS):
        if not any(fresh):
            break
        # A document that is at rest has no text here, so that rows stay those of the context.
        restored = [apply_plan(t, p) if new else "" for t, p, new in zip(texts, plans, fresh, strict=True)]
        batch = tokenize(restored, restorer.vocabulary)
        changed = [[(start, end) for start, end, _ in restored_spans(new)] for new in fresh]
        features = extractor.extract(batch, places=_near(batch, changed), term_counts=context.features.term_counts)
        fresh = restorer.plans(features, context.probability, context.profile, min_gain, kept)
        plans = [compose_plans(t, p, new) if new else p for t, p, new in zip(texts, plans, fresh, strict=True)]
        kept = [shift_spans(spans, new) for spans, new in zip(kept, fresh, strict=True)]
    return plans
