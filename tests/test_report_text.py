import io
import re
from itertools import pairwise
from pathlib import Path

import pytest

from detector import detect
from detector.cli import main
from detector.readers import InputDocument
from detector.report.diff import unified_diff
from detector.report.model import InputFailure, JudgedDocument, ReportRun, disjoint, findings
from detector.report.text import Terminal, blocks, printable, render, verdict_line
from detector.report.wording import base_rate, disagreement, one_in, percent
from detector.types import Alternative, Damage, Edit, Evidence, Passage, Report

ARTICLES = Path(__file__).resolve().parents[1] / "notebooks" / "articles"
SPUN = (ARTICLES / "harbour-talks-spun.txt").read_text(encoding="utf-8")
HUMAN = (ARTICLES / "harbour-talks.txt").read_text(encoding="utf-8")


def judged(text, path="a.txt"):
    return JudgedDocument(InputDocument(path, text), detect(text))


def run_of(*texts, failures=()):
    return ReportRun(tuple(judged(t, f"{n}.txt") for n, t in enumerate(texts)), failures, "0", "x")


def finding(text, surface, original=None, cue="substitution", odds=2.0):
    start = text.index(surface)
    alternatives = (Alternative(original, odds),) if original else ()
    return Evidence(start, start + len(surface), surface, cue, odds, alternatives)


def made(text, *evidence, verdict="spun", passages=None):
    passages = (Passage(0, len(text), 0.97, verdict),) if passages is None else passages
    report = Report(verdict, 0.97, 0.5, len(text.split()), "en", passages, tuple(evidence), text)
    return ReportRun((JudgedDocument(InputDocument("a.txt", text), report),), (), "0", "x")


def test_lines_fit_and_every_word_is_there():
    for width in (80, 50):
        shown = render(run_of(SPUN), width=width)
        assert all(len(line) <= width for line in shown.splitlines())
        assert "\x1b" not in shown
    body = " ".join(
        re.sub(r"^.*?│ ?", "", line) for line in render(run_of(SPUN)).partition("\n\nflagged")[0].splitlines()
    )
    as_found = re.sub(r"\[([^]→]*?)(?: → [^]]*)?\]", r"\1", " ".join(body.split()))
    assert as_found.split() == SPUN.split()


def test_the_original_stands_beside_the_wording():
    text = "We go to the quay.\nIt was dreadfully cold."
    shown = render(made(text, finding(text, "go to", "visit"), finding(text, "dreadfully")))
    assert "We [go to → visit] the quay." in shown
    assert "It was [dreadfully] cold." in shown
    assert shown.splitlines()[0].startswith("████▉  97.0% │ We")
    assert shown.splitlines()[-3:] == [
        "flagged  97.0%  9 words, 2 findings; threshold 50%",
        "This assumes that half of all texts are spun; if 1% are, it is 24.6%.",
        "The flag rests on 2 substitutions. What to do now: detector explain substitution",
    ]


def test_colour_only_if_it_is_wanted():
    assert "\x1b[" in render(run_of(SPUN), color=True)
    assert "→" in render(run_of(SPUN), color=True)
    assert "[stated" not in render(run_of(SPUN), color=True)


def test_a_clean_document_is_brief():
    shown = render(run_of(HUMAN))
    assert shown.splitlines()[-1].startswith("not flagged  ")
    assert len(shown.splitlines()) < 10


def test_the_strongest_findings_of_a_clean_document():
    text = "One odd word. " * 8
    evidence = [
        Evidence(n * 14 + 4, n * 14 + 7, "odd", "collocation", float(n), (Alternative("add", 1.0),)) for n in range(8)
    ]
    shown = render(made(text, *evidence, verdict="clean"))
    assert shown.count("[odd → add]  odd word") == 5
    assert "3 weaker" in shown


