"""The folder of models that training writes: its arrays, its manifest, and how it replaces an older one."""

from __future__ import annotations

import hashlib
import json
import math
import platform
import shutil
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from detector import model_store
from detector.estimators.arrays import write_arrays
from detector.estimators.perceptron import Perceptron
from detector.model_store import FORMAT, sha256_of, write_text
from detector.restore.rerank import Reranker
from detector.scoring.stage import Stage
from detector.text.vocabulary import SPECIAL_WORDS
from detector.training.corpus import corpus_files
from detector.training.corpus_models import CorpusModels
from detector.training.settings import TrainSettings
from detector.training.sources import data_sources, write_notice

__all__ = ["first_manifest", "publish", "stage_settings", "write_corpus_models", "write_fitted", "write_manifest"]


def write_corpus_models(models: CorpusModels, punkt: dict[str, Any], folder: Path) -> None:
    """Write the models that are estimated from the corpus, and the parameters of Punkt."""
    write_arrays(models.language_model, folder / "language_model")
    write_arrays(models.vectors, folder / "word_vectors")
    write_arrays(models.channel, folder / "channel")
    vocabulary = folder / "vocabulary"
    vocabulary.mkdir()
    words = models.words.vocabulary.words[len(SPECIAL_WORDS) :]
    write_text("".join(w + "\n" for w in words), vocabulary / "words.txt.gz")
    np.save(vocabulary / "zipf.npy", models.words.stored_zipf, allow_pickle=False)
    np.save(vocabulary / "usual_case.npy", models.words.vocabulary.usual_case, allow_pickle=False)
    (folder / "punkt.json").write_text(json.dumps(punkt, ensure_ascii=False) + "\n", encoding="utf-8")
    rows = ",\n".join(json.dumps(query, ensure_ascii=False) for query in models.phrase_queries)
    write_text(f"[\n{rows}\n]\n", folder / "tortured_phrases.json.gz")


def write_fitted(stages: Mapping[str, Stage], name_model: Perceptron, reranker: Reranker, folder: Path) -> None:
    """Write the models that are fitted on spun text."""
    write_arrays(name_model, folder / "name_model")
    write_arrays(reranker.network, folder / "reranker")
    for name, stage in stages.items():
        for part, value in (
            ("reader", stage.extractor.context_model.weights),
            ("candidate_model", stage.extractor.candidate_model),
            ("token_model", stage.extractor.token_model),
            ("passage_model", stage.passage_model),
        ):
            write_arrays(value, folder / name / part)


def stage_settings(stage: Stage) -> dict[str, Any]:
    """Return the numbers of a stage that stand in the manifest; an infinite limit is written as null."""
    limit = stage.extractor.max_context_log10_odds
    return {
        "max_context_log10_odds": limit if math.isfinite(limit) else None,
        "max_candidates": stage.extractor.max_candidates,
        "weighs_neighbours": stage.extractor.weighs_neighbours,
        "document_calibration": stage.document_calibration,
    }


def first_manifest(s: TrainSettings, folder: Path) -> dict[str, Any]:
    """Return the manifest before thresholds are chosen, and write the notice of its sources."""
    sources = data_sources(s.corpus)
    write_notice(sources, folder / "NOTICE")
    return {
        "format": FORMAT,
        "command": "detector train --corpus CORPUS --lexicon LEXICON --pairs PAIRS --output models",
        "seed": s.seed,
        "corpus": {"files": len(corpus_files(s.corpus)), "sha256": _corpus_sha256(s.corpus)},
        "libraries": _libraries(),
        "sources": sources,
        "threshold_notes": {},
        "metrics": {},
    }


def write_manifest(folder: Path, manifest: dict[str, Any], values: dict[str, Any]) -> None:
    """Write the manifest: its present content, the settings, and size and SHA-256 of every file."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name not in ("manifest.json", "README.md"))
    listed = {p.relative_to(folder).as_posix(): {"bytes": p.stat().st_size, "sha256": sha256_of(p)} for p in files}
    model_store.write_manifest(folder, {**manifest, "settings": values, "files": listed})


def publish(staging: Path, output: Path) -> None:
    """Replace the models in `output`; other files there (README, pictures) stay.

    All new files are copied beside the former ones before the first is renamed, which takes a moment for all of them:
    a full disk, or a run that is killed while it copies, leaves the former models whole.
    """
    output.mkdir(parents=True, exist_ok=True)
    _remove_copies(output)  # of a run that was killed
    names = [p.relative_to(staging) for p in staging.rglob("*") if p.is_file()]
    names.sort(key=lambda name: (name.name == "manifest.json", name))
    try:
        for name in names:
            (output / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(staging / name, _copy_of(output / name))
    except BaseException:
        _remove_copies(output)
        raise
    manifest = output / "manifest.json"
    former = json.loads(manifest.read_text(encoding="utf-8"))["files"] if manifest.is_file() else {}
    *models, last = names
    for name in models:
        _copy_of(output / name).replace(output / name)
    # The former manifest, which is replaced last, lists the files to remove.
    for name in set(map(Path, former)) - set(names):
        (output / name).unlink(missing_ok=True)
        with suppress(OSError):  # a folder that holds more stays
            (output / name).parent.rmdir()
    _copy_of(output / last).replace(output / last)


_COPY = ".copied"  # not a suffix of model files, which a folder may not hold beside those of its manifest


def _copy_of(path: Path) -> Path:
    return path.with_name(f".{path.name}{_COPY}")


def _remove_copies(folder: Path) -> None:
    for copy in folder.rglob(f".*{_COPY}"):
        copy.unlink()


def _libraries() -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for name in ("numpy", "scipy", "scikit-learn", "lightgbm", "nltk", "wordfreq", "joblib", "torch"):
        with suppress(PackageNotFoundError):  # only the context models need PyTorch, and a work folder may have them
            versions[name] = version(name)
    return versions


def _corpus_sha256(corpus: Path) -> str:
    digest = hashlib.sha256()
    for path in corpus_files(corpus):
        digest.update(f"{path.name} {sha256_of(path)}\n".encode())
    return digest.hexdigest()
