"""Can it be put back: word errors taken away, real phrases restored, and what the evidence covers."""

from __future__ import annotations

import bisect
import heapq
import math
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np

from detector.api import restore
from detector.evaluation.metrics import ratio_interval, wilson
from detector.evaluation.results import PhraseRow, RestorationRow
from detector.evaluation.samples import (
    FULL_RATE,
    Bench,
    changed_share,
    judged_batches,
    spin_all,
    stretches,
)
from detector.model_store import Models
from detector.restore.restorer import apply_plan
from detector.scoring.cascade import Known, evidence_of, judge, plans
from detector.text.tokens import fold, iter_pieces
from detector.training.families import FAMILIES
from detector.training.spinners import SpunText, TableSpinner, read_dictionary, read_observed_pairs
from detector.training.tune import edit_distance, word_tokens
from detector.types import Edit, Evidence

__all__ = ["RestorationCounts", "observed_phrases", "restoration", "restored", "unseen_dictionary"]

_READINGS = 5
_WORDS = 300


class RestorationCounts:
    """Counts over spun texts, float64 (texts,) each.

    Attributes
    ----------
    before, after : word edit distance to the original
    spans, exact, covered : substituted spans; those that read as before after restoring; those that a finding touches
    findings, right : findings; those that touch a substituted span
    evidence : the findings themselves
    """

    def __init__(self, models: Models, spun: Sequence[SpunText]) -> None:
        n = len(spun)
        self.before, self.after, self.spans, self.exact = (np.zeros(n) for _ in range(4))
        self.covered, self.findings, self.right, self.edits = (np.zeros(n) for _ in range(4))
        self.evidence: list[list[Evidence]] = []
        for first, judged in judged_batches(models, [s.text for s in spun]):
            found = evidence_of(judged, models, plans(judged, models))
            self.evidence += found
            for i, evidence in enumerate(found, first):
                self._count(i, spun[i], restore(spun[i].text, models).plan, evidence)

    def _count(self, i: int, spun: SpunText, plan: Sequence[Edit], evidence: Sequence[Evidence]) -> None:
        original = word_tokens(spun.original)
        self.before[i] = edit_distance(word_tokens(spun.text), original)
        self.after[i] = edit_distance(word_tokens(apply_plan(spun.text, plan)), original)
        self.edits[i] = len(plan)
        self.spans[i] = len(spun.alignment)
        right = {(e.start, e.end, fold(e.original)) for e in plan}
        self.exact[i] = sum((s.start, s.end, fold(s.original)) in right for s in spun.alignment)
        places = [(s.start, s.end) for s in spun.alignment]
        found = [(e.start, e.end) for e in evidence]
        self.covered[i] = touching(places, found)
        self.findings[i] = len(found)
        self.right[i] = touching(found, places)


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


def _documents(bench: Bench) -> int:
    return max(20, bench.limit // 2)


def _human(bench: Bench, n: int, words: int) -> list[str]:
    return [s.text for s in stretches(bench.test, n, words, bench.seed + 30)]


def restored(bench: Bench, family: str, n: int, words: int = _WORDS) -> tuple[list[SpunText], RestorationCounts]:
    """Return stretches spun by the family at full rate, and what became of them."""
    made = spin_all(_human(bench, n, words), family, FULL_RATE, bench.resources, bench.seed + 31)
    spun = [s for s in made if s is not None]
    return spun, RestorationCounts(bench.models, spun)


def _row(name: str, spun: Sequence[SpunText], r: RestorationCounts) -> RestorationRow:
    return RestorationRow(
        name,
        len(spun),
        changed_share(spun),
        ratio_interval(r.before - r.after, r.before),
        ratio_interval(r.exact, r.spans),
        ratio_interval(r.covered, r.spans),
        ratio_interval(r.right, r.findings),
    )


def restoration(bench: Bench) -> tuple[RestorationRow, ...]:
    """Return restoration and coverage by family, on stretches of 300 words at full rate."""
    rows = []
    for number, family in enumerate(FAMILIES):
        rows.append(_row(family, *restored(bench, family, _documents(bench))))
        bench.progress(number + 1, len(FAMILIES))
    return tuple(rows)


def unseen_dictionary(bench: Bench, path: Path) -> tuple[RestorationRow, ...]:
    """Return the same of text in which all is replaced that a dictionary knows on which nothing was fitted."""
    spinner = TableSpinner(path.stem, read_dictionary(path), rate=1.0, consistent=True)
    spun = [s for s in map(spinner.spin, _human(bench, _documents(bench), _WORDS)) if s.alignment]
    return (_row(path.name, spun, RestorationCounts(bench.models, spun)),)


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


def _changes(spun: str, original: str) -> Iterator[tuple[int, int, list[str]]]:
    """Yield start and end of each stretch of `spun` that differs, and the words of `spun` with it alone put back."""
    pieces = iter_pieces(spun)
    ends = np.cumsum([len(p) for p in pieces]).tolist()
    at = [i for i, p in enumerate(pieces) if not p.isspace()]
    words, wanted = word_tokens(spun), word_tokens(original)
    for tag, a, b, c, d in SequenceMatcher(None, words, wanted, autojunk=False).get_opcodes():
        if tag != "equal":
            start = ends[at[a]] - len(pieces[at[a]]) if a < len(at) else len(spun)
            end = ends[at[b - 1]] if b > a else start
            yield start, end, [*words[:a], *wanted[c:d], *words[b:]]


def observed_phrases(bench: Bench, pairs: Path, engines: Sequence[str] = ("B", "C")) -> tuple[PhraseRow, ...]:
    """Return how many substitutions in observed phrases of real engines come back word for word.

    A phrase is judged alone, as part of a document that is known to be spun: it is too short for a verdict. At 1 counts
    what `reverse` makes of it; at 5 also the likeliest readings, among them edits that `reverse` thinks too doubtful.
    """
    listed = read_observed_pairs(pairs / "observed_pairs.jsonl")
    rows = []
    for engine in engines:
        mine = [(o, x) for o, x, _, name in listed if name == engine and word_tokens(o) != word_tokens(x)]
        if not mine:
            continue
        judged = judge([x for _, x in mine], bench.models, Known(1.0, 1.0))
        sure, doubtful = plans(judged, bench.models), plans(judged, bench.models, -math.inf)
        at_1 = at_5 = spans = 0
        before, after = np.zeros(len(mine)), np.zeros(len(mine))
        for i, (original, spun) in enumerate(mine):
            wanted = word_tokens(original)
            before[i] = edit_distance(word_tokens(spun), wanted)
            after[i] = edit_distance(word_tokens(apply_plan(spun, sure[i])), wanted)
            for start, end, target in _changes(spun, original):

                def here(plan: Sequence[Edit], start: int = start, end: int = end) -> list[Edit]:
                    return [e for e in plan if e.start <= end and start <= e.end]

                first = word_tokens(apply_plan(spun, here(sure[i]))) == target
                spans += 1
                at_1 += first
                at_5 += first or any(word_tokens(r) == target for r in _readings(spun, here(doubtful[i])))
        found = ratio_interval(before - after, before)
        rows.append(PhraseRow(engine, len(mine), spans, wilson(at_1, spans), wilson(at_5, spans), found))
    return tuple(rows)
