"""The screener's tortured phrases: read, weighed by how human text uses them, their expected terms made words."""

from __future__ import annotations

import csv
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.text.phrase_query import Term, first_term, parse
from detector.text.vocabulary import UNKNOWN, Vocabulary
from detector.training.channel import phrase_counts

__all__ = ["clean_term", "phrase_queries"]

_MIN_LOG10_ODDS = 1.0
_BRACKETS = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\})")
_ALTERNATIVES = re.compile(r"\s*(?:/|;|,|\||=|→|\bor\b|\bor possibly\b|\bi\.e\.|\bsee\b|https?:).*$", re.IGNORECASE)
_TERM = re.compile(r"[^\W_][\w’'.+-]*(?: [^\W_][\w’'.+-]*)*")


def clean_term(expected: str) -> str | None:
    """Return an expected term as words that can stand in a text, None if it is a note.

    Of several terms the first is taken, and an abbreviation in brackets is dropped.

    >>> clean_term("support vector machine (SVM)"), clean_term("brain cancer / brain tumor"), clean_term("solar ???")
    ('support vector machine', 'brain cancer', None)
    """
    term = expected
    while (shorter := _BRACKETS.sub("", term)) != term:
        term = shorter
    term = " ".join(_ALTERNATIVES.sub("", term).split())
    if term.isupper() and " " in term:
        term = term.lower()
    return term if _TERM.fullmatch(term) else None


@dataclass(frozen=True)
class _Row:
    query: str
    expected: str | None
    papers: int
    guarded: bool  # counts under conditions, which human text seldom meets


def _read(path: Path) -> list[_Row]:
    out = []
    with path.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            query = row["tortured_phrase"]
            papers = int(row["num_papers"].replace(",", "") or 0)
            guarded = not isinstance(parse(query), Term) or "~" in query
            out.append(_Row(query, clean_term(row["expected_phrase"]), papers, guarded))
    return out


def phrase_queries(path: Path, vocabulary: Vocabulary, ids: NDArray[np.int32]) -> list[list[Any]]:
    """Return the phrases that are evidence: query, expected term or None, log10 odds, words and slop of the anchor.

    The odds fall with each time that human text has the phrase without its guards: a phrase that the corpus has three
    times is ordinary English ("malignant growth"), whatever papers write.

    Parameters
    ----------
    path : the screener's table
    ids : int32 (n,), the corpus
    """
    listed = [
        row
        for row in _read(path)
        if (words := first_term(parse(row.query)).words) and all(vocabulary[w] != UNKNOWN for w in words)
    ]
    counts = phrase_counts(ids, [tuple(vocabulary[w] for w in first_term(parse(row.query)).words) for row in listed])
    out = []
    for row, count in zip(listed, counts.tolist(), strict=True):
        times = 0 if row.guarded else count
        log10_odds = round(2.0 + 0.25 * math.log10(1 + row.papers) - 2.0 * math.log10(1 + 3 * times), 2)
        if log10_odds >= _MIN_LOG10_ODDS:
            anchor = first_term(parse(row.query))
            out.append([row.query, row.expected, log10_odds, list(anchor.words), anchor.slop])
    return out
