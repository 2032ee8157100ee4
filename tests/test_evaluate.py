"""Measures against scikit-learn and by hand, parts taken away, rows to JSON and back, the card."""

import dataclasses
import gzip
import json
import math
import re
import shutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import fbeta_score, roc_auc_score

from detector.calibration import calibration_bins
from detector.errors import InputError
from detector.estimators.channel import SOURCES, Channel, Ragged
from detector.estimators.perceptron import Perceptron
from detector.estimators.static_function import StaticFunction
from detector.evaluation import ablation, damage, detection, human, restoration, run
from detector.evaluation.card import render_card
from detector.evaluation.metrics import (
    auc_interval,
    expected_calibration_error,
    f_interval,
    ratio_interval,
    roc_points,
    wilson,
)
from detector.evaluation.parts import with_columns_masked, without_sources
from detector.evaluation.results import (
    AucRow,
    CueCount,
    CueRow,
    EarlierRecall,
    Evaluation,
    Interval,
    LeftOut,
    PhraseRow,
    RateRow,
    read_json,
    write_json,
)
from detector.evaluation.run import EvaluateSettings, evaluate, write_spun_documents
from detector.evaluation.samples import FULL_RATE, LENGTHS, QUARTER_RATE, REWRITES, spin_all, stretches
from detector.model_store import find_models, load_models
from detector.training.corpus import CorpusDocument
from detector.training.families import FAMILIES, SpinnerResources
from detector.training.forms import FORMS
from detector.training.spinners import DamageSpinner, SpunText, undo
from detector.types import Alternative, Damage, Edit, EditAlternative, Evidence, Report, Restoration

FEW_SCORES = st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=2, max_size=40).filter(
    lambda rows: len({spun for _, spun in rows}) == 2
)


def split(rows):
    scores, spun = zip(*rows, strict=True)
    return np.array(scores, dtype=np.float64), np.array(spun)


def whole_auc(scores, spun):
    return auc_interval(scores, spun, np.zeros(len(scores), dtype=np.int64), rounds=1).value


@given(FEW_SCORES)
def test_roc_auc_is_scikit_learns_ties_included(rows):
    scores, spun = split(rows)
    assert whole_auc(scores, spun) == pytest.approx(roc_auc_score(spun, scores), abs=1e-4)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_f_is_scikit_learns(rows):
    made, wanted = (np.array(x, dtype=np.float64) for x in zip(*rows, strict=True))
    if made.sum() + wanted.sum():
        found = f_interval(made * wanted, made, wanted, 0.5).value
        assert found == pytest.approx(fbeta_score(wanted, made, beta=0.5, zero_division=0), abs=1e-4)


def test_calibration_error_by_hand():
    p = np.array([0.0, 0.02, 0.5, 0.5, 0.5, 0.5, 1.0])
    spun = np.array([False, True, True, False, False, False, True])
    # Bins [0, 1/15), [7/15, 8/15), [14/15, 1]: means 0.01, 0.5, 1 against shares 1/2, 1/4, 1.
    assert expected_calibration_error(p, spun) == pytest.approx((2 * 0.49 + 4 * 0.25 + 0) / 7)
    assert [n for _, _, n in calibration_bins(p, spun)] == [2, 4, 1]


# Newcombe (1998), Statistics in Medicine 17: 857-872, table I, method 3.
@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_is_the_published_interval(hits, n, low, high):
    found = wilson(hits, n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-4)


def test_wilson_of_nothing_says_nothing():
    assert math.isnan(wilson(0, 0).value)
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0.0, 1.0)


@pytest.fixture(scope="module")
def scored():
    rng = np.random.default_rng(5)
    human, spun = rng.normal(0, 1, 200), rng.normal(1.5, 1, 200)
    return np.concatenate([human, spun]), np.arange(400) >= 200, np.tile(np.arange(200), 2)


def test_the_interval_holds_the_value_and_is_the_same_again(scored):
    first, second = auc_interval(*scored), auc_interval(*scored)
    assert first == second
    assert first.low < first.value < first.high
    assert first.value == pytest.approx(roc_auc_score(scored[1], scored[0]), abs=1e-4)
    # Theory (Hanley & McNeil 1982) gives a standard error near 0.018 for independent samples of this size.
    assert 0.04 < first.high - first.low < 0.1


