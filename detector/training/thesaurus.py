"""Thesauri for training: WordNet, LibreOffice's MyThes files, and plain word lists such as Moby.

None is needed at run time: the models hold the word pairs that were learned from them.

- WordNet 3.0, Princeton University, WordNet licence (use for any purpose with its notice). `find_wordnet` looks for its
  database files, NLTK's copy included.
- MyThes' English thesaurus, LibreOffice dictionaries, derived from WordNet, under the same notice. `find_mythes` looks
  for it, LibreOffice's copy included.
- `spintax.txt`, written for this project: synonym lists of everyday English in the manner of article spinners.
- Moby Thesaurus II, Grady Ward, public domain. No shipped model is fitted on it: it represents thesauri that the
  detector has never seen.

NLTK's `WordNetCorpusReader` was tried in place of `read_wordnet`. It opens only folders below NLTK's own data path, and
needs a file (`lexnames`) and a mapping that Debian's package does not have. With both supplied, it gave 99.996% of the
672,148 entries below and 9,637 more, since it also looks up the lemma of every headword ("marines" under "marine"), in
three times the time.
"""

from __future__ import annotations

import os
import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from detector.errors import InputError
from detector.text.vocabulary import NAME, UNKNOWN, Vocabulary
from detector.training.inflection import Inflector
from detector.training.phrase_tables import DATA_FOLDER

__all__ = [
    "HYPERNYM_RANK",
    "SPINTAX_FILE",
    "Synonym",
    "Thesaurus",
    "confusable_table",
    "find_mythes",
    "find_wordnet",
    "inflected_pairs",
    "read_moby",
    "read_mythes",
    "read_spintax",
    "read_wordnet",
    "wordnet_files",
]

# Folders of WordNet's database files: packages of Debian, Fedora, Homebrew and MacPorts, and WordNet's own installers.
_WORDNET_PLACES = (
    "/usr/share/wordnet",
    "/usr/share/wordnet*/dict",
    "/usr/local/share/wordnet*/dict",
    "/opt/homebrew/opt/wordnet/dict",
    "/usr/local/opt/wordnet/dict",
    "/opt/local/share/WordNet-3*/dict",
    "/usr/local/WordNet-3*/dict",
    "C:/Program Files*/WordNet/3*/dict",
)
# MyThes' English thesaurus: packages of Linux distributions, and LibreOffice on Linux, macOS and Windows.
_MYTHES_PLACES = (
    "/usr/share/mythes/th_en_US_v2.dat",
    "/usr/lib*/libreoffice/share/extensions/dict-en/th_en_US_v2.dat",
    "/opt/libreoffice*/share/extensions/dict-en/th_en_US_v2.dat",
    "/Applications/LibreOffice.app/Contents/Resources/extensions/dict-en/th_en_US_v2.dat",
    "C:/Program Files*/LibreOffice/share/extensions/dict-en/th_en_US_v2.dat",
)
SPINTAX_FILE = DATA_FOLDER / "spintax.txt"
_PARTS = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}
_SIMILAR_RANK, HYPERNYM_RANK = 2, 10  # a hypernym of the commonest sense has the latter


@dataclass(frozen=True, slots=True)
class Synonym:
    """One entry under a headword: a lemma, its part of speech, and how close it is.

    `rank` is 0 for a synonym in the headword's commonest sense; rarer senses and looser relations add to it.
    """

    lemma: str
    pos: str
    rank: int


@dataclass(frozen=True)
class Thesaurus:
    """Headwords (lemmas, lower case, words set apart by one space) with their synonyms."""

    name: str
    entries: Mapping[str, Sequence[Synonym]] = field(repr=False)


def _thesaurus(name: str, pairs: Iterable[tuple[str, str, str, int]]) -> Thesaurus:
    """Collect (headword, synonym, pos, rank), each synonym once under its closest rank."""
    best: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)
    for headword, synonym, pos, rank in pairs:
        if synonym != headword:
            known = best[headword]
            key = (synonym, pos)
            known[key] = min(rank, known.get(key, rank))
    return Thesaurus(
        name,
        {
            headword: [Synonym(s, p, rank) for (s, p), rank in sorted(found.items(), key=lambda x: (x[1], x[0]))]
            for headword, found in best.items()
        },
    )


def _matches(patterns: Iterable[str]) -> Iterator[Path]:
    """Yield the paths that match absolute patterns, in their order; those of other systems match nothing."""
    for pattern in patterns:
        path = Path(pattern)
        if path.is_absolute():
            yield from sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))


