"""Characters that no honest author types inside English words: look-alike letters, invisible and styled ones."""

from __future__ import annotations

from detector.cues.cue import Cue, CueContext, Found
from detector.types import Alternative, Evidence

__all__ = ["CUE", "find"]

_ID = "homoglyph"
_LOG10_ODDS = 3.0  # 4 such words in 29,221 human texts of up to 4,000 characters
_KINDS = {
    "look_alike": "letters of another alphabet",
    "invisible": "invisible characters",
    "styled_letters": "styled letters in place of plain ones",
    "combining_mark": "marks that no English word has",
}


def find(context: CueContext) -> Found:
    """Return the words of each text in which normalisation found damage, with the words that a reader sees."""
    return [
        [
            Evidence(
                start,
                end,
                text[start:end],
                _ID,
                _LOG10_ODDS,
                (Alternative(damage.repaired, _LOG10_ODDS),),
                f"This word reads “{damage.repaired}” but contains {_KINDS[damage.kind]}.",
            )
            for start, end, damage in words
        ]
        for text, words in zip(context.scores.batch.texts, context.damaged_words, strict=True)
    ]


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
