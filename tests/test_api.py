import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector import InputError, apply_plan, detect, detect_many, reverse, scores
from detector.api import model_info
from detector.scoring import cascade
from detector.scoring.cascade import MIN_WORDS, score_documents
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


def test_spun_and_human_text_are_distinguished():
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
def test_many_give_the_results_of_each_in_any_company(texts):
    assert list(detect_many(texts)) == [detect(t) for t in texts]


MIXED = [SPUN, "", HUMAN, "Three words only.", CHINESE, FRENCH, "   \n ", SPUN + "\n\n" + HUMAN, "x" * 4000, ""]


def test_many_give_the_results_of_each():
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
def test_a_text_that_cannot_be_judged_gets_no_number(text, verdict, language):
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
def test_anything_but_a_collection_of_texts_is_refused_with_a_message(call):
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
    contract = {"n_words", "language", "verdict", "probability", "threshold", "passages", "evidence"}
    assert report.keys() == contract | {"damage", "min_gain", "human_rate", "omitted", "omitted_words"}
    assert all(p.keys() == {"start", "end", "probability", "verdict"} for p in report["passages"])
    for e in report["evidence"]:
        assert e.keys() >= {"start", "end", "surface", "cue", "log10_odds", "alternatives"}
        assert all(a.keys() == {"text", "log10_odds"} for a in e["alternatives"])
    restoration = reverse(SPUN).to_dict()
    assert restoration.keys() == {"text", "plan", "min_gain"}
    for e in restoration["plan"]:
        assert e.keys() == {"start", "end", "spun", "original", "log10_gain", "alternatives", "cue"}
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
    monkeypatch.setattr(cascade, "PART_CHARACTERS", 1_500)


DAMAGED = HUMAN.replace("ferry", "fеrry").replace("since", "sіncе").replace("walked", "wаlkеd")


@pytest.mark.usefixtures("short_parts")
@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("\n\n".join([HUMAN] * 12), "clean"),
        ("\n\n".join([SPUN] * 12), "spun"),
        ("\n\n".join([*[HUMAN] * 12, DAMAGED]), "clean"),  # three letters in 700 words
        ("\n\n".join([FRENCH] * 12), "unsupported_language"),
        ("\n\n".join([*[HUMAN] * 12, *[FRENCH] * 3]), "clean"),
        ("\n\n".join([*[SPUN] * 6, ". " * 2_000, *[SPUN] * 6]), "spun"),
        (". " * 2_000, "insufficient_text"),
    ],
)
def test_a_document_in_parts_has_one_verdict(models, text, verdict):
    report = detect(text)
    assert report.verdict == verdict
    in_all = sum(tokenize([text], models.vocabulary).n_words)
    assert in_all - 2 <= report.n_words + report.omitted_words <= in_all + 2  # words beside marks count differently
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


def test_only_texts_near_the_threshold_are_read_in_full(models):
    long = " ".join([HUMAN] * 6)
    found = score_documents([long, SPUN, long], models.cascade, 0.97)
    assert found.escalated.tolist() == [False, True, False]
    alone = [score_documents([text], models.cascade, 0.97).log_odds[0] for text in (long, SPUN)]
    assert found.log_odds.tolist() == [alone[0], alone[1], alone[0]]
    assert score_documents([long], models.cascade, 0.0).escalated.tolist() == [True]


def test_scores_are_those_of_the_reports():
    columns, reports = scores(MIXED), [detect(text) for text in MIXED]
    assert columns.verdict == tuple(r.verdict for r in reports)
    assert columns.n_words.tolist() == [r.n_words for r in reports]
    expected = np.array([np.nan if r.probability is None else r.probability for r in reports])
    assert np.array_equal(columns.probability, expected, equal_nan=True)
    assert len(scores([])) == 0


@settings(deadline=None, max_examples=25)
@given(PIECES)
def test_a_report_shows_the_edits_of_reverse(text):
    report, restoration = detect(text), reverse(text)
    told = {(e.start, e.end): e.alternatives for e in (*report.evidence, *report.damage)}
    changed = {(e.start, e.end): e.original for e in restoration.plan}
    least = report.min_gain
    assert {span for span, others in told.items() if others and others[0].log10_odds >= least} == set(changed)
    assert all(told[span][0].text == original for span, original in changed.items())


def test_a_flagged_text_shows_something_at_any_threshold():
    report = detect(HUMAN, threshold=0.0)
    assert report.verdict == "spun"
    assert report.evidence
    assert all(e.log10_odds > 0 for e in report.evidence)


