"""Models with one part taken away."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from detector.estimators.channel import SOURCES, Channel, Ragged
from detector.estimators.perceptron import Perceptron
from detector.model_store import Models
from detector.scoring.tokens import FeatureExtractor

__all__ = ["with_columns_masked", "with_extractor", "without_sources"]


def without_sources(channel: Channel, sources: Collection[str]) -> Channel:
    """Return the channel without the pairs that these sources alone, or most strongly, know."""
    keep = ~np.isin(channel.sources, [SOURCES.index(s) for s in sources])
    row = np.repeat(np.arange(channel.n_entries), channel.entries.lengths)
    sizes = np.bincount(row[keep], minlength=channel.n_entries)
    return replace(
        channel,
        entries=Ragged(sizes.astype(np.uint8), channel.entries.values[keep]),
        weights=channel.weights[keep],
        sources=channel.sources[keep],
    )


def with_columns_masked(model: Perceptron, columns: Sequence[str]) -> Perceptron:
    """Return the network as if these columns always stood at their mean."""
    hidden = model.hidden.copy()
    hidden[[model.columns.index(c) for c in columns]] = 0.0
    return replace(model, hidden=hidden)


def with_extractor(models: Models, extractor: FeatureExtractor, not_chosen_by: Sequence[str] = ()) -> Models:
    """Return the models with another extractor in the full stage, which reads every text.

    The reranker takes the columns of `not_chosen_by` for their mean.
    """
    reranker = models.restorer.reranker
    reranker = replace(reranker, network=with_columns_masked(reranker.network, not_chosen_by))
    cascade = models.cascade
    return replace(
        models,
        cascade=replace(cascade, full=replace(cascade.full, extractor=extractor), escalation_margin=math.inf),
        restorer=replace(models.restorer, reranker=reranker),
    )
