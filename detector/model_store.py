"""The fitted models on disk: found, checked and read, the large arrays memory-mapped; nothing in them executes.

`models/<part>/<array>.npy` holds the arrays, `models/manifest.json` what they are, what they were made from and their
SHA-256. Long lists of words are gzipped. `models/` lies inside an installed package and
beside the package in a checkout.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from detector.cues.misspelt_name import NAME_COLUMNS
from detector.cues.phrase_index import PhraseIndex
from detector.cues.phrase_query import PhraseQuery, first_term, parse
from detector.errors import ModelError
from detector.estimators.arrays import read_arrays
from detector.estimators.channel import Channel
from detector.estimators.classifier import BoostedTrees
from detector.estimators.context_model import ContextModel, ReaderWeights, WordVectors
from detector.estimators.human_scores import HumanScores
from detector.estimators.language_model import LanguageModel
from detector.estimators.perceptron import Perceptron
from detector.restore.rerank import RERANK_COLUMNS, Reranker
from detector.restore.restorer import Restorer, RestorerSettings
from detector.scoring.cascade import Cascade
from detector.scoring.passage_features import FEATURE_NAMES
from detector.scoring.stage import Stage
from detector.scoring.tokens import CANDIDATE_COLUMNS, KINDS, TOKEN_COLUMNS, FeatureExtractor, TokenModel
from detector.text.sentences import SentenceSplitter
from detector.text.vocabulary import SPECIAL_WORDS, Vocabulary

__all__ = [
    "FORMAT",
    "Models",
    "find_models",
    "load_models",
    "read_text",
    "sha256_of",
    "verify_models",
    "write_text",
]

FORMAT = 8  # of the folder; a package reads the format that it was written for


@dataclass(frozen=True)
class Models:
    """Everything fitted, ready to use.

    Attributes
    ----------
    cascade : the two stages
    splitter, tortured_phrases, restorer : what all stages share
    name_model : weighs whether a name is a slip for another
    thresholds : verdict thresholds by name, `default` among them
    human_scores : how often human text scores as high, by length
    min_evidence_log10_odds : log10 odds from which an odd word is reported
    manifest : as `models/manifest.json` has it
    signature : twelve hexadecimal digits that stand for all files and settings
    """

    cascade: Cascade
    splitter: SentenceSplitter
    tortured_phrases: PhraseIndex
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
    def screen(self) -> Stage:
        """The stage that reads every text."""
        return self.cascade.screen

    @property
    def full(self) -> Stage:
        """The stage that reads what may lie near the threshold."""
        return self.cascade.full


def find_models() -> Path:
    """Return the folder of the models: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent
    for folder in (package / "models", package.parent / "models"):
        if (folder / "manifest.json").is_file():
            return folder
    raise ModelError(
        f"no models: expected {package / 'models' / 'manifest.json'} (installed) or "
        f"{package.parent / 'models' / 'manifest.json'} (checkout). Reinstall the package, or run `detector train`."
    )


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_text(path: Path) -> str:
    """Return the text of a gzipped file.

    Raises ModelError where it cannot be unpacked.
    """
    try:
        return gzip.decompress(path.read_bytes()).decode("utf-8")
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise ModelError(f"the model file {path} cannot be read ({error}): reinstall the package") from error


def write_text(text: str, path: Path) -> None:
    """Write a gzipped file, which does not tell when it was written."""
    path.write_bytes(gzip.compress(text.encode("utf-8"), mtime=0))


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{folder / 'manifest.json'} cannot be read ({error}): reinstall the package") from error
    if manifest.get("format") != FORMAT:
        raise ModelError(
            f"the models in {folder} have format {manifest.get('format')!r}, this version reads {FORMAT}: "
            "install the models that belong to it, or run `detector train`"
        )
    for name, entry in manifest["files"].items():
        path = folder / name
        size = path.stat().st_size if path.is_file() else None
        if size != entry["bytes"]:
            raise ModelError(
                f"the model file {path} has {size if size is not None else 'no'} bytes, expected {entry['bytes']}: "
                "reinstall the package"
            )
    return manifest


def verify_models(folder: Path) -> None:
    """Check every model file against its SHA-256 in the manifest; raise ModelError on the first that differs."""
    for name, entry in _manifest(folder)["files"].items():
        found = sha256_of(folder / name)
        if found != entry["sha256"]:
            raise ModelError(
                f"the model file {folder / name} has SHA-256 {found[:12]}…, "
                f"expected {entry['sha256'][:12]}…: reinstall the package"
            )


def _check_columns(folder: Path, models: dict[str, tuple[tuple[str, ...], tuple[str, ...]]]) -> None:
    """Raise ModelError where a model (by name: found, expected) was fitted on other columns than this version has."""
    for name, (found, expected) in models.items():
        if found != expected:
            other = sorted(set(found) ^ set(expected)) or "the same in another order"
            raise ModelError(
                f"the model in {folder / name} has other columns than this version ({other}): "
                "install the models that belong to it, or run `detector train`"
            )


def read_phrase_queries(path: Path) -> list[PhraseQuery]:
    """Return the tortured phrases: rows of query, expected term and log10 odds."""
    out = []
    for text, expected, log10_odds in json.loads(read_text(path)):
        query = parse(text)
        out.append(PhraseQuery(first_term(query), expected, log10_odds, query))
    return out


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
    """Return how human text scores; while models are being fitted, no text has been scored yet."""
    return read_arrays(HumanScores, folder) if folder.is_dir() else HumanScores(np.ones((4, 81), dtype=np.int32))


@cache
def load_models(folder: Path | None = None) -> Models:
    """Return the models of `folder`, or those that belong to this installation; each read once a process."""
    folder = find_models() if folder is None else folder
    manifest = _manifest(folder)
    settings = manifest["settings"]
    vocabulary = read_vocabulary(folder / "vocabulary")
    language_model = read_arrays(LanguageModel, folder / "language_model")
    channel = read_arrays(Channel, folder / "channel")
    punkt = json.loads((folder / "punkt.json").read_text(encoding="utf-8"))
    splitter = SentenceSplitter(
        tuple(punkt["abbreviations"]),
        tuple((a, b) for a, b in punkt["collocations"]),
        tuple(punkt["starters"]),
    )
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
            candidate_model,
            token_model,
        )
        a0, a1 = values["document_calibration"]
        return Stage(extractor, passage_model, (a0, a1))

    network, name_model = (read_arrays(Perceptron, folder / name) for name in ("reranker", "name_model"))
    _check_columns(
        folder, {"reranker": (network.columns, RERANK_COLUMNS), "name_model": (name_model.columns, NAME_COLUMNS)}
    )
    reranker = Reranker(network, vectors, vocabulary)
    digest = hashlib.sha256(json.dumps([manifest["files"], settings], sort_keys=True).encode())
    return Models(
        Cascade(vocabulary, stage("screen"), stage("full"), settings["escalation_margin"]),
        splitter,
        PhraseIndex(read_phrase_queries(folder / "tortured_phrases.json.gz"), vocabulary),
        Restorer(vocabulary, language_model, channel, reranker, RestorerSettings(**settings["restorer"])),
        name_model,
        settings["thresholds"],
        _read_human_scores(folder / "human_scores"),
        settings["min_evidence_log10_odds"],
        manifest,
        digest.hexdigest()[:12],
    )
