"""Results as notebooks and analysts want them: reports that show themselves, and a table of many files."""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from detector.api import Errors, Threshold, detect_many
from detector.errors import InputError
from detector.extras import missing_extra
from detector.types import Report, Restoration

if TYPE_CHECKING:
    import pandas

    from detector.readers import InputDocument

__all__ = ["detect_files"]


_COLUMNS = (
    *("path", "reading", "verdict", "probability", "human_rate", "n_words", "omitted_words"),
    *("passages", "spun_passages", "evidence", "damage", "language"),
)


def _report_html(report: Report) -> str:
    """Return the report as HTML, as notebooks ask for it."""
    from detector.readers import InputDocument
    from detector.report.html import report_fragment
    from detector.report.model import JudgedDocument, doubtful_threshold

    return report_fragment(JudgedDocument(InputDocument("", report.source), report, doubtful_threshold()))


def _restoration_html(restoration: Restoration) -> str:
    """Return the restoration as HTML, as notebooks ask for it."""
    from detector.report.html import restoration_fragment

    return restoration_fragment(restoration)


# `types` knows no format.
Report._repr_html_ = _report_html  # type: ignore[attr-defined]
Restoration._repr_html_ = _restoration_html  # type: ignore[attr-defined]


def _read(paths: Iterable[str], errors: Errors, regions: bool) -> Iterator[InputDocument]:
    """Yield the documents in files, folders and patterns; one that cannot be read raises, or is left out."""
    from detector.readers import iter_paths, read_document

    for path in iter_paths(paths):
        try:
            yield read_document(path, regions)
        except InputError as error:
            if errors == "raise":
                raise InputError(f"{path}: {error}") from None
            warnings.warn(f"{path}: {error}; it is left out", stacklevel=2)


def detect_files(
    paths: str | Path | Iterable[str | Path],
    n_jobs: int = 1,
    threshold: Threshold = None,
    errors: Errors = "raise",
    regions: bool = False,
) -> pandas.DataFrame:
    """Return the reports on files as a pandas DataFrame, one row a file, in order.

    Columns: `path`; `reading` ("flagged", "doubtful", "not flagged", "no verdict"); `verdict`; `probability` (0 to 1,
    NaN if there is no verdict); `human_rate` (share of human texts of similar length that score as high); `n_words`;
    `omitted_words` (not judged); `passages` and `spun_passages` (their numbers); `evidence` and `damage` (numbers of
    findings); `language`. Raises InputError if pandas is not installed.

    Parameters
    ----------
    paths : files, folders (searched for the kinds of file that `detector` reads) and patterns
    n_jobs : number of parallel processes
    threshold : as `detect` takes it
    errors : treatment of a file that cannot be read: "raise" an InputError, or "skip" it with a warning
    regions : whether marks of the author are obeyed, as `read_document` takes it
    """
    try:
        import pandas
    except ImportError as error:
        raise missing_extra(error, "frames", "detect_files") from None
    from detector.report.model import doubtful_threshold, fitted, reading_of

    given = [paths] if isinstance(paths, str | Path) else paths
    waiting: deque[InputDocument] = deque()  # read, but not yet judged

    def texts() -> Iterator[str]:
        for document in _read((str(path) for path in given), errors, regions):
            waiting.append(document)
            yield document.judged_text

    doubtful_from = doubtful_threshold()
    rows = []
    for judged in detect_many(texts(), n_jobs, threshold):
        document = waiting.popleft()
        report = fitted(document, judged)
        rows.append(
            {
                "path": document.path,
                "reading": reading_of(report, doubtful_from),
                "verdict": report.verdict,
                "probability": report.probability,
                "human_rate": report.human_rate,
                "n_words": report.n_words,
                "omitted_words": report.omitted_words,
                "passages": len(report.passages),
                "spun_passages": sum(p.verdict == "spun" for p in report.passages),
                "evidence": len(report.evidence),
                "damage": len(report.damage),
                "language": report.language,
            }
        )
    frame = pandas.DataFrame(rows, columns=_COLUMNS)
    return frame.astype({"probability": "float64", "human_rate": "float64"})
