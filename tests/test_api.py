from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector import InputError, api, apply_plan, detect, detect_many, reverse
from detector.api import model_info, restore
from detector.scoring.cascade import MIN_WORDS, first_look, judge, judge_further
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
CHINESE = "国务卿周四表示，两国将在五月举行会谈，讨论贸易和安全问题。" * 12
FRENCH = (
    "Le ministre a déclaré jeudi que les deux pays se rencontreraient au printemps pour parler du commerce et de la "
    "sécurité, et que rien ne serait décidé avant que les maires des deux villes aient rendu leur avis."
)
PIECES = st.lists(
    st.one_of(
        st.text(max_size=30),
        st.sampled_from(
            [*SPUN.split(), *HUMAN.split(), "\r\n", "\n\n", "“", "’s", "pоlicy", "e\u0301", "🙂", "\u00a0", "\ud800"]
        ),
    ),
    max_size=60,
).map(" ".join)


def test_spun_and_human_are_told_apart():
    spun, human = detect(SPUN), detect(HUMAN)
    assert spun.verdict == "spun"
    assert human.verdict == "clean"
    assert spun.probability > 0.95 > 0.8 > human.probability
    assert len(spun.evidence) > 8


@settings(deadline=None, max_examples=60)
@given(PIECES)
def test_offsets_and_plans_hold_on_any_text(text):
    report = detect(text)
    for e in report.evidence:
        assert text[e.start : e.end] == e.surface != ""
    assert all(a.end <= b.start for a, b in zip(report.evidence, report.evidence[1:], strict=False))
    assert all(0 <= p.start < p.end <= len(text) for p in report.passages)
    assert (report.probability is None) == (report.verdict in ("insufficient_text", "unsupported_language"))
    restoration = reverse(text)
    assert apply_plan(text, restoration.plan) == restoration.text
    assert all(text[e.start : e.end] == e.spun != e.original for e in restoration.plan)
    assert all(a.end <= b.start for a, b in zip(restoration.plan, restoration.plan[1:], strict=False))


@settings(deadline=None, max_examples=25)
@given(st.lists(PIECES, max_size=4))
def test_many_give_what_each_gives_whatever_stands_beside_it(texts):
    assert list(detect_many(texts)) == [detect(t) for t in texts]


MIXED = [SPUN, "", HUMAN, "Three words only.", CHINESE, FRENCH, "   \n ", SPUN + "\n\n" + HUMAN, "x" * 4000, ""]


def test_many_give_what_each_gives():
    assert list(detect_many(MIXED)) == [detect(t) for t in MIXED]


def test_processes_give_the_same_in_order():
    texts = MIXED * 8
    assert list(detect_many(texts, n_jobs=2)) == list(detect_many(texts))


def test_many_is_lazy():
    def endless():
        while True:
            yield HUMAN

    reports = detect_many(endless())
    assert next(reports).verdict == "clean"


@pytest.mark.parametrize(
    ("text", "verdict", "language"),
    [
        ("", "insufficient_text", "und"),
        ("Three words only.", "insufficient_text", "en"),
        (CHINESE, "unsupported_language", "und"),
        (FRENCH, "unsupported_language", "und"),
        (HUMAN, "clean", "en"),
    ],
)
def test_what_cannot_be_judged_gets_no_number(text, verdict, language):
    report = detect(text)
    assert (report.verdict, report.language) == (verdict, language)
    if verdict != "clean":
        assert report.probability is None


def test_a_text_one_word_short_is_not_judged():
    words = HUMAN.split()
    assert detect(" ".join(words[: MIN_WORDS - 1])).verdict == "insufficient_text"
    assert detect(" ".join(words[:MIN_WORDS])).probability is not None


