"""Traps for new users that the command line no longer has, and wrong usage that names the remedy."""

import bz2
import gzip
import io
import json
import lzma
import os
import subprocess
import sys
import zipfile
from contextlib import suppress
from pathlib import Path

import docx
import pytest

from detector import __version__, detect, reverse, scores
from detector.cues import CUES
from detector.evaluation.results import CueCount, CueRow, Evaluation, Interval, MarkedRow, write_json
from detector.files import write_file
from detector.readers import InputDocument
from detector.types import Edit, Restoration

ARTICLES = Path(__file__).resolve().parents[1] / "notebooks" / "articles"
SPUN = (ARTICLES / "harbour-talks-spun.txt").read_text(encoding="utf-8")
HUMAN = (ARTICLES / "harbour-talks.txt").read_text(encoding="utf-8")


def paragraphs(text):
    return "".join(f"<p>{paragraph}</p>" for paragraph in text.split("\n\n"))


pytestmark = pytest.mark.usefixtures("folder")


@pytest.fixture
def stdin(monkeypatch):
    def put(data):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))

    return put


WRONG = {
    "no such command": (["anotate", "spun.txt"], "did you mean annotate?"),
    "a file for a command": (["spun.txt"], "detector annotate spun.txt"),
    "no such option": (["score", "--nope"], "--help"),
    "threshold out of range": (["score", "--threshold", "2", "spun.txt"], "95%"),
    "threshold in per cent out of range": (["score", "--threshold", "200%", "spun.txt"], "0 to 1"),
    "threshold of no known name": (["score", "--threshold", "fpr=7", "spun.txt"], "fpr=0.001"),
    "prior": (["score", "--prior", "many", "spun.txt"], "0.01"),
    "keep without an end": (["reverse", "--keep", "7", "spun.txt"], "57:62"),
    "keep beyond the text": (["reverse", "--keep", "0:99999999", "spun.txt"], "characters"),
    "keep in two texts": (["reverse", "--keep", "0:1", "spun.txt", "human.txt"], "give one"),
    "context of another format": (["annotate", "--context", "1", "--format", "json", "spun.txt"], "--format text"),
    "statistics of another format": (["annotate", "--statistics", "-o", "a.html", "spun.txt"], "--format text"),
    "baseline that is not there": (["annotate", "--baseline", "missing.json", "spun.txt"], "no such file"),
    "baseline that is no report": (["annotate", "--baseline", "spun.txt", "spun.txt"], "--format json"),
    "baseline whose paths are none": (["annotate", "--baseline", "paths.json", "spun.txt"], "--format json"),
    "seed below zero": (["evaluate", *"--corpus . --lexicon . --pairs . -o . --seed -1".split()], "-1 is not in"),
    "prune without baseline": (["annotate", "--prune", "spun.txt"], "--baseline FILE"),
    "no such cue": (["annotate", "--why", "mood", "spun.txt"], "substitution"),
    "no such cue to explain": (["explain", "colocation"], "did you mean collocation"),
    "a cue like no other": (["explain", "mood"], "there are homoglyph, "),
    "an option without its value": (["score", "spun.txt", "--cache"], "detector score --help"),
    "folder of the output missing": (["score", "--output", "no/such/folder/out.txt", "spun.txt"], "cannot be written"),
    "output that contradicts": (["annotate", "-o", "r.html", "--format", "json", "spun.txt"], "r.json"),
    "output of nobody's format": (["annotate", "-o", "r.pdf", "spun.txt"], "it writes text, json"),
    "words for a number": (["score", "--jobs", "two", "spun.txt"], "not a valid whole number"),
    "a file that is not there for a command": (["drafts/gone.txt"], "no command, and no file, 'drafts/gone.txt'"),
    "a folder for a report": (["annotate", "--baseline", "shards", "spun.txt"], "a folder, not a file"),
    "a text for a table": (["reverse", "--spinner", "spun.txt", "human.txt"], "detector learn-spinner"),
    "output of another command's format": (["score", "-o", "r.html", "spun.txt"], "csv"),
    "output over an input": (["score", "--format", "csv", "-o", "spun.txt", "spun.txt"], "overwritten"),
    "restored text over an input": (["reverse", "-o", "spun.txt", "spun.txt"], "--in-place"),
    "facts over the input": (["bug-report", "-o", "spun.txt", "spun.txt"], "another name"),
    "facts in a folder that is missing": (["bug-report", "-o", "no/such/x.json", "spun.txt"], "cannot be written"),
    "results into the inputs' folder": (["reverse", "--output-dir", ".", "spun.txt"], "another folder"),
    "in place and elsewhere": (["reverse", "--in-place", "-o", "a.txt", "spun.txt"], "leave -o"),
    "in place of standard input": (["reverse", "--in-place"], "name them"),
    "in place of a diff": (["reverse", "--in-place", "--format", "diff", "spun.txt"], "leave --format"),
    "one file and a folder of them": (["score", "-o", "a.txt", "--output-dir", "x", "spun.txt"], "leave one"),
    "an empty path": (["score", ""], "give a file"),
    "an address": (["score", "https://example.org//a.html"], "https://example.org//a.html: nothing is fetched"),
    "records": (["score", "corpus.jsonl"], "detector scan corpus.jsonl"),
    "a folder of records": (["score", "shards"], "detector scan shards"),
    "an option of a command before it": (["-q", "score", "spun.txt"], "detector annotate -q"),
    "an option of the program after a command": (["score", "-V"], "detector -V"),
    "an option of another command": (["score", "--queries", "spun.txt"], "detector reverse"),
    "an option of no command": (["score", "--treshold", "0.5", "spun.txt"], "--threshold"),
    "half the name of two cues": (["explain", "subst"], "consistent_substitution or substitution"),
    "standard input twice": (["score", "-", "-"], "leave one"),
    "a name for standard input beside files": (["score", "--stdin-filename", "a.pdf", "spun.txt"], "leave one"),
    "settings and none": (["score", "--config", "a.toml", "--isolated", "spun.txt"], "leave one"),
    "settings that are not there": (["score", "--config", "a.toml", "spun.txt"], "a.toml: cannot be read"),
    "queries as a diff": (["reverse", "--queries", "--format", "diff", "spun.txt"], "leave one"),
    "several pages into one": (["reverse", "--format", "html", "spun.txt", "human.txt"], "--output-dir"),
    "scan without a source": (["scan", "x", "--output", "out"], "x"),
    "scan without an output": (["scan", "spun.txt"], "--output"),
}


