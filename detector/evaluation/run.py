"""`detector evaluate`: measure the models on text that nothing was fitted on, and write the model card.

Every number is taken on the test split: whole sources that no stage has seen, and the documents of the other sources
that `corpus.split_of` keeps back. Thresholds were chosen on dev; here they are only applied.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from detector import __version__
from detector.errors import InputError
from detector.evaluation import ablation, damage, detection, human, language, left_out, restoration
from detector.evaluation.card import render_card
from detector.evaluation.pictures import draw_harm, draw_reliability, draw_roc
from detector.evaluation.results import (
    AblationRow,
    CueRow,
    DamageRow,
    EarlierRecall,
    Evaluation,
    GainRow,
    LeftOut,
    MixedRow,
    PerplexityRow,
    PhraseRow,
    RateRow,
    read_json,
    write_json,
)
from detector.evaluation.samples import EvaluationSetup, UnseenSpinner
from detector.evaluation.spun import write_spun
from detector.model_store import Models, load_models, sha256_of
from detector.training.corpus import CorpusDocument, corpus_files, read_corpus, split_of
from detector.training.corpus_models import spinner_resources
from detector.training.families import SpinnerResources
from detector.training.lexicon import read_dictionary
from detector.training.settings import TrainSettings

__all__ = ["EvaluateSettings", "evaluate", "write_spun_documents"]

T = TypeVar("T")


@dataclass(frozen=True)
class EvaluateSettings:
    """Inputs and sizes of an evaluation.

    Attributes
    ----------
    corpus, lexicon, pairs : as `detector train` takes them
    output : the folder of the models that are measured; the card, its pictures and evaluation.json are written there
    work : folder in which finished parts are kept; the folder of `detector train --work` has the spinners' tables
        already
    limit : documents in each table
    leave_one_out : whether models are fitted anew without each family (minutes for each)
    unseen_thesaurus : a thesaurus that nothing was fitted on, in Moby's format
    unseen_dictionary : a spinner's dictionary that nothing was fitted on, as `lexicon.read_dictionary` takes it
    people : a folder of records with `text` and `score`, the writers' level
    wordnet, mythes : as `TrainSettings` has them
    """

    corpus: Path
    lexicon: Path
    pairs: Path
    output: Path
    work: Path | None = None
    limit: int = 600
    leave_one_out: bool = False
    unseen_thesaurus: Path | None = None
    unseen_dictionary: Path | None = None
    people: Path | None = None
    wordnet: Path | None = None
    mythes: Path | None = None
    seed: int = 4096


@dataclass(frozen=True)
class _PartStore:
    """Keeps each finished part as JSON, and reads it from there if it exists."""

    folder: Path
    announce: Callable[[str], None]
    seconds: dict[str, float]

    def part(self, name: str, kind: type[T], work: Callable[[], T]) -> T:
        path = self.folder / f"{name}.json"
        self.announce(name.replace("_", " "))
        if path.exists():
            return read_json(kind, path)
        begun = time.monotonic()
        result = work()
        self.seconds[name] = round(time.monotonic() - begun, 1)
        write_json(result, path)
        return result


def evaluate(
    settings: EvaluateSettings,
    announce: Callable[[str], None] = lambda step: None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Evaluation:
    """Measure everything, write the model card with its pictures, and return the results.

    Parameters
    ----------
    announce : called with the name of each part as it begins
    progress : called with the number of texts done and the number of all
    """
    with _workplace(settings) as work:
        return _evaluate(settings, work, announce, progress)


def write_spun_documents(
    settings: EvaluateSettings,
    folder: Path,
    announce: Callable[[str], None] = lambda step: None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Write test documents spun by each family and unseen spinner to `folder`, and measure nothing."""
    with _workplace(settings) as work:
        setup = _setup(settings, work, announce, progress)
        announce("spun documents")
        write_spun(setup, folder)


@contextmanager
def _workplace(settings: EvaluateSettings) -> Iterator[Path]:
    """Yield the folder of finished parts: the one of the settings, or one that is deleted at the end."""
    if settings.limit < 20:
        raise InputError(f"the limit is {settings.limit}: give the documents of each table, 20 or more")
    if settings.work is not None:
        yield settings.work
        return
    with tempfile.TemporaryDirectory(prefix="detector-evaluate-") as folder:
        yield Path(folder)


def _resources(s: EvaluateSettings, work: Path, announce: Callable[[str], None]) -> SpinnerResources:
    """Return the spinners' tables, by the steps of training, which are kept in the work folder."""
    training = TrainSettings(s.corpus, s.lexicon, s.pairs, s.output, work=work, wordnet=s.wordnet, mythes=s.mythes)
    return spinner_resources(training, work, announce)


def _split(corpus: Path) -> tuple[list[CorpusDocument], list[CorpusDocument]]:
    """Return the documents of the test split and of the fit split."""
    test, fit = [], []
    for document in read_corpus(corpus):
        split = split_of(document)
        if split == "test":
            test.append(document)
        elif split == "fit":
            fit.append(document)
    if not test or not fit:
        raise InputError(f"the corpus in {corpus} has {len(test)} test and {len(fit)} fit documents: needs both")
    return test, fit


def _unseen(s: EvaluateSettings, models: Models) -> dict[str, UnseenSpinner]:
    """Return the spinners that nothing was fitted on, by the names of their files."""
    out = {}
    if s.unseen_thesaurus is not None:
        out[s.unseen_thesaurus.stem] = detection.thesaurus_spinner(s.unseen_thesaurus, s.wordnet, models.vocabulary)
    if s.unseen_dictionary is not None:
        out[s.unseen_dictionary.stem] = UnseenSpinner(read_dictionary(s.unseen_dictionary), consistent=True)
    return out


