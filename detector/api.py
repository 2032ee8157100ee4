"""The library's functions: from texts to reports, scores and restorations."""

from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial, reduce
from itertools import islice
from operator import add, index
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from detector.arguments import number_between, shown
from detector.blas import one_blas_thread
from detector.cues import DamagedWord
from detector.errors import InputError
from detector.estimators.classifier import probability
from detector.findings import find, plan, spinner_counts, weightiest_words
from detector.interrupts import interrupts_held
from detector.model_store import Models, load_models
from detector.restore.plan import Span, apply_plan, shifted
from detector.restore.spinner import SpinnerCounts
from detector.restore.spinner_table import KnownPairs, KnownSpinner, SpinnerTable
from detector.scoring.cascade import (
    MIN_WORDS,
    PART_CHARACTERS,
    DocumentScores,
    GroupScores,
    PassageTable,
    score_documents,
)
from detector.scoring.tokens import TokenFeatures
from detector.text.language import ENGLISH
from detector.text.normalization import NormalizedText, normalize
from detector.text.prose import blanked, omitted_spans
from detector.types import Damage, Edit, Evidence, Omission, Passage, Report, Restoration, Verdict, frame_of
from detector.version import __version__

if TYPE_CHECKING:
    import pandas

__all__ = [
    "BATCH_CHARACTERS",
    "BATCH_DOCUMENTS",
    "ScoreColumns",
    "Spinner",
    "counted",
    "detect",
    "detect_many",
    "iter_full_features",
    "known_spinner",
    "learn_spinner",
    "model_info",
    "restore",
    "reverse",
    "reverse_many",
    "score_many",
    "scores",
    "spinner_of",
]

# Documents are scored together until they hold so many characters: enough to fill the arrays, little memory.
BATCH_CHARACTERS = 160_000
BATCH_DOCUMENTS = 128

# From more than one damaged word in twenty on, damage is done on purpose: none of 29,221 human texts has as much.
_MAX_DAMAGED_SHARE = 0.05
_DAMAGED_LOG_ODDS = math.log(999)

T = TypeVar("T")
Threshold = float | str | None
Errors = Literal["raise", "skip"]
Spinner = SpinnerTable | KnownPairs | SpinnerCounts


def _threshold(models: Models, threshold: Threshold) -> float:
    """Return the threshold as a number; a name stands for one that was chosen for a target."""
    if threshold is None:
        return models.thresholds["default"]
    if isinstance(threshold, str):
        if threshold not in models.thresholds:
            raise InputError(
                f"unknown threshold {threshold!r}: give a number from 0 to 1, or one of {', '.join(models.thresholds)}"
            )
        return models.thresholds[threshold]
    return number_between(threshold, "the threshold", 0.0, 1.0)


def _text(text: object, what: str) -> str:
    if not isinstance(text, str):
        raise InputError(f"{what} takes text (str), got {type(text).__name__}; decode bytes first")
    return text


def _omitted(text: str) -> list[tuple[int, int, str]]:
    """Return the spans that are not judged; a text that is mostly in another language keeps the foreign ones."""
    spans = omitted_spans(text)
    foreign = sum(end - start for start, end, reason in spans if reason == "language")
    return spans if 2 * foreign < len(text) else [x for x in spans if x[2] != "language"]


@dataclass(frozen=True)
class _Views:
    """Documents as they are judged: their normalised texts, and the way back to the texts that were given.

    Attributes
    ----------
    views : with spaces in place of all that is not prose
    omitted : those spans in the normalised text, with reasons
    omitted_words : how many words that is, of each document
    """

    views: tuple[NormalizedText, ...]
    omitted: tuple[list[tuple[int, int, str]], ...]
    omitted_words: tuple[int, ...]

    @classmethod
    def from_texts(cls, texts: Iterable[str]) -> _Views:
        views = [normalize(text) for text in texts]
        omitted = [_omitted(view.text) for view in views]
        words = [
            sum(len(view.text[a:b].split()) for a, b, _ in spans) for view, spans in zip(views, omitted, strict=True)
        ]
        judged = [
            replace(view, text=blanked(view.text, spans)) if spans else view
            for view, spans in zip(views, omitted, strict=True)
        ]
        return cls(tuple(judged), tuple(omitted), tuple(words))

    @property
    def texts(self) -> list[str]:
        return [view.text for view in self.views]

    @property
    def damaged(self) -> list[list[DamagedWord]]:
        """Return the words of each document that normalisation has repaired, with spans in the normalised text."""
        return [[(*view.view_span(damage.start, damage.end), damage) for damage in view.damage] for view in self.views]

    def scores(self, models: Models, threshold: float) -> DocumentScores:
        """Return the scores of the documents; damage that no honest author makes counts as evidence.

        A threshold above the default reads the same texts in full as the default, so that probabilities stay the same.
        """
        scores = score_documents(self.texts, models.cascade, min(threshold, models.thresholds["default"]))
        on_purpose = np.array([len(v.damage) for v in self.views]) > _MAX_DAMAGED_SHARE * scores.n_words
        raised = np.where(on_purpose, np.maximum(scores.log_odds, _DAMAGED_LOG_ODDS), scores.log_odds)
        return replace(scores, log_odds=np.where(np.isnan(scores.log_odds), np.nan, raised))


