"""Wordings that a spinner put in place of others, as the decoder restores them, with the likely originals.

If the same wording replaces the same original throughout, and the original occurs nowhere, the cue is
`consistent_substitution`: no writer avoids an everyday word for a whole article, a dictionary spinner does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from detector.cues.cue import Cue
from detector.text.tokens import fold
from detector.types import Alternative, Edit, Evidence

__all__ = ["CONSISTENT", "CUE", "classified", "evidence_of", "times_likelier"]

_ID = "substitution"
_CONSISTENT_ID = "consistent_substitution"


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


def classified(text: str, plan: Sequence[Edit]) -> list[Edit]:
    """Return a plan whose substitutions have their cue and a message for readers."""
    substitutions = [e for e in plan if e.cue == _ID]
    pairs = Counter((fold(e.spun), fold(e.original)) for e in substitutions)
    lower = fold(text)
    absent = {
        original: not re.search(rf"(?<!\w){re.escape(original)}(?!\w)", lower)
        for (_, original), n in pairs.items()
        if n > 1
    }
    return [_classified(e, pairs, absent) if e.cue == _ID else e for e in plan]


def _classified(edit: Edit, pairs: Counter[tuple[str, str]], absent: Mapping[str, bool]) -> Edit:
    pair = (fold(edit.spun), fold(edit.original))
    likelier = times_likelier(edit.log10_gain)
    if pairs[pair] > 1 and absent[pair[1]]:
        message = (
            f"“{edit.spun}” occurs {pairs[pair]} times where “{edit.original}” would be expected, and "
            f"“{edit.original}” never does; here “{edit.original}” is {likelier} than “{edit.spun}”."
        )
        return replace(edit, cue=_CONSISTENT_ID, message=message)
    return replace(edit, message=f"“{edit.original}” is {likelier} here than “{edit.spun}”.")


def evidence_of(edit: Edit) -> Evidence:
    """Return an edit as evidence: the same span, the original as its first alternative."""
    others = (Alternative(a.text, a.log10_gain) for a in edit.alternatives)
    alternatives = (Alternative(edit.original, edit.log10_gain), *others)
    return Evidence(edit.start, edit.end, edit.spun, edit.cue, edit.log10_gain, alternatives, edit.message)


CUE = Cue(
    _ID,
    "substitution",
    "substitutions",
    "A wording that is far less likely here than another that spinners are known to replace with it.",
    None,
    "plan",
    example="The council will [scale back] the fee for the [younger] market. (cut, new)",
    innocent=(
        "The author prefers the rarer word, or avoids repeating the common one.",
        "English is the author's second language, and a dictionary offered the word.",
        "The wording is the term of a trade, a region or a time.",
    ),
    advice="Read the sentence with the likely original. Then search for a restored sentence (`reverse --queries`).",
)
CONSISTENT = Cue(
    _CONSISTENT_ID,
    "consistent substitution",
    "consistent substitutions",
    "The same wording always replaces the same original, which never occurs itself: dictionary spinners do this.",
    None,
    "plan",
    example="The mayor [mentioned] it was late, the clerk [mentioned] it was cold; nobody [mentioned] why. (said)",
    innocent=(
        "A house style asks for this word and bans the other.",
        "The word is a term of the subject, and the other would be wrong.",
        "The text is short, so that the everyday word had little chance to occur.",
    ),
    advice="Check whether other texts by the same author use the everyday word. If they do, look for the source.",
)
