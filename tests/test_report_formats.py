"""HTML, SARIF, GitHub and Markdown reports of documents made up for the purpose, and the JSON Schema on real output."""

import csv
import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from fuzz.checks import RAW
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from detector import detect, reverse
from detector.cues import CUE_BY_ID, CUE_IDS, CUES
from detector.errors import InputError
from detector.prior import probability_at_prior
from detector.readers import InputDocument
from detector.report import github, html, markdown, sarif, text
from detector.report import json as json_report
from detector.report.diff import unified_diff
from detector.report.formats import REPORT_FORMATS
from detector.report.lines import LineIndex
from detector.report.model import InputFailure, JudgedDocument, ReportRun, RestoredDocument
from detector.report.score import csv_row
from detector.types import Alternative, Damage, Edit, Evidence, Passage, Report

TEXT = 'Invoice Gates <script>alert("x")</script> spoke,\r\nhe | said.\n\n\u202eSecond, 100%: part 🙂 yr.'


def evidence(surface, cue="substitution", likely=("Bill",)):
    start = TEXT.index(surface)
    alternatives = tuple(Alternative(t, 2.0) for t in likely)
    return Evidence(start, start + len(surface), surface, cue, 2.0, alternatives, "A <b>reason</b>, 100%.")


@pytest.fixture
def run():
    half = TEXT.index("\n\n") + 2
    passages = (Passage(0, half, 0.99, "spun"), Passage(half, len(TEXT), None, "insufficient_text"))
    found = (evidence("Invoice"), evidence("<script>", "collocation", ()), evidence("yr", likely=("year",)))
    at = TEXT.index("Gates")
    name = Damage(at, at + 5, "Gates", "name_mangling", (Alternative("Bates", 0.4),), "A slip.")
    report = Report("spun", 0.987, 0.9, 12, "en", passages, found, TEXT, (name,))
    clean = Report("clean", 0.01, 0.9, 30, "en", (Passage(0, 5, 0.01, "clean"),), (), "Hello")
    return ReportRun(
        (
            JudgedDocument(InputDocument("a b,c.txt", TEXT), report),
            JudgedDocument(InputDocument("clean.txt", "Hello"), clean),
        ),
        (InputFailure("gone.txt", "no such file"),),
        "0.1.0",
        "abc123",
    )


def test_html_is_one_page_that_needs_nothing_and_runs_nothing_of_a_document(run):
    page = html.render(run)
    assert not re.search(r"""(?:src|href)=["'](?!#)""", page)
    assert page.count("<script>") == 1
    assert "&lt;script&gt;" in page
    assert "\u202e" not in re.sub("<template>.*?</template>", "", page, flags=re.DOTALL)  # which shows nothing
    for shown in ("Invoice", "Bill", "98.7%", "12", "abc123", "gone.txt", "clean.txt"):
        assert shown in page


def test_html_findings_can_be_reached_and_are_described(run):
    page = html.render(run)
    described = re.findall(r'<mark tabindex="0"[^>]*aria-describedby="([^"]+)"', page)
    assert len(described) == 4
    assert len(set(described)) == 4
    assert all(f'role="tooltip" id="{name}"' in page for name in described)


def test_html_shows_the_text_as_it_stands_between_the_marks(run):
    page = html.render(run)
    body = re.sub(r'<span class="(?:tip|original)".*?</mark>', "</mark>", page, flags=re.DOTALL)
    shown = "".join(re.findall(r'<p dir="auto"[^>]*>(.*?)</p>', body, re.DOTALL)[:2])
    plain = ElementTree.fromstring(f"<x>{shown}</x>").itertext()
    assert "".join(plain).startswith('Invoice Gates <script>alert("x")</script> spoke,')


def test_notebook_fragments(run):
    assert "Invoice" in run.judged[0].report._repr_html_()
    restoration = reverse("Officers mentioned the journey was doable, and folks within the ministry mentioned it. " * 4)
    assert "was here" in restoration._repr_html_()