@pytest.mark.parametrize(("arguments", "way_out"), WRONG.values(), ids=WRONG)
def test_wrong_usage_is_one_line_that_names_the_way_out(run, arguments, way_out):
    Path("corpus.jsonl").write_text('{"text": "One."}\n')
    Path("paths.json").write_text('{"documents": [{"path": 5}]}')
    Path("shards", "2020").mkdir(parents=True)
    Path("shards", "2020", "a.jsonl.gz").write_bytes(b"")
    before = {p.name: p.read_bytes() for p in Path().iterdir() if p.is_file()}
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("detector: ")
    assert err.count("\n") == 1
    assert way_out in err
    assert {p.name: p.read_bytes() for p in Path().iterdir() if p.is_file()} == before


class TestFirstScreen:
    def test_the_bare_command_shows_its_help(self, run):
        code, out, err = run()
        assert (code, err) == (0, "")
        assert out.startswith("Usage: detector")
        assert len(out.splitlines()) > 20
        assert "..." not in out[out.index("Commands:") : out.index("Settings")]  # no command's line is cut short
        for name in ("annotate", "explain", "threshold", "per-path", "detector: off"):
            assert name in out

    def test_python_m(self):
        made = subprocess.run([sys.executable, "-m", "detector", "-V"], capture_output=True, text=True, check=True)
        assert __version__ in made.stdout

    def test_options_in_the_settings_are_shown_with_their_origin(self, run):
        Path("mine.toml").write_text('threshold = "90%"\nignore = ["name_mangling"]\n')
        code, out, _ = run("score", "--config", "mine.toml", "--color", "never", "--show-settings")
        assert code == 0
        rows = {line.split()[0]: line.split()[1:] for line in out.splitlines()}
        assert out.splitlines()[0] == "settings: mine.toml"
        assert rows["threshold"] == ["0.9", "settings"]
        assert rows["color"] == ["never", "option"]
        assert rows["jobs"] == ["1", "default"]
        assert rows["prior"] == ["-", "default"]
        assert rows["ignore"][-1] == "settings"

    @pytest.mark.parametrize("cue", CUES, ids=lambda cue: cue.id)
    def test_explain(self, run, cue):
        code, out, _ = run("explain", cue.id)
        assert code == 0
        said = " ".join(out.split())
        for part in (cue.label, cue.description, cue.example, *cue.innocent, cue.advice):
            assert " ".join(part.split()) in said
        assert cue.id in run("explain")[1]
        assert cue.description.split()[0] in run("explain", "--all")[1]

    @pytest.mark.parametrize("cue", CUES, ids=lambda cue: cue.id)
    def test_explain_takes_the_names_that_reports_show(self, run, cue):
        for name in (cue.label, cue.plural, cue.label.capitalize()):
            assert run("explain", name) == run("explain", cue.id)

    def test_explain_says_how_often_human_text_has_it(self, run, monkeypatch, folder):
        none = Interval(0.0, 0.0, 0.0)

        def row(kind, group, texts, words, *counts):
            return MarkedRow(kind, group, texts, words, none, none, none, none, counts)

        marked = (
            row("all", "all", 30, 9_000, CueCount("collocation", 99, 9, 9)),
            row("register", "news", 10, 3_000, CueCount("substitution", 7, 3, 2)),
            row("register", "fiction", 20, 6_000, CueCount("collocation", 3, 2, 1)),
            row("form", "typos", 20, 6_000, CueCount("collocation", 6, 4, 0)),
            *(row("form", name, 20, 6_000) for name in ("speech", "captions")),
            row("level", "all", 5, 1_000),
            row("level", "2", 5, 1_000),
        )
        settings = ("1", "abc", 20, 1, "0" * 64, {}, {}, {})
        evaluation = Evaluation(*settings, marked=marked, cues=(CueRow("collocation", 12.34, 0.1),))
        write_json(evaluation, folder / "evaluation.json")
        monkeypatch.setattr(sys.modules["detector.cli.explain"], "find_models", lambda: folder)
        rows = [" ".join(line.split()) for line in run("explain", "collocation")[1].splitlines()]
        at = rows.index("Measured on models abc, at the default threshold")
        assert rows[at + 3 :] == [
            "spun text 12.340",
            "human text, by register",
            "news 0.000 0 of 10",
            "fiction 0.500 1 of 20",
            "human text, by form",
            "typos 1.000 0 of 20",
            "others (2) 0.000 0 of 40",
            "learners' texts, by score",
            "all (1) 0.000 0 of 5",
            "",
            rows[-1],
        ]
        assert "Measured" not in run("explain", "substitution")[1]

    @pytest.mark.parametrize("text", ["", "{", '{"signature": "abc", "cues": [{"cue": "collocation"}], "marked": []}'])
    def test_explain_of_models_without_counts_says_nothing_of_them(self, run, monkeypatch, folder, text):
        Path("evaluation.json").write_text(text)
        monkeypatch.setattr(sys.modules["detector.cli.explain"], "find_models", lambda: folder)
        code, out, _ = run("explain", "collocation")
        assert code == 0
        assert "Measured" not in out

    @pytest.mark.parametrize("name", ["odd word", "Odd-Word", "COLLOCATION"])
    def test_explain_knows_labels_and_any_case(self, run, name):
        assert run("explain", name) == run("explain", "collocation")

    def test_a_cue_that_is_gone_is_still_known(self, run):
        code, out, _ = run("explain", "agreement")
        assert code == 0
        assert "earlier versions" in out


