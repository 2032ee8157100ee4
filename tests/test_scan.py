import bz2
import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detector import InputError, detect
from detector.cli import main
from detector.scan import ScanSettings, scan

ARTICLES = Path(__file__).resolve().parents[1] / "notebooks" / "articles"
SPUN = (ARTICLES / "harbour-talks-spun.txt").read_text(encoding="utf-8")
HUMAN = (ARTICLES / "harbour-talks.txt").read_text(encoding="utf-8")
RECORDS = [{"id": "a", "text": SPUN}, {"id": 7, "text": HUMAN}, {"id": "c", "text": "Too short."}]


def lines(records):
    return "".join(json.dumps(r) + "\n" for r in records)


def results(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "corpus"
    (folder / "deep").mkdir(parents=True)
    (folder / "one.jsonl").write_text(lines(RECORDS), encoding="utf-8")
    with gzip.open(folder / "deep" / "two.ndjson.gz", "wt", encoding="utf-8") as out:
        out.write(lines(RECORDS[:2]))
    (folder / "three.jsonl.bz2").write_bytes(bz2.compress(lines(RECORDS[1:]).encode()))
    pq.write_table(
        pa.Table.from_pylist([{"id": r["id"], "text": r["text"]} for r in RECORDS[::2]]), folder / "f.parquet"
    )
    (folder / "notes.txt").write_text("no records")
    return folder


def test_every_record_has_the_report_that_detect_gives(corpus, tmp_path):
    scanned = scan(ScanSettings(corpus, tmp_path / "out", evidence=True))
    assert (scanned.done, scanned.failures) == (4, [])
    assert scanned.verdicts == {"spun": 3, "clean": 3, "insufficient_text": 3}
    for found, record in zip(results(tmp_path / "out" / "one.jsonl"), RECORDS, strict=True):
        assert found == {"id": record["id"], **detect(record["text"]).to_dict()}
    assert [r["id"] for r in results(tmp_path / "out" / "deep" / "two.jsonl")] == ["a", 7]
    assert [r["id"] for r in results(tmp_path / "out" / "three.jsonl")] == [7, "c"]
    assert [r["verdict"] for r in results(tmp_path / "out" / "f.jsonl")] == ["spun", "insufficient_text"]


def test_without_evidence_a_result_is_what_score_writes(corpus, tmp_path):
    scan(ScanSettings(corpus / "one.jsonl", tmp_path / "out"))
    first = results(tmp_path / "out" / "one.jsonl")[0]
    assert first.keys() == {"id", "n_words", "language", "verdict", "probability", "threshold"}


def test_a_second_scan_does_only_what_is_missing(corpus, tmp_path):
    settings = ScanSettings(corpus, tmp_path / "out")
    scan(settings)
    done = tmp_path / "out" / "one.jsonl"
    kept = done.read_bytes()
    done.unlink()
    again = scan(settings)
    assert (again.done, again.found_done) == (1, 3)
    assert done.read_bytes() == kept


def test_results_of_other_settings_are_not_mixed(corpus, tmp_path):
    scan(ScanSettings(corpus, tmp_path / "out"))
    with pytest.raises(InputError, match="other models or settings"):
        scan(ScanSettings(corpus, tmp_path / "out", threshold=0.5))


def test_bad_records_and_files_are_told_and_the_rest_is_done(tmp_path, capsys):
    bad = [RECORDS[0], {"id": "no text"}, {"id": "null", "text": None}, RECORDS[1]]
    (tmp_path / "bad.jsonl").write_text(lines(bad) + "{\n[]\n", encoding="utf-8")
    whole = gzip.compress(lines(RECORDS * 50).encode())
    (tmp_path / "cut.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "good.jsonl").write_text(lines(RECORDS), encoding="utf-8")
    code = main(["scan", str(tmp_path), "--output", str(tmp_path / "out")])
    told = capsys.readouterr().err
    assert code == 3
    for part in (
        "record no text: no field 'text'",
        "record null: 'text' is NoneType",
        "record 5: no JSON",
        "record 6: is",
    ):
        assert part in told
    assert "cut.jsonl.gz: cannot be read" in told
    assert [r["id"] for r in results(tmp_path / "out" / "bad.jsonl")] == ["a", 7]
    assert len(results(tmp_path / "out" / "good.jsonl")) == 3
    assert not (tmp_path / "out" / "cut.jsonl").exists()


def test_fields_may_have_other_names_and_ids_may_be_missing(tmp_path):
    (tmp_path / "a.jsonl").write_text(lines([{"url": "u", "body": HUMAN}, {"body": HUMAN}]), encoding="utf-8")
    scan(ScanSettings(tmp_path / "a.jsonl", tmp_path / "out", "body", "url"))
    assert [r["id"] for r in results(tmp_path / "out" / "a.jsonl")] == ["u", 2]


@pytest.mark.parametrize("names", [("x.jsonl", "x.ndjson"), ("x.jsonl", "x.jsonl.gz")])
def test_two_files_of_one_name_are_refused(tmp_path, names):
    for name in names:
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(InputError, match="rename one"):
        scan(ScanSettings(tmp_path, tmp_path / "out"))


def test_a_corpus_is_not_overwritten_by_its_results(corpus):
    with pytest.raises(InputError, match="overwritten"):
        scan(ScanSettings(corpus / "one.jsonl", corpus))
    assert (corpus / "one.jsonl").read_text(encoding="utf-8") == lines(RECORDS)


def test_a_folder_without_records_says_what_is_expected(tmp_path, capsys):
    assert main(["scan", str(tmp_path), "--output", str(tmp_path / "out")]) == 2
    assert ".jsonl" in capsys.readouterr().err


def test_a_missing_column_names_those_there_are(tmp_path, capsys):
    pq.write_table(pa.Table.from_pylist([{"id": 1, "body": HUMAN}]), tmp_path / "a.parquet")
    assert main(["scan", str(tmp_path / "a.parquet"), "--output", str(tmp_path / "out")]) == 3
    assert "no column 'text'; columns are 'id', 'body'" in capsys.readouterr().err
