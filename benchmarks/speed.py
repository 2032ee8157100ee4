"""Speed and memory as ratios to other programs in the same run, so that a number means the same on any machine.

    python benchmarks/speed.py [--corpus FILE.jsonl.gz] [--words 300000] [--seed 1]

Without a corpus, text is drawn from our own language model: right word frequencies, no sense. One process, one thread.
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import kenlm
import numpy as np
import wordfreq
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from detector import detect, detect_many, reverse
from detector.estimators.language_model import LanguageModel
from detector.model_store import load_models
from detector.text.tokens import tokenize
from detector.text.vocabulary import BOUNDARY, NAME, Vocabulary
from detector.training.language_model import build_language_model, estimate, write_arpa

_ROUNDS = 5
_MEGABYTES = (1, 2, 5, 10)
_DOCUMENTS = (1000, 4000)


def generated(words: int, each: int, seed: int) -> list[str]:
    """Return documents of `each` words whose words follow the frequencies of English."""
    models = load_models()
    vocabulary = models.vocabulary
    rng = np.random.default_rng(seed)
    listed = np.flatnonzero((vocabulary.zipf > 2.5) & vocabulary.is_word_id)
    share = 10.0 ** vocabulary.zipf[listed].astype(np.float64)
    out = []
    for _ in range(max(1, words // each)):
        drawn = [vocabulary.words[i] for i in rng.choice(listed, each, p=share / share.sum())]
        sentences = [drawn[i : i + 18] for i in range(0, each, 18)]
        lines = [(" ".join(s) + ".").capitalize() for s in sentences]
        out.append("\n".join(" ".join(lines[i : i + 5]) for i in range(0, len(lines), 5)))
    return out


def read(path: Path, words: int) -> list[str]:
    out: list[str] = []
    count = 0
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            out.append(json.loads(line)["text"])
            count += len(out[-1].split())
            if count >= words:
                break
    return out


def words_in(texts: Sequence[str]) -> int:
    return sum(len(t.split()) for t in texts)


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def rate(work: Callable[[list[str]], object], texts: Sequence[str]) -> float:
    """Return words a second: the median of a few parts, each text seen once, so that no cache helps."""
    parts = [list(texts[i::_ROUNDS]) for i in range(_ROUNDS)]
    return statistics.median(words_in(part) / seconds(partial(work, part)) for part in parts if part)


def show(name: str, value: float, unit: str, ratio: float | None = None, to: str = "") -> None:
    compared = "" if ratio is None else f"{ratio:8.3f} x {to}"
    print(f"{name:<46}{value:>14,.0f} {unit:<12}{compared}", flush=True)


def sentences_of(ids: NDArray[np.int32]) -> Iterator[NDArray[np.int32]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([True], ids == BOUNDARY, [True]))))
    for a, b in zip(edges[0::2], edges[1::2], strict=True):
        yield ids[a:b]


def against_kenlm(texts: Sequence[str]) -> None:
    """Ask both programs the same n-grams of the same model, estimated on half of the text, exported as ARPA."""
    shared = load_models().vocabulary
    half = len(texts) // 2
    batch = tokenize(texts[:half], shared)
    known = sorted({shared.words[i] for i in np.unique(batch.ids).tolist() if i > NAME and shared.words[i].isalpha()})
    vocabulary = Vocabulary(known)
    ids = tokenize(texts[:half], vocabulary).ids
    ids = np.where((ids > 0) & (ids <= NAME), BOUNDARY, ids).astype(np.int32)
    ngrams = estimate(ids, vocabulary.size, 1_000_000, 1_000_000)
    ours: LanguageModel = build_language_model(ngrams)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.arpa"
        write_arpa(ngrams, vocabulary.words, path)
        theirs = kenlm.Model(str(path))
    asked = [s for s in sentences_of(tokenize(texts[half:], vocabulary).ids) if (s > NAME).all()]
    if not asked:
        asked = [s[s > NAME] for s in sentences_of(tokenize(texts[half:], vocabulary).ids)]
    lines = [" ".join(vocabulary.words[i] for i in s.tolist()) for s in asked]
    two = np.array([BOUNDARY, BOUNDARY], dtype=np.int32)
    stream = np.concatenate([np.concatenate((two, s)) for s in asked] + [two])
    n = sum(len(s) + 1 for s in asked)  # the end of a sentence is asked too
    print(f"{n:,} n-grams of {len(asked):,} paragraphs")

    def full_scores() -> float:
        return sum(float(p) for line in lines for p, _, _ in theirs.full_scores(line))

    kenlm_rate = n / statistics.median(seconds(full_scores) for _ in range(_ROUNDS))
    kenlm_line = n / statistics.median(seconds(lambda: [theirs.score(line) for line in lines]) for _ in range(_ROUNDS))
    own_rate = n / statistics.median(seconds(lambda: ours.log10_prob(stream)) for _ in range(_ROUNDS))
    difference = abs(float(ours.log10_prob(stream).sum(dtype=np.float64)) - full_scores()) / n
    show("kenlm.Model.full_scores", kenlm_rate, "queries/s")
    show("kenlm.Model.score, whole sentences", kenlm_line, "queries/s", kenlm_line / kenlm_rate, "full_scores")
    show("LanguageModel.log10_prob", own_rate, "queries/s", own_rate / kenlm_rate, "full_scores")
    print(f"{'  mean difference of the two':<46}{difference:>14.4f} log10", flush=True)
    own = load_models().close.extractor.language_model
    ids = tokenize(texts[half:], shared).ids
    large = len(ids) / statistics.median(seconds(lambda: own.log10_prob(ids)) for _ in range(_ROUNDS))
    show("LanguageModel.log10_prob, the shipped model", large, "queries/s", large / kenlm_rate, "full_scores")


def against_wordfreq(texts: Sequence[str]) -> None:
    warm = "A short text that is read before the clock starts, so that no model is loaded while it runs. " * 8
    detect(warm)
    reverse(warm)
    wordfreq.tokenize(warm, "en")
    base = rate(lambda part: [wordfreq.tokenize(t, "en") for t in part], texts)
    show("wordfreq.tokenize", base, "words/s")
    for name, work in (
        ("detect_many", lambda part: list(detect_many(part))),
        ("detect, one by one", lambda part: [detect(t) for t in part]),
        ("reverse", lambda part: [reverse(t) for t in part]),
    ):
        found = rate(work, texts)
        show(name, found, "words/s", found / base, "wordfreq.tokenize")


def growth(texts: Sequence[str]) -> None:
    """Judge one document of 1 to 10 MB; where time is linear, seconds a megabyte stay the same."""
    joined = "\n".join(texts)
    first = None
    for size in _MEGABYTES:
        need = size * 1_000_000
        text = (joined * (need // len(joined) + 1))[:need]
        per = seconds(partial(detect, text)) / size
        first = first or per
        show(f"detect, one document of {size} MB", 1000 * per, "ms/MB", per / first, f"that of {_MEGABYTES[0]} MB")


_PEAK = """
import resource, sys
from detector import detect_many
lines = open(sys.argv[1], encoding="utf-8").read().split("\\f")
n = int(sys.argv[2])
for _ in detect_many(lines[i % len(lines)] for i in range(n)):
    pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def memory(texts: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "texts"
        path.write_text("\f".join(t[:3000] for t in texts[:500]), encoding="utf-8")
        first = None
        for n in _DOCUMENTS:
            done = subprocess.run(
                [sys.executable, "-c", _PEAK, str(path), str(n)], check=True, capture_output=True, text=True
            )
            peak = float(done.stdout)
            first = first or peak
            show(f"peak of detect_many, {n:,} documents", peak, "MiB", peak / first, f"that of {_DOCUMENTS[0]:,}")


def start_up() -> None:
    call = "import detector; detector.detect('A dozen words or so, to have every model read once. ' * 3)"
    for name, code in (("import detector", "import detector"), ("import detector and one detect", call)):
        run = partial(subprocess.run, [sys.executable, "-c", code], check=True)
        took = statistics.median(seconds(run) for _ in range(_ROUNDS))
        show(name, 1000 * took, "ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, help="gzipped JSON Lines with `text`; our own text without it")
    parser.add_argument("--words", type=int, default=300_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    texts = read(args.corpus, args.words) if args.corpus else generated(args.words, 400, args.seed)
    print(f"{len(texts):,} documents, {words_in(texts):,} words, {args.corpus.name if args.corpus else 'generated'}\n")
    with threadpool_limits(1):
        for part in (against_kenlm, against_wordfreq, growth, memory):
            part(texts)
            print()
        start_up()
    print(f"\npeak of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB")


if __name__ == "__main__":
    main()
