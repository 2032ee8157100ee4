"""Feed generated inputs to the library, the readers, the records and the server, for as long as one likes.

    nice -n 19 python tests/fuzz/fuzz.py --inputs 1000000 --folder fuzzed/

Every input is checked for what is promised: an error of `detector.errors` or a result that holds its properties. All
inputs of a run go through one process, whose memory and handles must not grow, and whose results must be those of a
fresh process. The folder keeps the counts, the inputs that did something new, from which others are started, and a
file for each fault with its target and trace. The next run on the folder goes on from there. It exits with 1 if there
were faults.
"""

from __future__ import annotations

import argparse
import base64
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).resolve().parents[1])  # that `fuzz` is the folder, not this file

from fuzz import checks, generator  # noqa: E402
from fuzz.generator import Corpus  # noqa: E402

from detector import detect, detect_many, reverse, scores  # noqa: E402
from detector.errors import DetectorError  # noqa: E402
from detector.readers import parse_document  # noqa: E402

# Inputs of each target in a round: a millisecond each in large batches, ten to twenty for those that go one by one.
ROUND = {"detect": 8192, "reverse": 48, "arguments": 96, "files": 96, "records": 160, "server": 32}
BATCH = 1024
SLOW = 10.0  # CPU seconds: none of the inputs is larger than some kilobytes
ASKED = 20  # texts of every second round that a fresh process judges and restores as well
MAX_GROWTH = 50  # MB after the first 100,000 inputs of a process, in which its caches and corpora fill
SETTLED = 100_000
FRESH = """
import ast, json, sys
from detector import detect, reverse
for line in sys.stdin:
    text = ast.literal_eval(line)
    print(json.dumps([detect(text).to_dict(), reverse(text).to_dict()]))
"""


