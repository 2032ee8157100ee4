import gzip
import json
import lzma
from collections import Counter

import pytest

from detector.errors import InputError
from detector.training.corpus import SPLITS, TEST_SOURCES, CorpusDocument, corpus_files, read_corpus, split_of


def record(number, source="paper"):
    return {"id": number, "source": source, "genre": "news", "text": f"Text {number}."}


def write(path, records):
    opener = {".gz": gzip.open, ".xz": lzma.open}.get(path.suffix, open)
    with opener(path, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(r) + "\n" for r in records)


def test_documents_come_in_the_order_of_the_file_names(tmp_path):
    write(tmp_path / "b.jsonl.gz", [record(3)])
    write(tmp_path / "a.jsonl.gz", [record(1), record(2)])
    assert [d.id for d in read_corpus(tmp_path)] == ["1", "2", "3"]
    assert next(read_corpus(tmp_path)) == CorpusDocument("1", "paper", "news", "Text 1.")


def test_files_are_read_plain_and_compressed_and_others_left_alone(tmp_path):
    names = ["a.b.jsonl.xz", "c.jsonl", "d.jsonl.gz"]
    for number, name in enumerate(names):
        write(tmp_path / name, [record(number)])
    for other in ("SOURCES.md", "e.jsonl.gz.part", "f.txt.gz", "g.jsonl.bak"):
        (tmp_path / other).write_text("no corpus")
    assert [path.name for path in corpus_files(tmp_path)] == names
    assert [document.text for document in read_corpus(tmp_path)] == ["Text 0.", "Text 1.", "Text 2."]


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
    documents = [CorpusDocument(str(i), "paper", "news", "") for i in range(20_000)]
    counts = Counter(map(split_of, documents))
    for name, share in SPLITS:
        assert counts[name] / len(documents) == pytest.approx(share, abs=0.01)
    for source in TEST_SOURCES:
        assert {split_of(CorpusDocument(str(i), source, "news", "")) for i in range(50)} == {"test"}
    # A book of a left-out source that another source has too is not left out.
    books = ("ENG18952_Wells-0", "ENG18952_Wells-12", "ENG18950_Wells-0")
    splits = [split_of(CorpusDocument(book, "eltec_eng", "fiction", "")) for book in books]
    assert splits == ["language_model", "language_model", "test"]
    # Pinned: a split that moves would put fitted text into the test.
    pinned = {"0": "language_model", "8": "fit", "58": "calibrate", "39": "dev", "23": "test"}
    assert {i: split_of(CorpusDocument(i, "paper", "wiki", "whatever it says")) for i in pinned} == pinned
