"""Choose on the dev split: the decoder's weights, and the thresholds of the verdict."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.api import restore
from detector.model_store import Models
from detector.restore.restorer import RestorerSettings
from detector.scoring.cascade import Judged, judge, plans
from detector.text.tokens import iter_pieces
from detector.training.corpus import CorpusDocument
from detector.training.examples import HUMAN, Example, make_examples
from detector.training.families import FAMILIES, REWRITING, SpinnerResources
from detector.training.fit import sample_by_source
from detector.training.spinners import undo

__all__ = ["choose_doubt", "choose_plain", "choose_thresholds", "edit_distance", "tune_restorer", "word_tokens"]

_BATCH = 40
_MAX_HARM = 0.005  # edits per 1,000 words of human dev text: one in all, of a Cyrillic letter that does stand there
_EQUAL = 0.004  # of word errors; settings that differ by less do equally well
_DEFAULT = "fpr=0.001"  # the threshold that verdicts use when none is asked for
_MISSED = 0.003  # share of what a close reading finds that the screen may cost; at 0.002 a sixth of the speed goes too
_UNSEEN = 0.003  # share of what would be put back that a scores may cost
_MAX_DOUBT = 0.3  # higher, and one spun passage in a long human article is too often not read closely
# Families that a restorer is tuned for, as they are met: whole articles by dictionary first, then engines B and C.
_RESTORABLE = ("dictionary", "spintax", "observed", "observed", "phrase", "adjacent", "science")


def word_tokens(text: str) -> list[str]:
    """Return the pieces of a text without white space."""
    return [p for p in iter_pieces(text) if not p.isspace()]


def edit_distance(a: Sequence[str], b: Sequence[str]) -> int:
    """Return the Levenshtein distance between two word lists.

    >>> edit_distance("a b c".split(), "a x c d".split())
    2
    """
    code = {w: i for i, w in enumerate(dict.fromkeys([*a, *b]))}
    other = np.array([code[w] for w in b], dtype=np.int64)
    steps = np.arange(len(b) + 1)
    row = steps.copy()
    for i, word in enumerate(a, 1):
        best = np.concatenate(([i], np.minimum(row[:-1] + (other != code[word]), row[1:] + 1)))
        # Insertions run to the right: the least of all entries before, each plus the distance.
        row = np.minimum.accumulate(best - steps) + steps
    return int(row[-1])


def _judged(models: Models, examples: Sequence[Example]) -> Iterator[tuple[Sequence[Example], Judged]]:
    """Yield examples in batches with what is found in them: all of it at once fills a laptop's memory."""
    for i in range(0, len(examples), _BATCH):
        part = examples[i : i + _BATCH]
        yield part, judge([e.text for e in part], models)


def tune_restorer(
    models: Models, documents: Sequence[CorpusDocument], resources: SpinnerResources, seed: int
) -> RestorerSettings:
    """Return the settings that take most word errors away on spun dev text.

    At no more than `_MAX_HARM` edits per 1,000 words of human dev text, with as little caution as that allows; of
    settings that do about as well, the one that makes the fewest doubtful edits.
    """
    picked = sample_by_source(documents, 130, seed)
    made = list(make_examples(picked, resources, _RESTORABLE, (120, 260), (0.1, 0.5), seed))
    spun = [(e.text, word_tokens(undo(e.text, e.spans))) for e in made if e.family != HUMAN]
    before = sum(edit_distance(word_tokens(text), original) for text, original in spun)
    drawn = make_examples(
        sample_by_source(documents, 1200, seed + 1), resources, _RESTORABLE, (250, 300), (0.1, 0.5), seed + 1
    )
    human = [j for _, j in _judged(models, [e for e in drawn if e.family == HUMAN])]
    human_words = sum(int(j.n_words.sum()) for j in human)
    tried: list[tuple[float, RestorerSettings]] = []
    for weight, offset, least in itertools.product((0.3, 0.5), (0.15, 0.3, 0.45), (-0.3, 0.3)):
        for caution in (10.0, 20.0, 40.0):
            settings = RestorerSettings(weight, least - 1.0, least, caution, offset)
            trial = replace(models, restorer=replace(models.restorer, settings=settings))
            harm = 1000 * sum(len(plan) for j in human for plan in plans(j, trial)) / human_words
            if harm <= _MAX_HARM:
                after = sum(edit_distance(word_tokens(restore(text, trial).text), original) for text, original in spun)
                tried.append((1 - after / before, settings))
                break
    if not tried:
        raise ValueError("no setting of the restorer keeps human text unharmed: look at its worst edits")
    best = max(reduction for reduction, _ in tried)
    equal = [x for x in tried if x[0] >= best - _EQUAL]
    return max(equal, key=lambda x: (x[1].min_gain - x[1].offset, x[0]))[1]