def _in_source(items: Iterable[T], view: NormalizedText) -> list[T]:
    """Return findings in a normalised text as findings in the text that was given."""
    if view.text is view.source:
        return list(items)
    out: list[T] = []
    last = 0
    for item in items:
        start, end = view.source_span(item.start, item.end)  # type: ignore[attr-defined]
        # A character that stands for two may be shared by two findings; the first keeps it.
        if start >= last and end > start:
            name = "spun" if isinstance(item, Edit) else "surface"
            out.append(replace(item, start=start, end=end, **{name: view.source[start:end]}))  # type: ignore[type-var]
            last = end
    return out


def _as_evidence(damage: Damage) -> Evidence:
    """Return damage as evidence, which it is in a document that is damaged on purpose."""
    log10_odds = max((a.log10_odds for a in damage.alternatives), default=0.0)
    return Evidence(
        damage.start, damage.end, damage.surface, damage.kind, log10_odds, damage.alternatives, damage.message
    )


def _passages(
    table: PassageTable, threshold: float, abstains: Sequence[Verdict | None], views: Sequence[NormalizedText]
) -> list[list[Passage]]:
    """Return the passages of each document."""
    out: list[list[Passage]] = [[] for _ in abstains]
    p = probability(table.log_odds)
    columns = (table.document, table.start, table.end, table.n_words, p)
    for d, start, end, n_words, own in zip(*(x.tolist() for x in columns), strict=True):
        own = round(own, 4)
        verdict: Verdict = abstains[d] or (
            "insufficient_text" if n_words < MIN_WORDS else "spun" if own >= threshold else "clean"
        )
        start, end = views[d].source_span(start, end)
        out[d].append(Passage(start, end, own if verdict in ("spun", "clean") else None, verdict))
    return out


def _kept(group: GroupScores, keep: Sequence[Sequence[Span]]) -> list[list[Span]]:
    """Return the spans that reach into each part of a group, with offsets in the part.

    `keep` holds the spans of each document, in its normalised text.
    """
    parts = zip(group.parts.document.tolist(), group.parts.offset.tolist(), group.parts.texts, strict=True)
    return [
        [(max(a - offset, 0), min(b - offset, len(part))) for a, b in keep[d] if a < offset + len(part) and b > offset]
        for d, offset, part in parts
    ]


