"""One name spelt two ways in one article: what transliteration there and back, or a careless spinner, leaves behind.

Fires on a capitalised word inside a sentence that the vocabulary does not know (or hardly) and that differs by one
letter, doubled, dropped, changed or swapped, from another capitalised word of the same document.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict

import numpy as np

from detector.evidence.measurements import Measurements
from detector.lexicon import LOWER, NAME, Vocabulary
from detector.text import ALL_UPPER, FIRST_UPPER, MIXED_CASE, SENTENCE_START, WORD
from detector.types import Alternative, Evidence

__all__ = ["CUE", "find"]

CUE = "name_mangling"

_SHORTEST = 5  # letters; shorter names too often differ by one letter for good ("Lee", "Leo")
_AT_LEAST = 2  # times as often as the slip the name must stand in the text
_RARE_ZIPF = 2.6  # a name at least this common is a name of its own ("Austria" beside "Australia")
# Human articles misspell a name too: on held-out human text about one document in a hundred has such a pair.
_LOG10_ODDS = 1.0


def _plain(name: str) -> str:
    """The name without accents, which writers drop as they please."""
    if name.isascii():
        return name
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))


def _one_apart(a: str, b: str) -> bool:
    """Whether one letter dropped, changed or swapped makes one word of the other, the first letter apart."""
    if a[0] != b[0] or _plain(a) == _plain(b):
        return False
    if len(a) > len(b):
        a, b = b, a
    i = 0
    while i < len(a) and a[i] == b[i]:
        i += 1
    if len(b) - len(a) == 1:
        return a[i:] == b[i + 1 :] and not (i == len(a) and b[-1] in "seanio")
    if len(a) != len(b) or i == len(a):
        return False
    swapped = i + 1 < len(a) and a[i] == b[i + 1] and a[i + 1] == b[i] and a[i + 2 :] == b[i + 2 :]
    return swapped or (a[i + 1 :] == b[i + 1 :] and i < len(a) - 1)


def find(m: Measurements, vocabulary: Vocabulary) -> list[list[Evidence]]:
    """Return the misspelt mentions of each document."""
    batch = m.batch
    flags = batch.shape & (FIRST_UPPER | ALL_UPPER | MIXED_CASE | WORD)
    capital = flags == (FIRST_UPPER | WORD)
    long_enough = (batch.ends - batch.starts) >= _SHORTEST
    rare = (batch.ids == NAME) | (vocabulary.zipf[batch.ids] < _RARE_ZIPF)
    out: list[list[Evidence]] = [[] for _ in batch.texts]
    documents = np.unique(batch.document_of[capital & long_enough & rare])
    for d in documents.tolist():
        low, high = int(batch.documents[d]), int(batch.documents[d + 1])
        places = low + np.flatnonzero((capital & long_enough)[low:high])
        mentions: dict[str, list[int]] = defaultdict(list)
        text = batch.texts[d]
        spans = zip(places.tolist(), batch.starts[places].tolist(), batch.ends[places].tolist(), strict=True)
        for place, start, end in spans:
            mentions[text[start:end].lower()].append(place)
        by_length: dict[int, list[str]] = defaultdict(list)
        for name in mentions:
            by_length[len(name)].append(name)
        for name, at in mentions.items():
            first = at[0]
            if not rare[first] or not name.isalpha():
                continue
            # A word at a sentence's start is a name only where it also stands capitalised inside one.
            if all(batch.shape[p] & SENTENCE_START for p in at) and batch.ids[first] != NAME:
                continue
            near = [
                other
                for size in (len(name) - 1, len(name), len(name) + 1)
                for other in by_length.get(size, ())
                if other != name
                and other.isalpha()
                and _one_apart(name, other)
                and not (
                    vocabulary.usual_case[batch.ids[mentions[other][0]]] == LOWER
                    and batch.ids[mentions[other][0]] != NAME
                )
            ]
            if not near:
                continue
            likely = max(near, key=lambda o: (vocabulary.zipf[batch.ids[mentions[o][0]]], len(mentions[o]), o))
            # A slip is rare beside the name; two names that are alike are both at home in the text.
            if len(mentions[likely]) < _AT_LEAST * len(at):
                continue
            theirs = (float(vocabulary.zipf[batch.ids[mentions[likely][0]]]), len(mentions[likely]), likely)
            if (float(vocabulary.zipf[batch.ids[first]]), len(at), name) >= theirs:
                continue
            for place in at:
                start, end = int(batch.starts[place]), int(batch.ends[place])
                right = batch.surface(mentions[likely][0], mentions[likely][0] + 1)
                out[d].append(
                    Evidence(
                        start,
                        end,
                        text[start:end],
                        CUE,
                        _LOG10_ODDS,
                        (Alternative(right, _LOG10_ODDS),),
                        f"The same name seems to be spelt “{right}” elsewhere in this text.",
                    )
                )
    return out
