"""The share of substituted words by hand, and its effect on the words of a document."""

from dataclasses import replace

import numpy as np
import pytest

from detector.scoring.posterior import HUMAN_RATE, document_shift, substitution_rate
from detector.text.tokens import tokenize

PRIOR = -1.0


def iter_features(models, *odds):
    """TokenFeatures of documents of as many words as odds are given for each."""
    batch = tokenize([" ".join(["word"] * len(of_document)) for of_document in odds], models.vocabulary)
    m = models.full.extractor.extract(batch)
    token_log10_odds = np.full(len(batch.ids), -np.inf, dtype=np.float32)
    token_log10_odds[batch.is_word] = np.concatenate([*map(np.asarray, odds), []])
    return replace(m, token_log10_odds=token_log10_odds, kind_priors=np.full(3, PRIOR - np.log10(3)))


def by_hand(odds):
    """Expectation maximisation word by word: eight rounds, a prior of 60 words of which 15 in a hundred are spun."""
    rate = 0.15
    for _ in range(8):
        expected = 0.0
        for o in odds:
            ratio = 10 ** (max(-4.0, min(4.0, o)) - PRIOR)
            expected += rate * ratio / (1 - rate + rate * ratio)
        rate = (expected + 0.15 * 60) / (len(odds) + 60)
    return rate


@pytest.mark.parametrize("odds", [[-1.0], [2.0, -3.0, 0.5], [-4.0] * 50 + [3.0] * 5, [9.0, -9.0] * 20])
def test_rate_by_hand(models, odds):
    assert substitution_rate(iter_features(models, odds)) == pytest.approx([by_hand(odds)], rel=1e-5)


def test_words_without_evidence_leave_the_prior_share(models):
    assert substitution_rate(iter_features(models, [PRIOR] * 30)) == pytest.approx([0.15])


def test_documents_do_not_hear_each_other(models):
    many = substitution_rate(iter_features(models, [3.0] * 20, [], [-4.0] * 20))
    assert many == pytest.approx([by_hand([3.0] * 20), 0.15, by_hand([-4.0] * 20)], rel=1e-5)
    assert many[0] > 0.15 > many[2]


def test_a_human_document_s_words_are_held_to_the_human_share(models):
    m = iter_features(models, [3.0] * 20)
    shift = document_shift(m, np.zeros(1))
    assert shift == pytest.approx([np.log10(HUMAN_RATE / (1 - HUMAN_RATE)) - PRIOR])


def test_a_spun_document_s_words_are_held_to_its_own_share(models):
    m = iter_features(models, [3.0] * 20)
    rate = by_hand([3.0] * 20)
    assert document_shift(m, np.ones(1)) == pytest.approx([np.log10(rate / (1 - rate)) - PRIOR])


def test_the_likelier_spun_the_more_the_words_say(models):
    m = iter_features(models, [1.0] * 20, [1.0] * 20, [1.0] * 20)
    shift = document_shift(m, np.array([0.1, 0.5, 0.9]))
    assert (np.diff(shift) > 0).all()
    rate = by_hand([1.0] * 20)
    shares = np.array([0.1, 0.5, 0.9]) * rate
    assert (shift < np.log10(shares / (1 - shares)) - PRIOR).all()  # doubt counts for more than its share
