"""What is measured on: stretches of held-out human text and their spun versions, and everything scored in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.errors import InputError
from detector.model_store import Models
from detector.scoring.cascade import Judged, judge
from detector.scoring.passage_features import FEATURE_NAMES, WordMeasures, text_features
from detector.training.corpus import CorpusDocument
from detector.training.examples import excerpt
from detector.training.families import SpinnerResources, make_spinner
from detector.training.fit import sample_by_source
from detector.training.spinners import SpunText

__all__ = [
    "FULL_RATE",
    "LENGTHS",
    "QUARTER_RATE",
    "Bench",
    "Scores",
    "Stretch",
    "changed_share",
    "judged_batches",
    "scores_of",
    "spin_all",
    "stretches",
]

LENGTHS = (30, 100, 300)  # words
# About what spinners of the wild replace: a real article of kind A had 31% of its words written anew.
FULL_RATE = 0.3
QUARTER_RATE = FULL_RATE / 4
_BATCH = 60  # texts judged together

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Stretch:
    """A stretch of a human document, and the document it is from."""

    text: str
    document: CorpusDocument


@dataclass(frozen=True)
class Bench:
    """What every part of the evaluation works with.

    Attributes
    ----------
    models : the models under test
    resources : what the spinners draw on
    test, fit : documents by split; nothing was fitted on `test`
    limit : documents in each table
    seed : of all draws
    progress : told how many texts of the step are done
    """

    models: Models
    resources: SpinnerResources
    test: Sequence[CorpusDocument]
    fit: Sequence[CorpusDocument]
    limit: int
    seed: int
    progress: Progress


def stretches(documents: Sequence[CorpusDocument], n: int, words: int, seed: int) -> list[Stretch]:
    """Return one stretch of `words` words from each of `n` documents that are long enough, sources sample_by_source."""
    long_enough = [d for d in documents if d.text.count(" ") + d.text.count("\n") >= words]
    if not long_enough:
        raise InputError(f"the test split has no document of {words} words: give a larger corpus")
    picked = sample_by_source(long_enough, n, seed)
    return [Stretch(excerpt(d.text, words, np.random.default_rng((seed, i))), d) for i, d in enumerate(picked)]


def spin_all(
    texts: Sequence[str], family: str, rate: float, resources: SpinnerResources, seed: int
) -> list[SpunText | None]:
    """Return each text spun by a spinner of the family, drawn anew for each; None where nothing was changed."""
    out: list[SpunText | None] = []
    for i, text in enumerate(texts):
        rng = np.random.default_rng((seed, i))
        spun = make_spinner(family, resources, int(rng.integers(1 << 30)), rate).spin(text)
        out.append(spun if spun.alignment else None)
    return out


def changed_share(spun: Sequence[SpunText]) -> float:
    """Return the share of the originals' words that were replaced."""
    words = sum(len(s.original.split()) for s in spun)
    return round(sum(len(a.original.split()) for s in spun for a in s.alignment) / max(1, words), 3)


def judged_batches(
    models: Models, texts: Sequence[str], progress: Progress = lambda done, total: None
) -> Iterator[tuple[int, Judged]]:
    """Yield batches of judged texts, each with the number of its first text."""
    for i in range(0, len(texts), _BATCH):
        part = texts[i : i + _BATCH]
        yield i, judge(part, models)
        progress(i + len(part), len(texts))


@dataclass(frozen=True)
class Scores:
    """What each text scores, float64 (texts,), higher is likelier spun.

    Attributes
    ----------
    probability : the document's, as a report gives it but unrounded; 0 where the verdict abstains
    passage : log odds of the text taken as one passage
    likelihood : how much likelier the words are in a spun text, no classifier (feature `ratio_0.15`)
    perplexity : mean -log10 P of its words by the language model
    tortured : log10 odds of the tortured phrases in it, summed
    n_words : words that count
    features : passage features, float32 (texts, len(FEATURE_NAMES))
    """

    probability: NDArray[np.float64]
    passage: NDArray[np.float64]
    likelihood: NDArray[np.float64]
    perplexity: NDArray[np.float64]
    tortured: NDArray[np.float64]
    n_words: NDArray[np.float64]
    features: NDArray[np.float32]


def scores_of(models: Models, texts: Sequence[str], progress: Progress = lambda done, total: None) -> Scores:
    """Return all scores of all texts."""
    probability, passage, tortured, features, words = [], [], [], [], []
    for _, judged in judged_batches(models, texts, progress):
        # Features come from the close reading, whether or not the screen asks for one.
        m = models.close.extractor.extract(judged.screened.m.batch)
        features.append(text_features(WordMeasures.from_features(m), m.batch))
        probability.append(judged.probability)
        passage.append(models.close.passage_model.logit(features[-1], features[-1][:, 0].astype(np.float64)))
        words.append(judged.n_words.astype(np.float64))
        tortured.append(np.array([sum(e.log10_odds for e in found) for found in models.tortured.find(m)]))
    x = np.concatenate(features)
    return Scores(
        np.concatenate(probability),
        np.concatenate(passage),
        x[:, FEATURE_NAMES.index("ratio_0.15")].astype(np.float64),
        -x[:, FEATURE_NAMES.index("mean_log10_prob")].astype(np.float64),
        np.concatenate(tortured).astype(np.float64),
        np.concatenate(words),
        x,
    )
