"""`detector train`: rebuild every model from the corpus by one command.

The steps run in order, each kept in a work folder: an interrupted run goes on from its last step. The same
inputs and seed give the same files on one machine.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

from detector.estimators.arrays import write_arrays
from detector.files import alone_in
from detector.model_store import Models, load_models
from detector.restore.restorer import RestorerSettings
from detector.training import tune
from detector.training.corpus_models import CORPUS_STEPS, corpus_documents, corpus_models
from detector.training.model_folder import (
    first_manifest,
    publish,
    stage_settings,
    write_corpus_models,
    write_fitted,
    write_manifest,
)
from detector.training.settings import TrainSettings
from detector.training.stages import STAGES, StageTrainer
from detector.training.step_cache import StepCache

__all__ = ["train"]

T = TypeVar("T")

# Evidence is reported from this many log10 odds if no original is known. Chosen on dev, spun at 10 to 40 in 100 words:
# 89 in 100 of all findings touch a substitution (at 1.5 it was 87), and 66 in 100 substitutions are touched.
_MIN_EVIDENCE_LOG10_ODDS = 1.8


def train(
    settings: TrainSettings,
    announce: Callable[[str], None] = lambda step: None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Path:
    """Fit and write all models; return the folder that holds them.

    Parameters
    ----------
    announce : called with the name of each step as it begins
    progress : called with the finished and the total amount of work, by steps that know them
    """
    with ExitStack() as held:
        folder = settings.work
        if folder is None:
            folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="detector-train-")))
        held.enter_context(alone_in(folder))
        held.enter_context(alone_in(settings.output))
        return _train(settings, StepCache(folder, announce), progress)


def _train(s: TrainSettings, cache: StepCache, progress: Callable[[int, int], None]) -> Path:
    base = corpus_models(s, cache, progress)
    documents, punkt = corpus_documents(s, cache)
    after = (*CORPUS_STEPS, "documents")
    trainer = StageTrainer(documents, base.resources, s.examples, s.seed, cache, progress, after)
    stages = {name: trainer.stage(name, size, base.extractor(size)) for name, size in STAGES.items()}
    name_model = trainer.name_model(stages["screen"].extractor)
    reranker = trainer.reranker(stages["full"])

    staging = cache.folder / "models"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir()
    write_corpus_models(base, punkt, staging)
    write_fitted(stages, name_model, reranker, staging)
    manifest = first_manifest(s, staging)
    values: dict[str, Any] = {
        "stages": {name: stage_settings(stage) for name, stage in stages.items()},
        "escalation_margin": 100.0,
        "min_evidence_log10_odds": _MIN_EVIDENCE_LOG10_ODDS,
        "thresholds": {"default": 0.5},
        "restorer": vars(RestorerSettings()),
    }

    def tuned(name: str, choose: Callable[[Models], T]) -> T:
        """Return the choice of a step on dev with the models so far, after the manifest lists them all."""
        write_manifest(staging, manifest, values)
        load_models.cache_clear()
        return cache.step(
            name,
            lambda: choose(load_models(staging)),
            settings=(s.seed, s.dev_examples),
            after=["documents", "channel"],
            inputs=[staging / "manifest.json"],
            code=[tune],
        )

    dev = documents["dev"]
    values["restorer"] = tuned("restorer", lambda models: vars(tune.tune_restorer(models, dev, base.resources, s.seed)))
    values["escalation_margin"] = tuned(
        "escalation",
        lambda models: tune.choose_escalation_margin(models, dev, base.resources, s.seed, s.dev_examples // 10),
    )
    chosen = tuned(
        "thresholds", lambda models: tune.choose_thresholds(models, dev, base.resources, s.seed, s.dev_examples)
    )
    values["thresholds"] = chosen.thresholds
    write_arrays(chosen.human_scores, staging / "human_scores")
    manifest.update(threshold_notes=chosen.notes, metrics=chosen.metrics)
    write_manifest(staging, manifest, values)
    publish(staging, s.output)
    return s.output
