"""A restoration as a unified diff, made from its plan, that `patch` applies to the file as it stands."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

from detector.files import name_bytes
from detector.report.text import printable
from detector.restore.plan import apply_plan
from detector.types import Edit

__all__ = ["unified_diff"]

_CONTEXT = 3  # lines around a change, as diff has it


@dataclass
class _Change:
    """Lines first:last of the source become `new`."""

    first: int
    last: int
    new: list[str]


def _lines(text: str) -> list[str]:
    """Return the lines with their ends; only a line feed ends one, as patch sees it."""
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _changes(text: str, lines: list[str], plan: tuple[Edit, ...]) -> list[_Change]:
    starts = [0, *accumulate(len(line) for line in lines)]
    grouped: list[tuple[int, int, list[Edit]]] = []
    for edit in plan:
        first = bisect_right(starts, edit.start) - 1
        last = max(bisect_right(starts, edit.end - 1), first + 1)
        if grouped and first < grouped[-1][1]:
            before = grouped[-1]
            grouped[-1] = (before[0], max(before[1], last), [*before[2], edit])
        else:
            grouped.append((first, last, [edit]))
    changes = []
    for first, last, edits in grouped:
        offset = starts[first]
        moved = [Edit(e.start - offset, e.end - offset, e.spun, e.original, e.log10_gain) for e in edits]
        changes.append(_Change(first, last, _lines(apply_plan(text[offset : starts[last]], moved))))
    return changes


def _at(first: int, count: int) -> str:
    start = first + 1 if count else first
    return str(start) if count == 1 else f"{start},{count}"


def unified_diff(path: str, text: str, plan: tuple[Edit, ...], extracted: bool = False) -> str:
    """Return the diff from `text` to its restoration by the plan; nothing if the plan is empty.

    Lines end as they did in the text, carriage returns and all; a text without a last line feed says so. The diff of
    an `extracted` text is one of a file of its own, `path` with `.txt`, which it first makes: `patch` has no file of
    that text otherwise.

    >>> print(unified_diff("a.txt", "We go to Oslo.\\n", (Edit(3, 8, "go to", "visit", 1.0),)), end="")
    --- a.txt
    +++ a.txt
    @@ -1 +1 @@
    -We go to Oslo.
    +We visit Oslo.
    """
    if not plan:
        return ""
    lines = _lines(text)
    if extracted:
        name = _name(f"{path}.txt")
        made = [f"--- /dev/null\n+++ {name}\n@@ -0,0 +{_at(0, len(lines))} @@\n", *(_row("+", line) for line in lines)]
        return "".join(made) + unified_diff(f"{path}.txt", text, plan)
    name = _name(path)
    out = [f"--- {name}\n", f"+++ {name}\n"]
    hunks: list[list[_Change]] = []
    for change in _changes(text, lines, plan):
        if hunks and change.first - hunks[-1][-1].last <= 2 * _CONTEXT:
            hunks[-1].append(change)
        else:
            hunks.append([change])
    grown = 0  # lines that the hunks before have added
    for hunk in hunks:
        first = max(0, hunk[0].first - _CONTEXT)
        last = min(len(lines), hunk[-1].last + _CONTEXT)
        added = sum(len(c.new) - (c.last - c.first) for c in hunk)
        old, new = last - first, last - first + added
        out.append(f"@@ -{_at(first, old)} +{_at(first + grown, new)} @@\n")
        position = first
        for change in hunk:
            out += [_row(" ", line) for line in lines[position : change.first]]
            out += [_row("-", line) for line in lines[change.first : change.last]]
            out += [_row("+", line) for line in change.new]
            position = change.last
        out += [_row(" ", line) for line in lines[position:last]]
        grown += added
    return "".join(out)


def _name(path: str) -> str:
    """Return a file's name as `patch` and git read it.

    One with characters that act on a terminal, or a space at either end, is quoted as in C, and one with a space inside
    ends in a tab, or `patch` takes the rest for a date.

    >>> print(_name("a\\x1b[31m.txt"))
    "a\\033[31m.txt"
    """
    acts = {c for c in path if c == "\n" or printable(c) != c}
    if acts or path.startswith('"') or path != path.strip(" "):
        return '"' + "".join(_octal(c) if c in acts or c in '"\\' else c for c in path) + '"'
    return path + ("\t" if " " in path else "")


def _octal(character: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in name_bytes(character))


def _row(mark: str, line: str) -> str:
    return f"{mark}{line}" if line.endswith("\n") else f"{mark}{line}\n\\ No newline at end of file\n"
