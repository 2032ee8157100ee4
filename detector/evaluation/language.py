"""How well the language model predicts human prose."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from detector.evaluation.results import PerplexityRow
from detector.evaluation.samples import EvaluationSetup
from detector.text.tokens import tokenize
from detector.text.vocabulary import BOUNDARY, NAME, UNKNOWN
from detector.training.fit import sample_by_source

__all__ = ["perplexity_by_genre"]

_WORDS = 2_000  # of each document, from its beginning


def perplexity_by_genre(setup: EvaluationSetup) -> tuple[PerplexityRow, ...]:
    """Return the language model's perplexity on held-out documents, and that of its bigram and unigram back-offs.

    Every word, mark and number is a token; unlisted words count as their class, and their share is given.
    """
    extractor = setup.models.full.extractor
    lm = extractor.language_model
    by_genre: dict[str, list[str]] = defaultdict(list)
    for document in sample_by_source(setup.test, 6 * setup.limit, setup.seed + 21):
        by_genre[document.genre].append(" ".join(document.text.split(" ")[:_WORDS]))
    rows = []
    sums: list[NDArray[np.float64]] = []
    for number, (genre, texts) in enumerate(sorted(by_genre.items())):
        total = np.zeros(5)
        for i in range(0, len(texts), 50):
            ids = tokenize(texts[i : i + 50], extractor.vocabulary).ids
            real = np.flatnonzero(ids[1:] != BOUNDARY) + 1
            total += (
                len(real),
                int(np.isin(ids[real], (UNKNOWN, NAME)).sum()),
                float(lm.log10_prob(ids)[real].sum(dtype=np.float64)),
                float(lm.bigram(ids[:-1], ids[1:])[0][real - 1].sum(dtype=np.float64)),
                float(lm.unigrams[0][ids[real]].sum(dtype=np.float64)),
            )
        sums.append(total)
        rows.append(_perplexity_row(genre, total))
        setup.progress(number + 1, len(by_genre))
    rows.append(_perplexity_row("all", np.sum(sums, axis=0)))
    return tuple(rows)


def _perplexity_row(genre: str, total: NDArray[np.float64]) -> PerplexityRow:
    n = float(total[0])
    trigram, bigram, unigram = (round(float(10 ** (-x / n)), 1) for x in total[2:])
    return PerplexityRow(genre, int(n), round(float(total[1]) / n, 4), trigram, bigram, unigram)
