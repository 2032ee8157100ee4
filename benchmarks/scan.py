"""Speed and memory of `scan`, as ratios to `scores` and to datatrove's filters in the same run.

    python benchmarks/scan.py [--corpus FILE.jsonl.gz] [--megabytes 6] [--memory]

Prints seconds on the clock, which mean something on an idle machine, and seconds of CPU, which hardly depend on what
else runs: of this process, and of the processes that score for it. A scan by several processes is limited by the first
once that has as much to do as each of the others. `--memory` prints the peak memory on corpora of 1, 4 and 16 times the
size, which stays level.
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from speed import generated

from detector import scores
from detector.scan import ScanSettings, scan


def read(path: Path, size: int) -> list[str]:
    out: list[str] = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            out.append(json.loads(line)["text"])
            size -= len(out[-1])
            if size < 0:
                break
    return out


class Seconds(NamedTuple):
    """What a piece of work took: on the clock, of CPU here, and of CPU in other processes."""

    clock: float
    own: float
    others: float

    @property
    def cpu(self) -> float:
        return self.own + self.others


def cpu_seconds(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def seconds(work: Callable[[], object]) -> Seconds:
    def now() -> tuple[float, float, float]:
        return time.perf_counter(), cpu_seconds(resource.RUSAGE_SELF), cpu_seconds(resource.RUSAGE_CHILDREN)

    begun = now()
    work()
    return Seconds(*(b - a for a, b in zip(begun, now(), strict=True)))


def scanned(source: Path, n_jobs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        scan(ScanSettings(source, Path(folder, "out"), n_jobs=n_jobs))


def filtered(name: str, texts: list[str]) -> None:
    from datatrove.data import Document
    from datatrove.pipeline import filters

    one = getattr(filters, name)()
    for i, text in enumerate(texts):
        one.filter(Document(text, str(i)))


def write(folder: Path, texts: list[str], files: int) -> Path:
    for k in range(files):
        rows = (json.dumps({"id": i, "text": t}) + "\n" for i, t in enumerate(texts[k::files]))
        (folder / f"{k}.jsonl").write_text("".join(rows), encoding="utf-8")
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--megabytes", type=float, default=6.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", action="store_true")
    arguments = parser.parse_args()
    size = int(arguments.megabytes * 1e6)
    texts = read(arguments.corpus, size) if arguments.corpus else generated(size // 6, 400, 1)
    words = sum(len(t.split()) for t in texts)
    print(f"{len(texts):,} texts, {words:,} words")
    with tempfile.TemporaryDirectory() as folder:
        large, small = Path(folder, "large"), Path(folder, "small")
        for path in (large, small):
            path.mkdir()
        write(large, texts, 1), write(small, texts, min(len(texts), 500))
        if arguments.memory:
            for times in (1, 4, 16):
                source = Path(folder, f"{times}.jsonl")
                with source.open("w", encoding="utf-8") as out:
                    for _ in range(times):
                        out.write((large / "0.jsonl").read_text(encoding="utf-8"))
                command = [sys.executable, "-m", "detector.cli", "scan", str(source), "-o", f"{folder}/{times}", "-q"]
                subprocess.run(command, check=True)
                # The children's peak so far: the sizes ascend, so that a larger one would show.
                peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
                print(f"{times:>3} times: peak {peak:,.0f} MiB", flush=True)
            return
        works: dict[str, Callable[[], object]] = {
            "scores": partial(scores, texts),
            "scan, one file": partial(scanned, large, 1),
            "scan, small files": partial(scanned, small, 1),
            "scan, two processes": partial(scanned, large, 2),
        }
        try:
            import datatrove  # noqa: F401

            for name in ("GopherQualityFilter", "C4QualityFilter", "FineWebQualityFilter"):
                works[name] = partial(filtered, name, texts)
        except ImportError:
            print("datatrove is not installed: its filters are not measured")
        scores(texts[:50])  # the models are read before anything is measured
        # In turn, so that what else the machine does falls on all alike.
        runs: dict[str, list[Seconds]] = {name: [] for name in works}
        for _ in range(arguments.rounds):
            for name, work in works.items():
                runs[name].append(seconds(work))
        clock = {name: min(run.clock for run in taken) for name, taken in runs.items()}
        best = {name: min(taken, key=lambda run: run.cpu) for name, taken in runs.items()}
        print(f"{'':<24}{'words/s':>12}{'x scores':>10}{'CPU s':>10}{'here':>8}{'x scores by CPU':>18}")
        for name, least in best.items():
            print(
                f"{name:<24}{words / clock[name]:>12,.0f}{clock['scores'] / clock[name]:>10.2f}"
                f"{least.cpu:>10.2f}{least.own:>8.2f}{best['scores'].cpu / least.cpu:>18.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
