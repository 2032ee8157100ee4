"""What the whole document says of each candidate: the shared probability by hand, and what neighbours hear."""

from dataclasses import replace

import numpy as np
import pytest

from detector.evidence.choice import CHOICE_COLUMNS, Habits, choice_features, log10_gain
from detector.text import tokenize

SPUN = "The nationwide safety adviser flew home. A safety officer met him, and the nationwide papers wrote of safety."


class Fixed:
    """A choice model that says what it is told."""

    def __init__(self, probability):
        self.odds = np.log10(np.array(probability) / (1 - np.array(probability)))

    def log10_odds(self, x):
        return self.odds[: len(x)].astype(np.float32)


@pytest.fixture
def m(models):
    measured = models.close.measurer.measure(tokenize([SPUN], models.vocabulary))
    assert len(measured.candidates) > 5
    return measured


def test_every_candidate_has_every_column(m):
    x = choice_features(m, np.array([0.9]), Habits.of(m))
    assert x.shape == (len(m.candidates), len(CHOICE_COLUMNS))
    assert np.isfinite(x).all()


def test_originals_of_one_place_share_one_probability_with_the_text_as_it_stands(m):
    single = m.candidates.take(np.flatnonzero(m.candidates.length == 1)[:50])
    starts, counts = np.unique(single.start, return_counts=True)
    place = starts[np.argmax(counts)]
    rows = np.flatnonzero(single.start == place)[:2]
    two = replace(m, candidates=single.take(rows), candidate_log10_odds=np.zeros(2, np.float32))
    two = replace(two, candidate_features=m.candidate_features[:2])
    gain = log10_gain(two, Fixed([0.45, 0.35]), np.array([0.9]), Habits.of(two))
    assert gain == pytest.approx(np.log10([0.45 / 0.2, 0.35 / 0.2]), abs=1e-4)


def test_pairs_are_heard_from_elsewhere_in_the_same_document(models, m):
    column = CHOICE_COLUMNS.index("same_pair")
    words = [models.vocabulary.words[i] for i in m.batch.ids[m.candidates.start].tolist()]
    lone = m.candidates.length == 1
    times = choice_features(m, np.array([0.9]), Habits.of(m))[:, column]
    assert all(times[i] == pytest.approx(np.log10(3)) for i, w in enumerate(words) if w == "safety" and lone[i])
    apart = models.close.measurer.measure(tokenize(SPUN.split(". "), models.vocabulary))
    assert choice_features(apart, np.array([0.9, 0.9]), Habits.of(apart))[:, column].max() < np.log10(3)


def test_no_candidates_no_gain(models):
    empty = models.close.measurer.measure(tokenize([""], models.vocabulary))
    assert len(log10_gain(empty, models.restorer.choice_model, np.zeros(1), Habits.of(empty))) == 0


def test_what_is_put_back_leaves_the_habits_of_the_spinner_as_they_were(models, m):
    measurer, probability = models.close.measurer, np.array([0.9])
    habits = Habits.of(m)
    half = tokenize([SPUN.replace("nationwide safety", "national safety")], models.vocabulary)
    again = measurer.measure(half, census=m.census)
    columns = [CHOICE_COLUMNS.index(c) for c in ("same_pair", "rate", "original_rate", "original_elsewhere")]
    # The last "nationwide" and the "safety" after it stand where they stood: five and two words before the end.
    for place in (-4, -1):
        rows, rows_again = (
            np.flatnonzero((x.candidates.start == np.flatnonzero(x.batch.is_word)[place]) & (x.candidates.length == 1))
            for x in (m, again)
        )
        before = choice_features(m, probability, habits)[rows][:, columns]
        assert len(before)
        assert choice_features(again, probability, habits)[rows_again][:, columns] == pytest.approx(before)
        alone = choice_features(measurer.measure(half), probability, Habits.of(measurer.measure(half)))
        assert (alone[rows_again][:, columns] != before).any()


def test_a_text_without_candidates_may_have_some_once_it_is_mended(models, m):
    nothing = Habits.of(models.close.measurer.measure(tokenize([""], models.vocabulary)))
    x = choice_features(m, np.array([0.9]), nothing)
    assert np.isfinite(x).all()
    assert (x[:, CHOICE_COLUMNS.index("same_pair")] == 0).all()
