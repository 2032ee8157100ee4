"""The shipped models are what their manifest says, hold nothing that executes, and damage is refused."""

import json
import os
import shutil
from dataclasses import dataclass

import numpy as np
import pytest

from detector.errors import ModelError
from detector.estimators.classifier import DOCUMENT_FEATURE_NAMES
from detector.model_store import (
    find_models,
    load_models,
    read_arrays,
    read_text,
    verify_models,
    write_arrays,
    write_text,
)
from detector.restore.rerank import RERANK_COLUMNS
from detector.scoring.passage_features import FEATURE_NAMES
from detector.scoring.tokens import CANDIDATE_COLUMNS, KINDS, TOKEN_COLUMNS


@pytest.fixture
def copy(tmp_path):
    """Return a copy of the models whose files are links, so that a test may replace some."""
    return shutil.copytree(find_models(), tmp_path / "models", copy_function=os.symlink)


def replace(path, content):
    path.unlink()
    path.write_bytes(content)


def edit_manifest(folder, change):
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    change(manifest)
    replace(folder / "manifest.json", json.dumps(manifest).encode())


def test_every_file_is_the_one_of_the_manifest():
    verify_models(find_models())


def test_the_manifest_names_every_artefact(models):
    folder = find_models()
    files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    listed = set(models.manifest["files"])
    assert listed <= files
    assert {f for f in files - listed if f.endswith((".npy", ".json", ".gz"))} <= {"manifest.json", "evaluation.json"}


def test_the_models_stay_within_48_megabytes():
    assert sum(p.stat().st_size for p in find_models().rglob("*") if p.is_file()) <= 48_000_000


def test_nothing_executes_when_it_is_loaded():
    for path in find_models().rglob("*"):
        if not path.is_file():
            continue
        if path.suffix == ".npy":
            dtype = np.load(path, mmap_mode="r", allow_pickle=False).dtype
            assert dtype.kind in "biufU" or dtype == np.dtype("V3"), path
        else:
            assert path.suffix in {".json", ".gz", ".md", ".svg", ".png", ""}, path
            assert path.read_bytes()[:1] != b"\x80", f"{path} begins like a pickle"


def test_columns_are_those_of_this_version(models):
    for stage in (models.screen, models.close):
        assert stage.passage_model.columns == FEATURE_NAMES
        assert stage.document_model.columns == DOCUMENT_FEATURE_NAMES
        assert stage.extractor.candidate_model.columns == CANDIDATE_COLUMNS
        assert stage.extractor.token_model.network.columns == TOKEN_COLUMNS
        assert stage.extractor.token_model.kinds == KINDS
    assert all(network.columns == RERANK_COLUMNS for network in models.restorer.reranker.networks)


def test_thresholds_are_probabilities_and_the_stricter_the_higher(models):
    t = models.thresholds
    assert all(0 < p < 1 for p in t.values())
    assert t["fpr=0.001"] >= t["fpr=0.003"] >= t["fpr=0.01"]
    assert models.manifest["threshold_notes"].keys() == t.keys()


def test_the_notice_names_every_source(models):
    notice = (find_models() / "NOTICE").read_text(encoding="utf-8")
    assert models.manifest["sources"]
    assert "CC BY 4.0" in notice


def test_a_changed_byte_is_found(copy):
    path = copy / "language_model" / "unigrams.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    replace(path, bytes(content))
    with pytest.raises(ModelError, match=r"unigrams\.npy has SHA-256 .* reinstall"):
        verify_models(copy)


def test_a_cut_file_is_refused(copy):
    path = copy / "channel" / "weights.npy"
    replace(path, path.read_bytes()[:-100])
    with pytest.raises(ModelError, match=r"weights\.npy has \d+ bytes, expected \d+"):
        load_models(copy)


def test_a_missing_file_is_refused(copy):
    (copy / "vocabulary" / "words.txt.gz").unlink()
    with pytest.raises(ModelError, match=r"words\.txt\.gz has no bytes"):
        load_models(copy)


def test_a_manifest_that_is_no_json_is_refused(copy):
    replace(copy / "manifest.json", b"{")
    with pytest.raises(ModelError, match="cannot be read"):
        load_models(copy)


def test_models_of_another_format_are_refused(copy):
    edit_manifest(copy, lambda m: m.update(format=99))
    with pytest.raises(ModelError, match="format 99, this version reads"):
        load_models(copy)


def test_models_with_other_columns_are_refused(copy):
    path = copy / "close" / "passage_model" / "settings.json"
    settings = json.loads(path.read_text(encoding="utf-8"))
    settings["columns"] = settings["columns"][::-1]
    replace(path, json.dumps(settings).encode())
    size = path.stat().st_size
    edit_manifest(copy, lambda m: m["files"]["close/passage_model/settings.json"].update(bytes=size))
    with pytest.raises(ModelError, match="columns"):
        load_models(copy)


def test_a_complete_copy_loads_with_the_same_signature(copy, models):
    assert load_models(copy).signature == models.signature


@dataclass(frozen=True)
class Inner:
    counts: np.ndarray


@dataclass(frozen=True)
class Outer:
    names: tuple[str, ...]
    step: float
    large: np.ndarray
    inner: Inner


def test_what_is_written_is_read_back(tmp_path):
    value = Outer(("a", "b"), 0.25, np.arange(60_000, dtype=np.float32), Inner(np.array([1, 2], dtype=np.uint8)))
    write_arrays(value, tmp_path / "value")
    back = read_arrays(Outer, tmp_path / "value")
    assert (back.names, back.step) == (value.names, value.step)
    assert np.array_equal(back.large, value.large)
    assert back.large.dtype == np.float32
    assert not back.large.flags.writeable  # memory-mapped
    assert np.array_equal(back.inner.counts, value.inner.counts)


@pytest.mark.parametrize("numbers", [[], [0, 1, (1 << 24) - 1], [1 << 24], [-1, 5], [[1, 2], [3, 70_000]]])
def test_whole_numbers_are_the_same_in_three_bytes_or_four(tmp_path, numbers):
    value = Inner(np.array(numbers, dtype=np.int32))
    write_arrays(value, tmp_path / "inner")
    back = read_arrays(Inner, tmp_path / "inner").counts
    assert back.dtype == np.int32
    assert back.tolist() == numbers


def test_ids_take_three_bytes_each(tmp_path):
    write_arrays(Inner(np.arange(100_000, dtype=np.int32)), tmp_path / "inner")
    assert (tmp_path / "inner" / "counts.npy").stat().st_size < 301_000


def test_a_gzipped_text_comes_back_and_does_not_tell_when_it_was_written(tmp_path):
    path = tmp_path / "text.gz"
    write_text("naïve\r\ntext\n", path)
    assert read_text(path) == "naïve\r\ntext\n"
    assert path.read_bytes()[4:8] == bytes(4)  # where gzip keeps the time


@pytest.mark.parametrize("damage", [b"no gzip at all", b"\x1f\x8b\x08", None])
def test_a_gzipped_text_that_is_damaged_is_refused(tmp_path, damage):
    path = tmp_path / "text.gz"
    write_text("text\n" * 100, path)
    path.write_bytes(path.read_bytes()[:20] if damage is None else damage)
    with pytest.raises(ModelError, match=r"text\.gz cannot be read"):
        read_text(path)


def test_an_array_that_is_a_pickle_is_refused(tmp_path):
    (tmp_path / "inner").mkdir()
    np.save(tmp_path / "inner" / "counts.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(ModelError, match="cannot be read"):
        read_arrays(Inner, tmp_path / "inner")