def _inputs_digest(s: EvaluateSettings) -> str:
    """Return a name for the optional inputs, which becomes part of that of the folder of finished parts."""
    paths = [path for path in (s.unseen_thesaurus, s.unseen_dictionary) if path is not None]
    paths += [] if s.people is None else corpus_files(s.people)
    return hashlib.sha256("".join(map(sha256_of, paths)).encode()).hexdigest()[:8]


def _setup(
    s: EvaluateSettings, work: Path, announce: Callable[[str], None], progress: Callable[[int, int], None]
) -> EvaluationSetup:
    models = load_models(s.output.resolve())
    resources = _resources(s, work, announce)
    announce("documents")
    test, fit = _split(s.corpus)
    return EvaluationSetup(models, resources, test, fit, s.limit, s.seed, progress, _unseen(s, models))


def _evaluate(
    s: EvaluateSettings, work: Path, announce: Callable[[str], None], progress: Callable[[int, int], None]
) -> Evaluation:
    setup = _setup(s, work, announce, progress)
    models = setup.models
    kept = work / "evaluation"
    folder = kept / f"{models.signature}-{s.limit}-{s.seed}-{_inputs_digest(s)}"
    folder.mkdir(parents=True, exist_ok=True)
    found = _parts(s, setup, _PartStore(folder, announce, {}))
    found = replace(found, left_out=_left_out(s, setup, kept, announce), earlier_recall=_earlier_recall(s, models))
    announce("card")
    pictures = s.output / "pictures"
    pictures.mkdir(exist_ok=True)
    draw_reliability(found.bins, pictures / "reliability.png")
    draw_roc(found.curves, pictures / "roc.png")
    draw_harm(found.gains, pictures / "harm.png")
    write_json(found, s.output / "evaluation.json")
    (s.output / "README.md").write_text(render_card(found, models.manifest), encoding="utf-8")
    return found


def _parts(s: EvaluateSettings, setup: EvaluationSetup, store: _PartStore) -> Evaluation:
    """Return all parts but the left-out spinners."""

    def known_spinners() -> detection.Detection:
        return detection.known_spinners(setup, detection.fit_tfidf(setup))

    known = store.part("known_spinners", detection.Detection, known_spinners)
    calibration = store.part("calibration", detection.Calibration, lambda: detection.calibrated(setup))
    people = [
        store.part("human_text_by_register", human.HumanText, lambda: human.by_register(setup)),
        store.part("human_text_by_form", human.HumanText, lambda: human.by_form(setup)),
        store.part("human_text_by_length", human.HumanText, lambda: human.by_length(setup)),
    ]
    if s.people is not None:
        people.append(store.part("human_text_by_level", human.HumanText, partial(human.by_level, setup, s.people)))
    restored = store.part("restoration", restoration.RestorationResults, lambda: restoration.restoration(setup))
    return replace(
        _base(s, setup),
        roc_auc=known.rows,
        curves=known.curves,
        calibration=calibration.rows,
        bins=calibration.bins,
        false_flags=tuple(row for part in people for row in part.rates),
        marked=tuple(row for part in people for row in part.marked),
        recall=store.part("recall", tuple[RateRow, ...], lambda: detection.recall(setup)),
        mixed=store.part("mixed_articles", tuple[MixedRow, ...], lambda: detection.in_mixed_articles(setup)),
        damage=store.part("damage", tuple[DamageRow, ...], lambda: damage.damaged_text(setup)),
        perplexity=store.part("perplexity", tuple[PerplexityRow, ...], lambda: language.perplexity_by_genre(setup)),
        restoration=restored.rows,
        agreement=restored.agreement,
        gains=store.part("gains", tuple[GainRow, ...], lambda: restoration.by_min_gain(setup)),
        phrases=store.part("phrases", tuple[PhraseRow, ...], lambda: restoration.observed_phrases(setup, s.pairs)),
        cues=store.part("cues", tuple[CueRow, ...], lambda: ablation.cues(setup)),
        ablation=store.part("ablation", tuple[AblationRow, ...], lambda: ablation.ablation(setup)),
        seconds=store.seconds,
    )


def _base(s: EvaluateSettings, setup: EvaluationSetup) -> Evaluation:
    models: Models = setup.models
    return Evaluation(
        __version__,
        models.signature,
        s.limit,
        s.seed,
        models.manifest["corpus"]["sha256"],
        dict(models.thresholds),
        dict(models.manifest["threshold_notes"]),
        dict(sorted(Counter(d.genre for d in setup.test).items())),
        tuple(setup.unseen),
    )


def _left_out(
    s: EvaluateSettings, setup: EvaluationSetup, folder: Path, announce: Callable[[str], None]
) -> LeftOut | None:
    """Return the left-out spinners: measured now, kept from a run that measured them, or as the last card had them."""
    path = folder / "left_out.json"
    if s.leave_one_out:
        announce("left out")
        found = left_out.leave_one_out(setup, folder)
        write_json(found, path)
        return found
    if path.exists():
        return read_json(LeftOut, path)
    last = s.output / "evaluation.json"
    return read_json(LeftOut | None, last, "left_out") if last.exists() else None  # type: ignore[arg-type]


def _earlier_recall(s: EvaluateSettings, models: Models) -> EarlierRecall | None:
    """Return the recall of the models before these, from the last evaluation in the folder of the models."""
    last = s.output / "evaluation.json"
    if not last.exists():
        return None
    signature = read_json(str, last, "signature")
    if signature != models.signature:
        return EarlierRecall(signature, read_json(tuple[RateRow, ...], last, "recall"))
    return read_json(EarlierRecall | None, last, "earlier_recall")  # type: ignore[arg-type]
