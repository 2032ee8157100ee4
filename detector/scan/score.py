"""The rows of results: what a scan writes of each text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from detector import api
from detector.blas import one_blas_thread
from detector.estimators.classifier import probability
from detector.model_store import load_models
from detector.scoring.cascade import MIN_WORDS, DocumentScores, score_documents

__all__ = ["score_batch"]


def score_batch(texts: Sequence[str], threshold: float, evidence: bool = False) -> list[dict[str, Any]]:
    """Return the document object of each text, without `path`, and the spans of its passages that read as spun.

    Without `evidence` it has no passages and no findings, which takes a fraction of the time.

    >>> score_batch(["Too short to say."], 0.5)[0]["flagged_passages"]
    []
    """
    if not texts:
        return []
    if evidence:
        reports = [report.to_dict() for report in api.detect_many(texts, threshold=threshold)]
        return [{**report, "flagged_passages": _spun(report["passages"])} for report in reports]
    with one_blas_thread():
        found = score_documents(texts, load_models().cascade, threshold)
    flagged = _flagged(found, threshold)
    rows = []
    columns = (found.n_words.tolist(), found.language, found.abstains, found.probability.tolist(), flagged)
    for n_words, language, abstains, p, spans in zip(*columns, strict=True):
        p = None if abstains else round(p, 4)
        verdict = abstains or ("spun" if p is not None and p >= threshold else "clean")
        rows.append(
            {
                "n_words": n_words,
                "language": language,
                "verdict": verdict,
                "probability": p,
                "threshold": threshold,
                "flagged_passages": spans,
            }
        )
    return rows


def _spun(passages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{k: p[k] for k in ("start", "end", "probability")} for p in passages if p["verdict"] == "spun"]


def _flagged(found: DocumentScores, threshold: float) -> list[list[dict[str, Any]]]:
    """Return the passages of each document whose verdict is `spun`."""
    table = found.passages
    judged = np.array([a is None for a in found.abstains], dtype=bool)
    p = np.round(probability(table.log_odds), 4)
    rows = np.flatnonzero((p >= threshold) & (table.n_words >= MIN_WORDS) & judged[table.document])
    out: list[list[dict[str, Any]]] = [[] for _ in found.abstains]
    columns = (table.document[rows], table.start[rows], table.end[rows], p[rows])
    for d, start, end, own in zip(*(x.tolist() for x in columns), strict=True):
        out[d].append({"start": start, "end": end, "probability": own})
    return out