def _reports(
    texts: Sequence[str],
    models: Models,
    threshold: float,
    findings: bool = True,
    keep: Sequence[Sequence[Span]] | None = None,
    spinner: KnownSpinner | None = None,
) -> list[Report]:
    """Return the reports of some texts, scored together.

    Without `findings` neither evidence nor damage is looked for. `keep` holds the spans of each text that no edit may
    change, `spinner` holds the known pairs of its wordings.
    """
    views = _Views.from_texts(texts)
    spans = [
        [view.view_span(*span) for span in of_text]
        for view, of_text in zip(views.views, keep or [()] * len(texts), strict=True)
    ]
    scores, damaged = views.scores(models, threshold), views.damaged
    evidence: list[list[Evidence]] = [[] for _ in texts]
    damage: list[list[Damage]] = [[] for _ in texts]
    for group in scores.groups if findings else ():
        rows = zip(
            group.parts.document.tolist(),
            group.parts.offset.tolist(),
            find(group, scores, models, _kept(group, spans), damaged, spinner),
            strict=True,
        )
        for d, offset, found in rows:
            if scores.abstains[d] != "unsupported_language":
                evidence[d] += shifted(found.evidence, offset)
                damage[d] += shifted(found.damage, offset)
        group.forget()
    human_rate = models.human_scores.rate(scores.log_odds, scores.n_words)
    passages = _passages(scores.passages, threshold, scores.abstains, views.views)
    out = []
    for d, (text, view) in enumerate(zip(texts, views.views, strict=True)):
        p = None if scores.abstains[d] else round(float(scores.probability[d]), 4)
        verdict = scores.abstains[d] or ("spun" if p is not None and p >= threshold else "clean")
        if findings and verdict == "spun" and not evidence[d]:
            # If no word is evidence, it is the damage that no honest author makes.
            evidence[d] = weightiest_words(scores, d, models) or [_as_evidence(x) for x in damage[d]]
        out.append(
            Report(
                verdict,
                p,
                threshold,
                int(scores.n_words[d]),
                scores.language[d],
                tuple(passages[d]),
                tuple(_in_source(evidence[d], view)),
                text,
                tuple(_in_source(damage[d], view)),
                models.restorer.settings.min_gain,
                None if np.isnan(human_rate[d]) else round(float(human_rate[d]), 5),
                tuple(Omission(*view.source_span(a, b), reason) for a, b, reason in views.omitted[d]),
                views.omitted_words[d],
            )
        )
    return out


def restore(
    text: str,
    models: Models,
    threshold: float | None = None,
    min_gain: float | None = None,
    keep: Sequence[Span] = (),
    spinner: KnownSpinner | None = None,
) -> Restoration:
    """Return the restoration, as `reverse` does, by the given models."""
    limit = models.thresholds["default"] if threshold is None else threshold
    least = models.restorer.settings.min_gain if min_gain is None else min_gain
    views = _Views.from_texts([text])
    scores, damaged, (view,) = views.scores(models, limit), views.damaged, views.views
    spans = [view.view_span(*span) for span in keep]
    edits: list[Edit] = []
    if scores.abstains[0] != "unsupported_language":
        for group in scores.groups:
            (offset,) = group.parts.offset.tolist()
            (found,) = plan(group, scores, models, least, _kept(group, [spans]), damaged, spinner)
            edits += shifted(found, offset)
            group.forget()
    edits = _in_source(edits, view)
    return Restoration(apply_plan(text, edits), tuple(edits), text, least)


def known_spinner(table: SpinnerTable) -> KnownPairs:
    """Return a table's pairs as rows of the channel; `detect` and `reverse` also accept the table itself."""
    if not isinstance(table, SpinnerTable):
        raise InputError(f"spinner is a {type(table).__name__}: give what `learn_spinner` returns")
    return table.known_pairs(load_models().full.extractor)


def _known(spinner: Spinner | None) -> KnownSpinner | None:
    if spinner is None or isinstance(spinner, KnownPairs | SpinnerCounts):
        return spinner
    return known_spinner(spinner)


def detect(text: str, threshold: Threshold = None, keep: Sequence[Span] = (), spinner: Spinner | None = None) -> Report:
    """Return the verdict on one text: calibrated P(spun), its passages, and the words that give it away.

    Parameters
    ----------
    threshold : least probability of the verdict `spun`, or the name of one ("fpr=0.001"); None for the default
    keep : half-open spans of `text` that no edit may change, as for `reverse`
    spinner : known pairs of the spinner's wordings, as for `reverse`; they change neither verdict nor probability

    Examples
    --------
    >>> detect("Too short to say.").verdict
    'insufficient_text'
    """
    models = load_models()
    spans = _spans(keep, _text(text, "detect"))
    with one_blas_thread():
        return _reports([text], models, _threshold(models, threshold), keep=[spans], spinner=_known(spinner))[0]


def _only_texts(items: Iterable[object], what: str, errors: Errors) -> Iterator[str]:
    """Yield the texts; an item that is not one raises, or is left out with a warning that says which it was."""
    for number, item in enumerate(items):
        if isinstance(item, str):
            yield item
            continue
        message = f"{what} takes texts (str): document {number}, counted from 0, is {type(item).__name__}"
        if errors == "raise":
            raise InputError(message + ("; decode bytes first" if isinstance(item, bytes) else ""))
        warnings.warn(f"{message}, and is left out", stacklevel=2)


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    """Yield the texts in lists of bounded size, a long text alone."""
    batch: list[str] = []
    size = 0
    for text in texts:
        if batch and (len(text) > PART_CHARACTERS or size >= BATCH_CHARACTERS or len(batch) >= BATCH_DOCUMENTS):
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text) if len(text) <= PART_CHARACTERS else BATCH_CHARACTERS
    if batch:
        yield batch


