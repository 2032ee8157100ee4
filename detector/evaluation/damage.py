"""Damaged human text: is damage found, is it distinguished from rewriting, is it repaired?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from detector.api import restore
from detector.evaluation.metrics import wilson
from detector.evaluation.restoration import touching
from detector.evaluation.results import DamageRow
from detector.evaluation.samples import EvaluationSetup, findings_of, reports_of, stretches
from detector.training.spinners import DamageSpinner, SlipSpinner, Spinner, SpunText, undo_some

__all__ = ["damaged_text", "some_undone"]

_WORDS = 300
# Kinds of damage, and how many of 300 words they hit. Thirty are more than one in twenty, which no honest author has.
_AMOUNTS: tuple[tuple[str, Spinner, int], ...] = tuple(
    (f"{name}, {n}", spinner, n)
    for name, spinner, amounts in (
        ("misspelt names", SlipSpinner(rate=1.0), (1, 3)),
        ("look-alike letters and invisible characters", DamageSpinner(rate=1.0), (1, 3, 30)),
    )
    for n in amounts
)


def some_undone(spun: SpunText, n: int, rng: np.random.Generator) -> SpunText:
    """Return the text with no more than `n` of its substitutions, drawn at random; the others are undone."""
    total = len(spun.alignment)
    kept = set(rng.choice(total, min(n, total), replace=False).tolist())
    left, spans = undo_some(spun.text, spun.alignment, [i not in kept for i in range(total)])
    return SpunText(left, spun.original, spans)


def _row(setup: EvaluationSetup, name: str, texts: Sequence[SpunText]) -> DamageRow:
    reports = reports_of(setup.models, [t.text for t in texts])
    words = found = apart = repaired = 0
    for text, report in zip(texts, reports, strict=True):
        places = [(s.start, s.end) for s in text.alignment]
        findings = [(e.start, e.end) for e in findings_of(report)]
        edits = {(e.start, e.end, e.original) for e in restore(text.text, setup.models).plan}
        words += len(places)
        found += touching(places, findings)
        apart += touching(places, [(e.start, e.end) for e in report.damage])
        repaired += sum((s.start, s.end, s.original) in edits for s in text.alignment)
    flagged = sum(report.verdict == "spun" for report in reports)
    return DamageRow(
        name,
        len(texts),
        words,
        wilson(flagged, len(texts)),
        wilson(found, words),
        wilson(apart, words),
        wilson(repaired, words),
    )


def damaged_text(setup: EvaluationSetup) -> tuple[DamageRow, ...]:
    """Return the results on human stretches of 300 words with some words damaged."""
    human = stretches(setup.test, max(20, setup.limit // 2), _WORDS, setup.seed + 60)
    rows = []
    for number, (name, spinner, n) in enumerate(_AMOUNTS):
        rng = np.random.default_rng((setup.seed, 60, number))
        made = [some_undone(spinner.spin(text), n, rng) for text in human]
        rows.append(_row(setup, name, [t for t in made if t.alignment]))
        setup.progress(number + 1, len(_AMOUNTS))
    return tuple(rows)
