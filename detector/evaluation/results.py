"""The results of an evaluation: rows of tables, written as JSON and read back."""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from detector.errors import InputError
from detector.files import write_file
from detector.json_objects import from_json

__all__ = [
    "AblationRow",
    "AgreementRow",
    "AucRow",
    "BinRow",
    "CalibrationRow",
    "CueCount",
    "CueRow",
    "CurveRow",
    "DamageRow",
    "EarlierRecall",
    "Evaluation",
    "GainRow",
    "Interval",
    "LeftOut",
    "MarkedRow",
    "MixedRow",
    "PerplexityRow",
    "PhraseRow",
    "RateRow",
    "RestorationRow",
    "read_json",
    "write_json",
]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Interval:
    """A number with its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class AucRow:
    """ROC AUC of one scorer on human stretches of one length against their spun versions.

    `changed` is the share of words that the spun versions differ in, `documents` how many there were.
    """

    scorer: str
    family: str
    rate: float
    words: int
    auc: Interval
    documents: int
    changed: float


@dataclass(frozen=True, slots=True)
class CurveRow:
    """Points of a ROC curve."""

    words: int
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class RateRow:
    """Share of texts flagged at a threshold; `kind` is that of `group` (register, form, level, family and so on)."""

    kind: str
    group: str
    threshold: str
    texts: int
    flagged: int
    share: Interval


@dataclass(frozen=True, slots=True)
class CalibrationRow:
    """Calibration error and Brier score of the documents' probabilities, half of the documents spun."""

    words: str
    texts: int
    expected_calibration_error: float
    brier_score: float


@dataclass(frozen=True, slots=True)
class BinRow:
    """One bin of the reliability diagram."""

    probability: float
    spun: float
    texts: int


@dataclass(frozen=True, slots=True)
class MixedRow:
    """One spun passage in each human article: articles flagged, and the flagged passages against the spun one.

    `recall` is the share of spun characters that lie in flagged passages, `precision` the share of flagged
    characters that were spun (a passage extends beyond its spun part; None if nothing is flagged),
    `located` the share of articles in which at least half of the spun passage is flagged. `false_passages` is the share
    of passages flagged in the same articles without it.
    """

    rate: float
    articles: int
    found: Interval
    located: Interval
    recall: Interval
    precision: Interval | None
    false_passages: Interval
    false_articles: Interval


@dataclass(frozen=True, slots=True)
class CueCount:
    """What one cue found in a group of human texts.

    `findings` is the number of its findings, `texts` of the texts that have one, `flagged` of those among them whose
    verdict is `spun` at the default threshold.
    """

    cue: str
    findings: int
    texts: int
    flagged: int


@dataclass(frozen=True, slots=True)
class MarkedRow:
    """Findings that reports show in human text, and edits that `reverse` makes in it, at the default threshold.

    `marked` is the share of words that evidence covers, `damage` the share of texts in which damage is reported;
    `findings` (evidence) and `edits` are per 1,000 words. `cues` counts the findings of each cue, damage too; a cue
    that found nothing is left out. `kind` and `group` are as in `RateRow`.
    """

    kind: str
    group: str
    texts: int
    words: int
    marked: Interval
    findings: Interval
    edits: Interval
    damage: Interval
    cues: tuple[CueCount, ...]


@dataclass(frozen=True, slots=True)
class DamageRow:
    """Damaged human text: `words` damaged words in all `texts`.

    `flagged` is the share of texts whose verdict is `spun`, `found` the share of damaged words that a finding touches,
    `told_apart` the share of those whose finding is damage, not evidence, `repaired` the share of damaged words that
    `reverse` writes as they were.
    """

    damage: str
    texts: int
    words: int
    flagged: Interval
    found: Interval
    told_apart: Interval
    repaired: Interval


@dataclass(frozen=True, slots=True)
class PerplexityRow:
    """Perplexity per token of held-out text, of the language model and of its own back-offs."""

    genre: str
    tokens: int
    unlisted: float
    trigram: float
    bigram: float
    unigram: float


@dataclass(frozen=True, slots=True)
class RestorationRow:
    """How well `reverse` restores spun text, and the evidence covers it.

    `error_reduction` is the share of the word edit distance to the original that is taken away; `precision` the share
    of the edits that are right in place and wording, `recall` the share of the right edits that are made, `f05` their
    F score that weighs precision twice, as errant has them. `coverage` is the share of substituted spans that a finding
    touches, `finding_precision` the share of findings that touch one.
    """

    family: str
    rate: float
    documents: int
    changed: float
    error_reduction: Interval
    precision: Interval
    recall: Interval
    f05: Interval
    coverage: Interval
    finding_precision: Interval


