"""The work on a request: read its bytes, judge its documents, and write the answer."""

from __future__ import annotations

import binascii
import json
import traceback
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from detector.api import detect, model_info, reverse, score_many
from detector.errors import InputError, PlanError
from detector.prior import probability_at_prior
from detector.readers import InputDocument, parse_document
from detector.report.formats import REPORT_FORMAT_BY_NAME
from detector.report.html import page_fragment
from detector.report.json import document_object, dumps, restored_object, wrap
from detector.report.model import (
    InputFailure,
    JudgedDocument,
    ReportRun,
    RestoredDocument,
    doubtful_threshold,
    fitted,
    fitted_restoration,
    restoration_of,
)
from detector.report.wording import percent
from detector.restore.plan import Span
from detector.serve import languagetool
from detector.serve.answer import Answer, RequestError
from detector.types import Report
from detector.version import __version__
from detector.writers import writer_for

__all__ = ["Answer", "answer", "suffix_of"]

_MEDIA_TYPES = {
    "json": "application/json",
    "sarif": "application/json",
    "html": "text/html; charset=utf-8",
    "markdown": "text/markdown; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_TEXT = "text/plain; charset=utf-8"
PAGE_PREFIX = "d1"  # of the ids of marks on the page, which shows one document at a time

_T = TypeVar("_T")


@dataclass(frozen=True)
class _Source:
    """A document as it was sent.

    Attributes
    ----------
    data : the file's bytes; None if the text itself was sent
    text : empty if a file was sent
    keep : half-open spans of the text that no edit may change
    """

    path: str
    data: bytes | None
    text: str
    keep: tuple[Span, ...]


@dataclass(frozen=True)
class _Request:
    """A request; `threshold`, `prior` and `min_gain` are None if they were not given."""

    sources: tuple[_Source, ...]
    threshold: float | str | None
    prior: float | None
    min_gain: float | None
    format: str


def answer(kind: str, body: bytes) -> Answer:
    """Return the answer to a request of a kind; an error is an answer too.

    A fault is reported without the message of its exception, which may quote the text.
    """
    try:
        return _ANSWERS[kind](body)
    except RequestError as error:
        return _refusal(HTTPStatus.BAD_REQUEST, str(error))
    except InputError as error:
        return _refusal(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
    except MemoryError:
        return _refusal(HTTPStatus.INSUFFICIENT_STORAGE, "too large for the memory of this computer: send less at once")
    except Exception as error:
        return _refusal(HTTPStatus.INTERNAL_SERVER_ERROR, _fault(error))


def _refusal(status: HTTPStatus, message: str) -> Answer:
    return Answer(dumps({"error": message}).encode(), "application/json", int(status))


def _fault(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    where = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return f"an error in detector itself ({type(error).__name__}{where}): please report it to the maintainers"


def suffix_of(path: str) -> str:
    """Return the suffix of a file's name in lower case, with its dot."""
    return PurePosixPath(path.replace("\\", "/")).suffix.lower()


# --- the request


def _member(value: dict[str, Any], name: str, kinds: tuple[type, ...], expected: str) -> Any:
    """Return a member of a JSON object, None if it is missing or null; raise RequestError if it is of another type."""
    member = value.get(name)
    if member is not None and (not isinstance(member, kinds) or isinstance(member, bool)):
        raise RequestError(f"{name} must be {expected}, not {type(member).__name__}")
    return member


def _parsed(body: bytes) -> _Request:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise RequestError('the body is not JSON: send {"documents": [{"path": "a.txt", "text": "..."}]}') from None
    if not isinstance(value, dict):
        raise RequestError("the body must be a JSON object with `documents`")
    unknown = set(value) - {"documents", "threshold", "prior", "min_gain", "format"}
    if unknown:
        raise RequestError(f"unknown member {min(unknown)!r}: documents, threshold, prior, min_gain, format are known")
    documents = _member(value, "documents", (list,), "a list of objects")
    if not documents:
        raise RequestError("documents is missing or empty: send at least one")
    prior = _member(value, "prior", (int, float), "a number from 0 to 1")
    if prior is not None and not 0 <= prior <= 1:
        raise RequestError(f"prior is {prior}: give a number from 0 to 1")
    return _Request(
        tuple(_source(item, number) for number, item in enumerate(documents, start=1)),
        _member(value, "threshold", (int, float, str), "a number from 0 to 1, or a name"),
        prior,
        _member(value, "min_gain", (int, float), "a number"),
        _member(value, "format", (str,), "the name of a format") or "json",
    )


def _source(item: object, number: int) -> _Source:
    if not isinstance(item, dict):
        raise RequestError("each document must be an object with `text`, or with `data` and `path`")
    path = _member(item, "path", (str,), "a string") or f"document {number}"
    text = _member(item, "text", (str,), "a string")
    data = _member(item, "data", (str,), "a string in base64")
    if (text is None) == (data is None):
        raise RequestError(f"{path}: give either text, or data with the file's bytes in base64")
    keep = _member(item, "keep", (list,), "a list of spans, such as [[57, 62]]") or []
    try:
        spans = tuple((start, end) for start, end in keep)
        content = None if data is None else b64decode(data, validate=True)
    except (TypeError, ValueError, binascii.Error) as error:
        what = "data is not base64" if isinstance(error, binascii.Error) else "keep must be spans, such as [[57, 62]]"
        raise RequestError(f"{path}: {what}") from None
    return _Source(path, content, text or "", spans)


# --- the documents


def _document(source: _Source) -> InputDocument:
    """Return the document that was sent; its author's marks are not obeyed, so that they can hide nothing."""
    if source.data is None:
        return InputDocument(source.path, source.text)
    return parse_document(Path(source.path), source.data, suffix_of(source.path))


@cache
def _facts() -> dict[str, Any]:
    return model_info()


def _judged(source: _Source, request: _Request) -> JudgedDocument:
    document = _document(source)
    report = fitted(document, detect(document.judged_text, request.threshold, source.keep))
    return _with_facts(document, report, request)


def _scored(source: _Source, request: _Request) -> JudgedDocument:
    """Return a document with its verdict alone: findings take most of the time."""
    document = _document(source)
    return _with_facts(document, next(score_many([document.judged_text], threshold=request.threshold)), request)


def _with_facts(document: InputDocument, report: Report, request: _Request) -> JudgedDocument:
    return JudgedDocument(document, report, doubtful_threshold(), request.prior)


def _restored(source: _Source, request: _Request) -> RestoredDocument:
    document = _document(source)
    found = reverse(document.judged_text, request.threshold, request.min_gain, source.keep)
    restoration = fitted_restoration(document, found)
    return RestoredDocument(document, restoration, (), suffix_of(source.path), source.data or b"")


def _each(request: _Request, work: Callable[[_Source, _Request], _T]) -> Iterator[_T | InputFailure]:
    """Yield the result of each document, or its error; an error does not stop the others."""
    for source in request.sources:
        try:
            yield work(source, request)
        except (InputError, PlanError) as error:
            yield InputFailure(source.path, str(error))


def _split(items: Iterable[_T | InputFailure]) -> tuple[list[_T], list[InputFailure]]:
    made: list[_T] = []
    failures: list[InputFailure] = []
    for item in items:
        if isinstance(item, InputFailure):
            failures.append(item)
        else:
            made.append(item)
    return made, failures


# --- the answers


def _wrapped(objects: Sequence[dict[str, Any]], failures: Sequence[InputFailure]) -> Answer:
    return Answer(wrap(objects, failures, __version__, _facts()["signature"]).encode(), "application/json")


def _annotate(body: bytes) -> Answer:
    request = _parsed(body)
    if request.format not in REPORT_FORMAT_BY_NAME:
        raise RequestError(f"unknown format {request.format!r}: one of {', '.join(REPORT_FORMAT_BY_NAME)}")
    judged, failures = _split(_each(request, _judged))
    today = date.today().isoformat()
    run = ReportRun(tuple(judged), tuple(failures), __version__, _facts()["signature"], today)
    content = REPORT_FORMAT_BY_NAME[request.format].render(run)
    return Answer(content.encode("utf-8", "replace"), _MEDIA_TYPES.get(request.format, _TEXT))


def _score(body: bytes) -> Answer:
    judged, failures = _split(_each(_parsed(body), _scored))
    return _wrapped([document_object(item, parts=False) for item in judged], failures)


def _reverse(body: bytes) -> Answer:
    request = _parsed(body)
    restored, failures = _split(_each(request, _restored))
    if request.format == "json":
        return _wrapped([restored_object(item) for item in restored], failures)
    if len(request.sources) > 1:
        raise RequestError(f"the format {request.format} writes one file: send one document, or leave format out")
    if failures:
        raise InputError(f"{failures[0].path}: {failures[0].message}")
    (item,) = restored
    if request.format == "text":
        return Answer(item.restoration.text.encode("utf-8", "replace"), _TEXT)
    writer = writer_for(request.format)
    if writer is None or item.suffix not in writer.suffixes or not item.data:
        known = "json and text go with any document, docx, html and markdown with files of that kind"
        raise RequestError(f"{item.document.path} cannot be written as {request.format}: {known}")
    written = writer.write(item.data, item.document.text, item.restoration.plan)
    return Answer(written.data, _MEDIA_TYPES[writer.name])


def _page_document(source: _Source, request: _Request) -> dict[str, Any]:
    """Return a document as the page shows it."""
    judged = _judged(source, request)
    report = judged.report
    plan = restoration_of(judged.document.text, report).plan
    writer = writer_for(suffix_of(source.path)) if source.data is not None else None
    at_prior = None
    if request.prior is not None and report.probability is not None:
        at_prior = percent(probability_at_prior(report.probability, request.prior))
    return {
        "html": page_fragment(judged, PAGE_PREFIX),
        "reading": judged.reading,
        "probability": percent(report.probability),
        "probability_at_prior": at_prior,
        "n_words": report.n_words,
        "writes": None if writer is None else writer.name,
        "edits": [{"start": e.start, "end": e.end, "spun": e.spun, "original": e.original} for e in plan],
    }


def _page(body: bytes) -> Answer:
    documents, failures = _split(_each(_parsed(body), _page_document))
    return _wrapped(documents, failures)


_ANSWERS: dict[str, Callable[[bytes], Answer]] = {
    "annotate": _annotate,
    "score": _score,
    "reverse": _reverse,
    "page": _page,
    "check": languagetool.check,
}
