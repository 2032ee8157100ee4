"""The shipped models agree with their manifest, hold nothing that executes, and damage is refused."""

import json
import os
import random
import shutil
from dataclasses import dataclass

import numpy as np
import pytest

from detector.errors import ModelError
from detector.estimators.arrays import read_arrays, write_arrays
from detector.model_store import (
    MODELS_VARIABLE,
    find_models,
    load_models,
    read_text,
    sha256_of,
    use_models,
    verify_models,
    write_manifest,
    write_text,
)
from detector.restore.rerank import RERANK_COLUMNS
from detector.scoring.passage_features import FEATURE_NAMES
from detector.scoring.tokens import CANDIDATE_COLUMNS, KINDS, TOKEN_COLUMNS


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    """Keep the list of checked files apart from the user's own."""
    folder = tmp_path_factory.mktemp("cache")
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(folder))
    return folder


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
    (folder / "manifest.json").unlink()
    write_manifest(folder, manifest)


def relist(folder, name):
    """Update a file's entry in the manifest."""
    path = folder / name
    edit_manifest(
        folder, lambda m: m["files"].update({name: {"bytes": path.stat().st_size, "sha256": sha256_of(path)}})
    )


def test_every_file_is_the_one_of_the_manifest():
    verify_models(find_models())


def test_the_manifest_names_every_artefact(models):
    folder = find_models()
    files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    listed = set(models.manifest["files"])
    assert listed <= files
    assert {f for f in files - listed if f.endswith((".npy", ".json", ".gz"))} <= {"manifest.json", "evaluation.json"}


def test_the_models_stay_within_50_megabytes():
    assert sum(p.stat().st_size for p in find_models().rglob("*") if p.is_file()) <= 50_000_000


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
    for stage in (models.screen, models.full):
        assert stage.passage_model.columns == FEATURE_NAMES
        assert stage.extractor.candidate_model.columns == CANDIDATE_COLUMNS
        assert stage.extractor.token_model.network.columns == TOKEN_COLUMNS
        assert stage.extractor.token_model.kinds == KINDS
    assert models.restorer.reranker.network.columns == RERANK_COLUMNS


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


def test_a_manifest_that_is_not_json_is_refused(copy):
    replace(copy / "manifest.json", b"{")
    with pytest.raises(ModelError, match="cannot be read"):
        load_models(copy)


@pytest.mark.parametrize(("other", "words"), [(99, "newer format 99.*upgrade"), (1, "older format 1,"), (None, "None")])
def test_models_of_another_format_are_refused(copy, other, words):
    edit_manifest(copy, lambda m: m.update(format=other))
    with pytest.raises(ModelError, match=words):
        load_models(copy)


@pytest.mark.parametrize("model", ["passage_model", "token_model/network", "token_model/context_only"])
def test_models_with_other_columns_are_refused(copy, model):
    name = f"full/{model}/settings.json"
    settings = json.loads((copy / name).read_text(encoding="utf-8"))
    settings["columns"] = settings["columns"][::-1]
    replace(copy / name, json.dumps(settings).encode())
    relist(copy, name)
    with pytest.raises(ModelError, match="columns"):
        load_models(copy)


FILES = (
    "channel/weights.npy",
    "full/passage_model/settings.json",
    "language_model/unigrams.npy",
    "punkt.json",
    "screen/reader/inner.npy",
    "vocabulary/words.txt.gz",
    "word_vectors/embedding.npy",
)
DAMAGE = {
    "empty": lambda data: b"",
    "half": lambda data: data[: len(data) // 2],
    "one byte less": lambda data: data[:-1],
    "one byte more": lambda data: data + b"\0",
    "first byte": lambda data: bytes([data[0] ^ 1]) + data[1:],
    "middle byte": lambda data: (
        data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 16]) + data[len(data) // 2 + 1 :]
    ),
    "last byte": lambda data: data[:-1] + bytes([data[-1] ^ 128]),
    "zeros": lambda data: bytes(len(data)),
    "gone": None,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_one_error_that_names_the_remedy(copy, name, damage):
    load_models(copy)
    load_models.cache_clear()
    data = (copy / name).read_bytes()
    (copy / name).unlink() if damage is None else replace(copy / name, damage(data))
    with pytest.raises(ModelError, match="reinstall the package"):
        load_models(copy)


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"\x93NUMPY\x01\x00\xff\xff", b"{" * 100_000, b'{"a": 1}'])
@pytest.mark.parametrize("name", FILES)
def test_a_file_of_another_form_that_the_manifest_names_is_refused(copy, name, content):
    replace(copy / name, content)
    relist(copy, name)
    with pytest.raises(ModelError, match=r"reinstall the package|detector train"):
        load_models(copy)


