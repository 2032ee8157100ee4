"""Is it spun: ROC AUC by length, rate and family beside baselines; false flags, recall, calibration, mixed articles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from detector.errors import InputError
from detector.evaluation.metrics import (
    auc_interval,
    brier_score,
    calibration_bins,
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
    Bench,
    changed_share,
    judged_batches,
    scores_of,
    spin_all,
    stretches,
)
from detector.model_store import Models
from detector.scoring.cascade import passages_of
from detector.training.corpus import TEST_SOURCES
from detector.training.examples import HUMAN, Example, make_examples
from detector.training.families import FAMILIES, REWRITING, closest_first, make_spinner
from detector.training.fit import passage_inputs, sample_by_source
from detector.training.inflection import Inflector
from detector.training.spinners import SpunText, TableSpinner, spin_part
from detector.training.thesaurus import inflected_pairs, read_moby, read_wordnet

__all__ = [
    "ALL",
    "BASELINES",
    "DETECTOR",
    "REWRITES",
    "Calibration",
    "Detection",
    "calibrated",
    "false_flags",
    "fit_tfidf",
    "in_mixed_articles",
    "known_spinners",
    "recall",
    "unseen_table",
    "unseen_thesaurus",
]


@dataclass(frozen=True)
class Calibration:
    """Calibration by length, and the bins of the reliability diagram."""

    rows: tuple[CalibrationRow, ...]
    bins: tuple[BinRow, ...]


ALL, REWRITES = "all", "all that rewrite words"
DETECTOR, PERPLEXITY, TORTURED, TFIDF = "detector", "perplexity", "tortured phrases", "TF-IDF, logistic regression"
BASELINES = (PERPLEXITY, TORTURED, TFIDF)


@dataclass(frozen=True)
class Detection:
    """ROC AUC of known spinners, and the curves of the pooled ones."""

    rows: tuple[AucRow, ...]
    curves: tuple[CurveRow, ...]


def fit_tfidf(bench: Bench) -> Pipeline:
    """Return TF-IDF over words and pairs of words with logistic regression, fitted as the detector's classifiers."""
    examples = [
        e
        for k in range(2)
        for e in make_examples(
            sample_by_source(bench.fit, 8 * bench.limit, bench.seed + k),
            bench.resources,
            FAMILIES,
            (30, 400),
            (0.1, 0.5),
            bench.seed + k,
        )
    ]
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=3, sublinear_tf=True, max_features=300_000),
        LogisticRegression(C=10.0, max_iter=1000),
    )
    return model.fit([e.text for e in examples], [e.family != HUMAN for e in examples])


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


def known_spinners(bench: Bench, tfidf: Pipeline) -> Detection:
    """Return ROC AUC for every family, rate and length, pooled and by family, with the baselines beside the pool."""
    rows: list[AucRow] = []
    curves: list[CurveRow] = []
    done, total = 0, len(LENGTHS) * (1 + 2 * len(FAMILIES))

    def all_scores(texts: list[str]) -> dict[str, NDArray[np.float64]]:
        nonlocal done
        s = scores_of(bench.models, texts)
        done += 1
        bench.progress(done, total)
        return {
            DETECTOR: s.probability,
            PERPLEXITY: s.perplexity,
            TORTURED: s.tortured,
            TFIDF: tfidf.decision_function(texts),
        }

    for words in LENGTHS:
        human = [s.text for s in stretches(bench.test, bench.limit, words, bench.seed + words)]
        own = all_scores(human)
        for rate in (FULL_RATE, QUARTER_RATE):
            pools: dict[str, _Pool] = {}
            for number, family in enumerate(FAMILIES):
                made = spin_all(human, family, rate, bench.resources, bench.seed + 100 * number + words)
                rewritten = [s for s in made if s is not None]
                theirs = all_scores([s.text for s in rewritten])
                at = np.flatnonzero([s is not None for s in made])
                pools[family] = _Pool(
                    np.concatenate([np.zeros(len(human), dtype=bool), np.ones(len(at), dtype=bool)]),
                    np.concatenate([np.arange(len(human)), at]),
                    {name: np.concatenate([own[name], theirs[name]]) for name in own},
                    changed_share(rewritten),
                )
            joined = {
                REWRITES: _join([p for f, p in pools.items() if f in REWRITING], len(human)),
                ALL: _join(list(pools.values()), len(human)),
            }
            for group, pool in joined.items():
                rows += [_row(pool, scorer, group, rate, words) for scorer in own]
            rows += [_row(pool, DETECTOR, family, rate, words) for family, pool in pools.items()]
            if rate == FULL_RATE:
                pool = joined[ALL]
                curves.append(CurveRow(words, tuple(roc_points(pool.scores[DETECTOR], pool.spun))))
    return Detection(tuple(rows), tuple(curves))


_UNSEEN_FIT = "dictionary"  # the one family that the logistic regression for the unseen thesaurus is fitted on


