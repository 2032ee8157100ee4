"""CPU time and memory as ratios to other programs in the same run, so that a number means the same on any machine.

    python benchmarks/speed.py [--corpus FILE.jsonl.gz] [--spun FILE.jsonl] [--words 300000] [--seed 1]

Without a corpus, words are drawn by their frequency in English: no sense. Without spun text (`{"spun": ...}` a line, as
`detector evaluate --write-spun` writes it), the corpus is spun by the dictionary of the gate.
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

import ahocorasick
import kenlm
import numpy as np
import wordfreq
from datatrove.data import Document
from datatrove.pipeline.filters import C4QualityFilter, GopherQualityFilter
from numpy.typing import NDArray

from detector import detect, detect_many, reverse
from detector.api import scores
from detector.estimators.language_model import LanguageModel
from detector.model_store import load_models
from detector.text.tokens import tokenize
from detector.text.vocabulary import BOUNDARY, NAME, Vocabulary
from detector.training.language_model import build_language_model, estimate, write_arpa
from detector.training.lexicon import read_dictionary
from detector.training.spinners import TableSpinner

_ROUNDS = 5
_MEGABYTES = (1, 2, 4)
_DOCUMENTS = (1000, 4000)
_JOINED = 16  # spun documents that are joined to one
_GATE_DICTIONARY = Path(__file__).resolve().parent.parent / "tests" / "gate" / "stranger.tsv"


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
    """Return the CPU seconds of this process, all threads together."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def rate(work: Callable[[list[str]], object], texts: Sequence[str]) -> float:
    """Return words a CPU second: the median of a few parts, each text seen once, so that no cache helps."""
    parts = [list(texts[i::_ROUNDS]) for i in range(_ROUNDS)]
    return statistics.median(words_in(part) / seconds(partial(work, part)) for part in parts if part)


def show(name: str, value: float, unit: str, ratio: float | None = None, to: str = "") -> None:
    compared = "" if ratio is None else f"{ratio:8.3f} x {to}"
    print(f"{name:<46}{value:>14,.0f} {unit:<12}{compared}", flush=True)


def sentences_of(ids: NDArray[np.int32]) -> Iterator[NDArray[np.int32]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([True], ids == BOUNDARY, [True]))))
    for a, b in zip(edges[0::2], edges[1::2], strict=True):
        yield ids[a:b]


def ngram_models(texts: Sequence[str]) -> tuple[Vocabulary, LanguageModel, kenlm.Model]:
    """Return one trigram model of the texts as ours and as KenLM's, by way of ARPA, with the words that it knows."""
    shared = load_models().vocabulary
    ids = tokenize(texts, shared).ids
    known = sorted({shared.words[i] for i in np.unique(ids).tolist() if i > NAME and shared.words[i].isalpha()})
    vocabulary = Vocabulary(known)
    ids = tokenize(texts, vocabulary).ids
    ids = np.where((ids > 0) & (ids <= NAME), BOUNDARY, ids).astype(np.int32)
    ngrams = estimate(ids, vocabulary.size, 1_000_000, 1_000_000)
    quiet = kenlm.Config()
    quiet.show_progress, quiet.arpa_complain = False, kenlm.ARPALoadComplain.NONE
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.arpa"
        write_arpa(ngrams, vocabulary.words, path)
        return vocabulary, build_language_model(ngrams), kenlm.Model(str(path), quiet)


def language_models(texts: Sequence[str]) -> None:
    """Ask both programs the same n-grams of the same model, estimated on half of the text."""
    half = len(texts) // 2
    vocabulary, ours, theirs = ngram_models(texts[:half])
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

    def queries(work: Callable[[], object], asked: int = n) -> float:
        return asked / statistics.median(seconds(work) for _ in range(_ROUNDS))

    base = queries(full_scores)
    show("kenlm.Model.full_scores", base, "queries/s")
    whole = queries(lambda: [theirs.score(line) for line in lines])
    show("kenlm.Model.score, whole sentences", whole, "queries/s", whole / base, "full_scores")
    own = queries(lambda: ours.log10_prob(stream))
    show("LanguageModel.log10_prob", own, "queries/s", own / base, "full_scores")
    difference = abs(float(ours.log10_prob(stream).sum(dtype=np.float64)) - full_scores()) / n
    print(f"{'  mean difference of the two':<46}{difference:>14.4f} log10", flush=True)
    models = load_models()
    shipped = models.full.extractor.language_model
    ids = tokenize(texts[half:], models.vocabulary).ids
    large = queries(lambda: shipped.log10_prob(ids), len(ids))
    show("LanguageModel.log10_prob, the shipped model", large, "queries/s", large / base, "full_scores")


