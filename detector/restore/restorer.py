"""Put back what probably stood there: choose edits, write them in the text's own case and grammar, replay them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from detector.errors import PlanError
from detector.estimators.channel import Candidates, Channel
from detector.estimators.language_model import LanguageModel
from detector.restore.decode import decode
from detector.restore.profile import SpinnerProfile
from detector.restore.rerank import MAX_GAIN, Reranker, log10_gain
from detector.scoring.tokens import CANDIDATE_COLUMNS, TokenFeatures
from detector.text.indefinite_article import article_for
from detector.text.tokens import SENTENCE_START
from detector.text.vocabulary import CAPITAL, LOWER, UPPER, Vocabulary
from detector.types import Edit, EditAlternative, Evidence

__all__ = [
    "Restorer",
    "RestorerSettings",
    "apply_plan",
    "compose_plans",
    "disjoint",
    "restored_spans",
    "shift_spans",
    "unmoved",
    "without_overlap",
    "wordings",
    "write_words",
]

_ALTERNATIVES = 5  # readings of an edit that are shown
# A word that everybody uses ("could", "want", "by") for another ("may", "need", "through"): either reads well nearly
# everywhere, and which one it was changes what is said. So such an edit must be likelier by so many powers of ten.
_EVERYDAY_ZIPF, _EVERYDAY_CAUTION = 5.8, 1.5


def apply_plan(text: str, plan: Iterable[Edit]) -> str:
    """Return the text with the plan's edits made; any subset of a plan will do.

    Raises PlanError where an edit does not fit the text or overlaps another.

    >>> apply_plan("Invoice Gates spoke.", [Edit(0, 7, "Invoice", "Bill", 2.0)])
    'Bill Gates spoke.'
    """
    out, position = [], 0
    for edit in sorted(plan, key=lambda e: e.start):
        if edit.start < position:
            raise PlanError(f"the edit at {edit.start}:{edit.end} overlaps the one before it, which ends at {position}")
        if text[edit.start : edit.end] != edit.spun:
            raise PlanError(
                f"the text at {edit.start}:{edit.end} is {text[edit.start : edit.end]!r}, "
                f"but the plan expects {edit.spun!r}: a plan fits only the text it was made for"
            )
        out += [text[position : edit.start], edit.original]
        position = edit.end
    return "".join(out) + text[position:]


def restored_spans(plan: Iterable[Edit]) -> Iterator[tuple[int, int, Edit]]:
    """Yield where each edit's original stands once a sorted plan is carried out, half-open, with the edit.

    >>> [(start, end) for start, end, _ in restored_spans([Edit(0, 3, "All", "Every", 1.0), Edit(8, 9, "s", "", 1.0)])]
    [(0, 5), (10, 10)]
    """
    moved = 0
    for edit in plan:
        start = edit.start + moved
        yield start, start + len(edit.original), edit
        moved += edit.length_change


def compose_plans(text: str, first: Sequence[Edit], second: Sequence[Edit]) -> list[Edit]:
    """Return one plan for `text` that does what `first` does to it, and then `second` to the outcome.

    Both are sorted. Edits that meet become one, whose gain is the sum of theirs; what comes to nothing is left out.

    >>> first = [Edit(3, 8, "Could", "May", 2.0)]
    >>> compose_plans("In Could.", first, [Edit(0, 6, "In May", "During May", 1.0)])
    [Edit(start=0, end=8, spun='In Could', original='During May', log10_gain=3.0, alternatives=())]
    """
    between = apply_plan(text, first)
    # Where the edits stand in the text between: of the first their outcome, of the second what they replace.
    spans = [(start, end, edit, True) for start, end, edit in restored_spans(first)]
    spans += [(edit.start, edit.end, edit, False) for edit in second]
    plan: list[Edit] = []
    shift = i = 0
    spans.sort(key=lambda s: s[:2])
    while i < len(spans):
        low, high, edit, _ = spans[i]
        group = [spans[i]]
        while (i := i + 1) < len(spans) and spans[i][0] < high:
            high = max(high, spans[i][1])
            group.append(spans[i])
        grown = sum(e.length_change for _, _, e, of_first in group if of_first)
        start, end = low - shift, high - shift - grown
        shift += grown
        if len(group) == 1:
            plan.append(replace(edit, start=start, end=end))
            continue
        later = [replace(e, start=e.start - low, end=e.end - low) for _, _, e, of_first in group if not of_first]
        original = apply_plan(between[low:high], later)
        if original != text[start:end]:
            gain = round(sum(e.log10_gain for _, _, e, _ in group), 2)
            plan.append(Edit(start, end, text[start:end], original, gain))
    return plan


def unmoved(edits: Iterable[Edit], made: Sequence[Edit]) -> list[Edit]:
    """Return edits of a text in which those of `made` were carried out as edits of the text before.

    What touches one that was made is left out. Both are sorted.

    >>> unmoved([Edit(7, 12, "Could", "May", 2.0)], [Edit(0, 3, "All", "Alas, ", 1.0)])
    [Edit(start=4, end=9, spun='Could', original='May', log10_gain=2.0, alternatives=())]
    """
    out, shift, i = [], 0, 0
    stand = list(restored_spans(made))
    for edit in edits:
        while i < len(stand) and stand[i][1] <= edit.start:
            shift += stand[i][2].length_change
            i += 1
        if i == len(stand) or edit.end <= stand[i][0]:
            out.append(replace(edit, start=edit.start - shift, end=edit.end - shift))
    return out


def shift_spans(spans: Sequence[tuple[int, int]], plan: Sequence[Edit]) -> list[tuple[int, int]]:
    """Return where spans stand once a plan has been carried out that touches none of them.

    >>> shift_spans([(9, 12)], [Edit(3, 8, "Could", "May", 2.0)])
    [(7, 10)]
    """
    grown = [sum(e.length_change for e in plan if e.end <= start) for start, _ in spans]
    return [(start + by, end + by) for (start, end), by in zip(spans, grown, strict=True)]


def wordings(plan: Iterable[Edit]) -> set[tuple[int, int, str]]:
    """Return what a plan puts where: each edit's span and original. Plans differ where these do, whatever they gain."""
    return {(e.start, e.end, e.original) for e in plan}


