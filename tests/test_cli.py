import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from detector import __version__
from detector.config import Config, find_config, read_config
from detector.cues import CUE_IDS
from detector.errors import InputError
from detector.readers import InputDocument, decode, encoding_of, iter_paths, read_document
from detector.readers.regions import without_regions

ARTICLES = Path(__file__).resolve().parents[1] / "notebooks" / "articles"
SPUN = (ARTICLES / "harbour-talks-spun.txt").read_text(encoding="utf-8")
HUMAN = (ARTICLES / "harbour-talks.txt").read_text(encoding="utf-8")


pytestmark = pytest.mark.usefixtures("folder")


class TestExitCodes:
    def test_clean_and_flagged(self, run):
        assert run("score", "human.txt", "--check")[0] == 0
        assert run("score", "spun.txt", "--check")[0] == 1
        assert run("annotate", "spun.txt", "--check")[0] == 1
        assert run("score", "spun.txt")[0] == 0

    def test_unreadable_inputs_are_reported_and_the_others_done(self, run, folder):
        (folder / "empty folder").mkdir()
        Path("picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
        code, out, err = run(
            "score", "--format", "json", "--check", "missing.txt", "spun.txt", "picture.txt", "empty folder"
        )
        assert code == 3
        result = json.loads(out)
        assert [d["path"] for d in result["documents"]] == ["spun.txt"]
        assert [e["path"] for e in result["errors"]] == ["missing.txt", "picture.txt", "empty folder"]
        assert err.splitlines() == [f"detector: {e['path']}: {e['message']}" for e in result["errors"]]

    def test_a_document_too_long_is_reported(self, run, monkeypatch):
        monkeypatch.setattr("detector.cli.inputs.MAX_CHARACTERS", 1000)
        code, out, err = run("score", "spun.txt")
        assert (code, out) == (3, "")
        assert "split it" in err

    def test_verdicts_that_abstain_are_not_errors(self, run):
        Path("empty.txt").write_text("")
        Path("three.txt").write_text("Only three words")
        Path("chinese.txt").write_text("两个城市同意分担疏浚费用。" * 40, encoding="utf-8")
        for name, verdict in (
            ("empty.txt", "insufficient_text"),
            ("three.txt", "insufficient_text"),
            ("chinese.txt", "unsupported_language"),
        ):
            code, out, err = run("score", "--check", "--format", "json", name)
            (document,) = json.loads(out)["documents"]
            assert (code, err) == (0, "")
            assert (document["verdict"], document["probability"]) == (verdict, None)
            assert run("annotate", name)[0] == 0

    def test_a_closed_pipe_is_quiet(self):
        for command in ("annotate", "reverse"):
            process = subprocess.Popen(
                [sys.executable, "-m", "detector", command, "spun.txt"],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
            )
            process.stdout.close()
            assert process.stderr.read() == b""
            assert process.wait() == 0

    def test_help_and_version(self, run):
        assert __version__ in run("--version")[1]
        for command in ("annotate", "score", "reverse", "info", "schema", "train"):
            code, out, _ = run(command, "--help")
            assert code == 0
            assert out.startswith("Usage: detector " + command)


class TestInput:
    def test_standard_input(self, run, monkeypatch):
        for arguments in ([], ["-"]):
            monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(SPUN.encode())))
            code, out, _ = run("score", *arguments, "--format", "jsonl")
            assert code == 0
            assert json.loads(out)["path"] == "-"

    def test_folders_patterns_and_any_suffix(self, folder):
        (folder / "a" / ".git").mkdir(parents=True)
        for name in ("a/two.md", "a/one.txt", "a/skip.py", "a/.git/x.txt", "named.log"):
            (folder / name).write_text("x")
        assert [str(p) for p in iter_paths(["a", "named.log", "a/*.py", "-"])] == [
            "a/one.txt",
            "a/two.md",
            "named.log",
            "a/skip.py",
            "-",
        ]
        assert [str(p) for p in iter_paths(["a"], exclude=["*.md"])] == ["a/one.txt"]
        assert [str(p) for p in iter_paths([str(folder)], exclude=["a", "human*", "spun*"])] == [str(folder)]

    def test_a_file_whose_name_is_a_pattern(self, folder):
        (folder / "notes[1].txt").write_text("x")
        assert [str(p) for p in iter_paths(["notes[1].txt"])] == ["notes[1].txt"]

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
    def test_encodings(self, encoding):
        text = "The café “by the quay” was shut on Friday; the naïve owner said he’d be back.\r\n" * 5
        data = text.encode(encoding)
        assert decode(data) == data.decode(encoding_of(data))
        assert decode(data).lstrip("\ufeff") == text

    @pytest.mark.parametrize(
        "data", [b"abc\0def", bytes(range(256)) * 8, b"\xff\xfea", b"\x80\x81\0\x01", b"\x01\x02\x03\x04" * 9]
    )
    def test_bytes_that_are_not_text(self, data):
        with pytest.raises(InputError, match="not text"):
            decode(data)

    def test_a_byte_order_mark_is_text_but_not_judged(self):
        Path("bom.txt").write_bytes(b"\xef\xbb\xbfHello there.")
        document = read_document(Path("bom.txt"))
        assert document.text == "\ufeffHello there."
        assert document.judged == " Hello there."

    def test_regions(self):
        off, on = "<!-- detector: off -->", "<!--detector:on-->"
        text = f"One.\n{off}\nTwo\tand 2.\n{on}\nThree.\n{off}Four."
        judged = without_regions(InputDocument("x", text)).judged
        assert len(judged) == len(text)
        assert judged.split() == ["One.", "Three."]
        assert judged.count("\n") == text.count("\n")
        assert without_regions(InputDocument("x", "Plain.")).judged is None

    def test_nothing_is_found_or_changed_in_a_region(self, run):
        Path("off.txt").write_text(f"<!-- detector: off -->\n{SPUN}\n<!-- detector: on -->\n")
        (document,) = json.loads(run("annotate", "--regions", "--format", "json", "off.txt")[1])["documents"]
        assert document["evidence"] == []
        assert document["omitted_words"] > 50
        assert run("reverse", "--regions", "off.txt")[1] == Path("off.txt").read_text()


