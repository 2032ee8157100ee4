"""What travels between the stages and out to the caller: frozen, typed, named as the JSON names it.

Offsets are half-open and count Unicode code points of the caller's string, so `text[start:end] == surface`.
Odds and gains are base-10 logarithms: how many times likelier, in powers of ten, the substituted reading is
than the text as it stands. Higher is more suspicious.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Verdict = Literal["spun", "clean", "insufficient_text", "unsupported_language"]

__all__ = [
    "Alternative",
    "Damage",
    "Edit",
    "EditAlternative",
    "Evidence",
    "Omission",
    "Passage",
    "Report",
    "Restoration",
    "Verdict",
]


@dataclass(frozen=True, slots=True)
class Alternative:
    """A wording that probably stood where the evidence is, and how much likelier it is."""

    text: str
    log10_odds: float

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of the contract."""
        return {"text": self.text, "log10_odds": self.log10_odds}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One observed oddity: where it is, what kind it is (`cue`), how strong, and what was probably meant.

    `message` is a sentence that a reader understands without knowing how the detector works.
    """

    start: int
    end: int
    surface: str
    cue: str
    log10_odds: float
    alternatives: tuple[Alternative, ...] = ()
    message: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of the contract."""
        return {
            "start": self.start,
            "end": self.end,
            "surface": self.surface,
            "cue": self.cue,
            "log10_odds": self.log10_odds,
            "alternatives": [a.to_dict() for a in self.alternatives],
            "message": self.message,
        }


@dataclass(frozen=True, slots=True)
class Damage:
    """A word that is damaged, not rewritten: a misspelt name, look-alike letters, invisible characters.

    It says nothing on whether the text was rewritten. The log10 odds of its alternatives are those that the *source*
    had them: in a document that reads as human they are low, since its author may have written it so.
    """

    start: int
    end: int
    surface: str
    kind: str
    alternatives: tuple[Alternative, ...] = ()
    message: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of the contract."""
        return {
            "start": self.start,
            "end": self.end,
            "surface": self.surface,
            "kind": self.kind,
            "alternatives": [a.to_dict() for a in self.alternatives],
            "message": self.message,
        }


@dataclass(frozen=True, slots=True)
class Omission:
    """A stretch of text that is not judged, and why: "code", "table", "words", "verse", "notes", "language"."""

    start: int
    end: int
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of the contract."""
        return {"start": self.start, "end": self.end, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of text with a score of its own; `probability` is None where it is too short to judge."""

    start: int
    end: int
    probability: float | None
    verdict: Verdict

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of the contract."""
        return {
            "start": self.start,
            "end": self.end,
            "probability": self.probability,
            "verdict": self.verdict,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """What `detect` found in one document.

    `probability` is the calibrated P(spun), 0 to 1, or None where the verdict abstains
    (`insufficient_text`, `unsupported_language`). `threshold` is the one that the verdict used. `damage` does not move
    the probability. Findings whose first alternative gains at least `min_gain` are what `reverse` changes. `human_rate`
    is the share of human texts of like length that score as high, None if the verdict abstains. `omitted` is what is
    not judged: code, tables, verse, other languages.
    `source` is the judged text itself: the evidence's offsets point into it.
    """

    verdict: Verdict
    probability: float | None
    threshold: float
    n_words: int
    language: str
    passages: tuple[Passage, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    source: str = field(default="", repr=False)
    damage: tuple[Damage, ...] = ()
    min_gain: float = 0.0
    human_rate: float | None = None
    omitted: tuple[Omission, ...] = ()
    omitted_words: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON document object of the contract, without `path`."""
        return {
            "n_words": self.n_words,
            "language": self.language,
            "verdict": self.verdict,
            "probability": self.probability,
            "threshold": self.threshold,
            "passages": [p.to_dict() for p in self.passages],
            "evidence": [e.to_dict() for e in self.evidence],
            "damage": [d.to_dict() for d in self.damage],
            "min_gain": self.min_gain,
            "human_rate": self.human_rate,
            "omitted_words": self.omitted_words,
            "omitted": [o.to_dict() for o in self.omitted],
        }


@dataclass(frozen=True, slots=True)
class EditAlternative:
    """Another reading of an edit's span, and its gain over the text as it stands."""

    text: str
    log10_gain: float

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of the contract."""
        return {"text": self.text, "log10_gain": self.log10_gain}


@dataclass(frozen=True, slots=True)
class Edit:
    """One step of a restoration plan: `text[start:end]` is `spun`, and was probably `original`.

    `cue` is the kind of finding that it is in a report, `message` a sentence for readers.
    """

    start: int
    end: int
    spun: str
    original: str
    log10_gain: float
    alternatives: tuple[EditAlternative, ...] = ()
    cue: str = "substitution"
    message: str = field(default="", repr=False)

    @property
    def length_change(self) -> int:
        """How many characters the text gains by the edit; negative if it loses some."""
        return len(self.original) - len(self.spun)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of the contract."""
        return {
            "start": self.start,
            "end": self.end,
            "spun": self.spun,
            "original": self.original,
            "log10_gain": self.log10_gain,
            "alternatives": [a.to_dict() for a in self.alternatives],
            "cue": self.cue,
        }


@dataclass(frozen=True, slots=True)
class Restoration:
    """The restored text and the plan that leads to it: sorted, disjoint, replayed by `apply_plan`.

    `source` is the text as it was given.
    """

    text: str
    plan: tuple[Edit, ...] = ()
    source: str = field(default="", repr=False)
    min_gain: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON document object of the contract, without `path`."""
        return {"text": self.text, "plan": [e.to_dict() for e in self.plan], "min_gain": self.min_gain}