def test_context():
    text = "First one here.\n\nSecond one here.\n\nThird one here."
    passages = tuple(Passage(text.index(w), text.index(w) + 15, 0.9, "spun") for w in ("First", "Second", "Third"))
    run = made(text, finding(text, "Third"), passages=passages)
    assert "Second" not in render(run, context=0)
    assert "First" not in render(run, context=1)
    assert "Second" in render(run, context=1)
    assert render(run, context=2) == render(run)


def test_several_documents_have_headings_and_a_table():
    shown = render(run_of(SPUN, HUMAN, "Too short.", failures=(InputFailure("b.txt", "no such file"),)))
    assert shown.count("── ") >= 4
    table = shown[shown.index("summary") :]
    for name, verdict in (("0.txt", "flagged"), ("1.txt", "not flagged"), ("2.txt", "no verdict")):
        assert re.search(rf"{name}.*{verdict}", table)
    assert re.search(r"b\.txt.*not read", table)


@pytest.mark.parametrize(
    "text",
    ["", "\n\n", " ", "word", "Three short words", "两个城市" * 50, "\x00\x1b", "a" * 5000],
    ids=lambda text: repr(text[:9]),
)
def test_anything_can_be_shown(text):
    shown = render(run_of(text))
    assert all(len(line) <= 80 for line in shown.splitlines())
    assert shown.endswith("\n")
    assert verdict_line(judged(text)) in shown


def test_nothing_in_the_text_acts_on_the_terminal():
    text = "A \x1b[31mmayor\x1b]0;title\x07 said [bold]no[/bold] \u202eagain\x9b2J to \udc80 all\r of :smile:."
    shown = render(made(text, finding(text, "[bold]no[/bold]", "[red]yes")))
    assert all(c.isprintable() or c == "\n" for c in shown)
    assert "[bold]no[/bold] → [red]yes" in shown
    assert ":smile:" in shown
    assert "\x1b" not in printable(text)
    assert "\x1b" not in render(ReportRun((judged(text, "a\x1b[31m.txt"),), (), "0", "x"))


def test_ascii_if_the_stream_has_no_more():
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="replace")
    terminal = Terminal.on(out, color=False)
    text = "We go to the “quay” — now."
    terminal.document(made(text, finding(text, "go to", "visit")).judged[0])
    out.flush()
    shown = out.buffer.getvalue().decode("ascii")
    assert 'We [go to -> visit] the "quay" -- now.' in shown
    assert "##### " in shown
    assert "?" not in shown