class TestFaults:
    def test_a_fault_has_its_own_code_and_says_how_to_report_it(self, run, monkeypatch):
        # The package's attribute of that name is the command, not its module.
        monkeypatch.setattr(sys.modules["detector.cli.info"], "model_info", lambda: {}["none"])
        code, out, err = run("info")
        assert (code, out) == (70, "")
        assert err.count("\n") == 1
        assert "KeyError" in err
        assert "report" in err

    def test_the_fault_of_one_document_is_its_error_and_the_others_are_done(self, run, monkeypatch):
        whole = detect

        def broken(texts, **settings):
            texts = list(texts)
            if HUMAN in texts:
                raise ZeroDivisionError("no words")
            return iter([whole(text) for text in texts])

        monkeypatch.setattr("detector.cli.judging.detect_many", broken)
        code, out, err = run("annotate", "--check", "--format", "json", "human.txt", "spun.txt")
        assert code == 3
        assert [d["path"] for d in json.loads(out)["documents"]] == ["spun.txt"]
        assert [e["path"] for e in json.loads(out)["errors"]] == ["human.txt"]
        assert err.count("\n") == 1
        assert "ZeroDivisionError" in err
        assert "Traceback" in run("annotate", "-v", "human.txt")[2]

    def test_a_blank_file_has_no_queries_and_the_others_do(self, run):
        Path("blank.txt").write_text("\n \n")
        code, out, err = run("reverse", "--queries", "blank.txt", "spun.txt")
        assert code == 0
        assert out.count('"') >= 2
        assert "blank.txt: nothing is long" in err
        assert run("reverse", "--queries", "-q", "blank.txt")[2] == ""


