"""Wordings that a text mentions but does not use: quoted as words, or listed beside their terms.

An article on spun text quotes it. The quotations say nothing of how the article itself was written, and must stay as
they are: a sentence on "folks" in the place of "people" means nothing once it is restored. Quoted speech is use. So a
quotation counts only if the text treats it as a wording ("the phrase ...", "... means ...", one quotation that stands
for another), or if it treats most others so. Quotation marks around every substitute hide none of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["is_quoted", "mentioned_spans"]

Span = tuple[int, int]

_MAX_WORDS = 6  # of a quoted wording, and of one side of a row; longer ones are sentences
_WORD = r"[^\W_](?:\w|['’.-](?=\w))*+"
_WORDS = rf"{_WORD}(?:[ \u00a0]{_WORD}){{0,{_MAX_WORDS - 1}}}+"
# What stands before a quotation is asked after its first mark: a pattern that begins with the mark is found faster.
_QUOTED = re.compile(
    rf"""(?:“(?<![\w'’].)(?P<a>{_WORDS})[,.]?”|‘(?<![\w'’].)(?P<b>{_WORDS})[,.]?’
        |"(?<![\w'’].)(?P<c>{_WORDS})[,.]?"|'(?<![\w'’].)(?P<d>{_WORDS})[,.]?')(?!\w)""",
    re.VERBOSE,
)
_QUOTES = "“”‘’\"'"
# Words before a quotation that is about words; a few words may lie between ("the word for it is “…”").
_BEFORE = re.compile(
    r"""\b(?:words?|phrases?|terms?|wordings?|expressions?|synonyms?|(?:en)?titled|named|nicknamed|dubbed|spel(?:t|led)
        |translated|means?|meaning|instead[ ]of|in[ ]place[ ]of|rather[ ]than|st(?:ands?|ood)[ ]for|known[ ]as
        |turned[ ]into|became|becomes?)
        (?:[ ,:]+(?:like|such|as|is|was|are|were|of|for|to|the|a|an|it|here|into)\b)*[ ,:]*+\Z""",
    re.VERBOSE | re.IGNORECASE,
)
_AFTER = re.compile(
    r"""[ ,]*+(?:means?\b|meaning\b|meant\b|st(?:ands?|ood)[ ]for\b|instead[ ]of\b|in[ ]place[ ]of\b
        |rather[ ]than\b|(?:is|was)[ ](?:a|an|the)[ ](?:word|term|phrase|synonym)\b|→|->|=
        |\((?:[^\W_][\w'’.-]*+[ ]?){1,6}\))""",
    re.VERBOSE | re.IGNORECASE,
)
# Between two quotations of which one stands for the other, and between two that are listed.
_STANDS_FOR = re.compile(
    r"""\A[ ](?:for|to|into|not)[ ]\Z|\b(?:means?|meaning|becomes?|became|says?|writes?|wrote|instead|rather)\b
        |→|->|=|\A[ ]?[–—:/][ ]?\Z""",
    re.VERBOSE | re.IGNORECASE,
)
_LISTED = re.compile(r"\A[ ]?(?:[,;][ ](?:and[ ]|or[ ])?|(?:and|or)[ ])\Z", re.IGNORECASE)
_MAX_BETWEEN, _REACH = 24, 48  # characters
_ABOUT_WORDINGS = 4  # least number of mentions in a text about wordings, if half of its short quotations are
_SPEECH = re.compile(r"\A[ ]?(?:\w+[ ]){0,2}(?:said|says|asked|told|added|replied|answered|cried)\b", re.IGNORECASE)

