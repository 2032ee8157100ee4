"""Distinguishes wordings that a text mentions from those that it uses, before anything is judged or found.

`text.mention` reads the layout. Listed phrases have two further signs: the expected term beside them, since the text
then explains them, and capitals inside a sentence, since they are then a name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from detector.text.mention import is_quoted, mentioned_spans
from detector.text.phrase_index import PhraseIndex, PhraseMatch
from detector.text.tokens import TokenBatch, fold

__all__ = ["with_mentions"]

_REACH = 160  # characters of a sentence to either side that are read
_SENTENCE_END = re.compile(r"[.!?](?=[\s\"'”’)])|\n")
_ABOUT_PHRASES = re.compile(r"\b(?:tortured|mistranslat\w+|synonyms?|wordings?|phrases?)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
# "Profound Learning (PL)": a term with its abbreviation is in use, whatever its capitals.
_ABBREVIATION = re.compile(r"\s*\([A-Z]{2,}s?\)")
# Words or signs between a phrase and its term that equate the two; quotes and dashes are folded.
_STANDS_FOR = re.compile(
    r"[\s,\"']*+(?:for|instead of|in place of|rather than|not|or|as|means?|meaning|becomes?|became|turn(?:s|ed)? into"
    r"|that is|i\.e\.|[(\[:=/|-]|→|->)[\s,\"']*+(?:(?:an?|the) )?+"
)
_LONG_WORD = 4  # letters; titles have shorter words in lower case


def _sentence(text: str, start: int, end: int) -> tuple[str, str]:
    """Return the parts of a sentence before and after a span."""
    before = text[max(0, start - _REACH) : start]
    ends = [m.end() for m in _SENTENCE_END.finditer(before)]
    after = text[end : end + _REACH]
    stop = _SENTENCE_END.search(after)
    return before[ends[-1] if ends else 0 :], after[: stop.start()] if stop else after


def _is_name(text: str, start: int, end: int, before: str, after: str) -> bool:
    """Return whether a phrase has capitals of its own in a sentence that has none, and no abbreviation."""
    own = [w for w in _WORD.findall(text[start:end]) if len(w) >= _LONG_WORD]
    if not all(w[0].isupper() for w in own) or text[start:end].isupper() or _ABBREVIATION.match(after):
        return False
    others = [w for w in _WORD.findall(before + after) if len(w) >= _LONG_WORD]
    return len(own) > 1 and 2 * sum(w[0].islower() for w in others) > len(others)


def _is_mentioned(text: str, match: PhraseMatch) -> bool:
    start, end, query = match
    before, after = _sentence(text, start, end)
    if _is_name(text, start, end, before, after) or _ABOUT_PHRASES.search(before):
        return True
    return query.expected is not None and _is_explained(fold(query.expected), fold(before), fold(after))


def _is_explained(expected: str, before: str, after: str) -> bool:
    """Return whether the text equates a phrase with its expected term beside it."""
    at = before.rfind(expected)
    if at >= 0 and _STANDS_FOR.fullmatch(before, at + len(expected)):
        return True
    at = after.find(expected)
    return at >= 0 and _STANDS_FOR.fullmatch(after, 0, at) is not None


def _mentioned(text: str, found: Sequence[PhraseMatch]) -> list[tuple[int, int]]:
    """Return the spans of those phrases that a text mentions, sorted."""
    quoted = is_quoted(text, [(start, end) for start, end, _ in found])
    known = [m[:2] for m, in_quotes in zip(found, quoted, strict=True) if in_quotes or _is_mentioned(text, m)]
    # A sentence that mentions one lists the others.
    beside = [
        (start, end)
        for start, end, _ in found
        if any(not _SENTENCE_END.search(text, min(end, b), max(start, a)) for a, b in known)
    ]
    return sorted({*known, *beside})


def with_mentions(batch: TokenBatch, phrases: PhraseIndex) -> TokenBatch:
    """Return the batch with those tokens marked that its texts mention but do not use."""
    spans = [mentioned_spans(text) for text in batch.texts]
    for text, of_text, found in zip(batch.texts, spans, phrases.find(batch), strict=True):
        of_text += _mentioned(text, found)
    return batch.with_mentions(spans)
