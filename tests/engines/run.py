"""Ask every engine for the scores of the same texts, and compare them with those of one process.

    python tests/engines/run.py [--records 400] [ENGINE ...]

Prints a line an engine: whether all numbers are the same, records, seconds. An engine that is not installed is named.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pyarrow as pa

from detector import scores
from detector.engines.frames import score_frame, score_frames

ARTICLES = Path(__file__).resolve().parents[2] / "notebooks" / "articles"
Columns = dict[int, tuple[float | None, str]]  # probability and verdict by record


def texts(n: int) -> list[str]:
    pieces = [p for path in sorted(ARTICLES.glob("*.txt")) for p in path.read_text(encoding="utf-8").split("\n") if p]
    return [f"Number {i}.\n" + "\n".join(pieces[k % len(pieces)] for k in range(i, i + 3)) for i in range(n)]


def of_frame(frame: pd.DataFrame) -> Columns:
    rows = zip(frame["n"], frame["detector_probability"], frame["detector_verdict"], strict=True)
    return {int(n): (None if pd.isna(p) else float(p), str(v)) for n, p, v in rows}


def dask(frame: pd.DataFrame) -> Columns:
    import dask.dataframe as dd
    from distributed import Client, LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster):
        table = dd.from_pandas(frame, npartitions=4)
        return of_frame(table.map_partitions(score_frame, meta=score_frame(table._meta)).compute())


def ray(frame: pd.DataFrame) -> Columns:
    import ray.data

    # The workers run with this interpreter and our path, so that a checkout is found as well as a package.
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, object_store_memory=100_000_000)
    try:
        table = ray.data.from_pandas(frame).repartition(4)
        return of_frame(table.map_batches(score_frame, batch_format="pandas", batch_size=128).to_pandas())
    finally:
        ray.shutdown()


def spark(frame: pd.DataFrame) -> Columns:
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    from pyspark.sql import SparkSession

    session = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    try:
        table = session.createDataFrame(frame).repartition(4)
        schema = "n long, text string, detector_probability double, detector_verdict string, detector_n_words long"
        return of_frame(table.mapInPandas(score_frames, schema).toPandas())
    finally:
        session.stop()


def datasets(frame: pd.DataFrame) -> Columns:
    from datasets import Dataset

    table = Dataset.from_pandas(frame)
    return of_frame(table.map(score_frame, batched=True, batch_size=128, num_proc=2).to_pandas())


def polars(frame: pd.DataFrame) -> Columns:
    import polars as pl

    table = pl.from_pandas(frame).lazy()
    added = {"detector_probability": pl.Float64, "detector_verdict": pl.String, "detector_n_words": pl.Int64}
    schema = {**table.collect_schema(), **added}
    return of_frame(table.map_batches(score_frame, schema=schema).collect().to_pandas())


def arrow(frame: pd.DataFrame) -> Columns:
    batches = pa.Table.from_pandas(frame).to_batches(128)
    return of_frame(pa.Table.from_batches(list(score_frames(batches))).to_pandas())


def datatrove(frame: pd.DataFrame) -> Columns:
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter

    from detector.engines.datatrove import SpunFilter

    with tempfile.TemporaryDirectory() as folder:
        for shard in range(2):
            lines = [json.dumps({"id": str(n), "text": t}) for n, t in zip(frame["n"], frame["text"], strict=True)]
            path = Path(folder, "in", f"{shard}.jsonl")
            path.parent.mkdir(exist_ok=True)
            path.write_text("\n".join(lines[shard::2]) + "\n", encoding="utf-8")
        dropped = JsonlWriter(f"{folder}/dropped", compression=None)
        pipeline = [JsonlReader(f"{folder}/in"), SpunFilter(exclusion_writer=dropped)]
        pipeline.append(JsonlWriter(f"{folder}/kept", compression=None))
        LocalPipelineExecutor(pipeline, tasks=2, workers=2, logging_dir=f"{folder}/logs").run()
        out: Columns = {}
        for place in ("kept", "dropped"):
            for path in Path(folder, place).glob("*.jsonl"):
                for line in path.read_text(encoding="utf-8").splitlines():
                    row = json.loads(line)
                    found = row["metadata"]
                    assert (found["detector_verdict"] == "spun") == (place == "dropped")
                    out[int(row["id"])] = (found["detector_probability"], found["detector_verdict"])
        return out


def joblib_dask(frame: pd.DataFrame) -> Columns:
    from distributed import Client, LocalCluster
    from joblib import parallel_config

    quiet = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(**quiet) as cluster, Client(cluster), parallel_config(backend="dask"):
        found = scores(list(frame["text"]), n_jobs=2)
    p = [None if x != x else x for x in found.probability.tolist()]
    return dict(enumerate(zip(p, found.verdict, strict=True)))


ENGINES: dict[str, tuple[str, Callable[[pd.DataFrame], Columns]]] = {
    "pyarrow": ("pyarrow", arrow),
    "polars": ("polars", polars),
    "datasets": ("datasets", datasets),
    "datatrove": ("datatrove", datatrove),
    "dask": ("distributed", dask),
    "joblib on dask": ("distributed", joblib_dask),
    "ray": ("ray", ray),
    "spark": ("pyspark", spark),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("engines", nargs="*", metavar="ENGINE", help=f"of {', '.join(ENGINES)}; all if none is named")
    parser.add_argument("--records", type=int, default=400)
    arguments = parser.parse_args()
    frame = pd.DataFrame({"n": range(arguments.records), "text": texts(arguments.records)})
    begun = time.perf_counter()
    found = scores(list(frame["text"]))
    print(f"one process: {arguments.records} records, {time.perf_counter() - begun:.1f} s", flush=True)
    p = [None if x != x else x for x in found.probability.tolist()]
    expected = dict(enumerate(zip(p, found.verdict, strict=True)))
    differs = False
    for name in arguments.engines or ENGINES:
        package, ask = ENGINES[name]
        begun = time.perf_counter()
        try:
            same = ask(frame) == expected
        except ImportError as error:
            print(f"{name}: not installed ({error})", flush=True)
            continue
        differs |= not same
        verdict = "the same numbers" if same else "OTHER NUMBERS"
        print(f"{name} ({package} {version(package)}): {verdict}, {time.perf_counter() - begun:.1f} s", flush=True)
    return int(differs)


if __name__ == "__main__":
    sys.exit(main())
