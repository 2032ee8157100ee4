"""From text to report and to restoration: the stages in order, many documents at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from detector.classifier import document_features, log_odds, probability
from detector.errors import InputError
from detector.evidence.collect import Damage, collect, find_damage
from detector.evidence.measurements import Measurements
from detector.evidence.posterior import document_shift
from detector.features import WordMeasures, passage_features
from detector.language import ENGLISH, UNDETERMINED, languages
from detector.passages import Passages, split_passages
from detector.resources import Models, Stage, load_models
from detector.reverser import apply_plan, compose_plans
from detector.text import TokenBatch, tokenize
from detector.types import Edit, Evidence, Passage, Report, Restoration, Verdict

__all__ = [
    "MIN_WORDS",
    "Judged",
    "Reading",
    "detect",
    "detect_many",
    "evidence_of",
    "judge",
    "model_info",
    "passages_of",
    "plans",
    "read",
    "reverse",
]

# Fewer words than this support no verdict: at 30 words ROC AUC is 0.96, at 20 it falls below 0.95 on known spinners.
MIN_WORDS = 20
# Documents are taken together until they hold this many characters: enough to fill the arrays, little memory.
_BATCH_CHARACTERS = 240_000
_BATCH_DOCUMENTS = 128
# A longer document is judged in parts of this many characters, a few at a time.
_PART = 120_000
_PARTS_AT_A_TIME = 2
_READINGS = 4  # of a text that is restored; most are at rest after the second

T = TypeVar("T", Passage, Evidence, Edit)
R = TypeVar("R")


@dataclass(frozen=True)
class Reading:
    """What one stage makes of a batch; arrays have one row a text, or one a passage.

    Attributes
    ----------
    whole, passage_logit : natural logarithm of the odds of each text as one passage, and of each passage
    probability : P(spun) of each text, 0 where it is too short for a verdict
    prior_log10_odds : the stage's, for a word without evidence
    """

    m: Measurements
    damage: Damage
    passages: Passages
    whole: NDArray[np.float64]
    passage_logit: NDArray[np.float64]
    probability: NDArray[np.float64]
    prior_log10_odds: float

    @cached_property
    def shift(self) -> NDArray[np.float64]:
        """What each text adds to the log10 odds of its words, float64 (texts,)."""
        return document_shift(self.m, self.probability, self.prior_log10_odds)


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


def _abstains(language: str, foreign: float, n_words: int) -> Verdict | None:
    """Return the verdict of a text that supports none on spin, None for one that does."""
    if foreign > 0.5 or (language == UNDETERMINED and n_words >= MIN_WORDS):
        return "unsupported_language"
    return "insufficient_text" if n_words < MIN_WORDS else None


def read(
    batch: TokenBatch,
    stage: Stage,
    known: float | None = None,
    heard: NDArray[np.float64] | None = None,
    pairs: NDArray[np.bool_] | None = None,
) -> Reading:
    """Return what a stage makes of a batch.

    Parameters
    ----------
    known : P(spun) of the document that all texts are parts of, where it has been found already
    heard : float64 (texts,), log odds of each text by the stage before, which count as much as this one's own
    pairs : those of the channel that may be used, as `Measurer.measure` takes them; None for all
    """
    m = stage.measurer.measure(batch, pairs)
    passages = split_passages(batch)
    whole_of = np.where(batch.is_word, batch.document_of, -1).astype(np.int64)
    of_words = WordMeasures.of(m, stage.prior_log10_odds)
    whole, logit = (
        stage.passage_model.logit(x, x[:, 0].astype(np.float64))
        for x in (
            passage_features(of_words, whole_of, len(batch.texts)),
            passage_features(of_words, passages.of_token, len(passages.document)),
        )
    )
    damage = find_damage(m, stage.measurer.vocabulary)
    if known is None:
        of_documents = document_features(whole, logit, passages.document, damage.n_names, damage.n_letters)
        logit_of = stage.document_model.logit(of_documents, np.log10(np.maximum(batch.n_words, 1)))
        p = probability(logit_of if heard is None else (logit_of + heard) / 2)
        p[batch.n_words < MIN_WORDS] = 0.0
    else:
        p = np.full(len(batch.texts), known)
    return Reading(m, damage, passages, whole, logit, p, stage.prior_log10_odds)


def judge(texts: Sequence[str], models: Models, known: float | None = None) -> Judged:
    """Return everything up to the probabilities: what reports and plans are made from.

    Every text is screened; those that the screen finds likelier spun than `models.doubt` are read closely. What both
    stages say of them counts alike: they err apart, and on spinners that neither was fitted on the narrow one errs less
    (real passages: ROC AUC 0.989 by the close reading alone, 0.996 by both). `known`
    is P(spun) of the document that all the texts are parts of, where it has been found already.
    """
    batch = tokenize(texts, models.vocabulary)
    n_words = batch.n_words
    language, foreign = languages(batch, models.vocabulary)
    abstains = [_abstains(*x) for x in zip(language, foreign.tolist(), n_words.tolist(), strict=True)]
    screened = read(batch, models.screen, known)
    p = screened.probability.copy()
    foreigners = np.array([a == "unsupported_language" for a in abstains], dtype=bool)
    doubted = np.flatnonzero((p >= models.doubt) & ~foreigners)
    close = None
    if len(doubted):
        close = read(batch.take(doubted), models.close, known, log_odds(p[doubted]))
        p[doubted] = close.probability
    p[foreigners] = 0.0
    return Judged(screened, close, doubted, language, foreign, n_words, abstains, p)


def plans(judged: Judged, models: Models, min_gain: float | None = None) -> list[list[Edit]]:
    """Return the restoration plan of each text; none for what the screen found to be human."""
    out: list[list[Edit]] = [[] for _ in judged.abstains]
    if judged.close is None:
        return out
    m = judged.close.m
    chosen, gain = models.restorer.choose(m, judged.close.probability, models.close.prior_log10_odds)
    for row, plan in zip(judged.doubted.tolist(), models.restorer.edits(m, chosen, gain, min_gain), strict=True):
        out[row] = plan
    return out


def _threshold(models: Models, threshold: float | str | None) -> float:
    """Return the threshold as a number; a name stands for one that was chosen for a target."""
    if threshold is None:
        return models.thresholds["default"]
    if isinstance(threshold, str):
        if threshold not in models.thresholds:
            raise InputError(
                f"no threshold {threshold!r}: give a number from 0 to 1, or one of {', '.join(models.thresholds)}"
            )
        return models.thresholds[threshold]
    if not 0.0 <= threshold <= 1.0:
        raise InputError(f"the threshold is {threshold}: give a probability from 0 to 1")
    return float(threshold)


def evidence_of(judged: Judged, models: Models, edits: Sequence[Sequence[Edit]]) -> list[list[Evidence]]:
    """Return the evidence of each text; where there is no verdict on the language there is none on the words."""

    def found(reading: Reading) -> list[list[Evidence]]:
        rows = range(len(edits)) if reading is judged.screened else judged.doubted.tolist()
        return collect(
            reading.m,
            reading.damage,
            models.vocabulary,
            models.tortured,
            [edits[row] for row in rows],
            reading.shift,
            models.evidence_least,
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


def _report(
    text: str,
    threshold: float,
    p: float,
    abstains: Verdict | None,
    n_words: int,
    language: str,
    stretches: Sequence[Passage],
    found: Sequence[Evidence],
) -> Report:
    p = round(p, 4)
    verdict = abstains or ("spun" if p >= threshold else "clean")
    shown = None if abstains else p
    return Report(verdict, shown, threshold, n_words, language, tuple(stretches), tuple(found), text)


def _reports(texts: Sequence[str], models: Models, threshold: float) -> list[Report]:
    """Return the reports of texts none of which is long."""
    judged = judge(texts, models)
    rows = zip(
        texts,
        judged.probability.tolist(),
        judged.abstains,
        judged.n_words.tolist(),
        judged.language,
        passages_of(judged, threshold),
        evidence_of(judged, models, plans(judged, models)),
        strict=True,
    )
    return [_report(text, threshold, *row) for text, *row in rows]


@dataclass(frozen=True)
class _Long:
    """A long document: the parts that are judged in turn, and what is known of it as a whole."""

    starts: list[int]
    parts: list[str]
    abstains: Verdict | None
    probability: float
    n_words: int
    language: str


def _parts(text: str) -> tuple[list[int], list[str]]:
    """Cut a long text at line ends, or spaces where there are none, into parts of _PART characters at most."""
    starts = [0]
    while len(text) - starts[-1] > _PART:
        low, high = starts[-1] + _PART // 2, starts[-1] + _PART
        cut = max(text.rfind("\n", low, high), -1)
        cut = cut if cut > 0 else text.rfind(" ", low, high)
        starts.append(cut + 1 if cut > 0 else high)
    return starts, [text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]


def _in_turn(starts: list[int], parts: list[str]) -> Iterator[tuple[list[int], list[str]]]:
    """Yield offsets and texts of the parts, a few at a time."""
    for i in range(0, len(parts), _PARTS_AT_A_TIME):
        yield starts[i : i + _PARTS_AT_A_TIME], parts[i : i + _PARTS_AT_A_TIME]


def _survey(text: str, models: Models) -> _Long:
    """Read a long document once, part by part, and judge it as a whole; a second time, closely, where it is in doubt.

    Its words are the mean of its parts' and its worst passage the worst of all, so that memory is bounded by the
    parts and not by the document.
    """
    starts, parts = _parts(text)
    words: list[int] = []
    language: list[bool] = []
    foreign: list[float] = []

    def probability_by(stage: Stage) -> float:
        whole, passages, damage = [], [], []
        for _, some in _in_turn(starts, parts):
            batch = tokenize(some, models.vocabulary)
            if stage is models.screen:
                words.extend(batch.n_words.tolist())
                names, shares = languages(batch, models.vocabulary)
                language.extend(name == ENGLISH for name in names)
                foreign.extend(shares.tolist())
            reading = read(batch, stage)
            whole += reading.whole.tolist()
            passages += reading.passage_logit.tolist()
            damage.append((int(reading.damage.n_names.sum()), int(reading.damage.n_letters.sum())))
        if not any(words):
            return 0.0
        n_names, n_letters = np.array(damage).sum(axis=0)
        of_document = document_features(
            np.array([np.average(whole, weights=words)]),
            np.array(passages),
            np.zeros(len(passages), dtype=np.int64),
            np.array([n_names]),
            np.array([n_letters]),
        )
        return float(probability(stage.document_model.logit(of_document, np.log10([sum(words)])))[0])

    p = probability_by(models.screen)
    n = sum(words)
    if n == 0:
        return _Long(starts, parts, _abstains(UNDETERMINED, 0.0, 0), 0.0, 0, UNDETERMINED)
    english = ENGLISH if np.average(language, weights=words) >= 0.5 else UNDETERMINED
    abstains = _abstains(english, float(np.average(foreign, weights=words)), n)
    if p >= models.doubt and abstains is None:
        p = float(probability((log_odds(np.array([p])) + log_odds(np.array([probability_by(models.close)]))) / 2)[0])
    return _Long(starts, parts, abstains, 0.0 if abstains else p, n, english)


def _moved(item: T, by: int) -> T:
    """Return a passage, finding or edit with its offsets moved."""
    return replace(item, start=item.start + by, end=item.end + by)


def _long_report(text: str, models: Models, threshold: float) -> Report:
    long = _survey(text, models)
    stretches: list[Passage] = []
    found: list[Evidence] = []
    for starts, parts in _in_turn(long.starts, long.parts):
        judged = judge(parts, models, long.probability)
        for start, of_part in zip(starts, passages_of(judged, threshold), strict=True):
            stretches += [_moved(p, start) for p in of_part]
        found_in = evidence_of(judged, models, plans(judged, models))
        for start, in_part in zip(starts, found_in, strict=True):
            found += [_moved(e, start) for e in in_part]
    if long.abstains == "unsupported_language":
        found = []
    return _report(text, threshold, long.probability, long.abstains, long.n_words, long.language, stretches, found)


def _plan(text: str, models: Models, min_gain: float | None, known: float | None) -> tuple[list[Edit], float]:
    """Return what one reading of a text would put back, and P(spun) of the text, which may be `known`."""
    if len(text) <= _PART:
        judged = judge([text], models, known)
        if judged.abstains[0] == "unsupported_language":
            return [], 0.0
        return plans(judged, models, min_gain)[0], float(judged.probability[0])
    starts, parts = _parts(text)
    if known is None:
        long = _survey(text, models)
        if long.abstains == "unsupported_language":
            return [], 0.0
        known = long.probability
    plan: list[Edit] = []
    for offsets, some in _in_turn(starts, parts):
        for offset, of_part in zip(offsets, plans(judge(some, models, known), models, min_gain), strict=True):
            plan += [_moved(e, offset) for e in of_part]
    return plan, known


def _check_text(text: object, what: str) -> str:
    if not isinstance(text, str):
        raise InputError(f"{what} takes text (str), got {type(text).__name__}; decode bytes first")
    return text


def detect(text: str, threshold: float | str | None = None) -> Report:
    """Return the verdict on one text: calibrated P(spun), its passages, and the words that give it away.

    Parameters
    ----------
    threshold : probability from which the verdict is `spun`, or the name of one ("fpr=0.001"); None for the default

    >>> detect("Too short to say.").verdict
    'insufficient_text'
    """
    models = load_models()
    limit = _threshold(models, threshold)
    if len(_check_text(text, "detect")) > _PART:
        return _long_report(text, models, limit)
    return _reports([text], models, limit)[0]


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    """Yield the texts in lists of bounded size."""
    batch: list[str] = []
    size = 0
    for text in texts:
        if len(_check_text(text, "each document of detect_many")) > _PART:
            if batch:
                yield batch
            yield [text]
            batch, size = [], 0
            continue
        batch.append(text)
        size += len(text)
        if size >= _BATCH_CHARACTERS or len(batch) >= _BATCH_DOCUMENTS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def detect_many(texts: Iterable[str], n_jobs: int = 1, threshold: float | str | None = None) -> Iterator[Report]:
    """Yield the reports of many texts, in order, as `detect` gives them; lazily, in bounded memory.

    Parameters
    ----------
    n_jobs : processes that work side by side
    """
    if isinstance(texts, str | bytes):
        raise InputError(
            f"detect_many takes an iterable of texts, got one {type(texts).__name__}: use detect, or wrap it in a list"
        )
    if n_jobs < 1:
        raise InputError(f"n_jobs is {n_jobs}: give the number of processes, 1 or more")
    models = load_models()
    return _iter_reports(texts, n_jobs, _threshold(models, threshold))


def _work(batch: list[str], threshold: float) -> list[Report]:
    models = load_models()
    if len(batch) == 1 and len(batch[0]) > _PART:
        return [_long_report(batch[0], models, threshold)]
    return _reports(batch, models, threshold)


def _iter_reports(texts: Iterable[str], n_jobs: int, threshold: float) -> Iterator[Report]:
    batches = _batches(texts)
    if n_jobs == 1:
        for batch in batches:
            yield from _work(batch, threshold)
        return
    from joblib import Parallel, delayed

    parallel = Parallel(n_jobs=n_jobs, return_as="generator")
    # A few dozen batches a round, so that an endless stream is not read to its end first.
    while group := list(islice(batches, 16 * n_jobs)):
        for reports in parallel(delayed(_work)(batch, threshold) for batch in group):
            yield from reports


def reverse(text: str, min_gain: float | None = None, keep: Sequence[tuple[int, int]] = ()) -> Restoration:
    """Return the text with what it probably said put back, and the plan that does it.

    Parameters
    ----------
    min_gain : log10 odds below which a wording is left alone; None for the tuned default
    keep : half-open spans of `text` that must stay as they are

    >>> reverse("Nothing here was changed.").plan
    ()
    """
    models = load_models()
    _check_text(text, "reverse")
    for span in keep:
        if len(span) != 2 or not 0 <= span[0] <= span[1] <= len(text):
            raise InputError(f"keep holds {span!r}: expected (start, end) inside the text's {len(text)} characters")
    plan: list[Edit] = []
    restored, kept, known = text, [*keep], None
    # What is put back tells of its neighbours: read again until nothing is left to do. Each reading but the first
    # goes by the verdict on the text as it was given, so that a text that was restored once is at rest.
    for _ in range(_READINGS):
        found, known = _plan(restored, models, min_gain, known)
        edits = [e for e in found if not any(e.start < end and start < e.end for start, end in kept)]
        if not edits:
            break
        restored = apply_plan(restored, edits)
        plan = compose_plans(text, plan, edits)
        moved = [(sum(len(e.original) - len(e.spun) for e in edits if e.end <= start), start, end) for start, end in kept]
        kept = [(start + by, end + by) for by, start, end in moved]
    return Restoration(restored, tuple(plan), text)


def model_info() -> dict[str, Any]:
    """Return what the models are: version, signature, thresholds, sources with their licences, metrics."""
    from detector import __version__

    models = load_models()
    m = models.manifest
    return {
        "version": __version__,
        "signature": models.signature,
        "language": ENGLISH,
        "min_words": MIN_WORDS,
        "thresholds": dict(models.thresholds),
        "threshold_notes": m["threshold_notes"],
        "sources": m["sources"],
        "corpus": m["corpus"],
        "command": m["command"],
        "libraries": m["libraries"],
        "files": [{"name": name, **entry} for name, entry in m["files"].items()],
        "metrics": m["metrics"],
    }
