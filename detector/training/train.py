"""`detector train`: rebuild every model from the corpus by one command.

The steps run in order, each kept in a work folder: a run that was interrupted goes on where it stopped. The same
inputs and seed give the same files on one machine.
"""

from __future__ import annotations

import hashlib
import json
import math
import platform
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeVar

import joblib
import numpy as np
from numpy.typing import NDArray

from detector.estimators.arrays import write_arrays
from detector.estimators.channel import Channel
from detector.estimators.context_model import ContextModel, ReaderWeights, WordVectors
from detector.estimators.language_model import LanguageModel
from detector.model_store import (
    FORMAT,
    ZIPF_STEPS,
    Models,
    load_models,
    sha256_of,
    write_text,
)
from detector.restore.restorer import RestorerSettings
from detector.scoring.tokens import FeatureExtractor
from detector.text.vocabulary import SPECIAL_WORDS, Vocabulary
from detector.training import thesaurus as thesauri
from detector.training.channel import build_channel, words_of
from detector.training.channel_sources import THESAURI, channel_pairs, read_tables
from detector.training.channel_sources import spinner_resources as resources_from_tables
from detector.training.corpus import CorpusDocument, Split, corpus_files, read_corpus, split_of
from detector.training.families import SpinnerResources
from detector.training.inflection import Inflector
from detector.training.language_model import build_language_model, estimate, write_arpa
from detector.training.neighbours import distributional_neighbours
from detector.training.phrase_tables import engine_b, engine_c
from detector.training.sources import data_sources, write_notice
from detector.training.spinners import read_observed, read_tortured
from detector.training.stages import STAGES, StageSize, StageTrainer
from detector.training.tortured import phrase_queries
from detector.training.tune import choose_escalation_margin, choose_thresholds, tune_restorer
from detector.training.vocabulary import (
    count_words,
    punkt_parameters,
    token_streams,
    usual_case,
    vocabulary_words,
    zipf_frequencies,
)

__all__ = ["TrainSettings", "spinner_resources", "train"]

T = TypeVar("T")

# Findings from this many log10 odds are reported where no original is known. Chosen on dev, spun at 10 to 40 in 100
# words: 89 in 100 of all findings touch a substitution (at 1.5 it was 87), and 66 in 100 substitutions are touched.
_MIN_EVIDENCE_LOG10_ODDS = 1.8


@dataclass(frozen=True)
class TrainSettings:
    """Inputs and sizes of a training run."""

    corpus: Path
    lexicon: Path
    pairs: Path
    output: Path
    work: Path | None = None
    wordnet: Path = thesauri.WORDNET_FOLDER
    mythes: Path = thesauri.MYTHES_FILE
    arpa: Path | None = None
    vocabulary: int = 1 << 17
    bigrams: int = 3_000_000
    trigrams: int = 4_400_000
    context_steps: int = 26_000
    examples: int = 12_000
    seed: int = 2026
    n_jobs: int = 2


