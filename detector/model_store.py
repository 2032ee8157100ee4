"""The fitted models on disk: found, checked and read, the large arrays memory-mapped; nothing in them executes.

`models/<part>/<array>.npy` holds the arrays, `models/manifest.json` their description, sources and
SHA-256. Long lists of words are gzipped. `models/` lies inside an installed package and beside the package in a
checkout; the environment variable DETECTOR_MODELS names another folder.

Each file is checked against its SHA-256 before it is used: once, as long as its size, times and inode stay the same,
which is kept in the user's cache folder if that can be written.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import os
import sys
import zlib
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from detector.cues.misspelt_name import NAME_COLUMNS
from detector.errors import ModelError
from detector.estimators.arrays import read_arrays
from detector.estimators.channel import Channel
from detector.estimators.classifier import BoostedTrees
from detector.estimators.context_model import ContextModel, ReaderWeights, WordVectors
from detector.estimators.human_scores import HumanScores
from detector.estimators.language_model import LanguageModel
from detector.estimators.perceptron import Perceptron
from detector.files import write_file
from detector.restore.rerank import RERANK_COLUMNS, Reranker
from detector.restore.restorer import Restorer, RestorerSettings
from detector.scoring.cascade import Cascade
from detector.scoring.passage_features import FEATURE_NAMES
from detector.scoring.stage import Stage
from detector.scoring.tokens import (
    CANDIDATE_COLUMNS,
    CONTEXT_ONLY_COLUMNS,
    KINDS,
    TOKEN_COLUMNS,
    FeatureExtractor,
    TokenModel,
)
from detector.text.phrase_index import PhraseIndex
from detector.text.phrase_query import PhraseQuery, Term
from detector.text.sentences import SentenceSplitter
from detector.text.vocabulary import SPECIAL_WORDS, Vocabulary

__all__ = [
    "FORMAT",
    "MODELS_VARIABLE",
    "Models",
    "find_models",
    "load_models",
    "read_text",
    "sha256_of",
    "use_models",
    "verify_models",
    "write_manifest",
    "write_text",
]

FORMAT = 9  # of the folder; a package reads the format that it was written for
_MODEL_SUFFIXES = frozenset({".gz", ".json", ".npy"})
MODELS_VARIABLE = "DETECTOR_MODELS"  # names the folder of other models


@dataclass(frozen=True)
class Models:
    """Everything fitted, ready to use.

    Attributes
    ----------
    cascade : the two stages
    splitter, restorer : shared by all stages
    name_model : weighs whether a name is a slip for another
    thresholds : verdict thresholds by name, `default` among them
    human_scores : how often human text scores as high, by length
    min_evidence_log10_odds : log10 odds from which an odd word is reported
    manifest : as `models/manifest.json` has it
    signature : twelve hexadecimal digits that stand for all files and settings
    """

    cascade: Cascade
    splitter: SentenceSplitter
    restorer: Restorer
    name_model: Perceptron
    thresholds: dict[str, float]
    human_scores: HumanScores
    min_evidence_log10_odds: float
    manifest: dict[str, Any]
    signature: str

    @property
    def vocabulary(self) -> Vocabulary:
        """The words that all parts know."""
        return self.cascade.vocabulary

    @property
    def tortured_phrases(self) -> PhraseIndex:
        """Set terms of science in other words."""
        return self.cascade.tortured_phrases

    @property
    def screen(self) -> Stage:
        """The stage that reads every text."""
        return self.cascade.screen

    @property
    def full(self) -> Stage:
        """The stage that reads texts that may lie near the threshold."""
        return self.cascade.full


def find_models() -> Path:
    """Return the folder of the models: the one that DETECTOR_MODELS names, or this installation's own.

    Raises ModelError if there are no models.
    """
    named = os.environ.get(MODELS_VARIABLE)
    if named:
        if not os.path.isfile(Path(named) / "manifest.json"):  # pathlib raises for a name that no file can have
            raise ModelError(f"no models in {named}, which {MODELS_VARIABLE} names: expected manifest.json there")
        return Path(named)
    package = Path(__file__).resolve().parent
    for folder in (package / "models", package.parent / "models"):
        if (folder / "manifest.json").is_file():
            return folder
    raise ModelError(
        f"no models: expected {package / 'models' / 'manifest.json'} (installed) or "
        f"{package.parent / 'models' / 'manifest.json'} (checkout). Reinstall the package, run `detector train`, or "
        f"name their folder in {MODELS_VARIABLE}."
    )


def use_models(folder: Path) -> None:
    """Let this process, and processes that it starts, use the models of another folder from now on.

    Raises ModelError if there are none.
    """
    former = os.environ.get(MODELS_VARIABLE)
    try:
        os.environ[MODELS_VARIABLE] = str(folder.absolute())
        find_models()
    except (ModelError, OSError):  # OSError: the working folder is gone
        os.environ.pop(MODELS_VARIABLE, None)
        if former is not None:
            os.environ[MODELS_VARIABLE] = former
        raise ModelError(f"no models in {folder}: expected manifest.json there") from None
    load_models.cache_clear()


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_text(path: Path) -> str:
    """Return the text of a gzipped file.

    Raises ModelError if it cannot be unpacked.
    """
    try:
        return gzip.decompress(path.read_bytes()).decode("utf-8")
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise ModelError(f"the model file {path} cannot be read ({error}): reinstall the package") from error


def write_text(text: str, path: Path) -> None:
    """Write a gzipped file without the time of writing."""
    path.write_bytes(gzip.compress(text.encode("utf-8"), mtime=0))


def _seal(manifest: dict[str, Any]) -> str:
    """Return the SHA-256 of the manifest itself, without the member that holds it."""
    content = {k: v for k, v in manifest.items() if k != "sha256"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest of a folder of models, with a SHA-256 of its own."""
    sealed = json.loads(json.dumps(manifest))  # as it will be read: JSON has no tuples
    with write_file(folder / "manifest.json") as file:
        json.dump({**sealed, "sha256": _seal(sealed)}, file, indent=1, ensure_ascii=False)
        file.write("\n")


