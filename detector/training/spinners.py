"""Spinners of our own: they rewrite human text the way the known families do, and keep the alignment.

Real spinners differ in their tables and profile, not in their machinery: nearly all replace wordings by table.
So one class does it, and a family is a table with profile: one substitute for the whole article or a new one
each time, how much of the text, names or not. Damage (look-alike letters, misspelt names) has its own class.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from detector.text.casing import in_case_of
from detector.text.replacement import replaced
from detector.text.tokens import iter_pieces
from detector.text.vocabulary import CONFUSABLE_LETTERS

__all__ = [
    "AlignedSpan",
    "ChainSpinner",
    "DamageSpinner",
    "SlipSpinner",
    "Spinner",
    "SpunText",
    "Table",
    "TableSpinner",
    "spin_part",
    "undo",
    "undo_some",
]

Table = Mapping[str, Sequence[str]]

_MAX_HEADWORD = 7  # words; the longest headword seen in the wild
_DASHES = frozenset("-–—")
_ARTICLE = re.compile(r"(?<!\w)(an?)\s$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AlignedSpan:
    """`text[start:end]` of the spun text reads `spun` and was `original`."""

    start: int
    end: int
    spun: str
    original: str


@dataclass(frozen=True, slots=True)
class SpunText:
    """A spun text and its original: restoring every span gives `original`."""

    text: str
    original: str
    alignment: tuple[AlignedSpan, ...]


def undo(text: str, alignment: Sequence[AlignedSpan]) -> str:
    """Return a spun text with the original of every span restored."""
    return replaced(text, ((span.start, span.end, span.original) for span in alignment))


def undo_some(
    text: str, alignment: Sequence[AlignedSpan], is_undone: Iterable[bool]
) -> tuple[str, tuple[AlignedSpan, ...]]:
    """Return a spun text with the originals of some spans restored, and the spans that are left."""
    undone, left, moved = [], [], 0
    for span, restore in zip(alignment, is_undone, strict=True):
        if restore:
            undone.append(span)
            moved += len(span.original) - len(span.spun)
        else:
            left.append(replace(span, start=span.start + moved, end=span.end + moved))
    return undo(text, undone), tuple(left)


class Spinner(Protocol):
    """Anything that rewrites a text; the same text and seed give the same result."""

    @property
    def name(self) -> str:
        """Name of the family."""
        ...

    def spin(self, text: str) -> SpunText:
        """Return the text rewritten, with its alignment."""
        ...


def _generator(seed: int, text: str) -> np.random.Generator:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return np.random.default_rng((seed, int.from_bytes(digest, "big")))


def _rewrite(text: str, edits: Iterable[tuple[int, int, str]]) -> SpunText:
    """Apply sorted, disjoint (start, end, replacement) edits and record the alignment."""
    out: list[str] = []
    spans = []
    position = length = 0
    for start, end, replacement in edits:
        original = text[start:end]
        if replacement == original:
            continue
        out += [text[position:start], replacement]
        length += start - position
        spans.append(AlignedSpan(length, length + len(replacement), replacement, original))
        length += len(replacement)
        position = end
    out.append(text[position:])
    return SpunText("".join(out), text, tuple(spans))


@dataclass(frozen=True)
class TableSpinner:
    """Replaces headwords of one to seven words by their substitutes, longest match first.

    Attributes
    ----------
    name : the family
    table : headword (lower case, one space between words) → substitutes
    rate : share of the text's words to replace, 0 to 1; the table's coverage is the limit
    consistent : one substitute for each headword in the whole article (kind A); else drawn each time
    names : whether words with a capital inside a sentence are replaced too ("Bill" → "Invoice")
    articles : whether "a" and "an" before a substitute are made to agree
    seed : of all draws, together with the text
    """

    name: str
    table: Table = field(repr=False)
    rate: float = 0.25
    consistent: bool = False
    names: bool = False
    articles: bool = False
    seed: int = 0

    def _matches(self, text: str) -> Iterator[tuple[int, int, str, int]]:
        """Yield start, end, headword and words of the longest matches from left to right."""
        pieces = iter_pieces(text)
        starts = np.cumsum([0, *map(len, pieces)])
        n = len(pieces)
        i = 0
        sentence_start = True
        while i < n:
            piece = pieces[i]
            if piece.isspace():
                sentence_start = sentence_start or "\n" in piece
                i += 1
                continue
            if not piece[0].isalnum():
                sentence_start = piece in ".!?:" or (sentence_start and piece in "\"'(")
                i += 1
                continue
            found = None
            words = 1
            key = piece
            end = i
            # A headword's words are set apart by one space each; grow the match as far as pieces allow.
            while True:
                if key in self.table:
                    found = (end, key, words)
                if words == _MAX_HEADWORD or end + 2 >= n or pieces[end + 1] != " ":
                    break
                end += 2
                words += 1
                key = f"{key} {pieces[end]}"
            if found is not None:
                last, headword, count = found
                start, stop = int(starts[i]), int(starts[last + 1])
                hyphen = text[max(0, start - 1) : start] in _DASHES or text[stop : stop + 1] in _DASHES
                capital = text[start].isupper() and not sentence_start
                if not hyphen and (self.names or not capital):
                    yield start, stop, headword, count
                    i = last + 1
                    sentence_start = False
                    continue
            sentence_start = False
            i += 1

    def spin(self, text: str) -> SpunText:
        """Return the text with about `rate` of its words replaced."""
        rng = _generator(self.seed, text)
        matches = list(self._matches(text))
        n_words = max(1, len(text.split()))
        covered = sum(m[3] for m in matches)
        share = min(1.0, self.rate * n_words / max(1, covered))
        chosen: dict[str, str | None] = {}
        edits: list[tuple[int, int, str]] = []
        for start, end, headword, _ in matches:
            substitute: str | None
            if self.consistent:
                if headword not in chosen:
                    options = self.table[headword]
                    pick = options[int(rng.integers(len(options)))]
                    chosen[headword] = pick if rng.random() < share else None
                substitute = chosen[headword]
            else:
                options = self.table[headword]
                substitute = options[int(rng.integers(len(options)))] if rng.random() < share else None
            if substitute is None:
                continue
            replacement = in_case_of(text[start:end], substitute)
            # Four characters show whether "an " is the whole word or the end of "can ".
            if self.articles and (article := _ARTICLE.search(text[max(0, start - 4) : start])):
                written = article.group(1)
                agreed = written[0] + ("n" if substitute[0] in "aeiou" else "")
                if agreed.lower() != written.lower() and (not edits or edits[-1][1] <= start - len(written) - 1):
                    gap = text[start - 1]
                    start -= len(written) + 1
                    replacement = agreed + gap + replacement
            edits.append((start, end, replacement))
        return _rewrite(text, edits)


_LOOKALIKE = defaultdict(list)
for _letter, _latin in CONFUSABLE_LETTERS.items():
    _LOOKALIKE[_latin].append(_letter)
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{3,}")
_LONG_WORD = re.compile(r"[A-Za-z]{4,}")


@dataclass(frozen=True)
class DamageSpinner:
    """Damages letters: look-alikes and zero-width marks inside words, some mentions of names misspelt.

    `rate` is the share of words with look-alikes (`letters=True`) or of name mentions that are misspelt.
    """

    name: str = "damage"
    rate: float = 0.1
    letters: bool = True
    seed: int = 0

    def spin(self, text: str) -> SpunText:
        """Return the damaged text."""
        rng = _generator(self.seed, text)
        edits: list[tuple[int, int, str]] = []
        pattern = _LONG_WORD if self.letters else _NAME
        for match in pattern.finditer(text):
            if rng.random() >= self.rate:
                continue
            word = match.group()
            damaged = self._look_alike(word, rng) if self.letters else _misspell(word, rng)
            edits.append((match.start(), match.end(), damaged))
        return _rewrite(text, edits)

    @staticmethod
    def _look_alike(word: str, rng: np.random.Generator) -> str:
        if rng.random() < 0.15:
            at = int(rng.integers(1, len(word)))
            return word[:at] + "\u200b" + word[at:]
        places = [i for i, c in enumerate(word) if c in _LOOKALIKE]
        if not places:
            return word
        at = places[int(rng.integers(len(places)))]
        options = _LOOKALIKE[word[at]]
        return word[:at] + options[int(rng.integers(len(options)))] + word[at + 1 :]


def _misspell(name: str, rng: np.random.Generator) -> str:
    """Drop, double or swap a letter inside the name."""
    at = int(rng.integers(1, len(name) - 1))
    kind = int(rng.integers(3))
    if kind == 0:
        return name[:at] + name[at + 1 :]
    if kind == 1:
        return name[: at + 1] + name[at:]
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


@dataclass(frozen=True)
class SlipSpinner:
    """Misspells names as writers and machines do: any letter dropped, added, changed or swapped (Damerau 1964).

    The model of misspelt names is fitted on these slips, and tested on those of `DamageSpinner`.
    `rate` is the share of name mentions that are misspelt.
    """

    name: str = "slips"
    rate: float = 0.2
    seed: int = 0

    def spin(self, text: str) -> SpunText:
        """Return the text with names misspelt."""
        rng = _generator(self.seed, text)
        picked = [match for match in _NAME.finditer(text) if rng.random() < self.rate]
        edits = [(match.start(), match.end(), self._slip(match.group(), rng)) for match in picked]
        return _rewrite(text, [(start, end, slip) for start, end, slip in edits if slip != text[start:end]])

    @staticmethod
    def _slip(name: str, rng: np.random.Generator) -> str:
        kind, at, letter = int(rng.integers(4)), int(rng.integers(1, len(name))), chr(ord("a") + int(rng.integers(26)))
        if kind == 0:
            return name[:at] + name[at + 1 :]
        if kind == 1:
            return name[:at] + letter + name[at:]
        if kind == 2:
            return name[:at] + letter + name[at + 1 :]
        return name[:at] + name[at : at + 2][::-1] + name[at + 2 :]


@dataclass(frozen=True)
class ChainSpinner:
    """Two spinners, one after the other, as machine translation changes both wording and names."""

    name: str
    first: Spinner
    second: Spinner

    def spin(self, text: str) -> SpunText:
        """Return the text as the second spinner rewrites the output of the first."""
        once = self.first.spin(text)
        twice = self.second.spin(once.text)
        # Both alignments in the offsets of the text between; spans that overlap become one.
        before = [(s.start, s.end, s.original) for s in once.alignment]
        shift, after = 0, []
        for s in twice.alignment:
            after.append((s.start - shift, s.start - shift + len(s.original), s.spun))
            shift += len(s.spun) - len(s.original)
        merged: list[list[int]] = []
        for start, end, _ in sorted(before + after):
            if merged and start < merged[-1][1]:
                merged[-1][1] = max(merged[-1][1], end)
            else:
                merged.append([start, end])
        alignment = []
        moved = 0
        for start, end in merged:
            original = _patched(once.text, start, end, before)
            spun = _patched(once.text, start, end, after)
            if original != spun:
                alignment.append(AlignedSpan(start + moved, start + moved + len(spun), spun, original))
            moved += len(spun) - (end - start)
        return SpunText(twice.text, text, tuple(alignment))


def _patched(text: str, start: int, end: int, edits: Sequence[tuple[int, int, str]]) -> str:
    """Return `text[start:end]` with those edits made that lie in it."""
    return replaced(text, (edit for edit in edits if edit[0] >= start and edit[1] <= end), start, end)


def spin_part(text: str, spinner: Spinner, start: int, end: int) -> SpunText:
    """Return the text with only `text[start:end]` spun: a spun passage inside a human article."""
    part = spinner.spin(text[start:end])
    alignment = tuple(replace(s, start=s.start + start, end=s.end + start) for s in part.alignment)
    return SpunText(text[:start] + part.text + text[end:], text, alignment)