class StepCache:
    """Keeps each step's result in a folder, and takes it from there when it is asked for again."""

    def __init__(self, folder: Path, announce: Callable[[str], None]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self._announce = folder, announce

    def step(self, name: str, work: Callable[[], T]) -> T:
        path = self.folder / f"{name}.joblib"
        self._announce(name.replace("_", " "))
        if path.exists():
            kept: T = joblib.load(path)
            return kept
        result = work()
        partial = path.with_suffix(".partial")
        joblib.dump(result, partial)
        partial.replace(path)
        return result


def train(
    settings: TrainSettings,
    announce: Callable[[str], None] = lambda step: None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Path:
    """Fit and write all models; return the folder that holds them.

    Parameters
    ----------
    announce : told the name of each step as it begins
    progress : told how much of the step is done, for steps that know
    """
    if settings.work is not None:
        return _train(settings, StepCache(settings.work, announce), progress)
    with tempfile.TemporaryDirectory(prefix="detector-train-") as folder:
        return _train(settings, StepCache(Path(folder), announce), progress)


@dataclass(frozen=True)
class CorpusVocabulary:
    """The vocabulary, and the corpus in its ids."""

    ids: NDArray[np.int32]
    shape: NDArray[np.uint8]
    stored_zipf: NDArray[np.uint8]
    vocabulary: Vocabulary


def _words(s: TrainSettings, bench: StepCache) -> CorpusVocabulary:
    corpus_files(s.corpus)  # says at once what is missing
    words = bench.step(
        "vocabulary",
        lambda: vocabulary_words(count_words(s.corpus, s.n_jobs), s.vocabulary, _spinners_words(s)),
    )
    ids, shape = bench.step(
        "token_streams",
        lambda: token_streams(s.corpus, words, ("language_model",), s.n_jobs)["language_model"],
    )
    zipf, case = bench.step(
        "frequencies",
        lambda: (
            zipf_frequencies(Vocabulary(words).words),
            usual_case(ids, shape, len(words) + len(SPECIAL_WORDS)),
        ),
    )
    # What is fitted sees the frequencies as the runtime will: in whole steps.
    stored_zipf = np.rint(zipf * ZIPF_STEPS).astype(np.uint8)
    vocabulary = Vocabulary(words, (stored_zipf / np.float32(ZIPF_STEPS)).astype(np.float32), case)
    return CorpusVocabulary(ids, shape, stored_zipf, vocabulary)


def spinner_resources(s: TrainSettings, work: Path, announce: Callable[[str], None]) -> SpinnerResources:
    """Return what the spinners draw on, made by the steps of `train` that lead to it and kept in `work`."""
    bench = StepCache(work, announce)
    w = _words(s, bench)
    near, similarity = bench.step("neighbours", lambda: distributional_neighbours(w.ids))
    pairs = bench.step("thesauri", lambda: _thesaurus_pairs(s, w.vocabulary))
    made: SpinnerResources = bench.step("channel", lambda: _channel(s, w.vocabulary, pairs, near, similarity, w.ids))[1]
    return made


@dataclass(frozen=True)
class CorpusModels:
    """What is estimated from the corpus and the thesauri alone."""

    words: CorpusVocabulary
    language_model: LanguageModel
    vectors: WordVectors
    readers: tuple[ReaderWeights, ...]
    channel: Channel
    resources: SpinnerResources
    phrase_queries: list[list[Any]]

    def extractor(self, size: StageSize) -> FeatureExtractor:
        """Return what a stage measures with, before anything is fitted on spun text."""
        reader = ContextModel(self.vectors, self.readers[size.reader])
        return FeatureExtractor(
            self.words.vocabulary,
            self.language_model,
            reader,
            self.channel,
            size.max_context_log10_odds,
            size.max_candidates,
        )


def _base(s: TrainSettings, bench: StepCache, progress: Callable[[int, int], None]) -> CorpusModels:
    # PyTorch is needed here alone; what else uses this module, `detector evaluate` above all, does without.
    from detector.training.context_model import ContextModelSettings, fit_context_models

    w = _words(s, bench)
    ids, shape, vocabulary = w.ids, w.shape, w.vocabulary
    ngrams = bench.step("n_grams", lambda: estimate(ids, vocabulary.size, s.bigrams, s.trigrams))
    if s.arpa is not None:
        write_arpa(ngrams, vocabulary.words, s.arpa)
    language_model = bench.step("language_model", lambda: build_language_model(ngrams))
    near, similarity = bench.step("neighbours", lambda: distributional_neighbours(ids))
    pairs = bench.step("thesauri", lambda: _thesaurus_pairs(s, vocabulary))
    confusable = bench.step(
        "confusables",
        lambda: thesauri.confusable_table(
            (p for name in THESAURI for p in pairs[name]),
            near,
            vocabulary,
            ContextModelSettings().words,
            seed=s.seed,
        ),
    )
    vectors, readers = bench.step(
        "context_models",
        lambda: fit_context_models(
            ids,
            shape,
            confusable,
            ContextModelSettings(steps=s.context_steps, seed=s.seed),
            bench.folder / "context_models.pt",
            lambda done, total, loss: progress(done, total),
        ),
    )
    channel, resources = bench.step("channel", lambda: _channel(s, vocabulary, pairs, near, similarity, ids))
    queries = bench.step(
        "phrase_queries", lambda: phrase_queries(s.lexicon / "tortured_fingerprints.csv", vocabulary, ids)
    )
    return CorpusModels(w, language_model, vectors, readers, channel, resources, queries)


def _train(s: TrainSettings, bench: StepCache, progress: Callable[[int, int], None]) -> Path:
    base = _base(s, bench, progress)
    documents, punkt = bench.step("documents", lambda: _documents(s))
    fitting = StageTrainer(documents, base.resources, s.examples, s.seed, bench.step, progress)
    stages = {name: fitting.stage(name, size, base.extractor(size)) for name, size in STAGES.items()}
    name_model = fitting.name_model(stages["screen"].extractor)
    reranker = fitting.reranker(stages["full"])

    staging = bench.folder / "models"
    shutil.rmtree(staging, ignore_errors=True)
    vocabulary = base.words.vocabulary
    write_arrays(base.language_model, staging / "language_model")
    write_arrays(base.vectors, staging / "word_vectors")
    write_arrays(base.channel, staging / "channel")
    write_arrays(name_model, staging / "name_model")
    write_arrays(reranker.network, staging / "reranker")
    for name, stage in stages.items():
        for part, value in (
            ("reader", stage.extractor.context_model.weights),
            ("candidate_model", stage.extractor.candidate_model),
            ("token_model", stage.extractor.token_model),
            ("passage_model", stage.passage_model),
        ):
            write_arrays(value, staging / name / part)
    folder = staging / "vocabulary"
    folder.mkdir()
    words = vocabulary.words[len(SPECIAL_WORDS) :]
    write_text("".join(w + "\n" for w in words), folder / "words.txt.gz")
    np.save(folder / "zipf.npy", base.words.stored_zipf, allow_pickle=False)
    np.save(folder / "usual_case.npy", vocabulary.usual_case, allow_pickle=False)
    (staging / "punkt.json").write_text(json.dumps(punkt, ensure_ascii=False) + "\n", encoding="utf-8")
    rows = ",\n".join(json.dumps(f, ensure_ascii=False) for f in base.phrase_queries)
    write_text(f"[\n{rows}\n]\n", staging / "tortured_phrases.json.gz")
    sources = data_sources(s.corpus)
    write_notice(sources, staging / "NOTICE")
    values: dict[str, Any] = {
        "stages": {
            name: {
                "max_context_log10_odds": stage.extractor.max_context_log10_odds
                if math.isfinite(stage.extractor.max_context_log10_odds)
                else None,
                "max_candidates": stage.extractor.max_candidates,
                "document_calibration": stage.document_calibration,
            }
            for name, stage in stages.items()
        },
        "escalation_margin": 100.0,
        "min_evidence_log10_odds": _MIN_EVIDENCE_LOG10_ODDS,
        "thresholds": {"default": 0.5},
        "restorer": vars(RestorerSettings()),
    }
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "command": "detector train --corpus CORPUS --lexicon LEXICON --pairs PAIRS --output models",
        "seed": s.seed,
        "corpus": {"files": len(corpus_files(s.corpus)), "sha256": _corpus_sha256(s.corpus)},
        "libraries": _libraries(),
        "sources": sources,
        "threshold_notes": {},
        "metrics": {},
    }

    def tuned(name: str, work: Callable[[Models], T]) -> T:
        """Return what a step chooses on dev with the models as they stand so far."""
        _write_manifest(staging, manifest, values)
        load_models.cache_clear()
        return bench.step(name, lambda: work(load_models(staging)))

    dev = documents["dev"]
    values["restorer"] = tuned("restorer", lambda models: vars(tune_restorer(models, dev, base.resources, s.seed)))
    values["escalation_margin"] = tuned(
        "escalation", lambda models: choose_escalation_margin(models, dev, base.resources, s.seed)
    )
    chosen = tuned("thresholds", lambda models: choose_thresholds(models, dev, base.resources, s.seed))
    values["thresholds"] = chosen.thresholds
    write_arrays(chosen.human_scores, staging / "human_scores")
    manifest.update(threshold_notes=chosen.notes, metrics=chosen.metrics)
    _write_manifest(staging, manifest, values)
    _publish(staging, s.output)
    return s.output


def _write_manifest(folder: Path, manifest: dict[str, Any], values: dict[str, Any]) -> None:
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name not in ("manifest.json", "README.md"))
    listed = {p.relative_to(folder).as_posix(): {"bytes": p.stat().st_size, "sha256": sha256_of(p)} for p in files}
    text = json.dumps({**manifest, "settings": values, "files": listed}, indent=1, ensure_ascii=False)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")