@pytest.mark.parametrize(
    "write",
    [
        str.lower,
        str.upper,
        str.title,
        lambda t: t.replace(" ", "\u00a0"),
        lambda t: t.replace(" ", "&nbsp;"),
        lambda t: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in t),
        lambda t: t.replace(" a ", " **a** "),
        lambda t: t.replace(". ", ".\n"),
        lambda t: t.replace("ea", "e\u200ba"),
    ],
    ids=["lower", "UPPER", "Title", "no-break", "entities", "full width", "bold", "lines", "zero width"],
)
def test_form_moves_no_verdict(write):
    spun, human = write(SPUN * 2), write(HUMAN * 2)
    report = detect(spun)
    assert report.verdict == "spun"
    assert all(spun[e.start : e.end] == e.surface for e in (*report.evidence, *report.damage))
    restoration = reverse(spun)
    assert apply_plan(spun, restoration.plan) == restoration.text
    if "\uff46" not in human:  # full width throughout is damage on purpose
        assert detect(human).verdict == "clean"


def test_slips_are_damage_and_move_no_probability():
    slip = HUMAN.replace("Tuesday", "Tuesady")
    report = detect(slip)
    assert [d.surface for d in report.damage] == ["Tuesady"]
    assert report.damage[0].alternatives[0].text == "Tuesday"
    assert report.verdict == "clean"
    assert abs(report.probability - detect(HUMAN).probability) < 0.05
    assert reverse(slip).text == slip  # its author may have written it so


def test_damage_on_purpose_is_evidence():
    report = detect(HUMAN.replace("e", "\u0435"))
    assert report.verdict == "spun"
    assert report.probability == 0.999
    assert len(report.damage) > 20


def test_text_that_is_not_prose_is_left_out_and_counted():
    code = "def f(x):\n    y = x + 1\n    return y * 2\n\nfor i in range(10):\n    print(f(i), end=' ')\n"
    text = HUMAN + "\n\n" + code + "\n" + HUMAN
    report = detect(text)
    assert {o.reason for o in report.omitted} == {"code"}
    assert "return y" in "".join(text[o.start : o.end] for o in report.omitted)
    assert report.omitted_words > 5
    assert detect(code * 6).verdict == "insufficient_text"


def test_a_human_rate_is_never_below_one_in_the_texts_counted(models):
    report = detect(HUMAN)
    assert 0 < report.human_rate <= 1
    assert detect(SPUN).human_rate <= report.human_rate
    assert detect("Three words only.").human_rate is None


def test_a_reading_of_some_documents_is_that_of_the_batch(models):
    batch = tokenize([HUMAN, "", SPUN], models.vocabulary)
    some = batch.take(np.array([1, 2]))
    alone = tokenize(["", SPUN], models.vocabulary)
    for field in ("ids", "starts", "ends", "shape", "documents"):
        assert np.array_equal(getattr(some, field), getattr(alone, field)), field
    assert some.texts == alone.texts


def test_a_span_to_keep_does_not_keep_the_word_beside_it():
    assert reverse(SPUN).plan[0].spun == "The primary"
    first = reverse(SPUN, keep=[(0, len("The"))]).plan[0]
    assert (first.spun, first.original) == ("primary", "first")


def test_no_probability_depends_on_a_threshold_above_the_default(models):
    texts = [f"{SPUN[:100]} {HUMAN}", SPUN, HUMAN]
    assert score_documents(texts, models.cascade, 0.99999).escalated.tolist() == [False, True, False]
    expected = [detect(text).probability for text in texts]
    assert [detect(text, threshold=0.99999).probability for text in texts] == expected
    assert scores(texts, threshold=1.0).probability.tolist() == expected


def test_columns_make_a_table_with_a_row_a_text():
    table = scores([SPUN, "Too short."]).to_frame()
    assert table["verdict"].tolist() == ["spun", "insufficient_text"]
    assert table["probability"].isna().tolist() == [False, True]
    assert table["n_words"].tolist() == [len(SPUN.split()), 2]
    assert scores([]).to_frame().columns.tolist() == ["probability", "verdict", "n_words"]


@pytest.mark.parametrize("word", ["clamor", "clamour", "noise"])
def test_damage_is_told_whatever_the_dialect_of_the_text(word):
    text = f"People who live close to the dock have complained of the {word} for years. The clerk wrote to Mr Нouse."
    text = f"Individuals who dwell close to the dock have grumbled regarding the {word} for a long time. {text}"
    assert [d.surface for d in detect(text).damage] == ["Нouse"]
