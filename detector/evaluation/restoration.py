"""Restoration: errors removed, edits right and wrong, phrases of real engines, and the coverage of the evidence.

Edits are counted as errant does (Bryant et al. 2017): the word alignment of a text with its original gives the edits
that are wanted, the alignment with its restoration those that were made; neighbouring changes are one edit. errant
itself needs spaCy and a parser of English, for edit types that are not reported here.
"""

from __future__ import annotations

import bisect
import heapq
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from detector.api import counted, restore
from detector.evaluation.metrics import f_interval, ratio_interval, wilson
from detector.evaluation.results import AgreementRow, GainRow, Interval, PhraseRow, RestorationRow
from detector.evaluation.samples import (
    FULL_RATE,
    QUARTER_RATE,
    EvaluationSetup,
    changed_share,
    findings_of,
    reports_of,
    stretches,
    wanted_edits,
)
from detector.model_store import Models
from detector.restore.iterate import DocumentContext, restoration_plans
from detector.restore.plan import apply_plan
from detector.restore.spinner_table import KnownSpinner
from detector.text.tokens import iter_pieces, tokenize
from detector.training.channel import Words, words_of
from detector.training.families import REWRITING
from detector.training.lexicon import PAIRS, read_observed_pairs
from detector.training.spinners import SpunText
from detector.types import Edit, Report, Restoration

__all__ = [
    "RestorationResults",
    "RestoredText",
    "by_min_gain",
    "observed_phrases",
    "restoration",
    "restored_text",
    "spun_stretches",
    "touching",
    "word_edits",
]

_READINGS = 5
_ENGINES = ("B", "C")  # those whose phrases were observed
_WORDS = 300
_MIN_GAINS = (-0.5, 0.0, 0.5, 1.0, 2.0)

WordEdit = tuple[int, int, Words]  # first word, one past the last, and the words that replace them


def word_edits(words: Sequence[str], others: Sequence[str]) -> list[WordEdit]:
    """Return the edits that turn one list of words into another, in order; edits that meet are one.

    >>> word_edits("a strange big house".split(), "an odd house".split())
    [(0, 3, ('an', 'odd'))]
    """
    out: list[WordEdit] = []
    for op in Levenshtein.opcodes(words, others):
        if op.tag != "equal":
            start, new = op.src_start, tuple(others[op.dest_start : op.dest_end])
            if out and out[-1][1] == start:
                start, _, before = out.pop()
                new = before + new
            out.append((start, op.src_end, new))
    return out


@dataclass(frozen=True)
class RestoredText:
    """Counts over spun texts and their restorations, float64 (texts,) each.

    Attributes
    ----------
    before, after : word edit distance to the original
    wanted, made, right : edits that lead to the original; edits that were made; those of them that were wanted
    """

    before: NDArray[np.float64]
    after: NDArray[np.float64]
    wanted: NDArray[np.float64]
    made: NDArray[np.float64]
    right: NDArray[np.float64]

    @property
    def error_reduction(self) -> Interval:
        """Share of the edit distance that is taken away."""
        return ratio_interval(self.before - self.after, self.before)

    @property
    def scores(self) -> tuple[Interval, Interval, Interval]:
        """Precision, recall and F0.5 of the edits."""
        return (
            ratio_interval(self.right, self.made),
            ratio_interval(self.right, self.wanted),
            f_interval(self.right, self.made, self.wanted, 0.5),
        )


def restored_text(spun: Sequence[SpunText], restorations: Sequence[Restoration]) -> RestoredText:
    """Return the counts of some texts."""
    rows = []
    for text, restoration in zip(spun, restorations, strict=True):
        words, original, now = (words_of(t) for t in (text.text, text.original, restoration.text))
        wanted, made = set(word_edits(words, original)), set(word_edits(words, now))
        distances = Levenshtein.distance(words, original), Levenshtein.distance(now, original)
        rows.append((*distances, len(wanted), len(made), len(wanted & made)))
    return RestoredText(*np.array(rows, dtype=np.float64).reshape(-1, 5).T)


def touching(spans: Sequence[tuple[int, int]], others: Sequence[tuple[int, int]]) -> int:
    """Return how many of the spans share a character with one of the others; both sorted and disjoint.

    >>> touching([(0, 4), (5, 9)], [(8, 12)])
    1
    """
    starts = [start for start, _ in others]
    count = 0
    for start, end in spans:
        at = bisect.bisect_left(starts, end) - 1
        count += at >= 0 and others[at][1] > start
    return count


