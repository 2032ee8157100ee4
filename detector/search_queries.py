"""Search help: the few stretches of the restored text that most probably stand word for word in the source."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

import numpy as np

from detector.model_store import load_models
from detector.restore.plan import Span, restored_spans, shift_spans
from detector.text.tokens import tokenize
from detector.text.vocabulary import BOUNDARY
from detector.types import Restoration

__all__ = ["search_queries"]

_MIN_WORDS, _MAX_WORDS = 7, 28  # words of a query: shorter ones match anywhere, search engines cut longer ones
# Each word may be an unrestored substitute, which costs as much as a word of Zipf frequency 4 is worth; an edit costs
# twice the powers of ten that it lacks to _SURE_GAIN. Of our own texts spun by six families (79), and of news spun by
# an unseen dictionary (80), 0.49 and 0.65 of the queries stand in the original; of whole sentences 0.26 and 0.32 did.
# 0.90 and 1 of the texts have one that does, 0.63 and 0.80 had.
_RARE_ZIPF, _MAX_RARITY = 5.0, 3.0
_DOUBTFUL_GAIN, _SURE_GAIN, _MIN_DOUBT = 2.0, 4.0, 0.1  # log10 gains of edits: below the first, they end a stretch
_QUOTATION_MARK = re.compile(r'["“”]')
_LOOSE = " ,;:.!?()[]{}—–-#*_>|"  # marks that mean nothing at the beginning of a query, Markdown's among them


def _stretches(ends: Sequence[int], gaps: Sequence[Span]) -> Iterator[Span]:
    """Yield the spans between `ends` and `gaps`, in order."""
    at = 0
    for start, end in sorted([*((e, e) for e in ends), *gaps]):
        if start > at:
            yield at, start
        at = max(at, end)


def search_queries(restoration: Restoration, odd: Sequence[Span] = (), k: int = 5) -> tuple[str, ...]:
    """Return up to k stretches of the restored text, best first, to be searched between quotation marks.

    They lie within a sentence and hold no quotation mark, no wording that is still odd and none that was restored with
    doubt. The best have rare words, are short, and were hardly changed.

    Parameters
    ----------
    odd : half-open spans of the source that are findings without an edit
    """
    models = load_models()
    text = restoration.text
    batch = tokenize([text], models.vocabulary)
    # A boundary ends a paragraph; a line end inside a wrapped sentence is none.
    ends = [*models.splitter.ends(text), *batch.starts[batch.ids == BOUNDARY].tolist(), len(text)]
    edits = list(restored_spans(restoration.plan))
    edit_starts = [start for start, _, _ in edits]
    gaps = [
        *((start, end) for start, end, e in edits if e.log10_gain < _DOUBTFUL_GAIN),
        *shift_spans(sorted(odd), restoration.plan),
        *(mark.span() for mark in _QUOTATION_MARK.finditer(text)),
    ]
    rarity = np.clip(_RARE_ZIPF - models.vocabulary.zipf[batch.ids], 0.0, _MAX_RARITY)
    words = np.flatnonzero(batch.is_word)
    starts = batch.starts[words]
    scored = []
    for start, end in _stretches(ends, gaps):
        first, last = np.searchsorted(starts, (start, end))
        tokens = words[first : min(last, first + _MAX_WORDS)]
        if len(tokens) < _MIN_WORDS:
            continue
        if last - first > _MAX_WORDS:
            end = int(batch.ends[tokens[-1]])
        made = edits[bisect_left(edit_starts, start) : bisect_left(edit_starts, end)]
        doubt = sum(2.0 * max(_MIN_DOUBT, _SURE_GAIN - e.log10_gain) for *_, e in made)
        query = " ".join(text[start:end].split()).lstrip(_LOOSE).rstrip(" ,;:([{")
        scored.append((float(rarity[tokens].sum()) - len(tokens) - doubt, -start, query))
    return tuple(query for *_, query in sorted(scored, reverse=True)[:k])