def unseen_table(bench: Bench, thesaurus: Path, wordnet: Path) -> dict[str, list[str]]:
    """Return the table of a spinner over a thesaurus that nothing was fitted on.

    Parts of speech and inflections are WordNet's: Moby has none. Its lists are long and loose; a substitute is any word
    of Zipf 2.5 or more under the headword, without order, as a careless spinner would take it.
    """
    vocabulary = bench.models.vocabulary
    parts: dict[str, list[str]] = defaultdict(list)
    for headword, synonyms in read_wordnet(wordnet).entries.items():
        parts[headword] = sorted({s.pos for s in synonyms})
    moby = read_moby(thesaurus, parts)
    zipf = dict(zip(vocabulary.words, vocabulary.zipf.tolist(), strict=True))

    def commonness(phrase: str) -> float:
        return min(float(zipf.get(w, 0.0)) for w in phrase.split(" "))

    rows = (
        (o, x, 0.0)
        for o, x, _, _ in inflected_pairs(moby, Inflector(vocabulary, wordnet), vocabulary, 3)
        if commonness(x) >= 2.5 and 3.0 <= commonness(o) < 6.35
    )
    return closest_first(rows, 200)


def unseen_thesaurus(bench: Bench, table: Mapping[str, Sequence[str]]) -> tuple[AucRow, ...]:
    """Return ROC AUC on text spun word by word from an unseen thesaurus: evidence alone, then the full model."""
    examples = list(
        make_examples(
            sample_by_source(bench.fit, 3 * bench.limit, bench.seed + 5),
            bench.resources,
            (_UNSEEN_FIT,),
            (20, 500),
            (0.1, 0.5),
            bench.seed + 5,
        )
    )
    fit = passage_inputs(bench.models.close.extractor, examples, bench.seed)
    mean, scale = fit.x.mean(axis=0), fit.x.std(axis=0) + 1e-9

    def standard(x: NDArray[np.float32] | NDArray[np.float64]) -> NDArray[np.float64]:
        out: NDArray[np.float64] = np.clip((x - mean) / scale, -8, 8)
        return out

    regression = LogisticRegression(C=1.0, max_iter=5000).fit(standard(fit.x), fit.spun)
    rows = []
    for number, words in enumerate(LENGTHS):
        human = [s.text for s in stretches(bench.test, bench.limit, words, bench.seed + words)]
        for rate in (FULL_RATE, QUARTER_RATE):
            made = [TableSpinner("unseen", table, rate, seed=bench.seed + i).spin(t) for i, t in enumerate(human)]
            at = np.flatnonzero([bool(s.alignment) for s in made])
            texts = [*human, *(made[i].text for i in at.tolist())]
            s = scores_of(bench.models, texts)
            spun = np.arange(len(texts)) >= len(human)
            document = np.concatenate([np.arange(len(human)), at])
            changed = changed_share([made[i] for i in at.tolist()])
            for name, values in (
                ("evidence summed, nothing fitted", s.likelihood),
                (
                    f"evidence, logistic regression fitted on `{_UNSEEN_FIT}`",
                    regression.decision_function(standard(s.features)),
                ),
                (DETECTOR, s.probability),
                (PERPLEXITY, s.perplexity),
            ):
                auc = auc_interval(values, spun, document)
                rows.append(AucRow(name, "unseen thesaurus", rate, words, auc, len(human), changed))
        bench.progress(number + 1, len(LENGTHS))
    return tuple(rows)


def _rate_row(kind: str, group: str, name: str, p: NDArray[np.float64], threshold: float) -> RateRow:
    flagged = int((p >= threshold).sum())
    return RateRow(kind, group, name, len(p), flagged, wilson(flagged, len(p)))


