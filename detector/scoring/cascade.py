"""What the stages make of a batch of texts: probabilities, passages, evidence, and what would be put back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from detector.cues.collect import Damage, collect, find_damage
from detector.estimators.classifier import Classifier, document_features, log_odds, probability, with_damage
from detector.model_store import Models, Stage
from detector.restore.profile import SpinnerProfile
from detector.restore.rerank import Reranker
from detector.restore.restorer import without_overlap
from detector.scoring.passage_features import WordMeasures, text_and_passage_features
from detector.scoring.posterior import document_shift
from detector.scoring.tokens import DocumentTermCounts, TokenFeatures, TokenScores
from detector.text.language import UNDETERMINED, languages
from detector.text.passages import Passages, split_passages
from detector.text.tokens import TokenBatch, tokenize
from detector.types import Edit, Evidence, Passage, Verdict

__all__ = [
    "MIN_WORDS",
    "FirstLook",
    "Heard",
    "Judged",
    "Known",
    "Reading",
    "abstention",
    "evidence_of",
    "first_look",
    "judge",
    "judge_further",
    "passage_log_odds",
    "passages_of",
    "plans",
    "plans_of_reading",
    "read",
    "together",
    "words_log_odds",
]

# Fewer words than this support no verdict: at 30 words ROC AUC is 0.97, at 20 it falls below 0.95 on known spinners.
MIN_WORDS = 20

# On dev the more the better, by little (ROC AUC 0.994 of 300 words of which 23 were replaced, 0.995 by that reading
# alone); on real passages, which neither stage was fitted on, the less the better (0.9991, and 0.9987).
_CLOSE_SHARE = 2 / 3  # of the close reading in what both stages say
# Shorter texts are always read closely: they are read in no time, and the screen is less sure of them. Of 100 words of
# which 7 were replaced it tells ROC AUC 0.945 on dev, both stages 0.967; of 300 words 0.989 and 0.994.
_SHORT_WORDS = 150

R = TypeVar("R")


@dataclass(frozen=True)
class Known:
    """What has been found of a document already, as it was given: P(spun), and P(spun) by its words alone.

    Of a short one also what stands in it and the profile of its spinner: what is put back must change neither, or
    the more is put back the less there would seem to be left to do.
    """

    probability: float
    rewritten: float
    term_counts: DocumentTermCounts | None = None
    profile: tuple[SpinnerProfile, ...] | None = None

    @classmethod
    def of(cls, reading: Reading, reranker: Reranker) -> Known:
        """Take it from the close reading of a document."""
        p, rewritten = float(reading.probability[0]), float(reading.rewritten[0])
        return cls(p, rewritten, reading.m.term_counts, reranker.rescore(reading.m, reading.rewritten)[1])


@dataclass(frozen=True)
class FirstLook:
    """What the screen sees of a batch at no great cost: its words as they stand, and their damage."""

    words: TokenScores
    damage: Damage

    def plain(self, most: float) -> NDArray[np.bool_]:
        """Whether there is nothing to put back in each text: too plain to be screened, and nothing damaged, (texts,).

        `most` is the oddness that a plain text has at most. A short one is never plain: its oddness is left to chance.
        """
        damaged = [bool(a or b) for a, b in zip(self.damage.names, self.damage.letters, strict=True)]
        enough = self.words.batch.n_words >= _SHORT_WORDS
        out: NDArray[np.bool_] = enough & (self.words.oddness <= most) & ~np.array(damaged, dtype=bool)
        return out


@dataclass(frozen=True)
class Heard:
    """What one stage tells the next of its texts: damage, and P(spun) by the words alone."""

    damage: Damage
    rewritten: NDArray[np.float64]


@dataclass(frozen=True)
class Reading:
    """What one stage makes of a batch; arrays have one row a text, or one a passage.

    Attributes
    ----------
    whole, passage_logit : natural logarithm of the odds of each text as one passage, and of each passage
    probability : P(spun) of each text, 0 where it is too short for a verdict
    rewritten : the same by its words alone, damaged letters and names left out of account
    known : of the document that the texts are from, where it has been found already
    """

    m: TokenFeatures
    damage: Damage
    passages: Passages
    whole: NDArray[np.float64]
    passage_logit: NDArray[np.float64]
    probability: NDArray[np.float64]
    rewritten: NDArray[np.float64]
    known: Known | None

    @cached_property
    def shift(self) -> NDArray[np.float64]:
        """What each text adds to the log10 odds of its words, float64 (texts,)."""
        return document_shift(self.m, self.rewritten)


@dataclass(frozen=True)
class Judged:
    """A batch on its way through the stages: all texts screened, those in doubt read closely.

    Attributes
    ----------
    doubted : int64, rows of the texts that `close` holds, in order
    abstains : the verdict where there is none on spin
    probability : P(spun) of each text by the stage that read it last, 0 where it abstains
    """

    screened: Reading
    close: Reading | None
    doubted: NDArray[np.int64]
    language: list[str]
    foreign: NDArray[np.float64]
    n_words: NDArray[np.int64]
    abstains: list[Verdict | None]
    probability: NDArray[np.float64]

    def by_text(self, found: Callable[[Reading], Sequence[R]]) -> list[R]:
        """Return what `found` gives of each text, from the reading that came last."""
        out = list(found(self.screened))
        if self.close is not None:
            for row, last in zip(self.doubted.tolist(), found(self.close), strict=True):
                out[row] = last
        return out


def abstention(language: str, foreign: float, n_words: int) -> Verdict | None:
    """Return the verdict of a text that supports none on spin, None for one that does."""
    if foreign > 0.5 or (language == UNDETERMINED and n_words >= MIN_WORDS):
        return "unsupported_language"
    return "insufficient_text" if n_words < MIN_WORDS else None


def together(screen: NDArray[np.float64], close: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the log odds of texts that both stages have read, from the log odds by each."""
    return (1 - _CLOSE_SHARE) * screen + _CLOSE_SHARE * close


