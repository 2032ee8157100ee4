"""One plan for each text, and the findings that come from it: a report shows the edits that `reverse` makes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import attrgetter, itemgetter

import numpy as np
from numpy.typing import NDArray

from detector.cues import CUE_BY_ID, CUES, CueContext, DamagedWord
from detector.cues.odd_word import weightiest
from detector.cues.substitution import classified, evidence_of
from detector.model_store import Models
from detector.restore.iterate import counted_substitutions, restoration_plans
from detector.restore.plan import Span, without_overlap
from detector.restore.spinner import SpinnerCounts
from detector.restore.spinner_table import KnownSpinner
from detector.restore.writing import with_article
from detector.scoring.cascade import DocumentScores, GroupScores
from detector.scoring.posterior import document_shift
from detector.scoring.stage import StageScores
from detector.scoring.tokens import FeatureExtractor
from detector.text.dialect import Dialect
from detector.text.tokens import fold
from detector.types import Alternative, Damage, Edit, EditAlternative, Evidence

__all__ = ["Findings", "edit_of", "find", "is_edit", "plan", "spinner_counts", "weightiest_words"]

_WEIGHTIEST = 5  # words that a flagged document without any finding shows


@dataclass(frozen=True)
class Findings:
    """The findings in one text, sorted; `plan` is disjoint."""

    plan: list[Edit]
    evidence: list[Evidence]
    damage: list[Damage]


def edit_of(evidence: Evidence) -> Edit:
    """Return a finding as an edit to its first alternative."""
    first, *others = evidence.alternatives
    return Edit(
        evidence.start,
        evidence.end,
        evidence.surface,
        first.text,
        first.log10_odds,
        tuple(EditAlternative(a.text, a.log10_odds) for a in others),
        evidence.cue,
        evidence.message,
    )


def is_edit(alternatives: Sequence[Alternative], min_gain: float) -> bool:
    """Return whether `reverse` changes the wording of a finding: its first alternative gains at least `min_gain`."""
    return bool(alternatives) and alternatives[0].log10_odds >= min_gain


def _damage_of(evidence: Evidence) -> Damage:
    return Damage(evidence.start, evidence.end, evidence.surface, evidence.cue, evidence.alternatives, evidence.message)


def _moved(evidence: Evidence, log10_odds: float) -> Evidence:
    """Return a finding whose odds are moved by so many powers of ten."""
    others = tuple(replace(a, log10_odds=round(a.log10_odds + log10_odds, 2)) for a in evidence.alternatives)
    return replace(evidence, log10_odds=round(evidence.log10_odds + log10_odds, 2), alternatives=others)


def _disjoint(by_cue: Sequence[Sequence[Evidence]]) -> list[Evidence]:
    """Return the findings of several cues in order; of those that overlap the one whose cue comes first."""
    kept: list[Evidence] = []
    for findings in by_cue:
        end = 0
        for evidence in without_overlap(sorted(findings, key=lambda e: e.start), [(e.start, e.end) for e in kept]):
            if evidence.start >= end:  # one cue may find two things at one place
                kept.append(evidence)
                end = evidence.end
    return sorted(kept, key=lambda e: e.start)


def _before_the_plan(
    group: GroupScores, scores: DocumentScores, models: Models, damaged: Sequence[Sequence[DamagedWord]]
) -> list[list[Evidence]]:
    """Return the findings of each text that need no plan.

    The odds of damage say how likely it is that the source had the other word. The lower P(spun) is, the lower they
    are, since in human text the author usually made the mistake.
    """
    context = CueContext(
        group.screen().features,
        models.screen.extractor,
        models.name_model,
        models.tortured_phrases,
        _inside(group, damaged),
    )
    by_cue = [cue.find(context) for cue in CUES if cue.find is not None and cue.when == "before"]
    document = group.parts.document
    penalty = models.restorer.penalty(np.nan_to_num(scores.probability)).tolist()
    found = [_disjoint(of_text) for of_text in zip(*by_cue, strict=True)]
    return [
        [_moved(e, penalty[d]) if CUE_BY_ID[e.cue].is_damage else e for e in _with_mentions(of_text, mentions)]
        for d, of_text, mentions in zip(document.tolist(), found, group.batch().mentions, strict=True)
    ]


def _with_mentions(found: Sequence[Evidence], mentions: Sequence[Span]) -> list[Evidence]:
    """Return findings in order; of wordings that the text only mentions, those of rewriting lose weight and originals.

    Damage counts in any place.
    """
    used = {(e.start, e.end) for e in without_overlap(found, mentions)}
    return [e if (e.start, e.end) in used or CUE_BY_ID[e.cue].is_damage else _as_mention(e) for e in found]


def _as_mention(evidence: Evidence) -> Evidence:
    message = "The text only mentions this wording, which says nothing about how it was written."
    return replace(evidence, log10_odds=0.0, alternatives=(), message=message)


def _inside(group: GroupScores, damaged: Sequence[Sequence[DamagedWord]]) -> list[list[DamagedWord]]:
    """Return the damaged words of documents that lie in each part of a group, with spans in the part."""
    out = []
    places = zip(group.parts.document.tolist(), group.parts.offset.tolist(), group.parts.texts, strict=True)
    for d, offset, text in places:
        words, end = damaged[d], offset + len(text)
        first, last = (bisect_left(words, place, key=itemgetter(0)) for place in (offset, end))
        out.append([(a - offset, b - offset, word) for a, b, word in words[first:last] if b <= end])
    return out


def _touches(span: Span, edits: Sequence[Edit]) -> bool:
    """Return whether one of the edits, which are sorted and disjoint, reaches into a span."""
    before = bisect_left(edits, span[1], key=attrgetter("start"))
    return before > 0 and edits[before - 1].end > span[0]


def _plans(
    group: GroupScores,
    scores: DocumentScores,
    models: Models,
    before: Sequence[Sequence[Evidence]],
    min_gain: float,
    keep: Sequence[Sequence[Span]],
    spinner: KnownSpinner | None,
) -> list[list[Edit]]:
    repairs = [
        without_overlap(_repairs(text, [e for e in found if is_edit(e.alternatives, min_gain)]), spans)
        for text, found, spans in zip(group.parts.texts, before, keep, strict=True)
    ]
    plans = list(repairs)
    # Wordings that a text mentions stay, unless they are damaged.
    keep = [
        [*spans, *(m for m in mentions if not _touches(m, made))]
        for spans, mentions, made in zip(keep, group.batch().mentions, repairs, strict=True)
    ]
    rows = scores.rows(group)
    p = scores.probability[group.parts.document[rows]]
    if len(rows) and p.max() >= models.restorer.min_probability:
        made = restoration_plans(
            group.full(rows).features,
            p,
            models.full.extractor,
            models.restorer,
            [repairs[row] for row in rows.tolist()],
            min_gain,
            [keep[row] for row in rows.tolist()],
            spinner,
        )
        for row, edits in zip(rows.tolist(), made, strict=True):
            plans[row] = edits
    return [classified(text, _in_dialect(text, edits)) for text, edits in zip(group.parts.texts, plans, strict=True)]


def _repairs(text: str, found: Sequence[Evidence]) -> list[Edit]:
    """Return the edits of sorted findings, those of rewriting with the articles before them."""
    out: list[Edit] = []
    for evidence in found:
        edit = edit_of(evidence)
        agreed = edit if CUE_BY_ID[edit.cue].is_damage else with_article(text, edit)
        out.append(edit if out and agreed.start < out[-1].end else agreed)
    return out


def _in_dialect(text: str, plan: Sequence[Edit]) -> list[Edit]:
    """Return a plan whose originals are spelt as the text spells; an edit that then changes nothing is dropped.

    Words that an edit leaves keep their spelling, and repairs of damage keep theirs.
    """
    rewritten = [edit for edit in plan if not CUE_BY_ID[edit.cue].is_damage]
    dialect = Dialect.of(text) if rewritten else None
    if dialect is None:
        return list(plan)
    spelt = {edit.start: _spelt(edit, dialect) for edit in rewritten}
    edits = (spelt.get(edit.start, edit) for edit in plan)
    # The text that was scored has its damage repaired, so an original may equal the wording.
    return [edit for edit in edits if edit.start not in spelt or edit.original != edit.spun]


def _spelt(edit: Edit, dialect: Dialect) -> Edit:
    kept = fold(edit.spun).split()
    original = dialect.spelt(edit.original, kept)
    others: dict[str, EditAlternative] = {}
    for other in edit.alternatives:
        text = dialect.spelt(other.text, kept)
        others.setdefault(text, replace(other, text=text))
    alternatives = tuple(other for text, other in others.items() if text not in (original, edit.spun))
    return replace(edit, original=original, alternatives=alternatives)


def plan(
    group: GroupScores,
    scores: DocumentScores,
    models: Models,
    min_gain: float,
    keep: Sequence[Sequence[Span]],
    damaged: Sequence[Sequence[DamagedWord]],
    spinner: KnownSpinner | None = None,
) -> list[list[Edit]]:
    """Return the restoration plan of each text of a group, sorted and disjoint.

    Parameters
    ----------
    min_gain : least log10 gain of an edit
    keep : spans of each text that stay as they are, half-open
    damaged : of each document, the words that normalisation has repaired
    spinner : pairs of its wordings that are known
    """
    return _plans(group, scores, models, _before_the_plan(group, scores, models, damaged), min_gain, keep, spinner)


def spinner_counts(group: GroupScores, scores: DocumentScores, models: Models) -> SpinnerCounts | None:
    """Return the counts of a group's texts on their one spinner; None if none of the texts may be spun."""
    rows = scores.rows(group)
    if not len(rows):
        return None
    p = scores.probability[group.parts.document[rows]]
    return counted_substitutions(group.full(rows).features, models.full.extractor, p, models.restorer)