def _nltk_wordnets() -> Iterator[Traversable]:
    """Yield the places at which NLTK's downloader leaves WordNet, as a folder or as an archive."""
    import nltk

    for folder in [*filter(None, os.environ.get("NLTK_DATA", "").split(os.pathsep)), *nltk.data.path]:
        yield Path(folder, "corpora", "wordnet")
        archive = Path(folder, "corpora", "wordnet.zip")
        if zipfile.is_zipfile(archive):
            yield zipfile.Path(archive, "wordnet/")


def _wordnets() -> Iterator[Traversable]:
    """Yield the places to look for WordNet: those that variables of the environment name, then the usual ones."""
    if folder := os.environ.get("WNSEARCHDIR"):
        yield Path(folder)
    if folder := os.environ.get("WNHOME"):
        yield Path(folder, "dict")
    yield from _matches(_WORDNET_PLACES)
    yield from _nltk_wordnets()


def find_wordnet(folder: Traversable | None = None) -> Traversable:
    """Return a folder of WordNet 3's database files: the given one, or the first that is found.

    Looks at `$WNSEARCHDIR`, `$WNHOME`, the places of package managers and installers, and NLTK's data (`$NLTK_DATA`).
    Raises InputError if there is none.
    """
    for place in _wordnets() if folder is None else [folder]:
        if (place / "data.noun").is_file():
            return place
    where = "in any usual place" if folder is None else f"in {folder}: data.noun is missing there"
    raise InputError(
        f"training needs WordNet 3, which is not {where}. Install it (Debian: apt-get install wordnet-base; Homebrew: "
        "brew install wordnet; anywhere: python -m nltk.downloader wordnet), or give its folder with --wordnet"
    )


def wordnet_files(folder: Traversable) -> list[Traversable]:
    """Return the database files in a folder of WordNet: data, index and exceptions of each part of speech."""
    names = (name.format(part) for part in _PARTS for name in ("data.{}", "index.{}", "{}.exc"))
    return [folder / name for name in names if (folder / name).is_file()]


def find_mythes(path: Path | None = None) -> Path:
    """Return MyThes' English thesaurus: the given file, or the first that is found.

    Raises InputError if there is none.
    """
    for place in _matches(_MYTHES_PLACES) if path is None else [path]:
        if place.is_file():
            return place
    where = "in any usual place" if path is None else f"at {path}"
    raise InputError(
        f"training needs the English thesaurus of MyThes, which is not {where}. Install it (Debian: apt-get install "
        "mythes-en-us; anywhere: LibreOffice, which has it), or give the file th_en_US_v2.dat with --mythes"
    )


def _synset(line: str, pos: str) -> tuple[str, list[str], list[tuple[str, int]]]:
    """Return a synset's offset, its words, and offset and rank of the synsets near it, from a line of `data.*`."""
    f = line.split(" | ")[0].split(" ")
    n = int(f[3], 16)
    words = [re.sub(r"\((a|p|ip)\)$", "", w).lower().replace("_", " ") for w in f[4 : 4 + 2 * n : 2]]
    p = f[5 + 2 * n :]
    near = [
        (p[i + 1], _SIMILAR_RANK if p[i] == "&" else HYPERNYM_RANK)
        for i in range(0, 4 * int(f[4 + 2 * n]), 4)
        if (p[i] == "&" or p[i] == "@") and p[i + 2] in (pos, "s")
    ]
    return f[0], words, near


def _wordnet_pairs(folder: Traversable, name: str, pos: str) -> Iterator[tuple[str, str, str, int]]:
    """Yield (headword, synonym, pos, rank) of one part of speech."""
    words: dict[str, list[str]] = {}
    near: dict[str, list[tuple[str, int]]] = {}
    for line in _database_lines(folder / f"data.{name}"):
        offset, words_here, near_here = _synset(line, pos)
        words[offset], near[offset] = words_here, near_here
    for line in _database_lines(folder / f"index.{name}"):
        f = line.split()
        headword = f[0].replace("_", " ")
        for rank, offset in enumerate(f[-int(f[2]) :]):
            for word in words[offset]:
                yield headword, word, pos, rank
            for other, step in near[offset]:
                for word in words.get(other, ()):
                    yield headword, word, pos, rank + step


def _database_lines(path: Traversable) -> Iterator[str]:
    """Yield the lines of a database file after its licence."""
    return (line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("  "))


def read_wordnet(folder: Traversable | None = None) -> Thesaurus:
    """Return WordNet 3 as a thesaurus: words of one synset, adjectives of similar ones, hypernyms.

    Similar adjectives rank 2 below their sense, hypernyms 10. `folder` is as `find_wordnet` takes it.
    """
    found = find_wordnet(folder)
    return _thesaurus("wordnet", (pair for name, pos in _PARTS.items() for pair in _wordnet_pairs(found, name, pos)))