def false_flags(bench: Bench, words: int = 300, per_document: int = 4) -> tuple[RateRow, ...]:
    """Return how often human stretches are flagged, by register and by source, at every threshold.

    Long documents give up to four stretches, and all documents count alike.
    """
    texts, registers, sources = [], [], []
    long_enough = [d for d in bench.test if len(d.text.split()) >= 0.8 * words]
    if not long_enough:
        raise InputError(f"the test split has no document of {words} words: give a larger corpus")
    for document in sample_by_source(long_enough, 5 * bench.limit, bench.seed + 8):
        pieces = document.text.split(" ")
        n = min(per_document, max(1, len(pieces) // words))
        for k in range(n):
            texts.append(" ".join(pieces[k * len(pieces) // n :][:words]))
            registers.append(document.genre)
            sources.append(document.source)
    p = np.round(scores_of(bench.models, texts, bench.progress).probability, 4)
    thresholds = bench.models.thresholds
    rows = [_rate_row("all", ALL, name, p, at) for name, at in thresholds.items()]
    held_out = np.isin(sources, sorted(TEST_SOURCES))
    rows += [
        _rate_row("all", group, name, p[mask], at)
        for group, mask in (("sources held out whole", held_out), ("held-out documents", ~held_out))
        for name, at in thresholds.items()
        if mask.any()
    ]
    for kind, labels in (("register", np.array(registers)), ("source", np.array(sources))):
        for group in sorted(set(labels.tolist())):
            mine = p[labels == group]
            rows += [_rate_row(kind, group, name, mine, at) for name, at in thresholds.items()]
    return tuple(rows)


def recall(bench: Bench, words: int = 300) -> tuple[RateRow, ...]:
    """Return how often spun stretches are flagged, rates 0.15 to 0.5, by family and pooled, at every threshold."""
    human = [s.text for s in stretches(bench.test, bench.limit, words, bench.seed + 9)]
    by_family: dict[str, NDArray[np.float64]] = {}
    for number, family in enumerate(FAMILIES):
        rng = np.random.default_rng((bench.seed, 9, number))
        made = []
        for i, text in enumerate(human):
            rate = float(np.exp(rng.uniform(np.log(0.15), np.log(0.5))))
            made += spin_all([text], family, rate, bench.resources, bench.seed + 1000 * number + i)
        texts = [s.text for s in made if s is not None]
        by_family[family] = np.round(scores_of(bench.models, texts).probability, 4)
        bench.progress(number + 1, len(FAMILIES))
    pooled = {
        REWRITES: np.concatenate([p for f, p in by_family.items() if f in REWRITING]),
        ALL: np.concatenate(list(by_family.values())),
        **by_family,
    }
    return tuple(
        _rate_row("family", group, name, p, at)
        for group, p in pooled.items()
        for name, at in bench.models.thresholds.items()
    )


def calibrated(bench: Bench) -> Calibration:
    """Return the calibration of document probabilities, and the bins of the reliability diagram.

    Stretches of 25 to 1,000 words, lengths log-uniform, each once as it is and once spun by a family drawn at random at
    a rate from 0.1 to 0.5.
    """
    examples: list[Example] = [
        e
        for k in range(2)
        for e in make_examples(
            sample_by_source(bench.test, 3 * bench.limit, bench.seed + 12 + k),
            bench.resources,
            FAMILIES,
            (25, 1000),
            (0.1, 0.5),
            bench.seed + 12 + k,
        )
    ]
    scores = scores_of(bench.models, [e.text for e in examples], bench.progress)
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
                    round(brier_score(p[inside], spun[inside]), 4),
                )
            )
    bins = tuple(BinRow(round(a, 4), round(b, 4), n) for a, b, n in calibration_bins(p, spun))
    return Calibration(tuple(rows), bins)


def _flagged_passages(
    models: Models, texts: Sequence[str]
) -> tuple[NDArray[np.float64], list[list[tuple[int, int, bool]]]]:
    """Return each text's probability, and start, end and verdict of its passages at the default threshold."""
    threshold = models.thresholds["default"]
    probabilities = []
    passages: list[list[tuple[int, int, bool]]] = [[] for _ in texts]
    for first, judged in judged_batches(models, texts):
        probabilities.append(judged.probability)
        for d, found in enumerate(passages_of(judged, threshold)):
            passages[first + d] += [(p.start, p.end, p.verdict == "spun") for p in found]
    return np.concatenate(probabilities), passages


def in_mixed_articles(bench: Bench) -> tuple[MixedRow, ...]:
    """Return how often one spun passage of 100 to 200 words in a human article of 500 to 1,000 is found and located."""
    articles = stretches(bench.test, bench.limit, 500, bench.seed + 15)
    rng = np.random.default_rng((bench.seed, 15))
    human = []
    for article in articles:
        words = article.document.text.split(" ")
        n = int(rng.integers(500, 1000))
        start = int(rng.integers(0, max(1, len(words) - n)))
        human.append(" ".join(words[start : start + n]))
    clean_p, clean_passages = _flagged_passages(bench.models, human)
    threshold = bench.models.thresholds["default"]
    false_articles = int((np.round(clean_p, 4) >= threshold).sum())
    false_passages = sum(flag for rows in clean_passages for _, _, flag in rows)
    n_passages = sum(map(len, clean_passages))
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
            spinner = make_spinner(family, bench.resources, seed, rate)
            spun = spin_part(text, spinner, start, end)
            mixed.append(spun)
            places.append((start, end + len(spun.text) - len(text)))
        p, passages = _flagged_passages(bench.models, [s.text for s in mixed])
        size = np.array([end - start for start, end in places], dtype=np.float64)
        hit, flagged = np.zeros(len(mixed)), np.zeros(len(mixed))
        for i, ((start, end), rows) in enumerate(zip(places, passages, strict=True)):
            for a, b, flag in rows:
                if flag:
                    hit[i] += max(0, min(b, end) - max(a, start))
                    flagged[i] += b - a
        located = int((hit >= 0.5 * size).sum())
        found = int((np.round(p, 4) >= threshold).sum())
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
        bench.progress(len(out), 2)
    return tuple(out)