def test_command_line_formats_through_pipes(tmp_path, capfd, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_text(SPUN, encoding="utf-8")
    main(["annotate", str(path)])
    plain = capfd.readouterr()[0]
    assert "\x1b" not in plain
    assert "→" in plain
    main(["annotate", "--color", "always", str(path)])
    assert "\x1b[" in capfd.readouterr()[0]
    main(["annotate", "--color", "never", str(path)])
    assert capfd.readouterr()[0] == plain
    main(["annotate", "--quiet", "--output", str(tmp_path / "out.txt"), str(path)])
    assert (tmp_path / "out.txt").read_text(encoding="utf-8") == plain
    main(["reverse", "--color", "always", str(path)])
    assert "\x1b[1;32m" in capfd.readouterr()[0]


def test_blocks_cover_the_text_once():
    for text in (SPUN, HUMAN, SPUN.replace("\n", "\r\n"), "- one\n- two\nthree\n\n\n  four"):
        cut = list(blocks(text, detect(text).passages))
        assert "".join("".join(text[b.start : b.end].split()) for b in cut) == "".join(text.split())
        assert all(a.end <= b.start for a, b in pairwise(cut))
    opened = [b.passage for b in blocks(SPUN, detect(SPUN).passages) if b.opens]
    assert opened == list(range(len(detect(SPUN).passages)))


def test_of_findings_that_overlap_the_likelier_is_marked():
    text = "in accordance with the plan"
    weak, strong = finding(text, "accordance", odds=1.0), finding(text, "in accordance with", "by", odds=2.0)
    report = made(text, weak, strong).judged[0].report
    assert [f.surface for f in disjoint(findings(report))] == ["in accordance with"]
    assert [f.surface for f in disjoint(reversed(findings(report)))] == ["in accordance with"]
    assert "[in accordance with → by] the plan" in render(made(text, weak, strong))


def test_percent_promises_nothing():
    assert [percent(p) for p in (None, 0.0, 0.5, 0.9982, 0.99999, 1.0)] == [
        "-",
        "<0.1%",
        "50.0%",
        "99.8%",
        ">99.9%",
        ">99.9%",
    ]


def test_a_diff_of_edits_across_lines():
    text = "".join(f"line {n}\n" for n in range(30))
    start = text.index("line 10")
    plan = (Edit(0, 4, "line", "row", 1.0), Edit(start, start + 12, text[start : start + 12], "both", 1.0))
    lines = unified_diff("a.txt", text, plan).splitlines()
    assert lines[2] == "@@ -1,4 +1,4 @@"
    assert lines[8] == "@@ -8,8 +8,7 @@"
    assert "+both 11" in lines


def test_damage_and_doubt_are_stated_in_words():
    text = "We met Lindqvsit at the quay."
    name = Damage(7, 16, "Lindqvsit", "name_mangling", (Alternative("Lindqvist", -0.4),), "A slip.")
    report = Report("clean", 0.8, 0.9, 6, "en", (Passage(0, len(text), 0.8, "clean"),), (), text, (name,))
    run = ReportRun((JudgedDocument(InputDocument("a.txt", text), report, doubtful_from=0.7, prior=0.1),), (), "0", "x")
    lines = [line.rstrip() for line in render(run).splitlines()]
    assert lines[0].split() == ["line", "1", "[Lindqvsit", "→", "Lindqvist]", "misspelt", "name"]
    assert lines[2:] == [
        "doubtful  80.0%  6 words, no findings; threshold 90%, doubtful from 70%",
        "This assumes that half of all texts are spun; if 10% of yours are, it is 30.8%.",
        "damaged  1 misspelt name. This does not say whether the text was rewritten.",
    ]


@pytest.mark.parametrize(
    ("verdict", "passages", "said"),
    [
        ("clean", ("clean", "spun", "clean"), "1 of 3 passages would be flagged if judged alone, but the whole"),
        ("spun", ("clean", "insufficient_text"), "No passage would be flagged if judged alone, "),
        ("spun", ("clean", "spun"), ""),
        ("clean", ("clean", "insufficient_text"), ""),
        ("insufficient_text", (), ""),
    ],
)
def test_whole_and_passages_agree_or_the_report_says_why(verdict, passages, said):
    text = "The ferry was late again, and nobody on the pier had been told of it. " * 3
    spans = [(i * 71, (i + 1) * 71) for i in range(3)]
    found = tuple(Passage(a, b, 0.5, each) for (a, b), each in zip(spans, passages, strict=False))
    report = Report(verdict, None if verdict == "insufficient_text" else 0.9, 0.95, 45, "en", found, source=text)
    assert disagreement(report).startswith(said) if said else disagreement(report) == ""
    run = ReportRun((JudgedDocument(InputDocument("a.txt", text), report),), (), "0", "s", "2020-01-01")
    assert " ".join(disagreement(report).split()) in " ".join(render(run).split())


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (1 / 11010, "1 in 11,000"),
        (1 / 7114, "1 in 7,100"),
        (0.0996, "1 in 10"),
        (0.1001, "10 in 100"),
        (1.0, "100 in 100"),
    ],
)
def test_a_share_is_stated_as_people_say_it(share, said):
    assert one_in(share) == said


def test_a_report_states_how_often_human_text_scores_as_high():
    document = judged(
        "The ferry was late again, and nobody on the pier had been told of it until the fog had gone. " * 3
    )
    rate = one_in(document.report.human_rate)
    assert f"Of human texts of similar length, {rate} score as high." in base_rate(document)
