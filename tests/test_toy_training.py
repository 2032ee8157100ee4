"""`detector train` from nothing on the toy corpus, and the use of its cache when it is called again."""

from pathlib import Path

import pytest

from detector.model_store import load_models, verify_models
from detector.restore.restorer import RestorerSettings
from detector.training import tune
from detector.training.corpus import SPLITS, read_corpus, split_of
from detector.training.corpus_models import spinner_resources
from detector.training.settings import TrainSettings
from detector.training.train import train

TOY = Path(__file__).parent / "data" / "toy"


def settings(folder, **sizes):
    return TrainSettings(
        TOY / "corpus",
        TOY / "lexicon",
        TOY / "pairs",
        folder / "models",
        folder / "work",
        TOY / "wordnet",
        TOY / "mythes.dat",
        **{
            "vocabulary": 3000,
            "bigrams": 5000,
            "trigrams": 5000,
            "context_words": 3000,
            "context_steps": 4,
            "examples": 60,
            "dev_examples": 200,
            "n_jobs": 1,
            **sizes,
        },
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    pytest.importorskip("torch")
    folder = tmp_path_factory.mktemp("toy")
    return folder, train(settings(folder))


def test_the_toy_corpus_has_documents_of_every_split():
    splits = [split_of(document) for document in read_corpus(TOY / "corpus")]
    assert {name for name, _ in SPLITS} == set(splits)
    assert min(splits.count(name) for name in set(splits)) >= 20


def test_all_models_are_written_with_their_manifest(trained):
    _, models = trained
    verify_models(models)
    loaded = load_models(models)
    assert loaded.manifest["corpus"]["files"] == 2
    assert {source["name"] for source in loaded.manifest["sources"]} >= {"toy_diary (this project)"}
    assert set(loaded.thresholds) == {"default", "fpr=0.01", "fpr=0.003", "fpr=0.001"}
    assert all(0.5 <= t < 1 for t in loaded.thresholds.values())


def test_a_second_run_computes_nothing_and_writes_the_same(trained):
    folder, models = trained
    before = {p: p.read_bytes() for p in models.rglob("*") if p.is_file()}
    results = {p: p.stat().st_mtime_ns for p in (folder / "work").glob("*.joblib")}
    train(settings(folder))
    assert {p: p.read_bytes() for p in models.rglob("*") if p.is_file()} == before
    assert {p: p.stat().st_mtime_ns for p in (folder / "work").glob("*.joblib")} == results


def test_a_changed_setting_is_seen_by_the_steps_that_depend_on_it_alone(trained):
    folder, _ = trained
    before = {p.name for p in (folder / "work").glob("*.joblib")}
    train(settings(folder, examples=50))
    changed = {name.rpartition("-")[0] for name in before - {p.name for p in (folder / "work").glob("*.joblib")}}
    assert {"screen_candidate_model", "full_passage_model", "reranker", "thresholds"} <= changed
    assert not {"vocabulary", "context_models", "channel", "documents"} & changed


def test_models_that_always_edit_human_text_get_the_least_harmful_settings(trained, monkeypatch):
    folder, models = trained
    monkeypatch.setattr(tune, "_MAX_HARM", -1.0)
    resources = spinner_resources(settings(folder), folder / "work", lambda step: None)
    documents = [document for document in read_corpus(TOY / "corpus") if split_of(document) == "dev"]
    with pytest.warns(UserWarning, match=r"edits per 1,000 words of human text at best, wanted -1"):
        chosen = tune.tune_restorer(load_models(models), documents, resources, 1)
    assert isinstance(chosen, RestorerSettings)
