"""Numbers half in figures and half in words ("four.30pm", "$three", "1,two hundred", "forty five%").

A dictionary spinner looks each figure up like a word and puts the other spelling in its place, inside times, sums,
fractions and scores too. Writers do not: a sign of currency, a per cent sign or a decimal point goes with figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from detector.cues.cue import Cue, CueContext, Found
from detector.text.numbers import NUMBER_WORDS, value_of
from detector.types import Alternative, Evidence

__all__ = ["CUE", "find", "iter_broken_numbers"]

_ID = "broken_number"
_LOG10_ODDS = 3.0  # none in 44,244 human texts of up to 8,000 characters

# Signs between figures and letters, and before or after letters if they go with figures; few texts have them, and only
# they are read. Each alternative begins with the sign: there are fewer of them than letters to search through.
_TRIGGER = re.compile(
    r"[$£€](?=[a-z])|%(?<=[a-z]%)|[.:,/–-](?:(?<=\d.)(?=[a-z])|(?<=[a-z].)(?=\d))"
    r"|[ -](?:(?<=\b1[6-9].)(?=[a-z]+ties\b)|(?<=teen.)(?=\d0s\b))",
    re.IGNORECASE,
)
_REACH = 32  # characters before a trigger in which its number begins
# After a sign: "2004.Three" begins a sentence, and "7-Eleven" is a name.
_WORDS = rf"(?-i:(?![A-Z][a-z])){NUMBER_WORDS}"
_NUMBER = re.compile(
    rf"""(?:(?P<currency>[$£€])|(?<![\w.,:/–$£€-])) (?P<parts>(?:\d+|{NUMBER_WORDS})(?:[.:,/–-](?:\d+|{_WORDS}))*)
        (?P<unit>%|(?:[ap]m|[bt]n|k[mg]|mph|[cm]m|[mk])(?!\w)|(?P<apart>[ ](?:[ap]\.?m|per[ ]?cent|[mb]illion)\b))?
        (?!\w) (?(currency)(?![.,]\d)|(?![./:–-]\w))""",
    re.VERBOSE | re.IGNORECASE,
)
_NAME = re.compile(r"7-(?i:eleven)|[A-Z][a-z]+-\d+")  # "Five-0"
_PART = re.compile(rf"(?P<sign>^|[.:,/–-])(?:(?P<figures>\d+)|(?P<words>{NUMBER_WORDS}))", re.IGNORECASE)
_DECADE = re.compile(
    r"\b(?:(?P<century>1[6-9])[ -](?P<words>twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties)"
    r"|(?P<teen>(?:six|seven|eigh|nine)teen)[ -](?P<figures>\d0s))\b",
    re.IGNORECASE,
)


def _is_broken(match: re.Match[str]) -> bool:
    """Return whether a number is written as no writer writes it, and not half in words by chance.

    Figures after a full stop may be those of a footnote, words after a comma those of a list.
    """
    parts = list(_PART.finditer(match["parts"]))
    if not any(p["words"] for p in parts):
        return False
    held = bool(match["currency"] or match["unit"])
    for part in parts[1:]:
        value = value_of(part["words"]) if part["words"] else int(part["figures"])
        digits = len(part["figures"] or str(value))
        if (
            (part["sign"] == "," and digits != 3)
            or (part["sign"] == ":" and (digits != 2 or value > 59))
            or (part["sign"] in "-–" and digits > 2)
            or (part["sign"] == "." and part["figures"] and not held)
        ):
            return False
    if _NAME.fullmatch(match["parts"]):
        return False
    together = bool(match["currency"] or (match["unit"] and not match["apart"]))
    return together or any(p["figures"] for p in parts)


def _in_figures(match: re.Match[str]) -> str:
    """Return a broken number in figures: "twenty-5" is 25, "three-0" is 3-0."""
    out, tens = match["currency"] or "", 0
    for part in _PART.finditer(match["parts"]):
        value = str(value_of(part["words"])) if part["words"] else part["figures"]
        if tens and part["sign"] == "-" and len(value) == 1:
            out = out.removesuffix(str(tens)) + str(tens + int(value))
        else:
            out += part["sign"] + value
        tens = int(value) if part["words"] and len(value) == 2 and value[1] == "0" and value != "10" else 0
    return out + (match["unit"] or "")


def _decade(match: re.Match[str]) -> str:
    """Return a decade in figures.

    The stem of its words is a number: "nineties" has that of "ninety".
    """
    if match["century"]:
        return match["century"] + str(value_of(match["words"][:-3] + "y")) + "s"
    return str(value_of(match["teen"])) + match["figures"]


def iter_broken_numbers(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the span of each number that is half in figures and half in words, half-open, and the number in figures.

    >>> list(iter_broken_numbers("It begins at four.30pm and costs $three."))
    [(13, 22, '4.30pm'), (33, 39, '$3')]
    """
    done = 0
    for trigger in _TRIGGER.finditer(text):
        if trigger.start() < done:
            continue
        for pattern, figures in ((_NUMBER, _in_figures), (_DECADE, _decade)):
            begin = max(done, trigger.start() - _REACH)
            for match in pattern.finditer(text, begin, trigger.end() + _REACH):
                if match.start() <= trigger.start() < match.end() and (pattern is _DECADE or _is_broken(match)):
                    yield match.start(), match.end(), figures(match)
                    done = match.end()


def find(context: CueContext) -> Found:
    """Return the broken numbers of each text."""
    return [
        [
            Evidence(
                start,
                end,
                text[start:end],
                _ID,
                _LOG10_ODDS,
                (Alternative(figures, _LOG10_ODDS),),
                f"This is “{figures}” half in words: programs that replace words do this, people hardly ever do.",
            )
            for start, end, figures in iter_broken_numbers(text)
        ]
        for text in context.scores.batch.texts
    ]


CUE = Cue(
    _ID,
    "broken number",
    "broken numbers",
    "A number half in figures and half in words: a dictionary spinner looks up the figures of times, sums and scores.",
    find,
    "before",
    example="The ferry leaves at [four.30pm], costs [$three], and is [forty five%] full.",
    innocent=(
        "A house style writes small numbers out, and was applied by a program.",
        "Speech recognition wrote a number in part as words.",
        "The wording is a name or a play on words.",
    ),
    advice="Look for more of its kind: a program breaks every number, a slip only one. Then search for the sentence.",
)