def test_documents_are_drawn_not_texts(scored):
    scores, spun, document = scored
    # Every text ten times over: the interval of ten times the texts, but of the same documents.
    ten = [np.tile(x, 10) for x in (scores, spun, document)]
    assert auc_interval(*ten) == auc_interval(scores, spun, document)


def test_ratio_interval_is_the_ratio_of_sums():
    found = ratio_interval(np.array([1.0, 0.0, 3.0]), np.array([2.0, 2.0, 4.0]))
    assert found.value == 0.5
    assert found.low <= 0.5 <= found.high


@given(FEW_SCORES)
def test_roc_points_rise_from_corner_to_corner(rows):
    scores, spun = split(rows)
    points = roc_points(scores, spun)
    assert points[0] == (0.0, 0.0)
    assert points[-1] == (1.0, 1.0)
    assert points == sorted(points)
    area = sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in zip(points, points[1:], strict=False))
    assert area == pytest.approx(roc_auc_score(spun, scores), abs=1e-3)


def tiny_channel():
    sequences = Ragged(np.array([1, 1, 1, 1], dtype=np.uint8), np.array([10, 11, 12, 13], dtype=np.int32))
    return Channel(
        sequences,
        np.zeros(4, dtype=np.uint8),
        Ragged(np.array([2, 1], dtype=np.uint8), np.array([2, 3, 3], dtype=np.int32)),
        np.array([1, 2, 3], dtype=np.uint8),
        np.array([SOURCES.index(s) for s in ("observed", "wordnet", "observed")], dtype=np.uint8),
        StaticFunction.build(np.array([1], dtype=np.uint64), np.array([0], dtype=np.uint64), 8),
    )


def test_a_channel_without_a_source_keeps_the_rest():
    left = without_sources(tiny_channel(), ("observed",))
    assert left.entries.sizes.tolist() == [1, 0]
    assert left.entries.values.tolist() == [3]
    assert left.weights.tolist() == [2]
    nothing = without_sources(tiny_channel(), SOURCES)
    assert nothing.n_entries == 2
    assert not len(nothing.entries.values)


def test_a_deaf_network_answers_as_at_the_mean():
    rng = np.random.default_rng(3)
    f = np.float32
    model = Perceptron(
        ("a", "b"),
        np.array([1, 2], dtype=f),
        np.array([2, 3], dtype=f),
        rng.normal(size=(2, 4)).astype(f),
        rng.normal(size=4).astype(f),
        rng.normal(size=4).astype(f),
        np.zeros(1, dtype=f),
    )
    x = rng.normal(size=(20, 2)).astype(f)
    at_mean = x.copy()
    at_mean[:, 1] = 2
    assert np.allclose(with_columns_masked(model, ("b",)).log10_odds(x), model.log10_odds(at_mean))
    assert not np.allclose(model.log10_odds(x), model.log10_odds(at_mean))


def test_readings_come_by_gain_and_the_first_is_the_best():
    plan = [
        Edit(0, 3, "big", "large", 2.0, (EditAlternative("huge", 1.6), EditAlternative("tall", -1.0))),
        Edit(4, 7, "red", "scarlet", 0.5),
    ]
    found = list(restoration._readings("big red", plan))
    assert found == ["large scarlet", "huge scarlet", "large red", "huge red", "big scarlet"]
    assert list(restoration._readings("as it is", [])) == ["as it is"]


def test_changes_are_restored_one_at_a_time():
    found = list(restoration._changes("The tallness of the big waterfall", "The height of the waterfall"))
    assert [(a, b) for a, b, _ in found] == [(4, 12), (20, 23)]
    assert " ".join(found[0][2]) == "the height of the big waterfall"
    assert " ".join(found[1][2]) == "the tallness of the waterfall"


@given(st.text("ab .", max_size=30), st.text("ab .", max_size=30))
def test_changes_never_crash_and_lie_in_the_text(spun, original):
    for start, end, _ in restoration._changes(spun, original):
        assert 0 <= start <= end <= len(spun)