@dataclass(frozen=True, slots=True)
class GainRow:
    """Restoration at one `min_gain`, all families together; `harm` is edits per 1,000 words of human text."""

    min_gain: float
    error_reduction: Interval
    precision: Interval
    recall: Interval
    f05: Interval
    harm: Interval


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """Whether a report shows the edits that `reverse` makes, in spun text in which either finds something.

    `agree` is the share of documents whose edits and findings are the same, `edits_shown` the share of edits that are
    the first alternative of a finding, `findings_changed` the share of findings from `min_gain` on that are edits.
    """

    spun: str
    documents: int
    agree: float
    edits_shown: float
    findings_changed: float


@dataclass(frozen=True, slots=True)
class PhraseRow:
    """Observed phrases of a real engine: spans restored word for word by the first reading, or by one of five."""

    engine: str
    phrases: int
    spans: int
    exact_at_1: Interval
    exact_at_5: Interval
    error_reduction: Interval


@dataclass(frozen=True, slots=True)
class AblationRow:
    """The results without one part: ROC AUC on 100 words, error reduction and harm of the reverser."""

    removed: str
    auc: Interval
    auc_unseen: Interval | None
    error_reduction: Interval
    edits: float


@dataclass(frozen=True, slots=True)
class CueRow:
    """The findings of one cue per 1,000 words of spun text, and the share of substituted spans no other cue touches."""

    cue: str
    findings_spun: float
    alone: float


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Leave-one-spinner-out, and the signature of the models whose language model and channel it used."""

    signature: str
    examples: int
    rows: tuple[AucRow, ...]


@dataclass(frozen=True, slots=True)
class EarlierRecall:
    """Recall of the models that were measured before these, by the same command."""

    signature: str
    rows: tuple[RateRow, ...]


@dataclass(frozen=True)
class Evaluation:
    """All that `detector evaluate` found on the test split; `unseen` names the spinners that nothing was fitted on."""

    version: str
    signature: str
    limit: int
    seed: int
    corpus_sha256: str
    thresholds: dict[str, float]
    threshold_notes: dict[str, str]
    documents: dict[str, int]
    unseen: tuple[str, ...] = ()
    roc_auc: tuple[AucRow, ...] = ()
    curves: tuple[CurveRow, ...] = ()
    left_out: LeftOut | None = None
    false_flags: tuple[RateRow, ...] = ()
    recall: tuple[RateRow, ...] = ()
    calibration: tuple[CalibrationRow, ...] = ()
    bins: tuple[BinRow, ...] = ()
    mixed: tuple[MixedRow, ...] = ()
    earlier_recall: EarlierRecall | None = None
    marked: tuple[MarkedRow, ...] = ()
    damage: tuple[DamageRow, ...] = ()
    perplexity: tuple[PerplexityRow, ...] = ()
    restoration: tuple[RestorationRow, ...] = ()
    agreement: tuple[AgreementRow, ...] = ()
    gains: tuple[GainRow, ...] = ()
    phrases: tuple[PhraseRow, ...] = ()
    ablation: tuple[AblationRow, ...] = ()
    cues: tuple[CueRow, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)


def _plain(value: Any) -> Any:
    """Return the value for JSON, with null for numbers that are not finite."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def write_json(value: Any, path: Path) -> None:
    """Write a dataclass, or a tuple of them, as JSON, a line for each field or row."""

    def line(x: Any) -> str:
        return json.dumps(x, ensure_ascii=False, separators=(",", ":"))

    if isinstance(value, tuple):
        rows = ",\n".join(line(_plain(dataclasses.asdict(v))) for v in value)
        text = f"[\n{rows}\n]\n"
    else:
        fields = ",\n".join(f"{line(k)}: {line(v)}" for k, v in _plain(dataclasses.asdict(value)).items())
        text = f"{{\n{fields}\n}}\n"
    with write_file(path) as file:
        file.write(text)


def read_json(kind: type[T], path: Path, key: str | None = None) -> T:
    """Return the value that `write_json` wrote, or the member `key` of it; raise InputError if it is missing."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        return from_json(kind, value if key is None else value[key])
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(
            f"{path} holds no {getattr(kind, '__name__', kind)} ({error}): delete it and run again"
        ) from error