class TestScore:
    def test_text_is_one_line_a_document(self, run):
        lines = run("score", "spun.txt", "human.txt")[1].splitlines()
        assert [line.split()[0] for line in lines] == ["spun.txt", "human.txt"]
        assert [line.split("%")[1].split()[0] for line in lines] == ["flagged", "not"]
        assert all(line.endswith(" words") for line in lines)

    def test_csv(self, run):
        header, row = run("score", "--format", "csv", "spun.txt")[1].splitlines()
        values = dict(zip(header.split(","), row.split(","), strict=True))
        assert values["path"] == "spun.txt"
        assert values["verdict"] == "spun"
        assert 0.5 < float(values["probability"]) <= 1

    def test_the_same_in_several_processes(self, run):
        files = ["spun.txt", "human.txt", "missing.txt", "spun.txt"]
        assert run("score", *files, "--format", "jsonl", "--jobs", "2") == run("score", *files, "--format", "jsonl")

    def test_threshold_by_number_and_name(self, run):
        (document,) = json.loads(run("score", "--threshold", "0.0", "--format", "json", "human.txt")[1])["documents"]
        assert (document["threshold"], document["verdict"]) == (0.0, "spun")
        assert run("score", "--threshold", "default", "human.txt")[0] == 0


class TestReverse:
    def test_text_is_the_restored_text_and_nothing_else(self, run):
        (document,) = json.loads(run("reverse", "--format", "json", "spun.txt")[1])["documents"]
        assert run("reverse", "spun.txt")[1] == document["text"] != SPUN

    def test_the_plan_replays_and_min_gain_thins_it(self, run):
        def plan(*arguments):
            return json.loads(run("reverse", "--format", "json", "spun.txt", *arguments)[1])["documents"][0]

        document = plan()
        text, position = "", 0
        for edit in document["plan"]:
            assert SPUN[edit["start"] : edit["end"]] == edit["spun"]
            text += SPUN[position : edit["start"]] + edit["original"]
            position = edit["end"]
        assert text + SPUN[position:] == document["text"]
        fewer = plan("--min-gain", "2")["plan"]
        assert len(fewer) < len(document["plan"])
        assert all(edit["log10_gain"] >= 2 for edit in fewer)
        first = document["plan"][0]
        kept = plan("--keep", f"{first['start']}:{first['end']}")["plan"]
        assert all(edit["start"] != first["start"] for edit in kept)

    @pytest.mark.parametrize(
        "change",
        [
            lambda text: text,
            lambda text: text.rstrip("\n"),
            lambda text: text.replace("\n", "\r\n"),
            lambda text: "\ufeff" + text,
            lambda text: text.replace(" ", "\n"),
        ],
        ids=["plain", "no final line feed", "CRLF", "byte order mark", "a word a line"],
    )
    def test_patch_applies_the_diff(self, run, change, folder):
        path = folder / "a file.txt"
        path.write_bytes(change(SPUN).encode())
        restored = run("reverse", "a file.txt")[1]
        Path("a.diff").write_bytes(run("reverse", "--format", "diff", "a file.txt")[1].encode())
        subprocess.run(["patch", "--binary", "-p0", "-i", "a.diff"], check=True, stdout=subprocess.DEVNULL)
        assert path.read_bytes().decode() == restored != change(SPUN)

    def test_a_clean_text_has_no_diff(self, run):
        Path("short.txt").write_text("The ferry left at nine.\n")
        assert run("reverse", "--format", "diff", "short.txt") == (0, "", "")

    def test_queries_stand_in_the_restored_text(self, run):
        (document,) = json.loads(run("reverse", "--queries", "--format", "json", "spun.txt")[1])["documents"]
        assert 0 < len(document["queries"]) <= 5
        assert all(query in document["text"] for query in document["queries"])
        assert len(run("reverse", "--queries", "spun.txt")[1].splitlines()) == len(document["queries"])