@given(st.lists(st.sampled_from("abc"), max_size=12), st.lists(st.sampled_from("abc"), max_size=12))
def test_word_edits_replay_and_never_meet(words, others):
    edits = restoration.word_edits(words, others)
    replayed = list(words)
    for start, end, new in reversed(edits):
        replayed[start:end] = new
    assert replayed == others
    assert all(a[1] < b[0] for a, b in zip(edits, edits[1:], strict=False))
    assert (edits == []) == (words == others)


def test_edits_are_counted_as_right_wrong_and_missing():
    spun = SpunText("Big cats chase small rodents daily.", "Large cats chase little mice daily.", ())
    restored = Restoration("Large cats chase small mouse daily.")
    counts = restoration.restored_text([spun], [restored])
    # "Large" is right; "mouse" is wrong, since "little mice" was one edit of two words.
    assert (counts.made.item(), counts.wanted.item(), counts.right.item()) == (2, 2, 1)
    assert (counts.before.item(), counts.after.item()) == (3, 2)
    precision, recall, f05 = counts.scores
    assert (precision.value, recall.value, f05.value) == (0.5, 0.5, 0.5)


def report_on(text, *findings):
    evidence = tuple(
        Evidence(a, b, text[a:b], "substitution", odds, (Alternative(word, odds),)) for a, b, word, odds in findings
    )
    return Report("spun", 0.99, 0.5, len(text.split()), "en", (), evidence, text, (), 0.0)


def test_agreement_asks_for_the_same_spans_and_originals():
    text = "big red house"
    plan = (Edit(0, 3, "big", "large", 1.0), Edit(4, 7, "red", "scarlet", 0.5))
    both = Restoration("large scarlet house", plan, text)
    same = report_on(text, (0, 3, "large", 1.0), (4, 7, "scarlet", 0.5), (8, 13, "home", -0.4))
    other = report_on(text, (0, 3, "large", 1.0), (4, 7, "crimson", 0.5), (8, 13, "home", 0.4))
    row = restoration._agreement_row("x", [same, report_on(text)], [both, Restoration(text)])
    assert (row.documents, row.agree, row.edits_shown, row.findings_changed) == (1, 1.0, 1.0, 1.0)
    row = restoration._agreement_row("x", [same, other], [both, both])
    assert (row.documents, row.agree, row.edits_shown, row.findings_changed) == (2, 0.5, 0.75, 0.8)


@given(st.integers(0, 9), st.integers(0, 1000))
def test_damage_is_undone_down_to_so_many_words(n, seed):
    text = "Every morning the children walked across the wooden bridge and counted the boats below."
    spun = DamageSpinner(rate=1.0, seed=seed).spin(text)
    kept = damage.some_undone(spun, n, np.random.default_rng(seed))
    assert len(kept.alignment) == min(n, len(spun.alignment))
    assert undo(kept.text, kept.alignment) == text == kept.original
    assert all(kept.text[s.start : s.end] == s.spun for s in kept.alignment)


def test_findings_in_human_text_are_counted_by_cue_and_group(monkeypatch):
    damaged = Damage(0, 4, "Jonh", "name_mangling")
    reports = [
        Report("spun", 0.99, 0.9, 200, "en", (), tuple(Evidence(i, i + 1, "x", "collocation", 1.0) for i in range(3))),
        Report("clean", 0.1, 0.9, 300, "en", (), (Evidence(0, 1, "x", "collocation", 1.0),), damage=(damaged,)),
        Report("clean", 0.1, 0.9, 500, "en", (), ()),
    ]
    monkeypatch.setattr(human, "reports_of", lambda *_: reports)
    monkeypatch.setattr(human, "flagged_at", lambda *_: {"default": np.array([True, False, False])})
    counted = human._counted(None, ["", "", ""])
    (every,) = counted.rows("all", "all").marked
    assert every.cues == (CueCount("name_mangling", 1, 1, 0), CueCount("collocation", 4, 2, 1))
    (rest,) = counted.rows("register", "news", np.array([False, True, True])).marked
    assert rest.cues == (CueCount("name_mangling", 1, 1, 0), CueCount("collocation", 1, 1, 0))
    rows = (CueRow("collocation", 9.0, 0.5), CueRow("substitution", 90.0, 0.9))
    card = render_card(dataclasses.replace(empty(), marked=(every, rest), cues=rows), MANIFEST)
    assert "| group | texts | collocation | substitution |\n|---|---|---|---|\n" in card
    assert "| all | 3 | 4.000 (1) | 0 |\n| register news | 2 | 1.250 | 0 |\n" in card


