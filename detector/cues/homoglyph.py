"""Look-alike letters and invisible marks inside Latin words: they hide a copy from search, and no writer types them."""

from __future__ import annotations

import re

from detector.cues.cue import Cue, CueContext, Found
from detector.text.vocabulary import CONFUSABLE_LETTERS, INVISIBLE, skeleton
from detector.types import Alternative, Evidence

__all__ = ["CUE", "find"]

_ID = "homoglyph"
_LETTERS = "".join(c for c in CONFUSABLE_LETTERS if c not in "ıɑɡ")
_BOTH_CASES = _LETTERS + _LETTERS.upper()
# Soft hyphens and byte order marks come with honest files (a PDF's line ends, a concatenated download).
_HIDDEN = "".join(c for c in INVISIBLE if c not in "\u00ad\ufeff\u200d")
_DECEPTIVE = re.compile(rf"[{_BOTH_CASES}{_HIDDEN}]")
_WORD = re.compile(rf"[\w{_HIDDEN}]++")
_CAPITALS = str.maketrans(
    {g.upper(): latin.upper() for g, latin in CONFUSABLE_LETTERS.items() if g in _LETTERS and g.upper() != g}
)
_INDEXED = re.compile(r"[α-ω][a-z]{2}")  # a symbol with its indices, or a word in disguise
_COMMON_ZIPF = 5.0  # from which it is taken for the word ("αnd")
_LOG10_ODDS = 3.0  # no such word in a million words of held-out human text, Greek symbols and names apart


def find(context: CueContext) -> Found:
    """Return the words of each document that mix scripts and read as an English word.

    A word all of whose letters are foreign is a foreign word; one whose skeleton is no listed word of three letters
    or more may be a formula ("αB", "μm"), and so may a Greek letter with two Latin ones after it ("αij").
    """
    vocabulary = context.extractor.vocabulary
    out: Found = []
    for text in context.scores.batch.texts:
        found: list[Evidence] = []
        if not text.isascii() and _DECEPTIVE.search(text):
            for match in _WORD.finditer(text):
                word = match.group()
                if word.isascii() or not _DECEPTIVE.search(word):
                    continue
                seen = skeleton(word.translate(_CAPITALS))
                latin = sum(c.isascii() and c.isalpha() for c in word)
                if latin == 0 or seen == word or len(seen) < 3 or not seen.isascii():
                    continue
                listed = vocabulary.get(seen.lower(), 0)
                if listed == 0 or (_INDEXED.fullmatch(word) and vocabulary.zipf[listed] < _COMMON_ZIPF):
                    continue
                found.append(
                    Evidence(
                        match.start(),
                        match.end(),
                        word,
                        _ID,
                        _LOG10_ODDS,
                        (Alternative(seen, _LOG10_ODDS),),
                        f"This word looks like “{seen}” but holds letters of another alphabet or invisible marks.",
                    )
                )
        out.append(found)
    return out


CUE = Cue(
    _ID,
    "word with look-alike letters",
    "words with look-alike letters",
    "Letters of another alphabet, or invisible marks, inside an English word: they hide a copy from search.",
    find,
    "before",
    is_damage=True,
    example="The harbour [pоlice] closed the pier before noon. (Its o is Cyrillic.)",
    innocent=(
        "A keyboard with two layouts left one letter of the other alphabet in the word.",
        "A converter or a scanner wrote the wrong letter, or kept a mark that a web page uses to break long words.",
        "The word is a formula or a symbol that happens to spell an English word.",
    ),
    advice="Search the text for the same letter elsewhere: one such word is a slip, one in every line is deliberate.",
)
