"""Words that fit neither neighbours nor topic, even where no original is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detector.scoring.tokens import TokenFeatures
from detector.types import Evidence

__all__ = ["CUE", "find"]

CUE = "collocation"


def find(m: TokenFeatures, log10_odds: NDArray[np.float64], least: float) -> list[list[Evidence]]:
    """Return the odd words of each document: those with `log10_odds` (n,) of at least `least`."""
    batch = m.batch
    out: list[list[Evidence]] = [[] for _ in batch.texts]
    for place in np.flatnonzero(batch.is_word & (log10_odds >= least)).tolist():
        d = int(batch.document_of[place])
        start, end = int(batch.starts[place]), int(batch.ends[place])
        surface = batch.texts[d][start:end]
        before = batch.surface(place - 1, place) if batch.ids[place - 1] else ""
        after = batch.surface(place + 1, place + 2) if batch.ids[place + 1] else ""
        context = " ".join(x for x in (before, surface, after) if x)
        out[d].append(
            Evidence(
                start,
                end,
                surface,
                CUE,
                round(float(log10_odds[place]), 2),
                (),
                f"Writers hardly ever put “{surface}” here (“{context}”).",
            )
        )
    return out
