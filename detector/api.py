"""From text to report and to restoration: many documents at a time, long ones in parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from detector.errors import InputError
from detector.estimators.classifier import probability, with_damage
from detector.model_store import Models, Stage, load_models
from detector.restore.mapping import settled
from detector.restore.restorer import (
    apply_plan,
    compose_plans,
    disjoint,
    restored_spans,
    shift_spans,
    unmoved,
    wordings,
)
from detector.scoring.cascade import (
    MIN_WORDS,
    Heard,
    Known,
    Reading,
    abstention,
    evidence_of,
    first_look,
    judge,
    judge_further,
    passages_of,
    plans,
    plans_of_reading,
    read,
    together,
    words_log_odds,
)
from detector.text.language import ENGLISH, UNDETERMINED, languages
from detector.text.tokens import iter_pieces, tokenize
from detector.types import Edit, Evidence, Passage, Report, Restoration, Verdict

__all__ = ["detect", "detect_many", "model_info", "restore", "reverse"]

# Documents are taken together until they hold this many characters: enough to fill the arrays, little memory.
_BATCH_CHARACTERS = 160_000
_BATCH_DOCUMENTS = 128
# A longer document is judged in parts of this many characters, one after the other.
_PART = 120_000
# Of a text that is restored: rounds in which its edits are chosen anew, and readings of the outcome.
_ROUNDS, _READINGS = 3, 4

T = TypeVar("T", Passage, Evidence, Edit)


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
    known: Known
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


@dataclass(frozen=True)
class _Scores:
    """What a stage makes of a part of a long document: its words, and the log odds of the part and of its passages."""

    words: int
    whole: float
    passages: list[float]

    @classmethod
    def of(cls, reading: Reading) -> _Scores:
        """Take them from the reading of one text."""
        return cls(int(reading.m.batch.n_words[0]), float(reading.whole[0]), reading.passage_logit.tolist())


@dataclass(frozen=True)
class _Screened:
    """What the screen tells of a part of a long document; `foreign` is the share of words that are not English."""

    scores: _Scores
    english: bool
    foreign: float
    heard: Heard

    @classmethod
    def of(cls, text: str, models: Models) -> _Screened:
        """Screen a part."""
        batch = tokenize([text], models.vocabulary)
        (language,), (foreign,) = languages(batch, models.vocabulary)
        reading = read(batch, models.screen)
        heard = Heard(reading.damage, reading.rewritten)
        return cls(_Scores.of(reading), language == ENGLISH, float(foreign), heard)


def _words_by(stage: Stage, parts: Sequence[_Scores]) -> NDArray[np.float64]:
    """Return the log odds of a document by its words alone as one stage has them, (1,).

    Its words are the mean of its parts', its worst passage is the worst of all.
    """
    words = [part.words for part in parts]
    passages = np.array([p for part in parts for p in part.passages])
    whole = np.array([np.average([part.whole for part in parts], weights=words)])
    return words_log_odds(stage, whole, passages, np.zeros(len(passages), dtype=np.int64), np.array([sum(words)]))


def _survey(text: str, models: Models) -> _Long:
    """Read a long document once, part by part, and judge it as a whole; a second time, closely, where it is in doubt.

    Of a part a few numbers are kept and its damage, so that memory is bounded by the parts and by what is found.
    """
    starts, texts = _parts(text)
    parts = [_Screened.of(part, models) for part in texts]
    words = [part.scores.words for part in parts]
    n = sum(words)
    if n == 0:
        return _Long(starts, texts, abstention(UNDETERMINED, 0.0, 0), Known(0.0, 0.0), 0, UNDETERMINED)
    language = ENGLISH if np.average([part.english for part in parts], weights=words) >= 0.5 else UNDETERMINED
    abstains = abstention(language, float(np.average([part.foreign for part in parts], weights=words)), n)
    if abstains is not None:
        return _Long(starts, texts, abstains, Known(0.0, 0.0), n, language)
    damage = np.sum([part.heard.damage.log10_odds for part in parts], axis=0)
    odds = _words_by(models.screen, [part.scores for part in parts])
    if probability(with_damage(odds, damage))[0] >= models.doubt:
        close = [
            _Scores.of(read(tokenize([part], models.vocabulary), models.close, heard=screened.heard))
            for part, screened in zip(texts, parts, strict=True)
        ]
        odds = together(odds, _words_by(models.close, close))
    known = Known(float(probability(with_damage(odds, damage))[0]), float(probability(odds)[0]))
    return _Long(starts, texts, None, known, n, language)


def _moved(item: T, by: int) -> T:
    """Return a passage, finding or edit with its offsets moved."""
    return replace(item, start=item.start + by, end=item.end + by)


def _long_report(text: str, models: Models, threshold: float) -> Report:
    long = _survey(text, models)
    stretches: list[Passage] = []
    found: list[Evidence] = []
    for start, part in zip(long.starts, long.parts, strict=True):
        judged = judge([part], models, long.known)
        stretches += [_moved(p, start) for p in passages_of(judged, threshold)[0]]
        found += [_moved(e, start) for e in evidence_of(judged, models, plans(judged, models))[0]]
    if long.abstains == "unsupported_language":
        found = []
    return _report(
        text, threshold, long.known.probability, long.abstains, long.n_words, long.language, stretches, found
    )


def _first_plan(
    text: str, models: Models, min_gain: float | None, keep: Sequence[tuple[int, int]]
) -> tuple[list[Edit], Known | None]:
    """Return what the first reading of a text would put back, and what it finds of a text of which it would."""
    if len(text) > _PART:
        long = _survey(text, models)
        if long.abstains == "unsupported_language" or long.known.probability < models.doubt:
            return [], None
        return _next_plan(text, models, min_gain, keep, long.known), long.known
    look = first_look([text], models)
    if look.plain(models.plain)[0]:
        return [], None
    judged = judge_further(look, models)
    (plan,) = plans(judged, models, min_gain, [keep])
    return plan, Known.of(judged.close, models.restorer.reranker) if plan and judged.close is not None else None


def _next_plan(
    text: str, models: Models, min_gain: float | None, keep: Sequence[tuple[int, int]], known: Known
) -> list[Edit]:
    """Return what a close reading would put back of a text, part of which has been put back, of a known document."""
    plan: list[Edit] = []
    for start, part in zip(*_parts(text), strict=True):
        reading = read(tokenize([part], models.vocabulary), models.close, known)
        kept = [(max(a - start, 0), b - start) for a, b in keep if start < b and a < start + len(part)]
        plan += [_moved(e, start) for e in plans_of_reading(reading, models, min_gain, [kept])[0]]
    return plan


def _likeliest_plan(text: str, models: Models, min_gain: float | None, keep: Sequence[tuple[int, int]]) -> list[Edit]:
    """Return what several readings of a text would put back, each by what the ones before have put back.

    What a word was depends on what its neighbours were. So every second edit is chosen anew with the others made, and
    those with the first ones made, until they agree; all that by what the text as it was given tells of its spinner.
    Then the outcome is read until nothing is left to put back, by the verdict on the text as it was given, so that a
    text that was restored once is at rest.
    """
    plan, known = _first_plan(text, models, min_gain, keep)
    if known is None or not plan:
        return plan
    for _ in range(_ROUNDS):
        anew = []
        for made in (plan[0::2], plan[1::2]):
            fixed = [*shift_spans(keep, made), *((start, end) for start, end, _ in restored_spans(made))]
            anew += unmoved(_next_plan(apply_plan(text, made), models, min_gain, fixed, known), made)
        before, plan = plan, disjoint(anew)
        if wordings(plan) == wordings(before):
            break
    restored, kept = apply_plan(text, plan), shift_spans(keep, plan)
    verdict = Known(known.probability, known.rewritten)
    for _ in range(_READINGS):
        edits = _next_plan(restored, models, min_gain, kept, verdict)
        if not edits:
            break
        restored, kept = apply_plan(restored, edits), shift_spans(kept, edits)
        plan = compose_plans(text, plan, edits)
    return plan


def restore(
    text: str, models: Models, min_gain: float | None = None, keep: Sequence[tuple[int, int]] = ()
) -> Restoration:
    """Return what `reverse` does, by the models given.

    The plan is settled (`mapping.settled`), if its spinner has one substitute for each wording or that costs little. A
    text read in parts is spared that: it would be read many times over.
    """
    plan = _likeliest_plan(text, models, min_gain, keep)
    if plan and len(text) <= _PART:
        listed = models.vocabulary.keys()

        def is_substitution(edit: Edit) -> bool:
            return all(piece in listed for piece in iter_pieces(edit.spun))

        plan = settled(
            text, plan, lambda spun, kept: _likeliest_plan(spun, models, min_gain, kept), is_substitution, keep
        )
    return Restoration(apply_plan(text, plan), tuple(plan), text)


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
    return restore(text, models, min_gain, keep)


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
