"""One line for each document: for people, JSON Lines and CSV."""

from __future__ import annotations

import csv
import io

from detector.report.json import document_object, dumps
from detector.report.model import JudgedDocument
from detector.report.text import printable

__all__ = ["CSV_HEADER", "csv_row", "json_line"]

_COLUMNS = ("path", "probability", "verdict", "n_words", "language", "threshold")
CSV_HEADER = ",".join(_COLUMNS) + "\n"
# Characters that begin a formula in spreadsheets, in full width too.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def csv_row(judged: JudgedDocument) -> str:
    """Return the document as a row of CSV; an abstaining probability is an empty field."""
    item = document_object(judged, parts=False)
    item["path"] = _cell(item["path"])
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([item[column] for column in _COLUMNS])
    return out.getvalue()


def _cell(path: str) -> str:
    """Return a path as a cell that no spreadsheet computes: `./=a` is the file `=a` as well."""
    shown = printable(path).replace("\n", " ")
    return f"./{shown}" if shown.lstrip().startswith(_FORMULA) and shown != "-" else shown


def json_line(judged: JudgedDocument) -> str:
    """Return the document object on one line."""
    return dumps(document_object(judged, parts=False)) + "\n"
