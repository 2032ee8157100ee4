"""One mapping for an article: what its spinner would make of the restored text, and a plan that this does not upset.

A dictionary spinner wrote one substitute for each wording it knew, wherever that stood. So the plan of such an article
is a mapping, and the text it leads to, spun again by that mapping, must lead to the same text. Where it does not, the
plan contradicts itself: it takes "chart" for a substitute of "profile" here, but would not there.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from detector.restore.restorer import (
    apply_plan,
    compose_plans,
    restored_spans,
    shift_spans,
    unmoved,
    without_overlap,
    wordings,
)
from detector.text.tokens import fold
from detector.types import Edit

__all__ = ["in_case_of", "mapping_of", "one_mapping", "settled", "spin_again"]

# Share of the further places of its originals at which a plan has the mapping's substitute. On dev nearly all texts of
# spinners with one substitute for a wording reach it, and three in ten of those of spinners with several.
_ONE_MAPPING = 0.5
_PRIOR_AGREES, _PRIOR_PLACES = 1.5, 2.0  # what the share is taken to be before a place has been seen
# Share of its gain that the plan of a spinner with several substitutes may change by to come to rest. Of the gate's
# texts 32 of 52 come back the same at 0, 42 at 0.05. On dev, 0.05 leaves half a point more of the errors of
# `thesaurus`, 0.1 a point, and a point of `phrase`.
_NEARLY = 0.05
_SPINS = 6  # after so many that each change something a plan may keep only what its mapping undoes

Span = tuple[int, int]


def in_case_of(original: str, substitute: str) -> str:
    """Return the substitute with the capitals of the original.

    >>> in_case_of("White House", "white home")
    'White Home'
    """
    if len(original) > 1 and original.isupper():
        return substitute.upper()
    theirs, ours = original.split(" "), substitute.split(" ")
    if len(theirs) == len(ours):
        pairs = zip(theirs, ours, strict=True)
        return " ".join(w[:1].upper() + w[1:] if o[:1].isupper() else w for o, w in pairs)
    if original[:1].isupper():
        return substitute[:1].upper() + substitute[1:]
    return substitute


def mapping_of(plan: Sequence[Edit]) -> dict[str, str]:
    """Return each original of a plan, folded, with the substitute that it first had.

    >>> mapping_of([Edit(3, 8, "Could", "May", 2.0)])
    {'may': 'could'}
    """
    out: dict[str, str] = {}
    for edit in plan:
        if edit.original.strip() and edit.spun.strip():
            out.setdefault(*_pair(edit))
    return out


def spin_again(text: str, mapping: Mapping[str, str], keep: Sequence[Span] = ()) -> list[Edit]:
    """Return the edits by which a spinner with the mapping would rewrite the text; none that touches a span of `keep`.

    >>> [e.original for e in spin_again("In May they may go.", {"may": "could"})]
    ['Could', 'could']
    """
    if not mapping:
        return []
    longest_first = sorted(mapping, key=lambda original: (-len(original), original))
    pattern = rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-])"
    edits = []
    for match in re.finditer(pattern, fold(text)):
        start, end = match.span()
        was = text[start:end]
        written = in_case_of(was, mapping[match.group()])
        if written != was:
            edits.append(Edit(start, end, was, written, 0.0))
    return without_overlap(edits, keep)


def one_mapping(plan: Sequence[Edit], spun: Sequence[Edit]) -> bool:
    """Whether a plan reads as the work of a spinner with one substitute for each wording.

    `spun` is what its mapping does to the text that it leads to. The first place of an original says nothing.
    """
    agree: Counter[str] = Counter()
    places: Counter[str] = Counter()
    stand = {(start, end): fold(edit.spun) for start, end, edit in restored_spans(plan)}
    for edit in spun:
        places[fold(edit.spun)] += 1
        agree[fold(edit.spun)] += stand.get((edit.start, edit.end)) == fold(edit.original)
    further = sum(places.values()) - len(places)
    agreeing = sum(max(n - 1, 0) for n in agree.values())
    return agreeing + _PRIOR_AGREES >= _ONE_MAPPING * (further + _PRIOR_PLACES)


def settled(
    text: str,
    plan: list[Edit],
    read: Callable[[str, Sequence[Span]], list[Edit]],
    is_substitution: Callable[[Edit], bool],
    keep: Sequence[Span] = (),
) -> list[Edit]:
    """Return the plan of a text so changed that its outcome, spun again by its mapping, is read as it was.

    The first of `_ways_to_settle` of which that is so; the first of all where it is of none.

    Parameters
    ----------
    plan : what `read` returns of the text
    read : returns the plan of a text of which some spans must stay
    is_substitution : whether an edit puts back a wording; misspelt names and letters are in no spinner's mapping
    keep : spans of `text` that stay as they are
    """
    plans = {(text, tuple(keep)): plan}

    def read_once(text: str, keep: Sequence[Span]) -> list[Edit]:
        key = text, tuple(keep)
        if key not in plans:
            plans[key] = read(*key)
        return plans[key]

    first = None
    for way in _ways_to_settle(text, plan, read_once, is_substitution, keep):
        first = first or way
        restored, kept = apply_plan(text, way), shift_spans(keep, way)
        spun = _spun_again(text, way, is_substitution, keep)
        again, kept = apply_plan(restored, spun), shift_spans(kept, spun)
        if again == text:
            return way
        back = next(_ways_to_settle(again, read_once(again, kept), read_once, is_substitution, kept))
        if apply_plan(again, back) == restored:
            return way
    return first or plan


def _ways_to_settle(
    text: str,
    plan: list[Edit],
    read: Callable[[str, Sequence[Span]], list[Edit]],
    is_substitution: Callable[[Edit], bool],
    keep: Sequence[Span],
) -> Iterator[list[Edit]]:
    """Yield plans that may stand for one, best first: what respinning comes to, what its mapping undoes, and itself.

    None that loses more than a little gain where the plan is no mapping, or of whose outcome more would be restored.
    """
    spun = _spun_again(text, plan, is_substitution, keep)
    max_apart = math.inf if one_mapping(plan, spun) else _NEARLY * _gain_apart(plan, [])

    def may_stand(other: list[Edit]) -> bool:
        if _gain_apart(plan, other) > max_apart:
            return False
        return other == plan or not read(apply_plan(text, other), shift_spans(keep, other))

    respun = _respun(text, plan, read, is_substitution, keep)
    if respun is not None and may_stand(respun):
        yield respun
    undoable = _undoable(text, plan, is_substitution, keep)
    if may_stand(undoable):
        yield undoable
    yield plan


def _respun(
    text: str,
    plan: list[Edit],
    read: Callable[[str, Sequence[Span]], list[Edit]],
    is_substitution: Callable[[Edit], bool],
    keep: Sequence[Span],
) -> list[Edit] | None:
    """Return what a plan comes to as its outcome is spun again and read anew until that gives the same; None if never.

    A pair that is not put back where the text has its original is taken out: the mapping would have written it there.
    """
    given = text
    barred: set[tuple[str, str]] = set()
    lost: set[tuple[str, str]] = set()
    before: set[tuple[str, str]] = set()
    for _ in range(_SPINS):
        pairs = {_pair(e) for e in plan}
        lost |= before - pairs
        before = pairs
        barred |= pairs & lost  # what comes and goes would never come to rest
        plan = [e for e in plan if _pair(e) not in barred]
        spun = _spun_again(text, plan, is_substitution, keep)
        again = apply_plan(apply_plan(text, plan), spun)
        if again == given:
            return plan
        answer = read(again, shift_spans(shift_spans(keep, plan), spun))
        stand = {(start, end): edit for start, end, edit in restored_spans(plan)}
        # What was a word of the text itself and is a substitute now.
        own = unmoved(without_overlap(spun, list(stand)), plan)
        # What was put back has its gain taken from it again, so that it is not counted twice.
        undone = [
            replace(e, log10_gain=-stand[e.start, e.end].log10_gain) if (e.start, e.end) in stand else e for e in spun
        ]
        plan = compose_plans(text, compose_plans(text, plan, undone), answer)
        put_back = set(without_overlap(own, [(e.start, e.end) for e in plan]))
        barred |= {_pair(e)[::-1] for e in own if e not in put_back}
        plan = without_overlap(plan, [(e.start, e.end) for e in own])
        given = again
    return None


def _spun_again(
    text: str, plan: Sequence[Edit], is_substitution: Callable[[Edit], bool], keep: Sequence[Span]
) -> list[Edit]:
    """Return the edits by which a plan's own mapping would rewrite the text that the plan leads to."""
    mapping = mapping_of([e for e in plan if is_substitution(e)])
    return spin_again(apply_plan(text, plan), mapping, shift_spans(keep, plan))