@pytest.mark.parametrize("part", ["files", "settings"])
@pytest.mark.parametrize("value", [None, [], {}, 7, {"a": 1}])
def test_a_manifest_without_a_part_is_refused(copy, part, value):
    edit_manifest(copy, lambda m: m.pop(part) if value is None else m.update({part: value}))
    with pytest.raises(ModelError, match=r"reinstall the package|detector train"):
        load_models(copy)


def test_a_changed_byte_of_the_manifest_is_found(copy, models):
    edit_manifest(copy, lambda m: None)
    good = (copy / "manifest.json").read_bytes()
    choose = random.Random(5)
    refused = 0
    for _ in range(150):
        at = choose.randrange(len(good))
        replace(copy / "manifest.json", good[:at] + bytes([good[at] ^ (1 << choose.randrange(8))]) + good[at + 1 :])
        load_models.cache_clear()
        try:
            assert load_models(copy).signature == models.signature  # white space is all that may change unseen
        except ModelError:
            refused += 1
    assert refused > 140


def test_files_are_hashed_once_and_again_when_they_change(copy, own_cache, monkeypatch):
    load_models(copy)
    load_models.cache_clear()
    monkeypatch.setattr("detector.model_store.sha256_of", None)  # nothing is left to hash
    load_models(copy)
    load_models.cache_clear()
    monkeypatch.undo()
    path = copy / "language_model" / "unigrams.npy"
    before = path.stat()
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    replace(path, bytes(data))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    monkeypatch.setenv("XDG_CACHE_HOME", str(own_cache))
    with pytest.raises(ModelError, match="SHA-256"):
        load_models(copy)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"punkt.json": 3}', b"[" * 100_000])
def test_damaged_memory_of_hashes_is_as_none(copy, own_cache, content):
    load_models(copy)
    (memory,) = own_cache.rglob("models-*.json")
    memory.write_bytes(content)
    load_models.cache_clear()
    load_models(copy)
    assert len(memory.read_bytes()) > len(b"{}")


def test_models_load_if_nothing_can_be_remembered(copy, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "file"))
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    load_models(copy)


def test_the_environment_names_other_models(copy, tmp_path, monkeypatch):
    monkeypatch.setenv(MODELS_VARIABLE, str(copy))
    assert find_models() == copy
    monkeypatch.setenv(MODELS_VARIABLE, str(tmp_path / "nothing"))
    with pytest.raises(ModelError, match=rf"no models in .*nothing, which {MODELS_VARIABLE} names"):
        find_models()


def test_other_models_are_used_from_then_on(copy, tmp_path, monkeypatch):
    monkeypatch.setenv(MODELS_VARIABLE, "")
    with pytest.raises(ModelError, match="no models in"):
        use_models(tmp_path / "nothing")
    assert find_models() != copy
    use_models(copy)
    assert find_models() == copy
    load_models.cache_clear()


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


def test_models_are_read_back_as_written(tmp_path):
    value = Outer(("a", "b"), 0.25, np.arange(60_000, dtype=np.float32), Inner(np.array([1, 2], dtype=np.uint8)))
    write_arrays(value, tmp_path / "value")
    back = read_arrays(Outer, tmp_path / "value")
    assert (back.names, back.step) == (value.names, value.step)
    assert np.array_equal(back.large, value.large)
    assert back.large.dtype == np.float32
    assert not back.large.flags.writeable  # memory-mapped
    assert np.array_equal(back.inner.counts, value.inner.counts)


def test_a_gzipped_text_comes_back_and_does_not_tell_when_it_was_written(tmp_path):
    path = tmp_path / "text.gz"
    write_text("naïve\r\ntext\n", path)
    assert read_text(path) == "naïve\r\ntext\n"
    assert path.read_bytes()[4:8] == bytes(4)  # the place of the time in gzip


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
