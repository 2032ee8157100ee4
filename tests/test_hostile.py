"""Whatever is given, the library gives a result that holds its promises, or one error of its own."""

import json
import random
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from decimal import Decimal
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pytest
from fuzz import checks, generator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detector import PlanError, apply_plan, detect, detect_many, probability_at_prior, reverse, scores
from detector.cli.rules import read_phrases
from detector.errors import DetectorError, InputError
from detector.readers import parse_document
from detector.serve.work import answer
from detector.types import Edit

ANY = st.text(st.characters(codec=None, exclude_categories=()), max_size=200)
FEW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
SEEDS = range(40)
# Its damage alone makes it spun: no word is evidence.
DAMAGED = "The ferry was lаte again, and most of the pаssengers sat down on their bags until the mаyor had wаlked home."


@pytest.mark.parametrize(
    "text",
    [
        "①",
        "½",
        "㊀ ㊁",
        "① " * 30,
        "Ⅷ" * 200,
        "🄭🄭🄭",
        "²",
        "٣" * 50,
        "\u0300" * 100,
        "\ud800",
        "a\udfffb " * 30,
        "\0",
        "",
        " ",
        "\ufeff",
        "İ" * 50,
        "👩‍👩‍👧‍👦 " * 30,
        "中文" * 50,
        "the " * 5_000,
        "a" * 100_000,
        "_" * 1_000,
        "a.a.a.a@" * 50,
        DAMAGED,
    ],
)
def test_odd_texts_have_a_report(text):
    report = detect(text)
    checks.check_report(text, report)
    checks.check_restoration(text, reverse(text))
    assert scores([text]).verdict == (report.verdict,)


def test_numerals_without_letters_are_of_no_script():
    text = "The ferry was late again, and most of us sat down on our bags to wait. ① ② ③ ④ ⑤ ⑥ ⑦ ⑧ ⑨ ⑩ " * 4
    assert detect(text).verdict in ("clean", "spun")


@given(ANY)
@FEW
def test_any_text_has_a_report(text):
    checks.check_report(text, detect(text))


@given(ANY)
@FEW
def test_any_text_can_be_reversed(text):
    checks.check_restoration(text, reverse(text, threshold=0.0, min_gain=0.0))


@pytest.mark.slow
@given(st.lists(ANY, max_size=5))
@FEW
def test_many_texts_have_the_reports_of_each(texts):
    reports = list(detect_many(texts))
    assert reports == [detect(text) for text in texts]
    columns = scores(texts)
    assert columns.verdict == tuple(r.verdict for r in reports)
    assert columns.n_words.tolist() == [r.n_words for r in reports]


@pytest.mark.parametrize("seed", SEEDS)
def test_generated_texts_have_a_report_and_a_restoration(seed):
    choose = random.Random(seed)
    texts = [generator.text(choose) for _ in range(16)]
    for text, report in zip(texts, detect_many(texts), strict=True):
        checks.check_report(text, report)
    checks.check_restoration(texts[0], reverse(texts[0], threshold=0.1))


@pytest.mark.parametrize("seed", SEEDS)
def test_generated_files_are_read_or_reported(seed):
    choose = random.Random(seed)
    for _ in range(8):
        name, data = generator.files(choose)
        try:
            document = parse_document(Path(name), data, Path(name).suffix, choose.random() < 0.5)
        except DetectorError as error:
            assert str(error)  # noqa: PT017  it may be read as well
        else:
            assert len(document.text) == len(document.judged_text)


@pytest.mark.parametrize("seed", SEEDS[:8])
def test_generated_files_are_judged_rendered_and_written(seed):
    choose = random.Random(seed)
    read = []
    for name, data in (generator.files(choose) for _ in range(8)):
        with suppress(InputError):
            read.append((parse_document(Path(name), data, Path(name).suffix), data))
    for document, data in read:
        checks.check_document(document)
        checks.check_written(document, data)
    documents = [document for document, _ in read]
    checks.check_rendered(documents, list(detect_many(document.judged_text for document in documents)))


@pytest.mark.parametrize("seed", SEEDS[:8])
def test_generated_requests_have_an_answer_that_is_no_fault(seed):
    choose = random.Random(seed)
    for _ in range(8):
        assert checks.check_answer(*generator.request(choose)) in (200, 400, 422)


@pytest.mark.parametrize("seed", SEEDS)
def test_generated_records_are_read_or_reported(seed, tmp_path):
    choose = random.Random(seed)
    for _ in range(4):
        name, data = generator.records(choose)
        (tmp_path / name).write_bytes(data)
        try:
            checks.check_records(tmp_path / name)
        except InputError as error:
            assert len(str(error)) > 10  # noqa: PT017  it may be read as well


@pytest.mark.parametrize("seed", range(300))
def test_wrong_values_are_one_error(seed):
    checks.check_wrong_values(random.Random(seed), "The ferry was late.")


@pytest.mark.parametrize("value", [None, float("nan"), b"text", 7, ["text"]])
def test_anything_but_text_is_refused_with_a_message(value):
    for call in (detect, reverse, lambda v: scores([v]), lambda v: list(detect_many(["Some text.", v]))):
        with pytest.raises(InputError, match=r"takes texts? \(str\)"):
            call(value)


@pytest.mark.parametrize("value", [None, 7, 2.5, np.array(0.5)])
def test_anything_but_a_collection_is_refused_with_a_message(value):
    for call in (scores, detect_many):
        with pytest.raises(InputError, match="takes an iterable of texts"):
            call(value)


