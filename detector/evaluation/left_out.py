"""Leave one spinner out: every model that learns from spun text fitted anew without a family, and tested on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from detector.estimators.classifier import BoostedTrees
from detector.evaluation.metrics import auc_interval
from detector.evaluation.parts import without_sources
from detector.evaluation.results import AucRow, LeftOut, read_json, write_json
from detector.evaluation.samples import (
    FULL_RATE,
    LENGTHS,
    EvaluationSetup,
    changed_share,
    stretches,
)
from detector.scoring.passage_features import FEATURE_NAMES, WordMeasures, text_features
from detector.scoring.tokens import FeatureExtractor
from detector.text.tokens import tokenize
from detector.training.corpus import CorpusDocument
from detector.training.examples import Example, make_examples
from detector.training.families import FAMILY_BY_NAME, REWRITING
from detector.training.fit import (
    fit_boosted,
    fit_candidate_model,
    fit_token_model,
    passage_inputs,
    sample_by_source,
)
from detector.training.stages import FIT_FAMILIES, FIT_RATES, STAGES

__all__ = ["TABLES_HIDDEN", "TABLES_KNOWN", "leave_one_out"]

# Names of the two scorers: the channel is the product's own, or lacks the sources of the family's tables.
TABLES_KNOWN, TABLES_HIDDEN = "left out of fitting", "left out, its tables hidden too"

_EXAMPLES = 1500  # documents that a stage is fitted on


def _examples(
    setup: EvaluationSetup,
    documents: Sequence[CorpusDocument],
    families: Sequence[str],
    words: tuple[int, int],
    rates: tuple[float, float],
    n: int,
    seed: int,
) -> list[Example]:
    return list(make_examples(sample_by_source(documents, n, seed), setup.resources, families, words, rates, seed))


def _whole(extractor: FeatureExtractor, model: BoostedTrees, texts: Sequence[str]) -> NDArray[np.float64]:
    """Return the logit of each text as one passage."""
    out = []
    for i in range(0, len(texts), 60):
        m = extractor.extract(tokenize(texts[i : i + 60], extractor.vocabulary))
        x = text_features(WordMeasures.from_features(m), m.batch)
        out.append(model.logit(x, x[:, 0].astype(np.float64)))
    return np.concatenate(out)


def _fit_without(setup: EvaluationSetup, family: str, n: int, seed: int) -> tuple[FeatureExtractor, BoostedTrees]:
    """Return candidate, token and passage models fitted on all other families that the stages are fitted on."""
    families = [f for f in FIT_FAMILIES if f != family]
    first, second = setup.fit[0::2], setup.fit[1::2]
    examples = _examples(setup, first, families, (30, 500), FIT_RATES, n, seed)
    size = STAGES["full"]
    extractor = replace(setup.models.full.extractor, candidate_model=None, token_model=None)
    extractor = replace(
        extractor, candidate_model=fit_candidate_model(extractor, examples, size.candidate_hidden, seed)
    )
    extractor = replace(extractor, token_model=fit_token_model(extractor, examples, size.token_hidden, seed + 1))
    inputs = passage_inputs(extractor, _examples(setup, second, families, (20, 500), FIT_RATES, n, seed + 2), seed + 2)
    # The calibration only stretches the scores of one length, so it may be fitted on the same examples.
    return extractor, fit_boosted(inputs, inputs, FEATURE_NAMES, seed)


def _rows(
    setup: EvaluationSetup,
    family: str,
    n_test: int,
    scorers: Mapping[str, Callable[[list[str]], NDArray[np.float64]]],
) -> list[AucRow]:
    rows = []
    for words in LENGTHS:
        human = stretches(setup.test, n_test, words, setup.seed + words)
        made = setup.spin(human, family, FULL_RATE, setup.seed + 17 + words)
        rewritten = [s for s in made if s is not None]
        at = np.flatnonzero([s is not None for s in made])
        texts = [*human, *(s.text for s in rewritten)]
        spun = np.arange(len(texts)) >= len(human)
        document = np.concatenate([np.arange(len(human)), at])
        for name, score in scorers.items():
            auc = auc_interval(score(texts), spun, document)
            rows.append(AucRow(name, family, FULL_RATE, words, auc, len(human), changed_share(rewritten)))
    return rows


def leave_one_out(setup: EvaluationSetup, folder: Path | None) -> LeftOut:
    """Return ROC AUC on each family for models fitted without it; each family's rows are kept in `folder`.

    The models are fitted on _EXAMPLES documents a stage, fewer than the product's own, which costs a little
    too. The language model, the context model and the channel are the product's.
    """
    signature = setup.models.signature
    rows: list[AucRow] = []
    for number, family in enumerate(REWRITING):
        kept = None if folder is None else folder / f"left_out-{signature}-{_EXAMPLES}-{family}.json"
        if kept is not None and kept.exists():
            rows += read_json(tuple[AucRow, ...], kept)
        else:
            seed = setup.seed + 500 + 10 * number
            extractor, model = _fit_without(setup, family, _EXAMPLES, seed)
            sources = FAMILY_BY_NAME[family].channel_sources
            hidden = replace(extractor, channel=without_sources(extractor.channel, sources))
            scorers = {TABLES_KNOWN: partial(_whole, extractor, model), TABLES_HIDDEN: partial(_whole, hidden, model)}
            found = _rows(setup, family, setup.limit, scorers)
            if kept is not None:
                write_json(tuple(found), kept)
            rows += found
        setup.progress(number + 1, len(REWRITING))
    return LeftOut(signature, _EXAMPLES, tuple(rows))
