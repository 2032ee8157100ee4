"""What is learnt of a spinner: counts that add up, what they say of pairs, and the table that people correct."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein

from detector import InputError, SpinnerPair, SpinnerTable, detect, detect_many, learn_spinner, reverse, reverse_many
from detector.estimators.channel import ENTRY_BITS
from detector.restore.iterate import counted_substitutions
from detector.restore.spinner import PairEvidence
from detector.text.tokens import tokenize
from detector.training.channel import words_of
from detector.training.spinners import AlignedSpan, undo

HUMAN = (
    "The ferry was late again on Tuesday. Passengers who had queued since six in the morning were told that a bearing "
    "had failed and that no spare was to be had this side of the water. A few walked home; most sat down on their bags "
    "and shared what they had, and by noon somebody had found a fiddle."
)
SPUN = (
    "The primary secretary of state instructed reporters that the nationwide safety adviser would go to the Chinese "
    "language capital in Could. Officers mentioned the journey was doable, and folks within the overseas ministry "
    "mentioned it will scale back the danger of battle between the 2 powers. The White Home mentioned that the "
    "protection minister and his counterparts had a gathering about international commerce final yr."
)


@pytest.fixture(scope="module")
def of_one_spinner():
    """The gate's paragraphs that one dictionary has spun, with their originals."""
    lines = (Path(__file__).parent / "gate" / "spun.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["family"] == "stranger"]
    assert len(rows) > 8
    return [(row["text"], undo(row["text"], [_aligned(row["text"], *span) for span in row["spans"]])) for row in rows]


def _aligned(text, start, end, original):
    return AlignedSpan(start, end, text[start:end], original)


def errors(text, original):
    return Levenshtein.distance(words_of(text), words_of(original))


def evidence(pair, replaced, standing, places):
    return PairEvidence(*(np.array([x], dtype=np.float64) for x in (pair, replaced, standing, places)))


def shift(pair, replaced, standing, places=None, constancy=0.9, log10_weight=-1.0):
    counts = evidence(pair, replaced, standing, pair if places is None else places)
    (found,) = counts.log10_shift(np.array([log10_weight], dtype=np.float32), constancy)
    return float(found)


def test_a_pair_is_likelier_the_more_places_had_it_and_the_fewer_left_its_original_standing():
    assert shift(0, 0, 0) == 0
    assert 0 < shift(1, 1, 0) < shift(3, 3, 0)
    assert shift(1, 1, 40) < shift(1, 1, 5) < shift(1, 1, 0)
    assert shift(0, 0, 40) < 0
    assert shift(0, 5, 0) < 0  # it has another substitute everywhere
    assert shift(500, 500, 0) == shift(5000, 5000, 0) < 5  # the most that it may say


def test_a_pair_is_less_likely_if_its_substitute_stands_elsewhere_in_its_own_right():
    assert shift(1, 1, 0, places=9) < shift(1, 1, 0, places=3) < shift(1, 1, 0, places=1)
    assert shift(0, 0, 0, places=3) < shift(0, 0, 0, places=1) < 0


def test_a_spinner_that_draws_any_synonym_tells_little():
    assert shift(3, 3, 0, constancy=0.3) < 0.2 < shift(3, 3, 0, constancy=0.9) / 5


def test_counts_of_documents_add_up(models, of_one_spinner):
    def counted(texts):
        features = models.full.extractor.extract(tokenize(texts, models.vocabulary))
        return counted_substitutions(
            features, models.full.extractor, np.linspace(0.6, 1.0, len(texts)), models.restorer
        )

    texts = [text for text, _ in of_one_spinner[:3]]
    together = counted(texts)
    p = np.linspace(0.6, 1.0, 3)
    apart = [
        counted_substitutions(
            models.full.extractor.extract(tokenize([text], models.vocabulary)),
            models.full.extractor,
            p[i : i + 1],
            models.restorer,
        )
        for i, text in enumerate(texts)
    ]
    total = apart[0] + apart[1] + apart[2]
    assert np.array_equal(together.pairs.keys, total.pairs.keys)
    assert together.pairs.totals == pytest.approx(total.pairs.totals, abs=1e-3)
    assert together.terms == pytest.approx(total.terms)
    assert together.constancy() == pytest.approx(total.constancy(), abs=1e-4)


def test_a_pair_that_the_other_documents_have_is_likelier(models, of_one_spinner):
    texts = [text for text, _ in of_one_spinner]
    features = models.full.extractor.extract(tokenize(texts, models.vocabulary))
    p = np.ones(len(texts))
    counts = counted_substitutions(features, models.full.extractor, p, models.restorer)
    shifts = counts.beside(features, features.candidate_log10_odds, p).log10_shift(features)
    c, channel, ids = features.candidates, models.full.extractor.channel, models.vocabulary.ids_of
    entry, original = (channel.rows_of([ids([word])])[0] for word in ("stated", "said"))
    here = (c.entry == entry) & (c.original == original)
    assert here.sum() > 3
    assert shifts[here].min() > 0.3
    # What a pair is likelier by, the other originals of its place lose in part.
    assert shifts[(c.entry == entry) & (c.original != original)].max() < shifts[here].min()


def test_a_text_without_others_is_restored_as_it_is_alone():
    assert list(reverse_many([SPUN], same_spinner=True)) == [reverse(SPUN)]


def test_a_human_text_among_them_stays(of_one_spinner):
    texts = [text for text, _ in of_one_spinner]
    *_, human = reverse_many([*texts, HUMAN], same_spinner=True)
    assert human.text == HUMAN


def test_report_and_restoration_agree_and_the_verdict_is_that_of_each_text_alone(of_one_spinner):
    texts = [text for text, _ in of_one_spinner] + [HUMAN]
    reports = list(detect_many(texts, same_spinner=True))
    for text, report, restoration in zip(texts, reports, reverse_many(texts, same_spinner=True), strict=True):
        shown = {
            (e.start, e.end, e.alternatives[0].text)
            for e in (*report.evidence, *report.damage)
            if e.alternatives and e.alternatives[0].log10_odds >= report.min_gain
        }
        assert shown == {(e.start, e.end, e.original) for e in restoration.plan}
        assert report.probability == detect(text).probability


def test_a_learnt_table_lists_what_was_replaced_and_survives_a_file(of_one_spinner, tmp_path):
    table = learn_spinner([text for text, _ in of_one_spinner] + [HUMAN])
    assert ("stated", "said") in {(p.substitute, p.original) for p in table.pairs if p.log10_odds > 0}
    assert [p.times for p in table.pairs] == sorted((p.times for p in table.pairs), reverse=True)
    assert all(p.times <= p.places + 0.1 for p in table.pairs)
    table.write(tmp_path / "table.tsv")
    assert SpinnerTable.read(tmp_path / "table.tsv") == table


def test_a_table_teaches_pairs_that_no_model_has():
    table = SpinnerTable.parse("substitute\toriginal\tlog10_odds\nfolks\tsailors\t9\nhad a gathering\tsat down\t9\n")
    restored = reverse(SPUN, spinner=table)
    assert "sailors within" in restored.text or "sailors in" in restored.text
    assert "counterparts sat down" in restored.text
    report = detect(SPUN, spinner=table)
    assert report.probability == detect(SPUN).probability
    assert ("folks", "sailors") in {(e.surface, e.alternatives[0].text) for e in report.evidence if e.alternatives}
    assert reverse(HUMAN, spinner=table).text == HUMAN


def test_negative_odds_forbid_a_pair():
    edit = next(e for e in reverse(SPUN).plan if e.spun.isalpha())
    table = SpinnerTable((SpinnerPair(edit.spun, edit.original, -9.0),))
    assert (edit.spun, edit.original) not in {(e.spun, e.original) for e in reverse(SPUN, spinner=table).plan}


def test_words_that_no_text_has_are_left_out_and_told(models):
    table = SpinnerTable((SpinnerPair("folks", "qzxqzx"), SpinnerPair("folks", "people")))
    known = table.known_pairs(models.full.extractor)
    assert [p.original for p in known.left_out] == ["qzxqzx"]
    assert len(known.shifts.keys) == 1


def test_new_pairs_leave_the_others_as_they_were(models):
    channel = models.full.extractor.channel
    ids = models.vocabulary.ids_of
    pairs = (
        [ids(["harbour"]), ids(["of", "the", "ferry"]), ids(["harbour"])],
        [ids(["fiddle"]), ids(["bag"]), ids(["fiddle"])],
    )
    wider, entry, original = channel.with_pairs(*pairs, [90] * 6)
    assert [wider.words_of(x).tolist() for x in entry] == [x.tolist() for x in pairs[0]]
    assert [wider.words_of(x).tolist() for x in original] == [x.tolist() for x in pairs[1]]
    batch = tokenize([SPUN, "They saw the harbour of the ferry."], models.vocabulary)

    def written(c):
        found = c.candidates(batch)
        return [
            (s, n, c.words_of(o).tolist(), round(float(w), 2), k)
            for s, n, o, w, k in zip(
                found.start, found.length, found.original, found.log10_weight, found.source, strict=True
            )
        ]

    before, after = written(channel), written(wider)
    assert [x for x in after if x in before] == before
    added = [x for x in after if x not in before]
    assert {tuple(x[2]) for x in added} <= {tuple(ids(["fiddle"]).tolist()), tuple(ids(["bag"]).tolist())}
    assert len(added) == len({(x[0], tuple(x[2])) for x in added}) >= 1
    assert all(a <= b for a, b in pairwise(wider.candidates(batch).start.tolist()))
    assert len(set(((entry << ENTRY_BITS) | original).tolist())) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "column 'substitute'"),
        ("substitute,original\na,b\n", "column 'substitute'"),
        ("substitute\tother\na\tb\n", "column 'original'"),
        ("substitute\toriginal\nfolks\tpeople\nfolks\t\n", "line 3: a pair needs"),
        ("substitute\toriginal\tlog10_odds\nfolks\tpeople\tmuch\n", "line 2: log10_odds is 'much'"),
        ("substitute\toriginal\tlog10_odds\nfolks\tpeople\tnan\n", "line 2: log10_odds"),
        (f"substitute\toriginal\n{'a' * 200_000}\tpeople\n", "not tab-separated values"),
        ("substitute\toriginal\nfo\rlks\tpeople\n", "not tab-separated values"),
    ],
)
def test_a_broken_table_is_refused_with_its_line(text, message):
    with pytest.raises(InputError, match=message):
        SpinnerTable.parse(text)


