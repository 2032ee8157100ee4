"""The fitted models on disk: found, checked and read, the large arrays memory-mapped; nothing in them executes.

`models/<part>/<array>.npy` holds the arrays, `models/manifest.json` what they are, what they were made from and their
SHA-256. Long lists of words are gzipped, and ids take three bytes each. `models/` lies inside an installed package and
beside the package in a checkout.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import zlib
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import numpy as np
from numpy.typing import NDArray

from detector.cues.misspelt_name import NAME_COLUMNS
from detector.cues.phrase_query import PhraseQuery, first_term, parse
from detector.cues.tortured_phrase import TorturedPhrases
from detector.errors import ModelError
from detector.estimators.channel import Channel
from detector.estimators.classifier import DOCUMENT_FEATURE_NAMES, BoostedTrees, LogisticModel
from detector.estimators.context_model import ContextModel, ReaderWeights, WordVectors
from detector.estimators.language_model import LanguageModel
from detector.estimators.perceptron import Perceptron
from detector.restore.rerank import RERANK_COLUMNS, Reranker
from detector.restore.restorer import Restorer, RestorerSettings
from detector.scoring.passage_features import FEATURE_NAMES
from detector.scoring.tokens import CANDIDATE_COLUMNS, KINDS, TOKEN_COLUMNS, FeatureExtractor, TokenModel
from detector.text.sentences import SentenceSplitter
from detector.text.vocabulary import SPECIAL_WORDS, Vocabulary

__all__ = [
    "CHOICE_MODELS",
    "FORMAT",
    "Models",
    "Stage",
    "find_models",
    "load_models",
    "read_arrays",
    "read_text",
    "sha256_of",
    "verify_models",
    "write_arrays",
    "write_text",
]

FORMAT = 7  # of the folder; a package reads the format that it was written for
CHOICE_MODELS = ("first_choice_model", "second_choice_model")  # folders of the networks that choose, in order

T = TypeVar("T")


@dataclass(frozen=True)
class Stage:
    """One stage of the cascade: what it measures with, and what it makes of that."""

    extractor: FeatureExtractor
    passage_model: BoostedTrees
    document_model: LogisticModel


@dataclass(frozen=True)
class Models:
    """Everything fitted, ready to use.

    Attributes
    ----------
    vocabulary, splitter, tortured, restorer : what all stages share
    screen, close : the stages; every text is screened, what the screen doubts is read closely
    doubt : P(spun) by the screen from which a text is read closely
    plain : oddness (`TokenScores.oddness`) up to which a text is not even screened for what could be put back
    thresholds : verdict thresholds by name, `default` among them
    min_evidence_log10_odds : log10 odds from which an oddity is reported
    manifest : as `models/manifest.json` has it
    signature : twelve hexadecimal digits that stand for all files and settings
    """

    vocabulary: Vocabulary
    splitter: SentenceSplitter
    tortured: TorturedPhrases
    restorer: Restorer
    screen: Stage
    close: Stage
    doubt: float
    plain: float
    thresholds: dict[str, float]
    min_evidence_log10_odds: float
    manifest: dict[str, Any]
    signature: str


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


_THREE_BYTES = np.dtype("V3")


def _packed(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array as it is stored: whole numbers that fit are in three bytes each, lowest first."""
    if array.dtype != np.int32 or array.min(initial=0) < 0 or array.max(initial=0) >> 24:
        return array
    low = np.ascontiguousarray(array.astype("<i4").reshape(-1, 1).view(np.uint8)[:, :3])
    return low.view(_THREE_BYTES).reshape(array.shape)


def _unpacked(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array as `_packed` was given it."""
    if array.dtype != _THREE_BYTES:
        return array
    wide = np.zeros((array.size, 4), dtype=np.uint8)
    wide[:, :3] = array.reshape(-1, 1).view(np.uint8)
    out = wide.view("<i4").reshape(array.shape)
    out.flags.writeable = False
    return out


def write_arrays(value: Any, folder: Path) -> None:
    """Write a dataclass of arrays: one .npy an array, everything that is small in settings.json.

    A field that is a dataclass of arrays itself has a folder of its own.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings = {}
    for field in fields(value):
        item = getattr(value, field.name)
        if isinstance(item, np.ndarray):
            np.save(folder / f"{field.name}.npy", _packed(item), allow_pickle=False)
        elif is_dataclass(item):
            write_arrays(item, folder / field.name)
        else:
            settings[field.name] = item
    if settings:
        (folder / "settings.json").write_text(json.dumps(settings, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def read_arrays(kind: type[T], folder: Path) -> T:
    """Return what `write_arrays` wrote, large arrays memory-mapped but for those of three bytes a number.

    Raises ModelError where a file is missing or no array.
    """
    hints = get_type_hints(kind)
    settings: dict[str, Any] = {}
    try:
        if (folder / "settings.json").is_file():
            settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
        values: dict[str, Any] = {}
        for field in fields(kind):  # type: ignore[arg-type]
            path = folder / f"{field.name}.npy"
            if field.name in settings:
                item = settings[field.name]
                values[field.name] = tuple(item) if isinstance(item, list) else item
            elif path.is_file():
                large = path.stat().st_size > 100_000
                # A plain view: indexing the memmap class itself costs a Python call each time.
                array = np.load(path, mmap_mode="r" if large else None, allow_pickle=False)
                values[field.name] = _unpacked(array.view(np.ndarray))
            elif (folder / field.name).is_dir():
                values[field.name] = read_arrays(hints[field.name], folder / field.name)
            else:
                raise ModelError(f"the model file {path} is missing: reinstall the package, or run `detector train`")
    except (OSError, ValueError) as error:
        raise ModelError(f"the model in {folder} cannot be read ({error}): reinstall the package") from error
    return kind(**values)


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
        name_model = read_arrays(Perceptron, own / "name_model")
        passage_model = read_arrays(BoostedTrees, own / "passage_model")
        document_model = read_arrays(LogisticModel, own / "document_model")
        _check_columns(
            own,
            {
                "candidate_model": (candidate_model.columns, CANDIDATE_COLUMNS),
                "token_model": (token_model.kinds, KINDS),
                "token_model/network": (token_model.network.columns, TOKEN_COLUMNS),
                "name_model": (name_model.columns, NAME_COLUMNS),
                "passage_model": (passage_model.columns, FEATURE_NAMES),
                "document_model": (document_model.columns, DOCUMENT_FEATURE_NAMES),
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
            name_model,
        )
        return Stage(extractor, passage_model, document_model)

    choices = {name: read_arrays(Perceptron, folder / name) for name in CHOICE_MODELS}
    _check_columns(folder, {name: (choice.columns, RERANK_COLUMNS) for name, choice in choices.items()})
    reranker = Reranker(tuple(choices.values()), vectors, vocabulary)
    digest = hashlib.sha256(json.dumps([manifest["files"], settings], sort_keys=True).encode())
    return Models(
        vocabulary,
        splitter,
        TorturedPhrases(read_phrase_queries(folder / "fingerprints.json.gz"), vocabulary),
        Restorer(vocabulary, language_model, channel, reranker, RestorerSettings(**settings["restorer"])),
        stage("screen"),
        stage("close"),
        settings["doubt"],
        settings["plain"],
        settings["thresholds"],
        settings["min_evidence_log10_odds"],
        manifest,
        digest.hexdigest()[:12],
    )
