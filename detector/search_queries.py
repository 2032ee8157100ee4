"""Search help: the few restored sentences that most probably stand word for word in the source."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from detector.model_store import load_models
from detector.restore.plan import Span, restored_spans, shift_spans
from detector.text.tokens import tokenize
from detector.text.vocabulary import BOUNDARY
from detector.types import Restoration

__all__ = ["search_queries"]

_MIN_WORDS, _MAX_WORDS = 7, 28  # words of a query: shorter ones match anywhere, search engines cut longer ones
_RARE_ZIPF = 5.0  # words below this frequency make a sentence easy to find
_DOUBTFUL_GAIN = 1.0  # log10; an edit below this is right about nine times in ten, or less
_ODD = 4.0  # the cost of a word that is odd and was not restored, in units of rarity


def _unquoted(sentence: str) -> str:
    """Return the sentence as it goes between quotation marks: no mark of its own inside, cut at the first."""
    parts = [p.strip(" ,;:") for p in re.split(r'["“”]', sentence)]
    return max(parts, key=len)


def _starting_in(starts: Sequence[int], first: int, last: int) -> slice:
    return slice(bisect_left(starts, first), bisect_right(starts, last - 1))


def search_queries(restoration: Restoration, odd: Sequence[Span] = (), k: int = 5) -> tuple[str, ...]:
    """Return up to k sentences of the restored text, best first, to be searched between quotation marks.

    The best are rare, of middling length, and free of wordings that are still odd or were restored with doubt.

    Parameters
    ----------
    odd : half-open spans of the source that are findings without an edit
    """
    models = load_models()
    text = restoration.text
    batch = tokenize([text], models.vocabulary)
    # A boundary ends a paragraph; a line end inside a wrapped sentence is none.
    ends = sorted({*models.splitter.ends(text), *batch.starts[batch.ids == BOUNDARY].tolist()})
    zipf = models.vocabulary.zipf
    edits = list(restored_spans(restoration.plan))
    edit_starts = [start for start, _, _ in edits]
    left = sorted(start for start, _ in shift_spans(sorted(odd), restoration.plan))
    scored = []
    for start, end in pairwise([0, *ends]):
        tokens = np.flatnonzero(batch.is_word & (batch.starts >= start) & (batch.ends <= end))
        if not _MIN_WORDS <= len(tokens) <= _MAX_WORDS:
            continue
        rare = np.maximum(_RARE_ZIPF - zipf[batch.ids[tokens]], 0.0).clip(max=3.0).sum()
        doubt = sum(
            1.0 + max(0.0, _DOUBTFUL_GAIN - e.log10_gain) for *_, e in edits[_starting_in(edit_starts, start, end)]
        )
        n_odd = len(left[_starting_in(left, start, end)])
        sentence = _unquoted(" ".join(text[start:end].split()))
        if len(sentence.split()) >= _MIN_WORDS:
            scored.append((float(rare - _ODD * n_odd - doubt), -start, sentence))
    return tuple(sentence for _, _, sentence in sorted(scored, reverse=True)[:k])
