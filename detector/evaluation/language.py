"""Human prose: what is reported and changed in it although nothing was spun, and how well it is foreseen."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from detector.evaluation.metrics import ratio_interval, wilson
from detector.evaluation.results import FindingsRow, Interval, PerplexityRow
from detector.evaluation.samples import Bench, judged_batches
from detector.scoring.cascade import evidence_of, plans
from detector.text.tokens import tokenize
from detector.text.vocabulary import BOUNDARY, NAME, UNKNOWN
from detector.training.corpus import TEST_SOURCES
from detector.training.fit import sample_by_source

__all__ = ["findings_in_human_text", "perplexity_by_genre"]

_WORDS = 400  # of each document, from its beginning


def findings_in_human_text(bench: Bench) -> tuple[FindingsRow, ...]:
    """Return findings and edits per 1,000 words of the sources held out whole."""
    rows = []
    totals: list[tuple[NDArray[np.float64], ...]] = []
    for number, source in enumerate(sorted(TEST_SOURCES)):
        own = [d for d in bench.test if d.source == source]
        if not own:
            continue
        texts = [" ".join(d.text.split(" ")[:_WORDS]) for d in sample_by_source(own, bench.limit, bench.seed + 20)]
        words, findings, edits, flagged = (np.zeros(len(texts)) for _ in range(4))
        for first, judged in judged_batches(bench.models, texts):
            made = plans(judged, bench.models)
            part = slice(first, first + len(made))
            words[part] = judged.n_words
            edits[part] = [len(p) for p in made]
            findings[part] = [len(e) for e in evidence_of(judged, bench.models, made)]
            flagged[part] = np.round(judged.probability, 4) >= bench.models.thresholds["default"]
        rows.append(_findings_row(source, words, findings, edits, flagged))
        totals.append((words, findings, edits, flagged))
        bench.progress(number + 1, len(TEST_SOURCES))
    if totals:
        rows.append(_findings_row("all", *(np.concatenate(x) for x in zip(*totals, strict=True))))
    return tuple(rows)


def _per_thousand(part: NDArray[np.float64], words: NDArray[np.float64]) -> Interval:
    found = ratio_interval(1000 * part, words)
    return Interval(round(found.value, 3), round(found.low, 3), round(found.high, 3))


def _findings_row(
    source: str,
    words: NDArray[np.float64],
    findings: NDArray[np.float64],
    edits: NDArray[np.float64],
    flagged: NDArray[np.float64],
) -> FindingsRow:
    return FindingsRow(
        source,
        len(words),
        int(words.sum()),
        _per_thousand(findings, words),
        _per_thousand(edits, words),
        wilson(int(flagged.sum()), len(words)),
    )


def perplexity_by_genre(bench: Bench) -> tuple[PerplexityRow, ...]:
    """Return the language model's perplexity on held-out documents, and that of its bigram and unigram back-offs.

    Every word, mark and number is a token; unlisted words count as the class they are read as, and their share is
    given.
    """
    extractor = bench.models.close.extractor
    lm = extractor.language_model
    by_genre: dict[str, list[str]] = defaultdict(list)
    for document in sample_by_source(bench.test, 6 * bench.limit, bench.seed + 21):
        by_genre[document.genre].append(" ".join(document.text.split(" ")[: 5 * _WORDS]))
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
        bench.progress(number + 1, len(by_genre))
    rows.append(_perplexity_row("all", np.sum(sums, axis=0)))
    return tuple(rows)


def _perplexity_row(genre: str, total: NDArray[np.float64]) -> PerplexityRow:
    n = float(total[0])
    trigram, bigram, unigram = (round(float(10 ** (-x / n)), 1) for x in total[2:])
    return PerplexityRow(genre, int(n), round(float(total[1]) / n, 4), trigram, bigram, unigram)
