"""Wordings that a spinner put in the place of others, as the decoder restores them, with what they probably were.

Where the same wording stands for the same original throughout, and the original nowhere, the cue is
`consistent_substitution`: no writer avoids an everyday word for a whole article, a dictionary spinner does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from detector.text.tokens import fold
from detector.types import Alternative, Edit, Evidence

__all__ = ["CONSISTENT", "CUE", "find"]

CUE = "substitution"
CONSISTENT = "consistent_substitution"


def times_likelier(log10_odds: float) -> str:
    """Return log10 odds in words.

    >>> times_likelier(3.1)
    'about 1,300 times likelier'
    """
    times = 10 ** min(log10_odds, 9)
    if times < 1.05:
        return "no likelier"
    if times < 10:
        return f"about {times:.1f} times likelier"
    digits = len(str(int(times))) - 2
    return f"about {round(times, -digits):,.0f} times likelier"


def find(text: str, plan: Sequence[Edit]) -> list[Evidence]:
    """Return each edit of a restoration plan as evidence."""
    if not plan:
        return []
    pairs = Counter((fold(e.spun), fold(e.original)) for e in plan)
    lower = fold(text)
    absent = {
        original: not re.search(rf"(?<!\w){re.escape(original)}(?!\w)", lower)
        for (_, original), n in pairs.items()
        if n > 1
    }
    out = []
    for edit in plan:
        pair = (fold(edit.spun), fold(edit.original))
        consistent = pairs[pair] > 1 and absent[pair[1]]
        message = f"“{edit.original}” is {times_likelier(edit.log10_gain)} here."
        if edit.log10_gain <= 0:
            # The decoder takes some edits for their neighbours' sake.
            message = f"“{edit.original}” fits better, with the other changes around it."
        if consistent:
            message = (
                f"“{edit.spun}” stands {pairs[pair]} times where “{edit.original}” would be expected, "
                f"and “{edit.original}” never; here it is {times_likelier(edit.log10_gain)}."
            )
        out.append(
            Evidence(
                edit.start,
                edit.end,
                edit.spun,
                CONSISTENT if consistent else CUE,
                edit.log10_gain,
                (
                    Alternative(edit.original, edit.log10_gain),
                    *(Alternative(a.text, a.log10_gain) for a in edit.alternatives),
                ),
                message,
            )
        )
    return out
