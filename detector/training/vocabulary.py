"""Words of the corpus: which are listed, how common they are, how they are written, and which end sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import wordfreq
from joblib import Parallel, delayed
from numpy.typing import NDArray

from detector.text.tokens import ALL_UPPER, FIRST_UPPER, SENTENCE_START, iter_pieces, tokenize
from detector.text.vocabulary import CAPITAL, LOWER, SPECIAL_WORDS, UPPER, Vocabulary
from detector.training.corpus import TEST_SOURCES, corpus_files, read_source, split_of

__all__ = [
    "count_words",
    "punkt_parameters",
    "token_stream",
    "usual_case",
    "vocabulary_words",
    "zipf_frequencies",
]

_MIN_COUNT = 5
_BATCH = 200  # documents that are tokenised together


def _count_source(path: Path) -> Counter[str]:
    counts: Counter[str] = Counter()
    if path.name.split(".")[0] not in TEST_SOURCES:
        for document in read_source(path):
            counts.update(iter_pieces(document.text))
    return counts


def count_words(corpus: Path, n_jobs: int) -> Counter[str]:
    """Return how often each piece occurs in the corpus, the test sources left out."""
    total: Counter[str] = Counter()
    for counts in Parallel(n_jobs)(delayed(_count_source)(path) for path in corpus_files(corpus)):
        total.update(counts)
    return total


def vocabulary_words(counts: Counter[str], size: int, also: Iterable[str]) -> list[str]:
    """Return the commonest pieces, commonest first, those of equal count in alphabetical order.

    White space, pieces that occur fewer than five times and everything longer than forty characters is left out;
    the words of `also`, which spinners write and people hardly do, come last if they are not among the commonest.
    """
    listed = [(w, n) for w, n in counts.items() if n >= _MIN_COUNT and not w.isspace() and len(w) <= 40]
    listed.sort(key=lambda x: (-x[1], x[0]))
    wanted = sorted(set(also))
    room = size - len(SPECIAL_WORDS)
    # As many of the commonest as leave room for those of `also` that are not among them.
    common = [w for w, _ in listed[: room - len(wanted)]]
    rare = set(wanted) - set(common)
    common += [w for w, _ in listed[room - len(wanted) :] if w not in rare][: room - len(common) - len(rare)]
    return common + sorted(rare)


def zipf_frequencies(words: Iterable[str]) -> NDArray[np.float32]:
    """Return each word's frequency on the Zipf scale, as wordfreq has it; 0 for marks and special words."""
    return np.array(
        [wordfreq.zipf_frequency(w, "en") if any(map(str.isalpha, w)) and w[0] != "<" else 0.0 for w in words],
        dtype=np.float32,
    )


def _source_stream(path: Path, words: list[str]) -> list[tuple[NDArray[np.int32], NDArray[np.uint8]]]:
    vocabulary = Vocabulary(words)
    texts = [document.text for document in read_source(path) if split_of(document) == "language_model"]
    batches = (tokenize(texts[i : i + _BATCH], vocabulary) for i in range(0, len(texts), _BATCH))
    return [(batch.ids, batch.shape) for batch in batches]


def token_stream(corpus: Path, words: list[str], n_jobs: int) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Return ids and shapes of all tokens of the split `language_model`, documents end to end in the corpus' order."""
    parts = Parallel(n_jobs)(delayed(_source_stream)(path, words) for path in corpus_files(corpus))
    ids, shapes = zip(*(pair for part in parts for pair in part), strict=True)
    return np.concatenate(ids), np.concatenate(shapes)


def usual_case(ids: NDArray[np.int32], shape: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Return how each word is mostly written inside a sentence, uint8 (size,): LOWER, CAPITAL or UPPER."""
    inside = (shape & SENTENCE_START) == 0
    seen = np.bincount(ids[inside], minlength=size)
    capital = np.bincount(ids[inside & ((shape & FIRST_UPPER) != 0)], minlength=size)
    upper = np.bincount(ids[inside & ((shape & ALL_UPPER) != 0)], minlength=size)
    out = np.full(size, LOWER, dtype=np.uint8)
    out[(capital > 0.7 * seen) & (seen > 0)] = CAPITAL
    out[(upper > 0.7 * seen) & (seen > 0)] = UPPER
    return out


def punkt_parameters(texts: Iterable[str]) -> dict[str, Any]:
    """Return Punkt's abbreviations, collocations and sentence starters, trained on the texts."""
    from nltk.tokenize.punkt import PunktTrainer

    trainer = PunktTrainer()
    for text in texts:
        trainer.train(text, finalize=False)
    trainer.finalize_training()
    parameters = trainer.get_params()
    plain = re.compile(r"[a-z][a-z.\-]*")
    return {
        "abbreviations": sorted(a for a in parameters.abbrev_types if plain.fullmatch(a)),
        "collocations": sorted([a, b] for a, b in parameters.collocations),
        "starters": sorted(parameters.sent_starters),
    }
