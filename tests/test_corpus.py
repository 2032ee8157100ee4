import gzip
import json
from collections import Counter

import pytest

from detector.errors import InputError
from detector.training.corpus import SPLITS, TEST_SOURCES, Document, read_corpus, split_of


def record(number, source="paper"):
    return {"id": number, "source": source, "genre": "news", "text": f"Text {number}."}


def write(path, records):
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(r) + "\n" for r in records)


def test_documents_come_in_the_order_of_the_file_names(tmp_path):
    write(tmp_path / "b.jsonl.gz", [record(3)])
    write(tmp_path / "a.jsonl.gz", [record(1), record(2)])
    assert [d.id for d in read_corpus(tmp_path)] == ["1", "2", "3"]
    assert next(read_corpus(tmp_path)) == Document("1", "paper", "news", "Text 1.")


@pytest.mark.parametrize("folder", [".", "nowhere"])
def test_no_corpus_is_an_error(tmp_path, folder):
    with pytest.raises(InputError, match="no corpus"):
        list(read_corpus(tmp_path / folder))


@pytest.mark.parametrize("line", ["{", "[1]", '{"id": "1", "source": "s", "genre": "g"}'])
def test_a_bad_record_is_named_by_file_and_line(tmp_path, line):
    with gzip.open(tmp_path / "bad.jsonl.gz", "wt", encoding="utf-8") as lines:
        lines.write(json.dumps(record(1)) + "\n" + line + "\n")
    with pytest.raises(InputError, match=r"bad\.jsonl\.gz, line 2"):
        list(read_corpus(tmp_path))


def test_a_document_keeps_its_split_and_left_out_sources_are_for_the_test():
    documents = [Document(str(i), "paper", "news", "") for i in range(20_000)]
    counts = Counter(map(split_of, documents))
    for name, share in SPLITS:
        assert counts[name] / len(documents) == pytest.approx(share, abs=0.01)
    for source in TEST_SOURCES:
        assert {split_of(Document(str(i), source, "news", "")) for i in range(50)} == {"test"}
    # Pinned: a split that moves would put fitted text into the test.
    pinned = {"0": "language_model", "8": "fit", "58": "calibrate", "39": "dev", "23": "test"}
    assert {i: split_of(Document(i, "paper", "wiki", "whatever it says")) for i in pinned} == pinned
