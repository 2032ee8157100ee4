"""Human text: how much of it is flagged, marked and changed, by register, source, form, learners' level and length."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from detector.cues import CUES
from detector.errors import InputError
from detector.evaluation.metrics import ratio_interval, wilson
from detector.evaluation.results import CueCount, Interval, MarkedRow, RateRow
from detector.evaluation.samples import (
    ALL,
    EvaluationSetup,
    Progress,
    findings_of,
    flagged_at,
    no_progress,
    rate_rows,
    reports_of,
    wanted_edits,
)
from detector.model_store import Models
from detector.training.corpus import TEST_SOURCES, CorpusDocument, corpus_files, read_fields
from detector.training.examples import HUMAN, Example
from detector.training.fit import sample_by_source
from detector.training.forms import FORMS, in_form

__all__ = ["HELD_OUT_DOCUMENTS", "HELD_OUT_SOURCES", "HumanText", "by_form", "by_length", "by_level", "by_register"]

_WORDS = 300
_PER_DOCUMENT = 4  # stretches of a long document
_LENGTHS = (60, 300, 3_000, 100_000)  # words of joined documents
AS_IT_IS = "as it is"
HELD_OUT_SOURCES, HELD_OUT_DOCUMENTS = "sources held out whole", "held-out documents"


@dataclass(frozen=True)
class HumanText:
    """How much of human text is flagged, marked and changed, by group."""

    rates: tuple[RateRow, ...]
    marked: tuple[MarkedRow, ...]


@dataclass(frozen=True)
class _Counts:
    """Of each text: whether each threshold flags it, its words, and how many are marked and changed, (texts,).

    `spun` says whether its verdict is `spun`, `cues` how many findings each cue has in it.
    """

    flagged: Mapping[str, NDArray[np.bool_]]
    spun: NDArray[np.bool_]
    words: NDArray[np.float64]
    marked: NDArray[np.float64]
    findings: NDArray[np.float64]
    edits: NDArray[np.float64]
    damaged: NDArray[np.bool_]
    cues: Mapping[str, NDArray[np.int64]]

    def rows(self, kind: str, group: str, inside: NDArray[np.bool_] | None = None) -> HumanText:
        """Return the rows of one group: the texts `inside` it, all by default."""
        rows = np.flatnonzero(np.ones(len(self.words), dtype=bool) if inside is None else inside)
        words = self.words[rows]
        total = int(words.sum())
        return HumanText(
            tuple(rate_rows(kind, group, {name: x[rows] for name, x in self.flagged.items()})),
            (
                MarkedRow(
                    kind,
                    group,
                    len(rows),
                    total,
                    wilson(min(int(self.marked[rows].sum()), total), total),
                    _per_thousand(self.findings[rows], words),
                    _per_thousand(self.edits[rows], words),
                    wilson(int(self.damaged[rows].sum()), len(rows)),
                    tuple(self._cue_counts(rows)),
                ),
            ),
        )

    def _cue_counts(self, rows: NDArray[np.intp]) -> Iterator[CueCount]:
        """Yield the counts of each cue that has a finding in these texts."""
        for cue, per_text in self.cues.items():
            found = per_text[rows]
            if found.any():
                flagged = self.spun[rows] & (found > 0)
                yield CueCount(cue, int(found.sum()), int(np.count_nonzero(found)), int(np.count_nonzero(flagged)))


def _per_thousand(part: NDArray[np.float64], words: NDArray[np.float64]) -> Interval:
    found = ratio_interval(1000 * part, words)
    return Interval(round(found.value, 3), round(found.low, 3), round(found.high, 3))


def _counted(models: Models, texts: Sequence[str], progress: Progress = no_progress) -> _Counts:
    reports = reports_of(models, texts, progress)
    cues_of = [Counter(finding.cue for finding in findings_of(report)) for report in reports]

    def column(values: Sequence[int]) -> NDArray[np.float64]:
        return np.array(values, dtype=np.float64)

    return _Counts(
        flagged_at(models, texts),
        np.array([report.verdict == "spun" for report in reports]),
        column([report.n_words for report in reports]),
        column([sum(len(e.surface.split()) for e in report.evidence) for report in reports]),
        column([len(report.evidence) for report in reports]),
        column([len(wanted_edits(report)) for report in reports]),
        np.array([bool(report.damage) for report in reports]),
        {cue.id: np.array([counted[cue.id] for counted in cues_of]) for cue in CUES},
    )


def _together(parts: Sequence[HumanText]) -> HumanText:
    return HumanText(tuple(r for part in parts for r in part.rates), tuple(m for part in parts for m in part.marked))


def _stretches(setup: EvaluationSetup) -> list[tuple[str, CorpusDocument]]:
    """Return stretches of 300 words with their documents: up to four of a long document, all documents alike."""
    long_enough = [d for d in setup.test if len(d.text.split()) >= 0.8 * _WORDS]
    if not long_enough:
        raise InputError(f"the test split has no document of {_WORDS} words: give a larger corpus")
    out = []
    for document in sample_by_source(long_enough, 5 * setup.limit, setup.seed + 8):
        pieces = document.text.split(" ")
        n = min(_PER_DOCUMENT, max(1, len(pieces) // _WORDS))
        out += [(" ".join(pieces[k * len(pieces) // n :][:_WORDS]), document) for k in range(n)]
    return out


def by_register(setup: EvaluationSetup) -> HumanText:
    """Return the results on human stretches of 300 words, all together, by register and by source."""
    drawn = _stretches(setup)
    counts = _counted(setup.models, [text for text, _ in drawn], setup.progress)
    sources = np.array([document.source for _, document in drawn])
    registers = np.array([document.genre for _, document in drawn])
    held_out = np.isin(sources, sorted(TEST_SOURCES))
    groups = [("all", ALL, np.ones(len(drawn), dtype=bool))]
    groups += [("all", HELD_OUT_SOURCES, held_out), ("all", HELD_OUT_DOCUMENTS, ~held_out)]
    for kind, labels in (("register", registers), ("source", sources)):
        groups += [(kind, name, labels == name) for name in sorted(set(labels.tolist()))]
    return _together([counts.rows(*group) for group in groups if group[2].any()])


def by_form(setup: EvaluationSetup) -> HumanText:
    """Return the same of stretches in each of the forms in which people write; only those that the form changes."""
    drawn = _stretches(setup)[: setup.limit]
    parts = [_counted(setup.models, [text for text, _ in drawn]).rows("form", AS_IT_IS)]
    for number, form in enumerate(FORMS):
        rng = np.random.default_rng((setup.seed, 10, number))
        written = [in_form(Example(text, HUMAN, 0.0, (), document), form, rng).text for text, document in drawn]
        changed = [new for new, (text, _) in zip(written, drawn, strict=True) if new != text]
        if changed:
            parts.append(_counted(setup.models, changed).rows("form", form.name))
        setup.progress(number + 1, len(FORMS))
    return _together(parts)


def by_level(setup: EvaluationSetup, people: Path) -> HumanText:
    """Return the same of texts by the level of their writers.

    `people` is a folder of records with `text` and `score`, the level that somebody gave the text.
    """
    by_score: dict[str, list[str]] = defaultdict(list)
    for path in corpus_files(people):
        # Rows depend on the score alone, so it is read as the id of a record.
        for text, score in read_fields(path, ("text", "score")):
            by_score[str(score)].append(text)
    if not by_score:
        raise InputError(f"{people}: no records with text and score")
    everything = [text for texts in by_score.values() for text in texts]
    level = np.repeat(list(by_score), [len(texts) for texts in by_score.values()])
    counts = _counted(setup.models, everything, setup.progress)
    return _together(
        [counts.rows("level", ALL), *(counts.rows("level", score, level == score) for score in sorted(by_score))]
    )


def by_length(setup: EvaluationSetup) -> HumanText:
    """Return the same of human documents joined and cut to 60, 300, 3,000 and 100,000 words."""
    documents = sample_by_source(setup.test, len(setup.test), setup.seed + 11)
    budget = 900 * setup.limit  # words of each length: as many texts as the limit says of the short ones
    words: list[str] = []
    for document in documents:
        if len(words) >= max(budget, max(_LENGTHS)):
            break
        words += f"{document.text}\n\n".split(" ")
    parts = []
    for number, length in enumerate(_LENGTHS):
        n = min(setup.limit, max(1, budget // length), len(words) // length)
        texts = [" ".join(words[k * length : (k + 1) * length]) for k in range(n)]
        if texts:
            parts.append(_counted(setup.models, texts).rows("length", f"{length:,}"))
        setup.progress(number + 1, len(_LENGTHS))
    return _together(parts)
