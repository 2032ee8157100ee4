"""Fit the models that learn from spun text: candidates, words, names, passages, the reranker, calibrations.

Every example comes from a document that the language model has not seen. Part of the channel is hidden from each
batch, drawn anew, so that no model comes to rely on knowing the substitute: a user's spinner has other tables.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from tempfile import TemporaryFile
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from detector.cues.misspelt_name import NAME_COLUMNS, candidate_misspellings
from detector.estimators.classifier import BoostedTrees, probability
from detector.estimators.perceptron import Perceptron
from detector.restore.profile import SpinnerProfile
from detector.restore.rerank import RERANK_COLUMNS, rerank_features
from detector.scoring.passage_features import MIN_ODDS, WordMeasures, text_features
from detector.scoring.stage import Stage, document_log_odds, score_passages
from detector.scoring.tokens import (
    CANDIDATE_COLUMNS,
    CONTEXT_ONLY_COLUMNS,
    KINDS,
    TOKEN_COLUMNS,
    FeatureExtractor,
    TokenFeatures,
    TokenModel,
)
from detector.text.tokens import TokenBatch, tokenize
from detector.training.channel import words_of
from detector.training.corpus import CorpusDocument
from detector.training.examples import HUMAN, Example, restored_in_part, spun_tokens
from detector.training.families import KIND_OF

__all__ = [
    "ExampleFeatures",
    "fit_boosted",
    "fit_candidate_model",
    "fit_document_calibration",
    "fit_name_model",
    "fit_reranker",
    "fit_token_model",
    "iter_features",
    "passage_inputs",
    "sample_by_source",
]

# Share of the channel's pairs that a batch may know, drawn for each batch.
_KNOWN_SHARES = (1.0, 0.6, 0.3, 0.1)
# The same for the choice of originals, of which more are known: users have all of them, and networks that were fitted
# on the shares above are too timid (error reduction on 60 dev texts of `dictionary`: 0.628, otherwise 0.641).
_CHOICE_KNOWN_SHARES = (1.0, 1.0, 0.6, 0.3)
_CONTEXT_ONLY_HIDDEN = 48
_BATCH = 60  # examples measured together
# Learning rates of a network's passes over its examples. At one rate throughout it ends at a random point: its
# restorations then differ by a point from one seed to the next.
_RATES = (4e-3, 4e-3, 2e-3, 1e-3, 4e-4, 1e-4)
_NEVER = -30.0  # natural logarithm of odds


def sample_by_source(
    documents: Sequence[CorpusDocument], n: int, seed: int, repeat: bool = False
) -> list[CorpusDocument]:
    """Return n documents, sources weighted by the square root of their size: large ones count more, but not all.

    A source's size is its documents, each of which is drawn once at most. With `repeat` it is its words, and a
    document is drawn as often as chance has it, long ones more often: for stretches, of which a book has many.
    """
    rng = np.random.default_rng(seed)
    by_source: dict[str, list[CorpusDocument]] = defaultdict(list)
    for document in documents:
        by_source[document.source].append(document)
    pool = [d for members in by_source.values() for d in members]
    sizes = [np.array([len(d.text) if repeat else 1 for d in members]) for members in by_source.values()]
    weights = np.concatenate([size / np.sqrt(size.sum()) for size in sizes])
    rows = rng.choice(len(pool), n if repeat else min(n, len(pool)), replace=repeat, p=weights / weights.sum())
    return [pool[i] for i in rows]


def iter_features(
    extractor: FeatureExtractor,
    examples: Sequence[Example],
    seed: int | None,
    progress: Callable[[int], None] = lambda n: None,
) -> Iterator[tuple[Sequence[Example], TokenFeatures]]:
    """Yield examples in batches with their measurements; with a seed, part of the channel is hidden from each."""
    for part, batch, pairs in _batches(extractor, examples, seed, progress):
        yield part, extractor.extract(batch, pairs)


def _batches(
    extractor: FeatureExtractor,
    examples: Sequence[Example],
    seed: int | None,
    progress: Callable[[int], None],
    shares: Sequence[float] = _KNOWN_SHARES,
) -> Iterator[tuple[Sequence[Example], TokenBatch, NDArray[np.bool_] | None]]:
    """Yield examples in batches with their tokens and the channel's pairs that are known to each, of one of the shares.

    All are known if there is no seed.
    """
    rng = np.random.default_rng(seed)
    for i in range(0, len(examples), _BATCH):
        part = examples[i : i + _BATCH]
        share = float(rng.choice(shares)) if seed is not None else 1.0
        known = rng.random(len(extractor.channel.entries.values)) < share if share < 1 else None
        yield part, tokenize([e.text for e in part], extractor.vocabulary), known
        progress(len(part))


def _fit_perceptron(
    x: NDArray[np.float32],
    y: NDArray[np.bool_] | NDArray[np.int64],
    columns: tuple[str, ...],
    hidden: int,
    seed: int,
    passes: int = 1,
    kinds: int = 0,
) -> Perceptron:
    """Return a network that predicts `y`: whether it is true, or with `kinds` the odds of each class against class 0.

    `x` is standardised in place.
    """
    mean = x.mean(axis=0, dtype=np.float64).astype(np.float32)
    x -= mean  # in place: rows of candidates fill a laptop's memory
    scale = np.sqrt(np.einsum("ij,ij->j", x, x, dtype=np.float64) / len(x)).astype(np.float32) + np.float32(1e-6)
    x /= scale
    np.clip(x, -6, 6, out=x)
    network = MLPClassifier(
        (hidden,),
        batch_size=int(np.clip(len(x) // 200, 64, 2048)),
        alpha=1e-4,
        max_iter=1,
        warm_start=True,
        random_state=seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # each call is one pass of several
        for rate in np.repeat(_RATES, passes):
            network.set_params(learning_rate_init=rate).fit(x, y)

    def contiguous(a: NDArray[np.float64]) -> NDArray[np.float32]:
        return np.ascontiguousarray(a, dtype=np.float32)

    output, bias = _odds_of_each(network, kinds) if kinds else (network.coefs_[1][:, 0], network.intercepts_[1])
    return Perceptron(
        columns,
        contiguous(mean),
        contiguous(scale),
        contiguous(network.coefs_[0]),
        contiguous(network.intercepts_[0]),
        contiguous(output),
        contiguous(bias),
    )


def _odds_of_each(network: MLPClassifier, kinds: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return weights (h, kinds) and biases (kinds,) of the odds of each class from 1 on against class 0."""
    output, bias = network.coefs_[1], network.intercepts_[1]
    if len(network.classes_) > 2:  # of two there is one output, which is the odds
        output, bias = output[:, 1:] - output[:, :1], bias[1:] - bias[0]
    columns = network.classes_[1:] - 1
    # A kind without examples gets odds of next to nothing.
    weights, biases = np.zeros((len(output), kinds)), np.full(kinds, _NEVER)
    weights[:, columns], biases[columns] = output, bias
    return weights, biases


