"""Is it spun: ROC AUC by length, rate and spinner beside baselines; recall, calibration, mixed articles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss
from sklearn.pipeline import Pipeline, make_pipeline

from detector.calibration import calibration_bins
from detector.evaluation.metrics import (
    auc_interval,
    expected_calibration_error,
    ratio_interval,
    roc_points,
    wilson,
)
from detector.evaluation.results import (
    AucRow,
    BinRow,
    CalibrationRow,
    CurveRow,
    MixedRow,
    RateRow,
)
from detector.evaluation.samples import (
    FULL_RATE,
    LENGTHS,
    QUARTER_RATE,
    REWRITES,
    EvaluationSetup,
    UnseenSpinner,
    changed_share,
    flagged_at,
    long_documents,
    rate_rows,
    reports_of,
    scores_of,
    stretches,
)
from detector.text.vocabulary import Vocabulary
from detector.training.examples import HUMAN, Example, make_examples
from detector.training.families import REWRITING, closest_first, make_spinner
from detector.training.fit import sample_by_source
from detector.training.inflection import Inflector
from detector.training.spinners import SpunText, spin_part
from detector.training.thesaurus import find_wordnet, inflected_pairs, read_moby, read_wordnet

__all__ = [
    "BASELINES",
    "DETECTOR",
    "UNSEEN_SCORERS",
    "Calibration",
    "Detection",
    "calibrated",
    "fit_tfidf",
    "in_mixed_articles",
    "known_spinners",
    "recall",
    "tfidf_classifier",
    "thesaurus_spinner",
]


@dataclass(frozen=True)
class Calibration:
    """Calibration by length, and the bins of the reliability diagram."""

    rows: tuple[CalibrationRow, ...]
    bins: tuple[BinRow, ...]


DETECTOR, PERPLEXITY, TORTURED, TFIDF = "detector", "perplexity", "tortured phrases", "TF-IDF, logistic regression"
LIKELIHOOD = "evidence summed, nothing fitted"
BASELINES = (LIKELIHOOD, PERPLEXITY, TORTURED, TFIDF)
UNSEEN_SCORERS = (DETECTOR, LIKELIHOOD, PERPLEXITY)


@dataclass(frozen=True)
class Detection:
    """ROC AUC by spinner, and the curves of all families pooled."""

    rows: tuple[AucRow, ...]
    curves: tuple[CurveRow, ...]


def tfidf_classifier() -> Pipeline:
    """Return TF-IDF over words and pairs of words with logistic regression, before it is fitted."""
    return make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=3, sublinear_tf=True, max_features=300_000),
        LogisticRegression(C=10.0, max_iter=1000),
    )


def fit_tfidf(setup: EvaluationSetup) -> Pipeline:
    """Return the TF-IDF classifier, fitted on examples like those of the detector's classifiers."""
    examples = [
        e
        for k in range(2)
        for e in make_examples(
            sample_by_source(setup.fit, 8 * setup.limit, setup.seed + k),
            setup.resources,
            REWRITING,
            (30, 400),
            (0.1, 0.5),
            setup.seed + k,
        )
    ]
    return tfidf_classifier().fit([e.text for e in examples], [e.family != HUMAN for e in examples])


@dataclass(frozen=True)
class _Pool:
    """Scores of human stretches and of their spun versions by one family."""

    spun: NDArray[np.bool_]
    document: NDArray[np.int64]
    scores: Mapping[str, NDArray[np.float64]]
    changed: float


def _row(pool: _Pool, scorer: str, family: str, rate: float, words: int) -> AucRow:
    auc = auc_interval(pool.scores[scorer], pool.spun, pool.document)
    n = len(np.unique(pool.document))
    return AucRow(scorer, family, rate, words, auc, n, pool.changed)


def _join(pools: Sequence[_Pool], human: int) -> _Pool:
    """Pool several families over the same human stretches, which come first in each and count once."""
    first = pools[0]
    return _Pool(
        np.concatenate([first.spun[:human], *(p.spun[human:] for p in pools)]),
        np.concatenate([first.document[:human], *(p.document[human:] for p in pools)]),
        {
            name: np.concatenate([first.scores[name][:human], *(p.scores[name][human:] for p in pools)])
            for name in first.scores
        },
        round(float(np.mean([p.changed for p in pools])), 3),
    )


