"""Thesauri as one read-only shape: which words a dictionary would write instead of a headword.

- WordNet 3.0 (Princeton University, WordNet licence), Debian's `wordnet-base`, under /usr/share/wordnet.
- MyThes' English thesaurus (LibreOffice dictionaries, derived from WordNet; MPL-2.0 and the WordNet licence),
  Debian's `mythes-en-us`, under /usr/share/mythes.
- Moby Thesaurus II (Grady Ward, public domain), one comma-separated line a headword. Nothing that ships is fitted
  on it: it stands for the thesauri that the detector has never seen.

They are needed to train, never to run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from detector.errors import InputError

__all__ = [
    "MYTHES_FILE",
    "RELATION_WEIGHT",
    "WORDNET_FOLDER",
    "Relation",
    "Synonym",
    "Thesaurus",
    "load_moby",
    "load_mythes",
    "load_wordnet",
]

WORDNET_FOLDER = Path("/usr/share/wordnet")
MYTHES_FILE = Path("/usr/share/mythes/th_en_US_v2.dat")

Relation = Literal["synonym", "similar", "generic"]
# How near in meaning the relation is, the same sense being 1. A judgement from reading samples of each.
RELATION_WEIGHT: Mapping[Relation, float] = {"synonym": 1.0, "similar": 0.5, "generic": 0.3}

_DATA_FILES = {"n": "data.noun", "v": "data.verb", "a": "data.adj", "r": "data.adv"}
_MYTHES_POS = {"(noun)": "n", "(verb)": "v", "(adj)": "a", "(adv)": "r"}
_MYTHES_NOTE = re.compile(r" \((generic|similar|related) term\)$")
_MARKER = re.compile(r"\((?:a|p|ip)\)$")  # where an adjective may stand


@dataclass(frozen=True, slots=True)
class Synonym:
    """What a thesaurus lists under a headword: the words, their part of speech ("" unknown) and the sense."""

    text: str
    pos: str
    sense: int
    relation: Relation


@dataclass(frozen=True)
class Thesaurus:
    """A named thesaurus: lower-case headword → its synonyms, senses in the order of the source."""

    name: str
    entries: Mapping[str, tuple[Synonym, ...]]

    def synonyms(self, headword: str, pos: str | None = None) -> list[Synonym]:
        """Return what is listed under a headword, of one part of speech or all; empty where it is unknown."""
        return [s for s in self.entries.get(headword, ()) if pos is None or s.pos == pos]

    @cached_property
    def parts_of_speech(self) -> dict[str, frozenset[str]]:
        """Parts of speech of each headword."""
        return {h: frozenset(s.pos for s in found) for h, found in self.entries.items()}


def _lines(path: Path, what: str, encoding: str = "utf-8") -> list[str]:
    try:
        return path.read_text(encoding=encoding).splitlines()
    except OSError as error:
        raise InputError(f"no {what} at {path} ({error.strerror}); install it or give its path") from error


def _frozen(name: str, entries: dict[str, dict[tuple[str, str], Synonym]]) -> Thesaurus:
    return Thesaurus(name, {h: tuple(found.values()) for h, found in entries.items() if found})


def load_wordnet(folder: Path = WORDNET_FOLDER) -> Thesaurus:
    """Return WordNet: the words of each synset, similar adjectives, and the words one step more general.

    Senses are numbered as WordNet orders them for each headword, the commonest first.
    """
    synsets: dict[tuple[str, str], tuple[list[str], list[tuple[Relation, tuple[str, str]]]]] = {}
    for pos, name in _DATA_FILES.items():
        for line in _lines(folder / name, "WordNet data file"):
            if line.startswith(" "):
                continue  # the licence
            fields = line.partition(" | ")[0].split()
            count = int(fields[3], 16)
            words = [_MARKER.sub("", w).replace("_", " ") for w in fields[4 : 4 + 2 * count : 2]]
            pointers = fields[5 + 2 * count :]
            related: list[tuple[Relation, tuple[str, str]]] = []
            for symbol, offset, kind in zip(pointers[0::4], pointers[1::4], pointers[2::4], strict=False):
                if symbol == "&":
                    related.append(("similar", ("a", offset)))
                elif symbol == "@":
                    related.append(("generic", (kind, offset)))
            synsets[pos, fields[0]] = (words, related)

    entries: dict[str, dict[tuple[str, str], Synonym]] = {}
    for pos, name in _DATA_FILES.items():
        for line in _lines(folder / name.replace("data", "index"), "WordNet index file"):
            if line.startswith(" "):
                continue
            fields = line.split()
            headword = fields[0].replace("_", " ")
            found = entries.setdefault(headword, {})
            offsets = fields[-int(fields[2]) :]
            for sense, offset in enumerate(offsets):
                words, related = synsets[pos, offset]
                listed: list[tuple[Relation, str]] = [("synonym", w) for w in words]
                for relation, other in related:
                    listed += [(relation, w) for w in synsets[other][0]]
                for relation, word in listed:
                    if word.lower() != headword:
                        found.setdefault((word, pos), Synonym(word, pos, sense, relation))
    return _frozen("wordnet", entries)


def load_mythes(path: Path = MYTHES_FILE) -> Thesaurus:
    """Return a thesaurus in MyThes' format: `headword|senses`, then a line `(pos)|word|word (note)` a sense."""
    encoding, *lines = _lines(path, "MyThes thesaurus")
    if encoding.strip().lower() not in {"utf-8", "iso8859-1", "ascii"}:
        raise InputError(f"{path}: the first line of a MyThes file names its encoding, got {encoding[:40]!r}")
    entries: dict[str, dict[tuple[str, str], Synonym]] = {}
    place = 0
    while place < len(lines):
        headword, _, count = lines[place].rpartition("|")
        if not count.isdigit():
            raise InputError(f"{path}, line {place + 2}: expected headword|number of senses")
        found = entries.setdefault(headword.lower(), {})
        for sense, line in enumerate(lines[place + 1 : place + 1 + int(count)]):
            kind, *words = line.split("|")
            pos = _MYTHES_POS.get(kind, "")
            for word in words:
                note = _MYTHES_NOTE.search(word)
                text = word[: note.start()] if note else word
                if text.endswith(" (antonym)") or text.lower() == headword.lower():
                    continue
                relation: Relation = "synonym"
                if note:
                    relation = "generic" if note[1] == "generic" else "similar"
                found.setdefault((text, pos), Synonym(text, pos, sense, relation))
        place += 1 + int(count)
    return _frozen("mythes", entries)


def load_moby(path: Path, parts_of_speech: Mapping[str, frozenset[str]]) -> Thesaurus:
    """Return a thesaurus of lines `headword,word,word,...`, such as Moby's.

    Such a file names no parts of speech: a synonym gets every one that it shares with its headword in
    `parts_of_speech` (WordNet's, say), and "" where they share none.
    """
    entries: dict[str, dict[tuple[str, str], Synonym]] = {}
    for line in _lines(path, "thesaurus"):
        headword, *words = line.split(",")
        own = parts_of_speech.get(headword.lower(), frozenset())
        found = entries.setdefault(headword.lower(), {})
        for word in words:
            shared = own & parts_of_speech.get(word.lower(), frozenset())
            for pos in sorted(shared) or [""]:
                found.setdefault((word, pos), Synonym(word, pos, 0, "synonym"))
    return _frozen("moby", entries)
