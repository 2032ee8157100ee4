"""Choose on the dev split: the restorer's settings, when a text is read in full, and the thresholds of the verdict."""

from __future__ import annotations

import itertools
import math
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from detector.api import restore
from detector.estimators.classifier import log_odds
from detector.estimators.human_scores import HumanScores
from detector.model_store import Models
from detector.restore.restorer import RestorerSettings
from detector.scoring.cascade import score_documents
from detector.training.channel import words_of
from detector.training.corpus import CorpusDocument
from detector.training.examples import HUMAN, Example, human_examples, make_examples
from detector.training.families import FAMILIES, REWRITING, TUNING_FAMILIES, SpinnerResources
from detector.training.fit import sample_by_source
from detector.training.forms import in_random_form
from detector.training.spinners import undo

__all__ = [
    "ChosenThresholds",
    "choose_escalation_margin",
    "choose_thresholds",
    "tune_restorer",
]

_BATCH = 60
_MAX_HARM = 0.03  # edits per 1,000 words of human dev text in all forms
_EQUAL = 0.004  # of word errors; settings that differ by less do equally well
_DEFAULT = "fpr=0.001"  # the threshold that verdicts use by default
_MISSED = 0.004  # share of the texts found by reading all in full that the cascade may lose
_FORM_SHARE = 0.5
_TAIL = 0.01  # share of a register's highest scores from which rarer ones are estimated
_MIN_REGISTER = 500  # stretches that a register with a threshold of its own has; see `_registers`


def _in_forms(examples: Sequence[Example], seed: int) -> list[Example]:
    """Return examples, part of them in other forms of writing."""
    rng = np.random.default_rng((seed, 9))
    return [in_random_form(e, rng, _FORM_SHARE) for e in examples]


def _log_odds(models: Models, texts: Sequence[str]) -> NDArray[np.float64]:
    """Return the log odds of texts, NaN for those that cannot be judged.

    The threshold is loose, so that every text that may lie near one that is to be chosen is read in full.
    """
    return np.concatenate(
        [score_documents(texts[i : i + _BATCH], models.cascade, 0.5).log_odds for i in range(0, len(texts), _BATCH)]
    )


def tune_restorer(
    models: Models, documents: Sequence[CorpusDocument], resources: SpinnerResources, seed: int
) -> RestorerSettings:
    """Return the settings that remove most word errors from spun dev text.

    At no more than `_MAX_HARM` edits per 1,000 words of human dev text, with as little caution as that allows; of
    settings that do about as well, the one that makes the fewest doubtful edits. If none keeps to the limit, as happens
    with small models, the least harmful one, with a warning.
    """
    picked = sample_by_source(documents, 130, seed)
    examples = list(make_examples(picked, resources, TUNING_FAMILIES, (120, 260), (0.1, 0.5), seed))
    spun = [(e.text, words_of(undo(e.text, e.spans))) for e in examples if e.family != HUMAN]
    before = sum(Levenshtein.distance(words_of(text), original) for text, original in spun)
    people = sample_by_source(documents, 1200, seed + 1)
    drawn = make_examples(people, resources, TUNING_FAMILIES, (250, 300), (0.1, 0.5), seed + 1)
    human = [e.text for e in _in_forms([e for e in drawn if e.family == HUMAN], seed)]
    human_words = sum(len(text.split()) for text in human)
    tried: list[tuple[float, RestorerSettings]] = []
    least_harm, least_harmful = math.inf, RestorerSettings()
    for weight, offset in itertools.product((0.3, 0.5), (0.3, 0.45, 0.6)):
        edited = human
        for caution in (10.0, 20.0, 40.0):
            settings = RestorerSettings(weight, -1.0, 0.0, caution, offset)
            trial = replace(models, restorer=replace(models.restorer, settings=settings))
            # More caution makes no more edits: only the texts that have some need to be read again.
            edits = [len(restore(text, trial).plan) for text in edited]
            edited = [text for text, n in zip(edited, edits, strict=True) if n]
            harm = 1000 * sum(edits) / human_words
            if harm < least_harm:
                least_harm, least_harmful = harm, settings
            if harm <= _MAX_HARM:
                after = sum(
                    Levenshtein.distance(words_of(restore(text, trial).text), original) for text, original in spun
                )
                tried.append((1 - after / before, settings))
                break
    if not tried:
        warnings.warn(
            f"the restorer makes {least_harm:.2f} edits per 1,000 words of human text at best, wanted {_MAX_HARM}",
            stacklevel=2,
        )
        return least_harmful
    best = max(reduction for reduction, _ in tried)
    equal = [x for x in tried if x[0] >= best - _EQUAL]
    return max(equal, key=lambda x: (-x[1].offset, x[0]))[1]


def choose_escalation_margin(
    models: Models, documents: Sequence[CorpusDocument], resources: SpinnerResources, seed: int, n: int
) -> float:
    """Return how far below the threshold the screen's log odds may be for a text to be read in full.

    The least at which no more than `_MISSED` of the spun dev texts are lost that reading all in full finds, at the
    default threshold and at a loose one.
    """
    drawn = sample_by_source(documents, n, seed, repeat=True)
    examples = make_examples(drawn, resources, REWRITING, (30, 1500), (0.05, 0.5), seed, part_share=0.3)
    texts = [e.text for e in _in_forms([e for e in examples if e.family != HUMAN], seed)]
    never = replace(models, cascade=replace(models.cascade, escalation_margin=-1e9))
    always = replace(models, cascade=replace(models.cascade, escalation_margin=1e9))
    screen, full = _log_odds(never, texts), _log_odds(always, texts)
    margins = []
    for threshold in (0.75, 0.97):
        limit = float(log_odds(np.array(threshold)))
        is_above = full >= limit
        # Found texts by how far the screen has them below the limit; all but a few must be escalated.
        margins.append(np.quantile(limit - screen[is_above], 1 - _MISSED))
    return round(float(max(*margins, 0.0)), 2)


