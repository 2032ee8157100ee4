"""A project's own rules: cues that it switched off, wordings that it accepts, and phrases that it looks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path

from detector.config import Config
from detector.cues.tortured_phrase import CUE as TORTURED_PHRASE
from detector.errors import InputError
from detector.readers import InputDocument, read_bytes
from detector.restore.plan import Span, without_overlap
from detector.types import Edit, Evidence, Report

__all__ = ["PhraseList", "Rules", "read_phrases"]


@cache
def _pattern(wordings: tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern for any of the wordings, whole words, whatever their case and the spaces in them."""
    longest_first = sorted(wordings, key=len, reverse=True)
    alternatives = (r"\s+".join(map(re.escape, wording.split())) for wording in longest_first)
    return re.compile(rf"(?<!\w)(?:{'|'.join(alternatives)})(?!\w)", re.IGNORECASE)


def _lower(letter: str) -> str:
    """Return a letter in lower case, or as it stands if that takes two, which patterns do not know for the same."""
    lower = letter.lower()
    return lower if len(lower) == 1 else letter


def _spans(text: str, wordings: tuple[str, ...]) -> list[Span]:
    return [m.span() for m in _pattern(wordings).finditer(text)] if wordings else []


@dataclass(frozen=True)
class PhraseList:
    """Phrases that a publisher wants to be shown, with the wordings that it expects instead.

    Attributes
    ----------
    name : of the file
    sha256 : of the file, hexadecimal
    expected : by phrase, in lower case and single spaces; empty if none is given
    """

    name: str
    sha256: str
    expected: Mapping[str, str]

    def find(self, text: str) -> list[Evidence]:
        """Return the phrases in a text, without alternatives: how much likelier they are was never measured."""
        phrases = tuple(self.expected)
        return [self._evidence(text, *span) for span in _spans(text, phrases)]

    def _evidence(self, text: str, start: int, end: int) -> Evidence:
        surface = text[start:end]
        expected = self._expected(surface)
        message = f"This is in the phrase list {self.name}"
        message += f", which expects “{expected}”." if expected else "."
        return Evidence(start, end, surface, TORTURED_PHRASE.id, 0.0, (), message)

    def _expected(self, found: str) -> str:
        """Return the wording that is expected in place of a phrase of the list."""
        plain = " ".join(found.lower().split())
        if plain in self.expected:
            return self.expected[plain]
        # Patterns ignore case further than `lower`: for the long s, the sign of kelvin, the dotted I.
        return next(self.expected[p] for p in self.expected if _pattern((p,)).fullmatch(found))


def read_phrases(path: Path) -> PhraseList:
    """Return the phrases of a file: one a line, optionally a tab and the expected wording; # begins a comment.

    Raises InputError if the file cannot be read or a line holds more than two columns.
    """
    try:
        data = read_bytes(path)
        lines = data.decode("utf-8-sig").splitlines()
    except (InputError, ValueError) as error:
        raise InputError(f"the phrase list {path} cannot be read: {error}") from None
    expected: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        phrase, *rest = line.split("\t")
        if len(rest) > 1 or not phrase.strip():
            raise InputError(f"{path}, line {number}: expected a phrase, or a phrase, a tab and the expected wording")
        expected[" ".join("".join(map(_lower, phrase)).split())] = rest[0].strip() if rest else ""
    return PhraseList(path.name, sha256(data).hexdigest(), expected)


@dataclass(frozen=True)
class Rules:
    """The findings that a project wants. They decide on findings and edits; no probability changes.

    Attributes
    ----------
    config : with the cues that are switched off and the wordings that are accepted, by path
    phrases : a list of its own; None if there is none
    """

    config: Config = Config()  # noqa: RUF009  frozen
    phrases: PhraseList | None = None

    def applied(self, document: InputDocument, report: Report) -> Report:
        """Return the report without findings that the project does not want, and with those of its own phrases."""
        ignored, accepted = self._of(document)
        text = document.text
        evidence = list(report.evidence)
        if self.phrases is not None:
            own = self.phrases.find(document.judged_text)
            evidence += without_overlap(own, [(e.start, e.end) for e in evidence])
            evidence.sort(key=lambda e: e.start)
        spans = _spans(text, accepted)
        kept = without_overlap([e for e in evidence if e.cue not in ignored], spans)
        damage = without_overlap([d for d in report.damage if d.kind not in ignored], spans)
        return replace(report, evidence=tuple(kept), damage=tuple(damage))

    def accepted_edits(self, document: InputDocument, plan: Iterable[Edit]) -> list[Edit]:
        """Return the edits that the project wants."""
        ignored, accepted = self._of(document)
        return without_overlap([e for e in plan if e.cue not in ignored], _spans(document.text, accepted))

    def _of(self, document: InputDocument) -> tuple[Sequence[str], tuple[str, ...]]:
        return self.config.rules_for(document.path)