_ROW = re.compile(
    rf"""^[ \t]*+(?:[-*•‣·–—+][ \t]+|\(?\d{{1,3}}[.)][ \t]+)?
        (?P<row>[{_QUOTES}]?{_WORDS}[{_QUOTES}]?
          (?:[ \t]*+(?:→|->|=>?|\||\t)[ \t]*+|[ ][-–—][ ]|:[ ]|[ ]\()
          [{_QUOTES}]?{_WORDS}[{_QUOTES}]?(?:[ ]*/[ ]*{_WORDS})?\)?)[ \t]*$""",
    re.VERBOSE | re.MULTILINE,
)
_MIN_ROWS = 3
_BETWEEN_ROWS = re.compile(r"[,;]?\s*\Z")


@dataclass(frozen=True)
class _Quotation:
    """A short quotation: the outer ends of its quotation marks, and the text between them."""

    start: int
    end: int
    inside: Span
    has_stop: bool

    @classmethod
    def from_match(cls, match: re.Match[str]) -> _Quotation:
        group = match.lastgroup or "a"
        return cls(match.start(), match.end(), match.span(group), match.end(group) < match.end() - 1)


def _is_about_words(text: str, quotation: _Quotation) -> bool:
    before = text[max(0, quotation.start - _REACH) : quotation.start]
    after = text[quotation.end : quotation.end + _REACH]
    return bool(_BEFORE.search(before) or _AFTER.match(after))


def _quotations(text: str) -> list[Span]:
    """Return the spans inside quotations that are mentions."""
    found = [_Quotation.from_match(m) for m in _QUOTED.finditer(text)]
    mentioned = [_is_about_words(text, q) for q in found]
    listed = []
    for i, (one, other) in enumerate(pairwise(found)):
        between = text[one.end : other.start] if other.start - one.end <= _MAX_BETWEEN else "\n"
        listed.append(bool(_LISTED.match(between)))
        if not (one.has_stop or re.search(r"[.!?\n]", between)) and _STANDS_FOR.search(between):
            mentioned[i] = mentioned[i + 1] = True
    # Quotations that are listed with a mention are mentions too.
    for i, together in enumerate(listed):
        mentioned[i + 1] |= together and mentioned[i]
    for i, together in reversed(list(enumerate(listed))):
        mentioned[i] |= together and mentioned[i + 1]
    if sum(mentioned) >= max(_ABOUT_WORDINGS, len(found) / 2):
        mentioned = [
            known or not (q.has_stop and _SPEECH.match(text[q.end : q.end + _REACH]))
            for known, q in zip(mentioned, found, strict=True)
        ]
    return [q.inside for q, known in zip(found, mentioned, strict=True) if known]


def _rows(text: str) -> Iterator[Span]:
    """Yield the rows of lists that set short wordings side by side."""
    run: list[re.Match[str]] = []
    for match in [*_ROW.finditer(text), None]:
        if match is not None and (not run or _BETWEEN_ROWS.match(text, run[-1].end(), match.start())):
            run.append(match)
            continue
        if len(run) >= _MIN_ROWS:
            yield from (m.span("row") for m in run)
        run = [] if match is None else [match]


def mentioned_spans(text: str) -> list[Span]:
    """Return the half-open spans of wordings that the text mentions but does not use, sorted.

    >>> text = "It writes “folks” for “people”. “Very well,” he said."
    >>> [text[a:b] for a, b in mentioned_spans(text)]
    ['folks', 'people']
    """
    rows = list(_rows(text)) if text.count("\n") >= _MIN_ROWS - 1 else []
    quotations = _quotations(text) if any(mark in text for mark in _QUOTES) else []
    alone = [q for q in quotations if not any(start <= q[0] and q[1] <= end for start, end in rows)]
    return sorted([*rows, *alone])


def is_quoted(text: str, spans: Sequence[Span]) -> list[bool]:
    """Return whether each span fills a quotation.

    >>> is_quoted("An “irregular woodland” is a “wood”, not a forest.", [(4, 22), (30, 34), (37, 40)])
    [True, True, False]
    """
    out = []
    for start, end in spans:
        after = text[end : end + 2].lstrip(",.")[:1]
        out.append(text[start - 1 : start] in tuple(_QUOTES) and after in tuple(_QUOTES))
    return out