def words_log_odds(
    stage: Stage,
    whole: NDArray[np.float64],
    passages: NDArray[np.float64],
    document: NDArray[np.int64],
    n_words: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return the log odds of documents by their words alone as one stage has them, float64 (documents,).

    The parameters are those of `classifier.document_features`, and the words of each document.
    """
    features = document_features(whole, passages, document)
    return stage.document_model.logit(features, np.log10(np.maximum(n_words, 1)))


def passage_log_odds(m: TokenFeatures, model: Classifier) -> tuple[Passages, NDArray[np.float64], NDArray[np.float64]]:
    """Return the passages of texts, the log odds of each text as one passage, and those of each passage.

    `model` weighs passages.
    """
    passages = split_passages(m.batch)
    x = text_and_passage_features(WordMeasures.from_features(m), m.batch, passages)
    whole, own = np.split(model.logit(x, x[:, 0].astype(np.float64)), [len(m.batch.texts)])
    return passages, whole, own


def read(
    batch: TokenBatch,
    stage: Stage,
    known: Known | None = None,
    look: FirstLook | None = None,
    heard: Heard | None = None,
    pairs: NDArray[np.bool_] | None = None,
) -> Reading:
    """Return what a stage makes of a batch.

    Parameters
    ----------
    known : of the document that all texts are parts of, where it has been found already
    look : this stage's first, where it has been taken already
    heard : what the stage before makes of the texts
    pairs : those of the channel that may be used, as `FeatureExtractor.measure` takes them; None for all
    """
    m = stage.extractor.extract(
        batch, pairs, None if look is None else look.words, None if known is None else known.term_counts
    )
    passages, whole, logit = passage_log_odds(m, stage.passage_model)
    seen = heard or look
    damage = find_damage(m, stage.extractor) if seen is None else seen.damage
    if known is None:
        words = words_log_odds(stage, whole, logit, passages.document, batch.n_words)
        if heard is not None:
            words = together(log_odds(heard.rewritten), words)
        p, rewritten = probability(with_damage(words, damage.log10_odds)), probability(words)
        p[batch.n_words < MIN_WORDS] = 0.0
        rewritten[batch.n_words < MIN_WORDS] = 0.0
    else:
        p, rewritten = (np.full(len(batch.texts), x) for x in (known.probability, known.rewritten))
    return Reading(m, damage, passages, whole, logit, p, rewritten, known)


def first_look(texts: Sequence[str], models: Models) -> FirstLook:
    """Return what the screen sees of texts before it asks about any candidate."""
    words = models.screen.extractor.score_tokens(tokenize(texts, models.vocabulary))
    return FirstLook(words, find_damage(words, models.screen.extractor))


def judge(texts: Sequence[str], models: Models, known: Known | None = None) -> Judged:
    """Return everything up to the probabilities: what reports and plans are made from.

    Every text is screened; those that the screen finds likelier spun than `models.doubt`, and short ones, are read
    closely. Both stages have a say in those (`together`): they err apart, and on spinners that neither was fitted on
    the narrow one errs less. `known` is of the document that all the texts are parts of, where it has been found
    already.
    """
    return judge_further(first_look(texts, models), models, known)


def judge_further(look: FirstLook, models: Models, known: Known | None = None) -> Judged:
    """Return what `judge` does, of texts that have been looked at."""
    batch = look.words.batch
    n_words = batch.n_words
    language, foreign = languages(batch, models.vocabulary)
    abstains = [abstention(*x) for x in zip(language, foreign.tolist(), n_words.tolist(), strict=True)]
    screened = read(batch, models.screen, known, look)
    p = screened.probability.copy()
    foreigners = np.array([a == "unsupported_language" for a in abstains], dtype=bool)
    short = (n_words >= MIN_WORDS) & (n_words < _SHORT_WORDS)
    doubted = np.flatnonzero(((p >= models.doubt) | short) & ~foreigners)
    close = None
    if len(doubted):
        heard = Heard(screened.damage.take(doubted), screened.rewritten[doubted])
        close = read(batch.take(doubted), models.close, known, heard=heard)
        p[doubted] = close.probability
    p[foreigners] = 0.0
    return Judged(screened, close, doubted, language, foreign, n_words, abstains, p)


def plans(
    judged: Judged,
    models: Models,
    min_gain: float | None = None,
    keep: Sequence[Sequence[tuple[int, int]]] = (),
) -> list[list[Edit]]:
    """Return the restoration plan of each text; none for what the screen found to be human.

    The parameters are those of `plans_of_reading`.
    """
    out: list[list[Edit]] = [[] for _ in judged.abstains]
    if judged.close is None:
        return out
    rows = judged.doubted.tolist()
    found = plans_of_reading(judged.close, models, min_gain, [keep[row] for row in rows] if keep else ())
    for row, plan in zip(rows, found, strict=True):
        out[row] = plan
    return out


def plans_of_reading(
    reading: Reading,
    models: Models,
    min_gain: float | None = None,
    keep: Sequence[Sequence[tuple[int, int]]] = (),
) -> list[list[Edit]]:
    """Return the restoration plan of each text of a close reading.

    Parameters
    ----------
    min_gain : log10 gain below which an edit is not made; None for the tuned default
    keep : spans of each text that stay as they are; none where it is empty
    """
    p, damage = reading.probability, reading.damage
    edits: list[list[Edit]] = [[] for _ in p]
    if reading.rewritten.max() >= models.restorer.min_probability:
        profile = None if reading.known is None else reading.known.profile
        chosen, gain = models.restorer.choose(reading.m, reading.rewritten, profile, keep)
        edits = models.restorer.edits(reading.m, chosen, gain, min_gain)
    of_texts = zip(edits, damage.letters, damage.names, p.tolist(), strict=True)
    made = [
        models.restorer.with_damage_repairs(plan, (*letters, *names), x, min_gain)
        for plan, letters, names, x in of_texts
    ]
    # An edit may reach for the article before it.
    return [without_overlap(plan, spans) for plan, spans in zip(made, keep, strict=True)] if keep else made


def evidence_of(judged: Judged, models: Models, edits: Sequence[Sequence[Edit]]) -> list[list[Evidence]]:
    """Return the evidence of each text; where there is no verdict on the language there is none on the words."""

    def found(reading: Reading) -> list[list[Evidence]]:
        rows = range(len(edits)) if reading is judged.screened else judged.doubted.tolist()
        return collect(
            reading.m,
            reading.damage,
            models.screen.extractor,
            models.tortured,
            [edits[row] for row in rows],
            reading.shift,
            models.min_evidence_log10_odds,
        )

    by_text = judged.by_text(found)
    return [[] if a == "unsupported_language" else e for a, e in zip(judged.abstains, by_text, strict=True)]


def passages_of(judged: Judged, threshold: float) -> list[list[Passage]]:
    """Return the passages of each text."""

    def scored(reading: Reading) -> list[list[Passage]]:
        batch, passages = reading.m.batch, reading.passages
        words_before = np.concatenate(([0], np.cumsum(batch.is_word)))
        out: list[list[Passage]] = [[] for _ in batch.texts]
        p = probability(reading.passage_logit)
        for i, d in enumerate(passages.document.tolist()):
            a, b = int(passages.first[i]), int(passages.last[i])
            words = int(words_before[b] - words_before[a])
            own = round(float(p[i]), 4)
            doubt: Verdict | None = "insufficient_text" if words < MIN_WORDS else None
            verdict = doubt or ("spun" if own >= threshold else "clean")
            out[d].append(Passage(int(batch.starts[a]), int(batch.ends[b - 1]), None if doubt else own, verdict))
        return out

    return [
        found if abstains is None else [replace(p, probability=None, verdict=abstains) for p in found]
        for abstains, found in zip(judged.abstains, judged.by_text(scored), strict=True)
    ]
