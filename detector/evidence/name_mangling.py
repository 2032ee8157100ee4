"""Names spelt wrong: what transliteration there and back, or a careless spinner, leaves behind.

Fires on a capitalised word inside a sentence that the vocabulary does not know (or hardly) and that differs by one
letter, doubled, dropped, changed or swapped, from another capitalised word of the same document; or from a word that
everyone knows, where that would stand well.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from detector.evidence.measurements import Glance, Measurer
from detector.lexicon import LOWER, NAME, Vocabulary
from detector.spelling import one_apart
from detector.text import ALL_UPPER, FIRST_UPPER, HYPHENATED, MIXED_CASE, SENTENCE_START, WORD
from detector.types import Alternative, Evidence

__all__ = ["CUE", "find"]

CUE = "name_mangling"

_SHORTEST = 5  # letters; shorter names too often differ by one letter for good ("Lee", "Leo")
_AT_LEAST = 2  # times as often as the slip the name must stand in the text
_RARE_ZIPF = 2.6  # a name at least this common is a name of its own ("Austria" beside "Australia")
# On dev, of 300 words: one text in 150 has such a pair, and one in three with a fifth of its names misspelt.
_LOG10_ODDS = 1.5
# A word with a letter wrong: log10 odds by what the context and the language model say of the right one, and the most
# that they come to. Fitted by eye on dev: at -3.5, one human text of 300 words in forty, two in three damaged ones.
_WEIGHT, _OFFSET, _MOST = 0.4, 2.4, 2.0


def find(m: Glance, measurer: Measurer) -> list[list[Evidence]]:
    """Return the misspelt names of each document, those that are spelt two ways before the others."""
    batch, zipf = m.batch, measurer.vocabulary.zipf
    flags = batch.shape & (FIRST_UPPER | ALL_UPPER | MIXED_CASE | WORD)
    name = (flags == (FIRST_UPPER | WORD)) & (batch.ends - batch.starts >= _SHORTEST)
    rare = name & ((batch.ids == NAME) | (zipf[batch.ids] < _RARE_ZIPF))
    out = _two_ways(m, measurer.vocabulary, name, rare)
    for d, more in _misspelt(m, measurer, rare & ((batch.shape & (SENTENCE_START | HYPHENATED)) == 0)):
        if all(more.end <= e.start or e.end <= more.start for e in out[d]):
            out[d].append(more)
    return out


def _misspelt(m: Glance, measurer: Measurer, rare: NDArray[np.bool_]) -> Iterator[tuple[int, Evidence]]:
    """Yield documents and mentions that are one letter off a word that everyone knows and that would stand well."""
    batch, vocabulary = m.batch, measurer.vocabulary
    every = np.flatnonzero(rare)
    documents, starts, ends = (x[every].tolist() for x in (batch.document_of, batch.starts, batch.ends))
    names = [(d, batch.texts[d][a:b]) for d, a, b in zip(documents, starts, ends, strict=True)]
    # A name that stands there twice is one.
    times = Counter(names)
    once = [i for i, name in enumerate(names) if times[name] == 1 and name[1].isalpha()]
    places, written = every[once], [names[i][1] for i in once]
    if not written:
        return
    spellings = vocabulary.spellings
    near = spellings.near([name.lower() for name in written])
    pairs = [(row, vocabulary[spellings.words[known]]) for row, known in near]
    if not pairs:
        return
    rows, ids = np.array(pairs, dtype=np.int64).T
    at, ids = places[rows], ids.astype(np.int32)
    odds = measurer.context_model.log10_odds(m.queries, at, ids)
    odds += measurer.language_model.trigram(batch.ids[at - 2], batch.ids[at - 1], ids)[0]
    odds = np.minimum(_WEIGHT * odds + _OFFSET, _MOST)
    best: dict[int, int] = {}
    for i in np.argsort(-odds, kind="stable").tolist():
        best.setdefault(int(rows[i]), i)
    for row, i in sorted(best.items()):
        gain = round(float(odds[i]), 2)
        if gain <= 0:
            continue
        place = int(places[row])
        right = vocabulary.words[int(ids[i])]
        right = right[:1].upper() + right[1:]
        yield (
            int(batch.document_of[place]),
            Evidence(
                int(batch.starts[place]),
                int(batch.ends[place]),
                written[row],
                CUE,
                gain,
                (Alternative(right, gain),),
                f"This looks like “{right}” with a letter wrong.",
            ),
        )


def _two_ways(
    m: Glance, vocabulary: Vocabulary, capital: NDArray[np.bool_], rare: NDArray[np.bool_]
) -> list[list[Evidence]]:
    """Return the mentions of each document that are spelt otherwise than most mentions of the name."""
    batch = m.batch
    out: list[list[Evidence]] = [[] for _ in batch.texts]
    for d in np.unique(batch.document_of[rare]).tolist():
        low, high = int(batch.documents[d]), int(batch.documents[d + 1])
        places = low + np.flatnonzero(capital[low:high])
        mentions: dict[str, list[int]] = defaultdict(list)
        text = batch.texts[d]
        spans = zip(places.tolist(), batch.starts[places].tolist(), batch.ends[places].tolist(), strict=True)
        for place, start, end in spans:
            mentions[text[start:end].lower()].append(place)
        # What is one letter apart has the same first letter.
        alike: dict[tuple[str, int], list[str]] = defaultdict(list)
        for name in mentions:
            alike[name[0], len(name)].append(name)
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
                for other in alike.get((name[0], size), ())
                if other != name
                and other.isalpha()
                and one_apart(name, other)
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
