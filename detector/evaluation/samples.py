"""The texts to measure on: stretches of held-out human text and their spun versions, all scored in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from detector.api import _reports, _Views
from detector.blas import one_blas_thread
from detector.errors import InputError
from detector.evaluation.metrics import wilson
from detector.evaluation.results import RateRow
from detector.findings import is_edit
from detector.model_store import Models
from detector.restore.spinner_table import KnownSpinner
from detector.scoring.passage_features import FEATURE_NAMES, WordMeasures, text_features
from detector.training.corpus import CorpusDocument
from detector.training.examples import excerpt
from detector.training.families import SpinnerResources, make_spinner
from detector.training.fit import sample_by_source
from detector.training.spinners import SpunText, TableSpinner
from detector.types import Damage, Evidence, Report

__all__ = [
    "ALL",
    "FULL_RATE",
    "LENGTHS",
    "QUARTER_RATE",
    "REWRITES",
    "EvaluationSetup",
    "Scores",
    "UnseenSpinner",
    "changed_share",
    "findings_of",
    "flagged_at",
    "long_documents",
    "no_progress",
    "rate_rows",
    "reports_of",
    "scores_of",
    "spin_all",
    "stretches",
    "wanted_edits",
]

LENGTHS = (30, 100, 300)  # words
# Near the rate of spinners in the wild: a real article of kind A had 31% of its words written anew.
FULL_RATE = 0.3
QUARTER_RATE = FULL_RATE / 4
ALL, REWRITES = "all", "all that rewrite words"  # groups: of all texts, of all families but damage
_BATCH = 60  # texts scored together

Progress = Callable[[int, int], None]


def no_progress(done: int, total: int) -> None:
    """Ignore progress."""


@dataclass(frozen=True)
class UnseenSpinner:
    """A spinner that nothing was fitted on.

    Attributes
    ----------
    table : headword → substitutes
    consistent : one substitute for each headword in a text, and at the full rate all is replaced that is known, as
        dictionary spinners do; else word by word
    """

    table: Mapping[str, Sequence[str]] = field(repr=False)
    consistent: bool


@dataclass(frozen=True)
class EvaluationSetup:
    """Inputs of every part of the evaluation.

    Attributes
    ----------
    models : the models under test
    resources : the sources of the spinners' tables
    test, fit : documents by split; nothing was fitted on `test`
    limit : documents in each table
    seed : of all draws
    progress : called with the number of texts that are done, and of all
    unseen : by name, spinners that nothing was fitted on
    """

    models: Models
    resources: SpinnerResources
    test: Sequence[CorpusDocument]
    fit: Sequence[CorpusDocument]
    limit: int
    seed: int
    progress: Progress
    unseen: Mapping[str, UnseenSpinner] = field(default_factory=dict)

    def spin(self, texts: Sequence[str], spinner: str, rate: float, seed: int) -> list[SpunText | None]:
        """Return each text spun by a family or an unseen spinner; None if nothing was changed."""
        own = self.unseen.get(spinner)
        if own is None:
            return spin_all(texts, spinner, rate, self.resources, seed)
        share = 1.0 if own.consistent and rate == FULL_RATE else rate
        made = (
            TableSpinner(spinner, own.table, share, own.consistent, seed=seed + i).spin(text)
            for i, text in enumerate(texts)
        )
        return [spun if spun.alignment else None for spun in made]


def long_documents(documents: Sequence[CorpusDocument], n: int, words: int, seed: int) -> list[CorpusDocument]:
    """Return `n` of the documents that have more than `words` words, drawn by `sample_by_source`."""
    long_enough = [d for d in documents if d.text.count(" ") + d.text.count("\n") >= words]
    if not long_enough:
        raise InputError(f"the test split has no document of {words} words: give a larger corpus")
    return sample_by_source(long_enough, n, seed)


def stretches(documents: Sequence[CorpusDocument], n: int, words: int, seed: int) -> list[str]:
    """Return one stretch of `words` words from each of `n` long documents."""
    picked = enumerate(long_documents(documents, n, words, seed))
    return [excerpt(document.text, words, np.random.default_rng((seed, i))) for i, document in picked]


def spin_all(
    texts: Sequence[str], family: str, rate: float, resources: SpinnerResources, seed: int
) -> list[SpunText | None]:
    """Return each text spun by a spinner of the family, drawn anew for each; None if nothing was changed."""
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


def _batches(texts: Sequence[str], progress: Progress) -> Iterator[Sequence[str]]:
    """Yield the texts in batches, and report how many are done after each."""
    for i in range(0, len(texts), _BATCH):
        part = texts[i : i + _BATCH]
        yield part
        progress(i + len(part), len(texts))


def reports_of(
    models: Models, texts: Sequence[str], progress: Progress = no_progress, spinner: KnownSpinner | None = None
) -> list[Report]:
    """Return the reports of texts at the default threshold, as `detect` gives them."""
    with one_blas_thread():
        return [
            report
            for part in _batches(texts, progress)
            for report in _reports(part, models, models.thresholds["default"], spinner=spinner)
        ]


def findings_of(report: Report) -> list[Evidence | Damage]:
    """Return evidence and damage, in order of place."""
    found: list[Evidence | Damage] = [*report.evidence, *report.damage]
    return sorted(found, key=lambda e: e.start)


def wanted_edits(report: Report) -> list[Evidence | Damage]:
    """Return the findings that `reverse` changes: those whose first alternative gains at least `min_gain`."""
    return [e for e in findings_of(report) if is_edit(e.alternatives, report.min_gain)]


def flagged_at(models: Models, texts: Sequence[str]) -> dict[str, NDArray[np.bool_]]:
    """Return which texts are flagged at each threshold, bool (texts,), by its name.

    Each threshold is run by itself, since it decides which texts are read in full.
    """
    found: dict[float, list[NDArray[np.bool_]]] = {value: [] for value in models.thresholds.values()}
    with one_blas_thread():
        for part in _batches(texts, no_progress):
            views = _Views.from_texts(part)
            for value, flags in found.items():
                flags.append(np.round(views.scores(models, value).probability, 4) >= value)
    return {name: np.concatenate(found[value]) for name, value in models.thresholds.items()}


def rate_rows(kind: str, group: str, flagged: Mapping[str, NDArray[np.bool_]]) -> list[RateRow]:
    """Return the share of texts flagged at each threshold."""
    return [
        RateRow(kind, group, name, len(flags), int(flags.sum()), wilson(int(flags.sum()), len(flags)))
        for name, flags in flagged.items()
    ]


@dataclass(frozen=True)
class Scores:
    """The scores of each text, float64 (texts,), higher is likelier spun.

    Attributes
    ----------
    probability : the document's at the default threshold, as a report gives it but unrounded; 0 if the verdict abstains
    likelihood : how much likelier the words are in a spun text, no classifier (feature `ratio_0.15`)
    perplexity : mean -log10 P of its words by the language model
    tortured : log10 odds of the tortured phrases in it, summed
    n_words : words that count
    features : passage features of the full stage, float32 (texts, len(FEATURE_NAMES))
    """

    probability: NDArray[np.float64]
    likelihood: NDArray[np.float64]
    perplexity: NDArray[np.float64]
    tortured: NDArray[np.float64]
    n_words: NDArray[np.float64]
    features: NDArray[np.float32]


def scores_of(models: Models, texts: Sequence[str], progress: Progress = no_progress) -> Scores:
    """Return all scores of texts; none may be so long that it is scored in parts."""
    probability, tortured, features, words = [], [], [], []
    with one_blas_thread():
        for part in _batches(texts, progress):
            scores = _Views.from_texts(part).scores(models, models.thresholds["default"])
            (group,) = scores.groups
            # Features come from the full stage, also for texts that the screen clears.
            m = models.full.extractor.extract(group.batch())
            features.append(text_features(WordMeasures.from_features(m), m.batch))
            probability.append(np.nan_to_num(scores.probability))
            words.append(scores.n_words.astype(np.float64))
            matches = models.tortured_phrases.find(m.batch)
            tortured += [sum(query.log10_odds for _, _, query in found) for found in matches]
    x = np.concatenate(features)
    return Scores(
        np.concatenate(probability),
        x[:, FEATURE_NAMES.index("ratio_0.15")].astype(np.float64),
        -x[:, FEATURE_NAMES.index("mean_log10_prob")].astype(np.float64),
        np.array(tortured, dtype=np.float64),
        np.concatenate(words),
        x,
    )
