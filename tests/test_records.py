"""Records of a corpus: damage is reported for the record or the file, and the rest is read."""

import bz2
import gc
import gzip
import json
import lzma
import os
import random
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
import zstandard
from pyarrow import parquet

from detector.errors import InputError
from detector.readers import records
from detector.readers.records import BadRecord, Record, check_first_records, corpus_files, index_file, open_reader

ROWS = [{"id": f"r{i}", "text": f"The ferry was late on day {i}."} for i in range(40)]
LINES = b"".join(json.dumps(row).encode() + b"\n" for row in ROWS)
PACKERS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": zstandard.compress}


def read(path, text_field="text", id_field="id", whole=False):
    """The records of all parts of a file, as far as it can be read; then the error that ends it, if one does."""
    (file,) = corpus_files(str(path))
    index = index_file(file, text_field)
    reader = open_reader(file, text_field, id_field, whole)
    try:
        found = [record for part in index.parts for record in reader.records(part)]
    finally:
        reader.close()
    if index.damage:
        raise InputError(index.damage)
    return found


def lines(tmp_path, *rows):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join(rows))
    return read(path)


def table(tmp_path, ids, texts=None):
    path = tmp_path / "a.parquet"
    texts = pa.array([f"Text {i}." for i in range(len(ids))]) if texts is None else texts
    parquet.write_table(pa.table({"id": ids, "text": texts}), path)
    return read(path)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (b"[" * 100_000, "nested too deep"),
        (b'{"a":' * 100_000, "nested too deep"),
        (b'{"text": "\xff"}', "not UTF-8"),
        (b'{"text": ', "not JSON"),
        (b"9" * 5_000, "not JSON"),
        (b"null", "is NoneType"),
        (b'{"text": null}', "'text' is NoneType, expected text"),
        (b'{"txt": "a"}', "no field 'text'"),
        (json.dumps({str(i): 0 for i in range(1_000)}).encode(), "'19', …"),
        (json.dumps({"x" * 5_000: 0}).encode(), "no field 'text'"),
        (b"\0\0\0", "not JSON"),
    ],
)
def test_a_bad_line_is_reported_and_the_next_is_read(tmp_path, row, words):
    first, bad, last = lines(tmp_path, b'{"text": "One."}', row, b'{"text": "Two."}')
    assert (first, last) == (Record(1, "One."), Record(3, "Two."))
    assert isinstance(bad, BadRecord)
    assert bad.number == 2
    assert words in bad.message
    assert len(bad.message) < 600
    assert row.decode("utf-8", "replace").startswith(bad.excerpt.rstrip())
    assert len(bad.excerpt) <= 200


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("NaN", 1),
        ("-Infinity", 1),
        ("1e999", 1),
        ("null", 1),
        ('"a"', "a"),
        ("[1, null]", [1, None]),
        ("[NaN]", "[nan]"),
    ],
)
def test_an_id_of_a_line_is_one_that_json_can_write(tmp_path, own, expected):
    (record,) = lines(tmp_path, b'{"text": "One.", "id": %s}' % own.encode())
    assert record.id == expected
    json.dumps(record.id, allow_nan=False)


DAY = datetime(2020, 5, 1, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (pa.array([DAY]), "2020-05-01 12:30:00+00:00"),
        (pa.array([date(2020, 5, 1)]), "2020-05-01"),
        (pa.array([b"\xffa"]), "\\xffa"),
        (pa.array([Decimal("1.50")]), "1.50"),
        (pa.array([float("nan")]), 1),
        (pa.array([None], pa.int64()), 1),
        (pa.array([[1, 2]]), [1, 2]),
        (pa.array([{"a": DAY}]), None),
        (pa.array(["a"]).dictionary_encode(), "a"),
        (pa.array([2**62], pa.timestamp("us")), 1),
    ],
)
def test_an_id_of_a_table_is_one_that_json_can_write(tmp_path, ids, expected):
    (record,) = table(tmp_path, ids)
    assert record.text == "Text 0."
    assert expected is None or record.id == expected
    json.dumps(record.id, allow_nan=False)


def test_a_text_that_is_not_utf_8_is_reported_and_the_next_is_read(tmp_path):
    texts = pa.array([b"One.", b"\xff\xfe", b"Two."], pa.binary()).view(pa.string())
    first, bad, last = table(tmp_path, pa.array(["a", "b", "c"]), texts)
    assert (first, last) == (Record("a", "One."), Record("c", "Two."))
    assert bad.number == 2
    assert bad.fault == "'text' cannot be read"
    assert bad.message.startswith(bad.fault)