def _publish(staging: Path, output: Path) -> None:
    """Replace the models in `output`; what else lies there (README, pictures) stays."""
    output.mkdir(parents=True, exist_ok=True)
    former = output / "manifest.json"
    if former.is_file():
        for name in json.loads(former.read_text(encoding="utf-8"))["files"]:
            (output / name).unlink(missing_ok=True)
            with suppress(OSError):  # a folder that holds more stays
                (output / name).parent.rmdir()
    shutil.copytree(staging, output, dirs_exist_ok=True)


def _libraries() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in ("numpy", "scipy", "scikit-learn", "lightgbm", "nltk", "wordfreq", "joblib", "torch"):
        with suppress(PackageNotFoundError):  # PyTorch is needed for the context models only, which may be kept
            found[name] = version(name)
    return found


def _corpus_sha256(corpus: Path) -> str:
    digest = hashlib.sha256()
    for path in corpus_files(corpus):
        digest.update(f"{path.name} {sha256_of(path)}\n".encode())
    return digest.hexdigest()


_Pairs = list[tuple[str, str, int, int]]


def _spinners_words(s: TrainSettings) -> set[str]:
    """Return the single words that observed spinners write, however rare they are in human text ("withinside")."""
    tables = (read_observed(s.lexicon / "observed_substitutions.tsv"), engine_b(), engine_c())
    substitutes = {x for table in tables for listed in table.values() for x in listed}
    substitutes |= {x for _, x in read_tortured(s.lexicon / "tortured_phrases.json")}
    return {w for x in substitutes for w in words_of(x) if w.isascii() and w.isalpha()}