def test_thresholds_by_number_and_by_name():
    p = detect(SPUN).probability
    assert detect(SPUN, threshold=min(1.0, p)).verdict == "spun"
    assert detect(HUMAN, threshold=0.0).verdict == "spun"
    thresholds = model_info()["thresholds"]
    assert detect(SPUN, threshold="fpr=0.001").threshold == thresholds["fpr=0.001"]
    with pytest.raises(InputError, match="default, fpr"):
        detect(SPUN, threshold="fpr=7")
    with pytest.raises(InputError, match="0 to 1"):
        detect(SPUN, threshold=1.5)


@pytest.mark.parametrize(
    "call", [lambda: detect_many(HUMAN), lambda: detect(b"bytes"), lambda: list(detect_many([HUMAN, 3]))]
)
def test_what_is_no_collection_of_texts_is_refused_in_words(call):
    with pytest.raises(InputError, match=r"text|str"):
        call()


@pytest.mark.parametrize("n_jobs", [0, -1])
def test_a_number_of_processes_below_one_is_refused(n_jobs):
    with pytest.raises(InputError, match="n_jobs"):
        detect_many([HUMAN], n_jobs=n_jobs)


def test_no_documents_no_reports():
    assert list(detect_many([])) == list(detect_many(iter(()))) == []


def test_a_threshold_counts_in_many_as_in_one():
    assert [r.verdict for r in detect_many([HUMAN, SPUN], threshold=0.0)] == ["spun", "spun"]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_line_ends_change_no_verdict_and_offsets_count_them(line_end):
    text = (SPUN + "\n\n" + HUMAN).replace("\n", line_end).replace("'", "’")
    report = detect(text)
    assert report.source == text
    assert all(text[e.start : e.end] == e.surface for e in report.evidence)
    assert report.evidence
    assert report.passages[-1].end <= len(text)


def test_the_report_is_the_contract_s_object():
    report = detect(SPUN).to_dict()
    assert report.keys() == {"n_words", "language", "verdict", "probability", "threshold", "passages", "evidence"}
    assert all(p.keys() == {"start", "end", "probability", "verdict"} for p in report["passages"])
    for e in report["evidence"]:
        assert e.keys() >= {"start", "end", "surface", "cue", "log10_odds", "alternatives"}
        assert all(a.keys() == {"text", "log10_odds"} for a in e["alternatives"])
    restoration = reverse(SPUN).to_dict()
    assert restoration.keys() == {"text", "plan"}
    for e in restoration["plan"]:
        assert e.keys() == {"start", "end", "spun", "original", "log10_gain", "alternatives"}
        assert all(a.keys() == {"text", "log10_gain"} for a in e["alternatives"])


def test_a_long_document_is_judged_in_parts_and_offsets_fit():
    human = "\n\n".join(HUMAN.replace("Tuesday", f"day {i}") for i in range(400))
    text = human + "\n\n" + SPUN + "\n\n" + human
    report = detect(text)
    assert report.n_words > 40_000
    place = text.index(SPUN)
    inside = [p for p in report.passages if p.start < place + len(SPUN) and p.end > place]
    assert any(p.verdict == "spun" for p in inside)
    assert all(text[e.start : e.end] == e.surface for e in report.evidence)
    restoration = reverse(text)
    assert apply_plan(text, restoration.plan) == restoration.text


@pytest.fixture
def short_parts(monkeypatch):
    monkeypatch.setattr(api, "_PART", 1_500)


DAMAGED = HUMAN.replace("ferry", "fеrry").replace("since", "sіncе").replace("walked", "wаlkеd")


@pytest.mark.usefixtures("short_parts")
@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("\n\n".join([HUMAN] * 12), "clean"),
        ("\n\n".join([SPUN] * 12), "spun"),
        ("\n\n".join([*[HUMAN] * 12, DAMAGED]), "spun"),  # nothing is wrong with any word
        ("\n\n".join([FRENCH] * 12), "unsupported_language"),
        ("\n\n".join([*[HUMAN] * 12, *[FRENCH] * 3]), "clean"),
        ("\n\n".join([*[SPUN] * 6, "- " * 2_000, *[SPUN] * 6]), "spun"),
        ("- " * 2_000, "insufficient_text"),
    ],
)
def test_a_document_in_parts_has_one_verdict(models, text, verdict):
    report = detect(text)
    assert report.verdict == verdict
    assert report.n_words == sum(tokenize([text], models.vocabulary).n_words)
    assert (report.probability is None) == (verdict in ("unsupported_language", "insufficient_text"))