class TestAnnotate:
    def test_why(self, run):
        (document,) = json.loads(run("annotate", "--format", "json", "--why", "substitution", "spun.txt")[1])[
            "documents"
        ]
        assert {e["cue"] for e in document["evidence"]} == {"substitution"}

    def test_a_baseline_leaves_new_findings(self, run):
        assert run("annotate", "--format", "json", "--output", "base.json", "spun.txt")[0] == 0
        code, out, _ = run("annotate", "--check", "--baseline", "base.json", "--format", "json", "spun.txt")
        (document,) = json.loads(out)["documents"]
        assert code == 0
        assert document["verdict"] == "spun"
        assert document["evidence"] == []

        added = "In accordance with the report, the mayor stated that every thing was misplaced final yr."
        Path("spun.txt").write_text(f"{HUMAN.splitlines()[2]}\n\n{SPUN}\n{added}\n", encoding="utf-8")
        code, out, _ = run("annotate", "--check", "--baseline", "base.json", "--format", "json", "spun.txt")
        (document,) = json.loads(out)["documents"]
        assert code == 1
        assert any(e["start"] > len(SPUN) for e in document["evidence"])
        assert len(document["evidence"]) < 20


class TestInfo:
    def test_info(self, run):
        code, out, _ = run("info")
        assert code == 0
        for word in (__version__, "thresholds", "default", "sources"):
            assert word in out
        facts = json.loads(run("info", "--format", "json")[1])
        assert facts["signature"] in out

    def test_training_without_its_extra_names_the_library(self, run, monkeypatch, folder):
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        code, out, err = run("train", "--corpus", folder, "--lexicon", folder, "--pairs", folder)
        assert (code, out) == (2, "")
        assert "pip install torch" in err
        assert err.count("\n") == 1


