"""Adapters against the real packages; `tests/engines/run.py` also runs the recipes of those that take minutes."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from detector import InputError, detect, detect_many, scores
from detector.engines.frames import score_frame, score_frames

ROOT = Path(__file__).resolve().parents[1]
ARTICLES = ROOT / "notebooks" / "articles"
SPUN = (ARTICLES / "harbour-talks-spun.txt").read_text(encoding="utf-8")
HUMAN = (ARTICLES / "harbour-talks.txt").read_text(encoding="utf-8")
TEXTS = [SPUN, HUMAN, "Too short.", None]
VERDICTS = ["spun", "clean", "insufficient_text", "insufficient_text"]


SPEC = importlib.util.spec_from_file_location("engines_run", ROOT / "tests" / "engines" / "run.py")
engines = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(engines)


@pytest.fixture(scope="module")
def expected():
    return scores([t or "" for t in TEXTS])


def frames():
    yield "dict", lambda columns: columns
    yield "table", pa.table
    yield "batch", pa.RecordBatch.from_pydict
    for name in ("pandas", "polars"):
        yield name, lambda columns, name=name: pytest.importorskip(name).DataFrame(columns)


def as_columns(frame):
    if isinstance(frame, dict):
        return frame
    if hasattr(frame, "to_pydict"):
        return frame.to_pydict()
    return {c: list(frame[c]) for c in frame.columns}


@pytest.mark.parametrize("make", [make for _, make in frames()], ids=[name for name, _ in frames()])
def test_a_frame_of_any_kind_gets_the_columns_of_scores(make, expected):
    frame = make({"n": [1, 2, 3, 4], "body": TEXTS})
    found = score_frame(frame, "body", prefix="d_")
    assert type(found) is type(frame)
    columns = as_columns(found)
    assert list(columns) == ["n", "body", "d_probability", "d_verdict", "d_n_words"]
    probability = [np.nan if p is None else p for p in columns["d_probability"]]
    np.testing.assert_array_equal(probability, expected.probability)
    assert list(columns["d_verdict"]) == VERDICTS
    assert list(columns["d_n_words"]) == expected.n_words.tolist()
    assert "d_verdict" not in as_columns(frame)


def test_numpy_columns_stay_numpy(expected):
    found = score_frame({"text": np.array(TEXTS, dtype=object)})
    np.testing.assert_array_equal(found["detector_probability"], expected.probability)


def test_an_empty_frame_gets_the_columns_too():
    empty = score_frame(pa.table({"text": pa.array([], pa.string())}))
    assert empty.schema.names == ["text", "detector_probability", "detector_verdict", "detector_n_words"]
    assert empty.schema.field("detector_verdict").type == pa.string()


def test_frames_are_scored_one_by_one():
    found = list(score_frames(iter([pa.table({"text": [SPUN]}), pa.table({"text": [HUMAN]})])))
    assert [f["detector_verdict"].to_pylist() for f in found] == [["spun"], ["clean"]]


def test_a_missing_column_and_another_kind_of_batch_are_reported():
    with pytest.raises(InputError, match="no column 'text'; columns are 'body'"):
        score_frame({"body": [SPUN]})
    with pytest.raises(InputError, match="got list"):
        score_frame([SPUN])


def test_datatrove_drops_spun_documents_with_the_reason(tmp_path, expected):
    pytest.importorskip("datatrove")
    from datatrove.data import Document

    from detector.engines.datatrove import SpunFilter

    documents = [Document(t, str(i)) for i, t in enumerate(TEXTS[:3])]
    spun = SpunFilter()
    assert [d.id for d in spun.run(iter(documents))] == ["1", "2"]
    assert spun.stats.stats["dropped_spun"].total == 1
    assert documents[0].metadata == {"detector_verdict": "spun", "detector_probability": expected.probability[0]}
    assert documents[2].metadata["detector_probability"] is None
    assert SpunFilter(drop=("insufficient_text",)).filter(documents[2]) == (False, "insufficient_text")


def test_spacy_documents_get_the_evidence_as_spans():
    spacy = pytest.importorskip("spacy")
    import detector.engines.spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("detector", config={"spans_key": "spun"})
    docs = list(nlp.pipe([SPUN, HUMAN, ""]))
    report = detect(SPUN)
    assert docs[0]._.detector == report
    spans = docs[0].spans["spun"]
    assert [s.label_ for s in spans] == [e.cue for e in report.evidence]
    assert spans.attrs["scores"] == [e.log10_odds for e in report.evidence]
    for span, found in zip(spans, report.evidence, strict=True):
        assert found.surface in span.text
    doc = nlp(SPUN)
    assert doc.spans["spun"][0].text == spans[0].text
    empty = detector.engines.spacy.DetectorComponent(None, "x")(nlp.make_doc(""))
    assert empty.spans["x"].attrs["scores"] == []


def test_dolma_documents_get_the_probability_as_an_attribute():
    pytest.importorskip("dolma")
    from dolma.core.data_types import InputSpec

    from detector.engines.dolma import SpunTagger

    report = detect(SPUN)
    tagged = SpunTagger().tag(InputSpec("1", SPUN))
    assert tagged["probability"] == tagged["spun"] == [(0, len(SPUN), report.probability)]
    flagged = [(p.start, p.end, p.probability) for p in report.passages if p.verdict == "spun"]
    assert tagged["spun_passage"] == flagged
    assert SpunTagger().tag(InputSpec("2", "Too short.")) == {"probability": [], "spun": [], "spun_passage": []}


@pytest.mark.slow
@pytest.mark.parametrize("engine", [e for e in engines.RECIPES if e not in ("ray", "pyspark", "dolma")])
def test_recipes_run_as_they_stand_and_give_the_numbers_of_one_process(tmp_path, engine):
    pytest.importorskip(engines.PACKAGES.get(engine, engine))
    documents = engines.texts(24)
    engines.write_corpus(tmp_path, documents)
    assert engines.run(engine, tmp_path) == engines.expected(documents)


@pytest.mark.slow
def test_the_guide_runs_as_it_stands_from_the_first_block_to_the_last(tmp_path):
    engines.write_corpus(tmp_path, engines.texts(40))
    (tmp_path / "corpus" / "0.parquet").unlink()
    own = [{"id": f"line {i}", "text": text} for i, text in enumerate(engines.texts(40))]
    (tmp_path / "corpus" / "part-1.jsonl").write_text("".join(json.dumps(r) + "\n" for r in own), encoding="utf-8")
    guide = re.findall(r'^```(sh|python title="(?:thresholds|review)")\n(.*?)^```$', engines.PAGE, re.M | re.S)
    assert len(guide) == 7
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "SLURM_ARRAY_TASK_ID": "0"}
    shell = 'python() { "$PYTHON" "$@"; }; detector() { "$PYTHON" -m detector "$@"; }\n'
    told = []
    for kind, block in guide:
        command = ["bash", "-ec", shell + block] if kind == "sh" else [sys.executable, "-c", block]
        environment["PYTHON"] = sys.executable
        run = subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True)
        told.append(run.stdout)
    assert "spun" in told[1]
    assert "from 0.999: " in told[-3]
    assert {p.parent.name for p in (tmp_path / "review").rglob("*.txt")} == {"flagged", "nearly"}
    assert (tmp_path / "review.html").stat().st_size > 10_000


def test_every_engine_has_a_recipe():
    names = "pandas pyarrow polars datasets dask ray pyspark datatrove joblib spacy dolma"
    assert list(engines.RECIPES) == names.split()
    assert all(engines.RECIPES.values())


def test_joblib_works_by_the_back_end_that_is_named(expected):
    texts = [t or "" for t in TEXTS]
    found = scores(texts, n_jobs=2, backend="threading")
    np.testing.assert_array_equal(found.probability, expected.probability)
    assert [r.verdict for r in detect_many(texts, n_jobs=2, backend="threading")] == VERDICTS
    with pytest.raises(InputError, match="cannot use the back end 'nowhere'"):
        detect_many(texts, n_jobs=2, backend="nowhere")


def test_a_cluster_that_is_not_there_is_told():
    pytest.importorskip("distributed")
    with pytest.raises(InputError, match=r"cannot use the back end 'dask': .*Client"):
        scores(TEXTS[:1], n_jobs=2, backend="dask")
