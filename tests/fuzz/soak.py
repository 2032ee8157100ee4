"""Read generated documents for hours in one process: memory and handles must not grow, nor results drift.

    nice -n 15 python tests/fuzz/soak.py --documents 1000000

Prints memory and open handles as it goes. It exits with 1 if memory grew by more than 50 MB after the first tenth, if
handles grew at all, or if a fresh process gives another result for one of the texts that it is asked about.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1])  # that `fuzz` is the folder, not this file

from fuzz import generator  # noqa: E402

from detector import detect_many, reverse  # noqa: E402

BATCH = 500
ALLOWED = 50  # MB
FRESH = """
import json, sys
from detector import detect, reverse
for line in sys.stdin:
    text = json.loads(line)
    print(json.dumps([detect(text).to_dict(), reverse(text).to_dict()]))
"""


def _memory() -> int:
    """Return the resident memory in MB; 0 if this system does not say."""
    status = Path("/proc/self/statm")
    return int(status.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1_000_000 if status.exists() else 0


def _handles() -> int:
    """Return how many files are open; 0 if this system does not say."""
    folder = Path("/proc/self/fd")
    return len(os.listdir(folder)) if folder.exists() else 0


def _fresh(texts: list[str]) -> list[object]:
    """Return the results of a process that has read nothing else."""
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    run = subprocess.run([sys.executable, "-c", FRESH], input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def main() -> int:
    """Read until the number is reached."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--documents", type=int, default=20_000)
    arguments.add_argument("--seed", type=int, default=0)
    given = arguments.parse_args()
    choose = random.Random(given.seed)
    start: tuple[int, int] | None = None
    different = with_verdict = 0
    for done in range(0, given.documents, BATCH):
        texts = [generator.text(choose) for _ in range(BATCH)]
        reports = list(detect_many(texts))
        with_verdict += sum(r.probability is not None for r in reports)
        if done // BATCH % 20 == 0:
            asked = texts[:20]
            here = [
                json.loads(json.dumps([r.to_dict(), reverse(t).to_dict()]))
                for r, t in zip(reports, asked, strict=False)
            ]
            different += sum(a != b for a, b in zip(here, _fresh(asked), strict=True))
            print(
                f"{done + BATCH:9,} documents {_memory():5} MB {_handles():4} handles {different} different", flush=True
            )
        if start is None and done >= given.documents / 10:
            start = _memory(), _handles()
    before = start or (_memory(), _handles())
    memory, handles = _memory() - before[0], _handles() - before[1]
    print(f"{with_verdict:,} with a verdict; memory {memory:+} MB, handles {handles:+}, {different} different")
    return 1 if memory > ALLOWED or handles > 0 or different else 0


if __name__ == "__main__":
    sys.exit(main())
