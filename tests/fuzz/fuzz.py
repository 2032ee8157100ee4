"""Feed generated inputs to the library, the readers, the records and the renderers, for as long as one likes.

    nice -n 15 python tests/fuzz/fuzz.py --minutes 60 --seed 1 --faults faults/

Every input is checked for what is promised: an error of `detector.errors` or a result that holds its properties. A
fault is written to the folder with its seed, target and trace. Inputs that do something new are kept to start others.
It exits with 1 if there were faults.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).resolve().parents[1])  # that `fuzz` is the folder, not this file

from fuzz import generator  # noqa: E402
from fuzz.checks import check_records, check_rendered, check_report, check_restoration, check_wrong_values  # noqa: E402
from fuzz.generator import Corpus  # noqa: E402

from detector import detect, detect_many, reverse, scores  # noqa: E402
from detector.errors import DetectorError  # noqa: E402
from detector.readers import parse_document  # noqa: E402

BATCH = 64
TARGETS = ("library", "readers", "records", "render")


class Run:
    """Counts, corpora and faults of one run."""

    def __init__(self, seed: int, faults: Path, targets: frozenset[str]) -> None:
        self.choose = random.Random(seed)
        self.seed = seed
        self.faults = faults
        self.targets = targets
        self.counts: Counter[str] = Counter()
        self.corpus = Corpus()

    def guarded(self, target: str, source: Any, work: Callable[[], Any]) -> Any:
        """Count an input, and write down an error that is not promised."""
        self.counts[target] += 1
        try:
            return work()
        except DetectorError:
            self.counts[f"{target}: refused"] += 1
        except Exception:
            self.counts[f"{target}: FAULTS"] += 1
            trace = traceback.format_exc()
            self.faults.mkdir(parents=True, exist_ok=True)
            name = f"{target}-{self.seed}-{self.counts[target]}"
            (self.faults / f"{name}.txt").write_text(
                f"{source!r}\n\n{trace}", encoding="utf-8", errors="backslashreplace"
            )
            print(f"FAULT {name}: {trace.strip().splitlines()[-1][:300]}", flush=True)
        return None

    def library(self) -> None:
        texts = [generator.text(self.choose, self.corpus) for _ in range(BATCH)]
        columns = self.guarded("scores", texts, lambda: scores(texts))
        try:
            reports = list(detect_many(texts))
        except Exception:  # which of them it was, each tells on its own
            reports = [self.guarded("detect", t, lambda t=t: detect(t)) for t in texts]
        for i, (text, report) in enumerate(zip(texts, reports, strict=True)):
            if report is None:
                continue
            self.guarded("detect", text, lambda text=text, report=report: check_report(text, report))
            self.counts["detect: with a verdict"] += report.probability is not None
            if columns is not None and columns.verdict[i] != report.verdict:
                self.guarded("scores", text, lambda: 1 / 0)
            cues = tuple(sorted({e.cue for e in report.evidence} | {d.kind for d in report.damage}))
            size = len(text).bit_length(), len(report.passages), report.n_words.bit_length()
            self.corpus.add(text, (report.verdict, report.language, cues, size), self.choose)
        for text in texts[:: 1 + self.choose.randrange(8)][:12]:
            self.guarded("reverse", text, lambda text=text: check_restoration(text, reverse(text, threshold=0.2)))
        text = texts[0]
        for _ in range(6):
            self.guarded("arguments", text, lambda: check_wrong_values(self.choose, text))

    def readers(self) -> None:
        read = []
        for _ in range(BATCH):
            name, data = generator.files(self.choose)
            regions = self.choose.random() < 0.3
            document = self.guarded(
                f"read {name[1:]}",
                (name, data),
                lambda name=name, data=data, regions=regions: parse_document(
                    Path(name), data, Path(name).suffix, regions
                ),
            )
            if document is not None:
                self.guarded("omitted", (name, data), lambda document=document: _check_document(document))
                read.append(document)
        if "render" not in self.targets:
            return
        judged = self.guarded(
            "detect", [d.judged_text for d in read], lambda: list(detect_many(d.judged_text for d in read))
        )
        if judged:
            self.guarded("render", read, lambda: check_rendered(read, judged))
            self.counts["render"] += len(read) - 1

    def records(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for _ in range(BATCH // 2):
                name, data = generator.records(self.choose)
                path = Path(folder, name)
                path.write_bytes(data)
                self.guarded(f"records {name[1:]}", (name, data), lambda path=path: check_records(path))


def _check_document(document: Any) -> None:
    text, judged = document.text, document.judged_text
    assert len(text) == len(judged)
    assert all(0 <= a < b <= len(text) and reason for a, b, reason in document.omitted)
    assert all(x[1] <= y[0] for x, y in zip(document.omitted, document.omitted[1:], strict=False))
    assert not any(judged[a:b].strip() for a, b, _ in document.omitted)
    assert document.omitted_words >= 0


def main() -> int:
    """Run until the time is over, and print the counts."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--minutes", type=float, default=1.0)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--faults", type=Path, default=Path("faults"))
    arguments.add_argument("--targets", nargs="+", choices=TARGETS, default=TARGETS)
    given = arguments.parse_args()
    run = Run(given.seed, given.faults, frozenset(given.targets))
    end = time.monotonic() + 60 * given.minutes
    rounds = 0
    while time.monotonic() < end:
        if "library" in run.targets:
            run.library()
        if rounds % 2 == 0 and "readers" in run.targets:
            run.readers()
        if rounds % 2 == 0 and "records" in run.targets:
            run.records()
        rounds += 1
        if rounds % 50 == 0:
            print(json.dumps(dict(run.counts)), flush=True)
    print(json.dumps({**dict(sorted(run.counts.items())), "corpus": len(run.corpus)}, indent=1))
    return 1 if any("FAULTS" in name for name in run.counts) else 0


if __name__ == "__main__":
    sys.exit(main())