def test_one_spun_passage_in_a_human_article_is_located():
    human = "\n\n".join([HUMAN, HUMAN.replace("ferry", "tram").replace("water", "river")])
    text = human + "\n\n" + SPUN + "\n\n" + HUMAN.replace("Tuesday", "Friday")
    report = detect(text)
    best = max((p for p in report.passages if p.probability is not None), key=lambda p: p.probability)
    assert best.start < text.index(SPUN) + len(SPUN)
    assert best.end > text.index(SPUN)


def test_probabilities_are_rounded_numbers_of_python():
    report = detect(SPUN).to_dict()
    assert type(report["probability"]) is float
    assert all(type(e["start"]) is int and type(e["log10_odds"]) is float for e in report["evidence"])
    assert not isinstance(report["n_words"], np.generic)


def test_what_the_screen_does_not_doubt_is_not_read_closely(models):
    long = " ".join([HUMAN] * 6)
    judged = judge([long, SPUN, long], models)
    assert judged.doubted.tolist() == [1]
    close = judged.close.probability.tolist()
    assert judged.probability[judged.doubted].tolist() == close
    rest = np.setdiff1d(np.arange(3), judged.doubted)
    assert judged.probability[rest].tolist() == judged.screened.probability[rest].tolist()


def test_results_stand_where_their_texts_stood(models):
    judged = judge([HUMAN, SPUN, HUMAN], models)
    texts = judged.by_text(lambda reading: list(reading.m.batch.texts))
    assert texts == [HUMAN, SPUN, HUMAN]


def test_a_reading_of_some_documents_is_that_of_the_batch(models):
    batch = tokenize([HUMAN, "", SPUN], models.vocabulary)
    some = batch.take(np.array([1, 2]))
    alone = tokenize(["", SPUN], models.vocabulary)
    for field in ("ids", "starts", "ends", "shape", "documents"):
        assert np.array_equal(getattr(some, field), getattr(alone, field)), field
    assert some.texts == alone.texts


def test_plain_texts_are_left_alone_at_a_glance(models, monkeypatch):
    long, spun, damaged = (" ".join([x] * 6) for x in (HUMAN, SPUN, HUMAN.replace("ferry", "fеrry")))
    look = first_look([long, spun, damaged, HUMAN], models)
    assert look.words.oddness[1] > 2 * look.words.oddness[0] > 0
    enough = replace(models, plain=1.2 * look.words.oddness[0])
    assert look.plain(enough.plain).tolist() == [True, False, False, False]  # odd, damaged, short

    screened = []
    monkeypatch.setattr("detector.api.judge_further", lambda *x: screened.append(x) or judge_further(*x))
    assert restore(long, enough).plan == ()
    assert not screened
    assert "ferry" in restore(damaged, enough).text
    assert len(restore(spun, enough).plan) > 30


def test_short_texts_are_always_read_closely(models):
    words = HUMAN.split()
    texts = [" ".join(words[:n]) for n in (MIN_WORDS - 1, MIN_WORDS, 40)] + [" ".join(words * 6)]
    assert judge(texts, replace(models, doubt=0.99)).doubted.tolist() == [1, 2]


def test_what_must_stay_does_not_keep_the_word_beside_it():
    assert reverse(SPUN).plan[0].spun == "The primary"
    first = reverse(SPUN, keep=[(0, len("The"))]).plan[0]
    assert (first.spun, first.original) == ("primary", "first")
