"""The library as analysts use it: tables, files, pictures, and documents that are none."""

import builtins
import re
import subprocess
import sys

import numpy as np
import pytest

from detector import InputError, detect, detect_files, detect_many, plot, read_document, reverse, scores

SPUN = (
    "The harbour board has declared that the ancient crane will be eliminated prior to the finish of summertime. "
    "Individuals who dwell close to the dock have grumbled regarding the clamor for a long time, and the primary "
    "secretary instructed reporters that the board would go to the location in Could."
)
HUMAN = (
    "The ferry was late again on Tuesday. Passengers who had queued since six in the morning were told that a bearing "
    "had failed and that no spare was to be had this side of the water."
)


def without(monkeypatch, module):
    real = builtins.__import__

    def imported(name, *args, **kwargs):
        if name.split(".")[0] == module:
            raise ModuleNotFoundError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", imported)


def test_results_are_one_short_line(tmp_path):
    (tmp_path / "spun.txt").write_text(SPUN, encoding="utf-8")
    results = (detect(SPUN), detect(""), reverse(SPUN), scores([SPUN, HUMAN, ""]), plot.passages(detect(HUMAN)))
    for result in (*results, read_document(tmp_path / "spun.txt")):
        assert len(repr(result)) < 200
        assert "\n" not in repr(result)
    assert "verdict='insufficient_text'" in repr(detect(""))
    assert repr(scores([SPUN, ""])) == "<ScoreColumns texts=2 spun=1 insufficient_text=1>"


def test_a_report_is_a_table_of_findings():
    text = SPUN + " The clerk spoke to Mr Нouse."  # a Cyrillic letter, which is damage
    report = detect(text)
    frame = report.to_frame()
    assert len(frame) == len(report.evidence) + len(report.damage)
    assert frame["start"].is_monotonic_increasing
    assert [text[a:b] for a, b in zip(frame["start"], frame["end"], strict=True)] == frame["surface"].tolist()
    assert frame["is_damage"].sum() == len(report.damage) > 0
    rewriting = frame[~frame["is_damage"]]
    assert rewriting["cue"].tolist() == [e.cue for e in report.evidence]
    assert rewriting["log10_odds"].max() == pytest.approx(
        max(e.alternatives[0].log10_odds for e in report.evidence if e.alternatives)
    )


def test_a_restoration_is_a_table_of_edits():
    restoration = reverse(SPUN)
    frame = restoration.to_frame()
    assert len(frame) == len(restoration.plan) > 0
    assert frame["original"].tolist() == [e.original for e in restoration.plan]


@pytest.mark.parametrize("work", [detect, reverse])
def test_an_empty_table_has_the_columns_of_a_full_one(work):
    empty = work("").to_frame()
    assert len(empty) == 0
    assert empty.dtypes.to_dict() == work(SPUN).to_frame().dtypes.to_dict()


@pytest.mark.parametrize(
    ("library", "use"),
    [
        ("pandas", lambda: detect("").to_frame()),
        ("pandas", lambda: reverse("").to_frame()),
        ("pandas", lambda: detect_files([])),
        ("matplotlib", lambda: plot.passages(detect(""))),
        ("matplotlib", lambda: plot.reliability([], [])),
    ],
)
def test_a_missing_library_is_named_with_its_install(monkeypatch, library, use):
    without(monkeypatch, library)
    with pytest.raises(InputError, match=f"needs another library: pip install {library}"):
        use()


def test_importing_detector_loads_neither_library():
    code = "import sys, detector; print(*sorted({'pandas', 'matplotlib'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


@pytest.mark.parametrize(("item", "kind"), [(None, "NoneType"), (b"bytes", "bytes"), (3.5, "float")])
def test_a_document_that_is_not_text_is_named(item, kind):
    with pytest.raises(InputError, match=rf"document 1, counted from 0, is {kind}"):
        list(detect_many([HUMAN, item, SPUN]))
    with pytest.warns(UserWarning, match="document 1, counted from 0"):
        reports = list(detect_many([HUMAN, item, SPUN], errors="skip"))
    assert reports == [detect(HUMAN), detect(SPUN)]


def test_errors_are_raised_or_skipped_and_nothing_else():
    with pytest.raises(InputError, match="skip"):
        detect_many([HUMAN], errors="ignore")
    with pytest.raises(InputError, match="scores takes texts"):
        scores([HUMAN, None])