def phrase_automaton() -> ahocorasick.Automaton:
    """Return an Aho-Corasick automaton of the published tortured phrases."""
    automaton = ahocorasick.Automaton()
    for query in load_models().tortured_phrases.phrase_queries:
        phrase = " ".join(query.anchor.words)
        automaton.add_word(phrase, phrase)
    automaton.make_automaton()
    return automaton


def peers(texts: Sequence[str]) -> dict[str, Callable[[list[str]], object]]:
    """Return other programs that read every word of a corpus, by name."""
    automaton = phrase_automaton()
    _, _, theirs = ngram_models(texts[: len(texts) // 2])
    gopher, c4 = GopherQualityFilter(), C4QualityFilter()

    def documents(part: list[str]) -> Iterator[Document]:
        return (Document(text=text, id=str(i)) for i, text in enumerate(part))

    return {
        "wordfreq.tokenize": lambda part: [wordfreq.tokenize(t, "en") for t in part],
        "kenlm.Model.score of white-space tokens": lambda part: [theirs.score(" ".join(t.split())) for t in part],
        "Aho-Corasick, tortured phrases": lambda part: [sum(1 for _ in automaton.iter(t.lower())) for t in part],
        "datatrove, Gopher quality filter": lambda part: [gopher.filter(d) for d in documents(part)],
        "datatrove, C4 quality filter": lambda part: [c4.filter(d) for d in documents(part)],
    }


def warm_up(text: str) -> None:
    """Read one text by everything, so that no model is loaded while the clock runs."""
    detect(text)
    reverse(text)


def throughput(texts: Sequence[str], spun: Sequence[str]) -> None:
    """Compare words a CPU second with those of other programs, on human and on spun text, all in one run."""
    others = peers(texts)
    for work in others.values():
        work([texts[0]])
    warm_up(spun[0])
    to = "wordfreq.tokenize"
    base = rate(others[to], texts)
    for name, work in others.items():
        found = base if name == to else rate(work, texts)
        show(name, found, "words/s", found / base, to)
    ours: dict[str, Callable[[list[str]], object]] = {
        "detect_many": lambda part: list(detect_many(part)),
        "scores": scores,
        "detect": lambda part: [detect(t) for t in part],
        "reverse": lambda part: [reverse(t) for t in part],
    }
    for name, work in ours.items():
        found = rate(work, texts)
        show(name, found, "words/s", found / base, to)
    alone = {name: rate(work, spun) for name, work in ours.items()}
    joined = ["\n\n".join(spun[i : i + _JOINED]) for i in range(0, len(spun), _JOINED)]
    for name, work in ours.items():
        show(f"{name}, spun text", alone[name], "words/s", alone[name] / base, to)
        together = rate(work, joined)
        show(f"{name}, {_JOINED} spun texts joined", together, "words/s", together / alone[name], "each alone")


def growth(texts: Sequence[str]) -> None:
    """Judge one document of 1 to 4 MB; if time is linear, seconds a megabyte stay the same."""
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


def child_seconds(code: str) -> float:
    """Return the CPU seconds of a new Python that runs the code."""

    def used() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    begun = used()
    subprocess.run([sys.executable, "-c", code], check=True)
    return used() - begun


def start_up() -> None:
    call = "import detector; detector.detect('A dozen words or so, to have every model read once. ' * 3)"
    programs = {"import numpy": "import numpy", "import detector": "import detector", "import and one detect": call}
    base = None
    for name, code in programs.items():
        took = statistics.median(child_seconds(code) for _ in range(_ROUNDS))
        base = base or took
        show(name, 1000 * took, "ms", took / base, "import numpy")


def spun_by_dictionary(texts: Sequence[str]) -> list[str]:
    """Return stretches of 300 words of the texts, all replaced that the gate's dictionary knows."""
    spinner = TableSpinner("dictionary", read_dictionary(_GATE_DICTIONARY), rate=1.0, consistent=True)
    return [spinner.spin(" ".join(text.split(" ")[:300])).text for text in texts[: 5 * _ROUNDS * _JOINED]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, help="gzipped JSON Lines with `text`; our own text without it")
    parser.add_argument("--spun", type=Path, help="JSON Lines with `spun`; the corpus spun by a dictionary without it")
    parser.add_argument("--words", type=int, default=300_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    texts = read(args.corpus, args.words) if args.corpus else generated(args.words, 400, args.seed)
    if args.spun:
        spun = [json.loads(line)["spun"] for line in args.spun.read_text(encoding="utf-8").splitlines()]
    else:
        spun = spun_by_dictionary(texts)
    print(f"{len(texts):,} documents, {words_in(texts):,} words, {args.corpus.name if args.corpus else 'generated'}\n")
    throughput(texts, spun)
    for part in (language_models, growth, memory):
        print()
        part(texts)
    print()
    start_up()
    print(f"\npeak of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB")


if __name__ == "__main__":
    main()
