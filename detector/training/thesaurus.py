"""Thesauri for training: WordNet, LibreOffice's MyThes files, and plain word lists such as Moby.

None is needed at run time; what is learned from them lies in the models as word pairs.

- WordNet 3.0, Princeton University, WordNet licence (use for any purpose with its notice).
- MyThes' English thesaurus, LibreOffice dictionaries, derived from WordNet, under the same notice.
- `spintax.txt`, written for this project: what the synonym lists of article spinners have for everyday English.
- Moby Thesaurus II, Grady Ward, public domain. Nothing that ships is fitted on it: it stands for the thesauri
  that the detector has never seen.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from detector.errors import InputError
from detector.text.vocabulary import NAME, UNKNOWN, Vocabulary
from detector.training.inflection import Inflector
from detector.training.phrase_tables import DATA_FOLDER

__all__ = [
    "SPINTAX_FILE",
    "Synonym",
    "Thesaurus",
    "confusable_table",
    "inflected_pairs",
    "read_moby",
    "read_mythes",
    "read_spintax",
    "read_wordnet",
]

WORDNET_FOLDER = Path("/usr/share/wordnet")  # Debian's wordnet-base
MYTHES_FILE = Path("/usr/share/mythes/th_en_US_v2.dat")  # Debian's mythes-en-us
SPINTAX_FILE = DATA_FOLDER / "spintax.txt"
_PARTS = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}


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

    def synonyms(self, headword: str) -> Sequence[Synonym]:
        """Return what stands under a headword, closest first; empty where it is not listed."""
        return self.entries.get(headword, ())


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


def _require(path: Path, package: str) -> Path:
    if not path.exists():
        raise InputError(f"{path} is missing: training needs it (Debian: apt-get install {package})")
    return path


def read_wordnet(folder: Path = WORDNET_FOLDER) -> Thesaurus:
    """Return WordNet 3 as a thesaurus: words of one synset, adjectives of similar ones, hypernyms.

    Similar adjectives rank 2 below their sense, hypernyms 10.
    """
    _require(folder / "data.noun", "wordnet-base")

    def pairs() -> Iterator[tuple[str, str, str, int]]:
        for name, pos in _PARTS.items():
            synsets: dict[str, list[str]] = {}
            near: dict[str, list[tuple[str, int]]] = {}
            for line in (folder / f"data.{name}").read_text(encoding="utf-8").splitlines():
                if line.startswith("  "):
                    continue
                f = line.split(" | ")[0].split(" ")
                n = int(f[3], 16)
                synsets[f[0]] = [
                    re.sub(r"\((a|p|ip)\)$", "", w).lower().replace("_", " ") for w in f[4 : 4 + 2 * n : 2]
                ]
                p = f[5 + 2 * n :]
                near[f[0]] = [
                    (p[i + 1], 2 if p[i] == "&" else 10)
                    for i in range(0, 4 * int(f[4 + 2 * n]), 4)
                    if (p[i] == "&" or p[i] == "@") and p[i + 2] in (pos, "s")
                ]
            senses: dict[str, list[str]] = {}
            for line in (folder / f"index.{name}").read_text(encoding="utf-8").splitlines():
                if not line.startswith("  "):
                    f = line.split()
                    senses[f[0].replace("_", " ")] = f[-int(f[2]) :]
            for lemma, offsets in senses.items():
                for rank, offset in enumerate(offsets):
                    for word in synsets[offset]:
                        yield lemma, word, pos, rank
                    for other, step in near[offset]:
                        for word in synsets.get(other, ()):
                            yield lemma, word, pos, rank + step

    return _thesaurus("wordnet", pairs())


def read_mythes(path: Path = MYTHES_FILE) -> Thesaurus:
    """Return a MyThes thesaurus (LibreOffice's `th_*.dat`): generic and related terms rank below synonyms."""
    _require(path, "mythes-en-us")
    parts = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}

    def pairs() -> Iterator[tuple[str, str, str, int]]:
        headword, rank = "", 0
        for line in path.read_text(encoding="utf-8").splitlines()[1:]:
            first, *rest = line.lower().split("|")
            if not first.startswith("("):
                headword, rank = first, 0
                continue
            pos = parts.get(first.strip("()"), "n")
            for entry in rest:
                word, _, relation = entry.partition(" (")
                if not relation.startswith("antonym"):
                    yield headword, word, pos, rank + (5 if relation else 0)
            rank += 1

    return _thesaurus("mythes", pairs())


def read_spintax(path: Path = SPINTAX_FILE) -> Thesaurus:
    """Return a thesaurus of lines `pos headword|synonym|synonym|...`, closest synonym first.

    The part of speech is n, v, a, r, or x for what has no other forms.
    """

    def pairs() -> Iterator[tuple[str, str, str, int]]:
        for line in path.read_text(encoding="utf-8").splitlines():
            pos, _, listed = line.partition(" ")
            headword, *synonyms = listed.split("|")
            for place, word in enumerate(synonyms):
                yield headword, word, pos, place

    return _thesaurus("spintax", pairs())


def read_moby(path: Path, part_of_speech: Mapping[str, Sequence[str]]) -> Thesaurus:
    """Return a thesaurus of lines `headword,synonym,synonym,...` without parts of speech.

    `part_of_speech` says what a headword can be; a synonym is taken as each part of speech that both share.
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
    """Return what may stand in each word's place, int32 (words, columns), padded by repetition or else by 0.

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
            # What is over is filled with the thesauri's entries again, or the neighbours without them.
            pool = [s for s, _ in by_rank] or near
            row += [pool[i] for i in rng.integers(0, len(pool), columns - len(row))]
            table[o] = row
    return table