def without_overlap(edits: Iterable[Edit], spans: Sequence[tuple[int, int]]) -> list[Edit]:
    """Return the edits that touch none of the spans.

    >>> [e.spun for e in without_overlap([Edit(0, 3, "All", "Any", 1.0), Edit(4, 6, "in", "at", 1.0)], [(6, 9), (1, 2)])]
    ['in']
    """
    ordered = sorted(spans)
    starts = [start for start, _ in ordered]
    reach = list(accumulate((end for _, end in ordered), max))  # how far the spans up to each one go
    out = []
    for edit in edits:
        before = bisect_left(starts, edit.end)
        if not before or reach[before - 1] <= edit.start:
            out.append(edit)
    return out


def disjoint(edits: Iterable[Edit]) -> list[Edit]:
    """Return the edits sorted; of two that overlap the one with the higher gain."""
    out: list[Edit] = []
    for edit in sorted(edits, key=lambda e: (e.start, e.end)):
        if not out or out[-1].end <= edit.start:
            out.append(edit)
        elif edit.log10_gain > out[-1].log10_gain:
            out[-1] = edit
    return out


@dataclass(frozen=True)
class RestorerSettings:
    """Weights of the decoder, tuned on the dev split by `training.tune`.

    Attributes
    ----------
    weight : log10 odds for one power of ten of joint language model gain
    floor : log10 gain below which a candidate is not decoded
    min_gain : log10 gain below which an edit is not made
    caution : powers of ten that the gains lose for each power of ten by which P(spun) of the document falls below 1;
        what a wrong verdict does to a human text is worse than what a missed one leaves in a spun text
    offset : added to all gains; the choice network was fitted with part of the channel hidden, and says too little
        where all of it is known
    """

    weight: float = 0.5
    floor: float = -1.5
    min_gain: float = 0.0
    caution: float = 20.0
    offset: float = 0.0


