import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector import InputError, apply_plan, detect, detect_many, reverse
from detector.pipeline import MIN_WORDS, model_info

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
            [*SPUN.split(), *HUMAN.split(), "\r\n", "\n\n", "“", "’s", "pоlicy", "e\u0301", "🙂", "\u00a0"]
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
    "call", [lambda: detect_many(HUMAN), lambda: detect(b"bytes"), lambda: detect_many([HUMAN, 3])]
)
def test_what_is_no_collection_of_texts_is_refused_in_words(call):
    with pytest.raises(InputError, match=r"text|str"):
        call()


def test_a_long_document_is_judged_in_parts_and_offsets_fit():
    human = "\n\n".join(HUMAN.replace("Tuesday", f"day {i}") for i in range(700))
    text = human + "\n\n" + SPUN + "\n\n" + human
    report = detect(text)
    assert report.n_words > 80_000
    place = text.index(SPUN)
    inside = [p for p in report.passages if p.start < place + len(SPUN) and p.end > place]
    assert any(p.verdict == "spun" for p in inside)
    assert all(text[e.start : e.end] == e.surface for e in report.evidence)
    restoration = reverse(text)
    assert apply_plan(text, restoration.plan) == restoration.text


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
