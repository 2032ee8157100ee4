"""Cues: the kinds of findings, each one object in one module."""

from detector.cues import broken_number, homoglyph, misspelt_name, odd_word, substitution, tortured_phrase
from detector.cues.cue import Cue, CueContext, DamagedWord, Found

__all__ = ["CUES", "CUE_BY_ID", "CUE_IDS", "Cue", "CueContext", "DamagedWord", "Found"]

# If findings overlap, the cue that stands first here keeps its own.
CUES: tuple[Cue, ...] = (
    homoglyph.CUE,
    broken_number.CUE,
    tortured_phrase.CUE,
    substitution.CONSISTENT,
    substitution.CUE,
    misspelt_name.CUE,
    odd_word.CUE,
)
CUE_BY_ID = {cue.id: cue for cue in CUES}
# Reports of earlier versions may hold "agreement": it found as much in human text as in spun text, and is gone.
CUE_IDS = (*CUE_BY_ID, "agreement")
