"""Cues: each is one kind of finding, as one object in one module."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from detector.estimators.perceptron import Perceptron
from detector.scoring.tokens import FeatureExtractor, TokenScores
from detector.text.normalization import CharacterDamage
from detector.text.phrase_index import PhraseIndex
from detector.types import Edit, Evidence

__all__ = ["Cue", "CueContext", "DamagedWord", "Found"]

Found = list[list[Evidence]]
DamagedWord = tuple[int, int, CharacterDamage]


@dataclass(frozen=True)
class CueContext:
    """The inputs of a cue: a batch of texts with their scores.

    Attributes
    ----------
    scores : of the tokens, as `extractor` computes them
    name_model : weighs whether a name is a slip for another
    tortured_phrases : set terms of science in other words
    damaged_words : words of each text that normalisation has repaired, with their spans in the text
    plans : each text's restoration plan; empty before there is one
    log10_odds : float64 (n,), that each token was substituted, in its document; empty before there is a plan
    min_log10_odds : least log10 odds of a word without a known original
    """

    scores: TokenScores
    extractor: FeatureExtractor
    name_model: Perceptron
    tortured_phrases: PhraseIndex
    damaged_words: Sequence[Sequence[DamagedWord]] = ()
    plans: Sequence[Sequence[Edit]] = ()
    log10_odds: NDArray[np.float64] | None = None
    min_log10_odds: float = np.inf


@dataclass(frozen=True)
class Cue:
    """One kind of finding.

    Attributes
    ----------
    id : as JSON has it; ids never change
    label, plural : for readers
    description : one sentence that defines it and says why it is suspicious
    find : returns the findings of each text of a batch, sorted and disjoint; None if edits of the plan are its findings
    when : "before" the plan, which then holds each finding with an alternative; from the "plan" itself; "after" it, for
        words that no edit touches
    is_damage : whether findings are damage, not signs of rewriting
    example : a sentence of our own with such a finding in square brackets
    innocent : how human text comes to have such findings, most frequent first
    advice : the next step of an editor
    """

    id: str
    label: str
    plural: str
    description: str
    find: Callable[[CueContext], Found] | None
    when: Literal["before", "plan", "after"]
    is_damage: bool = False
    example: str = ""
    innocent: tuple[str, ...] = ()
    advice: str = ""