def _right_candidates(extractor: FeatureExtractor, part: Sequence[Example], m: TokenFeatures) -> NDArray[np.bool_]:
    """Whether each candidate is the original that the spinner replaced, in extent and words."""
    batch, c = m.batch, m.candidates
    label = spun_tokens(batch, [e.spans for e in part])
    right = np.zeros(len(c), dtype=bool)
    ids: dict[str, tuple[int, ...]] = {}
    for row in np.flatnonzero(label[c.start] >= 0).tolist():
        first, last = int(c.start[row]), int(c.start[row] + c.length[row] - 1)
        span = part[int(batch.document_of[first])].spans[int(label[first])]
        if batch.starts[first] != span.start or batch.ends[last] != span.end:
            continue
        if span.original not in ids:
            ids[span.original] = tuple(extractor.vocabulary[w] for w in words_of(span.original))
        right[row] = ids[span.original] == tuple(extractor.channel.words_of(int(c.original[row])).tolist())
    return right


def fit_candidate_model(
    extractor: FeatureExtractor,
    examples: Sequence[Example],
    hidden: int,
    seed: int,
    progress: Callable[[int], None] = lambda n: None,
) -> Perceptron:
    """Return the model of whether a candidate is the original, with so many hidden units."""
    rows = [
        (m.candidate_features, _right_candidates(extractor, part, m))
        for part, m in iter_features(extractor, examples, seed, progress)
    ]
    x, y = (np.concatenate(part) for part in zip(*rows, strict=True))
    return _fit_perceptron(x, y, CANDIDATE_COLUMNS, hidden, seed)