def _undoable(text: str, plan: list[Edit], is_substitution: Callable[[Edit], bool], keep: Sequence[Span]) -> list[Edit]:
    """Return the edits of a plan that its own mapping undoes: spun again, their outcome is the text.

    Mended names and letters stay; no mapping undoes those.
    """
    while True:
        spun = _spun_again(text, plan, is_substitution, keep)
        written = {(e.start, e.end): e.original for e in spun}
        stand = {(start, end): edit for start, end, edit in restored_spans(plan) if is_substitution(edit)}
        gone = {edit for span, edit in stand.items() if written.get(span) != edit.spun}
        if not gone:
            # What else is written stands for words of the text itself, or for what was mended.
            elsewhere = {_pair(e)[::-1] for e in spun if (e.start, e.end) not in stand}
            gone = {e for e in plan if is_substitution(e) and _pair(e) in elsewhere}
        if not gone:
            return plan
        plan = [e for e in plan if e not in gone]


def _gain_apart(a: Sequence[Edit], b: Sequence[Edit]) -> float:
    """Return the gain, log10, of what only one of two plans puts back."""
    shared = wordings(a) & wordings(b)
    return sum(abs(e.log10_gain) for e in (*a, *b) if (e.start, e.end, e.original) not in shared)


def _pair(edit: Edit) -> tuple[str, str]:
    """Return original and substitute."""
    return fold(edit.original), fold(edit.spun)
