import bz2
import gzip
import io
import json
import lzma
import os
import random
import re
import resource
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from crashes import in_a_child, killed_before
from joblib.externals.loky import get_reusable_executor

from detector import InputError, api, detect, scores
from detector.cli import main
from detector.readers import records
from detector.scan import ScanSettings, ScanStopped, batches, run, scan

ARTICLES = Path(__file__).resolve().parents[1] / "notebooks" / "articles"
SPUN = (ARTICLES / "harbour-talks-spun.txt").read_text(encoding="utf-8")
HUMAN = (ARTICLES / "harbour-talks.txt").read_text(encoding="utf-8")
RECORDS = [{"id": "a", "text": SPUN}, {"id": 7, "text": HUMAN}, {"id": "c", "text": "Too short."}]


def lines(records):
    return "".join(json.dumps(r) + "\n" for r in records)


def results(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def many(n):
    """Records that differ, long enough for a verdict, every third of them spun."""
    texts = [SPUN, HUMAN, HUMAN[::-1]]
    return [
        {"id": f"r{i}", "text": f"Number {i}.\n{texts[i % 3][:600]}", "n": i, "more": {"x": [i, None]}}
        for i in range(n)
    ]


def tree(folder):
    """The files that a reader of the folder sees, and their bytes, without the parts that depend on the time."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and ".scan" not in p.parts and not p.name.startswith("summary")
    }


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr(records, "PART_BYTES", 4000)
    monkeypatch.setattr(records, "_BLOCK", 512)


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


# -- the content of results


def test_with_evidence_every_record_has_the_report_that_detect_gives(corpus, tmp_path):
    summary = scan(ScanSettings(corpus, tmp_path / "out", evidence=True))
    assert (summary.done, summary.failures) == (4, [])
    assert summary.counts.verdicts == {"spun": 3, "clean": 3, "insufficient_text": 3}
    for found, record in zip(results(tmp_path / "out" / "one.jsonl"), RECORDS, strict=True):
        report = detect(record["text"]).to_dict()
        assert {k: found[k] for k in report} == report
        assert found["id"] == record["id"]
    assert [r["id"] for r in results(tmp_path / "out" / "deep" / "two.jsonl")] == ["a", 7]
    assert [r["id"] for r in results(tmp_path / "out" / "three.jsonl")] == [7, "c"]
    assert [r["verdict"] for r in results(tmp_path / "out" / "f.jsonl")] == ["spun", "insufficient_text"]


def test_without_evidence_a_result_is_the_output_of_score_with_the_spans_of_flagged_passages(corpus, tmp_path):
    scan(ScanSettings(corpus / "one.jsonl", tmp_path / "out"))
    for found, record in zip(results(tmp_path / "out" / "one.jsonl"), RECORDS, strict=True):
        report = detect(record["text"])
        flagged = [p for p in report.passages if p.verdict == "spun"]
        assert found.pop("flagged_passages") == [
            {"start": p.start, "end": p.end, "probability": p.probability} for p in flagged
        ]
        assert len(found.pop("signature")) == 12
        assert found == {
            "id": record["id"],
            **{k: getattr(report, k) for k in ("n_words", "language", "verdict", "probability", "threshold")},
        }


@pytest.mark.parametrize("evidence", [False, True])
def test_parquet_results_equal_json_lines(tmp_path, evidence):
    (tmp_path / "a.jsonl").write_text(lines([*RECORDS, {"text": HUMAN + " \udc80"}]), encoding="utf-8")
    for kind in ("jsonl", "parquet"):
        scan(ScanSettings(tmp_path / "a.jsonl", tmp_path / kind, evidence=evidence, output_format=kind))
    columns = pq.read_table(tmp_path / "parquet" / "a.parquet").to_pylist()
    expected = results(tmp_path / "jsonl" / "a.jsonl")
    assert [r["id"] for r in columns] == ["a", "7", "c", "4"]
    for row, line in zip(columns, expected, strict=True):
        assert {k: row[k] for k in row if k != "id"} == {k: line[k] for k in row if k != "id"}


@pytest.mark.parametrize(
    ("output_format", "compression", "suffix"),
    [
        ("jsonl", "none", ".jsonl"),
        ("jsonl", "gzip", ".jsonl.gz"),
        ("jsonl", "zstd", ".jsonl.zst"),
        ("parquet", "none", ".parquet"),
    ],
)
def test_results_are_read_as_they_are_by_duckdb_pandas_and_polars(
    tmp_path, small_parts, output_format, compression, suffix
):
    import duckdb
    import pandas as pd
    import polars as pl

    (tmp_path / "a.jsonl").write_text(lines([*many(20), {"text": "Too short."}]), encoding="utf-8")
    made = scan(
        ScanSettings(tmp_path / "a.jsonl", tmp_path / "o", output_format=output_format, compression=compression)
    )
    path = str(tmp_path / "o" / f"a{suffix}")
    is_table = output_format == "parquet"
    frame = pd.read_parquet(path) if is_table else pd.read_json(path, lines=True)
    rows = pl.read_parquet(path) if is_table else pl.read_ndjson(path)
    by_duckdb = duckdb.sql(f"select verdict, count(*), sum(n_words)::bigint from '{path}' group by 1").fetchall()
    assert {verdict: n for verdict, n, _ in by_duckdb} == dict(made.counts.verdicts)
    assert sum(words for *_, words in by_duckdb) == frame["n_words"].sum() == rows["n_words"].sum() == made.counts.words
    assert frame["verdict"].value_counts().to_dict() == dict(made.counts.verdicts)
    assert frame["probability"].notna().sum() == rows["probability"].drop_nulls().len() == sum(made.counts.histogram)


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_compressed_results_are_those_of_plain_ones(tmp_path, small_parts, compression):
    import zstandard

    (tmp_path / "a.jsonl").write_text(lines(many(20)), encoding="utf-8")
    scan(ScanSettings(tmp_path / "a.jsonl", tmp_path / "plain"))
    scan(ScanSettings(tmp_path / "a.jsonl", tmp_path / "out", compression=compression))
    expected = (tmp_path / "plain" / "a.jsonl").read_bytes()
    if compression == "gzip":
        assert gzip.decompress((tmp_path / "out" / "a.jsonl.gz").read_bytes()) == expected
    else:
        packed = io.BytesIO((tmp_path / "out" / "a.jsonl.zst").read_bytes())
        assert zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True).read() == expected


def test_fields_may_have_other_names_and_ids_may_be_missing(tmp_path):
    (tmp_path / "a.jsonl").write_text(lines([{"url": "u", "body": HUMAN}, {"body": HUMAN}]), encoding="utf-8")
    scan(ScanSettings(tmp_path / "a.jsonl", tmp_path / "out", "body", "url"))
    assert [r["id"] for r in results(tmp_path / "out" / "a.jsonl")] == ["u", 2]


# -- kinds of input


def packed(suffix, data):
    if suffix == ".zst":
        import zstandard

        half = len(data) // 2  # two frames, as parallel compressors write them
        compressor = zstandard.ZstdCompressor(write_checksum=True)  # as the program `zstd` does
        return b"".join(map(compressor.compress, (data[:half], data[half:])))
    return {"": bytes, ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}[suffix](data)


@pytest.mark.parametrize("suffix", ["", ".gz", ".bz2", ".xz", ".zst"])
def test_a_file_in_many_parts_has_every_record_once_and_in_order(tmp_path, small_parts, suffix):
    written = many(40)
    (tmp_path / f"a.jsonl{suffix}").write_bytes(packed(suffix, lines(written).encode()[:-1]))
    scan(ScanSettings(tmp_path / f"a.jsonl{suffix}", tmp_path / "out", n_jobs=2 if suffix == ".gz" else 1))
    found = results(tmp_path / "out" / "a.jsonl")
    assert [r["id"] for r in found] == [r["id"] for r in written]
    expected = scores([r["text"] for r in written])
    np.testing.assert_array_equal(
        [np.nan if r["probability"] is None else r["probability"] for r in found], expected.probability
    )
    assert tuple(r["verdict"] for r in found) == expected.verdict


@pytest.mark.parametrize("rows", [1, 7, 100])
def test_a_parquet_file_in_many_parts_has_every_row_once_and_in_order(tmp_path, small_parts, monkeypatch, rows):
    monkeypatch.setattr(records, "_ROWS", 3)
    pq.write_table(pa.Table.from_pylist(many(40)), tmp_path / "a.parquet", row_group_size=rows)
    file = records.corpus_files(str(tmp_path / "a.parquet"))[0]
    assert len(records.index_file(file, "text").parts) > 3
    scan(ScanSettings(tmp_path / "a.parquet", tmp_path / "out"))
    assert [r["id"] for r in results(tmp_path / "out" / "a.jsonl")] == [f"r{i}" for i in range(40)]


def test_a_folder_of_texts_is_read_as_one(tmp_path, small_parts):
    folder = tmp_path / "texts"
    (folder / "deep").mkdir(parents=True)
    (folder / "b.txt").write_text(HUMAN, encoding="utf-8")
    (folder / "deep" / "a.md").write_text("# Talks\n\n" + SPUN, encoding="utf-8")
    (folder / "broken.txt").write_bytes(b"\0\1\2\3")
    assert main(["scan", str(folder), "--output", str(tmp_path / "out"), "--write", "clean"]) == 3
    found = {r["id"]: r["verdict"] for r in results(tmp_path / "out" / "texts.jsonl")}
    assert found == {"b.txt": "clean", "deep/a.md": "spun"}
    assert results(tmp_path / "out" / "clean" / "texts.jsonl") == [{"id": "b.txt", "text": HUMAN}]
    assert results(tmp_path / "out" / "quarantine" / "texts.jsonl")[0]["reason"].startswith("broken.txt: not text")


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_standard_input_is_a_corpus_of_its_own(tmp_path, suffix):
    command = [sys.executable, "-m", "detector", "scan", "-", "--output", str(tmp_path / "out"), "--quiet"]
    subprocess.run(command, input=packed(suffix, lines(RECORDS).encode()), check=True)
    assert [r["id"] for r in results(tmp_path / "out" / "stdin.jsonl")] == ["a", 7, "c"]
    assert not list((tmp_path / "out" / ".scan").glob("stdin*"))


def test_a_url_is_read_by_fsspec(tmp_path):
    import fsspec

    memory = fsspec.filesystem("memory")
    memory.pipe("/corpus/deep/a.jsonl.gz", gzip.compress(lines(RECORDS).encode()))
    memory.pipe("/corpus/b.jsonl", lines(RECORDS[:1]).encode())
    scan(ScanSettings("memory://corpus", tmp_path / "out"))
    assert [r["id"] for r in results(tmp_path / "out" / "deep" / "a.jsonl")] == ["a", 7, "c"]
    assert [r["id"] for r in results(tmp_path / "out" / "b.jsonl")] == ["a"]
    assert scan(ScanSettings("memory://corpus", tmp_path / "out")).found_done == 2


@pytest.mark.parametrize("broken", ["ls", "open", "read"])
def test_a_store_that_cannot_be_reached_is_said_in_words(tmp_path, capsys, monkeypatch, broken):
    from fsspec.implementations import memory

    class UnreachableError(Exception):
        """As the libraries of stores have them: no OSError."""

    def fail(*args, **kwargs):
        raise UnreachableError("no such host")

    memory.MemoryFileSystem().pipe("/far/a.jsonl", lines(RECORDS).encode())
    place = {
        "ls": (memory.MemoryFileSystem, "find"),
        "open": (memory.MemoryFileSystem, "_open"),
        "read": (memory.MemoryFile, "read"),
    }[broken]
    monkeypatch.setattr(*place, fail)
    code = main(["scan", "memory://far", "--output", str(tmp_path / "out")])
    assert code == (2 if broken == "ls" else 3)
    assert "cannot be read: UnreachableError: no such host" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--output", "--rejected"])
def test_results_do_not_go_to_a_url(tmp_path, capsys, monkeypatch, option):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.jsonl").write_text(lines(RECORDS), encoding="utf-8")
    places = {"--output": "out", "--rejected": "no", option: "s3://bucket/out"}
    assert main(["scan", "a.jsonl", "--write", "clean", *(x for place in places.items() for x in place)]) == 2
    assert "s3://bucket/out: results go to a folder on this computer" in capsys.readouterr().err
    assert {p.name for p in tmp_path.iterdir()} == {"a.jsonl"}


# -- the corpus itself


def test_write_and_rejected_share_out_the_records_as_they_were(tmp_path, small_parts):
    written = [{**record, "weight": float("inf")} for record in many(21)]  # not JSON, but Python reads and writes it
    odd = '{"id":"r21",  "text": "Too short.", "big": 12345678901234567890123, "f": 1.10}'
    (tmp_path / "a.jsonl").write_text(lines(written) + odd, encoding="utf-8")
    scan(ScanSettings(tmp_path / "a.jsonl", tmp_path / "out", write="not-spun", rejected=tmp_path / "no"))
    verdicts = {r["id"]: r["verdict"] for r in results(tmp_path / "out" / "a.jsonl")}
    kept = (tmp_path / "out" / "not-spun" / "a.jsonl").read_text(encoding="utf-8")
    assert kept == "".join(
        line + "\n" for line in (lines(written) + odd).splitlines() if verdicts[json.loads(line)["id"]] != "spun"
    )
    rejected = results(tmp_path / "no" / "a.jsonl")
    assert {r["id"] for r in rejected} == {k for k, v in verdicts.items() if v == "spun"} != set()
    by_id = {r["id"]: r for r in written}
    for r in rejected:
        assert r.pop("detector_reason") == "spun"
        assert r.pop("detector_probability") > 0.5
        assert r == by_id[r["id"]]


@pytest.mark.parametrize("write", ["clean", "spun"])
def test_rows_of_parquet_are_written_with_all_their_columns(tmp_path, small_parts, write):
    table = pa.Table.from_pylist(many(21))
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=8)
    scan(ScanSettings(tmp_path / "a.parquet", tmp_path / "out", write=write, rejected=tmp_path / "no"))
    verdicts = np.array([r["verdict"] for r in results(tmp_path / "out" / "a.jsonl")])
    assert pq.read_table(tmp_path / "out" / write / "a.parquet").equals(table.filter(verdicts == write))
    rejected = pq.read_table(tmp_path / "no" / "a.parquet")
    assert rejected.drop_columns(["detector_reason", "detector_probability"]).equals(table.filter(verdicts != write))
    assert rejected["detector_reason"].to_pylist() == verdicts[verdicts != write].tolist()


# -- interruption


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_rejected_records_can_be_scanned_again_and_have_one_reason(tmp_path, kind):
    if kind == "jsonl":
        (tmp_path / "a.jsonl").write_text(lines(RECORDS), encoding="utf-8")
    else:
        pq.write_table(pa.table({"text": [r["text"] for r in RECORDS]}), tmp_path / "a.parquet")
    source = tmp_path / f"a.{kind}"
    for name in ("once", "twice"):
        scan(ScanSettings(source, tmp_path / f"{name}-out", write="clean", rejected=tmp_path / name))
        source = tmp_path / name / f"a.{kind}"
    assert source.read_bytes() == (tmp_path / "once" / source.name).read_bytes()


@pytest.mark.skipif(not hasattr(pa, "string_view"), reason="pyarrow before 16 knows no views")
@pytest.mark.parametrize("kind", ["strings", "bytes", "lists"])
def test_rows_of_a_type_that_arrow_cannot_pick_are_written_as_well(tmp_path, kind):
    types = {"strings": pa.string_view(), "bytes": pa.binary_view(), "lists": pa.list_(pa.string_view())}
    values = [["a"], None, ["c"]] if kind == "lists" else [b"a", None, b"c"]
    table = pa.table({"text": [r["text"] for r in RECORDS], "more": pa.array(values, types[kind])})
    pq.write_table(table, tmp_path / "a.parquet")
    source = pq.read_table(tmp_path / "a.parquet")
    scan(ScanSettings(tmp_path / "a.parquet", tmp_path / "out", write="not-spun", rejected=tmp_path / "rejected"))
    assert pq.read_table(tmp_path / "out" / "not-spun" / "a.parquet").equals(source.slice(1))
    assert pq.read_table(tmp_path / "rejected" / "a.parquet").num_rows == 1


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
@pytest.mark.parametrize("is_small", [False, True])
def test_a_scan_that_is_killed_at_any_point_and_resumed_gives_the_bytes_of_an_undisturbed_one(
    tmp_path, kind, is_small, request, monkeypatch
):
    if is_small:
        monkeypatch.setattr(run, "_BUNDLE_FILES", 2)
    else:
        request.getfixturevalue("small_parts")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.jsonl").write_text(lines(many(24)) + "{broken\n" + lines(many(2)), encoding="utf-8")
    (corpus / "b.jsonl.gz").write_bytes(gzip.compress(lines(many(9)).encode(), mtime=0))
    pq.write_table(pa.Table.from_pylist(many(9)), corpus / "c.parquet")

    def settings(output):
        return ScanSettings(corpus, output / "out", write="clean", rejected=output / "out" / "no", output_format=kind)

    whole = scan(settings(tmp_path / "whole"))
    expected = tree(tmp_path / "whole")
    assert len(expected) == 10
    counted = tmp_path / "counted"

    def count():
        hook, seen = killed_before(None, counted)
        sys.addaudithook(hook)
        scan(settings(counted))
        (tmp_path / "events").write_text(str(len(seen)))

    assert in_a_child(count) == 0
    events = int((tmp_path / "events").read_text())
    for event in sorted(random.Random(1).sample(range(1, events), 20)):
        output = tmp_path / f"killed-{event}"

        def work(event=event, output=output):
            sys.addaudithook(killed_before(event, output)[0])
            scan(settings(output))

        assert in_a_child(work) == -signal.SIGKILL
        resumed = scan(settings(output))
        assert tree(output) == expected
        assert resumed.counts == whole.counts
        assert not list((output / "out" / ".scan" / "parts").iterdir())


@pytest.mark.parametrize("n", [24, 2])  # in parts, and in a bundle of small files
def test_results_keep_permissions_links_and_files_of_likely_names(tmp_path, monkeypatch, n):
    monkeypatch.setattr(records, "PART_BYTES", 4000)
    monkeypatch.setattr(records, "SMALL_BYTES", 4000)
    corpus, output, elsewhere = tmp_path / "corpus.jsonl", tmp_path / "out", tmp_path / "elsewhere"
    corpus.write_text(lines(many(n)), encoding="utf-8")
    output.mkdir()
    elsewhere.write_text("Former.")
    elsewhere.chmod(0o600)
    (output / "corpus.jsonl").symlink_to(elsewhere)
    (output / "corpus.jsonl.partial").write_text("Mine.")
    assert scan(ScanSettings(corpus, output)).counts.records == n
    assert (output / "corpus.jsonl").is_symlink()
    assert len(results(elsewhere)) == n
    assert elsewhere.stat().st_mode & 0o777 == 0o600
    assert (output / "corpus.jsonl.partial").read_text() == "Mine."


def small_files(folder, n):
    """Files of three records each, and what a scan of them must give."""
    folder.mkdir()
    for i in range(n):
        (folder / f"{i:02}.jsonl").write_text(lines([{**r, "id": f"{i}-{r['id']}"} for r in RECORDS]), encoding="utf-8")
    return folder


def test_a_line_of_finished_files_that_was_cut_off_by_a_kill_is_as_if_it_had_not_been_begun(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "_BUNDLE_FILES", 2)
    settings = ScanSettings(small_files(tmp_path / "corpus", 6), tmp_path / "out")
    whole = scan(settings)
    expected = tree(tmp_path / "out")
    finished = tmp_path / "out" / ".scan" / "done.jsonl"
    for cut in (1, 100):
        finished.write_bytes(finished.read_bytes()[:-cut])
        again = scan(settings)
        assert (again.done, again.found_done) == (1, 5)
        assert again.counts == whole.counts
        assert tree(tmp_path / "out") == expected
        assert scan(settings).found_done == 6


@pytest.mark.parametrize(
    "junk", [b"junk\n", b"[]\n", b'{"name": []}\n', b'{"name": "03"}\n', b"\xff\n", bytes(9), b"[" * 9999]
)
def test_a_damaged_line_of_finished_files_marks_nothing_as_finished(tmp_path, monkeypatch, junk):
    settings = ScanSettings(small_files(tmp_path / "corpus", 6), tmp_path / "out")
    scan(settings)
    expected = tree(tmp_path / "out")
    with (tmp_path / "out" / ".scan" / "done.jsonl").open("ab") as finished:
        finished.write(junk)
    again = scan(settings)
    assert (again.done, again.found_done) == ((1, 5) if b"03" in junk else (0, 6))
    assert tree(tmp_path / "out") == expected
    assert scan(settings).found_done == 6


@pytest.mark.parametrize("damage", [b"[]", b"\xff", b'{"version"', b""])
def test_damaged_settings_of_a_scan_are_told_in_words(tmp_path, damage):
    (tmp_path / "a.jsonl").write_text(lines(RECORDS), encoding="utf-8")
    settings = ScanSettings(tmp_path / "a.jsonl", tmp_path / "out")
    scan(settings)
    (tmp_path / "out" / ".scan" / "settings.json").write_bytes(damage)
    with pytest.raises(InputError, match=r"settings.json cannot be read, it is damaged.*give another folder"):
        scan(settings)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize("name", ["settings.json", "done.jsonl", ".gitignore"])
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_a_pipe_or_a_device_among_the_state_of_a_scan_is_not_read(tmp_path, name, kind):
    (tmp_path / "a.jsonl").write_text(lines(RECORDS), encoding="utf-8")
    (tmp_path / "out" / ".scan").mkdir(parents=True)
    odd = tmp_path / "out" / ".scan" / name
    if kind == "pipe":
        os.mkfifo(odd)
    else:
        odd.symlink_to("/dev/zero")
    settings = ScanSettings(tmp_path / "a.jsonl", tmp_path / "out")
    if name == ".gitignore":
        assert scan(settings).done == 1
    else:
        with pytest.raises(InputError, match="not a file: give another folder"):
            scan(settings)


@pytest.mark.parametrize("ending", ["done", "results", "index.json"])
@pytest.mark.parametrize("damage", [b"", b"[]", b"{}", bytes(7)])
def test_a_part_that_a_power_cut_damaged_is_done_again(tmp_path, small_parts, ending, damage):
    (tmp_path / "a.jsonl").write_text(lines(many(60)), encoding="utf-8")
    settings = ScanSettings(tmp_path / "a.jsonl", tmp_path / "out")
    scan(ScanSettings(tmp_path / "a.jsonl", tmp_path / "whole"))

    def stop(name, arguments):
        if name == "os.rename" and str(arguments[1]).endswith("a.jsonl"):
            os._exit(0)

    assert in_a_child(lambda: (sys.addaudithook(stop), scan(settings))) == 0
    damaged = sorted((tmp_path / "out" / ".scan" / "parts").glob(f"*.{ending}"))
    damaged[len(damaged) // 2].write_bytes(damage)
    resumed = scan(settings)
    assert (resumed.words > 0) == (ending != "index.json")
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


def scan_that_stands_still(settings, ending):
    """Start a scan in a process of its own; return it once it waits before a file is renamed to such an ending."""
    at_work, ready = os.pipe()
    child = os.fork()
    if child == 0:

        def hook(name, arguments):
            if name == "os.rename" and str(arguments[1]).endswith(ending):
                os.write(ready, b"x")
                signal.pause()

        sys.addaudithook(hook)
        scan(settings)
        os._exit(1)
    os.read(at_work, 1)
    return child


def test_two_scans_share_out_bundles_and_one_that_dies_leaves_its_own_to_the_other(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "_BUNDLE_FILES", 3)
    monkeypatch.setattr(batches, "BATCH_DOCUMENTS", 3)  # so that no batch holds all bundles
    corpus = small_files(tmp_path / "corpus", 9)
    whole = scan(ScanSettings(corpus, tmp_path / "whole"))
    first = scan_that_stands_still(ScanSettings(corpus, tmp_path / "out"), os.path.join("out", "00.jsonl"))

    def progress(at):
        if (tmp_path / "out" / "08.jsonl").exists():  # of a bundle that the other one does not hold
            os.kill(first, signal.SIGKILL)
        else:
            assert not (tmp_path / "out" / "00.jsonl").exists()

    summary = scan(ScanSettings(corpus, tmp_path / "out"), progress=progress)
    assert os.waitstatus_to_exitcode(os.waitpid(first, 0)[1]) == -signal.SIGKILL
    assert summary.counts == whole.counts
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")
    assert not list((tmp_path / "out" / ".scan" / "parts").iterdir())


def test_a_small_file_that_is_large_when_decompressed_is_read_in_parts(tmp_path, monkeypatch):
    corpus = small_files(tmp_path / "corpus", 2)
    texts = [{"id": i, "text": HUMAN} for i in range(300)]
    (corpus / "01a.jsonl.gz").write_bytes(gzip.compress(lines(texts).encode()))
    monkeypatch.setattr(records, "PART_BYTES", 100_000)
    monkeypatch.setattr(records, "_BLOCK", 10_000)
    files = records.corpus_files(str(corpus))
    assert all(file.is_small for file in files)
    assert len(records.index_file(records.with_content(files[2]), "text").parts) > 1
    summary = scan(ScanSettings(corpus, tmp_path / "out"))
    assert [r["id"] for r in results(tmp_path / "out" / "01a.jsonl")] == list(range(300))
    assert len(summary.files) == 3
    assert not list((tmp_path / "out" / ".scan" / "parts").iterdir())
    assert scan(ScanSettings(corpus, tmp_path / "out")).found_done == 3


def test_a_file_that_changes_while_its_bundle_is_scanned_is_reported_and_the_others_are_kept(tmp_path):
    corpus = small_files(tmp_path / "corpus", 3)
    settings = ScanSettings(corpus, tmp_path / "out")

    def work():
        def hook(name, arguments):
            if name == "os.rename" and str(arguments[1]).endswith("00.jsonl"):
                os.utime(corpus / "01.jsonl")

        sys.addaudithook(hook)
        summary = scan(settings)
        (failure,) = summary.failures
        assert failure.path.endswith("01.jsonl")
        assert "has changed while it was scanned" in failure.message

    assert in_a_child(work) == 0
    assert {p.name for p in (tmp_path / "out").glob("*.jsonl")} == {"00.jsonl", "02.jsonl"}
    again = scan(settings)
    assert (again.done, again.found_done) == (1, 2)


def test_a_scan_goes_on_inside_a_file(tmp_path, small_parts):
    (tmp_path / "a.jsonl").write_text(lines(many(60)), encoding="utf-8")
    settings = ScanSettings(tmp_path / "a.jsonl", tmp_path / "out")
    scan(ScanSettings(tmp_path / "a.jsonl", tmp_path / "whole"))
    marked = []

    def work():
        def stop(name, arguments):
            if name == "os.rename" and str(arguments[1]).endswith(".done"):
                marked.append(name)
                if len(marked) == 5:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(stop)
        scan(settings)

    assert in_a_child(work) == -signal.SIGKILL
    assert len(list((tmp_path / "out" / ".scan" / "parts").glob("*.done"))) == 4
    resumed = scan(settings)
    assert 0 < resumed.words < resumed.counts.words
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_says_that_parts_are_kept_and_how_to_go_on(tmp_path, number):
    (tmp_path / "a.jsonl").write_text(lines(many(40)), encoding="utf-8")
    code = (
        "import os, signal, sys\nfrom detector.readers import records\nfrom detector.scan import run\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a job in the background inherits none
        "records.PART_BYTES, records._BLOCK = 4000, 512\n"
        "commit = run.PartWork.commit\n"
        "def stop(self):\n    commit(self)\n"
        f"    if self.number == 2: os.kill(os.getpid(), {int(number)})\n"
        "run.PartWork.commit = stop\n"
        "from detector.cli import main\nsys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, "scan", str(tmp_path / "a.jsonl"), "--output", str(tmp_path / "out")]
    stopped = subprocess.run(command, capture_output=True, text=True)
    assert stopped.returncode == 130
    assert f"kept in {tmp_path / 'out'}" in stopped.stderr
    assert "the same command continues" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    left = {p.suffix for p in (tmp_path / "out" / ".scan" / "parts").iterdir()}
    assert left == {".results", ".done", ".json"}


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="needs signals that can be blocked")
def test_processes_never_get_ctrl_c_even_while_they_load(monkeypatch):
    monkeypatch.setattr(batches, "score_batch", lambda *_: signal.pthread_sigmask(signal.SIG_BLOCK, []))
    ((_, blocked),) = batches.iter_scored([([], ["A text."])], 2, 0.5, False)
    assert signal.SIGINT in blocked
    get_reusable_executor().shutdown()  # of other tests, which may not have been started by us
    (blocked,) = api._map_batches(["A text."], 2, lambda _: signal.pthread_sigmask(signal.SIG_BLOCK, []), None)
    assert signal.SIGINT in blocked
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


# -- several scans


def test_two_scans_into_one_folder_share_the_work(tmp_path, small_parts):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.jsonl").write_text(lines(many(60)), encoding="utf-8")
    (corpus / "b.jsonl").write_text(lines(many(3)), encoding="utf-8")
    whole = scan(ScanSettings(corpus, tmp_path / "whole"))
    children = []
    for i in range(2):
        child = os.fork()
        if child == 0:
            try:
                summary = scan(ScanSettings(corpus, tmp_path / "out"))
                (tmp_path / f"words-{i}").write_text(str(summary.words))
                os._exit(0 if summary.counts == whole.counts else 2)
            finally:
                os._exit(1)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0]
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")
    assert sum(int((tmp_path / f"words-{i}").read_text()) for i in range(2)) == whole.counts.words


def test_a_part_of_another_scan_is_waited_for_and_done_if_that_dies(tmp_path, small_parts):
    (tmp_path / "a.jsonl").write_text(lines(many(300)), encoding="utf-8")
    settings = ScanSettings(tmp_path / "a.jsonl", tmp_path / "out")
    scan(ScanSettings(tmp_path / "a.jsonl", tmp_path / "whole"))
    # A scan that stands still with the parts of its first batch, until the other one is at the rest; then it is killed.
    first = scan_that_stands_still(settings, ".results")

    def progress(at):
        os.kill(first, signal.SIGKILL)

    scan(settings, progress=progress)
    assert os.waitstatus_to_exitcode(os.waitpid(first, 0)[1]) == -signal.SIGKILL
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


@pytest.mark.parametrize("files", [1, 5])
def test_shards_are_the_whole_and_do_not_overlap(tmp_path, small_parts, files):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for i in range(files):
        own = [{**r, "id": f"{i}-{r['id']}"} for r in many(30)]
        (corpus / f"{i}.jsonl").write_text(lines(own), encoding="utf-8")
    found = []
    for i in (1, 2, 3):
        main(["scan", str(corpus), "--output", str(tmp_path / "out"), "--shard", f"{i}/3", "--quiet"])
        assert (tmp_path / "out" / f"summary.{i}-of-3.json").exists()
    for path in (tmp_path / "out").glob("*.jsonl"):
        found += [r["id"] for r in results(path)]
    assert sorted(found) == sorted(f"{i}-r{k}" for i in range(files) for k in range(30))
    with pytest.raises(InputError, match="shards was 3, is 2"):
        scan(ScanSettings(corpus, tmp_path / "out", shard=(1, 2)))


@pytest.mark.parametrize("shard", [(1, 1), (1, 3), (3, 3), (1, 64)])
def test_progress_ends_at_its_total(tmp_path, small_parts, shard):
    for name, n in (("a", 30), ("b", 2)):
        (tmp_path / f"{name}.jsonl").write_text(lines(many(n)), encoding="utf-8")
    at = []
    scan(ScanSettings(tmp_path, tmp_path.parent / f"{tmp_path.name}-out", shard=shard), progress=at.append)
    assert all(now.done <= now.total for now in at)
    assert at[-1].done == at[-1].total > 0


def test_progress_in_a_log_is_plain_lines(tmp_path, small_parts, capsys, monkeypatch):
    monkeypatch.setattr(sys.modules["detector.cli.scan"], "_LOG_SECONDS", 0)
    (tmp_path / "a.jsonl").write_text(lines(many(300)), encoding="utf-8")
    assert main(["scan", str(tmp_path / "a.jsonl"), "--output", str(tmp_path / "out")]) == 0
    told = [line for line in capsys.readouterr().err.splitlines() if "words/s, " in line]
    pattern = r"detector: \d+% \(\d\.\d of 0\.2 MB\), \d+ records, [\d,]+ words/s(, \d:\d\d:\d\d left)?, at .*a\.jsonl"
    assert len(told) > 1
    assert all(re.fullmatch(pattern, line) for line in told)
    assert " left, " in told[-1]


def test_progress_on_a_terminal_is_a_bar_that_goes(tmp_path):
    (tmp_path / "a.jsonl").write_text(lines(many(3)), encoding="utf-8")
    terminal, end = os.openpty()
    command = [sys.executable, "-m", "detector", "scan", str(tmp_path / "a.jsonl"), "-o", str(tmp_path / "out")]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    with subprocess.Popen(command, stderr=end, env=environment) as run:
        os.close(end)
        shown = b""
        with suppress(OSError):  # the other end is closed
            while block := os.read(terminal, 4096):
                shown += block
    os.close(terminal)
    assert run.returncode == 0
    assert b"3 records, " in shown
    assert b"words/s" in shown
    assert b"\x1b[2K" in shown  # the bar's line is cleared


# -- again


def test_a_second_scan_does_only_missing_and_changed_files(corpus, tmp_path):
    settings = ScanSettings(corpus, tmp_path / "out", write="spun")
    scan(settings)
    first = tree(tmp_path / "out")
    again = scan(settings)
    assert (again.done, again.found_done, again.words) == (0, 4, 0)
    os.utime(corpus / "one.jsonl")  # touched, but the same
    assert scan(settings).found_done == 4
    changed = lines([{"id": "a", "text": HUMAN}, *RECORDS[1:]])
    before = (corpus / "one.jsonl").stat()
    (corpus / "one.jsonl").write_text(changed.ljust(before.st_size), encoding="utf-8")  # the same size and time
    os.utime(corpus / "one.jsonl", ns=(before.st_atime_ns, before.st_mtime_ns))
    anew = scan(settings)
    assert (anew.done, anew.found_done, anew.changed) == (1, 3, [str(corpus / "one.jsonl")])
    assert [r["verdict"] for r in results(tmp_path / "out" / "one.jsonl")] == ["clean", "clean", "insufficient_text"]
    second = tree(tmp_path / "out")
    assert first.keys() - second.keys() == {"spun/one.jsonl"}


@pytest.mark.parametrize("n", [24, 2])  # in parts, and in a bundle of small files
@pytest.mark.parametrize("removed", ["a.jsonl", "clean/a.jsonl", "quarantine/a.jsonl"])
def test_a_file_whose_results_were_removed_is_scanned_again(tmp_path, small_parts, monkeypatch, n, removed):
    monkeypatch.setattr(records, "SMALL_BYTES", 4000)
    (tmp_path / "a.jsonl").write_text(lines(many(n)) + "broken\n", encoding="utf-8")
    settings = ScanSettings(tmp_path / "a.jsonl", tmp_path / "out", write="clean")
    scan(settings)
    expected = tree(tmp_path / "out")
    (tmp_path / "out" / removed).unlink()
    for touched in (False, True):
        (tmp_path / "out" / "a.jsonl").unlink(missing_ok=True)
        if touched:
            os.utime(tmp_path / "a.jsonl", (1, 1))
        assert scan(settings).done == 1
        assert tree(tmp_path / "out") == expected
    assert scan(settings).found_done == 1


def test_results_of_other_settings_are_not_mixed(corpus, tmp_path):
    scan(ScanSettings(corpus, tmp_path / "out"))
    with pytest.raises(InputError, match=r"other models or settings \(threshold was .*, is 0\.5"):
        scan(ScanSettings(corpus, tmp_path / "out", threshold=0.5))


def test_results_of_another_file_of_the_same_name_stay(tmp_path):
    for folder, some in (("a", RECORDS), ("b", RECORDS[:1])):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.jsonl").write_text(lines(some), encoding="utf-8")
    scan(ScanSettings(tmp_path / "a" / "x.jsonl", tmp_path / "out"))
    refused = scan(ScanSettings(tmp_path / "b" / "x.jsonl", tmp_path / "out"))
    assert f"holds results of {tmp_path / 'a' / 'x.jsonl'}" in refused.failures[0].message
    assert len(results(tmp_path / "out" / "x.jsonl")) == 3


# -- faults


def test_bad_records_and_files_are_reported_and_the_rest_is_done(tmp_path, capsys):
    bad = [RECORDS[0], {"id": "no text"}, {"id": "null", "text": None}, RECORDS[1], {"id": "none either"}]
    data = lines(bad).encode() + b'{\n[]\n{"text": "caf\xe9"}\n{"text": "a\0b"}\n' + b"[" * 100_000 + b"\n"
    (tmp_path / "bad.jsonl").write_bytes(data + lines([{"text": "\0" + HUMAN}]).encode())
    whole = gzip.compress(lines(many(900)).encode())
    (tmp_path / "cut.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "good.jsonl").write_text(lines(RECORDS), encoding="utf-8")
    (tmp_path / "not.parquet").write_bytes(b"PAR1 is not enough")
    out = tmp_path.parent / f"{tmp_path.name}-out"
    code = main(["scan", str(tmp_path), "--output", str(out)])
    told = capsys.readouterr().err
    assert code == 3
    for part in (
        "record 2: no field 'text'",
        "record 3: 'text' is NoneType",
        "record 6: not JSON",
        "record 7: is",
        "record 8: not UTF-8: byte 13",
        "2 broken records: no field 'text'; see",
        "cut.jsonl.gz: cannot be read",
        "not.parquet: cannot be read",
    ):
        assert part in told
    assert "record 5" not in told
    assert [r["id"] for r in results(out / "bad.jsonl")] == ["a", 7, 11]
    quarantined = results(out / "quarantine" / "bad.jsonl")
    assert [r["line"] for r in quarantined] == [2, 3, 5, 6, 7, 8, 9, 10]
    assert quarantined[0]["reason"] == "no field 'text'; fields are 'id'"
    assert quarantined[5]["excerpt"] == '{"text": "caf�"}'
    assert len(results(out / "good.jsonl")) == 3
    assert not (out / "cut.jsonl").exists()
    before_the_cut = results(out / "cut.incomplete.jsonl")
    assert [r["id"] for r in before_the_cut] == [f"r{i}" for i in range(len(before_the_cut))]
    assert main(["scan", str(tmp_path), "--output", str(out)]) == 3  # a second scan says so again
    assert "cut.jsonl.gz: cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz", ".zst"])
def test_a_file_that_is_cut_off_or_damaged_is_reported(tmp_path, suffix):
    data = packed(suffix, lines(many(50)).encode())
    (tmp_path / f"cut.jsonl{suffix}").write_bytes(data[: len(data) * 3 // 4])
    middle = len(data) * 3 // 4
    (tmp_path / f"wrong.jsonl{suffix}").write_bytes(data[:middle] + bytes(64) + data[middle + 64 :])
    summary = scan(ScanSettings(tmp_path, tmp_path.parent / f"{tmp_path.name}-out"))
    assert len(summary.failures) == 2
    assert all("cannot be read" in f.message for f in summary.failures)


def test_a_record_of_forty_megabytes_is_alone_and_survived(tmp_path):
    giant = {"id": "giant", "text": "word " * (8 << 20)}
    (tmp_path / "a.jsonl").write_text(lines([RECORDS[0], giant, RECORDS[1]]), encoding="utf-8")
    (file,) = records.corpus_files(str(tmp_path / "a.jsonl"))
    index = records.index_file(file, "text")
    assert [p.first for p in index.parts] == [1, 2, 3]
    read = [list(records.open_reader(file, "text", "id", False).records(p)) for p in index.parts]
    assert [[r.id for r in part] for part in read] == [["a"], ["giant"], [7]]


def test_a_line_too_long_for_a_record_is_not_read(tmp_path, monkeypatch, small_parts):
    monkeypatch.setattr(records, "_MAX_LINE", 20_000)
    (tmp_path / "a.jsonl").write_text(lines([RECORDS[0], {"text": "x" * 30_000}, RECORDS[1]]), encoding="utf-8")
    summary = scan(ScanSettings(tmp_path / "a.jsonl", tmp_path / "out"))
    assert summary.counts.faults == {"a line of more than 20,000 bytes": 1}
    assert [r["id"] for r in results(tmp_path / "out" / "a.jsonl")] == ["a", 7]


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_a_text_field_that_is_not_there_stops_the_scan_and_leaves_nothing_behind(tmp_path, capsys, kind):
    some = [{"id": 1, "body": HUMAN}, {"id": 2, "body": HUMAN, "title": "x"}]
    if kind == "jsonl":
        (tmp_path / "a.jsonl").write_text(lines(some), encoding="utf-8")
    else:
        pq.write_table(pa.Table.from_pylist([{"id": 1, "body": HUMAN, "title": ""}]), tmp_path / "a.parquet")
    command = ["scan", str(tmp_path / f"a.{kind}"), "--output", str(tmp_path / "out")]
    assert main(command) == 2
    told = capsys.readouterr().err
    assert "'text'" in told
    assert "are 'id', 'body', 'title'" in told
    assert not (tmp_path / "out").exists()
    assert main([*command, "--text-field", "body"]) == 0


def test_the_first_file_that_has_records_says_whether_the_text_field_is_there(tmp_path, capsys):
    (tmp_path / "0.jsonl").write_bytes(b"")
    (tmp_path / "1.jsonl.gz").write_bytes(b"damaged")
    pq.write_table(pa.table({"text": pa.array([], pa.string())}), tmp_path / "2.parquet")
    (tmp_path / "3.jsonl").write_text(lines([{"body": HUMAN}]), encoding="utf-8")
    out = tmp_path.parent / f"{tmp_path.name}-out"
    assert main(["scan", str(tmp_path), "--output", str(out)]) == 2
    assert (
        "3.jsonl: no field 'text' in the first records; fields are 'body'; choose one with --text-field"
        in capsys.readouterr().err
    )
    assert not out.exists()


def test_standard_input_without_the_text_field_leaves_nothing_behind(tmp_path):
    command = [sys.executable, "-m", "detector", "scan", "-", "--output", str(tmp_path / "out")]
    run = subprocess.run(command, input=b'{"body": "x"}\n', capture_output=True)
    assert run.returncode == 2
    assert not (tmp_path / "out").exists()


def test_a_disk_that_is_full_ends_the_scan_in_words_and_it_goes_on_when_there_is_room(tmp_path, small_parts):
    (tmp_path / "a.jsonl").write_text(lines(many(60)), encoding="utf-8")
    settings = ScanSettings(tmp_path / "a.jsonl", tmp_path / "out")
    scan(ScanSettings(tmp_path / "a.jsonl", tmp_path / "whole"))

    def work():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (8000, 8000))  # parts fit, their whole does not
        with pytest.raises(ScanStopped, match="File too large"):
            scan(settings)

    assert in_a_child(work) == 0
    assert not (tmp_path / "out" / "a.jsonl").exists()
    resumed = scan(settings)
    assert resumed.words == 0  # all parts were kept
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


def test_a_full_file_system_ends_the_command_with_3(tmp_path, small_disk, small_parts, capsys):
    (tmp_path / "a.jsonl").write_text(lines(many(300)), encoding="utf-8")
    command = ["scan", str(tmp_path / "a.jsonl"), "--output", str(small_disk / "out")]
    assert main(command) == 3
    told = capsys.readouterr().err
    assert "No space left on device" in told
    assert "the same command continues" in told
    done = len(list((small_disk / "out" / ".scan" / "parts").glob("*.done")))
    assert done > 0
    subprocess.run(["mount", "-o", "remount,size=4m", str(small_disk)], check=True)
    assert main(command) == 0
    assert len(results(small_disk / "out" / "a.jsonl")) == 300


def test_an_output_that_cannot_be_written_is_reported(tmp_path, capsys):
    (tmp_path / "a.jsonl").write_text(lines(RECORDS), encoding="utf-8")
    (tmp_path / "file").write_text("x")
    assert main(["scan", str(tmp_path / "a.jsonl"), "--output", str(tmp_path / "file" / "out")]) == 2
    assert "is not a folder" in capsys.readouterr().err


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder in which none can be made")
def test_a_folder_that_cannot_be_made_keeps_nothing_and_the_message_says_so(tmp_path, capsys):
    (tmp_path / "a.jsonl").write_text(lines(RECORDS), encoding="utf-8")
    assert main(["scan", str(tmp_path / "a.jsonl"), "--output", "/proc/out"]) == 3
    told = capsys.readouterr().err
    assert "nothing was scanned; give another folder" in told
    assert "kept" not in told


def test_a_worker_that_is_killed_ends_the_command_with_3_and_finished_parts_stay(tmp_path, small_parts, capsys):
    (tmp_path / "a.jsonl").write_text(lines(many(600)), encoding="utf-8")
    settings = ScanSettings(tmp_path / "a.jsonl", tmp_path / "out", n_jobs=2)

    def kill_a_worker(at):
        for child in Path("/proc/self/task").glob("*/children"):
            for pid in child.read_text().split():
                if "popen_loky" in Path(f"/proc/{pid}/cmdline").read_text():
                    os.kill(int(pid), signal.SIGKILL)

    with pytest.raises(ScanStopped, match=r"was killed.*the same command continues"):
        scan(settings, progress=kill_a_worker)
    kept = len(list((tmp_path / "out" / ".scan" / "parts").glob("*.done")))
    assert kept > 0
    assert main(["scan", str(tmp_path / "a.jsonl"), "--output", str(tmp_path / "out")]) == 0
    assert [r["id"] for r in results(tmp_path / "out" / "a.jsonl")] == [f"r{i}" for i in range(600)]


@pytest.mark.parametrize("names", [("x.jsonl", "x.ndjson"), ("x.jsonl", "x.jsonl.gz")])
def test_two_files_of_one_name_are_refused(tmp_path, names):
    for name in names:
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(InputError, match="rename one"):
        scan(ScanSettings(tmp_path, tmp_path.parent / f"{tmp_path.name}-out"))


@pytest.mark.parametrize(
    ("name", "rejected", "told"),
    [("clean/a", "no", "written of"), ("quarantine/a", "no", "quarantine of"), ("b", "out", "rejected of")],
)
def test_outputs_that_would_have_one_name_are_refused(tmp_path, name, rejected, told):
    for path in (tmp_path / "corpus" / f"{n}.jsonl" for n in ("a", name)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(lines(RECORDS), encoding="utf-8")
    with pytest.raises(InputError, match=f"would hold both the .*{told}"):
        scan(ScanSettings(tmp_path / "corpus", tmp_path / "out", write="clean", rejected=tmp_path / rejected))
    assert not (tmp_path / "out").exists()


def test_hidden_folders_are_no_part_of_a_corpus_so_that_the_state_of_a_scan_stays(tmp_path):
    folder = tmp_path / "corpus"
    (folder / ".scan").mkdir(parents=True)
    (folder / "deep").mkdir()
    for name in ("b", "deep/a", ".scan/done", ".c"):
        (folder / f"{name}.jsonl").write_text(lines(RECORDS), encoding="utf-8")
    (folder / ".link").symlink_to(folder / "deep")
    for _ in range(2):
        assert list(scan(ScanSettings(folder, tmp_path / "out")).files) == ["b", "deep/a"]
    again = scan(ScanSettings(f"file://{tmp_path / 'out'}", tmp_path / "of-results", text_field="verdict"))
    assert list(again.files) == ["b", "deep/a"]


def test_rejected_records_do_not_go_among_the_state_of_the_scan(tmp_path):
    (tmp_path / "done.jsonl").write_text(lines(RECORDS), encoding="utf-8")
    out = tmp_path / "out"
    with pytest.raises(InputError, match="holds the state of the scan, not the rejected records"):
        scan(ScanSettings(tmp_path / "done.jsonl", out, write="spun", rejected=out / "x" / ".." / ".scan"))
    assert not out.exists()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs links")
def test_links_are_followed_and_one_that_leads_nowhere_is_reported(tmp_path, capsys):
    corpus, elsewhere = tmp_path / "corpus", tmp_path / "elsewhere"
    corpus.mkdir(), elsewhere.mkdir()
    (elsewhere / "a.jsonl").write_text(lines(RECORDS), encoding="utf-8")
    (corpus / "folder").symlink_to(elsewhere)
    (corpus / "upwards").symlink_to(tmp_path)
    (corpus / "gone.jsonl").symlink_to(tmp_path / "gone")
    (corpus / "lost.jsonl").symlink_to(tmp_path / "lost")
    assert main(["scan", str(corpus), "--output", str(tmp_path.parent / f"{tmp_path.name}-out")]) == 3
    told = capsys.readouterr().err
    assert told.count("gone.jsonl: cannot be read: No such file or directory") == 1
    assert "lost.jsonl" not in told  # the same fault
    assert "2 files: cannot be read: No such file or directory; `errors` in the summary names them" in told
    summary = json.loads((tmp_path.parent / f"{tmp_path.name}-out" / "summary.json").read_text(encoding="utf-8"))
    assert list(summary["files"]) == ["folder/a"]
    assert [Path(error["path"]).name for error in summary["errors"]] == ["gone.jsonl", "lost.jsonl"]


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() != 0, reason="needs another user's eyes")
def test_a_folder_that_cannot_be_listed_is_reported(tmp_path):
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)
        for name in ("open", "closed"):
            folder = Path(place, name)
            folder.mkdir(0o700 if name == "closed" else 0o755)
            (folder / "a.jsonl").write_text(lines(RECORDS), encoding="utf-8")

        def work():
            os.setuid(65534)
            with pytest.raises(InputError, match="closed: cannot be listed: Permission denied"):
                records.corpus_files(place)

        assert in_a_child(work) == 0


def test_a_corpus_is_not_overwritten_by_its_results(corpus):
    with pytest.raises(InputError, match="overwritten"):
        scan(ScanSettings(corpus / "one.jsonl", corpus))
    with pytest.raises(InputError, match="lies in the corpus"):
        scan(ScanSettings(corpus, corpus / "scores"))
    assert (corpus / "one.jsonl").read_text(encoding="utf-8") == lines(RECORDS)


def test_a_folder_without_records_names_the_expected_kinds(tmp_path, capsys):
    assert main(["scan", str(tmp_path), "--output", str(tmp_path / "out")]) == 2
    assert ".jsonl" in capsys.readouterr().err


# -- the end


def test_the_summary_counts_the_results(corpus, tmp_path, capsys):
    assert main(["scan", str(corpus), "--output", str(tmp_path / "out"), "--write", "clean"]) == 0
    told = capsys.readouterr().err
    assert "9 records" in told
    assert "spun                               3   33.33 %" in told
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    found = [r for name in ("one", "three", "f", "deep/two") for r in results(tmp_path / "out" / f"{name}.jsonl")]
    assert summary["counts"]["words"] == sum(r["n_words"] for r in found) == summary["run"]["words"]
    assert summary["counts"]["verdicts"] == {"spun": 3, "clean": 3, "insufficient_text": 3}
    assert (summary["counts"]["written"], summary["counts"]["rejected"]) == (3, 6)
    judged = [min(int(r["probability"] * 20), 19) for r in found if r["probability"] is not None]
    assert summary["counts"]["histogram"] == [judged.count(i) for i in range(20)]
    assert summary["settings"]["signature"] == found[0]["signature"]
    assert set(summary["files"]) == {"one", "three", "f", "deep/two"}