def fit_token_model(
    extractor: FeatureExtractor,
    examples: Sequence[Example],
    hidden: int,
    seed: int,
    progress: Callable[[int], None] = lambda n: None,
) -> TokenModel:
    """Return the model of whether a word was substituted, and by which kind of substitute."""
    xs: list[NDArray[np.float32]] = []
    ys = []
    for part, m in iter_features(extractor, examples, seed, progress):
        words = np.flatnonzero(m.batch.is_word)
        kind = np.array([0 if e.family == HUMAN else 1 + KINDS.index(KIND_OF[e.family]) for e in part])
        spun = spun_tokens(m.batch, [e.spans for e in part])[words] >= 0
        xs.append(m.token_features[words])
        ys.append(np.where(spun, kind[m.batch.document_of[words]], 0))
    x, y = np.concatenate(xs), np.concatenate(ys)
    counts = np.bincount(y, minlength=1 + len(KINDS))
    # A kind without examples carries no evidence: the features clip lower odds to these.
    priors = np.log10(np.maximum(counts[1:] / counts[0], 10.0**MIN_ODDS))
    any_prior = float(np.log10(counts[1:].sum() / counts[0]))
    blind = np.ascontiguousarray(x[:, [TOKEN_COLUMNS.index(c) for c in CONTEXT_ONLY_COLUMNS]])
    context_only = _fit_perceptron(blind, y > 0, CONTEXT_ONLY_COLUMNS, _CONTEXT_ONLY_HIDDEN, seed)
    network = _fit_perceptron(x, y, TOKEN_COLUMNS, hidden, seed, kinds=len(KINDS))
    return TokenModel(KINDS, network, priors, context_only, any_prior)


def fit_name_model(
    extractor: FeatureExtractor,
    examples: Sequence[Example],
    hidden: int,
    seed: int,
    progress: Callable[[int], None] = lambda n: None,
) -> Perceptron:
    """Return the model of whether a name is a slip for another, fitted on as many misspelt texts as human ones.

    So its odds are how much more often such a pair stands in a text with misspelt names than in one without.
    """
    xs, ys = [], []
    for part, batch, _ in _batches(extractor, examples, None, progress):
        slips = candidate_misspellings(extractor.score_tokens(batch), extractor)
        spun = spun_tokens(batch, [e.spans for e in part])[slips.place].tolist()
        documents = batch.document_of[slips.place].tolist()
        xs.append(slips.features)
        ys += [
            at >= 0 and part[d].spans[at].original == right
            for d, at, right in zip(documents, spun, slips.right, strict=True)
        ]
    # Names are few beside words, and a pass over them is short.
    return _fit_perceptron(np.concatenate(xs), np.array(ys, dtype=bool), NAME_COLUMNS, hidden, seed, passes=5)


def fit_reranker(
    stage: Stage,
    fit_to_topic: Callable[[TokenFeatures], NDArray[np.float32]],
    examples: Sequence[Example],
    hidden: int,
    seed: int,
    progress: Callable[[int], None] = lambda n: None,
) -> Perceptron:
    """Return the network of whether a candidate is the original, given the rest of the document.

    `fit_to_topic` returns how well candidates fit their document's topic (`restore.topic.topic_fit`).
    """
    ys = []
    extractor, rng = stage.extractor, np.random.default_rng(seed)
    with TemporaryFile() as rows:  # they fill a laptop's memory; to join them there would take twice as much
        for part, batch, pairs in _batches(extractor, examples, seed, progress, _CHOICE_KNOWN_SHARES):
            features = extractor.extract(batch, pairs)
            passages, whole, own = score_passages(features, stage.passage_model)
            p = probability(stage.calibrated(document_log_odds(whole, own, passages.document)))
            # The restoration loop reads a text again after part of it is restored. So each text is used twice, the
            # second time with about half of its substitutions undone, at the same probability.
            half = [restored_in_part(e, rng) for e in part]
            tokens = tokenize([e.text for e in half], extractor.vocabulary)
            for examples_read, read in ((part, features), (half, extractor.extract(tokens, pairs))):
                odds = read.candidate_log10_odds
                profile = SpinnerProfile.from_odds(read, odds)
                rerank_features(read, odds, p, profile, fit_to_topic(read)).tofile(rows)
                ys.append(_right_candidates(extractor, examples_read, read))
        rows.seek(0)
        x = np.fromfile(rows, dtype=np.float32).reshape(-1, len(RERANK_COLUMNS))
    return _fit_perceptron(x, np.concatenate(ys), RERANK_COLUMNS, hidden, seed)


@dataclass(frozen=True)
class ExampleFeatures:
    """Features of examples, row by row, with their labels."""

    x: NDArray[np.float64]
    spun: NDArray[np.bool_]
    n_words: NDArray[np.int64]
    examples: tuple[Example, ...]