def _manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a folder whose files are all there, in the sizes that it says."""
    path = folder / "manifest.json"
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        found = manifest.get("format")
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        raise ModelError(f"{path} cannot be read ({error}): reinstall the package") from error
    if found != FORMAT:
        age = "the" if not isinstance(found, int) else "the older" if found < FORMAT else "the newer"
        upgrade = "upgrade the package, " if age == "the newer" else ""
        raise ModelError(
            f"the models in {folder} have {age} format {found!r}, this version reads {FORMAT}: {upgrade}"
            "install the models that belong to it, or run `detector train`"
        )
    if manifest.get("sha256") != _seal(manifest):
        raise ModelError(f"{path} was changed after it was written: reinstall the package")
    try:
        for name, entry in manifest["files"].items():
            file = folder / name
            size = file.stat().st_size if file.is_file() else None
            if size != entry["bytes"]:
                raise ModelError(
                    f"the model file {file} has {size if size is not None else 'no'} bytes, expected {entry['bytes']}: "
                    "reinstall the package"
                )
        found_files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.suffix in _MODEL_SUFFIXES}
        unlisted = found_files - {"manifest.json", "evaluation.json", *manifest["files"]}
    except (OSError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise ModelError(f"{path} is not a manifest of models ({error!r}): reinstall the package") from error
    if unlisted:
        raise ModelError(f"{path} does not list {min(unlisted)}: remove that file, or reinstall the package")
    return manifest


def _user_cache() -> Path:
    """Return the user's own folder for files that may be deleted at any time."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "detector"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "detector"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "detector"


def _identity(path: Path) -> list[int]:
    """Return values that change when a file is written to or replaced, even if its date is set back."""
    found = path.stat()
    return [found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns]


def _check_files(folder: Path, files: dict[str, Any], remembered: dict[str, Any]) -> dict[str, Any]:
    """Check the files that are not remembered as good; return all that now are: identity and SHA-256 by name.

    Raises ModelError on the first that has another SHA-256 than the manifest says.
    """
    good = {}
    for name, entry in files.items():
        path = folder / name
        try:
            # The identity first: a change between the two reads must not count as checked.
            known = [_identity(path), entry["sha256"]]
            if remembered.get(name) != known:
                found = sha256_of(path)
                if found != entry["sha256"]:
                    raise ModelError(
                        f"the model file {path} has SHA-256 {found[:12]}…, expected {entry['sha256'][:12]}…: "
                        "reinstall the package"
                    )
        except (OSError, KeyError, TypeError) as error:
            raise ModelError(f"the model file {path} cannot be read ({error}): reinstall the package") from error
        good[name] = known
    return good


def verify_models(folder: Path) -> None:
    """Check every model file against its SHA-256 in the manifest; raise ModelError on the first that differs."""
    _check_files(folder, _manifest(folder)["files"], {})


def _check_once(folder: Path, files: dict[str, Any]) -> None:
    """Check the files of a folder, except those that were good before and have not changed since."""
    remembered: dict[str, Any] = {}
    memory = None
    with suppress(OSError, ValueError, RuntimeError, RecursionError):  # no home, nothing kept, or nothing of use
        key = hashlib.sha256(os.fsencode(folder.absolute())).hexdigest()[:16]
        memory = _user_cache() / f"models-{key}.json"
        kept = json.loads(memory.read_text(encoding="utf-8"))
        remembered = kept if isinstance(kept, dict) else {}
    good = _check_files(folder, files, remembered)
    if memory is not None and good != remembered:
        with suppress(OSError):
            memory.parent.mkdir(parents=True, exist_ok=True)
            with write_file(memory, sync=False) as file:
                json.dump(good, file)


def _check_columns(folder: Path, models: dict[str, tuple[tuple[str, ...], tuple[str, ...]]]) -> None:
    """Raise ModelError if a model (by name: found, expected) was fitted on other columns than this version has."""
    for name, (found, expected) in models.items():
        if found != expected:
            other = sorted(set(found) ^ set(expected)) or "the same in another order"
            raise ModelError(
                f"the model in {folder / name} has other columns than this version ({other}): "
                "install the models that belong to it, or run `detector train`"
            )