class Run:
    """Counts, corpora and faults of all runs on a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        known = json.loads((folder / "counts.json").read_text()) if (folder / "counts.json").exists() else {}
        self.counts: Counter[str] = Counter(known)
        self.counts["runs"] += 1
        self.choose = random.Random(self.counts["runs"])
        self.corpora = {target: self._read(target) for target in ("detect", "files", "records")}
        self.n_before = self.n_inputs
        self.settled: tuple[int, int] | None = None

    def _read(self, target: str) -> Corpus:
        corpus, path = Corpus(), self.folder / f"corpus-{target}.jsonl"
        for line in path.read_text(encoding="ascii").splitlines() if path.exists() else ():
            source, signature = json.loads(line)
            corpus.add(_unpacked(source), repr(signature), self.choose)
        return corpus

    def keep(self, target: str, source: Any, signature: Any) -> None:
        """Keep an input, here and in the folder, if no other has its signature."""
        if self.corpora[target].add(source, repr(_plain(signature)), self.choose):
            with (self.folder / f"corpus-{target}.jsonl").open("a", encoding="ascii") as file:
                file.write(json.dumps([_packed(source), _plain(signature)]) + "\n")

    def save(self) -> None:
        """Write the counts; a run that is killed loses one round of them."""
        new = self.folder / "counts.new"
        new.write_text(json.dumps(dict(sorted(self.counts.items())), indent=1))
        new.replace(self.folder / "counts.json")

    @property
    def n_inputs(self) -> int:
        """How many inputs were generated so far."""
        return sum(self.counts[target] for target in ROUND)

    def guarded(self, target: str, source: Any, work: Callable[..., Any], *arguments: Any) -> Any:
        """Return the result of `work` on an input, or the error that refuses it; write down any other."""
        start = time.process_time()
        try:
            made = work(*arguments)
        except DetectorError as error:
            made = error
        except Exception:
            self.fault(target, source, traceback.format_exc())
            return None
        if time.process_time() - start > SLOW:
            self.fault(target, source, f"took {time.process_time() - start:.1f} s")
        return made

    def fault(self, target: str, source: Any, trace: str) -> None:
        """Count a fault, and write it down."""
        self.counts[f"{target}: FAULTS"] += 1
        name = f"fault-{target}-{self.counts['runs']}-{self.n_inputs}-{self.counts[f'{target}: FAULTS']}"
        said = f"{source!r}\n\n{trace}"
        (self.folder / f"{name}.txt").write_text(said, encoding="utf-8", errors="backslashreplace")
        print(f"FAULT {name}: {trace.strip().splitlines()[-1][:300]}", flush=True)

    def detect(self, n: int) -> None:
        """Judge texts, a batch at a time; of every tenth batch the columns must agree."""
        for _ in range(0, n, BATCH):
            texts = [generator.text(self.choose, self.corpora["detect"]) for _ in range(BATCH)]
            self.counts["detect"] += BATCH
            try:
                reports = list(detect_many(texts))
            except Exception:  # which of them it was, each tells on its own
                reports = [self.guarded("detect", text, detect, text) for text in texts]
            for text, report in zip(texts, reports, strict=True):
                if report is None or isinstance(report, DetectorError):
                    self.fault("detect", text, f"no report: {report}")
                    continue
                self.guarded("detect", text, checks.check_report, text, report)
                self.counts["detect: with a verdict"] += report.probability is not None
                cues = sorted({e.cue for e in report.evidence} | {d.kind for d in report.damage})
                reasons = sorted({o.reason for o in report.omitted})
                size = len(text).bit_length(), len(report.passages), report.n_words.bit_length()
                self.keep("detect", text, (report.verdict, report.language, cues, reasons, size))
            if self.choose.random() < 0.1 and None not in reports:
                columns = self.guarded("detect", texts, scores, texts)
                if columns is None or columns.verdict != tuple(report.verdict for report in reports):
                    self.fault("detect", texts, "`scores` has other verdicts than `detect_many`")

    def reverse(self, n: int) -> None:
        """Restore texts, more of them than are flagged."""
        for _ in range(n):
            text = generator.text(self.choose, self.corpora["detect"])
            self.counts["reverse"] += 1
            self.guarded("reverse", text, _reversed, text)

    def arguments(self, n: int) -> None:
        """Call the library with values of wrong types."""
        for _ in range(n):
            state = self.choose.getstate()
            self.counts["arguments"] += 1
            self.guarded("arguments", state, checks.check_wrong_values, self.choose, "The ferry was late.")

    def files(self, n: int) -> None:
        """Read files, judge them, render the reports in all formats and write the restored files."""
        documents, sources = [], []
        for _ in range(n):
            known = self.corpora["files"].pick(self.choose) if self.choose.random() < 0.3 else None
            name, data = generator.files(self.choose) if known is None else generator.again(self.choose, known)
            suffix, regions = Path(name).suffix, self.choose.random() < 0.3
            self.counts["files"] += 1
            self.counts[f"files: {suffix}"] += 1
            source = name, data, regions
            document = self.guarded("files", source, parse_document, Path(name), data, suffix, regions)
            if isinstance(document, DetectorError):
                self.counts["files: refused"] += 1
                self.keep("files", (name, data), (suffix, _told(document)))
            elif document is not None:
                self.guarded("files", source, checks.check_document, document)
                documents.append(document)
                sources.append((name, data))
        judged = self.guarded("files", sources, lambda: list(detect_many(d.judged_text for d in documents)))
        if not judged:
            return
        self.counts["files: with a verdict"] += sum(report.probability is not None for report in judged)
        for source, document, report in zip(sources, documents, judged, strict=True):
            reasons = sorted({reason for _, _, reason in document.omitted})
            size = len(source[1]).bit_length(), len(document.text).bit_length()
            self.keep("files", source, (Path(source[0]).suffix, report.verdict, reasons, size))
        self.guarded("files", sources, checks.check_rendered, documents, judged)
        written = self.choose.sample(range(len(documents)), min(6, len(documents)))
        for i in written:
            self.guarded("files", sources[i], checks.check_written, documents[i], sources[i][1])

    def records(self, n: int) -> None:
        """Read files of records."""
        with tempfile.TemporaryDirectory() as folder:
            for _ in range(n):
                known = self.corpora["records"].pick(self.choose) if self.choose.random() < 0.3 else None
                name, data = generator.records(self.choose) if known is None else generator.again(self.choose, known)
                path = Path(folder, name)
                path.write_bytes(data)
                self.counts["records"] += 1
                self.counts[f"records: {name[1:]}"] += 1
                made = self.guarded("records", (name, data), checks.check_records, path)
                self.counts["records: refused"] += isinstance(made, DetectorError)
                told = _told(made) if isinstance(made, DetectorError) else made
                self.keep("records", (name, data), (name[1:], told))

    def server(self, n: int) -> None:
        """Answer requests to the server's workers."""
        for _ in range(n):
            kind, body = generator.request(self.choose, self.corpora["detect"])
            self.counts["server"] += 1
            status = self.guarded("server", (kind, body), checks.check_answer, kind, body)
            self.counts[f"server: {status}"] += 1

    def process(self) -> None:
        """Compare this process with itself, earlier, and with a fresh one."""
        texts = [generator.text(self.choose, self.corpora["detect"]) for _ in range(ASKED)]
        self.counts["process: texts asked of a fresh one"] += ASKED
        restored = map(reverse, texts)
        here = [_plain([a.to_dict(), b.to_dict()]) for a, b in zip(detect_many(texts), restored, strict=True)]
        lines = "".join(f"{text!a}\n" for text in texts)  # JSON would join two halves of a surrogate pair
        fresh = subprocess.run([sys.executable, "-c", FRESH], input=lines, capture_output=True, text=True, check=True)
        for text, own, line in zip(texts, here, fresh.stdout.splitlines(), strict=True):
            if own != json.loads(line):
                self.fault("process", text, "a fresh process gives other results")
        memory, handles = _memory(), _handles()
        n = self.n_inputs - self.n_before
        print(f"{self.n_inputs:9,} inputs, {n:9,} of them here: {memory} MB, {handles} handles", flush=True)
        if n < SETTLED:
            return
        self.settled = self.settled or (memory, handles)
        if memory > self.settled[0] + MAX_GROWTH or handles > self.settled[1]:
            self.fault("process", n, f"grew from {self.settled} to {(memory, handles)}")
            self.settled = memory, handles