def _everyday(m: TokenFeatures) -> NDArray[np.bool_]:
    """Whether each candidate puts one word that everybody uses for another."""
    column = dict(zip(CANDIDATE_COLUMNS, m.candidate_features.T, strict=True))
    common = np.minimum(column["zipf_original"], column["zipf_substitute"]) >= _EVERYDAY_ZIPF
    out: NDArray[np.bool_] = common & (column["words_original"] == 1) & (column["words_substitute"] == 1)
    return out


def _touching(m: TokenFeatures, spans: Sequence[Sequence[tuple[int, int]]]) -> NDArray[np.bool_]:
    """Whether each candidate touches one of its document's spans."""
    c = m.candidates
    before = np.concatenate(([0], np.cumsum(m.batch.span_of(spans) >= 0)))
    out: NDArray[np.bool_] = before[c.start + c.length] > before[c.start]
    return out


def write_words(words: Sequence[str]) -> str:
    """Return word pieces as text: spaces between words, none around hyphens or before marks.

    >>> write_words(["man", "-", "made", "lake", "'s"])
    "man-made lake's"
    """
    text = " ".join(words)
    text = re.sub(r" ?- ?", "-", text)
    return re.sub(r" ('s\b|[.,;:!?%)])", r"\1", text)


@dataclass(frozen=True)
class Restorer:
    """Chooses and writes edits."""

    vocabulary: Vocabulary
    language_model: LanguageModel
    channel: Channel
    reranker: Reranker
    settings: RestorerSettings

    @property
    def min_probability(self) -> float:
        """P(spun) of a document below which no original can be likely enough to be put back."""
        s = self.settings
        return float(10.0 ** ((s.floor - s.offset - MAX_GAIN) / s.caution))

    def choose(
        self,
        m: TokenFeatures,
        probability: NDArray[np.float64],
        profile: Sequence[SpinnerProfile] | None = None,
        keep: Sequence[Sequence[tuple[int, int]]] = (),
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the rows of m.candidates that the likeliest originals take, and every row's log10 gain.

        Parameters
        ----------
        probability : float64 (documents,), P(spun)
        profile : of the documents as they were given (`Reranker.hear`)
        keep : spans of each document that no original may touch, half-open; none where it is empty
        """
        s = self.settings
        gain = log10_gain(m, self.reranker.rescore(m, probability, profile)[0])
        doubt = np.log10(np.maximum(probability, 1e-9)).astype(np.float32) * np.float32(s.caution)
        gain += doubt[m.batch.document_of[m.candidates.start]] + np.float32(s.offset)
        gain -= np.float32(_EVERYDAY_CAUTION) * _everyday(m)
        rows = np.flatnonzero((gain > s.floor) & ~_touching(m, keep))
        chosen = decode(
            self.language_model,
            self.channel,
            m,
            m.candidates.take(rows),
            gain[rows],
            m.candidate_features[rows, 0],
            s.weight,
        )
        return rows[chosen], gain

    def edits(
        self,
        m: TokenFeatures,
        chosen: NDArray[np.int64],
        gain: NDArray[np.float32],
        min_gain: float | None = None,
    ) -> list[list[Edit]]:
        """Return the chosen rows as edits of each document, sorted and disjoint."""
        least = self.settings.min_gain if min_gain is None else min_gain
        plans: list[list[Edit]] = [[] for _ in m.batch.texts]
        c = m.candidates
        for row in chosen.tolist():
            if gain[row] < least:
                continue
            document = int(m.batch.document_of[c.start[row]])
            edit = self._edit(m, row, gain)
            plan = plans[document]
            if edit is not None and (not plan or plan[-1].end <= edit.start):
                plan.append(edit)
        return plans

    def with_damage_repairs(
        self, plan: list[Edit], found: Iterable[Evidence], probability: float, min_gain: float | None = None
    ) -> list[Edit]:
        """Return the plan of a document with its damaged letters and names with_damage_repairs too, where no edit touches them."""
        least = self.settings.min_gain if min_gain is None else min_gain
        doubt = self.settings.caution * float(np.log10(max(probability, 1e-9)))
        mends = [
            Edit(e.start, e.end, e.surface, e.alternatives[0].text, round(e.log10_odds + doubt, 2))
            for e in found
            if e.log10_odds + doubt >= least
        ]
        return sorted([*plan, *without_overlap(mends, [(e.start, e.end) for e in plan])], key=lambda e: e.start)

    def original_text(self, m: TokenFeatures, candidates: Candidates, row: int) -> str:
        """Return the original of one candidate, written as it would stand in the text."""
        start, length = int(candidates.start[row]), int(candidates.length[row])
        ids = self.channel.words_of(int(candidates.original[row]))
        words = [self.vocabulary.words[i] for i in ids]
        spun = m.batch.surface(start, start + length)
        usual = self.vocabulary.usual_case
        written = [
            w.upper() if usual[i] == UPPER else w[:1].upper() + w[1:] if usual[i] == CAPITAL else w
            for w, i in zip(words, ids.tolist(), strict=True)
        ]
        spun_words = spun.split()
        first_id = int(m.batch.ids[start])
        capital = spun[:1].isupper() and (usual[first_id] == LOWER or m.batch.shape[start] & SENTENCE_START)
        if len(spun) > 1 and spun.isupper() and usual[first_id] != UPPER:
            written = [w.upper() for w in written]
        elif len(spun_words) > 1 and len(words) > 1 and all(w[:1].isupper() for w in spun_words):
            written = [w[:1].upper() + w[1:] for w in written]
        elif len(spun_words) == len(words) > 1:
            # Word for word: "in Could" → "in May", whatever the originals are mostly like.
            lower = [usual[i] == LOWER for i in m.batch.ids[start : start + length].tolist()]
            written = [
                w[:1].upper() + w[1:] if s[:1].isupper() and (plain or capital) else w
                for w, s, plain in zip(written, spun_words, lower, strict=False)
            ]
        elif capital:
            written[0] = written[0][:1].upper() + written[0][1:]
        return write_words(written)

    def _edit(self, m: TokenFeatures, row: int, gain: NDArray[np.float32]) -> Edit | None:
        c = m.candidates
        first, length = int(c.start[row]), int(c.length[row])
        text = m.batch.texts[int(m.batch.document_of[first])]
        start, end = int(m.batch.starts[first]), int(m.batch.ends[first + length - 1])
        original = self.original_text(m, c, row)
        spun = text[start:end]
        low, high = np.searchsorted(c.start, (first, first + 1))
        rivals = low + np.flatnonzero(c.length[low:high] == length)
        rivals = rivals[np.argsort(-gain[rivals], kind="stable")]
        others = [
            (self.original_text(m, c, int(r)), float(gain[r])) for r in rivals[:_ALTERNATIVES].tolist() if r != row
        ]
        # "an honest" → "a sincere": the article before the edit belongs to it where it no longer agrees.
        article = re.search(r"(?<![\w'’-])(an?)([ \u00a0])$", text[max(0, start - 4) : start], re.IGNORECASE)
        prefix = ""
        if article and article_for(original) != article.group(1).lower():
            agreed = article_for(original)
            written = article.group(1)
            agreed = agreed[0].upper() + agreed[1:] if written[0].isupper() else agreed
            prefix = agreed + article.group(2)
            start -= len(written) + 1
            spun = text[start:end]
        if prefix + original == spun:
            return None
        alternatives = tuple(EditAlternative(prefix + o, round(g, 2)) for o, g in others if prefix + o != spun)
        return Edit(start, end, spun, prefix + original, round(float(gain[row]), 2), alternatives)