def read_mythes(path: Path | None = None) -> Thesaurus:
    """Return a MyThes thesaurus (LibreOffice's `th_*.dat`): generic and related terms rank below synonyms.

    `path` is as `find_mythes` takes it.
    """
    lines = find_mythes(path).read_text(encoding="utf-8").splitlines()

    def pairs() -> Iterator[tuple[str, str, str, int]]:
        headword, rank = "", 0
        for line in lines[1:]:
            first, *rest = line.lower().split("|")
            if not first.startswith("("):
                headword, rank = first, 0
                continue
            pos = _PARTS.get(first.strip("()"), "n")
            for entry in rest:
                word, _, relation = entry.partition(" (")
                if not relation.startswith("antonym"):
                    yield headword, word, pos, rank + (5 if relation else 0)
            rank += 1

    return _thesaurus("mythes", pairs())


def read_spintax() -> Thesaurus:
    """Return our own thesaurus, of lines `pos headword|synonym|synonym|...`, closest synonym first.

    The part of speech is n, v, a, r, or x for words without other forms.
    """

    def pairs() -> Iterator[tuple[str, str, str, int]]:
        for line in SPINTAX_FILE.read_text(encoding="utf-8").splitlines():
            pos, _, listed = line.partition(" ")
            headword, *synonyms = listed.split("|")
            for place, word in enumerate(synonyms):
                yield headword, word, pos, place

    return _thesaurus("spintax", pairs())


def read_moby(path: Path, part_of_speech: Mapping[str, Sequence[str]]) -> Thesaurus:
    """Return a thesaurus of lines `headword,synonym,synonym,...` without parts of speech.

    `part_of_speech` lists those of a headword; a synonym is taken as each part of speech that both share.
    """

    def pairs() -> Iterator[tuple[str, str, str, int]]:
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            headword, *synonyms = line.strip().lower().split(",")
            own = part_of_speech.get(headword, ())
            for word in synonyms:
                for pos in own:
                    if " " in word or pos in part_of_speech.get(word, ()):
                        yield headword, word, pos, 0

    return _thesaurus(path.stem, pairs())


def inflected_pairs(
    thesaurus: Thesaurus, inflector: Inflector, vocabulary: Mapping[str, int], max_words: int = 4
) -> Iterator[tuple[str, str, int, int]]:
    """Yield (original, substitute, rank, siblings) in every inflection that both have.

    `siblings` is how many synonyms the headword has in that part of speech. Wordings with a word that the
    vocabulary does not list are left out.
    """
    for headword, synonyms in thesaurus.entries.items():
        if not all(w in vocabulary for w in headword.split(" ")) or headword.count(" ") >= max_words:
            continue
        siblings = Counter(s.pos for s in synonyms)
        for synonym in synonyms:
            pos = synonym.pos
            at = headword.split(" ")[0 if pos == "v" else -1]
            if synonym.lemma.count(" ") >= max_words:
                continue
            for inflection, _ in inflector.forms(at, pos):
                original = inflector.phrase(headword, pos, inflection)
                substitute = inflector.phrase(synonym.lemma, pos, inflection)
                if not original or not substitute or original == substitute:
                    continue
                if all(w in vocabulary for w in substitute.split(" ")):
                    yield original, substitute, synonym.rank, siblings[pos]


def confusable_table(
    pairs: Iterable[tuple[str, str, int, int]],
    neighbours: NDArray[np.int32],
    vocabulary: Vocabulary,
    words: int,
    columns: int = 16,
    from_neighbours: int = 4,
    seed: int = 0,
) -> NDArray[np.int32]:
    """Return words that may stand in each word's place, int32 (words, columns), padded by repetition or else by 0.

    The closest single-word substitutes of the thesauri, then distributional neighbours.
    """
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for original, substitute, rank, _ in pairs:
        o, s = vocabulary.get(original, UNKNOWN), vocabulary.get(substitute, UNKNOWN)
        if NAME < o < words and NAME < s < words:
            known = found[o]
            known[s] = min(rank, known.get(s, rank))
    table = np.zeros((words, columns), dtype=np.int32)
    rng = np.random.default_rng(seed)
    for o in range(NAME + 1, words):
        near = [int(n) for n in neighbours[o]] if o < len(neighbours) else []
        near = [n for n in near if n > NAME][:from_neighbours]
        by_rank = sorted(found.get(o, {}).items(), key=lambda x: (x[1], x[0]))
        row = [s for s, _ in by_rank[: columns - len(near)]] + near
        if row:
            # Columns that are left are filled with the thesauri's entries again, or the neighbours without them.
            pool = [s for s, _ in by_rank] or near
            row += [pool[i] for i in rng.integers(0, len(pool), columns - len(row))]
            table[o] = row
    return table
