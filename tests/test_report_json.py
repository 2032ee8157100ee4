import json
from pathlib import Path

import pytest

from detector import __version__
from detector.cli import main
from detector.report.json import dumps
from detector.report.model import evidence_id
from detector.types import Evidence

ARTICLES = Path(__file__).resolve().parents[1] / "notebooks" / "articles"
SPUN = (ARTICLES / "harbour-talks-spun.txt").read_text(encoding="utf-8")


@pytest.fixture
def annotated(tmp_path, monkeypatch, capfd):
    """Return the JSON of one document with the given text."""
    monkeypatch.chdir(tmp_path)

    def annotate(text, command="annotate"):
        Path("a.txt").write_bytes(text.encode())
        assert main([command, "--format", "json", "a.txt"]) == 0
        return json.loads(capfd.readouterr()[0])

    return annotate


VARIANTS = {
    "plain": SPUN,
    "CRLF": SPUN.replace("\n", "\r\n"),
    "byte order mark": "\ufeff" + SPUN,
    "combining": SPUN.replace("é", "e\u0301"),
    "emoji": SPUN.replace(". ", ". 🚢👩‍👩‍👧 "),
    "no-break": SPUN.replace(" the ", " the\u00a0"),
}


@pytest.mark.parametrize("text", VARIANTS.values(), ids=VARIANTS.keys())
def test_offsets_count_code_points_of_the_file(annotated, text):
    (document,) = annotated(text)["documents"]
    assert document["verdict"] == "spun"
    assert len(document["evidence"]) > 10
    for item in document["evidence"]:
        assert text[item["start"] : item["end"]] == item["surface"]
    ends = 0
    for passage in document["passages"]:
        assert ends <= passage["start"] < passage["end"] <= len(text)
        ends = passage["end"]


def test_the_contract(annotated):
    run = annotated(SPUN)
    assert list(run) == ["schema_version", "tool", "documents", "errors"]
    assert run["schema_version"] == 1
    assert run["tool"]["name"] == "detector"
    assert run["tool"]["version"] == __version__
    assert run["tool"]["signature"]
    (document,) = run["documents"]
    assert document["path"] == "a.txt"
    assert document["language"] == "en"
    assert document["verdict"] in ("spun", "clean", "insufficient_text", "unsupported_language")
    assert 0 <= document["probability"] <= 1
    assert 0 <= document["threshold"] <= 1
    assert document["n_words"] > 500
    for passage in document["passages"]:
        assert set(passage) == {"start", "end", "probability", "verdict"}
    for item in document["evidence"]:
        assert {"start", "end", "surface", "cue", "log10_odds", "alternatives"} <= set(item)
        for alternative in item["alternatives"]:
            assert set(alternative) == {"text", "log10_odds"}
    assert "text" not in document  # nothing was extracted


def test_score_leaves_out_passages_and_evidence(annotated):
    (document,) = annotated(SPUN, "score")["documents"]
    assert set(document) == {
        "path",
        "n_words",
        "language",
        "verdict",
        "probability",
        "threshold",
        "min_gain",
        "human_rate",
        "omitted",
        "omitted_words",
    }


def test_a_fingerprint_outlives_moves_and_line_breaks():
    def one(text, surface="stated"):
        start = text.index(surface)
        return evidence_id(text, Evidence(start, start + len(surface), surface, "substitution", 1.0))

    text = "The old mayor of the town stated that the ships would come."
    assert one(text) == one("More before. " + text.replace(" ", "\n") + " And after.")
    assert one(text) != one(text.replace("town", "city"))
    assert one(text) != one(text.replace("ships", "boats").replace("that", "how"))


@pytest.mark.parametrize("value", [float("inf"), -float("inf"), float("nan")])
def test_numbers_that_json_lacks_are_not_written(value):
    with pytest.raises(ValueError, match="JSON"):
        dumps({"min_gain": value})


def test_json_does_nothing_to_a_terminal():
    value = {"a": "é \x1b[31m \x9b31m \u202e \u2028 \udc80"}
    text = dumps(value)
    assert "é" in text
    assert text.isprintable()
    assert json.loads(text) == value
    text.encode()
