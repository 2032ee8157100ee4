"""Scores for batches of a table: Ray Data, Dask, Spark, Hugging Face datasets, polars, pandas, Arrow.

ray.data.Dataset.map_batches(score_frame, batch_format="pandas")
dask.dataframe.DataFrame.map_partitions(score_frame, meta=score_frame(ddf._meta))
pyspark.sql.DataFrame.mapInPandas(score_frames, schema)
datasets.Dataset.map(score_frame, batched=True)
polars.LazyFrame.map_batches(score_frame, schema=...)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from detector.api import ScoreColumns, Threshold, scores
from detector.errors import InputError

__all__ = ["COLUMNS", "score_frame", "score_frames"]

Frame = TypeVar("Frame")

COLUMNS = ("probability", "verdict", "n_words")  # that a frame gets, each after the prefix


def _columns(texts: Iterable[object], threshold: Threshold) -> ScoreColumns:
    """Return the scores of a column; a missing value is a text without words."""
    return scores([t if isinstance(t, str) else "" for t in texts], threshold=threshold)


def score_frame(
    frame: Frame, text_column: str = "text", threshold: Threshold = None, prefix: str = "detector_"
) -> Frame:
    """Return the batch with three more columns: calibrated P(spun), verdict and number of words.

    Parameters
    ----------
    frame : a pandas or polars DataFrame, an Arrow Table or RecordBatch, or a mapping of columns
    text_column : the column that holds the texts; a missing value is a text without words
    threshold : as `detect` takes it
    prefix : of the new columns' names

    The probability is null (NaN in pandas and NumPy) if the verdict abstains.

    Raises InputError if the column is missing, or the batch is of another kind.

    >>> score_frame({"text": ["Too short to say."]})["detector_verdict"]
    ['insufficient_text']
    """
    library = type(frame).__module__.split(".")[0]
    names = list(frame) if isinstance(frame, Mapping) else _names(frame, library)
    if text_column not in names:
        raise InputError(f"no column {text_column!r}; columns are {', '.join(map(repr, names))}")
    if isinstance(frame, Mapping):
        found = _columns(frame[text_column], threshold)
        columns = (found.probability, found.verdict, found.n_words)
        if isinstance(frame[text_column], np.ndarray):  # a batch of NumPy columns stays one
            values: tuple[object, ...] = tuple(np.asarray(c) for c in columns)
        else:
            values = (_with_none(found.probability), list(found.verdict), found.n_words.tolist())
        return cast(Frame, {**frame, **dict(zip((prefix + c for c in COLUMNS), values, strict=True))})
    if library == "pandas":
        return cast(Frame, _pandas(frame, text_column, threshold, prefix))
    if library == "polars":
        return cast(Frame, _polars(frame, text_column, threshold, prefix))
    return cast(Frame, _arrow(frame, text_column, threshold, prefix))


def score_frames(
    frames: Iterable[Frame], text_column: str = "text", threshold: Threshold = None, prefix: str = "detector_"
) -> Iterator[Frame]:
    """Yield each batch as `score_frame` returns it, for Spark's mapInPandas and mapInArrow."""
    for frame in frames:
        yield score_frame(frame, text_column, threshold, prefix)


def _with_none(probability: NDArray[np.float64]) -> list[float | None]:
    return [None if np.isnan(p) else p for p in probability.tolist()]


def _names(frame: object, library: str) -> list[str]:
    if library in ("pandas", "polars"):
        return [str(c) for c in frame.columns]  # type: ignore[attr-defined]
    if library == "pyarrow":
        return list(frame.schema.names)  # type: ignore[attr-defined]
    raise InputError(
        f"got {type(frame).__name__}: give a pandas or polars DataFrame, an Arrow Table or RecordBatch, or a dict"
    )


# The libraries have no common interface for a new column, and none of them may be imported for the others' sake.


def _pandas(frame: object, text_column: str, threshold: Threshold, prefix: str) -> object:
    import pandas

    found = _columns(frame[text_column], threshold)  # type: ignore[index]
    # Of a type that says text even of an empty frame, from which Dask infers the schema of what it writes.
    verdict = pandas.array(found.verdict, dtype="string")
    values = (found.probability, verdict, found.n_words)
    return frame.assign(**{prefix + c: v for c, v in zip(COLUMNS, values, strict=True)})  # type: ignore[attr-defined]


def _polars(frame: object, text_column: str, threshold: Threshold, prefix: str) -> object:
    import polars

    found = _columns(frame[text_column].to_list(), threshold)  # type: ignore[index]
    types = (polars.Float64, polars.String, polars.Int64)
    values: tuple[Any, ...] = (_with_none(found.probability), found.verdict, found.n_words)
    columns = [polars.Series(prefix + c, v, dtype=t) for c, v, t in zip(COLUMNS, values, types, strict=True)]
    return frame.with_columns(columns)  # type: ignore[attr-defined]


def _arrow(frame: object, text_column: str, threshold: Threshold, prefix: str) -> object:
    import pyarrow

    found = _columns(frame.column(text_column).to_pylist(), threshold)  # type: ignore[attr-defined]
    columns = (
        pyarrow.array(found.probability, mask=np.isnan(found.probability)),
        pyarrow.array(found.verdict, pyarrow.string()),
        pyarrow.array(found.n_words),
    )
    # Not `append_column`, which batches of records have had only since pyarrow 17.
    schema = frame.schema  # type: ignore[attr-defined]
    for name, column in zip(COLUMNS, columns, strict=True):
        schema = schema.append(pyarrow.field(prefix + name, column.type))
    return type(frame).from_arrays([*frame.columns, *columns], schema=schema)  # type: ignore[attr-defined]
