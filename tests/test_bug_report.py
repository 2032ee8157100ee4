"""`detector bug-report`: what maintainers need, and no word of a text that may not be published."""

import json
import re

import pytest

from detector.cli import main

TEXT = (
    "Quillfeather Bros have declared that the ancient crane at Zanderby will be eliminated prior to the finish of "
    "summertime. Individuals who dwell close to the dock have grumbled regarding the clamor for a long time, and Mr "
    "Нouse instructed reporters that the board would go to the location in Could."
)


@pytest.fixture
def article(tmp_path):
    path = tmp_path / "confidential-zanderby.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_the_bundle_holds_the_findings_and_no_word_of_the_text(article, capsys):
    assert main(["bug-report", str(article), "--expected", "human"]) == 0
    out = capsys.readouterr().out
    made = json.loads(out)
    assert made["expected"] == "human"
    assert made["report"]["verdict"] == "spun"
    assert len(made["report"]["evidence"]) == sum(made["report"]["findings"].values()) > 3
    assert made["report"]["damage"]
    assert all({"start", "end", "cue", "log10_odds"} <= set(e) for e in made["report"]["evidence"])
    assert made["signature"]
    assert {"numpy", "trafilatura", "pypdfium2", "lxml"} <= made["libraries"].keys()
    words = {w.lower() for w in re.findall(r"\w{5,}", TEXT)}
    assert not words & {w.lower() for w in re.findall(r"\w+", out)}
    assert "zanderby" not in out.lower()


def test_the_text_is_put_in_if_it_is_asked_for(article, tmp_path, capsys):
    target = tmp_path / "bundle.json"
    assert main(["bug-report", str(article), "--include-text", "-o", str(target)]) == 0
    made = json.loads(target.read_text(encoding="utf-8"))
    assert made["text"] == TEXT
    assert any(e["surface"] == "ancient" or "Could" in e["surface"] for e in made["report"]["evidence"])
    assert len(made["file"]["sha256"]) == 64


def test_a_file_that_cannot_be_read_is_one_error(tmp_path, capsys):
    assert main(["bug-report", str(tmp_path / "none.txt")]) == 3
    assert "no such file" in capsys.readouterr().err
