"""One line a document: for people, JSON Lines and CSV."""

from __future__ import annotations

import csv
import io

from detector.report.json import document_object, dumps
from detector.report.model import JudgedDocument

__all__ = ["CSV_HEADER", "csv_row", "json_line", "percent"]

_COLUMNS = ("path", "probability", "verdict", "n_words", "language", "threshold")
CSV_HEADER = ",".join(_COLUMNS) + "\n"


def percent(probability: float | None) -> str:
    """Return a probability in words that promise nothing: never 0.0% or 100.0% of a model's opinion.

    >>> percent(0.9982), percent(1.0), percent(0.0), percent(None)
    ('99.8%', '>99.9%', '<0.1%', '-')
    """
    if probability is None:
        return "-"
    if probability >= 0.9995:
        return ">99.9%"
    return "<0.1%" if probability < 0.0005 else f"{probability:.1%}"


def csv_row(judged: JudgedDocument) -> str:
    """Return the document as a row of CSV; an abstaining probability is an empty field."""
    item = document_object(judged, parts=False)
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([item[column] for column in _COLUMNS])
    return out.getvalue()


def json_line(judged: JudgedDocument) -> str:
    """Return the document object on one line."""
    return dumps(document_object(judged, parts=False)) + "\n"