def read_phrase_queries(path: Path) -> list[PhraseQuery]:
    """Return the tortured phrases: rows of query, expected term, log10 odds, and the anchor's words and slop."""
    return [
        PhraseQuery(Term(tuple(words), slop), expected, log10_odds, text)
        for text, expected, log10_odds, words, slop in json.loads(read_text(path))
    ]


def read_vocabulary(folder: Path) -> Vocabulary:
    """Return the words with their frequencies and usual case."""
    words = read_text(folder / "words.txt.gz").split("\n")[:-1]
    zipf = np.load(folder / "zipf.npy", allow_pickle=False).astype(np.float32) / ZIPF_STEPS
    usual_case = np.load(folder / "usual_case.npy", allow_pickle=False)
    if not len(words) + len(SPECIAL_WORDS) == len(zipf) == len(usual_case):
        raise ModelError(f"{folder}: {len(words)} words, {len(zipf)} frequencies: reinstall the package")
    return Vocabulary(words, zipf, usual_case)


ZIPF_STEPS = 25  # stored frequencies are whole steps of 0.04 on the Zipf scale


def _read_human_scores(folder: Path) -> HumanScores:
    """Return the scores of human text; without the folder, as during training, a table whose rates are all 1."""
    return read_arrays(HumanScores, folder) if folder.is_dir() else HumanScores(np.ones((4, 81), dtype=np.int32))


@cache
def load_models(folder: Path | None = None) -> Models:
    """Return the models of `folder`, or those that belong to this installation; each read once a process."""
    folder = find_models() if folder is None else folder
    manifest = _manifest(folder)
    _check_once(folder, manifest["files"])
    try:
        return _models(folder, manifest)
    # Files that are whole but of another form: made by hand, or by another version.
    except (OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
        raise ModelError(
            f"the models in {folder} are not in the form that this version reads ({error!r}): "
            "install the models that belong to it, or run `detector train`"
        ) from error


def _read_splitter(path: Path) -> SentenceSplitter:
    punkt = json.loads(path.read_text(encoding="utf-8"))
    return SentenceSplitter(
        tuple(punkt["abbreviations"]),
        tuple((a, b) for a, b in punkt["collocations"]),
        tuple(punkt["starters"]),
    )


def _models(folder: Path, manifest: dict[str, Any]) -> Models:
    """Return the models of a folder whose files are those of its manifest."""
    settings = manifest["settings"]
    vocabulary = read_vocabulary(folder / "vocabulary")
    language_model = read_arrays(LanguageModel, folder / "language_model")
    channel = read_arrays(Channel, folder / "channel")
    vectors = read_arrays(WordVectors, folder / "word_vectors")

    def stage(name: str) -> Stage:
        own = folder / name
        candidate_model = read_arrays(Perceptron, own / "candidate_model")
        token_model = read_arrays(TokenModel, own / "token_model")
        passage_model = read_arrays(BoostedTrees, own / "passage_model")
        _check_columns(
            own,
            {
                "candidate_model": (candidate_model.columns, CANDIDATE_COLUMNS),
                "token_model": (token_model.kinds, KINDS),
                "token_model/network": (token_model.network.columns, TOKEN_COLUMNS),
                "token_model/context_only": (token_model.context_only.columns, CONTEXT_ONLY_COLUMNS),
                "passage_model": (passage_model.columns, FEATURE_NAMES),
            },
        )
        values = settings["stages"][name]
        extractor = FeatureExtractor(
            vocabulary,
            language_model,
            ContextModel(vectors, read_arrays(ReaderWeights, own / "reader")),
            channel,
            math.inf if values["max_context_log10_odds"] is None else values["max_context_log10_odds"],
            values["max_candidates"],
            values["weighs_neighbours"],
            candidate_model,
            token_model,
        )
        a0, a1 = values["document_calibration"]
        return Stage(extractor, passage_model, (a0, a1))

    network, name_model = (read_arrays(Perceptron, folder / name) for name in ("reranker", "name_model"))
    _check_columns(
        folder, {"reranker": (network.columns, RERANK_COLUMNS), "name_model": (name_model.columns, NAME_COLUMNS)}
    )
    digest = hashlib.sha256(json.dumps([manifest["files"], settings], sort_keys=True).encode())
    phrases = PhraseIndex(read_phrase_queries(folder / "tortured_phrases.json.gz"), vocabulary)
    return Models(
        Cascade(vocabulary, stage("screen"), stage("full"), settings["escalation_margin"], phrases),
        _read_splitter(folder / "punkt.json"),
        Restorer(Reranker(network), RestorerSettings(**settings["restorer"])),
        name_model,
        settings["thresholds"],
        _read_human_scores(folder / "human_scores"),
        settings["min_evidence_log10_odds"],
        manifest,
        digest.hexdigest()[:12],
    )