def test_files_are_a_table_in_order(tmp_path):
    (tmp_path / "b.txt").write_text(SPUN, encoding="utf-8")
    (tmp_path / "a.md").write_text(f"# A title\n\n```\nx = 1\n```\n\n{HUMAN}\n", encoding="utf-8")
    (tmp_path / "c.txt").write_text("Too short.", encoding="utf-8")
    frame = detect_files(tmp_path, regions=True)
    assert [re.split(r"[\\/]", p)[-1] for p in frame["path"]] == ["a.md", "b.txt", "c.txt"]
    assert frame["reading"].tolist()[1:] == ["flagged", "no verdict"]
    assert np.isnan(frame["probability"].iloc[2])
    assert frame["evidence"].iloc[1] == len(detect(SPUN).evidence)
    assert frame["omitted_words"].iloc[0] > 0
    assert detect_files(tmp_path / "b.txt", threshold=1.0)["verdict"].tolist() == ["clean"]
    assert detect_files([]).columns.tolist() == frame.columns.tolist()


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    good.write_text(HUMAN, encoding="utf-8")
    bad.write_bytes(bytes(range(256)) * 4)
    with pytest.raises(InputError, match=r"bad\.txt: not text"):
        detect_files([bad, good])
    with pytest.warns(UserWarning, match=r"bad\.txt: not text"):
        frame = detect_files([bad, good], errors="skip")
    assert frame["path"].tolist() == [str(good)]
    assert read_document(good).text == read_document(str(good)).text == HUMAN


@pytest.fixture(scope="module")
def reports():
    return [detect(SPUN), detect(HUMAN), detect("")]


@pytest.mark.parametrize("draw", [plot.passages, plot.evidence])
def test_a_picture_of_a_report_has_labels_and_words(reports, draw):
    for report in reports:
        drawn = draw(report)
        assert drawn.axes.get_xlabel()
        assert len(drawn.alt) > 30
        html = drawn._repr_html_()
        assert html.startswith('<img alt="')
        assert 'src="data:image/png;base64,' in html
        assert html.count("<") == 1


def test_the_strip_has_a_piece_for_each_passage(reports):
    report = reports[0]
    drawn = plot.passages(report)
    assert len(drawn.axes.patches) == len(report.passages)
    assert f"{report.n_words} words" in drawn.alt


def test_evidence_is_drawn_strongest_first_and_hostile_words_as_they_are():
    report = detect(SPUN)
    odds = [bar.get_width() for bar in plot.evidence(report, limit=5).axes.patches]
    assert len(odds) == 5
    assert max(odds) == max(e.log10_odds for e in report.evidence)
    odd = detect(SPUN.replace("instructed", "instructed $^$ <b>"))
    assert "<b>" not in plot.evidence(odd)._repr_html_()


def test_reliability_counts_each_text_once_and_leaves_out_what_has_no_verdict():
    drawn = plot.reliability([0.05, 0.05, 0.95, np.nan], [False, True, True, False])
    assert "0.05: 0.50 of 2" in drawn.alt
    assert "0.95: 1.00 of 1" in drawn.alt
    with pytest.raises(InputError, match="2 probabilities and 1 labels"):
        plot.reliability([0.1, 0.2], [True])


def test_groups_are_drawn_with_their_counts():
    drawn = plot.scores_by_group([0.001, 0.999, None, 0.2], ["news", "web", "web", "news"], threshold=0.9)
    assert [t.get_text() for t in drawn.axes.get_yticklabels()] == [
        "news (2, 0 flagged)",
        "web (2, 1 flagged, 1 without a verdict)",
    ]
    with pytest.raises(InputError, match="1 probabilities and 2 labels"):
        plot.scores_by_group([0.1], ["a", "b"])


def test_the_median_that_is_drawn_is_the_one_that_is_told():
    drawn = plot.scores_by_group([0.2, 0.31, 0.9999, 0.9999], "aaaa")
    assert "median 0.655" in drawn.alt
    (bar,) = (line.get_xdata() for line in drawn.axes.lines)
    assert bar[0] == bar[1] == pytest.approx(np.log10(0.655 / 0.345), abs=0.01)
    with pytest.raises(InputError, match="0 to 1"):
        plot.scores_by_group([0.2], "a", threshold="fpr=0.01")


def test_the_same_picture_is_the_same_file(tmp_path, reports):
    for name in ("a.png", "b.png"):
        plot.passages(reports[0]).save(tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert b"Strip of" in (tmp_path / "a.png").read_bytes()