def test_a_table_by_hand_needs_two_columns_alone():
    text = "\ufefforiginal\tnote\tsubstitute\r\npeople\tseen twice\tfolks\r\n\r\n"
    assert SpinnerTable.parse(text).pairs == (SpinnerPair("folks", "people"),)


def test_a_spinner_is_learnt_or_given():
    with pytest.raises(InputError, match="not both"):
        reverse_many([SPUN], same_spinner=True, spinner=SpinnerTable(()))
    with pytest.raises(InputError, match="learn_spinner"):
        reverse(SPUN, spinner="table.tsv")


def test_the_command_line_learns_and_uses_a_table(run, folder, of_one_spinner):
    (folder / "in").mkdir()
    for i, (text, _) in enumerate(of_one_spinner):
        (folder / "in" / f"{i}.txt").write_text(text, encoding="utf-8")
    code, out, err = run("learn-spinner", "in", "-o", "table.tsv")
    assert (code, out) == (0, "")
    assert f"{len(of_one_spinner)} documents" in err
    table = SpinnerTable.read("table.tsv")
    text = of_one_spinner[0][0]
    code, out, _ = run("reverse", "--spinner", "table.tsv", "in/0.txt")
    assert (code, out) == (0, reverse(text, spinner=table).text)
    code, out, _ = run("reverse", "--same-spinner", "--format", "json", "in")
    texts = [document["text"] for document in json.loads(out)["documents"]]
    assert sorted(texts) == sorted(r.text for r in reverse_many([t for t, _ in of_one_spinner], same_spinner=True))
    code, out, _ = run("annotate", "--same-spinner", "--format", "json", "in")
    assert [len(d["evidence"]) > 0 for d in json.loads(out)["documents"]] == [True] * len(of_one_spinner)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["reverse", "--same-spinner", "--spinner", "table.tsv", "spun.txt"], "leave one out"),
        (["reverse", "--spinner", "spun.txt", "spun.txt"], "column 'substitute'"),
        (["annotate", "--spinner", "none.tsv", "spun.txt"], "cannot be read"),
        (["annotate", "--same-spinner", "--cache", "kept", "spun.txt"], "--cache"),
        (["learn-spinner", "spun.txt"], "--output"),
        (["learn-spinner", "spun.txt", "-o", "spun.txt"], "another name"),
    ],
)
def test_wrong_usage_is_told(run, folder, arguments, message):
    code, _, err = run(*arguments)
    assert code == 2
    assert message in err


def test_a_table_stays_if_no_input_can_be_read(run, folder):
    Path("table.tsv").write_text("substitute\toriginal\nfolks\tpeople\n", encoding="utf-8")
    assert run("learn-spinner", "-o", "table.tsv", "missing.txt")[0] == 3
    assert Path("table.tsv").read_text(encoding="utf-8") == "substitute\toriginal\nfolks\tpeople\n"


def test_words_of_a_table_that_are_left_out_are_told(run, folder):
    Path("table.tsv").write_text("substitute\toriginal\nfolks\tqzxqzx\n", encoding="utf-8")
    code, _, err = run("reverse", "--spinner", "table.tsv", "spun.txt")
    assert code == 0
    assert "folks (qzxqzx)" in err
