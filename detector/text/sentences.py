"""Sentences as a reader sees them, for display and search; passages need only the tokens."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nltk.tokenize.punkt import PunktSentenceTokenizer

__all__ = ["SentenceSplitter"]


@dataclass(frozen=True)
class SentenceSplitter:
    """Punkt (Kiss & Strunk 2006, as nltk has it) with parameters trained on the corpus.

    nltk is imported when the first text is split, not before: it would double the start-up time.
    """

    abbreviations: tuple[str, ...]
    collocations: tuple[tuple[str, str], ...]
    starters: tuple[str, ...]

    @cached_property
    def _punkt(self) -> PunktSentenceTokenizer:
        from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

        parameters = PunktParameters()
        parameters.abbrev_types = set(self.abbreviations)
        parameters.collocations = set(self.collocations)
        parameters.sent_starters = set(self.starters)
        return PunktSentenceTokenizer(parameters)

    def ends(self, text: str) -> list[int]:
        """Return the offset after each sentence of `text`."""
        return [end for _, end in self._punkt.span_tokenize(text)]