@pytest.mark.parametrize("value", [float("nan"), -0.1, 1.1, True, "high", b"0.5", [], 10**400, 1j, np.float64("nan")])
def test_anything_but_a_threshold_is_refused_with_a_message(value):
    with pytest.raises(InputError, match="threshold"):
        detect("Some text.", threshold=value)


@pytest.mark.parametrize(
    "value", [0, 1, 0.5, np.float32(0.5), np.float64(0.5), np.int64(1), "default", np.str_("default")]
)
def test_any_kind_of_number_is_a_threshold(value):
    assert 0 <= detect("Some text.", threshold=value).threshold <= 1


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -np.inf, np.longdouble("1e400"), "1", True, 10**400, []])
def test_anything_but_a_gain_is_refused_with_a_message(value):
    with pytest.raises(InputError, match="min_gain"):
        reverse("Some text.", min_gain=value)


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        "ab",
        [1],
        [(0,)],
        [(0, 1, 2)],
        [(-1, 2)],
        [(3, 2)],
        [(0, 99)],
        [("0", "1")],
        [(0.0, 1.0)],
        [(0, 10**30)],
    ],
)
def test_anything_but_spans_to_keep_is_refused_with_a_message(value):
    with pytest.raises(InputError, match="keep"):
        reverse("Some text.", keep=value)


@pytest.mark.parametrize(
    "plan",
    [
        None,
        7,
        "plan",
        [None],
        [(0, 4)],
        [Edit(-1, 4, "Some", "Any", 1.0)],
        [Edit(5, 4, "", "Any", 1.0)],
        [Edit(0, 99, "Some", "Any", 1.0)],
        [Edit(0, 4, "None", "Any", 1.0)],
        [Edit(None, 4, "Some", "Any", 1.0)],
        [Edit(0.0, 4.0, "Some", "Any", 1.0)],
        [Edit("0", "4", "Some", "Any", 1.0)],
        [Edit(0, 4, "Some", None, 1.0)],
        [Edit(0, 4, "Some", b"Any", 1.0)],
        [Edit(0, 4, "Some", "Any", 1.0), Edit(3, 5, "e ", "x", 1.0)],
        [Edit(np.array([0, 1]), 4, "Some", "Any", 1.0)],
        [Edit(np.int64(0), 10**400, "Some", "Any", 1.0)],
        [Edit(0, 10**5000, "Some", "Any", 1.0)],
        [Edit(Decimal("sNaN"), 4, "Some", "Any", 1.0)],
    ],
)
def test_a_plan_that_does_not_fit_is_refused_in_words(plan):
    with pytest.raises(PlanError):
        apply_plan("Some text.", plan)


@pytest.mark.parametrize("value", [None, "0.5", True, -0.1, 1.5, float("nan"), Decimal("sNaN"), np.array([0.5])])
def test_a_probability_and_a_prior_are_numbers_from_0_to_1(value):
    for arguments in ((value, 0.5), (0.5, value)):
        with pytest.raises(InputError, match="give a number from 0 to 1"):
            probability_at_prior(*arguments)


@pytest.mark.parametrize("text", [None, 7, b"Some text.", ["Some text."]])
def test_a_plan_fits_text_alone(text):
    with pytest.raises(PlanError):
        apply_plan(text, [Edit(0, 4, "Some", "Any", 1.0)])


@pytest.mark.parametrize(
    "piece",
    [
        {"interpretAs": DAMAGED},
        {"markup": "<p>", "interpretAs": DAMAGED},
        {"text": "So. ", "markup": "<p>", "interpretAs": DAMAGED},
        {"text": DAMAGED, "markup": "<p>", "interpretAs": "\n"},
    ],
)
def test_markup_that_stands_for_more_words_than_it_has_letters_is_an_annotation(piece):
    form = {"language": "en", "level": "picky", "data": json.dumps({"annotation": [piece, {"text": "It was."}]})}
    made = answer("check", urlencode(form).encode())
    assert made.status == 200
    sent = piece.get("text", "") + piece.get("markup", "") + "It was."
    matches = json.loads(made.content)["matches"]
    assert bool(matches) == (piece.get("text") == DAMAGED)
    assert all(0 <= m["offset"] < m["offset"] + m["length"] <= len(sent) for m in matches)


@pytest.mark.parametrize("surface", ["Big Data", "big \n data", "ſkin  cream", "\N{KELVIN SIGN}ey words", "İn fine"])
def test_phrases_of_a_list_are_found_whatever_letters_lower_case_keeps(surface, tmp_path):
    (tmp_path / "list").write_text("big data\tone\nskin cream\ttwo\nkey words\tthree\nin fine\tfour\n")
    phrases = read_phrases(tmp_path / "list")
    (found,) = phrases.find(f"We saw {surface} there.")
    assert found.surface == surface
    assert "expects" in found.message


def test_a_phrase_of_a_list_is_found_as_it_is_written_there(tmp_path):
    (tmp_path / "list").write_text("İn fine\tin short\n", encoding="utf-8")
    (found,) = read_phrases(tmp_path / "list").find("It was İn fine shape.")
    assert found.surface == "İn fine"


def test_threads_give_the_results_of_one():
    choose = random.Random(8)
    texts = [generator.english(choose, 8) for _ in range(48)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(detect, texts)) == [detect(text) for text in texts]
        assert list(pool.map(reverse, texts)) == [reverse(text) for text in texts]


@pytest.mark.parametrize("method", get_all_start_methods())
def test_other_processes_give_the_results_of_this_one(method):
    choose = random.Random(9)
    texts = [generator.english(choose, 8) for _ in range(8)]
    here = [detect(text) for text in texts]
    with ProcessPoolExecutor(2, mp_context=get_context(method)) as pool:
        assert list(pool.map(detect, texts)) == here
