"""Words that fit neither their neighbours nor the topic, and whose original is not known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detector.cues.cue import Cue, CueContext, Found
from detector.types import Evidence

__all__ = ["CUE", "weightiest"]

_ID = "collocation"


def _evidence(context: CueContext, place: int, log10_odds: float, message: str) -> Evidence:
    batch = context.scores.batch
    start, end = int(batch.starts[place]), int(batch.ends[place])
    surface = batch.surface(place, place + 1)
    return Evidence(start, end, surface, _ID, round(log10_odds, 2), (), message)


def find(context: CueContext) -> Found:
    """Return the odd words of each document that no edit touches."""
    batch, odds = context.scores.batch, context.log10_odds
    out: Found = [[] for _ in batch.texts]
    if odds is None:
        return out
    free = batch.span_of([[(e.start, e.end) for e in plan] for plan in context.plans]) < 0
    for place in np.flatnonzero(batch.is_word & free & (odds >= context.min_log10_odds)).tolist():
        surface = batch.surface(place, place + 1)
        before = batch.surface(place - 1, place) if batch.ids[place - 1] else ""
        after = batch.surface(place + 1, place + 2) if batch.ids[place + 1] else ""
        around = " ".join(x for x in (before, surface, after) if x)
        message = f"Writers hardly ever put “{surface}” here (“{around}”)."
        out[int(batch.document_of[place])].append(_evidence(context, place, float(odds[place]), message))
    return out


def weightiest(context: CueContext, document: int, log10_ratio: NDArray[np.float32], n: int) -> list[Evidence]:
    """Return the n words of a document that raised its probability most.

    `log10_ratio` (n,) says how many times likelier each word is in text whose words were substituted. A word that is no
    likelier there raised nothing, and is not among them.
    """
    batch = context.scores.batch
    places = np.flatnonzero(batch.is_word & (batch.document_of == document) & (log10_ratio > 0.05))
    places = np.sort(places[np.argsort(-log10_ratio[places], kind="stable")[:n]])
    message = "This is one of the words that raised the probability most; on its own it says little."
    return [_evidence(context, place, float(log10_ratio[place]), message) for place in places.tolist()]


CUE = Cue(
    _ID,
    "odd word",
    "odd words",
    "A word that fits neither its neighbours nor the topic, and whose original is not known.",
    find,
    "after",
    example="The treasurer laid the [banister] before the council, which adopted it for the coming year.",
    innocent=(
        "The word is technical, regional or old, and right.",
        "The author reached for an unusual word or made a joke.",
        "A word is missing beside it, or a line of another text slipped in.",
    ),
    advice="Ask which everyday word would stand there. One odd word is style; several in a passage deserve a search.",
)