def test_rows_survive_json(tmp_path):
    rows = (AucRow("detector", "all", 0.3, 30, Interval(0.9, 0.8, 1.0), 10, 0.25),)
    write_json(rows, tmp_path / "rows.json")
    assert read_json(tuple[AucRow, ...], tmp_path / "rows.json") == rows
    nothing = PhraseRow("B", 0, 0, *(wilson(0, 0) for _ in range(3)))
    write_json(nothing, tmp_path / "row.json")
    assert "NaN" not in (tmp_path / "row.json").read_text()
    assert math.isnan(read_json(PhraseRow, tmp_path / "row.json").exact_at_1.value)
    earlier = EarlierRecall("abc", (RateRow("family", "all", "default", 4, 1, wilson(1, 4)),))
    evaluation = dataclasses.replace(empty(), left_out=LeftOut("abc", 10, rows), earlier_recall=earlier)
    write_json(evaluation, tmp_path / "evaluation.json")
    assert read_json(Evaluation, tmp_path / "evaluation.json") == evaluation


@pytest.mark.parametrize("text", ["{", "{}", '{"signature": 1}', "[]"])
def test_a_file_that_holds_no_evaluation_is_reported(tmp_path, text):
    path = tmp_path / "evaluation.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"evaluation\.json holds no Evaluation"):
        read_json(Evaluation, path)


def empty():
    return Evaluation("1.0", "abc", 20, 1, "f" * 64, {"default": 0.9}, {"default": "chosen by hand"}, {"news": 3})


MANIFEST = {
    "command": "detector train",
    "seed": 1,
    "corpus": {"files": 2},
    "files": {"a": {"bytes": 2_000_000}},
    "metrics": {},
    "settings": {"escalation_margin": 4.5, "restorer": {"min_gain": 0.0}},
}


def test_the_card_names_the_tables_that_were_not_measured():
    card = render_card(empty(), MANIFEST)
    assert "detector evaluate --leave-one-out` does" in card
    assert "detector evaluate --unseen-thesaurus FILE --unseen-dictionary FILE` does" in card
    assert "detector evaluate --people DIR` does" in card


def test_the_card_has_the_facts_of_the_manifest():
    known = {
        "metrics": {"registers_left_out": {"fpr=0.01": {"news": 0.0012, "wiki": 0.02}}},
    }
    card = render_card(empty(), MANIFEST | known)
    assert "| `fpr=0.01` | 0.12% | 2.00% |" in card


def test_recall_stands_beside_that_of_the_models_before():
    def rows(flagged):
        return (RateRow("family", "dictionary", "default", 100, flagged, wilson(flagged, 100)),)

    found = dataclasses.replace(empty(), recall=rows(90), earlier_recall=EarlierRecall("def", rows(80)))
    card = render_card(found, MANIFEST)
    assert "| spinner | texts | `default` | before: `default` |" in card
    assert re.search(r"\| dictionary \| 100 \| 90\.0% \([^|]*\| 80\.0% \(", card)


def test_stretches_are_long_enough_and_drawn_alike():
    documents = [CorpusDocument(str(i), "s", "news", " ".join(["word"] * (10 * i))) for i in range(1, 20)]
    found = stretches(documents, 50, 100, 3)
    assert len(found) == 9  # of documents with more than 100 words
    assert all(99 <= len(text.split()) <= 101 for text in found)
    assert found == stretches(documents, 50, 100, 3)


WORDS = (
    "ship harbour captain storm morning letter window garden river music doctor village market engine bridge "
    "teacher winter summer silver paper stone forest island kitchen office report money question answer story"
).split()
OTHER = {w: [WORDS[(7 * i + 3) % len(WORDS)]] for i, w in enumerate(WORDS)}


@pytest.fixture(scope="module")
def resources():
    zipf = dict.fromkeys(WORDS, 4.6)
    return SpinnerResources(OTHER, OTHER, OTHER, {}, {}, OTHER, zipf)


