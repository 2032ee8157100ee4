"""Search help: the few restored sentences that most probably stand word for word in the source."""

from __future__ import annotations

import re
from bisect import bisect_right

import numpy as np

from detector.model_store import load_models
from detector.restore.plan import restored_spans
from detector.text.tokens import tokenize
from detector.types import Restoration

__all__ = ["search_queries"]

_MIN_WORDS, _MAX_WORDS = 7, 28  # words of a query: shorter ones match anywhere, search engines cut longer ones
_RARE_ZIPF = 5.0  # words below this frequency make a sentence easy to find
_DOUBTFUL_GAIN = 1.0  # log10; an edit below this is right about nine times in ten, or less


def _unquoted(sentence: str) -> str:
    """The sentence as it goes between quotation marks: no mark of its own inside, cut at the first."""
    parts = [p.strip(" ,;:") for p in re.split(r'["“”]', sentence)]
    return max(parts, key=len)


def search_queries(restoration: Restoration, k: int = 5) -> tuple[str, ...]:
    """Return up to k sentences of the restored text, best first, to be searched between quotation marks.

    The best are rare, of middling length, and free of wordings that are still odd or were restored with doubt.
    """
    models = load_models()
    text = restoration.text
    ends = models.splitter.ends(text)
    starts = [0, *ends[:-1]]
    edits = [(first, last, edit.log10_gain) for first, last, edit in restored_spans(restoration.plan)]
    m = models.full.extractor.extract(tokenize([text], models.vocabulary))
    batch, zipf = m.batch, models.vocabulary.zipf
    scored = []
    for start, end in zip(starts, ends, strict=True):
        for line in re.finditer(r"[^\n]+", text[start:end]):
            a, b = start + line.start(), start + line.end()
            tokens = np.flatnonzero(batch.is_word & (batch.starts >= a) & (batch.ends <= b))
            if not _MIN_WORDS <= len(tokens) <= _MAX_WORDS:
                continue
            rare = np.maximum(_RARE_ZIPF - zipf[batch.ids[tokens]], 0.0).clip(max=3.0).sum()
            odd = np.clip(m.token_log10_odds[tokens] + 1.0, 0.0, 3.0).sum()
            doubt = sum(
                1.0 + max(0.0, _DOUBTFUL_GAIN - gain)
                for first, last, gain in edits[: bisect_right(edits, b, key=lambda e: e[0])]
                if last > a
            )
            scored.append((float(rare - 2.0 * odd - doubt), -a, _unquoted(text[a:b])))
    return tuple(sentence for _, _, sentence in sorted(scored, reverse=True)[:k])