def known_spinners(setup: EvaluationSetup, tfidf: Pipeline) -> Detection:
    """Return ROC AUC for every family, pooled and alone, and every unseen spinner, at every rate and length.

    The baselines are measured on the pool, and some of them on the unseen spinners.
    """
    rows: list[AucRow] = []
    curves: list[CurveRow] = []
    spinners = (*REWRITING, *setup.unseen)
    done, total = 0, len(LENGTHS) * (1 + 2 * len(spinners))

    def all_scores(texts: list[str]) -> dict[str, NDArray[np.float64]]:
        nonlocal done
        s = scores_of(setup.models, texts)
        done += 1
        setup.progress(done, total)
        return {
            DETECTOR: s.probability,
            LIKELIHOOD: s.likelihood,
            PERPLEXITY: s.perplexity,
            TORTURED: s.tortured,
            TFIDF: tfidf.decision_function(texts),
        }

    for words in LENGTHS:
        human = stretches(setup.test, setup.limit, words, setup.seed + words)
        own = all_scores(human)
        for rate in (FULL_RATE, QUARTER_RATE):
            pools: dict[str, _Pool] = {}
            for number, spinner in enumerate(spinners):
                made = setup.spin(human, spinner, rate, setup.seed + 1000 * number + words)
                rewritten = [s for s in made if s is not None]
                theirs = all_scores([s.text for s in rewritten])
                at = np.flatnonzero([s is not None for s in made])
                pools[spinner] = _Pool(
                    np.concatenate([np.zeros(len(human), dtype=bool), np.ones(len(at), dtype=bool)]),
                    np.concatenate([np.arange(len(human)), at]),
                    {name: np.concatenate([own[name], theirs[name]]) for name in own},
                    changed_share(rewritten),
                )
            pooled = _join([pools[f] for f in REWRITING], len(human))
            rows += [_row(pooled, scorer, REWRITES, rate, words) for scorer in own]
            for spinner, pool in pools.items():
                scorers = UNSEEN_SCORERS if spinner in setup.unseen else (DETECTOR,)
                rows += [_row(pool, scorer, spinner, rate, words) for scorer in scorers]
            if rate == FULL_RATE:
                curves.append(CurveRow(words, tuple(roc_points(pooled.scores[DETECTOR], pooled.spun))))
    return Detection(tuple(rows), tuple(curves))


def thesaurus_spinner(path: Path, wordnet: Path | None, vocabulary: Vocabulary) -> UnseenSpinner:
    """Return a spinner over a thesaurus in Moby's format, word by word.

    Parts of speech and inflections are WordNet's: Moby has none. Its lists are long and loose; a substitute is any word
    of Zipf 2.5 or more under the headword, without order, as a careless spinner would take it.
    """
    database = find_wordnet(wordnet)
    parts: dict[str, list[str]] = defaultdict(list)
    for headword, synonyms in read_wordnet(database).entries.items():
        parts[headword] = sorted({s.pos for s in synonyms})
    moby = read_moby(path, parts)
    zipf = dict(zip(vocabulary.words, vocabulary.zipf.tolist(), strict=True))

    def commonness(phrase: str) -> float:
        return min(float(zipf.get(w, 0.0)) for w in phrase.split(" "))

    rows = (
        (o, x, 0.0)
        for o, x, _, _ in inflected_pairs(moby, Inflector(vocabulary, database), vocabulary, 3)
        if commonness(x) >= 2.5 and 3.0 <= commonness(o) < 6.35
    )
    return UnseenSpinner(closest_first(rows, 200), consistent=False)


def recall(setup: EvaluationSetup) -> tuple[RateRow, ...]:
    """Return how often spun stretches are flagged, by spinner and pooled, at every threshold.

    Kind `family`: rates from 0.15 to 0.5, drawn for each text; kind `family, a quarter`: the quarter rate.
    """
    human = stretches(setup.test, setup.limit, 300, setup.seed + 9)
    spinners = (*REWRITING, *setup.unseen)
    rows: list[RateRow] = []
    for kind, done in (("family", 0), ("family, a quarter", len(spinners))):
        by_spinner: dict[str, dict[str, NDArray[np.bool_]]] = {}
        for number, spinner in enumerate(spinners):
            rng = np.random.default_rng((setup.seed, 9, number))
            made: list[SpunText | None] = []
            for i, text in enumerate(human):
                rate = float(np.exp(rng.uniform(np.log(0.15), np.log(0.5)))) if kind == "family" else QUARTER_RATE
                made += setup.spin([text], spinner, rate, setup.seed + 1000 * number + i)
            by_spinner[spinner] = flagged_at(setup.models, [s.text for s in made if s is not None])
            setup.progress(done + number + 1, 2 * len(spinners))
        pooled = {
            name: np.concatenate([by_spinner[family][name] for family in REWRITING]) for name in setup.models.thresholds
        }
        for group, flagged in {REWRITES: pooled, **by_spinner}.items():
            rows += rate_rows(kind, group, flagged)
    return tuple(rows)