def choose_doubt(models: Models, documents: Sequence[CorpusDocument], resources: SpinnerResources, seed: int) -> float:
    """Return P(spun) by the screen from which a text is read closely, if it is not short.

    The highest at which the screen lets pass no more than `_MISSED` of the spun dev texts that a close reading would
    have found likelier spun than not.
    """
    everything = replace(models, doubt=0.0)
    found = [
        j.screened.probability[j.doubted][j.close.probability >= 0.5]
        for _, j in _judged(everything, _spun_articles(documents, resources, FAMILIES, seed + 60))
        if j.close is not None
    ]
    return round(float(np.clip(np.quantile(np.concatenate(found), _MISSED), 0.005, _MAX_DOUBT)), 4)


def choose_plain(models: Models, documents: Sequence[CorpusDocument], resources: SpinnerResources, seed: int) -> float:
    """Return the oddness up to which a text is not screened for what could be put back.

    The highest at which no more than `_UNSEEN` of the edits fall away that spun dev texts would have.
    """
    examples = _spun_articles(documents, resources, REWRITING, seed + 65)
    measured, edits = [], []
    for _, j in _judged(models, examples):
        measured.append(j.screened.m.oddness)
        edits += [len(plan) for plan in plans(j, models)]
    oddness = np.concatenate(measured)
    order = np.argsort(oddness)
    lost = np.cumsum(np.array(edits)[order])
    return round(float(oddness[order][np.searchsorted(lost, _UNSEEN * lost[-1])]), 4)


def _spun_articles(
    documents: Sequence[CorpusDocument], resources: SpinnerResources, families: Sequence[str], seed: int
) -> list[Example]:
    """Return articles of 150 to 1,500 words spun in whole or in one passage."""
    examples = make_examples(
        sample_by_source(documents, 2000, seed), resources, families, (150, 1500), (0.05, 0.5), seed, part_share=0.3
    )
    return [e for e in examples if e.family != HUMAN]


def choose_thresholds(
    models: Models, documents: Sequence[CorpusDocument], resources: SpinnerResources, seed: int
) -> tuple[dict[str, float], dict[str, str], dict[str, Any]]:
    """Return thresholds by name, how each was chosen, and what was measured on the way.

    Human stretches of 60 to 600 words; a threshold named `fpr=X` flags the share X of them less one standard error: few
    lie that far out, and what is promised to people should hold on other text too.
    """
    drawn = sample_by_source(documents, 20_000, seed + 70, repeat=True)
    examples = list(make_examples(drawn, resources, FAMILIES, (60, 600), (0.05, 0.5), seed + 70))
    probability: NDArray[np.float64] = np.concatenate([j.probability for _, j in _judged(models, examples)])
    human = np.array([e.family == HUMAN for e in examples])
    ordered = np.sort(probability[human])[::-1]
    thresholds: dict[str, float] = {}
    notes = {}
    for target in (0.01, 0.003, 0.001):
        expected = target * len(ordered)
        at = int(expected - np.sqrt(expected))
        value = float(np.clip(np.ceil(ordered[at] * 1e4 + 1) / 1e4, 0.5, 0.9999))
        thresholds[f"fpr={target:g}"] = value
        notes[f"fpr={target:g}"] = (
            f"flags {target:.1%}, less one standard error, of {len(ordered)} human stretches of the dev split, "
            "60 to 600 words, sources weighed by the square root of their words"
        )
    # The strictest: a flag on a person costs more than a missed text, and nearly all spun articles are far above it.
    thresholds = {"default": thresholds[_DEFAULT], **thresholds}
    notes = {"default": f"the same as {_DEFAULT}", **notes}
    metrics = {
        "dev_recall_default": round(float((probability[~human] >= thresholds["default"]).mean()), 4),
        "dev_human": len(ordered),
        "dev_spun": int((~human).sum()),
    }
    return thresholds, notes, metrics
