"""The inputs and sizes of a training run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["TrainSettings"]


@dataclass(frozen=True)
class TrainSettings:
    """Inputs and sizes of a training run; the default sizes are those of the models that ship.

    Attributes
    ----------
    corpus, lexicon, pairs : folders of human text, of known substitutions, and of observed pairs of sentences
    output : the folder that the models are written to
    work : the folder of the step cache; None keeps no step
    wordnet, mythes : folder of WordNet's database files and file of MyThes' thesaurus; None searches for them
    arpa : file that the language model is written to as ARPA too
    start_from : folder of models whose context models are fitted further; None fits them from nothing
    vocabulary : words of the vocabulary
    bigrams, trigrams : entries of the language model
    context_words, context_steps : words that the context models know, and optimizer steps of their fit
    examples : documents from which each stage's examples are drawn
    dev_examples : human documents from which the thresholds are chosen
    seed : of all draws
    n_jobs : processes that read the corpus
    """

    corpus: Path
    lexicon: Path
    pairs: Path
    output: Path
    work: Path | None = None
    wordnet: Path | None = None
    mythes: Path | None = None
    arpa: Path | None = None
    start_from: Path | None = None
    vocabulary: int = 1 << 17
    bigrams: int = 3_000_000
    trigrams: int = 4_400_000
    context_words: int = 65_536
    context_steps: int = 26_000
    examples: int = 12_000
    dev_examples: int = 30_000
    seed: int = 2026
    n_jobs: int = 2
