"""Tortured phrases of science with the conditions under which each counts: a small boolean query language.

The Problematic Paper Screener (Cabanac, Labbé & Magazinov) writes its phrases as queries: quoted phrases, AND,
OR, NOT, brackets, `word*` for a prefix and `"a b"~10` for words within ten of each other. `parse` reads one,
`PhraseQuery.holds` asks whether a document satisfies it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from detector.errors import InputError
from detector.text.tokens import iter_pieces

__all__ = ["DocumentWords", "PhraseQuery", "Query", "Term", "first_term", "parse"]


# Tuples, since there are thousands of them and they are made ten times as fast as dataclasses.
class Term(NamedTuple):
    """A phrase: words in a row, or with `slop`, in any order with at most so many other words between."""

    words: tuple[str, ...]
    slop: int | None = None
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A boolean combination: `operator` is "and", "or" or "not"."""

    operator: str
    parts: tuple[Query | Term, ...]


class DocumentWords:
    """A document's words, ready to be searched for phrases."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = list(words)
        self._line = " " + " ".join(words) + " "

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        places: dict[str, list[int]] = {}
        for i, word in enumerate(self.words):
            places.setdefault(word, []).append(i)
        return places

    def find(self, term: Term) -> tuple[int, int] | None:
        """Return the first and last word of a place at which the term stands, None if there is none."""
        if term.prefix:
            at = self._line.find(" " + term.words[0])
            return None if at < 0 else (n := self._line.count(" ", 0, at + 1) - 1, n)
        if term.slop is None:
            at = self._line.find(" " + " ".join(term.words) + " ")
            if at < 0:
                return None
            first = self._line.count(" ", 0, at + 1) - 1
            return first, first + len(term.words) - 1
        if any(w not in self._places for w in term.words):
            return None
        for start in self._places[term.words[0]]:
            near = [min(self._places[w], key=lambda p: abs(p - start)) for w in term.words]
            if len(set(near)) == len(near) and max(near) - min(near) + 1 - len(near) <= term.slop:
                return min(near), max(near)
        return None

    def holds(self, query: Query | Term) -> bool:
        """Return whether the document satisfies the query."""
        if isinstance(query, Term):
            return self.find(query) is not None
        if query.operator == "not":
            return not self.holds(query.parts[0])
        return (all if query.operator == "and" else any)(self.holds(p) for p in query.parts)


class PhraseQuery(NamedTuple):
    """One tortured phrase (`anchor`), the expected term, the conditions under which it counts, and its log10 odds.

    `log10_odds` is how much likelier a text that holds it is tortured than not, from how often human text says it.
    """

    anchor: Term
    expected: str | None
    log10_odds: float
    text: str

    @property
    def query(self) -> Query | Term:
        """The conditions under which it counts, parsed from `text` when they are first needed."""
        return parse(self.text)


def _words(phrase: str) -> tuple[str, ...]:
    return tuple(p for p in iter_pieces(phrase) if p[0].isalnum())


_TOKEN = re.compile(r'"([^"]+)"(?:~(\d+))?|(\()|(\))|([^\s()"]+)')


@lru_cache(maxsize=4_096)
def parse(text: str) -> Query | Term:
    """Return the query that `text` writes; AND binds tighter than OR, words side by side mean AND.

    >>> parse('"surface highlights" NOT specular').operator
    'and'
    """
    tokens = [m.groups() for m in _TOKEN.finditer(text)]
    place = 0

    def word_of(token: tuple[str | None, ...]) -> str:
        # "ADN" stands once in the published list.
        return {"ADN": "AND"}.get(token[4] or "", token[4] or "")

    def either() -> Query | Term:
        nonlocal place
        parts = [both()]
        while place < len(tokens) and word_of(tokens[place]) == "OR":
            place += 1
            parts.append(both())
        return parts[0] if len(parts) == 1 else Query("or", tuple(parts))

    def both() -> Query | Term:
        nonlocal place
        parts = [single()]
        while place < len(tokens) and word_of(tokens[place]) != "OR" and tokens[place][3] is None:
            if word_of(tokens[place]) == "AND":
                place += 1
            parts.append(single())
        return parts[0] if len(parts) == 1 else Query("and", tuple(parts))

    def single() -> Query | Term:
        nonlocal place
        if place >= len(tokens):
            raise InputError(f"the query {text!r} ends where a phrase must stand")
        token = tokens[place]
        place += 1
        phrase, slop, opening, closing, _ = token
        if phrase is not None:
            return Term(_words(phrase), int(slop) if slop else None)
        if opening:
            inner = either()
            if place >= len(tokens) or tokens[place][3] is None:
                raise InputError(f"the query {text!r} lacks a closing bracket")
            place += 1
            return inner
        word = word_of(token)
        if word == "NOT":
            return Query("not", (single(),))
        if closing or word in ("AND", "OR"):
            raise InputError(f"the query {text!r} has {closing or word!r} where a phrase must stand")
        return Term(_words(word.rstrip("*")), None, word.endswith("*"))

    query = either()
    if place < len(tokens):
        raise InputError(f"the query {text!r} has more after its end")
    return query


def first_term(query: Query | Term) -> Term:
    """Return the phrase that the query is about: the first that it names."""
    while isinstance(query, Query):
        query = query.parts[0]
    return query