def test_an_id_that_is_not_utf_8_becomes_the_number_of_its_row(tmp_path):
    ids = pa.array([b"a", b"\xff\xfe"], pa.binary()).view(pa.string())
    assert table(tmp_path, ids) == [Record("a", "Text 0."), Record(2, "Text 1.")]


def test_an_id_in_a_time_zone_that_nobody_knows_becomes_the_number_of_its_row(tmp_path):
    found = table(tmp_path, pa.array([1, 2], pa.timestamp("us", tz="Foo/Bar")))
    assert [(r.id, r.text) for r in found] == [(1, "Text 0."), (2, "Text 1.")]


def test_a_column_may_be_both_text_and_id(tmp_path):
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"text": ["One."]}), path)
    assert read(path, id_field="text") == [Record("One.", "One.")]


def test_a_column_that_is_there_twice_is_one_error(tmp_path):
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], ["text", "text"]), path)
    with pytest.raises(InputError, match="'text' occurs twice"):
        read(path)


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_a_record_that_is_too_large_is_reported_and_the_next_is_read(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(records, "MAX_CHARACTERS", 100)
    texts = ["a" * 500, "One.", "b" * 5_000]
    path = tmp_path / f"a.{kind}"
    if kind == "jsonl":
        path.write_text("\n".join(json.dumps({"text": text}) for text in texts))
    else:
        parquet.write_table(pa.table({"text": texts}), path)
    first, second, third = read(path)
    assert first.fault == third.fault == "more than 100 characters"
    assert first.message.startswith("500 characters")
    assert second == Record(2, "One.")
    assert third.number == 3


def test_a_file_without_line_ends_is_looked_at_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "_MAX_LINE", 1_000)
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"body": "a"}\n' + b'{"body": "' + b"x" * 100_000)
    (file,) = corpus_files(str(path))
    with pytest.raises(InputError, match="no field 'text' in the first records; fields are 'body'"):
        check_first_records([file], "text")


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_of_many_fields_a_message_names_the_first(tmp_path, kind):
    path = tmp_path / f"a.{kind}"
    if kind == "jsonl":
        path.write_text(json.dumps({f"f{i}": 0 for i in range(1_000)}))
    else:
        parquet.write_table(pa.table({f"f{i}": [0] for i in range(1_000)}), path)
    (file,) = corpus_files(str(path))
    with pytest.raises(InputError, match=r"'f19', …; choose one with --text-field$"):
        check_first_records([file], "text")


def test_asked_for_records_themselves_the_reader_gives_them_as_they_stand(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(LINES)
    assert b"".join(record.source for record in read(path, whole=True)) == LINES


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_file_in_another_encoding_is_one_error_that_names_it(tmp_path, encoding):
    path = tmp_path / "a.jsonl"
    path.write_bytes(LINES.decode().encode(encoding))
    name = encoding.upper()
    with pytest.raises(InputError, match=f"in {name}, expected UTF-8: convert it first, as with iconv -f {name}"):
        read(path)


@pytest.mark.parametrize("end", [b"", b"\r", b"\r\n"])
def test_lines_that_end_with_cr_alone_are_one_error(tmp_path, end):
    with pytest.raises(InputError, match="lines end with CR alone, expected LF"):
        lines(tmp_path, LINES.strip().replace(b"\n", b"\r") + end)


def test_lines_may_end_with_cr_and_lf_and_texts_may_hold_zeros(tmp_path):
    assert len(lines(tmp_path, LINES.replace(b"\n", b"\r\n"))) == len(ROWS)
    assert lines(tmp_path, b'{"text": "a\0b"}', b'{"text": "A}\\r{b"}')[1].text == "A}\r{b"


@pytest.mark.parametrize("pack", PACKERS)
def test_a_damaged_archive_is_one_error_or_read(tmp_path, pack):
    path = tmp_path / f"a.jsonl.{pack}"
    good = PACKERS[pack](LINES)
    choose = random.Random(4)
    told = 0
    places = [(at, None) for at in range(0, len(good), 9)]
    places += [(choose.randrange(len(good)), 1 << choose.randrange(8)) for _ in range(150)]
    for at, flip in places:
        path.write_bytes(good[:at] if flip is None else good[:at] + bytes([good[at] ^ flip]) + good[at + 1 :])
        try:
            found = read(path)
        except InputError as error:
            told += 1
            assert str(error).startswith("cannot be read: ")  # noqa: PT017  it may be read as well
        else:
            assert all(isinstance(r, Record | BadRecord) for r in found)
    assert told > len(places) / 3  # Zstandard has no check sum here, so that a wrong letter may stand in a text


@pytest.mark.parametrize("pack", PACKERS)
@pytest.mark.parametrize("damage", ["garbage", "cut"])
def test_records_before_damage_to_an_archive_are_kept_and_the_damage_is_told(tmp_path, pack, damage):
    path = tmp_path / f"a.jsonl.{pack}"
    checked = zstandard.ZstdCompressor(write_checksum=True).compress
    good = (checked if pack == "zst" else PACKERS[pack])(LINES)
    path.write_bytes(good + b"garbage" if damage == "garbage" else good[:-4])
    (file,) = corpus_files(str(path))
    index = index_file(file, "text")
    assert index.damage.startswith("cannot be read: ")
    reader = open_reader(file, "text", "id", False)
    assert [r.id for part in index.parts for r in reader.records(part)] == [row["id"] for row in ROWS]


@pytest.mark.parametrize("pack", PACKERS)
def test_an_archive_of_several_streams_and_zeros_after_them_is_read_to_its_end(tmp_path, pack):
    path = tmp_path / f"a.jsonl.{pack}"
    half = len(LINES) // 2
    path.write_bytes(PACKERS[pack](LINES[:half]) + PACKERS[pack](LINES[half:]) + bytes(40_000))
    assert [r.id for r in read(path)] == [row["id"] for row in ROWS]
    path.write_bytes(b"")
    assert read(path) == []


@pytest.mark.parametrize("pack", PACKERS)
def test_of_a_large_archive_little_is_lost_before_damage(tmp_path, pack):
    path = tmp_path / f"a.jsonl.{pack}"
    choose = random.Random(4)
    rows = [json.dumps({"id": i, "text": choose.randbytes(500).hex()}).encode() + b"\n" for i in range(3000)]
    first = PACKERS[pack](b"".join(rows[:2000]))
    path.write_bytes(first + b"damage" + PACKERS[pack](b"".join(rows[2000:])))
    (file,) = corpus_files(str(path))
    index = index_file(file, "text")
    reader = open_reader(file, "text", "id", False)
    assert [r.id for part in index.parts for r in reader.records(part)] == list(range(2000))


def test_a_damaged_table_is_one_error_or_read(tmp_path):
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({k: [row[k] for row in ROWS] for k in ("id", "text")}), path)
    good = path.read_bytes()
    choose = random.Random(4)
    told = 0
    for i in range(90):
        at = choose.randrange(len(good))
        path.write_bytes(good[:at] if i % 3 == 0 else good[:at] + bytes([choose.randrange(256)]) + good[at + 1 :])
        try:
            read(path)
        except InputError:
            told += 1
    assert told > 30


def test_pipes_are_not_records(tmp_path):
    if not hasattr(os, "mkfifo"):
        pytest.skip("needs named pipes")
    os.mkfifo(tmp_path / "a.jsonl")
    (tmp_path / "b.jsonl").write_bytes(LINES)
    assert [file.path for file in corpus_files(str(tmp_path))] == [str(tmp_path / "b.jsonl")]
    with pytest.raises(InputError, match="not a regular file"):
        read(tmp_path / "a.jsonl")


def test_a_text_of_a_folder_cannot_hide_a_part_of_itself(tmp_path):
    (tmp_path / "a.txt").write_text("The ferry was late. <!-- detector: off --> The pier was closed.")
    (record,) = read(tmp_path)
    assert "The pier was closed." in record.text


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="this system does not list open files")
@pytest.mark.parametrize("pack", PACKERS)
def test_an_archive_that_was_read_is_closed_before_garbage_is_collected(tmp_path, pack):
    path = tmp_path / f"a.jsonl.{pack}"
    path.write_bytes(PACKERS[pack](LINES + b"{broken\n"))
    (file,) = corpus_files(str(path))
    (part,) = index_file(file, "text").parts
    reader = open_reader(file, "text", "id", False)
    gc.disable()
    try:
        assert len(list(reader.records(part))) == len(ROWS) + 1
        reader.close()
        del reader
        # A file that is closed is listed no more while its name is read.
        held = [os.path.realpath(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")]
    finally:
        gc.enable()
    assert str(path) not in held
