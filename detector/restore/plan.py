"""Plans as data: apply, compose, shift and filter edits; no model is needed here."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Protocol, TypeVar

from detector.errors import PlanError
from detector.types import Edit

__all__ = ["Span", "apply_plan", "compose_plans", "restored_spans", "shift_spans", "shifted", "without_overlap"]

Span = tuple[int, int]


class _HasSpan(Protocol):
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


S = TypeVar("S", bound=_HasSpan)


def apply_plan(text: str, plan: Iterable[Edit]) -> str:
    """Return the text with the plan's edits made; any subset of a plan is valid.

    Raises PlanError if an edit does not fit the text or overlaps another, and for anything but text and edits.

    >>> apply_plan("Invoice Gates spoke.", [Edit(0, 7, "Invoice", "Bill", 2.0)])
    'Bill Gates spoke.'
    """
    try:
        return _applied(text, plan)
    except PlanError:
        raise
    except (AttributeError, TypeError, ValueError, ArithmeticError) as error:
        raise PlanError(
            f"apply_plan takes text (str) and edits, such as those of `reverse(text).plan`: {error}"
        ) from error


def _applied(text: str, plan: Iterable[Edit]) -> str:
    out, position = [], 0
    for edit in sorted(plan, key=lambda e: e.start):
        if not 0 <= edit.start <= edit.end <= len(text):
            raise PlanError(
                f"the edit at {edit.start}:{edit.end} lies outside the text of {len(text)} characters: "
                "a plan fits only the text it was made for"
            )
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
    """Yield the span of each edit's original in the restored text, half-open, with the edit; `plan` is sorted.

    >>> [(start, end) for start, end, _ in restored_spans([Edit(0, 3, "All", "Every", 1.0), Edit(8, 9, "s", "", 1.0)])]
    [(0, 5), (10, 10)]
    """
    moved = 0
    for edit in plan:
        start = edit.start + moved
        yield start, start + len(edit.original), edit
        moved += edit.length_change


def compose_plans(text: str, first: Sequence[Edit], second: Sequence[Edit]) -> list[Edit]:
    """Return one plan for `text` with the effect of `first`, and then of `second` on the outcome.

    Both are sorted. Edits that meet become one, whose gain is the sum of theirs and whose cue is that of the first;
    edits that cancel out are dropped.

    >>> first = [Edit(3, 8, "Could", "May", 2.0)]
    >>> [(e.spun, e.original) for e in compose_plans("In Could.", first, [Edit(0, 6, "In May", "During May", 1.0)])]
    [('In Could', 'During May')]
    """
    between = apply_plan(text, first)
    # Spans in the text between: those of the first plan's originals, and those that the second plan replaces.
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
            plan.append(Edit(start, end, text[start:end], original, gain, cue=edit.cue))
    return plan


def shifted(items: Iterable[S], by: int) -> list[S]:
    """Return edits or findings with their offsets moved by so many characters."""
    return [replace(x, start=x.start + by, end=x.end + by) for x in items]  # type: ignore[type-var]


def shift_spans(spans: Sequence[Span], plan: Sequence[Edit]) -> list[Span]:
    """Return the places of spans after a sorted plan that touches none of them.

    >>> shift_spans([(9, 12)], [Edit(3, 8, "Could", "May", 2.0)])
    [(7, 10)]
    """
    ends = [e.end for e in plan]
    moved = [0, *accumulate(e.length_change for e in plan)]
    return [(start + by, end + by) for start, end in spans for by in (moved[bisect_right(ends, start)],)]


def without_overlap(items: Iterable[S], spans: Sequence[Span]) -> list[S]:
    """Return the edits or findings that touch none of the spans.

    >>> edits = [Edit(0, 3, "All", "Any", 1.0), Edit(4, 6, "in", "at", 1.0)]
    >>> [e.spun for e in without_overlap(edits, [(6, 9), (1, 2)])]
    ['in']
    """
    ordered = sorted(spans)
    starts = [start for start, _ in ordered]
    reach = list(accumulate((end for _, end in ordered), max))  # the furthest end of the spans up to each one
    out = []
    for item in items:
        before = bisect_left(starts, item.end)
        if not before or reach[before - 1] <= item.start:
            out.append(item)
    return out
