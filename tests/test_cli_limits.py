"""A text cannot hide itself from the command line, never end, or take for ever."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from detector.cli.limits import time_limit
from detector.config import read_config
from detector.cues import CUE_IDS
from detector.errors import InputError

pytestmark = pytest.mark.usefixtures("folder")
posix = pytest.mark.skipif(os.name == "nt", reason="needs alarms and pipes of POSIX")

HIDDEN = {
    "region": ("a.txt", "<!-- detector: off -->\n{}"),
    "region in Markdown": ("a.md", "Words.\n\n<!-- detector: off -->\n\n{}\n\n<!-- detector: on -->\n"),
    "region in a page": (
        "a.html",
        "<html><article><p>Words.</p><!-- detector: off --><p>{}</p><!-- detector: on --></article>",
    ),
    "front matter": ("a.md", "---\ntext: |\n  {}\n---\n"),
    "fence": ("a.md", "```\n{}\n```\n"),
}


def verdict(run, *arguments):
    (document,) = json.loads(run("score", "--format", "json", *arguments)[1])["documents"]
    return document["verdict"]


@pytest.mark.parametrize(("name", "shape"), HIDDEN.values(), ids=HIDDEN)
def test_marks_hide_nothing_unless_the_reader_asks_for_it(run, name, shape):
    spun = Path("spun.txt").read_text(encoding="utf-8")
    Path(name).write_text(shape.format(" ".join(spun.split())), encoding="utf-8")
    assert verdict(run, name) == "spun"
    assert verdict(run, "--regions", name) == "insufficient_text"
    Path("detector.toml").write_text("regions = true")
    assert verdict(run, name) == "insufficient_text"
    assert verdict(run, "--isolated", name) == "spun"


@pytest.mark.parametrize(("name", "shape"), HIDDEN.values(), ids=HIDDEN)
def test_every_report_counts_the_words_left_out(run, name, shape):
    Path(name).write_text(shape.format("The ferry was late again, and the pier was empty."), encoding="utf-8")
    (document,) = json.loads(run("score", "--regions", "--format", "json", name)[1])["documents"]
    assert document["omitted_words"] >= 10
    assert all(part["reason"] for part in document["omitted"])
    for arguments in (["score"], ["annotate"], ["annotate", "--format", "markdown"], ["annotate", "--format", "html"]):
        assert f"{document['omitted_words']} more not judged (" in run(*arguments, "--regions", name)[1]


def test_an_input_beyond_the_limit_is_reported_and_the_others_done(run):
    Path("short.txt").write_text("Short.")
    code, out, err = run("score", "--max-bytes", "6", "--format", "jsonl", "spun.txt", "short.txt")
    assert code == 3
    assert [json.loads(line)["path"] for line in out.splitlines()] == ["short.txt"]
    assert "spun.txt: larger than 6 bytes" in err
    Path("detector.toml").write_text("max-bytes = 5")
    assert run("score", "short.txt")[0] == 3


@posix
def test_standard_input_that_never_ends_is_refused():
    command = [sys.executable, "-m", "detector", "score", "--max-bytes", "1000000"]
    with open("/dev/zero", "rb") as endless:
        done = subprocess.run(command, stdin=endless, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "larger than 1,000,000 bytes" in done.stderr


@posix
@pytest.mark.parametrize("command", ["score", "annotate", "reverse"])
def test_a_document_out_of_time_is_reported(run, command):
    code, out, err = run(command, "--format", "json", "--timeout", "0.000001", "spun.txt", "human.txt")
    assert code == 3
    result = json.loads(out)
    assert result["documents"] == []
    assert [error["path"] for error in result["errors"]] == ["spun.txt", "human.txt"]
    assert err.count("not done in 1e-06 seconds") == 2
    assert run(command, "--timeout", "600", "human.txt")[0] == 0


@posix
@pytest.mark.parametrize(
    "arguments",
    [
        ["score", "special"],
        ["score", "--config", "special", "spun.txt"],
        ["annotate", "--baseline", "special", "spun.txt"],
        ["annotate", "--config", "phrases.toml", "spun.txt"],
        ["scan", "special", "--output", "out"],
        ["reverse", "--spinner", "special", "spun.txt"],
    ],
    ids=["input", "settings", "baseline", "phrases", "corpus", "spinner"],
)
@pytest.mark.parametrize("target", ["pipe", "/dev/zero"])
def test_what_never_begins_or_ends_is_not_waited_for(run, arguments, target):
    os.mkfifo("pipe")
    os.symlink(target, "special")
    Path("phrases.toml").write_text('phrases = "special"')
    code, out, err = run(*arguments)
    assert code in (2, 3)
    assert "not a regular file" in err
    assert out == ""


@posix
def test_special_files_in_a_folder_are_passed_over(run):
    os.makedirs("in/.git")
    os.mkfifo("in/.gitignore")
    os.mkfifo("in/pipe.txt")
    os.symlink("nowhere", "in/dead.txt")
    os.symlink(".", "in/loop")
    Path("in/a.txt").write_text("Short.")
    code, out, _ = run("score", "--format", "jsonl", "in")
    assert code == 0
    assert [json.loads(line)["path"] for line in out.splitlines()] == ["in/a.txt"]


def test_a_folder_that_cannot_be_listed_is_told(run, monkeypatch):
    os.makedirs("in/closed")
    Path("in/a.txt").write_text("Short.")
    scandir = os.scandir

    def refused(path):
        if "closed" in os.fspath(path):
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)
    code, out, err = run("score", "--format", "jsonl", "in")
    assert code == 3
    assert json.loads(out)["path"] == os.path.join("in", "a.txt")
    assert os.path.join("in", "closed") in err


LONG = ("x" * 5000, "/".join("x" * 3000))


@pytest.mark.parametrize("name", LONG, ids=["long name", "deep path"])
@pytest.mark.parametrize(
    "options",
    [
        [],
        ["-o"],
        ["--output-dir"],
        ["--cache"],
        ["--config"],
        ["--models"],
    ],
)
def test_a_name_that_no_file_can_have_is_told(run, options, name):
    code, out, err = run("score", "spun.txt", *options, name)
    assert code in (2, 3)
    assert len(err.splitlines()) == 1
    assert out == "" or not options


@pytest.mark.parametrize(
    "arguments",
    [
        ["score", "--max-bytes", "9" * 30],
        ["annotate", "--context", "9" * 30],
    ],
)
def test_numbers_beyond_all_need_do_no_harm(run, arguments):
    assert run(*arguments, "spun.txt")[0] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["reverse", "--keep", f"0:{'9' * 5000}"],
        ["reverse", "--min-gain", "nan"],
        ["reverse", "--min-gain", "-inf"],
        ["reverse", "--min-gain", "9" * 5000],
        ["annotate", "--context", "9" * 5000],
        ["score", "--threshold", "nan"],
        ["scan", "--output", "out", "--shard", f"1/{'9' * 5000}"],
    ],
)
def test_numbers_that_are_none_are_wrong_usage(run, arguments):
    assert run(*arguments, "spun.txt")[0] == 2


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("detector.toml", f"a = {'[' * 5000}"),
        ("detector.toml", f"max-bytes = {'9' * 5000}"),
        ("detector.toml", 'cache = "a\\u0000b"'),
        ("detector.toml", 'phrases = "a\\u0000b"'),
        ("detector.toml", "min-gain = nan"),
        ("detector.toml", f"min-gain = 1{'0' * 400}"),
        ("detector.toml", f"timeout = 1{'0' * 400}"),
        ("detector.toml", "min-gain = -inf"),
        ("detector.toml", b"\xff\xfe"),
        ("pyproject.toml", "[tool]\ndetector = 3"),
    ],
)
def test_settings_of_any_content_are_told_in_words(run, name, content):
    Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    code, _, err = run("score", "spun.txt")
    assert code == 2
    assert f"{name}: " in err


@pytest.mark.parametrize("content", ["tool = 1", "[tool.other]", "a = [", "[" * 5000])
def test_somebody_elses_settings_stop_nobody(run, content):
    Path("pyproject.toml").write_text(content)
    assert run("score", "human.txt")[0] == 0


@pytest.mark.parametrize(
    "rules", ["!", "\\", "# only words\n\n \n!\n//\n[\n", "*a" * 40 + "b", "*a*a*a*a*a*a*a*a*a*a*a/b"]
)
def test_rules_of_any_form_do_not_stop_a_folder(run, rules):
    os.makedirs("in")
    Path("in/.gitignore").write_text(f"{rules}\nleft.txt\n")
    for name in ("left.txt", f"{'a' * 200}.txt"):
        Path("in", name).write_text("Short.")
    code, out, _ = run("score", "--format", "jsonl", "in")
    assert code == 0
    assert len(out.splitlines()) == 1


def test_two_documents_never_share_one_file_of_results(run):
    os.makedirs("in")
    Path("in/human.txt").write_text("Short.")
    os.chdir("in")
    code, _, err = run("reverse", "--output-dir", "out", "human.txt", "../human.txt")
    assert code == 2
    assert "human.txt and ../human.txt would both be" in err
    assert Path("out/human.txt").read_text() == "Short."


def detector(*arguments, **streams):
    """Run the command line as a program of its own."""
    return subprocess.run([sys.executable, "-m", "detector", *arguments], check=False, **streams)


@posix
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize(
    "arguments",
    [["score", "spun.txt"], ["annotate", "--format", "json", "spun.txt"], ["reverse", "spun.txt"], ["--help"]],
)
def test_a_full_standard_output_is_told(arguments):
    with open("/dev/full", "w") as full:
        done = detector(*arguments, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 3
    assert done.stderr == "detector: the results cannot be written: No space left on device\n"


@posix
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_an_error_that_nobody_can_be_told_has_its_code():
    with open("/dev/full", "w") as full:
        assert detector("score", "missing.txt", stderr=full).returncode == 3


@posix
@pytest.mark.parametrize(("name", "code"), [("spun.txt", 0), ("missing.txt", 3)])
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_closed_streams_do_no_harm(name, code, closed):
    command = f"{sys.executable} -m detector score {name} {closed}"
    assert subprocess.run(["sh", "-c", command], capture_output=True, check=False).returncode == code


@posix
def test_a_working_folder_that_is_gone_is_missed_only_by_its_own_files(folder):
    gone = folder / "gone"
    gone.mkdir()
    command = f"rmdir {gone}; {sys.executable} -m detector score "
    for name, code in ((folder / "spun.txt", 0), ("a.txt", 3)):
        done = subprocess.run(["sh", "-c", f"{command}{name}"], cwd=gone, capture_output=True, text=True, check=False)
        gone.mkdir(exist_ok=True)
        assert done.returncode == code
        assert "fault" not in done.stderr


@posix
def test_nothing_inside_can_catch_the_alarm():
    former = signal.getsignal(signal.SIGALRM)
    with pytest.raises(InputError, match="not done in"), time_limit(0.01):  # noqa: PT012
        while True:
            with suppress(Exception):
                sum(range(1000))
    assert signal.getsignal(signal.SIGALRM) is former
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_an_error_inside_is_reported_as_it_is():
    with pytest.raises(KeyError), time_limit(600):
        raise KeyError


@pytest.mark.parametrize("value", ["nan", "inf", "0", "-1", "soon", "1e99"])
def test_a_timeout_that_is_not_a_time_is_wrong_usage(run, value):
    assert run("score", "--timeout", value, "spun.txt")[0] == 2


@pytest.mark.parametrize(
    "table",
    [
        {"regions": 1},
        {"max-bytes": 0},
        {"max-bytes": 1.5},
        {"max-bytes": True},
        {"timeout": 0},
        {"timeout": float("nan")},
    ],
)
def test_settings_of_the_wrong_kind_are_refused(table):
    with pytest.raises(InputError, match=f"{next(iter(table))} is "):
        read_config(table, "detector.toml", ("text",), CUE_IDS)


def test_other_models_are_used_by_name(run, tmp_path, monkeypatch):
    monkeypatch.setenv("DETECTOR_MODELS", "")
    for command in (["score", "human.txt"], ["info"], ["scan", "human.txt", "--output", "out"]):
        code, _, err = run(*command, "--models", tmp_path / "none")
        assert code == 2
        assert f"no models in {tmp_path / 'none'}" in err


def test_verify_says_that_the_files_are_those_of_the_manifest(run):
    code, _, err = run("info", "--verify")
    assert code == 0
    assert "are those of the manifest" in err