def _memory() -> int:
    """Return the resident memory in MB; 0 if this system does not say."""
    status = Path("/proc/self/statm")
    return int(status.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1_000_000 if status.exists() else 0


def _handles() -> int:
    """Return how many files are open; 0 if this system does not say."""
    folder = Path("/proc/self/fd")
    return len(os.listdir(folder)) if folder.exists() else 0


def _reversed(text: str) -> None:
    """Restore more texts than are flagged."""
    checks.check_restoration(text, reverse(text, threshold=0.2))


def _told(error: DetectorError) -> str:
    """Return the message of an error without numbers, so that one kind of error is one signature."""
    return "".join(c for c in str(error) if not c.isdigit())[:60]


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value))


def _packed(source: Any) -> Any:
    return source if isinstance(source, str) else [source[0], base64.b64encode(source[1]).decode("ascii")]


def _unpacked(source: Any) -> Any:
    return source if isinstance(source, str) else (source[0], base64.b64decode(source[1]))


def main() -> int:
    """Run until the inputs are done or the time is over, and print the counts."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--inputs", type=int, default=20_000, help="of all runs on the folder together")
    arguments.add_argument("--minutes", type=float, default=600.0)
    arguments.add_argument("--folder", type=Path, default=Path("fuzzed"))
    arguments.add_argument("--targets", nargs="+", choices=ROUND, default=list(ROUND))
    given = arguments.parse_args()
    run = Run(given.folder)
    end = time.monotonic() + 60 * given.minutes
    for is_odd in itertools.cycle((False, True)):
        if run.n_inputs >= given.inputs or time.monotonic() > end:
            break
        for target in given.targets:
            getattr(run, target)(ROUND[target])
        if is_odd:
            run.process()
        run.save()
    print((given.folder / "counts.json").read_text())
    return 1 if any("FAULTS" in name for name in run.counts) else 0


if __name__ == "__main__":
    sys.exit(main())