def _check_many(texts: object, n_jobs: int, what: str, errors: Errors = "raise") -> Iterator[str]:
    """Return the texts of a collection, read lazily; raise InputError if it is not one, or an argument is wrong."""
    if isinstance(texts, str | bytes):
        raise InputError(
            f"{what} takes an iterable of texts, got one {type(texts).__name__}: pass it in a list, or use `detect`"
        )
    try:
        items = iter(texts)  # type: ignore[call-overload]
    except TypeError:
        raise InputError(f"{what} takes an iterable of texts, got {type(texts).__name__}") from None
    if isinstance(n_jobs, bool) or not isinstance(n_jobs, int) or n_jobs < 1:
        raise InputError(f"n_jobs is {shown(n_jobs)}: give the number of processes, 1 or more")
    if errors not in ("raise", "skip"):
        raise InputError(f'errors is {errors!r}: give "raise" or "skip"')
    return _only_texts(items, what, errors)


def _map_batches(texts: Iterable[str], n_jobs: int, work: Callable[[list[str]], T], backend: str | None) -> Iterator[T]:
    """Return the results of `work` on each batch of texts, in order, by `n_jobs` processes, lazily, in bounded memory.

    Raises InputError at once if joblib does not know the back end, or this is not ready to be used.
    """
    batches = _batches(texts)
    if n_jobs == 1 and backend is None:
        return map(work, batches)
    from joblib import Parallel, parallel_config

    try:
        # Back ends of clusters are loaded by their names in a configuration, not in `Parallel`.
        with nullcontext() if backend is None else parallel_config(backend=backend):
            parallel = Parallel(n_jobs=n_jobs, return_as="generator")
    except (ValueError, ImportError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"joblib cannot use the back end {backend!r}: {reason}") from None
    return _map_parallel(batches, n_jobs, work, parallel)


def _map_parallel(
    batches: Iterator[list[str]], n_jobs: int, work: Callable[[list[str]], T], parallel: Any
) -> Iterator[T]:
    from joblib import delayed

    # A few dozen batches a round, so that an endless stream is not read to its end first.
    while group := list(islice(batches, 16 * n_jobs)):
        with interrupts_held():
            results = parallel(delayed(work)(batch) for batch in group)
        yield from results


def _reports_of(
    batch: list[str], threshold: float, findings: bool = True, spinner: KnownSpinner | None = None
) -> list[Report]:
    with one_blas_thread():
        return _reports(batch, load_models(), threshold, findings, spinner=spinner)


def _total(counts: Iterable[SpinnerCounts | None]) -> SpinnerCounts | None:
    known = (x for x in counts if x is not None)
    first = next(known, None)
    return None if first is None else reduce(add, known, first)


def counted(texts: Sequence[str], models: Models, threshold: float) -> SpinnerCounts | None:
    """Return the counts of one spinner over these texts, by the given models; None if none of them may be spun."""
    scores = _Views.from_texts(texts).scores(models, threshold)
    counts = []
    for group in scores.groups:
        counts.append(spinner_counts(group, scores, models))
        group.forget()
    return _total(counts)


def _counts_of(batch: list[str], threshold: float) -> SpinnerCounts | None:
    with one_blas_thread():
        return counted(batch, load_models(), threshold)


def spinner_of(texts: Iterable[str], n_jobs: int = 1, threshold: Threshold = None) -> SpinnerCounts | None:
    """Return what texts by one spinner say about its pairs of wordings; None if none of them may be spun.

    When one of these texts is restored, its own counts are subtracted, since its words are read anyway.
    """
    return _total(
        _map_batches(texts, n_jobs, partial(_counts_of, threshold=_threshold(load_models(), threshold)), None)
    )


def learn_spinner(texts: Iterable[str], n_jobs: int = 1) -> SpinnerTable:
    """Return the table of a spinner from texts that it wrote: its pairs of wordings, for `reverse` and `detect`.

    Each text is weighted by a power of its P(spun), so human texts hardly count.

    >>> learn_spinner(["Nothing here was changed."]).pairs
    ()
    """
    counts = spinner_of(_check_many(texts, n_jobs, "learn_spinner"), n_jobs)
    return SpinnerTable(()) if counts is None else SpinnerTable.from_counts(counts, load_models().full.extractor)


