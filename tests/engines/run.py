"""Run the recipes of docs/corpora.md as they stand, and compare what they write with the scores of one process.

    python tests/engines/run.py [--records 400] [ENGINE ...]

Prints a line an engine: whether all numbers are the same, seconds. An engine that is not installed is named.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet

from detector import scores

ROOT = Path(__file__).resolve().parents[2]
ARTICLES = ROOT / "notebooks" / "articles"
PAGE = (ROOT / "docs" / "corpora.md").read_text(encoding="utf-8")
SECTION = PAGE[PAGE.index("## Engines") : PAGE.index("## What it costs")]
RECIPES: dict[str, str] = dict(re.findall(r'^```python title="(\w+)"\n(.*?)^```$', SECTION, re.MULTILINE | re.DOTALL))
RECIPES["dolma"] = "\n".join(re.findall(r"^    dolma (tag .*)$", PAGE, re.MULTILINE))
PACKAGES = {"joblib": "distributed", "dask": "distributed"}  # of recipes that are named otherwise
Found = dict[str, tuple[float | None, str]]  # probability and verdict by id


def texts(n: int) -> list[str]:
    pieces = [p for path in sorted(ARTICLES.glob("*.txt")) for p in path.read_text(encoding="utf-8").split("\n") if p]
    return [f"Number {i}.\n" + "\n".join(pieces[k % len(pieces)] for k in range(i, i + 3)) for i in range(n)]


def expected(documents: list[str]) -> Found:
    found = scores(documents)
    p = [None if x != x else x for x in found.probability.tolist()]
    return dict(zip(map(str, range(len(documents))), zip(p, found.verdict, strict=True), strict=True))


def write_corpus(folder: Path, documents: list[str]) -> None:
    """Write a corpus of two Parquet files, and of two files as dolma wants them."""
    own = [{"id": str(i), "text": text} for i, text in enumerate(documents)]
    (folder / "corpus").mkdir()
    (folder / "dolma" / "corpus" / "documents").mkdir(parents=True)
    for shard in range(2):
        pa.parquet.write_table(pa.Table.from_pylist(own[shard::2]), folder / "corpus" / f"{shard}.parquet")
        with gzip.open(folder / "dolma" / "corpus" / "documents" / f"{shard}.jsonl.gz", "wt") as out:
            out.writelines(json.dumps({**row, "source": "articles"}) + "\n" for row in own[shard::2])


def lines(folder: Path) -> list[dict[str, Any]]:
    paths = sorted(folder.rglob("*.jsonl.gz"))
    return [json.loads(line) for path in paths for line in gzip.open(path, "rt").read().splitlines()]


def written(folder: Path) -> Found:
    """Return what a recipe has written, in the form that its engine has."""
    out: Found = {}
    for place in ("kept", "dropped"):
        for row in lines(folder / place):
            found = row["metadata"]
            out[row["id"]] = found["detector_probability"], found["detector_verdict"]
            assert (found["detector_verdict"] == "spun") == (place == "dropped")
    for scored in folder.glob("scored*"):
        for row in pyarrow.dataset.dataset(scored, exclude_invalid_files=True).to_table().to_pylist():
            p = row["detector_probability"]
            out[row["id"]] = None if p is None or p != p else p, row["detector_verdict"]
    for row in lines(folder / "dolma" / "corpus" / "attributes"):
        p, spun = (row["attributes"][f"spun_text__spun_text__{kind}"] for kind in ("probability", "spun"))
        verdict = "spun" if spun else "clean" if p else "insufficient_text"
        out[row["id"]] = p[0][2] if p else None, verdict
    return out


def run(engine: str, folder: Path) -> Found:
    """Run a recipe in a folder with its corpus.

    Raises PackageNotFoundError if the engine is not installed, CalledProcessError if the recipe fails.
    """
    version(PACKAGES.get(engine, engine))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "HF_HOME": str(folder / "huggingface")}
    # Spark and Ray start the interpreter by its name.
    environment |= {"PYSPARK_PYTHON": sys.executable, "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0"}
    if engine == "dolma":
        folder /= "dolma"
        command = [str(Path(sys.executable).with_name("dolma")), *shlex.split(RECIPES[engine])]
    else:
        command = [sys.executable, "recipe.py"]
        (folder / "recipe.py").write_text(RECIPES[engine], encoding="utf-8")
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    return written(folder.parent if engine == "dolma" else folder)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("engines", nargs="*", metavar="ENGINE", help=f"of {', '.join(RECIPES)}; all if none is named")
    parser.add_argument("--records", type=int, default=400)
    arguments = parser.parse_args()
    documents = texts(arguments.records)
    begun = time.perf_counter()
    numbers = expected(documents)
    print(f"one process: {arguments.records} records, {time.perf_counter() - begun:.1f} s", flush=True)
    failed = False
    for engine in arguments.engines or RECIPES:
        begun = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            write_corpus(Path(folder), documents)
            try:
                told = "the same numbers" if run(engine, Path(folder)) == numbers else "OTHER NUMBERS"
            except PackageNotFoundError as error:
                print(f"{engine}: not installed ({error.name})", flush=True)
                continue
            except subprocess.CalledProcessError as error:
                told = f"FAILED\n{error.stderr.decode(errors='replace')[-2000:]}"
        failed |= told != "the same numbers"
        package = PACKAGES.get(engine, engine)
        print(f"{engine} ({package} {version(package)}): {told}, {time.perf_counter() - begun:.1f} s", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