class TestOutput:
    @pytest.mark.parametrize(
        ("name", "start"),
        [
            ("r.html", "<!doctype html>"),
            ("r.json", '{\n "schema_version"'),
            ("r.md", "## spun.txt"),
            ("r.sarif", '{\n "$schema"'),
        ],
    )
    def test_the_suffix_says_the_format(self, run, name, start):
        assert run("annotate", "-o", name, "spun.txt") == (0, "", "")
        assert Path(name).read_text(encoding="utf-8").startswith(start)

    @pytest.mark.parametrize(
        ("name", "arguments"),
        [
            (
                "known.json",
                ["annotate", "--baseline", "known.json", "--format", "json", "-o", "known.json", "spun.txt"],
            ),
            ("table.tsv", ["annotate", "--spinner", "table.tsv", "--format", "json", "-o", "table.tsv", "spun.txt"]),
            ("table.tsv", ["reverse", "--spinner", "table.tsv", "--format", "text", "-o", "table.tsv", "spun.txt"]),
            ("phrases.txt", ["annotate", "--config", "mine.toml", "-o", "phrases.txt", "spun.txt"]),
            ("mine.toml", ["score", "--config", "mine.toml", "--format", "json", "-o", "mine.toml", "spun.txt"]),
            ("known.json", ["annotate", "--baseline", "known.json", "--format", "json", "--output-dir", ".", "known"]),
        ],
        ids=["baseline", "spinner", "spinner to restore", "phrases", "settings", "baseline in a folder"],
    )
    def test_no_file_that_is_read_is_replaced(self, run, name, arguments):
        run("annotate", "--format", "json", "-o", "known.json", "human.txt")
        Path("known").write_text(HUMAN, encoding="utf-8")
        Path("table.tsv").write_text("substitute\toriginal\nclamor\tnoise\n")
        Path("phrases.txt").write_text("tortured phrase\n")
        Path("mine.toml").write_text('phrases = "phrases.txt"\n')
        before = Path(name).read_bytes()
        code, _, err = run(*arguments)
        assert code == 2
        assert f"{name} is an input and would be overwritten" in err
        assert Path(name).read_bytes() == before

    def test_the_file_of_standard_input_is_not_replaced(self, run, monkeypatch):
        with open("spun.txt", encoding="utf-8") as file:
            monkeypatch.setattr("sys.stdin", file)
            code, _, err = run("reverse", "-o", "spun.txt")
        assert code == 2
        assert "spun.txt is an input" in err
        assert Path("spun.txt").read_text(encoding="utf-8") == SPUN

    def test_what_is_read_and_written_as_a_device_is_not_replaced(self, run, monkeypatch):
        with open(os.devnull, encoding="utf-8") as file:
            monkeypatch.setattr("sys.stdin", file)
            assert run("score", "-o", os.devnull) == (0, "", "")

    def test_a_hyphen_is_standard_output(self, run):
        assert run("score", "-o", "-", "spun.txt") == run("score", "spun.txt")
        assert not Path("-").exists()

    def test_in_place(self, run):
        Path("latin.txt").write_bytes(SPUN.replace("café", "caf\xe9").encode("cp1252"))
        Path("latin.txt").chmod(0o640)
        Path("link.txt").symlink_to("spun.txt")
        before = Path("human.txt").stat().st_mtime_ns
        assert run("reverse", "--in-place", "latin.txt", "link.txt", "human.txt") == (0, "", "")
        assert Path("spun.txt").read_text(encoding="utf-8") == reverse(SPUN).text
        assert Path("link.txt").is_symlink()
        assert Path("latin.txt").read_bytes().decode("cp1252") == reverse(SPUN).text
        assert Path("latin.txt").stat().st_mode & 0o777 == 0o640
        assert Path("human.txt").stat().st_mtime_ns == before  # nothing to change, nothing written

    @pytest.mark.parametrize(
        ("mark", "encoding"),
        [
            (b"\xff\xfe", "utf-16-le"),
            (b"\xfe\xff", "utf-16-be"),
            (b"\xff\xfe\0\0", "utf-32-le"),
            (b"\0\0\xfe\xff", "utf-32-be"),
            (b"\xef\xbb\xbf", "utf-8"),
            (b"", "utf-16-be"),
            (b"", "cp1252"),
        ],
    )
    def test_a_restored_file_keeps_its_encoding(self, run, mark, encoding):
        Path("a.txt").write_bytes(mark + SPUN.replace("harbour", "hàrbour").encode(encoding))
        assert run("reverse", "--output-dir", "out", "a.txt") == (0, "", "")
        assert run("reverse", "-o", "b.txt", "a.txt") == (0, "", "")
        assert run("reverse", "--in-place", "a.txt") == (0, "", "")
        data = Path("a.txt").read_bytes()
        assert data == Path("out/a.txt").read_bytes() == Path("b.txt").read_bytes()
        assert data.startswith(mark)
        text = data.removeprefix(mark).decode(encoding)
        assert text != SPUN
        assert "hàrbour" in text
        run("reverse", "-o", "c.txt", "a.txt", "human.txt")
        assert text in Path("c.txt").read_text(encoding="utf-8")

    def test_patch_applies_the_diff_of_a_file_in_another_encoding(self, run):
        Path("é.txt").write_bytes(SPUN.replace("harbour", "hàrbour").encode("cp1252"))
        assert run("reverse", "--format", "diff", "-o", "a.diff", "é.txt") == (0, "", "")
        assert run("reverse", "--in-place", "é.txt") == (0, "", "")
        restored = Path("é.txt").read_bytes()
        Path("é.txt").write_bytes(SPUN.replace("harbour", "hàrbour").encode("cp1252"))
        subprocess.run(["patch", "-p0", "-i", "a.diff"], check=True, stdout=subprocess.DEVNULL)
        assert Path("é.txt").read_bytes() == restored

    def test_a_former_result_stays_if_the_input_cannot_be_read(self, run):
        Path("a.txt").write_text("Former.")
        assert run("reverse", "-o", "a.txt", "missing.txt")[0] == 3
        assert Path("a.txt").read_text() == "Former."

    def test_a_diff_that_patch_cannot_apply_says_so(self, run):
        Path("a.txt").write_bytes(SPUN.encode("utf-16"))
        code, out, err = run("reverse", "--format", "diff", "a.txt")
        assert (code, out[:4]) == (0, "--- ")
        assert "--in-place" in err

    @pytest.mark.parametrize("options", [["--in-place"], ["-o", "b.txt"], ["--format", "diff", "-o", "b.diff"]])
    def test_an_original_that_the_encoding_lacks_is_told(self, run, monkeypatch, options):
        data = "We went to the café.".encode("cp1252")
        Path("a.txt").write_bytes(data)
        made = Restoration("We visited the caf\u0113.", (Edit(15, 19, "café", "caf\u0113", 1.0),))
        monkeypatch.setattr("detector.cli.judging.reverse_text", lambda *_, **__: made)
        code, _, err = run("reverse", *options, "a.txt")
        assert code == 3
        assert "a.txt: an original has letters that" in err
        assert Path("a.txt").read_bytes() == data
        assert not Path("b.txt").exists()

    def test_edits_made_while_a_file_is_judged_are_not_lost(self, run, monkeypatch):
        edited = f"{SPUN}\nOne more line.\n"

        def restored(text, **options):
            Path("spun.txt").write_text(edited, encoding="utf-8")
            return reverse(text, **options)

        Path("other.txt").write_text(SPUN, encoding="utf-8")
        monkeypatch.setattr("detector.cli.judging.reverse_text", restored)
        code, _, err = run("reverse", "--in-place", "spun.txt", "other.txt")
        assert code == 3
        assert "spun.txt: changed while it was judged" in err
        assert Path("spun.txt").read_text(encoding="utf-8") == edited
        assert Path("other.txt").read_text(encoding="utf-8") == reverse(SPUN).text
        assert sorted(os.listdir()) == ["human.txt", "other.txt", "spun.txt"]

    def test_a_file_that_is_named_twice_is_restored_once(self, run):
        assert run("reverse", "--in-place", "--same-spinner", "spun.txt", "spun.txt")[0] == 0
        assert Path("spun.txt").read_text(encoding="utf-8") != SPUN

    def test_a_file_without_a_writer_is_not_written_in_place(self, run, monkeypatch):
        made = InputDocument("a.pdf", SPUN, extracted=True)
        monkeypatch.setattr("detector.cli.inputs.parse_document", lambda *_: made)
        Path("a.pdf").write_bytes(b"%PDF-1.7")
        code, _, err = run("reverse", "--in-place", "a.pdf")
        assert code == 3
        assert "--output-dir" in err
        assert Path("a.pdf").read_bytes() == b"%PDF-1.7"

    def test_a_page_and_a_word_file_keep_their_kinds(self, run):
        page = f"<!doctype html><html><body><article>{paragraphs(SPUN)}</article></body></html>"
        Path("a.html").write_text(page, encoding="utf-8")
        word = docx.Document()
        for paragraph in SPUN.split("\n\n"):
            word.add_paragraph(" ".join(paragraph.split()))
        word.save("a.docx")
        assert run("reverse", "-o", "b.html", "a.html")[0] == 0
        assert "<article>" in Path("b.html").read_text(encoding="utf-8")
        assert run("reverse", "-o", "b.docx", "a.docx")[0] == 0
        with zipfile.ZipFile("b.docx") as package:
            assert b"<w:del " in package.read("word/document.xml")
        before = Path("a.html").read_text(encoding="utf-8")
        assert run("reverse", "--in-place", "a.html", "a.docx")[0] == 0
        assert Path("a.html").read_text(encoding="utf-8") == Path("b.html").read_text(encoding="utf-8") != before
        code, _, err = run("reverse", "--format", "docx", "-o", "-", "spun.txt")
        assert code == 3
        assert ".docx" in err
        assert run("reverse", "--format", "html", "--output-dir", "out", "a.html")[0] == 0
        assert Path("out/a.html").exists()

    def test_one_file_an_input(self, run, folder):
        (folder / "x" / "y").mkdir(parents=True)
        (folder / "x" / "y" / "spun.txt").write_text(SPUN)
        assert run("reverse", "--output-dir", "out", "spun.txt", "x") == (0, "", "")
        assert Path("out/spun.txt").read_text() == Path("out/x/y/spun.txt").read_text() == reverse(SPUN).text
        assert run("annotate", "--output-dir", "out", "--format", "json", "spun.txt")[0] == 0
        assert json.loads(Path("out/spun.txt.json").read_text())["documents"][0]["path"] == "spun.txt"
        assert run("score", "--output-dir", "out", "--format", "csv", folder / "human.txt")[0] == 0
        assert len(list(Path("out").rglob("human.txt.csv"))) == 1

    def test_each_input_is_looked_up_once_however_many_files_of_results_there_are(self, run, monkeypatch):
        names = [f"{i}.txt" for i in range(40)]
        for name in names:
            Path(name).write_text("Short.")
        arguments = ["score", "--output-dir", "out", "--format", "json", *names]
        assert run(*arguments)[0] == 0
        looked_up, stat = [], os.stat
        monkeypatch.setattr(os, "stat", lambda path, **further: looked_up.append(str(path)) or stat(path, **further))
        assert run(*arguments)[0] == 0
        assert 1 <= looked_up.count(names[-1]) <= 5

    def test_several_restored_texts_are_separated(self, run):
        restored = reverse(SPUN).text
        expected = f"==> spun.txt <==\n{restored}\n==> human.txt <==\n{HUMAN}"
        assert run("reverse", "spun.txt", "human.txt")[1] == expected
        assert run("reverse", "spun.txt")[1] == restored

    def test_patch_applies_the_diff_of_an_extracted_text(self, run, folder):
        page = f"<html><body><article>{paragraphs(SPUN)}</article></body></html>"
        Path("a page.html").write_text(page, encoding="utf-8")
        (document,) = json.loads(run("reverse", "--format", "json", "a page.html")[1])["documents"]
        Path("a.diff").write_text(run("reverse", "--format", "diff", "a page.html")[1], encoding="utf-8")
        subprocess.run(["patch", "-p0", "-i", "a.diff"], check=True, stdout=subprocess.DEVNULL)
        assert Path("a page.html.txt").read_text(encoding="utf-8") == document["text"] != document["source"]
        assert Path("a page.html").read_text(encoding="utf-8") == page

    def test_a_pipe_is_written_to(self, folder):
        command = [sys.executable, "-m", "detector", "score", "--format", "csv", "-o", "/dev/stdout", "spun.txt"]
        path = os.pathsep.join(p for p in sys.path if p)
        made = subprocess.run(command, capture_output=True, check=True, env={**os.environ, "PYTHONPATH": path})
        assert made.stdout.startswith(b"path,")
        assert Path("/dev/stdout").is_symlink()

    def test_a_file_that_was_not_finished_leaves_the_old_one(self, folder):
        Path("a.txt").write_text("old")
        with suppress(ZeroDivisionError), write_file(Path("a.txt"), binary=True) as file:
            file.write(b"new")
            raise ZeroDivisionError
        assert Path("a.txt").read_text() == "old"
        assert sorted(p.name for p in folder.iterdir()) == ["a.txt", "human.txt", "spun.txt"]