def calibrated(setup: EvaluationSetup) -> Calibration:
    """Return the calibration of document probabilities, and the bins of the reliability diagram.

    Stretches of 25 to 1,000 words, lengths log-uniform, each once as it is and once spun by a family drawn at random at
    a rate from 0.1 to 0.5.
    """
    examples: list[Example] = [
        e
        for k in range(2)
        for e in make_examples(
            sample_by_source(setup.test, 3 * setup.limit, setup.seed + 12 + k),
            setup.resources,
            REWRITING,
            (25, 1000),
            (0.1, 0.5),
            setup.seed + 12 + k,
        )
    ]
    scores = scores_of(setup.models, [e.text for e in examples], setup.progress)
    judged = scores.probability > 0  # the verdict does not abstain
    p, n_words = scores.probability[judged], scores.n_words[judged]
    spun = np.array([e.family != HUMAN for e in examples])[judged]
    rows = []
    for name, low, high in (
        ("all", 0, 10**9),
        ("up to 60", 0, 60),
        ("60 to 200", 60, 200),
        ("over 200", 200, 10**9),
    ):
        inside = (n_words >= low) & (n_words < high)
        if inside.any():
            rows.append(
                CalibrationRow(
                    name,
                    int(inside.sum()),
                    round(expected_calibration_error(p[inside], spun[inside]), 4),
                    round(float(brier_score_loss(spun[inside], p[inside])), 4),
                )
            )
    bins = tuple(BinRow(round(a, 4), round(b, 4), n) for a, b, n in calibration_bins(p, spun))
    return Calibration(tuple(rows), bins)


def in_mixed_articles(setup: EvaluationSetup) -> tuple[MixedRow, ...]:
    """Return how often one spun passage of 100 to 200 words in a human article of 500 to 1,000 is found and located."""
    articles = long_documents(setup.test, setup.limit, 500, setup.seed + 15)
    rng = np.random.default_rng((setup.seed, 15))
    human = []
    for article in articles:
        words = article.text.split(" ")
        n = int(rng.integers(500, 1000))
        start = int(rng.integers(0, max(1, len(words) - n)))
        human.append(" ".join(words[start : start + n]))
    clean = reports_of(setup.models, human)
    false_articles = sum(report.verdict == "spun" for report in clean)
    false_passages = sum(passage.verdict == "spun" for report in clean for passage in report.passages)
    n_passages = sum(len(report.passages) for report in clean)
    out = []
    for rate in (FULL_RATE, FULL_RATE / 2):
        mixed: list[SpunText] = []
        places: list[tuple[int, int]] = []
        for i, text in enumerate(human):
            spaces = [j for j, c in enumerate(text) if c == " "]
            length = int(rng.integers(100, 200))
            first = int(rng.integers(0, len(spaces) - length - 1))
            start, end = spaces[first] + 1, spaces[first + length]
            family, seed = REWRITING[i % len(REWRITING)], int(rng.integers(1 << 30))
            spinner = make_spinner(family, setup.resources, seed, rate)
            spun = spin_part(text, spinner, start, end)
            mixed.append(spun)
            places.append((start, end + len(spun.text) - len(text)))
        reports = reports_of(setup.models, [s.text for s in mixed])
        size = np.array([end - start for start, end in places], dtype=np.float64)
        hit, flagged = np.zeros(len(mixed)), np.zeros(len(mixed))
        for i, ((start, end), report) in enumerate(zip(places, reports, strict=True)):
            for passage in report.passages:
                if passage.verdict == "spun":
                    hit[i] += max(0, min(passage.end, end) - max(passage.start, start))
                    flagged[i] += passage.end - passage.start
        located = int((hit >= 0.5 * size).sum())
        found = sum(report.verdict == "spun" for report in reports)
        out.append(
            MixedRow(
                rate,
                len(mixed),
                wilson(found, len(mixed)),
                wilson(located, len(mixed)),
                ratio_interval(hit, size),
                ratio_interval(hit, flagged) if flagged.any() else None,
                wilson(false_passages, n_passages),
                wilson(false_articles, len(human)),
            )
        )
        setup.progress(len(out), 2)
    return tuple(out)
