"""The values that pass between the stages and out to the caller: frozen, typed, named as in the JSON.

Offsets are half-open and count Unicode code points of the caller's string, so `text[start:end] == surface`.
Odds and gains are base-10 logarithms: how many times likelier, in powers of ten, the substituted reading is
than the text as it stands. Higher is more suspicious.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from detector.extras import missing_extra
from detector.json_objects import JsonObject

if TYPE_CHECKING:
    import pandas

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
    "frame_of",
]


# The columns of `to_frame`, which an empty report has too, with the types that pandas keeps them in.
_FINDING_COLUMNS = {
    "start": "int64",
    "end": "int64",
    "surface": "object",
    "original": "object",
    "log10_odds": "float64",
    "cue": "object",
    "is_damage": "bool",
    "alternatives": "object",
    "message": "object",
}
_EDIT_COLUMNS = {
    "start": "int64",
    "end": "int64",
    "spun": "object",
    "original": "object",
    "log10_gain": "float64",
    "cue": "object",
    "alternatives": "object",
}


def frame_of(rows: Sequence[Sequence[object]], columns: Mapping[str, str]) -> pandas.DataFrame:
    """Return rows as a DataFrame with columns of these types."""
    try:
        import pandas
    except ImportError as error:
        raise missing_extra(error, "frames", "to_frame") from None
    values = zip(*rows, strict=True) if rows else [()] * len(columns)
    return pandas.DataFrame(
        {name: pandas.Series(list(v), dtype=kind) for v, (name, kind) in zip(values, columns.items(), strict=True)}
    )


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

    It says nothing about whether the text was rewritten. An alternative's log10 odds say how likely it is that the
    *source* had it. They are low in a text that reads as human, because its author may have made the mistake.
    """

    start: int
    end: int
    surface: str
    kind: str
    alternatives: tuple[Alternative, ...] = ()
    message: str = ""

    @property
    def cue(self) -> str:
        """The id of the cue, as evidence has it: `kind`."""
        return self.kind


def _first(finding: Evidence | Damage) -> tuple[str | None, float]:
    """Return the likeliest original of a finding, None if none is known, and its log10 odds."""
    if finding.alternatives:
        return finding.alternatives[0].text, finding.alternatives[0].log10_odds
    return None, finding.log10_odds if isinstance(finding, Evidence) else math.nan


@dataclass(frozen=True, slots=True)
class Omission(JsonObject):
    """A stretch of text that is not judged, and why.

    By content: "code", "table", "words", "verse", "notes", "language", "markup", "comment"; by a reader of files:
    "code", "comment", "front_matter", "region".
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


@dataclass(frozen=True, slots=True, repr=False)
class Report(JsonObject):
    """The verdict on one document, with its findings.

    `probability` is the calibrated P(spun), 0 to 1, or None if the verdict abstains
    (`insufficient_text`, `unsupported_language`). `threshold` is the one that the verdict used. `damage` does not move
    the probability. `reverse` changes the findings whose first alternative gains at least `min_gain`. `human_rate`
    is the share of human texts of similar length that score as high, None if the verdict abstains. `omitted` holds
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

    def __repr__(self) -> str:
        return (
            f"<Report verdict={self.verdict!r} probability={self.probability} n_words={self.n_words} "
            f"passages={len(self.passages)} evidence={len(self.evidence)} damage={len(self.damage)}>"
        )

    def to_frame(self) -> pandas.DataFrame:
        """Return the findings as a pandas DataFrame, one row each, in order of place; damage is among them.

        Columns: `start`, `end` (half-open offsets in `source`), `surface`, `original` (the likeliest one, None if
        none is known), `log10_odds` (of the original; how many powers of ten likelier it is), `cue`, `is_damage`,
        `alternatives` (a tuple of all originals) and `message`. A report without findings has no rows.

        Raises InputError if pandas is not installed.
        """
        found: list[Evidence | Damage] = sorted([*self.evidence, *self.damage], key=lambda finding: finding.start)
        rows = [
            (
                *(f.start, f.end, f.surface, *_first(f), f.cue, isinstance(f, Damage)),
                *(tuple(a.text for a in f.alternatives), f.message),
            )
            for f in found
        ]
        return frame_of(rows, _FINDING_COLUMNS)


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


@dataclass(frozen=True, slots=True, repr=False)
class Restoration(JsonObject):
    """The restored text and the plan that leads to it: sorted, disjoint, replayed by `apply_plan`.

    `source` is the text as it was given.
    """

    JSON_FIELDS = ("text", "plan", "min_gain")

    text: str
    plan: tuple[Edit, ...] = ()
    source: str = field(default="", repr=False)
    min_gain: float = 0.0

    def __repr__(self) -> str:
        return f"<Restoration edits={len(self.plan)} characters={len(self.text)}>"

    def to_frame(self) -> pandas.DataFrame:
        """Return the plan as a pandas DataFrame, one row an edit, in order of place.

        Columns: `start`, `end` (half-open offsets in `source`), `spun`, `original`, `log10_gain` (powers of ten by
        which the original is likelier), `cue` and `alternatives` (a tuple of other originals).

        Raises InputError if pandas is not installed.
        """
        rows = [
            (e.start, e.end, e.spun, e.original, e.log10_gain, e.cue, tuple(a.text for a in e.alternatives))
            for e in self.plan
        ]
        return frame_of(rows, _EDIT_COLUMNS)
