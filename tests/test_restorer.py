import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector import Edit, PlanError, apply_plan, reverse
from detector.restore.plan import compose_plans, shift_spans
from detector.restore.restorer import original_text
from detector.restore.writing import write_words
from detector.text.indefinite_article import article_for
from detector.text.tokens import tokenize

SPUN = (
    "The primary secretary of state instructed reporters that the nationwide safety adviser would go to the Chinese "
    "language capital in Could. Officers mentioned the journey was doable, and folks within the overseas ministry "
    "mentioned it will scale back the danger of battle between the 2 powers. The White Home mentioned that the "
    "protection minister and his counterparts had a gathering about international commerce final yr."
)
HUMAN = (
    "The ferry was late again on Tuesday. Passengers who had queued since six in the morning were told that a bearing "
    "had failed and that no spare was to be had this side of the water. A few walked home; most sat down on their bags "
    "and shared what they had, and by noon somebody had found a fiddle."
)


def test_a_plan_replays_and_so_does_any_part_of_it():
    restoration = reverse(SPUN)
    assert len(restoration.plan) > 8
    assert apply_plan(SPUN, restoration.plan) == restoration.text
    starts = [e.start for e in restoration.plan]
    assert starts == sorted(starts)
    assert all(a.end <= b.start for a, b in zip(restoration.plan, restoration.plan[1:], strict=False))
    some = restoration.plan[::2]
    assert apply_plan(SPUN, reversed(some)) == apply_plan(SPUN, some) != SPUN


def test_plain_substitutions_are_restored():
    text = reverse(SPUN).text
    for words in ("first secretary of state", "national security adviser", "in May", "last year", "White House"):
        assert words in text
    assert "Could" not in text


def test_human_text_is_left_alone():
    assert reverse(HUMAN).text == HUMAN


def test_reversing_twice_changes_nothing_more():
    once = reverse(SPUN).text
    assert reverse(once).text == once


WORD = st.text("ab", max_size=3)


@st.composite
def plans_for(draw, text):
    """Sorted edits of `text` that do not overlap."""
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    spans = [(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    return [Edit(a, b, text[a:b], draw(WORD), 1.0) for a, b in spans]


@given(st.data(), st.text("xyz ", max_size=30))
def test_a_composed_plan_has_the_effect_of_both(data, text):
    first = data.draw(plans_for(text))
    between = apply_plan(text, first)
    second = data.draw(plans_for(between))
    composed = compose_plans(text, first, second)
    assert apply_plan(text, composed) == apply_plan(between, second)
    assert all(e.spun == text[e.start : e.end] for e in composed)


def test_look_alike_letters_of_a_spun_text_are_repaired():
    restoration = reverse(SPUN.replace("reporters", "rep\u043erters"))
    assert "reporters" in restoration.text
    assert [e.cue for e in restoration.plan if "rep" in e.spun] == ["homoglyph"]


@given(st.data(), st.text("xyz ", max_size=30))
def test_spans_shift_with_the_edits_before_them(data, text):
    plan = data.draw(plans_for(text))
    edges = [0, *(x for e in plan for x in (e.start, e.end)), len(text)]
    free = [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]
    restored = apply_plan(text, plan)
    assert [restored[a:b] for a, b in shift_spans(free, plan)] == [text[a:b] for a, b in free]


def test_kept_spans_stay_when_words_before_them_change_length():
    free = reverse(SPUN).plan
    assert len(free) > 2
    for edit in free:
        text = reverse(SPUN, keep=[(edit.start, edit.end)])
        assert not any(e.start < edit.end and edit.start < e.end for e in text.plan)


def test_kept_spans_stay():
    start = SPUN.index("Officers")
    restoration = reverse(SPUN, keep=[(start, start + len("Officers"))])
    assert "Officers" in restoration.text


def test_a_higher_gain_makes_fewer_edits():
    assert len(reverse(SPUN, min_gain=2.0).plan) < len(reverse(SPUN).plan)


@pytest.mark.parametrize("span", [(5, 3), (-1, 4), (0, 10**6)])
def test_spans_outside_the_text_are_refused(span):
    with pytest.raises(ValueError, match="keep"):
        reverse(HUMAN, keep=[span])


def test_a_plan_of_another_text_is_refused():
    with pytest.raises(PlanError, match="expects 'Bill'"):
        apply_plan("Invoice Gates", [Edit(0, 7, "Bill", "Invoice", 1.0)])
    with pytest.raises(PlanError, match="overlaps"):
        apply_plan("abcd", [Edit(0, 2, "ab", "x", 1.0), Edit(1, 3, "bc", "y", 1.0)])


@pytest.mark.parametrize(
    ("words", "text"),
    [(["man", "-", "made"], "man-made"), (["the", "mayor", "'s"], "the mayor's"), (["at", "once", ","], "at once,")],
)
def test_words_are_written_as_people_write_them(words, text):
    assert write_words(words) == text


@pytest.mark.parametrize(
    ("word", "article"),
    [
        ("apple", "an"), ("house", "a"), ("hour", "an"), ("honest", "an"), ("university", "a"), ("unique", "a"),
        ("unintended", "an"), ("unimportant", "an"), ("European", "a"), ("one-off", "a"), ("useful", "a"),
        ("usual", "a"), ("umbrella", "an"), ("U.S.", "a"), ("heir", "an"), ("historic", "a"), ("only", "an"),
    ],
)  # fmt: skip
def test_article_by_sound(word, article):
    assert article_for(word) == article


def test_a_month_comes_back_and_a_word_that_everybody_uses_stays():
    text = reverse(SPUN + " Officers mentioned the 2 sides could not even agree on a listing of points.").text
    assert "in May" in text
    assert "two sides could not even agree on a list of" in text


@pytest.mark.parametrize(
    "text", [SPUN, HUMAN, "The curtains were purple; consequently the private garden of the nation was shut."]
)
def test_an_original_has_a_capital_only_if_its_substitute_has_one(models, text):
    vocabulary = models.vocabulary
    for written in (text, text.lower()):
        features = models.full.extractor.extract(tokenize([written], vocabulary))
        c = features.candidates
        for row in range(len(c)):
            first, stop = int(c.start[row]), int(c.start[row] + c.length[row])
            # Abbreviations, and "I", have capitals wherever they stand.
            plain = [
                w
                for w in original_text(features, models.full.extractor, row).split()
                if not w.isupper() and w[:2] != "I'"
            ]
            if features.batch.surface(first, stop).islower():
                assert plain == [w.lower() for w in plain]


@pytest.mark.parametrize(
    ("spun", "restored"),
    [
        (
            "We took an informational index of photos and an arbitrary woodland.",
            "a dataset of photos and a random forest.",
        ),
        ("An irregular woodland beat a counterfeit neural organization.", "A random forest beat an artificial neural"),
    ],
)
def test_the_article_before_a_tortured_phrase_agrees_with_its_term(spun, restored):
    text = f"{spun} Profound learning and enormous information were the subject of this paper, and of its rivals too."
    restoration = reverse(text, threshold=0)
    assert restored in restoration.text
    assert apply_plan(text, restoration.plan) == restoration.text