def _with_spinner(
    texts: Iterable[str], same_spinner: bool, spinner: Spinner | None, n_jobs: int, threshold: float
) -> tuple[Iterable[str], KnownSpinner | None]:
    """Return the texts, and the known pairs of their spinner: from its table, or from the texts themselves."""
    if not same_spinner:
        return texts, _known(spinner)
    if spinner is not None:
        raise InputError("give either same_spinner=True (learn from these texts) or spinner (learnt before), not both")
    texts = list(texts)
    return texts, spinner_of(texts, n_jobs, threshold)


def detect_many(
    texts: Iterable[str],
    n_jobs: int = 1,
    threshold: Threshold = None,
    errors: Errors = "raise",
    backend: str | None = None,
    same_spinner: bool = False,
    spinner: Spinner | None = None,
) -> Iterator[Report]:
    """Yield the report on each of many texts, in order, as `detect` returns it; lazily, in bounded memory.

    Parameters
    ----------
    n_jobs : number of parallel processes
    threshold : as for `detect`
    errors : treatment of an item that is not text (a missing value, bytes): "raise" an InputError that says which
        it is, or "skip" it with a warning. Then there are fewer reports than items
    backend : joblib's name of a back end that runs the processes: "dask" with an open `Client`, "ray" after its
        `register_ray`; None for this computer
    same_spinner : whether one spinner wrote those texts that are spun, so that each helps to restore the others; all
        texts are then read first, and kept in memory. Verdicts and probabilities stay the same
    spinner : known pairs of the spinner's wordings, as for `detect`

    Examples
    --------
    >>> [report.n_words for report in detect_many(["One text.", "Another one."])]
    [2, 2]
    """
    texts = _check_many(texts, n_jobs, "detect_many", errors)
    limit = _threshold(load_models(), threshold)
    texts, known = _with_spinner(texts, same_spinner, spinner, n_jobs, limit)
    work = partial(_reports_of, threshold=limit, spinner=known)
    return (report for reports in _map_batches(texts, n_jobs, work, backend) for report in reports)


def score_many(texts: Iterable[str], n_jobs: int = 1, threshold: Threshold = None) -> Iterator[Report]:
    """Yield the reports of many texts as `detect_many` does, without evidence and damage, in a fraction of the time.

    >>> next(score_many(["Too short to say."])).evidence
    ()
    """
    texts = _check_many(texts, n_jobs, "score_many")
    work = partial(_reports_of, threshold=_threshold(load_models(), threshold), findings=False)
    return (report for reports in _map_batches(texts, n_jobs, work, None) for report in reports)


@dataclass(frozen=True, repr=False)
class ScoreColumns:
    """Scores of many texts as columns; one row a text, in order.

    Attributes
    ----------
    probability : float64 (n,), calibrated P(spun), 0 to 1; NaN if the verdict abstains
    verdict : of each text
    n_words : int64 (n,)
    """

    probability: NDArray[np.float64]
    verdict: tuple[Verdict, ...]
    n_words: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.verdict)

    def to_frame(self) -> pandas.DataFrame:
        """Return the columns as a pandas DataFrame, one row a text, in order.

        Raises InputError if pandas is not installed.
        """
        rows = list(zip(self.probability.tolist(), self.verdict, self.n_words.tolist(), strict=True))
        return frame_of(rows, {"probability": "float64", "verdict": "object", "n_words": "int64"})

    def __repr__(self) -> str:
        counts = " ".join(f"{verdict}={n}" for verdict, n in Counter(self.verdict).most_common())
        return f"<ScoreColumns texts={len(self)}{' ' if counts else ''}{counts}>"


def _columns_of(batch: list[str], threshold: float) -> ScoreColumns:
    with one_blas_thread():
        return _columns(_Views.from_texts(batch).scores(load_models(), threshold), threshold)


def _columns(scores: DocumentScores, threshold: float) -> ScoreColumns:
    p = np.round(scores.probability, 4)
    spun = (p >= threshold).tolist()
    verdict = tuple(a or ("spun" if s else "clean") for a, s in zip(scores.abstains, spun, strict=True))
    return ScoreColumns(p, verdict, scores.n_words)


