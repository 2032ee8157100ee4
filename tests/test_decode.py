"""The decoder against brute force over every way to take candidates that do not overlap."""

from itertools import combinations

import numpy as np
import pytest

from detector.restore.decode import decode
from detector.text.tokens import tokenize

SENTENCES = [
    "The nationwide safety adviser mentioned that the primary talks might go on for a final yr",
    "She took workplace within the identify of safety and the folks in the metropolis adopted her",
    "Officers on either side of the battle had a gathering about the worldwide commerce of the nations",
]


def total(models, batch, candidates, gain, lm_gain, weight, taken):
    """Score one choice: the gains apart from the language model, and the language model on the whole text."""
    channel, lm = models.full.extractor.channel, models.full.extractor.language_model
    words, position = [], 0
    for row in sorted(taken, key=lambda r: candidates.start[r]):
        words += batch.ids[position : candidates.start[row]].tolist()
        words += channel.words_of(int(candidates.original[row])).tolist()
        position = int(candidates.start[row] + candidates.length[row])
    words += batch.ids[position:].tolist()
    log10_prob = lm.log10_prob(np.array(words, dtype=np.int32)).astype(np.float64).sum()
    return sum(float(gain[r]) - weight * float(lm_gain[r]) for r in taken) + weight * log10_prob


@pytest.mark.parametrize("text", SENTENCES)
@pytest.mark.parametrize("weight", [0.3, 1.0])
def test_finds_the_best_of_all_choices(models, text, weight):
    batch = tokenize([text], models.vocabulary)
    m = models.full.extractor.extract(batch)
    best = np.sort(np.argsort(-m.candidate_log10_odds)[:9])
    candidates = m.candidates.take(best)
    lm_gain = m.candidate_features[best, 0]
    gain = m.candidate_log10_odds[best]
    chosen = decode(
        models.full.extractor.language_model, models.full.extractor.channel, m, candidates, gain, lm_gain, weight
    )

    def disjoint(rows):
        spans = sorted((int(candidates.start[r]), int(candidates.start[r] + candidates.length[r])) for r in rows)
        return all(a[1] <= b[0] for a, b in zip(spans, spans[1:], strict=False))

    choices = [c for k in range(len(best) + 1) for c in combinations(range(len(best)), k) if disjoint(c)]
    scores = [total(models, batch, candidates, gain, lm_gain, weight, c) for c in choices]
    assert len(choices) > 10
    assert disjoint(chosen.tolist())
    ours = total(models, batch, candidates, gain, lm_gain, weight, chosen.tolist())
    assert ours == pytest.approx(max(scores), abs=0.02)


def test_nothing_to_choose_from(models):
    m = models.full.extractor.extract(tokenize([""], models.vocabulary))
    empty = m.candidates.take(np.zeros(0, dtype=np.int64))
    none = np.zeros(0, dtype=np.float32)
    assert (
        len(decode(models.full.extractor.language_model, models.full.extractor.channel, m, empty, none, none, 1.0)) == 0
    )