@dataclass(frozen=True)
class RestorationResults:
    """Restoration and coverage by spinner, and how far reports and restorations agree."""

    rows: tuple[RestorationRow, ...]
    agreement: tuple[AgreementRow, ...]


def spun_stretches(setup: EvaluationSetup, spinner: str, rate: float, n: int) -> list[SpunText]:
    """Return stretches of 300 words spun by a family or an unseen spinner."""
    human = stretches(setup.test, n, _WORDS, setup.seed + 30)
    return [s for s in setup.spin(human, spinner, rate, setup.seed + 31) if s is not None]


def _restoration_row(
    spinner: str, rate: float, spun: Sequence[SpunText], reports: Sequence[Report], restorations: Sequence[Restoration]
) -> RestorationRow:
    counts = restored_text(spun, restorations)
    rows = []
    for text, report in zip(spun, reports, strict=True):
        places = [(s.start, s.end) for s in text.alignment]
        found = [(e.start, e.end) for e in report.evidence]
        rows.append((len(places), touching(places, found), len(found), touching(found, places)))
    spans, covered, findings, right = np.array(rows, dtype=np.float64).reshape(-1, 4).T
    return RestorationRow(
        spinner,
        rate,
        len(spun),
        changed_share(spun),
        counts.error_reduction,
        *counts.scores,
        ratio_interval(covered, spans),
        ratio_interval(right, findings),
    )


def _agreement_row(name: str, reports: Sequence[Report], restorations: Sequence[Restoration]) -> AgreementRow:
    documents = same = edits = shown = findings = changed = 0
    for report, restoration in zip(reports, restorations, strict=True):
        reported = {(e.start, e.end, e.alternatives[0].text) for e in findings_of(report) if e.alternatives}
        wanted = {(e.start, e.end) for e in wanted_edits(report)}
        planned = {(e.start, e.end) for e in restoration.plan}
        if not planned and not wanted:
            continue
        right = {(e.start, e.end) for e in restoration.plan if (e.start, e.end, e.original) in reported}
        documents += 1
        same += wanted == planned == right
        edits, shown = edits + len(planned), shown + len(right)
        findings, changed = findings + len(wanted), changed + len(wanted & planned)

    def share(part: int, whole: int) -> float:
        return round(part / whole, 4) if whole else math.nan

    return AgreementRow(name, documents, share(same, documents), share(shown, edits), share(changed, findings))