def scores(
    texts: Iterable[str], n_jobs: int = 1, threshold: Threshold = None, backend: str | None = None
) -> ScoreColumns:
    """Return probability, verdict and number of words of many texts as columns, as `detect` does, without findings.

    Parameters
    ----------
    n_jobs, backend : as for `detect_many`
    threshold : as for `detect`

    Examples
    --------
    >>> scores(["Too short to say."]).verdict
    ('insufficient_text',)
    """
    texts = _check_many(texts, n_jobs, "scores")
    work = partial(_columns_of, threshold=_threshold(load_models(), threshold))
    parts = list(_map_batches(texts, n_jobs, work, backend))
    if not parts:
        return ScoreColumns(np.zeros(0), (), np.zeros(0, dtype=np.int64))
    return ScoreColumns(
        np.concatenate([x.probability for x in parts]),
        tuple(v for x in parts for v in x.verdict),
        np.concatenate([x.n_words for x in parts]),
    )


def iter_full_features(texts: Iterable[str]) -> Iterator[TokenFeatures]:
    """Yield the features of all words by the stage `full`, for some texts at a time, in order."""
    models = load_models()
    for batch in _batches(_check_many(texts, 1, "transform")):
        with one_blas_thread():
            yield models.full.extractor.extract(models.cascade.batch(_Views.from_texts(batch).texts))


def _spans(keep: object, text: str) -> list[Span]:
    """Return `keep` as spans inside the text; raise InputError if it is anything else."""
    try:
        spans = [(index(start), index(end)) for start, end in keep]  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        raise InputError(f"keep is {shown(keep)}: give half-open spans, such as [(57, 62)]") from None
    for start, end in spans:
        if not 0 <= start <= end <= len(text):
            raise InputError(
                f"keep holds {shown((start, end))}: expected (start, end) inside the text's {len(text)} characters"
            )
    return spans


def reverse(
    text: str,
    threshold: Threshold = None,
    min_gain: float | None = None,
    keep: Sequence[Span] = (),
    spinner: Spinner | None = None,
) -> Restoration:
    """Return the text with its likely originals restored, and the plan that does it.

    Parameters
    ----------
    threshold : as for `detect`; texts that may reach it are read in full
    min_gain : least log10 gain of an edit; None for the tuned default
    keep : half-open spans of `text` that must stay as they are
    spinner : known pairs of the spinner's wordings, from `learn_spinner` or `SpinnerTable.read`

    Examples
    --------
    >>> reverse("Nothing here was changed.").plan
    ()
    """
    models = load_models()
    spans = _spans(keep, _text(text, "reverse"))
    least = None if min_gain is None else number_between(min_gain, "min_gain", -math.inf, math.inf)
    with one_blas_thread():
        return restore(text, models, _threshold(models, threshold), least, spans, _known(spinner))


def reverse_many(
    texts: Iterable[str],
    threshold: Threshold = None,
    min_gain: float | None = None,
    same_spinner: bool = False,
    spinner: Spinner | None = None,
) -> Iterator[Restoration]:
    """Yield the restorations of many texts, in order, as `reverse` gives them.

    Parameters
    ----------
    threshold, min_gain, spinner : as for `reverse`
    same_spinner : whether one spinner wrote those texts that are spun, so that each helps to restore the others; all
        texts are then read first, and kept in memory
    """
    texts = _check_many(texts, 1, "reverse_many")
    models = load_models()
    limit = _threshold(models, threshold)
    least = None if min_gain is None else number_between(min_gain, "min_gain", -math.inf, math.inf)
    texts, known = _with_spinner(texts, same_spinner, spinner, 1, limit)

    def restored(text: str) -> Restoration:
        with one_blas_thread():
            return restore(text, models, limit, least, spinner=known)

    return map(restored, texts)


def model_info() -> dict[str, Any]:
    """Return facts about the models: version, signature, thresholds, sources with their licences, metrics."""
    models = load_models()
    m = models.manifest
    return {
        "version": __version__,
        "signature": models.signature,
        "language": ENGLISH,
        "min_words": MIN_WORDS,
        "thresholds": dict(models.thresholds),
        "min_gain": models.restorer.settings.min_gain,
        "threshold_notes": m["threshold_notes"],
        "sources": m["sources"],
        "corpus": m["corpus"],
        "command": m["command"],
        "libraries": m["libraries"],
        "files": [{"name": name, **entry} for name, entry in m["files"].items()],
        "metrics": m["metrics"],
    }