@settings(max_examples=10, deadline=None)
@given(st.sampled_from(FAMILIES), st.integers(0, 50))
def test_spun_versions_undo(resources, family, seed):
    texts = ["The captain of the ship saw the island in the morning, and the Doctor wrote a letter.", "Nothing."]
    for text, spun in zip(texts, spin_all(texts, family, 1.0, resources, seed), strict=True):
        assert spun is None or (undo(spun.text, spun.alignment) == text and spun.text != text)


@pytest.fixture(scope="module")
def workplace(tmp_path_factory, resources):
    """A corpus of invented prose in sources that are held out whole and in one that is not, and work already begun."""
    root = tmp_path_factory.mktemp("evaluate")
    corpus, work = root / "corpus", root / "work"
    corpus.mkdir()
    work.mkdir()
    rng = np.random.default_rng(0)

    def sentence():
        a, b, c = rng.choice(WORDS, 3)
        return f"The {a} near the old {b} was not what they had expected, but in the end the {c} was theirs."

    for source, genre, n in (("bbc_2004_05", "news", 24), ("nltk_state_union", "politics", 3), ("made_up", "web", 400)):
        with gzip.open(corpus / f"{source}.jsonl.gz", "wt", encoding="utf-8") as out:
            for i in range(n):
                text = "\n".join(" ".join(sentence() for _ in range(6)) for _ in range(6))
                out.write(json.dumps({"id": i, "source": source, "genre": genre, "text": text}) + "\n")
    (root / "observed_pairs.jsonl").write_text(
        json.dumps({"original": "the garden", "spun": "the lawn", "style": "x", "engine": "B"}) + "\n"
    )
    return root


@pytest.fixture
def small_tables(monkeypatch, resources):
    """Spinners over a few words."""
    monkeypatch.setattr(run, "spinner_resources", lambda *_: resources)


@pytest.fixture
def few(monkeypatch, small_tables):
    """Every table with few rows."""
    for module in (detection, restoration, ablation):
        monkeypatch.setattr(module, "REWRITING", ("dictionary",))
    monkeypatch.setattr(detection, "LENGTHS", (30, 60))
    monkeypatch.setattr(ablation, "FAMILIES", ("dictionary",))
    monkeypatch.setattr(ablation, "SOURCES", ("observed",))
    monkeypatch.setattr(human, "FORMS", FORMS[:1])
    monkeypatch.setattr(human, "_LENGTHS", (60, 3000))
    monkeypatch.setattr(restoration, "_MIN_GAINS", (0.0, 1.0))


def settings_for(workplace, models):
    dictionary = workplace / "own.tsv"
    dictionary.write_text("old\taged\nexpected\tanticipated\n", encoding="utf-8")
    people = workplace / "people"
    people.mkdir(exist_ok=True)
    essays = [{"text": "We was go to the sea and it were very nice day for all. " * 5, "score": "2.5"}] * 3
    (people / "essays.jsonl").write_text("".join(json.dumps(e) + "\n" for e in essays), encoding="utf-8")
    return EvaluateSettings(
        workplace / "corpus",
        workplace,
        workplace,
        models,
        workplace / "work",
        limit=20,
        unseen_dictionary=dictionary,
        people=people,
    )