def _thesaurus_pairs(s: TrainSettings, vocabulary: Vocabulary) -> dict[str, _Pairs]:
    inflector = Inflector(vocabulary, s.wordnet)
    return {
        "wordnet": list(thesauri.inflected_pairs(thesauri.read_wordnet(s.wordnet), inflector, vocabulary)),
        "mythes": list(thesauri.inflected_pairs(thesauri.read_mythes(s.mythes), inflector, vocabulary)),
        "spintax": list(thesauri.inflected_pairs(thesauri.read_spintax(), inflector, vocabulary)),
    }


_PUNKT_SHARE = 40  # one document in so many trains Punkt


def _channel(
    s: TrainSettings,
    vocabulary: Vocabulary,
    pairs: dict[str, _Pairs],
    near: NDArray[np.int32],
    similarity: NDArray[np.float32],
    ids: NDArray[np.int32],
) -> tuple[Channel, SpinnerResources]:
    """Return the channel, and what the spinners draw on."""
    tables = read_tables(s.lexicon, s.pairs, vocabulary, pairs, near, similarity)
    return build_channel(channel_pairs(tables), vocabulary, ids), resources_from_tables(tables)


def _documents(s: TrainSettings) -> tuple[dict[Split, list[CorpusDocument]], dict[str, Any]]:
    """Return the documents to fit on and the Punkt parameters."""
    documents: dict[Split, list[CorpusDocument]] = defaultdict(list)
    sample = []
    for number, document in enumerate(read_corpus(s.corpus)):
        split = split_of(document)
        if split in ("fit", "calibrate", "dev"):
            documents[split].append(document)
        elif split == "language_model" and number % _PUNKT_SHARE == 0:
            sample.append(document.text)
    return dict(documents), punkt_parameters(sample)
