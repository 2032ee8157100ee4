"""Passage features by hand, and that passages do not depend on each other."""

from dataclasses import replace

import numpy as np
import pytest

from detector.scoring.passage_features import (
    FEATURE_NAMES,
    WordMeasures,
    passage_features,
    text_and_passage_features,
    text_features,
)
from detector.scoring.tokens import KINDS, TOKEN_COLUMNS
from detector.text.passages import split_passages
from detector.text.tokens import tokenize

TEXTS = [
    "The primary secretary met the Chinese language President on Monday.",
    "She put the kettle on and sat by the window.\n\nNobody came, and the tea went cold in its cup.",
    "",
]


@pytest.fixture(scope="module")
def m(models):
    return models.full.extractor.extract(tokenize(TEXTS, models.vocabulary))


def column(x, name):
    return x[:, FEATURE_NAMES.index(name)]


def test_the_odds_of_any_kind_are_the_sum_of_each(m):
    words = m.batch.is_word
    assert m.token_log10_odds[words] == pytest.approx(
        np.log10((10.0 ** m.kind_log10_odds[words]).sum(axis=1)), abs=1e-5
    )
    assert m.prior_log10_odds == pytest.approx(np.log10((10.0**m.kind_priors).sum()))
    assert np.isneginf(m.token_log10_odds[~words]).all()


def test_what_the_context_alone_says_needs_no_channel(models, m):
    extractor = models.full.extractor
    nothing_known = np.zeros(len(extractor.channel.entries.values), dtype=bool)
    blind = extractor.extract(m.batch, nothing_known)
    assert not len(blind.candidates)
    assert len(m.candidates)
    assert (blind.context_only_log10_odds == m.context_only_log10_odds).all()
    assert (blind.token_log10_odds != m.token_log10_odds).any()


@pytest.mark.parametrize("kind", ["", *(f"{k}_" for k in KINDS), "context_only_"])
def test_features_of_odds_by_hand(m, kind):
    if kind == "context_only_":
        odds, prior = m.context_only_log10_odds, m.context_only_prior
    elif kind:
        number = KINDS.index(kind[:-1])
        odds, prior = m.kind_log10_odds[:, number], m.kind_priors[number]
    else:
        odds, prior = m.token_log10_odds, m.prior_log10_odds
    x = text_features(WordMeasures.from_features(m), m.batch)
    assert x.shape == (3, len(FEATURE_NAMES))
    for text in (0, 1):
        own = np.clip(odds[m.batch.is_word & (m.batch.document_of == text)].astype(float), -5, 4)
        assert column(x, f"{kind}mean_token_odds")[text] == pytest.approx(own.mean(), abs=1e-5)
        for rate in (0.02, 0.06, 0.15, 0.3):
            per_word = np.mean(np.log10(1 - rate + rate * 10 ** (own - prior)))
            total = np.sign(per_word) * np.sqrt(abs(per_word) * len(own))
            assert column(x, f"{kind}ratio_per_word_{rate}")[text] == pytest.approx(per_word, abs=1e-5)
            assert column(x, f"{kind}ratio_{rate}")[text] == pytest.approx(total, abs=1e-4)
        for level in (-0.5, 0.0, 0.5, 1.0):
            assert column(x, f"{kind}share_above_{level}")[text] == pytest.approx((own > level).mean())
        for q in (0.5, 0.75, 0.9, 0.97):
            assert column(x, f"{kind}token_odds_q{q}")[text] == pytest.approx(np.sort(own)[int(q * len(own))], abs=1e-5)


def test_the_other_features_by_hand(m):
    x = text_features(WordMeasures.from_features(m), m.batch)
    tokens = dict(zip(TOKEN_COLUMNS, m.token_features.T, strict=True))
    for text in (0, 1):
        words = m.batch.is_word & (m.batch.document_of == text)
        own = m.context[words]
        assert column(x, "log10_words")[text] == pytest.approx(np.log10(words.sum()))
        for q in (0.03, 0.1, 0.25, 0.5):
            assert column(x, f"context_q{q}")[text] == pytest.approx(np.sort(own)[int(q * len(own))])
        for name, values in {
            "mean_context": m.context,
            "mean_log10_prob": m.log10_prob,
            "candidate_share": tokens["candidate"] > -1,
            "mean_zipf": tokens["zipf"],
            "unseen_pairs": tokens["unseen_left"],
            "names": tokens["capital"],
        }.items():
            assert column(x, name)[text] == pytest.approx(values[words].mean(), abs=1e-5), name


def test_a_text_without_words_has_features_of_nothing(m):
    x = text_features(WordMeasures.from_features(m), m.batch)
    assert (x[2] == 0).all()
    assert (x[:2] != 0).any(axis=1).all()


def test_passages_have_the_features_that_they_have_alone(models):
    paragraph = "The boats come in at dawn, and whoever is awake walks down to the quay to see what they have caught. "
    text = "\n\n".join(paragraph * n for n in (7, 8, 9))
    m = models.full.extractor.extract(tokenize(["Nothing much.", text], models.vocabulary))
    passages = split_passages(m.batch)
    assert (passages.document == 1).sum() >= 3
    x = text_and_passage_features(WordMeasures.from_features(m), m.batch, passages)
    assert len(x) == 2 + len(passages.document)
    for i in range(len(passages.document)):
        words = m.batch.is_word & (passages.of_token == i)
        assert column(x, "log10_words")[2 + i] == pytest.approx(np.log10(words.sum()))
        assert column(x, "mean_context")[2 + i] == pytest.approx(m.context[words].mean(), abs=1e-5)
        inside = np.where(passages.of_token == i, 0, -1)
        assert x[2 + i] == pytest.approx(passage_features(WordMeasures.from_features(m), inside, 1)[0], abs=1e-6)


def test_kinds_without_evidence_tell_nothing(m):
    without_candidates = m.token_features.copy()
    without_candidates[:, TOKEN_COLUMNS.index("candidate")] = m.context_only_prior
    flat = replace(
        m,
        token_log10_odds=np.full_like(m.token_log10_odds, m.prior_log10_odds),
        kind_log10_odds=np.tile(m.kind_priors.astype(np.float32), (len(m.batch.ids), 1)),
        context_only_log10_odds=np.full_like(m.context_only_log10_odds, m.context_only_prior),
        token_features=without_candidates,
    )
    x = text_features(WordMeasures.from_features(flat), m.batch)
    for name in FEATURE_NAMES:
        if "ratio" in name:
            assert column(x, name)[:2] == pytest.approx(0, abs=1e-3), name