def passage_inputs(
    extractor: FeatureExtractor,
    examples: Sequence[Example],
    seed: int | None,
    progress: Callable[[int], None] = lambda n: None,
) -> ExampleFeatures:
    """Return the passage features of examples, each taken as one passage."""
    rows, words = [], []
    for _, m in iter_features(extractor, examples, seed, progress):
        rows.append(text_features(WordMeasures.from_features(m), m.batch))
        words.append(m.batch.n_words)
    spun = np.array([e.family != HUMAN for e in examples])
    return ExampleFeatures(np.concatenate(rows).astype(np.float64), spun, np.concatenate(words), tuple(examples))


def fit_document_calibration(
    extractor: FeatureExtractor,
    passage_model: BoostedTrees,
    examples: Sequence[Example],
    progress: Callable[[int], None] = lambda n: None,
) -> tuple[float, float]:
    """Return a0 and a1 by which the log odds of documents are calibrated: a0 + a1 s (Platt scaling)."""
    scores = []
    for _, features in iter_features(extractor, examples, None, progress):
        passages, whole, own = score_passages(features, passage_model)
        scores.append(document_log_odds(whole, own, passages.document))
    s = np.clip(np.concatenate(scores), -_MAX_LOG_ODDS, _MAX_LOG_ODDS)
    platt = LogisticRegression(C=1e3, max_iter=5000).fit(s[:, None], [e.family != HUMAN for e in examples])
    return float(platt.intercept_[0]), float(platt.coef_[0, 0])


_UNCALIBRATED = np.array([0.0, 1.0, 0.0, 0.0])
_MAX_LOG_ODDS = 15.0  # a few documents far out must not decide the slope
_TREES, _DEPTH = 300, 4


def fit_boosted(fit: ExampleFeatures, calibrate: ExampleFeatures, columns: tuple[str, ...], seed: int) -> BoostedTrees:
    """Return boosted trees fitted on one set of examples and calibrated, length by length, on another.

    On 100 words of which 7 were replaced they reach ROC AUC 0.967 on dev, a logistic regression 0.961; on 300 words
    0.995 and 0.990; and more of each family that they were not fitted on.
    """
    from lightgbm import Dataset, train

    settings = {
        "objective": "binary",
        "learning_rate": 0.1,
        "max_depth": _DEPTH,
        "num_leaves": 2**_DEPTH,
        "min_data_in_leaf": min(200, max(1, len(fit.x) // 20)),
        "lambda_l2": 1.0,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 2,
        "verbosity": -1,
    }
    model = train(settings, Dataset(fit.x, fit.spun.astype(np.int64)), _TREES).dump_model()
    nodes = 2**_DEPTH - 1
    column = np.zeros((_TREES, nodes), dtype=np.int16)
    threshold = np.full((_TREES, nodes), np.inf)
    value = np.zeros((_TREES, nodes + 1), dtype=np.float32)

    def place(tree: int, node: Mapping[str, Any], at: int) -> None:
        """Write a node and its subtree at its place in a full tree."""
        if "leaf_value" in node:
            # A branch that was not grown further: all leaves below it have its value.
            low = high = at
            while low < nodes:
                low, high = 2 * low + 1, 2 * high + 2
            value[tree, low - nodes : high - nodes + 1] = node["leaf_value"]
            return
        column[tree, at], threshold[tree, at] = node["split_feature"], node["threshold"]
        place(tree, node["left_child"], 2 * at + 1)
        place(tree, node["right_child"], 2 * at + 2)

    for tree, grown in enumerate(model["tree_info"]):
        place(tree, grown["tree_structure"], 0)
    plain = BoostedTrees(columns, column, _single_below(threshold), value, np.zeros(1), _UNCALIBRATED)
    return replace(plain, calibration=_calibration(plain.decision_score(calibrate.x), calibrate))


def _single_below(x: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the highest numbers of single precision that are not above `x`: numbers above them are above `x` too."""
    near = x.astype(np.float32)
    return np.where(near > x, np.nextafter(near, np.float32(-np.inf)), near)


def _calibration(score: NDArray[np.float64], examples: ExampleFeatures) -> NDArray[np.float64]:
    """Return the calibration (Platt scaling) of a classifier's scores of examples, by their length."""
    length = np.log10(np.maximum(examples.n_words, 1)) - 2.0
    design = np.stack((score, length, score * length), axis=1)
    platt = LogisticRegression(C=1e3, max_iter=5000).fit(design, examples.spun)
    return np.concatenate((platt.intercept_, platt.coef_[0]))