def test_sarif_names_rules_places_and_failures(run):
    log = json.loads(sarif.render(run))
    assert log["version"] == "2.1.0"
    (result_run,) = log["runs"]
    rules = [r["id"] for r in result_run["tool"]["driver"]["rules"]]
    assert rules == list(CUE_BY_ID)
    assert len(result_run["results"]) == 4
    assert [r["level"] for r in result_run["results"]] == ["warning", "note", "warning", "warning"]
    for result in result_run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "a%20b%2Cc.txt"
        region = place["region"]
        assert TEXT[region["charOffset"] :][: region["charLength"]] == region["snippet"]["text"]
        line = TEXT.split("\n")[region["startLine"] - 1]
        assert line[region["startColumn"] - 1 :].startswith(region["snippet"]["text"])
        assert re.fullmatch(r"[0-9a-f]{16}", result["partialFingerprints"]["wording/v1"])
    notes = result_run["invocations"][0]["toolExecutionNotifications"]
    assert [n["message"]["text"] for n in notes] == ["no such file"]


def test_of_extracted_text_no_line_is_named(run):
    first = run.judged[0]
    made = ReportRun((JudgedDocument(InputDocument("a.pdf", TEXT, extracted=True), first.report),), (), "0", "x")
    for result in json.loads(sarif.render(made))["runs"][0]["results"]:
        assert list(result["locations"][0]["physicalLocation"]) == ["artifactLocation"]
    assert all(re.match("::(warning|notice) file=a.pdf,title=", line) for line in github.render(made).splitlines())
    for parts in (True, False):
        assert json_report.document_object(made.judged[0], parts)["text"] == TEXT


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a/b.txt", "a/b.txt"),
        ("/home/x y.txt", "file:///home/x%20y.txt"),
        ("odd:name#1?.txt", "odd%3Aname%231%3F.txt"),
        ("caf\u00e9.txt", "caf%C3%A9.txt"),
        ("caf\udce9.txt", "caf%E9.txt"),
        ("-", "-"),
    ],
)
def test_sarif_paths_are_uris(run, path, uri):
    made = ReportRun(
        (JudgedDocument(InputDocument(path, TEXT), run.judged[0].report),), (InputFailure(path, "gone"),), "0", "x"
    )
    log = json.loads(sarif.render(made))["runs"][0]
    assert log["artifacts"][0]["location"]["uri"] == uri
    assert log["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri
    for other in (html, github, markdown, json_report):
        assert other.render(made)


def test_github_commands_are_escaped(run):
    lines = github.render(run).splitlines()
    assert len(lines) == 5
    assert lines[1].startswith("::notice")
    assert "title=damage%3A misspelt name::" in lines[1]
    assert lines[0].startswith("::warning file=a b%2Cc.txt,line=1,endLine=1,col=1,endColumn=8,title=substitution::")
    assert "100%25" in lines[0]
    assert lines[-1] == "::error file=gone.txt::no such file"


ACTS = "a\x1b[31m\x9b\r\u202eb\x07\udcff.txt"  # a colour, carriage return, reversal, bell, a byte that is not UTF-8


def test_nothing_acts_on_the_log_that_shows_github_commands(run):
    report = replace(run.judged[0].report, evidence=(evidence("Invoice", likely=(ACTS,)),), damage=())
    made = ReportRun((JudgedDocument(InputDocument(ACTS, TEXT), report),), (InputFailure(ACTS, ACTS),), "0", "x")
    rendered = github.render(made)
    rendered.encode("utf-8")
    assert not RAW.search(rendered)
    assert rendered.count("\n") == 2
    assert "a␛[31m" in rendered


@pytest.mark.parametrize(
    ("path", "cell"),
    [
        ("a.txt", "a.txt"),
        ("-", "-"),
        ("=SUM(A1:A9).txt", "./=SUM(A1:A9).txt"),
        ("+1", "./+1"),
        ("-1+1|cmd", "./-1+1|cmd"),
        ("@a", "./@a"),
        ("\t=1", "./ =1"),
        ("\r=1", "./=1"),
        ("＝1", "./＝1"),
        ("a\nb\r\n=1", "a b =1"),
        (ACTS, "a␛[31m��b␇�.txt"),
    ],
)
def test_a_path_in_csv_is_one_line_and_not_a_formula(path, cell):
    row = csv_row(JudgedDocument(InputDocument(path, ""), Report("clean", 0.1, 0.9, 3, "en", (), (), "")))
    assert next(csv.reader([row]))[0] == cell
    assert row.count("\n") == 1
    row.encode("utf-8")


@pytest.mark.parametrize(
    "path", ["a b.txt", "a\x1b[31m.txt", "a\nb.txt", '"a".txt', "\u202ea\\.txt", "é.txt", "a\udcff", " a.txt", "a "]
)
def test_a_diff_names_any_file_as_patch_reads_it(path, tmp_path):
    written = unified_diff(path, "We go to Oslo.\n", (Edit(3, 8, "go to", "visit", 1.0),))
    assert "\x1b" not in written
    assert "\u202e" not in written
    (tmp_path / path).write_text("We go to Oslo.\n")
    patch = shutil.which("patch")
    if patch is not None:
        subprocess.run([patch, "-p0"], input=os.fsencode(written), cwd=tmp_path, check=True, capture_output=True)
        assert (tmp_path / path).read_text() == "We visit Oslo.\n"


def test_markdown_shows_text_literally(run):
    text = markdown.render(run)
    assert r"\<script\>" in text
    assert "| Invoice | Bill | substitution | about 100 times likelier than what is there |" in text
    assert "**Is it damaged?** 1 misspelt name." in text
    assert "**Was it rewritten?** **flagged**" in text
    assert "no such file" in text


def test_lines_and_columns():
    index = LineIndex("a\r\nbc\n\nd")
    assert [index.place(i) for i in (0, 3, 4, 6, 7)] == [(1, 1), (2, 1), (2, 2), (3, 1), (4, 1)]


def test_output_fits_the_schema(run):
    schema = json_report.schema()
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    spun = "Officers mentioned the journey was doable, and folks within the ministry mentioned it. " * 4
    real = ReportRun((JudgedDocument(InputDocument("x.txt", spun), detect(spun)),), run.failures, "0.1.0", "abc")
    for made in (run, real):
        validator.validate(json.loads(json_report.render(made)))
        scored = [json_report.document_object(item, parts=False) for item in made.judged]
        validator.validate(json.loads(json_report.wrap(scored, made.failures, made.version, made.signature)))
        validator.validate(json_report.document_object(made.judged[0]))
    restored = json_report.restored_object(RestoredDocument(InputDocument("x.txt", spun), reverse(spun)))
    validator.validate(json.loads(json_report.wrap([restored], run.failures, "0.1.0", "abc")))
    broken = json.loads(json_report.render(run))
    broken["documents"][0]["verdict"] = "perhaps"
    assert not validator.is_valid(broken)
    # A finding that is wrong does not pass as a document that was only scored.
    broken = json_report.document_object(run.judged[0])
    broken["evidence"][0]["cue"] = "mood"
    assert not validator.is_valid(broken)
    assert not validator.is_valid({**json.loads(json_report.render(run)), "documents": [broken]})


def test_every_format_and_the_schema_know_every_cue():
    schema = json_report.schema()
    assert sorted(schema["$defs"]["cue"]["enum"]) == sorted(CUE_IDS)
    for cue in CUES:
        evidence = () if cue.is_damage else (Evidence(0, 5, "Hello", cue.id, 1.0, (), "Odd."),)
        damage = (Damage(0, 5, "Hello", cue.id, (), "Odd."),) if cue.is_damage else ()
        report = Report("spun", 0.98, 0.9, 1, "en", (), evidence, "Hello", damage)
        made = ReportRun((JudgedDocument(InputDocument("a.txt", "Hello"), report),), (), "0", "x")
        for shown in (text.render(made), *(f.render(made) for f in REPORT_FORMATS)):
            assert cue.label in shown or f'": "{cue.id}"' in shown
        Draft202012Validator(schema).validate(json.loads(json_report.render(made)))


@given(st.floats(0, 1), st.floats(0.001, 0.999))
def test_a_prior_moves_a_probability_as_bayes_says(p, prior):
    moved = probability_at_prior(p, prior)
    assert 0 <= moved <= 1
    assert (moved <= p + 1e-12) == (prior <= 0.5) or moved == pytest.approx(p)
    odds = prior / (1 - prior)
    assert moved == pytest.approx(p * odds / (p * odds + 1 - p))
    assert probability_at_prior(p, 0.5) == pytest.approx(p)


def test_a_prior_out_of_range_is_refused():
    with pytest.raises(InputError, match="0 to 1"):
        probability_at_prior(0.5, 1.5)
