"""The values that pass between the stages and out to the caller: frozen, typed, named as in the JSON.

Offsets are half-open and count Unicode code points of the caller's string, so `text[start:end] == surface`.
Odds and gains are base-10 logarithms: how many times likelier, in powers of ten, the substituted reading is
than the text as it stands. Higher is more suspicious.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from detector.json_objects import JsonObject

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
class Alternative(JsonObject):
    """A wording that probably stood in place of the evidence, and how much likelier it is."""

    text: str
    log10_odds: float


@dataclass(frozen=True, slots=True)
class Evidence(JsonObject):
    """One observed oddity: its span, its kind (`cue`), its strength, and the wordings that were probably meant.

    `message` is a sentence that a reader understands without knowing how the detector works.
    """

    start: int
    end: int
    surface: str
    cue: str
    log10_odds: float
    alternatives: tuple[Alternative, ...] = ()
    message: str = ""


@dataclass(frozen=True, slots=True)
class Damage(JsonObject):
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


@dataclass(frozen=True, slots=True)
class Omission(JsonObject):
    """A stretch of text that is not judged, and why.

    By content: "code", "table", "words", "verse", "notes", "language"; by a reader of files: "code", "comment",
    "front_matter", "region".
    """

    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Passage(JsonObject):
    """A stretch of text with a score of its own; `probability` is None if it is too short to judge."""

    start: int
    end: int
    probability: float | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Report(JsonObject):
    """The verdict on one document, with its findings.

    `probability` is the calibrated P(spun), 0 to 1, or None if the verdict abstains
    (`insufficient_text`, `unsupported_language`). `threshold` is the one that the verdict used. `damage` does not move
    the probability. `reverse` changes the findings whose first alternative gains at least `min_gain`. `human_rate`
    is the share of human texts of like length that score as high, None if the verdict abstains. `omitted` holds
    the spans that are not judged: code, tables, verse, other languages.
    `source` is the judged text itself: the evidence's offsets point into it.
    """

    JSON_FIELDS = (
        "n_words",
        "language",
        "verdict",
        "probability",
        "threshold",
        "passages",
        "evidence",
        "damage",
        "min_gain",
        "human_rate",
        "omitted_words",
        "omitted",
    )

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


@dataclass(frozen=True, slots=True)
class EditAlternative(JsonObject):
    """Another reading of an edit's span, and its gain over the text as it stands."""

    text: str
    log10_gain: float


@dataclass(frozen=True, slots=True)
class Edit(JsonObject):
    """One step of a restoration plan: `text[start:end]` is `spun`, and was probably `original`.

    `cue` is the kind of finding that it is in a report, `message` a sentence for readers.
    """

    JSON_FIELDS = ("start", "end", "spun", "original", "log10_gain", "alternatives", "cue")

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


@dataclass(frozen=True, slots=True)
class Restoration(JsonObject):
    """The restored text and the plan that leads to it: sorted, disjoint, replayed by `apply_plan`.

    `source` is the text as it was given.
    """

    JSON_FIELDS = ("text", "plan", "min_gain")

    text: str
    plan: tuple[Edit, ...] = ()
    source: str = field(default="", repr=False)
    min_gain: float = 0.0