def _after_the_plan(
    stage: StageScores,
    extractor: FeatureExtractor,
    rows: NDArray[np.int64],
    group: GroupScores,
    scores: DocumentScores,
    models: Models,
    plans: Sequence[Sequence[Edit]],
) -> list[list[Evidence]]:
    """Return the findings in some texts of a group (`rows`, whose scores `stage` holds) that no edit touches."""
    features = stage.features
    shift = document_shift(features, np.nan_to_num(scores.probability[group.parts.document[rows]]))
    context = CueContext(
        features,
        extractor,
        models.name_model,
        models.tortured_phrases,
        (),
        [plans[row] for row in rows.tolist()],
        features.token_log10_odds + shift[features.batch.document_of],
        models.min_evidence_log10_odds,
    )
    by_cue = [cue.find(context) for cue in CUES if cue.find is not None and cue.when == "after"]
    return [
        without_overlap(_disjoint(of_text), mentions)
        for of_text, mentions in zip(zip(*by_cue, strict=True), features.batch.mentions, strict=True)
    ]


def find(
    group: GroupScores,
    scores: DocumentScores,
    models: Models,
    keep: Sequence[Sequence[Span]],
    damaged: Sequence[Sequence[DamagedWord]],
    spinner: KnownSpinner | None = None,
) -> list[Findings]:
    """Return the findings of each text of a group: its plan, the oddities that the plan leaves, and damage.

    Parameters
    ----------
    keep : spans of each text that no edit may change, half-open
    damaged : of each document, the words that normalisation has repaired
    spinner : pairs of its wordings that are known
    """
    rows = scores.rows(group)
    min_gain = models.restorer.settings.min_gain
    before = _before_the_plan(group, scores, models, damaged)
    plans = _plans(group, scores, models, before, min_gain, keep, spinner)
    everyone = np.arange(len(group.parts.texts))
    after = _after_the_plan(group.screen(), models.screen.extractor, everyone, group, scores, models, plans)
    if len(rows):
        by_full = _after_the_plan(group.full(rows), models.full.extractor, rows, group, scores, models, plans)
        for row, found in zip(rows.tolist(), by_full, strict=True):
            after[row] = found
    out = []
    for plan, found_before, found_after, spans in zip(plans, before, after, keep, strict=True):
        left = [e for e in found_before if not is_edit(e.alternatives, min_gain)]
        found = _disjoint([[evidence_of(e) for e in plan], left, without_overlap(found_after, spans)])
        out.append(
            Findings(
                plan,
                [e for e in found if not CUE_BY_ID[e.cue].is_damage],
                [_damage_of(e) for e in found if CUE_BY_ID[e.cue].is_damage],
            )
        )
    return out


def weightiest_words(scores: DocumentScores, document: int, models: Models) -> list[Evidence]:
    """Return the words that raised the probability of a document most, for one in which nothing else is found.

    They are taken from its first part; a longer document has other findings.
    """
    group = next(g for g in scores.groups if document in g.parts.document)
    rows = scores.rows(group)
    row = int(np.flatnonzero(group.parts.document == document)[0])
    in_full = row in rows
    features = (group.full(rows) if in_full else group.screen()).features
    at = int(np.flatnonzero(rows == row)[0]) if in_full else row
    ratio = features.token_log10_odds - np.float32(features.prior_log10_odds)
    context = CueContext(features, models.full.extractor, models.name_model, models.tortured_phrases)
    return weightiest(context, at, ratio, _WEIGHTIEST)