@pytest.mark.usefixtures("few")
def test_evaluate_end_to_end(workplace, tmp_path):
    models = tmp_path / "models"
    shutil.copytree(find_models(), models)
    old = dataclasses.replace(
        empty(), recall=(RateRow("family", REWRITES, "default", 100, 50, wilson(50, 100)),), signature="before"
    )
    write_json(old, models / "evaluation.json")
    announced = []
    s = settings_for(workplace, models)
    found = evaluate(s, announced.append)
    assert {"known spinners", "calibration", "human text by form", "damage", "gains", "ablation", "card"} <= set(
        announced
    )
    assert found.signature == load_models(models).signature
    assert found.unseen == ("own",)
    assert {r.genre for r in found.perplexity} == {"news", "politics", "web", "all"}
    assert {r.group for r in found.marked if r.kind == "source"} == {"bbc_2004_05", "nltk_state_union", "made_up"}
    assert {r.group for r in found.marked if r.kind == "form"} == {"as it is", FORMS[0].name}
    assert {(r.group, r.texts) for r in found.marked if r.kind == "level"} == {("all", 3), ("2.5", 3)}
    assert {r.group for r in found.marked if r.kind == "length"} == {"60", "3,000"}
    groups = {(r.kind, r.group) for r in found.marked}
    for kind in ("register", "source"):
        (every,) = (r for r in found.marked if (r.kind, r.group) == ("all", "all"))
        parts = [c for r in found.marked if r.kind == kind for c in r.cues]
        for own in every.cues:
            for name in ("findings", "texts", "flagged"):
                assert sum(getattr(c, name) for c in parts if c.cue == own.cue) == getattr(own, name)
    assert {(r.kind, r.group, r.threshold) for r in found.false_flags} == {
        (*group, name) for group in groups for name in found.thresholds
    }
    assert {(r.family, r.rate) for r in found.restoration} == {
        (name, rate) for name in ("dictionary", "own", "own, together") for rate in (FULL_RATE, QUARTER_RATE)
    }
    assert all(r.agree == r.edits_shown == r.findings_changed == 1 for r in found.agreement if r.documents)
    assert [r.min_gain for r in found.gains] == [0.0, 1.0]
    assert [r.engine for r in found.phrases] == ["B"]
    assert all(r.auc.low <= r.auc.value <= r.auc.high for r in found.roc_auc)
    assert found.earlier_recall == EarlierRecall("before", old.recall)
    card = (models / "README.md").read_text(encoding="utf-8")
    assert str(tmp_path) not in card
    assert str(workplace) not in card
    assert not re.search(r"\bnan\b|None|\{\{|\{%", card)
    assert f"`{found.signature}`" in card
    # Every row of a table has as many cells as its head.
    for table in re.findall(r"(?:^\|.*\n)+", card, re.MULTILINE):
        assert len({line.count("|") for line in table.splitlines()}) == 1, table
    for name in ("reliability.png", "roc.png", "harm.png"):
        assert 1_000 < (models / "pictures" / name).stat().st_size < 60_000
    assert read_json(Evaluation, models / "evaluation.json").roc_auc == found.roc_auc
    # A second run takes every finished part from the work folder and finds the same.
    again = evaluate(s)
    # As text, in which NaN equals itself.
    again = dataclasses.replace(again, seconds=found.seconds)
    assert json.dumps(dataclasses.asdict(again), default=str) == json.dumps(dataclasses.asdict(found), default=str)


@pytest.mark.usefixtures("small_tables")
def test_spun_documents_are_written_at_both_rates(workplace, tmp_path):
    folder = tmp_path / "spun"
    write_spun_documents(settings_for(workplace, find_models()), folder)
    names = {name + ending for name in (*FAMILIES, "own") for ending in ("", "_quarter")}
    assert {path.stem for path in folder.glob("*.jsonl")} == names

    def differing(name):
        rows = [json.loads(line) for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
        assert all(row.keys() == {"spun", "original"} and row["spun"] != row["original"] for row in rows)
        pairs = [(row["spun"].split(" "), row["original"].split(" ")) for row in rows]
        return sum(a != b for spun, original in pairs for a, b in zip(spun, original, strict=True))

    assert 0 < differing("own_quarter") < differing("own")


def test_too_small_a_limit_is_refused(tmp_path):
    with pytest.raises(InputError, match="limit is 3"):
        evaluate(EvaluateSettings(tmp_path, tmp_path, tmp_path, tmp_path, limit=3))


def test_rates_have_their_threshold_in_the_card():
    rows = (RateRow("all", "all", "default", 100, 1, wilson(1, 100)),)
    card = render_card(dataclasses.replace(empty(), false_flags=rows), MANIFEST)
    assert "1.00% (0.18 to 5.45)" in card
    assert len(LENGTHS) == 3


def test_the_command_names_the_options_that_it_needs(tmp_path, capsys):
    from detector.cli import main

    folders = ["--corpus", str(tmp_path), "--lexicon", str(tmp_path), "--pairs", str(tmp_path)]
    assert main(["evaluate", *folders, "--output", str(tmp_path)]) == 3
    assert main(["evaluate", "--limit", "3"]) == 2
    assert "--limit" in capsys.readouterr().err