class TestInput:
    def test_standard_input_is_known_by_its_first_bytes(self, run, stdin):
        page = f"<!DOCTYPE html><html><body><article><p>{HUMAN}</p></article></body></html>".encode()
        word = io.BytesIO()
        made = docx.Document()
        made.add_paragraph(HUMAN)
        made.save(word)
        for data in (page, word.getvalue()):
            stdin(data)
            (document,) = json.loads(run("annotate", "--format", "json")[1])["documents"]
            assert document["path"] == "-"
            assert document["text"].split()[:4] == HUMAN.split()[:4]
        stdin(b"%PDF-1.7 and nothing of one")
        assert run("score")[0] == 3

    def test_a_file_of_another_suffix_is_known_by_its_first_bytes(self, run):
        page = f"<!DOCTYPE html><html><body><article>{paragraphs(SPUN)}</article></body></html>"
        for name in ("page", "page.php"):
            Path(name).write_text(page, encoding="utf-8")
            (document,) = json.loads(run("annotate", "--format", "json", name)[1])["documents"]
            assert document["text"].split()[:4] == SPUN.split()[:4]
        assert run("reverse", "--in-place", "page")[0] == 0
        assert "<article>" in Path("page").read_text(encoding="utf-8") != page
        Path("notes.log").write_text(f"{SPUN} <html>", encoding="utf-8")
        assert "text" not in json.loads(run("annotate", "--format", "json", "notes.log")[1])["documents"][0]

    @pytest.mark.parametrize(
        ("data", "way_out"),
        [
            (gzip.compress(b"Words. " * 99), "unpack"),
            (bz2.compress(b"Words. " * 99), "unpack"),
            (lzma.compress(b"Words. " * 99), "unpack"),
            (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\0", "name it .pdf"),
            (b"PK\x03\x04\x14\0\0", "name it .docx"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "save it as .docx"),
            (rb"{\rtf1\ansi Words in plain letters, marked up.}", "save it as .docx"),
            (b"\x89PNG\r\n\x1a\n\0\0", "OCR"),
            (b"\0\1\2\3\0\0\0", "fit no encoding"),
        ],
        ids=["gzip", "bzip2", "xz", "pdf", "docx", "doc", "rtf", "png", "unknown"],
    )
    def test_what_is_not_text_is_named_with_the_way_out(self, run, data, way_out):
        Path("a.txt").write_bytes(data)
        code, out, err = run("score", "a.txt")
        assert (code, out) == (3, "")
        assert err.startswith("detector: a.txt: not text")
        assert way_out in err

    def test_a_name_for_standard_input_decides(self, run, stdin):
        extracted = {}
        for name in ("notes/a.html", "notes/a.txt"):
            stdin(f"<html><body><article><p>{HUMAN}</p></article></body></html>".encode())
            (document,) = json.loads(run("annotate", "--stdin-filename", name, "--format", "json")[1])["documents"]
            assert document["path"] == name
            extracted[name] = "text" in document
        assert extracted == {"notes/a.html": True, "notes/a.txt": False}

    def test_folders_mind_gitignore_and_exclude(self, run, folder, monkeypatch):
        for name in ("drafts", "notes", "notes/deep"):
            (folder / "repo" / name).mkdir(parents=True)
        (folder / "repo" / ".git").mkdir()
        (folder / "repo" / ".gitignore").write_text("drafts/\n*.md\n")
        (folder / "repo" / "notes" / ".gitignore").write_text("!kept.md\nb.txt\n")
        names = ("a.txt", "a.md", "drafts/a.txt", "notes/b.txt", "notes/kept.md", "notes/deep/b.txt", "notes/c.txt")
        for name in names:
            (folder / "repo" / name).write_text("Short.")

        def seen(*arguments):
            out = run("score", "--format", "jsonl", *arguments)[1]
            return [json.loads(line)["path"].removeprefix("repo/") for line in out.splitlines()]

        assert seen("repo") == ["a.txt", "notes/c.txt", "notes/kept.md"]
        assert seen("repo", "--exclude", "kept.*", "--exclude", "a.txt") == ["notes/c.txt"]
        # A pattern names the end of a path too, and one of the settings begins at their folder.
        assert seen("repo", "--exclude", "notes/c*", "--exclude", "./repo/a.*") == ["notes/kept.md"]
        assert seen("repo", "--exclude", "notes/") == ["a.txt"]
        (folder / "detector.toml").write_text('exclude = ["repo/notes/c.txt"]\n')
        monkeypatch.chdir(folder / "repo")
        assert seen("notes") == ["notes/kept.md"]
        monkeypatch.chdir(folder)
        (folder / "detector.toml").unlink()
        assert seen("repo/notes") == ["notes/c.txt", "notes/kept.md"]
        assert seen("repo/a.md", "repo/drafts/a.txt") == ["a.md", "drafts/a.txt"]  # named outright
        assert seen("repo/drafts") == ["drafts/a.txt"]  # so is this one


class Tty(io.StringIO):
    def isatty(self):
        return True


class TestProgress:
    def test_it_shows_words_and_rate_and_vanishes_when_all_is_done(self, run, monkeypatch):
        class AtOnce:
            """A timer that does not wait."""

            daemon = False

            def __init__(self, _, function):
                self.start = function

            def cancel(self):
                pass

        err = Tty()
        monkeypatch.setattr("detector.cli.progress.Timer", AtOnce)
        monkeypatch.setattr("sys.stderr", err)
        assert run("score", "spun.txt", "gone.txt", "human.txt")[0] == 3
        told = err.getvalue()
        assert "words/s" in told
        assert "detector: gone.txt: no such file" in told
        assert told.rstrip().endswith("\x1b[2K")  # the line is erased
        err.truncate(0)
        run("score", "-q", "spun.txt")
        assert "words" not in err.getvalue()


class TestOneReading:
    def test_html_reads_each_text_once(self, run, monkeypatch):
        from detector import api

        read = []
        whole = api.score_documents
        monkeypatch.setattr(api, "score_documents", lambda texts, *more: read.extend(texts) or whole(texts, *more))
        monkeypatch.setattr(api, "restore", None)
        assert run("annotate", "-o", "r.html", "spun.txt")[0] == 0
        assert read == [SPUN]
        page = Path("r.html").read_text(encoding="utf-8")
        assert 'data-view="restored"' in page


class TestQueue:
    def test_only_and_sort(self, run):
        Path("short.txt").write_text("Short.")
        arguments = ("score", "--format", "jsonl", "short.txt", "human.txt", "spun.txt")

        def paths(*more):
            return [json.loads(line)["path"] for line in run(*arguments, *more)[1].splitlines()]

        assert paths() == ["short.txt", "human.txt", "spun.txt"]
        assert paths("--sort", "probability") == ["spun.txt", "human.txt", "short.txt"]
        assert paths("--sort", "path") == ["human.txt", "short.txt", "spun.txt"]
        assert paths("--only", "flagged") == ["spun.txt"]
        assert paths("--only", "rest") == ["short.txt", "human.txt"]

    def test_documents_without_findings_stand_in_the_summary_alone(self, run):
        out = run("annotate", "human.txt", "spun.txt", "gone.txt")[1]
        assert "── spun.txt" in out
        assert "── human.txt" not in out
        summary = out[out.index("── summary") :]
        assert "not flagged" in summary
        assert "gone.txt: no such file" in " ".join(summary.split())

    def test_what_is_left_out_of_a_report_is_not_what_a_flag_rests_on(self, run):
        arguments = ("annotate", "--why", "substitution", "spun.txt")
        report = detect(SPUN)
        n = sum(e.cue != "substitution" for e in report.evidence) + len(report.damage)
        assert n > 5
        run(*arguments, "-o", "a.html")
        for said in (run(*arguments)[1], Path("a.html").read_text(encoding="utf-8")):
            assert f"substitutions shown, {n} findings left out, as requested" in " ".join(said.split())
            assert "rests on" not in said

    def test_statistics(self, run):
        code, out, _ = run("annotate", "--statistics", "human.txt", "spun.txt")
        report = detect(SPUN)
        assert code == 0
        counted = {line.split()[1]: int(line.split()[0].replace(",", "")) for line in out.splitlines()[:-1]}
        assert sum(counted.values()) == sum(len(detect(t).evidence) + len(detect(t).damage) for t in (SPUN, HUMAN))
        assert counted["substitution"] == sum(e.cue == "substitution" for e in report.evidence)
        assert "1 flagged" in out.splitlines()[-1]

    def test_quiet_prints_errors_only(self, run):
        assert run("score", "-q", "spun.txt")[2] == ""
        assert run("score", "-q", "gone.txt")[2] == "detector: gone.txt: no such file\n"


class TestNumbers:
    def test_score_has_the_numbers_of_annotate(self, run):
        Path("chinese.txt").write_text("两个城市同意分担疏浚费用。" * 40, encoding="utf-8")
        Path("short.txt").write_text("Short.")
        files = ("spun.txt", "human.txt", "chinese.txt", "short.txt")

        def documents(command):
            return json.loads(run(command, "--format", "json", *files)[1])["documents"]

        scored = documents("score")
        for one, whole in zip(scored, documents("annotate"), strict=True):
            assert one == {k: v for k, v in whole.items() if k not in ("passages", "evidence", "damage")}
        assert [d["probability"] for d in scored[:2]] == scores([SPUN, HUMAN]).probability.tolist()

    def test_a_threshold_in_per_cent(self, run):
        (document,) = json.loads(run("score", "--threshold", "95%", "--format", "json", "spun.txt")[1])["documents"]
        assert document["threshold"] == 0.95

    def test_a_prior(self, run):
        Path("detector.toml").write_text("prior = 0.01\n")
        (settled,) = json.loads(run("annotate", "--format", "json", "human.txt")[1])["documents"]
        assert settled["prior"] == 0.01
        assert settled["probability_at_prior"] < settled["probability"]
        (given,) = json.loads(run("score", "--prior", "50%", "--format", "json", "human.txt")[1])["documents"]
        assert given["probability_at_prior"] == given["probability"]
        Path("short.txt").write_text("Short.")
        (none,) = json.loads(run("score", "--format", "json", "short.txt")[1])["documents"]
        assert none["probability_at_prior"] is None


class TestRules:
    def test_accepted_wordings_and_ignored_cues_are_neither_shown_nor_changed(self, run):
        Path("detector.toml").write_text(
            'accept = ["STATED", "earlier  than"]\n[per-path."letters/*"]\nignore = ["consistent_substitution"]\n'
        )
        Path("letters").mkdir()
        Path("letters/spun.txt").write_text(SPUN, encoding="utf-8")
        whole = detect(SPUN)
        assert any(e.surface == "stated" for e in whole.evidence)
        plain, letter = json.loads(run("annotate", "--format", "json", "spun.txt", "letters/spun.txt")[1])["documents"]
        assert plain["probability"] == letter["probability"] == whole.probability
        assert not any("stated" in e["surface"].lower() for e in (*plain["evidence"], *letter["evidence"]))
        assert any(e["cue"] == "consistent_substitution" for e in plain["evidence"])
        assert not any(e["cue"] == "consistent_substitution" for e in letter["evidence"])
        (restored,) = json.loads(run("reverse", "--format", "json", "spun.txt")[1])["documents"]
        edits = [(e["start"], e["end"], e["original"]) for e in restored["plan"]]
        assert edits == [
            (e["start"], e["end"], e["alternatives"][0]["text"])
            for e in sorted((*plain["evidence"], *plain["damage"]), key=lambda e: e["start"])
            if e["alternatives"] and e["alternatives"][0]["log10_odds"] >= plain["min_gain"]
        ]
        assert run("reverse", "--isolated", "spun.txt")[1] == reverse(SPUN).text

    def test_phrases_of_ones_own(self, run):
        Path("house.tsv").write_text("# ours\nharbour  masters\tport captains\nThe ferry\n")
        Path("detector.toml").write_text('phrases = "house.tsv"\n')
        Path("a.txt").write_text("The Harbour\nmasters met the ferry.\n")
        run_ = json.loads(run("annotate", "--format", "json", "a.txt")[1])
        found = run_["documents"][0]["evidence"]
        assert [e["surface"] for e in found] == ["Harbour\nmasters", "the ferry"]
        assert "house.tsv" in found[0]["message"]
        assert "port captains" in found[0]["message"]
        assert not any(e["alternatives"] for e in found)
        assert "house.tsv (SHA-256 " in run_["tool"]["phrases"]
        assert run("reverse", "a.txt")[1] == Path("a.txt").read_text()
        Path("house.tsv").write_text("a\tb\tc\n")
        code, _, err = run("annotate", "a.txt")
        assert code == 2
        assert "line 1" in err


def n_findings(report):
    """How many findings the first document of a JSON report has."""
    return len(report["documents"][0]["evidence"]) + len(report["documents"][0]["damage"])


class TestBaseline:
    def test_it_counts_known_findings_and_prunes_those_that_are_gone(self, run):
        assert run("annotate", "-o", "base.json", "spun.txt", "human.txt")[0] == 0
        base = json.loads(Path("base.json").read_text())
        known = n_findings(base)
        assert known > 20
        last = SPUN.strip().split("\n\n")[-1]
        Path("spun.txt").write_text(SPUN.replace(last, ""), encoding="utf-8")
        code, out, err = run("annotate", "--baseline", "base.json", "--format", "json", "spun.txt")
        (document,) = json.loads(out)["documents"]
        said = [int(n) for n in err.replace(",", "").split() if n.isdigit()]
        assert code == 0
        assert "known findings left out" in err
        assert said[0] + said[1] == known  # left out, and gone
        assert said[1] > 0
        assert json.loads(Path("base.json").read_text()) == base
        run("annotate", "--baseline", "base.json", "--prune", "--format", "json", "spun.txt")
        pruned = json.loads(Path("base.json").read_text())
        assert n_findings(pruned) == said[0]
        assert pruned["documents"][1] == base["documents"][1]  # not looked at
        assert "gone" not in run("annotate", "--baseline", "base.json", "spun.txt")[2]
        assert document["path"] == "spun.txt"

    def test_findings_that_are_not_shown_are_not_gone(self, run):
        run("annotate", "-o", "base.json", "spun.txt")
        base = Path("base.json").read_text()
        code, out, err = run("annotate", "--baseline", "base.json", "--prune", "--why", "collocation", "spun.txt")
        assert code == 0
        assert "gone" not in err
        assert json.loads(Path("base.json").read_text()) == json.loads(base)
        known = n_findings(json.loads(base))
        assert f"{known} known findings left out" in err
        assert f"{known} findings left out, as requested" in " ".join(out.split())
        assert "rests on" not in out

    def test_findings_in_missing_files_of_a_folder_are_gone(self, run, folder):
        (folder / "drafts").mkdir()
        for name in ("drafts/a.txt", "drafts/b.txt", "c.txt"):
            Path(name).write_text(SPUN, encoding="utf-8")
        run("annotate", "-o", "base.json", "drafts", "c.txt")
        base = json.loads(Path("base.json").read_text())
        for name in ("drafts/a.txt", "c.txt"):
            Path(name).unlink()
        one = n_findings(base)
        assert f"{one} of base.json are gone" in run("annotate", "--baseline", "base.json", "drafts")[2]
        run("annotate", "--baseline", "base.json", "--prune", "drafts")
        pruned = {d["path"]: len(d["evidence"]) for d in json.loads(Path("base.json").read_text())["documents"]}
        assert pruned["drafts/a.txt"] == 0
        assert pruned["drafts/b.txt"] == pruned["c.txt"] == len(base["documents"][1]["evidence"])  # not in the folder