class TestConfig:
    def test_it_is_found_upward_and_options_go_before_it(self, run, folder, monkeypatch):
        Path("pyproject.toml").write_text('[tool.detector]\nformat = "jsonl"\nthreshold = 0.0\n')
        (folder / "a" / "b").mkdir(parents=True)
        Path("a/pyproject.toml").write_text("[tool.other]\n")
        monkeypatch.chdir(folder / "a" / "b")
        out = run("score", "../../human.txt")[1]
        assert json.loads(out)["verdict"] == "spun"
        assert run("score", "../../human.txt", "--format", "csv")[1].startswith("path,")
        assert run("reverse", "../../human.txt")[0] == 0
        assert run("score", "../../human.txt", "--threshold", "default", "--format", "csv")[1].count(",clean,")

    def test_a_broken_file_of_somebody_else_stops_nobody(self, run):
        Path("pyproject.toml").write_text("[tool.other\n")
        assert run("score", "human.txt")[0] == 0
        Path("pyproject.toml").write_text("[tool.detector]\nthreshold = 0.1\n[tool.other\n")
        code, _, err = run("score", "human.txt")
        assert code == 2
        assert "line 3" in err
        Path("pyproject.toml").write_text("tool = {detector = {threshold = 0.0}}\n")
        assert run("score", "--check", "human.txt")[0] == 1

    def test_detector_toml_goes_first(self, folder):
        Path("pyproject.toml").write_text("[tool.detector]\nthreshold = 0.1\n")
        Path("detector.toml").write_text('threshold = "fpr=0.001"\nexclude = ["drafts"]\n')
        assert find_config(folder, ("text",), CUE_IDS) == Config(
            threshold="fpr=0.001", exclude=("drafts",), source=str(folder / "detector.toml")
        )

    @pytest.mark.parametrize(
        ("table", "message"),
        [
            ({"thresold": 0.5}, "did you mean 'threshold'"),
            ({"min_gain": 0.5}, "did you mean 'min-gain'"),
            ({"colour": "never"}, "did you mean 'color'"),
            ({"threshold": 2}, "from 0 to 1"),
            ({"threshold": True}, "from 0 to 1"),
            ({"min-gain": "a"}, "a finite number"),
            ({"color": "red"}, "one of auto, always, never"),
            ({"exclude": "a"}, "a list"),
            ({"format": "pdf"}, "one of text, json"),
            ({"threshold": "101%"}, "from 0 to 1"),
            ({"prior": 7}, "from 0 to 1"),
            ({"ignore": ["name_mangle"]}, "did you mean 'name_mangling'"),
            ({"accept": [" "]}, "a list of wordings"),
            ({"phrases": 7}, "a file"),
            ({"per-path": {"a/*": {"acept": []}}}, "did you mean 'accept'"),
            ({"per-path": "a"}, "tables"),
        ],
    )
    def test_mistakes_are_named(self, table, message):
        with pytest.raises(InputError, match=message):
            read_config(table, "detector.toml", ("text", "json"), CUE_IDS)

    def test_a_mistake_is_wrong_usage(self, run):
        Path("detector.toml").write_text("thresold = 0.5\n")
        code, _, err = run("score", "human.txt")
        assert code == 2
        assert "did you mean 'threshold'" in err
        Path("detector.toml").write_text("color = 'auto'\nthreshold = \n")
        code, _, err = run("score", "human.txt")
        assert code == 2
        assert "line 2" in err
        assert run("score", "--isolated", "human.txt")[0] == 0
        assert run("info")[0] == 0  # a command that reads no settings is not affected by them


class TestCache:
    def test_the_second_run_judges_nothing_and_says_the_same(self, run, monkeypatch):
        arguments = ("annotate", "--format", "json", "--cache", "kept", "spun.txt", "missing.txt", "human.txt")
        first = run(*arguments)
        monkeypatch.setattr("detector.api.score_documents", None)
        assert run(*arguments) == first
        assert first[0] == 3

    def test_a_changed_text_is_judged_anew(self, run):
        run("score", "--cache", "kept", "spun.txt", "human.txt")
        Path("human.txt").write_text(SPUN, encoding="utf-8")
        assert run("score", "--check", "--cache", "kept", "human.txt")[0] == 1

    def test_another_threshold_is_another_report(self, run):
        assert run("score", "--check", "--cache", "kept", "human.txt")[0] == 0
        assert run("score", "--check", "--cache", "kept", "--threshold", "0", "human.txt")[0] == 1

    def test_a_broken_entry_counts_as_absent(self, run):
        first = run("score", "--cache", "kept", "spun.txt")
        entries = list(Path("kept").rglob("*.json"))
        assert len(entries) == 1
        entries[0].write_text("{", encoding="utf-8")
        assert run("score", "--cache", "kept", "spun.txt") == first
        entry = json.loads(entries[0].read_text(encoding="utf-8"))
        assert json.loads(entry["report"])["verdict"] == "spun"
        # One whose content was changed counts as absent too.
        entries[0].write_text(json.dumps({**entry, "report": entry["report"].replace("spun", "clean")}))
        assert run("score", "--cache", "kept", "spun.txt") == first
        assert json.loads(entries[0].read_text(encoding="utf-8")) == entry

    def test_masked_parts_are_masked_again(self, run):
        Path("a.md").write_text(f"{SPUN}\n\n    code here\n", encoding="utf-8")
        arguments = ("annotate", "--format", "json", "--cache", "kept", "a.md")
        assert run(*arguments) == run(*arguments)

    def test_a_folder_that_cannot_be_made_is_wrong_usage(self, run):
        code, _, err = run("score", "--cache", "spun.txt/kept", "human.txt")
        assert code == 2
        assert "cache" in err

    def test_a_project_may_name_its_folder(self, run):
        Path("detector.toml").write_text('cache = "kept"\n', encoding="utf-8")
        assert run("score", "human.txt")[0] == 0
        assert list(Path("kept").rglob("*.json"))
        assert (Path("kept") / ".gitignore").read_text(encoding="utf-8") == "*\n"