def restoration(setup: EvaluationSetup) -> RestorationResults:
    """Return restoration, coverage and agreement by family and unseen spinner, at the full and at a quarter rate."""
    rows, agreement = [], []

    def measure(name: str, rate: float, suffix: str, spun: Sequence[SpunText], known: KnownSpinner | None) -> None:
        reports = reports_of(setup.models, [s.text for s in spun], spinner=known)
        restorations = [restore(s.text, setup.models, spinner=known) for s in spun]
        rows.append(_restoration_row(name, rate, spun, reports, restorations))
        agreement.append(_agreement_row(name + suffix, reports, restorations))

    spinners = (*REWRITING, *setup.unseen)
    for number, spinner in enumerate(spinners):
        for rate, suffix in ((FULL_RATE, ""), (QUARTER_RATE, ", a quarter")):
            spun = spun_stretches(setup, spinner, rate, max(20, setup.limit // 3))
            measure(spinner, rate, suffix, spun, None)
            # Families draw a spinner for each text; an unseen one wrote all of them.
            if spinner in setup.unseen:
                texts = [s.text for s in spun]
                known = counted(texts, setup.models, setup.models.thresholds["default"])
                measure(f"{spinner}, together", rate, suffix, spun, known)
        setup.progress(number + 1, len(spinners))
    return RestorationResults(tuple(rows), tuple(agreement))


def by_min_gain(setup: EvaluationSetup) -> tuple[GainRow, ...]:
    """Return restoration of all families together, and harm in human text, at several `min_gain`."""
    spun = [s for family in REWRITING for s in spun_stretches(setup, family, FULL_RATE, max(5, setup.limit // 24))]
    human = stretches(setup.test, setup.limit, _WORDS, setup.seed + 43)
    words = np.array([len(text.split()) for text in human], dtype=np.float64)
    rows = []
    for number, gain in enumerate(_MIN_GAINS):
        counts = restored_text(spun, [restore(s.text, setup.models, min_gain=gain) for s in spun])
        edits = np.array([len(restore(text, setup.models, min_gain=gain).plan) for text in human], dtype=np.float64)
        harm = ratio_interval(1000 * edits, words)
        rows.append(GainRow(gain, counts.error_reduction, *counts.scores, harm))
        setup.progress(number + 1, len(_MIN_GAINS))
    return tuple(rows)


def _readings(text: str, plan: Sequence[Edit], n: int = _READINGS) -> Iterator[str]:
    """Yield the n likeliest readings of a text: each edit by its original, by an alternative, or not made.

    Gains add up, an edit that is not made gains nothing.
    """
    options = [
        sorted(
            {(e.log10_gain, e.original), *((a.log10_gain, a.text) for a in e.alternatives), (0.0, e.spun)},
            reverse=True,
        )
        for e in plan
    ]
    start = (0,) * len(options)
    heap = [(0.0, start)]
    seen = {start}
    while heap and n:
        loss, choice = heapq.heappop(heap)
        n -= 1
        picked = [options[i][k] for i, k in enumerate(choice)]
        yield apply_plan(
            text,
            [Edit(e.start, e.end, e.spun, word, gain) for e, (gain, word) in zip(plan, picked, strict=True)],
        )
        for i, k in enumerate(choice):
            following = (*choice[:i], k + 1, *choice[i + 1 :])
            if k + 1 < len(options[i]) and following not in seen:
                seen.add(following)
                heapq.heappush(heap, (loss + options[i][k][0] - options[i][k + 1][0], following))


def _changes(spun: str, original: str) -> Iterator[tuple[int, int, Words]]:
    """Yield start and end of each stretch of `spun` that differs, and the words of `spun` with it alone restored."""
    pieces = iter_pieces(spun)
    ends = np.cumsum([len(p) for p in pieces]).tolist()
    at = [i for i, p in enumerate(pieces) if not p.isspace()]
    words = words_of(spun)
    for a, b, new in word_edits(words, words_of(original)):
        start = ends[at[a]] - len(pieces[at[a]]) if a < len(at) else len(spun)
        end = ends[at[b - 1]] if b > a else start
        yield start, end, (*words[:a], *new, *words[b:])


def _phrase_plans(models: Models, texts: Sequence[str]) -> tuple[list[list[Edit]], list[list[Edit]]]:
    """Return the plans of phrases of documents that are known to be spun: the sure edits, and the doubtful ones too."""
    extractor, restorer = models.full.extractor, models.restorer
    features = extractor.extract(tokenize(texts, models.vocabulary))
    p = np.ones(len(texts))
    nothing: list[tuple[()]] = [()] * len(texts)
    sure = restoration_plans(features, p, extractor, restorer, nothing, restorer.settings.min_gain, nothing)
    profile = DocumentContext.from_features(features).profile
    return sure, restorer.plans(features, extractor, p, profile, -math.inf, nothing)


def observed_phrases(setup: EvaluationSetup, pairs: Path) -> tuple[PhraseRow, ...]:
    """Return how many substitutions in observed phrases of real engines come back word for word.

    A phrase is judged alone, as part of a document that is known to be spun: it is too short for a verdict. At 1 counts
    the result of `reverse`; at 5 also the likeliest readings, with edits that `reverse` does not make.
    """
    listed = read_observed_pairs(pairs / PAIRS)
    rows = []
    for engine in _ENGINES:
        mine = [(o, x) for o, x, _, name in listed if name == engine and words_of(o) != words_of(x)]
        if not mine:
            continue
        sure, doubtful = _phrase_plans(setup.models, [x for _, x in mine])
        at_1 = at_5 = spans = 0
        before, after = np.zeros(len(mine)), np.zeros(len(mine))
        for i, (original, spun) in enumerate(mine):
            wanted = words_of(original)
            before[i] = Levenshtein.distance(words_of(spun), wanted)
            after[i] = Levenshtein.distance(words_of(apply_plan(spun, sure[i])), wanted)
            for start, end, target in _changes(spun, original):

                def here(plan: Sequence[Edit], start: int = start, end: int = end) -> list[Edit]:
                    return [e for e in plan if e.start <= end and start <= e.end]

                first = words_of(apply_plan(spun, here(sure[i]))) == target
                spans += 1
                at_1 += first
                at_5 += first or any(words_of(r) == target for r in _readings(spun, here(doubtful[i])))
        found = ratio_interval(before - after, before)
        rows.append(PhraseRow(engine, len(mine), spans, wilson(at_1, spans), wilson(at_5, spans), found))
    return tuple(rows)