@dataclass(frozen=True)
class ChosenThresholds:
    """Thresholds by name, how each was chosen, the measurements, and the scores of human text.

    Attributes
    ----------
    thresholds, notes, metrics : as the manifest has them
    human_scores : how often human text scores as high as a given log odds, by length
    """

    thresholds: dict[str, float]
    notes: dict[str, str]
    metrics: dict[str, Any]
    human_scores: HumanScores


def _registers(genres: Sequence[str], target: float) -> NDArray[np.str_]:
    """Return the register of each stretch: its genre, or "other" for genres with few stretches.

    A genre counts by itself if at least one of its stretches is expected beyond the share `target`.
    """
    counts = Counter(genres)
    enough = max(_MIN_REGISTER, round(1 / target))
    return np.array([g if counts[g] >= enough else "other" for g in genres])


def _have_room(examples: Sequence[Example]) -> NDArray[np.bool_]:
    """Return whether each stretch has room in its document beside those before it, bool (examples,).

    Long documents are drawn often: one of dev 535 times. More stretches than it has room for overlap, and would make
    one odd document the limit of a whole register.
    """
    taken: dict[tuple[str, str], int] = {}
    out = []
    for e in examples:
        key = (e.document.source, e.document.id)
        before = taken.get(key, 0)
        taken[key] = before + len(e.text)
        out.append(not before or taken[key] <= len(e.document.text))
    return np.array(out, dtype=bool)


def _register_limits(score: NDArray[np.float64], register: NDArray[np.str_], target: float) -> dict[str, float]:
    """Return the log odds that about the share `target` of the stretches of each register exceed.

    One in a thousand of a register is a handful of stretches, mostly of one or two documents. So the log odds above
    the highest hundredth are taken to fall off exponentially, as those of a calibrated classifier do, and the mean of
    all of them decides, not the last few (peaks over a threshold; Coles 2001, "An Introduction to Statistical Modeling
    of Extreme Values", chapter 4).
    """
    limits = {}
    for name in np.unique(register):
        own = score[register == name]
        high = float(np.quantile(own, 1 - max(target, _TAIL)))
        above = own[own > high]
        excess = float(above.mean()) - high if len(above) else 0.0
        limits[str(name)] = high + excess * math.log(max(target, _TAIL) / target)
    return limits


def _left_out(score: NDArray[np.float64], register: NDArray[np.str_], limits: dict[str, float]) -> dict[str, float]:
    """Return the share of each register that exceeds the highest limit of the others."""
    return {
        name: round(float((score[register == name] > max(v for g, v in limits.items() if g != name)).mean()), 5)
        for name in limits
        if len(limits) > 1
    }


def choose_thresholds(
    models: Models, documents: Sequence[CorpusDocument], resources: SpinnerResources, seed: int, n: int
) -> ChosenThresholds:
    """Return the thresholds: one named `fpr=X` flags about the share X at most of the human stretches of any register.

    Human stretches of 60 to 600 words, half of them in other forms of writing. The highest of the
    registers' own thresholds is taken, so that the promise holds in a register whose threshold was chosen without it.
    """
    drawn = sample_by_source(documents, n, seed + 70, repeat=True)
    human = _in_forms(list(human_examples(drawn, (25, 600), seed + 70)), seed)
    spun_examples = make_examples(drawn[: n // 5], resources, FAMILIES, (25, 600), (0.05, 0.5), seed + 70)
    spun = _in_forms([e for e in spun_examples if e.family != HUMAN], seed + 1)
    score = _log_odds(models, [e.text for e in human])
    words = np.array([len(e.text.split()) for e in human])
    counted = np.flatnonzero(~np.isnan(score) & (words >= 60) & _have_room(human))
    long_enough = score[counted]
    thresholds: dict[str, float] = {}
    notes, left_out = {}, {}
    for target in (0.01, 0.003, 0.001):
        of_each = _registers([human[i].document.genre for i in counted.tolist()], target)
        limits = _register_limits(long_enough, of_each, target)
        p = float(np.clip(np.ceil(1e4 / (1 + np.exp(-max(limits.values()))) + 1) / 1e4, 0.5, 0.9999))
        name = f"fpr={target:g}"
        thresholds[name] = p
        left_out[name] = _left_out(long_enough, of_each, limits)
        notes[name] = (
            f"flags an estimated {target:.1%} at most of the human stretches of each of {len(limits)} registers of the "
            f"dev split ({len(of_each)} stretches, 60 to 600 words, half of them in lower case, without punctuation, "
            "with slips and in other forms that people write)"
        )
    # The strictest: a flag on a person costs more than a missed text, and nearly all spun articles are far above it.
    thresholds = {"default": thresholds[_DEFAULT], **thresholds}
    notes = {"default": f"the same as {_DEFAULT}", **notes}
    limit = float(log_odds(np.array(thresholds["default"])))
    metrics = {
        "dev_recall_default": round(float((_log_odds(models, [e.text for e in spun]) >= limit).mean()), 4),
        "dev_human": len(of_each),
        "dev_spun": len(spun),
        "registers_left_out": left_out,
    }
    return ChosenThresholds(thresholds, notes, metrics, HumanScores.from_scores(score, words))
