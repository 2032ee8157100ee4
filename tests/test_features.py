"""Passage features by hand, and that passages do not hear each other."""

from dataclasses import replace

import numpy as np
import pytest

from detector.evidence.measurements import KINDS
from detector.features import FEATURE_NAMES, WordMeasures, passage_features, text_and_passage_features, text_features
from detector.passages import split_passages
from detector.text import tokenize

TEXTS = [
    "The primary secretary met the Chinese language President on Monday.",
    "She put the kettle on and sat by the window.\n\nNobody came, and the tea went cold in its cup.",
    "",
]


@pytest.fixture(scope="module")
def m(models):
    return models.close.measurer.measure(tokenize(TEXTS, models.vocabulary))


def column(x, name):
    return x[:, FEATURE_NAMES.index(name)]


def test_the_odds_of_any_kind_are_the_sum_of_each(m):
    words = m.batch.is_word
    assert m.token_log10_odds[words] == pytest.approx(
        np.log10((10.0 ** m.kind_log10_odds[words]).sum(axis=1)), abs=1e-5
    )
    assert m.prior_log10_odds == pytest.approx(np.log10((10.0**m.kind_priors).sum()))
    assert np.isneginf(m.token_log10_odds[~words]).all()


@pytest.mark.parametrize("kind", ["", *(f"{k}_" for k in KINDS)])
def test_features_of_odds_by_hand(m, kind):
    if kind:
        number = KINDS.index(kind[:-1])
        odds, prior = m.kind_log10_odds[:, number], m.kind_priors[number]
    else:
        odds, prior = m.token_log10_odds, m.prior_log10_odds
    x = text_features(WordMeasures.of(m), m.batch)
    assert x.shape == (3, len(FEATURE_NAMES))
    for text in (0, 1):
        own = np.clip(odds[m.batch.is_word & (m.batch.document_of == text)].astype(float), -5, 4)
        per_word = np.mean(np.log10(0.85 + 0.15 * 10 ** (own - prior)))
        assert column(x, f"{kind}mean_token_odds")[text] == pytest.approx(own.mean(), abs=1e-5)
        assert column(x, f"{kind}ratio_per_word_0.15")[text] == pytest.approx(per_word, abs=1e-5)
        total = np.sign(per_word) * np.sqrt(abs(per_word) * len(own))
        assert column(x, f"{kind}ratio_0.15")[text] == pytest.approx(total, abs=1e-4)
        assert column(x, f"{kind}share_above_0.0")[text] == pytest.approx((own > 0).mean())
        assert column(x, f"{kind}token_odds_q0.9")[text] == pytest.approx(np.sort(own)[int(0.9 * len(own))], abs=1e-5)


def test_context_features_by_hand(m):
    x = text_features(WordMeasures.of(m), m.batch)
    own = m.context[m.batch.is_word & (m.batch.document_of == 0)]
    assert column(x, "log10_words")[0] == pytest.approx(np.log10(len(own)))
    assert column(x, "mean_context")[0] == pytest.approx(own.mean(), abs=1e-5)
    assert column(x, "context_q0.1")[0] == pytest.approx(np.sort(own)[int(0.1 * len(own))])


def test_a_text_without_words_has_features_of_nothing(m):
    x = text_features(WordMeasures.of(m), m.batch)
    assert np.isfinite(x).all()
    assert column(x, "log10_words")[2] == column(x, "ratio_0.15")[2] == 0


def test_passages_have_the_features_that_they_have_alone(models, m):
    passages = split_passages(m.batch)
    x = text_and_passage_features(WordMeasures.of(m), m.batch, passages)
    assert x[:3] == pytest.approx(text_features(WordMeasures.of(m), m.batch))
    assert len(x) == 3 + len(passages.document)
    first = np.flatnonzero(passages.document == 1)[0]
    inside = np.where(passages.of_token == first, 0, -1)
    assert x[3 + first] == pytest.approx(passage_features(WordMeasures.of(m), inside, 1)[0], abs=1e-6)


def test_kinds_without_evidence_tell_nothing(m):
    flat = replace(
        m,
        token_log10_odds=np.full_like(m.token_log10_odds, m.prior_log10_odds),
        kind_log10_odds=np.tile(m.kind_priors.astype(np.float32), (len(m.batch.ids), 1)),
    )
    x = text_features(WordMeasures.of(flat), m.batch)
    for name in FEATURE_NAMES:
        if "ratio" in name:
            assert column(x, name)[:2] == pytest.approx(0, abs=1e-3), name
